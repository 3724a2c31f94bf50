package program_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// said is what a command printed and how it ended.
type said struct {
	out, errors string
	code        int
}

// command runs the program to its end, with secrets in its environment if any are given.
func command(t *testing.T, environment []string, arguments ...string) said {
	t.Helper()
	var out, errors strings.Builder
	c := exec.CommandContext(t.Context(), binary, arguments...)
	c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, environment...)
	c.Stdout, c.Stderr = &out, &errors
	err := c.Run()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	return said{out.String(), errors.String(), c.ProcessState.ExitCode()}
}

// write makes files below a folder.
func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// read lists the files below a folder with what they hold.
func read(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		files[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

const (
	things = `{"name":"Things","key":"things","description":"d","hub":"general","authentication":{"type":"custom"},
		"hooks":[{"type":"preRequest","mimeType":"application/javascript","body":"done({});","isLegacy":false}],
		"configuration":[{"key":"base.url","name":"URL","description":"u","type":"TEXTFIELD_1000","defaultValue":"https://things.example.com"}],
		"parameters":[],"resources":[{"method":"GET","path":"/hubs/general/things","vendorPath":"/v1/things","vendorMethod":"GET","type":"api",
		"hooks":[{"type":"postRequest","body":"done({response_body});","isLegacy":false}]}]}`
	thingsYAML = "name: Things 2\ndescription: d\nresources:\n  - {method: GET, path: /a, vendorPath: /a}\n"
	openapi    = `{"openapi":"3.1.0","info":{"title":"Opened","version":"1"},"servers":[{"url":"https://o.example.com"}],"paths":{"/a":{"get":{"responses":{"200":{"description":"ok"}}}}}}`
)

func TestValidateNamesEveryFaultOfEveryConnector(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	bomb := "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
	for i := 1; i < 9; i++ {
		n, before := string(rune('0'+i)), string(rune('0'+i-1))
		bomb += "a" + n + ": &a" + n + " [" + strings.TrimSuffix(strings.Repeat("*a"+before+",", 10), ",") + "]\n"
	}
	write(t, root, map[string]string{
		"good/things.json": things, "good/two.yaml": thingsYAML, "good/opened.json": openapi,
		"good/own/definition.yaml": "name: Own\ndescription: d\nhooks: [{type: event, bodyFile: e.js}]\n", "good/own/hooks/e.js": "done({});",
		"good/doctors/element.json": `{"name":"Doc","description":"d","hooks":[{"type":"event"}]}`, "good/doctors/eventHook.js": "return {};",
		"all.json":                    `{"elements":[` + things + `,{"name":"Second","description":"d"}],"formulas":[],"vdrs":{}}`,
		"list.json":                   `[` + things + `,` + strings.Replace(things, "GET", "", 1) + `]`,
		"all/elements/T/element.json": `{"name":"T","description":"d"}`,
		"all/formulas/F/formula.json": `{}`,
		"bad/method.json":             `{"name":"n","description":"d","resources":[{"path":"/a"},{"path":"/b","method":"GET","type":"thing","nextResource":"GET:/c"},{"path":"/c","method":"GET","nextResource":"GET:/b"},{"path":"/b","method":"GET","hooks":[{"type":"preRequest","body":"done(\n("}]}]}`,
		"bad/types.json":              `{"name":5,"resources":{},"hooks":[1]}`,
		"bad/twice.json":              `{"name":"a","name":"b"}`,
		"bad/large.json":              `{"name":"` + strings.Repeat("x", 10_000_000) + `"}`,
		"bad/deep.json":               `{"x":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `}`,
		"bad/bomb.yaml":               bomb,
		"bad/text.json":               "{\n\"name\": }",
		"bad/reference.json":          `{"name":"n","description":"d","resources":[{"method":"GET","path":"/a","model":{"swagger":{"a":{"$ref":"file:///etc/passwd"}}}}]}`,
		"bad/\x1b[31m.json":           `{"\u001b[31m":1,"\u001b[31m":2}`,
		"bad/missing/element.json":    `{"name":"n","hooks":[{"type":"event"}]}`,
		"empty/README.md":             "",
	})
	for name, c := range map[string]struct {
		path string
		code int
		says []string
	}{
		"every form":             {"good", 0, []string{"things.json: sound\n", "two.yaml: sound\n", "opened.json: sound (converted from openapi)\n", "own: sound\n", "doctors: sound\n", "\n5 connectors, 5 sound"}},
		"a file of everything":   {"all.json", 0, []string{"all.json[0] things: sound", "all.json[1]: sound", "2 connectors, 2 sound"}},
		"a folder of everything": {"all", 0, []string{"1 connector, 1 sound"}},
		"a list":                 {"list.json", 1, []string{"list.json[0] things: sound", "list.json[1] things: faulty", "error: resources[0].method: is missing; use one of GET", "2 connectors, 1 sound, 1 faulty"}},
		"a wrong meaning": {"bad/method.json", 1, []string{"error: resources[0].method: is missing", `error: resources[1].type: "thing" is not known`,
			"error: resources[1].nextResource: goes round in a circle: GET /b → GET /hubs/general/c → GET /b",
			"error: resources[3].hooks[0].body: does not compile: line 2: "}},
		"wrong types":     {"bad/types.json", 1, []string{"error: name: must be a string, found a number", "error: resources: must be an array, found an object", "error: hooks[0]: must be an object, found a number"}},
		"twins":           {"bad/twice.json", 1, []string{"error: name: stands twice"}},
		"too large":       {"bad/large.json", 1, []string{"the limit is 10 MB"}},
		"too deep":        {"bad/deep.json", 1, []string{"nested deeper than the limit of 200 levels"}},
		"a bomb":          {"bad/bomb.yaml", 1, []string{"the limit of 500000 values is reached"}},
		"no JSON":         {"bad/text.json", 1, []string{"not valid JSON", "(line 2)"}},
		"a reference":     {"bad/reference.json", 1, []string{`error: resources[0].model.swagger.a.$ref: "file:///etc/passwd" is outside`}},
		"a terminal":      {"bad/\x1b[31m.json", 1, []string{"\uFFFD[31m.json: faulty", "error: \uFFFD[31m: stands twice"}},
		"a lost file":     {"bad/missing", 1, []string{"error: eventHook.js: is missing, and hooks[0] has its script there"}},
		"no connector":    {"empty", 1, []string{"is a folder without a connector"}},
		"nothing there":   {"nowhere", 1, []string{"no such file"}},
		"all that is bad": {"bad", 1, []string{"10 connectors, 10 faulty"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, nil, "connector", "validate", filepath.Join(root, c.path))
			if got.code != c.code || (got.code == 0) != (got.errors == "") {
				t.Errorf("exit %d: %s", got.code, got.errors)
			}
			for _, says := range c.says {
				if !strings.Contains(got.out, says) {
					t.Errorf("it does not say %q:\n%.3000s", says, got.out)
				}
			}
			if strings.Contains(got.out, "\x1b") {
				t.Error("it moves the cursor")
			}
		})
	}
}

func TestConnectorsAreConvertedFromFormToForm(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, map[string]string{
		"in/a.json": things, "in/b.json": strings.Replace(things, `"name":"Things","key":"things"`, `"name":"Things","key":"other"`, 1),
		"in/c.json": openapi, "in/d.json": `{"name":"Bad","resources":[{}]}`,
	})
	in := filepath.Join(root, "in")
	to := func(from, form string) map[string]string {
		out := filepath.Join(root, form+"-of-"+filepath.Base(from))
		got := command(t, nil, "connector", "import", from, "--out", out, "--form", form)
		if from == in && (got.code != 1 || !strings.Contains(got.out, "4 connectors, 3 converted, 1 failed")) || from != in && got.code != 0 {
			t.Errorf("%s: exit %d: %s %s", out, got.code, got.out, got.errors)
		}
		return read(t, out)
	}
	files := to(in, "file")
	if names := keys(files); !slices.Equal(names, []string{"opened.json", "other.json", "things.json"}) {
		t.Fatalf("files: %v", names)
	}
	if !sameJSON(t, files["things.json"], things) {
		t.Errorf("things.json holds %s", files["things.json"])
	}
	folders := to(in, "folder")
	if names := keys(folders); !slices.Contains(names, "things/hooks/get-things-post.js") || !slices.Contains(names, "other/definition.yaml") {
		t.Errorf("files: %v", names)
	}
	doctors := to(in, "doctor")
	if names := keys(doctors); !slices.Contains(names, "Things/resources/GET-things-postRequestHook.js") || !slices.Contains(names, "Things-2/element.json") {
		t.Errorf("files: %v", names)
	}
	// Whatever the way, the same comes out; the doctor's form has an order of its own.
	back := to(filepath.Join(root, "folder-of-in"), "file")
	for name, text := range files {
		if !sameJSON(t, back[name], text) {
			t.Errorf("%s by way of its folder is\n%.500s\nwant\n%.500s", name, back[name], text)
		}
	}
	if again := to(filepath.Join(root, "doctor-of-in"), "doctor"); !maps.Equal(again, doctors) {
		t.Errorf("from the doctor's form to itself: %v, want %v", keys(again), keys(doctors))
	}
}

func TestAFolderIsWrittenAgainWithoutWhatItNoLongerHas(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, map[string]string{"things.json": things, "fewer.json": `{"name":"Things","key":"things","description":"d"}`,
		"out/things/README.md": "mine", "busy/things/notes.txt": "mine"})
	if got := command(t, nil, "connector", "import", filepath.Join(root, "things.json"), "--out", filepath.Join(root, "busy")); got.code != 1 || !strings.Contains(got.out, "is there already and holds no connector") {
		t.Errorf("exit %d: %s", got.code, got.out)
	}
	write(t, root, map[string]string{"out/things/definition.yaml": "name: old", "out/things/hooks/old.js": "x"})
	for _, file := range []string{"things.json", "fewer.json"} {
		if got := command(t, nil, "connector", "import", filepath.Join(root, file), "--out", filepath.Join(root, "out")); got.code != 0 {
			t.Fatalf("exit %d: %s %s", got.code, got.out, got.errors)
		}
	}
	if names := keys(read(t, filepath.Join(root, "out"))); !slices.Equal(names, []string{"things/README.md", "things/definition.yaml"}) {
		t.Errorf("files: %v", names)
	}
	if got := command(t, nil, "connector", "validate", filepath.Join(root, "out")); got.code != 0 {
		t.Errorf("exit %d: %s", got.code, got.out)
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, map[string]string{"things.json": things})
	got := command(t, nil, "connector", "import", filepath.Join(root, "things.json"), "--out", filepath.Join(root, "out"), "--dry-run")
	if _, err := os.Stat(filepath.Join(root, "out")); got.code != 0 || err == nil || !strings.Contains(got.out, "would be written") {
		t.Errorf("exit %d: %s", got.code, got.out)
	}
}

func TestACommandThatLacksSomethingSaysWhatAndNoSecret(t *testing.T) {
	t.Parallel()
	secrets := []string{"JACKFIELD_USER=geheim1", "JACKFIELD_ORGANIZATION=geheim2"}
	file := filepath.Join(t.TempDir(), "things.json")
	write(t, filepath.Dir(file), map[string]string{"things.json": things})
	for name, c := range map[string]struct {
		environment, arguments []string
		code                   int
		says                   string
	}{
		"no path":             {nil, []string{"validate"}, 2, "path"},
		"no server":           {secrets, []string{"import", file}, 2, "--server: give the address"},
		"no secrets":          {nil, []string{"import", file, "--server", "http://127.0.0.1:1"}, 2, "JACKFIELD_USER"},
		"secrets in the URL":  {secrets, []string{"import", file, "--server", "http://u:geheim3@127.0.0.1:1"}, 2, "secrets by their own flags"},
		"a strange scheme":    {secrets, []string{"import", file, "--server", "ftp://127.0.0.1"}, 2, "--server"},
		"two targets":         {secrets, []string{"import", file, "--server", "http://127.0.0.1:1", "--out", "x"}, 2, "give one of them"},
		"nowhere to write":    {secrets, []string{"export", "--server", "http://127.0.0.1:1"}, 2, "--out"},
		"an unknown form":     {secrets, []string{"export", "--out", "x", "--form", "zip"}, 2, "--form"},
		"nobody answers":      {secrets, []string{"import", file, "--server", "http://127.0.0.1:1"}, 1, "the server does not answer"},
		"nobody answers, out": {secrets, []string{"export", "--server", "http://127.0.0.1:1", "--out", t.TempDir()}, 1, "the server does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, c.environment, append([]string{"connector"}, c.arguments...)...)
			if got.code != c.code || !strings.Contains(got.errors, c.says) {
				t.Errorf("exit %d: %s", got.code, got.errors)
			}
			if strings.Contains(got.out+got.errors, "geheim") {
				t.Errorf("it tells a secret: %s %s", got.out, got.errors)
			}
		})
	}
}

func keys(files map[string]string) []string {
	var names []string
	for name := range files {
		names = append(names, filepath.ToSlash(name))
	}
	slices.Sort(names)
	return names
}

// sameJSON compares values, whatever the order of members.
func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	p, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	q, err := json.Marshal(y)
	if err != nil {
		t.Fatal(err)
	}
	return string(p) == string(q)
}
