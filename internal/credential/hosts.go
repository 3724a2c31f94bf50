package credential

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"jackfield/internal/outbound"
)

// Hosts are the parties that a credential belongs to: the connector's base URL and the absolute addresses
// that its definition names. The zero value belongs to nobody, so nothing is signed.
type Hosts struct {
	origins []outbound.Origin
}

// NewHosts reads base URL and absolute addresses after the instance's configuration was filled in.
// Values of a caller must not be filled in: they would name the host that receives the credential. An
// address whose host still has a placeholder, or that is no http(s) URL (a jdbc address), belongs to
// nobody and is left out.
func NewHosts(baseURL string, absolute ...string) Hosts {
	var h Hosts
	for _, text := range append([]string{baseURL}, absolute...) {
		u, ok := parse(text)
		if !ok {
			continue
		}
		if o := outbound.OriginOf(u); !slices.Contains(h.origins, o) {
			h.origins = append(h.origins, o)
		}
	}
	return h
}

// parse reads the scheme and host of an address whose path may hold placeholders and SQL-like text.
func parse(text string) (*url.URL, bool) {
	scheme, rest, ok := strings.Cut(strings.TrimSpace(text), "://")
	if !ok {
		return nil, false
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	if strings.ContainsAny(rest, "{}$@\\ ") {
		return nil, false
	}
	u, err := url.Parse(scheme + "://" + rest)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, false
	}
	return u, true
}

// Own reports whether a request goes to a party of the credential. A Host header that names somebody else
// counts as somebody else: a shared front server would route the credential there.
func (h Hosts) Own(req *http.Request) bool {
	if req.URL == nil {
		return false
	}
	to := outbound.OriginOf(req.URL)
	if !h.trust(to) {
		return false
	}
	if req.Host == "" || strings.EqualFold(req.Host, req.URL.Host) {
		return true
	}
	return h.trust(outbound.OriginOf(&url.URL{Scheme: req.URL.Scheme, Host: req.Host}))
}

func (h Hosts) trust(to outbound.Origin) bool {
	return slices.ContainsFunc(h.origins, func(o outbound.Origin) bool { return o.Trusts(to) })
}
