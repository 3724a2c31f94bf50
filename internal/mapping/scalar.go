package mapping

import (
	"encoding/binary"
	"encoding/json"
	"math/bits"
	"unicode/utf8"
)

// What the content of a string holds.
const (
	escaped = 1 << iota // a backslash
	wide                // a byte beyond ASCII
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks, in the high bit of each of eight bytes, those that end a plain run of text: quote, backslash and
// control characters. The lowest mark is exact; higher ones may be false, because a subtraction borrows.
func special(w uint64) uint64 {
	quote := w ^ (ones * '"')
	slash := w ^ (ones * '\\')
	return (((quote - ones) &^ quote) | ((slash - ones) &^ slash) | ((w - ones*' ') &^ w)) & highs
}

// scanText scans a string from its quote, eight bytes at a time, and returns the place of the closing quote and what
// it holds. Whether its bytes are UTF-8 is for the caller to ask, if wide.
func (s *shaper) scanText(i int) (end, holds int) {
	src := s.src
	i++
	var seen uint64 // the bits of all bytes of the string
	for {
		for i+8 <= len(src) {
			w := binary.LittleEndian.Uint64(src[i:])
			mark := special(w)
			if mark != 0 {
				seen |= w & (mark&-mark - 1)
				i += bits.TrailingZeros64(mark) >> 3
				break
			}
			seen |= w
			i += 8
		}
		if i >= len(src) {
			return s.fail(i, "the text does not end"), 0
		}
		switch c := src[i]; {
		case c == '"':
			if seen&highs != 0 {
				holds |= wide
			}
			return i, holds
		case c == '\\':
			holds |= escaped
			if i = s.escape(i); i == failed {
				return failed, 0
			}
		case c < ' ':
			return s.fail(i, "a control character stands in a text"), 0
		default:
			seen |= uint64(c)
			i++
		}
	}
}

// text scans a string from its quote and returns the place behind the closing one.
func (s *shaper) text(i int) int {
	end, holds := s.scanText(i)
	if end == failed || holds&wide != 0 && s.repair(i+1, end) == failed {
		return failed
	}
	return end + 1
}

// repair makes the content of a string UTF-8: a byte that is none is replaced, or refused when strict.
func (s *shaper) repair(from, to int) int {
	if utf8.Valid(s.src[from:to]) {
		return to
	}
	for i := from; i < to; {
		r, size := utf8.DecodeRune(s.src[i:to])
		if r == utf8.RuneError && size == 1 {
			if s.strict {
				return s.fail(i, "invalid UTF-8")
			}
			if !s.muted {
				s.flush(i)
				s.dst = append(s.dst, "\uFFFD"...)
				s.copied = i + 1
			}
		}
		i += size
	}
	return to
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

// name is a member name as it is meant: decoded where it has escapes, which allocates.
func (s *shaper) name(start, end, holds int) []byte {
	if holds&escaped == 0 {
		return s.src[start:end]
	}
	var text string
	if json.Unmarshal(s.src[start-1:end+1], &text) != nil {
		return nil
	}
	return []byte(text)
}

func (s *shaper) word(i int, word string) int {
	if len(s.src)-i >= len(word) && string(s.src[i:i+len(word)]) == word {
		return i + len(word)
	}
	return s.fail(i, "a value is missing")
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
