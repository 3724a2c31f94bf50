package metadata_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"jackfield/internal/connector"
	"jackfield/internal/connector/connectortest"
	"jackfield/internal/fault"
	"jackfield/internal/metadata"
)

// exported reads the real exported definitions, see connectortest.
func exported(t testing.TB) map[string]*connector.Definition {
	t.Helper()
	all := map[string]*connector.Definition{}
	for _, file := range connectortest.Exports(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := connector.ParseJSON(data)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[filepath.Base(file)] = d
	}
	return all
}

func TestEveryExportedDefinitionTellsItsObjectsAndFields(t *testing.T) {
	t.Parallel()
	described, withFields := 0, 0
	for file, d := range exported(t) {
		names := metadata.Objects(d)
		for _, name := range names {
			described++
			if got, ok := metadata.Resolve(d, name); !ok || got != name {
				t.Errorf("%s: %s resolves to %q, %v", file, name, got, ok)
			}
			body, err := metadata.Fields(d, name, false)
			if err != nil {
				t.Errorf("%s: %s: %v", file, name, err)
				continue
			}
			var answer struct{ Fields []map[string]any }
			if err := json.Unmarshal(body, &answer); err != nil {
				t.Errorf("%s: %s: %v", file, name, err)
			}
			if len(answer.Fields) > 0 {
				withFields++
			}
			for _, f := range answer.Fields {
				if f["type"] == "" || f["type"] == nil || f["vendorPath"] == "" || f["vendorPath"] == nil {
					t.Errorf("%s: %s has a field without type or path: %v", file, name, f)
				}
			}
		}
		detailed := metadata.DetailedObjects(d)
		if len(detailed) < len(names) {
			t.Errorf("%s: %d names but %d detailed objects", file, len(names), len(detailed))
		}
	}
	t.Logf("%d objects, %d of them with fields", described, withFields)
	if withFields*10 < described*7 {
		t.Errorf("only %d of %d objects have fields", withFields, described)
	}
}

func BenchmarkFieldsOfEveryExportedObject(b *testing.B) {
	all := exported(b)
	for b.Loop() {
		for _, d := range all {
			for _, name := range metadata.Objects(d) {
				if _, err := metadata.Fields(d, name, false); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

func FuzzDefinitions(f *testing.F) {
	for _, name := range []string{"orders.json", "members.json"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(fmt.Sprintf(elementModel, true, "Things", "fields")))
	f.Add([]byte(`{"objectMetadata":{"a":{"fields":[{"path":"x"}]}},"elementMetadata":{"bulk":{"upload":1}},"configuration":[{"key":"event.metadata","defaultValue":"{\"polling\":{\"a\":1}}"}],"resources":[{"path":"/a","method":"GET"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := connector.ParseJSON(data)
		if err != nil {
			return
		}
		if _, err := metadata.Element(d, true); err != nil {
			t.Error(err)
		}
		for _, o := range metadata.DetailedObjects(d) {
			body, err := metadata.Fields(d, o.Name, false)
			if err != nil && !fault.Is(err, fault.Invalid) {
				t.Errorf("%v: %v", o, err)
			}
			if err == nil && !json.Valid(body) {
				t.Errorf("%v: %s", o, body)
			}
		}
	})
}
