package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/connector"
)

// Limits of a call to a server.
const (
	callTime  = 2 * time.Minute
	maxAnswer = 128 << 20 // bytes
	maxPages  = 1_000     // of a list, should a server never end it
)

// serverAccess says which server to call, and as whom.
type serverAccess struct {
	Server       string `help:"Address of the server." placeholder:"URL"`
	User         string `help:"User secret; better by JACKFIELD_USER, so that it shows in no process list." placeholder:"SECRET"`
	Organization string `help:"Organization secret; better by JACKFIELD_ORGANIZATION." placeholder:"SECRET"`
}

// check says what is missing or wrong, without any secret.
func (a *serverAccess) check() error {
	u, err := url.Parse(a.Server)
	switch {
	case a.Server == "":
		return errors.New("--server: give the address of the server, such as http://127.0.0.1:8080")
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("--server: give an address such as https://connect.example.com, and secrets by their own flags")
	case a.User == "" || a.Organization == "":
		return errors.New("--user and --organization: give the secrets of the account, best by JACKFIELD_USER and JACKFIELD_ORGANIZATION")
	}
	return nil
}

// client calls the builder API of a server.
type client struct {
	base, authorization string
	http                *http.Client //nolint:forbidigo // the operator names the server; internal/outbound is for a server's own calls
}

func (a *serverAccess) client() *client {
	base := strings.TrimRight(a.Server, "/")
	if !strings.HasSuffix(base, "/elements/api-v2") {
		base += "/elements/api-v2"
	}
	c := &client{base: base, authorization: "User " + a.User + ", Organization " + a.Organization}
	c.http = &http.Client{Timeout: callTime} //nolint:forbidigo // see client
	// An answer of another place is not the server's, and a redirected POST would lose its body.
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// refused is a server's answer that is no success.
type refused struct {
	status  int
	message string
}

func (r *refused) Error() string { return r.message + " (" + strconv.Itoa(r.status) + ")" }

func isNotFound(err error) bool {
	var r *refused
	return errors.As(err, &r) && r.status == http.StatusNotFound
}

// call sends a body, if there is one, and reads the answer into answer, if there is one.
func (c *client) call(ctx context.Context, method, path string, query url.Values, body, answer any) (http.Header, error) {
	address := c.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, sent)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", c.authorization)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "jackfield/"+version)
	if sent != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("the server does not answer: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the server's answer breaks off: %w", err)
	case len(text) > maxAnswer:
		return nil, fmt.Errorf("the server's answer is larger than the limit of %d MiB", maxAnswer>>20)
	case response.StatusCode != http.StatusOK:
		return nil, &refused{response.StatusCode, said(text)}
	case answer == nil:
		return response.Header, nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return nil, fmt.Errorf("the server's answer to %s %s is not understood: %w", method, path, err)
	}
	return response.Header, nil
}

// said is a server's reason.
func said(text []byte) string {
	var answer struct {
		Message         string `json:"message"`
		ProviderMessage string `json:"providerMessage"`
	}
	if json.Unmarshal(text, &answer) != nil || answer.Message == "" {
		return "the server refuses without a reason"
	}
	if answer.ProviderMessage != "" {
		return plain(answer.Message + ": " + answer.ProviderMessage)
	}
	return plain(answer.Message)
}

// listed is a row of the catalogue.
type listed struct {
	ID       int64  `json:"id"`
	Key      string `json:"key"`
	Name     string `json:"name"`
	Private  bool   `json:"private"`
	Extended bool   `json:"extended"`
}

// catalogue lists the connectors that the account sees, without their parts.
func (c *client) catalogue(ctx context.Context) ([]listed, error) {
	var all []listed
	query := url.Values{"abridged": {"true"}, "pageSize": {"200"}}
	for range maxPages {
		var page []listed
		header, err := c.call(ctx, http.MethodGet, "/elements", query, nil, &page)
		if isNotFound(err) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		next := header.Get("Elements-Next-Page-Token")
		if next == "" {
			return all, nil
		}
		query.Set("nextPage", next)
	}
	return nil, fmt.Errorf("the server's list of connectors has more pages than the limit of %d", maxPages)
}

func element(id int64) string { return "/elements/" + strconv.FormatInt(id, 10) }

// export reads a connector as it is exported; of an extended one what the account added. Its id means something on
// this server alone, so that it is left out.
func (c *client) export(ctx context.Context, row listed) (*connector.Definition, error) {
	query := url.Values{}
	if !row.Private && row.Extended {
		query.Set("extendedOnly", "true")
	}
	var text json.RawMessage
	if _, err := c.call(ctx, http.MethodGet, element(row.ID)+"/export", query, nil, &text); err != nil {
		return nil, err
	}
	d, err := connector.ParseJSON(text)
	if err != nil {
		return nil, err
	}
	connector.Omit(d, "id")
	return d, nil
}
