package oauth

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// serveControl answers below /_sim/. It is for people and tests on the same machine: peers, Host and Origin that are not
// loopback are refused, the last two because a page in a browser could otherwise reach it.
func (s *Simulator) serveControl(w http.ResponseWriter, r *http.Request, rest string) {
	if !fromHere(r) {
		jsonReply(http.StatusForbidden, map[string]string{"message": "the control API answers only to this machine"}).write(w)
		return
	}
	controls := map[string]func(*http.Request) (any, error){
		"GET state":     func(*http.Request) (any, error) { return s.Counters(), nil },
		"GET requests":  func(*http.Request) (any, error) { return s.Journal(), nil },
		"GET faults":    func(*http.Request) (any, error) { return s.rules(), nil },
		"POST faults":   s.addFault,
		"DELETE faults": func(*http.Request) (any, error) { s.Mend(); return done{true}, nil },
		"POST release":  func(*http.Request) (any, error) { s.Release(); return done{true}, nil },
		"POST revoke":   func(*http.Request) (any, error) { s.RevokeAll(); return done{true}, nil },
		"POST expire":   func(*http.Request) (any, error) { s.ExpireAll(); return done{true}, nil },
		"POST clock":    s.moveClock,
		"POST settings": s.changeSettings,
		"GET settings":  func(*http.Request) (any, error) { return s.showSettings(), nil },
	}
	handle, known := controls[r.Method+" "+strings.TrimSuffix(rest, "/")]
	if !known {
		jsonReply(http.StatusNotFound, map[string]string{"message": "there is no such control; see the README of the simulators"}).write(w)
		return
	}
	out, err := handle(r)
	if err != nil {
		jsonReply(http.StatusBadRequest, map[string]string{"message": err.Error()}).write(w)
		return
	}
	jsonReply(http.StatusOK, out).write(w)
}

type done struct {
	Done bool `json:"done"`
}

func fromHere(r *http.Request) bool {
	peer, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !isLoopbackHost(peer) {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if !isLoopbackHost(strings.Trim(host, "[]")) {
		return false
	}
	origin := r.Header.Get("Origin")
	u, err := url.Parse(origin)
	return origin == "" || err == nil && isLoopbackHost(u.Hostname())
}

// readControl reads a body strictly: a name that is not known is more likely a slip than meant.
func readControl(r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("the body is not understood: %w", err)
	}
	return nil
}

// duration is written as 250ms or 1h.
type duration time.Duration

// UnmarshalText reads what time.ParseDuration does.
func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = duration(parsed)
	return err
}

// MarshalText is the inverse.
func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// rule is a Rule on the wire.
type rule struct {
	Rule
	Delay duration `json:"delay,omitempty"`
}

func (s *Simulator) rules() []rule {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	out := []rule{}
	for _, r := range s.faults.rules {
		out = append(out, rule{*r, duration(r.Delay)})
	}
	return out
}

func (s *Simulator) addFault(r *http.Request) (any, error) {
	var given rule
	if err := readControl(r, &given); err != nil {
		return nil, err
	}
	given.Rule.Delay = time.Duration(given.Delay)
	return done{true}, s.Break(given.Rule)
}

func (s *Simulator) moveClock(r *http.Request) (any, error) {
	var given struct {
		Advance duration `json:"advance"`
	}
	if err := readControl(r, &given); err != nil {
		return nil, err
	}
	s.Advance(time.Duration(given.Advance))
	return map[string]any{"now": s.Now()}, nil
}

// settings are Settings on the wire.
type settings struct {
	Settings
	TokenLife duration `json:"tokenLife"`
}

func (s *Simulator) showSettings() settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return settings{s.settings, duration(s.settings.TokenLife)}
}

// changeSettings changes what is given and leaves the rest.
func (s *Simulator) changeSettings(r *http.Request) (any, error) {
	given := s.showSettings()
	if err := readControl(r, &given); err != nil {
		return nil, err
	}
	given.Settings.TokenLife = time.Duration(given.TokenLife)
	switch {
	case !slices.Contains([]Consent{ConsentForm, ConsentApprove, ConsentDeny}, given.Consent):
		return nil, fmt.Errorf("consent is %q; it has to be form, approve or deny", given.Consent)
	case !slices.Contains([]Rotation{RotationDetect, RotationPlain, RotationNone}, given.Rotation):
		return nil, fmt.Errorf("rotation is %q; it has to be detect, plain or none", given.Rotation)
	case given.TokenLife <= 0 || given.TokenCalls < 0:
		return nil, fmt.Errorf("tokenLife has to be positive, and tokenCalls not negative")
	}
	s.Change(func(now *Settings) { *now = given.Settings })
	return s.showSettings(), nil
}
