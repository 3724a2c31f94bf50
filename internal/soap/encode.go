package soap

import (
	"strings"
	"unicode/utf8"

	"jackfield/internal/fault"

	"github.com/tidwall/gjson"
)

// Encode writes a JSON object as an XML document. Its one member is the root element; several need root, a name to hold
// them. Members under @ are attributes, the one under $ is the text, lists repeat their element, null is xsi:nil. What is
// no name of XML is an error of the kind Invalid.
func Encode(body []byte, root string) (string, error) {
	v := gjson.ParseBytes(body)
	if root == "" {
		count := 0
		v.ForEach(func(key, inner gjson.Result) bool {
			count++
			root, v = key.Str, inner
			return true
		})
		if count != 1 || v.IsArray() {
			return "", fault.New(fault.Invalid, "The body becomes XML, so it must be a JSON object with one member, which is its root element")
		}
	}
	w := xmlWriter{}
	w.out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	w.element(root, v, 0)
	if w.err == nil && w.out.Len() > MaxTemplate {
		w.err = fault.New(fault.Invalid, "The body becomes larger than %d MiB of XML: send less at once", MaxTemplate>>20)
	}
	return w.out.String(), w.err
}

// IsEnvelope reports whether a JSON object says an envelope: its one member is called so.
func IsEnvelope(body []byte) (is bool) {
	gjson.ParseBytes(body).ForEach(func(key, _ gjson.Result) bool {
		is = local(key.Str) == "Envelope"
		return false
	})
	return is
}

// Envelope puts XML into the body of an envelope of SOAP 1.1, or 1.2 where that is the form of the body.
func Envelope(content, contentType string) string {
	space := envelope11
	if strings.HasPrefix(strings.ToLower(contentType), "application/soap+xml") {
		space = envelope12
	}
	head, rest, ok := strings.Cut(content, "?>")
	if !ok {
		head, rest = `<?xml version="1.0" encoding="UTF-8"`, content
	}
	return head + `?><soapenv:Envelope xmlns:soapenv="` + space + `"><soapenv:Body>` + rest + `</soapenv:Body></soapenv:Envelope>`
}

type xmlWriter struct {
	out    strings.Builder
	prefix string // of elements without one
	err    error
}

func (w *xmlWriter) element(name string, v gjson.Result, depth int) {
	if w.err != nil || w.out.Len() > MaxTemplate {
		return
	}
	if depth > MaxDepth {
		w.err = fault.New(fault.Invalid, "The body nests deeper than the %d elements that XML may have here", MaxDepth)
		return
	}
	if v.IsArray() {
		v.ForEach(func(_, item gjson.Result) bool {
			if item.IsArray() {
				w.err = fault.New(fault.Invalid, "The list %s holds lists, which XML cannot say", clip(name))
				return false
			}
			w.element(name, item, depth+1)
			return w.err == nil
		})
		return
	}
	tag := name
	if w.prefix != "" && !strings.Contains(name, ":") {
		tag = w.prefix + name
	}
	if !isName(tag) {
		w.err = fault.New(fault.Invalid, "The name %q of the body cannot be one of XML: use letters, digits, _, - and .", clip(name))
		return
	}
	w.out.WriteString("<" + tag)
	switch {
	case v.Type == gjson.Null:
		w.out.WriteString(` xmlns:xsi="` + instances + `" xsi:nil="true"/>`)
		return
	case !v.IsObject():
		w.out.WriteString(">" + Escape(Plain(v)))
	default:
		w.attributes(v)
		w.out.WriteString(">")
		w.members(v, depth)
	}
	w.out.WriteString("</" + tag + ">")
}

func (w *xmlWriter) attributes(v gjson.Result) {
	v.ForEach(func(key, inner gjson.Result) bool {
		name, ok := strings.CutPrefix(key.Str, "@")
		if !ok || inner.Type == gjson.Null {
			return true
		}
		if !isName(name) || inner.IsObject() || inner.IsArray() {
			w.err = fault.New(fault.Invalid, "The member %q of the body cannot be an attribute of XML", clip(key.Str))
			return false
		}
		w.out.WriteString(" " + name + `="` + Escape(Plain(inner)) + `"`)
		return true
	})
}

// members writes what is in an object beside its attributes.
func (w *xmlWriter) members(v gjson.Result, depth int) {
	v.ForEach(func(key, inner gjson.Result) bool {
		switch {
		case strings.HasPrefix(key.Str, "@"):
		case key.Str == textMember:
			w.out.WriteString(Escape(Plain(inner)))
		default:
			w.element(key.Str, inner, depth+1)
		}
		return w.err == nil
	})
}

// isName reports whether a text is a name of XML with at most one prefix, after the part of XML 1.0 §2.3 that is in use.
func isName(text string) bool {
	if text == "" || strings.Count(text, ":") > 1 || !utf8.ValidString(text) {
		return false
	}
	begin := true
	for _, r := range text {
		letter := r == '_' || r|0x20 >= 'a' && r|0x20 <= 'z' || r >= 0xc0 && r != 0xd7 && r != 0xf7 && r < 0x2000 || r >= 0x3001 && r <= 0xfffd
		switch {
		case r == ':':
			if begin {
				return false
			}
			begin = true
			continue
		case letter:
		case begin, r != '-' && r != '.' && (r < '0' || r > '9') && r != 0xb7:
			return false
		}
		begin = false
	}
	return !begin
}
