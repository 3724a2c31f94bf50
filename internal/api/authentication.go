package api

import (
	"encoding/json"

	"jackfield/internal/access"
	"jackfield/internal/fault"
)

// logIn answers POST /authentication (reference/accounts-and-access.md §2).
func (a *API) logIn(e *exchange) error {
	body, err := e.body()
	if err != nil {
		return err
	}
	var login struct{ Username, Password string }
	if err := json.Unmarshal(body, &login); err != nil {
		return fault.New(fault.Invalid, `The body must be {"username": "…", "password": "…"}: %v`, err)
	}
	principal, session, err := a.Access.Login(e.r.Context(), access.LoginRequest{
		Email: login.Username, Password: login.Password, Address: remoteIP(e.r),
	})
	if err != nil {
		return err
	}
	e.principal = principal
	return e.json(access.Authenticated(principal, session))
}

// secrets answers GET /authentication/secrets.
func (a *API) secrets(e *exchange) error {
	user, organization, err := a.Access.Secrets(e.r.Context(), e.principal)
	if err != nil {
		return err
	}
	return e.json(struct {
		UserSecret         string `json:"userSecret"`
		OrganizationSecret string `json:"organizationSecret"`
	}{user, organization})
}
