package connector_test

import (
	"testing"

	"jackfield/internal/connector"
)

func TestALineIsWhereThePartOfAPathBegins(t *testing.T) {
	t.Parallel()
	const written = `name: A
parameter: &id
  name: id
  type: path
resources:
  # the first
  - path: /a
    method: GET
    parameters:
      - *id
  - {path: /b,
     method: PUT}
`
	const compiled = `
{
  "name": "A \"quoted\" {",
  "resources": [
    {"path": "/a", "method": "GET", "parameters": [
      {"name": "id"}
    ]},
    {
      "path": "/b",
      "method": "PUT"
    }
  ]
}`
	for _, c := range []struct {
		path       string
		yaml, json int
	}{
		{"name", 1, 3},
		{"resources", 5, 4},
		{"resources[0]", 7, 5},
		{"resources[0].method", 8, 5},
		{"resources[0].parameters[0].name", 3, 6},
		{"resources[0].parameters[0].vendorName", 10, 6},
		{"resources[0].parameters[7].name", 9, 5},
		{"resources[1].method", 12, 10},
		{"resources[1].kind", 11, 8},
		{"resources[9]", 5, 4},
		{"description", 1, 2},
		{"", 1, 2},
	} {
		if got := connector.LineOf([]byte(written), c.path); got != c.yaml {
			t.Errorf("YAML %q: line %d, not %d", c.path, got, c.yaml)
		}
		if got := connector.LineOf([]byte(compiled), c.path); got != c.json {
			t.Errorf("JSON %q: line %d, not %d", c.path, got, c.json)
		}
	}
	if got := connector.LineOf([]byte("a: [\n"), "a"); got != 0 {
		t.Errorf("a text that cannot be read: line %d", got)
	}
}
