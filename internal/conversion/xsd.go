package conversion

import (
	"encoding/xml"
	"strings"
)

const (
	xsdNamespace  = "http://www.w3.org/2001/XMLSchema"
	encNamespace  = "http://schemas.xmlsoap.org/soap/encoding/"
	enc2Namespace = "http://www.w3.org/2003/05/soap-encoding"
)

// declared is a named part of a schema together with what its schema says for all parts.
type declared struct {
	element *element
	schema  *xsdSchema
	name    string // in the dictionary, of types and of elements with a type of their own
}

type xsdSchema struct {
	space     string
	qualified bool // elements within types carry the namespace
}

// xsd holds the schemas of a document, which refer to each other by qualified names.
type xsd struct {
	c               *conversion
	elements        map[xml.Name]*declared
	types           map[xml.Name]*declared
	groups          map[xml.Name]*declared
	attributes      map[xml.Name]*declared
	attributeGroups map[xml.Name]*declared
	filled          map[*element]bool
	unknown         map[string]bool // names that were noted as missing
	spent           int             // parts of types read so far
}

// spend counts parts of types: groups of groups and types of types could be read without end.
func (x *xsd) spend() bool {
	x.spent++
	if x.spent == maxNodes {
		x.c.tooLarge = true
		x.c.problem("types", "more than %d parts of types must be read to follow groups and base types", maxNodes)
	}
	return x.spent < maxNodes
}

// maxGroups is how deep groups of elements or attributes may refer to each other.
const maxGroups = 20

func newXSD(c *conversion) *xsd {
	return &xsd{
		c: c, elements: map[xml.Name]*declared{}, types: map[xml.Name]*declared{}, groups: map[xml.Name]*declared{},
		attributes: map[xml.Name]*declared{}, attributeGroups: map[xml.Name]*declared{},
		filled: map[*element]bool{}, unknown: map[string]bool{},
	}
}

// add declares what is in the schemas of a document. Schemas that are elsewhere are refused.
func (x *xsd) add(schemas []*element) {
	inline := map[string]bool{}
	for _, e := range schemas {
		inline[e.attr("targetNamespace")] = true
	}
	var all []*declared
	for _, e := range schemas {
		schema := &xsdSchema{space: e.attr("targetNamespace"), qualified: e.attr("elementFormDefault") == "qualified"}
		for _, child := range e.children {
			d := &declared{element: child, schema: schema}
			name := xml.Name{Space: schema.space, Local: child.attr("name")}
			switch child.name.Local {
			case "import", "include", "redefine", "override":
				x.outside(child, schema.space, inline)
			case "element":
				x.elements[name] = d
				all = append(all, d)
			case "complexType", "simpleType":
				x.types[name] = d
				all = append(all, d)
			case "group":
				x.groups[name] = d
			case "attribute":
				x.attributes[name] = d
			case "attributeGroup":
				x.attributeGroups[name] = d
			}
		}
	}
	// Types get the better names; an element that has its own type comes after them.
	for _, kind := range []string{"complexType", "simpleType", "element"} {
		for _, d := range all {
			if d.element.name.Local != kind || kind == "element" && d.element.attr("type") != "" {
				continue
			}
			d.name = x.c.types.free(d.element.attr("name"))
			x.c.types.types[d.name] = &shape{kind: kindObject}
		}
	}
	for _, d := range all {
		if d.name != "" {
			x.fill(d)
		}
	}
}

// outside refuses a schema that is not in the document. One that is there, or that everybody knows, may
// be named.
func (x *xsd) outside(e *element, space string, inline map[string]bool) {
	location := e.attr("schemaLocation")
	wanted := e.attr("namespace")
	if e.name.Local != "import" {
		wanted = space
	}
	switch wanted {
	case xsdNamespace, encNamespace, enc2Namespace, wsdlNamespace, "http://www.w3.org/XML/1998/namespace":
		return
	}
	switch {
	case e.name.Local == "import" && inline[wanted]:
	case location != "":
		x.c.problem("types/schema["+space+"]/"+e.name.Local, "%q leads out of the document: nothing outside it is read; put the schema of %q into the types of the WSDL", shorten(location), wanted)
	default:
		x.c.note("types/schema["+space+"]/"+e.name.Local, "the schema of %q is not in the document: its types are unknown", wanted)
	}
}

// fill gives a named type its shape.
func (x *xsd) fill(d *declared) {
	if x.filled[d.element] {
		return
	}
	x.filled[d.element] = true
	s := x.own(d.element)
	s.description = first(annotation(d.element), s.description)
	*x.c.types.types[d.name] = *s
}

func annotation(e *element) string {
	if doc := e.first("annotation").first("documentation"); doc != nil {
		return doc.text
	}
	return ""
}

// own is the shape of a type, or of an element that has its type within it.
func (x *xsd) own(e *element) *shape {
	switch e.name.Local {
	case "simpleType":
		return x.simple(e)
	case "complexType":
		return x.complex(e)
	}
	for _, child := range e.children {
		switch child.name.Local {
		case "complexType":
			return x.complex(child)
		case "simpleType":
			return x.simple(child)
		}
	}
	return &shape{kind: kindUnknown}
}

// simple is a scalar: a restriction with its enumeration, or a list or union, which are texts.
func (x *xsd) simple(e *element) *shape {
	restriction := e.first("restriction")
	if restriction == nil {
		return &shape{kind: kindString}
	}
	s := &shape{kind: kindString}
	if base := restriction.attr("base"); base != "" {
		if resolved := x.c.types.resolve(x.named(restriction, base)); resolved != nil && resolved.kind != kindObject {
			s.kind, s.format, s.enum = resolved.kind, resolved.format, resolved.enum
		}
	}
	if values := restriction.all("enumeration"); len(values) > 0 {
		s.enum = nil
		for _, value := range values {
			s.enum = append(s.enum, encode(value.attr("value")))
		}
	}
	return s
}

// complex is an object, a list in the encoding of SOAP 1.1, or a scalar without attributes.
func (x *xsd) complex(e *element) *shape {
	s := &shape{kind: kindObject}
	if content := e.first("simpleContent"); content != nil {
		inner := content.first("extension")
		if inner == nil {
			inner = content.first("restriction")
		}
		if inner == nil {
			return &shape{kind: kindString}
		}
		value := x.named(inner, inner.attr("base"))
		x.collectAttributes(s, inner, 0)
		if len(s.fields) == 0 {
			return value
		}
		s.fields = append([]field{{name: "value", shape: value}}, s.fields...)
		return s
	}
	if content := e.first("complexContent"); content != nil {
		if extension := content.first("extension"); extension != nil {
			x.inherit(s, extension, 0)
			x.collect(s, extension, 0)
			return s
		}
		if restriction := content.first("restriction"); restriction != nil {
			if list := x.encodedList(restriction); list != nil {
				return list
			}
			x.collect(s, restriction, 0)
		}
		return s
	}
	x.collect(s, e, 0)
	return s
}

// encodedList is a list in the encoding of SOAP 1.1: its members' type is in wsdl:arrayType.
func (x *xsd) encodedList(restriction *element) *shape {
	if base := restriction.qname(restriction.attr("base")); base.Local != "Array" || base.Space != encNamespace && base.Space != enc2Namespace {
		return nil
	}
	for _, a := range restriction.all("attribute") {
		if kind := a.foreign("arrayType"); kind != "" {
			kind, _, _ = strings.Cut(kind, "[")
			return &shape{kind: kindArray, items: x.named(a, kind)}
		}
	}
	return &shape{kind: kindArray, items: &shape{kind: kindUnknown}}
}

// inherit copies the fields of a base type.
func (x *xsd) inherit(s *shape, extension *element, depth int) {
	base := extension.qname(extension.attr("base"))
	d := x.types[base]
	if d == nil {
		x.missing(extension, extension.attr("base"), base)
		return
	}
	if depth > maxBaseTypes {
		return
	}
	inner := d.element
	if ext := inner.first("complexContent").first("extension"); ext != nil {
		x.inherit(s, ext, depth+1)
		inner = ext
	}
	x.collect(s, inner, 0)
}

// collect adds the elements and attributes of a type, through sequences, choices and groups.
func (x *xsd) collect(s *shape, e *element, depth int) {
	if depth > maxGroups {
		return
	}
	for _, child := range e.children {
		if !x.spend() {
			return
		}
		switch child.name.Local {
		case "sequence", "all", "choice":
			x.collect(s, child, depth+1)
		case "group":
			if d := x.groups[child.qname(child.attr("ref"))]; d != nil {
				x.collect(s, d.element, depth+1)
			}
		case "element":
			s.add(x.field(child, e.name.Local == "choice"))
		}
	}
	x.collectAttributes(s, e, depth)
}

func (x *xsd) collectAttributes(s *shape, e *element, depth int) {
	if depth > maxGroups {
		return
	}
	for _, child := range e.children {
		if !x.spend() {
			return
		}
		switch child.name.Local {
		case "attribute":
			a := child
			if ref := child.attr("ref"); ref != "" {
				d := x.attributes[child.qname(ref)]
				if d == nil {
					continue
				}
				a = d.element
			}
			f := field{name: a.attr("name"), required: child.attr("use") == "required", shape: &shape{kind: kindString}}
			if kind := a.attr("type"); kind != "" {
				f.shape = x.named(a, kind)
			} else if inner := a.first("simpleType"); inner != nil {
				f.shape = x.simple(inner)
			}
			if f.name != "" {
				s.add(f)
			}
		case "attributeGroup":
			if d := x.attributeGroups[child.qname(child.attr("ref"))]; d != nil {
				x.collectAttributes(s, d.element, depth+1)
			}
		}
	}
}

// field is an element within a type.
func (x *xsd) field(e *element, optional bool) field {
	f := field{name: e.attr("name"), required: !optional && e.attr("minOccurs") != "0" && e.attr("nillable") != "true"}
	if ref := e.attr("ref"); ref != "" {
		name := e.qname(ref)
		f.name = name.Local
		f.shape = x.global(name)
	} else {
		f.shape = x.shapeOf(e)
	}
	if text := annotation(e); text != "" && f.shape.name == "" {
		f.shape.description = text
	}
	if many := e.attr("maxOccurs"); many != "" && many != "1" && many != "0" {
		f.shape = &shape{kind: kindArray, items: f.shape}
	}
	return f
}

// shapeOf is the shape of a local element.
func (x *xsd) shapeOf(e *element) *shape {
	if kind := e.attr("type"); kind != "" {
		return x.named(e, kind)
	}
	return x.own(e)
}

// global is the shape of a global element.
func (x *xsd) global(name xml.Name) *shape {
	d := x.elements[name]
	switch {
	case d == nil:
		return &shape{kind: kindUnknown}
	case d.name != "":
		return &shape{name: d.name}
	}
	return x.named(d.element, d.element.attr("type"))
}

// named is the shape of a type by its prefixed name.
func (x *xsd) named(at *element, prefixed string) *shape {
	name := at.qname(prefixed)
	if d := x.types[name]; d != nil {
		return &shape{name: d.name}
	}
	if s, ok := builtin(name); ok {
		return s
	}
	x.missing(at, prefixed, name)
	return &shape{kind: kindUnknown}
}

func (x *xsd) missing(at *element, prefixed string, name xml.Name) {
	if !x.unknown[prefixed] {
		x.unknown[prefixed] = true
		x.c.note("line "+itoa(at.line), "the type %s of %q is not in the document: it means anything", shorten(prefixed), name.Space)
	}
}

// builtin are the types of XML Schema.
func builtin(name xml.Name) (*shape, bool) {
	switch name.Space {
	case xsdNamespace, "http://www.w3.org/1999/XMLSchema", "http://www.w3.org/2000/10/XMLSchema", encNamespace, enc2Namespace:
	default:
		return nil, false
	}
	s := &shape{kind: kindString}
	switch name.Local {
	case "int", "short", "byte", "unsignedShort", "unsignedByte":
		s.kind, s.format = kindInteger, "int32"
	case "long", "unsignedInt", "unsignedLong":
		s.kind, s.format = kindInteger, "int64"
	case "integer", "positiveInteger", "nonNegativeInteger", "negativeInteger", "nonPositiveInteger":
		s.kind = kindInteger
	case "decimal":
		s.kind = kindNumber
	case "float", "double":
		s.kind, s.format = kindNumber, name.Local
	case "boolean":
		s.kind = kindBoolean
	case "date":
		s.format = "date"
	case "dateTime":
		s.format = "date-time"
	case "base64Binary", "hexBinary", "base64":
		s.format = "byte"
	case "anyType", "Struct", "Array":
		s.kind = kindUnknown
	}
	return s, true
}
