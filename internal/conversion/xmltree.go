package conversion

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

// element is one element of an XML document. Text is kept for documentation alone.
type element struct {
	name     xml.Name
	attrs    []xml.Attr
	children []*element
	text     string
	scope    *scope
	line     int
}

// scope maps prefixes to namespaces, for names that stand in attribute values.
type scope struct {
	prefix, space string
	outer         *scope
}

func (s *scope) find(prefix string) (string, bool) {
	for ; s != nil; s = s.outer {
		if s.prefix == prefix {
			return s.space, true
		}
	}
	return "", false
}

// attr is the value of an attribute without a namespace, "" when it is absent.
func (e *element) attr(name string) string {
	for i := range e.attrs {
		if e.attrs[i].Name.Local == name && e.attrs[i].Name.Space == "" {
			return e.attrs[i].Value
		}
	}
	return ""
}

// foreign is the value of an attribute of another namespace, whichever: versions of a format differ
// in it.
func (e *element) foreign(name string) string {
	for i := range e.attrs {
		if e.attrs[i].Name.Local == name && e.attrs[i].Name.Space != "" {
			return e.attrs[i].Value
		}
	}
	return ""
}

// all lists the children with a local name.
func (e *element) all(local string) []*element {
	var found []*element
	for _, child := range e.children {
		if child.name.Local == local {
			found = append(found, child)
		}
	}
	return found
}

// first is the first child with a local name, nil when there is none.
func (e *element) first(local string) *element {
	if e == nil {
		return nil
	}
	for _, child := range e.children {
		if child.name.Local == local {
			return child
		}
	}
	return nil
}

// qname reads a prefixed name in the namespaces that are in force at the element.
func (e *element) qname(text string) xml.Name {
	prefix, local, both := strings.Cut(strings.TrimSpace(text), ":")
	if !both {
		prefix, local = "", prefix
	}
	space, _ := e.scope.find(prefix)
	return xml.Name{Space: space, Local: local}
}

// newXMLDecoder reads strictly: no entities but the five of XML, no character sets but the harmless.
func newXMLDecoder(data []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = true
	d.CharsetReader = func(label string, input io.Reader) (io.Reader, error) {
		switch strings.ToLower(label) {
		case "utf-16", "utf-8", "utf8", "us-ascii", "ascii": // already turned into UTF-8
			return input, nil
		case "iso-8859-1", "latin1", "windows-1252":
			all, err := io.ReadAll(input)
			if err != nil {
				return nil, err
			}
			var b strings.Builder
			for _, c := range all {
				b.WriteRune(rune(c))
			}
			return strings.NewReader(b.String()), nil
		}
		return nil, fmt.Errorf("the character set %s is not read: use UTF-8", label)
	}
	return d
}

// toUTF8 takes a byte order mark off and turns UTF-16 into UTF-8.
func toUTF8(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		low, high := 0, 1
		if data[0] == 0xfe {
			low, high = 1, 0
		}
		data = data[2:]
		units := make([]uint16, 0, len(data)/2)
		for i := 0; i+1 < len(data); i += 2 {
			units = append(units, uint16(data[i+low])|uint16(data[i+high])<<8)
		}
		return []byte(string(utf16.Decode(units)))
	}
	return data
}

var (
	errDepth   = fmt.Errorf("elements nest deeper than %d", maxDepth)
	errNodes   = fmt.Errorf("there are more than %d elements, or %d attributes", maxNodes, maxAttributes)
	errDoctype = errors.New("a DOCTYPE is not read: entities could expand without end or name files")
	errEmpty   = errors.New("there is no element")
)

// documentation tells the elements whose text is kept.
func documentation(local string) bool {
	switch local {
	case "documentation", "Summary", "LongDescription":
		return true
	}
	return false
}

// parseXML reads a document token by token into its elements. Comments, processing instructions and
// text go by; skip names the elements that are passed over with everything in them.
func parseXML(data []byte, skip func(xml.Name) bool) (*element, error) {
	d := newXMLDecoder(data)
	root := &element{}
	stack := []*element{root}
	nodes, attributes := 0, 0
	words := map[string]string{}
	word := func(text string) string { // one copy of each name, since they repeat
		known, ok := words[text]
		if !ok {
			known = text
			words[text] = text
		}
		return known
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if len(stack) > maxDepth {
				return nil, atLine(d, errDepth)
			}
			nodes, attributes = nodes+1, attributes+len(t.Attr)
			if nodes > maxNodes || attributes > maxAttributes {
				return nil, atLine(d, errNodes)
			}
			if skip != nil && skip(t.Name) {
				if err := d.Skip(); err != nil {
					return nil, err
				}
				continue
			}
			line, _ := d.InputPos()
			t.Name.Local, t.Name.Space = word(t.Name.Local), word(t.Name.Space)
			for i := range t.Attr {
				a := &t.Attr[i]
				a.Name.Local, a.Name.Space, a.Value = word(a.Name.Local), word(a.Name.Space), word(a.Value)
			}
			e := &element{name: t.Name, scope: top.scope, line: line}
			e.take(t.Attr)
			top.children = append(top.children, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if documentation(top.name.Local) {
				top.text = strings.TrimSpace(top.text + string(t))
			}
		case xml.Directive:
			if bytes.HasPrefix(bytes.ToUpper(bytes.TrimSpace(t)), []byte("DOCTYPE")) {
				return nil, atLine(d, errDoctype)
			}
		}
	}
	if len(root.children) == 0 {
		return nil, errEmpty
	}
	return root.children[0], nil
}

// take keeps the attributes, and the namespaces among them as a scope.
func (e *element) take(attrs []xml.Attr) {
	for _, a := range attrs {
		switch {
		case a.Name.Space == "xmlns":
			e.scope = &scope{prefix: a.Name.Local, space: a.Value, outer: e.scope}
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			e.scope = &scope{space: a.Value, outer: e.scope}
		default:
			e.attrs = append(e.attrs, a)
		}
	}
}

func atLine(d *xml.Decoder, err error) error {
	line, _ := d.InputPos()
	return fmt.Errorf("line %d: %w", line, err)
}

// xmlRoot reads the document, or reports why it cannot.
func (c *conversion) xmlRoot(data []byte, skip func(xml.Name) bool) *element {
	root, err := parseXML(data, skip)
	if err != nil {
		c.tooLarge = errors.Is(err, errNodes)
		c.problem("document", "%v", err)
		return nil
	}
	return root
}
