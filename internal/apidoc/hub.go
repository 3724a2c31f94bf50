package apidoc

import (
	"slices"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

// Hub is the Swagger 2.0 document of a hub: every operation that at least one of its connectors has. An
// operation takes the parameters of all of them and requires what all of them require; a definition has the
// properties of all of them, and where two disagree the connector that comes first is followed. A hub
// without connectors is a NotFound fault.
func Hub(hub string, all []*connector.Definition, o Options) ([]byte, error) {
	doc := &document{
		title:       hub,
		extensions:  map[string]any{"x-element-hub": hub},
		base:        o.BaseURL,
		definitions: map[string]schema{},
	}
	at := map[string]*operation{}
	found := false
	for _, d := range all {
		if hubOf(d) != hub {
			continue
		}
		found = true
		part := describe(d, o)
		for _, op := range part.operations {
			if present := at[op.route()]; present != nil {
				present.merge(op)
				continue
			}
			op.id = "" // a connector's own choice says nothing about the others
			at[op.route()] = op
			doc.operations = append(doc.operations, op)
		}
		for name, def := range part.definitions {
			if present := doc.definitions[name]; present != nil {
				mergeDefinition(present, def)
			} else {
				doc.definitions[name] = def
			}
		}
	}
	if !found {
		return nil, fault.New(fault.NotFound, "there is no connector in the hub %q: GET /hubs/keys lists the hubs", hub)
	}
	breakCycles(doc.definitions)
	doc.finish()
	return doc.swagger()
}

// merge adds what another connector knows of the same operation.
func (op *operation) merge(other *operation) {
	for i := range op.parameters {
		p := &op.parameters[i]
		p.required = p.in == inPath || p.required && slices.ContainsFunc(other.parameters, func(q parameter) bool {
			return q.required && q.in == p.in && (q.name == p.name || q.in == inBody)
		})
	}
	all := op.parameters
	for _, q := range other.parameters {
		known := slices.ContainsFunc(op.parameters, func(p parameter) bool { return p.in == q.in && p.name == q.name })
		if q.in != inPath && !known {
			q.required = false
			all = append(all, q)
		}
	}
	form := slices.ContainsFunc(op.parameters, func(p parameter) bool { return p.in == inForm })
	body := slices.ContainsFunc(op.parameters, func(p parameter) bool { return p.in == inBody })
	op.parameters = consistent(slices.DeleteFunc(all, func(p parameter) bool {
		return body && p.in == inForm || form && p.in == inBody
	}), op.path)
	if op.summary == "" {
		op.summary = other.summary
	}
	if op.answer == nil {
		op.answer, op.produces = other.answer, other.produces
	}
	if len(op.consumes) == 0 && !body {
		op.consumes = other.consumes
	}
}

// mergeDefinition adds the properties of another definition of the same name. Required stays what both
// require.
func mergeDefinition(def, other schema) {
	properties, _ := def["properties"].(schema)
	more, _ := other["properties"].(schema)
	if properties == nil || more == nil {
		return
	}
	for name, p := range more {
		if properties[name] == nil {
			properties[name] = p
		}
	}
	mine, _ := def["required"].([]any)
	theirs, _ := other["required"].([]any)
	both := slices.DeleteFunc(slices.Clone(mine), func(name any) bool { return !slices.Contains(theirs, name) })
	if len(both) == 0 {
		delete(def, "required")
	} else {
		def["required"] = both
	}
}

// PlatformOperation is one operation of the platform's own API.
type PlatformOperation struct {
	Method  string
	Path    string // below the base path, variables in braces
	Summary string
	Tag     string   // "" = the first segment of the path
	Query   []string // names of query parameters
	Body    bool     // takes a JSON body
	Public  bool     // needs no Authorization header
}

// Platform is the Swagger 2.0 document of the platform's own API. Operations whose method no document can hold
// are left out; of several with one method and path the first is shown.
func Platform(all []PlatformOperation, o Options) ([]byte, error) {
	doc := &document{title: "platform", base: o.BaseURL, definitions: map[string]schema{}}
	seen := map[string]bool{}
	for _, from := range all {
		path := documentPath(strings.TrimPrefix(from.Path, basePath))
		op := &operation{
			method: strings.ToUpper(from.Method), path: path, summary: from.Summary, tag: from.Tag, public: from.Public,
		}
		if verbs[op.method] == "" || seen[op.route()] {
			continue
		}
		seen[op.route()] = true
		if op.tag == "" {
			op.tag = firstSegment(path)
		}
		var parameters []parameter
		if !from.Public {
			parameters = append(parameters, authorization())
		}
		for _, name := range variables(path) {
			parameters = append(parameters, named(name, ""))
		}
		for _, name := range from.Query {
			parameters = append(parameters, asked(name, "string", ""))
		}
		if from.Body {
			parameters = append(parameters, parameter{name: "body", in: inBody, required: true, schema: schema{"type": "object"}})
		}
		op.parameters = consistent(parameters, path)
		doc.operations = append(doc.operations, op)
	}
	doc.finish()
	return doc.swagger()
}
