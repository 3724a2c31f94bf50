package connector_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"jackfield/internal/connector"
	"jackfield/internal/connector/connectortest"
)

func read(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func tree(t testing.TB, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("not JSON: %v\n%.200s", err, data)
	}
	return v
}

// allowedExtras are the members of exported definitions that the model has no field for.
var allowedExtras = map[string]string{
	"configuration[].di¸splayOrder": "one export misspells displayOrder; it is kept and means nothing",
}

func TestEveryExportedDefinitionIsPrintedAsItWasRead(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, file := range connectortest.Exports(t) {
		data := read(t, file)
		d, err := connector.ParseJSON(data)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		printed, err := json.Marshal(d)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		if path, want, got := firstDifference("$", tree(t, data), tree(t, printed)); path != "" {
			t.Errorf("%s: %s was %.80v and is printed as %.80v", filepath.Base(file), path, want, got)
		}
		for _, extra := range extras("", reflect.ValueOf(d).Elem()) {
			seen[extra] = true
			if allowedExtras[extra] == "" {
				t.Errorf("%s: %s has no field in the model", filepath.Base(file), extra)
			} else {
				t.Logf("%s: %s is kept without a field: %s", filepath.Base(file), extra, allowedExtras[extra])
			}
		}
	}
	for extra := range allowedExtras {
		if !seen[extra] {
			t.Errorf("%s is allow-listed but no definition has it", extra)
		}
	}
}

// extras walks a part and names every member that was kept in Extra.
func extras(path string, v reflect.Value) []string {
	var found []string
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return extras(path, v.Elem())
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct {
			for i := range v.Len() {
				found = append(found, extras(path+"[]", v.Index(i))...)
			}
		}
	case reflect.Struct:
		wire, ok := v.FieldByName("Wire").Interface().(connector.Wire)
		if !ok {
			return nil
		}
		for name := range wire.Extra {
			found = append(found, strings.TrimPrefix(path+"."+name, "."))
		}
		for i := 1; i < v.NumField(); i++ {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			found = append(found, extras(strings.TrimPrefix(path+"."+name, "."), v.Field(i))...)
		}
	}
	return found
}

func firstDifference(path string, want, got any) (string, any, any) {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return path, want, got
		}
		for k := range w {
			if _, there := g[k]; !there {
				return path + "." + k, w[k], "absent"
			}
			if p, a, b := firstDifference(path+"."+k, w[k], g[k]); p != "" {
				return p, a, b
			}
		}
		for k := range g {
			if _, there := w[k]; !there {
				return path + "." + k, "absent", g[k]
			}
		}
		return "", nil, nil
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return path, want, got
		}
		for i := range w {
			if p, a, b := firstDifference(path+"[]", w[i], g[i]); p != "" {
				return p, a, b
			}
		}
		return "", nil, nil
	}
	if !reflect.DeepEqual(want, got) {
		return path, want, got
	}
	return "", nil, nil
}

func BenchmarkReadingExportedDefinitions(b *testing.B) {
	var all [][]byte
	total, resources := 0, 0
	for _, file := range connectortest.Exports(b) {
		data := read(b, file)
		all = append(all, data)
		total += len(data)
		d, err := connector.ParseJSON(data)
		if err != nil {
			b.Fatal(err)
		}
		resources += len(d.Resources)
	}
	b.SetBytes(int64(total))
	b.ReportAllocs()
	for b.Loop() {
		for _, data := range all {
			if _, err := connector.ParseJSON(data); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(resources), "resources/op")
}
