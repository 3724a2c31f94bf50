package apidoc

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"jackfield/internal/connector"
)

// OpenAPI is the documentation of a connector as one OpenAPI 3.1 document in JSON, with the operations of
// Swagger. The same definition gives the same bytes.
func OpenAPI(d *connector.Definition, o Options) ([]byte, error) {
	return describe(d, o).openapi()
}

// tokenScheme is the name of the security scheme that stands for the Authorization header.
const tokenScheme = "token"

// openapi prints the document as OpenAPI 3.1.
func (doc *document) openapi() ([]byte, error) {
	w := newRewriter(doc.definitions)
	paths := map[string]any{}
	for _, op := range doc.operations {
		item, _ := paths[op.path].(map[string]any)
		if item == nil {
			item = map[string]any{}
			paths[op.path] = item
		}
		item[strings.ToLower(op.method)] = w.operation(op)
	}
	tags := []any{}
	for _, tag := range doc.tags() {
		tags = append(tags, map[string]any{"name": tag})
	}
	schemas := map[string]any{}
	for name, def := range doc.definitions {
		schemas[w.names[name]] = w.schema(def)
	}
	server := basePath
	if scheme, host, ok := address(doc.base); ok {
		server = scheme + "://" + host + basePath
	}
	return encode(map[string]any{
		"openapi": "3.1.0",
		"info":    doc.info(),
		"servers": []any{map[string]any{"url": server}},
		"tags":    tags,
		"paths":   paths,
		"components": map[string]any{
			"schemas": schemas,
			"securitySchemes": map[string]any{tokenScheme: map[string]any{
				"type": "apiKey", "in": "header", "name": authorizationHeader, "description": authorization().description,
			}},
		},
		"security": []any{map[string]any{tokenScheme: []any{}}},
	})
}

// rewriter turns what is in the dialect of Swagger 2.0 into that of OpenAPI 3.1.
type rewriter struct {
	names    map[string]string // name of a definition → name of the component
	failures map[string]any
}

// notInComponentNames is what names of components cannot hold.
var notInComponentNames = regexp.MustCompile(`[^a-zA-Z0-9._-]`)

func newRewriter(definitions map[string]schema) *rewriter {
	w := &rewriter{names: map[string]string{}, failures: failures()}
	unique := newUnique()
	var odd []string
	for _, name := range sortedNames(definitions) {
		if name == "" || notInComponentNames.MatchString(name) {
			odd = append(odd, name)
		} else {
			w.names[name] = unique.take(name)
		}
	}
	for _, name := range odd {
		w.names[name] = unique.take(first(notInComponentNames.ReplaceAllString(name, "_"), "_"))
	}
	return w
}

func (w *rewriter) operation(op *operation) map[string]any {
	o := map[string]any{
		"operationId": op.id,
		"summary":     op.summary,
		"tags":        []string{op.tag},
		"responses":   w.responses(op),
	}
	if op.public {
		o["security"] = []any{}
	}
	parameters := []any{}
	for i := range op.parameters {
		if p := &op.parameters[i]; p.in != inBody && p.in != inForm && !bySecurity(p) {
			parameters = append(parameters, w.parameter(p))
		}
	}
	if len(parameters) > 0 {
		o["parameters"] = parameters
	}
	if body := w.requestBody(op); body != nil {
		o["requestBody"] = body
	}
	return o
}

// bySecurity reports whether a parameter is said by the security scheme or by media types: OpenAPI ignores
// header parameters of these names.
func bySecurity(p *parameter) bool {
	return p.in == inHeader && slices.ContainsFunc([]string{authorizationHeader, "Accept", "Content-Type"}, func(name string) bool {
		return strings.EqualFold(p.name, name)
	})
}

func (w *rewriter) parameter(p *parameter) map[string]any {
	q := map[string]any{"name": p.name, "in": p.in, "required": p.required, "schema": p.value()}
	if p.description != "" {
		q["description"] = p.description
	}
	if p.kind == "array" && p.in == inQuery {
		q["style"], q["explode"] = "form", false // separated by commas, as in Swagger
	}
	return q
}

// value is the schema of a parameter that is no body.
func (p *parameter) value() schema {
	s := schema{"type": p.kind}
	switch p.kind {
	case "file":
		s = schema{"type": "string", "format": "binary"}
	case "array":
		s["items"] = schema{"type": "string"}
	}
	if p.format != "" {
		s["format"] = p.format
	}
	if p.preset != "" {
		s["default"] = p.preset
	}
	return s
}

// requestBody is the body or the form of an operation, nil when it takes neither.
func (w *rewriter) requestBody(op *operation) map[string]any {
	properties, required, form := schema{}, []any{}, false
	for i := range op.parameters {
		p := &op.parameters[i]
		switch p.in {
		case inBody:
			body := map[string]any{
				"required": p.required,
				"content":  map[string]any{"application/json": map[string]any{"schema": w.schema(p.schema)}},
			}
			if p.description != "" {
				body["description"] = p.description
			}
			return body
		case inForm:
			form = true
			s := p.value()
			if p.description != "" {
				s["description"] = p.description
			}
			properties[p.name] = s
			if p.required {
				required = append(required, p.name)
			}
		}
	}
	if !form {
		return nil
	}
	s := schema{"type": "object", "properties": properties}
	if len(required) > 0 {
		s["required"] = required
	}
	content := map[string]any{}
	for _, kind := range op.consumes {
		content[kind] = map[string]any{"schema": s}
	}
	return map[string]any{"required": len(required) > 0, "content": content}
}

func (w *rewriter) responses(op *operation) map[string]any {
	ok := map[string]any{"description": statuses[0].text}
	if content := w.content(op); content != nil {
		ok["content"] = content
	}
	all := maps.Clone(w.failures)
	all[statuses[0].code] = ok
	return all
}

func (w *rewriter) content(op *operation) map[string]any {
	media := map[string]any{}
	if op.answer != nil {
		media["schema"] = w.schema(op.answer)
	}
	if sample := decode([]byte(op.sample)); sample != nil && len(op.produces) == 0 {
		media["example"] = sample
	}
	if len(media) == 0 {
		return nil
	}
	content := map[string]any{}
	for _, kind := range op.produces {
		content[kind] = media
	}
	if len(content) == 0 {
		content["application/json"] = media
	}
	return content
}

// schema rewrites a schema and what it is composed of. It leaves the given one as it is.
func (w *rewriter) schema(s schema) schema {
	out := make(schema, len(s))
	for name, v := range s {
		switch name {
		case "$ref":
			out[name] = "#/components/schemas/" + w.names[target(v.(string))]
		case "properties":
			properties := schema{}
			for property, p := range v.(schema) {
				properties[property] = w.schema(p.(schema))
			}
			out[name] = properties
		case "items":
			out[name] = w.schema(v.(schema))
		case "allOf":
			var parts []any
			for _, part := range v.([]any) {
				parts = append(parts, w.schema(part.(schema)))
			}
			out[name] = parts
		case "additionalProperties":
			out[name] = v
			if inner, ok := v.(schema); ok {
				out[name] = w.schema(inner)
			}
		case "type":
			out[name] = v
			if v == "file" {
				out[name], out["format"] = "string", "binary"
			}
		case "exclusiveMaximum", "exclusiveMinimum", "x-nullable":
		default:
			out[name] = v
		}
	}
	for exclusive, limit := range map[string]string{"exclusiveMaximum": "maximum", "exclusiveMinimum": "minimum"} {
		if s[exclusive] == true {
			out[exclusive] = out[limit]
			delete(out, limit)
		}
	}
	if s["x-nullable"] == true {
		return nullable(out)
	}
	return out
}

// nullable lets null through as well.
func nullable(s schema) schema {
	null := schema{"type": "null"}
	switch kind := s["type"].(type) {
	case string:
		out := maps.Clone(s)
		out["type"] = []any{kind, "null"}
		if values, ok := s["enum"].([]any); ok && !slices.Contains(values, nil) {
			out["enum"] = append(slices.Clone(values), nil)
		}
		return out
	case nil:
		if s["$ref"] != nil || s["allOf"] != nil {
			return schema{"anyOf": []any{s, null}}
		}
	}
	return s
}
