package apidoc_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"jackfield/internal/apidoc"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

func crmWith(t *testing.T, key, more string) *connector.Definition {
	t.Helper()
	return parse(t, `{"key":"`+key+`","name":"`+key+`","hub":"crm","bulkUploadEnabled":`+fmt.Sprint(key == "b")+`,"resources":[
		{"method":"GET","path":"/hubs/crm/contacts","operationId":"list`+key+`","parameters":[{"name":"where","type":"query","required":true},{"name":"only`+key+`","type":"query","required":true}],
			"model":{"name":"contacts","swagger":{"contacts":{"required":["id","`+key+`"],"properties":{"id":{"type":"`+more+`"},"`+key+`":{"type":"string"}}}}}},
		{"method":"DELETE","path":"/hubs/crm/contacts/{`+key+`}"},
		{"method":"POST","path":"/hubs/crm/`+key+`s","parameters":[{"name":"body","type":"body","dataType":"contacts"}]}]}`)
}

func TestAHubHasTheOperationsOfAllItsConnectors(t *testing.T) {
	t.Parallel()
	all := []*connector.Definition{crmWith(t, "a", "string"), crmWith(t, "b", "integer"), parse(t, `{"key":"other","hub":"documents","resources":[{"method":"GET","path":"/hubs/documents/files"}]}`)}
	data, err := apidoc.Hub("crm", all, apidoc.Options{BaseURL: "https://foo.bar"})
	if err != nil {
		t.Fatal(err)
	}
	mustBeSwagger(t, "hub", data)
	doc := tree(t, data)
	if doc["host"] != "foo.bar" || fmt.Sprint(doc["schemes"]) != "[https]" || doc["basePath"] != "/elements/api-v2" {
		t.Errorf("host %v, schemes %v, basePath %v", doc["host"], doc["schemes"], doc["basePath"])
	}
	found := calls(doc)
	for _, want := range []string{"get /contacts getContacts", "delete /contacts/{a} deleteContactByA", "post /as createA", "post /bs createB", "post /bulk/{objectName} createBulkByObjectName", "get /ping getPing"} {
		if !slices.Contains(found, want) {
			t.Errorf("%s is not among %v", want, found)
		}
	}
	if strings.Contains(string(data), "/files") {
		t.Error("an operation of another hub is shown")
	}
	list := doc["paths"].(map[string]any)["/contacts"].(map[string]any)["get"].(map[string]any)
	required := map[string]any{}
	for _, p := range list["parameters"].([]any) {
		required[p.(map[string]any)["name"].(string)] = p.(map[string]any)["required"]
	}
	if got, want := fmt.Sprint(required), "map[Authorization:true onlya:false onlyb:false where:true]"; got != want {
		t.Errorf("parameters are %s, wanted %s", got, want)
	}
	contacts := doc["definitions"].(map[string]any)["contacts"].(map[string]any)
	if got := fmt.Sprint(names(contacts["properties"]), contacts["required"], contacts["properties"].(map[string]any)["id"]); got != "[a b id] [id] map[type:string]" {
		t.Errorf("contacts is %s", got)
	}
	if _, err := apidoc.Hub("nothing", all, someOptions); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown hub gives %v", err)
	}
}

func TestTheHubsOfAllExportedDefinitionsAreValid(t *testing.T) {
	t.Parallel()
	var all []*connector.Definition
	hubs := map[string]int{}
	byName := definitions(t)
	for _, name := range names(toAny(byName)) {
		all = append(all, byName[name])
		hubs[byName[name].Hub]++
	}
	for hub, n := range hubs {
		if n < 2 {
			continue
		}
		data, err := apidoc.Hub(hub, all, someOptions)
		if err != nil {
			t.Fatal(err)
		}
		if dangling := danglingReferences(t, data); len(dangling) > 0 {
			t.Errorf("%s refers to %v", hub, dangling)
		}
		if n == 2 { // the larger ones take a validator minutes
			mustBeSwagger(t, hub, data)
		}
	}
}

func toAny[V any](m map[string]V) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		out[k] = v
	}
	return out
}

func TestThePlatformIsDocumentedFromAList(t *testing.T) {
	t.Parallel()
	data, err := apidoc.Platform([]apidoc.PlatformOperation{
		{Method: "GET", Path: "/instances/{id}/docs", Summary: "Document an instance", Query: []string{"baseUrl", "version"}},
		{Method: "POST", Path: "/elements/api-v2/instances", Tag: "connections", Body: true},
		{Method: "POST", Path: "/authentication", Public: true, Body: true},
		{Method: "POST", Path: "/authentication", Summary: "again"},
		{Method: "CONNECT", Path: "/x"}, {Method: "GET", Path: "/instances/{name}"}, {Method: "GET", Path: "/instances/{id}/{id}"},
	}, someOptions)
	if err != nil {
		t.Fatal(err)
	}
	mustBeSwagger(t, "platform", data)
	doc := tree(t, data)
	want := []string{"get /instances/{id}/docs getInstancesDocs", "get /instances/{id}/{id2} getInstanceById2", "get /instances/{name} getInstanceByName", "post /authentication createAuthentication", "post /instances createInstance"}
	if got := calls(doc); !slices.Equal(got, want) {
		t.Errorf("operations are %v, wanted %v", got, want)
	}
	login := doc["paths"].(map[string]any)["/authentication"].(map[string]any)["post"].(map[string]any)
	if fmt.Sprint(login["parameters"]) != "[map[in:body name:body required:true schema:map[type:object]]]" {
		t.Errorf("a public operation takes %v", login["parameters"])
	}
}

func TestTheSameDefinitionGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	for name, print := range printers {
		for definition, text := range broken {
			one, _ := print(parse(t, text), someOptions)
			for range 5 {
				if two, _ := print(parse(t, text), someOptions); !bytes.Equal(one, two) {
					t.Errorf("%s of %s differs from run to run", name, definition)
					break
				}
			}
		}
	}
}

func TestNoDocumentShowsWhatTheConnectorKeepsToItself(t *testing.T) {
	t.Parallel()
	d := parse(t, `{"key":"k","hub":"crm","configuration":[{"key":"oauth.api.secret","defaultValue":"sEcReT-1","description":"sEcReT-2"},{"key":"base.url","defaultValue":"https://sEcReT-3"}],
		"parameters":[{"name":"sEcReT-4","type":"value","vendorName":"X-Key","vendorType":"header"}],
		"hooks":[{"type":"preRequest","body":"var k='sEcReT-5'"}],
		"resources":[{"method":"GET","path":"/hubs/crm/a","vendorPath":"/sEcReT-6","hooks":[{"type":"preRequest","body":"sEcReT-7"}],"parameters":[
			{"name":"sEcReT-8","type":"value","vendorType":"query"},{"name":"oauth.api.secret","type":"configuration","vendorName":"sEcReT-9","vendorType":"query"},
			{"name":"x","type":"bodyField","vendorName":"sEcReT-10","vendorType":"configuration","source":"response"},{"name":"q","type":"query","vendorName":"sEcReT-11","vendorType":"query"}]},
			{"method":"GET","path":"/sEcReT-12","type":"onProvision"},{"method":"GET","path":"/hubs/crm/sEcReT-13","type":"apiNoDocumentation"},
			{"method":"GET","path":"/hubs/crm/sEcReT-14","type":"apiElementRequest"}]}`)
	for name, print := range printers {
		data, err := print(d, someOptions)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(data), ",") {
			if strings.Contains(line, "sEcReT") || strings.Contains(line, "oauth.api.secret") {
				t.Errorf("%s shows %s", name, line)
			}
		}
	}
}

func TestAnAccountsOwnResourceIsShownInPlaceOfTheCatalogues(t *testing.T) {
	t.Parallel()
	d := parse(t, `{"key":"k","hub":"crm","resources":[
		{"method":"GET","path":"/hubs/crm/a/{id}","description":"shipped","ownerAccountId":1},
		{"method":"GET","path":"/hubs/crm/a/{name}","description":"own","ownerAccountId":17},
		{"method":"GET","path":"/hubs/crm/a/{x}","description":"own later","ownerAccountId":17},
		{"method":"GET","path":"/hubs/crm/b","description":"first"},{"method":"GET","path":"/hubs/crm/b","description":"second"}]}`)
	data, err := apidoc.Swagger(d, someOptions)
	if err != nil {
		t.Fatal(err)
	}
	paths := tree(t, data)["paths"].(map[string]any)
	for path, want := range map[string]string{"/a/{name}": "own", "/b": "first"} {
		op, _ := paths[path].(map[string]any)["get"].(map[string]any)
		if op["summary"] != want {
			t.Errorf("%s is %v, wanted %s", path, op["summary"], want)
		}
	}
}
