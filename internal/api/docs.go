package api

import (
	"net/http"
	"net/url"
	"strings"

	"jackfield/internal/apidoc"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
)

// docOptions are what the parameters of a documentation call ask for. version is accepted and means nothing: documents
// are made of the definition in force.
func (a *API) docOptions(e *exchange) (apidoc.Options, error) {
	base := e.r.URL.Query().Get("baseUrl")
	if base == "" {
		return apidoc.Options{BaseURL: a.address(e.r)}, nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return apidoc.Options{}, fault.New(fault.Invalid, "The parameter baseUrl must be an address such as https://api.example.org, not %q", base)
	}
	return apidoc.Options{BaseURL: u.Scheme + "://" + u.Host}, nil
}

// address is where the caller reached the server.
func (a *API) address(r *http.Request) string {
	if a.PublicURL != "" {
		return strings.TrimSuffix(a.PublicURL, "/")
	}
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// describe answers the documentation of a connector: whole, or of the one operation that operationId names; as Swagger
// 2.0, or as OpenAPI 3.1 with format=openapi.
func (a *API) describe(e *exchange, d *connector.Definition) error {
	options, err := a.docOptions(e)
	if err != nil {
		return err
	}
	query := e.r.URL.Query()
	operation := e.param("operationId")
	if operation == "" {
		operation = query.Get("operationId")
	}
	switch format := query.Get("format"); {
	case format != "" && format != "swagger" && format != "openapi":
		return fault.New(fault.Invalid, "The format %q is not known: there are swagger and openapi", format)
	case operation != "":
		return e.document(apidoc.Operation(d, operation, options))
	case format == "openapi":
		return e.document(apidoc.OpenAPI(d, options))
	}
	return e.document(apidoc.Swagger(d, options))
}

func (a *API) elementDocs(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	return a.describe(e, found.Definition)
}

// elementObjectDocs answers the documentation of one object of a connector.
func (a *API) elementObjectDocs(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	options, err := a.docOptions(e)
	if err != nil {
		return err
	}
	query := e.r.URL.Query()
	return e.document(apidoc.Object(found.Definition, e.param("objectId"), apidoc.ObjectOptions{
		Options: options, Basic: query.Get("basic") == "true", ResolveReferences: query.Get("resolveReferences") == "true",
	}))
}

// documented finds the instance of a documentation call with its connector. A disabled instance has its documents
// (reference/hub-api.md §1.1).
func (a *API) documented(e *exchange) (*instance.Instance, error) {
	found, err := a.instance(e, a.Instances.Find)
	if err != nil {
		return nil, err
	}
	if found.Definition == nil {
		return nil, fault.New(fault.NotFound, "No element found with key %s", found.ConnectorKey)
	}
	return found, nil
}

func (a *API) instanceDocs(e *exchange) error {
	found, err := a.documented(e)
	if err != nil {
		return err
	}
	return a.describe(e, found.Definition)
}

func (a *API) operationDefinitions(e *exchange) error {
	found, err := a.documented(e)
	if err != nil {
		return err
	}
	options, err := a.docOptions(e)
	if err != nil {
		return err
	}
	return e.document(apidoc.Definitions(found.Definition, e.param("operationId"), options))
}

// hubDocs answers GET /docs/{hub} and GET /docs/all_platform.
func (a *API) hubDocs(e *exchange) error {
	options, err := a.docOptions(e)
	if err != nil {
		return err
	}
	hub := strings.ToLower(e.param("hub"))
	if hub == "all_platform" {
		return e.document(apidoc.Platform(a.operations, options))
	}
	view, err := a.view(e)
	if err != nil {
		return err
	}
	var all []*connector.Definition
	for _, c := range view.All() {
		if c.HubKey() == hub {
			all = append(all, c.Definition)
		}
	}
	if len(all) == 0 {
		return fault.New(fault.NotFound, "No hub found with key %s", hub)
	}
	return e.document(apidoc.Hub(hub, all, options))
}

// operations are the routes of the platform itself as its documentation shows them, in the order of the table.
func operations(table []route) []apidoc.PlatformOperation {
	all := make([]apidoc.PlatformOperation, 0, len(table))
	for _, row := range table {
		first, _, _ := strings.Cut(strings.TrimPrefix(row.pattern, "/"), "/")
		all = append(all, apidoc.PlatformOperation{
			Method: row.method, Path: row.pattern, Tag: first, Public: row.need == public, Query: queries[row.method+" "+row.pattern],
			Body: row.method == http.MethodPost || row.method == http.MethodPut || row.method == http.MethodPatch,
		})
	}
	return all
}

// queries names the query parameters of routes.
var queries = map[string][]string{
	"GET /elements":                                     {"where", "abridged", "hub", "searchText", "page", "pageSize", "nextPage"},
	"GET /elements/keys":                                {"page", "pageSize", "nextPage"},
	"GET /elements/metadata":                            {"expand", "page", "pageSize", "nextPage"},
	"GET /elements/{keyOrId}/metadata":                  {"expand"},
	"GET /elements/{keyOrId}/export":                    {"extendedOnly"},
	"GET /elements/{keyOrId}/docs":                      {"operationId", "version", "baseUrl", "format"},
	"GET /elements/{keyOrId}/resources":                 {"accountOnly"},
	"GET /elements/{keyOrId}/objects":                   {"accountOnly"},
	"GET /elements/{keyOrId}/objects/{objectId}/fields": {"accountOnly"},
	"GET /elements/{keyOrId}/models":                    {"accountOnly"},
	"GET /elements/{keyOrId}/instances":                 {"tags[]", "searchText", "hydrate", "pageSize", "nextPage"},
	"POST /elements/convert":                            {"type"},
	"GET /hubs":                                         {"hydrate", "pageSize", "nextPage"},
	"GET /hubs/keys":                                    {"pageSize", "nextPage"},
	"GET /hubs/{hub}/elements":                          {"pageSize", "nextPage"},
	"GET /docs/{hub}":                                   {"version", "baseUrl"},
	"POST /models/{name}/csv":                           {"fromSchema"},
	"GET /instances":                                    {"tags[]", "searchText", "hydrate", "pageSize", "nextPage"},
	"PUT /instances/{id}":                               {"reAuthenticate"},
	"GET /instances/docs":                               {"operationId", "version", "baseUrl", "format"},
	"GET /instances/{id}/docs":                          {"operationId", "version", "baseUrl", "format"},
	"GET /usage":                                        {"hub", "keys[]", "tags[]", "accountIds[]", "status", "from", "to", "searchText", "pageOffset", "pageSize", "nextPage"},
}
