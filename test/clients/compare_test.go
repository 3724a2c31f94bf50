package clients_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// file reads what a client wrote: an array of connectors.
func file(t *testing.T, path string) []map[string]any {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatalf("%s: %v: %s", path, err, short(data))
	}
	return all
}

// bare takes ids and dates away, which an import gives anew: those of the connector and of its parts, and
// nothing deeper, where the words are a provider's. Connectors come in the order of their keys.
func bare(all []map[string]any) []map[string]any {
	for _, one := range all {
		eachPart(one, func(part map[string]any) {
			for _, name := range []string{"id", "elementId", "resourceId", "modelId", "createdDate", "updatedDate"} {
				delete(part, name)
			}
		})
	}
	slices.SortFunc(all, func(a, b map[string]any) int {
		return strings.Compare(text(a["key"])+text(a["private"]), text(b["key"])+text(b["private"]))
	})
	return all
}

// eachPart calls with a connector and with everything in it that the server gives ids or dates to.
func eachPart(one map[string]any, do func(part map[string]any)) {
	do(one)
	for _, list := range []string{"configuration", "parameters", "hooks", "objects", "models", "resources"} {
		for _, part := range parts(one[list]) {
			do(part)
			for _, list := range []string{"parameters", "hooks", "fields"} {
				for _, small := range parts(part[list]) {
					do(small)
				}
			}
		}
	}
}

// parts are the objects of a list; whatever else may stand there has none.
func parts(list any) []map[string]any {
	values, _ := list.([]any)
	var found []map[string]any
	for _, value := range values {
		if part, ok := value.(map[string]any); ok {
			found = append(found, part)
		}
	}
	return found
}

// unordered puts the lists that the directory form sorts into one order.
func unordered(all []map[string]any) []map[string]any {
	for _, one := range all {
		for _, resource := range parts(one["resources"]) {
			order(resource["parameters"])
			order(resource["hooks"])
		}
		for _, list := range []string{"configuration", "parameters", "hooks", "resources"} {
			order(one[list])
		}
	}
	return all
}

func order(list any) {
	values, _ := list.([]any)
	slices.SortFunc(values, func(a, b any) int { return strings.Compare(text(a), text(b)) })
}

// text is a value as JSON with sorted members.
func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // it came from JSON
	}
	return string(data)
}

// same says in which connectors two downloads differ.
func same(t *testing.T, what string, before, after []map[string]any) {
	t.Helper()
	if len(before) == 0 {
		t.Errorf("%s: there is nothing to compare", what)
	}
	if want, got := keys(before), keys(after); !slices.Equal(want, got) {
		t.Fatalf("%s: before %v, after %v", what, want, got)
	}
	for i := range before {
		if diff := cmp.Diff(before[i], after[i]); diff != "" {
			t.Errorf("%s: %v differs (-before +after):\n%s", what, before[i]["key"], short([]byte(diff)))
		}
	}
}

func keys(all []map[string]any) []string {
	var found []string
	for _, one := range all {
		found = append(found, text(one["key"]))
	}
	slices.Sort(found)
	return found
}
