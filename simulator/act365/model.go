package act365

// kind is the type of a property's value (reference/act365.md §6).
type kind uint8

const (
	text    kind = iota // string
	flag                // bool
	whole               // int64 within 32 bits
	number              // float64
	moment              // instant
	texts               // []string
	wholes              // []int64
	moments             // []instant
	object              // row of the property's own model
	objects             // []row of the property's own model
	free                // map[string]any with any JSON in it
)

func (k kind) String() string {
	return [...]string{"a string", "a boolean", "a 32-bit integer", "a number", "a date-time",
		"an array of strings", "an array of 32-bit integers", "an array of date-times", "an object", "an array of objects", "an object"}[k]
}

// property is one member of a model.
type property struct {
	name string
	kind kind
	of   *model // members of object and objects
	// server marks values that the provider sets; what a client sends for them is ignored.
	server bool
	// detail marks values that lists leave out (reference/act365.md §6.2).
	detail bool
	// key is `"name":`, ready to be written.
	key string
}

// model is the shape of one kind of record: its properties in the order they are written.
type model struct {
	name       string // what the provider calls one of them, as it stands in modelState
	properties []property
	index      map[string]int
}

// row is one record or nested object: a value per property of its model, nil for null. A row that
// is stored is never changed; writers store a changed copy in its place, so that readers need the
// lock only to find rows, not to write them out.
type row []any

func newModel(name string, properties ...property) *model {
	m := &model{name: name, properties: properties, index: make(map[string]int, len(properties))}
	for i := range m.properties {
		m.properties[i].key = `"` + m.properties[i].name + `":`
		m.index[m.properties[i].name] = i
	}
	return m
}

// at is the place of a property that is known to exist; a wrong name is a slip in this package.
func (m *model) at(name string) int {
	i, ok := m.index[name]
	if !ok {
		panic("act365: model " + m.name + " has no property " + name)
	}
	return i
}

func (m *model) has(name string) bool {
	_, ok := m.index[name]
	return ok
}

// get reads a property by name; absent properties are null.
func (m *model) get(r row, name string) any {
	if i, ok := m.index[name]; ok {
		return r[i]
	}
	return nil
}

// text reads a string property; null is the empty string.
func (m *model) text(r row, name string) string {
	s, _ := m.get(r, name).(string)
	return s
}

// with is a copy of the row in which one property is changed.
func (m *model) with(r row, name string, value any) row {
	changed := append(row(nil), r...)
	changed[m.at(name)] = value
	return changed
}

// id is the first property of every stored model.
func (r row) id() string {
	s, _ := r[0].(string)
	return s
}

// Constructors keep the tables of models.go readable.

func a(name string, k kind) property                 { return property{name: name, kind: k} }
func nested(name string, k kind, of *model) property { return property{name: name, kind: k, of: of} }
func server(name string, k kind) property            { return property{name: name, kind: k, server: true} }
func onlyInDetail(p property) property               { p.detail = true; return p }
func setByServer(p property) property                { p.server = true; return p }
func all(k kind, names ...string) (list []property) {
	for _, name := range names {
		list = append(list, a(name, k))
	}
	return list
}

// join flattens groups of properties into one list.
func join(groups ...[]property) (list []property) {
	for _, group := range groups {
		list = append(list, group...)
	}
	return list
}
