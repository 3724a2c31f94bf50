package wire_test

import (
	"strings"
	"testing"

	"jackfield/simulator/rest"
)

func closeio(t *testing.T) *reached {
	t.Helper()
	return shippedConnector(t, "closeio", "crm", "/api/v1", `{"username":"demo-api-key"}`)
}

// clean checks that nothing was sent that the provider does not know.
func (p *reached) clean() {
	p.t.Helper()
	for _, r := range p.simulator.Journal() {
		if len(r.UnknownParameters)+len(r.UnknownFields) > 0 {
			p.t.Errorf("%s %s?%s sends %v %v, which the provider does not know", r.Method, r.Path, r.Query.Encode(), r.UnknownParameters, r.UnknownFields)
		}
	}
}

// lastCall is the provider call of the last request of a test.
func (p *reached) lastCall() rest.Request {
	p.t.Helper()
	journal := p.simulator.Journal()
	if len(journal) == 0 {
		p.t.Fatal("the provider was not called")
	}
	return journal[len(journal)-1]
}

func TestCloseListsItsRecordsToTheEnd(t *testing.T) {
	t.Parallel()
	p := closeio(t)
	for _, path := range []string{"/accounts", "/contacts", "/opportunities", "/activities", "/notes", "/tasks"} {
		p.pages(path, 5)
		first := p.call("GET", path, "", "pageSize", "5").want(200)
		second := p.call("GET", path, "", "pageSize", "5", "page", "2").want(200)
		if string(second.body) != string(p.call("GET", path, "", "pageSize", "5", "nextPage", first.next()).want(200).body) {
			t.Errorf("%s: page 2 by number and by token differ", path)
		}
	}
	p.pages("/accounts/lead_bluth/contacts", 3)
	for _, row := range p.call("GET", "/accounts/lead_bluth/opportunities", "").want(200).rows() {
		if row["lead_id"] != "lead_bluth" {
			t.Errorf("an opportunity of another account: %v", row)
		}
	}
	got := p.call("GET", "/accounts", "", "orderBy", "-name", "pageSize", "1").want(200).rows()
	if got[0]["name"] != "O'Brien & Sons" {
		t.Errorf("ordered: %v", got)
	}
	p.call("GET", "/users", "").want(200, "demo.user@example.com")
	p.call("GET", "/users/me", "").want(200, "user_demo")
	if r := p.call("GET", "/accounts", "", "pageSize", "500").want(200); !strings.Contains(r.header.Get("Elements-Error"), "100") || p.lastCall().Query.Get("_limit") != "100" {
		t.Errorf("a large page: %q", r.header.Get("Elements-Error"))
	}
	p.clean()
}

func TestCloseRecordsAreMadeChangedAndDeleted(t *testing.T) {
	t.Parallel()
	p := closeio(t)
	for path, bodies := range map[string][2]string{
		"/accounts":      {`{"name":"Ünïcode \"quoted\"","description":"d","custom":{"cf_1":"x"}}`, `{"description":"changed"}`},
		"/contacts":      {`{"lead_id":"lead_bluth","name":"Ada","emails":[{"email":"ada@example.com","type":"office"}]}`, `{"title":"Countess"}`},
		"/opportunities": {`{"lead_id":"lead_bluth","value":50000,"value_period":"one_time"}`, `{"confidence":90}`},
		"/notes":         {`{"lead_id":"lead_bluth","note":"first"}`, `{"note":"second"}`},
		"/tasks":         {`{"lead_id":"lead_bluth","text":"call","date":"2026-05-01"}`, `{"is_complete":true}`},
	} {
		made := p.call("POST", path, bodies[0]).want(200).record()
		one := path + "/" + id(made, "id")
		for _, method := range []string{"PATCH", "PUT"} {
			changed := p.call(method, one, bodies[1]).want(200).record()
			if changed["id"] != made["id"] || len(changed) < len(made) {
				t.Errorf("%s %s: %v becomes %v", method, path, made, changed)
			}
		}
		p.call("GET", one, "").want(200)
		p.call("DELETE", one, "").want(200)
		p.call("GET", one, "").want(404, "The provider found nothing", "There is no")
		p.call("DELETE", one, "").want(404)
	}
	p.call("POST", "/contacts", `{"name":"Ada"}`).want(400, "lead_id")
	p.call("POST", "/contacts", `{"lead_id":`).want(400)
}

func TestCloseFindsWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	p := closeio(t)
	holds := func(field, value string) func(map[string]any) bool {
		return func(r map[string]any) bool { return r[field] == value }
	}
	p.found("/accounts", "name = 'O''Brien & Sons'", holds("name", "O'Brien & Sons"))
	p.found("/accounts", "status_id = 'stat_customer' AND date_updated > '2026-01-01T00:10:00Z'", func(r map[string]any) bool {
		return r["status_id"] == "stat_customer" && r["date_updated"].(string) > "2026-01-01T00:10:01"
	})
	p.found("/contacts", "lead_id = 'lead_bluth'", holds("lead_id", "lead_bluth"))
	if q := p.simulator.Journal(); q[len(q)-2].Query.Get("lead_id") != "lead_bluth" {
		t.Errorf("lead_id is not sent: %v", q[len(q)-2])
	}
	p.found("/contacts", "emails.email = 'person7@example.com'", func(r map[string]any) bool { return r["name"] == "Person 007" })
	p.found("/opportunities", "value > 10 AND status_type = 'won'", func(r map[string]any) bool { return r["value"].(float64) > 10 && r["status_type"] == "won" })
	p.found("/tasks", "is_complete = true", func(r map[string]any) bool { return r["is_complete"] == true })
	p.found("/tasks", "text LIKE '%01%' OR is_complete = false", func(r map[string]any) bool {
		return strings.Contains(r["text"].(string), "01") || r["is_complete"] == false
	})
	p.found("/opportunities", "date_updated > '2026-01-01T00:20:00Z'", func(r map[string]any) bool { return r["date_updated"].(string) > "2026-01-01T00:20:01" })
	p.pages("/contacts", 2, "where", "name LIKE 'Person 0%' AND lead_id = 'lead_bluth'")
	p.call("GET", "/contacts", "", "where", "lead_id ~ 5").want(400)
	p.call("GET", "/accounts", "", "where", "name LIKE '%end'").want(400, "end")
	p.clean()
}

func TestCloseSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	p := closeio(t)
	p.refuses("/accounts")
	p.call("GET", "/ping", "").want(200, `"valid":true`)
	p.do(request{method: "POST", path: "/instances", body: `{"element":{"key":"closeio"},"name":"x","configuration":{"username":"wrong"}}`}).want(401)
	p.do(request{method: "POST", path: "/instances", body: `{"element":{"key":"closeio"},"name":"x"}`}).want(400, "username")
	p.simulator.Fault(rest.Fault{Status: 400, Message: "You may not do that"})
	p.call("GET", "/contacts", "").want(400, "You may not do that")
	p.simulator.Fault(rest.Fault{Truncate: true})
	p.call("GET", "/contacts", "").want(502)
	p.simulator.Fault(rest.Fault{Drop: true, Count: 3})
	p.call("POST", "/contacts", `{"lead_id":"lead_bluth"}`).want(502)
	p.call("GET", "/objects/contacts/metadata", "").want(200, "lead_id")
}
