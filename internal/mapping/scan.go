package mapping

import (
	"bytes"
	"slices"
)

// shaper walks a document once. Output is copied lazily: src[copied:pos] is what is kept but not yet appended, so
// that what is not touched is copied in bulk, blanks included.
type shaper struct {
	src    []byte
	dst    []byte
	copied int
	drop   bool // members that are null
	muted  bool // validate only, append nothing
	strict bool // invalid UTF-8 is an error; otherwise it becomes U+FFFD, as encoding/json has it
	info   Info
	err    *SyntaxError
}

// failed is the position behind something that is not JSON; others are never negative.
const failed = -1

func (s *shaper) fail(at int, reason string) int {
	if s.err == nil {
		s.err = &SyntaxError{Offset: at, Reason: reason}
	}
	return failed
}

// flush appends what is kept so far. dst grows once at most, to what can still come.
func (s *shaper) flush(to int) {
	if s.muted || to <= s.copied {
		return
	}
	if cap(s.dst)-len(s.dst) < to-s.copied {
		s.dst = slices.Grow(s.dst, len(s.src)-s.copied)
	}
	s.dst = append(s.dst, s.src[s.copied:to]...)
	s.copied = to
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// begin is the place of the first value. A byte order mark in front is no JSON, but some providers send one.
func (s *shaper) begin() int {
	if !s.strict && bytes.HasPrefix(s.src, byteOrderMark) {
		return s.blank(len(byteOrderMark))
	}
	return s.blank(0)
}

// document shapes the whole of src.
func (s *shaper) document(fields *fieldNode) error {
	start := s.begin()
	s.copied = start
	end := s.top(start, fields, 0)
	if end == failed {
		return s.err
	}
	s.flush(end)
	return s.finish(end)
}

// finish checks that only blanks are left.
func (s *shaper) finish(i int) error {
	if i = s.blank(i); i != len(s.src) {
		s.fail(i, "unexpected text after the value")
		return s.err
	}
	return nil
}

// top is the value that the caller gets: its elements are counted when it is an array.
func (s *shaper) top(i int, fields *fieldNode, depth int) int {
	if i < len(s.src) && s.src[i] == '[' {
		s.info.Array = true
		return s.array(i, fields, depth+1, &s.info.Count)
	}
	return s.value(i, fields, depth)
}

// extract looks for the root key and shapes what it names; everything around it is checked and dropped. Where
// the key occurs twice the first one counts. When it is not found src is checked nevertheless, unless it is an
// array, which is still to be shaped.
func (s *shaper) extract(p *Plan) (found bool, err error) {
	s.muted = true
	i := s.begin()
	var end int
	switch {
	case i < len(s.src) && s.src[i] == '[':
		return false, nil
	case i < len(s.src) && s.src[i] == '{':
		end = s.descend(i, p.root, p.fields, 1, &found)
	default:
		end = s.value(i, nil, 0)
	}
	if end == failed {
		return false, s.err
	}
	return found, s.finish(end)
}

func (s *shaper) descend(i int, path []string, fields *fieldNode, depth int, found *bool) int {
	i = s.blank(i + 1)
	if i < len(s.src) && s.src[i] == '}' {
		return i + 1
	}
	for {
		end, holds, start := s.key(i)
		if start == failed {
			return failed
		}
		wanted := !*found && string(s.name(i+1, end, holds)) == path[0]
		switch {
		case wanted && len(path) == 1:
			*found = true
			s.muted, s.copied = false, start
			if i = s.top(start, fields, depth); i == failed {
				return failed
			}
			s.flush(i)
			s.muted = true
		case wanted && start < len(s.src) && s.src[start] == '{' && depth < MaxDepth:
			i = s.descend(start, path[1:], fields, depth+1, found)
		default:
			i = s.value(start, nil, depth)
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

// value scans one value and returns the place behind it. depth is how many arrays and objects it stands in.
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

const tooDeep = "more than 1000 arrays and objects are nested" // MaxDepth

// object scans {…}, leaving out what the selection or the null filter drops.
func (s *shaper) object(i int, fields *fieldNode, depth int) int {
	if depth > MaxDepth {
		return s.fail(i, tooDeep)
	}
	src := s.src
	kept := i + 1 // behind what stays: the brace, or the last member kept
	anyKept, anyDropped := false, false
	i = s.blank(i + 1)
	if i < len(src) && src[i] == '}' {
		return i + 1
	}
	for {
		end, holds, start := s.key(i)
		if start == failed {
			return failed
		}
		var below *fieldNode
		keep := true
		if fields != nil {
			below, keep = fields.child(s.name(i+1, end, holds))
		}
		if s.drop && start < len(src) && src[start] == 'n' {
			keep = false
		}
		if keep {
			if holds&wide != 0 && s.repair(i+1, end) == failed {
				return failed
			}
			i = s.value(start, below, depth)
			anyKept, kept = true, i
		} else {
			s.flush(kept)
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
				s.copied = i // the comma behind a dropped first member goes with it
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

// key scans a member name and its colon, and returns the place of the name's closing quote, what the name holds, and
// the place of the value.
func (s *shaper) key(i int) (end, holds, value int) {
	if i >= len(s.src) || s.src[i] != '"' {
		return failed, 0, s.fail(i, "a member name is missing")
	}
	end, holds = s.scanText(i)
	if end == failed {
		return failed, 0, failed
	}
	i = end + 1
	if i < len(s.src) && s.src[i] <= ' ' {
		i = s.blank(i)
	}
	if i >= len(s.src) || s.src[i] != ':' {
		return end, holds, s.fail(i, "a colon is missing")
	}
	i++
	if i < len(s.src) && s.src[i] <= ' ' {
		i = s.blank(i)
	}
	return end, holds, i
}

func (s *shaper) array(i int, fields *fieldNode, depth int, count *int) int {
	if depth > MaxDepth {
		return s.fail(i, tooDeep)
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
