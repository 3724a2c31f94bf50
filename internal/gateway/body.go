package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/url"
	"strconv"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/mapping"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// upload is a caller's body that flows through to the provider without being held in memory.
type upload struct {
	contentType string
	boundary    string // of multipart/form-data, else ""
	reader      io.Reader
	renames     map[string]string // part names of the provider by those of the caller
	single      string            // name of the part whose content alone becomes the body
}

// readBody takes the caller's body: JSON, text and forms into memory, files and multipart as a stream.
// Malformed JSON is refused before anything happens.
func (g *Gateway) readBody(c *Call) error {
	if c.bodyRead || c.Body == nil {
		c.bodyRead = true
		return nil
	}
	c.bodyRead = true
	contentType := c.Header.Get("Content-Type")
	media, parameters, err := mime.ParseMediaType(contentType)
	if contentType != "" && err != nil {
		return fault.New(fault.UnsupportedMedia, "The Content-Type %q is not understood", contentType)
	}
	if !inMemory(media) {
		c.upload = &upload{contentType: contentType, boundary: parameters["boundary"], reader: limited(c.Body, g.maxFile)}
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(c.Body, MaxBody+1))
	if err != nil {
		return fault.As(readFault(err))
	}
	if len(body) > MaxBody {
		return fault.New(fault.TooLarge, "The body is larger than %d MiB: send files as multipart/form-data or with their own media type", MaxBody>>20)
	}
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return nil
	}
	if isJSON(media) {
		if err := mapping.Validate(body); err != nil {
			return fault.New(fault.Invalid, "The body is not valid JSON: %v", err)
		}
	}
	c.body = body
	return nil
}

func readFault(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return fault.Wrap(fault.Invalid, err, "The body could not be read")
}

func isJSON(media string) bool {
	return media == "" || media == "application/json" || strings.HasSuffix(media, "+json")
}

func inMemory(media string) bool {
	return isJSON(media) || strings.HasPrefix(media, "text/") || strings.HasSuffix(media, "+xml") ||
		media == "application/xml" || media == "application/x-www-form-urlencoded"
}

// body starts the provider's body from the caller's: wrapped by the left part of rootKey, or read as a form.
func (b *binder) body() error {
	c := b.call
	if c.body == nil {
		return nil
	}
	switch c.vendor.method {
	case "GET", "HEAD", "DELETE":
		if !c.Resource.TakesBody() {
			return nil
		}
	}
	c.vendor.body, c.vendor.hasBody = c.body, true
	if media, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); !isJSON(media) {
		c.vendor.header.Set("Content-Type", c.Header.Get("Content-Type"))
		return nil
	}
	if root := c.Resource.RootKeyOut; root != "" {
		c.vendor.body = wrap(c.body, root)
		b.wrapped = root
	}
	return nil
}

func (b *binder) readForm(p *connector.Parameter) (value, bool, error) {
	c := b.call
	if c.upload != nil {
		return text(p.Name), c.upload.boundary != "", nil
	}
	if strings.HasPrefix(c.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(string(c.body))
		if err != nil {
			return value{}, false, fault.New(fault.Invalid, "The form body is not valid: %v", err)
		}
		return value{texts: form[p.Name]}, form.Has(p.Name), nil
	}
	raw, ok := member(c.body, p.Name)
	return value{raw: raw}, ok, nil
}

// writeBody puts a value into the provider's body.
func (b *binder) writeBody(p *connector.Parameter, v value) error {
	vendor := &b.call.vendor
	if u := b.call.upload; u != nil && u.boundary != "" {
		switch {
		case p.Type != connector.TypeMultipart && p.Type != connector.TypeFile && p.Type != connector.TypeForm:
			return nil
		case p.VendorType == connector.TypeBody:
			u.single = p.Name
		case p.VendorName != p.Name:
			if u.renames == nil {
				u.renames = map[string]string{}
			}
			u.renames[p.Name] = p.VendorName
		}
		return nil
	}
	switch p.VendorType {
	case connector.TypeBody:
		if p.Type == connector.TypeBody {
			return nil // the caller's body is already in place
		}
		vendor.body, vendor.hasBody = v.raw, true
		if v.raw == nil {
			vendor.body = []byte(v.text())
		}
		b.template = p.Type == connector.TypeValue || p.Type == connector.TypeCustomValue || p.Type == connector.TypeConfiguration
	case connector.TypeBodyField:
		return b.setMember(p, v)
	case connector.TypeBodyToken:
		b.words.add(p.VendorName, v)
		if (p.Type == connector.TypeBody || p.Type == connector.TypeBodyField || p.Type == connector.TypePrevBody) && len(v.raw) > 0 {
			b.words.bodies = append(b.words.bodies, v.raw)
		}
	case connector.TypeForm, connector.TypeMultipart, connector.TypeFile:
		if p.Type == connector.TypeBody || p.Type == connector.TypePrevBody {
			pairs, err := bracketed(v.raw)
			vendor.form = append(vendor.form, pairs...)
			return err
		}
		if isContainer(string(v.raw)) && len(v.texts) == 0 {
			return b.formMember(p.VendorName, v.raw)
		}
		vendor.form = append(vendor.form, pair{p.VendorName, v.text()})
	}
	return nil
}

// setMember writes one field of a JSON body. A field that comes from the caller's body under another name
// is moved.
func (b *binder) setMember(p *connector.Parameter, v value) error {
	vendor := &b.call.vendor
	body := vendor.body
	if len(body) == 0 {
		body = []byte("{}")
	}
	if first := bytes.TrimLeft(body, " \t\r\n"); len(first) == 0 || first[0] != '{' {
		return fault.New(fault.Invalid, "The body must be a JSON object to take the field %s", p.VendorName)
	}
	var err error
	from, to := p.Name, p.VendorName
	if p.Type == connector.TypeBodyField {
		from, to = b.within(from), b.within(to) // what comes from the caller's body stays where it is wrapped
	}
	if p.Type == connector.TypeBodyField && p.Name != p.VendorName {
		if body, err = sjson.DeleteBytes(body, from); err != nil {
			return fault.Wrap(fault.Invalid, err, "The body field %s could not be moved", p.Name)
		}
	}
	raw := v.raw
	if raw == nil {
		raw = typedJSON(v.text(), p.VendorDataType)
	}
	if body, err = sjson.SetRawBytes(body, to, raw); err != nil {
		return fault.Wrap(fault.Invalid, err, "The body field %s could not be set", p.VendorName)
	}
	vendor.body, vendor.hasBody = body, true
	return nil
}

// typedJSON writes a text as the JSON of a parameter's data type: numbers and booleans bare when the text is
// one, everything else as a string.
func typedJSON(content, dataType string) []byte {
	switch dataType {
	case "integer", "long", "float", "double", "number", "boolean":
		if gjson.Valid(content) {
			return []byte(content)
		}
	}
	quoted, err := json.Marshal(content)
	if err != nil {
		panic(err) // a string always encodes
	}
	return quoted
}

// finishBody fills the body's template and encodes a form.
func (b *binder) finishBody() error {
	if err := b.fillBody(); err != nil {
		return err
	}
	vendor := &b.call.vendor
	if len(vendor.form) > 0 {
		vendor.body, vendor.hasBody = []byte(encodePairs(vendor.form)), true
		vendor.header.Set("Content-Type", formMedia)
	}
	return nil
}

func jsonEscape(s string) string {
	quoted := typedJSON(s, "")
	return string(quoted[1 : len(quoted)-1])
}

// member is the raw value of a dotted path in a JSON body.
func member(body []byte, path string) ([]byte, bool) {
	found := gjson.GetBytes(body, path)
	if !found.Exists() {
		return nil, false
	}
	return []byte(found.Raw), true
}

// rawText is a JSON value as text: strings unquoted, everything else as written.
func rawText(raw []byte) string {
	if len(raw) > 0 && raw[0] == '"' {
		return gjson.ParseBytes(raw).String()
	}
	return string(raw)
}

// flatten lists the scalar members of a JSON object as pairs.
func flatten(body []byte) []pair {
	var pairs []pair
	gjson.ParseBytes(body).ForEach(func(key, v gjson.Result) bool {
		if v.Type != gjson.Null {
			pairs = append(pairs, pair{key.String(), v.String()})
		}
		return true
	})
	return pairs
}

func itoa(n int) string { return strconv.Itoa(n) }
