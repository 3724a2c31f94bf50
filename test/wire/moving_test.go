package wire_test

import (
	"strings"
	"testing"

	"jackfield/internal/mail/mailtest"
	"jackfield/internal/transfer"
)

// What software that called the original has stored.
const (
	movedOrganization = "fedcba9876543210fedcba9876543210"
	movedUser         = "c2VjcmV0IG9mIGEgdXNlciBvZiB0aGUgb2xkIHN5c3Q="
	movedToken        = "dG9rZW4gb2YgYW4gaW5zdGFuY2Ugb2YgdGhlIG9sZCE="
)

const moved = `{"type":"organization","ref":819,"name":"Acme","externalId":"acme","secret":"` + movedOrganization + `"}
{"type":"account","ref":4030,"organization":819,"externalId":"acme","default":true}
{"type":"user","ref":41,"account":4030,"email":"charles@example.org","firstName":"Charles","lastName":"Babbage","secret":"` + movedUser + `","password":"Sample-Passw0rd","roles":["org-admin"]}
{"type":"instance","id":1234567,"user":41,"element":{"key":"actessentials"},"name":"Old","token":"` + movedToken + `","tags":["old"],` + actKeys + `}
`

func TestSoftwareWithStoredCredentialsWorksAfterMovingHouse(t *testing.T) {
	t.Parallel()
	h := build(t)
	stored := map[string]string{"Authorization": "User " + movedUser + ", Organization " + movedOrganization + ", Element " + movedToken}
	call := request{path: "/hubs/crm/contacts?pageSize=2", header: stored}
	h.do(call).want(401) // a server that has seen them before must not remember that they were unknown
	result, err := transfer.Import{DB: h.server.DB, Access: h.server.Access, Catalog: h.server.Catalog}.Run(t.Context(), strings.NewReader(moved))
	if err != nil {
		t.Fatal(err, result)
	}
	h.do(call).want(200, "lastName")
	platform := map[string]string{"Authorization": "User " + movedUser + ", Organization " + movedOrganization}
	h.do(request{path: "/instances/1234567", header: platform}).want(200, `"id":1234567`, `"token":"`+movedToken+`"`, `"old"`, `"username":`)
	h.do(request{path: "/instances/1234567/configuration", header: platform}).want(200, `"username"`, `"password"`)
	h.do(request{path: "/users/41", header: platform}).want(200, "charles@example.org")
	h.do(request{path: "/accounts/4030", header: platform}).want(200, `"companyId":819`)
	h.do(request{path: "/organizations/me", header: platform}).want(200, movedOrganization)
	h.do(request{method: "POST", path: "/authentication", body: `{"username":"charles@example.org","password":"Sample-Passw0rd"}`, header: map[string]string{"Authorization": ""}}).want(200, `"organizationId":819`)
	var next made
	h.do(request{method: "POST", path: "/instances", header: platform, body: `{"element":{"key":"actessentials"},` + actKeys + `,"name":"New"}`}).want(200).into(&next)
	if next.ID != 1234568 {
		t.Errorf("the next instance has the id %d", next.ID)
	}
	h.do(request{path: "/instances/1234567"}).want(404) // the operator's organization is another
}

func TestAUserWhoMovedInWithoutAPasswordGetsOneByLetter(t *testing.T) {
	t.Parallel()
	post := mailtest.Start(t, mailtest.Options{})
	h := build(t, postOffice(t, post))
	file := `{"type":"organization","ref":1,"name":"Acme","externalId":"acme"}
{"type":"account","ref":1,"organization":1,"externalId":"acme","default":true}
{"type":"user","ref":1,"account":1,"email":"mary@example.org","firstName":"Mary","lastName":"Anning"}`
	if result, err := (transfer.Import{DB: h.server.DB, Access: h.server.Access, Catalog: h.server.Catalog}).Run(t.Context(), strings.NewReader(file)); err != nil {
		t.Fatal(err, result)
	}
	login := request{method: "POST", path: "/authentication", body: `{"username":"mary@example.org","password":"Sample-Passw0rd"}`, header: none}
	h.do(login).want(401)
	h.forget("mary@example.org").want(200)
	h.reset(tokenIn(t, next(t, post).Data), "Sample-Passw0rd").want(200)
	h.do(login).want(200)
}
