package limit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := new(clock)
	c.at.Store(time.Date(2026, 3, 1, 12, 0, 0, 500_000_000, time.UTC).UnixNano())
	return c
}
func (c *clock) now() time.Time          { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.at.Add(int64(d)) }

func serviceFor(t testing.TB, db *store.DB, standard Limits) (*Service, *clock) {
	c := newClock()
	s := New(Options{DB: db, Default: standard, Now: c.now})
	t.Cleanup(s.Close)
	return s, c
}

// owner makes an organization with an account and a user.
func owner(t testing.TB, db *store.DB, name string) *store.User {
	t.Helper()
	u := &store.User{Email: name + "@example.org", Secret: name, Active: true}
	err := db.InTx(t.Context(), func(tx *store.DB) error {
		o := &store.Organization{Name: name, Secret: name, Active: true}
		if err := tx.CreateOrganization(t.Context(), o); err != nil {
			return err
		}
		a := &store.Account{OrganizationID: o.ID, Name: name, Default: true, Active: true}
		if err := tx.CreateAccount(t.Context(), a); err != nil {
			return err
		}
		u.AccountID = a.ID
		return tx.CreateUser(t.Context(), u)
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func throttled(t testing.TB, err error, wait time.Duration, texts ...string) {
	t.Helper()
	if !fault.Is(err, fault.Throttled) {
		t.Fatalf("got %v, want Throttled", err)
	}
	if f := fault.As(err); f.RetryAfter != wait {
		t.Errorf("RetryAfter is %v, want %v", f.RetryAfter, wait)
	}
	for _, text := range append(texts, "customer administrator", "operator of the server") {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the message lacks %q: %v", text, err)
		}
	}
}

func TestRequestsAreLimitedWithinAnyMinute(t *testing.T) {
	t.Parallel()
	s, c := serviceFor(t, storetest.SQLite(t), Limits{Requests: 3})
	ctx := t.Context()
	for i, gap := range []time.Duration{0, 30 * time.Second, 20 * time.Second} {
		c.advance(gap)
		if err := s.Request(ctx, 7); err != nil {
			t.Fatalf("request %d: %v", i+1, err)
		}
	}
	// The first one was 50 s ago, at half past a second; seconds count as a whole.
	throttled(t, s.Request(ctx, 7), 9500*time.Millisecond, "requestsPerMinute", "of 3 ", "--limit-requests", "/accounts/7/limits")
	if err := s.Request(ctx, 8); err != nil {
		t.Errorf("another account was refused: %v", err)
	}
	c.advance(9400 * time.Millisecond)
	throttled(t, s.Request(ctx, 7), time.Second)
	c.advance(200 * time.Millisecond)
	if err := s.Request(ctx, 7); err != nil {
		t.Errorf("refused although the first one is a minute old: %v", err)
	}
	throttled(t, s.Request(ctx, 7), 29900*time.Millisecond)
	c.advance(time.Hour)
	for range 3 {
		if err := s.Request(ctx, 7); err != nil {
			t.Errorf("refused after an hour: %v", err)
		}
	}
}

func TestARequestThatIsRefusedDoesNotCount(t *testing.T) {
	t.Parallel()
	s, _ := serviceFor(t, storetest.SQLite(t), Limits{Requests: 2})
	for range 10 {
		_ = s.Request(t.Context(), 7)
	}
	figures, err := s.Figures(t.Context(), 7)
	if err != nil || figures["requestsPerMinute"].Used != 2 {
		t.Errorf("%v %+v", err, figures)
	}
}

func TestOfManyRequestsAtOnceExactlyTheLimitPasses(t *testing.T) {
	t.Parallel()
	s, _ := serviceFor(t, storetest.SQLite(t), Limits{Requests: 100})
	var passed atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if s.Request(t.Context(), 7) == nil {
					passed.Add(1)
				}
			}
		})
	}
	all.Wait()
	if passed.Load() != 100 {
		t.Errorf("%d passed", passed.Load())
	}
}

func TestCallsGiveTheirPlaceBack(t *testing.T) {
	t.Parallel()
	s, _ := serviceFor(t, storetest.SQLite(t), Limits{ProviderCalls: 2})
	ctx := t.Context()
	first, err := s.ProviderCall(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	second := s.Join(7)
	_, err = s.ProviderCall(ctx, 7)
	throttled(t, err, time.Second, "concurrentProviderCalls", "of 2 ")
	third := s.Join(7) // cannot be refused
	third.Done()
	first.Done()
	first.Done() // once is enough
	if first, err = s.ProviderCall(ctx, 7); err != nil {
		t.Fatal(err)
	}
	if _, err = s.ProviderCall(ctx, 7); err == nil {
		t.Error("a place that was given back twice counted twice")
	}
	first.Done()
	second.Done()
	if figures, err := s.Figures(ctx, 7); err != nil || figures["concurrentProviderCalls"].Used != 0 {
		t.Errorf("%v %+v", err, figures)
	}
}

func TestScriptsHaveTheirTimeWithinAMinute(t *testing.T) {
	t.Parallel()
	s, c := serviceFor(t, storetest.SQLite(t), Limits{ScriptSeconds: 2})
	ctx := t.Context()
	s.Script(7, 1500*time.Millisecond)
	if err := s.ScriptLeft(ctx, 7); err != nil {
		t.Fatal(err)
	}
	c.advance(10 * time.Second)
	s.Script(7, 700*time.Millisecond) // began in time, and goes over
	throttled(t, s.ScriptLeft(ctx, 7), 49500*time.Millisecond, "scriptSecondsPerMinute", "of 2 ", "--limit-script-seconds")
	if figures, err := s.Figures(ctx, 7); err != nil || figures["scriptSecondsPerMinute"].Used != 2.2 {
		t.Errorf("%v %+v", err, figures)
	}
	c.advance(50 * time.Second)
	if err := s.ScriptLeft(ctx, 7); err != nil {
		t.Error(err)
	}
}

func TestOfManyInstancesAtOnceExactlyTheLimitIsStored(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		u := owner(t, db, "ada")
		here, _ := serviceFor(t, db, Limits{Instances: 1})
		there, _ := serviceFor(t, db, Limits{Instances: 1}) // another server
		ten := int64(10)
		if _, err := here.Set(t.Context(), u.AccountID, Own{"storedInstances": &ten}); err != nil {
			t.Fatal(err)
		}
		var stored, refused atomic.Int64
		var all sync.WaitGroup
		for i := range 30 {
			all.Go(func() {
				s := here
				if i%2 == 0 {
					s = there
				}
				switch err := create(t.Context(), db, s, u, fmt.Sprint(i)); {
				case err == nil:
					stored.Add(1)
				case fault.Is(err, fault.Throttled):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if stored.Load() != 10 || refused.Load() != 20 {
			t.Errorf("%d stored, %d refused", stored.Load(), refused.Load())
		}
		if n, err := db.For(u.AccountID).StoredInstances(t.Context()); err != nil || n != 10 {
			t.Errorf("%d instances: %v", n, err)
		}
		throttled(t, here.Room(t.Context(), u.AccountID), time.Minute, "storedInstances", "of 10 ", "--limit-instances")
	})
}

func create(ctx context.Context, db *store.DB, s *Service, u *store.User, name string) error {
	return db.InTx(ctx, func(tx *store.DB) error {
		if err := s.Instance(ctx, tx, u.AccountID); err != nil {
			return err
		}
		return tx.For(u.AccountID).CreateInstance(ctx, &store.Instance{UserID: u.ID, Name: name, Token: name})
	})
}

func TestLimitsOfAnAccountReplaceTheServersAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		u := owner(t, db, "ada")
		ctx := t.Context()
		s, c := serviceFor(t, db, Limits{Requests: 1, ProviderCalls: 4})
		if err := s.Request(ctx, u.AccountID); err != nil {
			t.Fatal(err)
		}
		if err := s.Request(ctx, u.AccountID); err == nil {
			t.Fatal("the server's limit does not hold")
		}
		two := int64(2)
		figures, err := s.Set(ctx, u.AccountID, Own{"requestsPerMinute": &two, "concurrentProviderCalls": nil})
		if err != nil {
			t.Fatal(err)
		}
		if f := figures["requestsPerMinute"]; *f.Limit != 2 || *f.Default != 1 || !f.Own || f.Used != 1 {
			t.Errorf("%+v", f)
		}
		if f := figures["concurrentProviderCalls"]; f.Limit != nil || *f.Default != 4 || !f.Own {
			t.Errorf("%+v", f)
		}
		if f := figures["storedInstances"]; f.Limit != nil || f.Default != nil || f.Own {
			t.Errorf("%+v", f)
		}
		if err := s.Request(ctx, u.AccountID); err != nil {
			t.Error(err)
		}
		if err := s.Request(ctx, u.AccountID); err == nil {
			t.Error("the account's limit does not hold")
		}
		if _, err := s.Set(ctx, u.AccountID, Own{}); err != nil {
			t.Fatal(err)
		}
		c.advance(time.Hour)
		_ = s.Request(ctx, u.AccountID)
		if err := s.Request(ctx, u.AccountID); err == nil {
			t.Error("the server's limit does not hold again")
		}
	})
}

func TestKnownLimitsHoldWhileTheDatabaseDoesNotAnswer(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Vault: storetest.Vault(t)})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := serviceFor(t, db, Limits{Requests: 2})
	if err := errors.Join(s.Request(t.Context(), 7), db.Close()); err != nil {
		t.Fatal(err)
	}
	s.changed(store.Change{Noun: "all"})
	if err := s.Request(t.Context(), 7); err != nil {
		t.Error(err)
	}
	if err := s.Request(t.Context(), 7); !fault.Is(err, fault.Throttled) {
		t.Error(err)
	}
	if err := s.Request(t.Context(), 8); err == nil {
		t.Error("limits that nobody knows were taken for none")
	}
}

func TestAServiceThatIsNotThereLimitsNothing(t *testing.T) {
	t.Parallel()
	var s *Service
	held, err := s.ProviderCall(t.Context(), 1)
	joined := s.Join(1)
	held.Done()
	joined.Done()
	s.Script(1, time.Second)
	if err := errors.Join(err, s.Request(t.Context(), 1), s.Room(t.Context(), 1), s.Instance(t.Context(), nil, 1), s.ScriptLeft(t.Context(), 1)); err != nil {
		t.Error(err)
	}
}

func TestACallCostsNoMemory(t *testing.T) { // counts allocations: not in parallel
	s, _ := serviceFor(t, storetest.SQLite(t), Limits{Requests: Max, ProviderCalls: 5, ScriptSeconds: 5})
	ctx := t.Context()
	n := testing.AllocsPerRun(100, func() {
		err := s.Request(ctx, 70_000)
		held, err2 := s.ProviderCall(ctx, 70_000)
		if err := errors.Join(err, err2, s.ScriptLeft(ctx, 70_000)); err != nil {
			t.Fatal(err)
		}
		s.Script(70_000, time.Microsecond)
		held.Done()
	})
	if n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestParseNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"requestsPerMinute":{"limit":600,"used":3},"storedInstances":5}`:                                  "",
		`{"requestsPerMinute":null,"storedInstances":{"limit":7,"own":false},"concurrentProviderCalls":{}}`: "",
		`{}`:                                     "",
		`null`:                                   "must be an object",
		`[]`:                                     "must be an object",
		`{"requests":1}`:                         `no limit "requests"`,
		`{"requestsPerMinute":0}`:                "requestsPerMinute.limit must be a whole number from 1",
		`{"requestsPerMinute":{"limit":-1}}`:     "requestsPerMinute.limit",
		`{"storedInstances":1.5}`:                "storedInstances.limit",
		`{"storedInstances":"5"}`:                "storedInstances.limit",
		`{"storedInstances":1000000001}`:         "to 1000000000",
		`{"storedInstances":{"limit":[1]}}`:      "storedInstances.limit",
		`{"` + strings.Repeat("x", 900) + `":1}`: "…",
	} {
		own, err := Parse([]byte(body))
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", body, err)
		case want != "" && (!fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) || len(err.Error()) > 300):
			t.Errorf("%s: %v, want %q", body, err, want)
		case strings.Contains(body, `"own"`):
			if most, set := own["requestsPerMinute"]; len(own) != 1 || !set || most != nil {
				t.Errorf("%v", own)
			}
		}
	}
}

func BenchmarkRequest(b *testing.B) {
	s, _ := serviceFor(b, storetest.SQLite(b), Limits{Requests: Max})
	s.now = time.Now
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_ = s.Request(context.Background(), 7)
		}
	})
}
