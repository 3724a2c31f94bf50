package api

import (
	"jackfield/internal/access"
	"jackfield/internal/tenant"
)

// signUp answers POST /customers/signup: an organization, its account and its first user; what is given by its id is there already
// (reference/accounts-and-access.md §2).
func (a *API) signUp(e *exchange) error {
	var body struct {
		Organization organizationBody `json:"organization"`
		Account      struct {
			ID int64 `json:"id"`
			accountBody
		} `json:"account"`
		User userBody `json:"user"`
	}
	if err := e.object("sign-up", &body); err != nil {
		return err
	}
	user, err := body.User.fresh()
	if err != nil {
		return err
	}
	up := tenant.Signup{OrganizationID: body.Organization.ID, Organization: body.Organization.fresh(), AccountID: body.Account.ID, Account: body.Account.change(), User: user}
	for _, set := range []struct {
		to   *string
		from *string
	}{
		{&up.Organization.AccountName, body.Account.Name},
		{&up.Organization.AccountDescription, body.Account.Description},
		{&up.Organization.AccountExternalID, body.Account.ExternalID},
	} {
		if set.from != nil {
			*set.to = *set.from
		}
	}
	o, account, made, err := a.Tenants.SignUp(e.r.Context(), e.principal, up)
	if err != nil {
		return err
	}
	wire := tenant.Wire(made, access.PasswordState{})
	wire.Secret = made.User.Secret
	return e.json(struct {
		Organization *tenant.OrganizationWire `json:"organization"`
		Account      *tenant.AccountWire      `json:"account"`
		User         *tenant.UserWire         `json:"user"`
	}{tenant.OrganizationOf(e.principal, o, up.OrganizationID == 0), tenant.AccountOf(account), wire})
}
