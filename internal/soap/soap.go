// Package soap turns the XML of providers into JSON and back: answers with their faults, bodies, and templates whose
// words are filled. It reads no model of its own: what a value is comes from a resource's definitions, or from the text.
//
// The JSON of XML is the original's: an element is a member under its name, an attribute a member under @ and its name,
// text beside either of them stands under $, and what repeats is a list. xsi:nil is null. Namespace declarations and
// what XML Schema itself adds (xsi:type, …) are left out. Numbers and booleans are bare where the text is one.
package soap

import (
	"bytes"
	"encoding/xml"
	"strings"

	"github.com/tidwall/gjson"
)

// Limits of what is read. Hitting one is an error that names it.
const (
	// MaxBytes is the largest document, in bytes.
	MaxBytes = 32 << 20
	// MaxDepth is how deep elements nest.
	MaxDepth = 100
	// MaxElements is how many elements a document has.
	MaxElements = 500_000
	// MaxAttributes is how many attributes a document has, namespace declarations among them.
	MaxAttributes = 500_000
	// MaxOfElement is how many attributes one element has.
	MaxOfElement = 1000
	// MaxTemplate is the largest template, and the largest body that is made of one, in bytes.
	MaxTemplate = 8 << 20
)

const (
	envelope11 = "http://schemas.xmlsoap.org/soap/envelope/"
	envelope12 = "http://www.w3.org/2003/05/soap-envelope"
	encoding11 = "http://schemas.xmlsoap.org/soap/encoding/"
	encoding12 = "http://www.w3.org/2003/05/soap-encoding"
	instances  = "http://www.w3.org/2001/XMLSchema-instance"
	instances2 = "http://www.w3.org/1999/XMLSchema-instance"
)

// Escape writes a text as the content of an element or an attribute. A brace is escaped too, so that a value that was
// put into a template is not taken for a word of it. Characters that XML cannot hold become U+FFFD.
func Escape(text string) string {
	var out bytes.Buffer
	if err := xml.EscapeText(&out, []byte(text)); err != nil {
		panic(err) // a buffer takes everything
	}
	return strings.ReplaceAll(out.String(), "{", "&#123;")
}

// At is the value at a path of names, such as address.street or items[0].name; it does not exist where one of them does
// not. A member whose name is the whole path wins.
func At(v gjson.Result, path string) gjson.Result {
	if whole := memberOf(v, path); whole.Exists() {
		return whole
	}
	for _, s := range Steps(path) {
		if index, ok := s.index(); ok {
			if !v.IsArray() {
				return gjson.Result{}
			}
			items := v.Array()
			if index >= len(items) {
				return gjson.Result{}
			}
			v = items[index]
			continue
		}
		if v = memberOf(v, string(s)); !v.Exists() {
			return v
		}
	}
	return v
}

// memberOf is a member of an object by its plain name.
func memberOf(v gjson.Result, name string) (found gjson.Result) {
	if !v.IsObject() {
		return gjson.Result{}
	}
	v.ForEach(func(key, value gjson.Result) bool {
		if key.Str == name {
			found = value
			return false
		}
		return true
	})
	return found
}
