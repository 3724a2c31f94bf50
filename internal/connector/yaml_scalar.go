package connector

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v3"
)

// The scalars and flow collections of plainYAML.

// key reads the name of a member: quoted, or of characters that mean nothing else.
func (p *plainReader) key() ([]byte, bool) {
	begin := p.pos
	switch c := p.data[p.pos]; {
	case c == '"' || c == '\'':
		name, ok := p.quoted()
		return name, ok && p.pos-begin < plainKey
	case !letter(c) && !digit(c) && c != '_' && c != '$' && c != '/':
		return nil, false
	}
	for {
		c := p.data[p.pos]
		if c == ' ' && (letter(p.data[p.pos+1]) || digit(p.data[p.pos+1])) {
			p.pos++
			continue
		}
		if !letter(c) && !digit(c) && strings.IndexByte("_$/.@-+", c) < 0 {
			return p.data[begin:p.pos], p.pos-begin < plainKey
		}
		p.pos++
	}
}

// flow reads a collection in brackets, a quoted scalar or an alias.
func (p *plainReader) flow(depth int) bool {
	switch p.data[p.pos] {
	case '*':
		return p.alias(depth)
	case '"', '\'':
		value, ok := p.quoted()
		p.text(value)
		return ok && p.enter(depth)
	case '[':
		return p.enter(depth) && p.items(depth)
	}
	return p.enter(depth) && p.members(depth)
}

// blank passes white space, ends of lines and comments in a flow collection.
func (p *plainReader) blank() bool {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\n':
			p.pos++
		case '#':
			if before := p.data[p.pos-1]; before != ' ' && before != '\n' {
				return false
			}
			p.pos += bytes.IndexByte(p.data[p.pos:], '\n')
		default:
			return true
		}
	}
	return false
}

// flowValue reads one value in a flow collection, and the white space around it.
func (p *plainReader) flowValue(depth int) bool {
	if !p.blank() {
		return false
	}
	ok := false
	switch p.data[p.pos] {
	case '[', '{', '*', '"', '\'':
		ok = p.flow(depth)
	case '&':
		ok = p.anchor(depth, func() bool {
			return !strings.ContainsRune("*&#\n", rune(p.data[p.pos])) && p.flowValue(depth)
		})
	default:
		ok = p.enter(depth) && p.plain(true)
	}
	return ok && p.blank()
}

func (p *plainReader) items(depth int) bool {
	p.write("[")
	p.pos++
	if !p.blank() {
		return false
	}
	for first := true; p.data[p.pos] != ']'; first = false {
		if !first {
			if p.data[p.pos] != ',' {
				return false
			}
			p.pos++
			p.write(",")
		}
		if !p.flowValue(depth + 1) {
			return false
		}
	}
	p.pos++
	p.write("]")
	return true
}

func (p *plainReader) members(depth int) bool {
	outer := len(p.names)
	defer func() { p.names = p.names[:outer] }()
	p.write("{")
	p.pos++
	if !p.blank() {
		return false
	}
	for first := true; p.data[p.pos] != '}'; first = false {
		if !first {
			if p.data[p.pos] != ',' {
				return false
			}
			p.pos++
			p.write(",")
			if !p.blank() {
				return false
			}
		}
		name, ok := p.key()
		if !ok || p.data[p.pos] != ':' || (p.data[p.pos+1] != ' ' && p.data[p.pos+1] != '\n') || !p.member(outer, name) {
			return false
		}
		p.pos++
		if !p.flowValue(depth + 1) {
			return false
		}
	}
	p.pos++
	p.write("}")
	return true
}

// quoted reads a scalar in quotes that ends on its line.
func (p *plainReader) quoted() ([]byte, bool) {
	quote := p.data[p.pos]
	p.pos++
	begin := p.pos
	for c := p.data[p.pos]; c != quote && c != '\\' && c != '\n'; c = p.data[p.pos] {
		p.pos++
	}
	value := p.data[begin:p.pos:p.pos] // appending makes a copy
	for {
		c := p.data[p.pos]
		switch {
		case c == '\n':
			return nil, false
		case c == quote && quote == '\'' && p.data[p.pos+1] == '\'':
			value = append(value, '\'')
			p.pos += 2
		case c == quote:
			p.pos++
			return value, true
		case c == '\\' && quote == '"':
			var ok bool
			if value, ok = p.escape(value); !ok {
				return nil, false
			}
		default:
			value = append(value, c)
			p.pos++
		}
	}
}

func (p *plainReader) escape(value []byte) ([]byte, bool) {
	c := p.data[p.pos+1]
	p.pos += 2
	switch c {
	case '"', '\\':
		return append(value, c), true
	case 'n':
		return append(value, '\n'), true
	case 'r':
		return append(value, '\r'), true
	case 't':
		return append(value, '\t'), true
	case 'u':
		if p.pos+4 > len(p.data) {
			return nil, false
		}
		code, err := strconv.ParseUint(string(p.data[p.pos:p.pos+4]), 16, 16)
		if err != nil || !utf8.ValidRune(rune(code)) {
			return nil, false
		}
		p.pos += 4
		return utf8.AppendRune(value, rune(code)), true
	}
	return nil, false
}

// plain reads a scalar without quotes up to the end of the line, a comment or, in a flow collection, what ends an item.
func (p *plainReader) plain(flow bool) bool {
	begin := p.pos
	switch c := p.data[p.pos]; {
	case c == '-':
		if next := p.data[p.pos+1]; !letter(next) && !digit(next) {
			return false
		}
	case strings.IndexByte("?:,[]{}#&*!|>'\"%@`", c) >= 0:
		return false
	}
	end := begin // after the last character that is no space
scan:
	for {
		switch c := p.data[p.pos]; c {
		case '\n':
			break scan
		case ' ':
			if p.data[p.pos+1] == '#' {
				break scan
			}
			p.pos++
			continue
		case ':':
			if next := p.data[p.pos+1]; next == ' ' || next == '\n' || flow && strings.IndexByte(",[]{}", next) >= 0 {
				return false
			}
		case ',', ']', '}':
			if flow {
				break scan
			}
		case '[', '{', '?':
			if flow {
				return false
			}
		}
		p.pos++
		end = p.pos
	}
	p.pos = end
	if end == begin {
		return false
	}
	return p.typed(p.data[begin:end])
}

// text writes a string. Most have nothing to escape and need no copy.
func (p *plainReader) text(value []byte) {
	for _, c := range value {
		if c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			p.scalars.out = appendString(p.scalars.out, string(value))
			return
		}
	}
	p.scalars.out = append(append(append(p.scalars.out, '"'), value...), '"')
}

// maybeTyped are the letters that words of a type begin with: true, false, null, yes, no, on, off, in any case.
const maybeTyped = "tTfFnNyYoO"

// typed writes a scalar without quotes: most are words, and what may be something else is left to the library.
func (p *plainReader) typed(value []byte) bool {
	c := value[0]
	switch string(value) {
	case "true", "false", "null":
		p.write(string(value))
		return true
	}
	switch {
	case c >= '1' && c <= '9' && len(value) < 16 && allDigits(value):
		p.write(string(value))
		return true
	case c == '/' || c == '$' || letter(c) && (len(value) > len("false") || strings.IndexByte(maybeTyped, c) < 0):
		p.text(value)
		return true
	}
	return p.scalars.scalar(&yaml.Node{Kind: yaml.ScalarNode, Value: string(value)}) == nil
}

func allDigits(value []byte) bool {
	for _, c := range value {
		if !digit(c) {
			return false
		}
	}
	return true
}

// lines reads a block of text, whose lines stand deeper than the column.
func (p *plainReader) lines(column int) bool {
	folded := p.data[p.pos] == '>'
	p.pos++
	chomp := p.data[p.pos]
	if chomp == '-' || chomp == '+' {
		p.pos++
	}
	p.spaces()
	if p.data[p.pos] != '\n' {
		return false
	}
	p.pos++
	var value []byte
	indent, blank := -1, 0 // blank lines since the last one with text
	for p.pos < len(p.data) {
		length := bytes.IndexByte(p.data[p.pos:], '\n')
		line := p.data[p.pos : p.pos+length]
		text := bytes.TrimLeft(line, " ")
		if len(text) == 0 {
			if len(line) > max(indent, column+1) {
				return false // spaces that may or may not count
			}
			blank++
			p.pos += length + 1
			continue
		}
		if indent < 0 {
			if indent = length - len(text); indent <= column || blank > 0 {
				return false
			}
		}
		if length-len(text) < indent {
			break
		}
		switch {
		case folded && (blank > 0 || length-len(text) > indent):
			return false // its own rules
		case folded && value != nil:
			value[len(value)-1] = ' '
		}
		for ; blank > 0; blank-- {
			value = append(value, '\n')
		}
		value = append(append(value, line[indent:]...), '\n')
		p.pos += length + 1
	}
	switch {
	case value == nil:
		return false
	case chomp == '-':
		value = value[:len(value)-1]
	case chomp == '+':
		for ; blank > 0; blank-- {
			value = append(value, '\n')
		}
	}
	p.pos-- // the end of the last line
	p.text(value)
	return true
}
