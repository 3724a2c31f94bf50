package soap

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Shape is what a value is, by the definitions of a resource's model in the old dialect of Swagger, where the type of a
// property may be the name of another definition. A nil Shape knows nothing. It is read as it is needed, and must not be
// used by several goroutines at once.
type Shape struct {
	kind    string // string, integer, number, boolean, object, array; "" = not known
	all     *definitions
	source  gjson.Result
	items   *Shape
	members map[string]*member
}

// member is what an object says of one of its members; its shape is made when it is asked for.
type member struct {
	source gjson.Result
	shape  *Shape
}

// definitions are the model of a resource.
type definitions struct {
	source gjson.Result
	known  map[string]*Shape
}

// maxReferences is how many definitions may stand for each other before one says what it is.
const maxReferences = 10

// NewShape is the shape of a definition of a model by its name, nil when there is none.
func NewShape(model []byte, name string) *Shape {
	d := &definitions{source: gjson.ParseBytes(model), known: map[string]*Shape{}}
	return d.named(name, 0)
}

func (d *definitions) named(name string, depth int) *Shape {
	if s, ok := d.known[name]; ok {
		return s
	}
	source := memberOf(d.source, name)
	if !source.IsObject() {
		d.known[name] = nil
		return nil
	}
	s := &Shape{all: d}
	d.known[name] = s
	s.read(source, depth)
	return s
}

// shape is what a property says.
func (d *definitions) shape(source gjson.Result, depth int) *Shape {
	if name := reference(source); name != "" && depth < maxReferences {
		if s := d.named(name, depth+1); s != nil {
			return s
		}
	}
	s := &Shape{all: d}
	s.read(source, depth)
	return s
}

// reference is the name of the definition that a property stands for, in either way of saying it.
func reference(source gjson.Result) string {
	if ref := memberOf(source, "$ref").String(); ref != "" {
		const path = "#/definitions/"
		if len(ref) > len(path) && ref[:len(path)] == path {
			return ref[len(path):]
		}
		return ref
	}
	if kind := memberOf(source, "type"); kind.Type == gjson.String && !plainKind(kind.Str) {
		return kind.Str
	}
	return ""
}

func plainKind(name string) bool {
	switch name {
	case "string", "integer", "number", "boolean", "object", "array":
		return true
	}
	return false
}

func (s *Shape) read(source gjson.Result, depth int) {
	s.source = source
	switch kind := memberOf(source, "type").String(); {
	case plainKind(kind):
		s.kind = kind
	case memberOf(source, "properties").IsObject():
		s.kind = "object"
	default:
		if name := reference(source); name != "" && depth < maxReferences {
			if other := s.all.named(name, depth+1); other != nil && other != s {
				s.kind, s.source = other.kind, other.source
			}
		}
	}
}

func (s *Shape) isList() bool { return s != nil && s.kind == "array" }

func (s *Shape) isObject() bool { return s != nil && s.kind == "object" }

// item is what a list holds.
func (s *Shape) item() *Shape {
	if !s.isList() {
		return nil
	}
	if s.items == nil {
		s.items = s.all.shape(memberOf(s.source, "items"), 0)
	}
	return s.items
}

// member is the shape of a member of an object, nil when it has none of the name.
func (s *Shape) member(name string) *Shape {
	if !s.isObject() {
		return nil
	}
	if s.members == nil {
		s.members = map[string]*member{}
		memberOf(s.source, "properties").ForEach(func(key, source gjson.Result) bool {
			if source.IsObject() {
				s.members[key.Str] = &member{source: source}
			}
			return true
		})
	}
	m := s.members[name]
	if m == nil {
		return nil
	}
	if m.shape == nil {
		m.shape = s.all.shape(m.source, 0)
	}
	return m.shape
}

func (s *Shape) has(name string) bool { return s.member(name) != nil }

// Field is the type and the format of what stands at a path of names in a record, in the words of Swagger; "" where that
// is not known. The record of a list is its item.
func (s *Shape) Field(path string) (kind, format string) {
	if s.isList() {
		s = s.item()
	}
	for _, name := range strings.Split(path, ".") {
		if s = s.member(name); s == nil {
			return "", ""
		}
	}
	return s.kind, memberOf(s.source, "format").String()
}
