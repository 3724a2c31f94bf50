package signon

import (
	"net/http"
	"sync"
	"time"

	"jackfield/internal/outbound"

	"github.com/coreos/go-oidc/v3/oidc"
)

// Limits of calls to providers of OpenID Connect.
const (
	callTime      = 15 * time.Second
	maxAnswer     = 1 << 20 // bytes of a discovery document, key set or token answer
	discoveryLife = 10 * time.Minute
	maxDiscovered = 500 // issuers that are remembered
)

// guarded is an HTTP client for libraries whose calls leave through outbound, with its guard of addresses. Redirects are
// not followed: a token exchange would repeat its secret.
func guarded(client *outbound.Client) *http.Client {
	return &http.Client{
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return client.Do(r.Context(), r.Clone(r.Context()), outbound.Policy{Timeout: callTime, MaxBody: maxAnswer, Redirects: -1})
		}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// discovered remembers what issuers say of themselves, for a while.
type discovered struct {
	mu      *sync.Mutex
	byIssue map[string]remembered
	now     func() time.Time
}

type remembered struct {
	provider *oidc.Provider
	until    time.Time
}

func newDiscovered(now func() time.Time) discovered {
	return discovered{mu: new(sync.Mutex), byIssue: map[string]remembered{}, now: now}
}

func (d discovered) get(issuer string) *oidc.Provider {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r, ok := d.byIssue[issuer]; ok && d.now().Before(r.until) {
		return r.provider
	}
	return nil
}

func (d discovered) put(issuer string, p *oidc.Provider) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.byIssue) >= maxDiscovered {
		clear(d.byIssue)
	}
	d.byIssue[issuer] = remembered{p, d.now().Add(discoveryLife)}
}
