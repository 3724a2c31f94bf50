package apidoc_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"jackfield/internal/apidoc"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

// phonebook is a connector as reference/elements.md §11.3 describes the one of the acceptance contract: on
// contacts a list, a create, a record by id and an update, each with a model of its own, four nested models
// shared between them, and a resource that answers with metadata.
func phonebook(t testing.TB) *connector.Definition {
	t.Helper()
	nested := `"address":{"properties":{"street":{"type":"string"},"geo":{"type":"geo"}}},
		"geo":{"properties":{"lat":{"type":"number"},"lon":{"type":"number"}}},
		"phones":{"properties":{"kind":{"type":"string"},"number":{"type":"string"}}},
		"owner":{"properties":{"id":{"type":"integer"},"deputy":{"type":"owner"}}}`
	fields := `"properties":{"id":{"type":"integer","x-samplevalue":7},"name":{"type":"string"},"address":{"type":"address"},"phones":{"type":"array","items":{"type":"phones"}},"owner":{"$ref":"owner"}}`
	model := func(name string) string {
		return `{"` + name + `":{"id":"` + name + `",` + fields + `},` + nested + `}`
	}
	id := `{"name":"id","type":"path","vendorType":"path","required":true}`
	body := func(of string) string {
		return `{"name":"body","type":"body","vendorType":"body","dataType":"` + of + `","required":true}`
	}
	return parse(t, `{"key":"phonebook","name":"Phonebook","hub":"crm","configuration":[{"key":"base.url","defaultValue":"https://secret-host.example"}],"resources":[
		{"method":"GET","path":"/hubs/crm/contacts","description":"Search","model":{"name":"contactsList","swagger":{"contactsList":{"type":"array","items":{"$ref":"contactsListObject"}},"contactsListObject":{`+fields+`},`+nested+`}},
			"parameters":[{"name":"where","type":"query"},{"name":"page","type":"query"},{"name":"pageSize","type":"query"}]},
		{"method":"POST","path":"/hubs/crm/contacts","model":{"name":"contactsPostRes","swagger":`+model("contactsPostRes")+`,"requestName":"contactsPostReq","requestSwagger":`+model("contactsPostReq")+`},"parameters":[`+body("contactsPostReq")+`]},
		{"method":"GET","path":"/hubs/crm/contacts/{id}","model":{"name":"contacts","swagger":`+model("contacts")+`},"parameters":[`+id+`]},
		{"method":"PATCH","path":"/hubs/crm/contacts/{id}","model":{"name":"contactsPatchRes","swagger":`+model("contactsPatchRes")+`,"requestName":"contactsPatchReq","requestSwagger":`+model("contactsPatchReq")+`},"parameters":[`+id+`,`+body("contactsPatchReq")+`]},
		{"method":"GET","path":"/hubs/crm/contacts-nonexec","model":{"name":"nonexec","swagger":{"nonexec":{"properties":{"a":{"type":"string"}}}}}},
		{"method":"GET","path":"/hubs/crm/objects/{objectName}/metadata","type":"api"},
		{"method":"GET","path":"/on-provision","type":"onProvision","vendorPath":"/me"}]}`)
}

const discoveredFields = `{"fields":[
	{"vendorPath":"id","type":"number","custom":false},
	{"vendorPath":"custom_email","type":"string","custom":true,"vendorDisplayName":"Other mail"},
	{"vendorPath":"customobject.colour","type":"string","custom":true},
	{"vendorPath":"customobject.size","type":"number","custom":true},
	{"vendorPath":"address.custom_zone","type":"string","custom":true},
	{"vendorPath":"name","type":"number","custom":true}]}`

func objectDocs(t *testing.T, d *connector.Definition, name string, o apidoc.ObjectOptions) map[string]any {
	t.Helper()
	o.Options = someOptions
	data, err := apidoc.Object(d, name, o)
	if err != nil {
		t.Fatal(err)
	}
	mustBeSwagger(t, name, data)
	return tree(t, data)
}

func names(v any) []string {
	m, _ := v.(map[string]any)
	return slices.Sorted(maps.Keys(m))
}

func TestTheDocumentOfOneObjectHasItsPathsAndDefinitions(t *testing.T) {
	t.Parallel()
	top := []string{"contacts", "contactsListObject", "contactsPatchReq", "contactsPatchRes", "contactsPostReq", "contactsPostRes"}
	all := slices.Sorted(slices.Values(append([]string{"address", "geo", "owner", "phones"}, top...)))
	more := slices.Sorted(slices.Values(append([]string{"customobject"}, all...)))
	found := json.RawMessage(discoveredFields)
	for _, c := range []struct {
		about string
		o     apidoc.ObjectOptions
		want  []string
	}{
		{"no parameters", apidoc.ObjectOptions{}, all},
		{"basic", apidoc.ObjectOptions{Basic: true}, all},
		{"discovery", apidoc.ObjectOptions{Discovered: found}, more},
		{"discovery, basic", apidoc.ObjectOptions{Discovered: found, Basic: true}, more},
		{"discovery, basic, references resolved", apidoc.ObjectOptions{Discovered: found, Basic: true, ResolveReferences: true}, top},
		{"references resolved", apidoc.ObjectOptions{ResolveReferences: true}, top},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			doc := objectDocs(t, phonebook(t), "contacts", c.o)
			if got := names(doc["definitions"]); !slices.Equal(got, c.want) {
				t.Errorf("definitions are %v, wanted %v", got, c.want)
			}
			if got := names(doc["paths"]); !slices.Equal(got, []string{"/contacts", "/contacts/{id}"}) {
				t.Errorf("paths are %v", got)
			}
			defs := doc["definitions"].(map[string]any)
			main := defs["contacts"].(map[string]any)["properties"].(map[string]any)
			if _, has := main["custom_email"]; has != (c.o.Discovered != nil) {
				t.Errorf("custom_email is there: %v", has)
			}
			if main["name"].(map[string]any)["type"] != "string" {
				t.Errorf("a discovered field replaced a described one: %v", main["name"])
			}
			if text := fmt.Sprint(doc); c.o.Basic && strings.Contains(text, "x-samplevalue") {
				t.Error("basic documents show members that begin with x-")
			}
			if c.o.ResolveReferences {
				if text := fmt.Sprint(defs); strings.Contains(text, "$ref") {
					t.Error("a reference is left in a definition")
				}
				zone := main["address"].(map[string]any)["properties"].(map[string]any)["custom_zone"]
				if (zone != nil) != (c.o.Discovered != nil) {
					t.Errorf("address.custom_zone is %v", zone)
				}
			}
		})
	}
}

func TestObjectsAreFoundTolerantlyOrNotAtAll(t *testing.T) {
	t.Parallel()
	d := phonebook(t)
	for _, name := range []string{"contact", "Contact", "contacts"} {
		data, err := apidoc.Object(d, name, apidoc.ObjectOptions{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := names(tree(t, data)["paths"]); len(got) != 2 {
			t.Errorf("%s has the paths %v", name, got)
		}
	}
	for _, name := range []string{"nothing", "", "objects", "../contacts"} {
		if _, err := apidoc.Object(d, name, apidoc.ObjectOptions{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q gives %v", name, err)
		}
	}
}

func TestDiscoveryThatIsOddIsRefusedOrHarmless(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("a.", 100) + "b"
	many := strings.Repeat(`{"path":"x"},`, apidoc.MaxDiscoveredFields) + `{"path":"y"}`
	for answer, wanted := range map[string]string{
		`nonsense`:                             "cannot be read",
		`{"fields":7}`:                         "cannot be read",
		`{"fields":[` + many + `]}`:            "more than the 10000 fields",
		`{"fields":[{"path":"` + deep + `"}]}`: "nested deeper than 20",
	} {
		_, err := apidoc.Object(phonebook(t), "contacts", apidoc.ObjectOptions{Discovered: json.RawMessage(answer)})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), wanted) {
			t.Errorf("%.60s gives %v, wanted %q", answer, err, wanted)
		}
	}
	for _, answer := range []string{
		`{}`, `[]`, `{"fields":[]}`, `{"fields":[{}]}`, `{"fields":[{"path":"..."},{"path":"a..b"},{"path":"[*]"},{"path":"id.sub"},{"path":"owner.deputy.x","type":"nowhere"}]}`,
		`[{"name":"box","fields":[{"name":"w","type":"long"},{"name":"address","fields":[{"name":"z"}]}]},{"path":"rows[*].n","type":"date"}]`,
	} {
		objectDocs(t, phonebook(t), "contacts", apidoc.ObjectOptions{Discovered: json.RawMessage(answer)})
	}
}

func TestDefinitionsThatMultiplyAreNotWrittenOut(t *testing.T) {
	t.Parallel()
	var defs []string
	for i := range 40 {
		defs = append(defs, fmt.Sprintf(`"d%d":{"properties":{"a":{"type":"d%d"},"b":{"type":"d%d"}}}`, i, i+1, i+1))
	}
	text := strings.ReplaceAll(withModel(`{"thing":{"properties":{"a":{"type":"d0"}}},`+strings.Join(defs, ",")+`}`), "crm", "x")
	_, err := apidoc.Object(parse(t, text), "things", apidoc.ObjectOptions{ResolveReferences: true})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "50000 schemas") {
		t.Errorf("got %v", err)
	}
}

func TestEveryObjectOfEveryExportedDefinitionHasAValidDocument(t *testing.T) {
	t.Parallel()
	checked := 0
	for name, d := range definitions(t) {
		for _, object := range objectsOf(d) {
			for _, o := range []apidoc.ObjectOptions{{}, {ResolveReferences: true, Basic: true}} {
				data, err := apidoc.Object(d, object, o)
				if fault.Is(err, fault.NotFound) {
					continue
				}
				if err != nil {
					t.Errorf("%s %s: %v", name, object, err)
					continue
				}
				if dangling := danglingReferences(t, data); len(dangling) > 0 {
					t.Errorf("%s %s refers to %v", name, object, dangling)
				}
				checked++
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d documents were checked", checked)
	}
}

func objectsOf(d *connector.Definition) []string {
	found := map[string]bool{}
	for i := range d.Resources {
		segment, _, _ := strings.Cut(strings.Trim(connector.RelativePath(d.Resources[i].Path), "/"), "/")
		found[segment] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// danglingReferences lists the references of a document that lead to no definition.
func danglingReferences(t testing.TB, data []byte) []string {
	t.Helper()
	doc := tree(t, data)
	defs := doc["definitions"].(map[string]any)
	var found []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok && !strings.ContainsAny(ref, "%~") && defs[strings.TrimPrefix(ref, "#/definitions/")] == nil {
				found = append(found, ref)
			}
			for name, inner := range v {
				if !strings.HasPrefix(name, "x-") {
					walk(inner)
				}
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(doc)
	return found
}

func TestOneOperationIsFoundByEachOfItsIds(t *testing.T) {
	t.Parallel()
	d := phonebook(t)
	for id, want := range map[string]string{
		"getContacts": "get /contacts getContacts", "GET-contacts": "get /contacts getContacts",
		"createContact": "post /contacts createContact", "POST-contacts": "post /contacts createContact",
		"GET-contacts-id": "get /contacts/{id} getContactById", "PATCH-contacts": "patch /contacts/{id} updateContactById",
		"getPing": "get /ping getPing",
	} {
		data, err := apidoc.Operation(d, id, apidoc.Options{BaseURL: "https://foo.bar"})
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		if id == "createContact" || id == "getPing" {
			mustBeSwagger(t, id, data)
		}
		doc := tree(t, data)
		if got := calls(doc); !slices.Equal(got, []string{want}) {
			t.Errorf("%s gives %v, wanted %s", id, got, want)
		}
		if doc["host"] != "foo.bar" || fmt.Sprint(doc["schemes"]) != "[https]" {
			t.Errorf("%s has host %v and schemes %v", id, doc["host"], doc["schemes"])
		}
	}
	for _, id := range []string{"", "getNothing", "GET-contact", "GET", "getcontacts"} {
		if _, err := apidoc.Operation(d, id, someOptions); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q gives %v", id, err)
		}
		if _, err := apidoc.Definitions(d, id, someOptions); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q gives %v", id, err)
		}
	}
	data, err := apidoc.Definitions(d, "getContacts", someOptions)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(tree(t, data)), []string{"address", "contactsListObject", "geo", "owner", "phones"}; !slices.Equal(got, want) {
		t.Errorf("definitions are %v, wanted %v", got, want)
	}
}
