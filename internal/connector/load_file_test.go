package connector_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jackfield/internal/connector"
)

// write makes files below a folder, with the folders they need.
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

func TestEveryFormOfADefinitionIsLoadedFromItsPath(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, map[string]string{
		"a.json":                    "\xef\xbb\xbf {\"name\":\"N\",\"hooks\":[{\"type\":\"event\",\"body\":\"b\"}]}",
		"a.yaml":                    "name: N\nhooks: [{type: event, body: b}]",
		"a.txt":                     "# a comment\nname: N\nhooks: [{type: event, body: b}]",
		"own/definition.yaml":       "name: N\nhooks: [{type: event, bodyFile: x.js}]",
		"own/hooks/x.js":            "b",
		"compiled/definition.json":  `{"name":"N","hooks":[{"type":"event","bodyFile":"x.js"}]}`,
		"compiled/hooks/x.js":       "b",
		"doctor/element.json":       `{"name":"N","hooks":[{"type":"event"}]}`,
		"doctor/eventHook.js":       "b",
		"doctor/resources/stray.js": "ignored",
	})
	for _, name := range []string{"a.json", "a.yaml", "a.txt", "own", "compiled", "doctor", "own/definition.yaml", "compiled/definition.json"} {
		d, err := connector.Load(filepath.Join(root, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if text, err := d.MarshalJSON(); err != nil || string(text) != `{"name":"N","hooks":[{"type":"event","body":"b"}]}` {
			t.Errorf("%s: %s %v", name, text, err)
		}
		if connector.IsFolder(filepath.Join(root, name)) == strings.Contains(name, ".") { // a file is none
			t.Errorf("%s: IsFolder is wrong", name)
		}
	}
}

func TestAPathThatHoldsNoDefinitionIsRefused(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, map[string]string{
		"secret.js":                     "outside",
		"empty/README.md":               "",
		"large.json":                    `{"name":"` + strings.Repeat("x", connector.MaxDocument) + `"}`,
		"escape/element.json":           `{"name":"N","hooks":[{"type":"event"}]}`,
		"upwards/definition.yaml":       "name: N\nhooks: [{type: event, bodyFile: x.js}]",
		"upwards/hooks/other.js":        "",
		"largeDoctor/element.json":      `{"name":"N","hooks":[{"type":"event"},{"type":"preRequest"}]}`,
		"largeDoctor/eventHook.js":      strings.Repeat("x", 6_000_000),
		"largeDoctor/preRequestHook.js": strings.Repeat("x", 6_000_000),
	})
	for _, link := range [][2]string{{"../secret.js", "escape/eventHook.js"}, {"../../secret.js", "upwards/hooks/x.js"}} {
		if err := os.Symlink(link[0], filepath.Join(root, link[1])); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"missing":     "no such file",
		"empty":       "there is no definition.yaml",
		"large.json":  "large.json is larger than the limit of 10 MB",
		"escape":      "path escapes from parent",
		"upwards":     "path escapes from parent",
		"largeDoctor": "the limit is 10 MB",
	} {
		if _, err := connector.Load(filepath.Join(root, name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %.300v, want %q", name, err, want)
		}
	}
}
