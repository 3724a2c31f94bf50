// Package outbound is the only way out: every HTTP call that Jackfield makes to a provider, a webhook
// receiver or anything else a customer can name goes through one Client.
//
// The client refuses private and special addresses when it dials (after DNS, on every redirect), bounds
// time, size, redirects and retries, keeps a budget per connector credential, and hands back plain bytes:
// an answer that was compressed on the wire is read uncompressed, and limits count uncompressed bytes.
//
// Errors that reach a caller are faults: Invalid for a request that must not leave (blocked address, bad
// header), Throttled for a used-up budget, Provider for an unreachable or misbehaving provider, and
// Unavailable when the caller itself gave up.
package outbound

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// The limits of a call. Those that an operator or a connector may move are fields of Options or Policy.
const (
	// ConnectTimeout bounds DNS and TCP connect; a TLS handshake has as long again.
	ConnectTimeout = 10 * time.Second
	// DefaultTimeout bounds a whole call: budget, tries, waits between them and reading the answer.
	// For a streaming call it bounds the time without any progress instead.
	DefaultTimeout = 60 * time.Second
	// MaxTimeout is the longest Policy.Timeout; longer ones are cut to it.
	MaxTimeout = 10 * time.Minute
	// DefaultMaxBody bounds one answer in uncompressed bytes.
	DefaultMaxBody int64 = 64 << 20
	// DefaultMaxStream bounds one streamed answer in uncompressed bytes.
	DefaultMaxStream int64 = 6 << 30
	// MaxAttempts bounds how often one call is tried.
	MaxAttempts = 3
	// MaxRedirects bounds how many redirects one call follows.
	MaxRedirects = 5
	// MaxAnswerHeader bounds the header block of an answer in bytes.
	MaxAnswerHeader int64 = 256 << 10
	// MaxRequestHeader bounds the header fields of a request in bytes.
	MaxRequestHeader = 256 << 10
	// MaxBudgetWait bounds how long a call waits for its budget before it is throttled.
	MaxBudgetWait = 10 * time.Second
	// MaxBudgets bounds how many budgets are remembered at once; the longest unused go first.
	MaxBudgets = 100_000
)

// DefaultUserAgent is sent when the request names none; several providers refuse a call without one.
const DefaultUserAgent = "Jackfield"

// Options set up a Client. The zero value is a working client that reaches public addresses only.
type Options struct {
	// AllowPrivate lists ranges that may be reached although they are private or special
	// (--allow-private-providers). Link-local and cloud metadata addresses stay refused.
	AllowPrivate []netip.Prefix
	// AllowAddresses lists exact addresses with port that may be reached; the demo names its own
	// simulator here and nothing else.
	AllowAddresses []netip.AddrPort
	// Resolver answers DNS; nil is the system's.
	Resolver *net.Resolver
	// TLS is the base of the TLS configuration; nil trusts the system's roots. TLS 1.2 is the least.
	TLS *tls.Config
	// MaxBody and MaxStream replace DefaultMaxBody and DefaultMaxStream, in bytes; 0 keeps them.
	MaxBody, MaxStream int64
	// UserAgent replaces DefaultUserAgent.
	UserAgent string
	// Observe sees every exchange with a provider, for metrics. It must not block.
	Observe func(Attempt)
}

// Policy is what one call may do. The zero value is right for an ordinary provider call.
type Policy struct {
	// Budget is the token bucket that this call draws from; the zero value draws from none.
	Budget Budget
	// Timeout replaces DefaultTimeout.
	Timeout time.Duration
	// MaxBody replaces the limit of the answer, in uncompressed bytes; it never exceeds Options.MaxStream.
	MaxBody int64
	// Stream is for files: the limit is Options.MaxStream, and Timeout bounds the time without progress
	// in either direction and no longer the whole call.
	Stream bool
	// Attempts replaces MaxAttempts when it is smaller; 1 means no retry.
	Attempts int
	// Redirects replaces MaxRedirects when it is smaller; negative hands a redirect to the caller. Calls
	// that carry a secret in their body (a token exchange) should say negative: a 307 repeats the body.
	Redirects int
	// SecretHeaders names headers that carry a credential and are dropped, like Authorization and Cookie,
	// on a redirect to another party. Names that look like a credential are dropped without being named.
	SecretHeaders []string
	// Certificate authenticates at the party of the call; a redirect to another one goes without. Connections are
	// shared by calls with the same certificate and key, and by nobody else.
	Certificate *tls.Certificate
	// Observe sees every exchange of this call, for a trace. It must not block.
	Observe func(Attempt)
}

// Attempt is one exchange with a provider: one request sent, one answer's head received or an error.
type Attempt struct {
	Request  *http.Request  // as sent, credentials included: scrub before showing; read only
	Response *http.Response // nil when there was an error; read only, the body is not the observer's
	Err      error          // what went wrong on the wire, nil otherwise
	Try      int            // 1 for the first try
	Hop      int            // 0 for the request itself, 1 for the first redirect followed, …
	Start    time.Time      // when the exchange began, after any wait for the budget
	Duration time.Duration  // until the head of the answer, or the error
}

// Client makes calls. It is safe for concurrent use; a server has one.
type Client struct {
	transport http.RoundTripper
	dialer    *net.Dialer
	certified *certified
	closeIdle func()
	budgets   budgets
	gzips     sync.Pool // *gzip.Reader
	maxBody   int64
	maxStream int64
	userAgent string
	observe   func(Attempt)
}

// New makes a client. Close it when the server stops.
func New(o Options) *Client {
	dialer := newDialer(o)
	t := newTransport(o, dialer)
	c := &Client{
		transport: t,
		dialer:    dialer,
		certified: &certified{make: func() *http.Transport { return newTransport(o, dialer) }},
		closeIdle: t.CloseIdleConnections,
		maxBody:   o.MaxBody,
		maxStream: o.MaxStream,
		userAgent: o.UserAgent,
		observe:   o.Observe,
	}
	if c.maxBody <= 0 {
		c.maxBody = DefaultMaxBody
	}
	if c.maxStream <= 0 {
		c.maxStream = DefaultMaxStream
	}
	if c.userAgent == "" {
		c.userAgent = DefaultUserAgent
	}
	return c
}

// Close closes idle connections. Calls under way go on.
func (c *Client) Close() {
	c.closeIdle()
	c.certified.closeIdle()
}

// Do sends the request and returns the answer, whatever its status; only what prevented an answer is an
// error, always a *fault.Error. The caller closes the body, which is plain (uncompressed) and fails with a
// fault when it passes the limit or the time. Do consumes the request: it closes its body, and adds
// User-Agent and Accept-Encoding to its header when they are missing.
//
// A retry needs an idempotent method and a body that can be sent again (GetBody, or none). Other methods
// are tried again only when the connection was never made. When all tries end in 429, 502, 503 or 504,
// the last answer is returned like any other.
func (c *Client) Do(ctx context.Context, req *http.Request, p Policy) (*http.Response, error) {
	if err := checkRequest(req); err != nil {
		closeBody(req.Body)
		return nil, err
	}
	c.complete(&p)
	if _, ok := req.Header["User-Agent"]; !ok {
		req.Header.Set("User-Agent", c.userAgent)
	}
	if _, ok := req.Header["Accept-Encoding"]; !ok && req.Method != http.MethodHead && req.Header.Get("Range") == "" {
		req.Header.Set("Accept-Encoding", "gzip")
	}

	x := begin(ctx, req.URL.Host, &p)
	resp, err := c.attempts(x, req, &p)
	if err != nil {
		x.end()
		return nil, err
	}
	return resp, nil
}

// attempts runs the tries of one call. On success the exchange belongs to the body of the answer.
func (c *Client) attempts(x *exchange, req *http.Request, p *Policy) (*http.Response, error) {
	for try := 1; ; try++ {
		if err := c.budgets.wait(x, p.Budget); err != nil {
			if try == 1 {
				closeBody(req.Body)
			}
			return nil, err
		}
		out := req.WithContext(x.ctx)
		x.host = req.URL.Host
		if try > 1 {
			if err := renewBody(out, req); err != nil {
				return nil, err
			}
		}
		if p.Stream {
			out.Body = x.watch(out.Body)
		}
		resp, hops, err := c.follow(x, out, p, try)
		wait, again := x.retry(req, resp, err, hops, try, p)
		if !again {
			if err != nil {
				return nil, x.fault(err)
			}
			return c.answer(x, resp, p)
		}
		if resp != nil {
			discard(resp.Body)
		}
		if !x.sleep(wait) {
			return nil, x.fault(context.Cause(x.ctx))
		}
	}
}

// complete fills in the defaults of a policy and cuts what is above a hard limit.
func (c *Client) complete(p *Policy) {
	if p.Timeout <= 0 {
		p.Timeout = DefaultTimeout
	}
	p.Timeout = min(p.Timeout, MaxTimeout)
	if p.MaxBody <= 0 {
		p.MaxBody = c.maxBody
		if p.Stream {
			p.MaxBody = c.maxStream
		}
	}
	p.MaxBody = min(p.MaxBody, max(c.maxStream, c.maxBody))
	if p.Attempts <= 0 || p.Attempts > MaxAttempts {
		p.Attempts = MaxAttempts
	}
	if p.Redirects == 0 || p.Redirects > MaxRedirects {
		p.Redirects = MaxRedirects
	}
}

// report tells the observers about an exchange.
func (c *Client) report(p *Policy, a Attempt) {
	if c.observe == nil && p.Observe == nil {
		return
	}
	a.Duration = time.Since(a.Start)
	if c.observe != nil {
		c.observe(a)
	}
	if p.Observe != nil {
		p.Observe(a)
	}
}

func closeBody(b io.ReadCloser) {
	if b != nil {
		_ = b.Close() // the request was not sent: what its body says on closing changes nothing
	}
}
