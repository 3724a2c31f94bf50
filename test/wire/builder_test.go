package wire_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"jackfield/internal/server"
	"jackfield/internal/store"

	"github.com/google/go-cmp/cmp"
)

// element is what tests need of a connector.
type element struct {
	ID            int64            `json:"id"`
	Key           string           `json:"key"`
	Name          string           `json:"name"`
	Active        bool             `json:"active"`
	Private       bool             `json:"private"`
	Extended      bool             `json:"extended"`
	Configuration []map[string]any `json:"configuration"`
	Resources     []map[string]any `json:"resources"`
}

func (h *house) element(body string) element {
	h.t.Helper()
	var made element
	h.do(request{method: "POST", path: "/elements", body: body}).want(200).into(&made)
	return made
}

func (h *house) send(method, path, body string) *answer {
	h.t.Helper()
	return h.do(request{method: method, path: path, body: body})
}

func idOf(t *testing.T, a *answer) string {
	t.Helper()
	var part struct {
		ID int64 `json:"id"`
	}
	a.want(200).into(&part)
	if part.ID == 0 {
		t.Fatalf("no id in %s", short(a.body))
	}
	return strconv.FormatInt(part.ID, 10)
}

func TestAConnectorIsBuiltReadChangedAndDeletedByKeyAndByID(t *testing.T) {
	t.Parallel()
	h := build(t)
	for _, by := range []string{"key", "id"} {
		t.Run(by, func(t *testing.T) {
			made := h.element(`{"name":"Churros DB element 42 ` + by + `","description":"Y","authentication":{"type":"custom"}}`)
			if made.Key != "churrosdbelement42"+by || !made.Private || made.Active {
				t.Fatalf("made %+v", made)
			}
			path := "/elements/" + made.Key
			if by == "id" {
				path = "/elements/" + strconv.FormatInt(made.ID, 10)
			}
			h.send("GET", path, "").want(200, `"key":"`+made.Key+`"`, `"configuration":[]`, `"resources":[]`, `"hooks":[]`, `"parameters":[]`, `"objects":[]`, `"models":[]`)
			var changed element
			h.send("PUT", path, `{"name":"Another name","description":"Z","authentication":{"type":"custom"}}`).want(200).into(&changed)
			if changed.Key != made.Key || changed.ID != made.ID || changed.Name != "Another name" {
				t.Errorf("after PUT %+v", changed)
			}
			h.send("PATCH", path, `{"description":"patched"}`).want(200, `"description":"patched"`, `"name":"Another name"`)
			h.send("PUT", path+"/active", "null").want(200, `"active":true`)
			h.send("GET", path, "").want(200, `"active":true`)
			h.send("DELETE", path+"/active", "").want(200, `"active":false`)
			var clone element
			h.send("POST", path+"/clone", `{"irrelevant":true}`).want(200).into(&clone)
			if clone.Key != made.Key+"-clone" || !clone.Private || clone.ID == made.ID {
				t.Errorf("clone %+v", clone)
			}
			var second element
			h.send("POST", path+"/clone", "").want(200).into(&second)
			if second.Key != made.Key+"-clone-2" {
				t.Errorf("second clone %s", second.Key)
			}
			h.send("DELETE", "/elements/"+clone.Key, "").want(200)
			h.send("DELETE", "/elements/"+second.Key, "").want(200)
			h.send("DELETE", path, "").want(200)
			h.send("GET", path, "").want(404, "No element found with")
		})
	}
}

const basicConnector = `{"name":"Basic one","description":"Y","hub":"CRM","authentication":{"type":"basic"},
	"configuration":[{"key":"base.url","defaultValue":"https://provider.example"},{"key":"oauth.api.secret","name":"S","description":"S","type":"PASSWORD","defaultValue":"planted-secret"}],
	"resources":[{"method":"get","path":"/statuses","vendorPath":"/s"},{"method":"POST","path":"/hubs/crm/mynewcontacts","vendorPath":"/c"}]}`

func TestCreationCompletesWhatABodyLeavesOut(t *testing.T) {
	t.Parallel()
	h := build(t)
	made := h.element(basicConnector)
	keys := map[any]map[string]any{}
	for _, entry := range made.Configuration {
		keys[entry["key"]] = entry
	}
	if keys["username"] == nil || keys["password"] == nil {
		t.Errorf("entries of basic authentication are missing: %v", made.Configuration)
	}
	if base := keys["base.url"]; base["name"] != "Basic one Base URL" || base["defaultValue"] != "https://provider.example" || base["type"] == nil {
		t.Errorf("base.url %v", base)
	}
	if got := keys["oauth.api.secret"]["defaultValue"]; got != "********" {
		t.Errorf("a secret default is shown as %v", got)
	}
	if got := made.Resources[0]; got["path"] != "/hubs/crm/statuses" || got["method"] != "GET" || got["type"] != "api" {
		t.Errorf("resource %v", got)
	}
	if got := made.Resources[1]; got["path"] != "/hubs/crm/mynewcontacts" {
		t.Errorf("resource %v", got)
	}
	// What was read goes back: the mask keeps the secret, and nothing stands twice.
	shown := h.send("GET", "/elements/basicone", "").want(200)
	var again element
	h.send("PUT", "/elements/basicone", string(shown.body)).want(200).into(&again)
	if len(again.Configuration) != len(made.Configuration) || again.Resources[0]["id"] != made.Resources[0]["id"] {
		t.Errorf("after PUT of what was read: %v", again)
	}
	i := h.create(`{"name":"x","element":{"key":"basicone"},"configuration":{"username":"u","password":"p"}}`)
	h.send("DELETE", "/elements/basicone", "").want(409, "1 instances")
	h.send("DELETE", fmt.Sprintf("/instances/%d", i.ID), "").want(200)
	h.send("DELETE", "/elements/basicone", "").want(200)
}

func TestConfigurationIsAnObjectAndItsEntriesComeAndGo(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.element(basicConnector)
	h.send("GET", "/elements/basicone/configuration", "").want(200, `{"configuration":[`, `"providerData":[]`)
	h.send("POST", "/elements/basicone/configuration", `{"key":"region","name":"Region","description":"Where","type":"TEXTFIELD_32"}`).want(200, `"key":"region"`, `"required":false`)
	h.send("POST", "/elements/basicone/configuration", `{"key":"region","name":"Region"}`).want(409)
	h.send("PUT", "/elements/basicone/configuration/region", `{"key":"zone","name":"Zone","description":"Where","type":"TEXTFIELD_32"}`).want(200, `"key":"zone"`)
	h.send("DELETE", "/elements/basicone/configuration/zone", "").want(200)
	h.send("DELETE", "/elements/basicone/configuration/zone", "").want(404, "No configuration found with key zone")
	h.send("GET", "/elements/basicone/authentication-types", "").want(200, `{"defaultValue":"basic","options":[{"value":"basic","description":"basic"}]}`)
	h.send("GET", "/elements/basicone/authentication-types/basic/configurations", "").want(200, `"key":"username"`)
}

func TestPartsOfAConnectorComeAndGo(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.element(basicConnector)
	resource := idOf(t, h.send("POST", "/elements/basicone/resources", `{"method":"GET","path":"/things","vendorPath":"/t","operationId":"listThings","response":{"contentType":"application/json","sampleData":"[]"}}`))
	for _, at := range []string{"/elements/basicone", "/elements/basicone/resources/" + resource} {
		h.send("GET", at+"/parameters", "").want(200, "[]")
		parameter := idOf(t, h.send("POST", at+"/parameters", `{"name":"a","type":"query","vendorName":"b","vendorType":"query","dataType":"string","source":"request"}`))
		h.send("PUT", at+"/parameters/"+parameter, `{"id":1,"name":"c","type":"query","vendorName":"b","vendorType":"query"}`).want(200, `"name":"c"`, `"id":`+parameter)
		h.send("GET", at+"/parameters", "").want(200, `"name":"c"`)
		h.send("DELETE", at+"/parameters/"+parameter, "").want(200)
		h.send("DELETE", at+"/parameters/"+parameter, "").want(404)

		hook := idOf(t, h.send("POST", at+"/hooks", `{"type":"preRequest","mimeType":"application/javascript","body":"this is ( not a script","isLegacy":true}`))
		h.send("GET", at+"/hooks/"+hook, "").want(200, `"isLegacy":true`, `"body":"this is ( not a script"`)
		h.send("PUT", at+"/hooks/"+hook, `{"type":"preRequest","body":"done({})"}`).want(200, `"isLegacy":false`)
		h.send("PUT", at+"/hooks/"+hook, `{"type":"preRequest","body":"done({})","isLegacy":true}`).want(400, "legacy")
		h.send("DELETE", at+"/hooks/"+hook, "").want(200)
		h.send("GET", at+"/hooks", "").want(200, "[]")
	}
	at := "/elements/basicone/resources/" + resource
	h.send("GET", at+"/models", "").want(200, "{}")
	h.send("POST", at+"/models", `{"name":"thing","swagger":{"thing":{"id":"thing","properties":{}}}}`).want(200, `"name":"thing"`)
	h.send("PUT", at+"/models", `{"name":"thing2","swagger":{}}`).want(200, `"name":"thing2"`)
	h.send("GET", at, "").want(200, `"thing2"`, `"operationId":"listThings"`)
	h.send("DELETE", at+"/models", "").want(200)
	h.send("GET", at+"/models", "").want(200, "{}")
	h.send("PUT", at, `{"method":"GET","path":"/hubs/crm/things","vendorPath":"/changed"}`).want(200, `"/changed"`, `"id":`+resource)
	h.send("DELETE", at, "").want(200)
	h.send("GET", at, "").want(404, "No resource found with id "+resource)

	object := idOf(t, h.send("POST", "/elements/basicone/objects", `{"name":"thing","fields":[{"name":"a","type":"string"}]}`))
	h.send("GET", "/elements/basicone/objects/"+object, "").want(200, `"primaryKeyName":""`)
	field := idOf(t, h.send("POST", "/elements/basicone/objects/"+object+"/fields", `{"name":"b","type":"string"}`))
	h.send("PUT", "/elements/basicone/objects/"+object+"/fields/"+field, `{"name":"c","type":"number"}`).want(200, `"id":`+field, `"name":"c"`)
	h.send("GET", "/elements/basicone/objects/"+object+"/fields", "").want(200, `"name":"a"`, `"name":"c"`)
	h.send("DELETE", "/elements/basicone/objects/"+object+"/fields/"+field, "").want(200)
	h.send("PUT", "/elements/basicone/objects/"+object, `{"name":"thing","primaryKeyName":"id"}`).want(200, `"primaryKeyName":"id"`, `"name":"a"`)
	h.send("DELETE", "/elements/basicone/objects/"+object, "").want(200)
	h.send("GET", "/elements/basicone/objects", "").want(200, "[]")
}

func TestElementModelsAreUpserted(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.element(basicConnector)
	for _, x := range []string{"basicone", "actessentials"} { // models may be added to the catalogue's too
		path := "/elements/" + x + "/models"
		id := idOf(t, h.send("POST", path, `{"name":"widget","resources":[{"id":1},{"id":2}],"modelFields":[{"name":"a"},{"name":"b"}]}`))
		again := idOf(t, h.send("PUT", path, `{"name":"widget","resources":[{"id":1}],"modelFields":[{"name":"a"}]}`))
		byID := idOf(t, h.send("PUT", path, `{"id":`+id+`,"name":"widget","resources":[],"modelFields":[]}`))
		if again != id || byID != id {
			t.Errorf("ids %s, %s, %s", id, again, byID)
		}
		h.send("GET", path+"/"+id, "").want(200, `"resources":[]`, `"modelFields":[]`)
		h.send("PUT", path+"/"+id, `{"name":"widget","modelFields":[{"name":"z"}]}`).want(200, `"name":"z"`)
		h.send("DELETE", path+"/"+id, "").want(200)
		h.send("GET", path+"/"+id, "").want(404)
	}
}

// colleague makes another account of the same organization and returns a house that calls as its user.
func (h *house) colleague(name string) *house {
	h.t.Helper()
	ctx := h.t.Context()
	admin, err := h.server.Access.FirstAdministrator(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	account := &store.Account{OrganizationID: admin.Organization.ID, Name: name, Active: true}
	if err := h.server.DB.CreateAccount(ctx, account); err != nil {
		h.t.Fatal(err)
	}
	user := &store.User{AccountID: account.ID, Email: name + "@example.org", FirstName: "F", LastName: "L",
		Secret: "user-secret-of-" + name, Roles: []string{"org", "default-user"}, Active: true}
	if err := h.server.DB.CreateUser(ctx, user); err != nil {
		h.t.Fatal(err)
	}
	other := *h
	other.user = user.Secret
	return &other
}

func (h *house) resources(path string) []map[string]any {
	h.t.Helper()
	var rows []map[string]any
	h.send("GET", path, "").want(200).into(&rows)
	return rows
}

func TestAnAccountExtendsASystemConnectorForItselfAlone(t *testing.T) {
	t.Parallel()
	h := build(t)
	other := h.colleague("grace")
	before := len(h.resources("/elements/actessentials/resources"))
	act := h.act("x")

	made := h.send("POST", "/elements/actessentials/resources", `{"method":"GET","path":"/hubs/crm/mynewcontacts","vendorPath":"/Contacts","parameters":[{"name":"pageSize","type":"query","vendorName":"$top","vendorType":"query"}],"model":{"name":"mynewcontacts","swagger":{"mynewcontacts":{"id":"mynewcontacts","properties":{"id":{"type":"string"}}}}}}`)
	id := idOf(t, made.want(200, `"path":"/hubs/crm/mynewcontacts"`))
	if got := len(h.resources("/elements/actessentials/resources")); got != before+1 {
		t.Errorf("%d resources, had %d", got, before)
	}
	if got := len(h.resources("/elements/actessentials/resources?accountOnly=true")); got != 1 {
		t.Errorf("%d resources of the account", got)
	}
	if got := len(other.resources("/elements/actessentials/resources")); got != before {
		t.Errorf("another account sees %d resources, had %d", got, before)
	}
	h.do(request{path: "/hubs/crm/mynewcontacts?pageSize=2", token: act.Token}).want(200, `[{`)
	h.do(request{path: "/hubs/crm/objects", token: act.Token}).want(200, `"mynewcontacts"`)
	h.send("GET", "/elements?where="+url.QueryEscape("extended='true'"), "").want(200, `"key":"actessentials"`, `"private":false`)

	// An override is in force until it is deleted.
	override := idOf(t, h.send("POST", "/elements/actessentials/resources", `{"method":"GET","path":"/hubs/crm/contacts/{id}","vendorPath":"/x","hooks":[{"type":"preRequest","body":"done({continue:false, response_body:{overridden:true}})"}]}`))
	h.do(request{path: "/hubs/crm/contacts/1", token: act.Token}).want(200, `"overridden":true`)
	h.send("DELETE", "/elements/actessentials/resources/"+override, "").want(200)
	if a := h.do(request{path: "/hubs/crm/contacts/1", token: act.Token}); strings.Contains(string(a.body), "overridden") {
		t.Errorf("the override is still there: %s", a.body)
	}

	// What belongs to the catalogue cannot be written.
	system := ""
	for _, r := range h.resources("/elements/actessentials/resources") {
		if r["ownerAccountId"] == float64(1) {
			system = strconv.FormatInt(int64(r["id"].(float64)), 10)
			break
		}
	}
	h.send("GET", "/elements/actessentials/resources/"+system, "").want(200)
	for _, call := range []string{"POST /parameters", "POST /models", "PUT /models", "DELETE /models", "POST /hooks", "PUT ", "DELETE "} {
		method, rest, _ := strings.Cut(call, " ")
		h.send(method, "/elements/actessentials/resources/"+system+rest, `{"name":"a","type":"query","method":"GET","path":"/x"}`).want(404, "No resource found with id "+system)
	}
	for _, call := range []string{"PUT ", "DELETE ", "PUT /active", "PATCH "} {
		method, rest, _ := strings.Cut(call, " ")
		h.send(method, "/elements/actessentials"+rest, `{"name":"a"}`).want(403, "catalogue")
	}
	h.send("POST", "/elements/actessentials/resources/"+id+"/parameters", `{"name":"a","type":"query","vendorName":"b","vendorType":"query"}`).want(200)

	export := h.send("GET", "/elements/actessentials/export?extendedOnly=true", "").want(200, `"extended":true`, `"configuration":[]`, `"hooks":[]`, `"parameters":[]`, "mynewcontacts")
	if strings.Contains(string(export.body), `"private"`) {
		t.Error("an extension must be exported without private")
	}
	h.send("PUT", "/elements/7213/configurations", string(h.send("GET", "/elements/actessentials", "").body)).want(200, `"key":"actessentials"`)
	h.send("DELETE", "/elements/actessentials/resources/"+id, "").want(200)
	h.send("GET", "/elements/actessentials", "").want(200, `"extended":false`)
}

func TestThirteenResourcesAtOnceAllArrive(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.element(basicConnector)
	for _, x := range []string{"basicone", "actessentials"} {
		before := len(h.resources("/elements/" + x + "/resources"))
		var wait sync.WaitGroup
		for n := range 13 {
			wait.Go(func() {
				a := h.send("POST", "/elements/"+x+"/resources", fmt.Sprintf(`{"method":"GET","path":"/parallel%d","vendorPath":"/p"}`, n))
				if a.status != 200 {
					t.Errorf("%d %s", a.status, a.body)
				}
			})
		}
		wait.Wait()
		ids := map[any]bool{}
		rows := h.resources("/elements/" + x + "/resources")
		for _, r := range rows {
			ids[r["id"]] = true
		}
		if len(rows) != before+13 || len(ids) != len(rows) {
			t.Errorf("%s: %d resources with %d ids, had %d", x, len(rows), len(ids), before)
		}
	}
}

func TestAPrivateConnectorIsSharedWithAnAccount(t *testing.T) {
	t.Parallel()
	h := build(t)
	grace := h.colleague("grace")
	alan := h.colleague("alan")
	grace.element(`{"name":"Mine","description":"Y","authentication":{"type":"custom"}}`)
	alan.send("GET", "/elements/mine", "").want(404)
	var accounts struct{ ID int64 }
	admin, err := h.server.Access.FirstAdministrator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	accounts.ID = admin.Account.ID + 2 // the second account that was made
	path := "/elements/mine/accounts/" + strconv.FormatInt(accounts.ID, 10)
	grace.send("GET", "/elements/mine/accounts", "").want(200, "[]")
	grace.send("PUT", path, "").want(200, fmt.Sprint("[", accounts.ID, "]"))
	alan.send("GET", "/elements/mine", "").want(200)
	alan.send("DELETE", "/elements/mine", "").want(403, "another account")
	grace.send("PUT", "/elements/mine/accounts/999999", "").want(404)
	grace.send("DELETE", path, "").want(200)
	alan.send("GET", "/elements/mine", "").want(404)
}

func TestThePrivateConnectorWinsByKeyAndTheSystemOneByID(t *testing.T) {
	t.Parallel()
	h := build(t)
	mine := h.element(`{"key":"actessentials","name":"Mine","description":"Y","authentication":{"type":"custom"}}`)
	h.send("GET", "/elements/actessentials", "").want(200, `"name":"Mine"`)
	h.send("GET", "/elements/7213", "").want(200, `"name":"Act! 365"`)
	var both []element
	h.send("GET", "/elements?where="+url.QueryEscape("key = 'actessentials'"), "").want(200).into(&both)
	if len(both) != 2 || both[0].Private || !both[1].Private || both[1].ID != mine.ID {
		t.Errorf("both: %+v", both)
	}
	h.send("POST", "/elements", `{"key":"actessentials","name":"Mine","description":"Y","authentication":{"type":"custom"}}`).want(409, "actessentials")
}

func TestBadDefinitionsAreRefusedWithEveryFaultAndChangeNothing(t *testing.T) {
	t.Parallel()
	h := build(t)
	for name, test := range map[string]struct {
		body   string
		status int
		texts  []string
	}{
		"no JSON":       {`{"name":`, 400, nil},
		"wrong type":    {`{"name":5,"authentication":{"type":"custom"}}`, 400, []string{"name"}},
		"several":       {`{"name":"bad","description":"d","authentication":{"type":"custom"},"resources":[{"path":"/a"},{"method":"GET","path":"/b","type":"nonsense"}]}`, 400, []string{"resources[0].method", "resources[1].type"}},
		"twins":         {`{"name":"bad","description":"d","resources":[{"method":"GET","path":"/a"},{"method":"GET","path":"/hubs/general/a"}]}`, 400, []string{"resources[1].path"}},
		"hook":          {`{"name":"bad","description":"d","hooks":[{"type":"preRequest","body":"done({"}]}`, 400, []string{"hooks[0].body", "line"}},
		"circle":        {`{"name":"bad","description":"d","resources":[{"method":"GET","path":"/a","nextResource":"GET:/b"},{"method":"GET","path":"/b","nextResource":"GET:/a"}]}`, 400, []string{"nextResource"}},
		"ten megabytes": {`{"name":"` + strings.Repeat("x", 10_000_000) + `"}`, 413, []string{"10"}},
		"nothing":       {`{}`, 400, []string{"name"}},
	} {
		a := h.send("POST", "/elements", test.body)
		a.t = t
		t.Log(name, a.status, short(a.body))
		a.want(test.status, test.texts...)
	}
	bomb := "name: bad\ndescription: d\na: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'l'; c++ {
		p := string(c - 1)
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+p+",", 9), ","))
	}
	h.do(request{method: "POST", path: "/elements", body: bomb, header: map[string]string{"Content-Type": "application/yaml"}}).want(400)
	h.send("GET", "/elements/bad", "").want(404)
	h.send("GET", "/elements?where="+url.QueryEscape("private='true'"), "").want(200, "[]")
}

func TestADefinitionInYAMLIsStored(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.do(request{method: "POST", path: "/elements", body: "name: From YAML\ndescription: d\nauthentication:\n  type: custom\n",
		header: map[string]string{"Content-Type": "application/yaml"}}).want(200, `"key":"fromyaml"`)
}

func TestTheCatalogueIsReadWithoutLoginOnlyWhereTheServerSaysSo(t *testing.T) {
	t.Parallel()
	nobody := map[string]string{"Authorization": ""}
	closed := build(t)
	closed.do(request{path: "/elements", header: nobody}).want(401)
	open := build(t, anonymous)
	open.element(`{"name":"Mine","description":"Y","authentication":{"type":"custom"}}`)
	for _, path := range []string{"/elements", "/elements/keys", "/elements/actessentials", "/elements/7213/configuration", "/elements/metadata", "/hubs", "/hubs/keys", "/hubs/crm", "/hubs/crm/elements"} {
		open.do(request{path: path, header: nobody}).want(200)
	}
	open.do(request{path: "/elements/mine", header: nobody}).want(404)
	var keys []string
	open.do(request{path: "/elements/keys", header: nobody}).want(200).into(&keys)
	slices.Sort(keys)
	if !slices.Equal(keys, shipped(t)) {
		t.Errorf("everybody sees %v, not what is shipped", keys)
	}
	open.do(request{path: "/elements", header: map[string]string{"Authorization": "User wrong, Organization wrong"}}).want(401)
	open.do(request{path: "/elements/actessentials/export", header: nobody}).want(401)
	open.do(request{path: "/instances", header: nobody}).want(401)
}

func TestHubsAreListedAddedAndDeleted(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.send("POST", "/hubs", `{"name":"My Hub","description":"d"}`).want(200, `"key":"myhub"`, `"active":true`)
	h.send("POST", "/hubs", `{"key":"myhub"}`).want(409)
	h.send("GET", "/hubs/keys", "").want(200, `"crm"`, `"myhub"`)
	h.send("GET", "/hubs/myhub", "").want(200, `"description":"d"`)
	var all []struct{ Resources []any }
	h.send("GET", "/hubs?hydrate=true", "").want(200).into(&all)
	if len(all) == 0 || len(all[0].Resources) == 0 {
		t.Error("the first hub has no resources")
	}
	h.send("DELETE", "/hubs/myhub", "").want(200)
	h.send("DELETE", "/hubs/myhub", "").want(404)
	h.send("DELETE", "/hubs/crm", "").want(403)
	h.send("GET", "/hubs/crm/elements", "").want(200, "actessentials")
}

func TestAnOrganizationHidesConnectors(t *testing.T) {
	t.Parallel()
	h := build(t)
	grace := h.colleague("grace")
	grace.send("PUT", "/customers/elements/blacklist", `["actessentials"]`).want(403)
	h.send("PUT", "/customers/elements/blacklist", `["actessentials"]`).want(200, `["actessentials"]`)
	grace.send("GET", "/elements/actessentials", "").want(404)
	if all := grace.send("GET", "/elements/keys", "").want(200); strings.Contains(string(all.body), `"actessentials"`) {
		t.Errorf("a hidden connector is listed: %s", all.body)
	}
	h.send("DELETE", "/customers/elements/blacklist", `["actessentials"]`).want(200, "[]")
	grace.send("GET", "/elements/actessentials", "").want(200)
}

func TestTheListOfConnectorsPagesSearchesAndAbridges(t *testing.T) {
	t.Parallel()
	h := build(t)
	for n := range 5 {
		h.element(fmt.Sprintf(`{"name":"Paged %d","description":"Y","authentication":{"type":"custom"}}`, n))
	}
	var rows []element
	first := h.send("GET", "/elements?page=1&pageSize=1", "").want(200)
	first.into(&rows)
	if len(rows) != 1 || len(rows[0].Resources) == 0 {
		t.Errorf("the first row must have resources: %s", short(first.body))
	}
	seen := 1
	for token := first.header.Get("Elements-Next-Page-Token"); token != ""; seen++ {
		next := h.send("GET", "/elements?nextPage="+token, "").want(200)
		token = next.header.Get("Elements-Next-Page-Token")
	}
	if seen != 5+len(shipped(t)) {
		t.Errorf("%d pages of one", seen)
	}
	h.send("GET", "/elements?searchText=aged%203", "").want(200, "paged3")
	short := h.send("GET", "/elements?where="+url.QueryEscape("key in ('paged1','paged2') AND abridged='true'"), "").want(200, "paged1", "paged2", `"private":true`, `"extended":false`)
	var abridged []map[string]json.RawMessage
	short.into(&abridged)
	if len(abridged) != 2 || abridged[0]["resources"] != nil || abridged[0]["configuration"] != nil {
		t.Errorf("abridged rows: %s", short.body)
	}
	h.send("GET", "/elements?where="+url.QueryEscape("nonsense='x'"), "").want(400, "nonsense")
	h.send("GET", "/elements?where="+url.QueryEscape("key ="), "").want(400, "Error parsing query")
}

func anonymous(o *server.Options) { o.AnonymousCatalog = true }

func TestPutOfWhatWasReadChangesNoIDAndNoDate(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.element(basicConnector)
	before := h.send("GET", "/elements/basicone", "").want(200)
	for _, form := range []string{"/elements/basicone", "/elements/basicone/export"} {
		h.send("PUT", "/elements/basicone", string(h.send("GET", form, "").want(200).body)).want(200)
		was, is := tree(t, before.body), tree(t, h.send("GET", "/elements/basicone", "").want(200).body)
		delete(was, "updatedDate")
		delete(is, "updatedDate")
		if difference := cmp.Diff(was, is); difference != "" {
			t.Errorf("PUT of %s changed (-was +is):\n%s", form, difference)
		}
	}
}

func TestModelsFollowTheirResourcesThroughExportAndImport(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.element(`{"key":"first","name":"First","description":"Y","authentication":{"type":"custom"},
		"resources":[{"id":7,"method":"GET","path":"/a"},{"id":8,"method":"GET","path":"/b"}],"models":[{"id":3,"name":"b","resources":[{"id":8}],"fields":[]}]}`)
	export := h.send("GET", "/elements/first/export", "").want(200)
	second := strings.Replace(string(export.body), `"key":"first"`, `"key":"second"`, 1)
	h.send("POST", "/elements", second).want(200)
	for _, key := range []string{"first", "second"} {
		var read struct {
			Resources []struct {
				ID   int64
				Path string
			}
			Models []struct{ Resources []struct{ ID int64 } }
		}
		h.send("GET", "/elements/"+key, "").want(200).into(&read)
		if len(read.Models) != 1 || len(read.Models[0].Resources) != 1 || read.Models[0].Resources[0].ID != read.Resources[1].ID || read.Resources[1].ID == 8 {
			t.Errorf("%s: %+v", key, read)
		}
	}
}
