package connectors_test

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"jackfield/connectors"
	"jackfield/internal/connector"
)

func shipped(t testing.TB, key string) *connector.Definition {
	t.Helper()
	d, err := connector.LoadFolder(connectors.FS(), key)
	if err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	return d
}

func TestEveryShippedFolderIsASoundConnector(t *testing.T) {
	t.Parallel()
	entries, err := fs.ReadDir(connectors.FS(), ".")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) == 0 {
		t.Fatal("no connector is shipped")
	}
	for _, entry := range entries {
		d := shipped(t, entry.Name())
		if d.Key != entry.Name() {
			t.Errorf("the folder %s holds the connector %s", entry.Name(), d.Key)
		}
		for _, p := range d.Validate() {
			t.Errorf("%s: %s", d.Key, p)
		}
		if d.ID == 0 || len(d.ResourcesOfType(connector.ResourceProvisionAuthValidation)) > 1 {
			t.Errorf("%s needs an id of its own, and at most one way to try credentials", d.Key)
		}
		for _, file := range []string{"README.md", "logo.svg"} {
			if _, err := fs.Stat(connectors.FS(), entry.Name()+"/"+file); err != nil {
				t.Errorf("%s: %v", d.Key, err)
			}
		}
		text, err := d.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "bodyFile") || len(d.Extra) > 0 {
			t.Errorf("%s: members of the folder form are left in the definition: %v", d.Key, d.Extra)
		}
	}
}

func TestAct365HasTheResourcesOfTheOriginal(t *testing.T) {
	t.Parallel()
	d := shipped(t, "actessentials")
	if len(d.Resources) != 57 || len(original) != 57 {
		t.Errorf("%d resources are shipped and %d listed, want 57", len(d.Resources), len(original))
	}
	resources := map[string]*connector.Resource{}
	for i := range d.Resources {
		r := &d.Resources[i]
		if !strings.HasPrefix(r.Path, "/hubs/crm/") {
			t.Errorf("%s is not stored under its hub", r.Path)
		}
		resources[r.Method+" "+connector.RelativePath(r.Path)] = r
	}
	for _, fact := range original {
		want := fact
		if c, ok := corrections[fact.call]; ok {
			if c.why == "" {
				t.Errorf("%s: the correction has no reason", fact.call)
			}
			want = corrected(fact, c)
			if want == fact {
				t.Errorf("%s: the correction changes nothing", fact.call)
			}
		}
		r := resources[fact.call]
		if r == nil {
			t.Errorf("%s is missing", fact.call)
			continue
		}
		if got := describe(r); got != want {
			t.Errorf("%s is\n%+v, want\n%+v", fact.call, got, want)
		}
		if wantType := typeOf(fact.call); r.Type != wantType || r.Kind != "eb" {
			t.Errorf("%s has the type %s and the kind %s, want %s and eb", fact.call, r.Type, r.Kind, wantType)
		}
	}
}

func typeOf(call string) string {
	if call == "GET /authentication" {
		return "provisionAuthValidation"
	}
	return "api"
}

// corrected is a fact with what a correction gives; "-" empties the hooks.
func corrected(fact resourceFact, c correction) resourceFact {
	if c.vendor != "" {
		fact.vendor = c.vendor
	}
	if c.parameters != "" {
		fact.parameters = c.parameters
	}
	if c.hooks != "" {
		fact.hooks = strings.Trim(c.hooks, "-")
	}
	return fact
}

func describe(r *connector.Resource) resourceFact {
	fact := resourceFact{call: r.Method + " " + connector.RelativePath(r.Path), vendor: r.VendorMethod + " " + r.VendorPath}
	var parameters, hooks []string
	for i := range r.Parameters {
		p := &r.Parameters[i]
		text := p.Name + " " + p.Type + " > " + p.VendorName + " " + p.VendorType
		if p.Required {
			text += "!"
		}
		parameters = append(parameters, text)
	}
	for i := range r.Hooks {
		hooks = append(hooks, r.Hooks[i].Type)
	}
	fact.parameters, fact.hooks = strings.Join(parameters, "; "), strings.Join(hooks, " ")
	if r.Model != nil {
		fact.model = r.Model.Name
	}
	return fact
}

func TestAct365AsksForItsKeysAndHidesTheRest(t *testing.T) {
	t.Parallel()
	d := shipped(t, "actessentials")
	if len(d.Configuration) != len(configuration) {
		t.Errorf("%d entries are shipped, want %d", len(d.Configuration), len(configuration))
	}
	for _, want := range configuration {
		e := d.Entry(want.key)
		if e == nil {
			t.Errorf("%s is missing", want.key)
			continue
		}
		got := configurationFact{key: e.Key, kind: e.Type, value: e.DefaultValue, order: e.DisplayOrder}
		for _, flag := range []struct {
			set  bool
			word string
		}{{e.Required, "r"}, {e.HideFromConsole, "h"}, {e.Internal, "i"}} {
			if flag.set {
				got.flags += flag.word
			}
		}
		if want.value == "*" && got.value != "" {
			got.value = "*"
		}
		if got != want {
			t.Errorf("%s is %+v, want %+v", want.key, got, want)
		}
		if e.Name == "" || e.Description == "" || !e.Active || e.CompanyConfig || e.ResellerConfig || e.GroupControl {
			t.Errorf("%s lacks a label or help, or has an odd flag", want.key)
		}
	}
	if d.Entry("username").Name != "API Key" || d.Entry("password").Name != "Developer Key" {
		t.Error("the labels of the two keys are not Act!'s")
	}
}

func TestAct365IsDescribedAsTheOriginalWas(t *testing.T) {
	t.Parallel()
	d := shipped(t, "actessentials")
	if d.ID != 7213 || d.Key != "actessentials" || d.Name != "Act! 365" || d.Hub != "crm" || d.Logo != "actessentials" {
		t.Errorf("it is %d %s %s %s %s", d.ID, d.Key, d.Name, d.Hub, d.Logo)
	}
	if d.Authentication.Type != "basic" || d.ProtocolType != "http" || d.PaginatorVersion != "V2" {
		t.Errorf("it signs with %q over %q, paginator %q", d.Authentication.Type, d.ProtocolType, d.PaginatorVersion)
	}
	for name, flag := range map[string][2]bool{
		"active": {d.Active, true}, "deleted": {d.Deleted, false}, "typeOauth": {d.TypeOauth, false},
		"trialAccount": {d.TrialAccount, false}, "transformationsEnabled": {d.TransformationsEnabled, true},
		"bulkDownloadEnabled": {d.BulkDownloadEnabled, true}, "bulkUploadEnabled": {d.BulkUploadEnabled, true},
		"cloneable": {d.Cloneable, true}, "extendable": {d.Extendable, true}, "beta": {d.Beta, false},
		"extended": {d.Extended, false}, "useModelsForMetadata": {d.UseModelsForMetadata, true}, "private": {d.Private, false},
	} {
		if flag[0] != flag[1] || !connector.Has(d, name) {
			t.Errorf("%s is %v, want %v and said so", name, flag[0], flag[1])
		}
	}
	for i, header := range []string{"Accept", "Content-Type"} {
		p := d.Parameters[i]
		if p.Name != "application/json" || p.Type != "value" || p.VendorName != header || p.VendorType != "header" {
			t.Errorf("the constant header %s is %+v", header, p)
		}
	}
	if len(d.Hooks)+len(d.Objects)+len(d.Models) != 0 || len(d.Parameters) != 2 {
		t.Error("it has hooks, objects, models or parameters that it should not have")
	}
}

func TestAct365LooksForChangesWhereItHasAList(t *testing.T) {
	t.Parallel()
	d := shipped(t, "actessentials")
	var poller map[string]struct {
		URL     string
		IDField string
		Dates   map[string]string `json:"datesConfiguration"`
	}
	if err := json.Unmarshal([]byte(d.Default("event.poller.configuration")), &poller); err != nil {
		t.Fatal(err)
	}
	const format = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"
	want := map[string]string{
		"contacts": "lastUpdated", "opportunities": "lastUpdated", "activities": "lastUpdated", "lists": "lastUpdated",
		"campaigns": "sendDate", "todos": "created",
	}
	if len(poller) != len(want) {
		t.Errorf("%d resources are looked at, want %d", len(poller), len(want))
	}
	for name, attribute := range want {
		entry := poller[name]
		if url := "/hubs/crm/" + name + "?where=" + attribute + ">='${gmtDate:" + format + "}'"; entry.URL != url {
			t.Errorf("%s is looked at by %s, want %s", name, entry.URL, url)
		}
		if entry.IDField != "id" || entry.Dates["createdDateField"] != "created" || entry.Dates["createdDateFormat"] != format {
			t.Errorf("%s: %+v", name, entry)
		}
		updated := "lastUpdated"
		if name == "todos" {
			updated = "" // a to-do does not say when it was changed
		}
		if entry.Dates["updatedDateField"] != updated {
			t.Errorf("%s: the updated date is %q, want %q", name, entry.Dates["updatedDateField"], updated)
		}
		for _, r := range d.Resources {
			if r.Method == "GET" && r.Path == "/hubs/crm/"+name && !takes(&r, "where") {
				t.Errorf("%s cannot be looked at: its list takes no where", name)
			}
		}
	}
}

func takes(r *connector.Resource, name string) bool {
	for i := range r.Parameters {
		if r.Parameters[i].Name == name {
			return true
		}
	}
	return false
}

func TestEveryNamedModelIsThereWithAllItRefersTo(t *testing.T) {
	t.Parallel()
	for _, r := range shipped(t, "actessentials").Resources {
		if r.Model == nil {
			continue
		}
		var definitions map[string]struct {
			ID         string                     `json:"id"`
			Type       string                     `json:"type"`
			Items      map[string]string          `json:"items"`
			Properties map[string]json.RawMessage `json:"properties"`
		}
		if err := json.Unmarshal(r.Model.Swagger, &definitions); err != nil {
			t.Errorf("%s %s: %v", r.Method, r.Path, err)
			continue
		}
		model, ok := definitions[r.Model.Name]
		if !ok {
			t.Errorf("%s %s: the definition of %s is missing", r.Method, r.Path, r.Model.Name)
		}
		if isList := strings.HasSuffix(r.Model.Name, "List"); isList && (model.Type != "array" || definitions[model.Items["$ref"]].Properties == nil) {
			t.Errorf("%s %s: %s is not an array of a definition that is there", r.Method, r.Path, r.Model.Name)
		}
		for name, definition := range definitions {
			if definition.ID != name {
				t.Errorf("%s %s: the definition %s calls itself %s", r.Method, r.Path, name, definition.ID)
			}
		}
	}
}
