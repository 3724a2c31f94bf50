package wire_test

import (
	"strings"
	"testing"

	"jackfield/simulator/rest"
)

func hubspot(t *testing.T) *reached {
	t.Helper()
	return shippedConnector(t, "hubspotcrm", "crm", "", `{"personal.access.token":"demo-private-token"}`)
}

func property(record map[string]any, name string) string {
	properties, ok := record["properties"].(map[string]any)
	if !ok {
		return ""
	}
	text, _ := properties[name].(string)
	return text
}

func TestHubSpotListsWithItsListAndSearchesWithItsSearch(t *testing.T) {
	t.Parallel()
	p := hubspot(t)
	for _, path := range []string{"/accounts", "/contacts", "/opportunities", "/leads", "/activities", "/contacts/101/activities", "/accounts/201/activities"} {
		p.pages(path, 5)
	}
	p.call("GET", "/contacts", "").want(200, `"city":"Berlin"`)
	if r := p.lastCall(); r.Method != "GET" || r.Path != "/crm/v3/objects/contacts" {
		t.Errorf("a list without conditions is %s %s", r.Method, r.Path)
	}
	p.pages("/contacts", 4, "where", "city = 'Berlin' AND lifecyclestage IN (lead, customer)")
	p.pages("/contacts", 4, "orderBy", "lastname desc")
	got := p.call("GET", "/contacts", "", "orderBy", "properties.lastname desc", "pageSize", "1").want(200).rows()
	if property(got[0], "lastname") != "Person 027" {
		t.Errorf("ordered: %v", got)
	}
	p.pages("/activities", 2, "activityType", "calls")
	p.pages("/owners", 3)
	p.call("GET", "/pipelines", "").want(200, "appointmentscheduled")
	p.call("GET", "/contacts/properties", "").want(200, "shoe_size")
	p.call("GET", "/contacts", "", "fields", "id,properties.email", "pageSize", "1").want(200, `[{"id":"101","properties":{"email":"person1@example.com"}}]`)
	p.clean()
}

func TestHubSpotRecordsKeepTheirShape(t *testing.T) {
	t.Parallel()
	p := hubspot(t)
	for path, bodies := range map[string][2]string{
		"/contacts":      {`{"properties":{"firstname":"Ünïcode \"quoted\"","email":"new@example.com"},"associations":[]}`, `{"properties":{"city":"Rome"}}`},
		"/accounts":      {`{"properties":{"name":"Analytical Engines"}}`, `{"properties":{"city":"Rome"}}`},
		"/opportunities": {`{"properties":{"dealname":"Engine","amount":"12.50"}}`, `{"properties":{"dealstage":"closedwon"}}`},
		"/leads":         {`{"properties":{"hs_lead_name":"Ada"}}`, `{"properties":{"hs_lead_label":"HOT"}}`},
		"/activities":    {`{"properties":{"hs_task_subject":"Call"}}`, `{"properties":{"hs_task_status":"COMPLETED"}}`},
	} {
		made := p.call("POST", path, bodies[0]).want(200).record()
		one := path + "/" + id(made, "id")
		if made["properties"] == nil || p.call("PATCH", one, bodies[1]).want(200).record()["id"] != made["id"] {
			t.Errorf("%s: %v", path, made)
		}
		p.call("GET", one, "").want(200, `"properties"`)
		p.call("DELETE", one, "").want(200)
		p.call("GET", one, "").want(404, "There is no")
	}
	p.call("POST", "/contacts", `{"properties":{"email":"person1@example.com"}}`).want(409)
	p.call("POST", "/contacts", `{"email":"x"}`).want(400, "properties")
	p.call("PUT", "/contacts/101", `{"properties":{}}`).want(405)
	p.call("GET", "/activities/601", "", "activityType", "calls").want(200)
	p.clean()
}

func TestHubSpotFindsWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	p := hubspot(t)
	p.found("/contacts", "properties.email = 'person7@example.com'", func(r map[string]any) bool { return property(r, "email") == "person7@example.com" })
	p.found("/contacts", "(city = 'Berlin' OR city = 'Rome') AND firstname != 'Ada'", func(r map[string]any) bool {
		return property(r, "city") == "Berlin" && property(r, "firstname") != "Ada"
	})
	p.found("/contacts", "lastmodifieddate > '2026-01-01T00:20:00Z'", func(r map[string]any) bool { return property(r, "lastmodifieddate") > "2026-01-01T00:20:00.000Z" })
	p.found("/contacts", "lastname LIKE '%01%'", func(r map[string]any) bool { return strings.Contains(property(r, "lastname"), "01") })
	p.found("/accounts", "numberofemployees >= 150", func(r map[string]any) bool {
		return len(property(r, "numberofemployees")) == 3 && property(r, "numberofemployees") >= "150"
	})
	p.found("/contacts", "id IN (103, 105)", func(r map[string]any) bool { return r["id"] == "103" || r["id"] == "105" })
	p.found("/owners", "email = 'owner3@example.com'", func(r map[string]any) bool { return r["email"] == "owner3@example.com" })
	p.call("GET", "/contacts", "", "where", "phone IS NULL").want(200, "[]")
	for _, row := range p.call("GET", "/contacts/101/activities", "", "where", "hs_task_status = 'COMPLETED' OR hs_task_subject = 'Task 001'", "properties", "hs_task_status,hs_task_subject").want(200).rows() {
		if property(row, "hs_task_status") != "COMPLETED" && property(row, "hs_task_subject") != "Task 001" {
			t.Errorf("%v", row)
		}
	}
	p.call("GET", "/contacts", "", "where", "nothing = 5").want(400, "nothing")
	p.call("GET", "/contacts", "", "where", strings.Repeat("city = 'a' OR ", 7)+"city = 'b'").want(400, "alternatives")
	p.clean()
}

func TestHubSpotSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	p := hubspot(t)
	p.refuses("/contacts")
	p.call("GET", "/ping", "").want(200, `"valid":true`)
	p.do(request{method: "POST", path: "/instances", body: `{"element":{"key":"hubspotcrm"},"name":"x","configuration":{"personal.access.token":"wrong"}}`}).want(401)
	p.simulator.Fault(rest.Fault{Method: "GET", Status: 477, RetryAfter: "1", Message: "The account is being moved", Count: -1})
	p.call("GET", "/contacts", "").want(429)
	p.heal()
	p.call("GET", "/objects/contacts/metadata", "").want(200, "properties")
}
