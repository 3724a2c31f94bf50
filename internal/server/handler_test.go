package server

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestForwardedHeadersCountOnlyFromTrustedProxies(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for name, c := range map[string]struct{ peer, chain, remote, host, left string }{
		"a stranger":                  {"192.0.2.1:5", "203.0.113.9", "192.0.2.1:5", "here", ""},
		"a trusted proxy":             {"10.1.2.3:5", "203.0.113.9", "203.0.113.9:0", "there", "203.0.113.9"},
		"what a client made up":       {"10.1.2.3:5", "1.1.1.1, 203.0.113.9, 10.9.9.9", "203.0.113.9:0", "there", "1.1.1.1, 203.0.113.9, 10.9.9.9"},
		"a chain of proxies alone":    {"10.1.2.3:5", "10.9.9.9", "10.1.2.3:5", "there", "10.9.9.9"},
		"an address that is none":     {"10.1.2.3:5", "nobody", "10.1.2.3:5", "there", "nobody"},
		"a mapped address of a proxy": {"[::ffff:10.1.2.3]:5", "203.0.113.9", "203.0.113.9:0", "there", "203.0.113.9"},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://here/", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", c.chain)
		r.Header.Set("X-Forwarded-Host", "there")
		forwarded(trusted, http.HandlerFunc(func(_ http.ResponseWriter, got *http.Request) {
			if got.RemoteAddr != c.remote || got.Host != c.host || got.Header.Get("X-Forwarded-For") != c.left {
				t.Errorf("%s: from %s for %s, header %q", name, got.RemoteAddr, got.Host, got.Header.Get("X-Forwarded-For"))
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
	}
}
