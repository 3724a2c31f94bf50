package gateway

import (
	"strings"

	"jackfield/internal/soap"
)

// wrap puts a JSON body into what the left part of a rootKey says: person, data.attributes, data[0]. A step in
// brackets is a list of one, unless the body is a list already (reference/hub-api.md §3.3).
func wrap(body []byte, root string) []byte {
	var head, tail string
	steps := soap.Steps(root)
	for i, step := range steps {
		name := string(step)
		if strings.HasPrefix(name, "[") {
			if i == len(steps)-1 && len(body) > 0 && body[0] == '[' {
				continue
			}
			head, tail = head+"[", "]"+tail
			continue
		}
		head, tail = head+"{"+string(quote(name))+":", "}"+tail
	}
	out := make([]byte, 0, len(head)+len(body)+len(tail))
	return append(append(append(out, head...), body...), tail...)
}

// within is the place of a field of the caller's body after the body was wrapped, in the notation of sjson.
func (b *binder) within(name string) string {
	if b.wrapped == "" || strings.HasPrefix(name, b.wrapped+".") {
		return name
	}
	var path strings.Builder
	for _, step := range soap.Steps(b.wrapped) {
		text := string(step)
		if strings.HasPrefix(text, "[") {
			if b.call.body[0] == '[' {
				return name // a list has no fields: setMember says so
			}
			text = "0"
		}
		for i := range len(text) {
			if strings.IndexByte(`.*?|#@!{}[]()=<>%"'\:`, text[i]) >= 0 {
				path.WriteByte('\\')
			}
			path.WriteByte(text[i])
		}
		path.WriteByte('.')
	}
	return path.String() + name
}
