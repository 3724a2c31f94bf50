package conversion

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kinds of a shape. The words are those of the old Swagger dialect.
const (
	kindObject  = "object"
	kindArray   = "array"
	kindString  = "string"
	kindInteger = "integer"
	kindNumber  = "number"
	kindBoolean = "boolean"
	kindUnknown = "unknown" // legal in the dialect: anything
)

// shape is a data type on its way from a foreign schema to the old dialect of resource models. Either
// it names a type of the dictionary, or it is spelt out.
type shape struct {
	name        string // of a type in the dictionary; everything but description is empty then
	kind        string
	format      string
	description string
	sample      json.RawMessage
	enum        []json.RawMessage
	fields      []field        // of an object
	items       *shape         // of an array
	index       map[string]int // of fields, once they are many
}

type field struct {
	name     string
	shape    *shape
	required bool
	readOnly bool
	key      bool // part of the primary key
}

// find is the place of a field, -1 when there is none.
func (s *shape) find(name string) int {
	if len(s.fields) < indexed {
		for i := range s.fields {
			if s.fields[i].name == name {
				return i
			}
		}
		return -1
	}
	if len(s.index) != len(s.fields) {
		s.index = make(map[string]int, len(s.fields))
		for i := range s.fields {
			s.index[s.fields[i].name] = i
		}
	}
	if i, ok := s.index[name]; ok {
		return i
	}
	return -1
}

// add appends a field, or replaces the one with its name.
func (s *shape) add(f field) {
	if i := s.find(f.name); i >= 0 {
		s.fields[i] = f
		return
	}
	if s.index != nil {
		s.index[f.name] = len(s.fields)
	}
	s.fields = append(s.fields, f)
}

// dictionary holds the named types of a document and prints models of them.
type dictionary struct {
	types   map[string]*shape
	printed map[string]*printedType
	nested  map[string]bool // names of nested objects of printed types
	counts  map[string]int  // how often a name was wanted again
	models  int             // how many models are still to come, about
	sampled int             // bytes of all samples so far
	spent   int             // bytes of all models so far
	cut     bool            // a model left out definitions
}

func newDictionary() *dictionary {
	return &dictionary{types: map[string]*shape{}, printed: map[string]*printedType{}, nested: map[string]bool{}, counts: map[string]int{}}
}

// maxAliases is how many names may lead to each other before one of them is a type.
const maxAliases = 10

// resolve follows names until there is a shape. It is nil for an unknown name.
func (d *dictionary) resolve(s *shape) *shape {
	for range maxAliases {
		if s == nil || s.name == "" {
			return s
		}
		s = d.types[s.name]
	}
	return nil
}

// has reports whether a type or a nested object of one has the name.
func (d *dictionary) has(name string) bool {
	_, there := d.types[name]
	return there || d.nested[name]
}

// free gives a name that is legal for a definition and that no type has yet.
func (d *dictionary) free(wanted string) string {
	base := definitionName(wanted)
	name := base
	for d.has(name) {
		d.counts[base]++
		name = base + strconv.Itoa(d.counts[base]+1)
	}
	return name
}

// definitionName keeps of a name what may stand in references, and steps out of the way of the words
// that mean a type.
func definitionName(wanted string) string {
	name := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-', r == '.':
			return r
		}
		return '_'
	}, wanted), "_")
	switch strings.ToLower(name) {
	case "":
		return "type"
	case kindObject, kindArray, kindString, kindInteger, kindNumber, kindBoolean, kindUnknown,
		"long", "float", "double", "byte", "binary", "date", "datetime", "date-time", "password", "file", "void", "null", "any", "int":
		return name + "Type"
	}
	return name
}

// capital is the text with a capital first letter, as names are joined.
func capital(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + text[size:]
}
