package schema

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"jackfield/internal/fault"
)

// definitions prints the model as a map of definitions. The type is missing on the root and on what is
// reached through an array, as in the original's answers (reference/hub-api.md §5.6).
func (m *model) definitions() ([]byte, error) {
	all := map[string]*definition{}
	root := definition{Title: m.name}
	if m.list {
		all[m.name] = &definition{Type: "array", Items: json.RawMessage(`{"type":` + string(quote(m.root.definition)) + `}`)}
		root.Type = "object"
	}
	m.root.define(root, all)
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(all); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the model %s cannot be printed", m.name)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// definition is one entry of the map.
type definition struct {
	CustomFields *bool               `json:"x-has-customfields,omitempty"`
	PrimaryKey   []string            `json:"x-primary-key,omitempty"`
	Type         string              `json:"type,omitempty"`
	Title        string              `json:"title,omitempty"`
	Items        json.RawMessage     `json:"items,omitempty"`
	Properties   map[string]property `json:"properties,omitzero"`
}

// define adds the definition of an object and of all below it. Objects that share a name become one
// definition with the fields of both.
func (o *object) define(d definition, all map[string]*definition) {
	into := all[o.definition]
	if into == nil {
		into = &d
		into.CustomFields, into.Properties = new(bool), map[string]property{}
		all[o.definition] = into
	}
	*into.CustomFields = *into.CustomFields || o.custom
	for _, f := range o.fields {
		if f.inner == nil {
			leaf := maps.Clone(f.leaf)
			if string(leaf[primaryKey]) == "true" && !slices.Contains(into.PrimaryKey, f.key) {
				into.PrimaryKey = append(into.PrimaryKey, f.key)
			}
			delete(leaf, primaryKey)
			into.Properties[f.key] = leaf
			continue
		}
		kind, inner := quote(f.inner.definition), definition{Title: f.key, Type: "object"}
		into.Properties[f.key] = property{"type": kind}
		if f.list {
			inner.Type = ""
			into.Properties[f.key] = property{"type": json.RawMessage(anArray), "items": itemsOf(string(kind))}
		}
		f.inner.define(inner, all)
	}
}

// primaryKey marks a leaf in the tree; in the map it is a list of the definition.
const primaryKey = "x-primary-key"

// source is a definition or property as it is read.
type source struct {
	Type         json.RawMessage            `json:"type"`
	Ref          json.RawMessage            `json:"$ref"`
	Items        json.RawMessage            `json:"items"`
	Properties   map[string]json.RawMessage `json:"properties"`
	CustomFields json.RawMessage            `json:"x-has-customfields"`
	PrimaryKey   json.RawMessage            `json:"x-primary-key"`
}

type reader struct {
	model *model
	all   map[string]json.RawMessage
	open  map[string]bool // definitions between the root and here
	bytes int             // read so far; a definition counts every time it is used
}

func readDefinitions(name string, definitions []byte) (*model, error) {
	if err := checkInput(name, definitions, "map of definitions"); err != nil {
		return nil, err
	}
	r := &reader{model: &model{name: name, root: newObject()}, open: map[string]bool{name: true}}
	if err := json.Unmarshal(definitions, &r.all); err != nil {
		return nil, fault.New(fault.Invalid, "the definitions of %s are not a JSON object: %v", name, err)
	}
	if _, ok := r.all[name]; !ok {
		return nil, fault.New(fault.Invalid, "there is no definition %q among the definitions; the body must be the map that /models/%s/schema answers", name, name)
	}
	root, err := r.source(r.all[name], name)
	if err != nil {
		return nil, err
	}
	if len(root.Items) > 0 {
		r.model.list = true
		if root, err = r.source(root.Items, name); err != nil {
			return nil, err
		}
		if ref := r.reference(root); ref != "" {
			r.model.root.definition = ref
			r.open[ref] = true
			if root, err = r.source(r.all[ref], ref); err != nil {
				return nil, err
			}
		}
	}
	return r.model, r.fields(r.model.root, root, 1)
}

func (r *reader) source(raw json.RawMessage, where string) (source, error) {
	var s source
	if r.bytes += len(raw); r.bytes > maxUnfolded {
		return s, fault.New(fault.Invalid, "the definitions of %s unfold to more than %d bytes: definitions that name each other multiply", r.model.name, maxUnfolded)
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, fault.New(fault.Invalid, "%s in the definitions is not a definition: %v", where, err)
	}
	return s, nil
}

// reference is the definition that a property stands for, "" when it describes itself.
func (r *reader) reference(s source) string {
	name := text(s.Ref)
	name = name[strings.LastIndexByte(name, '/')+1:]
	if name == "" {
		name = text(s.Type)
	}
	if _, ok := r.all[name]; !ok || slices.Contains(plainTypes(), name) && len(s.Ref) == 0 {
		return ""
	}
	return name
}

// plainTypes are the types that are no definition's name. A definition of such a name is reached by $ref
// only, and none gets it.
func plainTypes() []string {
	return []string{"string", "number", "integer", "boolean", "array", "object", "unknown"}
}

func (r *reader) fields(o *object, s source, depth int) error {
	if depth > maxDepth {
		return tooDeep(r.model.name)
	}
	o.custom = string(s.CustomFields) == "true"
	var keys []string
	_ = json.Unmarshal(s.PrimaryKey, &keys) // other forms mark nothing
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
		f, err := r.model.at(o, key)
		if err != nil {
			return err
		}
		if err := r.field(f, s.Properties[key], depth); err != nil {
			return err
		}
		if f.leaf != nil && slices.Contains(keys, key) {
			f.leaf[primaryKey] = json.RawMessage("true")
		}
	}
	return nil
}

// field reads a property: what refers to a definition or has properties is an object, a list of that
// is a list, all else is a leaf.
func (r *reader) field(f *field, raw json.RawMessage, depth int) error {
	if depth > maxDepth {
		return tooDeep(r.model.name)
	}
	s, err := r.source(raw, f.key)
	if err != nil {
		return err
	}
	target, name := s, r.reference(s)
	if name == "" && len(s.Items) > 0 {
		if target, err = r.source(s.Items, f.key); err != nil {
			return err
		}
		f.list, name = true, r.reference(target)
	}
	if name != "" {
		if r.open[name] { // it holds itself
			return r.leaf(f, raw)
		}
		r.open[name] = true
		defer delete(r.open, name)
		raw = r.all[name]
		if target, err = r.source(raw, name); err != nil {
			return err
		}
		if len(target.Items) > 0 && !f.list { // the definition of a list
			return r.field(f, raw, depth+1)
		}
	}
	if target.Properties == nil {
		return r.leaf(f, raw)
	}
	f.inner = newObject()
	f.inner.definition = name
	return r.fields(f.inner, target, depth+1)
}

func (r *reader) leaf(f *field, raw json.RawMessage) error {
	f.list = false
	f.leaf = property{}
	if err := json.Unmarshal(raw, &f.leaf); err != nil {
		return fault.New(fault.Invalid, "%s in the definitions is not a property: %v", f.key, err)
	}
	return nil
}

func text(raw json.RawMessage) string {
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}
