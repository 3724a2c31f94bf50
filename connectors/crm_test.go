package connectors_test

import (
	"slices"
	"strings"
	"testing"

	"jackfield/internal/connector"
)

// What a user of the original expects of these connectors at the hub side (reference/connectors-next.md §§3-5, 7).
func TestTheCRMConnectorsKeepWhatTheOriginalHad(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]struct {
		id        int64
		auth      string
		asked     string // configuration that a person is asked for first
		resources string
	}{
		"closeio": {146, "basic", "username", `GET /accounts, POST /accounts, GET /accounts/{id}, PUT /accounts/{id}, DELETE /accounts/{id}, GET /contacts, POST /contacts,
			PUT /contacts/{id}, GET /opportunities, PUT /opportunities/{id}, GET /activities, GET /tasks, POST /tasks, GET /notes, POST /notes, GET /users, GET /ping`},
		"pipedrive": {16, "apiKey", "pipedrive.api.token", `GET /accounts, POST /accounts, GET /accounts/{id}, PUT /accounts/{id}, PATCH /accounts/{id}, DELETE /accounts/{id},
			GET /contacts, POST /contacts, PUT /contacts/{id}, GET /opportunities, PUT /opportunities/{id}, GET /activities, GET /activity-types, GET /filters, GET /notes, GET /users,
			GET /accounts/{id}/activities, GET /contacts/{id}/activities, GET /opportunities/{id}/activities, GET /accounts/{id}/notes, GET /contacts/{id}/notes,
			GET /opportunities/{id}/notes, GET /accounts/{id}/mails, GET /contacts/{id}/mails, GET /opportunities/{id}/mails, GET /ping`},
		"hubspotcrm": {9001, "personalAccessToken", "personal.access.token", `GET /accounts, POST /accounts, GET /accounts/{id}, PATCH /accounts/{id}, DELETE /accounts/{id}, GET /contacts,
			PATCH /contacts/{id}, GET /opportunities, GET /activities, GET /leads, GET /owners, GET /pipelines, GET /accounts/{id}/activities, GET /contacts/{id}/activities, GET /ping`},
		"sfdc": {39, "oauth2", "oauth.api.key", `GET /accounts, POST /accounts, GET /accounts/{id}, PATCH /accounts/{id}, DELETE /accounts/{id}, GET /contacts, GET /leads, GET /opportunities,
			GET /campaigns, GET /documents, GET /users, GET /accounts/{id}/activities, GET /accounts/{id}/notes, GET /accounts/{id}/tasks, GET /contacts/{id}/activities,
			GET /contacts/{id}/notes, GET /contacts/{id}/tasks, GET /contacts/{id}/attachments, GET /opportunities/{id}/activities, GET /opportunities/{id}/notes,
			GET /opportunities/{id}/tasks, GET /{objectName}, GET /{objectName}/{id}, GET /{objectName}/{id}/attachments, GET /objects, GET /objects/{objectName}/metadata, GET /ping`},
	} {
		d := shipped(t, key)
		if d.ID != want.id || d.Hub != "crm" || d.Authentication.Type != want.auth {
			t.Errorf("%s is %d of %s by %s", key, d.ID, d.Hub, d.Authentication.Type)
		}
		if e := d.Entry(want.asked); e == nil || e.HideFromConsole || e.Type == "" {
			t.Errorf("%s does not ask for %s", key, want.asked)
		}
		for _, keys := range []string{"base.url", "pagination.type", "pagination.max", "event.notification.enabled", "event.vendor.type", "event.poller.configuration", "bulk.query.field_name"} {
			if d.Entry(keys) == nil {
				t.Errorf("%s has no %s", key, keys)
			}
		}
		if len(d.ResourcesOfType(connector.ResourceProvisionAuthValidation)) != 1 {
			t.Errorf("%s does not try its credentials", key)
		}
		var calls []string
		for _, r := range d.Resources {
			calls = append(calls, r.Method+" "+strings.TrimPrefix(r.Path, "/hubs/crm"))
		}
		for call := range strings.SplitSeq(want.resources, ",") {
			if call = strings.TrimSpace(call); !slices.Contains(calls, call) {
				t.Errorf("%s has no %s", key, call)
			}
		}
	}
}

func TestSecretsOfTheCRMConnectorsAreSealed(t *testing.T) {
	t.Parallel()
	for key, secrets := range map[string][]string{
		"pipedrive":  {"pipedrive.api.token", "oauth.api.secret", "oauth.user.token"},
		"hubspotcrm": {"personal.access.token", "oauth.api.secret"}, "sfdc": {"oauth.api.secret", "oauth.user.refresh_token"},
	} {
		d := shipped(t, key)
		for _, secret := range secrets {
			if e := d.Entry(secret); e == nil || e.Type != "PASSWORD" || e.DefaultValue != "" {
				t.Errorf("%s: %s is not sealed", key, secret)
			}
		}
	}
}

func TestTheHooksOfTheCRMConnectorsDoWhatTheySay(t *testing.T) {
	t.Parallel()
	const query = `"request_parameters":{},"request_path_variables":{}`
	const found = `"response_iserror":false,"request_vendor_parameters":{"q":"SELECT FIELDS(ALL) FROM Contact ORDER BY Id ASC LIMIT 2"}`
	const ask = `"request_path":"/hubs/crm/contacts","request_vendor_path":"/crm/v3/objects/contacts","request_vendor_parameters":{"limit":"5","properties":["a,b","c"],"after":"7"}`
	for name, c := range map[string]struct{ hook, variables, want string }{
		"addresses become a list":         {"pipedrive/hooks/contact-body", `{"request_vendor_body_map":{"name":"A","email1":"a","email3":{"value":"c","label":"w"},"phone1":null}}`, `{"request_vendor_body":{"name":"A","emails":[{"primary":true,"value":"a"},{"primary":false,"value":"c","label":"w"}]}}`},
		"a body without them stays":       {"pipedrive/hooks/contact-body", `{"request_vendor_body_map":{"name":"A","emails":[]}}`, `{}`},
		"no body stays":                   {"pipedrive/hooks/contact-body", `{"request_vendor_body_map":null}`, `{}`},
		"a list as body stays":            {"pipedrive/hooks/contact-body", `{"request_vendor_body_map":[{"email1":"a"}]}`, `{}`},
		"a list stays a list":             {"hubspotcrm/hooks/search", `{` + ask + `,` + query + `,"request_vendor_body_map":null}`, `{}`},
		"conditions are searched for":     {"hubspotcrm/hooks/search", `{` + ask + `,` + query + `,"request_vendor_body_map":{"filterGroups":[{"filters":[{"propertyName":"properties.email","operator":"EQ","value":"x"},{"propertyName":"id","operator":"EQ","value":"1"}]}]}}`, `{"request_vendor_method":"POST","request_vendor_path":"/crm/v3/objects/contacts/search","request_vendor_parameters":{"limit":null,"after":null,"properties":null,"associations":null,"archived":null},"request_vendor_body":{"filterGroups":[{"filters":[{"propertyName":"email","operator":"EQ","value":"x"},{"propertyName":"hs_object_id","operator":"EQ","value":"1"}]}],"properties":["a","b","c"],"limit":5,"after":"7"}}`},
		"an order is searched with":       {"hubspotcrm/hooks/search", `{"request_path":"/hubs/crm/contacts","request_vendor_path":"/c","request_vendor_parameters":{"limit":"5"},"request_path_variables":{},"request_parameters":{"orderBy":"email  DESC"},"request_vendor_body_map":null}`, `{"request_vendor_method":"POST","request_vendor_path":"/c/search","request_vendor_parameters":{"limit":null,"after":null,"properties":null,"associations":null,"archived":null},"request_vendor_body":{"filterGroups":[],"properties":[""],"limit":5,"sorts":[{"propertyName":"email","direction":"DESCENDING"}]}}`},
		"a statement is made":             {"sfdc/hooks/query", `{` + query + `,"request_vendor_parameters":{"object":"Contact","pageSize":"5","where":"A = 'b' OR C = 1","nextPage":"003000000000000001"}}`, `{"request_vendor_parameters":{"q":"SELECT FIELDS(ALL) FROM Contact WHERE (A = 'b' OR C = 1) AND Id > '003000000000000001' ORDER BY Id ASC LIMIT 5","object":null,"parent":null,"parentField":null,"where":null,"pageSize":null,"page":null,"nextPage":null}}`},
		"a statement goes on by counting": {"sfdc/hooks/query", `{"request_path_variables":{},"request_parameters":{"orderBy":"Name","fields":"id, Account.Name"},"request_vendor_parameters":{"object":"Contact","pageSize":"5","nextPage":"offset-10"}}`, `{"request_vendor_parameters":{"q":"SELECT Id, Account.Name FROM Contact ORDER BY Name LIMIT 5 OFFSET 10","object":null,"parent":null,"parentField":null,"where":null,"pageSize":null,"page":null,"nextPage":null}}`},
		"a name that is none is refused":  {"sfdc/hooks/query", `{` + query + `,"request_vendor_parameters":{"object":"Contact WHERE","pageSize":"5"}}`, `{"continue":false,"response_status_code":404,"response_error_message":"The object Contact WHERE is not a name"}`},
		"a forged cursor is refused":      {"sfdc/hooks/query", `{` + query + `,"request_vendor_parameters":{"object":"Contact","pageSize":"5","nextPage":"x' OR 1"}}`, `{"continue":false,"response_status_code":400,"response_error_message":"The nextPage token is not valid: send the value of Elements-Next-Page-Token unchanged"}`},
		"a full page goes on":             {"sfdc/hooks/answer", `{` + found + `,"response_body":{"records":[{"attributes":{},"Id":"1"},{"attributes":{},"Id":"2","Owner":{"attributes":{},"Id":"3"}}]}}`, `{"response_body":[{"id":"1","Id":"1"},{"id":"2","Id":"2","Owner":{"id":"3","Id":"3"}}],"response_headers":{"Elements-Next-Page-Token":"2"}}`},
		"a short page ends":               {"sfdc/hooks/answer", `{` + found + `,"response_body":{"records":[{"attributes":{},"Id":"1"}]}}`, `{"response_body":[{"id":"1","Id":"1"}]}`},
		"no rows end":                     {"sfdc/hooks/answer", `{` + found + `,"response_body":{"records":[]}}`, `{"response_body":[]}`},
		"an id of what was made stays":    {"sfdc/hooks/answer", `{` + found + `,"response_body":{"id":"1","success":true}}`, `{}`},
		"an empty answer stays":           {"sfdc/hooks/answer", `{` + found + `,"response_body":null}`, `{}`},
		"too many calls are said":         {"sfdc/hooks/answer", `{"response_iserror":true,"response_body":[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]}`, `{"response_status_code":429}`},
		"other errors stay":               {"sfdc/hooks/answer", `{"response_iserror":true,"response_body":"<html>"}`, `{}`},
		"an error without words stays":    {"sfdc/hooks/answer", `{"response_iserror":true,"response_body":null}`, `{}`},
		"names are made native":           {"sfdc/hooks/native-names", `{"request_vendor_body_map":{"id":"1","firstName":"A","LastName":"B","x__c":1,"attributes":{}}}`, `{"request_vendor_body":{"FirstName":"A","LastName":"B","X__c":1}}`},
		"a body of text stays":            {"sfdc/hooks/native-names", `{"request_vendor_body_map":"text"}`, `{}`},
		"our objects have their names":    {"sfdc/hooks/describe", `{"request_path_variables":{"objectName":"activities"}}`, `{"request_vendor_path":"/sobjects/Event/describe"}`},
		"native objects keep theirs":      {"sfdc/hooks/describe", `{"request_path_variables":{"objectName":"constructor"}}`, `{"request_vendor_path":"/sobjects/constructor/describe"}`},
		"no object has such a name":       {"sfdc/hooks/describe", `{"request_path_variables":{"objectName":"a/../b"}}`, `{"continue":false,"response_status_code":404,"response_error_message":"There is no object a/../b"}`},
		"objects are listed":              {"sfdc/hooks/objects", `{"response_body":{"sobjects":[{"name":"A"},{"name":"B","queryable":false}]}}`, `{"response_body":["A"]}`},
		"fields that are missing stay":    {"sfdc/hooks/fields", `{"request_parameters":{},"response_body":null}`, `{}`},
	} {
		got, err := runHook(t, c.hook+".js", c.variables)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
		}
	}
}
