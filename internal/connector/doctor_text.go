package connector

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// doctorText prints element.json byte for byte as the doctor does, so that a folder under version control does not
// change when another program writes it: parts sorted by their names, members too, indented by four.
func (d *Definition) doctorText() ([]byte, error) {
	p := &doctorPrinter{order: collate.New(language.AmericanEnglish)}
	sortBy(p, d.Configuration, func(e *ConfigurationEntry) string { return e.Key })
	p.parts(d.Parameters, d.Hooks)
	for i := range d.Resources {
		p.parts(d.Resources[i].Parameters, d.Resources[i].Hooks)
	}
	slices.SortStableFunc(d.Resources, func(a, b Resource) int {
		return cmp.Or(p.order.CompareString(a.Path, b.Path), p.order.CompareString(a.Method, b.Method))
	})
	text, err := d.MarshalJSON()
	if err != nil {
		return nil, err
	}
	s := &scanner{data: text}
	s.space()
	p.value(s, 0)
	return p.out, nil
}

type doctorPrinter struct {
	order *collate.Collator // the order of JavaScript's localeCompare
	out   []byte
}

func (p *doctorPrinter) parts(parameters []Parameter, hooks []Hook) {
	sortBy(p, parameters, func(x *Parameter) string { return x.Name })
	slices.SortStableFunc(hooks, func(a, b Hook) int { return p.order.CompareString(b.Type, a.Type) })
}

func sortBy[P any](p *doctorPrinter, parts []P, name func(*P) string) {
	slices.SortStableFunc(parts, func(a, b P) int { return p.order.CompareString(name(&a), name(&b)) })
}

// member is one member of an object: its name and where its value stands.
type member struct {
	name  string
	index int // as JavaScript sees it: these come first, by number; -1 for all other names
	at    int
}

// value prints the value at hand, which stands so deep.
func (p *doctorPrinter) value(s *scanner, depth int) {
	switch s.data[s.pos] {
	case '{':
		p.object(s, depth)
	case '[':
		p.out = append(p.out, '[')
		empty := true
		for first := true; s.next(first); first = false {
			p.line(first, depth+1)
			p.value(s, depth+1)
			empty = false
		}
		p.end(']', empty, depth)
	case '"':
		p.out = appendScriptString(p.out, s.text())
	default:
		p.out = append(p.out, scriptNumber(s.literal())...)
	}
}

func (p *doctorPrinter) object(s *scanner, depth int) {
	var members []member
	for first := true; s.next(first); first = false {
		name := string(readable(s.member()))
		members = append(members, member{name, arrayIndex(name), s.pos})
		s.pos = s.skip()
	}
	end := s.pos
	slices.SortStableFunc(members, func(a, b member) int {
		switch {
		case a.index >= 0 && b.index >= 0:
			return cmp.Compare(a.index, b.index)
		case a.index >= 0:
			return -1
		case b.index >= 0:
			return 1
		}
		return p.order.CompareString(a.name, b.name)
	})
	p.out = append(p.out, '{')
	for i, m := range members {
		p.line(i == 0, depth+1)
		p.out = append(appendScriptString(p.out, m.name), ": "...)
		s.pos = m.at
		p.value(s, depth+1)
	}
	p.end('}', len(members) == 0, depth)
	s.pos = end
}

func (p *doctorPrinter) line(first bool, depth int) {
	if !first {
		p.out = append(p.out, ',')
	}
	p.out = append(p.out, '\n')
	p.out = append(p.out, strings.Repeat("    ", depth)...)
}

func (p *doctorPrinter) end(bracket byte, empty bool, depth int) {
	if !empty {
		p.line(true, depth)
	}
	p.out = append(p.out, bracket)
}

// arrayIndex is the number that a name spells if JavaScript takes it for an array's index.
func arrayIndex(name string) int {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil && n < 1<<32-1 && strconv.FormatUint(n, 10) == name {
		return int(n)
	}
	return -1
}

// appendScriptString writes a string as JSON.stringify does.
func appendScriptString(dst []byte, s string) []byte {
	start := len(dst)
	dst = appendString(dst, s)
	if bytes.Contains(dst[start:], []byte(`\u00`)) {
		short := strings.NewReplacer(`\\`, `\\`, `\u0008`, `\b`, `\u000c`, `\f`).Replace(string(dst[start:]))
		dst = append(dst[:start], short...)
	}
	return dst
}

// scriptNumber writes a number as JavaScript does: 1.50 is 1.5. Whole numbers stay as they are, also those that
// JavaScript has no place for.
func scriptNumber(text []byte) []byte {
	if !bytes.ContainsAny(text, ".eE") || text[0] == 't' || text[0] == 'f' {
		return text
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return text
	}
	if printed, err := json.Marshal(f); err == nil {
		return printed
	}
	return text
}
