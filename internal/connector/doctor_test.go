package connector_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"jackfield/internal/connector"
	"jackfield/internal/connector/connectortest"
)

func parse(t testing.TB, text string) *connector.Definition {
	t.Helper()
	d, err := connector.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func inMemory(files map[string][]byte) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: text}
	}
	return fsys
}

// dropped is a definition as it is after the doctor's exporter: without what that drops, sorted as it sorts.
func dropped(v map[string]any) map[string]any {
	without := func(list any, names ...string) []map[string]any {
		items, _ := list.([]any)
		var all []map[string]any
		for _, item := range items {
			m := item.(map[string]any)
			for _, name := range names {
				delete(m, name)
			}
			all = append(all, m)
		}
		return all
	}
	hooks := func(list any, owner string) {
		for _, h := range without(list, "id", owner) {
			if h["body"] == nil {
				h["body"] = ""
			}
		}
	}
	delete(v, "id")
	without(v["configuration"], "id")
	without(v["parameters"], "id", "elementId", "createdDate", "updatedDate")
	hooks(v["hooks"], "elementId")
	for _, r := range without(v["resources"], "createdDate", "updatedDate") {
		without(r["parameters"], "id", "resourceId", "createdDate", "updatedDate")
		hooks(r["hooks"], "resourceId")
		sorted(r, "parameters")
		sorted(r, "hooks")
	}
	for _, name := range []string{"configuration", "parameters", "hooks", "resources"} {
		sorted(v, name)
	}
	return v
}

// sorted puts a list into one order, whatever it was: the two that are compared get the same.
func sorted(v map[string]any, name string) {
	if items, ok := v[name].([]any); ok {
		slices.SortStableFunc(items, func(a, b any) int {
			x, _ := json.Marshal(a)
			y, _ := json.Marshal(b)
			return strings.Compare(string(x), string(y))
		})
	}
}

func doctorRound(t *testing.T, d *connector.Definition) (again *connector.Definition, files map[string][]byte) {
	t.Helper()
	files, err := d.DoctorFiles()
	if err != nil {
		t.Fatal(err)
	}
	again, err = connector.LoadDoctorDir(inMemory(files))
	if err != nil {
		t.Fatal(err)
	}
	return again, files
}

func treeOf(t *testing.T, d *connector.Definition) map[string]any {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return tree(t, text).(map[string]any)
}

func TestEveryExportedDefinitionSurvivesTheDoctorsForm(t *testing.T) {
	t.Parallel()
	for _, file := range connectortest.Exports(t) {
		d := parse(t, string(read(t, file)))
		again, files := doctorRound(t, d)
		if path, want, got := firstDifference("$", any(dropped(treeOf(t, d))), any(dropped(treeOf(t, again)))); path != "" {
			t.Errorf("%s: %s was %.80v and comes back as %.80v", filepath.Base(file), path, want, got)
		}
		_, second := doctorRound(t, again)
		if !maps.EqualFunc(files, second, func(a, b []byte) bool { return string(a) == string(b) }) {
			t.Errorf("%s: the second export differs from the first", filepath.Base(file))
		}
	}
}

func TestTheDoctorsFilesAreNamedAndPrintedAsItDoes(t *testing.T) {
	t.Parallel()
	d := parse(t, `{"name":"X","id":5,"key":"x","z":{"b":1.50,"a":[],"10":{},"9":"\u0008\f\u0001é</b>","A":1,"_":2},
		"hooks":[{"type":"event","body":"e","id":1,"elementId":2},{"type":"preRequest","body":"p"}],
		"configuration":[{"key":"b","id":7},{"key":"A"},{"key":"a.b"},{"key":"a"}],
		"parameters":[{"name":"p","id":1,"elementId":1,"createdDate":"x","updatedDate":"y"}],
		"resources":[
			{"path":"/hubs/crm/contacts/{id}/b-c","method":"GET","id":11,"createdDate":"x","updatedDate":"y","hooks":[{"type":"postRequest","body":"g","resourceId":2}]},
			{"path":"/hubs/crm/contacts","method":"POST","parameters":[{"name":"z"},{"name":"Y","id":1,"resourceId":1}]},
			{"path":"/hubs/crm/contacts","method":"GET"},
			{"path":"/bare","method":"GET","hooks":[{"type":"preRequest","body":"h"}]}]}`)
	_, files := doctorRound(t, d)
	want := map[string]string{
		"eventHook.js": "e", "preRequestHook.js": "p", "resources/GET-contacts-id-b-c-postRequestHook.js": "g",
		"resources/GET--bare-preRequestHook.js": "h",
		"element.json": `{
    "configuration": [
        {
            "key": "a"
        },
        {
            "key": "A"
        },
        {
            "key": "a.b"
        },
        {
            "key": "b"
        }
    ],
    "hooks": [
        {
            "type": "preRequest"
        },
        {
            "type": "event"
        }
    ],
    "key": "x",
    "name": "X",
    "parameters": [
        {
            "name": "p"
        }
    ],
    "resources": [
        {
            "hooks": [
                {
                    "type": "preRequest"
                }
            ],
            "method": "GET",
            "path": "/bare"
        },
        {
            "method": "GET",
            "path": "/hubs/crm/contacts"
        },
        {
            "method": "POST",
            "parameters": [
                {
                    "name": "Y"
                },
                {
                    "name": "z"
                }
            ],
            "path": "/hubs/crm/contacts"
        },
        {
            "hooks": [
                {
                    "type": "postRequest"
                }
            ],
            "id": 11,
            "method": "GET",
            "path": "/hubs/crm/contacts/{id}/b-c"
        }
    ],
    "z": {
        "9": "\b\f\u0001é</b>",
        "10": {},
        "_": 2,
        "a": [],
        "A": 1,
        "b": 1.5
    }
}`,
	}
	for name, text := range want {
		if string(files[name]) != text {
			t.Errorf("%s holds\n%s\nwant\n%s", name, files[name], text)
		}
	}
	if len(files) != len(want) {
		t.Errorf("files: %v", slices.Sorted(maps.Keys(files)))
	}
}

func TestHooksThatShareAFileKeepTheirBodies(t *testing.T) {
	t.Parallel()
	d := parse(t, `{"name":"X","hooks":[{"type":"event","body":"1"},{"type":"event","body":"2"}],"resources":[
		{"path":"/hubs/a/x","method":"GET","hooks":[{"type":"preRequest","body":"3"}]},
		{"path":"/hubs/b/x","method":"GET","hooks":[{"type":"preRequest","body":"4"}]},
		{"path":"/hubs/b/X","method":"GET","hooks":[{"type":"preRequest","body":"5"}]},
		{"path":"/hubs/b/y/{z}","method":"GET","hooks":[{"type":"preRequest","body":"6"}]},
		{"path":"/hubs/b/y/z","method":"GET","hooks":[{"type":"preRequest","body":"6"}]}]}`)
	again, files := doctorRound(t, d)
	if path, want, got := firstDifference("$", any(dropped(treeOf(t, d))), any(dropped(treeOf(t, again)))); path != "" {
		t.Errorf("%s was %v and comes back as %v", path, want, got)
	}
	// The doctor reads the last one for all.
	if string(files["eventHook.js"]) != "2" || string(files["resources/GET-x-preRequestHook.js"]) != "4" {
		t.Errorf("files: %s", files)
	}
	if strings.Contains(string(files["element.json"]), `"body": "6"`) {
		t.Error("hooks with one body need not keep it twice")
	}
	// A body in element.json counts for nothing where the file is one hook's own.
	files["element.json"] = []byte(`{"name":"X","hooks":[{"type":"event","body":"old"}]}`)
	if d, err := connector.LoadDoctorDir(inMemory(files)); err != nil || d.Hooks[0].Body != "2" {
		t.Errorf("%+v %v", d, err)
	}
}

func TestAWholeExportMayStandInAFolder(t *testing.T) {
	t.Parallel()
	d, err := connector.LoadDoctorDir(folder(map[string]string{"element.json": `{"name":"X","hooks":[{"type":"event","body":"a"}]}`}))
	if err != nil || d.Hooks[0].Body != "a" {
		t.Errorf("%+v %v", d, err)
	}
}

func TestEveryMissingHookFileIsNamed(t *testing.T) {
	t.Parallel()
	_, err := connector.LoadDoctorDir(folder(map[string]string{"element.json": `{"name":"X","hooks":[{"type":"event"}],"resources":[
		{"path":"/a","method":"GET","hooks":[{"type":"preRequest"}]}]}`}))
	want := "the definition has 2 faults: eventHook.js: is missing, and hooks[0] has its script there; " +
		"resources/GET--a-preRequestHook.js: is missing, and GET /a hooks[0] has its script there"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// hostile are names that would lead out of a folder, or that a system does not take.
func hostile() []string {
	return []string{
		"../x", "..", ".", "", "/etc/passwd", "/", `\\server\share`, `..\..\x`, `C:\Windows`, "c:x", "a\x00b", "\x00", "a\nb", "CON", "nul.txt", "com1", "LPT9.js", "aux ",
		"x.", "x ", "   ", "-", "->?|/", strings.Repeat("x", 300), strings.Repeat("é", 300), "~", "$HOME", "%TEMP%", "a/../../b", "....//....//x", "\u202e", "\xff\xfe",
	}
}

func TestHostileNamesStayInTheirFolder(t *testing.T) {
	t.Parallel()
	var all []*connector.Definition
	for _, name := range hostile() {
		quoted, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf(`{"name":%[1]s,"hooks":[{"type":%[1]s,"body":"a"}],"resources":[{"method":%[1]s,"path":%[1]s,"hooks":[{"type":%[1]s,"body":"b"}]},
			{"method":"GET","path":"/x/{y}","hooks":[{"type":%[1]s,"body":"c"}]}]}`, quoted)
		for range 3 {
			all = append(all, parse(t, text))
		}
		_, files := doctorRound(t, all[len(all)-1])
		for file := range files {
			if !filepath.IsLocal(file) || path.Clean(file) != file || strings.ContainsAny(file, "\\\x00\n") || len(path.Base(file)) > 255 {
				t.Errorf("%q: the file %q", name, file)
			}
		}
		writeAll(t, files)
	}
	seen := map[string]bool{}
	for i, folder := range connector.DoctorFolders(all) {
		if folder == "" || folder == "." || folder == ".." || strings.ContainsAny(folder, "/\\\x00\n") || len(folder) > 255 || seen[strings.ToLower(folder)] {
			t.Errorf("%q has the folder %q", all[i].Name, folder)
		}
		stem, _, _ := strings.Cut(strings.ToUpper(folder), ".")
		if slices.Contains([]string{"CON", "NUL", "COM1", "LPT9", "AUX"}, stem) || strings.HasSuffix(folder, ".") || strings.HasSuffix(folder, " ") {
			t.Errorf("%q has the folder %q, which Windows does not take", all[i].Name, folder)
		}
		seen[strings.ToLower(folder)] = true
	}
}

// writeAll writes to a folder that cannot be left.
func writeAll(t *testing.T, files map[string][]byte) {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, text := range files {
		if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if err := root.WriteFile(name, text, 0o644); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestFoldersAreNamedAsTheDoctorDoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ definitions, want string }{
		{`{"name":"Billy"}`, "Billy"},
		{`{"name":" Cloud  Elements -> (Demo)? "}`, "Cloud-Elements-(Demo)"},
		{`{"name":"Microsoft Graph - Teams"}`, "Microsoft-Graph-Teams"},
		{`{"name":"D&B"}`, "D&B"},
		{`{"name":"Dice.com"}`, "Dice.com"},
		{`{"name":"Foo: Bar"}`, "Foo:-Bar"},
		{`{"name":"A: B"}`, "A--B"},
		{`{"name":"A","private":true} {"name":"A","extended":true}`, "A A_extended"},
		{`{"name":"A","private":true,"extended":true} {"name":"A","private":false}`, "A A_extended"},
		{`{"name":"A","private":null,"extended":true} {"name":"A","private":null}`, "A_extended A"},
		{`{"name":"A","extended":true}`, "A"},
		{`{"name":"A"} {"name":"A"} {"name":"a"}`, "A A-2 a-3"},
		{`{"name":"A B"} {"name":"A-B"}`, "A-B A-B-2"},
	} {
		var all []*connector.Definition
		for decoder := json.NewDecoder(strings.NewReader(c.definitions)); decoder.More(); {
			var raw json.RawMessage
			if err := decoder.Decode(&raw); err != nil {
				t.Fatal(err)
			}
			all = append(all, parse(t, string(raw)))
		}
		if got := strings.Join(connector.DoctorFolders(all), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.definitions, got, c.want)
		}
	}
}
