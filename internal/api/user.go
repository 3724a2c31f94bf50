package api

import (
	"bytes"
	"encoding/json"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/tenant"
)

// headerUserPassword carries a user's password with a read of the user: when it is right, the answer has the user's secret
// (reference/accounts-and-access.md §2).
const headerUserPassword = "elements-user-password"

// userBody is what clients send about a user. Members that are null are there and empty.
type userBody map[string]json.RawMessage

func (e *exchange) userBody() (userBody, error) {
	content, err := e.body()
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return userBody{}, nil
	}
	var body userBody
	if err := json.Unmarshal(content, &body); err != nil {
		return nil, fault.New(fault.Invalid, "The body must be a JSON object that describes the user: %v", err)
	}
	return body, nil
}

// text reads a member: nil when it is not there, "" when it is null.
func (b userBody) text(name string) (*string, error) {
	raw, given := b[name]
	if !given {
		return nil, nil
	}
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil {
		return nil, fault.New(fault.Invalid, "%s must be a string", name)
	}
	if text == nil {
		text = new(string)
	}
	return text, nil
}

func (b userBody) flag(name string) (*bool, error) {
	raw, given := b[name]
	if !given {
		return nil, nil
	}
	var flag *bool
	if err := json.Unmarshal(raw, &flag); err != nil {
		return nil, fault.New(fault.Invalid, "%s must be true or false", name)
	}
	return flag, nil
}

// change reads what is to change. With whole, optional members that are not there are cleared.
func (b userBody) change(whole bool) (tenant.UserChange, error) {
	var c tenant.UserChange
	var err error
	read := func(to **string, name string) {
		if err == nil {
			*to, err = b.text(name)
		}
	}
	read(&c.FirstName, "firstName")
	read(&c.LastName, "lastName")
	read(&c.Email, "email")
	read(&c.Password, "password")
	read(&c.ExternalID, "externalId")
	if c.Password != nil && (*c.Password == "" || *c.Password == "secured") { // as answers show it
		c.Password = nil
	}
	if whole && c.ExternalID == nil {
		c.ExternalID = new(string)
	}
	if err == nil {
		c.Active, err = b.flag("active")
	}
	if err == nil {
		c.Locked, err = b.flag("accountLocked")
	}
	if err != nil {
		return c, err
	}
	given := map[string]*string{}
	for _, name := range []string{"city", "country", "phone", "postalCode", "stateProvince", "street1", "street2"} {
		if given[name], err = b.text(name); err != nil {
			return c, err
		}
	}
	c.Profile = func(p *store.Profile) {
		for name, to := range map[string]*string{
			"city": &p.City, "country": &p.Country, "phone": &p.Phone, "postalCode": &p.PostalCode,
			"stateProvince": &p.StateProvince, "street1": &p.Street1, "street2": &p.Street2,
		} {
			switch text := given[name]; {
			case text != nil:
				*to = *text
			case whole:
				*to = ""
			}
		}
	}
	return c, nil
}

// fresh reads a new user.
func (b userBody) fresh() (tenant.NewUser, error) {
	c, err := b.change(true)
	if err != nil {
		return tenant.NewUser{}, err
	}
	n := tenant.NewUser{ExternalID: *c.ExternalID}
	for _, set := range []struct{ to, from *string }{
		{&n.FirstName, c.FirstName}, {&n.LastName, c.LastName}, {&n.Email, c.Email}, {&n.Password, c.Password},
	} {
		if set.from != nil {
			*set.to = *set.from
		}
	}
	c.Profile(&n.Profile)
	var roles []struct{ Key string }
	if raw, given := b["roles"]; given {
		if err := json.Unmarshal(raw, &roles); err != nil {
			return n, fault.New(fault.Invalid, `roles must be an array like [{"key": "org"}]`)
		}
	}
	for _, role := range roles {
		n.Roles = append(n.Roles, role.Key)
	}
	return n, nil
}

// place is the account that a route about users names: by its id, the default one below /organizations, or 0 = all that the caller reaches.
func (a *API) place(e *exchange) (int64, error) {
	switch {
	case e.param("id") != "" && strings.HasPrefix(e.path, "/accounts/"):
		id, err := e.number("id", "account")
		if err != nil {
			return 0, err
		}
		account, err := a.Tenants.Account(e.r.Context(), e.principal, id, true)
		if err != nil {
			return 0, err
		}
		return account.ID, nil
	case strings.HasPrefix(e.path, "/organizations/"):
		account, err := a.Tenants.DefaultAccount(e.r.Context(), e.principal)
		if err != nil {
			return 0, err
		}
		return account.ID, nil
	}
	return 0, nil
}

// person is what a path names a user by. Its e-mail may hold a plus sign, which some clients escape and some do not.
func (e *exchange) person() string { return e.param("user") }

func (a *API) listUsers(e *exchange) error {
	ctx := e.r.Context()
	account, err := a.place(e)
	if err != nil {
		return err
	}
	list := platformList[store.Identity]{
		fetch: func(after int64, limit int) ([]store.Identity, error) {
			return a.Tenants.Users(ctx, e.principal, tenant.UserQuery{AccountID: account, Inactive: e.flag("includeInactive"), AfterID: after, Limit: limit})
		},
		id: func(i *store.Identity) int64 { return i.User.ID }, where: userAttribute,
		shown: func(i *store.Identity) bool { return tenant.Visible(e.principal, i) },
	}
	found, err := list.page(e)
	if err != nil {
		return err
	}
	if len(found) == 0 && e.r.URL.Query().Get("nextPage") == "" {
		return fault.New(fault.NotFound, "No users found")
	}
	ids := make([]int64, len(found))
	for n := range found {
		ids[n] = found[n].User.ID
	}
	states, err := a.Access.PasswordStates(ctx, e.principal.Organization.ID, ids...)
	if err != nil {
		return err
	}
	rows := make([]*tenant.UserWire, len(found))
	for n := range found {
		rows[n] = tenant.Wire(&found[n], states[ids[n]])
	}
	return e.json(rows)
}

// userAttribute is a member of a user that where may name.
func userAttribute(i *store.Identity, name string) (any, bool) {
	u := &i.User
	switch name {
	case "id":
		return u.ID, true
	case "firstName":
		return u.FirstName, true
	case "lastName":
		return u.LastName, true
	case "fullName":
		return strings.TrimSpace(u.FirstName + " " + u.LastName), true
	case "email":
		return u.Email, true
	case "externalId":
		return u.ExternalID, true
	case "active":
		return u.Active && i.Account.Active, true
	case "accountId":
		return i.Account.ID, true
	case "createdDate":
		return u.CreatedAt.UTC().Format("2006-01-02"), true
	case "city":
		return u.Profile.City, true
	case "country":
		return u.Profile.Country, true
	}
	return nil, false
}

func (a *API) createUser(e *exchange) error {
	account, err := a.place(e)
	if err != nil {
		return err
	}
	body, err := e.userBody()
	if err != nil {
		return err
	}
	n, err := body.fresh()
	if err != nil {
		return err
	}
	made, err := a.Tenants.CreateUser(e.r.Context(), e.principal, account, n)
	if err != nil {
		return err
	}
	wire := tenant.Wire(made, access.PasswordState{})
	wire.Secret = made.User.Secret
	return e.json(wire)
}

func (a *API) showUser(e *exchange, i *store.Identity, secret string) error {
	states, err := a.Access.PasswordStates(e.r.Context(), e.principal.Organization.ID, i.User.ID)
	if err != nil {
		return err
	}
	wire := tenant.Wire(i, states[i.User.ID])
	wire.Secret = secret
	return e.json(wire)
}

func (a *API) readUser(e *exchange) error {
	account, err := a.place(e)
	if err != nil {
		return err
	}
	found, err := a.Tenants.User(e.r.Context(), e.principal, account, e.person())
	if err != nil {
		return err
	}
	secret := ""
	if password := e.r.Header.Get(headerUserPassword); password != "" {
		if err := a.Access.ConfirmPassword(e.r.Context(), found.User.Email, password, remoteIP(e.r)); err == nil {
			secret = found.User.Secret
		} else if !fault.Is(err, fault.Unauthenticated) {
			return err
		}
	}
	return a.showUser(e, found, secret)
}

func (a *API) changeUser(e *exchange) error  { return a.alterUser(e, false) }
func (a *API) replaceUser(e *exchange) error { return a.alterUser(e, true) }

func (a *API) alterUser(e *exchange, whole bool) error {
	account, err := a.place(e)
	if err != nil {
		return err
	}
	body, err := e.userBody()
	if err != nil {
		return err
	}
	c, err := body.change(whole)
	if err != nil {
		return err
	}
	c.DiscardInstances = e.flag("permanent")
	changed, err := a.Tenants.ChangeUser(e.r.Context(), e.principal, account, e.person(), c)
	if err != nil {
		return err
	}
	return a.showUser(e, changed, "")
}

func (a *API) deleteUser(e *exchange) error {
	account, err := a.place(e)
	if err != nil {
		return err
	}
	return e.done(a.Tenants.DeleteUser(e.r.Context(), e.principal, account, e.person()))
}

func (a *API) listUserRoles(e *exchange) error {
	found, err := a.Tenants.User(e.r.Context(), e.principal, 0, e.person())
	if err != nil {
		return err
	}
	return e.json(tenant.Wire(found, access.PasswordState{}).Roles)
}

func (a *API) grantUserRole(e *exchange) error {
	return e.answered(a.Tenants.GrantRole(e.r.Context(), e.principal, e.person(), e.param("roleKey")))
}

func (a *API) revokeUserRole(e *exchange) error {
	return e.done(a.Tenants.RevokeRole(e.r.Context(), e.principal, e.person(), e.param("roleKey")))
}
