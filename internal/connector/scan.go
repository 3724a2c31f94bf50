package connector

import (
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"
)

// scanner walks JSON text that inspect or json.Valid has accepted, so it looks for ends and need not check.
type scanner struct {
	data []byte
	pos  int

	// words are the short strings met so far. A definition says query, string and request thousands
	// of times, and one copy of each will do.
	words map[string]string

	spare map[reflect.Type]reflect.Value // see borrow
}

const (
	maxWord  = 40   // bytes; longer strings seldom repeat
	maxWords = 1024 // so that a text of different strings does not become a table of them
)

// word is the string that b spells.
func (s *scanner) word(b []byte) string {
	if len(b) > maxWord {
		return string(b)
	}
	if known, ok := s.words[string(b)]; ok {
		return known
	}
	fresh := string(b)
	if s.words == nil {
		s.words = make(map[string]string, 64)
	}
	if len(s.words) < maxWords {
		s.words[fresh] = fresh
	}
	return fresh
}

// space skips white space and returns the byte that follows.
func (s *scanner) space() byte {
	for {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
}

// next moves into an object or array, or past a comma in it. It reports false at the end, which it
// passes. Call it first with first true, at the opening bracket.
func (s *scanner) next(first bool) bool {
	if first {
		s.pos++
	}
	switch c := s.space(); {
	case c == ']' || c == '}':
		s.pos++
		return false
	case c == ',' && !first:
		s.pos++
		s.space()
	}
	return true
}

// quoted passes a string and returns what is between its quotes, and whether it holds escapes.
func (s *scanner) quoted() (inner []byte, escaped bool) {
	s.pos++
	start := s.pos
	for {
		switch s.data[s.pos] {
		case '"':
			inner = s.data[start:s.pos]
			s.pos++
			return inner, escaped
		case '\\':
			escaped = true
			s.pos++
		}
		s.pos++
	}
}

// text passes a string and returns its value. Bytes that are not UTF-8 become U+FFFD.
func (s *scanner) text() string {
	start := s.pos
	inner, escaped := s.quoted()
	if escaped {
		var value string
		if json.Unmarshal(s.data[start:s.pos], &value) == nil {
			return value
		}
	}
	if !utf8.Valid(inner) {
		return strings.ToValidUTF8(string(inner), "\uFFFD")
	}
	return s.word(inner)
}

// member passes a name and its colon and returns the name's bytes.
func (s *scanner) member() []byte {
	start := s.pos
	name, escaped := s.quoted()
	if escaped {
		end := s.pos
		s.pos = start
		name = []byte(s.text())
		s.pos = end
	}
	s.space()
	s.pos++ // the colon
	s.space()
	return name
}

// literal passes a number, true, false or null.
func (s *scanner) literal() []byte {
	start := s.pos
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ',', ']', '}', ' ', '\t', '\n', '\r':
			return s.data[start:s.pos]
		}
		s.pos++
	}
	return s.data[start:s.pos]
}

// raw passes any value and returns a copy of it without white space between its tokens.
func (s *scanner) raw() json.RawMessage {
	start := s.pos
	end := s.skip()
	out := make([]byte, 0, end-start)
	for i := start; i < end; {
		switch s.data[i] {
		case ' ', '\t', '\n', '\r':
			i++
		case '"':
			from := i
			s.pos = i
			s.quoted()
			i = s.pos
			out = append(out, s.data[from:i]...)
		default:
			out = append(out, s.data[i])
			i++
		}
	}
	s.pos = end
	return out
}

// skip passes any value and returns where it ends.
func (s *scanner) skip() int {
	for depth := 0; ; {
		switch s.data[s.pos] {
		case '"':
			s.quoted()
		case '{', '[':
			depth++
			s.pos++
		case '}', ']':
			depth--
			s.pos++
		case ',', ':', ' ', '\t', '\n', '\r':
			s.pos++
			continue
		default:
			s.literal()
		}
		if depth == 0 {
			return s.pos
		}
	}
}
