package act365

import (
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Limits of the journal.
const (
	journalSize = 10_000  // requests kept; the oldest go first
	journalBody = 8 << 10 // bytes of a body kept
)

// entry is one request as it is remembered. Header values are never kept, and keys, passwords and
// tokens are taken out of everything else.
type entry struct {
	Seq        uint64    `json:"seq"`
	Time       time.Time `json:"time"` // by the simulator's clock
	Method     string    `json:"method"`
	Path       string    `json:"path"`
	Query      string    `json:"query"`   // decoded
	Headers    []string  `json:"headers"` // names
	Principal  string    `json:"principal"`
	Body       string    `json:"body"`
	BodyCut    bool      `json:"bodyCut,omitempty"` // the body was longer than is kept
	Unknown    []string  `json:"unknownProperties,omitempty"`
	Status     int       `json:"status"` // 0: the connection was dropped
	DurationMs float64   `json:"durationMs"`
	Fault      int       `json:"fault,omitempty"` // number of the rule that struck
}

// journal is a ring of the last requests.
type journal struct {
	mu   sync.Mutex
	ring []entry
	next int    // place of the oldest entry, once the ring is full
	seq  uint64 // of the last entry
}

func (j *journal) add(e entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seq++
	e.Seq = j.seq
	if len(j.ring) < journalSize {
		j.ring = append(j.ring, e)
		return
	}
	j.ring[j.next] = e
	j.next = (j.next + 1) % journalSize
}

// since gives the entries that pass the test, oldest first.
func (j *journal) since(test func(*entry) bool) []entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	found := []entry{}
	for i := range j.ring {
		if test(&j.ring[i]) {
			found = append(found, j.ring[i])
		}
	}
	slices.SortFunc(found, func(a, b entry) int { return int(a.Seq) - int(b.Seq) })
	return found
}

func (j *journal) clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ring, j.next = nil, 0
}

// record writes an exchange into the journal.
func (s *Simulator) record(x *exchange, status int, started time.Time) {
	e := entry{
		Time:       s.clock.now(),
		Method:     x.request.Method,
		Path:       s.directory.clean(x.path),
		Status:     status,
		DurationMs: float64(time.Since(started).Microseconds()) / 1000,
		Headers:    []string{},
	}
	for name := range x.request.Header {
		e.Headers = append(e.Headers, s.directory.clean(name))
	}
	slices.Sort(e.Headers)
	if x.who.user != nil {
		e.Principal = x.who.user.email
	}
	if x.fault != nil {
		e.Fault = x.fault.id
	}
	for _, name := range x.unknown {
		e.Unknown = append(e.Unknown, s.directory.clean(name))
	}
	// What goes to the OAuth pages is passwords, codes and tokens: none of it is kept.
	if _, isOAuth := below(x.request.URL.EscapedPath(), s.oauthPath()); !isOAuth {
		e.Query = s.directory.clean(decoded(x.request.URL.RawQuery))
		// Cleaned before it is cut, so that no half of a key is left at the end.
		e.Body = strings.ToValidUTF8(s.directory.clean(string(x.body)), "\ufffd")
		if e.BodyCut = x.tooLarge || len(e.Body) > journalBody; len(e.Body) > journalBody {
			e.Body = strings.ToValidUTF8(e.Body[:journalBody], "")
		}
	}
	s.journal.add(e)
}

// decoded undoes the percent-encoding, or leaves what is not encoded properly.
func decoded(query string) string {
	if plain, err := url.QueryUnescape(query); err == nil {
		return plain
	}
	return query
}
