package conversion

import (
	"net/url"
	"strconv"
	"strings"
)

// normalizer makes of a document as people write them one that a strict reader takes: OpenAPI 3 with
// known members of the right kind and nothing else. References to parameters, bodies, answers and paths
// are replaced by what they point at. Schemas do not go to the library, which takes several KB for each:
// it is handed a placeholder whose title is a number of slots. References between schemas stay, and all
// point to components/schemas. Small mistakes are mended with a note.
type normalizer struct {
	c        *conversion
	root     *tree
	swagger2 bool
	names    map[string]string // component name by pointer
	taken    map[string]int    // component names, with how many wanted each
	queue    []pending
	schemas  *tree   // named schemas in their normal form
	slots    []*tree // schemas of parameters, bodies and answers in their normal form
	spent    int     // schemas, values and headers written so far
}

// spend counts what the normal form grows by. References that are replaced by what they point at could
// make a small document grow without end.
func (n *normalizer) spend(count int) bool {
	before := n.spent
	n.spent += count
	if n.spent > maxNodes && before <= maxNodes {
		n.c.tooLarge = true
		n.c.problem("document", "holds more than %d schemas and values once its references are followed", maxNodes)
	}
	return n.spent <= maxNodes
}

type pending struct {
	name, at string
	schema   *tree
}

func newNormalizer(c *conversion, root *tree, swagger2 bool) *normalizer {
	return &normalizer{
		c: c, root: root, swagger2: swagger2,
		names: map[string]string{}, taken: map[string]int{}, schemas: objectTree(),
	}
}

// document is the document in its normal form, nil after problems.
func (n *normalizer) document() *tree {
	c, root := n.c, n.root
	n.references("", root)
	if len(c.problems) > 0 {
		return nil
	}
	version := "3.0.3"
	if v := root.str("openapi"); !n.swagger2 && !strings.HasPrefix(v, "3.0") {
		version = "3.1.0"
	}
	out := objectTree(member{"openapi", textTree(version)}, member{"info", n.info()})
	out.set("servers", n.servers("", root))
	if security := n.security("security", root.at("security")); security != nil {
		out.set("security", security)
	}
	out.set("paths", n.paths())
	schemes := n.securitySchemes()
	for len(n.queue) > 0 {
		next := n.queue[0]
		n.queue = n.queue[1:]
		n.schemas.add(next.name, n.schema(next.at, next.schema, 0))
	}
	out.set("components", objectTree(member{"securitySchemes", schemes}))
	if len(c.problems) > 0 {
		return nil
	}
	return out
}

// slot keeps a schema and returns the placeholder that the library is handed.
func (n *normalizer) slot(schema *tree) *tree {
	if len(n.slots) == maxSlots {
		n.c.tooLarge = true
		n.c.problem("paths", "there are more than %d parameters, bodies and answers", maxSlots)
	}
	if len(n.slots) >= maxSlots {
		return objectTree()
	}
	n.slots = append(n.slots, schema)
	return objectTree(member{"title", textTree(strconv.Itoa(len(n.slots) - 1))})
}

// references looks for ones that lead out of the document: they are refused, all of them at once.
func (n *normalizer) references(at string, t *tree) {
	switch t.kind {
	case treeList:
		for i, item := range t.items {
			n.references(at+"["+strconv.Itoa(i)+"]", item)
		}
	case treeObject:
		if ref := t.at("$ref"); ref.is(treeText) && n.mendReference(at, t, ref.text) {
			return
		}
		for _, m := range t.members {
			switch {
			case m.name == "example", m.name == "default", m.name == "enum", m.name == "const", strings.HasPrefix(m.name, "x-"):
				continue // data of the document's author, not a part of the description
			case m.value.kind >= treeList:
				n.references(join(at, m.name), m.value)
			}
		}
	}
}

// mendReference puts a reference right that only looks as if it led outside: a bare name of a
// definition, or a forgotten # or slash. It reports true when there is nothing more to do.
func (n *normalizer) mendReference(at string, t *tree, ref string) bool {
	if strings.HasPrefix(ref, "#/") || ref == "#" {
		return false
	}
	for _, candidate := range []string{"#/" + strings.TrimLeft(ref, "#/"), "#/definitions/" + ref, "#/components/schemas/" + ref} {
		if _, ok := n.find(candidate); ok {
			t.set("$ref", textTree(candidate))
			n.c.note(at, "$ref %q is read as %q", ref, candidate)
			return false
		}
	}
	if ref == "" {
		t.remove("$ref")
		n.c.note(at, "an empty $ref is left out")
		return false
	}
	kind := "a file"
	if u, err := url.Parse(ref); err == nil && u.Host != "" {
		kind = "another address"
	}
	n.c.problem(join(at, "$ref"), "%q leads to %s: nothing outside the document is read; put what it points at into the document", shorten(ref), kind)
	return true
}

// shorten bounds a value of the document in a message.
func shorten(text string) string {
	const most = 200
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

// find follows a pointer within the document: #/definitions/Pet.
func (n *normalizer) find(ref string) (*tree, bool) {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil, false
	}
	if decoded, err := url.PathUnescape(pointer); err == nil {
		pointer = decoded
	}
	t := n.root
	for _, token := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if token == "" && pointer == "" {
			break
		}
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		if t.kind == treeList {
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(t.items) {
				return nil, false
			}
			t = t.items[i]
			continue
		}
		if t = t.at(token); t == nil {
			return nil, false
		}
	}
	return t, true
}

// deref follows references of parameters, bodies, answers, headers and paths. It is nil, with a note,
// for what dangles or goes in circles.
func (n *normalizer) deref(at string, t *tree) *tree {
	for range maxAliases {
		ref := t.at("$ref")
		if !ref.is(treeText) {
			return t
		}
		target, ok := n.find(ref.text)
		if !ok {
			n.c.note(at, "$ref %q points at nothing: it is left out", shorten(ref.text))
			return nil
		}
		t = target
	}
	n.c.note(at, "$ref leads in circles: it is left out")
	return nil
}

// object is a member that must be an object; anything else is left out with a note.
func (n *normalizer) object(at string, t *tree, name string) *tree {
	return n.expect(at, t, name, treeObject)
}

func (n *normalizer) list(at string, t *tree, name string) *tree {
	return n.expect(at, t, name, treeList)
}

func (n *normalizer) expect(at string, t *tree, name string, kind treeKind) *tree {
	value := t.at(name)
	switch {
	case value == nil, value.kind == treeNull:
		return nil
	case value.kind != kind:
		n.c.note(join(at, name), "is %s and must be %s: it is left out", value.kind, kind)
		return nil
	}
	return value
}

// copyText copies text members. A number or boolean counts as its text; anything else is left out.
func (n *normalizer) copyText(at string, from, to *tree, names ...string) {
	for _, name := range names {
		value := from.at(name)
		switch {
		case value == nil, value.kind == treeNull:
		case value.kind >= treeList:
			n.c.note(join(at, name), "is %s and must be a text: it is left out", value.kind)
		case value.text != "":
			to.set(name, textTree(value.text))
		}
	}
}

// truth reads a boolean member, also where it is written as a text.
func truth(t *tree, name string) bool { return strings.EqualFold(t.str(name), "true") }

func (n *normalizer) info() *tree {
	info := n.object("", n.root, "info")
	out := objectTree()
	n.copyText("info", info, out, "title", "description", "version")
	if out.at("version") == nil {
		out.set("version", textTree("1"))
	}
	if strings.TrimSpace(out.str("title")) == "" {
		title := "Untitled API"
		if host := n.root.str("host"); host != "" {
			title = host
		}
		out.set("title", textTree(title))
		n.c.note("info.title", "is missing: the connector is called %q", title)
	}
	return out
}

// servers are those of an object, or what host, basePath and schemes of Swagger 2.0 say.
func (n *normalizer) servers(at string, t *tree) *tree {
	out := &tree{kind: treeList}
	if n.swagger2 {
		if host := strings.Trim(t.str("host"), "/ "); host != "" {
			if _, rest, both := strings.Cut(host, "://"); both {
				n.c.note("host", "has a scheme in it: it is taken off")
				host = rest
			}
			host, path, _ := strings.Cut(host, "/")
			if path != "" {
				n.c.note("host", "has a path in it: it is put before basePath")
				path = "/" + strings.Trim(path, "/")
			}
			if base := strings.Trim(t.str("basePath"), "/ "); base != "" {
				path += "/" + base
			}
			out.items = append(out.items, objectTree(member{"url", textTree(n.scheme(t) + "://" + host + path)}))
		} else if base := t.str("basePath"); base != "" {
			out.items = append(out.items, objectTree(member{"url", textTree(base)}))
		}
		return out
	}
	list := n.list(at, t, "servers")
	if list == nil {
		return out
	}
	for i, item := range list.items {
		where := join(at, "servers") + "[" + strconv.Itoa(i) + "]"
		if item.str("url") == "" {
			n.c.note(where, "has no url: it is left out")
			continue
		}
		server := objectTree()
		n.copyText(where, item, server, "url", "description")
		if variables := n.object(where, item, "variables"); variables != nil {
			vars := objectTree()
			for _, m := range variables.members {
				v := objectTree(member{"default", textTree(m.value.str("default"))})
				n.copyText(where, m.value, v, "description")
				if enum := n.list(where, m.value, "enum"); enum != nil {
					v.set("enum", texts(enum))
				}
				vars.set(m.name, v)
			}
			server.set("variables", vars)
		}
		out.items = append(out.items, server)
	}
	return out
}

// scheme is https unless the document offers http alone.
func (n *normalizer) scheme(t *tree) string {
	list := n.list("", t, "schemes")
	if list == nil {
		return "https"
	}
	offered := ""
	for _, item := range list.items {
		switch strings.ToLower(item.scalar()) {
		case "https":
			return "https"
		case "http":
			offered = "http"
		}
	}
	if offered == "" {
		return "https"
	}
	return offered
}

// texts keeps what is text in a list.
func texts(list *tree) *tree {
	out := &tree{kind: treeList}
	if list != nil {
		for _, item := range list.items {
			if text := item.scalar(); text != "" {
				out.items = append(out.items, textTree(text))
			}
		}
	}
	return out
}

// security keeps requirements whose shape is right.
func (n *normalizer) security(at string, list *tree) *tree {
	if list == nil || list.kind == treeNull {
		return nil
	}
	if list.kind == treeObject { // one requirement without its list
		n.c.note(at, "is an object and must be a list: it is taken for the only entry")
		list = &tree{kind: treeList, items: []*tree{list}}
	}
	out := &tree{kind: treeList}
	for _, item := range list.items {
		if item.kind != treeObject {
			continue
		}
		requirement := objectTree()
		for _, m := range item.members {
			requirement.set(m.name, texts(m.value))
		}
		out.items = append(out.items, requirement)
	}
	return out
}

// securitySchemes are those of components, or of securityDefinitions turned into the new form.
func (n *normalizer) securitySchemes() *tree {
	at, source := "components.securitySchemes", n.root.at("components").at("securitySchemes")
	if n.swagger2 {
		at, source = "securityDefinitions", n.root.at("securityDefinitions")
	}
	out := objectTree()
	if !source.is(treeObject) {
		return out
	}
	for _, m := range source.members {
		where := join(at, m.name)
		s := n.deref(where, m.value)
		if !s.is(treeObject) {
			continue
		}
		scheme := objectTree()
		n.copyText(where, s, scheme, "type", "description", "name", "in", "scheme", "bearerFormat", "openIdConnectUrl")
		flows := n.object(where, s, "flows")
		switch {
		case n.swagger2 && s.str("type") == "basic":
			scheme.set("type", textTree("http"))
			scheme.set("scheme", textTree("basic"))
		case n.swagger2 && s.str("type") == "oauth2":
			name := map[string]string{"application": "clientCredentials", "accessCode": "authorizationCode"}[s.str("flow")]
			if name == "" {
				name = s.str("flow")
			}
			flows = objectTree(member{name, s})
		}
		if flows != nil {
			kept := objectTree()
			for _, name := range []string{"authorizationCode", "clientCredentials", "password", "implicit"} {
				if flow := flows.at(name); flow.is(treeObject) {
					f, scopes := objectTree(), objectTree()
					n.copyText(where, flow, f, "authorizationUrl", "tokenUrl", "refreshUrl")
					if given := n.object(where, flow, "scopes"); given != nil {
						for _, scope := range given.members {
							scopes.set(scope.name, textTree(scope.value.scalar()))
						}
					}
					f.set("scopes", scopes)
					kept.set(name, f)
				}
			}
			scheme.set("flows", kept)
		}
		out.set(m.name, scheme)
	}
	return out
}
