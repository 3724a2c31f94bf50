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
		strip(one)
		for _, list := range []string{"configuration", "parameters", "hooks", "objects", "models"} {
			stripAll(one[list])
		}
		resources, _ := one["resources"].([]any)
		stripAll(resources)
		for _, resource := range resources {
			if parts, ok := resource.(map[string]any); ok {
				stripAll(parts["parameters"])
				stripAll(parts["hooks"])
				if model, ok := parts["model"].(map[string]any); ok {
					strip(model)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b map[string]any) int {
		return strings.Compare(text(a["key"])+text(a["extended"]), text(b["key"])+text(b["extended"]))
	})
	return all
}

func strip(part map[string]any) {
	for _, name := range []string{"id", "elementId", "resourceId", "createdDate", "updatedDate"} {
		delete(part, name)
	}
}

func stripAll(parts any) {
	list, _ := parts.([]any)
	for _, part := range list {
		if members, ok := part.(map[string]any); ok {
			strip(members)
		}
	}
}

// unordered puts the lists that the directory form sorts into one order.
func unordered(all []map[string]any) []map[string]any {
	for _, one := range all {
		for _, list := range []string{"configuration", "parameters", "hooks"} {
			order(one[list])
		}
		resources, _ := one["resources"].([]any)
		for _, resource := range resources {
			if parts, ok := resource.(map[string]any); ok {
				order(parts["parameters"])
				order(parts["hooks"])
			}
		}
		order(resources)
	}
	return all
}

func order(parts any) {
	list, _ := parts.([]any)
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(text(a), text(b)) })
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
