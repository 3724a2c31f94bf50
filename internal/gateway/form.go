package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"jackfield/internal/fault"
	"jackfield/internal/soap"

	"github.com/tidwall/gjson"
)

const (
	formMedia = "application/x-www-form-urlencoded"
	// maxFormPairs is how many names and values a JSON body may become as a form.
	maxFormPairs = 10_000
	// maxFormDepth is how many brackets stand behind a name of a form: a[b][0] has two.
	maxFormDepth = 20
)

// encodeBody writes a JSON body in the form that its Content-Type names. A definition says with a constant header
// how its provider takes bodies; scripts still see JSON, since this comes after them.
func (c *Call) encodeBody() error {
	asciiHeaders(c.vendor.header)
	if err := c.pruneBody(); err != nil {
		return err
	}
	vendor := &c.vendor
	body := bytes.TrimSpace(vendor.body)
	if !vendor.hasBody || len(body) == 0 || body[0] != '{' && body[0] != '[' {
		return nil
	}
	media, _ := mediaOf(vendor.header)
	switch {
	case !gjson.ValidBytes(body):
		return nil
	case media == formMedia:
		return c.encodeForm(body)
	case isXML(media):
		return c.encodeXML(body)
	}
	return nil
}

func (c *Call) encodeForm(body []byte) error {
	if body[0] == '[' {
		return fault.New(fault.Invalid, "The body of %s %s becomes a form, so it must be a JSON object", c.Resource.Method, c.Resource.Canonical)
	}
	pairs, err := bracketed(body)
	if err != nil {
		return err
	}
	c.vendor.body = []byte(encodePairs(pairs))
	return nil
}

// bracketed lists a JSON object as the pairs of a form: members of objects and items of arrays stand in brackets
// behind the name, metadata[key]=v and items[0][price]=x. What is null or empty is sent as nothing behind its name,
// which is how such providers take a value away.
func bracketed(body []byte) ([]pair, error) {
	f := formWriter{}
	gjson.ParseBytes(body).ForEach(func(name, v gjson.Result) bool {
		f.write(name.String(), v, 0)
		return f.err == nil
	})
	return f.pairs, f.err
}

// formMember writes an object or a list of a body as the part of a form that its name begins.
func (b *binder) formMember(name string, raw []byte) error {
	f := formWriter{}
	f.write(name, gjson.ParseBytes(raw), 0)
	b.call.vendor.form = append(b.call.vendor.form, f.pairs...)
	return f.err
}

type formWriter struct {
	pairs []pair
	err   error
}

func (f *formWriter) write(name string, v gjson.Result, depth int) {
	if f.err != nil {
		return
	}
	if len(f.pairs) >= maxFormPairs || depth > maxFormDepth {
		f.err = fault.New(fault.Invalid, "The body is too large for a form: at most %d values, nested %d deep", maxFormPairs, maxFormDepth)
		return
	}
	if !v.IsObject() && !v.IsArray() {
		f.pairs = append(f.pairs, pair{name, soap.Plain(v)})
		return
	}
	empty, i := true, 0
	v.ForEach(func(key, inner gjson.Result) bool {
		empty = false
		step := key.String()
		if v.IsArray() {
			step = strconv.Itoa(i)
			i++
		}
		f.write(name+"["+step+"]", inner, depth+1)
		return f.err == nil
	})
	if empty {
		f.pairs = append(f.pairs, pair{name, ""})
	}
}

// headerText is a value as a header holds it: JSON on one line.
func headerText(v value) string {
	if len(v.texts) > 0 || !isContainer(string(v.raw)) {
		return v.text()
	}
	var line bytes.Buffer
	if err := json.Compact(&line, v.raw); err != nil {
		return string(v.raw)
	}
	return line.String()
}

// asciiHeaders escapes what is beyond ASCII in headers that hold JSON: providers that take JSON there ask for it,
// and a header has no character set.
func asciiHeaders(header http.Header) {
	for name, all := range header {
		for i, content := range all {
			if isContainer(content) && !isASCII(content) && gjson.Valid(content) {
				header[name][i] = asciiJSON(content)
			}
		}
	}
}

func isContainer(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n")
	return text != "" && (text[0] == '{' || text[0] == '[')
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf || text[i] == 0x7f {
			return false
		}
	}
	return true
}

// asciiJSON writes a JSON text in ASCII. Characters beyond it stand within strings only, where \u says the same.
func asciiJSON(text string) string {
	var out strings.Builder
	for _, r := range text {
		if r < 0x7f {
			out.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			const hex = "0123456789abcdef"
			out.WriteString(`\u`)
			for shift := 12; shift >= 0; shift -= 4 {
				out.WriteByte(hex[unit>>shift&15])
			}
		}
	}
	return out.String()
}
