package wire_test

import (
	"strings"
	"testing"
)

func jira(t *testing.T) *reached {
	t.Helper()
	return shippedConnector(t, "jira", "helpdesk", "/rest/api/2", `{"subdomain":"acme","username":"ada@example.org","password":"demo-api-token"}`)
}

func fieldsOf(r map[string]any) map[string]any {
	fields, ok := r["fields"].(map[string]any)
	if !ok {
		return map[string]any{}
	}
	return fields
}

func TestJiraPagesIncidentsByTokenAndTheRestByNumber(t *testing.T) {
	t.Parallel()
	p := jira(t)
	p.pages("/incidents", 6)
	p.pages("/incidents/10001/comments", 5)
	p.pages("/projects", 5)
	p.pages("/users", 5)
	p.pages("/priorities", 2)
	second := p.call("GET", "/projects", "", "page", "2", "pageSize", "5").want(200).rows()
	if len(second) != 5 || second[0]["name"] != "Project 006" {
		t.Errorf("page 2 is %v", second)
	}
}

func TestJiraIsReadAgainAfterAChange(t *testing.T) {
	t.Parallel()
	p := jira(t)
	made := p.call("POST", "/incidents", `{"fields":{"summary":"Ünïcode \"quoted\"","project":{"key":"ABC"},"issuetype":{"name":"Task"}}}`).want(200).record()
	if fieldsOf(made)["summary"] != `Ünïcode "quoted"` {
		t.Fatalf("the created incident is %v", made)
	}
	one := "/incidents/" + id(made, "key")
	changed := p.call("PATCH", one, `{"fields":{"summary":"Changed"}}`).want(200).record()
	if changed["id"] != made["id"] || fieldsOf(changed)["summary"] != "Changed" {
		t.Errorf("the changed incident is %v", changed)
	}
	p.call("DELETE", one, "").want(200)
	p.call("GET", one, "").want(404)

	comment := p.call("POST", "/incidents/10001/comments", `{"body":"seen"}`).want(200).record()
	at := "/incidents/10001/comments/" + id(comment, "id")
	if changed := p.call("PATCH", at, `{"body":"seen again"}`).want(200).record(); changed["body"] != "seen again" {
		t.Errorf("the changed comment is %v", changed)
	}
	p.call("DELETE", at, "").want(200)
	p.call("GET", at, "").want(404)

	project := p.call("POST", "/projects", `{"key":"NEW","name":"New"}`).want(200).record()
	if project["name"] != "New" {
		t.Errorf("the created project is %v", project)
	}
	p.call("POST", "/incidents", `{"fields":{"summary":"x"}}`).want(400, "project")
}

func TestJiraIsAskedInItsQueryLanguage(t *testing.T) {
	t.Parallel()
	p := jira(t)
	p.found("/incidents", "status = 'Open'", func(r map[string]any) bool { return fieldsOf(r)["status"] == "Open" })
	p.found("/incidents", "status IN (Open, Done) AND priority != High AND assignee IS NULL", func(r map[string]any) bool {
		return fieldsOf(r)["priority"] != "High" && fieldsOf(r)["assignee"] == nil
	})
	p.found("/incidents", "summary LIKE '%Printer 003%' OR summary LIKE '%Printer 004%'", func(r map[string]any) bool {
		summary := fieldsOf(r)["summary"].(string)
		return strings.Contains(summary, "003") || strings.Contains(summary, "004")
	})
	p.found("/incidents", "created > '2026-01-01 00:10'", func(r map[string]any) bool { return fieldsOf(r)["created"].(string) >= "2026-01-01T00:11" })
	p.pages("/incidents", 3, "where", "status = Open")
	p.found("/projects", "query = 'Project 00' AND typeKey = 'business'", func(r map[string]any) bool {
		return r["projectTypeKey"] == "business" && strings.HasPrefix(r["name"].(string), "Project 00")
	})
	p.call("GET", "/projects", "", "where", "name = 'x'").want(400, "where of this resource takes")
	p.call("GET", "/incidents", "", "where", "summary LIKE '%x'").want(400, "cannot be searched by its end")
	p.call("GET", "/incidents", "", "where", `summary = '" OR status = "Open'`).want(200)
	last := p.simulator.Journal()[len(p.simulator.Journal())-1].Query.Get("jql")
	if last != `created >= "1970-01-01" AND summary = "\" OR status = \"Open"` {
		t.Errorf("Jira is asked %s", last)
	}
}

func TestJiraSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	p := jira(t)
	p.refuses("/incidents")
	p.call("GET", "/ping", "").want(200, "ada@example.org")
	p.do(request{method: "POST", path: "/instances",
		body: `{"element":{"key":"jira"},"name":"x","configuration":{"subdomain":"acme","username":"ada@example.org","password":"wrong"}}`}).want(401)
}
