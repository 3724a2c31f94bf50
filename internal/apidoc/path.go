package apidoc

import (
	"strings"
)

var (
	straightBraces = strings.NewReplacer("{", "%7B", "}", "%7D") // braces that hold no variable
	withoutBraces  = strings.NewReplacer("{", "", "}", "")
)

// documentPath is a resource path as documents show it: one leading slash, no query, variables in braces
// with names that are not repeated, and no brace beside those. Paths of definitions are free text.
func documentPath(path string) string {
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	names := newUnique()
	var b strings.Builder
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if segment == "" && b.Len() > 0 {
			continue
		}
		b.WriteByte('/')
		for _, part := range splitSegment(segment) {
			if !part.variable {
				b.WriteString(straightBraces.Replace(part.text))
				continue
			}
			b.WriteString("{" + names.take(part.text) + "}")
		}
	}
	return b.String()
}

// part is a literal piece or a variable of a path segment.
type part struct {
	text     string
	variable bool
}

func splitSegment(segment string) []part {
	var parts []part
	for segment != "" {
		begin := strings.IndexByte(segment, '{')
		if begin < 0 {
			break
		}
		end := strings.IndexAny(segment[begin+1:], "{}")
		if end <= 0 || segment[begin+1+end] != '}' {
			parts = append(parts, part{text: segment[:begin+1]})
			segment = segment[begin+1:]
			continue
		}
		if begin > 0 {
			parts = append(parts, part{text: segment[:begin]})
		}
		parts = append(parts, part{text: segment[begin+1 : begin+1+end], variable: true})
		segment = segment[begin+1+end+1:]
	}
	if segment != "" {
		parts = append(parts, part{text: segment})
	}
	return parts
}

// variables lists the variables of a document path, in order.
func variables(path string) []string {
	var names []string
	for _, p := range splitSegment(path) {
		if p.variable {
			names = append(names, p.text)
		}
	}
	return names
}

// anonymous is a path with its variables emptied: paths that differ in nothing else are the same path to
// Swagger and to the router.
func anonymous(path string) string {
	var b strings.Builder
	for _, p := range splitSegment(path) {
		if p.variable {
			b.WriteString("{}")
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

// mergeTemplates gives paths that differ only in the names of their variables the names of the first of
// them, parameters included: /users/{id} and /users/{userId} cannot both be in one document.
func mergeTemplates(operations []*operation) {
	first := map[string]string{}
	for _, op := range operations {
		key := anonymous(op.path)
		path, known := first[key]
		if !known {
			first[key] = op.path
			continue
		}
		if path == op.path {
			continue
		}
		renamed := map[string]string{}
		fresh := variables(path)
		for i, name := range variables(op.path) {
			renamed[name] = fresh[i]
		}
		for i, p := range op.parameters {
			if name, ok := renamed[p.name]; ok && p.in == inPath {
				op.parameters[i].name = name
			}
		}
		op.path = path
	}
}

// firstSegment is the tag of a path: its first segment, without braces.
func firstSegment(path string) string {
	segment, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return withoutBraces.Replace(segment)
}
