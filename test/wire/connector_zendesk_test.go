package wire_test

import (
	"strings"
	"testing"
)

const zendeskKeys = `{"subdomain":"acme","username":"ada@example.org/token","password":"demo-api-token"}`

func zendesk(t *testing.T) *reached {
	t.Helper()
	return shippedConnector(t, "zendesk", "helpdesk", "/api/v2", zendeskKeys)
}

func TestZendeskListsByCursorUntilTheProviderSaysEnough(t *testing.T) {
	t.Parallel()
	p := zendesk(t)
	p.pages("/incidents", 5)
	p.pages("/contacts", 4)
	p.pages("/organizations", 5, "orderBy", "-name")
	p.pages("/incidents/35436/comments", 5)
	for _, row := range p.call("GET", "/contacts", "").want(200).rows() {
		if row["role"] != "end-user" {
			t.Errorf("a contact is %v", row["role"])
		}
	}
	if got := p.call("GET", "/groups", "").want(200).rows(); len(got) != 3 {
		t.Errorf("%d groups", len(got))
	}
}

func TestZendeskWrapsRecordsThatCallersDoNot(t *testing.T) {
	t.Parallel()
	p := zendesk(t)
	for path, bodies := range map[string][2]string{
		"/incidents":     {`{"subject":"Ünïcode \"quoted\"","priority":"high","comment":{"body":"first"}}`, `{"status":"solved"}`},
		"/contacts":      {`{"name":"Ada","email":"ada.byron@example.com"}`, `{"phone":"+15550100"}`},
		"/organizations": {`{"name":"Analytical Engines"}`, `{"notes":"x"}`},
		"/groups":        {`{"name":"Second line"}`, `{"description":"y"}`},
	} {
		made := p.call("POST", path, bodies[0]).want(200).record()
		one := path + "/" + id(made, "id")
		changed := p.call("PATCH", one, bodies[1]).want(200).record()
		if changed["id"] != made["id"] || len(changed) < len(made) {
			t.Errorf("%s: %v becomes %v", path, made, changed)
		}
		read := p.call("GET", one, "").want(200).record()
		if read["ticket"] != nil || read["id"] != made["id"] {
			t.Errorf("%s: read %v", path, read)
		}
		p.call("DELETE", one, "").want(200)
		p.call("GET", one, "").want(404, "The provider found nothing")
	}
	p.call("POST", "/incidents", `{"priority":"high"}`).want(400, "subject")
}

func TestZendeskSearchesWhereItsListsTakeNoConditions(t *testing.T) {
	t.Parallel()
	p := zendesk(t)
	p.found("/incidents", "status = 'open'", func(r map[string]any) bool { return r["status"] == "open" })
	p.found("/incidents", "status IN (open, pending) AND priority != low", func(r map[string]any) bool {
		return (r["status"] == "open" || r["status"] == "pending") && r["priority"] != "low"
	})
	p.found("/incidents", "type = 'question'", func(r map[string]any) bool { return r["type"] == "question" })
	p.found("/incidents", "created_at > '2026-01-01T00:10:00Z'", func(r map[string]any) bool {
		return r["created_at"].(string) > "2026-01-01T00:10:00Z"
	})
	p.found("/incidents", "assignee_id IS NULL AND subject LIKE 'Printer%'", func(r map[string]any) bool {
		return r["assignee_id"] == nil && strings.HasPrefix(r["subject"].(string), "Printer")
	})
	p.pages("/incidents", 4, "where", "status IN (open, pending)")
	p.call("GET", "/incidents", "", "where", "status = open OR priority = low").want(400, "OR is supported")
	p.call("GET", "/incidents", "", "where", `subject = 'a"b'`).want(400, "leave it out")
	p.call("GET", "/incidents", "", "where", "nothing = 5").want(400)
}

func TestZendeskSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	p := zendesk(t)
	p.refuses("/incidents")
	p.call("GET", "/incidents/999999", "").want(404)
	p.call("GET", "/ping", "").want(200)
	p.do(request{method: "POST", path: "/instances",
		body: `{"element":{"key":"zendesk"},"name":"x","configuration":{"subdomain":"acme","username":"ada@example.org/token","password":"wrong"}}`}).want(401)
}
