// Package mapping rewrites JSON in one pass over the bytes, without building a tree: numbers keep their digits,
// members keep their order, and what is not touched is copied in bulk. It knows no HTTP and no database.
package mapping

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// MaxDepth is how deep arrays and objects may stand in each other.
const MaxDepth = 1000

// Spec says how a provider's body becomes the caller's (reference/hub-api.md §§3.3, 4.1, 4.4).
type Spec struct {
	RootKey   string   // path of the part that is the answer: items, a.b, data[*].node; "" = the whole body
	DropNulls bool     // members whose value is null are left out, at every depth; array elements stay
	Fields    []string // members to keep, dots reach into nested objects: id, address.city; empty = all
	List      bool     // the answer is a list: a missing root key gives [] instead of the whole body
}

// Plan is a compiled Spec. It is immutable and safe for concurrent use.
type Plan struct {
	root      []string // path of plain member names
	rootGjson string   // a root path with [*] or [0] in gjson's notation, "" otherwise
	dropNulls bool
	list      bool
	fields    *fieldNode
}

// fieldNode is one level of the selection: the members to keep. A nil node keeps everything.
type fieldNode struct {
	children map[string]*fieldNode
}

// Info is what Apply saw in the part that it returned.
type Info struct {
	Array bool // it is an array
	Count int  // number of its elements
}

// Compile makes a plan. Every Spec compiles: a field or root key that does not occur is no error.
func Compile(s Spec) *Plan {
	p := &Plan{dropNulls: s.DropNulls, list: s.List}
	switch {
	case strings.Contains(s.RootKey, "["):
		p.rootGjson = gjsonPath(s.RootKey)
	case s.RootKey != "":
		p.root = strings.Split(s.RootKey, ".")
	}
	for _, field := range s.Fields {
		if p.fields == nil {
			p.fields = &fieldNode{}
		}
		p.fields.add(strings.Split(strings.ReplaceAll(field, "[*]", ""), "."))
	}
	return p
}

// add keeps a path. A path that is already kept as a whole stays so.
func (n *fieldNode) add(path []string) {
	for i, name := range path {
		if n.children == nil {
			n.children = map[string]*fieldNode{}
		}
		next, there := n.children[name]
		if there && next == nil {
			return
		}
		if i == len(path)-1 {
			n.children[name] = nil
			return
		}
		if next == nil {
			next = &fieldNode{}
			n.children[name] = next
		}
		n = next
	}
}

// SyntaxError says where a body stops being JSON.
type SyntaxError struct {
	Offset int // bytes from the start
	Reason string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s at byte %d", e.Reason, e.Offset) }

// Apply checks that src is JSON, appends the caller's form of it to dst, and returns the longer dst. It allocates
// nothing when dst has room. On an error, always a *SyntaxError, dst is returned as it came.
func (p *Plan) Apply(dst, src []byte) ([]byte, Info, error) {
	if p.rootGjson != "" {
		return p.applyPath(dst, src)
	}
	s := shaper{src: src, dst: dst, drop: p.dropNulls}
	if len(p.root) > 0 {
		if found, err := s.extract(p); found || err != nil {
			return s.result(dst, err)
		}
		if p.list && !s.isArray(src) {
			return append(dst, "[]"...), Info{Array: true}, nil
		}
		s = shaper{src: src, dst: dst, drop: p.dropNulls}
	}
	return s.result(dst, s.document(p.fields))
}

func (s *shaper) result(dst []byte, err error) ([]byte, Info, error) {
	if err != nil {
		return dst, Info{}, err
	}
	return s.dst, s.info, nil
}

// isArray reports whether a body is an array: a list that comes without its root key is taken as it is.
func (s *shaper) isArray(src []byte) bool {
	i := s.blank(0)
	return i < len(src) && src[i] == '['
}

// applyPath serves root keys with array steps, which are rare: it finds the part first.
func (p *Plan) applyPath(dst, src []byte) ([]byte, Info, error) {
	check := shaper{src: src, muted: true}
	if err := check.document(nil); err != nil {
		return dst, Info{}, err
	}
	found := gjson.GetBytes(src, p.rootGjson)
	part := []byte(found.Raw)
	switch {
	case found.Exists():
	case p.list:
		return append(dst, "[]"...), Info{Array: true}, nil
	default:
		part = src
	}
	s := shaper{src: part, dst: dst, drop: p.dropNulls}
	return s.result(dst, s.document(p.fields))
}

// Validate checks that src is one JSON document in valid UTF-8. The error is a *SyntaxError.
func Validate(src []byte) error {
	s := shaper{src: src, muted: true, strict: true}
	return s.document(nil)
}
