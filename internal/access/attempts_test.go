package access

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jackfield/internal/fault"
)

type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := new(clock)
	c.at.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}
func (c *clock) now() time.Time          { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.at.Add(int64(d)) }

func attemptsFor(t *testing.T, c *clock) *attempts {
	a := newAttempts(c.now)
	t.Cleanup(func() { a.count.StopAllGoroutines() })
	return a
}

func TestFailedLoginsOfOneUserAreLimited(t *testing.T) {
	t.Parallel()
	c := newClock()
	a := attemptsFor(t, c)
	for i := range maxFailuresPerUser {
		if _, err := a.begin("ada@example.org", "10.0.0.1"); err != nil {
			t.Fatalf("attempt %d was refused: %v", i+1, err)
		}
	}
	_, err := a.begin("ADA@example.org", "10.0.0.1")
	if !fault.Is(err, fault.Throttled) {
		t.Fatalf("got %v, want Throttled", err)
	}
	if wait := fault.As(err).RetryAfter; wait != attemptWindow {
		t.Errorf("RetryAfter = %v, want %v", wait, attemptWindow)
	}
	if _, err := a.begin("ada@example.org", "10.0.0.2"); err != nil {
		t.Errorf("another address was refused: %v", err)
	}
	if _, err := a.begin("bob@example.org", "10.0.0.1"); err != nil {
		t.Errorf("another user was refused: %v", err)
	}
	c.advance(attemptWindow)
	if _, err := a.begin("ada@example.org", "10.0.0.1"); err != nil {
		t.Errorf("still refused after the window: %v", err)
	}
}

func TestASuccessTakesTheCountBack(t *testing.T) {
	t.Parallel()
	a := attemptsFor(t, newClock())
	for i := range 3 * maxFailuresPerAddress {
		succeeded, err := a.begin("ada@example.org", "10.0.0.1")
		if err != nil {
			t.Fatalf("login %d was refused: %v", i+1, err)
		}
		succeeded()
	}
}

func TestFailedLoginsOfOneAddressAreLimitedWhateverTheUser(t *testing.T) {
	t.Parallel()
	a := attemptsFor(t, newClock())
	for i := range maxFailuresPerAddress {
		if _, err := a.begin(fmt.Sprintf("user%d@example.org", i), "10.0.0.1"); err != nil {
			t.Fatalf("attempt %d was refused: %v", i+1, err)
		}
	}
	if _, err := a.begin("new@example.org", "10.0.0.1"); !fault.Is(err, fault.Throttled) {
		t.Fatalf("got %v, want Throttled", err)
	}
}

func TestManyAttemptsAtOnceCannotPassTheLimitTogether(t *testing.T) {
	t.Parallel()
	a := attemptsFor(t, newClock())
	var passed atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := a.begin("ada@example.org", "10.0.0.1"); err == nil {
				passed.Add(1)
			}
		})
	}
	all.Wait()
	if n := passed.Load(); n != maxFailuresPerUser {
		t.Errorf("%d attempts passed, want %d", n, maxFailuresPerUser)
	}
}

func TestGuessesAreLimitedByAddressAndApartFromLogins(t *testing.T) {
	t.Parallel()
	c := newClock()
	a := attemptsFor(t, c)
	for range 3 * maxGuessesPerAddress {
		hit, err := a.guess("10.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		hit()
	}
	for range maxGuessesPerAddress {
		if _, err := a.guess("10.0.0.1"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.guess("10.0.0.1"); !fault.Is(err, fault.Throttled) {
		t.Errorf("got %v, want Throttled", err)
	}
	if _, err := a.begin("ada@example.org", "10.0.0.1"); err != nil {
		t.Errorf("a login was refused: %v", err)
	}
	c.advance(attemptWindow)
	if _, err := a.guess("10.0.0.1"); err != nil {
		t.Errorf("after the window: %v", err)
	}
}
