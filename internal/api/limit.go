package api

import (
	"strconv"

	"jackfield/internal/fault"
	"jackfield/internal/limit"
)

// readLimits answers GET /accounts/{id}/limits: what the account may use up, and what it has used.
func (a *API) readLimits(e *exchange) error {
	id, err := a.limitedAccount(e)
	if err != nil {
		return err
	}
	return e.answered(a.Limits.Figures(e.r.Context(), id))
}

// replaceLimits answers PUT /accounts/{id}/limits.
func (a *API) replaceLimits(e *exchange) error {
	id, err := a.limitedAccount(e)
	if err != nil {
		return err
	}
	body, err := e.body()
	if err != nil {
		return err
	}
	own, err := limit.Parse(body)
	if err != nil {
		return err
	}
	return e.answered(a.Limits.Set(e.r.Context(), id, own))
}

// limitedAccount is the account of the path, when the caller reaches it: the own one, those of the organization for its
// administrators, and those of the customer's organizations for administrators of the customer.
func (a *API) limitedAccount(e *exchange) (int64, error) {
	p, ctx := e.principal, e.r.Context()
	text := e.param("id")
	if text == "me" {
		return p.Account.ID, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		id = 0 // no account has it
	}
	missing := fault.New(fault.NotFound, "No account found with id %s", text)
	if p.Reaches(id) {
		if _, err = a.DB.Account(ctx, p.Organization.ID, id); !fault.Is(err, fault.NotFound) {
			return id, err
		}
	}
	if !p.CustomerAdmin() || p.Organization.CustomerID == 0 {
		return 0, missing
	}
	if _, err = a.DB.CustomerAccount(ctx, p.Organization.CustomerID, id); fault.Is(err, fault.NotFound) {
		return 0, missing
	}
	return id, err
}
