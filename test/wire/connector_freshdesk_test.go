package wire_test

import "testing"

func freshdesk(t *testing.T) *reached {
	t.Helper()
	return shippedConnector(t, "freshdesk", "helpdesk", "/api/v2", `{"subdomain":"acme","username":"demo-api-key"}`)
}

func TestFreshdeskListsByTheNumberInTheLinkHeader(t *testing.T) {
	t.Parallel()
	p := freshdesk(t)
	p.pages("/incidents", 10)
	p.pages("/contacts", 10)
	p.pages("/incidents/1/comments", 8)
	second := p.call("GET", "/organizations", "", "pageSize", "10", "page", "2").want(200).rows()
	both := p.call("GET", "/organizations", "", "pageSize", "20").want(200).rows()
	if len(second) != 10 || second[0]["id"] != both[10]["id"] {
		t.Errorf("page 2 is %v", second)
	}
	sorted := p.call("GET", "/incidents", "", "orderBy", "created_at", "orderType", "desc", "pageSize", "1").want(200).rows()
	if sorted[0]["subject"] != "Ticket 064" {
		t.Errorf("the youngest is %v", sorted[0])
	}
}

func TestFreshdeskKeepsRecords(t *testing.T) {
	t.Parallel()
	p := freshdesk(t)
	for path, bodies := range map[string][2]string{
		"/incidents":     {`{"subject":"Ünïcode","description":"x","email":"a@example.com","status":2,"priority":1}`, `{"status":5}`},
		"/contacts":      {`{"name":"Ada","email":"ada.byron@example.com"}`, `{"phone":"+15550100"}`},
		"/organizations": {`{"name":"Analytical Engines"}`, `{"note":"x"}`},
		"/groups":        {`{"name":"Second line"}`, `{"description":"y"}`},
	} {
		made := p.call("POST", path, bodies[0]).want(200).record()
		one := path + "/" + id(made, "id")
		if changed := p.call("PATCH", one, bodies[1]).want(200).record(); changed["id"] != made["id"] {
			t.Errorf("%s: %v becomes %v", path, made, changed)
		}
		p.call("GET", one, "").want(200)
		p.call("DELETE", one, "").want(200)
		p.call("GET", one, "").want(404)
	}
	note := p.call("POST", "/incidents/1/comments", `{"body":"seen","private":true}`).want(200).record()
	if note["body"] != "seen" {
		t.Errorf("the note is %v", note)
	}
	p.call("POST", "/incidents", `{"subject":"x"}`).want(400, "description")
}

func TestFreshdeskFiltersByParametersWhereItCanAndSearchesElsewhere(t *testing.T) {
	t.Parallel()
	p := freshdesk(t)
	p.found("/incidents", "email = 'person1@example.com'", func(r map[string]any) bool { return r["email"] == "person1@example.com" })
	p.found("/incidents", "updated_since = '2026-01-01T00:30:00Z' AND company_id = 501", func(r map[string]any) bool {
		return r["company_id"] == 501.0 && r["updated_at"].(string) >= "2026-01-01T00:30:00Z"
	})
	p.found("/incidents", "status = 2 AND priority = 3", func(r map[string]any) bool { return r["status"] == 2.0 && r["priority"] == 3.0 })
	p.found("/incidents", "(priority > 2 OR type = 'Question') AND status IN (4, 5) AND responder_id IS NULL", func(r map[string]any) bool {
		return (r["priority"].(float64) > 2 || r["type"] == "Question") && r["status"].(float64) >= 4 && r["responder_id"] == nil
	})
	p.found("/contacts", "job_title = 'Owner' AND active = false", func(r map[string]any) bool {
		return r["job_title"] == "Owner" && r["active"] == false
	})
	p.call("GET", "/incidents", "", "where", "status = 2 AND email = 'x'").want(400, "where cannot join email")
	p.call("GET", "/incidents", "", "where", "subject LIKE 'x%'").want(400, "LIKE is not supported")
	p.call("GET", "/incidents", "", "where", "subject = 'it''s'").want(400, "leave it out")

	first := p.call("GET", "/incidents", "", "where", "source = 2").want(200)
	second := p.call("GET", "/incidents", "", "where", "source = 2", "nextPage", first.next()).want(200)
	third := p.call("GET", "/incidents", "", "where", "source = 2", "nextPage", second.next()).want(200)
	if a, b, c := len(first.rows()), len(second.rows()), len(third.rows()); a != 30 || b != 30 || c != 4 || third.next() != "" {
		t.Errorf("a search has pages of %d, %d and %d, then %q", a, b, c, third.next())
	}
}

func TestFreshdeskSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	p := freshdesk(t)
	p.refuses("/incidents")
	p.call("GET", "/contacts/999999", "").want(404)
	p.call("GET", "/ping", "").want(200, "agent1@example.com")
}
