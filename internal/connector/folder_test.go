package connector_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"jackfield/internal/connector"
	"jackfield/internal/connector/connectortest"
)

func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

const small = `
name: Small
resources:
  - path: /things/{id}
    method: PATCH
    model: {name: things, requestName: thing}
    hooks:
      - {type: preRequest, bodyFile: change.js}
`

func TestAFolderIsOneDefinition(t *testing.T) {
	t.Parallel()
	d, err := connector.LoadDir(folder(map[string]string{
		"definition.yaml": small,
		"hooks/change.js": "done({});\n",
		"models.yaml":     "thing: {properties: {id: {type: string}, at: {type: place}}}\nplace: {properties: {}}\nthings: {type: array, items: {$ref: thing}}\n",
		"README.md":       "ignored",
		"logo.svg":        "ignored",
	}))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"name":"Small","resources":[{"path":"/things/{id}","method":"PATCH",` +
		`"hooks":[{"type":"preRequest","body":"done({});\n"}],` +
		`"model":{"name":"things","swagger":{"place":{"properties":{}},"thing":{"properties":{"id":{"type":"string"},"at":{"type":"place"}}},"things":{"type":"array","items":{"$ref":"thing"}}},` +
		`"requestName":"thing","requestSwagger":{"place":{"properties":{}},"thing":{"properties":{"id":{"type":"string"},"at":{"type":"place"}}}}}}]}`
	if string(got) != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
	if name := d.Resources[0].Hooks[0].BodyFile; name != "change.js" {
		t.Errorf("the hook does not know its file: %q", name)
	}
}

func TestAFolderMayHoldJSONInsteadOfYAML(t *testing.T) {
	t.Parallel()
	d, err := connector.LoadDir(folder(map[string]string{
		"definition.json": `{"name":"Small","hooks":[{"type":"event","bodyFile":"e.js"}]}`,
		"hooks/e.js":      "",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := json.Marshal(d.Hooks); string(got) != `[{"type":"event","body":""}]` {
		t.Errorf("printed %s", got)
	}
}

func TestAFaultyFolderIsRefusedWithTheFileNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"nothing":        {map[string]string{}, "there is no definition.yaml"},
		"both forms":     {map[string]string{"definition.yaml": "name: a", "definition.json": "{}"}, "definition.yaml and definition.json are both there"},
		"missing hook":   {map[string]string{"definition.yaml": small}, "PATCH /things/{id} hooks[0]: bodyFile: open hooks/change.js"},
		"orphaned hooks": {map[string]string{"definition.yaml": "name: a", "hooks/b.js": "", "hooks/a.js": ""}, "no hook names hooks/a.js, hooks/b.js"},
		"path in name":   {map[string]string{"definition.yaml": "hooks: [{bodyFile: ../x.js}]"}, "bodyFile must be the name of a file under hooks/"},
		"number as name": {map[string]string{"definition.yaml": "hooks: [{bodyFile: 5}]"}, "bodyFile must be the name of a file under hooks/"},
		"body and file":  {map[string]string{"definition.yaml": "hooks: [{body: x, bodyFile: a.js}]", "hooks/a.js": ""}, "has body and bodyFile"},
		"unknown model":  {map[string]string{"definition.yaml": "resources: [{method: GET, path: /a, model: {name: b}}]", "models.yaml": "c: {}"}, `GET /a model: name: models.yaml has no "b"`},
		"orphaned model": {map[string]string{"definition.yaml": "resources: [{model: {name: b}}]", "models.yaml": "b: {}\nc: {}"}, "models.yaml: no resource uses c"},
		"dangling model": {map[string]string{"definition.yaml": "name: a", "models.yaml": "b: {items: {$ref: d}}"}, `models.yaml: b: refers to "d", which is not there`},
		"models as list": {map[string]string{"definition.yaml": "name: a", "models.yaml": "[1]"}, "models.yaml must hold definitions by name"},
		"wrong type":     {map[string]string{"definition.yaml": "name: 5"}, "definition.yaml: name: must be a string, found a number"},
		"twice":          {map[string]string{"definition.yaml": "name: a\nname: b"}, `line 2: "name" stands twice`},
		"not YAML":       {map[string]string{"definition.yaml": "name: [a"}, "not readable YAML"},
		"empty":          {map[string]string{"definition.yaml": ""}, "the document is empty"},
		"no plain name":  {map[string]string{"definition.yaml": "[a]: b"}, "a member's name must be plain text"},
		"merge":          {map[string]string{"definition.yaml": "x: &x {a: 1}\n<<: *x"}, "a member's name must be plain text"},
		"infinite":       {map[string]string{"definition.yaml": "x: .inf"}, ".inf is not a JSON number"},
	} {
		_, err := connector.LoadDir(folder(c.files))
		if err == nil {
			t.Errorf("%s is accepted", name)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q does not say %q", name, err, c.want)
		}
	}
}

func TestYAMLAliasesAreFollowedUpToALimit(t *testing.T) {
	t.Parallel()
	d, err := connector.ParseYAML([]byte("x: &a [1, 0x10, 1_000, 1.50, ~, yes, 2020-01-02, \"5\", .5]\ny: *a\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(d.Extra["y"]); got != `[1,16,1000,1.50,null,"yes","2020-01-02","5",0.5]` {
		t.Errorf("read %s", got)
	}
	bomb := "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
	for i := 1; i < 9; i++ {
		n, prev := string(rune('0'+i)), string(rune('0'+i-1))
		bomb += "a" + n + ": &a" + n + " [" + strings.TrimSuffix(strings.Repeat("*a"+prev+",", 10), ",") + "]\n"
	}
	if _, err := connector.ParseYAML([]byte(bomb)); err == nil || !strings.Contains(err.Error(), "the limit of 500000 values") {
		t.Errorf("got %v", err)
	}
}

func TestEveryExportedDefinitionSurvivesItsFolderForm(t *testing.T) {
	t.Parallel()
	for _, file := range connectortest.Exports(t) {
		data := read(t, file)
		d, err := connector.ParseJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		files, err := d.Files()
		if err != nil {
			t.Fatalf("%s: %v", filepath.Base(file), err)
		}
		fsys := fstest.MapFS{}
		for name, text := range files {
			fsys[name] = &fstest.MapFile{Data: text}
		}
		again, err := connector.LoadDir(fsys)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		printed, err := json.Marshal(again)
		if err != nil {
			t.Fatal(err)
		}
		if path, want, got := firstDifference("$", tree(t, data), tree(t, printed)); path != "" {
			t.Errorf("%s: %s was %.80v and comes back as %.80v", filepath.Base(file), path, want, got)
		}
	}
}

func TestHookFilesAreNamedByWhatTheyBelongTo(t *testing.T) {
	t.Parallel()
	d, err := connector.ParseJSON([]byte(`{"hooks":[{"type":"preRequest","body":"a"},{"type":"event","body":"b"}],
		"resources":[{"method":"GET","path":"/hubs/crm/a/{id}/b-c","hooks":[{"type":"postRequest","body":"c"},{"type":"postRequest","body":"d"},
		{"type":"postRequest","body":"c"},{"type":"preRequest","body":""}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	files, err := d.Files()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"hooks/all-pre.js": "a", "hooks/all-event.js": "b", "hooks/get-a-id-b-c-post.js": "c", "hooks/get-a-id-b-c-post-2.js": "d",
	} {
		if string(files[name]) != want {
			t.Errorf("%s holds %q, want %q", name, files[name], want)
		}
	}
	if len(files) != 5 {
		t.Errorf("there are %d files, want 5", len(files))
	}
	if strings.Contains(string(files["definition.yaml"]), "body: a") {
		t.Error("the definition still holds a body")
	}
}

func TestWhatAYAMLDocumentComesToIsLimited(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"a long text that aliases repeat": {"a: &a " + strings.Repeat("x", 100_000) + "\nb: [" + strings.Repeat("*a,", 1000) + "]\n", "line 2: the limit of 10 MB is reached"},
		"a large document":                {"a: " + strings.Repeat("x", 4_000_000), "the document has 4000003 bytes; the limit for YAML is 4 MB, for JSON 10 MB"},
		"many values":                     {"[" + strings.Repeat("1,", 1_000_001) + "1]", "the document has 1000001 commas and line breaks; the limit for YAML is 1000000"},
		"an alias of itself":              {"a: &a [*a]\n", "line 1: nested deeper than 200 levels"},
		"deep brackets":                   {strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "nested deeper"},
		"very deep brackets":              {strings.Repeat("[", 100_000), "exceeded max depth"},
	} {
		if _, err := connector.ParseYAML([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %.300v, want %q", name, err, c.want)
		}
	}
}

func TestHookFilesOfAFolderHaveALimitTogether(t *testing.T) {
	t.Parallel()
	files := map[string]string{"hooks/a.js": strings.Repeat("x", 3_000_000)}
	files["definition.yaml"] = "name: n\nhooks: [" + strings.Repeat("{type: event, bodyFile: a.js},", 4) + "]"
	if _, err := connector.LoadDir(folder(files)); err == nil || !strings.Contains(err.Error(), "hooks[3]: bodyFile: the definition has 12000000 bytes; the limit is 10 MB") {
		t.Errorf("got %v", err)
	}
	files["hooks/a.js"] = strings.Repeat("x", 10_000_001)
	if _, err := connector.LoadDir(folder(files)); err == nil || !strings.Contains(err.Error(), "hooks[0]: bodyFile: a.js is larger than the limit of 10 MB") {
		t.Errorf("got %v", err)
	}
}
