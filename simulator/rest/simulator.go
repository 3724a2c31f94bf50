// Package rest simulates a provider's REST API from a short YAML file: collections with made-up records, paging,
// filters, authentication, errors and faults. It shares no code with what it tests, and it is strict: what a call sends
// and the file does not know is noted in the journal, and refused where the file says strict. simulator/README.md
// explains the file.
package rest

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Simulator is one provider. It is an http.Handler, safe for concurrent use; everything is in memory.
type Simulator struct {
	file *file

	mu      sync.Mutex // guards all below: a simulator answers one request at a time
	tables  map[string]*table
	calls   []*call
	cursors cursors
	journal []Request
	faults  []*fault
	window  window
	accept  func(token string) bool
	uploads *tree
	now     func() time.Time
}

// New makes a simulator of a provider file.
func New(text []byte) (*Simulator, error) {
	f, err := parse(text)
	if err != nil {
		return nil, err
	}
	s := &Simulator{file: f, now: time.Now}
	if err := s.gather(); err != nil {
		return nil, err
	}
	return s, s.reset()
}

// gather lists all calls of the file, ready to be matched.
func (s *Simulator) gather() error {
	for _, c := range s.file.Collections {
		for _, set := range c.Calls {
			for _, one := range set {
				s.calls = append(s.calls, one)
				if next := one.Paging.Continue; one.do == "list" && next != "" {
					goes := *one
					goes.Call, goes.do = next, "continue"
					s.calls = append(s.calls, &goes)
				}
			}
		}
	}
	for _, one := range s.file.Queries {
		one.do = "query"
		one.inherit(&collection{Wrap: &s.file.Wrap, Paging: &s.file.Paging, Sort: &s.file.Sort})
		s.calls = append(s.calls, one)
		if next := one.Paging.Continue; next != "" {
			goes := *one
			goes.Call, goes.do = next, "continue"
			s.calls = append(s.calls, &goes)
		}
	}
	for _, one := range s.file.Fixed {
		one.do = "fixed"
		one.inherit(&collection{Wrap: &wrap{}, Paging: &paging{}, Sort: &order{}})
		s.calls = append(s.calls, one)
	}
	if s.file.Files != nil {
		s.calls = append(s.calls, s.file.Files.calls()...)
	}
	for _, one := range s.calls {
		if err := one.split(s.file.Base); err != nil {
			return err
		}
	}
	return nil
}

// reset makes all data anew and forgets faults, cursors and the rate window. The journal stays.
func (s *Simulator) reset() error {
	s.tables = map[string]*table{}
	for _, c := range s.file.Collections {
		t, err := newTable(c, s.file.Time)
		if err != nil {
			return fmt.Errorf("collection %s: %w", c.Name, err)
		}
		s.tables[c.Name] = t
	}
	s.cursors, s.faults, s.window = cursors{}, nil, window{}
	if s.file.Files != nil {
		s.uploads = newTree(s.file.Files, s.now)
	}
	return nil
}

// Base is the path that goes before every call, such as /api/v1.
func (s *Simulator) Base() string { return s.file.Base }

// Accept lets tokens in that check approves, beside those of the file: those of an OAuth simulator, say.
func (s *Simulator) Accept(check func(token string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accept = check
}

// ServeHTTP answers one request and writes it into the journal.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_sim/") {
		s.control(w, r)
		return
	}
	x, err := s.open(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	struck := s.strike(x)
	if struck == nil || !struck.before(x) {
		s.mu.Lock()
		if fail := s.serve(x); fail != nil {
			x.refuse(fail)
		}
		s.mu.Unlock()
	}
	s.note(x)
	x.send()
}

// serve runs the call behind a request.
func (s *Simulator) serve(x *exchange) *refusal {
	if fail := s.limit(x); fail != nil {
		return fail
	}
	if fail := s.authenticate(x); fail != nil {
		return fail
	}
	for _, name := range s.file.Headers {
		if x.request.Header.Get(name) == "" {
			return refuse("invalid", "The header %s is missing", name)
		}
	}
	one, variables, known := s.match(x.request.Method, x.path)
	if one == nil {
		if known {
			return refuse("method", "The method %s is not allowed", x.request.Method)
		}
		return refuse("route", "There is no %s", x.request.URL.Path)
	}
	x.call, x.variables = one, variables
	if fail := x.readBody(); fail != nil {
		return fail
	}
	switch one.do {
	case "list":
		return s.list(x, s.tables[one.collection.Name])
	case "query":
		return s.query(x)
	case "continue":
		return s.goOn(x)
	case "get":
		return s.get(x)
	case "create":
		return s.create(x)
	case "update":
		return s.update(x)
	case "delete":
		return s.remove(x)
	case "fixed":
		x.answer(one.Status, s.fill(one.Answer, x.words()))
		return x.checkUnknown(nil, nil)
	}
	return s.uploads.serve(x)
}

// match finds the call of a request: literal segments win over variables. known tells that the path exists with
// another method.
func (s *Simulator) match(method, path string) (best *call, variables map[string]string, known bool) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	fewest := 0
	for _, one := range s.calls {
		found, ok := one.matches(segments)
		if !ok {
			continue
		}
		known = true
		if one.method == method && (best == nil || len(found) < fewest) {
			best, variables, fewest = one, found, len(found)
		}
	}
	return best, variables, known
}

// matches compares segments with those of the call. A variable may have text around it: {id}.json.
func (c *call) matches(segments []string) (map[string]string, bool) {
	if len(segments) != len(c.segments) {
		return nil, false
	}
	variables := map[string]string{}
	for i, want := range c.segments {
		before, rest, open := strings.Cut(want, "{")
		if !open {
			if want != segments[i] {
				return nil, false
			}
			continue
		}
		name, after, _ := strings.Cut(rest, "}")
		value, ok := strings.CutPrefix(segments[i], before)
		if ok {
			value, ok = strings.CutSuffix(value, after)
		}
		if !ok || value == "" {
			return nil, false
		}
		variables[name] = value
	}
	return variables, true
}

// limit counts the request against the rate of the file.
func (s *Simulator) limit(x *exchange) *refusal {
	r := s.file.Rate
	if r.Requests == 0 {
		return nil
	}
	length := time.Duration(max(r.Window, 1)) * time.Second
	if now := s.now(); now.Sub(s.window.since) >= length {
		s.window = window{since: now}
	}
	s.window.used++
	if r.Header != "" {
		x.header.Set(r.Header, strconv.Itoa(max(r.Requests-s.window.used, 0)))
	}
	if s.window.used <= r.Requests {
		return nil
	}
	if r.RetryAfter {
		left := length - s.now().Sub(s.window.since)
		x.header.Set("Retry-After", strconv.Itoa(int(left/time.Second)+1))
	}
	fail := refuse("throttled", "Too many requests")
	fail.status = r.Status
	return fail
}

// window is what of the rate is used.
type window struct {
	since time.Time
	used  int
}

// authenticate checks the request against the credentials of the file.
func (s *Simulator) authenticate(x *exchange) *refusal {
	if len(s.file.Auth) == 0 && s.accept == nil {
		return nil
	}
	bearer, isBearer := strings.CutPrefix(x.request.Header.Get("Authorization"), "Bearer ")
	if isBearer && s.accept != nil && s.accept(bearer) {
		return nil
	}
	for _, c := range s.file.Auth {
		if c.matches(x) {
			return nil
		}
	}
	return refuse("unauthorized", "The credentials are missing or wrong")
}

func (c credential) matches(x *exchange) bool {
	given := ""
	switch c.Type {
	case "basic":
		username, password, ok := x.request.BasicAuth()
		return ok && username == c.Username && password == c.Password
	case "bearer":
		given, _ = strings.CutPrefix(x.request.Header.Get("Authorization"), "Bearer ")
	case "header":
		value, ok := strings.CutPrefix(x.request.Header.Get(c.Name), c.Prefix)
		if !ok {
			return false
		}
		given = value
	case "query":
		given = x.query.Get(c.Name)
		x.knownQuery(c.Name)
	}
	for _, token := range c.Tokens {
		if given != "" && given == token {
			return true
		}
	}
	return false
}

// local reports whether a request comes from this machine.
func local(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}
