package connector

import (
	"bytes"
	"hash/maphash"
	"slices"
	"strconv"
	"unicode/utf8"
)

// inspector looks in valid JSON for what a reader would overlook: members that stand twice, of which only one could
// count, and values nested deeper than MaxNesting.
type inspector struct {
	scanner
	seed  maphash.Seed
	names []uint64 // hashes of the names of the objects that are open
}

// fewNames is up to how many members of an object are compared each with each.
const fewNames = 8

// inspect names all that is wrong with a value; the text must be valid JSON.
func inspect(data []byte) misfits {
	s := &inspector{scanner: scanner{data: data}, seed: maphash.MakeSeed()}
	s.space()
	return s.value(0)
}

// value passes a value of any kind.
func (s *inspector) value(depth int) (wrong misfits) {
	switch s.data[s.pos] {
	case '{', '[':
	case '"':
		s.quoted()
		return nil
	default:
		s.literal()
		return nil
	}
	if depth == MaxNesting {
		s.pos = s.skip()
		return misfits{{reason: "is nested deeper than the limit of " + strconv.Itoa(MaxNesting) + " levels"}}
	}
	if s.data[s.pos] == '{' {
		return s.members(depth + 1)
	}
	for n, first := 0, true; s.next(first); n, first = n+1, false {
		if m := s.value(depth + 1); m != nil && len(wrong) < maxMisfits {
			wrong = append(wrong, m.in("["+strconv.Itoa(n)+"]")...)
		}
	}
	return wrong
}

// members passes an object. Names are compared by hashes with a seed of their own, so that no object can be made to
// take long.
func (s *inspector) members(depth int) (wrong misfits) {
	begin, outer := s.pos, len(s.names)
	for first := true; s.next(first); first = false {
		name := readable(s.member())
		s.names = append(s.names, maphash.Bytes(s.seed, name))
		if m := s.value(depth); m != nil && len(wrong) < maxMisfits {
			wrong = append(wrong, m.in(string(name))...)
		}
	}
	if repeats(s.names[outer:]) {
		end := s.pos
		s.pos = begin
		wrong = append(wrong, s.repeated()...)
		s.pos = end
	}
	s.names = s.names[:outer]
	return wrong
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
