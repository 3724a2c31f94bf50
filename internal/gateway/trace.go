package gateway

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/outbound"
	"jackfield/internal/store"
	"jackfield/internal/usage"
)

// Limits of a trace. What is above them is left out with a mark that says so.
const (
	// MaxTraceBody is how many bytes of each body are kept.
	MaxTraceBody = 64 << 10
	// maxTraceHeader is how many bytes of each header block are kept.
	maxTraceHeader = 16 << 10
	// maxTraceURL is how many bytes of each address are kept.
	maxTraceURL = 16 << 10
	// maxTraceCalls is how many exchanges with the provider are kept: five links of a chain, each with all its tries and
	// redirects, have room.
	maxTraceCalls = 100
	// maxTraceSize is how many bytes all of it may have together.
	maxTraceSize = 1 << 20
)

// Trace gathers what a call, or a provisioning of several, exchanges with its caller and with the provider. It is for one
// goroutine. A nil Trace gathers nothing, so that a call without one pays for a comparison and no more.
type Trace struct {
	ID        string // 24 hex digits
	requestID string
	started   time.Time
	calls     []tracedCall
	mails     []tracedMail
	leftOut   int  // calls beyond maxTraceCalls
	last      bool // the exchange under way is the last of calls, and not left out
	left      int  // bytes that may still be kept
	request   *tracedMessage
	response  *tracedMessage
	failure   string
	secrets   secrets
	ended     bool
}

// tracedCall is one exchange with the provider.
type tracedCall struct {
	request  tracedMessage
	response *tracedMessage
	failure  string
	at       time.Time
	duration time.Duration
	try, hop int
	hook     string // the script that made it, "" for the call's own
}

// tracedMessage is a request or an answer as it went over the wire. Nothing is scrubbed yet.
type tracedMessage struct {
	method string
	url    kept
	status int
	header []tracedHeader
	body   kept
}

type tracedHeader struct {
	name    string
	content kept
	secret  bool // the connector fills it from the configuration
}

// kept is the beginning of a text with its whole length, or a note in its place.
type kept struct {
	text   []byte
	length int
	note   string
}

// Notes in the place of a body.
const (
	noteStreams = "[a file: it flows through and is not kept]"
	noteUnread  = "[not kept: the call went on without reading it]"
)

// NewTrace begins a trace for calls that are made with it as Call.Trace; FinishTrace keeps it.
func (g *Gateway) NewTrace(requestID string) *Trace {
	var id [12]byte
	_, _ = rand.Read(id[:]) // never fails: it ends the program instead
	return &Trace{ID: hex.EncodeToString(id[:]), requestID: requestID, started: g.now(), left: maxTraceSize}
}

// FinishTrace hands a trace to the background writer: whose it is, and how it ended. A nil trace is nothing.
func (g *Gateway) FinishTrace(t *Trace, of store.Trace, err error) {
	if t == nil || g.traces == nil {
		return
	}
	if t.failure == "" {
		t.failure = said(err)
	}
	of.TraceID, of.RequestID, of.At = t.ID, t.requestID, t.started
	ended := g.now()
	g.traces.Keep(usage.PendingTrace{
		Trace: of, Size: maxTraceSize - t.left + len(t.calls)*512, // the rest of a call is small
		Render: func() ([]byte, error) { return t.render(ended.Sub(t.started)) },
	})
}

// TraceID is the id of the call's trace, "" when it is not traced.
func (c *Call) TraceID() string {
	if c.Trace == nil {
		return ""
	}
	return c.Trace.ID
}

// startTrace begins a trace when trace logging is on for the instance. What must not be shown is taken down first, so that it
// is known however the call ends.
func (g *Gateway) startTrace(c *Call) {
	if c.Trace == nil {
		if c.Lifecycle || g.traces == nil || !c.Instance.Traced(g.now()) {
			return
		}
		c.Trace = g.NewTrace(c.RequestID)
		c.Trace.started = c.started
	}
	c.Trace.secrets.add(c.Instance, nil)
	c.Trace.secrets.addCaller(c.Credentials)
}

// EndTrace completes the trace of a call that is answered with a status, and hands it over. Record does it too: callers that
// stream do it before, so that the trace is there when the caller has its answer. Nothing happens to a call without a trace,
// or when it is done again.
func (g *Gateway) EndTrace(c *Call, status int) {
	t := c.Trace
	if t == nil || t.ended {
		return
	}
	t.ended = true
	t.secrets.add(c.Instance, c.configuration)
	t.request = &tracedMessage{method: c.Method, url: t.keepText(requestURI(c), maxTraceURL), header: t.keepHeader(c.Header, nil)}
	switch {
	case c.upload != nil:
		t.request.body.note = noteStreams
	case !c.bodyRead && c.Body != nil:
		t.request.body.note = noteUnread
	default:
		t.request.body = t.keep(c.body)
	}
	if t.response == nil {
		t.response = &tracedMessage{}
	}
	t.response.status = status
	i := c.Instance
	g.FinishTrace(t, store.Trace{
		OrganizationID: i.OrganizationID, AccountID: i.AccountID, InstanceID: i.ID, ConnectorID: i.ConnectorID, ConnectorKey: i.ConnectorKey,
	}, nil)
}

// outcome takes down how a call ended, before the answer's memory is given back.
func (t *Trace) outcome(c *Call, a *Answer, err error) {
	if t == nil {
		return
	}
	t.failure = said(err)
	if c.Lifecycle {
		t.secrets.add(c.Instance, c.configuration)
		return
	}
	t.response = &tracedMessage{}
	switch {
	case err != nil:
		f := fault.As(err)
		text, _ := json.Marshal(struct { // a struct of texts always encodes
			RequestID string `json:"requestId"`
			Message   string `json:"message"`
			Provider  string `json:"providerMessage,omitempty"`
		}{c.RequestID, said(err), f.Provider})
		t.response.body = t.keep(text)
	case a.Stream != nil:
		t.response.header = t.keepHeader(a.Header, nil)
		t.response.body.note = noteStreams
	default:
		t.response.header = t.keepHeader(a.Header, nil)
		t.response.body = t.keep(a.Body)
	}
}

// said is what a caller is told of a failure.
func said(err error) string {
	switch f := fault.As(err); {
	case f == nil:
		return ""
	case f.Kind == fault.Internal && f.Status == 0:
		return "Internal server error"
	default:
		return f.Message
	}
}

// observer is what the provider's client tells of the exchanges of a call.
func (t *Trace) observer(c *Call) func(outbound.Attempt) {
	return t.observe(c.Resource.SecretHeaders(), c.vendor.body, c.upload != nil && !c.vendor.hasBody)
}

// observe takes down exchanges whose requests have this body, with headers that are secret by their names.
func (t *Trace) observe(secret []string, body []byte, uploads bool) func(outbound.Attempt) {
	return func(a outbound.Attempt) {
		if t.last = len(t.calls) < maxTraceCalls; !t.last {
			t.leftOut++
			return
		}
		seen := tracedCall{at: a.Start, duration: a.Duration, try: a.Try, hop: a.Hop}
		r := &seen.request
		r.method, r.url, r.header = a.Request.Method, t.keepText(a.Request.URL.String(), maxTraceURL), t.keepHeader(a.Request.Header, secret)
		switch {
		case a.Request.Body == nil || a.Request.Body == http.NoBody:
		case uploads:
			r.body.note = noteStreams
		default:
			r.body = t.keep(body)
		}
		if a.Err != nil {
			seen.failure = a.Err.Error()
		}
		if a.Response != nil {
			seen.response = &tracedMessage{status: a.Response.StatusCode, header: t.keepHeader(a.Response.Header, nil), body: kept{note: noteUnread}}
		}
		t.calls = append(t.calls, seen)
	}
}

// answered takes down the body of the provider's answer.
func (t *Trace) answered(body []byte) {
	if t != nil && t.last && t.calls[len(t.calls)-1].response != nil {
		t.calls[len(t.calls)-1].response.body = t.keep(body)
	}
}

// streamed says that the provider's answer flows through.
func (t *Trace) streamed() {
	if t != nil && t.last && t.calls[len(t.calls)-1].response != nil {
		t.calls[len(t.calls)-1].response.body = kept{note: noteStreams}
	}
}

// keep copies the beginning of a body: its memory may be used again before the trace is written.
func (t *Trace) keep(text []byte) kept {
	n := min(len(text), MaxTraceBody, t.left)
	t.left -= n
	return kept{text: bytes.Clone(text[:n]), length: len(text)}
}

func (t *Trace) keepText(text string, most int) kept {
	n := min(len(text), most, t.left)
	t.left -= n
	return kept{text: []byte(text[:n]), length: len(text)}
}

func (t *Trace) keepHeader(header http.Header, secret []string) []tracedHeader {
	all := make([]tracedHeader, 0, len(header))
	room := maxTraceHeader
	for name, values := range header {
		// Each header counts at least as much as the mark of a cut.
		if room -= len(name) + 32; room < 0 || t.left < len(name)+32 {
			break
		}
		t.left -= len(name) + 32
		one := tracedHeader{name: name, content: t.keepText(strings.Join(values, ", "), room)}
		room -= len(one.content.text)
		for _, s := range secret {
			one.secret = one.secret || strings.EqualFold(s, name)
		}
		all = append(all, one)
	}
	return all
}

// secrets are the values that a trace must not show.
type secrets struct {
	instances      []*instance.Instance
	configurations []map[string]string // written by hooks
	caller         []string
}

func (s *secrets) add(i *instance.Instance, written map[string]string) {
	if i != nil {
		s.instances = append(s.instances, i)
		s.configurations = append(s.configurations, maps.Clone(written))
	}
}

func (s *secrets) addCaller(c access.Credentials) {
	s.caller = append(s.caller, c.User, c.Organization, c.Element, c.Bearer)
}

// hide keeps values out of the trace that no configuration knows: codes, and tokens that are not stored yet.
func (t *Trace) hide(values ...string) {
	if t != nil {
		t.secrets.caller = append(t.secrets.caller, values...)
	}
}
