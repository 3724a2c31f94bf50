package gateway

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"jackfield/internal/fault"
	"jackfield/internal/mapping"

	"github.com/tidwall/gjson"
)

// shape makes the caller's answer of the provider's: root key, null filter and field selection in one pass
// over the bytes (reference/hub-api.md §§3.3, 4.4).
func (g *Gateway) shape(_ context.Context, c *Call) error {
	if c.stream != nil {
		return nil
	}
	body := bytes.TrimSpace(c.response.body)
	if len(body) == 0 {
		c.response.body = nil
		return nil
	}
	if media := c.response.header.Get("Content-Type"); strings.HasPrefix(media, "text/plain") && !gjson.ValidBytes(body) {
		return nil
	}
	out := getBuffer()
	shaped, info, err := c.plan().Apply((*out)[:0], body)
	*out = shaped
	if err != nil {
		putBuffer(out)
		return fault.Wrap(fault.Provider, err, "The provider's answer is not valid JSON").WithProvider(excerpt(body))
	}
	c.isList, c.count = info.Array, info.Count
	if !c.followsLinks() {
		c.findNextPage()
	}
	if c.buffer != nil {
		putBuffer(c.buffer)
	}
	c.buffer, c.response.body = out, shaped
	if c.ours() && c.isList {
		c.cutPage()
	}
	return nil
}

// plan is the compiled shape of this answer: the resource's own, unless fields or a hook ask for another.
func (c *Call) plan() *mapping.Plan {
	dropNulls := c.Instance.Effective["filter.response.nulls"] != "false"
	fields := c.fields()
	unwrapped := c.response.raw != nil // XML: the root key was applied when it became JSON
	if len(fields) == 0 && c.rootKeyOverride == nil && !unwrapped {
		return c.Resource.Shape(dropNulls)
	}
	spec := mapping.Spec{RootKey: c.Resource.RootKeyIn, DropNulls: dropNulls, Fields: fields, List: c.Resource.List}
	if c.rootKeyOverride != nil {
		spec.RootKey = *c.rootKeyOverride
	}
	if unwrapped {
		spec.RootKey = ""
	}
	return mapping.Compile(spec)
}

// fields is the caller's selection, or the connector's default for the object, where the connector lets us
// apply it (allow.select.fields).
func (c *Call) fields() []string {
	if c.Method != http.MethodGet || c.Instance.Effective["allow.select.fields"] != "true" {
		return nil
	}
	text := c.Query.Get("fields")
	if text == "" {
		if defaults := c.Instance.Effective["default.select.fields.map"]; defaults != "" {
			text = gjson.Get(defaults, c.Resource.ObjectName).String()
		}
	}
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" && name != "*" {
			names = append(names, name)
		}
	}
	return names
}

// cutPage takes the caller's page out of a full list (paginationType VENDOR_NOT_SUPPORTED).
func (c *Call) cutPage() {
	items := gjson.ParseBytes(c.response.body).Array()
	from := min((c.paging.page-1)*c.paging.size, len(items))
	to := min(from+c.paging.size, len(items))
	var out bytes.Buffer
	out.WriteByte('[')
	for i, item := range items[from:to] {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(item.Raw)
	}
	out.WriteByte(']')
	c.response.body, c.count, c.nextToken = out.Bytes(), to-from, ""
	if to < len(items) {
		c.nextToken = pageToken{Page: c.paging.page + 1, PageSize: c.paging.size}.encode()
	}
}

func excerpt(body []byte) string {
	const most = 200
	if len(body) > most {
		body = body[:most]
	}
	return strings.ToValidUTF8(string(body), "�")
}
