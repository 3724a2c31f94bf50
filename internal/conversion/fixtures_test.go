package conversion_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"jackfield/internal/connector/connectortest"
	"jackfield/internal/conversion"
)

func TestRealSwaggerDocumentsConvert(t *testing.T) {
	t.Parallel()
	for _, file := range connectortest.Documents(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data := read(t, file)
			d, notes, err := conversion.ConvertWithNotes("swagger", data)
			if err != nil {
				t.Fatal(err)
			}
			sound(t, d)
			var document struct {
				Info  struct{ Title string }
				Paths map[string]map[string]json.RawMessage
			}
			if err := json.Unmarshal(data, &document); err != nil {
				t.Fatal(err)
			}
			operations := 0
			for _, path := range document.Paths {
				for _, method := range []string{"get", "post", "put", "patch", "delete"} {
					if path[method] != nil {
						operations++
					}
				}
			}
			if d.Name != document.Info.Title || len(d.Resources) != operations {
				t.Errorf("%q with %d resources, want %q with %d", d.Name, len(d.Resources), document.Info.Title, operations)
			}
			t.Logf("%d resources, %d notes", len(d.Resources), len(notes))
			for _, n := range notes[:min(len(notes), 5)] {
				t.Logf("  %s", n)
			}
		})
	}
}
