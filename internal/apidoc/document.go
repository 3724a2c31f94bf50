package apidoc

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"jackfield/internal/connector"
)

// Options are what a document depends on besides the definition.
type Options struct {
	// BaseURL is https://host[:port] of the server, or what the caller gave as baseUrl. Host and
	// schemes follow from it; without it, or when it is no http URL, a document names none.
	BaseURL string

	// Instance is nil for the documentation of a connector.
	Instance *Instance
}

// Instance is what an instance adds to the documentation of its connector. Nothing is added yet:
// virtual resources come with transformations.
type Instance struct{}

// basePath is the path that all operations live under, on every server.
const basePath = "/elements/api-v2"

// apiVersion is the version that documents carry (reference/clients.md §10).
const apiVersion = "api-v2"

// document is one documentation, before it is printed as Swagger 2.0 or OpenAPI 3.1. Its schemas are in
// the dialect of Swagger 2.0.
type document struct {
	title       string
	description string
	extensions  map[string]any // members of info that begin with x-
	base        string
	operations  []*operation // by path, then method, with unique ids
	definitions map[string]schema
}

// schema is a JSON schema as a tree of maps, slices, strings, booleans, json.Number and nil.
type schema = map[string]any

// operation is one method on one path.
type operation struct {
	method     string // upper case
	path       string // without /hubs/{hub}
	id         string
	computed   string // the id by the rule, when the definition declares another
	summary    string
	tag        string
	parameters []parameter
	consumes   []string
	produces   []string
	answer     schema              // of 200, nil = not described
	sample     string              // of the answer, JSON in a string
	public     bool                // takes no Authorization header
	resource   *connector.Resource // that it documents, nil for the platform's own
}

// parameter is one input of an operation. A body has a schema, the others have a kind.
type parameter struct {
	name        string
	in          string // header, path, query, body, formData
	description string
	kind        string // string, integer, number, boolean, array, file
	format      string
	preset      string // default value, "" = none
	required    bool
	schema      schema
}

// Where a parameter stands in the call.
const (
	inHeader = "header"
	inPath   = "path"
	inQuery  = "query"
	inBody   = "body"
	inForm   = "formData"
)

const authorizationHeader = "Authorization"

func authorization() parameter {
	return parameter{
		name: authorizationHeader, in: inHeader, kind: "string", required: true,
		description: "Who calls: 'User <user secret>, Organization <organization secret>', for the calls of an instance with ', Element <instance token>' added",
	}
}

// describe makes the document of a connector, without printing it.
func describe(d *connector.Definition, o Options) *document {
	doc := &document{
		title:       d.Key,
		description: d.Description,
		extensions:  map[string]any{"x-element-key": d.Key, "x-element-name": d.Name, "x-element-hub": hubOf(d)},
		base:        o.BaseURL,
	}
	if d.ID != 0 {
		doc.extensions["x-element-id"] = d.ID
	}
	visible := visibleResources(d)
	models := newModels(visible)
	for _, r := range visible {
		op := resourceOperation(d, r, models)
		op.resource = r
		doc.operations = append(doc.operations, op)
	}
	doc.definitions = models.definitions
	doc.add(platformResources(d))
	doc.finish()
	return doc
}

func hubOf(d *connector.Definition) string {
	if d.Hub == "" {
		return connector.DefaultHub
	}
	return d.Hub
}

// add puts in the operations that are not there yet under the same method and template, and the
// definitions that have no name in common with the present ones.
func (doc *document) add(other *document) {
	present := map[string]bool{}
	for _, op := range doc.operations {
		present[op.route()] = true
	}
	for _, op := range other.operations {
		if !present[op.route()] {
			doc.operations = append(doc.operations, op)
		}
	}
	for name, def := range other.definitions {
		if _, taken := doc.definitions[name]; !taken {
			doc.definitions[name] = def
		}
	}
}

// finish makes the paths unambiguous, names every operation and puts them in order.
func (doc *document) finish() {
	mergeTemplates(doc.operations)
	slices.SortStableFunc(doc.operations, func(a, b *operation) int {
		if c := strings.Compare(a.path, b.path); c != 0 {
			return c
		}
		return strings.Compare(a.method, b.method)
	})
	ids := newUnique()
	for _, op := range doc.operations {
		op.computed = operationID(op.method, op.path)
		if op.id == "" {
			op.id = op.computed
		}
		op.id = ids.take(op.id)
	}
}

// unique gives out names, each once: a second one of the same name gets 2, the next 3.
type unique struct{ next map[string]int }

func newUnique() unique { return unique{map[string]int{}} }

func (u unique) take(name string) string {
	free := name
	for u.next[free] > 0 {
		u.next[name]++
		free = name + strconv.Itoa(u.next[name])
	}
	u.next[free] = 1
	return free
}

// route is what tells two operations apart: the method and the path without the names of its variables.
func (op *operation) route() string { return op.method + " " + anonymous(op.path) }

// tags lists the tags of the operations, each once, in the order of the paths.
func (doc *document) tags() []string {
	tags, seen := []string{}, map[string]bool{}
	for _, op := range doc.operations {
		if !seen[op.tag] {
			seen[op.tag] = true
			tags = append(tags, op.tag)
		}
	}
	return tags
}

// hostForm is what Swagger 2.0 allows as a host.
var hostForm = regexp.MustCompile(`^[^{}/ :\\]+(?::\d+)?$`)

// address takes the scheme and host from a base URL. It reports false for what is no http URL.
func address(base string) (scheme, host string, ok bool) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !hostForm.MatchString(u.Host) {
		return "", "", false
	}
	return u.Scheme, u.Host, true
}
