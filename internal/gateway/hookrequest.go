package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"jackfield/internal/fault"
	"jackfield/internal/outbound"
	"jackfield/internal/sandbox"
)

// HookRequests says which requests of scripts the operator allows (reference/elements.md §8). The zero value allows all
// that the outbound client allows.
type HookRequests struct {
	Deny  bool
	Hosts []string // that may be reached: names, with a port or without one, *.example.org for all below; none = every host
}

// Check reports an entry that is no host.
func (h HookRequests) Check() error {
	for _, host := range h.Hosts {
		name := strings.TrimPrefix(host, "*.")
		u, err := url.Parse("https://" + name)
		if err != nil || name == "" || u.Host != name || u.Hostname() == "" || strings.Contains(name, "*") {
			return fmt.Errorf("%q is no host such as api.example.com, api.example.com:8443 or *.example.com", host)
		}
	}
	return nil
}

// refuse says why a script may not ask this address.
func (h HookRequests) refuse(u *url.URL) error {
	if h.Deny {
		return fault.New(fault.Forbidden, "Requests of scripts are not allowed on this server (--hook-requests)")
	}
	if len(h.Hosts) == 0 {
		return nil
	}
	_, err := netip.ParseAddr(strings.Trim(u.Hostname(), "[]"))
	address := err == nil // nothing is below an address
	name, port := strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), outbound.OriginOf(u).Port
	for _, host := range h.Hosts {
		host, wanted := strings.ToLower(host), port
		if h, p, err := net.SplitHostPort(host); err == nil {
			host, wanted = h, p
		}
		host = strings.Trim(host, "[]")
		below, wild := strings.CutPrefix(host, "*.")
		if wanted == port && (host == name || wild && !address && strings.HasSuffix(name, "."+below)) {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "Requests of scripts to the host %s are not allowed on this server (--hook-hosts)", name)
}

// hookRequests makes the requests of one run of a script. They belong to no budget: it counts calls to the connector's own
// provider.
type hookRequests struct {
	gateway *Gateway
	script  string
	mu      sync.Mutex // the trace is for one goroutine
	trace   *Trace
}

// ownRequestHeaders are of one connection or of the body's length: the client writes them, not a script.
var ownRequestHeaders = []string{"Host", "Connection", "Content-Length", "Transfer-Encoding", "Accept-Encoding", "Keep-Alive", "Upgrade", "Te", "Trailer", "Expect"}

// fetch makes a request for a script through the guarded client. Redirects are answers, as in Node: what follows one is a
// request of its own, and is judged again.
func (h *hookRequests) fetch(ctx context.Context, r sandbox.FetchRequest) (*sandbox.FetchResponse, error) {
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, fault.New(fault.Invalid, "The address or the method of a request is not valid")
	}
	if len(r.Body) == 0 {
		request.Body, request.GetBody, request.ContentLength = http.NoBody, nil, 0
	}
	if err := h.gateway.hooks.refuse(request.URL); err != nil {
		return nil, err
	}
	for name, values := range r.Header {
		for _, value := range values {
			request.Header.Add(name, value)
		}
	}
	for _, name := range ownRequestHeaders {
		request.Header.Del(name)
	}
	traced := &hookExchange{of: h, body: r.Body, at: -1}
	policy := outbound.Policy{Timeout: sandbox.DefaultWaitLimit, MaxBody: sandbox.MaxFetchResponse, Attempts: 1, Redirects: -1}
	if h.trace != nil {
		policy.Observe = traced.observe
	}
	response, err := h.gateway.outbound.Do(ctx, request, policy)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		if f := (*fault.Error)(nil); errors.As(err, &f) {
			return nil, f
		}
		return nil, fault.Wrap(fault.Provider, err, "The provider's answer broke off")
	}
	traced.answered(body)
	return &sandbox.FetchResponse{Status: response.StatusCode, Header: response.Header, Body: body}, nil
}

// hookExchange is a request of a script in a trace.
type hookExchange struct {
	of   *hookRequests
	body []byte
	at   int // place of the last exchange in the trace, -1 = none
}

func (x *hookExchange) observe(a outbound.Attempt) {
	x.of.mu.Lock()
	defer x.of.mu.Unlock()
	x.at = x.of.trace.hooked(a, x.of.script, x.body)
}

func (x *hookExchange) answered(body []byte) {
	x.of.mu.Lock()
	defer x.of.mu.Unlock()
	if x.at >= 0 {
		t := x.of.trace
		t.calls[x.at].response.body = t.keep(body)
	}
}

// hooked takes down an exchange of a script and returns its place, -1 when there is no room or no answer.
func (t *Trace) hooked(a outbound.Attempt, script string, body []byte) int {
	t.last = false // what answered adds is not for this one
	if len(t.calls) >= maxTraceCalls {
		t.leftOut++
		return -1
	}
	seen := tracedCall{at: a.Start, duration: a.Duration, try: a.Try, hop: a.Hop, hook: script}
	seen.request = tracedMessage{method: a.Request.Method, url: t.keepText(a.Request.URL.String(), maxTraceURL), header: t.keepHeader(a.Request.Header, nil), body: t.keep(body)}
	if a.Err != nil {
		seen.failure = a.Err.Error()
	}
	if a.Response != nil {
		seen.response = &tracedMessage{status: a.Response.StatusCode, header: t.keepHeader(a.Response.Header, nil), body: kept{note: noteUnread}}
	}
	t.calls = append(t.calls, seen)
	if seen.response == nil {
		return -1
	}
	return len(t.calls) - 1
}

// maxTraceMails is how many mails of scripts a trace keeps.
const maxTraceMails = 100

// mailed takes down a mail that a script wanted sent. Its text is nobody's business.
func (t *Trace) mailed(m sandbox.Mail, script string) {
	if t == nil || len(t.mails) >= maxTraceMails {
		return
	}
	t.mails = append(t.mails, tracedMail{hook: script, to: t.keepText(m.To, maxTraceHeader), subject: t.keepText(m.Subject, maxTraceHeader), length: len(m.Body)})
}

// tracedMail is a mail that a script wanted sent.
type tracedMail struct {
	hook        string
	to, subject kept
	length      int // bytes of its text
}
