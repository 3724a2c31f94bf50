package api

import (
	"encoding/json"
	"strconv"
	"strings"

	"jackfield/internal/audit"
)

// auditKinds say of what kind the things below a path are, and which variable of the path names one; the longest path counts.
var auditKinds = []struct{ path, kind, variable string }{
	{"/authentication", audit.KindAuthentication, ""},
	{"/elements/{}/instances", audit.KindElementInstances, "id"},
	{"/instances", audit.KindElementInstances, "id"},
	{"/instances/connect-links", "connect-links", "linkId"},
	{"/elements", audit.KindElements, "keyOrId"},
	{"/elements/oauthProxies", "oauth-proxies", "id"},
	{"/customers/elements", audit.KindElements, ""},
	{"/formulas", audit.KindFormulas, "id"},
	{"/formulas/{}/instances", audit.KindFormulaInstances, "instanceId"},
	{"/formulas/instances", audit.KindFormulaInstances, "instanceId"},
	{"/common-resources", audit.KindCommonResources, "name"},
	{"/vdrs", audit.KindCommonResources, "name"},
	{"/users", "users", "user|id"},
	{"/users/me", "users", "me"},
	{"/organizations/users", "users", "user"},
	{"/accounts/{}/users", "users", "user"},
	{"/accounts", "accounts", "id"},
	{"/organizations", "organizations", "id"},
	{"/organizations/me", "organizations", "me"},
	{"/organizations/{}/accounts", "accounts", "accountId"},
	{"/organizations/roles", "roles", "roleId"},
	{"/organizations/branding", "branding", ""},
	{"/organizations/password-policies", "security", ""},
	{"/accounts/identity-providers", "security", "id"},
	{"/organizations/identity-providers", "security", "id"},
	{"/customers/identity-providers", "security", "id"},
	{"/customers", "customers", "id"},
	{"/customers/organizations", "organizations", "id"},
	{"/customers/signup", "organizations", ""},
}

// auditKind is the kind of what a route changes and the variables that name it, "|" between them. Paths without a row of their own are
// named by their first segment.
func auditKind(pattern string) (kind, variables string) {
	form, longest := shape(pattern), 0
	for _, k := range auditKinds {
		if (form == k.path || strings.HasPrefix(form, k.path+"/")) && len(k.path) > longest {
			kind, variables, longest = k.kind, k.variable, len(k.path)
		}
	}
	if longest > 0 {
		return kind, variables
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(pattern, "/"), "/")
	return first, "id"
}

// auditEntity is what a change is about, as far as the path says: ids, also where the path has a key or "me".
func (a *API) auditEntity(e *exchange, plan *auditPlan) (id string, instanceID int64) {
	p := e.principal
	id = plan.variable
	if id != "me" {
		id = ""
		for name := range strings.SplitSeq(plan.variable, "|") {
			if id == "" {
				id = e.param(name)
			}
		}
	}
	switch {
	case id == "me" && plan.kind == "users":
		id = strconv.FormatInt(p.User.ID, 10)
	case id == "me" && plan.kind == "accounts":
		id = strconv.FormatInt(p.Account.ID, 10)
	case id == "me" && plan.kind == "organizations":
		id = strconv.FormatInt(p.Organization.ID, 10)
	case id != "" && plan.kind == audit.KindElements:
		id = a.connectorEntity(e, id)
	case id == "" && plan.kind == audit.KindElementInstances && e.credentials.Element != "":
		id, _ = a.tokenInstance(e)
	}
	if plan.kind == audit.KindElementInstances {
		instanceID, _ = strconv.ParseInt(id, 10, 64) // what is no number is no instance
	}
	return id, instanceID
}

// connectorEntity is the id of a connector that is named by key or id; what is not there stays as it was asked for.
func (a *API) connectorEntity(e *exchange, keyOrID string) string {
	found, err := a.Catalog.Find(e.r.Context(), e.principal.Account.ID, keyOrID)
	if err != nil {
		return keyOrID
	}
	return strconv.FormatInt(found.ID, 10)
}

func (a *API) tokenInstance(e *exchange) (id string, ok bool) {
	found, err := a.Instances.ByToken(e.r.Context(), e.credentials.Element)
	if err != nil {
		return "", false
	}
	return strconv.FormatInt(found.ID, 10), true
}

// madeEntity is the id in the answer to a POST.
func (a *API) madeEntity(kind string, answer []byte) (id string, instanceID int64) {
	var made struct{ ID any }
	decoder := json.NewDecoder(strings.NewReader(string(answer)))
	decoder.UseNumber()
	if decoder.Decode(&made) != nil {
		return "", 0
	}
	switch value := made.ID.(type) {
	case json.Number:
		id = value.String()
	case string:
		id = value
	}
	if kind == audit.KindElementInstances {
		instanceID, _ = strconv.ParseInt(id, 10, 64)
	}
	return id, instanceID
}
