package wire_test

import (
	"io/fs"
	"testing"

	"jackfield/connectors"
)

// Everything that clients read of a connector before they call it is there for each shipped one.
func TestEveryShippedConnectorDocumentsItself(t *testing.T) {
	t.Parallel()
	h := build(t, everything)
	entries, err := fs.ReadDir(connectors.FS(), ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		key := entry.Name()
		var doc struct {
			Swagger     string
			Paths       map[string]map[string]any
			Definitions map[string]any
		}
		h.do(request{path: "/elements/" + key + "/docs"}).want(200).into(&doc)
		if doc.Swagger != "2.0" || len(doc.Paths) < 10 || len(doc.Definitions) < 3 {
			t.Errorf("%s: Swagger %s has %d paths and %d definitions", key, doc.Swagger, len(doc.Paths), len(doc.Definitions))
		}
		h.do(request{path: "/elements/" + key + "/metadata"}).want(200, `"key":"`+key+`"`)
		var types struct{ Options []struct{ Value string } }
		h.do(request{path: "/elements/" + key + "/authentication-types"}).want(200).into(&types)
		if len(types.Options) == 0 {
			t.Errorf("%s has no type of authentication", key)
		}
		for _, option := range types.Options {
			var asked []struct {
				Key      string
				Required bool
			}
			h.do(request{path: "/elements/" + key + "/authentication-types/" + option.Value + "/configurations"}).want(200).into(&asked)
			if len(asked) == 0 {
				t.Errorf("%s asks for nothing with %s", key, option.Value)
			}
		}
	}
}
