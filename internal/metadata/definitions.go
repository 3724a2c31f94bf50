package metadata

import (
	"encoding/json"
	"strings"

	"jackfield/internal/fault"
)

// Limits of what one object may unfold to. Definitions are written by users and may nest without end.
const (
	// maxDepth is how many levels a field may lie deep; going through a named definition counts as a
	// level of its own. What lies deeper, and what reaches itself, is shown as one field of type object.
	// The deepest real definition has 17.
	maxDepth = 32
	// maxFields is how many fields one object may have. Real ones have up to a few thousand, but a
	// chain of definitions that each name the next one twice has as many as you like.
	maxFields = 20_000
	// maxRead is how many bytes of descriptions may be read for one object, each use of a definition
	// counted: parts of allOf and long samples multiply without making fields. The largest real object
	// needs between 2 and 3 MiB.
	maxRead = 8 << 20
)

// definitions is a map of definitions in the platform's old dialect, in which the type of a property
// may be the name of another definition (reference/elements.md §10.1).
type definitions map[string]json.RawMessage

// definitionsOf reads a map of definitions. Exports hold members that are none: those are skipped
// where they are looked up.
func definitionsOf(raw json.RawMessage) definitions {
	var d definitions
	if len(raw) == 0 || json.Unmarshal(raw, &d) != nil {
		return nil
	}
	return d
}

// node is one definition or property. Members are read one by one, because exports hold a property
// called "items" or "enum" where a description should be.
type node struct {
	Type       json.RawMessage `json:"type"`
	Ref        json.RawMessage `json:"$ref"`
	Properties json.RawMessage `json:"properties"`
	Items      json.RawMessage `json:"items"`
	AllOf      json.RawMessage `json:"allOf"`
	Enum       json.RawMessage `json:"enum"`
	Custom     json.RawMessage `json:"x-custom"`
	ReadOnly   json.RawMessage `json:"x-readOnly"`
	Searchable json.RawMessage `json:"x-searchable"`
	VendorName json.RawMessage `json:"x-vendor-objectname"`
}

func nodeOf(raw json.RawMessage) node {
	var n node
	if json.Unmarshal(raw, &n) != nil {
		return node{}
	}
	return n
}

func (d definitions) node(name string) node { return nodeOf(d[name]) }

// vendorObjectName is the provider's name of a definition, or of what it is a list of.
func (d definitions) vendorObjectName(name string) string {
	if v := text(d.node(name).VendorName); v != "" {
		return v
	}
	return text(d.node(name + listItemSuffix).VendorName)
}

// listItemSuffix ends the name of what a list holds: contactsList is an array of contactsListObject.
// Some exports have lost the array and kept the item.
const listItemSuffix = "Object"

// leaf is a field that holds nothing further.
type leaf struct {
	kind       string // number, string, boolean, array, object, unknown, …
	custom     bool
	readOnly   bool
	searchable *bool
	picklist   []json.RawMessage
}

// leaves lists the fields of a definition by path: a nested definition's as a.b, those of an array as
// a[*].b. A list is unfolded to its items. The result is nil when there is no such definition.
// What it reads is taken off the budget, which all models of an object share.
func (d definitions) leaves(name string, budget *int) (map[string]leaf, error) {
	if _, ok := d[name]; !ok {
		name += listItemSuffix
		if _, ok := d[name]; !ok {
			return nil, nil
		}
	}
	w := &walk{definitions: d, open: map[string]bool{name: true}, found: map[string]leaf{}, budget: budget}
	w.nested("", w.node(d[name]), 1)
	if w.full {
		return nil, fault.New(fault.Invalid,
			"the model %s unfolds to more than %d fields or %d bytes: definitions that name each other multiply; describe the inner ones as objects without properties", name, maxFields, maxRead)
	}
	return w.found, nil
}

type walk struct {
	definitions definitions
	open        map[string]bool // definitions between the root and here
	found       map[string]leaf
	budget      *int // bytes that may still be read
	full        bool // a limit was hit
}

// node reads a description and counts it.
func (w *walk) node(raw json.RawMessage) node {
	*w.budget -= len(raw)
	w.full = w.full || *w.budget < 0
	if w.full {
		return node{}
	}
	return nodeOf(raw)
}

// nested adds what lies below a node. It reports false when nothing does, so that the node itself is
// the field.
func (w *walk) nested(path string, n node, depth int) bool {
	if depth > maxDepth || w.full {
		return false
	}
	if name := w.reference(n); name != "" {
		if w.open[name] {
			return false
		}
		w.open[name] = true
		defer delete(w.open, name)
		return w.nested(path, w.node(w.definitions[name]), depth+1)
	}
	if properties := w.properties(n, 0); len(properties) > 0 {
		for name, raw := range properties {
			if w.full {
				break
			}
			child, below := w.node(raw), join(path, name)
			if !w.nested(below, child, depth+1) {
				w.add(below, child)
			}
		}
		return true
	}
	if len(n.Items) > 0 {
		if path != "" {
			path += "[*]"
		}
		return w.nested(path, w.node(n.Items), depth+1)
	}
	return false
}

// properties are the members of an object, those of its allOf parts included.
func (w *walk) properties(n node, depth int) map[string]json.RawMessage {
	var own map[string]json.RawMessage
	_ = json.Unmarshal(n.Properties, &own) // not an object: no properties
	var parts []json.RawMessage
	if len(n.AllOf) == 0 || depth > maxDepth || w.full || json.Unmarshal(n.AllOf, &parts) != nil {
		return own
	}
	all := map[string]json.RawMessage{}
	for _, raw := range parts {
		part := w.node(raw)
		if name := w.reference(part); name != "" && !w.open[name] {
			part = w.node(w.definitions[name])
		}
		for name, p := range w.properties(part, depth+1) {
			all[name] = p
		}
	}
	for name, p := range own {
		all[name] = p
	}
	return all
}

func (w *walk) add(path string, n node) {
	if len(w.found) >= maxFields {
		w.full = true
		return
	}
	l := leaf{kind: w.kind(n, 0), custom: isTrue(n.Custom), readOnly: isTrue(n.ReadOnly)}
	if len(n.Searchable) > 0 {
		searchable := isTrue(n.Searchable)
		l.searchable = &searchable
	}
	_ = json.Unmarshal(n.Enum, &l.picklist) // not a list: no picklist
	w.found[path] = l
}

// reference is the definition that a node stands for, "" when it describes itself.
func (w *walk) reference(n node) string {
	if ref := text(n.Ref); ref != "" {
		ref = ref[strings.LastIndexByte(ref, '/')+1:]
		if _, ok := w.definitions[ref]; ok {
			return ref
		}
		return ""
	}
	t := text(n.Type)
	if t == "" || simple(t) {
		return ""
	}
	if _, ok := w.definitions[t]; ok {
		return t
	}
	return ""
}

// kind is the type of a field as metadata names it.
func (w *walk) kind(n node, depth int) string {
	if name := w.reference(n); name != "" && depth < maxDepth {
		inner := w.node(w.definitions[name])
		if w.reference(inner) == name {
			return "object"
		}
		return w.kind(inner, depth+1)
	}
	switch t := text(n.Type); {
	case simple(t):
		return fieldType(t)
	case len(n.Items) > 0:
		return "array"
	case foreign(t):
		return fieldType(t)
	case t != "" || len(n.Ref) > 0 || len(n.Properties) > 0 || len(n.AllOf) > 0:
		return "object"
	case len(n.Enum) > 0:
		return "string"
	}
	return "unknown"
}

// simple reports whether a type word is one of the dialect's own and no definition's name.
func simple(t string) bool {
	switch t {
	case "string", "number", "integer", "boolean", "array", "object", "unknown":
		return true
	}
	return false
}

// foreign reports whether a type that names no definition is a scalar of another dialect. Any other
// word is a reference that leads nowhere: an object of which nothing is known.
func foreign(t string) bool {
	switch t {
	case "int", "long", "short", "double", "float", "decimal", "bool", "date", "dateTime", "datetime",
		"date-time", "byte", "binary", "file", "null", "any", "password", "picklist":
		return true
	}
	return false
}

// fieldType is the type of a field in an answer: integers are numbers (reference/hub-api.md §5.2).
func fieldType(t string) string {
	switch t {
	case "integer", "int", "long", "short", "double", "float", "decimal":
		return "number"
	case "bool":
		return "boolean"
	case "dateTime", "datetime", "date-time":
		return "date"
	case "password", "byte", "binary", "file", "picklist":
		return "string"
	case "", "null", "any":
		return "unknown"
	}
	return t
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func text(raw json.RawMessage) string {
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func isTrue(raw json.RawMessage) bool { return string(raw) == "true" || string(raw) == `"true"` }
