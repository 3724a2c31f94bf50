package signon

import (
	"context"
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

// through makes calls of the OpenID Connect library leave through outbound, with its guard of addresses.
func through(client *outbound.Client) func(context.Context) context.Context {
	calls := client.Library(outbound.Policy{Timeout: callTime, MaxBody: maxAnswer})
	return func(ctx context.Context) context.Context { return oidc.ClientContext(ctx, calls) }
}

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
