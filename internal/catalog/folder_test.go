package catalog_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jackfield/internal/catalog"
)

// folder is an operator's folder of connectors. Each write gets a time of its own, as if seconds had passed.
type folder struct {
	t     *testing.T
	dir   string
	clock time.Time
}

func newFolder(t *testing.T) *folder {
	return &folder{t: t, dir: t.TempDir(), clock: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

func (f *folder) write(name, text string) {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	f.must(os.MkdirAll(filepath.Dir(path), 0o700))
	f.must(os.WriteFile(path, []byte(text), 0o600))
	f.clock = f.clock.Add(time.Second)
	f.must(os.Chtimes(path, f.clock, f.clock))
}

func (f *folder) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *folder) load() (keys, faults []string) {
	f.t.Helper()
	entries, broken, err := catalog.LoadFolder(f.dir)
	f.must(err)
	for _, e := range entries {
		keys = append(keys, e.Definition.Key)
	}
	for _, b := range broken {
		faults = append(faults, b.String())
	}
	return keys, faults
}

func definition(key, path string) string {
	return fmt.Sprintf("name: %s\nkey: %s\nhub: crm\nresources:\n  - path: %s\n    method: GET\n", key, key, path)
}

func TestAFolderHoldsSubFoldersAndSingleFiles(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	f.write("alpha/definition.yaml", definition("alpha", "/a")+"    hooks: [{type: preRequest, bodyFile: a.js}]\n")
	f.write("alpha/hooks/a.js", "done({})")
	f.write("alpha/logo.svg", "<svg/>")
	f.write("alpha/README.md", "about")
	f.write("beta/definition.json", `{"name":"Beta Two","resources":[{"path":"/b","method":"GET"}]}`)
	f.write("gamma.yml", definition("gamma", "/c"))
	f.write("delta.json", "\xef\xbb\xbf"+`{"name":"D","key":"delta"}`)
	f.write("README.md", "about")
	f.write(".hidden.yaml", "no: [")
	f.write("..data/definition.yaml", "no: [")
	keys, faults := f.load()
	if !slices.Equal(keys, []string{"alpha", "betatwo", "delta", "gamma"}) || faults != nil {
		t.Fatal(keys, faults)
	}
	entries, _, err := catalog.LoadFolder(f.dir)
	f.must(err)
	if d := entries[0].Definition; d.Resources[0].Hooks[0].Body != "done({})" || string(entries[0].Logo) != "<svg/>" {
		t.Error(d.Resources[0].Hooks, string(entries[0].Logo))
	}
	if entries[1].Definition.ID == 0 || entries[1].Logo != nil {
		t.Error(entries[1])
	}
}

func TestEveryFaultOfAFileIsNamedWithItsLineAndTheOthersWork(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about string
		files map[string]string
		want  []string
	}{
		{
			"all faults of a definition, in YAML",
			map[string]string{"b/definition.yaml": "name: B\nkey: b\nresources:\n  - path: /a\n    method: FETCH\n  - path: /b\n    method: GET\n    type: strange\n"},
			[]string{`b/definition.yaml:5: resources[0].method "FETCH"`, `b/definition.yaml:8: resources[1].type "strange"`},
		},
		{
			"all faults of a definition, in JSON",
			map[string]string{"b.json": "{\n\"name\": \"B\",\n\"resources\": [\n{\"path\": \"/a\",\n\"method\": 7},\n{\"path\": false}]}"},
			[]string{"b.json:5: resources[0].method", "b.json:6: resources[1].path"},
		},
		{"no YAML", map[string]string{"b/definition.yaml": "name: B\nkey: [b\nhub: crm\n"}, []string{"b/definition.yaml:"}},
		{"no JSON", map[string]string{"b.json": "{\n\"name\": \"B\",\n}"}, []string{"b.json:3: "}},
		{"a bad model file", map[string]string{"b/definition.yaml": definition("b", "/b"), "b/models.yaml": "x:\n  - [\n"}, []string{"b/models.yaml:"}},
		{"no definition", map[string]string{"b/logo.svg": "<svg/>"}, []string{"b: there is no definition.yaml"}},
		{
			"a hook that is not there",
			map[string]string{"b/definition.yaml": definition("b", "/b") + "    hooks: [{type: preRequest, bodyFile: a.js}]\n"},
			[]string{"b/definition.yaml: GET /b hooks[0]: bodyFile"},
		},
		{"a large picture", map[string]string{"b/definition.yaml": definition("b", "/b"), "b/logo.svg": strings.Repeat(" ", 1<<20)}, []string{"b/logo.svg: is larger"}},
		{"a large file", map[string]string{"b.yaml": strings.Repeat(" ", 10_000_001)}, []string{"b.yaml: is larger than 10 MB"}},
		{"an id of another", map[string]string{"b.yaml": "name: B\nkey: b\nid: 12\n", "a.yaml": "key: a\nid: 12\nname: A\n"}, []string{"b.yaml:3: the id 12 is that of a.yaml"}},
		{"a key of another", map[string]string{"c.yaml": "name: C\nkey: z\n", "b/definition.json": `{"name":"B","key":"z"}`}, []string{`c.yaml:2: the key "z" is that of b/definition.json`}},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			f := newFolder(t)
			f.write("good/definition.yaml", definition("good", "/g"))
			for name, text := range c.files {
				f.write(name, text)
			}
			keys, faults := f.load()
			if !slices.Contains(keys, "good") || len(keys) != len(entriesOf(c.files)) {
				t.Error("in force:", keys)
			}
			if len(faults) != len(c.want) {
				t.Fatalf("faults: %q", faults)
			}
			for i := range faults {
				if !strings.HasPrefix(faults[i], c.want[i]) {
					t.Errorf("fault %q, not %q", faults[i], c.want[i])
				}
			}
		})
	}
}

// entriesOf counts the connectors among files: all but one of them are sound, and there is a good one besides.
func entriesOf(files map[string]string) map[string]bool {
	names := map[string]bool{}
	for name := range files {
		name, _, _ = strings.Cut(name, "/")
		names[name] = true
	}
	return names
}

func TestLinksStayInsideTheFolder(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	outside := newFolder(t)
	outside.write("secret.yaml", definition("secret", "/s"))
	outside.write("secret/definition.yaml", definition("secret", "/s"))
	f.write("..2026/inner/definition.yaml", definition("inner", "/i"))
	f.must(os.Symlink("..2026", filepath.Join(f.dir, "..data")))
	f.must(os.Symlink("..data/inner", filepath.Join(f.dir, "inner")))
	f.must(os.Symlink(filepath.Join(outside.dir, "secret.yaml"), filepath.Join(f.dir, "x.yaml")))
	f.must(os.Symlink(filepath.Join(outside.dir, "secret"), filepath.Join(f.dir, "y")))
	f.must(os.Symlink("nowhere", filepath.Join(f.dir, "z.json")))
	keys, faults := f.load()
	if !slices.Equal(keys, []string{"inner"}) || len(faults) != 3 {
		t.Fatalf("%q %q", keys, faults)
	}
	for i, want := range []string{"x.yaml: ", "y: ", "z.json: "} {
		if !strings.HasPrefix(faults[i], want) {
			t.Errorf("fault %q, not %q", faults[i], want)
		}
	}
}
