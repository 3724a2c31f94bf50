package metadata_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/metadata"
)

func load(t testing.TB, name string) *connector.Definition {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(data))
}

func parse(t testing.TB, text string) *connector.Definition {
	t.Helper()
	d, err := connector.ParseJSON([]byte(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return d
}

func tree(t testing.TB, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("not JSON: %v\n%.300s", err, data)
	}
	return v
}

func fields(t testing.TB, d *connector.Definition, object string) []map[string]any {
	t.Helper()
	return decodeFields(t, d, object, false)
}

func decodeFields(t testing.TB, d *connector.Definition, object string, customOnly bool) []map[string]any {
	t.Helper()
	body, err := metadata.Fields(d, object, customOnly)
	if err != nil {
		t.Fatalf("%s: %v", object, err)
	}
	var answer struct{ Fields []map[string]any }
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Fields == nil {
		t.Fatalf("%s: no list of fields in %s", object, body)
	}
	return answer.Fields
}

func paths(list []map[string]any) []string {
	names := []string{}
	for _, f := range list {
		names = append(names, f["vendorPath"].(string))
	}
	return names
}

// The expected answers were worked out by hand from the rules of reference/hub-api.md §5.2.
func TestFieldsAreThoseOfTheTwoProcedures(t *testing.T) {
	t.Parallel()
	for name, object := range map[string]string{"orders": "orders", "members": "members"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(filepath.Join("testdata", name+".fields.json"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := metadata.Fields(load(t, name+".json"), object, false)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tree(t, want), tree(t, got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnUnknownObjectIsNotFound(t *testing.T) {
	t.Parallel()
	d := load(t, "members.json")
	for _, name := range []string{"", "nothing", "/", "{id}", "badges", "authentication", "ping"} {
		if _, err := metadata.Fields(d, name, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func model(properties string, more ...string) string {
	return fmt.Sprintf(`{"key":"k","name":"K","hub":"crm","resources":[
		{"method":"GET","path":"/things/{id}","vendorPath":"/Thing/{id}","model":{"name":"things","swagger":{"things":{"properties":{%s}}%s}}}]}`,
		properties, strings.Join(append([]string{""}, more...), ","))
}

func TestDefinitionsUnfoldToLeaves(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		definition string
		want       string // path:type, in order
	}{
		"a definition that reaches itself ends there": {
			model(`"a":{"type":"b"}`, `"b":{"properties":{"c":{"type":"things"},"d":{"$ref":"b"},"e":{"type":"string"}}}`),
			"a.c:object a.d:object a.e:string",
		},
		"an array that holds its own owner is an array": {
			model(`"children":{"type":"array","items":{"type":"things"}}`),
			"children:array",
		},
		"arrays of arrays carry two marks": {
			model(`"m":{"type":"array","items":{"type":"array","items":{"properties":{"x":{"type":"integer"}}}}}`),
			"m[*][*].x:number",
		},
		"a property whose type is a list definition is an array": {
			model(`"l":{"type":"list"}`, `"list":{"type":"array","items":{"type":"string"}}`),
			"l:array",
		},
		"a property whose type is a list of objects unfolds": {
			model(`"l":{"type":"list"}`, `"list":{"type":"array","items":{"$ref":"item"}}`, `"item":{"properties":{"x":{"type":"boolean"}}}`),
			"l[*].x:boolean",
		},
		"an empty definition is an object": {
			model(`"e":{"type":"empty"}`, `"empty":{"type":"object","properties":{}}`),
			"e:object",
		},
		"a reference that leads nowhere is an object": {
			model(`"r":{"$ref":"#/definitions/lost"},"t":{"type":"Lost"}`),
			"r:object t:object",
		},
		"words of other dialects are read": {
			model(`"a":{"type":"long"},"b":{"type":"bool"},"c":{"type":"dateTime"},"d":{},"e":{"type":"null"}`),
			"a:number b:boolean c:date d:unknown e:unknown",
		},
		"parts of allOf are put together": {
			model(`"p":{"allOf":[{"$ref":"#/definitions/base"},{"properties":{"y":{"type":"string"}}}]}`, `"base":{"properties":{"x":{"type":"string"}}}`),
			"p.x:string p.y:string",
		},
		"what is no description is unknown": {
			model(`"a":"text","b":7,"c":{"type":["string","null"]},"d":{"type":"array","items":"x"}`, `"stray":"string"`),
			"a:unknown b:unknown c:unknown d:array",
		},
		"the order is that of code points": {
			model(`"b":{"type":"string"},"B":{"type":"string"},"é":{"type":"string"},"a-b":{"type":"string"},"a.b":{"type":"string"}`),
			"B:string a-b:string a.b:string b:string é:string",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range fields(t, parse(t, test.definition), "things") {
				got = append(got, fmt.Sprint(f["vendorPath"], ":", f["type"]))
				if f["path"] != f["vendorPath"] || f["vendorNativeType"] != f["type"] {
					t.Errorf("%v", f)
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAListWithoutItsWrapperIsReadByItsItem(t *testing.T) {
	t.Parallel()
	d := parse(t, `{"key":"k","name":"K","hub":"crm","resources":[{"method":"GET","path":"/things",
		"model":{"name":"thingsList","swagger":{"thingsListObject":{"properties":{"a":{"type":"string"}}}}}}]}`)
	if got := paths(fields(t, d, "things")); !cmp.Equal(got, []string{"a"}) {
		t.Error(got)
	}
}

func TestDefinitionsThatMultiplyAreRefusedWithTheLimit(t *testing.T) {
	t.Parallel()
	var doubled, merged []string
	for i := range 30 {
		doubled = append(doubled, fmt.Sprintf(`"d%d":{"properties":{"l":{"type":"d%d"},"m":{"type":"d%d"},"r":{"type":"d%d"}}}`, i, i+1, i+1, i+1))
		merged = append(merged, fmt.Sprintf(`"d%d":{"allOf":[{"$ref":"d%d"},{"$ref":"d%d"},{"$ref":"d%d"}]}`, i, i+1, i+1, i+1))
	}
	for name, more := range map[string][]string{"fields": doubled, "parts": merged} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := metadata.Fields(parse(t, model(`"a":{"type":"d0"}`, more...)), "things", false)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "20000") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestABodyThatIsNotDescribedIsTheRecordLessWhatIsReadOnly(t *testing.T) {
	t.Parallel()
	d := parse(t, `{"key":"k","name":"K","hub":"crm","resources":[
		{"method":"GET","path":"/things/{id}","model":{"name":"things","swagger":{"things":{"properties":{"id":{"type":"string","x-readOnly":true},"name":{"type":"string"}}}}}},
		{"method":"POST","path":"/things","parameters":[{"name":"thing","type":"body","vendorName":"thing","vendorType":"body"}]},
		{"method":"PUT","path":"/things/{id}"}]}`)
	got := fields(t, d, "things")
	want := tree(t, []byte(`[
		{"type":"string","path":"id","vendorPath":"id","vendorNativeType":"string","createable":false,"updateable":false,
		 "method":[{"name":"PUT","response":true},{"name":"POST","response":true,"request":false},{"name":"GET","response":true}]},
		{"type":"string","path":"name","vendorPath":"name","vendorNativeType":"string","createable":true,"updateable":false,
		 "method":[{"name":"PUT","response":true},{"name":"POST","response":true,"request":true},{"name":"GET","response":true}]}]`))
	if diff := cmp.Diff(want, tree(t, mustJSON(t, got))); diff != "" {
		t.Error(diff)
	}
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestPicklistsCustomAndSearchableFieldsSaySo(t *testing.T) {
	t.Parallel()
	d := parse(t, model(`"size":{"type":"string","enum":["S","M"]},"extra":{"type":"string","x-custom":true},"email":{"type":"string","x-searchable":true}`))
	list := fields(t, d, "things")
	if got := paths(list); !cmp.Equal(got, []string{"email", "extra", "size"}) {
		t.Fatal(got)
	}
	if list[0]["filterable"] != true || list[0]["custom"] != false || list[1]["custom"] != true || list[2]["custom"] != false {
		t.Errorf("%v", list)
	}
	if list[2]["vendorNativeType"] != "picklist" || list[2]["type"] != "string" || !cmp.Equal(list[2]["picklistValues"], []any{"S", "M"}) {
		t.Errorf("%v", list[2])
	}
	if got := paths(decodeFields(t, d, "things", true)); !cmp.Equal(got, []string{"extra"}) {
		t.Errorf("custom only: %v", got)
	}
	if got := decodeFields(t, load(t, "orders.json"), "orders", true); len(got) != 0 {
		t.Errorf("custom only: %v", got)
	}
}

func TestWhatAnOldExportStatesIsAddedAndDoesNotReplace(t *testing.T) {
	t.Parallel()
	text := strings.Replace(model(`"id":{"type":"integer"}`), `"key":"k"`, `"key":"k","objectMetadata":{
		"things":{"fields":[
			{"vendorPath":"colour","type":"string","vendorNativeType":"picklist","picklistValues":["red"],"custom":true},
			{"path":"id","type":"string","displayName":"Number","filterable":true},
			{"type":"nowhere"}]},
		"parts":{"fields":[{"vendorPath":"sku","type":"string"}]}, "odd": 7}`, 1)
	d := parse(t, text)
	list := fields(t, d, "Thing")
	if len(list) != 2 || list[0]["type"] != "number" || list[0]["displayName"] != "Number" || list[0]["filterable"] != true || list[0]["custom"] != false {
		t.Fatalf("%v", list)
	}
	if list[1]["vendorPath"] != "colour" || list[1]["vendorNativeType"] != "picklist" || list[1]["custom"] != true {
		t.Errorf("%v", list[1])
	}
	if got := paths(fields(t, d, "part")); !cmp.Equal(got, []string{"sku"}) {
		t.Errorf("an object that only the export knows: %v", got)
	}
	if got := metadata.Objects(d); !cmp.Equal(got, []string{"things"}) {
		t.Errorf("an object without a path is listed: %v", got)
	}
}

const elementModel = `{"key":"k","name":"K","hub":"crm","useModelsForMetadata":%v,"resources":[
	{"id":5,"method":"GET","path":"/things","model":{"name":"things","swagger":{"things":{"properties":{"old":{"type":"string"}}}}}},
	{"id":6,"method":"POST","path":"/things"}],
	"models":[{"name":"%s","vendorName":"Thing","resources":[{"id":5}],"%s":[
		{"vendorName":"lines","dataType":{"jsonType":"array","format":"object"}},
		{"vendorName":"lines.price","displayName":"Price","mask":"0.00","dataType":{"jsonType":"integer","format":"int32"},"fieldMethods":[
			{"method":"POST","direction":"REQUEST","populated":"ALWAYS"},{"method":"GET","direction":"RESPONSE","populated":"NEVER"},
			{"method":"GET_BY_ID","direction":"RESPONSE","populated":"ALWAYS"},{"method":"PATCH","direction":"REQUEST","populated":"ALWAYS"}]},
		{"vendorName":"gone","ignore":true,"dataType":{"jsonType":"string"}},
		{"name":"size","vendorName":"Size","readOnly":true,"hidden":true,"enumValues":["S"],"searchOperators":["="],"dataType":{"jsonType":"string"}}]}]}`

func TestElementWideModelsAreUsedWhenTheDefinitionAsksForThem(t *testing.T) {
	t.Parallel()
	want := tree(t, []byte(`[
		{"type":"number","path":"lines[*].price","vendorPath":"lines[*].price","vendorDisplayName":"Price","mask":"0.00","vendorNativeType":"number",
		 "vendorReadOnly":false,"hidden":false,"createable":true,"updateable":false,
		 "method":[{"name":"POST","response":false,"request":true},{"name":"GET","response":true}]},
		{"type":"string","path":"size","vendorPath":"Size","vendorNativeType":"picklist","picklistValues":["S"],
		 "vendorReadOnly":true,"hidden":true,"filterable":true,"createable":false,"updateable":false,"method":[]}]`))
	for name, d := range map[string]*connector.Definition{
		"by name":       parse(t, fmt.Sprintf(elementModel, true, "Things", "modelFields")),
		"by resource":   parse(t, fmt.Sprintf(elementModel, true, "Whatever", "fields")),
		"as the answer": parse(t, strings.Replace(fmt.Sprintf(elementModel, false, "Things", "fields"), `"old":{"type":"string"}`, "", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, tree(t, mustJSON(t, fields(t, d, "things")))); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := paths(fields(t, parse(t, fmt.Sprintf(elementModel, false, "Things", "fields")), "things")); !cmp.Equal(got, []string{"old"}) {
		t.Errorf("without the flag: %v", got)
	}
}

func TestTheElementWideObjectSpeaksWhereNoResourceHasItsOwn(t *testing.T) {
	t.Parallel()
	d := parse(t, `{"key":"k","name":"K","hub":"crm","objects":[{"name":"things","fields":[
		{"name":"id","type":"integer","response":true},{"name":"kind","type":"picklist","request":true,"picklistValues":["x"],"custom":true}]}],
		"resources":[{"method":"GET","path":"/things"},{"method":"POST","path":"/things"}]}`)
	want := tree(t, []byte(`[
		{"type":"number","vendorPath":"id","vendorNativeType":"integer","vendorRequired":false,"vendorReadOnly":false,"hidden":false,"custom":false,
		 "method":[{"name":"GET","response":true,"request":false},{"name":"POST","response":true,"request":false}]},
		{"type":"string","vendorPath":"kind","vendorNativeType":"picklist","vendorRequired":false,"vendorReadOnly":false,"hidden":false,"custom":true,
		 "picklistValues":["x"],"method":[{"name":"GET","response":false,"request":false},{"name":"POST","response":false,"request":true}]}]`))
	if diff := cmp.Diff(want, tree(t, mustJSON(t, fields(t, d, "things")))); diff != "" {
		t.Error(diff)
	}
}

func TestObjectsThatHoldEachOtherEnd(t *testing.T) {
	t.Parallel()
	d := parse(t, `{"key":"k","name":"K","hub":"crm","objects":[
		{"name":"a","fields":[{"name":"b","type":"object","reference":{"name":"b"}},{"name":"x","type":"string"},
			{"name":"parent","type":"object","reference":{"name":"a","fields":[{"name":"id","type":"string"}]}}]},
		{"name":"b","fields":[{"name":"a","type":"object","reference":{"name":"a"}},{"name":"y","type":"string"}]}],
		"resources":[{"method":"GET","path":"/a"}]}`)
	if got := paths(fields(t, d, "a")); !cmp.Equal(got, []string{"b.a", "b.y", "x", "parent.id"}) {
		t.Error(got)
	}
}
