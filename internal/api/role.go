package api

import (
	"encoding/json"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/tenant"
)

// roleBody is a role as clients send it: id identifies, key where there is no id; a privilege needs only its key
// (reference/accounts-and-access.md §6.1).
type roleBody struct {
	ID          int64          `json:"id"`
	Key         string         `json:"key"`
	Name        *string        `json:"name"`
	Description *string        `json:"description"`
	Active      *bool          `json:"active"`
	Privileges  *[]keyedObject `json:"privileges"`
	Includes    *[]string      `json:"includes"`
}

type keyedObject struct {
	Key string `json:"key"`
}

func (b roleBody) change() tenant.RoleChange {
	c := tenant.RoleChange{ID: b.ID, Key: b.Key, Name: b.Name, Description: b.Description, Active: b.Active, Includes: b.Includes}
	if b.Privileges != nil {
		keys := make([]string, len(*b.Privileges))
		for i, p := range *b.Privileges {
			keys[i] = p.Key
		}
		c.Privileges = &keys
	}
	return c
}

func (a *API) listRoles(e *exchange) error {
	roles, err := a.Tenants.Shown(e.r.Context(), e.principal.Organization.ID)
	if err != nil {
		return err
	}
	e.returned(len(roles))
	return e.json(roles)
}

// listPrivileges answers which privileges exist (own extension).
func (a *API) listPrivileges(e *exchange) error { return e.json(access.Privileges()) }

// listGrantableRoles answers which roles the caller may give to others (own extension).
func (a *API) listGrantableRoles(e *exchange) error {
	return e.answered(a.Tenants.Grantable(e.r.Context(), e.principal))
}

// replaceRoles answers PUT /organizations/roles: the whole array, all of it or nothing.
func (a *API) replaceRoles(e *exchange) error {
	content, err := e.body()
	if err != nil {
		return err
	}
	var bodies []roleBody
	if err := json.Unmarshal(content, &bodies); err != nil {
		return fault.New(fault.Invalid, "The body must be the array of roles that GET /organizations/roles answers: %v", err)
	}
	changes := make([]tenant.RoleChange, len(bodies))
	for i, b := range bodies {
		changes[i] = b.change()
	}
	if err := a.Tenants.ChangeRoles(e.r.Context(), e.principal, changes); err != nil {
		return err
	}
	return a.listRoles(e)
}

func (a *API) roleBody(e *exchange) (tenant.RoleChange, error) {
	content, err := e.body()
	if err != nil {
		return tenant.RoleChange{}, err
	}
	var body roleBody
	if err := json.Unmarshal(content, &body); err != nil {
		return tenant.RoleChange{}, fault.New(fault.Invalid, `The body must be a role like {"name": "…", "privileges": [{"key": "viewElements"}]}: %v`, err)
	}
	return body.change(), nil
}

func (a *API) replaceRole(e *exchange) error {
	id, err := e.number("roleId", "role")
	if err != nil {
		return err
	}
	c, err := a.roleBody(e)
	if err != nil {
		return err
	}
	c.ID = id
	if id <= 0 {
		return fault.New(fault.NotFound, "No role found with id %d", id)
	}
	if err := a.Tenants.ChangeRoles(e.r.Context(), e.principal, []tenant.RoleChange{c}); err != nil {
		return err
	}
	roles, err := a.Tenants.Shown(e.r.Context(), e.principal.Organization.ID)
	if err != nil {
		return err
	}
	for _, role := range roles {
		if int64(role.ID) == id {
			return e.json(role)
		}
	}
	return fault.New(fault.NotFound, "No role found with id %d", id)
}

// createRole answers POST /organizations/roles (own extension).
func (a *API) createRole(e *exchange) error {
	c, err := a.roleBody(e)
	if err != nil {
		return err
	}
	return e.answered(a.Tenants.CreateRole(e.r.Context(), e.principal, c))
}

func (a *API) deleteRole(e *exchange) error {
	id, err := e.number("roleId", "role")
	if err != nil {
		return err
	}
	return e.done(a.Tenants.DeleteRole(e.r.Context(), e.principal, id))
}

func (a *API) resetRoles(e *exchange) error {
	if err := a.Tenants.ResetRoles(e.r.Context(), e.principal); err != nil {
		return err
	}
	return a.listRoles(e)
}
