package connector

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"

	"jackfield/internal/fault"
)

// MaxNesting is how deep values may stand in each other. Exported definitions come to 11 levels; whoever walks a
// definition later need not fear for its stack.
const MaxNesting = 200

// ParseJSON reads one definition. Members that the model does not know are kept in Extra. Text that
// is no JSON is an Invalid fault; members of the wrong type, members that stand twice and values
// nested too deeply are a Rejection, which names all of them.
func ParseJSON(data []byte) (*Definition, error) {
	d := &Definition{}
	if err := unmarshal(data, d); err != nil {
		return nil, err
	}
	return d, nil
}

func unmarshal(data []byte, part any) error {
	wrong, valid := inspect(data)
	if !valid {
		var ignored any
		err := json.Unmarshal(data, &ignored) // only to learn what is wrong, and where
		return fault.New(fault.Invalid, "the body is not valid JSON: %v%s", err, lineOf(data, err))
	}
	if len(wrong) > 0 {
		return rejection(wrong)
	}
	s := &scanner{data: data}
	s.space()
	return rejection(s.object(reflect.ValueOf(part).Elem()))
}

// lineOf is the line of a syntax error, in words, or nothing.
func lineOf(data []byte, err error) string {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) || syntax.Offset < 1 || syntax.Offset > int64(len(data)) || !bytes.Contains(data, []byte{'\n'}) {
		return ""
	}
	return " (line " + strconv.Itoa(1+bytes.Count(data[:syntax.Offset-1], []byte{'\n'})) + ")"
}

// misfit is a member that cannot be read. The path is put together on the way out.
type misfit struct{ path, reason string }

// misfits are all that are wrong with a value; no more than maxMisfits are looked for.
type misfits []misfit

// maxMisfits ends the search for more: whoever has so many did not mean a definition.
const maxMisfits = 100

// maxPath is how long a path in a message gets; the inner steps of a longer one are left out.
const maxPath = 200

// in says of every misfit that it is inside the member or the element that step names.
func (all misfits) in(step string) misfits {
	for i := range all {
		m := &all[i]
		if len(step) > maxPath {
			step = strings.ToValidUTF8(step[:maxPath], "") + "…"
		}
		if len(m.path) > maxPath {
			m.path = strings.ToValidUTF8(m.path[:maxPath], "") + "…"
		}
		switch {
		case m.path == "":
			m.path = step
		case m.path[0] == '[':
			m.path = step + m.path
		default:
			m.path = step + "." + m.path
		}
	}
	return all
}

// rejection is the error for what is wrong, nil when nothing is.
func rejection(wrong misfits) error {
	problems := make([]Problem, len(wrong))
	for i, m := range wrong {
		problems[i] = Problem{Error, m.path, m.reason}
	}
	return Refuse(problems)
}

// unfit passes a value and says what it should have been.
func (s *scanner) unfit(what string) misfits {
	m := misfit{reason: "must be " + what + ", found " + s.kind()}
	s.pos = s.skip()
	return misfits{m}
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

// object reads a struct. It fills v, which is addressable, and passes the value even where it does not fit.
func (s *scanner) object(v reflect.Value) (wrong misfits) {
	if s.data[s.pos] != '{' {
		return s.unfit("an object")
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
		if m := s.value(f, target); m != nil && len(wrong) < maxMisfits {
			wrong = append(wrong, m.in(f.name)...)
		}
	}
	return wrong
}

func (s *scanner) value(f *field, target reflect.Value) misfits {
	c := s.data[s.pos]
	switch f.form {
	case formString, formText:
		if c == '"' {
			target.SetString(s.text())
			return nil
		}
		if f.form == formString || c == '{' || c == '[' {
			return s.unfit("a string")
		}
		target.SetString(string(s.literal()))
	case formBool:
		if c != 't' && c != 'f' {
			return s.unfit("true or false")
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
		return s.object(target)
	case formPointer:
		fresh := reflect.New(f.elem)
		target.Set(fresh)
		return s.object(fresh.Elem())
	case formStructs, formStrings, formInts:
		return s.array(f, target)
	}
	return nil
}

func (s *scanner) array(f *field, target reflect.Value) (wrong misfits) {
	if s.data[s.pos] != '[' {
		return s.unfit("an array")
	}
	list := s.borrow(target.Type())
	for n, first := 0, true; s.next(first); n, first = n+1, false {
		if n == list.Cap() {
			list.Grow(max(firstGrowth, n))
		}
		list.SetLen(n + 1)
		item := list.Index(n)
		var m misfits
		switch f.form {
		case formStructs:
			m = s.object(item)
		case formStrings:
			m = s.value(&field{form: formString}, item)
		default:
			m = s.value(&field{form: formInt}, item)
		}
		if m != nil && len(wrong) < maxMisfits {
			wrong = append(wrong, m.in("["+strconv.Itoa(n)+"]")...)
		}
	}
	exact := reflect.MakeSlice(target.Type(), list.Len(), list.Len()) // definitions live long: keep no more than there is
	reflect.Copy(exact, list)
	target.Set(exact)
	list.Clear()
	list.SetLen(0)
	s.spare[target.Type()] = list
	return wrong
}

// borrow is an empty list to grow. Its room is used again, because most of what reading leaves behind was room of lists
// that had to grow. A list that stands in one of its own type gets another.
func (s *scanner) borrow(t reflect.Type) reflect.Value {
	if list, ok := s.spare[t]; ok {
		delete(s.spare, t)
		return list
	}
	if s.spare == nil {
		s.spare = map[reflect.Type]reflect.Value{}
	}
	return reflect.New(t).Elem() // addressable, so that it can grow
}

// firstGrowth is the room a list begins with. Most lists of a definition are short.
const firstGrowth = 4

// integer reads a whole number, also when it is written as 1.0 or 1e3.
func (s *scanner) integer() (int64, misfits) {
	if c := s.data[s.pos]; c != '-' && (c < '0' || c > '9') {
		return 0, s.unfit("a whole number")
	}
	text := string(s.literal())
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
		return 0, misfits{{reason: "must be a whole number, found " + text}}
	}
	return int64(f), nil
}
