package apidoc_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jackfield/internal/apidoc"
	"jackfield/internal/connector"
	"jackfield/internal/connector/connectortest"
)

// pair is an exported definition and what the original generated from it.
type pair struct {
	name       string
	definition *connector.Definition
	original   map[string]any

	requestOnly map[string]bool // see requestOnly
}

// definitions reads every exported definition, by the name of its file.
func definitions(t testing.TB) map[string]*connector.Definition {
	t.Helper()
	found := map[string]*connector.Definition{}
	for _, file := range connectortest.Exports(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := connector.ParseJSON(data)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		found[strings.TrimSuffix(filepath.Base(file), ".json")] = d
	}
	return found
}

func pairs(t testing.TB) []pair {
	t.Helper()
	all := definitions(t)
	var found []pair
	for _, name := range slices.Sorted(maps.Keys(all)) {
		data, err := os.ReadFile(filepath.Join(connectortest.Root(t), "swagger", name+".json"))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, pair{name, all[name], tree(t, data), requestOnly(all[name])})
	}
	if len(found) == 0 {
		t.Skipf("NO FIXTURES: no generated documents in %s", connectortest.Root(t))
	}
	return found
}

func tree(t testing.TB, data []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("not a JSON object: %v\n%.300s", err, data)
	}
	return v
}

// Kinds of facts that are compared, each counted by itself so that many of one cannot hide few of another.
const (
	factOperation  = "operations"
	factParameter  = "parameters"
	factDefinition = "definitions"
	factProperty   = "properties"
	factAnswer     = "answers"
	factTag        = "tags"
)

// facts breaks a document into single statements, each of which either agrees or does not.
func facts(doc map[string]any) map[string]map[string]bool {
	found := map[string]map[string]bool{}
	state := func(kind, format string, args ...any) {
		if found[kind] == nil {
			found[kind] = map[string]bool{}
		}
		found[kind][fmt.Sprintf(format, args...)] = true
	}
	paths, _ := doc["paths"].(map[string]any)
	for path, item := range paths {
		for method, o := range item.(map[string]any) {
			op, call := o.(map[string]any), method+" "+path
			state(factOperation, "%s is %v", call, op["operationId"])
			for _, tag := range list(op["tags"]) {
				state(factTag, "%s has tag %v", call, tag)
			}
			for _, p := range list(op["parameters"]) {
				q := p.(map[string]any)
				state(factParameter, "%s: %v in %v type=%v required=%v", call, q["name"], q["in"], q["type"], q["required"] == true)
			}
			responses, _ := op["responses"].(map[string]any)
			ok, _ := responses["200"].(map[string]any)
			state(factAnswer, "%s: %v, 200 is %s", call, slices.Sorted(maps.Keys(responses)), shape(ok["schema"]))
		}
	}
	defs, _ := doc["definitions"].(map[string]any)
	for name, def := range defs {
		state(factDefinition, "%s", name)
		d, _ := def.(map[string]any)
		properties, _ := d["properties"].(map[string]any)
		for property, p := range properties {
			state(factProperty, "%s.%s: %s", name, property, shape(p))
		}
	}
	return found
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// shape is what a schema says of a value, without samples and texts.
func shape(v any) string {
	s, ok := v.(map[string]any)
	if !ok {
		return "nothing"
	}
	if ref, ok := s["$ref"].(string); ok {
		return ref[strings.LastIndexByte(ref, '/')+1:]
	}
	if s["type"] == "array" {
		if _, described := s["items"].(map[string]any); !described {
			return "array of nothing"
		}
		return "array of " + shape(s["items"])
	}
	return fmt.Sprint(s["type"])
}

func TestDocumentsAgreeWithWhatTheOriginalGenerated(t *testing.T) {
	t.Parallel()
	const wanted = 98.0
	agree, all := map[string]int{}, map[string]int{}
	var differences, excused []string
	for _, p := range pairs(t) {
		data, err := apidoc.Swagger(p.definition, apidoc.Options{BaseURL: "https://localhost:8080"})
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
			continue
		}
		want, got := facts(p.original), facts(tree(t, data))
		for kind := range want {
			for _, side := range []struct {
				facts, other map[string]bool
				mark         string
			}{{want[kind], got[kind], "-"}, {got[kind], want[kind], "+"}} {
				for _, fact := range slices.Sorted(maps.Keys(side.facts)) {
					switch reason := exception(p, kind, side.mark, fact); {
					case side.other[fact]:
						if side.mark == "-" {
							agree[kind]++
							all[kind]++
						}
					case reason != "":
						excused = append(excused, fmt.Sprintf("%s %s %s: %s", side.mark, p.name, fact, reason))
					default:
						all[kind]++
						differences = append(differences, fmt.Sprintf("%s %s %s: %s", side.mark, p.name, kind, fact))
					}
				}
			}
		}
	}
	const shown = 60
	for _, d := range differences[:min(shown, len(differences))] {
		t.Log(d)
	}
	if len(differences) > shown {
		t.Logf("… and %d more differences", len(differences)-shown)
	}
	counts := map[string]int{}
	for _, e := range excused {
		counts[e[strings.LastIndex(e, ": ")+2:]]++
	}
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%4d not counted: %s", counts[reason], reason)
	}
	total, ofAll := 0, 0
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		share := 100 * float64(agree[kind]) / float64(all[kind])
		t.Logf("%-11s %6d of %6d agree, %.2f %%", kind, agree[kind], all[kind], share)
		if share < wanted {
			t.Errorf("%s: %.2f %% agree, wanted %.0f %%", kind, share, wanted)
		}
		total, ofAll = total+agree[kind], ofAll+all[kind]
	}
	share := 100 * float64(total) / float64(max(1, ofAll))
	t.Logf("all         %6d of %6d agree, %.2f %%", total, ofAll, share)
	if share < wanted {
		t.Errorf("%.2f %% agree, wanted %.0f %%", share, wanted)
	}
}

// exception names why a difference is meant to be one, "" when it is not. The mark is "-" for a fact that
// only the original states and "+" for one that only we state.
func exception(p pair, kind, mark, fact string) string {
	call, rest, _ := strings.Cut(fact, ": ")
	_, path, _ := strings.Cut(call, " ")
	switch {
	case kind == factParameter && mark == "+" && strings.Contains(rest, " in path ") && lacksPathParameter(p, call, rest):
		return "the original leaves out a variable of the path that the definition has no parameter for, which Swagger forbids"
	case kind == factParameter && mark == "-" && strings.Contains(rest, " in formData ") && strings.Contains(path, "{"+strings.Fields(rest)[0]+"}"):
		return "the original shows a variable of the path as a form field, which Swagger forbids"
	case kind == factParameter && strings.Contains(rest, " in body type=") && mark == "-" && !strings.Contains(rest, "<nil>"):
		return "the original gives a body a type beside its schema, which Swagger forbids"
	case kind == factParameter && strings.Contains(rest, " in body type=<nil>") && mark == "+" && originalBodyIsTyped(p, call):
		return "the original gives a body a type beside its schema, which Swagger forbids"
	case kind == factProperty && strings.Contains(rest, "array of nothing"), kind == factProperty && strings.Contains(rest, "array of <nil>"):
		return "the original leaves out what an array holds, which Swagger forbids"
	case kind == factProperty && danglingInOriginal(p, fact):
		return "the original refers to a definition that it does not have"
	case kind == factDefinition && mark == "+" && p.requestOnly[fact]:
		return "the original forgets the request model of a resource without a response model, and its body refers to nothing"
	case kind == factAnswer && requestOnlyAnswer(p, call):
		return "the original forgets the request model of a resource without a response model, and its body refers to nothing"
	case kind == factParameter && mark == "-" && strings.Contains(rest, " in path ") && !strings.Contains(path, "{"+strings.Fields(rest)[0]+"}"):
		return "the original shows a path parameter that the path does not have, which Swagger forbids"
	case kind == factProperty && mark == "+" && p.requestOnly[call[:max(0, strings.LastIndexByte(call, '.'))]]:
		return "the original forgets the request model of a resource without a response model, and its body refers to nothing"
	case older(p) && newer(kind, fact):
		return "an older version of the original, before element ids stood in info"
	}
	return ""
}

// requestOnlyAnswer reports whether the model that a resource answers with is one of those.
func requestOnlyAnswer(p pair, call string) bool {
	for i := range p.definition.Resources {
		r := &p.definition.Resources[i]
		if r.Model != nil && strings.ToLower(r.Method)+" "+connector.RelativePath(r.Path) == call {
			return p.requestOnly[r.Model.Name]
		}
	}
	return false
}

// older reports whether the original's document is of the time before info named the element.
func older(p pair) bool {
	info, _ := p.original["info"].(map[string]any)
	return info["x-element-id"] == nil
}

// newer reports whether a fact is one that the later version of the original changed.
func newer(kind, fact string) bool {
	switch kind {
	case factParameter:
		return strings.Contains(fact, "Elements-Version in header")
	case factProperty:
		return strings.HasPrefix(fact, "Pong.valid") || strings.HasPrefix(fact, "BulkQuery.") || strings.HasPrefix(fact, "BulkJobList.")
	}
	return false
}

func originalOperation(p pair, call string) map[string]any {
	method, path, _ := strings.Cut(call, " ")
	paths, _ := p.original["paths"].(map[string]any)
	item, _ := paths[path].(map[string]any)
	op, _ := item[method].(map[string]any)
	return op
}

func lacksPathParameter(p pair, call, parameter string) bool {
	name := strings.Fields(parameter)[0]
	return !slices.ContainsFunc(list(originalOperation(p, call)["parameters"]), func(q any) bool {
		return q.(map[string]any)["name"] == name && q.(map[string]any)["in"] == "path"
	})
}

func originalBodyIsTyped(p pair, call string) bool {
	return slices.ContainsFunc(list(originalOperation(p, call)["parameters"]), func(q any) bool {
		return q.(map[string]any)["in"] == "body" && q.(map[string]any)["type"] != nil
	})
}

func danglingInOriginal(p pair, fact string) bool {
	defs := p.original["definitions"].(map[string]any)
	name, rest, _ := strings.Cut(fact, ".")
	property, _, _ := strings.Cut(rest, ": ")
	d, _ := defs[name].(map[string]any)
	properties, _ := d["properties"].(map[string]any)
	s, _ := properties[property].(map[string]any)
	if items, ok := s["items"].(map[string]any); ok {
		s = items
	}
	ref, ok := s["$ref"].(string)
	return ok && defs[strings.TrimPrefix(ref, "#/definitions/")] == nil
}

// requestOnly lists the definitions that occur only in request models of resources without a response model.
func requestOnly(d *connector.Definition) map[string]bool {
	only, elsewhere := map[string]bool{}, map[string]bool{}
	for i := range d.Resources {
		m := d.Resources[i].Model
		if m == nil {
			continue
		}
		var request, response map[string]any
		_ = json.Unmarshal(m.RequestSwagger, &request)
		_ = json.Unmarshal(m.Swagger, &response)
		for name := range request {
			if len(response) == 0 {
				only[name] = true
			} else {
				elsewhere[name] = true
			}
		}
		for name := range response {
			elsewhere[name] = true
		}
	}
	for name := range elsewhere {
		delete(only, name)
	}
	return only
}
