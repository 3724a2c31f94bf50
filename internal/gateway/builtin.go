package gateway

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/catalog"
	"jackfield/internal/connector"
)

// platformResource finds a resource that every connector has without declaring it (reference/hub-api.md
// §2.3). The metadata family answers while the instance is disabled, ping does not.
func platformResource(c *Call) func(context.Context, *Gateway, *Call) (*Answer, error) {
	if c.Method != http.MethodGet {
		return nil
	}
	switch strings.Trim(c.Path, "/") {
	case "objects":
		return objects
	case "ping":
		if !c.Instance.Disabled {
			return ping
		}
	}
	return nil
}

// objects lists the names that have a path of their own and a model (reference/hub-api.md §5.1).
func objects(_ context.Context, _ *Gateway, c *Call) (*Answer, error) {
	names := []string{}
	seen := map[string]bool{}
	for _, r := range c.Program.Resources() {
		described := r.Model != nil || r.Resource.Object != nil
		name := firstSegment(r.RelativePath)
		if !r.Callable || !described || name == "" || seen[name] {
			continue
		}
		seen[name] = true
		names = append(names, name)
	}
	body, err := json.Marshal(names)
	if err != nil {
		return nil, err
	}
	answer := c.platformAnswer(body)
	answer.Header.Set(HeaderReturnedCount, strconv.Itoa(len(names)))
	return answer, nil
}

func firstSegment(path string) string {
	first, _, _ := strings.Cut(strings.Trim(path, "/"), "/")
	if strings.HasPrefix(first, "{") {
		return ""
	}
	return first
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
