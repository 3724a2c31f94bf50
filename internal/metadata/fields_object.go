package metadata

import (
	"encoding/json"
	"slices"
	"strings"

	"jackfield/internal/connector"
)

// fieldsOfObject is procedure (a) of reference/hub-api.md §5.2: the fields of the element-wide object
// in its order, nested ones by their leaves, and per HTTP method what the resources' own objects say.
// The result is empty when neither lists fields.
func fieldsOfObject(d *connector.Definition, e *endpoint) ([]*field, error) {
	base, err := baseFields(d, e)
	if err != nil || len(base) == 0 {
		return nil, err
	}
	fields := make([]*field, len(base))
	for i, b := range base {
		f := b.field
		fields[i] = &field{
			Type:              fieldType(f.Type),
			VendorPath:        b.path,
			VendorDisplayName: f.DisplayName,
			VendorNativeType:  f.Type,
			VendorRequired:    &f.Required,
			VendorReadOnly:    &f.ReadOnly,
			Hidden:            &f.Hidden,
			Method:            []*method{},
		}
		if f.Type == "" {
			fields[i].VendorNativeType = fields[i].Type
		}
		if custom := isTrue(f.Extra["custom"]); custom {
			fields[i].Custom = &custom
		}
		_ = json.Unmarshal(f.Extra["picklistValues"], &fields[i].PicklistValues) // not a list: none
	}
	return fields, addObjectMethods(e, base, fields)
}

// addObjectMethods gives every field one entry per HTTP method, in declared order; list and record
// reads are one. A direction that is not stated is false. Where no resource has an object of its own
// the element-wide one speaks for all of them.
func addObjectMethods(e *endpoint, base []flat, fields []*field) error {
	own := false
	for _, r := range e.resources {
		own = own || r.Object != nil
	}
	for _, r := range e.resources {
		if r.Method == del || own && r.Object == nil {
			continue
		}
		said := base
		if r.Object != nil {
			var err error
			// What a resource lists without its inside speaks for all that is in it: the element-wide
			// object knows no directions of one method.
			if said, err = flatten(nil, r.Object.Name, r.Object.Fields); err != nil {
				return err
			}
		}
		byPath := make(map[string]*connector.ObjectField, len(said))
		for _, s := range said {
			byPath[s.path] = s.field
		}
		for _, f := range fields {
			m := f.methodOf(r.Method)
			says := nearest(byPath, f.VendorPath)
			m.Response = m.Response || says != nil && says.Response
			m.setRequest(says != nil && says.Request && (own || r.Method != get))
		}
	}
	return nil
}

// nearest is the field of that path, or the closest one around it: a resource may list an address
// without what is in it.
func nearest(byPath map[string]*connector.ObjectField, path string) *connector.ObjectField {
	for {
		if f := byPath[path]; f != nil {
			return f
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return nil
		}
		path = strings.TrimSuffix(path[:i], "[*]")
	}
}

// baseFields are the fields of the element-wide object, or of all the resources' objects together when
// there is none.
func baseFields(d *connector.Definition, e *endpoint) ([]flat, error) {
	if o := objectNamed(d, e.name); o != nil && len(o.Fields) > 0 {
		return flatten(d, o.Name, o.Fields)
	}
	var all []flat
	seen := map[string]bool{}
	for _, r := range e.resources {
		if r.Object == nil || r.Method == del {
			continue
		}
		list, err := flatten(d, r.Object.Name, r.Object.Fields)
		if err != nil {
			return nil, err
		}
		for _, f := range list {
			if !seen[f.path] {
				seen[f.path] = true
				all = append(all, f)
			}
		}
	}
	return all, nil
}

// flat is a field that holds nothing further, and where it lies.
type flat struct {
	path  string
	field *connector.ObjectField
}

// flatten lists the leaves below fields. Objects that are named and not written out are looked up among
// those of the definition; without a definition they are leaves.
func flatten(d *connector.Definition, name string, fields []connector.ObjectField) ([]flat, error) {
	f := &flattener{open: map[string]bool{fold(name): true}, byName: map[string]*connector.Object{}, byID: map[int64]*connector.Object{}}
	if d != nil {
		for i := range slices.Backward(d.Objects) { // of two, the first counts
			o := &d.Objects[i]
			f.byName[fold(o.Name)], f.byID[o.ID] = o, o
		}
	}
	f.add("", fields, 1)
	if len(f.found) > maxFields {
		return nil, tooManyFields(name)
	}
	return f.found, nil
}

type flattener struct {
	byName map[string]*connector.Object // by folded name
	byID   map[int64]*connector.Object
	open   map[string]bool // objects between the root and here, by folded name
	found  []flat
}

func (w *flattener) add(prefix string, fields []connector.ObjectField, depth int) {
	for i := range fields {
		if len(w.found) > maxFields {
			return
		}
		f := &fields[i]
		path := join(prefix, f.Name)
		name, inner := w.inner(f)
		key := fold(name)
		if len(inner) == 0 || depth >= maxDepth || w.open[key] {
			w.found = append(w.found, flat{path, f})
			continue
		}
		if f.Type == "array" {
			path += "[*]"
		}
		if key != "" {
			w.open[key] = true
		}
		w.add(path, inner, depth+1)
		delete(w.open, key)
	}
}

// inner are the fields of the object that a field holds: those written out in its reference, or those of
// an element-wide object, whose name comes with them because it may lead back to itself.
func (w *flattener) inner(f *connector.ObjectField) (string, []connector.ObjectField) {
	name := f.Type
	switch {
	case f.Reference != nil:
		name = f.Reference.Name
		if len(f.Reference.Fields) > 0 {
			return "", f.Reference.Fields
		}
	case f.Type == "object" || f.Type == "array":
		name = f.Name
	case simple(f.Type) || foreign(f.Type):
		return "", nil
	}
	if o := w.byID[f.ReferenceObjectID]; f.ReferenceObjectID != 0 && o != nil {
		return o.Name, o.Fields
	}
	if o := w.byName[fold(name)]; name != "" && o != nil {
		return o.Name, o.Fields
	}
	return "", nil
}
