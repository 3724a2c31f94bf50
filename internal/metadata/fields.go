package metadata

import (
	"encoding/json"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

// field is one entry of the answer. What is nil or empty is left out, because what stands in an entry
// depends on where the field is described (reference/hub-api.md §5.2).
type field struct {
	Type              string            `json:"type"`
	Path              string            `json:"path,omitempty"`
	VendorPath        string            `json:"vendorPath"`
	VendorDisplayName string            `json:"vendorDisplayName,omitempty"`
	VendorNativeType  string            `json:"vendorNativeType"`
	VendorRequired    *bool             `json:"vendorRequired,omitempty"`
	VendorReadOnly    *bool             `json:"vendorReadOnly,omitempty"`
	Hidden            *bool             `json:"hidden,omitempty"`
	Mask              string            `json:"mask,omitempty"`
	Description       string            `json:"description,omitempty"`
	Custom            *bool             `json:"custom,omitempty"`
	Filterable        *bool             `json:"filterable,omitempty"`
	Createable        *bool             `json:"createable,omitempty"`
	Updateable        *bool             `json:"updateable,omitempty"`
	PicklistValues    []json.RawMessage `json:"picklistValues,omitempty"`
	Method            []*method         `json:"method"`
}

// method says in which direction a field occurs in the calls of one HTTP method.
type method struct {
	Name     string `json:"name"`
	Response bool   `json:"response"`
	Request  *bool  `json:"request,omitempty"`
}

// Fields is the answer {"fields":[…]} about an object, in the order and with the members that
// reference/hub-api.md §5.2 prescribes. With customOnly only fields marked as custom are in it. The
// fault is NotFound for an unknown object and Invalid where a model unfolds beyond the limits.
func Fields(d *connector.Definition, object string, customOnly bool) ([]byte, error) {
	e := find(d, object)
	if e == nil {
		return nil, fault.New(fault.NotFound, "no object %q on connector %s; GET /objects lists them", object, d.Key)
	}
	fields, err := computed(d, e)
	if err != nil {
		return nil, err
	}
	entries, err := overlay(fields, statedFields(d, e.name))
	if err != nil {
		return nil, err
	}
	entries = markCustom(entries, customOnly)
	return json.Marshal(struct {
		Fields []entry `json:"fields"`
	}{entries})
}

// computed works the fields out from the one description that counts: the element-wide model where
// the definition asks for it, else objects, else the models of the resources, else what is left.
func computed(d *connector.Definition, e *endpoint) ([]*field, error) {
	model := modelOf(d, e)
	if d.UseModelsForMetadata && model != nil {
		return fieldsOfModel(model, e)
	}
	fields, err := fieldsOfObject(d, e)
	if err != nil || len(fields) > 0 {
		return fields, err
	}
	fields, err = fieldsOfResources(e)
	if err != nil || len(fields) > 0 || model == nil {
		return fields, err
	}
	return fieldsOfModel(model, e)
}

// entry is a field with the members that an old export states about it, or one that only the export
// knows.
type entry struct {
	field  *field
	stated map[string]json.RawMessage
}

// MarshalJSON prints the computed members and, beside them, those that only the export states.
func (e entry) MarshalJSON() ([]byte, error) {
	if e.field == nil {
		return json.Marshal(e.stated)
	}
	if len(e.stated) == 0 {
		return json.Marshal(e.field)
	}
	computed, err := json.Marshal(e.field)
	if err != nil {
		return nil, err
	}
	all := map[string]json.RawMessage{}
	for name, value := range e.stated {
		all[name] = value
	}
	if err := json.Unmarshal(computed, &all); err != nil {
		return nil, err
	}
	return json.Marshal(all)
}

func (e entry) custom() bool {
	if e.field != nil && e.field.Custom != nil {
		return *e.field.Custom
	}
	return isTrue(e.stated["custom"])
}

// statedFields are the fields that the objectMetadata of an old export has for an object:
// {"contacts": {"fields": […]}} (reference/clients.md §8.1). They have the form of the answer.
func statedFields(d *connector.Definition, name string) []map[string]json.RawMessage {
	var object struct {
		Fields []map[string]json.RawMessage `json:"fields"`
	}
	key := fold(name)
	for stated, raw := range statedObjects(d) {
		if fold(stated) == key && json.Unmarshal(raw, &object) == nil {
			return object.Fields
		}
	}
	return nil
}

func statedObjects(d *connector.Definition) map[string]json.RawMessage {
	var objects map[string]json.RawMessage
	_ = json.Unmarshal(d.ObjectMetadata, &objects) // not an object: nothing is stated
	return objects
}

// overlay adds what the export states to the computed fields of the same path; what is computed
// counts. Fields that only the export knows follow in its order.
func overlay(fields []*field, stated []map[string]json.RawMessage) ([]entry, error) {
	entries := make([]entry, 0, len(fields)+len(stated))
	byPath := map[string]int{}
	for _, f := range fields {
		byPath[f.VendorPath] = len(entries)
		entries = append(entries, entry{field: f})
	}
	for _, s := range stated {
		path := text(s["vendorPath"])
		if path == "" {
			path = text(s["path"])
		}
		if i, known := byPath[path]; known {
			entries[i].stated = s
			continue
		}
		if path == "" {
			continue
		}
		if len(entries) >= maxFields {
			return nil, fault.New(fault.Invalid, "objectMetadata has more than %d fields for one object", maxFields)
		}
		byPath[path] = len(entries)
		entries = append(entries, entry{stated: s})
	}
	return entries, nil
}

// markCustom puts custom: false on the standard fields where the connector knows custom ones, and
// drops the standard fields when only custom ones are asked for.
func markCustom(entries []entry, customOnly bool) []entry {
	kept, no := []entry{}, false
	knows := false
	for _, e := range entries {
		knows = knows || e.custom()
	}
	for _, e := range entries {
		switch {
		case e.custom():
			kept = append(kept, e)
		case !customOnly:
			if knows && e.field != nil {
				e.field.Custom = &no
			}
			kept = append(kept, e)
		}
	}
	return kept
}

// methodOf finds the entry of an HTTP method in a field, or adds it.
func (f *field) methodOf(name string) *method {
	for _, m := range f.Method {
		if m.Name == name {
			return m
		}
	}
	m := &method{Name: name}
	f.Method = append(f.Method, m)
	return m
}

// setRequest says that the method's request holds the field or not; once said, yes stays.
func (m *method) setRequest(holds bool) {
	if m.Request != nil {
		holds = holds || *m.Request
	}
	m.Request = &holds
}

func tooManyFields(name string) error {
	return fault.New(fault.Invalid, "the object %s has more than %d fields; nest fewer objects in it", name, maxFields)
}
