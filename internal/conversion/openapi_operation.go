package conversion

import (
	"slices"
	"strings"

	"jackfield/internal/connector"

	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/pb33f/libopenapi/orderedmap"
	"github.com/tidwall/gjson"
)

const (
	formMedia      = "application/x-www-form-urlencoded"
	multipartMedia = "multipart/form-data"
)

type call struct {
	method    string
	operation *v3.Operation
}

// callsOf lists the operations of a path, those of one path always in the same order.
func callsOf(item *v3.PathItem) []call {
	var found []call
	for _, c := range []call{{"GET", item.Get}, {"POST", item.Post}, {"PUT", item.Put}, {"PATCH", item.Patch}, {"DELETE", item.Delete}} {
		if c.operation != nil {
			found = append(found, c)
		}
	}
	return found
}

func (r *apiReader) operations() {
	if r.doc.Paths == nil || r.doc.Paths.PathItems == nil {
		r.c.problem("paths", "there are none")
		return
	}
	for _, item := range r.doc.Paths.PathItems.FromOldest() {
		r.c.types.models += 2 * len(callsOf(item))
	}
	for path, item := range r.doc.Paths.PathItems.FromOldest() {
		for _, c := range callsOf(item) {
			r.operation(path, c.method, c.operation)
		}
	}
}

// operation makes the resource of one operation.
func (r *apiReader) operation(path, method string, op *v3.Operation) {
	at := "paths." + path + "." + strings.ToLower(method)
	hub := hubPath(path)
	object := objectName(hub)
	res := connector.Resource{
		Method: method, VendorPath: r.vendorPath(at, path, op), OperationID: op.OperationId,
		Description: first(op.Summary, op.Description, method+" "+path),
	}
	if op.Deprecated != nil && *op.Deprecated {
		res.Description = "Deprecated. " + res.Description
	}
	response, list := r.answer(&res, hub, op)
	for _, p := range op.Parameters {
		r.parameter(at, &res, p)
	}
	request := r.request(at, &res, object, op)
	if list != nil {
		r.paging(&res, list, op)
	}
	res.Model = r.c.types.describe(object, request, response)
	if res.Model != nil && request != nil {
		for i := range res.Parameters {
			if p := &res.Parameters[i]; p.Type == connector.TypeBody && p.DataType == kindObject {
				p.DataType, p.VendorDataType = res.Model.RequestName, res.Model.RequestName
			}
		}
	}
	if r.c.resource(at, hub, res) && list != nil {
		list.resource = len(r.c.def.Resources) - 1
		r.lists = append(r.lists, list)
	}
}

// vendorPath is the path, or the whole address where an operation has a server of its own.
func (r *apiReader) vendorPath(at, path string, op *v3.Operation) string {
	own := chosen(op.Servers)
	if own == nil {
		return path
	}
	address := strings.TrimRight(own.URL, "/")
	switch {
	case address == r.c.def.Default(keyBaseURL):
		return path
	case absolute(address) && !strings.Contains(address, "{"):
		return address + path
	}
	r.c.note(at, "its own server %s has variables or no host: base.url is called", shorten(own.URL))
	return path
}

// parameter adds a path, query or header parameter.
func (r *apiReader) parameter(at string, res *connector.Resource, p *v3.Parameter) {
	kind, vendor := p.In, p.Name
	s := r.c.types.resolve(r.shape(r.slotOf(p.Schema), 0))
	out := mapped(kind, vendor, kind, vendor, dataType(s))
	switch kind {
	case connector.TypePath:
		out.Name = variableName(vendor)
	case connector.TypeQuery, connector.TypeHeader:
		if r.signed(kind, vendor) {
			return // the instance signs with it
		}
		if kind == connector.TypeHeader && !r.callersHeader(at, p) {
			return
		}
	default:
		r.c.note(at, "the %s parameter %s is left out: resources have none of this kind", kind, shorten(vendor))
		return
	}
	out.Required = p.Required != nil && *p.Required
	out.Description = brief(p.Description)
	if p.Example != nil {
		out.SampleData = exampleText(p.Example.Value)
		if text := gjson.Parse(out.SampleData); text.Type == gjson.String {
			out.SampleData = text.String()
		}
	}
	res.Parameters = append(res.Parameters, out)
}

// signed reports whether an element-wide parameter of the security schemes fills this place.
func (r *apiReader) signed(kind, vendor string) bool {
	return slices.ContainsFunc(r.c.def.Parameters, func(p connector.Parameter) bool {
		return p.VendorType == kind && strings.EqualFold(p.VendorName, vendor)
	})
}

// callersHeader reports whether a header is one that callers may choose. Their own Authorization and
// Cookie are for this platform and must not reach the provider.
func (r *apiReader) callersHeader(at string, p *v3.Parameter) bool {
	switch strings.ToLower(p.Name) {
	case "accept", "content-type", "content-length", "host", "connection", "transfer-encoding":
		return false
	case "authorization", "cookie":
		if r.c.def.Authentication.Type == authCustom || strings.EqualFold(p.Name, "cookie") {
			r.header(strings.ToLower(p.Name), p.Name, p.Description)
			r.c.note(at, "the header %s is a value of the configuration: that of a caller is for this platform", p.Name)
		}
		return false
	}
	return true
}

// answer reads the answer that means success: its media type, sample, root key and shape. A list comes
// back with where it is.
func (r *apiReader) answer(res *connector.Resource, hub string, op *v3.Operation) (*shape, *pagedList) {
	answer := success(op)
	if answer == nil {
		return nil, nil
	}
	media, content := chooseMedia(answer.Content)
	if content == nil {
		return nil, nil
	}
	res.Response = &connector.Response{ContentType: media}
	if media == "*/*" {
		res.Response.ContentType = jsonMedia
	}
	if media != jsonMedia && media != "*/*" {
		res.Parameters = append(res.Parameters, constant(media, connector.TypeHeader, "Accept", "Form of the answer"))
	}
	if !isJSON(media) {
		if strings.HasSuffix(media, "xml") {
			r.c.note(res.Method+" "+hub, "answers in %s, which has no model here", media)
		}
		return nil, nil
	}
	if content.Schema == nil {
		return nil, nil
	}
	response := r.shape(r.slotOf(content.Schema), 0)
	sample := ""
	if content.Example != nil {
		sample = exampleText(content.Example.Value)
	}
	var list *pagedList
	if res.Method == "GET" && !strings.HasSuffix(hub, "}") {
		if path, items := r.listIn(response, objectName(hub), 0); items != nil {
			list = &pagedList{envelope: r.c.types.resolve(response), headers: answer.Headers}
			if path != "" {
				res.RootKey = "|" + path
				response = &shape{kind: kindArray, items: items}
				sample = gjson.Get(sample, path).Raw
			}
		}
	}
	if r.c.types.sampled += len(sample); r.c.types.sampled > maxSamples {
		sample = ""
	}
	if sample == "" {
		sample = r.c.types.sampleOf(response)
	}
	res.Response.SampleData = sample
	return response, list
}

// success is the answer of an operation that went well.
func success(op *v3.Operation) *v3.Response {
	if op.Responses == nil {
		return nil
	}
	if codes := op.Responses.Codes; codes != nil {
		for _, code := range []string{"200", "201", "202", "203", "206", "2XX"} {
			if answer := codes.GetOrZero(code); answer != nil {
				return answer
			}
		}
		for _, answer := range codes.FromOldest() {
			if answer != nil {
				return answer
			}
		}
	}
	return op.Responses.Default
}

func chooseMedia(content *orderedmap.Map[string, *v3.MediaType]) (string, *v3.MediaType) {
	if content == nil || content.Len() == 0 {
		return "", nil
	}
	kind := preferred(slices.Collect(content.KeysFromOldest()))
	media, _, _ := strings.Cut(kind, ";")
	return strings.ToLower(strings.TrimSpace(media)), content.GetOrZero(kind)
}

// request adds the body, or the fields of a form, and returns the shape of a JSON body.
func (r *apiReader) request(at string, res *connector.Resource, object string, op *v3.Operation) *shape {
	body := op.RequestBody
	if body == nil {
		return nil
	}
	media, content := chooseMedia(body.Content)
	if content == nil {
		return nil
	}
	var s *shape
	if content.Schema != nil {
		s = r.shape(r.slotOf(content.Schema), 0)
	}
	switch {
	case media == formMedia:
		r.form(at, res, connector.TypeForm, s)
		return nil
	case strings.HasPrefix(media, "multipart/"):
		r.form(at, res, connector.TypeMultipart, s)
		return nil
	}
	p := parameter(connector.TypeBody, "body", kindObject)
	p.Required = body.Required != nil && *body.Required
	p.Description = brief(first(body.Description, "The "+object))
	if content.Example != nil {
		p.SampleData = exampleText(content.Example.Value)
	}
	if !isJSON(media) {
		p.DataType = kindString
		if strings.HasPrefix(media, "application/octet") || strings.HasPrefix(media, "image/") {
			p.DataType = "binary"
		}
		p.VendorDataType = p.DataType
		s = nil
	}
	res.Parameters = append(res.Parameters, p)
	if media != jsonMedia && media != "*/*" {
		res.Parameters = append(res.Parameters, constant(media, connector.TypeHeader, "Content-Type", "Form of the body"))
	}
	return s
}

// form adds the fields of a form as parameters.
func (r *apiReader) form(at string, res *connector.Resource, kind string, s *shape) {
	resolved := r.c.types.resolve(s)
	if resolved == nil || len(resolved.fields) == 0 {
		r.c.note(at, "its form has no fields: the body is passed on as it comes")
		res.Parameters = append(res.Parameters, parameter(connector.TypeBody, "body", kindString))
		return
	}
	for _, f := range resolved.fields {
		value := r.c.types.resolve(f.shape)
		p := parameter(kind, f.name, dataType(value))
		p.Required = f.required
		if value != nil {
			p.Description = brief(value.description)
		}
		res.Parameters = append(res.Parameters, p)
	}
}
