package wire_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// role is a role as clients keep it: every member, in the order that it came.
type role = map[string]any

func (h *house) roles() []role {
	h.t.Helper()
	var roles []role
	h.do(request{path: "/organizations/roles"}).want(200).into(&roles)
	return roles
}

func (h *house) roleKeyed(key string) role {
	h.t.Helper()
	for _, r := range h.roles() {
		if r["key"] == key {
			return r
		}
	}
	h.t.Fatalf("no role %s", key)
	return nil
}

// gives sets the privileges of a role, all by their keys alone.
func (h *house) gives(r role, keys ...string) *answer {
	h.t.Helper()
	privileges := []map[string]string{}
	for _, key := range keys {
		privileges = append(privileges, map[string]string{"key": key})
	}
	body, err := json.Marshal(map[string]any{"privileges": privileges})
	if err != nil {
		h.t.Fatal(err)
	}
	return h.do(request{method: "PUT", path: fmt.Sprintf("/organizations/roles/%v", r["id"]), body: string(body)})
}

func TestRolesAreChangedAsAWholeAndResetToWhatTheyWere(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.do(request{method: "PUT", path: "/organizations/roles/reset", body: "null"}).want(200)
	first := h.do(request{path: "/organizations/roles"}).want(200).body
	roles := h.roles()
	named := false
	for _, r := range roles {
		if r["name"] == "Account" {
			named = true
			r["privileges"] = []any{}
			delete(r, "key")
		}
	}
	if !named {
		t.Fatal("no role is named Account")
	}
	whole, err := json.Marshal(roles)
	if err != nil {
		t.Fatal(err)
	}
	h.do(request{method: "PUT", path: "/organizations/roles", body: string(whole)}).want(200)
	if left := h.roleKeyed("admin")["privileges"].([]any); len(left) != 0 {
		t.Errorf("the role keeps %v", left)
	}
	h.do(request{method: "PUT", path: "/organizations/roles/reset", body: `{"any":"thing"}`}).want(200)
	if again := h.do(request{path: "/organizations/roles"}).body; string(again) != string(first) {
		t.Errorf("after the reset:\n%s\nbefore:\n%s", again, first)
	}
	for name, test := range map[string]struct {
		method, path, body string
		status             int
		say                string
	}{
		"system":                {"PUT", "/organizations/roles/12", `{"privileges":[{"key":"viewElements"},{"key":"system"}]}`, 403, "User can not add the 'system' privilege to any role."},
		"intelligence":          {"PUT", "/organizations/roles/13", `{"privileges":[{"key":"intelligence"}]}`, 403, "User can not add the 'intelligence' privilege to the 'default-user' role."},
		"one bad of two":        {"PUT", "/organizations/roles", `[{"id":12,"privileges":[]},{"id":13,"privileges":[{"key":"system"}]}]`, 403, "system"},
		"unknown privilege":     {"PUT", "/organizations/roles/12", `{"privileges":[{"key":"fly"}]}`, 400, "fly"},
		"unknown role":          {"PUT", "/organizations/roles/4711", `{"privileges":[]}`, 404, "4711"},
		"role -1":               {"PUT", "/organizations/roles/-1", `{"privileges":[]}`, 404, "-1"},
		"role 2^60":             {"PUT", "/organizations/roles/1152921504606846976", `{"privileges":[]}`, 404, "1152921504606846976"},
		"of operators":          {"PUT", "/organizations/roles/14", `{"privileges":[]}`, 404, "14"},
		"no array":              {"PUT", "/organizations/roles", `{"id":12}`, 400, "array"},
		"without id":            {"PUT", "/organizations/roles", `[{"name":"x"}]`, 400, "without id"},
		"delete a built-in one": {"DELETE", "/organizations/roles/12", ``, 409, "built in"},
	} {
		a := h.do(request{method: test.method, path: test.path, body: test.body})
		if a.status != test.status || !strings.Contains(string(a.body), test.say) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		if again := h.do(request{path: "/organizations/roles"}).body; string(again) != string(first) {
			t.Errorf("%s changed something", name)
		}
	}
}

func TestARoleCountsFromTheNextRequestOn(t *testing.T) {
	t.Parallel()
	h := build(t)
	clerk := h.as(h.adds("/organizations/users", "clerk@example.org"))
	org := h.roleKeyed("org")
	for _, privilege := range []struct{ key, method, path, body string }{
		{"viewElements", "GET", "/elements/999999999", ""},
		{"createElements", "POST", "/elements", `{}`},
		{"deleteElements", "DELETE", "/elements/999999999", ""},
		{"createElementInstances", "POST", "/elements/999999999/instances", `{}`},
		{"viewUsersOrg", "GET", "/organizations/users/999999999", ""},
		{"addUsersOrg", "POST", "/organizations/users", `{}`},
		{"editUsersAccount", "PATCH", "/organizations/users/999999999", `{"active":true}`},
		{"deleteUsersOrg", "DELETE", "/organizations/users/999999999", ""},
		{"viewUsersAccount", "GET", "/accounts/2/users", ""},
		{"addUsersAccount", "POST", "/accounts/2/users", `{}`},
		{"configureRoles", "GET", "/organizations/roles", ""},
	} {
		h.gives(org).want(200)
		clerk.do(request{method: privilege.method, path: privilege.path, body: privilege.body}).want(403, privilege.key[:4])
		h.gives(org, privilege.key).want(200)
		if a := clerk.do(request{method: privilege.method, path: privilege.path, body: privilege.body}); a.status == 403 || a.status == 401 || a.status >= 500 {
			t.Errorf("%s %s with %s: %d %s", privilege.method, privilege.path, privilege.key, a.status, a.body)
		}
	}
	// Who may only add users gives nobody what they lack.
	h.gives(org, "addUsersOrg").want(200)
	made := clerk.adds("/organizations/users", "new@example.org")
	if len(made.Roles) != 1 {
		t.Errorf("%+v", made.Roles) // the same role: no more than the clerk has
	}
	emea := fmt.Sprintf("/accounts/%d", h.account("emea"))
	boss := h.as(h.adds(emea+"/users", "boss@example.org", `"roles":[{"key":"admin"}]`))
	h.gives(h.roleKeyed("admin"), "addUsersAccount").want(200)
	if made := boss.adds(emea+"/users", "newer@example.org"); len(made.Roles) != 0 {
		t.Errorf("somebody without viewElements gave %+v", made.Roles)
	}
	// Nor by way of a role.
	h.gives(org, "configureRoles").want(200)
	clerk.do(request{method: "PUT", path: "/organizations/roles/12", body: `{"privileges":[{"key":"configureRoles"},{"key":"modifySecurity"}]}`}).want(403, "modifySecurity")
	clerk.do(request{method: "POST", path: "/organizations/roles", body: `{"name":"More","includes":["org-admin"]}`}).want(403)
	clerk.do(request{method: "PUT", path: "/organizations/roles/reset"}).want(200)
}

func TestAnOrganizationMakesRolesOfItsOwn(t *testing.T) {
	t.Parallel()
	h := build(t)
	var made struct{ ID int64 }
	h.do(request{method: "POST", path: "/organizations/roles", body: `{"name":"Build <b>Team</b>","description":"d","privileges":[{"key":"viewElements"}],"includes":["default-user"]}`}).
		want(200, `"key":"build-team"`, `"name":"Build Team"`, `"includes":["default-user"]`).into(&made)
	h.do(request{method: "POST", path: "/organizations/roles", body: `{"name":"Leads","key":"leads","includes":["build-team"]}`}).want(200)
	path := fmt.Sprintf("/organizations/roles/%d", made.ID)
	for name, test := range map[string]struct {
		method, path, body string
		status             int
		say                string
	}{
		"loop":             {"PUT", path, `{"includes":["leads"]}`, 400, "loop"},
		"itself":           {"PUT", path, `{"includes":["build-team"]}`, 400, "loop"},
		"unknown":          {"PUT", path, `{"includes":["nobody"]}`, 400, "nobody"},
		"operators":        {"PUT", path, `{"includes":["sys-admin"]}`, 400, "sys-admin"},
		"taken":            {"POST", "/organizations/roles", `{"name":"Leads"}`, 409, "leads"},
		"taken built-in":   {"POST", "/organizations/roles", `{"name":"x","key":"org"}`, 409, "org"},
		"no name":          {"POST", "/organizations/roles", `{}`, 400, "name"},
		"bad key":          {"POST", "/organizations/roles", `{"name":"x","key":"A B"}`, 400, "key"},
		"still included":   {"DELETE", path, ``, 409, "leads"},
		"no object":        {"POST", "/organizations/roles", `[]`, 400, "role like"},
		"system from here": {"POST", "/organizations/roles", `{"name":"x","privileges":[{"key":"system"}]}`, 403, "system"},
	} {
		a := h.do(request{method: test.method, path: test.path, body: test.body})
		if a.status != test.status || !strings.Contains(string(a.body), test.say) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	user := h.adds("/organizations/users", "lead@example.org", `"roles":[{"key":"leads"}]`)
	h.as(user).do(request{path: "/elements/keys"}).want(200)
	h.do(request{method: "PUT", path: "/organizations/roles/reset"}).want(200)
	h.do(request{path: "/organizations/roles"}).want(200, `"leads"`)
	h.do(request{method: "DELETE", path: fmt.Sprintf("/organizations/roles/%v", h.roleKeyed("leads")["id"])}).want(200)
	h.as(user).do(request{path: "/elements/keys"}).want(403)
	h.do(request{path: "/users/lead@example.org/roles"}).want(200)
	h.do(request{method: "DELETE", path: path}).want(200)
	h.do(request{method: "DELETE", path: path}).want(404)
}

func TestACustomerHasSeveralOrganizationsThatDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.do(request{path: "/customers/me"}).want(200, `"id":`)
	var up struct {
		Organization struct {
			ID     int64
			Secret string
		}
		Account struct{ ID int64 }
		User    person
	}
	h.do(request{method: "POST", path: "/customers/signup", body: `{"organization":{"name":"Second"},"account":{"name":"Main"},
		"user":{"firstName":"Eve","lastName":"Adams","email":"eve@example.net","password":"` + password + `"}}`}).want(200).into(&up)
	eve := *h
	eve.user, eve.organization = up.User.Secret, up.Organization.Secret
	eve.do(request{path: "/organizations/me"}).want(200, `"name":"Second"`, `"canCreatePeer":false`)
	eve.do(request{method: "PUT", path: "/organizations/me", body: `{"name":"Second <i>Ltd</i>","id":1}`}).want(200, `"name":"Second Ltd"`)
	eve.do(request{path: "/customers/me"}).want(200)
	for _, r := range []request{
		{path: "/customers/organizations"}, {method: "POST", path: "/organizations", body: `{"name":"Third"}`},
		{method: "DELETE", path: "/customers/organizations/2"}, {method: "POST", path: "/customers/signup", body: `{}`},
	} {
		eve.do(r).want(403, "customer-admin")
	}
	for _, path := range []string{"/users/ada@example.org", "/accounts/2", "/accounts/2/users", "/organizations/2/accounts", "/organizations/2/accounts/2", "/accounts/2/instances"} {
		eve.do(request{path: path}).want(404)
	}
	h.do(request{path: fmt.Sprintf("/users/%d", up.User.ID)}).want(404)
	h.do(request{path: fmt.Sprintf("/accounts/%d", up.Account.ID)}).want(404)
	h.do(request{path: fmt.Sprintf("/organizations/%d/accounts", up.Organization.ID)}).want(200, `"name":"Main"`)
	list := h.do(request{path: "/customers/organizations"}).want(200, "Second Ltd")
	if strings.Contains(string(list.body), up.Organization.Secret) {
		t.Error("a list shows secrets")
	}
	h.do(request{method: "POST", path: "/customers/signup", body: fmt.Sprintf(`{"organization":{"id":%d},"account":{"externalId":"branch"},
		"user":{"firstName":"Eva","lastName":"Adams","email":"eva@example.net","password":"%s"}}`, up.Organization.ID, password)}).want(200, `"default-user"`)
	before := h.do(request{path: "/customers/organizations"}).body
	h.do(request{method: "POST", path: "/customers/signup", body: `{"organization":{"name":"Broken"},"user":{"firstName":"Eve","lastName":"Adams","email":"eve@example.net","password":"` + password + `"}}`}).want(409)
	h.do(request{method: "POST", path: "/customers/signup", body: `{"organization":{"name":"Broken"}}`}).want(400)
	if after := h.do(request{path: "/customers/organizations"}).body; string(after) != string(before) {
		t.Error("a refused sign-up leaves an organization behind")
	}
	h.do(request{method: "DELETE", path: "/customers/organizations/2"}).want(409)
	h.do(request{method: "DELETE", path: fmt.Sprintf("/customers/organizations/%d", up.Organization.ID)}).want(200)
	eve.do(request{path: "/organizations/me"}).want(401)
	h.do(request{path: "/customers/organizations/-1"}).want(404)
}
