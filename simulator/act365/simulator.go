// Package act365 is a stand-in for the Act! 365 API: an http.Handler that answers as the provider
// is known, or assumed, to answer (reference/act365.md §§2-6, 12). It keeps everything in memory,
// makes its data from a seed, and can be told to misbehave. It shares no code with the connector.
package act365

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// maxBody is the largest request body in bytes that the provider takes (reference/act365.md §12.3).
const maxBody = 1 << 20

// Simulator answers the Act! 365 API, its OAuth pages and the control API below /_sim.
type Simulator struct {
	options   Options
	clock     *clock
	directory *directory
	routes    []route
	rate      rateLimit
	journal   journal
	faults    faultTable
	dice      dice
	hooks     *deliveries
	requests  atomic.Uint64
	// pause waits for latencies and between webhook tries; tests put a recorder in its place.
	pause func(context.Context, time.Duration) error

	mu       sync.RWMutex // guards the accounts and all in them, and what follows
	accounts []*account
	contacts int // size and seed of the present data
	seed     int64
}

// New makes a simulator with its data. It panics when the options are not valid; check them with
// Options.Validate where they come from outside.
func New(o Options) *Simulator {
	o, err := o.complete()
	if err != nil {
		panic("act365: " + err.Error())
	}
	c, _ := newClock(o.Clock) // complete has checked it
	s := &Simulator{
		options:   o,
		clock:     c,
		directory: newDirectory(o),
		dice:      dice{source: rand.New(rand.NewPCG(uint64(o.Seed), 0x5ca1e))},
		pause:     pause,
	}
	s.routes = s.newRoutes()
	s.hooks = newDeliveries(s)
	s.reseed(o.Contacts, o.Seed)
	if err := s.setScenario(o.Scenario); err != nil {
		panic("act365: " + err.Error())
	}
	return s
}

// Close ends webhook deliveries and waits for those that are under way.
func (s *Simulator) Close() { s.hooks.close() }

// Now is the simulator's time.
func (s *Simulator) Now() time.Time { return s.clock.now() }

// Advance moves the simulator's clock: timestamps, rate windows and token lives.
func (s *Simulator) Advance(d time.Duration) { s.clock.advance(d) }

// exchange is one request on its way through the simulator.
type exchange struct {
	request  *http.Request
	path     string // decoded, for people and for matching faults
	body     []byte
	tooLarge bool
	who      principal
	unknown  []string // members of the body that no model has
	fault    *fault
}

// ServeHTTP answers a request.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, isControl := below(r.URL.EscapedPath(), "/_sim"); isControl {
		s.serveControl(w, r, rest)
		return
	}
	started := time.Now()
	x := &exchange{request: r, path: r.URL.Path}
	var err error
	if x.body, x.tooLarge, err = readBody(r); err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	x.fault = s.faults.match(x, s)
	out, drop := s.answer(x)
	status := out.status
	if drop {
		status = 0
	}
	s.record(x, status, started)
	if drop {
		panic(http.ErrAbortHandler)
	}
	s.write(w, r, out, x.fault)
}

// answer waits as long as it is to wait and finds out what to say. The bool asks for the
// connection to be dropped without an answer.
func (s *Simulator) answer(x *exchange) (reply, bool) {
	delay := s.options.Latency + s.dice.upTo(s.options.LatencyJitter) + s.faultDelay(x.fault)
	if delay > 0 && s.pause(x.request.Context(), delay) != nil {
		return reply{}, true
	}
	if x.fault != nil && x.fault.action.DropConnection {
		return reply{}, true
	}
	if out, replaced := x.fault.reply(); replaced {
		return out, false
	}
	if s.options.ErrorRate > 0 && s.dice.chance(s.options.ErrorRate) {
		status := []int{500, 502, 503, 504}[s.dice.below(4)]
		return refuse(status, "%s (simulated)", http.StatusText(status)).answer(s.options.Errors), false
	}
	if rest, isOAuth := below(x.request.URL.EscapedPath(), s.oauthPath()); isOAuth {
		return s.serveOAuth(x.request, strings.ToLower(strings.Trim(rest, "/")), x.body), false
	}
	out, err := s.serveAPI(x)
	if err != nil {
		out = err.answer(s.options.Errors)
	}
	return out, false
}

// oauthPath is where the OAuth pages are: beside the API, as /act/oauth/v2 is beside /act/api.
func (s *Simulator) oauthPath() string {
	parent := s.options.BasePath[:max(0, strings.LastIndexByte(s.options.BasePath, '/'))]
	return parent + "/oauth/v2"
}

// write sends an answer, cut short or broken where a fault says so.
func (s *Simulator) write(w http.ResponseWriter, r *http.Request, out reply, f *fault) {
	out, keep := f.spoil(out)
	h := w.Header()
	for name, list := range out.header {
		h[http.CanonicalHeaderKey(name)] = list
	}
	if out.contentType != "" {
		h.Set("Content-Type", out.contentType)
	}
	h.Set("Date", s.clock.now().Format(http.TimeFormat))
	h.Set("X-Request-Id", fmt.Sprintf("%016x", s.requests.Add(1)))
	if out.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(out.body)))
	}
	w.WriteHeader(out.status)
	if r.Method == http.MethodHead || out.status == http.StatusNoContent {
		return
	}
	if keep >= len(out.body) {
		_, _ = w.Write(out.body) // a client that has gone needs no answer
		return
	}
	_, _ = w.Write(out.body[:keep])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// readBody reads up to the limit; the bool says that there was more.
func readBody(r *http.Request) ([]byte, bool, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, false, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, false, err
	}
	if len(body) > maxBody {
		return body[:maxBody], true, nil
	}
	return body, false, nil
}

// below cuts a path prefix, whatever its case; the rest begins with "/" or is empty.
func below(path, prefix string) (string, bool) {
	if len(path) < len(prefix) || !strings.EqualFold(path[:len(prefix)], prefix) {
		return "", false
	}
	rest := path[len(prefix):]
	return rest, rest == "" || rest[0] == '/'
}

// pause waits for the time or for the end of the context.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// baseURL is the address of the API as the client of a request sees it.
func (s *Simulator) baseURL(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + s.options.BasePath
}

// isLoopback tells whether a request came from this machine.
func isLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// dice is the simulator's chance, repeatable from the seed.
type dice struct {
	mu     sync.Mutex
	source *rand.Rand
}

func (d *dice) chance(p float64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.source.Float64() < p
}

func (d *dice) below(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.source.IntN(n)
}

func (d *dice) upTo(limit time.Duration) time.Duration {
	if limit <= 0 {
		return 0
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return time.Duration(d.source.Int64N(int64(limit) + 1))
}
