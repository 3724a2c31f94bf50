package gateway

import (
	"context"
	"net/http"
	"strconv"
	"strings"
)

// Response headers of hub calls (reference/http-conventions.md §4).
const (
	HeaderRequestID     = "Elements-Request-Id"
	HeaderInstanceID    = "Elements-Element-Instance-Id"
	HeaderReturnedCount = "Elements-Returned-Count"
	HeaderNextPage      = "Elements-Next-Page-Token"
	HeaderError         = "Elements-Error"
	HeaderTraceID       = "Elements-Trace-Id" // of calls that are traced
)

// answer puts the headers on. Every success is 200 (reference/hub-api.md §1).
func (g *Gateway) answer(_ context.Context, c *Call) *Answer {
	header := c.answerHeader
	if header == nil {
		header = make(http.Header, 6)
	}
	header.Set(HeaderInstanceID, strconv.FormatInt(c.Instance.ID, 10))
	if c.isList {
		header.Set(HeaderReturnedCount, itoa(c.count))
	}
	if c.nextToken != "" {
		header.Set(HeaderNextPage, c.nextToken)
	}
	if len(c.remarks) > 0 {
		header.Set(HeaderError, strings.Join(c.remarks, "; "))
	}
	a := &Answer{Status: http.StatusOK, Header: header, Body: c.response.body, Stream: c.stream, Call: c}
	if c.stream != nil {
		for _, name := range []string{"Content-Type", "Content-Disposition", "Content-Length", "Content-Language", "Last-Modified"} {
			if content := c.response.header.Get(name); content != "" && header.Get(name) == "" {
				header.Set(name, content)
			}
		}
		c.stream = nil // belongs to the answer now
		return a
	}
	if header.Get("Content-Type") == "" {
		contentType := "application/json"
		if media := c.response.header.Get("Content-Type"); media != "" && !isJSONHeader(media) && !c.isList && len(a.Body) > 0 && a.Body[0] != '{' && a.Body[0] != '[' {
			contentType = media
		}
		header.Set("Content-Type", contentType)
	}
	return a
}

func isJSONHeader(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	return isJSON(strings.ToLower(strings.TrimSpace(media)))
}

// ownHeader reports whether a header of an answer is ours to set: scripts and response parameters must not.
func ownHeader(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case HeaderRequestID, HeaderInstanceID, HeaderTraceID, HeaderReturnedCount, "Content-Length", "Transfer-Encoding", "Connection",
		"Keep-Alive", "Upgrade", "Trailer", "Te", "Set-Cookie", "Content-Encoding", "Date", "Server",
		"Strict-Transport-Security", "Content-Security-Policy", "Www-Authenticate", "Proxy-Authenticate":
		return true
	}
	return strings.HasPrefix(http.CanonicalHeaderKey(name), "Access-Control-")
}
