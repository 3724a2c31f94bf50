package wire_test

import (
	"strings"
	"testing"

	"jackfield/simulator/rest"
)

func pipedrive(t *testing.T) *reached {
	t.Helper()
	return shippedConnector(t, "pipedrive", "crm", "", `{"pipedrive.api.token":"demo-api-token"}`)
}

func TestPipedriveListsByCursorInBothVersions(t *testing.T) {
	t.Parallel()
	p := pipedrive(t)
	for _, path := range []string{
		"/contacts", "/accounts", "/opportunities", "/activities", "/notes", "/accounts/1/activities", "/opportunities/1/notes", "/contacts/1/mails",
	} {
		p.pages(path, 5)
	}
	got := p.call("GET", "/contacts", "", "orderBy", "add_time desc", "pageSize", "1").want(200).rows()
	if got[0]["name"] != "Person 027" {
		t.Errorf("ordered: %v", got)
	}
	p.call("GET", "/contacts", "", "orderBy", "name").want(400)
	p.call("GET", "/contacts", "", "orderBy", "id desc, name").want(400, "one field")
	p.call("GET", "/contacts", "", "orderBy", "id sideways").want(400, "asc or desc")
	users := p.call("GET", "/users", "", "pageSize", "1").want(200)
	if len(users.rows()) != 1 || users.next() == "" || len(p.call("GET", "/users", "", "pageSize", "1", "page", "2").want(200).rows()) != 1 {
		t.Errorf("the whole list is not cut: %s", users.body)
	}
	p.call("GET", "/users/me", "").want(200, "demo.user@example.com")
	p.call("GET", "/filters", "", "type", "deals").want(200, "My deals")
	p.call("GET", "/activity-types", "").want(200, "key_string")
	p.clean()
}

func TestPipedriveRecordsComeOutOfTheirEnvelope(t *testing.T) {
	t.Parallel()
	p := pipedrive(t)
	for path, bodies := range map[string][2]string{
		"/contacts":      {`{"name":"Ünïcode \"quoted\"","email1":{"value":"a@example.com","label":"work"},"email2":"b@example.com","phone1":"+15550100","custom_fields":{"dcf558aac1ae4e8c4f849ba5e668430d8df9be12":"x"}}`, `{"owner_id":8}`},
		"/accounts":      {`{"name":"Analytical Engines","address":{"value":"London"}}`, `{"owner_id":8}`},
		"/opportunities": {`{"title":"Engine","value":12.50,"currency":"GBP"}`, `{"status":"won"}`},
		"/activities":    {`{"subject":"Call","type":"call","deal_id":1}`, `{"done":true}`},
		"/notes":         {`{"content":"first","deal_id":1}`, `{"content":"second"}`},
	} {
		made := p.call("POST", path, bodies[0]).want(200).record()
		if made["success"] != nil || made["id"] == nil {
			t.Fatalf("%s: the envelope stays: %v", path, made)
		}
		one := path + "/" + id(made, "id")
		for _, method := range []string{"PATCH", "PUT"} {
			changed := p.call(method, one, bodies[1]).want(200).record()
			if changed["id"] != made["id"] || len(changed) < len(made) {
				t.Errorf("%s %s: %v becomes %v", method, path, made, changed)
			}
		}
		p.call("GET", one, "").want(200)
		p.call("DELETE", one, "").want(200)
		p.call("GET", one, "").want(404, "There is no")
	}
	person := p.call("POST", "/contacts", `{"name":"Ada","email1":{"value":"a@example.com","label":"work"},"email3":{"value":"c@example.com"},"phone2":"+1"}`).want(200)
	for _, part := range []string{`"value":"a@example.com"`, `"primary":true`, `"phones":[{"primary":true,"value":"+1"}]`} {
		if !strings.Contains(string(person.body), part) {
			t.Errorf("%s lacks %s", person.body, part)
		}
	}
	p.call("POST", "/contacts", `{}`).want(400, "name")
	p.clean()
}

func TestPipedriveFiltersWhatItCanAndTheRestIsFilteredHere(t *testing.T) {
	t.Parallel()
	p := pipedrive(t)
	for where, sent := range map[string]string{
		"owner_id = 7": "limit=100&owner_id=7", "id IN (3, 5)": "ids=3%2C5&limit=100", "id = 3": "ids=3&limit=100",
		"update_time >= '2026-01-01 00:20:00'":                   "limit=100&updated_since=2026-01-01T00%3A20%3A00Z",
		"update_time > '2026-01-01 00:20:00' AND owner_id = '8'": "limit=500&owner_id=8&updated_since=2026-01-01T00%3A20%3A00Z",
		"update_time < '2026-01-01T00:05:00Z'":                   "limit=500&updated_until=2026-01-01T00%3A05%3A00Z",
		"name = 'Person 007'":                                    "limit=500",
	} {
		p.call("GET", "/contacts", "", "where", where, "pageSize", "100").want(200)
		if got := p.lastCall().Query.Encode(); got != sent {
			t.Errorf("%s sends %s, want %s", where, got, sent)
		}
	}
	at := func(r map[string]any) string { return r["update_time"].(string) }
	p.found("/contacts", "update_time > '2026-01-01 00:20:00'", func(r map[string]any) bool { return at(r) > "2026-01-01T00:20:00Z" })
	p.found("/contacts", "update_time >= '2026-01-01T00:20:00Z'", func(r map[string]any) bool { return at(r) >= "2026-01-01T00:20:00Z" })
	p.found("/contacts", "update_time < '2026-01-01T00:05:00Z'", func(r map[string]any) bool { return at(r) < "2026-01-01T00:05:00Z" })
	p.found("/contacts", "emails.value = 'person9@example.com'", func(r map[string]any) bool { return r["name"] == "Person 009" })
	p.found("/opportunities", "status = 'won' AND value > 10", func(r map[string]any) bool { return r["status"] == "won" && r["value"].(float64) > 10 })
	p.found("/opportunities", "status = 'won' OR title LIKE '%01%'", func(r map[string]any) bool {
		return r["status"] == "won" || strings.Contains(r["title"].(string), "01")
	})
	p.found("/notes", "content = 'Note 004'", func(r map[string]any) bool { return r["content"] == "Note 004" })
	p.found("/users", "active_flag = true", func(r map[string]any) bool { return r["active_flag"] == true })
	p.pages("/contacts", 3, "where", "name LIKE 'Person 0%' AND owner_id = 7")
	if got := p.call("GET", "/contacts/search", "", "term", "Person 01").want(200).rows(); len(got) != 10 || got[0]["name"] == nil {
		t.Errorf("the search finds %d: %v", len(got), got)
	}
	p.clean()
}

func TestPipedriveByTokenOfAnApp(t *testing.T) {
	t.Parallel()
	p := pipedrive(t)
	body := `{"element":{"key":"pipedrive"},"name":"app","providerData":{"access_token":"demo-access-token","refresh_token":"r"},` +
		`"configuration":{"authentication.type":"oauth2","oauth.api.key":"id","oauth.api.secret":"secret","oauth.user.token":"demo-access-token"}}`
	app := p.create(body)
	p.do(request{path: "/hubs/crm/contacts", token: app.Token}).want(200)
	if p.lastCall().Header.Get("X-Api-Token") != "" {
		t.Error("a token of the other kind is sent")
	}
}

func TestPipedriveSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	p := pipedrive(t)
	p.refuses("/contacts")
	p.call("GET", "/ping", "").want(200, `"valid":true`)
	p.do(request{method: "POST", path: "/instances", body: `{"element":{"key":"pipedrive"},"name":"x","configuration":{"pipedrive.api.token":"wrong"}}`}).want(401)
	p.do(request{method: "POST", path: "/instances", body: `{"element":{"key":"pipedrive"},"name":"x"}`}).want(401)
	p.simulator.Fault(rest.Fault{Status: 403, Message: "Scope and URL mismatch"})
	p.call("GET", "/contacts", "").want(403, "Scope and URL mismatch")
	p.call("GET", "/objects/contacts/metadata", "").want(200, "emails")
}
