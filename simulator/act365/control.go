package act365

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxFaults is the most fault rules at a time.
const maxFaults = 1000

// serveControl answers the control API (reference/act365.md §12.5). It is for people and tests on
// the same machine: peers, Host and Origin that are not loopback are refused, the last two because
// a page in a browser could otherwise reach it.
func (s *Simulator) serveControl(w http.ResponseWriter, r *http.Request, rest string) {
	if !isLoopback(r) || !isLoopbackHost(hostOf(r.Host)) || !fromHere(r.Header.Get("Origin")) {
		writeControl(w, http.StatusForbidden, map[string]string{"message": "The control API answers only to this machine."})
		return
	}
	endpoints := map[string]map[string]func(*http.Request) (any, error){
		"faults":   {"GET": s.listFaults, "POST": s.addFault, "DELETE": s.clearFaults},
		"clock":    {"GET": s.showClock, "POST": s.moveClock},
		"mutate":   {"POST": s.mutateData},
		"reset":    {"POST": s.reset},
		"requests": {"GET": s.listRequests, "DELETE": s.clearRequests},
		"state":    {"GET": s.state},
		"keys":     {"POST": s.changeKeys},
		"scenario": {"GET": s.listScenarios, "POST": s.startScenario},
	}
	handlers, known := endpoints[strings.ToLower(strings.Trim(rest, "/"))]
	if !known {
		writeControl(w, http.StatusNotFound, map[string]string{"message": "There is no such control; see the README of the simulator."})
		return
	}
	handle, allowed := handlers[r.Method]
	if !allowed {
		verbs := methods{}
		for verb := range handlers {
			verbs[verb] = nil
		}
		w.Header().Set("Allow", verbs.allow())
		writeControl(w, http.StatusMethodNotAllowed, map[string]string{"message": "The method is not allowed here."})
		return
	}
	out, err := handle(r)
	if err != nil {
		writeControl(w, http.StatusBadRequest, map[string]string{"message": err.Error()})
		return
	}
	writeControl(w, http.StatusOK, out)
}

func hostOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

func fromHere(origin string) bool {
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && isLoopbackHost(u.Hostname())
}

func writeControl(w http.ResponseWriter, status int, out any) {
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(out) // a client that has gone needs no answer
}

// readControl reads a body strictly: a name that is not known is more likely a slip than meant.
func readControl(r *http.Request, into any) error {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return err
	}
	if len(raw) > maxBody {
		return fmt.Errorf("the body is larger than %d bytes", maxBody)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("the body is not understood: %w", err)
	}
	return nil
}

func (s *Simulator) addFault(r *http.Request) (any, error) {
	var rule faultRule
	if err := readControl(r, &rule); err != nil {
		return nil, err
	}
	f := &fault{match: rule.Match, action: rule.Action, left: 1}
	if rule.Times != nil {
		f.left = *rule.Times
	}
	a := rule.Action
	switch {
	case f.left == 0 || f.left < -1:
		return nil, fmt.Errorf("times is %d; it has to be positive, or -1 for ever", f.left)
	case a.Status != 0 && (a.Status < 200 || a.Status > 599):
		return nil, fmt.Errorf("status is %d; it has to be between 200 and 599", a.Status)
	case a.DelayMs < 0 || a.DelayJitterMs < 0:
		return nil, errors.New("a delay cannot be negative")
	case a.Status == 0 && len(a.Headers) == 0 && a.Body == nil && a.DelayMs == 0 && a.DelayJitterMs == 0 &&
		!a.DropConnection && a.TruncateAt == nil && !a.MalformedJSON && !a.HTMLBody:
		return nil, errors.New("the action does nothing")
	case s.faults.size() >= maxFaults:
		return nil, fmt.Errorf("there are %d rules, which is the limit; clear them with DELETE", maxFaults)
	}
	return map[string]int{"id": s.faults.add(f)}, nil
}

func (t *faultTable) size() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.list)
}

// faultView is a rule as it is listed. The key that it is for is not shown.
type faultView struct {
	ID       int         `json:"id"`
	Match    faultMatch  `json:"match"`
	Action   faultAction `json:"action"`
	Left     int         `json:"left"`
	Seen     int         `json:"seen"`
	Scenario bool        `json:"scenario"`
}

func (s *Simulator) listFaults(*http.Request) (any, error) {
	t := &s.faults
	t.mu.Lock()
	defer t.mu.Unlock()
	list := []faultView{}
	for _, f := range t.list {
		shown := faultView{f.id, f.match, f.action, f.left, f.seen, f.scenario}
		if shown.Match.APIKey != "" {
			shown.Match.APIKey = "***"
		}
		list = append(list, shown)
	}
	return list, nil
}

// clearFaults ends every rule, and with them the scenario.
func (s *Simulator) clearFaults(*http.Request) (any, error) {
	s.faults.clear()
	return map[string]bool{"cleared": true}, s.setScenario("none")
}

func (s *Simulator) showClock(*http.Request) (any, error) {
	return map[string]any{"now": s.clock.now(), "fixed": s.clock.isFixed()}, nil
}

func (s *Simulator) moveClock(r *http.Request) (any, error) {
	var move struct {
		Advance string `json:"advance"`
		Set     string `json:"set"`
	}
	if err := readControl(r, &move); err != nil {
		return nil, err
	}
	switch {
	case (move.Advance == "") == (move.Set == ""):
		return nil, errors.New("one of advance and set is needed")
	case move.Advance != "":
		d, err := time.ParseDuration(move.Advance)
		if err != nil {
			return nil, fmt.Errorf("advance is %q; it is a duration such as 15m", move.Advance)
		}
		s.clock.advance(d)
	default:
		t, err := time.Parse(time.RFC3339Nano, move.Set)
		if err != nil {
			return nil, fmt.Errorf("set is %q; it is an RFC 3339 time", move.Set)
		}
		s.clock.set(t)
	}
	return s.showClock(r)
}

func (s *Simulator) mutateData(r *http.Request) (any, error) {
	var want mutation
	if err := readControl(r, &want); err != nil {
		return nil, err
	}
	return s.mutate(want, s.baseURL(r))
}

// reset makes the data anew; what is left out stays as it is. Keys, faults and the clock stay.
func (s *Simulator) reset(r *http.Request) (any, error) {
	var want struct {
		Contacts *int   `json:"contacts"`
		Seed     *int64 `json:"seed"`
	}
	if err := readControl(r, &want); err != nil {
		return nil, err
	}
	s.mu.RLock()
	size, seed := s.contacts, s.seed
	s.mu.RUnlock()
	if want.Contacts != nil {
		size = *want.Contacts
	}
	if want.Seed != nil {
		seed = *want.Seed
	}
	if size < 0 || size > maxContacts {
		return nil, fmt.Errorf("contacts is %d; it has to be between 0 and %d", size, maxContacts)
	}
	s.reseed(size, seed)
	s.rate.reset()
	return map[string]any{"contacts": size, "seed": seed}, nil
}

// listRequests gives the journal, all of it or since a number or a time.
func (s *Simulator) listRequests(r *http.Request) (any, error) {
	since := r.URL.Query().Get("since")
	if since == "" {
		return s.journal.since(func(*entry) bool { return true }), nil
	}
	if seq, err := strconv.ParseUint(since, 10, 64); err == nil {
		return s.journal.since(func(e *entry) bool { return e.Seq > seq }), nil
	}
	from, err := time.Parse(time.RFC3339Nano, since)
	if err != nil {
		return nil, fmt.Errorf("since is %q; it is the number of an entry or an RFC 3339 time", since)
	}
	return s.journal.since(func(e *entry) bool { return !e.Time.Before(from) }), nil
}

func (s *Simulator) clearRequests(*http.Request) (any, error) {
	s.journal.clear()
	return map[string]bool{"cleared": true}, nil
}

// state is what there is at this moment.
func (s *Simulator) state(r *http.Request) (any, error) {
	type accountState struct {
		Name    string         `json:"name"`
		Records map[string]int `json:"records"`
	}
	var accounts []accountState
	s.mu.RLock()
	for _, acct := range s.accounts {
		counts := map[string]int{}
		for key, c := range acct.collections {
			counts[key] = len(c.rows)
		}
		accounts = append(accounts, accountState{acct.name, counts})
	}
	seed := s.seed
	s.mu.RUnlock()
	s.faults.mu.Lock()
	scenario := s.faults.scenario
	s.faults.mu.Unlock()
	faults, _ := s.listFaults(r)
	now, _ := s.showClock(r)
	return map[string]any{
		"accounts": accounts, "seed": seed, "clock": now,
		"rate":     map[string]any{"limit": s.rateNow(), "window": s.options.RateWindow.String(), "used": s.rate.snapshot()},
		"webhooks": map[string]any{"enabled": s.options.Webhooks, "deliveries": s.hooks.snapshot()},
		"faults":   faults, "scenario": scenario,
	}, nil
}

func (s *Simulator) changeKeys(r *http.Request) (any, error) {
	var change keyChange
	if err := readControl(r, &change); err != nil {
		return nil, err
	}
	if err := s.directory.change(change); err != nil {
		return nil, err
	}
	return map[string]bool{"changed": true}, nil
}

func (s *Simulator) listScenarios(*http.Request) (any, error) {
	list := map[string]string{"none": "no misbehaviour"}
	for _, sc := range scenarios() {
		list[sc.name] = sc.says
	}
	return list, nil
}

func (s *Simulator) startScenario(r *http.Request) (any, error) {
	var want struct {
		Name string `json:"name"`
	}
	if err := readControl(r, &want); err != nil {
		return nil, err
	}
	if err := s.setScenario(want.Name); err != nil {
		return nil, err
	}
	return map[string]string{"scenario": want.Name}, nil
}
