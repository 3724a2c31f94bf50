package metadata_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jackfield/internal/connector"
	"jackfield/internal/metadata"
)

func element(t testing.TB, d *connector.Definition, expand bool) map[string]any {
	t.Helper()
	body, err := metadata.Element(d, expand)
	if err != nil {
		t.Fatal(err)
	}
	return tree(t, body).(map[string]any)
}

// shape is the type of every member that reference/hub-api.md §5.5 and elements.md §11.4 require.
var shape = map[string]any{
	"id": 0.0, "key": "", "name": "", "description": "",
	"events": map[string]any{"supported": true, "methods": []any{}, "polling": map[string]any{}},
}

var expandedShape = map[string]any{
	"image": "", "displayOrder": 0.0, "active": true, "beta": true, "transformations": true, "elementType": "", "churros": true,
	"normalizedPaging": true, "swaggerValidated": true, "cloneable": true, "authenticationType": "", "hub": "",
	"discovery": map[string]any{"customFields": true, "customObjects": true, "endpointCustomFields": true, "endpointCustomObjects": true},
	"bulk":      map[string]any{"upload": true, "download": true},
	"usage":     map[string]any{},
	"api":       map[string]any{"type": "", "contentType": ""},
	"resources": []any{map[string]any{
		"canonicalName": "", "operations": []any{""},
		"events": map[string]any{"supported": true, "methods": []any{""}, "eventTypes": []any{""}},
		"bulk": map[string]any{
			"upload":   map[string]any{"supported": true, "native": true},
			"download": map[string]any{"supported": true, "native": true},
		},
		"customField": map[string]any{"get": true, "create": true, "update": true, "delete": true},
	}},
}

// fits reports the first member that is absent or of another type.
func fits(path string, want, got any) error {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is %T", path, got)
		}
		for name := range w {
			if err := fits(path+"."+name, w[name], g[name]); err != nil {
				return err
			}
		}
	case []any:
		g, ok := got.([]any)
		if !ok {
			return fmt.Errorf("%s is %T", path, got)
		}
		for i := range g {
			if len(w) > 0 {
				if err := fits(fmt.Sprintf("%s[%d]", path, i), w[0], g[i]); err != nil {
					return err
				}
			}
		}
	default:
		if fmt.Sprintf("%T", want) != fmt.Sprintf("%T", got) {
			return fmt.Errorf("%s is %T, want %T", path, got, want)
		}
	}
	return nil
}

func TestElementMetadataHasEveryRequiredMember(t *testing.T) {
	t.Parallel()
	all := map[string]*connector.Definition{
		"smallest":       parse(t, `{"name":"X"}`),
		"odd":            parse(t, `{"name":"X","elementMetadata":{"image":7,"discovery":{"customFields":"yes"},"bulk":[],"api":{"type":null},"eventTypes":"polling","usage":[],"events":1,"resources":{}}}`),
		"act 365":        act365(t),
		"orders objects": load(t, "orders.json"), "members models": load(t, "members.json"),
	}
	for name, d := range all {
		if err := fits(name, shape, element(t, d, false)); err != nil {
			t.Error(err)
		}
		expanded := element(t, d, true)
		for _, want := range []any{shape, expandedShape} {
			if err := fits(name, want, expanded); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestEveryExportedDefinitionHasElementMetadata(t *testing.T) {
	t.Parallel()
	for file, d := range exported(t) {
		expanded := element(t, d, true)
		for _, want := range []any{shape, expandedShape} {
			if err := fits(file, want, expanded); err != nil {
				t.Error(err)
			}
		}
		if d.Default("event.vendor.type") == "polling" && len(expanded["events"].(map[string]any)["polling"].(map[string]any)) == 0 {
			t.Errorf("%s polls and names nothing that is polled", file)
		}
		if len(d.Resources) > 0 && expanded["key"] != d.Key {
			t.Errorf("%s: key %v", file, expanded["key"])
		}
	}
}

func TestAct365PollsAndLoadsInBulk(t *testing.T) {
	t.Parallel()
	expanded := element(t, act365(t), true)
	events := expanded["events"].(map[string]any)
	if events["supported"] != true || !cmp.Equal(events["methods"], []any{"polling"}) {
		t.Errorf("%v", events)
	}
	contacts := events["polling"].(map[string]any)["contacts"].(map[string]any)
	if contacts["pollUrl"] == "" || len(contacts["eventTypes"].([]any)) == 0 {
		t.Errorf("%v", contacts)
	}
	if expanded["bulk"].(map[string]any)["download"] != true || expanded["authenticationType"] != "basic" || expanded["normalizedPaging"] != true {
		t.Errorf("%v", expanded)
	}
	for _, r := range expanded["resources"].([]any) {
		r := r.(map[string]any)
		if r["canonicalName"] != "contacts" {
			continue
		}
		want := tree(t, []byte(`{"upload":{"supported":true,"native":false},"download":{"supported":true,"native":false}}`))
		if !cmp.Equal(r["bulk"], want) || !cmp.Equal(r["events"].(map[string]any)["methods"], []any{"polling"}) {
			t.Errorf("%v", r)
		}
		if got := fmt.Sprint(r["operations"]); got != "[delete search create get update]" {
			t.Errorf("operations %s", got)
		}
		return
	}
	t.Error("no contacts")
}

func configured(entries map[string]string, more string) string {
	list := ""
	for key, value := range entries {
		text, _ := json.Marshal(value)
		list += fmt.Sprintf(`,{"key":%q,"name":"n","type":"TEXTAREA","defaultValue":%s}`, key, text)
	}
	return fmt.Sprintf(`{"name":"X","configuration":[{"key":"x","name":"x","type":"TEXTAREA"}%s]%s}`, list, more)
}

func TestEventsAreDerivedFromTheConfiguration(t *testing.T) {
	t.Parallel()
	const poller = `{"contacts":{"url":" /hubs/crm/contacts ","datesConfiguration":{"updatedDateField":"u","createdDateField":"c"}},
		"todos":{"url":"/t","datesConfiguration":{"createdDateField":"c","updatedDateField":""}},
		"both":{"datesConfiguration":{"createdDateField":"c","updatedDateField":"c"}},"late":{"datesConfiguration":{"updatedDateField":"u"}},"bare":{}, "odd":7}`
	quoted, _ := json.Marshal(poller)
	const polled = `"polling":{"contacts":{"pollUrl":"/hubs/crm/contacts","eventTypes":["created","updated"]},"todos":{"pollUrl":"/t","eventTypes":["created"]},
		"both":{"eventTypes":["created"]},"late":{"eventTypes":["updated"]},"bare":{"eventTypes":["unknown"]},"odd":{"eventTypes":["unknown"]}}`
	tests := map[string]struct{ definition, want string }{
		"nothing":                        {configured(nil, ""), `{"supported":false,"methods":[],"polling":{},"webhook":{}}`},
		"pollers":                        {configured(map[string]string{"event.vendor.type": "polling", "event.poller.configuration": poller}, ""), `{"supported":true,"methods":["polling"],` + polled + `,"webhook":{}}`},
		"pollers as text in a text":      {configured(map[string]string{"event.poller.configuration": string(quoted)}, ""), `{"supported":true,"methods":["polling"],` + polled + `,"webhook":{}}`},
		"webhooks":                       {configured(map[string]string{"event.vendor.type": "webhooks"}, ""), `{"supported":true,"methods":["webhook"],"polling":{},"webhook":{}}`},
		"broken configuration":           {configured(map[string]string{"event.poller.configuration": "{", "event.metadata": "["}, ""), `{"supported":false,"methods":[],"polling":{},"webhook":{}}`},
		"polling of whatever is given":   {configured(map[string]string{"event.vendor.type": "polling", "event.poller.configuration": "{}"}, ""), `{"supported":true,"methods":["polling"],"polling":{"{objectName}":{"eventTypes":["unknown"]}},"webhook":{}}`},
		"a statement about the provider": {configured(nil, `,"elementMetadata":{"eventTypes":["polling","webhooks"],"pollingResources":["a"]}`), `{"supported":true,"methods":["polling","webhook"],"polling":{"a":{"eventTypes":["unknown"]}},"webhook":{}}`},
		"unknown is no statement":        {configured(nil, `,"elementMetadata":{"eventTypes":["unknown"]}`), `{"supported":false,"methods":[],"polling":{},"webhook":{}}`},
		"event.metadata counts": {
			configured(map[string]string{
				"event.poller.configuration": `{"a":{"url":"/a"}}`,
				"event.metadata":             `{"polling":{"a":{"eventTypes":["created","deleted"]},"{objectName}":{}},"webhook":{"b":{"eventTypes":["updated"]},"c":true}}`,
			}, ""),
			`{"supported":true,"methods":["polling","webhook"],"polling":{"a":{"pollUrl":"/a","eventTypes":["created","deleted"]},"{objectName}":{"eventTypes":["unknown"]}},"webhook":{"b":{"eventTypes":["updated"]},"c":{"eventTypes":["unknown"]}}}`,
		},
		"the older list of names picks entries": {
			configured(map[string]string{"event.poller.configuration": poller, "event.poller.urls": "contacts|new\nlate"}, ""),
			`{"supported":true,"methods":["polling"],"polling":{"contacts":{"pollUrl":"/hubs/crm/contacts","eventTypes":["created","updated"]},"new":{"eventTypes":["unknown"]},"late":{"eventTypes":["updated"]}},"webhook":{}}`,
		},
		"the older lines name addresses and dates": {
			configured(map[string]string{"event.poller.urls": "a|/hubs/crm/a||updated|f|z|created\r\nb|/b\n"}, ""),
			`{"supported":true,"methods":["polling"],"polling":{"a":{"pollUrl":"/hubs/crm/a","eventTypes":["created","updated"]},"b":{"pollUrl":"/b","eventTypes":["unknown"]}},"webhook":{}}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tree(t, []byte(test.want)), element(t, parse(t, test.definition), false)["events"]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsStatedIsKeptAndWhatIsDerivedCounts(t *testing.T) {
	t.Parallel()
	got := element(t, parse(t, `{"id":5,"key":"mine","name":"Mine","hub":"crm","bulkDownloadEnabled":false,"protocolType":"soap","beta":false,
		"elementMetadata":{"id":99,"key":"theirs","name":"Theirs","active":true,"beta":true,"image":"i.png","description":"d","displayOrder":7,"tags":["t"],
		"usage":{"traffic":12},"bulk":{"download":true,"upload":true,"vendorSupportNativeBulkUpload":true},
		"api":{"type":"unknown","version":"v2"},"discovery":{"supportCustomFieldsDiscovery":true,"customObjects":true},"authenticationTypes":["custom","oauth2"],"churros":true}}`), true)
	want := map[string]string{
		"id": `5`, "key": `"mine"`, "name": `"Mine"`, "active": `false`, "beta": `false`, "image": `"i.png"`, "description": `"d"`,
		"displayOrder": `7`, "tags": `["t"]`, "usage": `{}`, "churros": `true`, "elementType": `"soap"`,
		"bulk": `{"download":false,"upload":true,"vendorSupportNativeBulkUpload":true}`,
		"api":  `{"type":"soap","version":"v2","contentType":"application/json"}`,
		"discovery": `{"supportCustomFieldsDiscovery":true,"customFields":true,"customObjects":true,
			"endpointCustomFields":false,"endpointCustomObjects":false}`,
		"authenticationTypes": `["custom","oauth2"]`, "authenticationType": `"custom"`, "resources": `[]`,
	}
	for name, value := range want {
		if diff := cmp.Diff(tree(t, []byte(value)), got[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAResourceSaysWhatCanBeDoneWithIt(t *testing.T) {
	t.Parallel()
	got := element(t, parse(t, `{"key":"k","name":"K","hub":"crm","bulkDownloadEnabled":true,"bulkUploadEnabled":true,
		"configuration":[{"key":"authentication.type","name":"a","type":"COMBO","defaultValue":"oauth2","options":[{"value":"basic"},{"value":"oauth2"}]},
			{"key":"event.metadata","name":"m","type":"TEXTAREA","defaultValue":"{\"webhook\":{\"contact\":{\"eventTypes\":[\"updated\"]}}}"}],
		"objects":[{"name":"contacts","hulkDownloadEnabled":false,"nativeBulkUpload":true,"eventCreatedSupported":true},{"name":"leads","customFields":true,"bulkUploadEnabled":true,"eventsEnabled":true}],
		"resources":[
			{"method":"GET","path":"/hubs/crm/contacts"},{"method":"POST","path":"/hubs/crm/contacts"},{"method":"PUT","path":"/hubs/crm/contacts/{id}"},
			{"method":"GET","path":"/hubs/crm/contacts/custom-fields"},{"method":"POST","path":"/hubs/crm/contacts/custom-fields"},{"method":"DELETE","path":"/hubs/crm/contacts/customFields/{id}"},{"method":"PATCH","path":"/hubs/crm/contacts/custom-fields/{id}"},
			{"method":"GET","path":"/hubs/crm/leads/{id}"},{"method":"GET","path":"/hubs/crm/lists"},
			{"method":"GET","path":"/hubs/crm/objects/{name}/metadata"},{"method":"GET","path":"/hubs/crm/objects"},{"method":"GET","path":"/hubs/crm/{objectName}"}]}`), true)
	want := tree(t, []byte(`[
		{"canonicalName":"contacts","operations":["search","create","replace"],"events":{"supported":true,"methods":["webhook"],"eventTypes":["created","updated"]},
		 "bulk":{"upload":{"supported":true,"native":true},"download":{"supported":false,"native":false}},"customField":{"get":true,"create":true,"update":true,"delete":true}},
		{"canonicalName":"leads","operations":["get"],"events":{"supported":true,"methods":[],"eventTypes":[]},
		 "bulk":{"upload":{"supported":true,"native":false},"download":{"supported":false,"native":false}},"customField":{"get":true,"create":false,"update":false,"delete":false}},
		{"canonicalName":"lists","operations":["search"],"events":{"supported":false,"methods":[],"eventTypes":[]},
		 "bulk":{"upload":{"supported":false,"native":false},"download":{"supported":true,"native":false}},"customField":{"get":false,"create":false,"update":false,"delete":false}}]`))
	if diff := cmp.Diff(want, got["resources"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(tree(t, []byte(`{"customFields":true,"customObjects":true,"endpointCustomFields":true,"endpointCustomObjects":true}`)), got["discovery"]); diff != "" {
		t.Error(diff)
	}
	if got["authenticationType"] != "oauth2" || !cmp.Equal(got["authenticationTypes"], []any{"basic", "oauth2"}) {
		t.Errorf("%v of %v", got["authenticationType"], got["authenticationTypes"])
	}
}

func TestASummaryIsTheBasicForm(t *testing.T) {
	t.Parallel()
	d := act365(t)
	if diff := cmp.Diff(element(t, d, false), tree(t, mustJSON(t, metadata.Summarize(d)))); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkExpandedMetadataOfEveryExport(b *testing.B) {
	all := exported(b)
	for b.Loop() {
		for _, d := range all {
			if _, err := metadata.Element(d, true); err != nil {
				b.Fatal(err)
			}
		}
	}
}
