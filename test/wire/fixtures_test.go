package wire_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"jackfield/internal/connector/connectortest"

	"github.com/google/go-cmp/cmp"
)

// anew makes a connector of another system comparable: ids, dates and owners are of that system.
func anew(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = anew(v[i])
		}
	case map[string]any:
		for _, name := range []string{"id", "elementId", "resourceId", "ownerAccountId", "createdDate", "updatedDate", "modelId", "objectId"} {
			delete(v, name)
		}
		if _, isHook := v["isLegacy"]; isHook && v["body"] == nil {
			v["body"] = "" // an export always has it
		}
		for name := range v {
			v[name] = anew(v[name])
		}
	}
	return value
}

func tree(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v: %s", err, short(text))
	}
	return v
}

func TestEveryExportedConnectorIsImportedAndExportedUnchanged(t *testing.T) {
	t.Parallel()
	h := build(t)
	for _, file := range connectortest.Exports(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		made := h.do(request{method: "POST", path: "/elements", body: string(text)})
		if made.status != 200 {
			t.Errorf("%s: %d %s", name, made.status, short(made.body))
			continue
		}
		shown := tree(t, made.body)
		key := shown["key"].(string)
		exported := h.do(request{path: "/elements/" + key + "/export"}).want(200)
		want, got := anew(tree(t, text)).(map[string]any), anew(tree(t, exported.body)).(map[string]any)
		if _, given := want["private"]; !given {
			want["private"] = true // what an account imports is its own (reference/clients.md §3)
		}
		if difference := cmp.Diff(want, got); difference != "" {
			t.Errorf("%s is exported otherwise (-was +is):\n%s", name, difference)
		}
		h.do(request{method: "PUT", path: "/elements/" + key, body: string(exported.body)}).want(200)
		again := anew(tree(t, h.do(request{path: "/elements/" + key + "/export"}).want(200).body))
		if difference := cmp.Diff(any(got), again); difference != "" {
			t.Errorf("%s after PUT of its export (-was +is):\n%s", name, difference)
		}
		h.do(request{path: "/elements/" + key + "/metadata", query: url.Values{"expand": {"true"}}}).want(200, `"events"`)
		h.do(request{path: "/elements/" + key + "/docs"}).want(200, `"swagger":"2.0"`)
		h.do(request{path: "/elements/" + key + "/docs?format=openapi"}).want(200, `"openapi":"3.1`)
		h.instantiate(shown)
		h.do(request{method: "DELETE", path: "/elements/" + key}).want(200)
	}
}

// instantiate makes an instance of a connector with placeholders for what is required, where its type needs no provider,
// and deletes it again. A connector that asks its provider before it accepts an instance is left out.
func (h *house) instantiate(element map[string]any) {
	h.t.Helper()
	kind := element["authentication"].(map[string]any)["type"]
	if kind != "custom" && kind != "basic" && kind != "apiKey" {
		return
	}
	for _, r := range element["resources"].([]any) {
		switch r.(map[string]any)["type"] {
		case "onProvision", "provisionAuthValidation", "onDelete", "onDeleteWebhook":
			return
		}
	}
	configuration := map[string]string{}
	for _, entry := range element["configuration"].([]any) {
		entry := entry.(map[string]any)
		if value, _ := entry["defaultValue"].(string); entry["required"] == true && value == "" {
			configuration[entry["key"].(string)] = "placeholder"
		}
	}
	body, err := json.Marshal(map[string]any{"name": "Placeholder", "element": map[string]any{"key": element["key"]}, "configuration": configuration})
	if err != nil {
		h.t.Fatal(err)
	}
	var i made
	h.do(request{method: "POST", path: "/instances", body: string(body)}).want(200).into(&i)
	h.do(request{path: "/instances/" + strconv.FormatInt(i.ID, 10) + "/docs"}).want(200, `"swagger":"2.0"`)
	h.do(request{path: "/hubs/general/objects", token: i.Token}).want(200)
	h.do(request{method: "DELETE", path: "/instances/" + strconv.FormatInt(i.ID, 10)}).want(200)
}
