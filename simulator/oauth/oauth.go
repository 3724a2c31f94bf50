// Package oauth simulates a provider that gives access by OAuth: an authorization server for OAuth 2 (RFC 6749, 7009, 7523,
// 7636) and OAuth 1.0a (RFC 5849) with an API behind it. It misbehaves on request and counts what clients do, so that a
// refresh too many shows.
//
// It is meant for this machine: everything is in memory, and redirects without registered addresses go to loopback alone.
package oauth

import (
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// What a simulator knows unless options say otherwise.
const (
	DefaultClientID     = "demo-client-id"
	DefaultClientSecret = "demo-client-secret"
	DefaultUser         = "demo.user@example.com"
	DefaultPassword     = "demo-password"
)

// Limits.
const (
	maxBody   = 1 << 20          // bytes of a request body
	codeLife  = 60 * time.Second // of an authorization code
	maxTokens = 50_000           // of each kind; beyond it the oldest go
	maxRecord = 10_000           // records of the API
)

// Consent is what the user of the simulated provider does when asked.
type Consent string

// The kinds of consent.
const (
	ConsentForm    Consent = "form"    // a page with the buttons Approve and Deny; the default
	ConsentApprove Consent = "approve" // goes back with a code at once
	ConsentDeny    Consent = "deny"    // goes back with error=access_denied at once
)

// Rotation is what becomes of a refresh token that is used.
type Rotation string

// The kinds of rotation.
const (
	RotationDetect Rotation = "detect" // replaced; using the old one again revokes the whole family (RFC 9700 §4.14.2); the default
	RotationPlain  Rotation = "plain"  // replaced; the old one is refused
	RotationNone   Rotation = "none"   // the token stays, and the answer does not repeat it
)

// Settings can be changed while the simulator runs, by Change or by POST /_sim/settings.
type Settings struct {
	Consent  Consent  `json:"consent"`
	Rotation Rotation `json:"rotation"`
	// TokenLife is how long an access token lives by the simulator's clock; 0 is an hour.
	TokenLife time.Duration `json:"-"`
	// TokenCalls is how many API calls an access token is good for; 0 is no limit.
	TokenCalls int `json:"tokenCalls"`
	// FormAnswers makes the token endpoint answer form-encoded, as some old providers do.
	FormAnswers bool `json:"formAnswers"`
	// RequirePKCE refuses authorizations without a code challenge.
	RequirePKCE bool `json:"requirePKCE"`
}

// Options describe a simulator. The zero value is a provider with the default client and user, a consent form, rotation with
// reuse detection, and tokens that live for an hour.
type Options struct {
	Settings
	// Clients are secrets by client id; an empty secret is a public client. Nil: the default client. For OAuth 1 they are
	// consumer keys and secrets.
	Clients map[string]string
	// Users are passwords by user name, for the password grant. Nil: the default user.
	Users map[string]string
	// RedirectURIs are the registered addresses; without any, those on loopback are good.
	RedirectURIs []string
	// JWTKeys are public keys by issuer, for RS256 assertions. HS256 ones are signed with the client's secret.
	JWTKeys map[string]*rsa.PublicKey
	// Members are further members of every token answer, such as instance_url.
	Members map[string]any
	// Now is where the clock starts and stands, to be moved by Advance; the zero value is the machine's running clock.
	Now time.Time
}

// Simulator is a provider. It is an http.Handler and safe for concurrent use.
type Simulator struct {
	options Options

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced at every change, for Wait
	settings Settings
	clock    clock
	grants   grants
	first    first // OAuth 1
	faults   faults
	counters Counters
	journal  journal
	records  []map[string]any
}

// New makes a simulator.
func New(o Options) *Simulator {
	if o.Clients == nil {
		o.Clients = map[string]string{DefaultClientID: DefaultClientSecret}
	}
	if o.Users == nil {
		o.Users = map[string]string{DefaultUser: DefaultPassword}
	}
	if o.Consent == "" {
		o.Consent = ConsentForm
	}
	if o.Rotation == "" {
		o.Rotation = RotationDetect
	}
	if o.TokenLife == 0 {
		o.TokenLife = time.Hour
	}
	return &Simulator{
		options: o, settings: o.Settings, clock: clock{fixed: o.Now}, changed: make(chan struct{}),
		grants: newGrants(), first: newFirst(), faults: newFaults(),
		records: []map[string]any{
			{"id": 1, "name": "Ada Byron", "email": "ada@example.org"},
			{"id": 2, "name": "Grace O'Hara", "email": "grace@example.org"},
			{"id": 3, "name": "Jörg Müller", "email": "joerg@example.org"},
		},
	}
}

// Change changes settings.
func (s *Simulator) Change(change func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.settings)
	s.touch()
}

// touch wakes who waits. s.mu is held.
func (s *Simulator) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// ServeHTTP answers one request.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, isControl := strings.CutPrefix(r.URL.Path, "/_sim/"); isControl {
		s.serveControl(w, r, rest)
		return
	}
	s.mu.Lock()
	now := s.clock.now()
	s.mu.Unlock()
	// A client with a wrong clock can see it here.
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		answer := oauthError(http.StatusRequestEntityTooLarge, "invalid_request", fmt.Sprintf("the body is larger than %d bytes", maxBody))
		answer.write(w)
		return
	}
	x := &exchange{Request: r, body: body, form: formOf(r, body), now: now}
	answer, aborted := s.route(x)
	s.record(x, answer.status, aborted)
	if aborted {
		panic(http.ErrAbortHandler) // the connection is cut, as the fault wants
	}
	answer.write(w)
}

// exchange is one request with its body read.
type exchange struct {
	*http.Request
	body   []byte
	form   url.Values // the body, when it is a form
	now    time.Time  // by the simulator's clock
	client string     // that authenticated
	style  string     // of its authentication: basic, body, assertion, bearer, signature
	fault  string     // that struck
}

func formOf(r *http.Request, body []byte) url.Values {
	if !strings.HasPrefix(strings.ToLower(r.Header.Get("Content-Type")), "application/x-www-form-urlencoded") {
		return url.Values{}
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return url.Values{}
	}
	return form
}

// base is the address that the request came to.
func (x *exchange) base() string {
	if x.TLS != nil {
		return "https://" + x.Host
	}
	return "http://" + x.Host
}

func (s *Simulator) route(x *exchange) (reply, bool) {
	post := x.Method == http.MethodPost
	switch path := x.URL.Path; {
	case path == "/authorize" && (post || x.Method == http.MethodGet):
		return s.authorize(x), false
	case path == "/token" && post:
		return s.faulty(x, "token", s.token)
	case path == "/revoke" && post:
		return s.faulty(x, "revoke", s.revoke)
	case path == "/request_token" && (post || x.Method == http.MethodGet):
		return s.faulty(x, "request_token", s.requestToken)
	case path == "/authorize1" && (post || x.Method == http.MethodGet):
		return s.authorize1(x), false
	case path == "/access_token" && (post || x.Method == http.MethodGet):
		return s.faulty(x, "access_token", s.accessToken)
	case strings.HasPrefix(path, "/api/"):
		return s.faulty(x, "api", s.api)
	case strings.HasPrefix(path, "/api1/"):
		return s.faulty(x, "api", s.api1)
	case path == "/token" || path == "/revoke" || path == "/authorize" || path == "/authorize1":
		return jsonReply(http.StatusMethodNotAllowed, map[string]string{"message": "the method " + x.Method + " is not allowed here"}), false
	}
	return jsonReply(http.StatusNotFound, map[string]string{"message": "there is nothing at this address"}), false
}

// reply is an answer before it is written.
type reply struct {
	status      int
	contentType string
	header      http.Header
	body        []byte
	endless     int64 // bytes of filling behind the body
}

func (a reply) write(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.contentType != "" {
		w.Header().Set("Content-Type", a.contentType)
	}
	w.WriteHeader(a.status)
	if _, err := w.Write(a.body); err != nil {
		return // the client has gone
	}
	filling := []byte(strings.Repeat("x", 64<<10))
	for left := a.endless; left > 0; left -= int64(len(filling)) {
		if _, err := w.Write(filling[:min(left, int64(len(filling)))]); err != nil {
			return
		}
	}
}

func jsonReply(status int, v any) reply {
	body, err := json.Marshal(v)
	if err != nil {
		return reply{status: http.StatusInternalServerError, contentType: "text/plain", body: []byte(err.Error())}
	}
	return reply{status: status, contentType: "application/json", body: body, header: http.Header{"Cache-Control": {"no-store"}}}
}

func htmlReply(status int, title, content string) reply {
	return reply{status: status, contentType: "text/html; charset=utf-8", body: fmt.Appendf(nil,
		"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title></head><body>%s</body></html>\n", html.EscapeString(title), content)}
}

func redirect(to string) reply {
	return reply{status: http.StatusFound, header: http.Header{"Location": {to}}}
}

// oauthError is an error as RFC 6749 §5.2 shapes it.
func oauthError(status int, code, description string) reply {
	return jsonReply(status, map[string]string{"error": code, "error_description": description})
}

func isLoopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
