package api

import (
	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/tenant"
)

// organizationBody is an organization as clients send it.
type organizationBody struct {
	ID         int64   `json:"id"`
	Name       *string `json:"name"`
	ExternalID string  `json:"externalId"`
	store.OrganizationDetails
}

func (b organizationBody) fresh() tenant.NewOrganization {
	n := tenant.NewOrganization{ExternalID: b.ExternalID, Details: b.OrganizationDetails}
	if b.Name != nil {
		n.Name = *b.Name
	}
	return n
}

func (a *API) readOwnOrganization(e *exchange) error {
	o, err := a.Tenants.Organization(e.r.Context(), e.principal)
	if err != nil {
		return err
	}
	return e.json(a.ownOrganization(e, o))
}

// renameOwnOrganization answers PUT /organizations/me: only the name is taken (reference/accounts-and-access.md §5).
func (a *API) renameOwnOrganization(e *exchange) error {
	var body organizationBody
	if err := e.object("organization", &body); err != nil {
		return err
	}
	if body.Name == nil {
		return fault.New(fault.Invalid, "name is required")
	}
	o, err := a.Tenants.RenameOrganization(e.r.Context(), e.principal, *body.Name)
	if err != nil {
		return err
	}
	return e.json(a.ownOrganization(e, o))
}

// ownOrganization shows the caller's organization, with its secret. An API key does not see it: it would outlive the key's revocation
// (docs/decisions/0513-api-keys.md).
func (*API) ownOrganization(e *exchange, o *store.Organization) *tenant.OrganizationWire {
	return tenant.OrganizationOf(e.principal, o, e.principal.APIKeyID == 0)
}

// createOrganization answers POST /organizations: another organization of the caller's customer. Its secret is in the answer.
func (a *API) createOrganization(e *exchange) error {
	var body organizationBody
	if err := e.object("organization", &body); err != nil {
		return err
	}
	o, _, err := a.Tenants.CreateOrganization(e.r.Context(), e.principal, body.fresh())
	if err != nil {
		return err
	}
	return e.json(tenant.OrganizationOf(e.principal, o, true))
}

func (a *API) listOrganizationAccounts(e *exchange) error {
	id, err := e.number("id", "organization")
	if err != nil {
		return err
	}
	return a.accounts(e, func(after int64, limit int) ([]store.Account, error) {
		return a.Tenants.OrganizationAccounts(e.r.Context(), e.principal, id, e.flag("includeInactive"), after, limit)
	})
}

func (a *API) createOrganizationAccount(e *exchange) error {
	id, err := e.number("id", "organization")
	if err != nil {
		return err
	}
	o, err := a.Tenants.OrganizationFor(e.r.Context(), e.principal, id)
	if err != nil {
		return err
	}
	return a.addAccount(e, o.ID)
}

func (a *API) readOrganizationAccount(e *exchange) error {
	organizationID, err := e.number("id", "organization")
	if err != nil {
		return err
	}
	id, err := e.number("accountId", "account")
	if err != nil {
		return err
	}
	found, err := a.Tenants.OrganizationAccount(e.r.Context(), e.principal, organizationID, id)
	if err != nil {
		return err
	}
	return e.json(tenant.AccountOf(found))
}

func organizationAttribute(o *store.Organization, name string) (any, bool) {
	switch name {
	case "id":
		return o.ID, true
	case "name":
		return o.Name, true
	case "externalId":
		return o.ExternalID, true
	case "active":
		return o.Active, true
	}
	return nil, false
}

// readCustomer answers GET /customers/me.
func (a *API) readCustomer(e *exchange) error {
	c, err := a.Tenants.Customer(e.r.Context(), e.principal)
	if err != nil {
		return err
	}
	return e.json(struct {
		ID          int64  `json:"id"`
		Name        string `json:"name"`
		Active      bool   `json:"active"`
		CreatedDate string `json:"createdDate"`
	}{c.ID, c.Name, c.Active, c.CreatedAt.UTC().Format("2006-01-02")})
}

func (a *API) listCustomerOrganizations(e *exchange) error {
	list := platformList[store.Organization]{
		fetch: func(after int64, limit int) ([]store.Organization, error) {
			return a.Tenants.Organizations(e.r.Context(), e.principal, e.flag("includeInactive"), after, limit)
		},
		id: func(o *store.Organization) int64 { return o.ID }, where: organizationAttribute,
	}
	found, err := list.page(e)
	if err != nil {
		return err
	}
	rows := make([]*tenant.OrganizationWire, len(found))
	for i := range found {
		rows[i] = tenant.OrganizationOf(e.principal, &found[i], false)
	}
	return e.json(rows)
}

func (a *API) readCustomerOrganization(e *exchange) error {
	id, err := e.number("id", "organization")
	if err != nil {
		return err
	}
	o, err := a.Tenants.OrganizationFor(e.r.Context(), e.principal, id)
	if err != nil {
		return err
	}
	if !o.Active && !e.flag("includeInactive") {
		return fault.New(fault.NotFound, "No organization found with id %d", id)
	}
	return e.json(tenant.OrganizationOf(e.principal, o, false))
}

func (a *API) deleteCustomerOrganization(e *exchange) error {
	id, err := e.number("id", "organization")
	if err != nil {
		return err
	}
	return e.done(a.Tenants.DeactivateOrganization(e.r.Context(), e.principal, id))
}
