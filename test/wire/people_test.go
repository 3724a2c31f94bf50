package wire_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// person is what tests need of a user.
type person struct {
	ID       int64   `json:"id"`
	Email    string  `json:"email"`
	Secret   string  `json:"secret"`
	Active   bool    `json:"active"`
	FullName string  `json:"fullName"`
	City     string  `json:"city"`
	External *string `json:"externalId"`
	Roles    []struct {
		ID         int64  `json:"id"`
		Key        string `json:"key"`
		Privileges []struct {
			Key string `json:"key"`
		} `json:"privileges"`
	} `json:"roles"`
}

// adds creates a user below a path and returns it.
func (h *house) adds(path, email string, members ...string) person {
	h.t.Helper()
	body := `{"firstName":"Frank","lastName":"Ricard","email":"` + email + `","password":"` + password + `"` + strings.Join(append([]string{""}, members...), ",") + `}`
	var p person
	h.do(request{method: "POST", path: path, body: body}).want(200).into(&p)
	return p
}

// as is the house with the credentials of somebody of the same organization.
func (h *house) as(p person) *house {
	other := *h
	other.user = p.Secret
	return &other
}

func (h *house) account(externalID string) int64 {
	h.t.Helper()
	var a struct {
		ID int64 `json:"id"`
	}
	h.do(request{method: "POST", path: "/accounts/", body: `{"externalId":"` + externalID + `"}`}).want(200).into(&a)
	return a.ID
}

func TestAUserIsMadeFoundChangedAndDeleted(t *testing.T) {
	t.Parallel()
	h := build(t)
	made := h.adds("/organizations/users", "frank+1@example.org", `"city":"Bath"`)
	if len(made.Roles) != 1 || made.Roles[0].Key != "org" || len(made.Roles[0].Privileges) == 0 || made.Secret == "" || made.City != "Bath" {
		t.Fatalf("%+v", made)
	}
	h.as(made).do(request{path: "/organizations/me"}).want(200, h.organization)
	id := fmt.Sprint(made.ID)
	h.do(request{path: "/organizations/users/" + id}).want(200, `"lastLoginDate":"20`)
	for _, email := range []string{"frank+1@example.org", "frank%2B1@example.org", "FRANK+1@Example.org"} {
		h.do(request{path: "/organizations/users/" + email}).want(200, `"id":`+id)
		h.do(request{path: "/users/" + email}).want(200, `"id":`+id)
	}
	a := h.do(request{path: "/users/" + id, header: map[string]string{"elements-user-password": password}}).want(200)
	if !strings.Contains(string(a.body), made.Secret) {
		t.Error("the right password does not show the secret")
	}
	a = h.do(request{path: "/users/" + id, header: map[string]string{"elements-user-password": "wrong"}}).want(200)
	if strings.Contains(string(a.body), made.Secret) {
		t.Error("a wrong password shows the secret")
	}
	h.do(request{method: "PATCH", path: "/users/" + id, body: `{"firstName":"Franka","password":"secured","id":99}`}).want(200, `"fullName":"Franka Ricard"`, `"city":"Bath"`)
	h.do(request{path: "/organizations/users", query: url.Values{"where": {"firstName='Franka'"}}}).want(200, `"id":`+id)
	h.do(request{path: "/organizations/users", query: url.Values{"where": {"firstName='Nobody'"}}}).want(404, "No users found")
	h.do(request{path: "/organizations/users", query: url.Values{"where": {"shoeSize='9'"}}}).want(400, "shoeSize")
	h.do(request{method: "PATCH", path: "/organizations/users/" + id, body: `{"active":false}`}).want(200, `"active":false`)
	h.as(made).do(request{path: "/organizations/me"}).want(401)
	h.do(request{path: "/organizations/users/" + id}).want(200, `"active":false`)
	h.do(request{method: "PATCH", path: "/organizations/users/" + id, body: `{"active":true}`}).want(200, `"active":true`)
	h.as(made).do(request{path: "/organizations/me"}).want(200)
	h.do(request{method: "DELETE", path: "/organizations/users/frank%2B1@example.org"}).want(200)
	h.do(request{path: "/users/" + id}).want(404)
	h.as(made).do(request{path: "/organizations/me"}).want(401)
}

func TestWhatIsWrongWithAUserIsSaidAndLeavesNoTrace(t *testing.T) {
	t.Parallel()
	h := build(t)
	before := h.do(request{path: "/users"}).want(200).body
	long := strings.Repeat("x", 300)
	for name, test := range map[string]struct {
		body   string
		status int
		say    string
	}{
		"empty":           {`{}`, 400, "required"},
		"no body":         {``, 400, "required"},
		"not JSON":        {`[`, 400, "JSON object"},
		"array":           {`[]`, 400, "JSON object"},
		"number as name":  {`{"firstName":1}`, 400, "firstName"},
		"no e-mail":       {`{"firstName":"A","lastName":"B","password":"` + password + `"}`, 400, "email"},
		"bad e-mail":      {`{"firstName":"A","lastName":"B","email":"x","password":"` + password + `"}`, 400, "email"},
		"only tags":       {`{"firstName":"<b></b>","lastName":"B","email":"x@example.org","password":"` + password + `"}`, 400, "firstName"},
		"long name":       {`{"firstName":"` + long + `","lastName":"B","email":"x@example.org","password":"` + password + `"}`, 400, "255"},
		"no password":     {`{"firstName":"A","lastName":"B","email":"x@example.org"}`, 400, "password"},
		"short password":  {`{"firstName":"Cat","lastName":"Bee","email":"xy@example.org","password":"short"}`, 400, "at least"},
		"name inside":     {`{"firstName":"churros","lastName":"Bee","email":"xy@example.org","password":"Churros1!"}`, 400, "first name"},
		"unknown role":    {`{"firstName":"A","lastName":"B","email":"x@example.org","password":"` + password + `","roles":[{"key":"king"}]}`, 400, "king"},
		"roles as text":   {`{"firstName":"A","lastName":"B","email":"x@example.org","password":"` + password + `","roles":"org"}`, 400, "roles"},
		"taken e-mail":    {`{"firstName":"Cat","lastName":"Bee","email":"ADA@example.org","password":"` + password + `"}`, 409, "already exists"},
		"taken by system": {`{"firstName":"Cat","lastName":"Bee","email":"system@jackfield.invalid","password":"` + password + `"}`, 409, "already exists"},
		"NUL":             {`{"firstName":"Cat\u0000","lastName":"B\u0000ee","email":"x@example.org","password":"Short1!"}`, 400, "at least"},
	} {
		a := h.do(request{method: "POST", path: "/organizations/users", body: test.body})
		if a.status != test.status || !strings.Contains(string(a.body), test.say) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for _, id := range []string{"-1", "1152921504606846976", "99999999999999999999999", "nobody@example.org"} {
		for _, method := range []string{"GET", "PATCH", "DELETE"} {
			h.do(request{method: method, path: "/organizations/users/" + id, body: bodyFor(method)}).want(404)
			h.do(request{method: method, path: "/users/" + id, body: bodyFor(method)}).want(404)
		}
		h.do(request{method: "PUT", path: "/users/" + id + "/roles/org"}).want(404)
	}
	if after := h.do(request{path: "/users"}).want(200).body; string(after) != string(before) {
		t.Errorf("something stayed:\n%s\n%s", before, after)
	}
}

func bodyFor(method string) string {
	if method == "PATCH" || method == "PUT" {
		return `{"firstName":"X"}`
	}
	return ""
}

func TestNobodyReachesAboveOrOutside(t *testing.T) {
	t.Parallel()
	h := build(t)
	account := fmt.Sprintf("/accounts/%d", h.account("emea"))
	sibling := fmt.Sprintf("/accounts/%d", h.account("apac"))
	chief := h.adds(account+"/users", "chief@example.org", `"roles":[{"key":"admin"},{"key":"default-user"}]`)
	plain := h.adds(account+"/users", "plain@example.org")
	far := h.adds(sibling+"/users", "far@example.org")
	clerk := h.adds("/organizations/users", "clerk@example.org", `"roles":[{"key":"org"},{"key":"admin"}]`)
	admin := "/users/ada@example.org"

	asChief := h.as(chief)
	asChief.do(request{path: "/users"}).want(200, "plain@example.org", "chief@example.org")
	if list := asChief.do(request{path: "/users"}); strings.Contains(string(list.body), "far@") || strings.Contains(string(list.body), "ada@") {
		t.Errorf("a list shows users of other accounts: %s", list.body)
	}
	for _, path := range []string{admin, "/users/" + fmt.Sprint(far.ID), "/users/far@example.org", sibling + "/users/" + fmt.Sprint(far.ID)} {
		asChief.do(request{path: path}).want(404)
		asChief.do(request{method: "PATCH", path: path, body: `{"password":"Other-Passw0rd"}`}).want(404)
		asChief.do(request{method: "DELETE", path: path}).want(404)
	}
	asChief.do(request{path: sibling + "/users"}).want(404)
	asChief.do(request{path: sibling}).want(404)
	asChief.do(request{path: "/organizations/users"}).want(403, "viewUsersOrg")
	asChief.do(request{method: "POST", path: "/accounts", body: `{"externalId":"x"}`}).want(403)
	asChief.do(request{method: "POST", path: account + "/users", body: `{"firstName":"New","lastName":"Chief","email":"new@example.org","password":"` + password + `","roles":[{"key":"org-admin"}]}`}).want(403)
	asChief.do(request{method: "PUT", path: "/users/" + fmt.Sprint(plain.ID) + "/roles/org-admin"}).want(403)
	asChief.do(request{method: "PUT", path: "/users/" + fmt.Sprint(chief.ID) + "/roles/org-admin"}).want(403)
	asChief.do(request{method: "PUT", path: account + "/roles/org-admin"}).want(403)
	asChief.do(request{method: "PUT", path: "/users/" + fmt.Sprint(plain.ID) + "/roles/admin"}).want(200, `"key":"admin"`)

	asClerk := h.as(clerk) // in the same account as the administrator
	asClerk.do(request{path: admin}).want(403)
	asClerk.do(request{method: "PATCH", path: admin, body: `{"password":"Other-Passw0rd"}`}).want(403)
	asClerk.do(request{method: "PATCH", path: admin, body: `{"email":"mine@example.org"}`}).want(403)
	asClerk.do(request{method: "DELETE", path: admin}).want(403)
	asClerk.do(request{method: "DELETE", path: admin + "/roles/org-admin"}).want(403)
	asClerk.do(request{path: account + "/users"}).want(404)
	h.as(plain).do(request{method: "DELETE", path: "/users/" + fmt.Sprint(far.ID)}).want(404)
	h.as(far).do(request{path: "/users"}).want(403)
	h.as(far).do(request{method: "DELETE", path: "/users/-1"}).want(403)
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	h := build(t)
	me := "/users/ada@example.org"
	for _, r := range []request{
		{method: "DELETE", path: me},
		{method: "PATCH", path: me, body: `{"active":false}`},
		{method: "DELETE", path: me + "/roles/org-admin"},
		{method: "PUT", path: "/organizations/roles/10", body: `{"privileges":[]}`},
		{method: "PUT", path: "/organizations/roles/10", body: `{"active":false}`},
	} {
		h.do(r).want(409)
		h.do(request{path: "/users/me/roles"}).want(200, "org-admin", "configureRoles")
	}
	second := h.adds("/organizations/users", "second@example.org", `"roles":[{"key":"org-admin"}]`)
	h.do(request{method: "DELETE", path: me + "/roles/org-admin"}).want(200)
	h.as(second).do(request{method: "DELETE", path: "/users/" + fmt.Sprint(second.ID)}).want(409)
}

func TestAccountsComeGoAndComeBack(t *testing.T) {
	t.Parallel()
	h := build(t)
	id := h.account("emea")
	path := fmt.Sprintf("/accounts/%d", id)
	h.do(request{path: path}).want(200, `"name":"emea"`, `"description":"emea"`, `"defaultAccount":false`, `"type":"CompanyAccount"`)
	h.do(request{method: "POST", path: "/accounts", body: `{"externalId":"emea"}`}).want(409)
	h.do(request{method: "POST", path: "/accounts", body: `{"name":"x"}`}).want(400, "externalId")
	h.do(request{method: "PATCH", path: path, body: `{"name":"EMEA <b>x</b>"}`}).want(200, `"name":"EMEA x"`, `"description":"emea"`)
	h.do(request{method: "PUT", path: path, body: `{"name":"Europe"}`}).want(200, `"description":"Europe"`)
	h.do(request{path: "/accounts", query: url.Values{"where": {"name='Europe'"}}}).want(200, `"externalId":"emea"`)
	var all []person
	h.do(request{path: "/accounts", query: url.Values{"where": {"defaultAccount=true"}}}).want(200).into(&all)
	if len(all) != 1 {
		t.Errorf("%d default accounts", len(all))
	}
	user := h.adds(path+"/users", "u@example.org")
	if user.Roles[0].Key != "default-user" {
		t.Errorf("%+v", user)
	}
	h.do(request{method: "PATCH", path: path + "/users/" + fmt.Sprint(user.ID), body: `{"externalId":"e-1"}`}).want(200, `"externalId":"e-1"`)
	h.do(request{method: "PUT", path: path + "/users/" + fmt.Sprint(user.ID), body: `{"firstName":"Ann","lastName":"Lee","email":"u@example.org","city":"Bath"}`}).want(200, `"city":"Bath"`, `"externalId":null`)
	h.do(request{method: "PUT", path: path + "/roles/admin"}).want(200, `"key":"admin"`)
	h.do(request{path: path + "/roles"}).want(200, `"key":"admin"`)
	h.as(user).do(request{path: path + "/users"}).want(200)
	h.do(request{method: "DELETE", path: path + "/roles/admin"}).want(200)
	h.as(user).do(request{path: path + "/users"}).want(403)
	h.do(request{method: "PATCH", path: path + "/settings", body: `{"notification.webhook.failure.policy":"queue"}`}).want(200, "queue")
	h.do(request{method: "POST", path: path + "/settings", body: `{"notification.webhook.failure.policy":"never"}`}).want(400, "retry or queue")
	h.do(request{path: path + "/settings"}).want(200, "queue")

	h.as(user).do(request{path: "/elements"}).want(200)
	h.do(request{method: "DELETE", path: path}).want(200)
	h.as(user).do(request{path: "/elements"}).want(401)
	h.do(request{path: path}).want(404)
	h.do(request{path: path, query: url.Values{"includeInactive": {"true"}}}).want(200, `"active":false`)
	if list := h.do(request{path: "/accounts"}).want(200); strings.Contains(string(list.body), "emea") {
		t.Error("a deleted account is listed")
	}
	h.do(request{method: "PATCH", path: path, body: `{"active":true}`}).want(200)
	h.as(user).do(request{path: "/elements"}).want(200)
	h.do(request{method: "DELETE", path: fmt.Sprintf("/accounts/%d", all[0].ID)}).want(409)
	for _, missing := range []string{"/accounts/-1", "/accounts/1152921504606846976", "/organizations/-1/accounts", "/organizations/2/accounts/-1", "/accounts/1"} {
		h.do(request{path: missing}).want(404)
	}
	h.do(request{path: "/organizations/2/accounts"}).want(200, "emea")
	h.do(request{path: fmt.Sprintf("/organizations/2/accounts/%d", id)}).want(200, "emea")
}

func TestInstancesOfSubAccountsAreSeenBySomeAlone(t *testing.T) {
	t.Parallel()
	h := build(t)
	emea := fmt.Sprintf("/accounts/%d", h.account("emea"))
	user := h.as(h.adds(emea+"/users", "u@example.org"))
	peer := h.as(h.adds(emea+"/users", "peer@example.org"))
	clerk := h.adds("/organizations/users", "clerk@example.org")
	made := user.act("Theirs")
	path := fmt.Sprintf("/instances/%d", made.ID)

	h.do(request{path: emea + "/instances"}).want(200, "Theirs")
	h.do(request{path: emea + "/instances", query: url.Values{"searchText": {"nothing"}}}).want(404)
	h.do(request{path: "/instances"}).want(404)
	h.do(request{path: "/accounts/instances"}).want(404)
	user.do(request{path: "/instances"}).want(200, "Theirs")
	user.do(request{path: emea + "/instances"}).want(200, "Theirs")
	peer.do(request{path: "/instances"}).want(404)
	peer.do(request{path: path}).want(404)
	peer.do(request{method: "DELETE", path: path}).want(403)

	h.as(clerk).do(request{path: "/instances"}).want(404)
	h.as(clerk).do(request{path: emea + "/instances"}).want(404)
	h.as(clerk).do(request{path: path}).want(404)
	h.do(request{method: "PUT", path: "/users/clerk@example.org/roles/sub-account-instances"}).want(200)
	h.as(clerk).do(request{path: "/instances"}).want(200, "Theirs")
	h.as(clerk).do(request{path: emea + "/instances"}).want(200, "Theirs")
	h.as(clerk).do(request{path: path}).want(200)
	h.as(clerk).do(request{method: "DELETE", path: path}).want(403)

	// Whoever leaves takes along what only they had.
	h.do(request{method: "PATCH", path: "/users/u@example.org", body: `{"active":false}`}).want(200)
	h.do(request{path: emea + "/instances"}).want(200, "Theirs")
	h.do(request{method: "PATCH", path: "/users/u@example.org?permanent=true", body: `{"active":false}`}).want(200)
	h.do(request{path: emea + "/instances"}).want(404)
	h.do(request{path: "/hubs/crm/contacts", token: made.Token}).want(401)
}
