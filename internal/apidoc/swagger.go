package apidoc

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"jackfield/internal/connector"
)

// Swagger is the documentation of a connector as one Swagger 2.0 document in JSON. The same definition
// gives the same bytes.
func Swagger(d *connector.Definition, o Options) ([]byte, error) {
	return describe(d, o).swagger()
}

// swagger prints the document as Swagger 2.0.
func (doc *document) swagger() ([]byte, error) {
	paths, shared := map[string]any{}, failures()
	for _, op := range doc.operations {
		item, _ := paths[op.path].(map[string]any)
		if item == nil {
			item = map[string]any{}
			paths[op.path] = item
		}
		item[strings.ToLower(op.method)] = op.swagger(shared)
	}
	tags := []any{}
	for _, tag := range doc.tags() {
		tags = append(tags, map[string]any{"name": tag})
	}
	root := map[string]any{
		"swagger":     "2.0",
		"info":        doc.info(),
		"basePath":    basePath,
		"tags":        tags,
		"paths":       paths,
		"definitions": doc.definitions,
	}
	if scheme, host, ok := address(doc.base); ok {
		root["host"], root["schemes"] = host, []string{scheme}
	}
	return encode(root)
}

func (doc *document) info() map[string]any {
	info := map[string]any{"title": doc.title, "version": apiVersion}
	if doc.description != "" {
		info["description"] = doc.description
	}
	maps.Copy(info, doc.extensions)
	return info
}

func (op *operation) swagger(failures map[string]any) map[string]any {
	parameters := []any{}
	for _, p := range op.parameters {
		parameters = append(parameters, p.swagger())
	}
	o := map[string]any{
		"operationId": op.id,
		"summary":     op.summary,
		"tags":        []string{op.tag},
		"parameters":  parameters,
		"responses":   op.responses(failures),
	}
	if len(op.consumes) > 0 {
		o["consumes"] = op.consumes
	}
	if len(op.produces) > 0 {
		o["produces"] = op.produces
	}
	return o
}

func (p *parameter) swagger() map[string]any {
	q := map[string]any{"name": p.name, "in": p.in, "required": p.required}
	if p.description != "" {
		q["description"] = p.description
	}
	if p.in == inBody {
		q["schema"] = p.schema
		return q
	}
	q["type"] = p.kind
	if p.kind == "array" {
		q["items"] = map[string]any{"type": "string"}
	}
	if p.format != "" {
		q["format"] = p.format
	}
	if p.preset != "" {
		q["default"] = p.preset
	}
	return q
}

// status is an answer that every operation may give.
type status struct{ code, text string }

// statuses are those of every operation, success first (reference/clients.md §10).
var statuses = []status{
	{"200", "OK: the call did what it should"},
	{"400", "Bad Request: a parameter or the body is missing or wrong"},
	{"401", "Unauthorized: a secret or token of the Authorization header is missing or not valid"},
	{"403", "Forbidden: the caller or the provider's user may not do this"},
	{"404", "Not Found: there is no such resource"},
	{"405", "Method Not Allowed: the path exists, with other methods"},
	{"406", "Not Acceptable: the answer cannot be given as the Accept header asks"},
	{"409", "Conflict: what was to be created exists already"},
	{"415", "Unsupported Media Type: the Content-Type of the call is not understood"},
	{"500", "Server Error: something went wrong in this server"},
	{"502", "Provider Error: something went wrong at the provider"},
}

// failures are the answers besides 200, which all operations share.
func failures() map[string]any {
	all := map[string]any{}
	for _, s := range statuses[1:] {
		all[s.code] = map[string]any{"description": s.text}
	}
	return all
}

func (op *operation) responses(failures map[string]any) map[string]any {
	ok := map[string]any{"description": statuses[0].text}
	if op.answer != nil {
		ok["schema"] = op.answer
	}
	if op.sample != "" {
		ok["x-cloudelements-sample"] = op.sample
	}
	all := maps.Clone(failures)
	all[statuses[0].code] = ok
	return all
}

// encode prints JSON with sorted members and without escaping what only HTML minds.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
