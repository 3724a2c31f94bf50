package connector

import "reflect"

// The parts of a definition are JSON values of their own: the platform's answers print them alone,
// and its requests carry them alone. All of them go through the same codec.

func marshal(part any) ([]byte, error) {
	return appendObject(nil, reflect.ValueOf(part).Elem()), nil
}

// MarshalJSON prints without loss what was read, see Wire.
func (d Definition) MarshalJSON() ([]byte, error) { return marshal(&d) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (d *Definition) UnmarshalJSON(data []byte) error { return replace(data, d) }

// MarshalJSON prints without loss what was read, see Wire.
func (a Authentication) MarshalJSON() ([]byte, error) { return marshal(&a) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (a *Authentication) UnmarshalJSON(data []byte) error { return replace(data, a) }

// MarshalJSON prints without loss what was read, see Wire.
func (d DefaultTransformation) MarshalJSON() ([]byte, error) { return marshal(&d) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (d *DefaultTransformation) UnmarshalJSON(data []byte) error { return replace(data, d) }

// MarshalJSON prints without loss what was read, see Wire.
func (c ConfigurationEntry) MarshalJSON() ([]byte, error) { return marshal(&c) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (c *ConfigurationEntry) UnmarshalJSON(data []byte) error { return replace(data, c) }

// MarshalJSON prints without loss what was read, see Wire.
func (o Option) MarshalJSON() ([]byte, error) { return marshal(&o) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (o *Option) UnmarshalJSON(data []byte) error { return replace(data, o) }

// MarshalJSON prints without loss what was read, see Wire.
func (p Parameter) MarshalJSON() ([]byte, error) { return marshal(&p) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (p *Parameter) UnmarshalJSON(data []byte) error { return replace(data, p) }

// MarshalJSON prints without loss what was read, see Wire.
func (r Resource) MarshalJSON() ([]byte, error) { return marshal(&r) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (r *Resource) UnmarshalJSON(data []byte) error { return replace(data, r) }

// MarshalJSON prints without loss what was read, see Wire.
func (r Response) MarshalJSON() ([]byte, error) { return marshal(&r) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (r *Response) UnmarshalJSON(data []byte) error { return replace(data, r) }

// MarshalJSON prints without loss what was read, see Wire.
func (h Hook) MarshalJSON() ([]byte, error) { return marshal(&h) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (h *Hook) UnmarshalJSON(data []byte) error { return replace(data, h) }

// MarshalJSON prints without loss what was read, see Wire.
func (r ResourceModel) MarshalJSON() ([]byte, error) { return marshal(&r) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (r *ResourceModel) UnmarshalJSON(data []byte) error { return replace(data, r) }

// MarshalJSON prints without loss what was read, see Wire.
func (m Model) MarshalJSON() ([]byte, error) { return marshal(&m) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (m *Model) UnmarshalJSON(data []byte) error { return replace(data, m) }

// MarshalJSON prints without loss what was read, see Wire.
func (m ModelResource) MarshalJSON() ([]byte, error) { return marshal(&m) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (m *ModelResource) UnmarshalJSON(data []byte) error { return replace(data, m) }

// MarshalJSON prints without loss what was read, see Wire.
func (m ModelField) MarshalJSON() ([]byte, error) { return marshal(&m) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (m *ModelField) UnmarshalJSON(data []byte) error { return replace(data, m) }

// MarshalJSON prints without loss what was read, see Wire.
func (d DataType) MarshalJSON() ([]byte, error) { return marshal(&d) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (d *DataType) UnmarshalJSON(data []byte) error { return replace(data, d) }

// MarshalJSON prints without loss what was read, see Wire.
func (f FieldMethod) MarshalJSON() ([]byte, error) { return marshal(&f) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (f *FieldMethod) UnmarshalJSON(data []byte) error { return replace(data, f) }

// MarshalJSON prints without loss what was read, see Wire.
func (o Object) MarshalJSON() ([]byte, error) { return marshal(&o) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (o *Object) UnmarshalJSON(data []byte) error { return replace(data, o) }

// MarshalJSON prints without loss what was read, see Wire.
func (s SearchConfiguration) MarshalJSON() ([]byte, error) { return marshal(&s) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (s *SearchConfiguration) UnmarshalJSON(data []byte) error { return replace(data, s) }

// MarshalJSON prints without loss what was read, see Wire.
func (o ObjectField) MarshalJSON() ([]byte, error) { return marshal(&o) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (o *ObjectField) UnmarshalJSON(data []byte) error { return replace(data, o) }

// MarshalJSON prints without loss what was read, see Wire.
func (o ObjectReference) MarshalJSON() ([]byte, error) { return marshal(&o) }

// UnmarshalJSON reads strictly typed JSON and keeps unknown members.
func (o *ObjectReference) UnmarshalJSON(data []byte) error { return replace(data, o) }

// replace reads into an emptied part, so that nothing of an earlier content is left.
func replace(data []byte, part any) error {
	reflect.ValueOf(part).Elem().SetZero()
	return unmarshal(data, part)
}
