package apidoc_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/go-openapi/loads"
	"github.com/go-openapi/strfmt"
	"github.com/go-openapi/validate"

	"jackfield/internal/apidoc"
	"jackfield/internal/connector"
)

// swaggerErrors are what a validator of Swagger 2.0 that others wrote says against a document: the schema of
// the specification and its rules beyond it, such as unique ids, path parameters and references.
//
// The validator takes the map of definitions for a schema when a definition is called items, and then wants
// it to have a type. Such a definition is called otherwise before it looks.
func swaggerErrors(data []byte) []error {
	data = bytes.ReplaceAll(data, []byte(`"#/definitions/items"`), []byte(`"#/definitions/itemsDefinition"`))
	var root map[string]json.RawMessage
	var defs map[string]json.RawMessage
	if err := json.Unmarshal(data, &root); err != nil {
		return []error{err}
	}
	if err := json.Unmarshal(root["definitions"], &defs); err != nil {
		return []error{err}
	}
	if items, ok := defs["items"]; ok {
		delete(defs, "items")
		defs["itemsDefinition"] = items
		root["definitions"], _ = json.Marshal(defs)
		data, _ = json.Marshal(root)
	}
	doc, err := loads.Analyzed(json.RawMessage(data), "2.0")
	if err != nil {
		return []error{err}
	}
	result, _ := validate.NewSpecValidator(doc.Schema(), strfmt.Default).Validate(doc)
	return result.Errors
}

func mustBeSwagger(t *testing.T, name string, data []byte) {
	t.Helper()
	for i, err := range swaggerErrors(data) {
		if i == 5 {
			t.Errorf("%s: … and more", name)
			return
		}
		t.Errorf("%s is not valid Swagger 2.0: %.400v", name, err)
	}
}

var someOptions = apidoc.Options{BaseURL: "https://jackfield.example:8443"}

func TestEveryExportedDefinitionGivesValidSwagger(t *testing.T) {
	t.Parallel()
	for name, d := range definitions(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := apidoc.Swagger(d, someOptions)
			if err != nil {
				t.Fatal(err)
			}
			mustBeSwagger(t, name, data)
		})
	}
}

// shipped reads the connectors that come with the platform.
func shipped(t testing.TB) map[string]*connector.Definition {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join("..", "..", "connectors", "*", "definition.yaml"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no shipped connectors found: %v", err)
	}
	found := map[string]*connector.Definition{}
	for _, file := range folders {
		folder := filepath.Dir(file)
		d, err := connector.Load(folder)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(folder)] = d
	}
	return found
}

func TestEveryShippedConnectorGivesValidSwagger(t *testing.T) {
	t.Parallel()
	for name, d := range shipped(t) {
		data, err := apidoc.Swagger(d, someOptions)
		if err != nil {
			t.Fatal(err)
		}
		mustBeSwagger(t, name, data)
	}
}
