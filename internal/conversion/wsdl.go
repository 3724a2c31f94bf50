package conversion

import (
	"encoding/xml"
	"strconv"
	"strings"

	"jackfield/internal/connector"
)

const (
	soap11 = "http://schemas.xmlsoap.org/wsdl/soap/"
	soap12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
)

func itoa(n int) string { return strconv.Itoa(n) }

// wsdl converts a WSDL 1.1 document.
func (c *conversion) wsdl(data []byte) {
	policies := false
	root := c.xmlRoot(data, func(name xml.Name) bool {
		if name.Local == "Policy" {
			policies = true
		}
		return name.Local == "Policy" || name.Local == "appinfo"
	})
	if root == nil {
		return
	}
	w := &service{
		c: c, schema: newXSD(c), messages: map[xml.Name]*element{}, portTypes: map[xml.Name]*element{}, bindings: map[xml.Name]*element{},
	}
	w.space = root.attr("targetNamespace")
	c.def.Name = first(w.space, root.attr("name"))
	if c.def.Name == "" {
		c.problem("definitions", "has no targetNamespace: the connector gets its name from it")
		return
	}
	if w.space == "" {
		c.note("definitions", "has no targetNamespace: the connector is called by its name")
	}
	c.def.ProtocolType = KindSOAP
	c.def.Authentication.Type = authCustom
	c.def.Description = "SOAP service " + c.def.Name
	if doc := root.first("documentation"); doc != nil && doc.text != "" {
		c.def.Description = doc.text
	}
	if policies {
		c.note("wsp:Policy", "policies are not read: what they ask for, such as signatures, is not done")
	}
	w.declare(root)
	if len(c.problems) > 0 {
		return
	}
	ports := w.ports(root)
	if len(ports) == 0 {
		c.problem("definitions", "has no SOAP binding with operations: there is nothing to call")
		return
	}
	c.baseURL(ports[0].address)
	if ports[0].address == "" {
		c.note(keyBaseURL, "the document does not say where the service is: set base.url")
	}
	c.paging(stylePage, maxPage)
	c.def.Parameters = append(c.def.Parameters, ports[0].headers()...)
	w.version = ports[0].version
	operations := 0
	for _, p := range ports {
		c.types.models += 2 * len(p.binding.all("operation"))
	}
	for _, p := range ports {
		for _, op := range p.binding.all("operation") {
			if operations++; operations > maxOperations {
				c.tooLarge = true
				c.problem("binding "+p.binding.attr("name"), "there are more than %d operations", maxOperations)
				return
			}
			w.operation(p, op)
		}
	}
	if len(c.def.Resources) == 0 && len(c.problems) == 0 {
		c.problem("definitions", "none of its operations can be called")
	}
}

// service is a WSDL document on its way into a definition.
type service struct {
	c         *conversion
	space     string
	schema    *xsd
	messages  map[xml.Name]*element
	portTypes map[xml.Name]*element
	bindings  map[xml.Name]*element
	templates int    // bytes of all templates so far
	version   string // of SOAP, of the element-wide headers
}

// port is a binding and where it is served.
type port struct {
	binding  *element
	portType *element
	version  string // soap11 or soap12
	style    string // document or rpc
	address  string
}

// headers that all calls of a port have.
func (p *port) headers() []connector.Parameter {
	if p.version == soap12 {
		return []connector.Parameter{constant("application/soap+xml", connector.TypeHeader, "Accept", "Form of the answers")}
	}
	return []connector.Parameter{
		constant("text/xml", connector.TypeHeader, "Accept", "Form of the answers"),
		constant("text/xml; charset=utf-8", connector.TypeHeader, "Content-Type", "Form of the bodies"),
	}
}

// declare indexes the document. A part of it that is elsewhere is refused.
func (w *service) declare(root *element) {
	var schemas []*element
	for _, e := range root.children {
		name := xml.Name{Space: w.space, Local: e.attr("name")}
		switch e.name.Local {
		case "import":
			w.c.problem("definitions/import", "%q leads out of the document: nothing outside it is read; put its content into the document", shorten(e.attr("location")))
		case "types":
			schemas = append(schemas, e.all("schema")...)
		case "message":
			w.messages[name] = e
		case "portType":
			w.portTypes[name] = e
		case "binding":
			w.bindings[name] = e
		}
	}
	w.schema.add(schemas)
}

// ports lists what can be called by SOAP: one port for each port type, SOAP 1.1 before 1.2. A document
// without a service has its bindings alone.
func (w *service) ports(root *element) []*port {
	var all []*port
	for _, s := range root.all("service") {
		for _, e := range s.all("port") {
			p := w.port(e.qname(e.attr("binding")))
			if p == nil {
				continue
			}
			if address := e.first("address"); address != nil {
				p.address = strings.TrimSpace(address.attr("location"))
			}
			if !absolute(p.address) {
				if p.address != "" {
					w.c.note("port "+e.attr("name"), "its address %q is none: set base.url", shorten(p.address))
				}
				p.address = ""
			}
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		for _, e := range root.all("binding") {
			if p := w.port(xml.Name{Space: w.space, Local: e.attr("name")}); p != nil {
				all = append(all, p)
			}
		}
	}
	var kept []*port
	for _, p := range all {
		better := true
		for i, other := range kept {
			if other.portType != p.portType {
				continue
			}
			better = false
			if other.version == soap12 && p.version == soap11 {
				kept[i] = p
			}
		}
		if better {
			kept = append(kept, p)
		}
	}
	return kept
}

// port is the binding with a name, nil when it is not one of SOAP.
func (w *service) port(name xml.Name) *port {
	binding := w.bindings[name]
	if binding == nil {
		w.c.note("binding "+name.Local, "is not in the document: its port is left out")
		return nil
	}
	p := &port{binding: binding, style: "document"}
	for _, e := range binding.all("binding") {
		if e.name.Space == soap11 || e.name.Space == soap12 {
			p.version = e.name.Space
			p.style = first(e.attr("style"), p.style)
		}
	}
	if p.version == "" {
		return nil // HTTP GET and POST bindings
	}
	p.portType = w.portTypes[binding.qname(binding.attr("type"))]
	if p.portType == nil {
		w.c.note("binding "+name.Local, "its port type %s is not in the document: it is left out", binding.attr("type"))
		return nil
	}
	return p
}

// part is one part of a message: an element of a schema, or a name with a type.
type part struct {
	name    string
	element xml.Name
	at      *element // with the attribute type, when there is no element
}

func (w *service) parts(message *element) []part {
	var parts []part
	for _, e := range message.all("part") {
		p := part{name: e.attr("name"), at: e}
		if name := e.attr("element"); name != "" {
			p.element = e.qname(name)
		}
		parts = append(parts, p)
	}
	return parts
}

// operation makes the resources of one operation.
func (w *service) operation(p *port, bound *element) {
	name := bound.attr("name")
	at := "operation " + name
	abstract := w.abstract(p, bound)
	if abstract == nil {
		w.c.note(at, "is not in its port type: it is left out")
		return
	}
	style, action := p.style, ""
	if e := bound.first("operation"); e != nil {
		action, style = e.attr("soapAction"), first(e.attr("style"), style)
	}
	envelope := newEnvelope(w, p.version)
	defer func() { w.templates += 2 * len(envelope.text()) }() // operations that look have it twice
	input, ok := w.input(at, envelope, abstract, bound, name, style)
	if !ok {
		return
	}
	hub := "/" + lower(segmentName(name))
	r := connector.Resource{
		Method: "POST", OperationID: name, Description: name,
		RootKey: "|" + envelope.prefix + ":Envelope." + envelope.prefix + ":Body." + escapeKey(w.outputName(abstract, name, style)),
	}
	if doc := abstract.first("documentation"); doc != nil && doc.text != "" {
		r.Description = doc.text
	}
	if p.address != w.c.def.Default(keyBaseURL) {
		r.VendorPath = p.address
	}
	output := w.output(abstract, bound, style)
	if input != nil && len(input.fields) == 0 {
		input = nil
	}
	r.Model = w.c.types.describe(lower(definitionName(name)), input, output)
	if r.Model != nil {
		r.Response = &connector.Response{ContentType: jsonMedia, SampleData: w.c.types.sampleOf(output)}
	}
	fixed := w.fixed(p, action, envelope)
	post := r
	// Tokens are read before the template replaces the body.
	if input != nil {
		body := mapped(connector.TypeBody, "body", connector.TypeBodyToken, "body", r.Model.RequestName)
		body.Description = "Fills the template"
		post.Parameters = append(post.Parameters, body)
	}
	post.Parameters = append(post.Parameters, fixed...)
	if !w.c.resource(at, hub, post) {
		return
	}
	w.read(at, hub, r, input, output, fixed)
}

// read adds a GET for operations that only look and take at most one value: it stands in the path.
func (w *service) read(at, hub string, r connector.Resource, input, output *shape, fixed []connector.Parameter) {
	name, looks := r.OperationID, false
	for _, word := range []string{"get", "read", "find", "fetch", "retrieve", "list", "lookup"} {
		looks = looks || strings.HasPrefix(strings.ToLower(name), word)
	}
	if !looks || input != nil && len(input.fields) > 1 {
		return
	}
	r.Method, r.VendorMethod, r.OperationID = "GET", "POST", name+"ByPath"
	r.Model = w.c.types.describe(lower(definitionName(name)), nil, output)
	if input != nil {
		f := input.fields[0]
		value := w.c.types.resolve(f.shape)
		if value == nil || value.kind == kindObject || value.kind == kindArray || value.kind == kindUnknown {
			return
		}
		hub += "/{" + variableName(f.name) + "}"
		p := mapped(connector.TypePath, variableName(f.name), connector.TypeBodyToken, f.name, dataType(value))
		p.Required = true
		r.Parameters = append(r.Parameters, p)
	}
	r.Parameters = append(r.Parameters, fixed...)
	w.c.resource(at, hub, r)
}

// fixed are the parameters that do not depend on the caller: action, tokens of the header, template.
func (w *service) fixed(p *port, action string, envelope *envelope) []connector.Parameter {
	var fixed []connector.Parameter
	if p.version != w.version {
		fixed = append(fixed, p.headers()...)
	}
	if p.version == soap12 {
		media := "application/soap+xml; charset=utf-8"
		if action != "" {
			media += `; action="` + action + `"`
		}
		fixed = append(fixed, constant(media, connector.TypeHeader, "Content-Type", "Form of the body, and what is asked for"))
	} else {
		fixed = append(fixed, constant(`"`+action+`"`, connector.TypeHeader, "SOAPAction", "What is asked for"))
	}
	for _, key := range envelope.header {
		token := mapped(connector.TypeConfiguration, key, connector.TypeBodyToken, key, kindString)
		token.Description = "Fills the header of the template"
		fixed = append(fixed, token)
	}
	return append(fixed, constant(envelope.text(), connector.TypeBody, "body", "Template of the body; words in braces are filled"))
}

func lower(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToLower(text[:1]) + text[1:]
}

// escapeKey makes a name one step of a root key.
func escapeKey(name string) string { return strings.ReplaceAll(name, ".", `\.`) }

// abstract is the operation of the port type. Of overloaded ones the names of the messages decide.
func (w *service) abstract(p *port, bound *element) *element {
	var found *element
	for _, e := range p.portType.all("operation") {
		if e.attr("name") != bound.attr("name") {
			continue
		}
		if found == nil {
			found = e
		}
		if in, wanted := e.first("input"), bound.first("input"); in != nil && wanted != nil && wanted.attr("name") != "" && in.attr("name") == wanted.attr("name") {
			return e
		}
	}
	return found
}

// message is the message of the input or output of an operation.
func (w *service) message(abstract *element, direction string) *element {
	e := abstract.first(direction)
	if e == nil {
		return nil
	}
	return w.messages[e.qname(e.attr("message"))]
}

// body picks the parts of a message that stand in the body.
func (w *service) body(message, bound *element, direction string) []part {
	parts := w.parts(message)
	wanted := bound.first(direction).first("body")
	if wanted == nil {
		return parts
	}
	names := strings.Fields(wanted.attr("parts"))
	if len(names) == 0 {
		return parts
	}
	var kept []part
	for _, p := range parts {
		for _, name := range names {
			if p.name == name {
				kept = append(kept, p)
			}
		}
	}
	return kept
}

// input writes the template and gives the shape of the JSON that fills it.
func (w *service) input(at string, e *envelope, abstract, bound *element, name, style string) (*shape, bool) {
	w.headers(at, e, bound)
	message := w.message(abstract, "input")
	if message == nil {
		if abstract.first("input") != nil {
			w.c.note(at, "its input message is not in the document: it is left out")
			return nil, false
		}
		return nil, true
	}
	parts := w.body(message, bound, "input")
	if use := bound.first("input").first("body"); use != nil && use.attr("use") == "encoded" {
		w.c.note(at, "is written in the encoding of SOAP, which names the types of values: they are sent without")
	}
	s := &shape{kind: kindObject}
	if style == "rpc" {
		space := w.space
		if use := bound.first("input").first("body"); use != nil {
			space = first(use.attr("namespace"), space)
		}
		e.open(space, name)
		for _, p := range parts {
			f := field{name: p.name, required: true, shape: w.partShape(p)}
			s.add(f)
			e.value(p, p.name)
		}
		e.close(space, name)
		return s, true
	}
	for i, p := range parts {
		if p.element.Local == "" {
			w.c.note(at, "its part %s has a type where document style has an element: it is written under its own name", p.name)
			s.add(field{name: p.name, required: true, shape: w.partShape(p)})
			e.value(p, p.name)
			continue
		}
		whole := w.c.types.resolve(w.schema.global(p.element))
		if w.schema.elements[p.element] == nil {
			w.c.note(at, "its element %s is not in the document: the template leaves it empty", p.element.Local)
		}
		if i == 0 && whole != nil && whole.kind == kindObject {
			s.fields = append(s.fields, whole.fields...)
			s.description = whole.description
			e.global(p.element, "")
			continue
		}
		s.add(field{name: p.element.Local, required: true, shape: w.schema.global(p.element)})
		e.global(p.element, p.element.Local)
	}
	return s, true
}

func (w *service) partShape(p part) *shape {
	if p.element.Local != "" {
		return w.schema.global(p.element)
	}
	if kind := p.at.attr("type"); kind != "" {
		return w.schema.named(p.at, kind)
	}
	return &shape{kind: kindUnknown}
}

// headers writes the header of the envelope. Its values are the same for all calls of an instance, so
// they come from the configuration.
func (w *service) headers(at string, e *envelope, bound *element) {
	input := bound.first("input")
	if input == nil {
		return
	}
	for _, h := range input.all("header") {
		message := w.messages[h.qname(h.attr("message"))]
		if message == nil {
			w.c.note(at, "the message of its header is not in the document: it is left out")
			continue
		}
		for _, p := range w.parts(message) {
			if p.name == h.attr("part") && p.element.Local != "" {
				e.headerElement(p.element)
			}
		}
	}
	for _, key := range e.header {
		if w.c.def.Entry(key) != nil {
			continue
		}
		kind, words := "TEXTFIELD_1000", strings.ToLower(key)
		for _, word := range []string{"password", "secret", "token", "apikey", "session"} {
			if strings.Contains(words, word) {
				kind = "PASSWORD"
			}
		}
		w.c.entry(connector.ConfigurationEntry{Key: key, Name: label(key), Description: "Value in the header of every call", Type: kind})
	}
}

// output is the shape of what the answer's body element holds.
func (w *service) output(abstract, bound *element, style string) *shape {
	message := w.message(abstract, "output")
	if message == nil || bound.first("output") == nil {
		return nil
	}
	parts := w.body(message, bound, "output")
	if style != "rpc" && len(parts) > 0 && parts[0].element.Local != "" {
		return w.schema.global(parts[0].element)
	}
	s := &shape{kind: kindObject}
	for _, p := range parts {
		s.add(field{name: p.name, shape: w.partShape(p)})
	}
	return s
}

// outputName is the element in the body of the answer.
func (w *service) outputName(abstract *element, name, style string) string {
	if message := w.message(abstract, "output"); message != nil && style != "rpc" {
		if parts := w.parts(message); len(parts) > 0 && parts[0].element.Local != "" {
			return parts[0].element.Local
		}
	}
	return name + "Response"
}
