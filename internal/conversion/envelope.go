package conversion

import (
	"encoding/xml"
	"strings"
)

const (
	// maxTemplateDepth is how deep a template nests; deeper elements are left out of it.
	maxTemplateDepth = 8
	// maxTemplateBytes is about how large a template grows; what is beyond is left out.
	maxTemplateBytes = 64 << 10
	// maxHeaderValues is how many values of the configuration the header of an envelope takes.
	maxHeaderValues = 30
)

// envelope writes the template of a SOAP body: every value is a word in braces, the dotted path of the
// value in the JSON body. Filling it repeats the elements of lists, and leaves out what has no value.
type envelope struct {
	w         *service
	prefix    string // of SOAP's own elements
	space     string
	prefixes  map[string]string
	order     []string // namespaces in the order of their prefixes
	body      strings.Builder
	head      strings.Builder
	out       *strings.Builder // the one that is being written
	header    []string         // configuration keys that fill the header
	inHeader  bool
	truncated bool
	path      []*element // types that are being written, to end recursion
}

func newEnvelope(w *service, version string) *envelope {
	e := &envelope{w: w, prefix: "soapenv", space: "http://schemas.xmlsoap.org/soap/envelope/", prefixes: map[string]string{}}
	if version == soap12 {
		e.prefix, e.space = "soap", "http://www.w3.org/2003/05/soap-envelope"
	}
	e.out = &e.body
	return e
}

// text is the whole template.
func (e *envelope) text() string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><` + e.prefix + `:Envelope xmlns:` + e.prefix + `="` + e.space + `"`)
	for _, space := range e.order {
		b.WriteString(` xmlns:` + e.prefixes[space] + `="`)
		if err := xml.EscapeText(&b, []byte(space)); err != nil {
			panic(err) // a builder takes everything
		}
		b.WriteString(`"`)
	}
	b.WriteString(`><` + e.prefix + `:Header>` + e.head.String() + `</` + e.prefix + `:Header><` + e.prefix + `:Body>`)
	b.WriteString(e.body.String() + `</` + e.prefix + `:Body></` + e.prefix + `:Envelope>`)
	return b.String()
}

// tag is a name with the prefix of its namespace.
func (e *envelope) tag(space, local string) string {
	if space == "" {
		return local
	}
	prefix, known := e.prefixes[space]
	if !known {
		prefix = "ns" + itoa(len(e.order)+1)
		e.prefixes[space] = prefix
		e.order = append(e.order, space)
	}
	return prefix + ":" + local
}

func (e *envelope) open(space, local string)  { e.out.WriteString("<" + e.tag(space, local) + ">") }
func (e *envelope) close(space, local string) { e.out.WriteString("</" + e.tag(space, local) + ">") }

// token writes the word that stands for a value.
func (e *envelope) token(path string) {
	if e.inHeader {
		if len(e.header) >= maxHeaderValues {
			return
		}
		e.header = append(e.header, path)
	}
	e.out.WriteString("{" + path + "}")
}

// headerElement writes a global element into the header.
func (e *envelope) headerElement(name xml.Name) {
	e.out, e.inHeader = &e.head, true
	e.global(name, name.Local)
	e.out, e.inHeader = &e.body, false
}

// global writes a global element; path is where its content is in the JSON, "" for the body itself.
func (e *envelope) global(name xml.Name, path string) {
	d := e.w.schema.elements[name]
	if d == nil {
		e.out.WriteString("<" + e.tag(name.Space, name.Local) + "/>")
		return
	}
	e.element(name.Space, name.Local, d.element, d.schema, path)
}

// value writes a part of a message in rpc style: its name has no namespace.
func (e *envelope) value(p part, path string) {
	if p.element.Local != "" {
		e.global(p.element, path)
		return
	}
	e.element("", p.name, p.at, &xsdSchema{}, path)
}

// element writes an element with the content of its type.
func (e *envelope) element(space, local string, at *element, schema *xsdSchema, path string) {
	if len(e.path) > maxTemplateDepth || e.out.Len() > maxTemplateBytes || e.w.templates > maxTemplates {
		if !e.truncated {
			e.truncated = true
			e.w.c.note("template "+local, "the template ends here: it nests at most %d elements and takes about %d KiB, all templates %d MB; set the rest in a hook", maxTemplateDepth, maxTemplateBytes>>10, maxTemplates/1_000_000)
		}
		return
	}
	kind, within := e.complexType(at, schema)
	if kind == nil {
		e.open(space, local)
		e.token(path)
		e.close(space, local)
		return
	}
	for _, busy := range e.path {
		if busy == kind {
			return // recursive: the element is optional in every document that can be sent
		}
	}
	e.path = append(e.path, kind)
	tag := e.tag(space, local)
	e.out.WriteString("<" + tag)
	e.attributes(kind, path)
	e.out.WriteString(">")
	if simple := kind.first("simpleContent"); simple != nil {
		if len(e.w.schema.complex(kind).fields) > 0 { // it has attributes
			path = step(path, "value")
		}
		e.token(path)
	} else {
		e.content(kind, within, path, 0)
	}
	e.out.WriteString("</" + tag + ">")
	e.path = e.path[:len(e.path)-1]
}

// step is a path that goes one member deeper.
func step(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// complexType is the complex type of an element and the schema that it is in, nil for a simple one.
func (e *envelope) complexType(at *element, schema *xsdSchema) (*element, *xsdSchema) {
	if name := at.attr("type"); name != "" {
		d := e.w.schema.types[at.qname(name)]
		if d == nil || d.element.name.Local != "complexType" {
			return nil, nil
		}
		return d.element, d.schema
	}
	return at.first("complexType"), schema
}

// attributes writes all that may be there: those whose word has no value are left out when the template is filled.
func (e *envelope) attributes(kind *element, path string) {
	owner := kind
	for _, content := range []string{"simpleContent", "complexContent"} {
		if inner := kind.first(content).first("extension"); inner != nil {
			owner = inner
		}
	}
	for _, a := range owner.all("attribute") {
		if a.attr("use") != "prohibited" && a.attr("name") != "" {
			e.out.WriteString(" " + a.attr("name") + `="`)
			e.token(step(path, a.attr("name")))
			e.out.WriteString(`"`)
		}
	}
}

// content writes the elements of a type: those of its base first.
func (e *envelope) content(kind *element, schema *xsdSchema, path string, depth int) {
	if depth > maxGroups {
		return
	}
	if content := kind.first("complexContent"); content != nil {
		if extension := content.first("extension"); extension != nil {
			if base := e.w.schema.types[extension.qname(extension.attr("base"))]; base != nil {
				e.content(base.element, base.schema, path, depth+1)
			}
			kind = extension
		} else if restriction := content.first("restriction"); restriction != nil {
			kind = restriction
		}
	}
	for _, child := range kind.children {
		if !e.w.schema.spend() {
			return
		}
		switch child.name.Local {
		case "sequence", "all", "choice":
			e.content(child, schema, path, depth+1)
		case "group":
			if d := e.w.schema.groups[child.qname(child.attr("ref"))]; d != nil {
				e.content(d.element, d.schema, path, depth+1)
			}
		case "element":
			e.child(child, schema, path)
		}
	}
}

func (e *envelope) child(at *element, schema *xsdSchema, path string) {
	if ref := at.attr("ref"); ref != "" {
		name := at.qname(ref)
		e.global(name, step(path, name.Local))
		return
	}
	space := ""
	if form := at.attr("form"); form == "qualified" || form == "" && schema.qualified {
		space = schema.space
	}
	e.element(space, at.attr("name"), at, schema, step(path, at.attr("name")))
}
