package api

import (
	"encoding/json"

	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/store"
	"jackfield/internal/tenant"
)

// accountBody is an account as clients send it.
type accountBody struct {
	Name        *string `json:"name"`
	Description *string `json:"description"`
	ExternalID  *string `json:"externalId"`
	Active      *bool   `json:"active"`
}

func (b accountBody) change() tenant.AccountChange {
	return tenant.AccountChange{Name: b.Name, Description: b.Description, ExternalID: b.ExternalID, Active: b.Active}
}

// object reads a JSON object of a body into a value; an empty body is an empty object.
func (e *exchange) object(what string, into any) error {
	content, err := e.body()
	if err != nil {
		return err
	}
	if len(content) == 0 {
		return nil
	}
	if err := json.Unmarshal(content, into); err != nil {
		return fault.New(fault.Invalid, "The body must be a JSON object that describes the %s: %v", what, err)
	}
	return nil
}

func accountAttribute(a *store.Account, name string) (any, bool) {
	switch name {
	case "id":
		return a.ID, true
	case "name":
		return a.Name, true
	case "description":
		return a.Description, true
	case "externalId":
		return a.ExternalID, true
	case "active":
		return a.Active, true
	case "defaultAccount":
		return a.Default, true
	case "createdDate":
		return a.CreatedAt.UTC().Format("2006-01-02"), true
	}
	return nil, false
}

// listAccounts answers GET /accounts: offset and pageSize, or nextPage (reference/accounts-and-access.md §4).
func (a *API) listAccounts(e *exchange) error {
	return a.accounts(e, func(after int64, limit int) ([]store.Account, error) {
		return a.Tenants.Accounts(e.r.Context(), e.principal, e.flag("includeInactive"), after, limit)
	})
}

func (a *API) accounts(e *exchange, fetch func(after int64, limit int) ([]store.Account, error)) error {
	list := platformList[store.Account]{fetch: fetch, id: func(a *store.Account) int64 { return a.ID }, where: accountAttribute}
	found, err := list.page(e)
	if err != nil {
		return err
	}
	if len(found) == 0 && e.r.URL.Query().Get("nextPage") == "" && e.r.URL.Query().Get("offset") == "" {
		return fault.New(fault.NotFound, "No accounts found")
	}
	rows := make([]*tenant.AccountWire, len(found))
	for i := range found {
		rows[i] = tenant.AccountOf(&found[i])
	}
	if e.flag("counts") {
		if err := a.Tenants.Count(e.r.Context(), rows); err != nil {
			return err
		}
	}
	return e.json(rows)
}

func (a *API) createAccount(e *exchange) error { return a.addAccount(e, e.principal.Organization.ID) }

// addAccount makes an account of an organization of the body.
func (a *API) addAccount(e *exchange, organizationID int64) error {
	var body accountBody
	if err := e.object("account", &body); err != nil {
		return err
	}
	body.Active = nil
	made, err := a.Tenants.CreateAccount(e.r.Context(), organizationID, body.change())
	if err != nil {
		return err
	}
	return e.json(tenant.AccountOf(made))
}

func (a *API) readAccount(e *exchange) error {
	id, err := e.number("id", "account")
	if err != nil {
		return err
	}
	found, err := a.Tenants.Account(e.r.Context(), e.principal, id, e.flag("includeInactive"))
	if err != nil {
		return err
	}
	return e.json(tenant.AccountOf(found))
}

func (a *API) changeAccount(e *exchange) error { return a.alterAccount(e, false) }

// replaceAccount answers PUT: an optional member that is not given becomes what a new account has.
func (a *API) replaceAccount(e *exchange) error { return a.alterAccount(e, true) }

func (a *API) alterAccount(e *exchange, whole bool) error {
	id, err := e.number("id", "account")
	if err != nil {
		return err
	}
	var body accountBody
	if err := e.object("account", &body); err != nil {
		return err
	}
	if whole && body.Description == nil && body.Name != nil {
		body.Description = body.Name
	}
	c := body.change()
	c.DiscardInstances = e.flag("permanent")
	changed, err := a.Tenants.ChangeAccount(e.r.Context(), e.principal, id, c)
	if err != nil {
		return err
	}
	return e.json(tenant.AccountOf(changed))
}

// deleteAccount answers DELETE: the account disappears from lists and its users can do nothing, until PATCH makes it active again.
func (a *API) deleteAccount(e *exchange) error {
	id, err := e.number("id", "account")
	if err != nil {
		return err
	}
	off := false
	if _, err := a.Tenants.ChangeAccount(e.r.Context(), e.principal, id, tenant.AccountChange{Active: &off, DiscardInstances: e.flag("permanent")}); err != nil {
		return err
	}
	return e.empty()
}

func (a *API) readAccountSettings(e *exchange) error { return a.accountSettings(e, nil) }

func (a *API) changeAccountSettings(e *exchange) error {
	settings := map[string]*string{}
	if err := e.object("settings, with texts as values", &settings); err != nil {
		return err
	}
	return a.accountSettings(e, settings)
}

func (a *API) accountSettings(e *exchange, change map[string]*string) error {
	id, err := e.number("id", "account")
	if err != nil {
		return err
	}
	return e.answered(a.Tenants.ChangeSettings(e.r.Context(), e.principal, id, change))
}

func (a *API) listAccountRoles(e *exchange) error {
	id, err := e.number("id", "account")
	if err != nil {
		return err
	}
	return e.answered(a.Tenants.AccountRoles(e.r.Context(), e.principal, id))
}

func (a *API) grantAccountRole(e *exchange) error {
	id, err := e.number("id", "account")
	if err != nil {
		return err
	}
	return e.answered(a.Tenants.GrantAccountRole(e.r.Context(), e.principal, id, e.param("roleKey")))
}

func (a *API) revokeAccountRole(e *exchange) error {
	id, err := e.number("id", "account")
	if err != nil {
		return err
	}
	return e.done(a.Tenants.RevokeAccountRole(e.r.Context(), e.principal, id, e.param("roleKey")))
}

// listAccountInstances answers GET /accounts/instances (of the default account) and GET /accounts/{id}/instances.
func (a *API) listAccountInstances(e *exchange) error {
	ctx := e.r.Context()
	var id int64
	if e.param("id") == "" {
		account, err := a.Tenants.DefaultAccount(ctx, e.principal)
		if err != nil {
			return err
		}
		id = account.ID
	} else {
		var err error
		if id, err = e.number("id", "account"); err != nil {
			return err
		}
	}
	if _, err := a.Tenants.InstancesVisible(ctx, e.principal, id); err != nil {
		return err
	}
	return a.instancesPage(e, func(q instance.Query) ([]*instance.Instance, string, error) {
		return a.Instances.ListOf(ctx, e.principal, id, q)
	})
}
