package conversion

import (
	"strconv"
	"strings"
	"unicode"

	"jackfield/internal/connector"
)

// Keys of configuration entries (reference/elements.md §4).
const (
	keyBaseURL        = "base.url"
	keyPaginationType = "pagination.type"
	keyPaginationMax  = "pagination.max"
	keyStartIndex     = "pagination.page.startindex"
)

const (
	jsonMedia = "application/json"
	// maxPage is the page size that is allowed where the description does not say.
	maxPage = "100"
)

// complete fills what every definition has.
func (c *conversion) complete() {
	d := &c.def
	if d.Description == "" {
		d.Description = "Made from the " + c.kind + " description of " + d.Name
	}
	if d.Key = connector.KeyFromName(d.Name); d.Key == "" {
		d.Key = "imported"
		c.note("name", "%q has no letter or digit of a-z and 0-9 to make a key from: the key is %s, change it", d.Name, d.Key)
	}
	d.Hub = connector.DefaultHub
	d.Private, d.Extendable, d.Cloneable, d.TransformationsEnabled, d.UseModelsForMetadata = true, true, true, true, true
	d.TypeOauth = strings.HasPrefix(d.Authentication.Type, "oauth")
	d.PaginatorVersion = "V2"
	connector.Show(d, "active", "deleted", "typeOauth", "trialAccount", "bulkDownloadEnabled", "bulkUploadEnabled",
		"beta", "extended", "configuration", "parameters", "resources", "hooks", "objects", "models")
	for i := range d.Configuration {
		e := &d.Configuration[i]
		e.Active, e.DisplayOrder = true, i+1
		connector.Show(e, "required", "hideFromConsole", "internal", "companyConfig", "resellerConfig", "groupControl", "isPrivate")
	}
}

// entry adds a configuration entry that an instance is asked for.
func (c *conversion) entry(e connector.ConfigurationEntry) {
	if old := c.def.Entry(e.Key); old != nil {
		*old = e
		return
	}
	c.def.Configuration = append(c.def.Configuration, e)
}

// baseURL adds base.url. Without an address the instance is asked for it.
func (c *conversion) baseURL(address string) {
	e := connector.ConfigurationEntry{
		Key: keyBaseURL, Name: "Base URL", Description: "Address that every provider path is appended to",
		Type: "TEXTFIELD_1000", DefaultValue: address, Required: true, HideFromConsole: address != "",
	}
	c.entry(e)
}

// paging adds how the provider counts pages.
func (c *conversion) paging(style, largest string) {
	c.entry(connector.ConfigurationEntry{
		Key: keyPaginationType, Name: "Pagination Type", Description: "How the provider counts pages: page, offset or cursor",
		Type: "TEXTFIELD_32", DefaultValue: style, HideFromConsole: true,
	})
	kind := "TEXTFIELD_32"
	if len(largest) > 32 {
		kind = "TEXTAREA"
	}
	c.entry(connector.ConfigurationEntry{
		Key: keyPaginationMax, Name: "Max Page Size (or limit)", Description: "The largest page that the provider gives",
		Type: kind, DefaultValue: largest, HideFromConsole: true,
	})
}

// parameter is a request parameter that has the same name on both sides.
func parameter(kind, name, dataType string) connector.Parameter {
	return mapped(kind, name, kind, name, dataType)
}

// mapped is a request parameter.
func mapped(kind, name, vendorKind, vendorName, dataType string) connector.Parameter {
	if dataType == "" {
		dataType = kindString
	}
	p := connector.Parameter{
		Name: name, Type: kind, VendorName: vendorName, VendorType: vendorKind,
		DataType: dataType, VendorDataType: dataType, Source: connector.SourceRequest,
	}
	connector.Show(&p, "required")
	return p
}

// constant is a value that every call sends. Words of the document must not be taken for values of the
// configuration.
func constant(value, vendorKind, vendorName, description string) connector.Parameter {
	return template(strings.ReplaceAll(value, "${", "$"), vendorKind, vendorName, description)
}

// template is a constant in which ${configuration.key} is replaced.
func template(value, vendorKind, vendorName, description string) connector.Parameter {
	p := mapped(connector.TypeValue, value, vendorKind, vendorName, kindString)
	p.Description = description
	return p
}

// maxDescription is how long the description of a parameter or resource is, in bytes.
const maxDescription = 1000

func brief(text string) string {
	text = strings.TrimSpace(text)
	if len(text) <= maxDescription {
		return text
	}
	return strings.ToValidUTF8(text[:maxDescription], "") + "…"
}

// where is the parameter for the platform's filter expression.
func where(converter, description string) connector.Parameter {
	p := mapped(connector.TypeQuery, "where", connector.TypeQuery, "converter:"+converter, kindString)
	p.Converter, p.Description = converter, description
	return p
}

// resource adds a resource. Its hub path is made from the wanted one: legal, and told apart from those
// that are there already. It reports false when the limit is reached.
func (c *conversion) resource(at string, wanted string, r connector.Resource) bool {
	if c.full() {
		if !c.overflown {
			c.overflown = true
			c.note(at, "and what follows it is left out: a conversion makes at most %d resources", maxResources)
		}
		return false
	}
	if c.taken == nil {
		c.taken = map[string]bool{}
	}
	if wanted == "/" {
		wanted = "/root"
	}
	path := c.freePath(r.Method, wanted, r.OperationID)
	if path != wanted {
		c.note(at, "is %s %s here: the path %s is taken by another %s", r.Method, path, wanted, r.Method)
	}
	r.Path = connector.CanonicalPath(connector.DefaultHub, path)
	r.Type, r.Kind = connector.ResourceAPI, "eb"
	if r.VendorMethod == "" {
		r.VendorMethod = r.Method
	}
	if r.Response == nil {
		r.Response = &connector.Response{ContentType: jsonMedia}
	}
	r.Description = brief(r.Description)
	connector.Show(&r, "rootKey", "parameters", "hooks", "tryitoutDisable")
	c.def.Resources = append(c.def.Resources, r)
	return true
}

// full reports whether there are as many resources as a conversion makes.
func (c *conversion) full() bool { return len(c.def.Resources) >= maxResources }

// freePath finds a path that no other resource of the method answers.
func (c *conversion) freePath(method, wanted, operation string) string {
	path := wanted
	for i := 1; c.taken[signature(method, path)]; i++ {
		suffix := strconv.Itoa(i + 1)
		if i == 1 && operation != "" {
			suffix = "-" + segmentName(operation)
		}
		path = suffixed(wanted, suffix)
	}
	c.taken[signature(method, path)] = true
	return path
}

// suffixed puts the suffix behind the last literal segment of a path.
func suffixed(path, suffix string) string {
	segments := strings.Split(path, "/")
	for i := len(segments) - 1; i > 0; i-- {
		if segments[i] != "" && segments[i][0] != '{' {
			segments[i] += suffix
			return strings.Join(segments, "/")
		}
	}
	return "/resource" + suffix + strings.TrimSuffix(path, "/")
}

// signature is what calls are matched on: the names of variables do not count.
func signature(method, path string) string {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			segments[i] = "{}"
		}
	}
	return method + " /" + strings.Join(segments, "/")
}

// hubPath makes the path of the hub from the provider's: variables stand alone in their segment, and
// literals hold only what needs no escape.
func hubPath(vendor string) string {
	vendor, _, _ = strings.Cut(vendor, "?")
	var out []string
	for _, segment := range strings.Split(vendor, "/") {
		literal, rest, variable := strings.Cut(segment, "{")
		if name := segmentName(literal); name != "" {
			out = append(out, name)
		}
		for variable {
			name, after, closed := strings.Cut(rest, "}")
			if !closed {
				break
			}
			if name = variableName(name); name != "" {
				out = append(out, "{"+name+"}")
			}
			_, rest, variable = strings.Cut(after, "{")
		}
	}
	return "/" + strings.Join(out, "/")
}

// segmentName keeps of a text what may stand in a path segment.
func segmentName(text string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune("-_.~$@:", r):
			return r
		case r == ' ':
			return '-'
		}
		return -1
	}, text)
	return strings.Trim(name, ".-")
}

// variableName keeps of a text what may name a path variable.
func variableName(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '$', '{', '}', '/', '?', '#', '%', ' ', '\t', '\r', '\n', '*', '+':
			return -1
		}
		return r
	}, text)
}

// objectName is the last literal segment of a hub path, which names what a resource deals with.
func objectName(path string) string {
	name := ""
	for _, segment := range strings.Split(path, "/") {
		if segment != "" && segment[0] != '{' {
			name = segment
		}
	}
	if name == "" {
		return "resource"
	}
	return name
}

// dataType is the word for a shape in a parameter (reference/elements.md §5).
func dataType(s *shape) string {
	if s == nil {
		return kindString
	}
	switch s.kind {
	case kindInteger:
		if s.format == "int64" {
			return "long"
		}
		return kindInteger
	case kindNumber:
		if s.format == "float" {
			return "float"
		}
		return "double"
	case kindBoolean:
		return kindBoolean
	case kindString:
		switch s.format {
		case "date-time":
			return "dateTime"
		case "date", "byte", "binary", "password":
			return s.format
		}
	}
	return kindString
}
