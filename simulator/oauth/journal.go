package oauth

import (
	"maps"
	"slices"
	"time"
)

// journalSize is how many requests are kept; the oldest go first.
const journalSize = 10_000

// Entry is one request as it is remembered. Values are kept only of parameters that are never secret.
type Entry struct {
	Seq        int               `json:"seq"`
	Time       time.Time         `json:"time"` // by the simulator's clock
	Method     string            `json:"method"`
	Path       string            `json:"path"`
	Parameters []string          `json:"parameters,omitempty"` // names, of query and form
	Values     map[string]string `json:"values,omitempty"`     // of harmless ones
	Client     string            `json:"client,omitempty"`
	Style      string            `json:"style,omitempty"` // of authentication: basic, body, assertion, bearer, signature in the header
	Status     int               `json:"status"`          // 0: the connection was cut
	Fault      string            `json:"fault,omitempty"`
}

// harmless are the parameters whose values the journal keeps.
var harmless = []string{
	"grant_type", "response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge_method", "token_type_hint", "username",
}

// journal is guarded by Simulator.mu.
type journal struct {
	entries []Entry
	seq     int
}

func (s *Simulator) record(x *exchange, status int, aborted bool) {
	if aborted {
		status = 0
	}
	asked := x.asked()
	e := Entry{
		Time: x.now, Method: x.Method, Path: x.URL.Path, Parameters: slices.Sorted(maps.Keys(asked)), Values: map[string]string{},
		Client: x.client, Style: x.style, Status: status, Fault: x.fault,
	}
	for _, name := range harmless {
		if asked.Has(name) {
			e.Values[name] = asked.Get(name)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journal.seq++
	e.Seq = s.journal.seq
	s.journal.entries = append(s.journal.entries, e)
	if len(s.journal.entries) > 2*journalSize {
		s.journal.entries = slices.Clone(s.journal.entries[journalSize:])
	}
	s.touch()
}

// Journal returns the last requests, oldest first.
func (s *Simulator) Journal() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.journal.entries[max(0, len(s.journal.entries)-journalSize):])
}
