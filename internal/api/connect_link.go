package api

import (
	"strconv"
	"time"

	"jackfield/internal/connect"
)

// connectLinkPage is the default and largest page of connect links.
const connectLinkPage = 200

// createConnectLink answers POST /instances/connect-links, an addition of ours: a link by which a customer without a login
// connects an account.
func (a *API) createConnectLink(e *exchange) error {
	body, err := e.body()
	if err != nil {
		return err
	}
	request, err := connect.ParseRequest(body)
	if err != nil {
		return err
	}
	made, err := a.Connect.Make(e.r.Context(), e.principal, request)
	if err != nil {
		return err
	}
	e.w.Header().Set("Cache-Control", "no-store") // the address is a secret
	return e.json(struct {
		ID          int64  `json:"id"`
		URL         string `json:"url"`
		ExpiresDate string `json:"expiresDate"`
	}{made.ID, a.address(e.r) + connect.Path + made.Token, made.ExpiresAt.UTC().Format(time.RFC3339)})
}

// listConnectLinks answers GET /instances/connect-links, the newest first.
func (a *API) listConnectLinks(e *exchange) error {
	size, below, err := e.newestFirst(connectLinkPage)
	if err != nil {
		return err
	}
	links, err := a.Connect.List(e.r.Context(), e.principal, below, size)
	if err != nil {
		return err
	}
	if len(links) == size {
		e.nextPage(strconv.FormatInt(links[size-1].ID, 10))
	}
	e.returned(len(links))
	return e.json(links)
}

func (a *API) readConnectLink(e *exchange) error {
	id, err := e.number("linkId", "connect link")
	if err != nil {
		return err
	}
	return e.answered(a.Connect.Find(e.r.Context(), e.principal, id))
}

func (a *API) deleteConnectLink(e *exchange) error {
	id, err := e.number("linkId", "connect link")
	if err != nil {
		return err
	}
	return e.done(a.Connect.Delete(e.r.Context(), e.principal, id))
}
