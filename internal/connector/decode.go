package connector

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"

	"jackfield/internal/fault"
)

// MaxNesting is how deep objects may stand in each other where a type holds itself, as object
// fields do. encoding/json stops at 10,000 for everything else.
const MaxNesting = 200

// ParseJSON reads one definition. Members that the model does not know are kept in Extra. A member
// of the wrong type is an Invalid fault that names its path.
func ParseJSON(data []byte) (*Definition, error) {
	d := &Definition{}
	if err := unmarshal(data, d); err != nil {
		return nil, err
	}
	return d, nil
}

func unmarshal(data []byte, part any) error {
	if !json.Valid(data) {
		var ignored any
		err := json.Unmarshal(data, &ignored) // only to learn what is wrong, and where
		return fault.New(fault.Invalid, "the body is not valid JSON: %v", err)
	}
	s := &scanner{data: data}
	s.space()
	v := reflect.ValueOf(part).Elem()
	if err := s.object(v, MaxNesting); err != nil {
		return fault.New(fault.Invalid, "%s", err.Error())
	}
	return nil
}

// misfit is a member whose JSON type is wrong. The path is put together on the way out.
type misfit struct{ path, reason string }

func (m *misfit) Error() string {
	if m.path == "" {
		return "the definition " + m.reason
	}
	return m.path + " " + m.reason
}

func (m *misfit) in(step string) *misfit {
	switch {
	case m.path == "":
		m.path = step
	case m.path[0] == '[':
		m.path = step + m.path
	default:
		m.path = step + "." + m.path
	}
	return m
}

func wants(what string, s *scanner) *misfit {
	return &misfit{reason: "must be " + what + ", found " + s.kind()}
}

// kind is the word for the value at hand.
func (s *scanner) kind() string {
	switch s.data[s.pos] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// object reads a struct. It fills v, which is addressable.
func (s *scanner) object(v reflect.Value, depth int) *misfit {
	if s.data[s.pos] != '{' {
		return wants("an object", s)
	}
	if depth == 0 {
		return &misfit{reason: "is nested deeper than " + strconv.Itoa(MaxNesting) + " levels"}
	}
	p, w := planOf(v.Type()), wireOf(v)
	for first := true; s.next(first); first = false {
		name := s.member()
		i, known := p.byName[string(name)]
		if !known {
			if w.Extra == nil {
				w.Extra = map[string]json.RawMessage{}
			}
			w.Extra[string(name)] = s.raw()
			continue
		}
		f, target := &p.fields[i], v.Field(p.fields[i].index)
		w.seen |= 1 << i
		if s.data[s.pos] == 'n' {
			s.literal()
			w.null |= 1 << i
			target.SetZero()
			continue
		}
		w.null &^= 1 << i
		if m := s.value(f, target, depth-1); m != nil {
			return m.in(f.name)
		}
	}
	return nil
}

func (s *scanner) value(f *field, target reflect.Value, depth int) *misfit {
	c := s.data[s.pos]
	switch f.form {
	case formString, formText:
		if c == '"' {
			target.SetString(s.text())
			return nil
		}
		if f.form == formString || c == '{' || c == '[' {
			return wants("a string", s)
		}
		target.SetString(string(s.literal()))
	case formBool:
		if c != 't' && c != 'f' {
			return wants("true or false", s)
		}
		target.SetBool(c == 't')
		s.literal()
	case formInt:
		n, m := s.integer()
		if m != nil {
			return m
		}
		target.SetInt(n)
	case formRaw:
		target.SetBytes(s.raw())
	case formStruct:
		target.SetZero() // of two members with one name the last counts
		return s.object(target, depth)
	case formPointer:
		fresh := reflect.New(f.elem)
		target.Set(fresh)
		return s.object(fresh.Elem(), depth)
	case formStructs, formStrings, formInts:
		return s.array(f, target, depth)
	}
	return nil
}

func (s *scanner) array(f *field, target reflect.Value, depth int) *misfit {
	if s.data[s.pos] != '[' {
		return wants("an array", s)
	}
	list := reflect.New(target.Type()).Elem() // addressable, so that it can grow
	list.Set(reflect.MakeSlice(target.Type(), 0, 0))
	for n, first := 0, true; s.next(first); n, first = n+1, false {
		if n == list.Cap() {
			list.Grow(max(firstGrowth, n))
		}
		list.SetLen(n + 1)
		item := list.Index(n)
		var m *misfit
		switch f.form {
		case formStructs:
			m = s.object(item, depth)
		case formStrings:
			m = s.value(&field{form: formString}, item, depth)
		default:
			m = s.value(&field{form: formInt}, item, depth)
		}
		if m != nil {
			return m.in("[" + strconv.Itoa(n) + "]")
		}
	}
	if list.Len() < list.Cap() { // definitions live long: keep no more than there is
		exact := reflect.MakeSlice(target.Type(), list.Len(), list.Len())
		reflect.Copy(exact, list)
		list = exact
	}
	target.Set(list)
	return nil
}

// firstGrowth is the room a list begins with. Most lists of a definition are short.
const firstGrowth = 4

// integer reads a whole number, also when it is written as 1.0 or 1e3.
func (s *scanner) integer() (int64, *misfit) {
	if c := s.data[s.pos]; c != '-' && (c < '0' || c > '9') {
		return 0, wants("a whole number", s)
	}
	text := string(s.literal())
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
		return 0, &misfit{reason: "must be a whole number, found " + text}
	}
	return int64(f), nil
}
