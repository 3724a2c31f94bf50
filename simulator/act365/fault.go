package act365

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// faultRule is a misbehaviour asked for through POST /_sim/faults (reference/act365.md §12.5).
type faultRule struct {
	Match  faultMatch  `json:"match"`
	Action faultAction `json:"action"`
	// Times is how often the rule strikes; -1 is for ever, nothing is once.
	Times *int `json:"times,omitempty"`
}

// faultMatch says which requests a rule is for. An empty field matches everything.
type faultMatch struct {
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`   // below the base path; * stands for anything
	Query  string `json:"query,omitempty"`  // a part of the decoded query
	APIKey string `json:"apiKey,omitempty"` // of the caller

	// The following count the requests that match the above.
	Nth         int      `json:"nth,omitempty"`    // only the nth, counted from 1
	EveryN      int      `json:"everyN,omitempty"` // every nth
	After       int      `json:"after,omitempty"`  // not the first so many
	Probability *float64 `json:"probability,omitempty"`
}

// faultAction says what happens. Without a status or body the proper answer is given, late or
// spoilt as the other fields say.
type faultAction struct {
	Status         int               `json:"status,omitempty"`
	Headers        map[string]string `json:"headers,omitempty"`
	Body           json.RawMessage   `json:"body,omitempty"` // a string is sent as it is, other JSON as JSON
	ContentType    string            `json:"contentType,omitempty"`
	DelayMs        int               `json:"delayMs,omitempty"`
	DelayJitterMs  int               `json:"delayJitterMs,omitempty"` // up to this much more
	DropConnection bool              `json:"dropConnection,omitempty"`
	TruncateAt     *int              `json:"truncateAt,omitempty"` // bytes of the body before the connection is cut
	MalformedJSON  bool              `json:"malformedJson,omitempty"`
	HTMLBody       bool              `json:"htmlBody,omitempty"`

	half bool // cut in the middle, wherever that is
}

// fault is a rule at work.
type fault struct {
	id     int
	match  faultMatch
	action faultAction

	left     int // -1 = for ever
	seen     int
	until    time.Time // zero = no end
	scenario bool      // belongs to the running scenario
}

// faultTable holds the rules in the order they were added; the first that matches wins.
type faultTable struct {
	mu       sync.Mutex
	list     []*fault
	lastID   int
	scenario string
}

// add puts a rule at the end and gives its number.
func (t *faultTable) add(f *fault) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lastID++
	f.id = t.lastID
	t.list = append(t.list, f)
	return f.id
}

func (t *faultTable) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = nil
}

// match finds the rule for a request and counts it as used.
func (t *faultTable) match(x *exchange, s *Simulator) *fault {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, f := range t.list {
		if !f.until.IsZero() && !s.clock.now().Before(f.until) || !f.match.covers(x, s.options.BasePath) {
			continue
		}
		f.seen++
		if !f.match.counts(f.seen) || f.match.Probability != nil && !s.dice.chance(*f.match.Probability) {
			continue
		}
		if f.left > 0 {
			f.left--
		}
		if f.left == 0 {
			t.list = append(t.list[:i:i], t.list[i+1:]...)
		}
		return f
	}
	return nil
}

func (m *faultMatch) covers(x *exchange, base string) bool {
	if m.Method != "" && !strings.EqualFold(m.Method, x.request.Method) {
		return false
	}
	if m.Path != "" && !wildcard(bare(m.Path, base), bare(x.path, base)) {
		return false
	}
	if m.Query != "" {
		query, err := url.QueryUnescape(x.request.URL.RawQuery)
		if err != nil || !strings.Contains(query, m.Query) {
			return false
		}
	}
	return m.APIKey == "" || m.APIKey == basicUser(x.request.Header.Get("Authorization"))
}

func (m *faultMatch) counts(seen int) bool {
	switch {
	case seen <= m.After:
		return false
	case m.Nth > 0:
		return seen == m.Nth
	case m.EveryN > 0:
		return seen%m.EveryN == 0
	}
	return true
}

// bare is a path below the base path, in lower case, without slashes at its ends.
func bare(path, base string) string {
	if rest, ok := below(path, base); ok {
		path = rest
	}
	return strings.ToLower(strings.Trim(path, "/"))
}

// wildcard matches a text with a pattern in which * stands for any text, slashes too.
func wildcard(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, last)
}

// faultDelay is how long an answer is held back.
func (s *Simulator) faultDelay(f *fault) time.Duration {
	if f == nil {
		return 0
	}
	return time.Duration(f.action.DelayMs)*time.Millisecond +
		s.dice.upTo(time.Duration(f.action.DelayJitterMs)*time.Millisecond)
}

// reply is the answer that a fault gives in place of the proper one.
func (f *fault) reply() (reply, bool) {
	if f == nil || f.action.Status == 0 && f.action.Body == nil && !f.action.HTMLBody {
		return reply{}, false
	}
	out := reply{status: f.action.Status, contentType: jsonType, body: f.action.Body}
	if out.status == 0 {
		out.status = http.StatusOK
		if f.action.HTMLBody {
			out.status = http.StatusInternalServerError
		}
	}
	var text string
	switch {
	case f.action.HTMLBody:
		out.contentType = "text/html; charset=utf-8"
		out.body = errorPage(out.status, "Something went wrong (simulated).")
	case f.action.Body == nil:
		out.body = mustJSON(map[string]string{"message": http.StatusText(out.status) + " (simulated)"})
	case json.Unmarshal(f.action.Body, &text) == nil:
		out.contentType, out.body = "text/plain; charset=utf-8", []byte(text)
	}
	if f.action.ContentType != "" {
		out.contentType = f.action.ContentType
	}
	return out, true
}

// spoil changes an answer as the fault says, and gives the number of bytes of the body to send
// before the connection is cut.
func (f *fault) spoil(out reply) (reply, int) {
	if f == nil {
		return out, math.MaxInt
	}
	if len(f.action.Headers) > 0 {
		header := out.header.Clone()
		if header == nil {
			header = http.Header{}
		}
		for name, value := range f.action.Headers {
			header.Set(name, value)
		}
		out.header = header
	}
	if f.action.MalformedJSON {
		out.body = append(out.body[:len(out.body)/2:len(out.body)/2], `,,"]x`...)
	}
	switch {
	case f.action.half:
		return out, len(out.body) / 2
	case f.action.TruncateAt != nil:
		return out, max(0, *f.action.TruncateAt)
	}
	return out, math.MaxInt
}
