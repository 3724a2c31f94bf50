package program_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jackfield/internal/connector/connectortest"
)

// own is the account's environment for the command.
func (f facts) own() []string {
	return []string{"JACKFIELD_SERVER=" + f.URL, "JACKFIELD_USER=" + f.UserSecret, "JACKFIELD_ORGANIZATION=" + f.OrganizationSecret}
}

// connector runs the command, which must end well and tell no secret.
func (f facts) connector(t *testing.T, arguments ...string) string {
	t.Helper()
	got := command(t, f.own(), append([]string{"connector"}, arguments...)...)
	if got.code != 0 {
		t.Fatalf("%v: exit %d: %s\n%s", arguments, got.code, got.errors, got.out)
	}
	for _, secret := range []string{f.UserSecret, f.OrganizationSecret} {
		if strings.Contains(got.out+got.errors, secret) {
			t.Errorf("%v tells a secret", arguments)
		}
	}
	return got.out
}

// wipe removes the account's connectors and what it added to others, as far as that can be listed.
func (f facts) wipe(t *testing.T) {
	t.Helper()
	_, body := f.call(t, "GET", "/elements?abridged=true", "")
	var rows []struct {
		Key               string
		Private, Extended bool
	}
	if err := json.Unmarshal([]byte(body), &rows); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	for _, row := range rows {
		switch {
		case row.Private:
			if status, answer := f.call(t, "DELETE", "/elements/"+row.Key, ""); status != http.StatusOK {
				t.Fatalf("%s: %d %s", row.Key, status, answer)
			}
		case row.Extended:
			_, body := f.call(t, "GET", "/elements/"+row.Key+"/resources?accountOnly=true", "")
			var resources []struct{ ID json.Number }
			if err := json.Unmarshal([]byte(body), &resources); err != nil {
				t.Fatalf("%v: %s", err, body)
			}
			for _, r := range resources {
				if status, answer := f.call(t, "DELETE", "/elements/"+row.Key+"/resources/"+r.ID.String(), ""); status != http.StatusOK {
					t.Fatalf("%s: %d %s", row.Key, status, answer)
				}
			}
		}
	}
}

const extension = `{"name":"Act! 365","key":"actessentials","extended":true,
	"configuration":[{"key":"my.flag","name":"Flag","description":"f","type":"BOOLEAN","defaultValue":"true"}],
	"parameters":[{"name":"x","type":"value","vendorName":"X-Mine","vendorType":"header","source":"request"}],
	"hooks":[{"type":"preRequest","body":"done({});","isLegacy":false}],
	"objects":[{"name":"mine","fields":[]}],
	"models":[{"name":"mine","resources":[],"modelFields":[]}],
	"resources":[
	{"method":"GET","path":"/hubs/crm/mynewcontacts","vendorPath":"/contacts","vendorMethod":"GET","type":"api","hooks":[{"type":"postRequest","body":"done({response_body});"}]},
	{"method":"GET","path":"/hubs/crm/others","vendorPath":"/others","vendorMethod":"GET","type":"api"}]}`

func TestWhatIsExportedIsImportedAndExportedAgainTheSame(t *testing.T) {
	t.Parallel()
	_, f := demo(t, filepath.Join(t.TempDir(), "data"))
	root := t.TempDir()
	write(t, root, map[string]string{
		"in/a.json": things,
		"in/b.json": `{"elements":[` + strings.Replace(things, `"key":"things"`, `"key":"other"`, 1) + `]}`,
		"in/c.yaml": thingsYAML, "in/d.json": openapi, "in/e.json": extension,
	})
	in := filepath.Join(root, "in")
	if out := f.connector(t, "import", in, "--dry-run"); !strings.Contains(out, "would create things") || !strings.Contains(out, "would extend actessentials with 7 parts") {
		t.Errorf("a dry run says %s", out)
	}
	if got := command(t, f.own(), "connector", "export", "--out", filepath.Join(root, "none")); got.code != 1 || !strings.Contains(got.errors, "no private connector") {
		t.Errorf("after a dry run: exit %d: %s %s", got.code, got.out, got.errors)
	}
	first := f.connector(t, "import", in)
	for _, says := range []string{"created things (", "created other (", "created things2 (", "created opened (", "extended actessentials: 7 parts added, 0 replaced", "5 connectors, 5 imported"} {
		if !strings.Contains(first, says) {
			t.Errorf("it does not say %q: %s", says, first)
		}
	}
	again := f.connector(t, "import", in)
	for _, says := range []string{"replaced things (", "extended actessentials: 0 parts added, 7 replaced", "5 connectors, 5 imported"} {
		if !strings.Contains(again, says) {
			t.Errorf("it does not say %q: %s", says, again)
		}
	}
	export := func(name, form string) map[string]string {
		out := filepath.Join(root, name)
		if said := f.connector(t, "export", "--out", out, "--form", form); !strings.Contains(said, "5 connectors, 5 exported") {
			t.Errorf("%s: %s", name, said)
		}
		return read(t, out)
	}
	files := export("files", "file")
	if names := keys(files); !slices.Equal(names, []string{"actessentials.json", "opened.json", "other.json", "things.json", "things2.json"}) {
		t.Errorf("files: %v", names)
	}
	if strings.Contains(files["things.json"], `"id"`) || !strings.Contains(files["actessentials.json"], `"extended": true`) || strings.Contains(files["actessentials.json"], `"private"`) {
		t.Errorf("things.json: %s\nactessentials.json: %s", files["things.json"], files["actessentials.json"])
	}
	doctors := export("doctors", "doctor")
	export("folders", "folder")
	for name, form := range map[string]string{"files": "file", "doctors": "doctor", "folders": "folder"} {
		f.wipe(t)
		f.connector(t, "import", filepath.Join(root, name))
		if form == "doctor" { // has an order of its own
			if got := export("again-"+name, form); !maps.Equal(got, doctors) {
				t.Errorf("by way of the doctor's form: %v, want %v", keys(got), keys(doctors))
			}
			continue
		}
		got := export("again-"+name, "file")
		for file, text := range files {
			if got[file] != text {
				t.Errorf("%s by way of %s is\n%.2000s\nwant\n%.2000s", file, name, got[file], text)
			}
		}
	}
	// Keys choose, whatever their case; a system connector is written too when it is asked for.
	f.wipe(t)
	if out := f.connector(t, "export", "ACTessentials", "--out", filepath.Join(root, "one")); !strings.Contains(out, "1 connector, 1 exported") {
		t.Errorf("it says %s", out)
	}
	f.connector(t, "validate", filepath.Join(root, "one"))
}

func TestOneFailureDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	_, f := demo(t, filepath.Join(t.TempDir(), "data"))
	root := t.TempDir()
	write(t, root, map[string]string{
		"in/a.json": `{"name":"Bad","key":"bad","resources":[{"path":"/a"},{"method":"GET","path":"/b","type":"thing"}]}`,
		"in/b.json": `{"name":"Nowhere","key":"nowhere","extended":true,"resources":[]}`,
		"in/c.json": `{"name":`,
		"in/d.json": things,
	})
	got := command(t, f.own(), "connector", "import", filepath.Join(root, "in"))
	for _, says := range []string{
		"a.json: failed", "resources[0].method: is missing", `resources[1].type: "thing" is not known`,
		"b.json: failed: there is no system connector nowhere to extend", "c.json: failed", "d.json: created things (", "4 connectors, 1 imported, 3 failed",
	} {
		if !strings.Contains(got.out, says) {
			t.Errorf("it does not say %q: %s", says, got.out)
		}
	}
	if got.code != 1 || !strings.Contains(got.errors, "3 of 4 connectors: failed") {
		t.Errorf("exit %d: %s", got.code, got.errors)
	}
	if status, _ := f.call(t, "GET", "/elements/bad", ""); status != http.StatusNotFound {
		t.Errorf("the bad one is there: %d", status)
	}
	got = command(t, f.own(), "connector", "export", "things", "absent", "--out", filepath.Join(root, "out"))
	if got.code != 1 || !strings.Contains(got.out, "absent: there is no connector with this key") || !strings.Contains(got.out, "2 connectors, 1 exported, 1 failed") {
		t.Errorf("exit %d: %s", got.code, got.out)
	}
}

func TestSecretsAreNeitherToldNorSentElsewhere(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "things.json")
	write(t, filepath.Dir(file), map[string]string{"things.json": things})
	asked := make(chan string, 10)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.Header.Get("Authorization") }))
	t.Cleanup(elsewhere.Close)
	for name, serve := range map[string]http.HandlerFunc{
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		},
		"an odd answer": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>\x1b[31m")) },
		"a wrong secret": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"message":"no\u001b[31m"}`))
		},
		"an endless list": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("elements-next-page-token", "x")
			_, _ = w.Write([]byte("[]"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(serve)
			defer server.Close()
			got := command(t, []string{"JACKFIELD_SERVER=" + server.URL, "JACKFIELD_USER=geheim1", "JACKFIELD_ORGANIZATION=geheim2"}, "connector", "import", file)
			if got.code != 1 || strings.Contains(got.out+got.errors, "geheim") || strings.Contains(got.out+got.errors, "\x1b") {
				t.Errorf("exit %d: %q %q", got.code, got.out, got.errors)
			}
		})
	}
	select {
	case authorization := <-asked:
		t.Errorf("another server was asked with %q", authorization)
	default:
	}
}

func TestEveryExportedDefinitionIsImportedAndComesBack(t *testing.T) {
	t.Parallel()
	elements := filepath.Dir(connectortest.Exports(t)[0])
	_, f := demo(t, filepath.Join(t.TempDir(), "data"))
	root := t.TempDir()
	f.connector(t, "import", elements)
	f.connector(t, "export", "--out", filepath.Join(root, "first"), "--form", "doctor")
	f.wipe(t)
	f.connector(t, "import", filepath.Join(root, "first"))
	f.connector(t, "export", "--out", filepath.Join(root, "second"), "--form", "doctor")
	first, second := read(t, filepath.Join(root, "first")), read(t, filepath.Join(root, "second"))
	if len(first) < 100 {
		t.Fatalf("only %d files", len(first))
	}
	for name, text := range first {
		if second[name] != text && (!strings.HasSuffix(name, ".json") || !sameJSON(t, withoutModelIDs(t, second[name]), withoutModelIDs(t, text))) {
			t.Errorf("%s has changed", name)
		}
	}
	if len(first) != len(second) {
		t.Errorf("%d files, then %d", len(first), len(second))
	}
}

// withoutModelIDs drops the ids of models, which have new ones in every import (reference/clients.md §13).
func withoutModelIDs(t *testing.T, text string) string {
	t.Helper()
	var definition map[string]any
	if err := json.Unmarshal([]byte(text), &definition); err != nil {
		t.Fatal(err)
	}
	var drop func(v any)
	drop = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, name := range []string{"id", "elementId", "modelId", "fieldId"} {
				delete(v, name)
			}
			for _, item := range v {
				drop(item)
			}
		case []any:
			for _, item := range v {
				drop(item)
			}
		}
	}
	drop(definition["models"])
	out, err := json.Marshal(definition)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
