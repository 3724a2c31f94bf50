package connector

import (
	"bytes"
	"unicode/utf8"
)

// plainYAML turns YAML as people and programs commonly write it into the JSON text that yamlToJSON makes of it, many
// times faster than the library, which builds tokens, events and nodes on the way. Whatever is unusual (tags, complex
// keys, scalars over several lines, tabs, several documents, …) and whatever is wrong it does not take: ok is false, and
// the library reads the text and says what is wrong. A fuzz test holds it to what the library makes.
func plainYAML(data []byte) (text []byte, ok bool) {
	if !ordinary(data) {
		return nil, false
	}
	p := &plainReader{data: data, scalars: yamlReader{out: make([]byte, 0, len(data)*5/4)}}
	indent, more := p.line()
	if !more || indent != 0 || !p.block(-1, 0, 0) {
		return nil, false
	}
	if _, more := p.line(); more {
		return nil, false
	}
	return p.scalars.out, true
}

// Limits of what plainYAML takes; the library sees to the rest.
const (
	plainDepth = MaxNesting / 2
	plainKey   = 200 // bytes of a member's name
	plainNames = 500 // members of a mapping: each is compared with each
)

// ordinary reports whether a text has only characters that mean the same everywhere, and no marks of documents.
func ordinary(data []byte) bool {
	if len(data) == 0 || data[len(data)-1] != '\n' {
		return false
	}
	start := true
	for i := 0; i < len(data); {
		c := data[i]
		if start {
			if c == '%' || bytes.HasPrefix(data[i:], []byte("---")) || bytes.HasPrefix(data[i:], []byte("...")) {
				return false
			}
			start = false
		}
		switch {
		case c == '\n':
			start = true
			i++
		case c < ' ' || c == 0x7f:
			return false
		case c < utf8.RuneSelf:
			i++
		default:
			r, size := utf8.DecodeRune(data[i:])
			// The library knows more ends of lines than one, and refuses what cannot be seen.
			if r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r >= 0xfffd && r <= 0xffff {
				return false
			}
			i += size
		}
	}
	return true
}

// plainReader walks the text once and writes JSON as it goes. Its methods report false for what they do not take.
type plainReader struct {
	data    []byte
	pos     int
	scalars yamlReader // has the output
	anchors map[string]anchored
	names   [][]byte // members of the mappings that are open
	deepest int
}

// anchored is a value that aliases stand for: its JSON text, how many values it comes to and how deep they stand.
type anchored struct {
	from, to      int
	nodes, height int
}

func (p *plainReader) write(text string) { p.scalars.out = append(p.scalars.out, text...) }

// line moves to the first character of the next line that says something, at the start of a line or at the rest of
// one that says nothing more. It returns the character's column.
func (p *plainReader) line() (indent int, more bool) {
	begin := p.pos
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ':
			p.pos++
		case '\n':
			p.pos++
			begin = p.pos
		case '#':
			p.pos += bytes.IndexByte(p.data[p.pos:], '\n')
		default:
			return p.pos - begin, true
		}
	}
	return 0, false
}

// peek is line without moving. Comments do not count: one ends a scalar.
func (p *plainReader) peek() (indent int, more bool) {
	at := p.pos
	indent, more = p.line()
	p.pos = at
	return indent, more
}

func (p *plainReader) spaces() {
	for p.data[p.pos] == ' ' {
		p.pos++
	}
}

// ended reports whether the rest of the line says nothing, and moves to its end.
func (p *plainReader) ended() bool {
	begin := p.pos
	p.spaces()
	if p.data[p.pos] == '#' && p.pos > begin {
		p.pos += bytes.IndexByte(p.data[p.pos:], '\n')
	}
	return p.data[p.pos] == '\n'
}

func (p *plainReader) enter(depth int) bool {
	p.scalars.nodes++
	p.deepest = max(p.deepest, depth)
	return depth < plainDepth && p.scalars.nodes < MaxYAMLNodes
}

// dash reports whether an item of a block sequence begins here.
func (p *plainReader) dash() bool {
	return p.data[p.pos] == '-' && (p.data[p.pos+1] == ' ' || p.data[p.pos+1] == '\n')
}

// block reads the value that begins here, at a column, where a line or an item begins: a sequence, a mapping or
// what fits on a line. Its parent stands at the column outer.
func (p *plainReader) block(outer, column, depth int) bool {
	if p.dash() {
		return p.enter(depth) && p.sequence(column, depth)
	}
	at := p.pos
	if name, ok := p.key(); ok && p.data[p.pos] == ':' && (p.data[p.pos+1] == ' ' || p.data[p.pos+1] == '\n') {
		return p.enter(depth) && p.mapping(name, column, depth)
	}
	p.pos = at
	return p.inline(outer, depth)
}

// sequence reads items at a column; the first begins here.
func (p *plainReader) sequence(column, depth int) bool {
	p.write("[")
	for first := true; ; first = false {
		if !first {
			p.write(",")
		}
		begin := p.pos
		p.pos++
		p.spaces()
		var ok bool
		switch p.data[p.pos] {
		case '\n', '#':
			ok = p.nested(column, false, depth+1)
		case '&':
			ok = p.inline(column, depth+1)
		default:
			ok = p.block(column, column+p.pos-begin, depth+1)
		}
		if !ok {
			return false
		}
		indent, more := p.peek()
		if !more || indent < column {
			p.write("]")
			return true
		}
		p.line()
		if indent > column || !p.dash() {
			if indent == column { // the parent goes on: its items stood at its own column
				p.pos -= indent
				p.write("]")
				return true
			}
			return false
		}
	}
}

// mapping reads members at a column; the name of the first has been read.
func (p *plainReader) mapping(name []byte, column, depth int) bool {
	outer := len(p.names)
	defer func() { p.names = p.names[:outer] }()
	p.write("{")
	for {
		if !p.member(outer, name) {
			return false
		}
		p.pos++ // the colon
		begin := p.pos
		p.spaces()
		switch c := p.data[p.pos]; {
		case c == '\n' || c == '#' && p.pos > begin:
			if !p.nested(column, true, depth+1) {
				return false
			}
		case !p.inline(column, depth+1):
			return false
		}
		indent, more := p.peek()
		if !more || indent < column {
			p.write("}")
			return true
		}
		p.line()
		if indent > column {
			return false
		}
		if p.dash() {
			return false
		}
		var ok bool
		if name, ok = p.key(); !ok || p.data[p.pos] != ':' || (p.data[p.pos+1] != ' ' && p.data[p.pos+1] != '\n') {
			return false
		}
		p.write(",")
	}
}

// member writes a name, unless it stands twice.
func (p *plainReader) member(outer int, name []byte) bool {
	if len(p.names)-outer == plainNames {
		return false
	}
	for _, other := range p.names[outer:] {
		if bytes.Equal(other, name) {
			return false
		}
	}
	p.names = append(p.names, name)
	p.text(name)
	p.write(":")
	return true
}

// nested reads a value that begins on a later line, deeper than its parent's column. Items of a mapping's member may
// stand at the mapping's own column. Without a value it is null.
func (p *plainReader) nested(column int, items bool, depth int) bool {
	at := p.pos
	indent, more := p.line()
	if more && (indent > column || items && indent == column && p.dash()) {
		return p.block(column, indent, depth)
	}
	p.pos = at
	p.write("null")
	return p.enter(depth)
}

// inline reads what follows a colon or a dash: a scalar, a flow collection, a block of text, an alias, or an anchor and
// what it is of.
func (p *plainReader) inline(column, depth int) bool {
	switch p.data[p.pos] {
	case '&':
		return p.anchor(depth, func() bool {
			if c := p.data[p.pos]; c == '\n' || c == '#' {
				at := p.pos
				indent, more := p.line()
				if !more || indent <= column || p.data[p.pos] == '&' || p.data[p.pos] == '*' {
					return false // of nothing, of items at the parent's column, or of what has a name already
				}
				p.pos = at
				return p.nested(column, false, depth)
			}
			return p.data[p.pos] != '*' && p.data[p.pos] != '&' && p.inline(column, depth)
		})
	case '|', '>':
		return column >= 0 && p.enter(depth) && p.lines(column)
	case '[', '{', '*', '"', '\'':
		return p.flow(depth) && p.ended()
	}
	if !p.enter(depth) || !p.plain(false) || !p.ended() {
		return false
	}
	indent, more := p.peek()
	return !more || indent <= column // else the scalar goes on
}

// anchor notes what a value comes to, for aliases.
func (p *plainReader) anchor(depth int, value func() bool) bool {
	p.pos++
	name := p.name()
	if name == "" || (p.data[p.pos] != ' ' && p.data[p.pos] != '\n') {
		return false
	}
	p.spaces()
	delete(p.anchors, name)
	a := anchored{from: len(p.scalars.out), nodes: p.scalars.nodes}
	deepest := p.deepest
	p.deepest = depth
	if !value() {
		return false
	}
	a.to, a.nodes, a.height = len(p.scalars.out), p.scalars.nodes-a.nodes, p.deepest-depth
	p.deepest = max(p.deepest, deepest)
	if p.anchors == nil {
		p.anchors = map[string]anchored{}
	}
	p.anchors[name] = a
	return true
}

// alias writes what an anchor is of once more.
func (p *plainReader) alias(depth int) bool {
	p.pos++
	a, known := p.anchors[p.name()]
	if !known || !p.enter(depth) || depth+a.height+1 >= plainDepth {
		return false
	}
	p.deepest = max(p.deepest, depth+a.height+1)
	p.scalars.nodes += a.nodes
	if p.scalars.nodes >= MaxYAMLNodes || len(p.scalars.out)+a.to-a.from > MaxDocument {
		return false
	}
	p.scalars.out = append(p.scalars.out, p.scalars.out[a.from:a.to]...)
	switch p.data[p.pos] {
	case ' ', '\n', ',', ']', '}':
		return true
	}
	return false
}

// name reads the name of an anchor.
func (p *plainReader) name() string {
	begin := p.pos
	for c := p.data[p.pos]; c == '_' || c == '-' || letter(c) || digit(c); c = p.data[p.pos] {
		p.pos++
	}
	return string(p.data[begin:p.pos])
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }
