package catalog

import (
	"cmp"
	"slices"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/mapping"
	"jackfield/internal/sandbox"
	"jackfield/internal/store"
)

// Program is a connector compiled once for calls: routes, parameter plans and hook handles.
type Program struct {
	Connector *Connector
	Hub       string
	routes    node
	resources []*Resource
	lifecycle map[string][]*Resource // what the platform calls itself, by resource type
	absolute  []string
}

// Resource is one compiled resource: what the stages of a call need, looked up beforehand.
type Resource struct {
	*connector.Resource
	Program      *Program
	RelativePath string   // without /hubs/{hub}: what calls are matched on
	Canonical    string   // /hubs/{hub}/…, as hooks see it
	Variables    []string // names of the path variables, in order
	ObjectName   string   // path in camel case, as hooks see it
	Object       string   // segment that names the object: the last one that is not a variable
	Callable     bool     // reachable from outside (reference/hub-api.md §2 rule 4)
	List         bool     // GET that takes a paging parameter
	Parameters   []*connector.Parameter
	Before       []*sandbox.Script // element-wide, then the resource's own
	After        []*sandbox.Script // the resource's own, then element-wide

	// Guarded reports that something of an account's extension reads the configuration when the resource runs: the secrets that the
	// system connector brings are not for it.
	Guarded bool

	RootKeyOut string // wraps the request body (left part of rootKey)
	RootKeyIn  string // unwraps the answer (right part)

	takesBody bool
	secrets   []string               // headers that carry configuration
	lifts     []*connector.Parameter // parameters that lift a term out of where
	plans     [2]*mapping.Plan       // without and with the null filter, no fields
}

// TakesBody reports whether a parameter of the resource reads the caller's body.
func (r *Resource) TakesBody() bool { return r.takesBody }

// SecretHeaders names the provider headers that are filled from the configuration: they may carry a credential.
func (r *Resource) SecretHeaders() []string { return r.secrets }

// Lifts lists the parameters whose value is lifted out of the where expression.
func (r *Resource) Lifts() []*connector.Parameter { return r.lifts }

// Shape is the plan for an answer without a field selection.
func (r *Resource) Shape(dropNulls bool) *mapping.Plan {
	if dropNulls {
		return r.plans[1]
	}
	return r.plans[0]
}

// HasHooks reports whether a script runs before or after the provider call.
func (r *Resource) HasHooks() bool { return len(r.Before)+len(r.After) > 0 }

// Resources lists the compiled resources in declared order. The result is shared: do not change it.
func (p *Program) Resources() []*Resource { return p.resources }

// Absolute lists the provider addresses that the definition names in full, beside base.url.
func (p *Program) Absolute() []string { return p.absolute }

// OfType lists the resources of a lifecycle type, in declared order, by the right spelling of the type. The result is
// shared: do not change it.
func (p *Program) OfType(resourceType string) []*Resource { return p.lifecycle[resourceType] }

// Next finds the resource that a nextResource text such as "GET:/two" names.
func (p *Program) Next(text string) (*Resource, bool) {
	method, path, ok := strings.Cut(text, ":")
	if !ok {
		return nil, false
	}
	path = "/" + strings.Trim(connector.RelativePath(strings.TrimSpace(path)), "/")
	method = strings.ToUpper(strings.TrimSpace(method))
	for _, r := range p.resources {
		if r.Method == method && r.RelativePath == path {
			return r, true
		}
	}
	return nil, false
}

func compile(c *Connector) *Program {
	p := &Program{Connector: c, Hub: c.HubKey(), lifecycle: map[string][]*Resource{}}
	before, after := scripts(c.Hooks, c.Key)
	for i := range c.Resources {
		r := compileResource(p, &c.Resources[i], before, after)
		p.resources = append(p.resources, r)
		if strings.Contains(r.VendorPath, "://") {
			p.absolute = append(p.absolute, r.VendorPath)
		}
	}
	// The first of two with one method and path is the one that runs: an account's own before the catalogue's
	// (reference/elements.md §12.1).
	slices.SortStableFunc(p.resources, func(a, b *Resource) int { return cmp.Compare(b.ownership(), a.ownership()) })
	for _, r := range p.resources {
		if r.Callable {
			p.routes.add(r)
		} else {
			p.lifecycle[r.ResourceType()] = append(p.lifecycle[r.ResourceType()], r)
		}
	}
	return p
}

// ownership is 1 for what an account added to a system connector.
func (r *Resource) ownership() int {
	if r.Program.Connector.System() && r.OwnerAccountID != store.SystemAccount {
		return 1
	}
	return 0
}

func compileResource(p *Program, source *connector.Resource, before, after []*sandbox.Script) *Resource {
	relative := "/" + strings.Trim(connector.RelativePath(source.Path), "/")
	r := &Resource{
		Resource:     source,
		Program:      p,
		RelativePath: relative,
		Canonical:    "/hubs/" + p.Hub + relative,
		Variables:    connector.PathVariables(relative),
		Callable:     callable(source.Type),
	}
	r.Object, r.ObjectName = objectNames(relative)
	if x := p.Connector.Extension; x != nil {
		r.Guarded = r.ownership() == 1 || len(x.Hooks)+len(x.Parameters)+len(x.Configuration) > 0
	}
	ownBefore, ownAfter := scripts(source.Hooks, p.Connector.Key+" "+source.Method+" "+relative)
	r.Before = append(append(r.Before, before...), ownBefore...)
	r.After = append(append(r.After, ownAfter...), after...)
	r.RootKeyOut, r.RootKeyIn = RootKeys(source.RootKey)
	for i := range p.Connector.Parameters {
		r.bind(&p.Connector.Parameters[i])
	}
	for i := range source.Parameters {
		r.bind(&source.Parameters[i])
	}
	for i, drop := range []bool{false, true} {
		r.plans[i] = mapping.Compile(mapping.Spec{RootKey: r.RootKeyIn, DropNulls: drop, List: r.List})
	}
	return r
}

func (r *Resource) bind(p *connector.Parameter) {
	r.Parameters = append(r.Parameters, p)
	if p.Type == connector.TypeConfiguration && p.VendorType == connector.TypeHeader {
		r.secrets = append(r.secrets, p.VendorName)
	}
	switch p.Type {
	case connector.TypeBody, connector.TypeBodyField, connector.TypeForm, connector.TypeMultipart, connector.TypeFile:
		r.takesBody = true
	case connector.TypeWhere:
		r.lifts = append(r.lifts, p)
	case connector.TypeQuery:
		if r.Method == "GET" && (p.Name == "page" || p.Name == "pageSize" || p.Name == "nextPage") {
			r.List = true
		}
	}
}

// callable reports whether a resource type can be called from outside. An empty type is api.
func callable(resourceType string) bool {
	switch resourceType {
	case "", connector.ResourceAPI, connector.ResourceAPINoDocumentation, connector.ResourceFormula:
		return true
	}
	return false
}

// RootKeys splits "request|response"; one part alone is the response's (reference/elements.md §6).
func RootKeys(text string) (out, in string) {
	out, in, both := strings.Cut(text, "|")
	if !both {
		return "", strings.TrimSpace(text)
	}
	return strings.TrimSpace(out), strings.TrimSpace(in)
}

// objectNames gives the segment that names the object, and the whole path in camel case:
// /employees/{id}/contacts is contacts, employeesContacts (reference/elements.md §8).
func objectNames(path string) (object, camel string) {
	for _, segment := range segments(path) {
		if strings.HasPrefix(segment, "{") {
			continue
		}
		object = segment
		if camel == "" {
			camel = segment
		} else {
			camel += strings.ToUpper(segment[:1]) + segment[1:]
		}
	}
	return object, camel
}

func scripts(hooks []connector.Hook, where string) (before, after []*sandbox.Script) {
	for i := range hooks {
		h := &hooks[i]
		name := where + " " + h.Type
		if h.BodyFile != "" {
			name = h.BodyFile
		}
		script := sandbox.NewScript(name, h.Body, h.IsLegacy)
		switch h.Type {
		case connector.HookPreRequest:
			before = append(before, script)
		case connector.HookPostRequest:
			after = append(after, script)
		}
	}
	return before, after
}
