package mapping

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// shaper walks a document once. Output is copied lazily: src[copied:pos] is what is kept but not yet appended.
type shaper struct {
	src    []byte
	dst    []byte
	copied int
	drop   bool
	muted  bool // validate only, append nothing
	strict bool // invalid UTF-8 is an error; otherwise it becomes U+FFFD, as encoding/json has it
	info   Info
	err    *SyntaxError
}

// failed marks the end of a scan that met an error; positions are never negative otherwise.
const failed = -1

func (s *shaper) fail(at int, reason string) int {
	if s.err == nil {
		s.err = &SyntaxError{Offset: at, Reason: reason}
	}
	return failed
}

// flush appends what is kept so far.
func (s *shaper) flush(to int) {
	if to > s.copied {
		if !s.muted {
			s.dst = append(s.dst, s.src[s.copied:to]...)
		}
		s.copied = to
	}
}

// document shapes the whole of src.
func (s *shaper) document(fields *fieldNode) error {
	start := s.blank(0)
	s.copied = start
	end := s.top(start, fields)
	if end == failed {
		return s.err
	}
	s.flush(end)
	if rest := s.blank(end); rest != len(s.src) {
		s.fail(rest, "unexpected text after the value")
		return s.err
	}
	return nil
}

// top is the value that the caller gets: its elements are counted when it is an array.
func (s *shaper) top(i int, fields *fieldNode) int {
	if i < len(s.src) && s.src[i] == '[' {
		s.info.Array = true
		return s.array(i, fields, 1, &s.info.Count)
	}
	return s.value(i, fields, 0)
}

// extract looks for the root key and shapes what it names; everything around it is checked and dropped.
func (s *shaper) extract(p *Plan) (found bool, err error) {
	s.muted = true
	i := s.blank(0)
	if i >= len(s.src) || s.src[i] != '{' {
		return false, nil
	}
	end := s.descend(i, p.root, p.fields, &found)
	if end == failed {
		return false, s.err
	}
	if rest := s.blank(end); rest != len(s.src) {
		s.fail(rest, "unexpected text after the value")
		return false, s.err
	}
	return found, nil
}

func (s *shaper) descend(i int, path []string, fields *fieldNode, found *bool) int {
	i = s.blank(i + 1)
	if i < len(s.src) && s.src[i] == '}' {
		return i + 1
	}
	for {
		key, start := s.key(i)
		if start == failed {
			return failed
		}
		wanted := !*found && string(key) == path[0]
		switch {
		case wanted && len(path) == 1:
			*found = true
			s.muted, s.copied = false, start
			if i = s.top(start, fields); i == failed {
				return failed
			}
			s.flush(i)
			s.muted = true
		case wanted && start < len(s.src) && s.src[start] == '{':
			i = s.descend(start, path[1:], fields, found)
		default:
			i = s.value(start, nil, 1)
		}
		if i == failed {
			return failed
		}
		next, done := s.separator(i, '}')
		if next == failed || done {
			return next
		}
		i = next
	}
}

// separator reads a comma or the closing byte behind an element, and gives the place of the next element.
func (s *shaper) separator(i int, closing byte) (next int, done bool) {
	i = s.blank(i)
	if i < len(s.src) {
		switch s.src[i] {
		case ',':
			return s.blank(i + 1), false
		case closing:
			return i + 1, true
		}
	}
	return s.fail(i, "a comma or the closing bracket is missing"), true
}

// value scans one value and returns the place behind it.
func (s *shaper) value(i int, fields *fieldNode, depth int) int {
	if i >= len(s.src) {
		return s.fail(i, "unexpected end")
	}
	switch c := s.src[i]; c {
	case '"':
		return s.text(i)
	case '{':
		return s.object(i, fields, depth+1)
	case '[':
		return s.array(i, fields, depth+1, nil)
	case 't':
		return s.word(i, "true")
	case 'f':
		return s.word(i, "false")
	case 'n':
		return s.word(i, "null")
	default:
		if c == '-' || c-'0' <= 9 {
			return s.number(i)
		}
		return s.fail(i, "a value is missing")
	}
}

func (s *shaper) word(i int, word string) int {
	if len(s.src)-i >= len(word) && string(s.src[i:i+len(word)]) == word {
		return i + len(word)
	}
	return s.fail(i, "a value is missing")
}

// object scans {…}, leaving out what the selection or the null filter drops.
func (s *shaper) object(i int, fields *fieldNode, depth int) int {
	if depth > MaxDepth {
		return s.fail(i, "nested too deeply")
	}
	src := s.src
	lastKept := i + 1 // behind what stays: the brace, or the last member kept
	anyKept, anyDropped := false, false
	i = s.blank(i + 1)
	if i < len(src) && src[i] == '}' {
		return i + 1
	}
	for {
		key, start := s.key(i)
		if start == failed {
			return failed
		}
		var below *fieldNode
		keep := true
		if fields != nil {
			below, keep = fields.children[string(key)]
		}
		if keep && s.drop && start < len(src) && src[start] == 'n' {
			keep = false
		}
		if keep {
			i = s.value(start, below, depth)
			anyKept, lastKept = true, i
		} else {
			s.flush(lastKept)
			i = s.dropped(start, depth)
			anyDropped = true
		}
		if i == failed {
			return failed
		}
		i = s.blank(i)
		if i >= len(src) {
			return s.fail(i, "unexpected end")
		}
		switch src[i] {
		case '}':
			return i + 1
		case ',':
			i++
			if anyDropped && !anyKept {
				s.copied = i
			}
			i = s.blank(i)
		default:
			return s.fail(i, "a comma or } is missing")
		}
	}
}

// dropped scans a value that is left out; what follows is copied from behind it.
func (s *shaper) dropped(i, depth int) int {
	before := s.muted
	s.muted = true
	end := s.value(i, nil, depth)
	s.muted = before
	if end != failed {
		s.copied = end
	}
	return end
}

// key scans a member name and its colon, and returns the name and the place of the value.
func (s *shaper) key(i int) (name []byte, value int) {
	if i >= len(s.src) || s.src[i] != '"' {
		return nil, s.fail(i, "a member name is missing")
	}
	end := s.text(i)
	if end == failed {
		return nil, failed
	}
	name = s.src[i+1 : end-1]
	for _, c := range name {
		if c == '\\' {
			name = unescape(s.src[i:end])
			break
		}
	}
	i = end
	if i < len(s.src) && s.src[i] <= ' ' {
		i = s.blank(i)
	}
	if i >= len(s.src) || s.src[i] != ':' {
		return nil, s.fail(i, "a colon is missing")
	}
	i++
	if i < len(s.src) && s.src[i] <= ' ' {
		i = s.blank(i)
	}
	return name, i
}

func (s *shaper) array(i int, fields *fieldNode, depth int, count *int) int {
	if depth > MaxDepth {
		return s.fail(i, "nested too deeply")
	}
	i = s.blank(i + 1)
	if i < len(s.src) && s.src[i] == ']' {
		return i + 1
	}
	n := 0
	for {
		if i = s.value(i, fields, depth); i == failed {
			return failed
		}
		n++
		next, done := s.separator(i, ']')
		if done {
			if count != nil {
				*count = n
			}
			return next
		}
		i = next
	}
}

func (s *shaper) blank(i int) int {
	for i < len(s.src) {
		switch s.src[i] {
		case ' ', '\n', '\r', '\t':
			i++
		default:
			return i
		}
	}
	return i
}

// number checks -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func (s *shaper) number(i int) int {
	src := s.src
	if src[i] == '-' {
		i++
	}
	switch {
	case i < len(src) && src[i] == '0':
		i++
	case i < len(src) && src[i]-'1' <= 8:
		i = digits(src, i)
	default:
		return s.fail(i, "a digit is missing")
	}
	if i < len(src) && src[i] == '.' {
		end := digits(src, i+1)
		if end == i+1 {
			return s.fail(end, "a digit is missing")
		}
		i = end
	}
	if i < len(src) && src[i]|0x20 == 'e' {
		i++
		if i < len(src) && (src[i] == '+' || src[i] == '-') {
			i++
		}
		end := digits(src, i)
		if end == i {
			return s.fail(end, "a digit is missing")
		}
		i = end
	}
	return i
}

func digits(src []byte, i int) int {
	for i < len(src) && src[i]-'0' <= 9 {
		i++
	}
	return i
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks, in the high bit of each of eight bytes, those that end a plain run of text: quote, backslash,
// control characters and everything beyond ASCII. The lowest mark is exact; higher ones may be false behind it.
func special(w uint64) uint64 {
	quote := w ^ (ones * '"')
	slash := w ^ (ones * '\\')
	return (w | ((quote - ones) &^ quote) | ((slash - ones) &^ slash) | ((w - ones*0x20) &^ w)) & highs
}

// text scans a string from its quote and returns the place behind the closing one.
func (s *shaper) text(i int) int {
	src := s.src
	i++
	for {
		for i+8 <= len(src) {
			mark := special(binary.LittleEndian.Uint64(src[i:]))
			if mark != 0 {
				i += bits.TrailingZeros64(mark) >> 3
				break
			}
			i += 8
		}
		if i >= len(src) {
			return s.fail(i, "the text does not end")
		}
		switch c := src[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			if i = s.escape(i); i == failed {
				return failed
			}
		case c < ' ':
			return s.fail(i, "a control character stands in a text")
		case c < utf8.RuneSelf:
			i++
		default:
			if i = s.rune(i); i == failed {
				return failed
			}
		}
	}
}

// rune steps over one character beyond ASCII. A byte that is no UTF-8 is replaced, or refused when strict.
func (s *shaper) rune(i int) int {
	r, size := utf8.DecodeRune(s.src[i:])
	if r != utf8.RuneError || size != 1 {
		return i + size
	}
	if s.strict {
		return s.fail(i, "invalid UTF-8")
	}
	s.flush(i)
	if !s.muted {
		s.dst = append(s.dst, "�"...)
	}
	s.copied = i + 1
	return i + 1
}

func (s *shaper) escape(i int) int {
	src := s.src
	if i+1 >= len(src) {
		return s.fail(i, "the text does not end")
	}
	switch src[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		if i+6 <= len(src) && hex(src[i+2]) && hex(src[i+3]) && hex(src[i+4]) && hex(src[i+5]) {
			return i + 6
		}
	}
	return s.fail(i, "an escape is not valid")
}

func hex(c byte) bool {
	return c-'0' <= 9 || (c|0x20)-'a' <= 5
}
