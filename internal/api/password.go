package api

import (
	"encoding/json"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// maxPasswordBody is the largest body of a route about passwords, in bytes: some of them ask for no credentials.
const maxPasswordBody = 1 << 20

// readPolicy answers GET /organizations/password-policies (reference/accounts-and-access.md §7).
func (a *API) readPolicy(e *exchange) error {
	return e.answered(a.Access.Policy(e.r.Context(), e.principal.Organization.ID))
}

// putPolicy answers PUT /organizations/password-policies.
func (a *API) putPolicy(e *exchange) error {
	body, err := e.bodyUpTo(maxPasswordBody)
	if err != nil {
		return err
	}
	policy, err := access.ParsePolicy(body)
	if err != nil {
		return err
	}
	if policy, err = a.Access.PutPolicy(e.r.Context(), e.principal.Organization.ID, policy); err != nil {
		return err
	}
	return e.json(policy)
}

// resetPolicy answers DELETE /organizations/password-policies: the default is in force again.
func (a *API) resetPolicy(e *exchange) error {
	return e.done(a.Access.ResetPolicy(e.r.Context(), e.principal.Organization.ID))
}

// setOwnPassword answers POST /authentication/passwords (reference/accounts-and-access.md §2); currentPassword is an addition of ours.
func (a *API) setOwnPassword(e *exchange) error {
	var wish struct{ Password, CurrentPassword string }
	if err := e.passwords(&wish, `{"password": "…", "currentPassword": "…"}`); err != nil {
		return err
	}
	if wish.Password == "" {
		return fault.New(fault.Invalid, "password is required")
	}
	err := a.Access.SetOwnPassword(e.r.Context(), e.principal, access.OwnPassword{
		Current: wish.CurrentPassword, Password: wish.Password, Address: remoteIP(e.r),
	})
	if err != nil {
		return err
	}
	return e.nothing()
}

// changePassword answers PUT /authentication/passwords, an addition of ours: who has a password that is right but may have expired sets
// another, and is logged in as by POST /authentication.
func (a *API) changePassword(e *exchange) error {
	var wish struct{ Username, CurrentPassword, Password string }
	if err := e.passwords(&wish, `{"username": "…", "currentPassword": "…", "password": "…"}`); err != nil {
		return err
	}
	if wish.Password == "" {
		return fault.New(fault.Invalid, "password is required")
	}
	principal, session, err := a.Access.ChangePassword(e.r.Context(), access.LoginRequest{
		Email: wish.Username, Password: wish.CurrentPassword, Address: remoteIP(e.r), Kind: store.SessionAPI,
	}, wish.Password)
	if err != nil {
		return err
	}
	e.principal = principal
	return e.json(access.Authenticated(principal, session))
}

// requestReset answers POST /authentication/passwords/reset, an addition of ours. It always answers the same.
func (a *API) requestReset(e *exchange) error {
	var wish struct{ Email string }
	if err := e.passwords(&wish, `{"email": "…"}`); err != nil {
		return err
	}
	if err := a.Access.RequestPasswordReset(e.r.Context(), wish.Email, remoteIP(e.r)); err != nil {
		return err
	}
	return e.nothing()
}

// resetPassword answers PUT /authentication/passwords/reset, an addition of ours.
func (a *API) resetPassword(e *exchange) error {
	var wish struct{ Token, Password string }
	if err := e.passwords(&wish, `{"token": "…", "password": "…"}`); err != nil {
		return err
	}
	if wish.Token == "" || wish.Password == "" {
		return fault.New(fault.Invalid, "token and password are required")
	}
	if err := a.Access.ResetPassword(e.r.Context(), wish.Token, wish.Password, remoteIP(e.r)); err != nil {
		return err
	}
	return e.nothing()
}

// passwords reads a body with passwords. What is wrong with it is not repeated.
func (e *exchange) passwords(into any, form string) error {
	body, err := e.bodyUpTo(maxPasswordBody)
	if err != nil {
		return err
	}
	if json.Unmarshal(body, into) != nil {
		return fault.New(fault.Invalid, "The body must be %s", form)
	}
	return nil
}

// nothing answers an empty object: something was done, and there is nothing to tell.
func (e *exchange) nothing() error { return e.json(struct{}{}) }
