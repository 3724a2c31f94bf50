package conversion_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jackfield/internal/connector"
	"jackfield/internal/conversion"

	"github.com/google/go-cmp/cmp"
)

var (
	update   = flag.Bool("update", false, "write the golden files anew")
	thorough = flag.Bool("thorough", false, "put every kind of value into every place")
)

// documents are the project's own descriptions, one file each under testdata.
func documents(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	return files
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEveryDocumentBecomesTheDefinitionOfItsGoldenFile(t *testing.T) {
	t.Parallel()
	for _, file := range documents(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			d, notes, err := conversion.ConvertWithNotes("", read(t, file))
			if err != nil {
				t.Fatal(err)
			}
			sound(t, d)
			lines := []string{}
			for _, n := range notes {
				lines = append(lines, n.String())
			}
			var got bytes.Buffer
			e := json.NewEncoder(&got)
			e.SetEscapeHTML(false)
			e.SetIndent("", " ")
			if err := e.Encode(map[string]any{"notes": lines, "definition": d}); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "golden", filepath.Base(file)+".json")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(read(t, golden)), got.String()); diff != "" {
				t.Errorf("differs from %s (-want +got); run with -update when the change is meant:\n%s", golden, diff)
			}
		})
	}
}

// sound checks what every result must be: free of errors, and the same after it was printed and read.
func sound(t testing.TB, d *connector.Definition) {
	t.Helper()
	for _, p := range d.Validate() {
		t.Errorf("the result does not validate: %s", p)
	}
	if d.Name == "" || d.Description == "" || d.Key == "" || d.Authentication.Type == "" || len(d.Resources) == 0 {
		t.Errorf("the result lacks name, description, key, authentication or resources")
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	again, err := connector.ParseJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(again)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, second) {
		t.Errorf("the result changes when it is read again")
	}
	if _, err := d.Files(); err != nil {
		t.Errorf("the folder form: %v", err)
	}
	soundModels(t, d)
}

// soundModels checks the models and samples of all resources.
func soundModels(t testing.TB, d *connector.Definition) {
	t.Helper()
	for i := range d.Resources {
		r := &d.Resources[i]
		if r.Response != nil && r.Response.SampleData != "" && !json.Valid([]byte(r.Response.SampleData)) {
			t.Errorf("%s %s: the sample is not JSON: %s", r.Method, r.Path, r.Response.SampleData)
		}
		if r.Model == nil {
			continue
		}
		definitionsHold(t, r.Method+" "+r.Path, r.Model.Name, r.Model.Swagger)
		if r.Model.RequestName != "" {
			definitionsHold(t, r.Method+" "+r.Path+" request", r.Model.RequestName, r.Model.RequestSwagger)
		}
	}
}

// definitionsHold checks that a model is there and that every type in it is.
func definitionsHold(t testing.TB, where, name string, raw json.RawMessage) {
	t.Helper()
	var definitions map[string]any
	if err := json.Unmarshal(raw, &definitions); err != nil {
		t.Errorf("%s: %v", where, err)
		return
	}
	if len(definitions) > 0 && definitions[name] == nil {
		t.Errorf("%s: the model has no definition %s", where, name)
	}
	known := strings.Fields("object array string integer number boolean unknown")
	var walk func(path string, v any)
	walk = func(path string, v any) {
		m, ok := v.(map[string]any)
		if !ok {
			return
		}
		if kind, ok := m["type"].(string); ok {
			if !contains(known, kind) && definitions[kind] == nil {
				t.Errorf("%s: %s: the type %s is not defined", where, path, kind)
			}
		}
		if ref, ok := m["$ref"].(string); ok && definitions[ref] == nil {
			t.Errorf("%s: %s: $ref %s is not defined", where, path, ref)
		}
		if properties, ok := m["properties"].(map[string]any); ok {
			for k, p := range properties {
				walk(path+"."+k, p)
			}
		}
		walk(path+"[]", m["items"])
	}
	for k, d := range definitions {
		walk(k, d)
	}
}

func contains(list []string, text string) bool {
	for _, one := range list {
		if one == text {
			return true
		}
	}
	return false
}
