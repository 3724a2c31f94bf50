package apidoc

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// words turns the old dialect of models into schemas of Swagger 2.0 (reference/elements.md §10.1). In it the
// type of a property may be the name of another definition, and what users write may be anything at all:
// every result is a valid schema.
type words struct {
	raw     map[string]any    // all definitions of the document, as they were written
	renamed map[string]string // definitions whose names documents cannot hold
	written int               // schemas in lists that were written out where they are used
	flat    bool              // lists are not written out any more
}

// MaxListSchemas is how many schemas a document may have in the lists that are written out where they are used:
// lists that name each other multiply. Beyond it lists are shown without what they hold. Real connectors stay
// below a few hundred.
const MaxListSchemas = 50_000

const definitionsPrefix = "#/definitions/"

// Names in references: of JSON pointers ~ and / have a meaning of their own.
var (
	pointerEscaped   = strings.NewReplacer("~", "~0", "/", "~1")
	pointerUnescaped = strings.NewReplacer("~1", "/", "~0", "~")
)

// pointer writes a reference to a definition, whatever its name holds.
func pointer(name string) string {
	return definitionsPrefix + strings.ReplaceAll(url.PathEscape(pointerEscaped.Replace(name)), "%24", "$")
}

// target is the name that a reference written by pointer leads to.
func target(ref string) string {
	name, ok := strings.CutPrefix(ref, definitionsPrefix)
	if !ok {
		return ""
	}
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	return pointerUnescaped.Replace(name)
}

// shown is the name of a definition in documents: its own, but for a percent sign, which readers of references
// take for an escape, however it is written.
func (w *words) shown(name string) string {
	if plain, renamed := w.renamed[name]; renamed {
		return plain
	}
	return name
}

func newWords(raw map[string]any) *words {
	w := &words{raw: raw, renamed: map[string]string{}}
	unique := newUnique()
	var odd []string
	for _, name := range sortedNames(raw) {
		if strings.Contains(name, "%") {
			odd = append(odd, name)
		} else {
			unique.take(name)
		}
	}
	for _, name := range odd {
		w.renamed[name] = unique.take(strings.ReplaceAll(name, "%", "_"))
	}
	return w
}

func (w *words) list(name string) bool { return isList(w.raw[name]) }

// definition is a named definition. A bare word in its place is a type.
func (w *words) definition(v any) schema {
	s := w.schema(v, nil)
	if s["type"] == nil && s["$ref"] == nil && s["allOf"] == nil {
		s["type"] = "object"
	}
	return s
}

// reference stands for a definition: by name, or written out when it is a list.
func (w *words) reference(name string) schema { return w.open(name, nil) }

// open is reference inside of lists that are being written out already.
func (w *words) open(name string, lists []string) schema {
	if !w.list(name) {
		return schema{"$ref": pointer(w.shown(name))}
	}
	if w.flat || slices.Contains(lists, name) { // too many lists, or a list of itself
		return schema{"type": "array", "items": schema{}}
	}
	d := w.raw[name].(schema)
	s := schema{"type": "array", "items": schema{}}
	if items := w.items(d["items"], append(lists[:len(lists):len(lists)], name)); items != nil {
		s["items"] = items
	}
	return s
}

// schema is any schema below a definition.
func (w *words) schema(v any, lists []string) schema {
	if len(lists) > 0 {
		w.written++
		w.flat = w.flat || w.written > MaxListSchemas
	}
	switch v := v.(type) {
	case string:
		return w.word(v, lists)
	case schema:
		return w.object(v, lists)
	case []any:
		if len(v) > 0 {
			return schema{"type": "array", "items": w.schema(v[0], lists)}
		}
		return schema{"type": "array", "items": schema{}}
	case json.Number:
		return schema{"type": "number"}
	case bool:
		return schema{"type": "boolean"}
	}
	return schema{}
}

// typed is the schema of a type word.
func (w *words) typed(word string) schema { return w.word(word, nil) }

func (w *words) word(word string, lists []string) schema {
	switch word {
	case "string", "integer", "number", "boolean", "object":
		return schema{"type": word}
	case "array":
		return schema{"type": "array", "items": schema{}}
	}
	if _, known := w.raw[word]; known && word != "" {
		return w.open(word, lists)
	}
	switch strings.ToLower(word) {
	case "string", "integer", "number", "boolean", "object", "array":
		return w.word(strings.ToLower(word), lists)
	case "unknown", "picklist", "char", "text":
		return schema{"type": "string"} // so do the documents of the original
	case "int", "short":
		return schema{"type": "integer", "format": "int32"}
	case "long":
		return schema{"type": "integer", "format": "int64"}
	case "float", "double":
		return schema{"type": "number", "format": strings.ToLower(word)}
	case "decimal", "bigdecimal":
		return schema{"type": "number"}
	case "bool":
		return schema{"type": "boolean"}
	case "date", "password", "byte", "binary":
		return schema{"type": "string", "format": strings.ToLower(word)}
	case "datetime", "date-time":
		return schema{"type": "string", "format": "date-time"}
	case "file":
		return schema{"type": "string", "format": "binary"}
	case "", "any", "null":
		return schema{}
	}
	return schema{"type": "object"} // a definition that nobody wrote
}

// items is the schema of what a list holds, nil when it is not said.
func (w *words) items(v any, lists []string) schema {
	switch v := v.(type) {
	case schema, string:
		return w.schema(v, lists)
	case []any:
		if len(v) > 0 {
			return w.schema(v[0], lists)
		}
	}
	return nil
}

// object is a schema that is written as a JSON object, which is every regular one.
func (w *words) object(in schema, lists []string) schema {
	out := schema{}
	if ref, ok := in["$ref"].(string); ok {
		out = w.follow(ref, lists)
	} else {
		w.kind(in, out, lists)
	}
	if out["$ref"] == nil {
		w.structure(in, out, lists)
		limits(in, out)
	}
	annotate(in, out)
	if !regular(in) {
		w.bare(in, out, lists)
	}
	if out["type"] == "array" && out["items"] == nil {
		out["items"] = schema{}
	}
	return out
}

// follow resolves a reference within the document. One that leads elsewhere describes nothing.
func (w *words) follow(ref string, lists []string) schema {
	name := ref
	for _, prefix := range []string{definitionsPrefix, "#/components/schemas/"} {
		name = strings.TrimPrefix(name, prefix)
	}
	if _, known := w.raw[name]; !known {
		name = target(definitionsPrefix + name)
	}
	return w.word(name, lists)
}

// kind takes over the type.
func (w *words) kind(in, out schema, lists []string) {
	set := func(word string) {
		for k, v := range w.word(word, lists) {
			out[k] = v
		}
	}
	switch t := in["type"].(type) {
	case string:
		set(t)
	case []any:
		for _, one := range t {
			word, _ := one.(string)
			if word == "null" {
				out["x-nullable"] = true
			} else if word != "" && out["type"] == nil && out["$ref"] == nil {
				set(word)
			}
		}
	}
}

// structure takes over what a schema is composed of.
func (w *words) structure(in, out schema, lists []string) {
	if properties, ok := in["properties"].(schema); ok {
		out["properties"] = w.properties(properties, lists)
	}
	if items := w.items(in["items"], lists); items != nil {
		if out["type"] == nil {
			out["type"] = "array"
		}
		out["items"] = items
	}
	if parts, ok := in["allOf"].([]any); ok {
		all := []any{}
		for _, part := range parts {
			if p, ok := part.(schema); ok {
				all = append(all, w.object(p, lists))
			}
		}
		if len(all) > 0 {
			out["allOf"] = all
		}
	}
	switch more := in["additionalProperties"].(type) {
	case bool:
		out["additionalProperties"] = more
	case schema:
		out["additionalProperties"] = w.object(more, lists)
	}
	if names, ok := in["required"].([]any); ok {
		properties, _ := out["properties"].(schema)
		required := []any{}
		for _, name := range names {
			if s, ok := name.(string); ok && properties[s] != nil && !slices.Contains(required, name) {
				required = append(required, name)
			}
		}
		if len(required) > 0 {
			out["required"] = required
		}
	}
}

func (w *words) properties(in schema, lists []string) schema {
	out := make(schema, len(in))
	for name, p := range in {
		out[name] = w.schema(p, lists)
	}
	return out
}

// bare reads a map without any word of a schema in it as the properties of an object: exports hold such
// maps where a property got a dot in its name, or a sample where its description should be.
func (w *words) bare(in, out schema, lists []string) {
	properties := schema{}
	for name, p := range in {
		if name != "id" && !strings.HasPrefix(name, "x-") {
			properties[name] = w.sample(p, lists)
		}
	}
	if len(properties) > 0 {
		out["type"], out["properties"] = "object", properties
	}
}

// sample is the schema of a value that stands where its description should: text is text here, no type.
func (w *words) sample(v any, lists []string) schema {
	if _, text := v.(string); text {
		return schema{"type": "string"}
	}
	return w.schema(v, lists)
}

// regular reports whether a map has a word of a schema in it, or nothing but annotations.
func regular(in schema) bool {
	others := 0
	for name, v := range in {
		switch name {
		case "$ref", "type", "format", "title", "description", "pattern":
			if _, ok := v.(string); ok {
				return true
			}
			if _, ok := v.([]any); ok && name == "type" {
				return true
			}
			others++
		case "properties":
			if _, ok := v.(schema); ok {
				return true
			}
			others++
		case "items":
			switch v.(type) {
			case schema, []any, string:
				return true
			}
			others++
		case "allOf", "enum", "anyOf", "oneOf":
			if _, ok := v.([]any); ok {
				return true
			}
			others++
		default:
			if name != "id" && !strings.HasPrefix(name, "x-") {
				others++
			}
		}
	}
	return others == 0
}

// annotate takes over what does not change which values are valid.
func annotate(in, out schema) {
	reference := out["$ref"] != nil
	for name, v := range in {
		switch {
		case strings.HasPrefix(name, "x-"):
			out[name] = v
		case reference:
		case name == "title" || name == "description" || name == "format":
			if s, ok := v.(string); ok && (name != "format" || out["format"] == nil) {
				out[name] = s
			}
		case name == "readOnly":
			if b, ok := v.(bool); ok {
				out[name] = b
			}
		case name == "example":
			out[name] = v
		case name == "nullable":
			if b, ok := v.(bool); ok {
				out["x-nullable"] = b
			}
		case name == "required":
			if b, ok := v.(bool); ok { // as in old drafts, on the property itself
				out["x-required"] = b
			}
		}
	}
}

// limits takes over what narrows values down, where it is well-formed.
func limits(in, out schema) {
	for _, name := range []string{"maximum", "minimum", "multipleOf"} {
		if n, ok := in[name].(json.Number); ok && (name != "multipleOf" || positive(n)) {
			out[name] = n
		}
	}
	for name, of := range map[string]string{"exclusiveMaximum": "maximum", "exclusiveMinimum": "minimum"} {
		if b, ok := in[name].(bool); ok && out[of] != nil {
			out[name] = b
		}
	}
	for _, name := range []string{"maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"} {
		if n, ok := in[name].(json.Number); ok && wholeNumber.MatchString(n.String()) {
			out[name] = n
		}
	}
	if b, ok := in["uniqueItems"].(bool); ok {
		out["uniqueItems"] = b
	}
	if s, ok := in["pattern"].(string); ok {
		if _, err := regexp.Compile(s); err == nil {
			out["pattern"] = s
		}
	}
	if all, ok := in["enum"].([]any); ok {
		if values := distinct(all); len(values) > 0 {
			out["enum"] = values
		}
	}
	if v, ok := in["default"]; ok && presettable(v, out) {
		out["default"] = v
	}
}

// wholeNumber is a length or count that every reader takes.
var wholeNumber = regexp.MustCompile(`^\d{1,9}$`)

func positive(n json.Number) bool {
	f, err := n.Float64()
	return err == nil && f > 0
}

func distinct(values []any) []any {
	var found []any
	seen := map[string]bool{}
	for _, v := range values {
		key, err := json.Marshal(v)
		if err == nil && !seen[string(key)] {
			seen[string(key)] = true
			found = append(found, v)
		}
	}
	return found
}

// presettable reports whether a value may be the default of a schema: it has the schema's type and no
// narrower rule stands against it.
func presettable(v any, s schema) bool {
	for _, narrower := range []string{"enum", "pattern", "maximum", "minimum", "multipleOf", "maxLength", "minLength", "format"} {
		if s[narrower] != nil {
			return false
		}
	}
	switch v.(type) {
	case string:
		return s["type"] == "string"
	case bool:
		return s["type"] == "boolean"
	case json.Number:
		return s["type"] == "number"
	}
	return false
}
