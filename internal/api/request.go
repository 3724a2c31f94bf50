package api

import (
	"net"
	"net/http"
	"net/url"
	"strconv"

	"jackfield/internal/fault"
	"jackfield/internal/gateway"
)

// remoteIP is the address of the caller. Forwarded headers of trusted proxies are already applied to RemoteAddr
// by the server.
func remoteIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// parseQuery decodes a query string. A broken escape is refused: guessing could turn it into another request.
func parseQuery(raw string) (url.Values, error) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The query string is not valid: %v", err)
	}
	return query, nil
}

func (e *exchange) returned(n int) {
	e.w.Header().Set(gateway.HeaderReturnedCount, strconv.Itoa(n))
}
