package soap

import (
	"slices"
	"strings"

	"jackfield/internal/fault"

	"github.com/tidwall/gjson"
)

// Find looks up the value of a word of a template, which may be a path: {address.street}. It reports false when there
// is none.
type Find func(word string) (gjson.Result, bool)

// Fill puts values into the words of an XML template, in one pass: a value is never read as a template.
//
//	{name}            the text of the value, escaped
//	a list            repeats its element: the one that is called as the list is, else the smallest one around its words
//	an object         its members as elements, with the prefix of the element around it
//	null              xsi:nil, when the word is all that its element holds; an attribute is left out
//
// Words without a value stay, and are named: a script may fill them, Prune takes them out. Those of an item of a list are
// taken out at once. A template that is not well-formed is filled as text. The error says that the body grows too large.
func Fill(template string, find Find) (filled string, open []string, err error) {
	f := filler{find: find, unknown: keep}
	filled, err = f.fill(template)
	return filled, f.open, err
}

// Prune takes words out that nobody had a value for: attributes and elements that hold nothing but such words, and
// elements that hold nothing but such elements. What must stand in an envelope stays: its parts, and what is in its body.
func Prune(body string, words []string) (string, error) {
	f := filler{unknown: func(word string) bool { return slices.Contains(words, word) }}
	f.find = func(string) (gjson.Result, bool) { return gjson.Result{}, false }
	return f.fill(body)
}

func keep(string) bool { return false }

// maxSteps is how many elements are written to fill a template, those among them that turn out to hold nothing.
const maxSteps = 500_000

type filler struct {
	find    Find
	unknown func(word string) bool // whether a word without a value is taken out
	open    []string
	bound   []binding
	size    int
	steps   int
	found   map[string]gjson.Result // by word, outside of lists
	sure    int                     // elements around that stay, since an attribute of theirs has a value
}

// binding is the item of a list that stands for the list's path while its element is written.
type binding struct {
	path string
	item gjson.Result
}

// part is what came of a part of a template.
type part struct {
	text    string
	kept    bool // there is something in it beside words that were taken out
	dropped bool // words were taken out
}

func (f *filler) fill(template string) (string, error) {
	root, err := parseMarkup(template)
	if err != nil {
		return f.asText(template), nil //nolint:nilerr // sloppy templates worked as text, and do still
	}
	var out strings.Builder
	for _, p := range root.parts {
		if p.kind == partElement {
			out.WriteString(f.element(p).text)
		} else {
			out.WriteString(p.raw)
		}
	}
	if f.steps > maxSteps {
		return "", fault.New(fault.Invalid, "The body has more than %d elements of XML: send less at once", maxSteps)
	}
	if f.size > MaxTemplate {
		return "", fault.New(fault.Invalid, "The body becomes larger than %d MiB of XML: send less at once", MaxTemplate>>20)
	}
	return out.String(), nil
}

// asText fills a template that is not well-formed.
func (f *filler) asText(template string) string {
	text, _, _ := f.text(template, Escape)
	return text
}

// lookup is the value of a word where the filler stands. taken says that a missing one is taken out at once.
func (f *filler) lookup(word string) (v gjson.Result, ok, taken bool) {
	for i := len(f.bound) - 1; i >= 0; i-- {
		b := f.bound[i]
		if word == b.path {
			return b.item, true, true
		}
		if rest, inside := strings.CutPrefix(word, b.path+"."); inside {
			v = At(b.item, rest)
			return v, v.Exists(), true
		}
	}
	v, seen := f.found[word]
	if !seen {
		if v, ok = f.find(word); !ok {
			v = gjson.Result{}
		}
		if f.found == nil {
			f.found = map[string]gjson.Result{}
		}
		f.found[word] = v
	}
	return v, v.Exists(), f.sure > 0 || f.unknown(word)
}

// element writes an element, as often as the list that it stands for has items.
func (f *filler) element(m *markup) part {
	if f.size > MaxTemplate || f.steps > maxSteps {
		return part{}
	}
	for _, path := range m.lists {
		if f.isBound(path) {
			continue
		}
		if list, ok, _ := f.lookup(path); ok && list.IsArray() {
			return f.repeat(m, path, list)
		}
	}
	return f.one(m)
}

func (f *filler) repeat(m *markup, path string, list gjson.Result) part {
	var out strings.Builder
	all := part{dropped: true}
	for _, item := range list.Array() {
		f.bound = append(f.bound, binding{path, item})
		p := f.element(m) // a list may hold another that repeats the same element
		f.bound = f.bound[:len(f.bound)-1]
		out.WriteString(p.text)
		all.kept = all.kept || p.kept
	}
	all.text = out.String()
	return all
}

func (f *filler) isBound(path string) bool {
	for _, b := range f.bound {
		if b.path == path {
			return true
		}
	}
	return false
}

// one writes an element once.
func (f *filler) one(m *markup) part {
	f.steps++
	if v, isNull := f.nullOf(m); isNull {
		f.size += len(m.name)
		return part{text: "<" + m.name + v + ` xmlns:xsi="` + instances + `" xsi:nil="true"/>`, kept: true}
	}
	head, kept, dropped := f.attributes(m)
	if kept { // what has no value goes at once: Prune would not see that the attribute was a word
		f.sure++
		defer func() { f.sure-- }()
	}
	var content strings.Builder
	something := false // beside blanks
	for _, p := range m.parts {
		switch p.kind {
		case partElement:
			inner := f.element(p)
			content.WriteString(inner.text)
			kept, dropped = kept || inner.kept, dropped || inner.dropped
			something = true
		case partText:
			text, filled, out := f.text(p.raw, Escape, m.prefix())
			content.WriteString(text)
			kept, dropped = kept || filled, dropped || out
			something = something || !blank(p.raw)
		case partCDATA:
			text, filled, out := f.text(p.raw, cdata)
			content.WriteString(text)
			kept, dropped, something = kept || filled, dropped || out, true
		default:
			content.WriteString(p.raw)
		}
	}
	if !something && !dropped {
		kept = true // an empty element of the template is meant
	}
	if dropped && !kept && !m.fixed {
		return part{dropped: true}
	}
	f.size += len(head) + 2*len(m.name) + 5
	if m.empty {
		return part{text: "<" + m.name + head + "/>", kept: kept, dropped: dropped}
	}
	return part{text: "<" + m.name + head + ">" + content.String() + "</" + m.name + ">", kept: kept, dropped: dropped}
}

// staysIn reports whether an element of a fixed one is fixed itself: the parts of an envelope, and what is in its body.
func staysIn(parent, m *markup) bool {
	switch local(parent.name) {
	case "Envelope":
		return local(m.name) == "Header" || local(m.name) == "Body"
	case "Body":
		return true
	}
	return false
}

// nullOf reports whether all that an element holds is one word whose value is null, and writes its attributes.
func (f *filler) nullOf(m *markup) (attributes string, isNull bool) {
	if len(m.parts) != 1 || m.parts[0].kind != partText {
		return "", false
	}
	text := strings.TrimSpace(m.parts[0].raw)
	name, size := Word(text, "{")
	if size == 0 || size != len(text) {
		return "", false
	}
	if v, ok, _ := f.lookup(name); !ok || v.Type != gjson.Null {
		return "", false
	}
	attributes, _, _ = f.attributes(m)
	return attributes, true
}

func (f *filler) attributes(m *markup) (head string, kept, dropped bool) {
	var out strings.Builder
	for _, a := range m.attrs {
		value, _, taken := f.text(a.value, Escape)
		if taken || f.isNullWord(a.value) {
			dropped = true
			continue
		}
		if len(wordsIn(nil, a.value)) > 0 && len(wordsIn(nil, value)) == 0 {
			kept = true
		}
		out.WriteString(a.head + value + string(a.quote))
	}
	return out.String(), kept, dropped
}

func (f *filler) isNullWord(text string) bool {
	name, size := Word(text, "{")
	if size == 0 || size != len(text) {
		return false
	}
	v, ok, _ := f.lookup(name)
	return ok && v.Type == gjson.Null
}

// text fills the words of a text. filled says that something is in it, dropped that words were taken out. A value that
// is an object becomes elements with the prefix, where one is given.
func (f *filler) text(raw string, escape func(string) string, prefix ...string) (text string, filled, dropped bool) {
	if !strings.Contains(raw, "{") {
		return raw, !blank(raw), false
	}
	var out strings.Builder
	for i := 0; i < len(raw); {
		name, size := Word(raw[i:], "{")
		if size == 0 {
			filled = filled || !blank(raw[i:i+1])
			out.WriteByte(raw[i])
			i++
			continue
		}
		i += size
		v, ok, taken := f.lookup(name)
		switch {
		case !ok && taken:
			dropped = true
			continue
		case !ok:
			if !slices.Contains(f.open, name) {
				f.open = append(f.open, name)
			}
			out.WriteString("{" + name + "}")
		case v.IsObject() && len(prefix) > 0:
			w := xmlWriter{prefix: prefix[0]}
			w.members(v, 0)
			out.WriteString(w.out.String())
			f.size += w.out.Len()
		default:
			content := escape(Plain(v))
			out.WriteString(content)
			f.size += len(content)
		}
		filled = true
	}
	return out.String(), filled, dropped
}

// prefix of an element's name, with its colon.
func (m *markup) prefix() string {
	return m.name[:strings.LastIndexByte(m.name, ':')+1]
}

// cdata writes a text into a CDATA section, which nothing but its end can leave. A brace stands outside of it.
func cdata(text string) string {
	text = strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>")
	return strings.ReplaceAll(text, "{", "]]>&#123;<![CDATA[")
}

// Plain is a value as text: strings without quotes, null as nothing, all else as written, so that long numbers keep their digits.
func Plain(v gjson.Result) string {
	switch v.Type {
	case gjson.String:
		return v.Str
	case gjson.Null:
		return ""
	}
	return v.Raw
}
