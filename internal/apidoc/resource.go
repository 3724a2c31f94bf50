package apidoc

import (
	"mime"
	"slices"
	"strings"

	"jackfield/internal/connector"
)

// nextPageText describes the parameter that stands in for page on every list.
const nextPageText = "Where the next page begins: the value of the response header elements-next-page-token"

// fieldsText describes the parameter that every list of a connector with allow.select.fields takes.
const fieldsText = "The fields to answer with, separated by commas"

// systemAccount owns what is shipped with the platform.
const systemAccount = 1

// visibleResources lists the resources that documents show: those of type api and formulaAsResource
// (reference/elements.md §11.5). Of two with the same method and path an account's own wins, else the
// first, which is also the one that runs.
func visibleResources(d *connector.Definition) []*connector.Resource {
	var found []*connector.Resource
	at := map[string]int{}
	for i := range d.Resources {
		r := &d.Resources[i]
		if t := r.ResourceType(); t != connector.ResourceAPI && t != connector.ResourceFormula {
			continue
		}
		if verbs[strings.ToUpper(r.Method)] == "" {
			continue // a method that no document can hold
		}
		path := documentPath(connector.RelativePath(r.Path))
		if path == "/objects" || strings.HasPrefix(path, "/objects/{objectName}/") {
			continue // the platform answers these itself and asks the connector's resource for what it adds
		}
		route := strings.ToUpper(r.Method) + " " + anonymous(path)
		j, known := at[route]
		switch {
		case !known:
			at[route] = len(found)
			found = append(found, r)
		case r.OwnerAccountID > systemAccount && found[j].OwnerAccountID <= systemAccount:
			found[j] = r
		}
	}
	return found
}

// resourceOperation describes one resource.
func resourceOperation(d *connector.Definition, r *connector.Resource, m *models) *operation {
	path := documentPath(connector.RelativePath(r.Path))
	op := &operation{
		method:  strings.ToUpper(r.Method),
		path:    path,
		id:      declaredID(r.OperationID),
		summary: r.Description,
		tag:     firstSegment(path),
	}
	op.parameters = resourceParameters(d, r, op, m)
	for _, p := range op.parameters {
		if p.in == inForm {
			op.consumes = []string{formType(r)}
			break
		}
	}
	op.answer, op.produces = answerOf(op, r, m)
	if r.Response != nil {
		op.sample = r.Response.SampleData
	}
	return op
}

// formType is the media type of a resource with form fields.
func formType(r *connector.Resource) string {
	for i := range r.Parameters {
		if t := r.Parameters[i].Type; t == connector.TypeMultipart || t == connector.TypeFile || r.Parameters[i].DataType == connector.TypeFile {
			return "multipart/form-data"
		}
	}
	return "application/x-www-form-urlencoded"
}

// resourceParameters lists what a caller may give (reference/clients.md §10): the paging of the provider
// is hidden behind nextPage, and what the connector fills in by itself is not shown.
func resourceParameters(d *connector.Definition, r *connector.Resource, op *operation, m *models) []parameter {
	found := []parameter{authorization()}
	list, paged := op.method == "GET", false
	var selectable bool
	for _, declared := range [][]connector.Parameter{r.Parameters, d.Parameters} {
		for i := range declared {
			p := &declared[i]
			if p.FromResponse() || p.Name == "" {
				continue
			}
			if list && (p.Name == "page" || p.Name == "pageSize") && location(p) != "" {
				selectable = true
			}
			if list && p.Name == "page" && location(p) != "" {
				paged = true
				continue
			}
			if q, ok := resourceParameter(p, r, m); ok {
				found = append(found, q)
			}
		}
	}
	if paged {
		found = append(found, parameter{name: "nextPage", in: inQuery, kind: "string", description: nextPageText})
	}
	if selectable && d.Default("allow.select.fields") == "true" {
		found = append(found, parameter{name: "fields", in: inQuery, kind: "string", description: fieldsText})
	}
	if p, ok := objectBody(r, op.method); ok && !slices.ContainsFunc(found, parameter.inBody) {
		found = append(found, p)
	}
	return consistent(found, op.path)
}

func (p parameter) inBody() bool { return p.in == inBody || p.in == inForm }

// location is where a parameter stands in a call, "" when callers do not give it.
func location(p *connector.Parameter) string {
	switch p.Type {
	case connector.TypePath:
		return inPath
	case connector.TypeQuery:
		return inQuery
	case connector.TypeHeader:
		return inHeader
	case connector.TypeBody:
		return inBody
	case connector.TypeForm, connector.TypeMultipart, connector.TypeFile:
		return inForm
	}
	return ""
}

func resourceParameter(p *connector.Parameter, r *connector.Resource, m *models) (parameter, bool) {
	q := parameter{name: p.Name, in: location(p), description: p.Description, required: p.Required}
	switch q.in {
	case "":
		return q, false
	case inBody:
		q.schema = m.body(p, r)
		return q, true
	case inPath:
		q.required = true
	}
	q.kind, q.format = parameterKind(p.DataType)
	if q.kind == "file" && q.in != inForm {
		q.kind = "string"
	}
	if p.Type == connector.TypeFile {
		q.kind = "file"
	}
	if p.Name == "pageSize" {
		q.format = "int64"
	}
	return q, true
}

// parameterKind is the type and format of a parameter that is no body. What has a name of its own, such as
// an object in a form, travels as text.
func parameterKind(dataType string) (kind, format string) {
	switch dataType {
	case "integer", "boolean", "number", "array", "file":
		return dataType, ""
	case "long":
		return "integer", "int64"
	case "float", "double":
		return "number", dataType
	case "byte", "binary", "password", "date":
		return "string", dataType
	case "dateTime":
		return "string", "date-time"
	}
	return "string", ""
}

// consistent makes a list of parameters one that Swagger allows: each name once per place, one body or a
// form, and exactly the path parameters that the path has.
func consistent(parameters []parameter, path string) []parameter {
	names := variables(path)
	inThePath := func(name string) bool { return slices.Contains(names, name) }
	form := slices.ContainsFunc(parameters, func(p parameter) bool { return p.in == inForm && !inThePath(p.name) })
	found := make([]parameter, 0, len(parameters))
	taken := map[[2]string]bool{}
	take := func(p parameter) {
		key := [2]string{p.in, p.name}
		switch p.in {
		case inHeader:
			key[1] = strings.ToLower(p.name)
		case inBody:
			key[1] = "" // there is one, whatever its name
		}
		if !taken[key] {
			taken[key] = true
			found = append(found, p)
		}
	}
	for _, p := range parameters {
		if p.in == inForm && inThePath(p.name) {
			p.in, p.required, p.kind = inPath, true, "string" // what the path names stands in the path
		}
		if p.in == inPath && !inThePath(p.name) || p.in == inBody && form {
			continue
		}
		take(p)
	}
	for _, name := range names {
		take(named(name, ""))
	}
	return found
}

// answerOf is the schema of the answer 200 and what it is sent as, when that is not JSON.
func answerOf(op *operation, r *connector.Resource, m *models) (schema, []string) {
	if r.Response != nil {
		kind, _, err := mime.ParseMediaType(r.Response.ContentType)
		if err == nil && strings.Contains(kind, "/") && !structured(kind) {
			if strings.HasPrefix(kind, "text/") {
				return schema{"type": "string"}, []string{kind}
			}
			return schema{"type": "file"}, []string{kind}
		}
	}
	if s := m.answer(r, op); s != nil {
		return s, nil
	}
	return objectAnswer(r, op), nil
}

// structured reports whether an answer of this type is shown as data, not as a file.
func structured(kind string) bool {
	return strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml") || strings.Contains(kind, "form")
}
