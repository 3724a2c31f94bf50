package conversion

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/pb33f/libopenapi/datamodel/high/base"
)

const componentPrefix = "#/components/schemas/"

// slotOf is the schema, in its normal form, that the library was handed a placeholder of.
func (r *apiReader) slotOf(proxy *base.SchemaProxy) *tree {
	if proxy == nil {
		return nil
	}
	s := proxy.Schema()
	if s == nil {
		return nil
	}
	i, err := strconv.Atoi(s.Title)
	if err != nil || i < 0 || i >= len(r.normal.slots) {
		return nil
	}
	return r.normal.slots[i]
}

// components turns every named schema into a type of the dictionary.
func (r *apiReader) components() {
	types := r.c.types.types
	for _, m := range r.normal.schemas.members {
		types[m.name] = &shape{}
	}
	for _, m := range r.normal.schemas.members {
		*types[m.name] = *r.spelt(m.value, 0)
	}
}

// reference is the name of the component that a schema stands for, "" when it is spelt out.
func reference(t *tree) string { return strings.TrimPrefix(t.str("$ref"), componentPrefix) }

// shape is the shape of a schema. References stay names, so recursive schemas end.
func (r *apiReader) shape(t *tree, depth int) *shape {
	if t == nil || depth > maxSchemaDepth || !r.spend() {
		return &shape{kind: kindUnknown}
	}
	if name := reference(t); name != "" {
		return &shape{name: name}
	}
	if all, alternatives := partsOf(t); depth > 0 && len(all)+len(alternatives) > 1 {
		return r.named(t, depth)
	}
	return r.spelt(t, depth)
}

// named makes a type of the dictionary of a schema that is combined of others, once. Combinations within
// combinations, which may lead back to the first, would otherwise be written out in each other.
func (r *apiReader) named(t *tree, depth int) *shape {
	if name, done := r.combined[t]; done {
		return &shape{name: name}
	}
	all, alternatives := partsOf(t)
	var names []string
	for _, part := range append(slices.Clone(all), alternatives...) {
		if name := reference(part); name != "" && len(names) < 3 {
			names = append(names, name)
		}
	}
	word := "And"
	if len(all) == 0 {
		word = "Or"
	}
	name := r.c.types.free(first(t.str("title"), strings.Join(names, word), "Combined"))
	if r.combined == nil {
		r.combined = map[*tree]string{}
	}
	r.combined[t] = name
	s := &shape{}
	r.c.types.types[name] = s
	*s = *r.spelt(t, depth)
	return &shape{name: name}
}

// spelt is the shape of a schema that is no reference.
func (r *apiReader) spelt(t *tree, depth int) *shape {
	if name := reference(t); name != "" {
		return &shape{name: name}
	}
	out := &shape{
		kind: first(t.str("type"), kindUnknown), format: t.str("format"),
		description: first(t.str("description"), t.str("title")), sample: textJSON(t.str(memberExample)),
	}
	if values := t.at(memberEnum); values != nil {
		for _, value := range values.items {
			out.enum = append(out.enum, json.RawMessage(value.text))
		}
	}
	if items := t.at("items"); items != nil {
		out.items = r.shape(items, depth+1)
	}
	if properties := t.at("properties"); properties != nil {
		r.properties(out, t, properties, depth)
		out.kind = kindObject
	}
	r.combine(out, t, depth)
	if out.kind == kindObject || out.kind == kindArray {
		out.enum = nil
		if len(out.sample) > 0 && out.kind == kindArray && out.sample[0] != '[' {
			out.sample = nil
		}
	}
	return out
}

// properties adds the fields that a schema spells out.
func (r *apiReader) properties(out *shape, t, properties *tree, depth int) {
	required := requiredOf(t)
	for _, m := range properties.members {
		out.add(field{
			name: m.name, shape: r.shape(m.value, depth+1),
			required: required[m.name], readOnly: m.value.str("readOnly") == "true",
		})
	}
}

func requiredOf(t *tree) map[string]bool {
	names := map[string]bool{}
	if list := t.at("required"); list != nil {
		for _, item := range list.items {
			names[item.text] = true
		}
	}
	return names
}

// parts are the schemas that a schema is combined of: those that all hold, and the alternatives.
func partsOf(t *tree) (all, alternatives []*tree) {
	for _, name := range []string{"allOf", "oneOf", "anyOf"} {
		list := t.at(name)
		switch {
		case list == nil:
		case name == "allOf":
			all = list.items
		default:
			alternatives = append(alternatives, list.items...)
		}
	}
	return all, alternatives
}

// combine merges allOf, oneOf and anyOf into a shape: an object has the fields of all of them, and only
// those of allOf may be required. A single alternative stands for itself.
func (r *apiReader) combine(out *shape, t *tree, depth int) {
	all, alternatives := partsOf(t)
	parts := append(slices.Clone(all), alternatives...)
	if len(parts) == 0 {
		return
	}
	alone := parts[0]
	if object := r.onlyObject(alternatives); len(all) == 0 && len(out.fields) == 0 && object != nil {
		alone, parts = object, parts[:1] // a text or number besides it has no place in a model
	}
	if len(parts) == 1 && len(out.fields) == 0 {
		single := r.shape(alone, depth+1)
		if single.name == "" && single.description == "" {
			single.description = out.description
		}
		*out = *single
		return
	}
	var names []string
	for i, part := range parts {
		holds := i < len(all)
		for _, f := range r.fieldsOf(part, map[string]bool{}, depth+1) {
			f.required = f.required && holds
			if holds || out.find(f.name) < 0 {
				out.add(f)
			}
		}
		if name := reference(part); name != "" {
			names = append(names, name)
		}
	}
	required := requiredOf(t)
	for i := range out.fields {
		out.fields[i].required = out.fields[i].required || required[out.fields[i].name]
	}
	switch {
	case len(out.fields) > 0:
		out.kind = kindObject
		if len(alternatives) > 1 && len(names) > 1 && out.description == "" {
			out.description = "One of " + strings.Join(names[:min(len(names), 20)], ", ")
		}
	case out.kind == kindUnknown:
		out.kind = r.scalarKind(parts)
	}
}

// onlyObject is the one schema among alternatives that is an object, nil when there is none or several.
func (r *apiReader) onlyObject(alternatives []*tree) *tree {
	var only *tree
	for _, t := range alternatives {
		target := t
		if name := reference(t); name != "" {
			target = r.normal.schemas.at(name)
		}
		switch target.str("type") {
		case kindString, kindInteger, kindNumber, kindBoolean:
			continue
		}
		if only != nil {
			return nil
		}
		only = t
	}
	return only
}

// fieldsOf lists the fields of a schema with those of what it is combined of. Circles end.
func (r *apiReader) fieldsOf(t *tree, seen map[string]bool, depth int) []field {
	if depth > maxSchemaDepth || !r.spend() {
		return nil
	}
	for name := reference(t); name != ""; name = reference(t) {
		if seen[name] {
			return nil
		}
		seen[name] = true
		t = r.normal.schemas.at(name)
	}
	if t == nil {
		return nil
	}
	collected := &shape{}
	all, alternatives := partsOf(t)
	for _, part := range all {
		for _, f := range r.fieldsOf(part, seen, depth+1) {
			collected.add(f)
		}
	}
	for _, part := range alternatives {
		for _, f := range r.fieldsOf(part, seen, depth+1) {
			f.required = false
			if collected.find(f.name) < 0 {
				collected.add(f)
			}
		}
	}
	if properties := t.at("properties"); properties != nil {
		r.properties(collected, t, properties, depth)
	}
	return collected.fields
}

// spend counts schemas that are read: combinations of combinations could be read without end.
func (r *apiReader) spend() bool {
	r.spent++
	if r.spent == 2*maxNodes {
		r.c.tooLarge = true
		r.c.problem("components", "more than %d schemas must be read to follow allOf, oneOf and anyOf", 2*maxNodes)
	}
	return r.spent < 2*maxNodes
}

// scalarKind is the one kind of all alternatives, or unknown.
func (r *apiReader) scalarKind(parts []*tree) string {
	kind := ""
	for _, t := range parts {
		if name := reference(t); name != "" {
			t = r.normal.schemas.at(name)
		}
		word := t.str("type")
		if word == "" || word == kindArray || word == kindObject || kind != "" && kind != word {
			return kindUnknown
		}
		kind = word
	}
	return kind
}

// textJSON reads JSON that the normal form holds as a text.
func textJSON(text string) json.RawMessage {
	if text == "" || !json.Valid([]byte(text)) {
		return nil
	}
	return json.RawMessage(text)
}

// exampleText is an example of the normal form as it may be shown.
func exampleText(value string) string { return givenSample(textJSON(value)) }
