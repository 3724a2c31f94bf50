package connector

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
)

// Wire remembers how a part of a definition looked as JSON, so that absent, null, "" and false
// each survive reading and printing: a member is printed when it is set, or when it was read.
type Wire struct {
	// Extra holds the members that the model has no field for, by name.
	Extra map[string]json.RawMessage

	seen uint64 // bit per field: the member was there
	null uint64 // bit per field: and it was null
}

// Show makes the named members of a part print even when they are empty, as answers that must
// carry every boolean need. Part is a pointer to one of this package's structs.
func Show(part any, names ...string) {
	v, p := describe(part)
	w := wireOf(v)
	for _, name := range names {
		w.seen |= 1 << p.position(name)
	}
}

// Omit empties the named members of a part, so that they do not print.
func Omit(part any, names ...string) {
	v, p := describe(part)
	w := wireOf(v)
	for _, name := range names {
		i := p.position(name)
		w.seen &^= 1 << i
		w.null &^= 1 << i
		v.Field(p.fields[i].index).SetZero()
	}
}

// Has reports whether a member of a part was read or is set; null counts as read.
func Has(part any, name string) bool {
	v, p := describe(part)
	i := p.position(name)
	return wireOf(v).seen&(1<<i) != 0 || !v.Field(p.fields[i].index).IsZero()
}

func describe(part any) (reflect.Value, *plan) {
	v := reflect.ValueOf(part).Elem()
	return v, planOf(v.Type())
}

func wireOf(v reflect.Value) *Wire { return v.Field(0).Addr().Interface().(*Wire) }

// form says how a field is read and printed.
type form uint8

const (
	formString form = iota
	formText        // a string that also takes a JSON number or boolean
	formBool
	formInt
	formRaw
	formStruct
	formPointer
	formStructs
	formStrings
	formInts
)

// plan is the wire description of one struct type: made once by reflection, then only read.
type plan struct {
	fields []field
	byName map[string]int
}

type field struct {
	name  string
	label string // `"name":`, as it is printed
	index int    // in the Go struct
	form  form
	elem  reflect.Type // the struct type of formStruct, formPointer and formStructs
}

// position is the place of a member in the plan. Names are constants of the caller, so an unknown
// one is a programming mistake.
func (p *plan) position(name string) int {
	i, ok := p.byName[name]
	if !ok {
		panic(fmt.Sprintf("connector: no member %q", name))
	}
	return i
}

// plans is a cache: what it holds follows from the types alone.
var plans sync.Map // reflect.Type → *plan

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{byName: map[string]int{}}
	for i := 1; i < t.NumField(); i++ { // field 0 is the Wire
		f := t.Field(i)
		name := f.Tag.Get("json")
		if name == "-" {
			continue
		}
		p.byName[name] = len(p.fields)
		entry := field{name: name, label: `"` + name + `":`, index: i}
		entry.form, entry.elem = formOf(f.Type, f.Tag.Get("wire") == "text")
		p.fields = append(p.fields, entry)
	}
	if len(p.fields) > 64 {
		panic("connector: " + t.Name() + " has more members than Wire has bits")
	}
	actual, _ := plans.LoadOrStore(t, p)
	return actual.(*plan)
}

func formOf(t reflect.Type, text bool) (form, reflect.Type) {
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		return formRaw, nil
	case t.Kind() == reflect.String && text:
		return formText, nil
	case t.Kind() == reflect.String:
		return formString, nil
	case t.Kind() == reflect.Bool:
		return formBool, nil
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int64:
		return formInt, nil
	case t.Kind() == reflect.Struct:
		return formStruct, t
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
		return formPointer, t.Elem()
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return formStructs, t.Elem()
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String:
		return formStrings, nil
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Int64:
		return formInts, nil
	}
	panic("connector: no wire form for " + t.String())
}
