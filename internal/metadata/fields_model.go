package metadata

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"jackfield/internal/connector"
)

// modelOf is the element-wide model of an object that lists fields: the one of its name, or the one
// that is tied to one of its resources.
func modelOf(d *connector.Definition, e *endpoint) *connector.Model {
	if m := modelNamed(d, e.name); m != nil && len(modelFields(m)) > 0 {
		return m
	}
	for i := range d.Models {
		m := &d.Models[i]
		if len(modelFields(m)) > 0 && slices.ContainsFunc(e.resources, func(r *connector.Resource) bool { return ties(m, r) }) {
			return m
		}
	}
	return nil
}

func ties(m *connector.Model, r *connector.Resource) bool {
	if m.ID != 0 && r.ModelID == m.ID {
		return true
	}
	return r.ID != 0 && slices.ContainsFunc(m.Resources, func(t connector.ModelResource) bool { return t.ID == r.ID })
}

func modelFields(m *connector.Model) []connector.ModelField {
	if len(m.ModelFields) > 0 {
		return m.ModelFields
	}
	return m.Fields
}

// fieldsOfModel lists the fields of an element-wide model in its order (reference/elements.md §10.3).
// Its rows name nested fields by path and list the containers too; those that hold listed fields are
// left out.
func fieldsOfModel(m *connector.Model, e *endpoint) ([]*field, error) {
	rows := modelFields(m)
	if len(rows) > maxFields {
		return nil, tooManyFields(m.Name)
	}
	holds, arrays := map[string]bool{}, map[string]bool{}
	for i := range rows {
		path := rowPath(&rows[i])
		if at := strings.LastIndexByte(path, '.'); at >= 0 {
			holds[strings.TrimSuffix(path[:at], "[*]")] = true
		}
		if rows[i].DataType != nil && rows[i].DataType.JSONType == "array" {
			arrays[path] = true
		}
	}
	kept := neverCounts(rows)
	fields := []*field{}
	for i := range rows {
		if row := &rows[i]; !row.Ignore && rowPath(row) != "" && !holds[rowPath(row)] {
			fields = append(fields, fieldOfRow(row, e, arrays, kept))
		}
	}
	return fields, nil
}

func fieldOfRow(row *connector.ModelField, e *endpoint, arrays map[string]bool, neverCounts bool) *field {
	kind := "unknown"
	if row.DataType != nil {
		kind = fieldType(row.DataType.JSONType)
	}
	createable, updateable := false, false
	f := &field{
		Type: kind, VendorPath: starred(rowPath(row), arrays), VendorNativeType: kind,
		VendorDisplayName: row.DisplayName, VendorReadOnly: &row.ReadOnly, Hidden: &row.Hidden,
		Mask: row.Mask, Description: row.Description,
		Createable: &createable, Updateable: &updateable, Method: []*method{},
	}
	f.Path = f.VendorPath
	if row.Name != "" && row.Name != row.VendorName {
		f.Path = starred(row.Name, arrays)
	}
	f.PicklistValues = listOf(row.EnumValues)
	if len(f.PicklistValues) > 0 {
		f.VendorNativeType = "picklist"
	}
	if len(listOf(row.SearchOperators)) > 0 {
		yes := true
		f.Filterable = &yes
	}
	for _, fm := range row.FieldMethods {
		name := strings.TrimSuffix(fm.Method, "_BY_ID")
		answered := fm.Direction == "RESPONSE"
		switch {
		case name == del || !serves(e, name) || neverCounts && fm.Populated == "NEVER":
			continue
		case name == get && !answered: // a read takes no fields
			continue
		}
		m := f.methodOf(name)
		m.Response = m.Response || answered
		if name != get {
			m.setRequest(!answered)
			createable = createable || !answered && name == post
			updateable = updateable || !answered && (name == patch || name == put)
		}
	}
	return f
}

// rowPath is the provider's path of a row. Exports leave name out, the API may leave vendorName out.
func rowPath(row *connector.ModelField) string {
	if row.VendorName != "" {
		return row.VendorName
	}
	return row.Name
}

// neverCounts reports whether "NEVER" in the column populated says something: exports have it in every
// row of models whose column nobody filled in.
func neverCounts(rows []connector.ModelField) bool {
	return slices.ContainsFunc(rows, func(row connector.ModelField) bool {
		return slices.ContainsFunc(row.FieldMethods, func(m connector.FieldMethod) bool {
			return m.Populated != "" && m.Populated != "NEVER"
		})
	})
}

// serves reports whether an object's resources have a method. Without resources nothing is known, and
// the model is believed.
func serves(e *endpoint, name string) bool {
	return len(e.resources) == 0 || slices.ContainsFunc(e.resources, func(r *connector.Resource) bool { return r.Method == name })
}

// starred marks the arrays on the way to a field: lines.price is lines[*].price where lines is one.
func starred(path string, arrays map[string]bool) string {
	var b strings.Builder
	for i := range len(path) {
		if path[i] == '.' && arrays[path[:i]] && !strings.HasSuffix(path[:i], "[*]") {
			b.WriteString("[*]")
		}
		b.WriteByte(path[i])
	}
	return b.String()
}

func listOf(raw []byte) (list []json.RawMessage) {
	if bytes.HasPrefix(raw, []byte("[")) {
		_ = json.Unmarshal(raw, &list) // checked when the definition was read
	}
	return list
}
