package mapping

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"
)

// Lookup reads the value at a path such as data.nextId, data[0].x or data[*].id as text: strings without quotes,
// everything else as written. It reports false when there is nothing, or null (reference/hub-api.md §4.2).
func Lookup(body []byte, path string) (string, bool) {
	found := gjson.GetBytes(body, gjsonPath(path))
	if !found.Exists() || found.Type == gjson.Null {
		return "", false
	}
	return found.String(), true
}

// gjsonPath writes a path in gjson's notation: [*] is #, [0] is 0. Everything that gjson would read as its own
// syntax is escaped, so that a name from a definition is only ever a name.
func gjsonPath(path string) string {
	var out strings.Builder
	for part := range strings.SplitSeq(strings.NewReplacer("[", ".[", "]", "").Replace(path), ".") {
		if part == "" {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('.')
		}
		if index, ok := strings.CutPrefix(part, "["); ok {
			if index == "*" {
				index = "#"
			}
			out.WriteString(index)
			continue
		}
		for i := range len(part) {
			if strings.IndexByte(`\*?|#@!{}[]()=<>%"'`, part[i]) >= 0 {
				out.WriteByte('\\')
			}
			out.WriteByte(part[i])
		}
	}
	return out.String()
}

// unescape decodes a JSON string with its quotes.
func unescape(quoted []byte) []byte {
	var text string
	if json.Unmarshal(quoted, &text) != nil {
		return nil
	}
	return []byte(text)
}
