package apidoc

import (
	"bytes"
	"encoding/json"
	"strings"

	"jackfield/internal/connector"
)

// models are the definitions of all documented resources, and what they were read from.
type models struct {
	definitions map[string]schema                      // without lists
	own         map[*connector.Resource]map[string]any // what a resource describes itself, for its answer
	byObject    map[string]map[string]bool             // names that the resources of an object describe
	words       *words
}

// newModels reads the models of resources. Names are shared by all resources: of several definitions of one
// name the last resource's counts, a list never against a record, and in one resource the request's, unless it says nothing. All that
// follows from the documents of the original (docs/decisions/0311-documents-are-always-valid.md).
func newModels(resources []*connector.Resource) *models {
	raw := map[string]any{}
	m := &models{own: map[*connector.Resource]map[string]any{}, byObject: map[string]map[string]bool{}}
	for _, r := range resources {
		if r.Model == nil {
			continue
		}
		m.own[r] = map[string]any{}
		object := objectName(documentPath(connector.RelativePath(r.Path)))
		if m.byObject[object] == nil {
			m.byObject[object] = map[string]bool{}
		}
		for i, source := range []json.RawMessage{r.Model.RawSwagger, r.Model.Swagger, r.Model.RequestSwagger} {
			for name, def := range rawDefinitions(source) {
				if i < 2 {
					m.byObject[object][name] = true
					m.own[r][name] = def
				}
				old, known := raw[name]
				if !known || isList(old) || says(def) && !isList(def) {
					raw[name] = def
				}
			}
		}
	}
	m.read(raw)
	return m
}

// says reports whether a definition describes anything.
func says(def any) bool {
	d, ok := def.(schema)
	if !ok {
		return false
	}
	if properties, ok := d["properties"].(schema); ok && len(properties) == 0 {
		return false
	}
	return len(d) > 0
}

// isList reports whether a definition is a list. Documents show lists where they are used and do not name
// them; a list and a record of one name are two things.
func isList(def any) bool {
	d, ok := def.(schema)
	return ok && d["type"] == "array"
}

// rawDefinitions reads a map of definitions, also from within a whole Swagger document. What is no JSON
// object holds none.
func rawDefinitions(source json.RawMessage) map[string]any {
	if len(source) == 0 {
		return nil
	}
	v, ok := decode(source).(map[string]any)
	if !ok {
		return nil
	}
	if _, whole := v["swagger"].(string); whole {
		inner, _ := v["definitions"].(map[string]any)
		return inner
	}
	return v
}

// decode reads JSON and keeps numbers as they are written. It returns nil for what is no JSON.
func decode(source []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(source))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil {
		return nil
	}
	return v
}

// read turns the definitions into schemas.
func (m *models) read(raw map[string]any) {
	m.words = newWords(raw)
	m.define()
	if m.words.flat {
		m.define() // again: which lists came before the limit depends on the order
	}
	breakCycles(m.definitions)
}

func (m *models) define() {
	m.definitions = map[string]schema{}
	for name, def := range m.words.raw {
		if !m.words.list(name) {
			m.definitions[m.words.shown(name)] = m.words.definition(def)
		}
	}
}

// named is a reference to a definition, or its list written out. It returns nil for an unknown name.
func (m *models) named(name string) schema {
	if _, known := m.words.raw[name]; !known || name == "" {
		return nil
	}
	return m.words.reference(name)
}

// answer is the schema of what a resource answers with, nil when no model says. Without a definition of
// its own a resource answers with what the other resources of the same object describe.
func (m *models) answer(r *connector.Resource, op *operation) schema {
	if op.method == "DELETE" {
		return nil
	}
	list := op.method == "GET" && !strings.HasSuffix(op.path, "}")
	var name string
	if r.Model != nil {
		name = r.Model.Name
		own := m.own[r]
		if def, ok := own[name]; ok {
			if isList(def) {
				return m.words.schema(def, []string{name})
			}
			return m.named(name)
		}
		if item := itemOf(name, own); item != "" && op.method == "GET" {
			return listOf(m.named(item))
		}
		if s := m.named(name); s != nil && name != "" {
			return s
		}
	}
	if name == "" {
		name = objectName(op.path)
		if !m.byObject[name][name] {
			return nil
		}
	}
	s := m.named(name)
	if s != nil && list && s["type"] != "array" {
		return listOf(s)
	}
	return s
}

// itemOf finds what a list holds whose own definition is missing: contactsListObject for contactsList, else
// the only definition that is called an object.
func itemOf(list string, names map[string]any) string {
	if names[list+"Object"] != nil {
		return list + "Object"
	}
	var found string
	for name := range names {
		if strings.HasSuffix(name, "Object") {
			if found != "" {
				return ""
			}
			found = name
		}
	}
	return found
}

// objectName is the name that models of a path have: its literal segments in camel case, as in
// contactsNotes for /contacts/{id}/notes.
func objectName(path string) string {
	var b strings.Builder
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if segmentVariable(segment) != "" {
			continue
		}
		for word := range strings.SplitSeq(segment, "-") {
			if b.Len() > 0 && word != "" {
				word = strings.ToUpper(word[:1]) + word[1:]
			}
			b.WriteString(word)
		}
	}
	return b.String()
}

// body is the schema of a body parameter: the definition of its data type, else the resource's request
// model, else its description as an object, else any object.
func (m *models) body(p *connector.Parameter, r *connector.Resource) schema {
	if s := m.named(p.DataType); s != nil {
		return s
	}
	if r.Object != nil {
		return objectSchema(r.Object, requested)
	}
	if r.Model != nil {
		if s := m.named(r.Model.RequestName); s != nil {
			return s
		}
	}
	switch p.DataType {
	case "", "body", "object", "Object":
		return schema{"type": "object"}
	}
	kind, format := parameterKind(p.DataType)
	if kind == "string" && format == "" && p.DataType != "string" {
		return schema{"type": "object", "x-vendor-objectname": p.DataType}
	}
	if kind == "file" || format == "binary" {
		return schema{"type": "string", "format": "binary"}
	}
	return m.words.typed(kind)
}
