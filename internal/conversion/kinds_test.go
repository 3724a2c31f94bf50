package conversion_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"jackfield/internal/conversion"

	"go.yaml.in/yaml/v3"
)

// TestValuesOfAnyKindInAnyPlaceAreMendedOrRefused puts a value of another kind into every place of the
// project's own documents, one at a time. Whatever comes of it is sound, and nothing panics: the
// library would take the process with it.
func TestValuesOfAnyKindInAnyPlaceAreMendedOrRefused(t *testing.T) {
	t.Parallel()
	replacements := []string{
		`null`, `true`, `5`, `"x"`, `[]`, `{}`, `[null]`, `[{"a":[1]}]`, `{"$ref":"#/definitions/Pet"}`, `{"$ref":"#/components/schemas/Visit"}`,
		`{"x":{"y":"z"}}`, `"#/definitions/Pet"`, `{"$ref":{}}`, `""`, `-1e300`, `{"type":"object","properties":{"a":{"$ref":"#"}}}`,
	}
	every := 1
	if !*thorough {
		every = 7 // of 16 replacements: places and replacements get out of step, so all kinds occur
	}
	converted, refused, turn := 0, 0, 0
	for _, file := range []string{"petshop-swagger2.json", "clinic-openapi30.yaml", "radio-openapi31.json"} {
		var document any
		if err := yaml.Unmarshal(read(t, "testdata/"+file), &document); err != nil {
			t.Fatal(err)
		}
		walk(document, func(at string, replace func(any)) {
			for _, text := range replacements {
				if turn++; turn%every != 0 {
					continue
				}
				var value any
				if err := json.Unmarshal([]byte(text), &value); err != nil {
					t.Fatal(err)
				}
				replace(value)
				changed, err := json.Marshal(document)
				if err != nil {
					t.Fatal(err)
				}
				d, _, err := conversion.ConvertWithNotes("", changed)
				if err != nil {
					refused++
					continue
				}
				converted++
				for _, p := range d.Validate() {
					if p.Severity > 0 {
						t.Errorf("%s: %s = %s: %s", file, at, text, p)
					}
				}
				soundModels(t, d)
				if t.Failed() {
					t.Fatalf("%s: %s = %s", file, at, text)
				}
			}
		})
	}
	if converted < 4*refused || refused == 0 {
		t.Errorf("%d converted, %d refused: most mistakes should be mended", converted, refused)
	}
}

// walk visits every value of a document with a function that replaces it; the value comes back when
// the visit is over.
func walk(value any, visit func(at string, replace func(any))) {
	var step func(at string, value any)
	step = func(at string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for name, old := range v {
				visit(at+"."+name, func(other any) { v[name] = other })
				v[name] = old
				step(at+"."+name, old)
			}
		case []any:
			for i, old := range v {
				visit(fmt.Sprintf("%s[%d]", at, i), func(other any) { v[i] = other })
				v[i] = old
				step(fmt.Sprintf("%s[%d]", at, i), old)
			}
		}
	}
	step("", value)
}
