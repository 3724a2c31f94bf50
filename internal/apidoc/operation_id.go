package apidoc

import (
	"strings"
	"unicode"
)

// verbs begin the ids of operations (reference/clients.md §10).
var verbs = map[string]string{
	"GET": "get", "POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete",
	"HEAD": "head", "OPTIONS": "options",
}

// operationID is the id that the original derives from a method and a path: a verb, then the literal
// segments in camel case. The last of them is singular when a variable follows, all of them are for POST.
// A variable at the end adds By and its name; those in between are left out, except objectName.
func operationID(method, path string) string {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	last := len(segments) - 1
	trailing := segmentVariable(segments[last])
	literal := last // the last literal segment
	for literal > 0 && segmentVariable(segments[literal]) != "" {
		literal--
	}
	var b strings.Builder
	b.WriteString(verbs[method])
	for i, segment := range segments {
		name := segmentVariable(segment)
		switch {
		case name != "" && i == last:
			b.WriteString("By" + camel(name))
		case name == "objectName":
			b.WriteString("ObjectName")
		case name != "":
		case method == "POST" || i == literal && trailing != "":
			b.WriteString(camel(singular(segment)))
		default:
			b.WriteString(camel(segment))
		}
	}
	return b.String()
}

// segmentVariable is the name of a segment that is a variable and nothing else, "" otherwise.
func segmentVariable(segment string) string {
	if parts := splitSegment(segment); len(parts) == 1 && parts[0].variable {
		return parts[0].text
	}
	return ""
}

// singular cuts a plural as the original does, right or wrong: addresses becomes addresse.
func singular(word string) string {
	if stem, ok := strings.CutSuffix(word, "ies"); ok {
		return stem + "y"
	}
	return strings.TrimSuffix(word, "s")
}

// camel joins the parts between hyphens, each with a capital. What no identifier can hold is left out.
func camel(segment string) string {
	var b strings.Builder
	capital := true
	for _, r := range segment {
		switch {
		case r == '-' || r == ' ':
			capital = true
		case r == '_' || r == '.' || r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			if capital {
				r = unicode.ToUpper(r)
			}
			capital = false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// declaredID is an operation id that a definition states, when generators can use it as a name.
func declaredID(id string) string {
	for i, r := range id {
		letter := r < unicode.MaxASCII && unicode.IsLetter(r)
		if !letter && r != '_' && (i == 0 || !unicode.IsDigit(r) && !strings.ContainsRune(".-", r)) {
			return ""
		}
	}
	return id
}
