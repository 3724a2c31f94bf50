package gateway

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

// bind turns the caller's request into the provider's: element-wide parameters first, then the resource's
// own (reference/hub-api.md §3.2, reference/elements.md §5).
func (g *Gateway) bind(_ context.Context, c *Call) error {
	r := c.Resource
	if err := g.readBody(c); err != nil {
		return err
	}
	c.vendor = vendorRequest{
		method: strings.ToUpper(r.VendorMethod),
		header: http.Header{"Accept": {"application/json"}, "Content-Type": {"application/json"}},
	}
	if c.vendor.method == "" {
		c.vendor.method = r.Method
	}
	if c.upload != nil {
		c.vendor.header.Set("Content-Type", c.upload.contentType)
	}
	b := binder{call: c, path: r.VendorPath}
	if c.onDatabase() {
		return b.bindStatement()
	}
	if err := b.body(); err != nil {
		return err
	}
	for _, p := range r.Parameters {
		if p.Source == connector.SourceResponse || c.followed(p) {
			continue
		}
		if err := b.bind(p); err != nil {
			return err
		}
	}
	return b.finish()
}

// binder collects the provider's request while parameters are applied one by one.
type binder struct {
	call     *Call
	path     string
	words    words  // of the body template, filled once the body is complete
	wrapped  string // left part of the rootKey that is around the caller's body
	template bool   // the body is a template of the definition, not the caller's
}

// value is what a parameter reads: text for most places, raw JSON for members of a body.
type value struct {
	texts []string // more than one for a repeated query parameter
	raw   []byte   // JSON, when the value comes from a body
}

func text(s string) value { return value{texts: []string{s}} }

func (v value) text() string {
	if len(v.texts) > 0 {
		return v.texts[0]
	}
	return rawText(v.raw)
}

func (b *binder) bind(p *connector.Parameter) error {
	if p.Type == connector.TypeQuery && p.Name == "where" {
		return b.bindWhere(p)
	}
	v, ok, err := b.read(p)
	if err != nil {
		return err
	}
	if !ok {
		if p.Required && !b.call.Lifecycle {
			return fault.New(fault.Invalid, "The %s parameter %s is required for %s %s",
				p.Type, p.Name, b.call.Resource.Method, b.call.Resource.Canonical)
		}
		return nil
	}
	return b.write(p, v)
}

// read finds the value of a parameter on the caller's side.
func (b *binder) read(p *connector.Parameter) (value, bool, error) {
	c := b.call
	switch p.Type {
	case connector.TypePath:
		found, ok := c.variable(p.Name)
		return text(found), ok, nil
	case connector.TypeQuery:
		return b.readQuery(p)
	case connector.TypeHeader:
		found := c.Header.Get(p.Name)
		return text(found), found != "", nil
	case connector.TypeConfiguration:
		found := c.Configuration(p.Name)
		return text(found), found != "", nil
	case connector.TypeValue, connector.TypeCustomValue:
		return text(c.substitute(p.Name)), true, nil
	case connector.TypeWhere:
		found, ok := c.lifted[p.Name]
		return text(found), ok, nil
	case connector.TypeBody:
		if p.VendorType == connector.TypeBodyToken {
			return value{raw: c.body}, c.body != nil, nil // a template may be in the body's place already
		}
		return value{raw: c.vendor.body}, c.vendor.hasBody || c.upload != nil, nil
	case connector.TypeBodyField:
		raw, ok := member(c.body, p.Name)
		return value{raw: raw}, ok, nil
	case connector.TypeForm, connector.TypeMultipart, connector.TypeFile:
		return b.readForm(p)
	case connector.TypePrevBody:
		return value{raw: c.previous}, c.previous != nil, nil
	case connector.TypePrevBodyField:
		raw, ok := member(c.previous, p.Name)
		return value{raw: raw}, ok, nil
	}
	return value{}, false, fault.New(fault.Invalid, "The parameter type %s of %s is not available", p.Type, p.Name)
}

func (b *binder) readQuery(p *connector.Parameter) (value, bool, error) {
	c := b.call
	if c.Resource.List {
		switch p.Name {
		case "pageSize":
			return text(itoa(c.paging.size)), !c.ours(), nil
		case "page":
			return text(c.vendorPage()), c.paging.given && c.paging.cursor == "" && !c.ours(), nil
		case "nextPage":
			return text(c.paging.cursor), c.paging.cursor != "", nil
		}
	}
	found, ok := c.Query[p.Name]
	if !ok {
		found, ok = c.Query[p.Name+"[]"]
	}
	ok = ok && (len(found) > 1 || len(found) == 1 && found[0] != "")
	return value{texts: found}, ok, nil
}

// write puts a value to its place on the provider's side.
func (b *binder) write(p *connector.Parameter, v value) error {
	vendor := &b.call.vendor
	switch p.VendorType {
	case connector.TypePath:
		return b.fillPath(p, v.text())
	case connector.TypeQuery:
		if p.Type == connector.TypeBody || p.Type == connector.TypePrevBody {
			vendor.parameters = append(vendor.parameters, flatten(v.raw)...)
			return nil
		}
		name := p.VendorName
		if p.Type == connector.TypeQuery && p.Name == "orderBy" {
			if field, direction, both := strings.Cut(name, "|"); both {
				return b.orderApart(field, direction, v.text())
			}
			name = b.call.orderByName(name)
		}
		if len(v.texts) == 0 {
			v.texts = []string{rawText(v.raw)}
		}
		for _, one := range v.texts {
			vendor.parameters = append(vendor.parameters, pair{name, one})
		}
		return nil
	case connector.TypeHeader:
		return b.setHeader(p, headerText(v))
	case connector.TypeConfiguration:
		b.call.write(p.VendorName, v.text())
		return nil
	case connector.TypeBody, connector.TypeBodyField, connector.TypeBodyToken, connector.TypeForm, connector.TypeMultipart, connector.TypeFile:
		return b.writeBody(p, v)
	}
	return nil // no-op, a place only hooks look at, or where, which bindWhere reads
}

// orderApart sends "name desc" as a field and a direction, for providers that take them apart: vendorName is then both of
// their parameters, sort_by|sort_direction.
func (b *binder) orderApart(field, direction, given string) error {
	words := strings.Fields(given)
	if len(words) == 0 || len(words) > 2 || strings.Contains(given, ",") {
		return fault.New(fault.Invalid, "orderBy must be one field, with asc or desc behind it: this provider takes one")
	}
	vendor := &b.call.vendor
	vendor.parameters = append(vendor.parameters, pair{field, words[0]})
	if len(words) == 2 {
		way := strings.ToLower(words[1])
		if way != "asc" && way != "desc" {
			return fault.New(fault.Invalid, "orderBy goes asc or desc, not %s", words[1])
		}
		vendor.parameters = append(vendor.parameters, pair{direction, way})
	}
	return nil
}

// orderByName lets an instance correct the spelling of the order parameter.
func (c *Call) orderByName(name string) string {
	if given := c.Instance.Effective["odata.orderby.name"]; given != "" {
		return given
	}
	return name
}

func (b *binder) setHeader(p *connector.Parameter, content string) error {
	if strings.ContainsAny(content, "\r\n\x00") {
		return fault.New(fault.Invalid, "The header parameter %s must not contain line breaks", p.Name)
	}
	if content == "" {
		b.call.vendor.header.Del(p.VendorName)
		return nil
	}
	b.call.vendor.header.Set(p.VendorName, content)
	return nil
}

// fillPath puts a value into the provider path as one segment: a slash or ".." inside it stays part of the
// value and never becomes a step in the path.
func (b *binder) fillPath(p *connector.Parameter, content string) error {
	if content == "." || content == ".." {
		return fault.New(fault.Invalid, "The path value %s of %s is not allowed", content, p.Name)
	}
	if content == "" && p.Type == connector.TypePath {
		return fault.New(fault.Invalid, "The path value of %s is empty", p.Name)
	}
	content, err := b.call.keyLiteral(b.path, p.VendorName, content)
	if err != nil {
		return err
	}
	b.fill(p.VendorName, content)
	return nil
}

// Behind a question mark the value is one of a query: & and + in it stay part of it.
func (b *binder) fill(name, content string) {
	placeholder := "{" + name + "}"
	route, query, hasQuery := strings.Cut(b.path, "?")
	b.path = strings.ReplaceAll(route, placeholder, url.PathEscape(content))
	if hasQuery {
		b.path += "?" + strings.ReplaceAll(query, placeholder, url.QueryEscape(content))
	}
}

// finish completes what parameters left open: placeholders that carry the name of a path variable or of a
// configuration key, and tokens in the body.
func (b *binder) finish() error {
	c := b.call
	if strings.Contains(b.path, "{") {
		for _, name := range connector.PathVariables(b.path) {
			content, ok := c.variable(name)
			if !ok {
				content = c.Configuration(name)
			}
			if content == "" {
				return fault.New(fault.Invalid, "The provider path of %s %s needs a value for {%s}", c.Resource.Method, c.Resource.Canonical, name)
			}
			if err := b.fillPath(&connector.Parameter{Name: name, VendorName: name}, content); err != nil {
				return err
			}
		}
	}
	c.vendor.path = b.path
	if c.paging.link != "" {
		if err := c.follow(); err != nil {
			return err
		}
	}
	return b.finishBody()
}
