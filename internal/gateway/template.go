package gateway

import (
	"bytes"
	"mime"
	"net/url"
	"strings"

	"jackfield/internal/soap"

	"github.com/tidwall/gjson"
)

// words are the values that stand for the words in braces of a body template: {name}, or {a.b} for a member of the
// caller's body (reference/elements.md §5, bodyToken). Of two values for one word the first counts.
type words struct {
	named  []word
	bodies [][]byte // JSON objects whose members are words
}

type word struct {
	name string
	v    gjson.Result
}

func (w *words) add(name string, v value) {
	if name == "" {
		return
	}
	if len(v.texts) > 0 {
		w.named = append(w.named, word{name, textResult(v.texts[0])})
		return
	}
	if known := gjson.ParseBytes(v.raw); known.Exists() {
		w.named = append(w.named, word{name, known})
	}
}

func textResult(s string) gjson.Result {
	return gjson.Result{Type: gjson.String, Str: s, Raw: string(quote(s))}
}

// find is the value of a word, by its path.
func (w *words) find(path string) (gjson.Result, bool) {
	for _, known := range w.named {
		if known.name == path {
			return known.v, true
		}
	}
	for _, body := range w.bodies {
		if v := soap.At(gjson.ParseBytes(body), path); v.Exists() {
			return v, true
		}
	}
	for _, known := range w.named { // {item.id} of a parameter item that holds JSON
		if rest, ok := strings.CutPrefix(path, known.name+"."); ok && known.v.IsObject() {
			if v := soap.At(known.v, rest); v.Exists() {
				return v, true
			}
		}
	}
	return gjson.Result{}, false
}

// form of a template: each has its own way of writing a value.
type form int

const (
	formText form = iota
	formJSON
	formXML
	formURL
)

func formOf(template, contentType string) form {
	switch text := strings.TrimLeft(template, "\ufeff \t\r\n"); {
	case strings.HasPrefix(text, "<"):
		return formXML
	case isContainer(text):
		return formJSON
	}
	if media, _, _ := mime.ParseMediaType(contentType); media == formMedia {
		return formURL
	}
	return formText
}

// fillBody fills the body template in one pass, so that a value is never read as a template. Words without a value
// stay where they are: a script may fill them. What is left then is taken out by pruneBody.
func (b *binder) fillBody() error {
	vendor := &b.call.vendor
	if !b.template || len(vendor.body) == 0 {
		return nil
	}
	template, words := string(vendor.body), b.words // a copy: the binder itself stays off the heap
	kind := formOf(template, vendor.header.Get("Content-Type"))
	if kind != formXML {
		filled, open := fillText(template, "{", kind, words.find)
		vendor.body, vendor.open = []byte(filled), open
		return nil
	}
	filled, open, err := soap.Fill(template, words.find)
	if err != nil {
		return err
	}
	vendor.body, vendor.open = []byte(filled), open
	return nil
}

// pruneBody takes the words out of a template that nobody had a value for.
func (c *Call) pruneBody() error {
	vendor := &c.vendor
	if len(vendor.open) == 0 || !vendor.hasBody {
		return nil
	}
	body := string(vendor.body)
	if kind := formOf(body, vendor.header.Get("Content-Type")); kind == formXML {
		pruned, err := soap.Prune(body, vendor.open)
		if err != nil {
			return err
		}
		body = pruned
	} else {
		open := map[string]bool{}
		for _, name := range vendor.open {
			open[name] = true
		}
		body, _ = fillText(body, "{", kind, func(path string) (gjson.Result, bool) { return gjson.Result{}, open[path] })
	}
	vendor.body, vendor.open = []byte(body), nil
	return nil
}

// fillText puts values into a template that is not XML: opening and "}" enclose a word. It names the words without a
// value, which stay. In JSON a value within quotes is escaped; one that stands alone is a value of JSON, and a word
// that is all of its quotes becomes null when its value is.
func fillText(template, opening string, kind form, find func(string) (gjson.Result, bool)) (filled string, open []string) {
	out := make([]byte, 0, len(template)+len(template)/4)
	quoted := false
	for i := 0; i < len(template); {
		name, size := soap.Word(template[i:], opening)
		if size == 0 {
			out = append(out, template[i])
			switch c := template[i]; {
			case kind == formJSON && quoted && c == '\\' && i+1 < len(template):
				i++
				out = append(out, template[i])
			case kind == formJSON && c == '"':
				quoted = !quoted
			}
			i++
			continue
		}
		rest := template[i+size:]
		v, ok := find(name)
		switch {
		case !ok:
			open = append(open, name)
			out = append(out, template[i:i+size]...)
		case kind == formJSON && quoted && v.Type == gjson.Null && bytes.HasSuffix(out, []byte(`"`)) && strings.HasPrefix(rest, `"`):
			out = append(out[:len(out)-1], "null"...)
			quoted = false
			size++
		case kind == formJSON:
			out = append(out, jsonWord(v, quoted)...)
		case kind == formXML:
			out = append(out, soap.Escape(wordText(v))...)
		case kind == formURL:
			out = append(out, url.QueryEscape(wordText(v))...)
		default:
			out = append(out, wordText(v)...)
		}
		i += size
	}
	return string(out), open
}

// jsonWord is a value within the quotes of a JSON string, or on its own.
func jsonWord(v gjson.Result, quoted bool) string {
	text := wordText(v)
	switch {
	case quoted:
		// A brace in it must not be read as a word later on.
		return strings.ReplaceAll(jsonEscape(text), "{", `\u007b`)
	case v.Type == gjson.Null:
		return "null"
	case v.Type != gjson.String:
		return v.Raw
	case isLiteral(text):
		return text
	}
	return `"` + strings.ReplaceAll(jsonEscape(text), "{", `\u007b`) + `"`
}

// isLiteral reports whether a text is a number or a word of JSON: callers' query parameters are texts.
func isLiteral(text string) bool {
	return text != "" && !isContainer(text) && text[0] != '"' && gjson.Valid(text)
}

// wordText is a value as text: strings without quotes, everything else as written, null as nothing.
func wordText(v gjson.Result) string {
	if v.IsObject() || v.IsArray() {
		return v.Raw
	}
	return soap.Plain(v)
}

// substitute fills the words of a constant: ${configuration.k}, ${header.k}, ${body.k} (reference/elements.md §5), and our
// own ${query.k} and ${path.k}. In a constant that is XML or JSON values are escaped. A word without a value is nothing.
func (c *Call) substitute(template string) string {
	if !strings.Contains(template, "${") {
		return template
	}
	filled, _ := fillText(template, "${", formOf(template, ""), c.placeholder)
	return filled
}

// placeholder is the value of a word of a constant.
func (c *Call) placeholder(name string) (gjson.Result, bool) {
	place, key, _ := strings.Cut(name, ".")
	found := ""
	switch place {
	case "configuration":
		found = c.Configuration(key)
	case "header":
		found = c.Header.Get(key)
	case "body":
		if v := soap.At(gjson.ParseBytes(c.body), key); v.Exists() {
			return v, true
		}
		return gjson.Result{Raw: "null"}, true
	case "query":
		found = c.Query.Get(key)
	case "path":
		found, _ = c.variable(key)
	}
	return textResult(found), true
}
