package apidoc

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// property is a field of a definition in the old dialect: its type may be the name of another definition.
type property struct {
	Type        string    `json:"type"`
	Ref         string    `json:"$ref"`
	Format      string    `json:"format"`
	Description string    `json:"description"`
	Items       *property `json:"items"`
}

// plain is the type in a word or two.
func (q *property) plain() string {
	switch {
	case q == nil:
		return "unknown"
	case q.Type == "array":
		return "list of " + q.Items.plain()
	case q.Ref != "":
		return q.Ref[strings.LastIndex(q.Ref, "/")+1:]
	case q.Format == "int32" || q.Format == "int64" || q.Format == "":
		return cmp.Or(q.Type, "unknown")
	}
	return q.Format
}

// fields lists what records have, definition by definition.
func (p *page) fields() {
	type definition struct {
		Properties map[string]property `json:"properties"`
		PrimaryKey []string            `json:"x-primary-key"`
	}
	all := map[string]definition{}
	for _, r := range p.shown() {
		if r.Model == nil {
			continue
		}
		for _, raw := range []json.RawMessage{r.Model.Swagger, r.Model.RequestSwagger} {
			var some map[string]definition
			if json.Unmarshal(raw, &some) == nil {
				maps.Copy(all, some)
			}
		}
	}
	maps.DeleteFunc(all, func(_ string, d definition) bool { return len(d.Properties) == 0 })
	if len(all) == 0 {
		return
	}
	p.line("## Fields", "", "Answers may have more than these. Those that make a record known are marked.", "")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		d := all[name]
		p.line("**"+name+"**: "+fieldTexts(d.Properties, d.PrimaryKey), "")
	}
}

func fieldTexts(properties map[string]property, keys []string) string {
	names := slices.Sorted(maps.Keys(properties))
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(rank(keys, a), rank(keys, b)) })
	texts := make([]string, len(names))
	for i, name := range names {
		q := properties[name]
		mark := ""
		if slices.Contains(keys, name) {
			mark = ", key"
		}
		texts[i] = code(name) + " (" + q.plain() + mark + ")"
	}
	return strings.Join(texts, ", ")
}

// rank puts keys first.
func rank(keys []string, name string) int {
	if i := slices.Index(keys, name); i >= 0 {
		return i
	}
	return len(keys)
}
