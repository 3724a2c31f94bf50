package conversion

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/pb33f/libopenapi/datamodel/high/base"
)

const componentPrefix = "#/components/schemas/"

// shape is the shape of a schema. References stay names, so recursive schemas end.
func (r *apiReader) shape(proxy *base.SchemaProxy, depth int) *shape {
	if proxy == nil || depth > maxSchemaDepth || !r.spend() {
		return &shape{kind: kindUnknown}
	}
	if proxy.IsReference() {
		return &shape{name: strings.TrimPrefix(proxy.GetReference(), componentPrefix)}
	}
	s := proxy.Schema()
	if s == nil {
		return &shape{kind: kindUnknown}
	}
	out := &shape{format: s.Format, description: s.Description, kind: kindUnknown}
	if out.description == "" {
		out.description = s.Title
	}
	if len(s.Type) > 0 {
		out.kind = s.Type[0]
	}
	for _, node := range s.Enum {
		if raw := textJSON(node.Value); raw != nil {
			out.enum = append(out.enum, raw)
		}
	}
	if s.Example != nil {
		out.sample = textJSON(s.Example.Value)
	}
	if s.Items != nil && s.Items.IsA() {
		out.items = r.shape(s.Items.A, depth+1)
	}
	if s.Properties != nil {
		for name, property := range s.Properties.FromOldest() {
			out.add(r.property(s, name, property, depth+1))
		}
		out.kind = kindObject
	}
	r.combine(out, s, depth)
	if out.kind == kindObject || out.kind == kindArray {
		out.enum = nil
		if len(out.sample) > 0 && out.kind == kindArray && out.sample[0] != '[' {
			out.sample = nil
		}
	}
	return out
}

func (r *apiReader) property(owner *base.Schema, name string, proxy *base.SchemaProxy, depth int) field {
	f := field{name: name, shape: r.shape(proxy, depth), required: slices.Contains(owner.Required, name)}
	if s := schemaOf(proxy); s != nil && s.ReadOnly != nil {
		f.readOnly = *s.ReadOnly
	}
	return f
}

// combine merges allOf, oneOf and anyOf into a shape: an object has the fields of all of them, and only
// those of allOf may be required. A single alternative stands for itself.
func (r *apiReader) combine(out *shape, s *base.Schema, depth int) {
	alternatives := append(append([]*base.SchemaProxy(nil), s.OneOf...), s.AnyOf...)
	parts := append(append([]*base.SchemaProxy(nil), s.AllOf...), alternatives...)
	if len(parts) == 0 {
		return
	}
	if len(parts) == 1 && len(out.fields) == 0 {
		single := r.shape(parts[0], depth+1)
		if single.name == "" && single.description == "" {
			single.description = out.description
		}
		*out = *single
		return
	}
	var names []string
	for i, proxy := range parts {
		required := i < len(s.AllOf)
		for _, f := range r.fieldsOf(proxy, map[string]bool{}, depth+1) {
			f.required = f.required && required
			if required || out.find(f.name) < 0 {
				out.add(f)
			}
		}
		if proxy.IsReference() {
			names = append(names, strings.TrimPrefix(proxy.GetReference(), componentPrefix))
		}
	}
	for i := range out.fields {
		if slices.Contains(s.Required, out.fields[i].name) {
			out.fields[i].required = true
		}
	}
	switch {
	case len(out.fields) > 0:
		out.kind = kindObject
		if len(alternatives) > 1 && len(names) > 1 && out.description == "" {
			out.description = "One of " + strings.Join(names, ", ")
		}
	case out.kind == kindUnknown:
		out.kind = scalarKind(parts)
	}
}

// fieldsOf lists the fields of a schema with those of what it is combined of. Circles end.
func (r *apiReader) fieldsOf(proxy *base.SchemaProxy, seen map[string]bool, depth int) []field {
	if depth > maxSchemaDepth || !r.spend() {
		return nil
	}
	if proxy.IsReference() {
		if seen[proxy.GetReference()] {
			return nil
		}
		seen[proxy.GetReference()] = true
	}
	s := schemaOf(proxy)
	if s == nil {
		return nil
	}
	collected := &shape{}
	for _, part := range s.AllOf {
		for _, f := range r.fieldsOf(part, seen, depth+1) {
			collected.add(f)
		}
	}
	for _, part := range append(append([]*base.SchemaProxy(nil), s.OneOf...), s.AnyOf...) {
		for _, f := range r.fieldsOf(part, seen, depth+1) {
			f.required = false
			if collected.find(f.name) < 0 {
				collected.add(f)
			}
		}
	}
	if s.Properties != nil {
		for name, property := range s.Properties.FromOldest() {
			collected.add(r.property(s, name, property, depth+1))
		}
	}
	return collected.fields
}

// spend counts schemas that are read: combinations of combinations could be read without end.
func (r *apiReader) spend() bool {
	r.spent++
	if r.spent == maxNodes {
		r.c.tooLarge = true
		r.c.problem("components", "more than %d schemas must be read to follow allOf, oneOf and anyOf", maxNodes)
	}
	return r.spent < maxNodes
}

// scalarKind is the one kind of all alternatives, or unknown.
func scalarKind(parts []*base.SchemaProxy) string {
	kind := ""
	for _, proxy := range parts {
		s := schemaOf(proxy)
		if s == nil || len(s.Type) == 0 || s.Type[0] == kindArray || s.Type[0] == kindObject || kind != "" && kind != s.Type[0] {
			return kindUnknown
		}
		kind = s.Type[0]
	}
	return kind
}

// exampleText is an example of the normal form as it may be shown.
func exampleText(value string) string {
	return givenSample(json.RawMessage(textJSON(value)))
}
