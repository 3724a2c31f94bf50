package wire_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"

	"jackfield/internal/connector"
)

// swagger is what tests need of a document.
type swagger struct {
	Swagger, OpenAPI, Host, BasePath string
	Schemes                          []string
	Info                             map[string]any
	Paths                            map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Parameters  []struct {
			Name, In, Type string
			Required       bool
			Schema         map[string]any
		}
		Responses map[string]any
		Tags      []string
	}
	Definitions map[string]struct {
		Properties map[string]map[string]any
	}
}

func (h *house) swagger(r request) swagger {
	h.t.Helper()
	var s swagger
	h.do(r).want(200).into(&s)
	return s
}

func TestDocumentsOfConnectorsAndInstances(t *testing.T) {
	t.Parallel()
	h := build(t)
	i := h.act("one")
	id := "/instances/" + strconv.FormatInt(i.ID, 10)
	for name, r := range map[string]request{
		"connector by key": {path: "/elements/actessentials/docs"},
		"connector by id":  {path: "/elements/7213/docs?version=-1"},
		"instance by id":   {path: id + "/docs"},
		"by token":         {path: "/instances/docs", token: i.Token},
		"lbdocs":           {path: "/elements/7213/lbdocs?force=true"},
		"hub":              {path: "/docs/crm"},
	} {
		s := h.swagger(r)
		list := s.Paths["/contacts"]["get"]
		if s.Swagger != "2.0" || s.BasePath != "/elements/api-v2" || list.OperationID != "getContacts" || len(list.Responses) != 11 {
			t.Errorf("%s: swagger %q, base %q, list %+v", name, s.Swagger, s.BasePath, list)
		}
		if len(list.Parameters) == 0 || list.Parameters[0].Name != "Authorization" || !list.Parameters[0].Required {
			t.Errorf("%s: first parameter %+v", name, list.Parameters)
		}
		if s.Host == "" || len(s.Definitions) == 0 {
			t.Errorf("%s: host %q, %d definitions", name, s.Host, len(s.Definitions))
		}
	}
	for _, path := range []string{"/elements/actessentials/docs", "/docs/crm", id + "/docs", id + "/docs/GET-contacts"} {
		s := h.swagger(request{path: path + "?baseUrl=https%3A%2F%2Ffoo.bar"})
		if s.Host != "foo.bar" || !slices.Contains(s.Schemes, "https") {
			t.Errorf("%s: host %q, schemes %v", path, s.Host, s.Schemes)
		}
	}
	if s := h.swagger(request{path: id + "/docs?format=openapi"}); s.OpenAPI != "3.1.0" && s.OpenAPI != "3.1.1" {
		t.Errorf("openapi %q", s.OpenAPI)
	}
	for _, operation := range []string{"GET-contacts", "getContacts"} {
		for _, r := range []request{{path: id + "/docs/" + operation}, {path: "/instances/docs/" + operation, token: i.Token}, {path: "/elements/7213/operations/" + operation + "/docs"}} {
			if s := h.swagger(r); len(s.Paths) != 1 || s.Paths["/contacts"]["get"].OperationID != "getContacts" {
				t.Errorf("%s: %v", r.path, s.Paths)
			}
		}
		var definitions map[string]any
		h.do(request{path: id + "/docs/" + operation + "/definitions"}).want(200).into(&definitions)
		if definitions["contact"] == nil && len(definitions) == 0 {
			t.Errorf("definitions of %s: %v", operation, definitions)
		}
	}
	h.do(request{path: id + "/docs/noSuchOperation"}).want(404)
	h.do(request{path: "/docs/nohub"}).want(404)
	h.do(request{path: id + "/docs?format=word"}).want(400, "openapi")
	h.do(request{path: id + "/docs?baseUrl=nonsense"}).want(400, "baseUrl")

	platform := h.swagger(request{path: "/docs/all_platform"})
	ids := map[string]bool{}
	for path, methods := range platform.Paths {
		for method, op := range methods {
			if ids[op.OperationID] || op.OperationID == "" {
				t.Errorf("%s %s: operation id %q", method, path, op.OperationID)
			}
			ids[op.OperationID] = true
		}
	}
	if platform.Paths["/instances/{id}"]["get"].OperationID == "" || len(ids) < 80 {
		t.Errorf("the platform has %d operations", len(ids))
	}

	// Disabled instances have their documents, and their objects (reference/hub-api.md §1.1).
	h.do(request{method: "DELETE", path: "/instances/enabled", token: i.Token}).want(200)
	h.do(request{path: "/instances/docs", token: i.Token}).want(200)
	h.do(request{path: "/hubs/crm/objects", token: i.Token}).want(200)
	h.do(request{path: "/hubs/crm/objects/contacts/metadata", token: i.Token}).want(200, `"fields"`)
}

// modelled is a connector with list, create, read and update of contacts, described by models as the original's
// acceptance suite has them: nested definitions on both sides, and a metadata resource that discovers custom fields.
const modelled = `{"key":"modelled","name":"Modelled","description":"d","hub":"crm","authentication":{"type":"custom"},
"configuration":[{"key":"base.url","name":"Base","type":"TEXTFIELD_1000","defaultValue":"PROVIDER"}],
"resources":[
 {"method":"GET","path":"/contacts","vendorPath":"/contacts","parameters":[{"name":"pageSize","type":"query","vendorName":"n","vendorType":"query"}],
  "model":{"name":"contactsList","swagger":{"contactsList":{"id":"contactsList","type":"array","items":{"$ref":"contactsListObject"}},"contactsListObject":{"id":"contactsListObject","properties":{"id":{"type":"integer"},"email":{"type":"string"}}}}}},
 {"method":"POST","path":"/contacts","vendorPath":"/contacts","parameters":[{"name":"body","type":"body","vendorName":"body","vendorType":"body"}],
  "model":{"name":"contactsPost","swagger":{"contactsPost":{"id":"contactsPost","properties":{"id":{"type":"integer"}}}},"requestName":"contactsPostRequest","requestSwagger":{"contactsPostRequest":{"id":"contactsPostRequest","properties":{"email":{"type":"string"},"address":{"type":"requestAddress"}}},"requestAddress":{"id":"requestAddress","properties":{"city":{"type":"string"}}}}}},
 {"method":"GET","path":"/contacts/{id}","vendorPath":"/contacts/{id}","parameters":[{"name":"id","type":"path","vendorName":"id","vendorType":"path"}],
  "model":{"name":"contacts","swagger":{"contacts":{"id":"contacts","properties":{"id":{"type":"integer"},"email":{"type":"string"},"address":{"type":"address"}}},"address":{"id":"address","properties":{"city":{"type":"string"},"geo":{"type":"geo"}}},"geo":{"id":"geo","properties":{"lat":{"type":"number"}}}}}},
 {"method":"PATCH","path":"/contacts/{id}","vendorPath":"/contacts/{id}","parameters":[{"name":"id","type":"path","vendorName":"id","vendorType":"path"},{"name":"body","type":"body","vendorName":"body","vendorType":"body"}],
  "model":{"name":"contactsPatch","swagger":{"contactsPatch":{"id":"contactsPatch","properties":{"id":{"type":"integer"}}}},"requestName":"contactsPatchRequest","requestSwagger":{"contactsPatchRequest":{"id":"contactsPatchRequest","properties":{"email":{"type":"string"}}}}}},
 {"method":"GET","path":"/contacts-nonexec","vendorPath":"/x"},
 {"method":"GET","path":"/objects/{objectName}/metadata","vendorPath":"/metadata/{objectName}","type":"apiNoDocumentation","parameters":[{"name":"objectName","type":"path","vendorName":"objectName","vendorType":"path"}]}
]}`

func TestDocumentsOfOneObject(t *testing.T) {
	t.Parallel()
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"fields":[{"path":"custom_email","type":"string","custom":true},{"path":"customobject.rank","type":"number","custom":true},{"path":"email","type":"string","custom":false}]}`))
	}))
	t.Cleanup(provider.Close)
	def, err := connector.ParseJSON([]byte(modelled))
	if err != nil {
		t.Fatal(err)
	}
	def.ID = 900
	h := build(t, with(provider, def))
	i := h.create(`{"name":"x","element":{"key":"modelled"}}`)
	// Without the wrapper of the list: list item, two of POST with what it nests, record with what it nests, two of PATCH.
	for query, want := range map[string]int{"": 9, "?discovery=true": 10, "?discovery=true&basic=true": 10, "?discovery=true&resolveReferences=true": 6} {
		s := h.swagger(request{path: "/hubs/crm/objects/contacts/docs" + query, token: i.Token})
		names := []string{}
		for name := range s.Definitions {
			names = append(names, name)
		}
		slices.Sort(names)
		if len(s.Paths) != 2 || len(names) != want {
			t.Errorf("%s: %d paths, %d definitions, want %d: %v", query, len(s.Paths), len(names), want, names)
		}
		_, discovered := s.Definitions["contacts"].Properties["custom_email"]
		if discovered != (query != "") {
			t.Errorf("%s: custom_email there: %v", query, discovered)
		}
	}
	var definitions map[string]any
	h.do(request{path: "/hubs/crm/objects/contacts/definitions?discovery=true", token: i.Token}).want(200).into(&definitions)
	if len(definitions) != 10 || definitions["contacts"] == nil {
		t.Errorf("%d definitions alone", len(definitions))
	}
	h.do(request{path: "/hubs/crm/objects/nothing/docs", token: i.Token}).want(404)
	h.do(request{path: "/hubs/crm/objects/nothing/definitions", token: i.Token}).want(404)
	h.do(request{path: "/elements/modelled/objects/contact/docs"}).want(200, `"/contacts/{id}"`)
	// The connector's own metadata resource answers instead of the platform.
	h.do(request{path: "/hubs/crm/objects/contacts/metadata", token: i.Token}).want(200, "custom_email")
}

func TestObjectsNameTheirOriginForHelium(t *testing.T) {
	t.Parallel()
	h := build(t)
	i := h.act("one")
	var names []string
	h.do(request{path: "/objects", token: i.Token}).want(200).into(&names)
	if !slices.Contains(names, "contacts") {
		t.Errorf("names %v", names)
	}
	var rows []map[string]string
	h.do(request{path: "/hubs/crm/objects", token: i.Token, header: map[string]string{"Elements-Version": "Helium"}}).want(200).into(&rows)
	kinds := map[string]bool{}
	for _, row := range rows {
		kinds[row["type"]] = true
		if len(row) != 3 || row["name"] == "" {
			t.Errorf("row %v", row)
		}
	}
	if !kinds["vendor"] || !kinds["ceCanonical"] {
		t.Errorf("kinds %v", kinds)
	}
	var made struct{ Objects []json.RawMessage }
	h.do(request{method: "POST", path: "/instances", body: `{"element":{"key":"actessentials"},` + actKeys + `,"name":"two","retrieveObjectsAfterInstantiation":true}`}).want(200).into(&made)
	if len(made.Objects) != len(rows) {
		t.Errorf("%d objects with the instance, %d listed", len(made.Objects), len(rows))
	}
}

func TestFactsOfConnectors(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.do(request{path: "/elements/metadata"}).want(200, `"events"`)
	h.do(request{path: "/elements/7213/metadata?expand=true"}).want(200, `"discovery"`, `"authenticationType"`, `"resources"`)
	h.do(request{path: "/elements/999999/metadata"}).want(404)
	h.do(request{path: "/elements/actessentials/validate"}).want(200, `"valid":true`)
	h.do(request{path: "/elements/actessentials/cheat-sheet"}).want(200, "Developer Key", "/contacts")
	h.do(request{path: "/elements/actessentials/transformations"}).want(200, "{")
	h.do(request{path: "/elements/7213/versions"}).want(200, `"elementId":7213`)
}
