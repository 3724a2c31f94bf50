package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"

	"jackfield/internal/fault"
)

// Document is an XML document that was read.
type Document struct {
	// Bare leaves the prefixes out of names: what answers with envelopes makes up its prefixes as it goes.
	Bare bool

	root *node
}

// node is one element.
type node struct {
	name       string // as written, with its prefix
	space      string // its namespace
	text       string
	attributes []attribute
	children   []*node
	null       bool   // xsi:nil
	kind       string // xsi:type without its prefix
	list       bool   // an array in the encoding of SOAP: its children are the items
}

type attribute struct{ name, value string }

// Decode reads a document strictly. charset is the one that the transport names, "" where it names none. Errors are of
// the kind Provider: a DOCTYPE, since entities could expand without end or name files; a limit; what is no XML; a
// character set that is not read. Comments and processing instructions go by.
func Decode(data []byte, charset string) (*Document, error) {
	if len(data) > MaxBytes {
		return nil, limit("is larger than %d MiB of XML", MaxBytes>>20)
	}
	data, recoded, err := toUTF8(data, charset)
	if err != nil {
		return nil, err
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = true
	d.CharsetReader = reader
	if recoded {
		d.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	}
	t := treeBuilder{decoder: d, known: map[string]string{}, spaces: []map[string]string{nil}}
	if err := t.read(); err != nil {
		return nil, err
	}
	return &Document{root: t.root}, nil
}

func limit(format string, args ...any) error {
	return fault.New(fault.Provider, "The provider's answer "+format, args...)
}

type treeBuilder struct {
	decoder    *xml.Decoder
	root       *node
	open       []*node
	texts      [][]byte // of the open elements
	elements   int
	attributes int
	known      map[string]string   // one copy of each name, since they repeat
	spaces     []map[string]string // namespaces by prefix that each open element declares
}

func (t *treeBuilder) read() error {
	for {
		token, err := t.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			if t.root == nil || len(t.open) > 0 {
				return limit("is not whole: its XML ends too early")
			}
			return nil
		}
		if err != nil {
			return t.unreadable(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			err = t.start(token)
		case xml.EndElement:
			err = t.end(token)
		case xml.CharData:
			err = t.characters(token)
		case xml.Directive:
			err = limit("has a DOCTYPE or another declaration: such XML is not read, since its entities could grow without end or name files")
		}
		if err != nil {
			return err
		}
	}
}

func (t *treeBuilder) unreadable(err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	line, _ := t.decoder.InputPos()
	return fault.Wrap(fault.Provider, err, "The provider's answer is not valid XML: line %d", line)
}

func (t *treeBuilder) start(e xml.StartElement) error {
	t.elements++
	t.attributes += len(e.Attr)
	switch {
	case len(t.open) >= MaxDepth:
		return limit("nests deeper than %d elements", MaxDepth)
	case t.elements > MaxElements:
		return limit("has more than %d elements", MaxElements)
	case t.attributes > MaxAttributes:
		return limit("has more than %d attributes", MaxAttributes)
	case len(e.Attr) > MaxOfElement:
		return limit("has an element with more than %d attributes", MaxOfElement)
	case t.root != nil && len(t.open) == 0:
		return limit("is not valid XML: it has two roots")
	}
	if name, twice := repeated(e.Attr); twice {
		return limit("is not valid XML: an element has the attribute %q twice", clip(prefixed(name)))
	}
	declarations := map[string]string(nil)
	for _, a := range e.Attr {
		prefix, ok := declaration(a.Name)
		if !ok {
			continue
		}
		if declarations == nil {
			declarations = map[string]string{}
		}
		declarations[prefix] = a.Value
	}
	t.spaces = append(t.spaces, declarations)
	n := &node{name: t.word(prefixed(e.Name)), space: t.space(e.Name.Space)}
	for _, a := range e.Attr {
		if _, ok := declaration(a.Name); !ok {
			t.attribute(n, a)
		}
	}
	if len(t.open) == 0 {
		t.root = n
	} else {
		parent := t.open[len(t.open)-1]
		parent.children = append(parent.children, n)
	}
	t.open = append(t.open, n)
	if len(t.texts) < len(t.open) {
		t.texts = append(t.texts, nil)
	}
	return nil
}

// repeated finds an attribute that an element has twice.
func repeated(attributes []xml.Attr) (name xml.Name, twice bool) {
	const few = 8 // that are compared faster than a map is made
	if len(attributes) <= few {
		for i := range attributes {
			for j := range i {
				if attributes[i].Name == attributes[j].Name {
					return attributes[i].Name, true
				}
			}
		}
		return xml.Name{}, false
	}
	seen := make(map[xml.Name]bool, len(attributes))
	for _, a := range attributes {
		if seen[a.Name] {
			return a.Name, true
		}
		seen[a.Name] = true
	}
	return xml.Name{}, false
}

// attribute keeps an attribute that says something: not those by which XML Schema and the encoding of SOAP describe.
func (t *treeBuilder) attribute(n *node, a xml.Attr) {
	space := ""
	if a.Name.Space != "" {
		space = t.space(a.Name.Space)
	}
	switch space {
	case instances, instances2:
		switch a.Name.Local {
		case "nil", "null":
			n.null = a.Value == "true" || a.Value == "1"
		case "type":
			n.kind = local(a.Value)
		}
		return
	case encoding11, encoding12:
		n.list = n.list || a.Name.Local == "arrayType" || a.Name.Local == "itemType" || a.Name.Local == "arraySize"
		return
	case envelope11, envelope12:
		return
	}
	n.attributes = append(n.attributes, attribute{t.word(prefixed(a.Name)), a.Value})
}

func (t *treeBuilder) end(e xml.EndElement) error {
	if len(t.open) == 0 || t.open[len(t.open)-1].name != prefixed(e.Name) {
		line, _ := t.decoder.InputPos()
		return limit("is not valid XML: line %d closes %q, which is not open", line, clip(prefixed(e.Name)))
	}
	last := len(t.open) - 1
	if n := t.open[last]; len(n.children) == 0 || len(bytes.TrimSpace(t.texts[last])) > 0 {
		n.text = string(t.texts[last])
	}
	t.texts[last] = t.texts[last][:0]
	t.open, t.spaces = t.open[:last], t.spaces[:len(t.spaces)-1]
	return nil
}

func (t *treeBuilder) characters(text xml.CharData) error {
	if len(t.open) == 0 {
		if len(bytes.TrimSpace(text)) > 0 {
			return limit("is not valid XML: there is text outside the root element")
		}
		return nil
	}
	last := len(t.open) - 1
	t.texts[last] = append(t.texts[last], text...)
	return nil
}

// space is the namespace of a prefix that is in force.
func (t *treeBuilder) space(prefix string) string {
	for i := len(t.spaces) - 1; i >= 0; i-- {
		if space, ok := t.spaces[i][prefix]; ok {
			return space
		}
	}
	return ""
}

func (t *treeBuilder) word(text string) string {
	known, ok := t.known[text]
	if !ok {
		t.known[text] = text
		known = text
	}
	return known
}

// declaration reports whether an attribute declares a namespace, and for which prefix.
func declaration(name xml.Name) (prefix string, ok bool) {
	switch {
	case name.Space == "xmlns":
		return name.Local, true
	case name.Space == "" && name.Local == "xmlns":
		return "", true
	}
	return "", false
}

// prefixed is a name as it was written: RawToken leaves the prefix in place of the namespace.
func prefixed(name xml.Name) string {
	if name.Space == "" {
		return name.Local
	}
	return name.Space + ":" + name.Local
}
