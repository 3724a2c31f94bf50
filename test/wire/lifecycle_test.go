package wire_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestInstancesAreReadChangedAndDeletedByIDConnectorAndToken(t *testing.T) {
	t.Parallel()
	h := build(t)
	one := h.act("one")
	byID, byKey := fmt.Sprintf("/instances/%d", one.ID), fmt.Sprintf("/elements/actessentials/instances/%d", one.ID)

	for _, path := range []string{byID, byKey, fmt.Sprintf("/elements/7213/instances/%d", one.ID), byID + "/"} {
		a := h.do(request{path: path}).want(200, `"name":"one"`, `"password":"********"`, `"username":"demo-api-key"`, `"emailAddress":"ada@example.org"`)
		if strings.Contains(string(a.body), `"resources"`) || strings.Contains(string(a.body), "demo-developer-key") {
			t.Errorf("%s shows too much: %s", path, short(a.body))
		}
	}
	h.do(request{path: fmt.Sprintf("/elements/nothing/instances/%d", one.ID)}).want(404)
	h.do(request{path: "/instances/-1"}).want(404)
	h.do(request{path: "/instances/999999999999"}).want(404)
	h.do(request{path: "/instances/abc"}).want(404)

	// The whole answer written back changes nothing: ******** means unchanged.
	read := h.do(request{path: byID}).want(200)
	h.do(request{method: "PUT", path: byID, body: string(read.body)}).want(200, `"password":"********"`)
	h.do(request{path: "/hubs/crm/contacts?pageSize=1", token: one.Token}).want(200)

	h.do(request{method: "PATCH", path: byID, body: `{"name":"<b>two</b>","providerData":{"code":{"a":1}}}`}).want(200, `"name":"two"`)
	h.do(request{method: "PATCH", path: "/instances", token: one.Token, body: `{"tags":["x","y"]}`}).want(200, `"tags":["x","y"]`)
	h.do(request{method: "PUT", path: "/instances", token: one.Token, body: `{"name":"three"}`}).want(200, `"name":"three"`)
	h.do(request{method: "PUT", path: byKey, body: `{"name":"four","tags":[]}`}).want(200, `"tags":[]`)
	h.do(request{method: "PATCH", path: byID, body: `{"configuration":{"password":"wrong"}}`}).want(401, "providerMessage")
	h.do(request{method: "PUT", path: byID + "?reAuthenticate=false", body: `{"name":"four","configuration":{"username":"demo-api-key","password":"wrong"}}`}).want(200)
	h.do(request{path: "/hubs/crm/contacts?pageSize=1", token: one.Token}).want(401, "providerMessage")
	if id := h.do(request{path: "/hubs/crm/contacts?pageSize=1", token: one.Token}).header.Get("Elements-Element-Instance-Id"); id != fmt.Sprint(one.ID) {
		t.Errorf("a failed call names the instance %q", id)
	}

	h.do(request{method: "DELETE", path: byID}).want(200)
	h.do(request{method: "DELETE", path: byID}).want(404)
	h.do(request{path: "/hubs/crm/contacts", token: one.Token}).want(401)
	h.do(request{path: "/instances"}).want(404, "No instances found")
}

func TestInstanceIDsAreConsecutive(t *testing.T) {
	t.Parallel()
	h := build(t)
	first, second, third := h.act("a"), h.act("b"), h.act("c")
	if second.ID != first.ID+1 || third.ID != first.ID+2 {
		t.Errorf("ids %d, %d, %d", first.ID, second.ID, third.ID)
	}
	h.do(request{method: "DELETE", path: "/instances", token: third.Token}).want(200)
	if fourth := h.act("d"); fourth.ID != third.ID+1 {
		t.Errorf("the id %d of a deleted instance was given again: %d", third.ID, fourth.ID)
	}
}

func TestListsOfInstancesFilter(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.create(`{"element":{"key":"actessentials"},` + actKeys + `,"name":"Alpha","tags":["x","y"]}`)
	h.create(`{"element":{"id":7213},` + actKeys + `,"name":"Beta","tags":["x"]}`)
	h.do(request{method: "POST", path: "/elements/actessentials/instances", body: `{` + actKeys + `,"name":"<i>Gamma</i>"}`}).want(200, `"tags":["Gamma"]`)
	for query, want := range map[string]int{
		"": 3, "?tags[]=x": 2, "?tags[]=x&tags[]=y": 1, "?tags%5B%5D=x": 2, "?searchText=ALPH": 1, "?tags[]=x&searchText=beta": 1,
		"?hydrate=false": 3, "?pageSize=2": 2, "?tags[]=none": 0, "?searchText=%25": 0, "?tags=x": 2,
	} {
		a := h.do(request{path: "/instances" + query})
		if want == 0 {
			a.want(404, "No instances found")
			continue
		}
		var rows []map[string]json.RawMessage
		a.want(200).into(&rows)
		if len(rows) != want {
			t.Errorf("%s gives %d rows, want %d", query, len(rows), want)
		}
	}
	h.do(request{path: "/instances?tags[]=" + strings.Repeat("x,", 201)}).want(400, "tags[]")
	h.do(request{path: "/instances?searchText=" + strings.Repeat("x", 1001)}).want(400, "searchText")
	page := h.do(request{path: "/instances?pageSize=2"})
	h.do(request{path: "/instances?pageSize=2&nextPage=" + page.header.Get("Elements-Next-Page-Token")}).want(200, "Gamma")
	h.do(request{path: "/elements/actessentials/instances"}).want(200, "Alpha", `"createdDate"`)
	h.do(request{path: "/instances/count"}).want(200, `"totalInstances":3`, `"actessentials":3`)
}

func TestADisabledInstanceAnswersOnlyForItsObjects(t *testing.T) {
	t.Parallel()
	h := build(t)
	one := h.act("one")
	h.do(request{method: "DELETE", path: fmt.Sprintf("/instances/%d/enabled", one.ID)}).want(200, `"disabled":true`)
	h.do(request{path: "/hubs/crm/contacts", token: one.Token}).want(403, "disabled")
	h.do(request{path: "/hubs/crm/objects", token: one.Token}).want(200, `"contacts"`)
	h.do(request{path: "/objects", token: one.Token}).want(200, `"contacts"`)
	h.do(request{method: "PUT", path: "/instances/enabled", token: one.Token}).want(200, `"disabled":false`)
	h.do(request{path: "/hubs/crm/contacts?pageSize=1", token: one.Token}).want(200)
	h.do(request{path: "/hubs/crm/ping", token: one.Token}).want(200, `"endpoint":"actessentials"`, `"dateTime"`)
}

func TestConfigurationRowsAreReadAndChanged(t *testing.T) {
	t.Parallel()
	h := build(t)
	one := h.act("one")
	var rows []struct {
		ID                 int64
		Key, PropertyValue string
	}
	h.do(request{path: "/instances/configuration", token: one.Token}).want(200, `"hideFromConsole"`).into(&rows)
	byKey := map[string]int64{}
	for _, row := range rows {
		byKey[row.Key] = row.ID
		if row.Key == "password" && row.PropertyValue != "********" {
			t.Errorf("the password shows as %q", row.PropertyValue)
		}
	}
	for _, key := range []string{"filter.response.nulls", "event.notification.enabled", "username"} {
		if byKey[key] == 0 {
			t.Errorf("the row %s is missing", key)
		}
	}
	path := fmt.Sprintf("/instances/%d/configuration/%d", one.ID, byKey["filter.response.nulls"])
	h.do(request{path: path}).want(200, `"propertyValue":"true"`)
	h.do(request{path: "/hubs/crm/contacts?pageSize=5", token: one.Token}).want(200)
	h.do(request{method: "PATCH", path: path, body: `{"propertyValue":"false","key":"x","id":7}`}).want(200, `"propertyValue":"false"`)
	h.do(request{path: "/hubs/crm/contacts?pageSize=5", token: one.Token}).want(200, ":null")
	h.do(request{path: fmt.Sprintf("/instances/%d/configuration/999999", one.ID)}).want(404)
}

func TestContactsGoThroughTheirWholeLife(t *testing.T) {
	t.Parallel()
	h := build(t)
	one := h.act("one")
	var contact struct{ ID, LastName, JobTitle string }
	h.do(request{method: "POST", path: "/hubs/crm/contacts", token: one.Token, body: `{"firstName":"Zoë","lastName":"O'Sample","emailAddress":"z@example.org"}`}).want(200, `"id"`).into(&contact)
	path := "/hubs/crm/contacts/" + contact.ID
	h.do(request{path: path, token: one.Token}).want(200, "Zoë")
	h.do(request{method: "PATCH", path: path, token: one.Token, body: `{"jobTitle":"Buyer"}`}).want(200).into(&contact)
	if contact.JobTitle != "Buyer" {
		t.Errorf("the update answers %+v", contact)
	}
	a := h.do(request{path: "/hubs/crm/contacts", token: one.Token, query: map[string][]string{"where": {"lastName='O''Sample'"}, "fields": {"id,lastName"}}}).want(200)
	if want := `[{"id":"` + contact.ID + `","lastName":"O'Sample"}]`; string(a.body) != want {
		t.Errorf("the search gives %s, want %s", a.body, want)
	}
	h.do(request{method: "DELETE", path: path, token: one.Token}).want(200)
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		body := ""
		if method == "PATCH" {
			body = `{"jobTitle":"x"}`
		}
		h.do(request{method: method, path: path, token: one.Token, body: body}).want(404)
	}
	h.do(request{method: "POST", path: "/hubs/crm/contacts", token: one.Token, body: `{}`}).want(400, "providerMessage")
	h.do(request{path: "/hubs/crm/contacts", token: one.Token, query: map[string][]string{"where": {"groupId='x' OR a='b'"}}}).want(400, "groupId")
}

func TestEveryActResourceThatTheAcceptanceSuiteExercisesAnswers(t *testing.T) {
	t.Parallel()
	h := build(t)
	one := h.act("one")
	for _, path := range []string{"activities", "todos", "contacts", "campaigns", "opportunities", "lists", "opportunities/totals", "opportunities/stages", "metadata", "user-infos", "webhooks"} {
		h.do(request{path: "/hubs/crm/" + path, token: one.Token}).want(200)
	}
	for _, path := range []string{"activities", "todos", "contacts", "campaigns", "opportunities", "lists"} {
		two := h.do(request{path: "/" + path + "?page=1&pageSize=2", token: one.Token}).want(200)
		next := h.do(request{path: "/" + path + "?page=2&pageSize=2&nextPage=" + two.header.Get("Elements-Next-Page-Token"), token: one.Token}).want(200)
		four := h.do(request{path: "/" + path + "?page=1&pageSize=4", token: one.Token}).want(200)
		var a, b, all []any
		two.into(&a)
		next.into(&b)
		four.into(&all)
		if got, want := fmt.Sprint(append(a, b...)), fmt.Sprint(all); got != want {
			t.Errorf("%s: two pages of two are not one of four", path)
		}
	}
	for path, body := range map[string]string{
		"todos": `{"subject":"s","isPriority":true}`, "opportunities": `{"title":"t","total":5000,"currency":"USD","stage":"Leads"}`,
	} {
		var created struct{ ID string }
		h.do(request{method: "POST", path: "/hubs/crm/" + path, token: one.Token, body: body}).want(200).into(&created)
		h.do(request{method: "PATCH", path: "/hubs/crm/" + path + "/" + created.ID, token: one.Token, body: body}).want(200)
		h.do(request{method: "DELETE", path: "/hubs/crm/" + path + "/" + created.ID, token: one.Token}).want(200)
	}
}

func TestHeadersOfClientsAreReadInAnyForm(t *testing.T) {
	t.Parallel()
	h := build(t)
	one := h.act("one")
	for name, header := range map[string]string{
		"element first":       "Element " + one.Token + ", User " + h.user + ", Organization " + h.organization,
		"no organization":     "User " + h.user + ",Element " + one.Token,
		"no comma":            "User " + h.user + ", Organization " + h.organization + " Element " + one.Token,
		"odd case and spaces": "user " + h.user + " ,  ORGANIZATION " + h.organization + " , element " + one.Token,
	} {
		a := h.do(request{path: "/hubs/crm/contacts?pageSize=1", header: map[string]string{"Authorization": header}})
		if a.status != 200 {
			t.Errorf("%s: %d %s", name, a.status, short(a.body))
		}
	}
	h.do(request{path: "/hubs/crm/contacts"}).want(401)
}

func TestBrowsersGetTheExactExposeLine(t *testing.T) {
	t.Parallel()
	h := build(t)
	const exposed = "Elements-Returned-Count, Elements-Total-Count, Elements-Request-Id, Elements-Next-Page-Token, Elements-Trace-Id, Elements-Error, Content-Disposition"
	for _, r := range []request{{path: "/elements"}, {path: "/nowhere"}, {path: "/hubs/crm/contacts", header: map[string]string{"Authorization": ""}}} {
		if r.header == nil {
			r.header = map[string]string{}
		}
		r.header["Origin"] = "https://app.example.org"
		a := h.do(r)
		if a.header.Get("Access-Control-Expose-Headers") != exposed || a.header.Get("Access-Control-Allow-Origin") != "https://app.example.org" || a.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %v", r.path, a.header)
		}
	}
	preflight := h.do(request{method: "OPTIONS", path: "/hubs/crm/contacts", header: map[string]string{
		"Authorization": "", "Origin": "https://app.example.org", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, content-type"}})
	preflight.want(200)
	if preflight.header.Get("Access-Control-Allow-Headers") != "authorization, content-type" {
		t.Errorf("%v", preflight.header)
	}
}

func TestHostsThatDoNotBelongToLoopbackAreRefused(t *testing.T) {
	t.Parallel()
	h := build(t)
	for host, status := range map[string]int{"evil.example.org": 421, "localhost": 200, "127.0.0.1:80": 200} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.server.URL()+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != status {
			t.Errorf("%s: %d, want %d", host, response.StatusCode, status)
		}
	}
}

func TestManyInstancesAreCreatedAtOnce(t *testing.T) {
	t.Parallel()
	h := build(t)
	var wait sync.WaitGroup
	for i := range 13 {
		wait.Go(func() {
			a := h.do(request{method: "POST", path: "/instances", body: `{"element":{"key":"actessentials"},` + actKeys + `,"name":"n` + fmt.Sprint(i) + `"}`})
			if a.status != 200 {
				t.Errorf("%d: %s", a.status, short(a.body))
			}
		})
	}
	wait.Wait()
	h.do(request{path: "/instances/count"}).want(200, `"totalInstances":13`)
}
