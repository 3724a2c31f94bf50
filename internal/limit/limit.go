// Package limit is what an account may use up: requests and script time within a minute, calls at the same time, stored instances.
// Requests, calls and script time are counted in the memory of one server; stored instances by the database.
package limit

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"

	"github.com/prometheus/client_golang/prometheus"
)

// Kind is something that can be limited.
type Kind int

const (
	Requests      Kind = iota // within a minute: every request whose caller is known
	ProviderCalls             // at the same time: hub calls, and calls to providers by which instances are made
	Instances                 // stored
	ScriptSeconds             // within a minute: time that scripts run, without their waiting
	Kinds                     // how many there are
)

// Max is the largest limit that may be set.
const Max = 1_000_000_000

// names are what the limits are called on the wire and in the database.
var names = [Kinds]string{"requestsPerMinute", "concurrentProviderCalls", "storedInstances", "scriptSecondsPerMinute"}

// flags are how the operator sets the default.
var flags = [Kinds]string{"--limit-requests", "--limit-provider-calls", "--limit-instances", "--limit-script-seconds"}

func (k Kind) String() string { return names[k] }

// Limits are the most that an account may use up, by kind; 0 = no limit.
type Limits [Kinds]int64

// Check refuses limits that cannot be; names them as flags.
func (l Limits) Check() error {
	for kind, most := range l {
		if most < 0 || most > Max {
			return fmt.Errorf("%s: give a number from 1 to %d, or 0 for no limit", flags[kind], Max)
		}
	}
	return nil
}

// retryStored is when to come back for room for an instance, and retryCall for a place among the calls: when there will be
// some, nobody knows.
const (
	retryStored = time.Minute
	retryCall   = time.Second
)

// Options of the service. DB is required.
type Options struct {
	DB      *store.DB
	Default Limits // of accounts without limits of their own
	Log     *slog.Logger
	Now     func() time.Time
}

// Service counts what accounts use up. One per server; safe for concurrent use. A nil one limits nothing.
type Service struct {
	db       *store.DB
	standard Limits
	log      *slog.Logger
	now      func() time.Time
	shards   [shards]shard
	refused  *prometheus.CounterVec
	stop     func()
}

// New makes the service. Close it to stop listening for changes.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Service{db: o.DB, standard: o.Default, log: o.Log, now: o.Now, refused: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "jackfield_limit_refusals_total", Help: "What was refused because an account had used up a limit.",
	}, []string{"limit"})}
	for _, name := range names {
		s.refused.WithLabelValues(name)
	}
	for i := range s.shards {
		s.shards[i].accounts = map[int64]*account{}
	}
	s.stop = o.DB.Subscribe(s.changed)
	return s
}

// Close stops listening for changes.
func (s *Service) Close() { s.stop() }

// Collectors are the metrics of the service, to be registered by the server.
func (s *Service) Collectors() []prometheus.Collector { return []prometheus.Collector{s.refused} }

// Request counts a request of an account, or is a Throttled fault that says when there is room again.
func (s *Service) Request(ctx context.Context, accountID int64) error {
	if s == nil {
		return nil
	}
	a := s.account(accountID)
	limits, err := s.limits(ctx, a)
	if err != nil {
		return err
	}
	most, now := limits[Requests], s.now()
	a.mu.Lock()
	ok := most == 0 || a.requests.sum(now) < most
	var wait time.Duration
	if ok {
		a.requests.add(now, 1)
	} else {
		wait = a.requests.room(now, most)
	}
	a.mu.Unlock()
	if ok {
		return nil
	}
	return s.refuse(accountID, Requests, most, wait, "requests within a minute")
}

// Held is a place among the calls of an account. Done gives it back, once.
type Held struct{ account *account }

// Done gives the place back. The zero value has none.
func (h *Held) Done() {
	if h.account != nil {
		h.account.calls.Add(-1)
		h.account = nil
	}
}

// ProviderCall takes a place among the calls that an account makes at the same time, or is a Throttled fault.
func (s *Service) ProviderCall(ctx context.Context, accountID int64) (Held, error) {
	if s == nil {
		return Held{}, nil
	}
	a := s.account(accountID)
	limits, err := s.limits(ctx, a)
	if err != nil {
		return Held{}, err
	}
	n, most := a.calls.Add(1), limits[ProviderCalls]
	if most > 0 && n > most {
		a.calls.Add(-1)
		return Held{}, s.refuse(accountID, ProviderCalls, most, retryCall, "calls to providers at the same time")
	}
	return Held{a}, nil
}

// Join takes a place that cannot be refused: of a call that would do harm if it were not made.
func (s *Service) Join(accountID int64) Held {
	if s == nil {
		return Held{}
	}
	a := s.account(accountID)
	a.calls.Add(1)
	return Held{a}
}

// Room is a Throttled fault when the account has as many instances as it may have. It holds nothing: see Instance.
func (s *Service) Room(ctx context.Context, accountID int64) error {
	if s == nil {
		return nil
	}
	limits, err := s.limits(ctx, s.account(accountID))
	if err != nil || limits[Instances] == 0 {
		return err
	}
	return s.room(ctx, s.db, accountID, limits[Instances])
}

// Instance is a Throttled fault when one more instance would be more than the account may have. Call it in the transaction that
// stores one: until that ends nobody else, on no server, stores one for the account.
func (s *Service) Instance(ctx context.Context, tx *store.DB, accountID int64) error {
	if s == nil {
		return nil
	}
	own, err := tx.For(accountID).Limits(ctx)
	if err != nil {
		return err
	}
	most := s.inForce(own)[Instances]
	if most == 0 {
		return nil
	}
	if err := tx.For(accountID).LockInstances(ctx); err != nil {
		return err
	}
	return s.room(ctx, tx, accountID, most)
}

func (s *Service) room(ctx context.Context, db *store.DB, accountID, most int64) error {
	stored, err := db.For(accountID).StoredInstances(ctx)
	if err != nil || stored < most {
		return err
	}
	return s.refuse(accountID, Instances, most, retryStored, "stored instances")
}

// ScriptLeft is a Throttled fault when the scripts of an account have used up their time. Ask before a call begins: what has
// begun is not cut off.
func (s *Service) ScriptLeft(ctx context.Context, accountID int64) error {
	if s == nil {
		return nil
	}
	a := s.account(accountID)
	limits, err := s.limits(ctx, a)
	if err != nil || limits[ScriptSeconds] == 0 {
		return err
	}
	most, now := limits[ScriptSeconds]*int64(time.Second), s.now()
	a.mu.Lock()
	var wait time.Duration
	used := a.scripts.sum(now)
	if used >= most {
		wait = a.scripts.room(now, most)
	}
	a.mu.Unlock()
	if used < most {
		return nil
	}
	return s.refuse(accountID, ScriptSeconds, limits[ScriptSeconds], wait, "seconds of scripts within a minute")
}

// Script adds time that a script of an account ran.
func (s *Service) Script(accountID int64, spent time.Duration) {
	if s == nil || spent <= 0 {
		return
	}
	a, now := s.account(accountID), s.now()
	a.mu.Lock()
	a.scripts.add(now, int64(spent))
	a.mu.Unlock()
}

func (s *Service) refuse(accountID int64, kind Kind, most int64, wait time.Duration, what string) error {
	s.refused.WithLabelValues(names[kind]).Inc()
	f := fault.New(fault.Throttled, "The account has used up its limit %s of %d %s: try again later, or have it raised by a customer administrator "+
		"(PUT /accounts/%d/limits) or the operator of the server (%s)", names[kind], most, what, accountID, flags[kind])
	f.RetryAfter = wait
	return f
}
