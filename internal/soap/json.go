package soap

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// textMember is the name under which text stands beside attributes or elements.
const textMember = "$"

// JSON is the whole document: an object with the root element as its member.
func (d *Document) JSON() []byte {
	w := writer{bare: d.Bare}
	w.object([]*node{d.root}, nil, "", nil)
	return w.out
}

// At is the JSON of what stands at a path such as Envelope.Body.GetResponse, from the root on or from below it. Names
// are compared without prefixes, which providers choose as they like. asList makes a list of a single element too; the
// shape, which may be nil, says what values are. It reports false when there is nothing.
func (d *Document) At(path string, asList bool, shape *Shape) (value []byte, ok bool) {
	found, many := d.find(path)
	if len(found) == 0 {
		return nil, false
	}
	w := writer{bare: d.Bare}
	items := shape
	if len(found) == 1 && found[0].blank() && (asList || many || shape.isList()) {
		return []byte("[]"), true
	}
	if shape.isList() {
		items, asList = shape.item(), asList || !found[0].wraps(shape.item())
		if !asList {
			w.array(found[0].children, items)
			return w.out, true
		}
	}
	if len(found) > 1 || asList || many {
		w.array(found, items)
		return w.out, true
	}
	w.value(found[0], items)
	return w.out, true
}

// IsEnvelope reports whether the document is one of SOAP.
func (d *Document) IsEnvelope() bool { return local(d.root.name) == "Envelope" }

// find lists the elements at a path. many is set when the path asks for all of several.
func (d *Document) find(path string) (found []*node, many bool) {
	steps := Steps(path)
	if len(steps) == 0 {
		return []*node{d.root}, false
	}
	if local(string(steps[0])) == local(d.root.name) {
		if found, many = walk([]*node{d.root}, steps[1:]); len(found) > 0 {
			return found, many
		}
	}
	return walk([]*node{d.root}, steps)
}

func walk(nodes []*node, steps []Step) (found []*node, many bool) {
	found = nodes
	for _, s := range steps {
		if s.star() {
			many = true
			continue
		}
		if index, ok := s.index(); ok {
			if index >= len(found) {
				return nil, many
			}
			found = found[index : index+1]
			continue
		}
		var next []*node
		for _, n := range found {
			for _, child := range n.children {
				if local(child.name) == local(string(s)) {
					next = append(next, child)
				}
			}
		}
		found = next
	}
	return found, many
}

// blank reports whether an element has nothing in it.
func (n *node) blank() bool {
	return !n.null && len(n.children) == 0 && len(n.attributes) == 0 && blank(n.text)
}

// wraps reports whether an element holds the items of a list, rather than being one: it is an array in the encoding of
// SOAP, or what is in it are no members of an item.
func (n *node) wraps(item *Shape) bool {
	if n.list {
		return true
	}
	if len(n.children) == 0 || item == nil || !item.isObject() {
		return false
	}
	for _, child := range n.children {
		if item.has(local(child.name)) || child.name != n.children[0].name {
			return false
		}
	}
	return true
}

type writer struct {
	out  []byte
	bare bool
}

// written is a name as the JSON has it.
func (w *writer) written(name string) string {
	if w.bare {
		return local(name)
	}
	return name
}

// value writes an element.
func (w *writer) value(n *node, s *Shape) {
	switch {
	case n.null:
		w.out = append(w.out, "null"...)
	case n.blank() && s.isList():
		w.out = append(w.out, "[]"...)
	case n.list, s.isList() && n.wraps(s.item()):
		w.array(n.children, s.item())
	case s.isList():
		w.array([]*node{n}, s.item())
	case n.blank() && s.isObject():
		w.out = append(w.out, "{}"...)
	case len(n.children) > 0, len(n.attributes) > 0:
		w.object(n.children, n.attributes, n.text, s)
	case s.isObject():
		w.object(nil, nil, n.text, s)
	default:
		w.scalar(n, s)
	}
}

func (w *writer) array(items []*node, s *Shape) {
	w.out = append(w.out, '[')
	for i, item := range items {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.value(item, s)
	}
	w.out = append(w.out, ']')
}

// object writes what is in an element: attributes, elements by their names, text.
func (w *writer) object(children []*node, attributes []attribute, text string, s *Shape) {
	w.out = append(w.out, '{')
	first := true
	name := func(text string) {
		if !first {
			w.out = append(w.out, ',')
		}
		first = false
		w.text(text)
		w.out = append(w.out, ':')
	}
	groups := w.group(children)
	shared := sharedNames(attributes)
	for _, a := range attributes {
		own := local(a.name)
		several := strings.Contains(shared, " "+own+" ")
		if shape := s.member(own); shape != nil && !several && !groups.have(own) {
			name(own)
			w.typed(a.value, shape)
			continue
		}
		if !w.bare || several {
			own = a.name
		}
		name("@" + own)
		w.text(a.value)
	}
	for _, g := range groups {
		own, shape := w.written(g[0].name), s.member(local(g[0].name))
		if shape != nil {
			own = local(own)
		}
		name(own)
		if len(g) == 1 {
			w.value(g[0], shape)
			continue
		}
		item := shape
		if shape.isList() {
			item = shape.item()
		}
		w.array(g, item)
	}
	if blank(text) {
		w.out = append(w.out, '}')
		return
	}
	if shape := s.member("value"); shape != nil && !groups.have("value") {
		name("value")
		w.typed(text, shape)
	} else {
		name(textMember)
		w.scalar(&node{text: strings.TrimSpace(text)}, nil)
	}
	w.out = append(w.out, '}')
}

// sharedNames lists the names that several attributes have without their prefixes, each between blanks.
func sharedNames(attributes []attribute) string {
	if len(attributes) < 2 {
		return ""
	}
	names := make([]string, len(attributes))
	for i, a := range attributes {
		names[i] = local(a.name)
	}
	slices.Sort(names)
	shared := ""
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] && !strings.HasSuffix(shared, " "+names[i]+" ") {
			shared += " " + names[i] + " "
		}
	}
	return shared
}

// groups are the children of an element by their names, in the order in which names appear.
type groups [][]*node

func (w *writer) group(children []*node) groups {
	const few = 8 // names that are looked through faster than a map is made
	var all groups
	var index map[string]int
	for _, child := range children {
		at, name := -1, w.written(child.name)
		if index != nil {
			if i, ok := index[name]; ok {
				at = i
			}
		} else {
			for i := range all {
				if w.written(all[i][0].name) == name {
					at = i
					break
				}
			}
		}
		if at >= 0 {
			all[at] = append(all[at], child)
			continue
		}
		all = append(all, []*node{child})
		if index != nil {
			index[name] = len(all) - 1
		} else if len(all) > few {
			index = make(map[string]int, 2*few)
			for i := range all {
				index[w.written(all[i][0].name)] = i
			}
		}
	}
	return all
}

func (g groups) have(name string) bool {
	for _, one := range g {
		if local(one[0].name) == name {
			return true
		}
	}
	return false
}

// scalar writes the text of an element: what its shape says, else what xsi:type says, else a number or boolean where
// the text is one.
func (w *writer) scalar(n *node, s *Shape) {
	text := n.text
	if blank(text) {
		text = ""
	}
	if s != nil && s.kind != "" {
		w.typed(text, s)
		return
	}
	switch n.kind {
	case "string", "normalizedString", "token", "dateTime", "date", "base64Binary":
		w.text(text)
		return
	}
	if text == "true" || text == "false" || isPlainNumber(text) {
		w.out = append(w.out, text...)
		return
	}
	w.text(text)
}

// typed writes a text as its shape says. One that is not of the kind stays a text.
func (w *writer) typed(text string, s *Shape) {
	trimmed := strings.TrimSpace(text)
	switch s.kind {
	case "integer", "number":
		if trimmed == "" {
			w.out = append(w.out, "null"...)
			return
		}
		if number, ok := jsonNumber(trimmed); ok {
			w.out = append(w.out, number...)
			return
		}
	case "boolean":
		switch trimmed {
		case "":
			w.out = append(w.out, "null"...)
			return
		case "true", "1":
			w.out = append(w.out, "true"...)
			return
		case "false", "0":
			w.out = append(w.out, "false"...)
			return
		}
	case "array":
		w.out = append(w.out, '[')
		if trimmed != "" {
			w.text(text)
		}
		w.out = append(w.out, ']')
		return
	}
	w.text(text)
}

func (w *writer) text(s string) {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always encodes
	}
	w.out = append(w.out, quoted...)
}

func blank(text string) bool { return strings.TrimLeft(text, " \t\r\n") == "" }

// maxPlainDigits is how many digits every reader of JSON keeps: longer numbers are often names, and stay texts.
const maxPlainDigits = 15

// isPlainNumber reports whether a text without a model reads as a number: digits with a fraction, no leading zeros, no
// exponent.
func isPlainNumber(text string) bool {
	if text == "" || len(text) > maxPlainDigits+2 || strings.ContainsAny(text, "eE") || text[len(text)-1] > '9' || text[len(text)-1] < '0' {
		return false
	}
	digits := len(strings.TrimPrefix(text, "-"))
	if strings.Contains(text, ".") {
		digits--
	}
	return digits <= maxPlainDigits && gjson.Valid(text)
}

// jsonNumber writes a number of XML Schema as JSON does: without +, leading zeros or an open end.
func jsonNumber(text string) (string, bool) {
	sign := ""
	switch text[0] {
	case '-':
		sign, text = "-", text[1:]
	case '+':
		text = text[1:]
	}
	for len(text) > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9' {
		text = text[1:]
	}
	if strings.HasPrefix(text, ".") {
		text = "0" + text
	}
	text = strings.TrimSuffix(text, ".")
	if text == "" || text[0] < '0' || text[0] > '9' || !gjson.Valid(text) {
		return "", false
	}
	return sign + text, true
}
