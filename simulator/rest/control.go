package rest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxJournal is how many requests are remembered; the oldest are forgotten first.
const maxJournal = 10_000

// Request is one request of the journal. Credentials are never in it.
type Request struct {
	Method            string      `json:"method"`
	Path              string      `json:"path"`
	Query             url.Values  `json:"query"`
	Header            http.Header `json:"header"`
	Body              string      `json:"body"`
	Status            int         `json:"status"` // 0 = the connection was cut
	UnknownParameters []string    `json:"unknownParameters,omitempty"`
	UnknownFields     []string    `json:"unknownFields,omitempty"`
}

// maxNoted is how much of a body the journal keeps, in bytes.
const maxNoted = 64 << 10

// note writes a request into the journal.
func (s *Simulator) note(x *exchange) {
	header := x.request.Header.Clone()
	header.Del("Authorization")
	header.Del("Cookie")
	query := url.Values{}
	for name, values := range x.query {
		query[name] = values
	}
	for _, c := range s.file.Auth {
		header.Del(c.Name)
		if c.Type == "query" {
			query.Del(c.Name)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journal = append(s.journal, Request{
		Method: x.request.Method, Path: x.request.URL.Path, Query: query, Header: header, Body: string(x.raw[:min(len(x.raw), maxNoted)]),
		Status: x.status, UnknownParameters: x.unknown.parameters, UnknownFields: x.unknown.fields,
	})
	if over := len(s.journal) - maxJournal; over > 0 {
		s.journal = append([]Request(nil), s.journal[over:]...)
	}
}

// Journal lists the requests so far, the oldest first.
func (s *Simulator) Journal() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.journal...)
}

// Forget empties the journal.
func (s *Simulator) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journal = nil
}

// Fault is what befalls the next requests.
type Fault struct {
	Method     string `json:"method"`     // "" = any
	Path       string `json:"path"`       // a part of the path; "" = any
	Count      int    `json:"count"`      // how many requests; 0 = one, -1 = all
	Skip       int    `json:"skip"`       // how many go by unharmed before
	Status     int    `json:"status"`     // answer with this status in the provider's shape; 0 = the proper answer
	Code       any    `json:"code"`       // its code
	Message    string `json:"message"`    // its words
	RetryAfter string `json:"retryAfter"` // header
	DelayMS    int    `json:"delay"`      // wait before the answer, in milliseconds
	HTML       bool   `json:"html"`       // an HTML page in place of the provider's shape
	Drop       bool   `json:"drop"`       // cut the connection before anything is done
	Truncate   bool   `json:"truncate"`   // cut it in the middle of the answer
}

type fault struct{ Fault }

// Fault adds a fault. Those added first strike first.
func (s *Simulator) Fault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Count == 0 {
		f.Count = 1
	}
	s.faults = append(s.faults, &fault{f})
}

// strike finds the fault that befalls a request.
func (s *Simulator) strike(x *exchange) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Method != "" && f.Method != x.request.Method || !strings.Contains(x.request.URL.Path, f.Path) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		struck := f.Fault
		if f.Count > 0 {
			if f.Count--; f.Count == 0 {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			}
		}
		return &struck
	}
	return nil
}

// before does what a fault does ahead of the proper answer, and reports whether there will be none.
func (f *Fault) before(x *exchange) bool {
	if f.DelayMS > 0 {
		select {
		case <-time.After(time.Duration(f.DelayMS) * time.Millisecond):
		case <-x.request.Context().Done():
		}
	}
	x.cut = f.Truncate
	if f.Drop {
		x.simulator.note(x)
		panic(http.ErrAbortHandler)
	}
	if f.Status == 0 {
		return false
	}
	if f.RetryAfter != "" {
		x.header.Set("Retry-After", f.RetryAfter)
	}
	message := defaultTo(f.Message, "This error was asked for")
	if f.HTML {
		x.answer(f.Status, "<!DOCTYPE html><html><body><h1>"+message+"</h1></body></html>")
		x.header.Set("Content-Type", "text/html; charset=utf-8")
	} else {
		x.refuse(&refusal{cause: causeOf(f.Status), message: message, status: f.Status, code: f.Code})
	}
	return true
}

func causeOf(status int) string {
	for cause, usually := range usual {
		if usually == status && cause != "route" {
			return cause
		}
	}
	return "invalid"
}

// control answers what steers the simulator, from this machine alone: POST /_sim/fault, DELETE /_sim/fault,
// GET and DELETE /_sim/requests, POST /_sim/reset.
func (s *Simulator) control(w http.ResponseWriter, r *http.Request) {
	if !local(r) {
		http.Error(w, "The control is for this machine alone", http.StatusForbidden)
		return
	}
	switch r.Method + " " + strings.TrimSuffix(r.URL.Path, "/") {
	case "POST /_sim/fault":
		var f Fault
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxNoted))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&f); err != nil {
			http.Error(w, "The fault is not valid: "+err.Error(), http.StatusBadRequest)
			return
		}
		if f.Status != 0 && (f.Status < 100 || f.Status > 599) {
			http.Error(w, "The status must be from 100 to 599", http.StatusBadRequest)
			return
		}
		s.Fault(f)
	case "DELETE /_sim/fault":
		s.mu.Lock()
		s.faults = nil
		s.mu.Unlock()
	case "GET /_sim/requests":
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.Journal()) //nolint:errcheck // whoever asked is gone
		return
	case "DELETE /_sim/requests":
		s.Forget()
	case "POST /_sim/reset":
		s.mu.Lock()
		err := s.reset()
		s.mu.Unlock()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	default:
		http.NotFound(w, r)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
