package outbound

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"jackfield/internal/fault"
)

// Budget is a token bucket: Requests per Window, all of which may be spent at once. Calls with the same
// Key share it; a key names one credential at one connector. Every try of a call takes a token.
//
// Buckets live in this process: several servers each have their own, and the provider's own 429 with
// Retry-After is what keeps their sum in bounds.
type Budget struct {
	Key      string
	Requests int
	Window   time.Duration
}

func (b Budget) limits() bool { return b.Key != "" && b.Requests > 0 && b.Window > 0 }

// sweepEvery is how often buckets that are full again are forgotten.
const sweepEvery = time.Minute

// budgets holds the buckets in use. The zero value is ready.
type budgets struct {
	mu      sync.Mutex
	buckets map[string]*bucket
	swept   time.Time
	max     int // 0 = MaxBudgets
}

type bucket struct {
	limiter *rate.Limiter
	budget  Budget
	used    time.Time
}

// wait takes a token, waiting for it when that is not too long; otherwise the call is throttled.
func (s *budgets) wait(x *exchange, b Budget) error {
	if !b.limits() {
		return nil
	}
	now := time.Now()
	r := s.limiter(b, now).ReserveN(now, 1)
	delay := r.DelayFrom(now)
	if delay == 0 {
		return nil
	}
	if left, bounded := x.left(); delay > MaxBudgetWait || bounded && delay >= left {
		r.CancelAt(now)
		f := fault.New(fault.Throttled, "the budget of %d calls per %s for this credential is used up; try again in %s",
			b.Requests, span(b.Window), span(max(time.Second, delay.Round(time.Second))))
		f.RetryAfter = delay
		return f
	}
	if !x.sleep(delay) {
		r.Cancel()
		return x.fault(x.ctx.Err())
	}
	return nil
}

// limiter returns the bucket of a budget, and follows a budget that was changed.
func (s *budgets) limiter(b Budget, now time.Time) *rate.Limiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buckets == nil {
		s.buckets = make(map[string]*bucket)
		s.swept = now
	}
	if now.Sub(s.swept) >= sweepEvery {
		s.sweep(now)
	}
	k, ok := s.buckets[b.Key]
	if !ok {
		s.makeRoom(now)
		k = &bucket{limiter: rate.NewLimiter(b.rate(), b.Requests), budget: b}
		s.buckets[b.Key] = k
	}
	if k.budget != b {
		k.limiter.SetLimitAt(now, b.rate())
		k.limiter.SetBurstAt(now, b.Requests)
		k.budget = b
	}
	k.used = now
	return k.limiter
}

func (b Budget) rate() rate.Limit { return rate.Limit(float64(b.Requests) / b.Window.Seconds()) }

// sweep forgets buckets that nobody used for so long that they are full again: forgetting those loses
// nothing.
func (s *budgets) sweep(now time.Time) {
	s.swept = now
	for key, k := range s.buckets {
		if now.Sub(k.used) > k.budget.Window+MaxBudgetWait {
			delete(s.buckets, key)
		}
	}
}

// makeRoom keeps the number of buckets bounded. When even a sweep leaves it at the bound, the eighth that
// was unused for longest goes: those credentials may spend a fresh budget, which the provider's own limit
// still answers.
func (s *budgets) makeRoom(now time.Time) {
	limit := s.max
	if limit == 0 {
		limit = MaxBudgets
	}
	if len(s.buckets) < limit {
		return
	}
	if s.sweep(now); len(s.buckets) < limit {
		return
	}
	keys := make([]string, 0, len(s.buckets))
	for key := range s.buckets {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(s.buckets[a].used.Compare(s.buckets[b].used), cmp.Compare(a, b))
	})
	for _, key := range keys[:max(1, len(keys)/8)] {
		delete(s.buckets, key)
	}
}
