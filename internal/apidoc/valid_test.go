package apidoc_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/go-openapi/loads"
	"github.com/go-openapi/strfmt"
	"github.com/go-openapi/validate"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi/datamodel"

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

// ownPart is a document without the operations and definitions that every connector has, which are checked
// once: a validator spends most of its time on them. A connector whose definitions meddle with the
// platform's is left whole.
func ownPart(t testing.TB, d *connector.Definition, data []byte) []byte {
	t.Helper()
	bare, err := apidoc.Swagger(&connector.Definition{Key: "bare"}, someOptions)
	if err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	doc, standing := tree(t, data), tree(t, bare)
	for name := range standing["definitions"].(map[string]any) {
		if bytes.Contains(written, []byte(`"`+name+`"`)) {
			return data
		}
		delete(doc["definitions"].(map[string]any), name)
	}
	for path, item := range standing["paths"].(map[string]any) {
		if reflect.DeepEqual(doc["paths"].(map[string]any)[path], item) {
			delete(doc["paths"].(map[string]any), path)
		}
	}
	if len(danglingReferences(t, must(json.Marshal(doc)))) > 0 {
		return data // an operation of the platform is there in another form
	}
	return must(json.Marshal(doc))
}

func TestWhatEveryConnectorHasIsValid(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"key":"bare"}`, `{"key":"bulk","bulkDownloadEnabled":true,"bulkUploadEnabled":true,"objects":[{"name":"a","hulkDownloadEnabled":true}],"configuration":[{"key":"allow.select.fields","defaultValue":"true"}]}`} {
		data, err := apidoc.Swagger(parse(t, text), someOptions)
		if err != nil {
			t.Fatal(err)
		}
		mustBeSwagger(t, text, data)
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
			mustBeSwagger(t, name, ownPart(t, d, data))
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

// openapiErrors are what a validator of OpenAPI that others wrote says against a document: whether it can be
// read as a whole, references included, and whether it keeps the schema of OpenAPI 3.1.
func openapiErrors(data []byte) []error {
	quiet := datamodel.NewDocumentConfiguration()
	quiet.Logger = slog.New(slog.DiscardHandler)
	doc, err := libopenapi.NewDocumentWithConfiguration(data, quiet)
	if err != nil {
		return []error{err}
	}
	if _, err := doc.BuildV3Model(); err != nil {
		return []error{err}
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		return errs
	}
	valid, found := v.ValidateDocument()
	if valid {
		return nil
	}
	for _, e := range found {
		for _, detail := range e.SchemaValidationErrors {
			errs = append(errs, fmt.Errorf("%s at %s", detail.Reason, detail.FieldPath))
		}
		errs = append(errs, e)
	}
	return errs
}

func mustBeOpenAPI(t *testing.T, name string, data []byte) {
	t.Helper()
	for i, err := range openapiErrors(data) {
		if i == 5 {
			t.Errorf("%s: … and more", name)
			return
		}
		t.Errorf("%s is not valid OpenAPI 3.1: %.400v", name, err)
	}
}

func TestEveryExportedDefinitionGivesValidOpenAPIWithTheSameOperations(t *testing.T) {
	t.Parallel()
	sameOperations(t, definitions(t))
}

func TestShippedAndBrokenDefinitionsGiveValidOpenAPIWithTheSameOperations(t *testing.T) {
	t.Parallel()
	all := shipped(t)
	for name, text := range broken {
		all[name] = parse(t, text)
	}
	sameOperations(t, all)
}

// sameOperations compares the two forms of each document and has the OpenAPI one validated.
func sameOperations(t *testing.T, all map[string]*connector.Definition) {
	t.Helper()
	for name, d := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := apidoc.OpenAPI(d, someOptions)
			if err != nil {
				t.Fatal(err)
			}
			mustBeOpenAPI(t, name, data)
			two, err := apidoc.Swagger(d, someOptions)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := calls(tree(t, two)), calls(tree(t, data)); !slices.Equal(a, b) {
				t.Errorf("Swagger has %d operations, OpenAPI %d, or they differ:\n%v\n%v", len(a), len(b), a, b)
			}
			if a, b := len(tree(t, two)["definitions"].(map[string]any)), len(tree(t, data)["components"].(map[string]any)["schemas"].(map[string]any)); a != b {
				t.Errorf("%d definitions became %d schemas", a, b)
			}
		})
	}
}

// calls lists method, path and id of every operation.
func calls(doc map[string]any) []string {
	var found []string
	for path, item := range doc["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			found = append(found, fmt.Sprint(method, " ", path, " ", op.(map[string]any)["operationId"]))
		}
	}
	slices.Sort(found)
	return found
}

func TestTheValidatorsSeeWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{
		`{"swagger":"2.0","info":{"title":"t","version":"1"},"definitions":{},"paths":{"/a/{id}":{"get":{"responses":{"200":{"description":""}}}}}}`,
		`{"swagger":"2.0","info":{"title":"t","version":"1"},"definitions":{},"paths":{"/a":{"get":{"responses":{"200":{"description":"","schema":{"$ref":"#/definitions/none"}}}}}}}`,
		`{"swagger":"2.0","info":{"title":"t","version":"1"},"definitions":{"a":{"type":"nowhere"}},"paths":{}}`,
	} {
		if len(swaggerErrors([]byte(wrong))) == 0 {
			t.Errorf("nothing is said against %s", wrong)
		}
	}
	for _, wrong := range []string{
		`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a":{"get":{"responses":{"200":{}}}}}}`,
		`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a":{"get":{"responses":{"200":{"description":"","content":{"a/b":{"schema":{"$ref":"#/components/schemas/none"}}}}}}}}}`,
		`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{},"components":{"schemas":{"a b":{"type":"object"}}}}`,
	} {
		if len(openapiErrors([]byte(wrong))) == 0 {
			t.Errorf("nothing is said against %s", wrong)
		}
	}
}
