package gateway

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/fault"
	"jackfield/internal/instance"

	"golang.org/x/sync/singleflight"
)

const (
	// renewTimeout bounds a renewal with its waiting for other processes. It goes on without the caller that caused it.
	renewTimeout = 45 * time.Second
	// renewPatience is how long a call waits for a new token while its old one still lives.
	renewPatience = 2 * time.Second
	// renewPause is how long a token endpoint that does not work is left alone.
	renewPause = 5 * time.Second
	// vainPause is how long a resource that refuses also a new token causes no renewals.
	vainPause = time.Minute
	// maxRemembered bounds what is remembered of failures.
	maxRemembered = 10_000
)

// renewals is what this process does and knows about renewing grants.
type renewals struct {
	flights singleflight.Group
	running sync.WaitGroup

	mu     sync.Mutex
	failed map[int64]failure  // by instance: the token endpoint does not work
	vain   map[string]failure // by instance, resource and token: the token was new, and refused as well
}

type failure struct {
	until time.Time
	err   error
}

// remember keeps a failure; when there are too many, all are forgotten, which only costs requests.
func remember[K comparable](all *map[K]failure, key K, f failure) {
	if *all == nil || len(*all) >= maxRemembered {
		*all = map[K]failure{}
	}
	(*all)[key] = f
}

// Close waits until no grant is being renewed any more, so that none is asked for and not stored.
func (g *Gateway) Close(ctx context.Context) error {
	ended := make(chan struct{})
	go func() { g.renewals.running.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// renewable reports whether the instance has a grant that can be renewed: by a token request, or by the onRefresh resource of a
// connector that logs in itself.
func (c *Call) renewable() bool {
	i := c.Instance
	return !c.Lifecycle && i.ID != 0 && (credential.Renewable(i.AuthenticationType, i.Effective) || c.refreshesItself())
}

// refreshesItself reports whether the connector logs in by resources of its own, outside of OAuth.
func (c *Call) refreshesItself() bool {
	return !credential.Grants(c.Instance.AuthenticationType) && len(c.Program.OfType(connector.ResourceOnRefresh)) > 0
}

// Fresh renews a grant that has run out, or is about to, before it is used: c.Instance is the one with the new grant then.
func (g *Gateway) Fresh(ctx context.Context, c *Call) error {
	if !c.renewable() || !c.Instance.Valid { // the last token of an invalid one may still do; a refusal says why not
		return nil
	}
	due, alive := false, true
	if c.refreshesItself() {
		due = credential.Outlived(c.Instance.Effective, g.now())
	} else {
		due = credential.NeedsRefresh(c.Instance.Effective, g.now())
		alive = !credential.Expired(c.Instance.Effective, g.now())
	}
	if !due {
		return nil
	}
	if alive {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, renewPatience)
		defer cancel()
	}
	renewed, err := g.Renew(ctx, c)
	if err != nil {
		if fault.Is(err, fault.Unauthenticated) || !alive {
			return err
		}
		return nil // the old token lives for a moment yet, and the renewal goes on
	}
	c.Instance = renewed
	return nil
}

// renewAfterRefusal renews the grant when the provider refused it, and reports whether the request is worth sending again.
func (g *Gateway) renewAfterRefusal(ctx context.Context, c *Call) (bool, error) {
	if c.response.status != http.StatusUnauthorized || c.skipped || c.upload != nil || !c.renewable() {
		return false, nil
	}
	if err := c.Instance.Refusal(); err != nil {
		return false, err
	}
	if g.isVain(c) {
		return false, nil
	}
	renewed, err := g.Renew(ctx, c)
	if err != nil {
		return false, err
	}
	c.Instance = renewed
	return true, nil
}

// Renew replaces the grant of the call's instance, once for all calls that need it now, and returns the instance with the new one.
func (g *Gateway) Renew(ctx context.Context, c *Call) (*instance.Instance, error) {
	i := c.Instance
	mark := c.mark()
	stale := mark(i.Effective)
	if err := g.recentFailure(i.ID); err != nil {
		return nil, err
	}
	// The grant belongs to all callers: one that goes away must not break the renewal off. What it does is in its trace alone.
	inner := &Call{RequestID: c.RequestID, Principal: c.Principal, Instance: i, Program: c.Program, BaseURL: c.BaseURL, renewal: true}
	result := g.renewals.flights.DoChan(strconv.FormatInt(i.ID, 10)+" "+stale, func() (any, error) {
		g.renewals.running.Add(1)
		defer g.renewals.running.Done()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTimeout)
		defer cancel()
		return g.renew(ctx, inner, mark, stale)
	})
	select {
	case r := <-result:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*instance.Instance), nil
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, context.Cause(ctx), "The access of instance %d is being renewed: try again in a moment", i.ID)
	}
}

func (g *Gateway) renew(ctx context.Context, c *Call, mark func(map[string]string) string, stale string) (*instance.Instance, error) {
	grant := credential.RenewalGrant(c.Instance.AuthenticationType, c.Instance.Effective)
	itself := c.refreshesItself()
	asked := false
	renewed, err := g.instances.Renew(ctx, c.Instance, instance.Renewal{
		Mark: mark, Stale: stale, Reusable: itself || grant != credential.GrantRefresh, Revoked: credential.IsRevoked,
		Ask: func(ctx context.Context, current *instance.Instance) (map[string]string, error) {
			asked = true
			call := *c
			call.Instance = current
			if itself {
				return g.refreshBy(ctx, &call)
			}
			return g.Exchange(ctx, &call, credential.TokenAsk{Grant: grant})
		},
	})
	if err != nil {
		if asked && !fault.Is(err, fault.Unauthenticated) {
			g.renewals.mu.Lock()
			remember(&g.renewals.failed, c.Instance.ID, failure{until: g.now().Add(renewPause), err: err})
			g.renewals.mu.Unlock()
		}
		return nil, err
	}
	if asked && !itself {
		renewed = g.onRefresh(ctx, c, renewed)
	}
	return renewed, nil
}

// refreshBy runs the onRefresh resources of a connector that logs in itself, and returns what they wrote.
func (g *Gateway) refreshBy(ctx context.Context, c *Call) (map[string]string, error) {
	values := map[string]string{credential.KeyRefreshTime: strconv.FormatInt(g.now().Unix(), 10)}
	for _, resource := range c.Program.OfType(connector.ResourceOnRefresh) {
		written, err := g.Run(ctx, c, resource)
		if err != nil {
			return nil, err
		}
		maps.Copy(values, written)
	}
	return values, nil
}

// onRefresh runs the connector's resources for after a renewal. The new grant is stored already: a failure here costs only what
// they would have done.
func (g *Gateway) onRefresh(ctx context.Context, c *Call, renewed *instance.Instance) *instance.Instance {
	for _, resource := range c.Program.OfType(connector.ResourceOnRefresh) {
		call := *c
		call.Instance = renewed
		written, err := g.Run(ctx, &call, resource)
		if err == nil {
			var kept *instance.Instance
			if kept, err = g.instances.Remember(ctx, renewed, written); err == nil {
				renewed = kept
			}
		}
		if err != nil {
			g.log.WarnContext(ctx, "what follows a renewed access did not work", "instance", renewed.ID, "resource", resource.Path, "error", fault.As(err).Message)
		}
	}
	return renewed
}

// Run calls one lifecycle resource and returns the configuration that it wrote. Of c Principal, Instance, Program and Trace count.
func (g *Gateway) Run(ctx context.Context, c *Call, resource *catalog.Resource) (map[string]string, error) {
	call := c.lifecycle(resource)
	answer, err := g.Do(ctx, call)
	if err != nil {
		return nil, err
	}
	answer.Close()
	return call.Written(), nil
}

// mark tells one grant from another: by the access token, or by the whole configuration of a connector that logs in itself.
func (c *Call) mark() func(map[string]string) string {
	if !c.refreshesItself() {
		return func(configuration map[string]string) string { return configuration[credential.KeyAccessToken] }
	}
	return func(configuration map[string]string) string {
		var all strings.Builder
		for _, key := range slices.Sorted(maps.Keys(configuration)) {
			all.WriteString(key + "\x00" + configuration[key] + "\x00")
		}
		return all.String()
	}
}

func (g *Gateway) recentFailure(id int64) error {
	g.renewals.mu.Lock()
	defer g.renewals.mu.Unlock()
	if f, ok := g.renewals.failed[id]; ok && g.now().Before(f.until) {
		return f.err
	}
	return nil
}

func vainKey(c *Call) string {
	return strconv.FormatInt(c.Instance.ID, 10) + " " + c.Resource.Method + " " + c.Resource.RelativePath + " " + c.Instance.Effective[credential.KeyAccessToken]
}

func (g *Gateway) isVain(c *Call) bool {
	g.renewals.mu.Lock()
	defer g.renewals.mu.Unlock()
	f, ok := g.renewals.vain[vainKey(c)]
	return ok && g.now().Before(f.until)
}

// wasVain remembers that a resource refused a new token too: it wants something else, and asking for more tokens does not help.
func (g *Gateway) wasVain(c *Call) {
	g.renewals.mu.Lock()
	defer g.renewals.mu.Unlock()
	remember(&g.renewals.vain, vainKey(c), failure{until: g.now().Add(vainPause)})
}
