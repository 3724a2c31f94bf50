package mapping

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Lookup reads the value at a path such as data.nextId, data[0].x or data[*].id as text: strings without quotes,
// everything else as written, [*] as an array of all that is there. It reports false when there is nothing, or
// null. body must be JSON (reference/hub-api.md §4.2).
func Lookup(body []byte, path string) (string, bool) {
	found := gjson.GetBytes(body, gjsonPath(path))
	switch {
	case !found.Exists() || found.Type == gjson.Null:
		return "", false
	case found.Type == gjson.String:
		return found.Str, true
	}
	return found.Raw, true
}

// gjsonPath writes a path in gjson's notation: [*] is #, [0] is 0. Everything that gjson would read as its own
// syntax is escaped, so that a name from a definition is only ever a name. Several [*] make one flat array.
func gjsonPath(path string) string {
	var out strings.Builder
	stars := 0
	path, last := strings.CutSuffix(path, "[*]") // a # at the end would count
	if last {
		stars++
	}
	for part := range strings.SplitSeq(strings.NewReplacer("[", ".[", "]", "").Replace(path), ".") {
		if part == "" {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('.')
		}
		index, isIndex := strings.CutPrefix(part, "[")
		switch {
		case !isIndex:
			writeName(&out, part)
		case index == "*":
			out.WriteByte('#')
			stars++
		default:
			writeName(&out, index)
		}
	}
	if out.Len() == 0 {
		out.WriteString("@this")
	}
	for range stars - 1 {
		out.WriteString("|@flatten")
	}
	return out.String()
}

func writeName(out *strings.Builder, name string) {
	for i := range len(name) {
		if strings.IndexByte(`\*?|#@!{}[]()=<>%"'`, name[i]) >= 0 {
			out.WriteByte('\\')
		}
		out.WriteByte(name[i])
	}
}
