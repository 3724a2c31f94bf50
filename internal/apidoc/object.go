package apidoc

import (
	"encoding/json"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/metadata"
)

// ObjectOptions are what the document of one object depends on besides the definition.
type ObjectOptions struct {
	Options

	// Discovered is what the connector's own metadata resource answers for the object, {"fields":[…]}: its
	// fields marked custom are added to the object's definition. Nil is no discovery.
	Discovered json.RawMessage

	// ResolveReferences writes nested definitions out where they are used, so that only the definitions of
	// requests and answers remain.
	ResolveReferences bool

	// Basic leaves out everything that is no part of Swagger: the members that begin with x-.
	Basic bool
}

// Object is the Swagger 2.0 document of one object: the paths that begin with its name and the definitions
// that their resources describe or need, lists apart (reference/hub-api.md §5.3, reference/elements.md
// §11.3). The name is looked up tolerantly, see metadata.Resolve. An object that is not there, or of which
// nothing is documented, is a NotFound fault; discovered fields that are no JSON, and definitions that
// multiply beyond limits, are Invalid faults.
func Object(d *connector.Definition, name string, o ObjectOptions) ([]byte, error) {
	canonical, ok := metadata.Resolve(d, name)
	if !ok {
		return nil, fault.New(fault.NotFound, "the connector %s has no object %q: GET /objects lists them", d.Key, name)
	}
	doc := describe(d, o.Options)
	own := objectOperations(doc, canonical)
	mineToo := map[*connector.Resource]bool{}
	for op := range own {
		mineToo[op.resource] = true
	}
	var others, mine []*connector.Resource
	for _, r := range visibleResources(d) {
		if mineToo[r] {
			mine = append(mine, r)
		} else {
			others = append(others, r)
		}
	}
	m := newModels(append(others, mine...)) // of definitions of one name the object's own count
	doc.restrict(own, m, mine)
	main := mainDefinition(doc, canonical)
	if len(doc.operations) == 0 {
		def := m.definitions[main]
		if def == nil {
			return nil, fault.New(fault.NotFound, "nothing is documented of the object %s of the connector %s", canonical, d.Key)
		}
		doc.definitions = reachable(m.definitions, []any{schema{"$ref": pointer(main)}})
		doc.definitions[main] = def
	}
	if o.Discovered != nil {
		if err := discover(doc.definitions, main, o.Discovered); err != nil {
			return nil, err
		}
	}
	if o.ResolveReferences {
		if err := doc.resolve(topLevel(doc, mine, main)); err != nil {
			return nil, err
		}
	}
	if o.Basic {
		for name, def := range doc.definitions {
			doc.definitions[name] = plain(def)
		}
	}
	return doc.swagger()
}

// objectOperations picks the operations on an object: those whose path begins with its name, else those
// whose literal segments joined are its name, as companies_followers for /companies/{id}/followers.
func objectOperations(doc *document, object string) map[*operation]bool {
	own := map[*operation]bool{}
	for _, fits := range []func(path string) bool{
		func(path string) bool { return firstSegment(path) == object },
		func(path string) bool { return joined(path) == object },
	} {
		for _, op := range doc.operations {
			if op.resource != nil && fits(op.path) {
				own[op] = true
			}
		}
		if len(own) > 0 {
			break
		}
	}
	return own
}

func joined(path string) string {
	var literal []string
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if segmentVariable(segment) == "" {
			literal = append(literal, segment)
		}
	}
	return strings.Join(literal, "_")
}

// restrict leaves only some operations, and the definitions that their resources describe or need.
func (doc *document) restrict(own map[*operation]bool, m *models, resources []*connector.Resource) {
	kept := doc.operations[:0]
	var from []any
	for _, op := range doc.operations {
		if own[op] {
			kept = append(kept, op)
			from = append(from, roots(op)...)
		}
	}
	doc.operations = kept
	for _, r := range resources {
		for name := range described(r) {
			if shown := m.words.shown(name); m.definitions[shown] != nil {
				from = append(from, schema{"$ref": pointer(shown)})
			}
		}
	}
	doc.definitions = reachable(m.definitions, from)
}

// described are the names that a resource's model describes, in requests and answers.
func described(r *connector.Resource) map[string]any {
	all := map[string]any{}
	if r.Model == nil {
		return all
	}
	for _, source := range []json.RawMessage{r.Model.RawSwagger, r.Model.Swagger, r.Model.RequestSwagger} {
		for name, def := range rawDefinitions(source) {
			all[name] = def
		}
	}
	return all
}

// mainDefinition is the name of the definition of a whole record: the object's name, else what the record
// by its id is answered with, else what a list is of.
func mainDefinition(doc *document, object string) string {
	name := objectName("/" + object)
	for _, candidate := range []string{object, name} {
		if doc.definitions[candidate] != nil {
			return candidate
		}
	}
	var item string
	for _, op := range doc.operations {
		if op.method != "GET" || op.answer == nil {
			continue
		}
		if ref, ok := op.answer["$ref"].(string); ok {
			return target(ref)
		}
		if items, ok := op.answer["items"].(schema); ok && item == "" {
			ref, _ := items["$ref"].(string)
			item = target(ref)
		}
	}
	if item != "" {
		return item
	}
	return name
}

// topLevel are the definitions that requests and answers are made of: what the operations refer to and what
// the models of the resources are named.
func topLevel(doc *document, resources []*connector.Resource, main string) map[string]bool {
	top := map[string]bool{main: true}
	for _, op := range doc.operations {
		for _, root := range roots(op) {
			eachReference(root, func(name string) { top[name] = true })
		}
	}
	for _, r := range resources {
		if r.Model == nil {
			continue
		}
		all := described(r)
		for _, name := range []string{r.Model.Name, r.Model.RequestName} {
			top[name] = true
			if isList(all[name]) {
				w := &words{raw: all}
				eachReference(w.schema(all[name], []string{name}), func(item string) { top[item] = true })
			}
		}
	}
	return top
}

// MaxResolvedSchemas is how many schemas a document may grow to when references are written out: definitions
// that name each other multiply. Real objects stay below a few thousand.
const MaxResolvedSchemas = 50_000

// resolve writes all references out but those of the operations, and leaves only the given definitions.
func (doc *document) resolve(top map[string]bool) error {
	r := &resolver{definitions: doc.definitions, open: map[string]bool{}}
	kept := map[string]schema{}
	for _, name := range sortedNames(doc.definitions) {
		if top[name] {
			r.open[name] = true
			kept[name] = r.copy(doc.definitions[name])
			delete(r.open, name)
		}
	}
	if r.count > MaxResolvedSchemas {
		return fault.New(fault.Invalid,
			"with its references written out the document has more than %d schemas: ask without resolveReferences", MaxResolvedSchemas)
	}
	doc.definitions = kept
	return nil
}

type resolver struct {
	definitions map[string]schema
	open        map[string]bool // definitions that are being written out
	count       int
}

// copy is a schema with everything that it refers to in it. What refers to itself ends as any object.
func (r *resolver) copy(s schema) schema {
	r.count++
	if r.count > MaxResolvedSchemas {
		return s
	}
	if ref, ok := s["$ref"].(string); ok {
		name := target(ref)
		def := r.definitions[name]
		if def == nil || r.open[name] {
			return schema{"type": "object"}
		}
		r.open[name] = true
		defer delete(r.open, name)
		out := r.copy(def)
		for keyword, v := range s {
			if strings.HasPrefix(keyword, "x-") {
				out[keyword] = v
			}
		}
		return out
	}
	out := shallow(s)
	eachInner(out, r.copy)
	return out
}

// shallow copies a schema and the maps and lists that hold its inner schemas, which it shares.
func shallow(s schema) schema {
	out := make(schema, len(s))
	for keyword, v := range s {
		switch inner := v.(type) {
		case schema:
			if keyword == "properties" {
				properties := make(schema, len(inner))
				for name, p := range inner {
					properties[name] = p
				}
				v = properties
			}
		case []any:
			if keyword == "allOf" {
				v = append([]any{}, inner...)
			}
		}
		out[keyword] = v
	}
	return out
}

// plain is a schema without the members that begin with x-.
func plain(s schema) schema {
	out := shallow(s)
	for keyword := range out {
		if strings.HasPrefix(keyword, "x-") {
			delete(out, keyword)
		}
	}
	eachInner(out, plain)
	return out
}
