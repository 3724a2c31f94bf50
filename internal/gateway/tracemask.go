package gateway

import (
	"encoding/json"
	"regexp"
	"strings"

	"jackfield/internal/credential"
)

// maxNested is how deep JSON within texts of JSON is looked into.
const maxNested = 3

// maskNamed masks the values of JSON members, XML elements and XML attributes whose names say that they carry a credential.
// The text may be cut or malformed: it is read from left to right, and a value that does not end is masked to the end.
func maskNamed(text string) string {
	if strings.HasPrefix(strings.TrimLeft(text, " \t\r\n\ufeff"), "<") {
		return maskElements(text)
	}
	return maskMembers(text, maxNested)
}

// namesSecret judges the name of a member. "key" alone is not judged here as in a query: in bodies it names a record or an
// entry far more often than a secret.
func namesSecret(name string) bool {
	return !strings.EqualFold(name, "key") && credential.IsSensitive("", name)
}

func maskMembers(text string, depth int) string {
	var out strings.Builder
	written := 0
	replace := func(from, to int, by string) {
		out.WriteString(text[written:from])
		out.WriteString(by)
		written = to
	}
	for at := 0; ; {
		quote := strings.IndexByte(text[at:], '"')
		if quote < 0 {
			break
		}
		begin := at + quote
		end := endOfText(text, begin)
		value := afterColon(text, end)
		switch {
		case value < 0: // no name of a member
			if inner := maskNested(text[begin:end], depth); inner != "" {
				replace(begin, end, inner)
			}
			at = end
		case value < len(text) && namesSecret(unquoted(text[begin:end])):
			at = endOfValue(text, value)
			if hides(text[value:at]) {
				replace(value, at, `"`+credential.Mask+`"`)
			}
		default:
			at = value
		}
	}
	if written == 0 {
		return text
	}
	out.WriteString(text[written:])
	return out.String()
}

// maskNested masks in a text of JSON that itself holds JSON; "" when nothing changes.
func maskNested(quoted string, depth int) string {
	if depth == 0 || !strings.Contains(quoted, `\"`) {
		return ""
	}
	var inner string
	if json.Unmarshal([]byte(quoted), &inner) != nil {
		return ""
	}
	masked := maskMembers(inner, depth-1)
	if masked == inner {
		return ""
	}
	again, err := json.Marshal(masked)
	if err != nil {
		return ""
	}
	return string(again)
}

// hides reports whether a value is worth a mask: null, booleans and empty texts say nothing.
func hides(value string) bool {
	switch strings.TrimSpace(value) {
	case "", `""`, "null", "true", "false", "[]", "{}":
		return false
	}
	return true
}

func unquoted(quoted string) string {
	var name string
	if json.Unmarshal([]byte(quoted), &name) != nil {
		return strings.Trim(quoted, `"`)
	}
	return name
}

// endOfText is the place behind a quoted text, or the end when it is not closed.
func endOfText(text string, begin int) int {
	for i := begin + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// afterColon is the place of the value when a colon follows, else -1.
func afterColon(text string, at int) int {
	at = skipSpace(text, at)
	if at >= len(text) || text[at] != ':' {
		return -1
	}
	return skipSpace(text, at+1)
}

func skipSpace(text string, at int) int {
	for at < len(text) && strings.IndexByte(" \t\r\n", text[at]) >= 0 {
		at++
	}
	return at
}

// endOfValue is the place behind a JSON value: a text, an array or object with all it holds, or a bare word.
func endOfValue(text string, at int) int {
	depth := 0
	for at < len(text) {
		switch text[at] {
		case '"':
			at = endOfText(text, at)
		case '[', '{':
			depth++
			at++
		case ']', '}':
			if depth == 0 {
				return at
			}
			depth--
			at++
		case ',':
			if depth == 0 {
				return at
			}
			at++
			continue
		default:
			at++
			continue
		}
		if depth == 0 {
			return at
		}
	}
	return len(text)
}

var (
	xmlElement   = regexp.MustCompile(`<([A-Za-z_][\w.:-]*)((?:\s[^<>]*)?)>([^<]+)`)
	xmlAttribute = regexp.MustCompile(`([A-Za-z_][\w.:-]*)\s*=\s*("[^"<]*|'[^'<]*)`)
)

func maskElements(text string) string {
	text = xmlElement.ReplaceAllStringFunc(text, func(found string) string {
		parts := xmlElement.FindStringSubmatch(found)
		if strings.TrimSpace(parts[3]) == "" || strings.HasSuffix(parts[2], "/") || !namesSecret(localName(parts[1])) {
			return found
		}
		return "<" + parts[1] + parts[2] + ">" + credential.Mask
	})
	return xmlAttribute.ReplaceAllStringFunc(text, func(found string) string {
		parts := xmlAttribute.FindStringSubmatch(found)
		if len(parts[2]) < 2 || !namesSecret(localName(parts[1])) {
			return found
		}
		return parts[1] + "=" + parts[2][:1] + credential.Mask
	})
}

// localName is a name without its namespace.
func localName(name string) string {
	if _, local, ok := strings.Cut(name, ":"); ok {
		return local
	}
	return name
}
