// Package gateway is the corridor of one hub call: named stages in a fixed order over one Call value, a file
// per stage (reference/hub-api.md §3.1). Formulas, pollers and bulk jobs enter it with their own Call.
package gateway

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/database"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/limit"
	"jackfield/internal/mail"
	"jackfield/internal/outbound"
	"jackfield/internal/sandbox"
	"jackfield/internal/usage"

	"github.com/maypok86/otter/v2"
)

// Limits of one call.
const (
	// MaxBody is the largest JSON or text body of a caller that is read into memory.
	MaxBody = 10 << 20
	// DefaultMaxFile is the largest body that streams through in either direction.
	DefaultMaxFile = 6 << 30
	// MaxChain is how many resources may follow each other by nextResource (reference/hub-api.md §2.2).
	MaxChain = 5
	// DefaultPageSize is the page size when neither caller nor connector names one (reference/hub-api.md §4.1).
	DefaultPageSize = 200
	// MaxPageSize is the largest page a caller may ask for.
	MaxPageSize = 5000
)

// Options are what a gateway works with. All but Databases, Limits, Mail, Traces, Log, MaxFile, Unlimited and Now are required.
type Options struct {
	Access    *access.Service
	Instances *instance.Service
	Catalog   *catalog.Catalog
	Sandbox   *sandbox.Pool
	Outbound  *outbound.Client
	Databases *database.Client // nil = connectors of databases are not supported
	Usage     *usage.Recorder
	Traces    *usage.Traces  // nil = no call is traced
	Limits    *limit.Service // nil = accounts have no limits
	Mail      *mail.Service  // nil = mails of scripts are logged and not sent
	Log       *slog.Logger
	MaxFile   int64        // bytes a streamed body may have; 0 = DefaultMaxFile
	Hooks     HookRequests // what scripts may ask of others
	Unlimited bool         // no request budget per credential: for the demo and for benchmarks
	Now       func() time.Time
}

// Gateway runs calls. One per server; safe for concurrent use.
type Gateway struct {
	access    *access.Service
	instances *instance.Service
	catalog   *catalog.Catalog
	sandbox   *sandbox.Pool
	outbound  *outbound.Client
	databases *database.Client
	usage     *usage.Recorder
	traces    *usage.Traces
	limits    *limit.Service
	log       *slog.Logger
	maxFile   int64
	hooks     HookRequests
	mail      *mail.Service
	hookMails hookMails
	unlimited bool
	now       func() time.Time
	renewals  renewals

	certificates *otter.Cache[[32]byte, *tls.Certificate]
}

// New makes a gateway.
func New(o Options) *Gateway {
	certificates := otter.Must(&otter.Options[[32]byte, *tls.Certificate]{MaximumSize: maxCertificates})
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxFile == 0 {
		o.MaxFile = DefaultMaxFile
	}
	return &Gateway{
		access: o.Access, instances: o.Instances, catalog: o.Catalog, sandbox: o.Sandbox, outbound: o.Outbound, databases: o.Databases,
		usage: o.Usage, traces: o.Traces, limits: o.Limits, log: o.Log, maxFile: o.MaxFile, hooks: o.Hooks, mail: o.Mail, unlimited: o.Unlimited, now: o.Now,

		certificates: certificates,
	}
}

// Do runs a call from its credentials to its answer. The caller must Close the answer and Record the call.
// After an error the call still names the instance it belonged to, if it came so far.
func (g *Gateway) Do(ctx context.Context, c *Call) (*Answer, error) {
	c.started = g.now()
	if err := g.identify(ctx, c); err != nil {
		return nil, err
	}
	if c.Trace != nil || !c.Instance.TraceUntil.IsZero() {
		g.startTrace(c)
	}
	answer, err := g.serve(ctx, c)
	c.Trace.outcome(c, answer, err)
	return answer, err
}

// serve answers a call whose instance is known.
func (g *Gateway) serve(ctx context.Context, c *Call) (*Answer, error) {
	if err := g.resolve(ctx, c); err != nil {
		return nil, err
	}
	if c.builtin != nil {
		return c.builtin(ctx, g, c)
	}
	return g.execute(ctx, c)
}

// Now is the time by the gateway's clock.
func (g *Gateway) Now() time.Time { return g.now() }

// execute runs a resolved call in a place among those of the account. The limits are looked at here and not again: what has begun
// goes on to its end, because the provider may have changed something by then.
func (g *Gateway) execute(ctx context.Context, c *Call) (answer *Answer, err error) {
	place, err := g.place(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() {
		if answer != nil && answer.Stream != nil {
			answer.place = place // as long as the file flows
			return
		}
		place.Done()
	}()
	return g.run(ctx, c)
}

// place takes the call's place. A renewal is never refused: a grant that is not renewed in time may be lost.
func (g *Gateway) place(ctx context.Context, c *Call) (limit.Held, error) {
	account := c.Principal.Account.ID
	if c.renewal {
		return g.limits.Join(account), nil
	}
	if len(c.Resource.Before)+len(c.Resource.After) > 0 {
		if err := g.limits.ScriptLeft(ctx, account); err != nil {
			return limit.Held{}, err
		}
	}
	return g.limits.ProviderCall(ctx, account)
}

// run takes a call from binding to the answer, along the chain of resources.
func (g *Gateway) run(ctx context.Context, c *Call) (*Answer, error) {
	if err := g.Fresh(ctx, c); err != nil {
		return nil, err
	}
	if err := g.query(ctx, c); err != nil {
		return nil, err
	}
	if filter, err := c.evaluated(); err != nil {
		return nil, err
	} else if filter != nil {
		if err := g.scan(ctx, c, filter); err != nil {
			return nil, err
		}
		return g.answer(ctx, c), nil
	}
	for link := 1; ; link++ {
		if link > MaxChain {
			return nil, fault.New(fault.Invalid, "The chain of resources is longer than %d: check nextResource of %s %s",
				MaxChain, c.Resource.Method, c.Resource.Canonical)
		}
		if err := g.exchange(ctx, c); err != nil {
			return nil, err
		}
		if c.Resource.NextResource == "" || c.stream != nil {
			break
		}
		if err := g.chain(c); err != nil {
			return nil, err
		}
	}
	if err := g.remember(ctx, c); err != nil {
		return nil, err
	}
	if err := g.shape(ctx, c); err != nil {
		c.release()
		return nil, err
	}
	return g.answer(ctx, c), nil
}

// exchange is one request to the provider with its hooks. When the provider refuses the grant it is renewed and the request made anew:
// parameters and hooks may have used the old one.
func (g *Gateway) exchange(ctx context.Context, c *Call) error {
	err := g.attempt(ctx, c)
	if err == nil {
		var renewed bool
		if renewed, err = g.renewAfterRefusal(ctx, c); renewed {
			c.response, c.skipped = vendorResponse{}, false
			if err = g.attempt(ctx, c); err == nil && c.response.status == http.StatusUnauthorized {
				g.wasVain(c)
			}
		}
	}
	if err == nil {
		err = g.after(ctx, c)
	}
	if err != nil {
		c.release()
	}
	return err
}

// attempt makes the provider's request and sends it.
func (g *Gateway) attempt(ctx context.Context, c *Call) error {
	for _, stage := range []func(context.Context, *Call) error{g.bind, g.before, g.send} {
		if err := stage(ctx, c); err != nil {
			return err
		}
	}
	return nil
}
