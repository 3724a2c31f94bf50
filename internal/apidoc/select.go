package apidoc

import (
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

// Operation is the document of one operation: its path, its method and the definitions that it needs. The id
// is the one of the whole document, the one that the rule gives when the definition declares another, or
// METHOD-path with hyphens for slashes, such as GET-contacts and GET-contacts-id (reference/hub-api.md §5.4).
// The last form may end after any segment. An unknown id is a NotFound fault.
func Operation(d *connector.Definition, operationID string, o Options) ([]byte, error) {
	doc, err := single(d, operationID, o)
	if err != nil {
		return nil, err
	}
	return doc.swagger()
}

// Definitions is the map of the definitions that one operation needs, by the ids of Operation. An unknown id is
// a NotFound fault.
func Definitions(d *connector.Definition, operationID string, o Options) ([]byte, error) {
	doc, err := single(d, operationID, o)
	if err != nil {
		return nil, err
	}
	return encode(doc.definitions)
}

func single(d *connector.Definition, operationID string, o Options) (*document, error) {
	doc := describe(d, o)
	op := doc.find(operationID)
	if op == nil {
		return nil, fault.New(fault.NotFound,
			"the connector %s has no operation %q: ids are listed as operationId in its docs, such as getContacts or GET-contacts", d.Key, operationID)
	}
	doc.operations = []*operation{op}
	doc.definitions = reachable(doc.definitions, roots(op))
	return doc, nil
}

// find looks an operation up by its ids, the most exact first.
func (doc *document) find(id string) *operation {
	for _, same := range []func(op *operation) bool{
		func(op *operation) bool { return op.id == id },
		func(op *operation) bool { return op.computed == id },
		func(op *operation) bool { return op.fallback() == id },
		func(op *operation) bool {
			return len(id) > len(op.method) && strings.HasPrefix(op.fallback(), id+"-")
		},
	} {
		for _, op := range doc.operations {
			if same(op) {
				return op
			}
		}
	}
	return nil
}

// fallback is the id of an operation that has no other: GET-contacts-id.
func (op *operation) fallback() string {
	return op.method + withoutBraces.Replace(strings.ReplaceAll(op.path, "/", "-"))
}

// roots are the schemas that an operation itself shows.
func roots(op *operation) []any {
	found := []any{}
	for i := range op.parameters {
		if s := op.parameters[i].schema; s != nil {
			found = append(found, s)
		}
	}
	if op.answer != nil {
		found = append(found, op.answer)
	}
	return found
}

// reachable picks the definitions that schemas lead to, over any number of steps.
func reachable(definitions map[string]schema, from []any) map[string]schema {
	found := map[string]schema{}
	for len(from) > 0 {
		last := from[len(from)-1]
		from = from[:len(from)-1]
		eachReference(last, func(name string) {
			if def, known := definitions[name]; known && found[name] == nil {
				found[name] = def
				from = append(from, def)
			}
		})
	}
	return found
}

// eachReference names every definition that a schema refers to.
func eachReference(s any, name func(string)) {
	v, ok := s.(schema)
	if !ok {
		return
	}
	if ref, ok := v["$ref"].(string); ok {
		name(target(ref))
	}
	eachInner(v, func(inner schema) schema {
		eachReference(inner, name)
		return inner
	})
}

// eachInner replaces every schema right below a schema by what the function gives for it.
func eachInner(s schema, replace func(schema) schema) {
	if properties, ok := s["properties"].(schema); ok {
		for name, p := range properties {
			if inner, ok := p.(schema); ok {
				properties[name] = replace(inner)
			}
		}
	}
	for _, keyword := range []string{"items", "additionalProperties"} {
		if inner, ok := s[keyword].(schema); ok {
			s[keyword] = replace(inner)
		}
	}
	parts, _ := s["allOf"].([]any)
	for i, part := range parts {
		if inner, ok := part.(schema); ok {
			parts[i] = replace(inner)
		}
	}
}
