package outbound

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"jackfield/internal/fault"
)

func fine(*http.Request) (*http.Response, error) { return reply(200, "ok"), nil }

// act is the budget of a real connector: 140 a minute, all of them at once if need be.
var act = Budget{Key: "credential 1", Requests: 140, Window: time.Minute}

func TestABudgetIsSpentAtOnceThenAtItsRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := over(fine)
		get := func() {
			t.Helper()
			resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{Budget: act})
			read(t, resp, err)
		}
		start := time.Now()
		for range 140 {
			get()
		}
		if time.Since(start) != 0 {
			t.Errorf("the burst took %s", time.Since(start))
		}
		for range 14 {
			get()
		}
		if took := time.Since(start).Round(time.Millisecond); took != 6*time.Second {
			t.Errorf("14 calls beyond the burst took %s, want 6s", took)
		}
	})
}

func TestACallerThatWouldWaitTooLongIsThrottled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		c := over(func(r *http.Request) (*http.Response, error) { sent++; return fine(r) })
		slow := Budget{Key: "k", Requests: 2, Window: time.Minute} // a token every 30 s
		for range 2 {
			resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{Budget: slow})
			read(t, resp, err)
		}
		body := &closing{}
		for range 3 { // a refused caller must not push the next one further back
			req := request(t, "POST", "http://p.test/", "")
			req.Body = body
			resp, err := c.Do(t.Context(), req, Policy{Budget: slow})
			f := gotFault(t, resp, err, fault.Throttled, "2 calls per 60 s", "try again in 30 s")
			if f.RetryAfter.Round(time.Second) != 30*time.Second {
				t.Errorf("RetryAfter %s", f.RetryAfter)
			}
		}
		if sent != 2 || !body.closed.Load() {
			t.Errorf("%d calls sent, body closed %v", sent, body.closed.Load())
		}
		time.Sleep(21 * time.Second) // of the bubble's clock
		start := time.Now()
		resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{Budget: slow})
		read(t, resp, err)
		if waited := time.Since(start).Round(time.Second); waited != 9*time.Second {
			t.Errorf("waited %s, want 9s", waited)
		}
	})
}

func TestBudgetsAreApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := over(fine)
		one := Budget{Key: "one", Requests: 1, Window: time.Hour}
		two := Budget{Key: "two", Requests: 1, Window: time.Hour}
		for _, b := range []Budget{one, two, {}, {}, {Key: "off"}} {
			resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{Budget: b})
			read(t, resp, err)
		}
		resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{Budget: one})
		wantFault(t, resp, err, fault.Throttled)
	})
}

func TestEveryTryTakesAToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := over(func(*http.Request) (*http.Response, error) { return reply(503, ""), nil })
		b := Budget{Key: "k", Requests: 2, Window: time.Hour}
		resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{Budget: b})
		wantFault(t, resp, err, fault.Throttled)
	})
}

func TestAWaitForTheBudgetEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := over(fine)
		b := Budget{Key: "k", Requests: 1, Window: 8 * time.Second}
		resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{Budget: b})
		read(t, resp, err)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		resp, err = c.Do(ctx, request(t, "GET", "http://p.test/", ""), Policy{Budget: b})
		wantFault(t, resp, err, fault.Unavailable, "given up")
		resp, err = c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{Budget: b, Timeout: 2 * time.Second})
		wantFault(t, resp, err, fault.Throttled)
		start := time.Now()
		resp, err = c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{Budget: b})
		read(t, resp, err)
		if waited := time.Since(start).Round(time.Second); waited != 7*time.Second {
			t.Errorf("waited %s: those who gave up kept their token", waited)
		}
	})
}

func TestAChangedBudgetIsFollowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := over(fine)
		send := func(requests int) error {
			resp, err := c.Do(t.Context(), request(t, "GET", "http://p.test/", ""), Policy{Budget: Budget{"k", requests, time.Hour}})
			if err == nil {
				read(t, resp, nil)
			}
			return err
		}
		if err := send(1); err != nil {
			t.Fatal(err)
		}
		if err := send(1); !fault.Is(err, fault.Throttled) {
			t.Fatalf("got %v", err)
		}
		time.Sleep(time.Minute) // of the bubble's clock
		if err := send(3600); err != nil {
			t.Errorf("the raised budget is not in force: %v", err)
		}
	})
}

func TestBucketsAreBoundedAndForgottenWhenFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := budgets{max: 16}
		use := func(key string) { s.limiter(Budget{key, 5, 10 * time.Second}, time.Now()) }
		for i := range 1000 {
			use(fmt.Sprint("key ", i))
			use("busy")
			if len(s.buckets) > 16 {
				t.Fatalf("%d buckets", len(s.buckets))
			}
			time.Sleep(time.Millisecond) // of the bubble's clock
		}
		kept := s.buckets["busy"]
		if kept == nil {
			t.Fatal("the busiest bucket was dropped")
		}
		time.Sleep(sweepEvery)
		use("fresh")
		if len(s.buckets) != 1 {
			t.Errorf("%d buckets are left a minute later", len(s.buckets))
		}
	})
}
