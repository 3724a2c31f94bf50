package gateway

import (
	"net/url"
	"testing"
)

func TestTheHostsThatScriptsMayReachAreNamedExactlyOrAsAllBelow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		hosts   []string
		address string
		allowed bool
	}{
		{nil, "https://anything.example/", true},
		{[]string{"api.example.org"}, "https://API.example.org./x", true},
		{[]string{"api.example.org"}, "https://api.example.org:8443/", true},
		{[]string{"api.example.org"}, "https://example.org/", false},
		{[]string{"api.example.org"}, "https://api.example.org.evil.test/", false},
		{[]string{"api.example.org"}, "https://evil-api.example.org/", false},
		{[]string{"api.example.org:443"}, "https://api.example.org/", true},
		{[]string{"api.example.org:443"}, "http://api.example.org/", false},
		{[]string{"*.example.org"}, "https://a.b.example.org/", true},
		{[]string{"*.example.org"}, "https://example.org/", false},
		{[]string{"*.example.org"}, "https://evilexample.org/", false},
		{[]string{"*.0.0.1"}, "http://127.0.0.1/", false},
		{[]string{"[::1]:80"}, "http://[::1]/", true},
		{[]string{"x.test", "*.example.org:8443"}, "https://a.example.org:8443/", true},
	} {
		u, err := url.Parse(c.address)
		if err != nil {
			t.Fatal(err)
		}
		if err := (HookRequests{Hosts: c.hosts}).Check(); err != nil {
			t.Error(err)
		}
		if err := (HookRequests{Hosts: c.hosts}).refuse(u); (err == nil) != c.allowed {
			t.Errorf("%v, %s: %v", c.hosts, c.address, err)
		}
	}
	if (HookRequests{Deny: true, Hosts: []string{"a.test"}}).refuse(&url.URL{Scheme: "https", Host: "a.test"}) == nil {
		t.Error("denied requests are made")
	}
	for _, bad := range []string{"", "https://example.org", "a/b", "*", "*.", "a.*.org", "user@host"} {
		if (HookRequests{Hosts: []string{bad}}).Check() == nil {
			t.Errorf("%q passes for a host", bad)
		}
	}
}
