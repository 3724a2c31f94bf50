package connector

import (
	"bytes"
	"encoding/json"
	"hash/maphash"
	"slices"
	"strconv"
	"unicode/utf8"
)

// inspector passes over text once, before it is read. It tells whether the text is JSON, which the scanner relies on,
// and looks for what a reader would overlook: members that stand twice, of which only one could count, and values nested
// deeper than MaxNesting.
type inspector struct {
	data  []byte
	pos   int
	bad   bool // the text is no JSON
	seed  maphash.Seed
	names []uint64 // hashes of the names of the objects that are open
}

// fewNames is up to how many members of an object are compared each with each.
const fewNames = 8

// inspect names all that is wrong with JSON text, and whether it is JSON at all.
func inspect(data []byte) (wrong misfits, valid bool) {
	s := &inspector{data: data, seed: maphash.MakeSeed()}
	s.space()
	wrong = s.value(0)
	s.space()
	return wrong, !s.bad && s.pos == len(data)
}

// byteKind sorts bytes for the inner loops.
type byteKind uint8

const (
	kindOther   byteKind = iota
	kindSpace            // white space between values
	kindControl          // not allowed in a string
	kindQuote            // ends a string or begins an escape
)

var byteKinds = func() (kinds [256]byteKind) {
	for c := range 0x20 {
		kinds[c] = kindControl
	}
	for _, c := range []byte(" \t\r\n") {
		kinds[c] = kindSpace
	}
	kinds['"'], kinds['\\'] = kindQuote, kindQuote
	return kinds
}()

// space skips white space and returns the byte that follows, 0 at the end.
func (s *inspector) space() byte {
	for s.pos < len(s.data) {
		c := s.data[s.pos]
		if byteKinds[c] != kindSpace {
			return c
		}
		s.pos++
	}
	return 0
}

// fail notes that the text is no JSON and goes to its end, where everything stops.
func (s *inspector) fail() misfits {
	s.bad, s.pos = true, len(s.data)
	return nil
}

// value passes a value of any kind.
func (s *inspector) value(depth int) (wrong misfits) {
	if s.pos == len(s.data) {
		return s.fail()
	}
	switch c := s.data[s.pos]; c {
	case '{', '[':
		if depth == MaxNesting {
			return s.tooDeep()
		}
		if c == '{' {
			return s.members(depth + 1)
		}
		return s.items(depth + 1)
	case '"':
		s.text()
	case 't':
		s.word("true")
	case 'f':
		s.word("false")
	case 'n':
		s.word("null")
	default:
		s.number()
	}
	return nil
}

// tooDeep passes a value without going down into it.
func (s *inspector) tooDeep() misfits {
	d := json.NewDecoder(bytes.NewReader(s.data[s.pos:]))
	var raw json.RawMessage
	if d.Decode(&raw) != nil {
		return s.fail()
	}
	s.pos += len(raw)
	return misfits{{reason: "is nested deeper than the limit of " + strconv.Itoa(MaxNesting) + " levels"}}
}

// separator passes what stands between two values of a list, or its end, and reports whether another value follows.
func (s *inspector) separator(first bool, end byte) bool {
	switch c := s.space(); {
	case c == end:
		s.pos++
		return false
	case first && c != 0:
		return true
	case c == ',':
		s.pos++
		s.space()
		return true
	}
	s.fail()
	return false
}

func (s *inspector) items(depth int) (wrong misfits) {
	s.pos++
	for n := 0; s.separator(n == 0, ']'); n++ {
		if m := s.value(depth); m != nil && len(wrong) < maxMisfits {
			wrong = append(wrong, m.in("["+strconv.Itoa(n)+"]")...)
		}
	}
	return wrong
}

// members passes an object. Names are compared by hashes with a seed of their own, so that no object can be made to
// take long.
func (s *inspector) members(depth int) (wrong misfits) {
	begin, outer := s.pos, len(s.names)
	s.pos++
	for first := true; s.separator(first, '}'); first = false {
		if s.pos == len(s.data) || s.data[s.pos] != '"' {
			return s.fail()
		}
		name := s.name()
		if s.space() != ':' {
			return s.fail()
		}
		s.pos++
		s.space()
		s.names = append(s.names, maphash.Bytes(s.seed, name))
		if m := s.value(depth); m != nil && len(wrong) < maxMisfits {
			wrong = append(wrong, m.in(string(name))...)
		}
	}
	if !s.bad && repeats(s.names[outer:]) {
		wrong = append(wrong, (&scanner{data: s.data, pos: begin}).repeated()...)
	}
	s.names = s.names[:outer]
	return wrong
}

// name passes a member's name and returns it as it is read.
func (s *inspector) name() []byte {
	start := s.pos
	if escaped := s.text(); !escaped {
		if s.bad {
			return nil
		}
		return readable(s.data[start+1 : s.pos-1])
	}
	var name string
	if s.bad || json.Unmarshal(s.data[start:s.pos], &name) != nil {
		return nil
	}
	return []byte(name)
}

// text passes a string and reports whether it holds escapes.
func (s *inspector) text() (escaped bool) {
	for i := s.pos + 1; i < len(s.data); i++ {
		switch byteKinds[s.data[i]] {
		case kindControl:
			s.fail()
			return false
		case kindSpace:
			if s.data[i] != ' ' {
				s.fail()
				return false
			}
		case kindQuote:
			if s.data[i] == '"' {
				s.pos = i + 1
				return escaped
			}
			escaped = true
			if i++; i == len(s.data) {
				s.fail()
				return false
			}
			switch s.data[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				if i+4 >= len(s.data) || !hexadecimal(s.data[i+1:i+5]) {
					s.fail()
					return false
				}
				i += 4
			default:
				s.fail()
				return false
			}
		}
	}
	s.fail()
	return false
}

func hexadecimal(digits []byte) bool {
	for _, c := range digits {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

func (s *inspector) word(word string) {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
		s.fail()
		return
	}
	s.pos += len(word)
}

// number passes a number: -1, 0.5, 1e+3.
func (s *inspector) number() {
	s.pass('-')
	switch {
	case s.pass('0'):
	case s.digits() == 0:
		s.fail()
		return
	}
	if s.pass('.') && s.digits() == 0 {
		s.fail()
		return
	}
	if s.pass('e') || s.pass('E') {
		if !s.pass('+') {
			s.pass('-')
		}
		if s.digits() == 0 {
			s.fail()
		}
	}
}

// pass passes a byte if it is at hand.
func (s *inspector) pass(c byte) bool {
	if s.pos < len(s.data) && s.data[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

func (s *inspector) digits() (n int) {
	for s.pos < len(s.data) && s.data[s.pos] >= '0' && s.data[s.pos] <= '9' {
		s.pos++
		n++
	}
	return n
}

// readable is a name as it is printed: two that differ only in bytes that are no text are one.
func readable(name []byte) []byte {
	if utf8.Valid(name) {
		return name
	}
	return bytes.ToValidUTF8(name, []byte("\uFFFD"))
}

func repeats(names []uint64) bool {
	if len(names) > fewNames {
		slices.Sort(names)
		for i := 1; i < len(names); i++ {
			if names[i] == names[i-1] {
				return true
			}
		}
		return false
	}
	for i := range names {
		if slices.Contains(names[:i], names[i]) {
			return true
		}
	}
	return false
}

// repeated names the members of an object that stand more than once, each once.
func (s *scanner) repeated() (wrong misfits) {
	times := map[string]int{}
	for first := true; s.next(first); first = false {
		name := string(readable(s.member()))
		s.pos = s.skip()
		if times[name]++; times[name] == 2 && len(wrong) < maxMisfits {
			wrong = append(wrong, misfit{name, "stands twice in one object: keep one"})
		}
	}
	return wrong
}
