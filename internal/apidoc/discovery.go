package apidoc

import (
	"encoding/json"
	"strings"

	"jackfield/internal/fault"
)

// Limits of what a document takes from a provider.
const (
	// MaxDiscoveredFields is how many fields there may be, nested ones included. Providers allow a few
	// hundred custom ones per object.
	MaxDiscoveredFields = 10_000
	// MaxDiscoveredDepth is how many objects a field may be nested in.
	MaxDiscoveredDepth = 20
)

// discovered is one field as a connector's metadata resource describes it.
type discovered struct {
	Path              string       `json:"path"`
	VendorPath        string       `json:"vendorPath"`
	Name              string       `json:"name"`
	Type              string       `json:"type"`
	Format            string       `json:"format"`
	Mask              string       `json:"mask"`
	Description       string       `json:"description"`
	DisplayName       string       `json:"displayName"`
	VendorDisplayName string       `json:"vendorDisplayName"`
	VendorReadOnly    bool         `json:"vendorReadOnly"`
	Custom            *bool        `json:"custom"`
	Fields            []discovered `json:"fields"` // of a nested object
}

func (f *discovered) path() string {
	for _, path := range []string{f.Path, f.VendorPath, f.Name} {
		if path != "" {
			return strings.ReplaceAll(path, "[*]", "[]")
		}
	}
	return ""
}

// discover adds the custom fields of an object to its definition, and a definition for each object that they
// are nested in. When no field says whether it is custom, each one that the definition lacks is.
func discover(definitions map[string]schema, main string, answer json.RawMessage) error {
	fields, err := discoveredFields(answer)
	if err != nil {
		return err
	}
	said := false
	for i := range fields {
		said = said || fields[i].Custom != nil
	}
	if definitions[main] == nil {
		definitions[main] = schema{"type": "object"}
	}
	d := &discovery{definitions: definitions}
	for i := range fields {
		if f := &fields[i]; !said || f.Custom != nil && *f.Custom {
			if err := d.add(main, f.path(), f, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

func discoveredFields(answer json.RawMessage) ([]discovered, error) {
	var all struct {
		Fields []discovered `json:"fields"`
	}
	var err error
	if strings.HasPrefix(strings.TrimSpace(string(answer)), "[") {
		err = json.Unmarshal(answer, &all.Fields)
	} else {
		err = json.Unmarshal(answer, &all)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "the discovered fields cannot be read: %v", err)
	}
	return all.Fields, nil
}

// discovery adds fields to definitions.
type discovery struct {
	definitions map[string]schema
	count       int
}

// add puts a field into a definition, unless one of its name is there. A path with dots leads into nested
// objects, which are found or made.
func (d *discovery) add(owner, path string, f *discovered, depth int) error {
	if depth > MaxDiscoveredDepth {
		return fault.New(fault.Invalid, "the discovered field %.100s is nested deeper than %d objects", path, MaxDiscoveredDepth)
	}
	d.count++
	if d.count > MaxDiscoveredFields {
		return fault.New(fault.Invalid, "the provider reports more than the %d fields that documents take", MaxDiscoveredFields)
	}
	step, rest, nested := strings.Cut(path, ".")
	step, list := strings.CutSuffix(step, "[]")
	if step == "" {
		return nil
	}
	properties := propertiesOf(d.definitions, owner)
	if !nested && len(f.Fields) == 0 {
		if properties[step] == nil {
			properties[step] = f.schema(list)
		}
		return nil
	}
	inner := nestedDefinition(d.definitions, properties, owner, step, list || !nested && f.Type == "array")
	if inner == "" {
		return nil // something else stands there
	}
	if nested {
		return d.add(inner, rest, f, depth+1)
	}
	for i := range f.Fields {
		if err := d.add(inner, f.Fields[i].path(), &f.Fields[i], depth+1); err != nil {
			return err
		}
	}
	return nil
}

// propertiesOf are the properties of a definition, to be added to.
func propertiesOf(definitions map[string]schema, name string) schema {
	def := definitions[name]
	properties, ok := def["properties"].(schema)
	if !ok {
		properties = schema{}
		def["properties"] = properties
	}
	return properties
}

// nestedDefinition is the name of the definition that a property refers to. A property that is not there yet
// gets one, called as the property when that is free.
func nestedDefinition(definitions map[string]schema, properties schema, owner, property string, list bool) string {
	if present, ok := properties[property].(schema); ok {
		if items, ok := present["items"].(schema); ok {
			present = items
		}
		ref, _ := present["$ref"].(string)
		if name := target(ref); definitions[name] != nil && definitions[name]["$ref"] == nil {
			return name
		}
		return ""
	}
	name := strings.ReplaceAll(property, "%", "_")
	for definitions[name] != nil {
		name = owner + camel(name)
	}
	definitions[name] = schema{"type": "object", "x-custom": true}
	s := schema{"$ref": pointer(name)}
	if list {
		s = listOf(s)
	}
	properties[property] = s
	return name
}

func (f *discovered) schema(list bool) schema {
	s := (&words{}).typed(f.Type)
	if list && s["type"] != "array" {
		s = listOf(s)
	}
	if f.Format != "" && s["type"] != "array" && s["type"] != "object" {
		s["format"] = f.Format
	}
	for keyword, text := range map[string]string{
		"description": f.Description, "x-mask": f.Mask, "x-displayName": first(f.DisplayName, f.VendorDisplayName),
	} {
		if text != "" {
			s[keyword] = text
		}
	}
	if f.VendorReadOnly {
		s["x-readOnly"] = true
	}
	s["x-custom"] = true
	return s
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
