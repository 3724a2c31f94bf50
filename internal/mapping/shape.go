// Package mapping rewrites JSON in one pass over the bytes, without building a tree: numbers keep their digits,
// members keep their order, and what is not touched is copied in bulk. It knows no HTTP and no database.
package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// MaxDepth is how many arrays and objects may stand in each other. It bounds the stack, and is far beyond what any
// provider sends; encoding/json stops at 10,000.
const MaxDepth = 1000

// Spec says how a provider's body becomes the caller's (reference/hub-api.md §§3.3, 4.1, 4.4).
type Spec struct {
	// RootKey is the path of the part that is the answer: items, a.b, data[*].node; "" = the whole body. A body
	// without it is the answer itself.
	RootKey string
	// DropNulls leaves out members whose value is null, at every depth; null elements of arrays stay.
	DropNulls bool
	// Fields are the members to keep; dots reach into nested objects and the elements of arrays: id, address.city.
	// What a path stops short of stays: address.city keeps {"address":"Berlin"}, and {"address":{}} where there is
	// no city. Empty = all.
	Fields []string
	// List says that the answer is a list: null and an object without the root key give [].
	List bool
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
	children []fieldChild
}

type fieldChild struct {
	name string
	node *fieldNode
}

// child finds a member among those to keep. A selection has few names: going through them beats hashing.
func (n *fieldNode) child(name []byte) (node *fieldNode, ok bool) {
	for i := range n.children {
		if c := &n.children[i]; string(name) == c.name {
			return c.node, true
		}
	}
	return nil, false
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
	name, below := path[0], path[1:]
	at := slices.IndexFunc(n.children, func(c fieldChild) bool { return c.name == name })
	switch {
	case at < 0:
		at = len(n.children)
		n.children = append(n.children, fieldChild{name: name, node: &fieldNode{}})
	case n.children[at].node == nil:
		return
	}
	if len(below) == 0 {
		n.children[at].node = nil
		return
	}
	n.children[at].node.add(below)
}

// SyntaxError says where a body stops being JSON.
type SyntaxError struct {
	Offset int // bytes from the start
	Reason string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s at byte %d", e.Reason, e.Offset) }

// Apply checks that src is JSON, appends the caller's form of it to dst, and returns the longer dst. It allocates
// nothing when dst has room. dst and src must not share memory. On an error, always a *SyntaxError, dst is
// returned as it came.
//
// Members keep their order, duplicates and spelling, numbers their digits; blanks inside are kept, those around
// the value are not. Bytes that are no UTF-8 become U+FFFD, and a byte order mark in front is left out, so what is
// appended is always JSON in UTF-8 (docs/decisions/0102).
func (p *Plan) Apply(dst, src []byte) ([]byte, Info, error) {
	if p.rootGjson != "" {
		return p.applyPath(dst, src)
	}
	s := shaper{src: src, dst: dst, drop: p.dropNulls}
	if len(p.root) > 0 {
		if found, err := s.extract(p); found || err != nil {
			return p.result(&s, dst, err)
		}
		if p.list && !startsArray(src) {
			return append(dst, "[]"...), Info{Array: true}, nil
		}
		s = shaper{src: src, dst: dst, drop: p.dropNulls}
	}
	return p.result(&s, dst, s.document(p.fields))
}

func (p *Plan) result(s *shaper, dst []byte, err error) ([]byte, Info, error) {
	if err != nil {
		return dst, Info{}, err
	}
	if p.list && string(s.dst[len(dst):]) == "null" {
		return append(s.dst[:len(dst)], "[]"...), Info{Array: true}, nil
	}
	return s.dst, s.info, nil
}

// startsArray reports whether a body is an array: a list that comes without its root key is taken as it is.
func startsArray(src []byte) bool {
	s := shaper{src: src}
	i := s.begin()
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
	case p.list && !startsArray(src):
		return append(dst, "[]"...), Info{Array: true}, nil
	default:
		part = src
	}
	s := shaper{src: part, dst: dst, drop: p.dropNulls}
	return p.result(&s, dst, s.document(p.fields))
}

// Validate checks that src is one JSON document in UTF-8, without a byte order mark. It is for bodies that callers
// send, which go on as they came. The error is a *SyntaxError.
func Validate(src []byte) error {
	s := shaper{src: src, muted: true, strict: true}
	return s.document(nil)
}
