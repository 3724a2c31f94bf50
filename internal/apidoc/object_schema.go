package apidoc

import (
	"strings"

	"jackfield/internal/connector"
)

// direction picks the fields of an object that a body or an answer has.
type direction func(*connector.ObjectField) bool

func requested(f *connector.ObjectField) bool { return f.Request }

func answered(f *connector.ObjectField) bool { return f.Response }

// objectSchema describes an object where it is used: documents of resources with objects have no
// definitions of them (reference/hub-api.md §5.4). Objects that mark no field for a direction are shown
// whole.
func objectSchema(o *connector.Object, way direction) schema {
	s := fieldsSchema(o.Fields, way)
	if s["properties"] == nil {
		s = fieldsSchema(o.Fields, func(*connector.ObjectField) bool { return true })
	}
	s["x-vendor-objectname"] = o.VendorName
	if o.VendorName == "" {
		s["x-vendor-objectname"] = o.Name
	}
	return s
}

func fieldsSchema(fields []connector.ObjectField, way direction) schema {
	properties := schema{}
	var required []any
	for i := range fields {
		f := &fields[i]
		if f.Name == "" || properties[f.Name] != nil || !way(f) && !below(f, way) {
			continue
		}
		properties[f.Name] = fieldSchema(f, way)
		if f.Required {
			required = append(required, f.Name)
		}
	}
	s := schema{"type": "object"}
	if len(properties) > 0 {
		s["properties"] = properties
	}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// below reports whether a field holds another one of the wanted direction.
func below(f *connector.ObjectField, way direction) bool {
	if f.Reference == nil {
		return false
	}
	for i := range f.Reference.Fields {
		if inner := &f.Reference.Fields[i]; way(inner) || below(inner, way) {
			return true
		}
	}
	return false
}

func fieldSchema(f *connector.ObjectField, way direction) schema {
	s := (&words{}).typed(f.Type)
	if f.Reference != nil && len(f.Reference.Fields) > 0 {
		inner := fieldsSchema(f.Reference.Fields, way)
		if s["type"] == "array" {
			s["items"] = inner
		} else {
			s = inner
		}
	}
	for name, text := range map[string]string{
		"description": f.Description, "x-displayName": f.DisplayName, "x-mask": f.Mask, "x-samplevalue": f.SampleValue,
	} {
		if text != "" {
			s[name] = text
		}
	}
	if f.Format != "" && s["format"] == nil && s["type"] != "object" {
		s["format"] = f.Format
	}
	if f.ReadOnly {
		s["x-readOnly"] = true
	}
	return s
}

// objectBody is the body of a resource that has an object and declares no body of its own.
func objectBody(r *connector.Resource, method string) (parameter, bool) {
	if r.Object == nil || method != "POST" && method != "PUT" && method != "PATCH" {
		return parameter{}, false
	}
	return parameter{name: "body", in: inBody, required: true, schema: objectSchema(r.Object, requested)}, true
}

// objectAnswer is the answer of a resource that has an object: a list where the path ends in a literal.
func objectAnswer(r *connector.Resource, op *operation) schema {
	if r.Object == nil || op.method == "DELETE" {
		return nil
	}
	s := objectSchema(r.Object, answered)
	if op.method == "GET" && !strings.HasSuffix(op.path, "}") {
		return schema{"type": "array", "items": s}
	}
	return s
}
