package soap

import (
	"errors"
	"slices"
	"strings"
)

// markup is a template cut into its parts. Nothing of it is interpreted: what is written again is byte for byte what was
// read, but for words.
type markup struct {
	kind     partKind
	raw      string // of all but elements
	name     string // of elements, with the prefix
	attrs    []markupAttribute
	parts    []*markup
	empty    bool     // <name/>
	own      []string // words in its attributes and its text
	lists    []string // paths that repeat it where there is a list, shorter ones first
	fixed    bool     // written once, whatever is in it
	parent   *markup
	children []*markup
}

type markupAttribute struct {
	head  string // all before the value: blank, name, =, quotation mark
	value string
	quote byte
}

type partKind int

const (
	partElement partKind = iota
	partText
	partCDATA
	partOther // comments, processing instructions
)

var errMarkup = errors.New("not well-formed")

// parseMarkup cuts a template. A template that is not well-formed is an error; so is one that nests too deep.
func parseMarkup(template string) (*markup, error) {
	root := &markup{}
	stack := []*markup{root}
	for i := 0; i < len(template); {
		top := stack[len(stack)-1]
		rest := template[i:]
		if rest[0] != '<' {
			n := strings.IndexByte(rest, '<')
			if n < 0 {
				n = len(rest)
			}
			top.add(&markup{kind: partText, raw: rest[:n]})
			i += n
			continue
		}
		part, size := special(rest)
		switch {
		case size < 0:
			return nil, errMarkup
		case size > 0:
			top.add(part)
			i += size
		case strings.HasPrefix(rest, "</"):
			end := strings.IndexByte(rest, '>')
			if end < 0 || len(stack) == 1 || strings.TrimSpace(rest[2:end]) != top.name {
				return nil, errMarkup
			}
			stack = stack[:len(stack)-1]
			i += end + 1
		default:
			e, n := startTag(rest)
			if n == 0 || len(stack) > MaxDepth {
				return nil, errMarkup
			}
			top.add(e)
			if !e.empty {
				stack = append(stack, e)
			}
			i += n
		}
	}
	if len(stack) > 1 {
		return nil, errMarkup
	}
	root.arrange()
	return root, nil
}

func (m *markup) add(part *markup) {
	m.parts = append(m.parts, part)
	if part.kind == partElement {
		m.children = append(m.children, part)
	}
}

// special reads what begins with <! or <?: its size, 0 when there is none, -1 when it does not end.
func special(rest string) (part *markup, size int) {
	for _, form := range []struct {
		opening, closing string
		kind             partKind
	}{{"<!--", "-->", partOther}, {"<![CDATA[", "]]>", partCDATA}, {"<?", "?>", partOther}, {"<!", ">", partOther}} {
		if !strings.HasPrefix(rest, form.opening) {
			continue
		}
		end := strings.Index(rest[len(form.opening):], form.closing)
		if end < 0 {
			return nil, -1
		}
		size = len(form.opening) + end + len(form.closing)
		return &markup{kind: form.kind, raw: rest[:size]}, size
	}
	return nil, 0
}

// startTag reads an opening tag, and how many bytes it takes; 0 when it is not well-formed.
func startTag(text string) (e *markup, size int) {
	i := 1 + nameLength(text[1:])
	if i == 1 {
		return nil, 0
	}
	e = &markup{kind: partElement, name: text[1:i]}
	for i < len(text) {
		start := i
		for i < len(text) && strings.IndexByte(" \t\r\n", text[i]) >= 0 {
			i++
		}
		switch {
		case strings.HasPrefix(text[i:], "/>"):
			e.empty = true
			return e, i + 2
		case strings.HasPrefix(text[i:], ">"):
			return e, i + 1
		case i == start:
			return nil, 0
		}
		equals := strings.IndexByte(text[i:], '=')
		if equals < 0 {
			return nil, 0
		}
		i += equals + 1
		for i < len(text) && strings.IndexByte(" \t\r\n", text[i]) >= 0 {
			i++
		}
		if i >= len(text) || text[i] != '"' && text[i] != '\'' {
			return nil, 0
		}
		end := strings.IndexByte(text[i+1:], text[i])
		if end < 0 {
			return nil, 0
		}
		e.attrs = append(e.attrs, markupAttribute{head: text[start : i+1], value: text[i+1 : i+1+end], quote: text[i]})
		i += end + 2
	}
	return nil, 0
}

func nameLength(text string) int {
	if n := strings.IndexAny(text, " \t\r\n/>=<{}\"'"); n >= 0 {
		return n
	}
	return len(text)
}

// gather notes the words of each element, and which elements stay.
func (m *markup) gather(visit func(*markup)) {
	for _, a := range m.attrs {
		m.own = wordsIn(m.own, a.value)
	}
	for _, part := range m.parts {
		switch part.kind {
		case partElement:
			part.parent = m
			part.fixed = m.parent == nil && m.name == "" || m.fixed && staysIn(m, part)
			part.gather(visit)
		case partText, partCDATA:
			m.own = wordsIn(m.own, part.raw)
		}
	}
	if m.name != "" {
		visit(m)
	}
}

// arrange finds for every path that a word begins with the elements that a list of that path repeats: those that hold the
// word, when the path is all of it; else those that are called as the list is; else the smallest around its words.
func (m *markup) arrange() {
	holders := map[string][]*markup{} // by path, the elements that hold a word behind it
	whole := map[string][]*markup{}   // by word
	var paths []string
	m.gather(func(e *markup) {
		for _, word := range e.own {
			whole[word] = append(whole[word], e)
			for i := 1; i < len(word); i++ {
				if word[i] != '.' {
					continue
				}
				if holders[word[:i]] == nil {
					paths = append(paths, word[:i])
				}
				holders[word[:i]] = append(holders[word[:i]], e)
			}
		}
	})
	for word, elements := range whole {
		for _, e := range elements {
			e.repeatedBy(word)
		}
	}
	for _, path := range paths {
		if whole[path] != nil {
			continue
		}
		last := path[strings.LastIndexByte(path, '.')+1:]
		var nameless []*markup
		for _, holder := range holders[path] {
			if e := holder.called(last); e != nil {
				e.repeatedBy(path)
			} else {
				nameless = append(nameless, holder)
			}
		}
		for _, e := range around(nameless) {
			e.repeatedBy(path)
		}
	}
}

func (m *markup) repeatedBy(path string) {
	if m.fixed || slices.Contains(m.lists, path) {
		return
	}
	m.lists = append(m.lists, path)
	slices.SortFunc(m.lists, func(a, b string) int { return len(a) - len(b) })
}

// called is the outermost element of a name around an element, itself included, that may be repeated.
func (m *markup) called(name string) (found *markup) {
	for e := m; e != nil; e = e.parent {
		if !e.fixed && e.name != "" && local(e.name) == name {
			found = e
		}
	}
	return found
}

// around finds the smallest element around all of the given ones. Below an element that is fixed it is one for each part.
func around(elements []*markup) []*markup {
	var found []*markup
	for _, e := range elements {
		if len(found) == 0 {
			found = append(found, e)
			continue
		}
		last := len(found) - 1
		if shared := ancestor(found[last], e); shared != nil && !shared.fixed && shared.name != "" {
			found[last] = shared
		} else {
			found = append(found, e)
		}
	}
	return found
}

// ancestor is the smallest element around two.
func ancestor(a, b *markup) *markup {
	above := map[*markup]bool{}
	for e := a; e != nil; e = e.parent {
		above[e] = true
	}
	for e := b; e != nil; e = e.parent {
		if above[e] {
			return e
		}
	}
	return nil
}

func wordsIn(words []string, text string) []string {
	for i := 0; i < len(text); {
		if name, size := Word(text[i:], "{"); size > 0 {
			words = append(words, name)
			i += size
			continue
		}
		i++
	}
	return words
}

// Word reads a word at the beginning of a text: its name, and how many bytes it takes with what encloses it, which is
// opening and "}"; 0 when there is none. A brace of JSON or of a script is not mistaken for one, since a name has no
// quotes, no blanks and no brackets of XML.
func Word(text, opening string) (name string, size int) {
	if !strings.HasPrefix(text, opening) {
		return "", 0
	}
	const longest = 500 // bytes of a name
	inner := text[len(opening):]
	end := strings.IndexByte(inner[:min(len(inner), longest)], '}')
	if end <= 0 || strings.ContainsAny(inner[:end], "{\"'<>,;\\ \t\r\n") {
		return "", 0
	}
	return inner[:end], len(opening) + end + 1
}
