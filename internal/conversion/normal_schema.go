package conversion

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// maxSchemaDepth is how deep a schema may nest without a name; deeper ones mean anything.
const maxSchemaDepth = 40

// The members of the normal form that hold JSON as a text, so that data of the document never looks
// like a part of it.
const (
	memberExample = "example"
	memberEnum    = "enum"
)

// schema is a schema in its normal form.
func (n *normalizer) schema(at string, t *tree, depth int) *tree {
	if !n.spend(1) {
		return objectTree()
	}
	switch {
	case t == nil, t.kind == treeNull, t.kind == treeBool:
		return objectTree()
	case t.kind == treeText:
		n.c.note(at, "is a text and must be a schema: it is taken for the type")
		t = objectTree(member{"type", t})
	case t.kind != treeObject:
		n.c.note(at, "is %s and must be a schema: it means anything", t.kind)
		return objectTree()
	}
	if ref := t.at("$ref"); ref.is(treeText) {
		return n.schemaReference(at, ref.text)
	}
	if depth > maxSchemaDepth {
		n.c.note(at, "schemas nest deeper than %d: it means anything from here on", maxSchemaDepth)
		return objectTree()
	}
	out := objectTree()
	n.copyText(at, t, out, "title", "description", "format")
	if name := n.schemaType(at, t, out); name != "" {
		return n.schemaReference(at, name)
	}
	for _, name := range []string{"minimum", "maximum", "default"} {
		if v := t.at(name); v.is(treeNumber) {
			out.set(name, v)
		}
	}
	if truth(t, "readOnly") {
		out.set("readOnly", &tree{kind: treeBool, text: "true"})
	}
	n.properties(at, t, out, depth)
	if items := t.at("items"); items.is(treeList) {
		n.c.note(join(at, "items"), "is a list: its first schema is taken for all items")
		if len(items.items) > 0 {
			out.set("items", n.schema(at+".items[0]", items.items[0], depth+1))
		}
	} else if items != nil {
		out.set("items", n.schema(join(at, "items"), items, depth+1))
	}
	for _, name := range []string{"allOf", "oneOf", "anyOf"} {
		if list := n.list(at, t, name); list != nil && len(list.items) > 0 {
			parts := &tree{kind: treeList}
			for i, item := range list.items {
				if item.str("type") == "null" {
					continue // OpenAPI 3.1 says so that a value may be null
				}
				parts.items = append(parts.items, n.schema(at+"."+name+"["+strconv.Itoa(i)+"]", item, depth+1))
			}
			if len(parts.items) > 0 {
				out.set(name, parts)
			}
		}
	}
	if enum := t.at("enum"); enum != nil {
		if list := n.list(at, t, "enum"); list != nil && n.spend(len(list.items)) {
			values := &tree{kind: treeList}
			for _, item := range list.items {
				if item.kind < treeList && item.kind != treeNull {
					values.items = append(values.items, textTree(string(item.appendJSON(nil))))
				}
			}
			out.set(memberEnum, values)
		}
	}
	n.example(t, out)
	return out
}

// example keeps the first example of a schema, parameter or media type as a text that holds JSON.
func (n *normalizer) example(t, out *tree) {
	example := t.at("example")
	if example == nil {
		example = t.at("x-example")
	}
	if examples := t.at("examples"); example == nil && examples != nil {
		switch {
		case examples.kind == treeList && len(examples.items) > 0: // JSON Schema
			example = examples.items[0]
		case examples.kind == treeObject && len(examples.members) > 0: // OpenAPI 3
			first := examples.members[0].value
			if target := n.deref("examples", first); target != nil {
				example = target.at("value")
			}
		}
	}
	if example == nil || example.kind == treeNull {
		return
	}
	// A sample that holds a reference would look like a part of the model that it ends in.
	if text := example.appendJSON(nil); len(text) <= maxSampleBytes && json.Valid(text) && !bytes.Contains(text, []byte(`"$ref"`)) {
		out.set(memberExample, textTree(string(text)))
	}
}

func (n *normalizer) properties(at string, t, out *tree, depth int) {
	if list := t.at("required"); list != nil {
		if list.kind == treeList && n.spend(len(list.items)) {
			out.set("required", texts(list))
		} else if list.kind != treeNull {
			n.c.note(join(at, "required"), "is %s and must be a list of names: it is left out", list.kind)
		}
	}
	given := n.object(at, t, "properties")
	if given == nil {
		return
	}
	properties := objectTree()
	for _, m := range given.members {
		if m.name == "$ref" {
			n.c.note(join(at, "properties.$ref"), "is no schema: it is left out")
			continue
		}
		value := m.value
		// required: true on a property is a frequent mistake; it says something about the owner.
		if required := value.at("required"); required.is(treeBool) || required.is(treeText) {
			if truth(value, "required") {
				list := out.at("required")
				if list == nil {
					list = &tree{kind: treeList}
					out.set("required", list)
				}
				list.items = append(list.items, textTree(m.name))
			}
			n.c.note(at+".properties."+m.name, "required belongs into the list of the object: it is put there")
			value = objectTree(append([]member(nil), value.members...)...)
			value.remove("required")
		}
		properties.add(m.name, n.schema(at+".properties."+m.name, value, depth+1))
	}
	out.set("properties", properties)
}

// typeWords are spellings of types that documents use in place of the right ones.
func typeWord(word string) (kind, format string, ok bool) {
	switch strings.ToLower(word) {
	case "string", "text", "str", "char", "enum", "uri", "url":
		return kindString, "", true
	case "uuid", "guid":
		return kindString, "uuid", true
	case "date":
		return kindString, "date", true
	case "datetime", "date-time", "timestamp", "time":
		return kindString, "date-time", true
	case "file", "binary":
		return kindString, "binary", true
	case "byte", "base64":
		return kindString, "byte", true
	case "password":
		return kindString, "password", true
	case "integer", "int", "int32", "short":
		return kindInteger, "", true
	case "long", "int64", "bigint":
		return kindInteger, "int64", true
	case "number", "decimal", "numeric", "currency":
		return kindNumber, "", true
	case "float":
		return kindNumber, "float", true
	case "double":
		return kindNumber, "double", true
	case "boolean", "bool":
		return kindBoolean, "", true
	case "array", "list", "set", "collection":
		return kindArray, "", true
	case "object", "map", "hash", "dictionary", "json", "struct":
		return kindObject, "", true
	}
	return "", "", false
}

// schemaType sets the one type of a schema, guessed from its members where it is missing. It returns a
// reference when the type is the name of a definition, as the old dialect has it.
func (n *normalizer) schemaType(at string, t, out *tree) (reference string) {
	given := t.at("type")
	word := given.scalar()
	if given.is(treeList) { // OpenAPI 3.1
		for _, item := range given.items {
			if text := item.scalar(); text != "" && text != "null" && word == "" {
				word = text
			}
		}
	} else if given.is(treeObject) {
		n.c.note(join(at, "type"), "is an object and must be a text: it is left out")
	}
	kind, format, known := typeWord(word)
	switch {
	case known:
		switch word {
		case kindString, kindInteger, kindNumber, kindBoolean, kindArray, kindObject, "file":
		default:
			n.c.note(join(at, "type"), "%q is read as %s", shorten(word), kind)
		}
		if out.at("format") == nil && format != "" {
			out.set("format", textTree(format))
		}
	case word != "" && word != "null" && !strings.EqualFold(word, "any") && !strings.EqualFold(word, kindUnknown):
		for _, ref := range []string{"#/definitions/" + word, "#/components/schemas/" + word} {
			if _, ok := n.find(ref); ok {
				n.c.note(join(at, "type"), "%q is the name of a definition: it is read as a reference", shorten(word))
				return ref
			}
		}
		n.c.note(join(at, "type"), "%q is not known: it means anything", shorten(word))
	case t.at("properties").is(treeObject), t.at("additionalProperties") != nil:
		kind = kindObject
	case t.at("items") != nil:
		kind = kindArray
	case t.at("enum").is(treeList) && len(t.at("enum").items) > 0:
		kind = map[treeKind]string{treeText: kindString, treeNumber: kindNumber, treeBool: kindBoolean}[t.at("enum").items[0].kind]
	}
	if kind != "" {
		out.set("type", textTree(kind))
	}
	return ""
}

// schemaReference is a reference to the component that stands for what a pointer names.
func (n *normalizer) schemaReference(at, ref string) *tree {
	name, known := n.names[ref]
	if !known {
		target, ok := n.find(ref)
		if !ok {
			n.c.note(at, "$ref %q points at nothing: it means anything", shorten(ref))
			return objectTree()
		}
		name = n.componentName(ref)
		n.names[ref] = name
		n.queue = append(n.queue, pending{name, strings.ReplaceAll(strings.TrimPrefix(ref, "#/"), "/", "."), target})
	}
	return objectTree(member{"$ref", textTree(componentPrefix + name)})
}

// componentName is the last part of a pointer, made a legal and free name.
func (n *normalizer) componentName(ref string) string {
	base := ref[strings.LastIndexByte(ref, '/')+1:]
	if decoded, ok := pointerToken(base); ok {
		base = decoded
	}
	return uniqueName(n.taken, definitionName(base))
}

// uniqueName gives each caller another name, and remembers it.
func uniqueName(taken map[string]int, base string) string {
	name := base
	for taken[name] > 0 {
		taken[base]++
		name = base + strconv.Itoa(taken[base])
	}
	taken[name]++
	return name
}
