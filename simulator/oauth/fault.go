package oauth

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is a way to misbehave.
type Fault string

// The faults. Those of the first group strike before anything is done, so no token is used up; those of the second do the work
// first and spoil the answer.
const (
	FaultHTML         Fault = "html"          // 200 with a page of HTML
	FaultHTML503      Fault = "html-503"      // 503 with a page of HTML
	FaultError200     Fault = "error-200"     // 200 with {"error":…} inside
	FaultEmpty        Fault = "empty"         // 200 with nothing
	FaultGarbage      Fault = "garbage"       // 200 with bytes that mean nothing
	FaultHuge         Fault = "huge"          // 200 with a body of Size bytes
	FaultNever        Fault = "never"         // no answer until Release, or until the client goes
	FaultDrop         Fault = "drop"          // the connection is cut
	FaultUnavailable  Fault = "unavailable"   // 503 with Retry-After and {"error":"temporarily_unavailable"}
	FaultServerError  Fault = "server-error"  // 500 with {"error":"server_error"}
	FaultUnauthorized Fault = "unauthorized"  // 401 with {"error":"invalid_token"}
	FaultRedirect     Fault = "redirect"      // 307 to the same path below /elsewhere, as a login page in between does
	FaultRevokeBefore Fault = "revoke-before" // the user takes the consent back at this very moment

	FaultSlow            Fault = "slow"              // the work, then Delay, then the answer
	FaultNoAccessToken   Fault = "no-access-token"   // the answer lacks access_token
	FaultExpiresNonsense Fault = "expires-nonsense"  // expires_in is "soon"
	FaultExpiresNegative Fault = "expires-negative"  // expires_in is -5
	FaultExpiresText     Fault = "expires-text"      // expires_in is the right number as text
	FaultHoldAfterRotate Fault = "hold-after-rotate" // the work, then no answer until Release, or until the client goes
	FaultDropAfterRotate Fault = "drop-after-rotate" // the work, then the connection is cut
	FaultRevokeAfter     Fault = "revoke-after"      // the work, then the user takes the consent back, then the answer
)

var knownFaults = []Fault{
	FaultHTML, FaultHTML503, FaultError200, FaultEmpty, FaultGarbage, FaultHuge, FaultNever, FaultDrop, FaultUnavailable, FaultServerError,
	FaultUnauthorized, FaultRedirect, FaultRevokeBefore, FaultSlow, FaultNoAccessToken, FaultExpiresNonsense, FaultExpiresNegative, FaultExpiresText,
	FaultHoldAfterRotate, FaultDropAfterRotate, FaultRevokeAfter,
}

const (
	maxRules = 1000
	maxHuge  = 1 << 30 // bytes of the largest huge answer
)

// Rule says when a fault strikes.
type Rule struct {
	Fault Fault `json:"fault"`
	// Endpoint is token, revoke, request_token, access_token or api; "" is token.
	Endpoint string `json:"endpoint,omitempty"`
	// Grant is the grant_type that it is for, "" any.
	Grant string `json:"grant,omitempty"`
	// Times is how often it strikes: 0 is once, below 0 for ever.
	Times int `json:"times,omitempty"`
	// Delay is of slow.
	Delay time.Duration `json:"-"`
	// Size is of huge, in bytes; 0 is 64 MiB.
	Size int64 `json:"size,omitempty"`
}

// faults is the rules in force and who is held. It has its own lock.
type faults struct {
	mu      sync.Mutex
	rules   []*Rule
	release chan struct{}
}

func newFaults() faults { return faults{release: make(chan struct{})} }

// Break adds a rule. The first one that fits strikes.
func (s *Simulator) Break(r Rule) error {
	f := &s.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.Endpoint == "" {
		r.Endpoint = "token"
	}
	if r.Times == 0 {
		r.Times = 1
	}
	if r.Size == 0 {
		r.Size = 64 << 20
	}
	switch {
	case !slices.Contains(knownFaults, r.Fault):
		return fmt.Errorf("there is no fault %q", r.Fault)
	case !slices.Contains([]string{"token", "revoke", "request_token", "access_token", "api"}, r.Endpoint):
		return fmt.Errorf("there is no endpoint %q", r.Endpoint)
	case r.Size < 0 || r.Size > maxHuge || r.Delay < 0:
		return fmt.Errorf("size has to be between 0 and %d, and the delay not negative", maxHuge)
	case len(f.rules) >= maxRules:
		return fmt.Errorf("there are %d rules, which is the limit", maxRules)
	}
	f.rules = append(f.rules, &r)
	return nil
}

// Mend removes all rules. Who is held stays so until Release.
func (s *Simulator) Mend() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.rules = nil
}

// Release lets everybody go who is held.
func (s *Simulator) Release() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	close(s.faults.release)
	s.faults.release = make(chan struct{})
}

func (f *faults) find(x *exchange, endpoint string) *Rule {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, r := range f.rules {
		if r.Endpoint != endpoint || r.Grant != "" && r.Grant != x.form.Get("grant_type") {
			continue
		}
		found := *r
		if r.Times > 0 {
			if r.Times--; r.Times == 0 {
				f.rules = slices.Delete(f.rules, i, i+1)
			}
		}
		return &found
	}
	return nil
}

// faulty answers an endpoint by its handler, or as a fault wants. aborted means that the connection is to be cut.
func (s *Simulator) faulty(x *exchange, endpoint string, handle func(*exchange) reply) (out reply, aborted bool) {
	if endpoint == "token" && x.form.Get("grant_type") == "refresh_token" {
		defer s.watchRefresh(x.form.Get("refresh_token"))()
	}
	s.faults.mu.Lock()
	release := s.faults.release
	s.faults.mu.Unlock()
	r := s.faults.find(x, endpoint)
	if r == nil {
		return handle(x), false
	}
	x.fault = string(r.Fault)
	s.mu.Lock()
	s.counters.Faults++
	s.touch()
	s.mu.Unlock()
	switch r.Fault {
	case FaultHTML:
		return htmlReply(http.StatusOK, "Welcome", "<h1>Please log in</h1>"), false
	case FaultHTML503:
		return htmlReply(http.StatusServiceUnavailable, "Maintenance", "<h1>We are down for maintenance</h1>"), false
	case FaultError200:
		return oauthError(http.StatusOK, "invalid_request", "this answer says 200 and is an error"), false
	case FaultEmpty:
		return reply{status: http.StatusOK, contentType: "application/json"}, false
	case FaultGarbage:
		return reply{status: http.StatusOK, contentType: "application/json", body: []byte("\x00\xff{]:\x07not=json")}, false
	case FaultHuge:
		return reply{status: http.StatusOK, contentType: "application/json", body: []byte(`{"access_token":"`), endless: r.Size}, false
	case FaultDrop:
		return reply{}, true
	case FaultNever:
		if !s.hold(x, release) {
			return reply{}, true
		}
		return handle(x), false
	case FaultUnavailable:
		out = oauthError(http.StatusServiceUnavailable, "temporarily_unavailable", "try again later")
		out.header.Set("Retry-After", "1")
		return out, false
	case FaultServerError:
		return oauthError(http.StatusInternalServerError, "server_error", "something is broken here"), false
	case FaultUnauthorized:
		return unauthorized("invalid_token", "the access token is not wanted today"), false
	case FaultRedirect:
		return reply{status: http.StatusTemporaryRedirect, header: http.Header{"Location": {x.base() + "/elsewhere" + x.URL.Path}}}, false
	case FaultRevokeBefore:
		s.RevokeAll()
		return handle(x), false
	}
	out = handle(x)
	switch r.Fault {
	case FaultSlow:
		select {
		case <-time.After(r.Delay):
		case <-x.Context().Done():
			return out, true
		}
	case FaultNoAccessToken:
		out.body = []byte(strings.Replace(string(out.body), `"access_token":`, `"excess_token":`, 1))
	case FaultExpiresNonsense:
		out.body = withExpiry(out.body, `"soon"`)
	case FaultExpiresNegative:
		out.body = withExpiry(out.body, `-5`)
	case FaultExpiresText:
		s.mu.Lock()
		out.body = withExpiry(out.body, fmt.Sprintf("%q", fmt.Sprint(int64(s.settings.TokenLife/time.Second))))
		s.mu.Unlock()
	case FaultHoldAfterRotate:
		return out, !s.hold(x, release)
	case FaultDropAfterRotate:
		return out, true
	case FaultRevokeAfter:
		s.RevokeAll()
	}
	return out, false
}

func withExpiry(body []byte, value string) []byte {
	before, after, found := strings.Cut(string(body), `"expires_in":`)
	if !found {
		return body
	}
	return []byte(before + `"expires_in":` + value + after[strings.IndexAny(after, ",}"):])
}

// hold waits until Release, which is true, or until the client has gone.
func (s *Simulator) hold(x *exchange, release <-chan struct{}) bool {
	count := func(n int) {
		s.mu.Lock()
		s.counters.Held += n
		s.touch()
		s.mu.Unlock()
	}
	count(1)
	defer count(-1)
	select {
	case <-release:
		return true
	case <-x.Context().Done():
		s.mu.Lock()
		s.counters.Lost++
		s.touch()
		s.mu.Unlock()
		return false
	}
}
