package conversion

import (
	"net/url"
	"strconv"
	"strings"

	"jackfield/internal/connector"
)

// pointerToken decodes one part of a pointer.
func pointerToken(token string) (string, bool) {
	decoded, err := url.PathUnescape(token)
	if err != nil {
		return "", false
	}
	return strings.ReplaceAll(strings.ReplaceAll(decoded, "~1", "/"), "~0", "~"), true
}

// paths are the operations in their normal form, each with every parameter that applies to it.
func (n *normalizer) paths() *tree {
	out := objectTree()
	paths := n.object("", n.root, "paths")
	operations := 0
	if paths != nil {
		for _, m := range paths.members {
			if strings.HasPrefix(m.name, "x-") {
				continue
			}
			at := join("paths", m.name)
			item := n.deref(at, m.value)
			if item == nil {
				continue
			}
			if item.kind != treeObject {
				n.c.note(at, "is %s and must be an object: it is left out", item.kind)
				continue
			}
			path := strings.TrimSpace(m.name)
			if !strings.HasPrefix(path, "/") {
				n.c.note(at, "does not begin with a slash: one is put before it")
				path = "/" + path
			}
			if strings.Count(path, "{") != strings.Count(path, "}") || len(path) > maxPath {
				n.c.note(shorten(at), "has a brace without its partner, or more than %d bytes: it is left out", maxPath)
				continue
			}
			found := n.pathItem(at, path, item)
			operations += len(found.members)
			if operations > maxOperations {
				n.c.tooLarge = true
				n.c.problem("paths", "there are more than %d operations", maxOperations)
				return out
			}
			if old := out.at(path); old != nil {
				for _, o := range found.members {
					if old.at(o.name) == nil {
						old.set(o.name, o.value)
					}
				}
				continue
			}
			out.add(path, found)
		}
	}
	if operations == 0 && len(n.c.problems) == 0 {
		n.c.problem("paths", "describes no GET, POST, PUT, PATCH or DELETE: there is nothing to call")
	}
	return out
}

func (n *normalizer) pathItem(at, path string, item *tree) *tree {
	out := objectTree()
	for _, m := range item.members {
		method := strings.ToLower(m.name)
		switch method {
		case "get", "post", "put", "patch", "delete":
			if m.value.kind != treeObject {
				n.c.note(join(at, m.name), "is %s and must be an object: it is left out", m.value.kind)
				continue
			}
			out.set(method, n.operation(join(at, m.name), path, method, item, m.value))
		case "head", "options", "trace", "connect", "query":
			n.c.note(join(at, m.name), "is left out: resources have the methods GET, POST, PUT, PATCH and DELETE")
		}
	}
	return out
}

func (n *normalizer) operation(at, path, method string, item, t *tree) *tree {
	out := objectTree()
	n.copyText(at, t, out, "operationId", "summary", "description")
	if truth(t, "deprecated") {
		out.set("deprecated", &tree{kind: treeBool, text: "true"})
	}
	// The operation's own parameters replace those of the path.
	parameters, body := n.parameters(at, n.list(at, t, "parameters"), nil)
	inherited, inheritedBody := n.parameters(at, n.list(at, item, "parameters"), parameters)
	parameters = append(inherited, parameters...)
	if body == nil {
		body = inheritedBody
	}
	parameters = n.pathParameters(at, path, parameters)
	out.set("parameters", &tree{kind: treeList, items: parameters})
	if body == nil && !n.swagger2 {
		body = n.requestBody(at, t)
	} else if body != nil && n.swagger2 {
		body = n.oldBody(at, t, body)
	}
	if body != nil && method == "get" {
		n.c.note(at, "a GET has no body: it is left out")
		body = nil
	}
	if body != nil {
		out.set("requestBody", body)
	}
	out.set("responses", n.responses(at, t))
	if security := n.security(join(at, "security"), t.at("security")); security != nil {
		out.set("security", security)
	}
	if !n.swagger2 {
		for _, source := range []*tree{t, item} {
			if servers := n.servers(at, source); len(servers.items) > 0 {
				out.set("servers", servers)
				break
			}
		}
	}
	return out
}

// parameters reads a list of parameters, without those that the stronger list has. Body and form
// parameters of Swagger 2.0 come back apart, as they were written.
func (n *normalizer) parameters(at string, list *tree, stronger []*tree) (parameters []*tree, body *tree) {
	if list == nil {
		return nil, nil
	}
	seen := map[string]bool{}
	for _, p := range stronger {
		seen[p.str("in")+" "+p.str("name")] = true
	}
	for i, item := range list.items {
		where := at + ".parameters[" + strconv.Itoa(i) + "]"
		p := n.deref(where, item)
		if p == nil {
			continue
		}
		if p.kind != treeObject {
			n.c.note(where, "is %s and must be an object: it is left out", p.kind)
			continue
		}
		name, in := p.str("name"), strings.ToLower(p.str("in"))
		if in == "body" || in == "formdata" || in == "form" {
			if body == nil {
				body = &tree{kind: treeList}
			}
			body.items = append(body.items, p)
			continue
		}
		if name == "" {
			n.c.note(where, "has no name: it is left out")
			continue
		}
		switch in {
		case "path", "query", "header", "cookie":
		default:
			n.c.note(where, "in is %q: %s is taken for a query parameter", shorten(in), name)
			in = "query"
		}
		if seen[in+" "+name] {
			if stronger == nil {
				n.c.note(where, "the %s parameter %s stands twice: the first counts", in, name)
			}
			continue
		}
		seen[in+" "+name] = true
		if len(parameters) >= maxParameters {
			n.c.note(at, "has more than %d parameters: the others are left out", maxParameters)
			break
		}
		parameters = append(parameters, n.parameter(where, name, in, p))
	}
	return parameters, body
}

func (n *normalizer) parameter(at, name, in string, p *tree) *tree {
	out := objectTree(member{"name", textTree(name)}, member{"in", textTree(in)})
	n.copyText(at, p, out, "description")
	if truth(p, "required") || in == "path" {
		out.set("required", &tree{kind: treeBool, text: "true"})
	}
	out.set("schema", n.slot(n.parameterSchema(at, p)))
	n.example(p, out)
	return out
}

// parameterSchema is the schema of a parameter, wherever the version has it.
func (n *normalizer) parameterSchema(at string, p *tree) *tree {
	schema := p.at("schema")
	if content := p.at("content"); schema == nil && content.is(treeObject) && len(content.members) > 0 {
		schema = content.members[0].value.at("schema")
	}
	if schema == nil { // Swagger 2.0 has the type in the parameter itself
		schema = objectTree()
		for _, m := range p.members {
			switch m.name {
			case "type", "format", "items", "enum", "default", "minimum", "maximum":
				schema.members = append(schema.members, m)
			}
		}
	}
	return n.schema(join(at, "schema"), schema, 0)
}

// pathParameters makes the path parameters those of the path: what is missing is added, what has no
// place is left out.
func (n *normalizer) pathParameters(at, path string, parameters []*tree) []*tree {
	var kept []*tree
	names := connector.PathVariables(path)
	declared := map[string]bool{}
	for _, p := range parameters {
		name := p.str("name")
		if p.str("in") == "path" {
			found := false
			for _, v := range names {
				found = found || v == name
			}
			if !found {
				n.c.note(at, "the path parameter %s has no place in %s: it is left out", name, path)
				continue
			}
			declared[name] = true
		}
		kept = append(kept, p)
	}
	for _, name := range names {
		if name != "" && !declared[name] {
			declared[name] = true
			n.c.note(at, "{%s} of the path is not declared: it is taken for a text", name)
			kept = append(kept, objectTree(member{"name", textTree(name)}, member{"in", textTree("path")},
				member{"required", &tree{kind: treeBool, text: "true"}}, member{"schema", n.slot(objectTree(member{"type", textTree(kindString)}))}))
		}
	}
	return kept
}

// requestBody is the body of OpenAPI 3.
func (n *normalizer) requestBody(at string, t *tree) *tree {
	given := n.object(at, t, "requestBody")
	if given == nil {
		return nil
	}
	at = join(at, "requestBody")
	if given = n.deref(at, given); !given.is(treeObject) {
		return nil
	}
	out := objectTree()
	n.copyText(at, given, out, "description")
	if truth(given, "required") {
		out.set("required", &tree{kind: treeBool, text: "true"})
	}
	out.set("content", n.content(at, given))
	return out
}

// content keeps the one media type that is used.
func (n *normalizer) content(at string, t *tree) *tree {
	out := objectTree()
	given := n.object(at, t, "content")
	if given == nil {
		return out
	}
	var kinds []string
	for _, m := range given.members {
		kinds = append(kinds, m.name)
	}
	if len(kinds) == 0 {
		return out
	}
	kind := preferred(kinds)
	media := objectTree()
	if value := given.at(kind); value.is(treeObject) {
		if schema := value.at("schema"); schema != nil {
			media.set("schema", n.slot(n.schema(at+".content."+kind+".schema", schema, 0)))
		}
		n.example(value, media)
	}
	out.set(kind, media)
	return out
}

// oldBody turns body and form parameters of Swagger 2.0 into a request body.
func (n *normalizer) oldBody(at string, t, parameters *tree) *tree {
	consumes := n.media(at, t, "consumes")
	form := objectTree(member{"type", textTree(kindObject)}, member{"properties", objectTree()})
	required := &tree{kind: treeList}
	multipart := false
	for _, p := range parameters.items {
		name := p.str("name")
		if strings.EqualFold(p.str("in"), "body") {
			out, media := objectTree(), objectTree()
			n.copyText(at, p, out, "description")
			if truth(p, "required") {
				out.set("required", &tree{kind: treeBool, text: "true"})
			}
			schema := p.at("schema")
			if schema == nil && p.at("type") != nil {
				schema = p
			}
			media.set("schema", n.slot(n.schema(at+".parameters."+name+".schema", schema, 0)))
			n.example(p, media)
			content := objectTree()
			content.set(preferred(consumes), media)
			out.set("content", content)
			return out
		}
		if name == "" {
			n.c.note(at, "a form parameter has no name: it is left out")
			continue
		}
		where := at + ".parameters." + name
		schema := n.parameterSchema(where, p)
		if schema.at("$ref") == nil {
			n.copyText(where, p, schema, "description")
		}
		multipart = multipart || strings.EqualFold(p.str("type"), "file")
		form.at("properties").set(name, schema)
		if truth(p, "required") {
			required.items = append(required.items, textTree(name))
		}
	}
	form.set("required", required)
	for _, kind := range consumes {
		multipart = multipart || strings.HasPrefix(kind, "multipart/")
	}
	media := "application/x-www-form-urlencoded"
	if multipart {
		media = "multipart/form-data"
	}
	return objectTree(member{"content", objectTree(member{media, objectTree(member{"schema", n.slot(form)})})})
}

// media are the media types of an operation of Swagger 2.0, else those of the document.
func (n *normalizer) media(at string, t *tree, name string) []string {
	list := n.list(at, t, name)
	if list == nil {
		list = n.list("", n.root, name)
	}
	var kinds []string
	if list != nil {
		for _, item := range list.items {
			if kind := strings.ToLower(strings.TrimSpace(item.scalar())); kind != "" {
				kinds = append(kinds, kind)
			}
		}
	}
	return kinds
}

// responses keeps the answers that mean success, and the default.
func (n *normalizer) responses(at string, t *tree) *tree {
	out := objectTree()
	given := n.object(at, t, "responses")
	if given == nil {
		return objectTree(member{"200", objectTree(member{"description", textTree("OK")})})
	}
	for _, m := range given.members {
		code := strings.ToUpper(m.name)
		if code != "DEFAULT" && !strings.HasPrefix(code, "2") {
			continue
		}
		if code == "DEFAULT" {
			code = "default"
		}
		where := at + ".responses." + m.name
		r := n.deref(where, m.value)
		if !r.is(treeObject) {
			continue
		}
		response := objectTree(member{"description", textTree(r.str("description"))})
		content := objectTree()
		if n.swagger2 {
			n.oldResponse(where, t, r, content)
		} else {
			content = n.content(where, r)
		}
		response.set("content", content)
		if headers := n.object(where, r, "headers"); headers != nil && n.spend(len(headers.members)) {
			kept := objectTree()
			for _, h := range headers.members {
				kept.set(h.name, objectTree())
			}
			response.set("headers", kept)
		}
		out.set(code, response)
	}
	if len(out.members) == 0 {
		out.set("200", objectTree(member{"description", textTree("OK")}))
	}
	return out
}

// oldResponse turns schema and examples of Swagger 2.0 into content.
func (n *normalizer) oldResponse(at string, operation, r, content *tree) {
	examples := n.object(at, r, "examples")
	schema := r.at("schema")
	if schema == nil && examples == nil {
		return
	}
	media := objectTree()
	if schema != nil {
		media.set("schema", n.slot(n.schema(join(at, "schema"), schema, 0)))
	}
	kind := preferred(n.media(at, operation, "produces"))
	if example := examples.at(kind); example != nil {
		n.example(objectTree(member{"example", example}), media)
	}
	content.set(kind, media)
}

// preferred is the media type that is asked for and sent where several are possible: JSON, something
// like JSON, else the first.
func preferred(kinds []string) string {
	if len(kinds) == 0 {
		return jsonMedia
	}
	for _, wanted := range []func(string) bool{func(k string) bool { return k == jsonMedia }, isJSON} {
		for _, kind := range kinds {
			if media, _, _ := strings.Cut(kind, ";"); wanted(strings.ToLower(strings.TrimSpace(media))) {
				return kind
			}
		}
	}
	return kinds[0]
}

func isJSON(media string) bool {
	return media == jsonMedia || strings.HasSuffix(media, "+json") || media == "text/json" || media == "*/*"
}
