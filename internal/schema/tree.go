package schema

import (
	"encoding/json"
	"slices"
	"strconv"

	"jackfield/internal/fault"
)

// model is one model, whatever it was read from.
type model struct {
	name  string
	list  bool // the model is an array of root
	root  *object
	count int // fields so far
}

// object is a set of fields. It becomes a definition.
type object struct {
	fields     []*field // in the order in which they came
	byKey      map[string]*field
	definition string // its name in the map; set by assignNames, or given
	custom     bool   // x-has-customfields
}

// field is a leaf, or holds an object or a list of objects.
type field struct {
	key   string
	leaf  property // nil when inner is set
	inner *object
	list  bool // of inner
}

// property is what a definition says of a leaf, as JSON members.
type property map[string]json.RawMessage

func newObject() *object { return &object{byKey: map[string]*field{}} }

// at finds the field of a key, or adds it.
func (m *model) at(o *object, key string) (*field, error) {
	if f := o.byKey[key]; f != nil {
		return f, nil
	}
	if len(key) > maxKeyBytes {
		return nil, fault.New(fault.Invalid, "the key %.40q… has %d bytes, more than %d", key, len(key), maxKeyBytes)
	}
	if m.count++; m.count > maxFields {
		return nil, fault.New(fault.Invalid, "the model %s has more than %d fields; describe the inner objects as models of their own", m.name, maxFields)
	}
	f := &field{key: key}
	o.fields = append(o.fields, f)
	o.byKey[key] = f
	return f, nil
}

func tooDeep(name string) error {
	return fault.New(fault.Invalid, "the model %s is nested deeper than %d levels", name, maxDepth)
}

// itemSuffix ends the name of the definition of what a list holds.
const itemSuffix = "Object"

// assignNames gives every object its name in the map: the key of its field when that is free, else the
// key of the field around it and its own. Objects are visited depth first, the fields of each in the
// order of walkOrder. Names that an object already has are reserved and stay.
func (m *model) assignNames() {
	taken := names{m.name: 1}
	for _, name := range plainTypes() {
		taken[name] = 1 // {"type": "string"} must stay a string
	}
	m.root.definition = m.name
	if m.list {
		m.root.definition = m.name + itemSuffix
		taken[m.root.definition] = 1
	}
	m.root.reserve(taken)
	m.root.assign(m.name, taken)
}

func (o *object) reserve(taken names) {
	for _, f := range o.fields {
		if f.inner == nil {
			continue
		}
		if f.inner.definition != "" {
			taken[f.inner.definition] = 1
		}
		f.inner.reserve(taken)
	}
}

func (o *object) assign(parent string, taken names) {
	for _, f := range walkOrder(o.fields) {
		if f.inner == nil {
			continue
		}
		if f.inner.definition == "" {
			f.inner.definition = free(f.key, parent, taken)
			taken[f.inner.definition] = 1
		}
		f.inner.assign(f.key, taken)
	}
}

// names are the taken names, each with the last number that was put behind it; 1 is the name itself.
type names map[string]int

// free is the first name that is not taken: key, parent+key, and then with a number.
func free(key, parent string, taken names) string {
	if key != "" && taken[key] == 0 {
		return key
	}
	base := parent + key
	if base != "" && taken[base] == 0 {
		return base
	}
	for {
		taken[base] = max(taken[base], 1) + 1
		if name := base + strconv.Itoa(taken[base]); taken[name] == 0 {
			return name
		}
	}
}

// walkOrder is the order in which a Java HashMap gives its entries: by bucket, and within a bucket as
// they came (reference/hub-api.md §5.6). Buckets so full that Java makes a tree of them are not imitated.
func walkOrder(fields []*field) []*field {
	capacity := uint32(16)
	for uint32(len(fields)) > capacity/4*3 {
		capacity *= 2
	}
	bucket := make(map[*field]uint32, len(fields))
	for _, f := range fields {
		h := javaHash(f.key)
		bucket[f] = (h ^ h>>16) & (capacity - 1)
	}
	sorted := slices.Clone(fields)
	slices.SortStableFunc(sorted, func(a, b *field) int { return int(bucket[a]) - int(bucket[b]) })
	return sorted
}
