package connector

import (
	"regexp"
	"strconv"
	"strings"
)

// schemeOfURL is how a URL begins that names where it is; ovf:Item, which exports have, does not.
var schemeOfURL = regexp.MustCompile(`(?i)^([a-z][a-z0-9+.-]*:[/\\]|file:|data:)`)

// leavesDocument reports whether a $ref names something outside of the document that it stands in. A bare name and
// #/definitions/name do not.
func leavesDocument(ref string) bool {
	ref = strings.TrimSpace(ref)
	return strings.IndexByte(ref, '#') > 0 || strings.HasPrefix(ref, "/") || strings.HasPrefix(ref, `\`) ||
		strings.HasPrefix(ref, "./") || strings.HasPrefix(ref, "../") || schemeOfURL.MatchString(ref)
}

// foreignReferences passes any value and names each $ref in it that leaves the document.
func (s *scanner) foreignReferences(depth int) (wrong misfits) {
	object := s.data[s.pos] == '{'
	if !object && s.data[s.pos] != '[' || depth > MaxNesting {
		s.pos = s.skip()
		return nil
	}
	for n, first := 0, true; s.next(first); n, first = n+1, false {
		step := ""
		if object {
			step = string(s.member())
		}
		var found misfits
		if step == "$ref" && s.data[s.pos] == '"' {
			if ref := s.text(); leavesDocument(ref) {
				found = misfits{{reason: strconv.Quote(ref) + " is outside of this document, and no other is read: copy what it names into this one"}}
			}
		} else {
			found = s.foreignReferences(depth + 1)
		}
		if found == nil || len(wrong) >= maxMisfits {
			continue
		}
		if !object {
			step = "[" + strconv.Itoa(n) + "]"
		}
		wrong = append(wrong, found.in(step)...)
	}
	return wrong
}
