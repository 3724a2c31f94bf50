package connector

import (
	"fmt"
	"slices"
	"strings"
)

// Bounds of a resource, so that checking one takes no longer than reading it.
const (
	maxResourcePath = 2000 // bytes, what servers take in a URL
	maxVariables    = 100
)

func methods() []string { return []string{"GET", "POST", "PUT", "PATCH", "DELETE"} }

func resourceTypes() []string {
	return []string{
		ResourceAPI, ResourceAPINoDocumentation, ResourceAPIElementRequest, ResourceFormula, ResourceOnProvision,
		ResourceOnProvisionCache, ResourceOnDelete, ResourceOnRefresh, ResourceProvisionAuthValidation,
		ResourceOnProvisionWebhook, ResourceOnDeleteWebhook, ResourceOAuthAuthorizeURL, ResourceOAuthTokenExchange,
		ResourceOAuthTokenRefresh, ResourceOAuthTokenRevoke, ResourceOAuthTokenRequest, ResourceOAuth1TokenRequest,
		ResourceOAuth2ClientCredentials, ResourceOAuth2Password,
	}
}

// resources checks every resource, and what they are to each other.
func (c *checker) resources() {
	callable := map[string]int{}
	c.first = make(map[string]int, len(c.d.Resources))
	for i := range c.d.Resources {
		signature := c.d.Resources[i].signature()
		if _, taken := c.first[signature]; !taken {
			c.first[signature] = i
		}
	}
	for i := range c.d.Resources {
		r, path := &c.d.Resources[i], fmt.Sprintf("resources[%d]", i)
		c.resource(path, r)
		if !r.Callable() || r.Path == "" {
			continue // two onProvision resources may share a path: they run one after the other
		}
		if j, taken := callable[r.signature()]; taken {
			c.fail(path+".path", "%s %s is there already, in resources[%d]", r.Method, r.Path, j)
			continue
		}
		callable[r.signature()] = i
	}
	c.circles()
}

// circles finds chains of resources that come back to where they were. Each circle is reported once, at its first
// resource.
func (c *checker) circles() {
	const unseen, onWay, done = 0, 1, 2
	state := make([]int8, len(c.d.Resources))
	for start := range c.d.Resources {
		var way []int
		for i, ok := start, true; ok; i, ok = c.follow(i) {
			if state[i] == onWay {
				c.circle(way[slices.Index(way, i):])
			}
			if state[i] != unseen {
				break
			}
			state[i] = onWay
			way = append(way, i)
		}
		for _, i := range way {
			state[i] = done
		}
	}
}

// follow is the resource that comes after resource i in its chain.
func (c *checker) follow(i int) (int, bool) {
	signature, ok := nextSignature(c.d.Resources[i].NextResource)
	if !ok {
		return 0, false
	}
	next, ok := c.first[signature]
	return next, ok
}

// maxCircle is how many resources of a circle a message names.
const maxCircle = 10

func (c *checker) circle(way []int) {
	names := make([]string, 0, min(len(way), maxCircle)+1)
	lowest := slices.Min(way)
	way = slices.Concat(way[slices.Index(way, lowest):], way[:slices.Index(way, lowest)])
	for _, i := range way[:min(len(way), maxCircle)] {
		r := &c.d.Resources[i]
		names = append(names, r.Method+" "+r.Path)
	}
	if len(way) > maxCircle {
		names = append(names, "…")
	}
	names = append(names, names[0])
	c.fail(fmt.Sprintf("resources[%d].nextResource", lowest), "goes round in a circle: %s", strings.Join(names, " → "))
}

// signature is what a call is matched on: two resources with one signature cannot be told apart.
func (r *Resource) signature() string {
	segments := strings.Split(strings.Trim(RelativePath(r.Path), "/"), "/")
	for i, s := range segments {
		if strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") {
			segments[i] = "{}"
		}
	}
	return strings.ToUpper(r.Method) + " /" + strings.Join(segments, "/")
}

func (c *checker) resource(path string, r *Resource) {
	switch {
	case r.Path == "":
		c.fail(path+".path", "is missing")
	case len(r.Path) > maxResourcePath:
		c.fail(path+".path", "has %d bytes; the limit is %d", len(r.Path), maxResourcePath)
	case strings.Count(r.Path, "{") != strings.Count(r.Path, "}"):
		c.fail(path+".path", "%q has a brace without its partner", r.Path)
	}
	c.oneOf(path+".method", r.Method, methods())
	if r.VendorMethod != "" {
		c.oneOf(path+".vendorMethod", r.VendorMethod, methods())
	}
	c.oneOf(path+".type", r.ResourceType(), resourceTypes())
	if r.Kind != "" && !slices.Contains([]string{"eb", "java", "eb_soap"}, r.Kind) {
		c.warn(path+".kind", "%q is not known", r.Kind)
	}
	if p := r.PaginationType; p != "" && !slices.Contains([]string{PaginationVendor, PaginationOurs, PaginationNone}, p) {
		c.warn(path+".paginationType", "%q is not known: the connector's setting counts", p)
	}
	if r.ResourceType() == ResourceFormula && r.FormulaID == 0 {
		c.warn(path+".formulaId", "is missing: there is no formula to run")
	}
	c.next(path+".nextResource", r)
	c.pathVariables(path, r)
	takesWhere := r.hasParameter(TypeQuery, "where")
	for i := range r.Parameters {
		p, at := &r.Parameters[i], fmt.Sprintf("%s.parameters[%d]", path, i)
		c.parameter(at, p)
		if p.Type == TypeWhere && !takesWhere {
			c.fail(at+".type", "a parameter of type where takes its value from the where expression, and this resource has no query parameter where")
		}
		if p.Type == TypePath && !p.FromResponse() && !slices.Contains(PathVariables(r.Path), p.Name) {
			c.warn(at+".name", "{%s} is not in the path %s", p.Name, r.Path)
		}
	}
	for i := range r.Hooks {
		c.hook(fmt.Sprintf("%s.hooks[%d]", path, i), &r.Hooks[i])
	}
	if r.Model != nil {
		c.schema(path+".model.swagger", r.Model.Swagger)
		c.schema(path+".model.rawSwagger", r.Model.RawSwagger)
		c.schema(path+".model.requestSwagger", r.Model.RequestSwagger)
	}
}

func (r *Resource) hasParameter(kind, name string) bool {
	return slices.ContainsFunc(r.Parameters, func(p Parameter) bool {
		return p.Type == kind && p.Name == name && !p.FromResponse()
	})
}

// pathVariables looks for variables that nothing declares on our side, and for ones that nothing
// fills on the provider's side: those would be sent in braces.
func (c *checker) pathVariables(path string, r *Resource) {
	for _, name := range PathVariables(r.Path) {
		if !r.hasParameter(TypePath, name) {
			c.warn(path+".path", "{%s} has no parameter of type path: only hooks see its value", name)
		}
	}
	address, _, _ := strings.Cut(r.VendorPath, "?")
	variables := PathVariables(address)
	if len(variables) > maxVariables {
		c.warn(path+".vendorPath", "has %d variables: more than %d are not looked at", len(variables), maxVariables)
		variables = variables[:maxVariables]
	}
	for _, name := range variables {
		if !c.fills(r.Parameters, name) && !c.fills(c.d.Parameters, name) && len(r.Hooks)+len(c.d.Hooks) == 0 {
			c.warn(path+".vendorPath", "nothing fills {%s}: no parameter has the vendorType path and this vendorName", name)
		}
	}
}

func (c *checker) fills(parameters []Parameter, name string) bool {
	return slices.ContainsFunc(parameters, func(p Parameter) bool {
		return p.VendorType == TypePath && p.VendorName == name && !p.FromResponse()
	})
}

// next checks that a chain leads somewhere: "METHOD:/path" of this connector.
func (c *checker) next(path string, r *Resource) {
	if r.NextResource == "" {
		return
	}
	if signature, ok := nextSignature(r.NextResource); ok {
		if _, there := c.first[signature]; there {
			return
		}
	}
	if c.d.Extended {
		c.warn(path, "%q is not among the resources of this extension; the connector itself may have it", r.NextResource)
		return
	}
	c.fail(path, "%q is no resource of this connector; write METHOD:/path", r.NextResource)
}

// Next is the resource that NextResource names. It reports false when there is none.
func (d *Definition) Next(r *Resource) (*Resource, bool) {
	wanted, ok := nextSignature(r.NextResource)
	if !ok {
		return nil, false
	}
	for i := range d.Resources {
		if d.Resources[i].signature() == wanted {
			return &d.Resources[i], true
		}
	}
	return nil, false
}

// nextSignature is the signature of what a NextResource names.
func nextSignature(next string) (string, bool) {
	method, path, ok := strings.Cut(next, ":")
	if !ok {
		return "", false
	}
	return (&Resource{Method: strings.TrimSpace(method), Path: strings.TrimSpace(path)}).signature(), true
}
