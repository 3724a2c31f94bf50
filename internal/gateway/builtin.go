package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/apidoc"
	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/metadata"
)

// platformResource finds a resource that every connector has without declaring it (reference/hub-api.md
// §2.3). The metadata family answers while the instance is disabled, ping does not.
func platformResource(c *Call) func(context.Context, *Gateway, *Call) (*Answer, error) {
	if c.Method != http.MethodGet {
		return nil
	}
	segments := strings.Split(strings.Trim(c.Path, "/"), "/")
	switch {
	case segments[0] == "objects" && len(segments) == 1:
		return objects
	case segments[0] == "objects" && len(segments) == 3 && segments[2] == "metadata":
		return objectMetadata
	case segments[0] == "objects" && len(segments) == 3 && segments[2] == "docs":
		return objectDocs
	case segments[0] == "objects" && len(segments) == 3 && segments[2] == "definitions":
		return objectDefinitions
	case segments[0] == "ping" && len(segments) == 1 && !c.Instance.Disabled:
		return ping
	}
	return nil
}

// headerVersion asks for a form of answers: Helium names objects with their origin (reference/hub-api.md §7.1).
const headerVersion = "Elements-Version"

// objects lists the names of the connector's objects, with their origin for Helium (reference/hub-api.md §5.1).
func objects(_ context.Context, _ *Gateway, c *Call) (*Answer, error) {
	if strings.EqualFold(c.Header.Get(headerVersion), "helium") {
		all := metadata.DetailedObjects(c.Program.Connector.Definition)
		return c.platformList(all, len(all))
	}
	all := metadata.Objects(c.Program.Connector.Definition)
	return c.platformList(all, len(all))
}

func (c *Call) platformList(rows any, n int) (*Answer, error) {
	body, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	answer := c.platformAnswer(body)
	answer.Header.Set(HeaderReturnedCount, strconv.Itoa(n))
	return answer, nil
}

// objectName is the object that /objects/{name}/… is about.
func (c *Call) objectName() (string, error) {
	name, err := url.PathUnescape(strings.Split(strings.Trim(c.Path, "/"), "/")[1])
	if err != nil {
		return "", fault.New(fault.Invalid, "The path %s is not valid: %v", c.Path, err)
	}
	return name, nil
}

// objectMetadata describes the fields of an object as the definition does (reference/hub-api.md §5.2).
func objectMetadata(_ context.Context, _ *Gateway, c *Call) (*Answer, error) {
	name, err := c.objectName()
	if err != nil {
		return nil, err
	}
	body, err := metadata.Fields(c.Program.Connector.Definition, name, c.Query.Get("customFieldsOnly") == "true")
	if err != nil {
		return nil, err
	}
	return c.platformAnswer(body), nil
}

// objectDocs documents one object. With discovery=true the connector's own metadata resource is asked for fields that
// the definition does not know (reference/hub-api.md §5.3).
func objectDocs(ctx context.Context, g *Gateway, c *Call) (*Answer, error) {
	body, err := g.documentObject(ctx, c)
	if err != nil {
		return nil, err
	}
	return c.platformAnswer(body), nil
}

// objectDefinitions answers the definitions of objectDocs alone, as a map by name.
func objectDefinitions(ctx context.Context, g *Gateway, c *Call) (*Answer, error) {
	body, err := g.documentObject(ctx, c)
	if err != nil {
		return nil, err
	}
	var document struct{ Definitions json.RawMessage }
	if err := json.Unmarshal(body, &document); err != nil {
		return nil, err
	}
	return c.platformAnswer(document.Definitions), nil
}

func (g *Gateway) documentObject(ctx context.Context, c *Call) ([]byte, error) {
	name, err := c.objectName()
	if err != nil {
		return nil, err
	}
	options := apidoc.ObjectOptions{
		Options: apidoc.Options{BaseURL: c.BaseURL}, Basic: c.Query.Get("basic") == "true",
		ResolveReferences: c.Query.Get("resolveReferences") == "true",
	}
	if c.Query.Get("discovery") == "true" {
		if options.Discovered, err = g.discover(ctx, c, name); err != nil {
			return nil, err
		}
	}
	return apidoc.Object(c.Program.Connector.Definition, name, options)
}

// discover asks the connector's metadata resource for the fields of an object; nil when it has none.
func (g *Gateway) discover(ctx context.Context, c *Call, name string) ([]byte, error) {
	path := "/objects/" + url.PathEscape(name) + "/metadata"
	resource, values, _ := c.Program.Match(http.MethodGet, path)
	if resource == nil || c.Instance.Disabled {
		return nil, nil
	}
	inner := &Call{
		RequestID: c.RequestID, Credentials: c.Credentials, Principal: c.Principal, Instance: c.Instance, Method: http.MethodGet,
		Path: path, Header: c.Header, RemoteIP: c.RemoteIP, Program: c.Program, Resource: resource, values: values, started: c.started,
		Trace: c.Trace,
	}
	answer, err := g.execute(ctx, inner)
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	if answer.Stream != nil {
		return nil, fault.New(fault.Provider, "The metadata of %s is no JSON", name)
	}
	return bytes.Clone(answer.Body), nil
}

// isPing reports whether the call is a ping whose answer is the platform's: the connector says which provider
// call to make, but describes no answer of its own.
func isPing(c *Call) bool {
	r := c.Resource
	return r.Method == http.MethodGet && r.RelativePath == "/ping" && r.Model == nil && len(r.After) == 0
}

// ping calls the provider cheaply and answers {dateTime, endpoint, valid} (reference/hub-api.md §6). The
// provider's refusal is the answer's error. A connector that declares no ping is probed by its credentials
// test, or not at all when it has none.
func ping(ctx context.Context, g *Gateway, c *Call) (*Answer, error) {
	if c.Resource == nil {
		c.Resource = probe(c.Program)
	}
	if c.Resource != nil {
		answer, err := g.execute(ctx, c)
		if err != nil {
			return nil, err
		}
		answer.Close()
	}
	body, err := json.Marshal(struct {
		DateTime string `json:"dateTime"`
		Endpoint string `json:"endpoint"`
		Valid    bool   `json:"valid"`
	}{g.now().UTC().Format(time.RFC3339), c.Program.Connector.Key, true})
	if err != nil {
		return nil, err
	}
	return c.platformAnswer(body), nil
}

func probe(p *catalog.Program) *catalog.Resource {
	if tests := p.OfType(connector.ResourceProvisionAuthValidation); len(tests) > 0 {
		return tests[0]
	}
	return nil
}

// platformAnswer is a JSON answer that comes from us and not from the provider.
func (c *Call) platformAnswer(body []byte) *Answer {
	header := http.Header{}
	header.Set("Content-Type", "application/json")
	header.Set(HeaderInstanceID, strconv.FormatInt(c.Instance.ID, 10))
	return &Answer{Status: http.StatusOK, Header: header, Body: body}
}
