package connector

import (
	"fmt"
	"slices"
	"strings"
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
	first := map[string]int{}
	for i := range c.d.Resources {
		r, path := &c.d.Resources[i], fmt.Sprintf("resources[%d]", i)
		c.resource(path, r)
		if !r.Callable() {
			continue // two onProvision resources may share a path: they run one after the other
		}
		if j, taken := first[r.signature()]; taken {
			c.fail(path+".path", "%s %s is there already, in resources[%d]", r.Method, r.Path, j)
			continue
		}
		first[r.signature()] = i
	}
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
	if r.Path == "" {
		c.fail(path+".path", "is missing")
	} else if strings.Count(r.Path, "{") != strings.Count(r.Path, "}") {
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
		c.object(path+".model.swagger", r.Model.Swagger)
		c.object(path+".model.rawSwagger", r.Model.RawSwagger)
		c.object(path+".model.requestSwagger", r.Model.RequestSwagger)
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
	for _, name := range PathVariables(address) {
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
	if _, ok := c.d.Next(r); ok {
		return
	}
	if c.d.Extended {
		c.warn(path, "%q is not among the resources of this extension; the connector itself may have it", r.NextResource)
		return
	}
	c.fail(path, "%q is no resource of this connector; write METHOD:/path", r.NextResource)
}

// Next is the resource that NextResource names. It reports false when there is none.
func (d *Definition) Next(r *Resource) (*Resource, bool) {
	method, path, ok := strings.Cut(r.NextResource, ":")
	if !ok {
		return nil, false
	}
	wanted := (&Resource{Method: strings.TrimSpace(method), Path: strings.TrimSpace(path)}).signature()
	for i := range d.Resources {
		if d.Resources[i].signature() == wanted {
			return &d.Resources[i], true
		}
	}
	return nil, false
}
