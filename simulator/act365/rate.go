package act365

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// rateLimit counts calls per developer in fixed windows (reference/act365.md §2.3).
type rateLimit struct {
	mu     sync.Mutex
	counts map[string]int
	window int64 // number of the window that the counts belong to
}

// take uses one call of a developer's budget. When it is spent, the refusal says so in a line of
// plain text, as a gateway in front of an API does: clients must not count on JSON.
func (l *rateLimit) take(developer string, limit int, o Options, now time.Time) *reply {
	if limit <= 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	window := now.UnixNano() / int64(o.RateWindow)
	if window != l.window || l.counts == nil {
		l.window, l.counts = window, map[string]int{}
	}
	l.counts[developer]++
	if l.counts[developer] <= limit {
		return nil
	}
	refused := &reply{
		status:      o.RateStatus,
		contentType: "text/plain; charset=utf-8",
		header:      http.Header{},
		body:        []byte("Too many calls\n"),
	}
	if o.RateRetryAfter == "on" {
		left := time.Duration((window+1)*int64(o.RateWindow) - now.UnixNano())
		seconds := (left + time.Second - 1) / time.Second
		refused.header.Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	return refused
}

func (l *rateLimit) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts = nil
}

// snapshot is the count of the window that was last used, by developer.
func (l *rateLimit) snapshot() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := map[string]int{}
	for developer, n := range l.counts {
		counts[developer] = n
	}
	return counts
}
