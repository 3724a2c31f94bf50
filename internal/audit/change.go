package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"jackfield/internal/access"
	"jackfield/internal/usage"
)

// Limits of what is kept of a change.
const (
	// maxChanges members are kept of a change; how many more there were is said in the last one.
	maxChanges = 200
	// maxChangesBytes is how long all of them may be together.
	maxChangesBytes = 32 << 10
	// maxValue bytes of a value are kept; of a larger one the beginning, its length and its SHA-256.
	maxValue = 1 << 10
	// keptOfLarge is how many bytes of a larger value are kept.
	keptOfLarge = 200
	// maxNested is how deep JSON within texts of JSON is looked into for secrets.
	maxNested = 3
)

// masked stands for a secret, as in every answer.
const masked = "********"

// Change is one member that differs. A value that is missing on a side is nil there.
type Change struct {
	Path   string          `json:"path"` // as in JavaScript; rows of a list by their id, key or name: roles[org-admin].active
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// Comparison compares documents.
type Comparison struct {
	// Secret judges a member by the type of its entry, "" where it has none, and its name.
	Secret func(entryType, name string) bool
	// Members are names that are secret in these documents only.
	Members []string
	// Brief are members of the document that are things of their own: of them only id and key count.
	Brief []string
}

// Differences are the members that differ between two JSON documents, secrets masked: a secret that was replaced shows as a mask on
// both sides. Nil is a document that is not there; one that is no JSON counts as not there.
func (c Comparison) Differences(before, after []byte) []Change {
	was, is := c.flatten(before), c.flatten(after)
	var changes []Change
	for _, path := range slices.Sorted(maps.Keys(was)) {
		if now, there := is[path]; !there || now.raw != was[path].raw {
			changes = append(changes, Change{path, was[path].shown(), now.shown()})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(is)) {
		if _, there := was[path]; !there {
			changes = append(changes, Change{Path: path, After: is[path].shown()})
		}
	}
	return changes
}

// Secrets are the members of a request that are secret, masked: answers do not show them, or show them masked, and their change would
// go unnoticed. What is empty or itself a mask changes nothing.
func (c Comparison) Secrets(request []byte) []Change {
	members := c.flatten(request)
	var changes []Change
	for _, path := range slices.Sorted(maps.Keys(members)) {
		if m := members[path]; m.secret && m.raw != `"`+masked+`"` && m.raw != `""` && m.raw != "null" {
			changes = append(changes, Change{Path: path, After: m.shown()})
		}
	}
	return changes
}

// Limited keeps as many changes as a row holds and says in the last one how many more there were.
func Limited(changes []Change) []Change {
	size := 0
	for i, c := range changes {
		size += len(c.Path) + len(c.Before) + len(c.After) + len(`{"path":"","before":,"after":},`)
		if i == maxChanges || size > maxChangesBytes {
			rest := fmt.Sprintf("%q", strconv.Itoa(len(changes)-i)+" more members have changed")
			return append(slices.Clip(changes[:i]), Change{Path: "…", After: json.RawMessage(rest)})
		}
	}
	return changes
}

// member is a value that is compared as a whole: a scalar, a list of scalars, or what is secret.
type member struct {
	raw    string // as JSON, in clear
	text   string // as it may be shown
	secret bool
}

func (m member) shown() json.RawMessage {
	switch {
	case m.raw == "":
		return nil
	case m.secret:
		return json.RawMessage(`"` + masked + `"`)
	case len(m.text) <= maxValue:
		return json.RawMessage(m.text)
	}
	sum := sha256.Sum256([]byte(m.text))
	start := m.text[:keptOfLarge]
	for !utf8.ValidString(start) && start != "" {
		start = start[:len(start)-1]
	}
	text, err := json.Marshal(struct {
		Start  string `json:"start"` // of the JSON text
		Bytes  int    `json:"bytes"`
		SHA256 string `json:"sha256"`
	}{start, len(m.text), hex.EncodeToString(sum[:])})
	if err != nil {
		return nil // strings and numbers always encode
	}
	return text
}

func (c Comparison) flatten(document []byte) map[string]member {
	members := map[string]member{}
	value, ok := decode(document)
	if ok {
		c.walk(members, "", value)
	}
	return members
}

func decode(document []byte) (value any, ok bool) {
	if len(bytes.TrimSpace(document)) == 0 {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	return value, decoder.Decode(&value) == nil && !decoder.More()
}

func (c Comparison) walk(members map[string]member, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, one := range v {
			at := joined(path, name)
			if path == "" && slices.Contains(c.Brief, name) {
				one = brief(one)
			}
			if c.secretMember(v, name) && !empty(one) {
				members[at] = member{raw: text(one), secret: true}
				continue
			}
			c.walk(members, at, one)
		}
		if len(v) > 0 || path == "" {
			return
		}
	case []any:
		if len(v) == 0 && path == "" {
			return // an empty list has no members
		}
		if names := rowNames(v); names != nil {
			for i, one := range v {
				c.walk(members, path+"["+names[i]+"]", one)
			}
			return
		}
	}
	if path == "" {
		path = "value"
	}
	members[path] = member{raw: text(value), text: text(c.scrub(value, maxNested))}
}

func brief(value any) any {
	whole, ok := value.(map[string]any)
	if !ok {
		return value
	}
	names := map[string]any{}
	for _, name := range []string{"id", "key"} {
		if one, there := whole[name]; there {
			names[name] = one
		}
	}
	return names
}

// valueNames are the members that hold the value of an entry {key, type, …}.
var valueNames = []string{"value", "defaultValue", "propertyValue", "configValue", "values"}

// secretMember reports whether a member is secret by its name, or as the value of an entry whose key or type says so.
func (c Comparison) secretMember(of map[string]any, name string) bool {
	if slices.Contains(c.Members, name) {
		return true
	}
	if !strings.EqualFold(name, "key") && c.Secret("", name) {
		_, fact := of[name].(bool) // "password": true tells none
		return !fact
	}
	if !slices.Contains(valueNames, name) {
		return false
	}
	entryType, _ := of["type"].(string)
	for _, called := range []string{"key", "name", "propertyKey", "configKey"} {
		if key, ok := of[called].(string); ok && c.Secret(entryType, key) {
			return true
		}
	}
	return false
}

func empty(value any) bool { return value == nil || value == "" }

// secretForms are what user secrets, tokens of instances and API keys look like, wherever they stand.
var secretForms = regexp.MustCompile(`[A-Za-z0-9+/_-]{43}=|` + access.APIKeyPattern)

// scrub masks what is secret within values: members of JSON in texts, tokens by their form, and query parameters of addresses.
func (c Comparison) scrub(value any, depth int) any {
	switch v := value.(type) {
	case map[string]any:
		clean := make(map[string]any, len(v))
		for name, one := range v {
			if c.secretMember(v, name) && !empty(one) {
				clean[name] = masked
			} else {
				clean[name] = c.scrub(one, depth)
			}
		}
		return clean
	case []any:
		clean := make([]any, len(v))
		for i, one := range v {
			clean[i] = c.scrub(one, depth)
		}
		return clean
	case string:
		if nested := strings.TrimSpace(v); depth > 0 && (strings.HasPrefix(nested, "{") || strings.HasPrefix(nested, "[")) {
			if inner, ok := decode([]byte(nested)); ok {
				return text(c.scrub(inner, depth-1))
			}
		}
		return secretForms.ReplaceAllString(usage.ScrubURI(v), masked)
	}
	return value
}

// rowNames are how the rows of a list are told apart: by id, key or name, else by place. Nil: it is a list of scalars.
func rowNames(rows []any) []string {
	names := make([]string, len(rows))
	for _, identity := range []string{"id", "key", "name", ""} {
		seen := map[string]bool{}
		for i, row := range rows {
			object, ok := row.(map[string]any)
			if !ok {
				return nil
			}
			names[i] = strconv.Itoa(i)
			if identity == "" {
				continue
			}
			switch id := object[identity].(type) {
			case string:
				names[i] = id
			case json.Number:
				names[i] = id.String()
			default:
				names[i] = ""
			}
			if names[i] == "" || seen[names[i]] {
				break
			}
			seen[names[i]] = true
		}
		if identity == "" || len(seen) == len(rows) {
			break
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return names
}

var plainName = regexp.MustCompile(`^[A-Za-z_$][\w$-]*$`)

func joined(path, name string) string {
	switch {
	case !plainName.MatchString(name):
		return path + "[" + strconv.Quote(name) + "]"
	case path == "":
		return name
	}
	return path + "." + name
}

func text(value any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "null" // what came from JSON always encodes
	}
	return strings.TrimSuffix(out.String(), "\n")
}
