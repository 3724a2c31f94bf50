package limit

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"jackfield/internal/store"
)

// shards is how many parts the accounts are spread over, so that they share no lock.
const shards = 64

type shard struct {
	mu       sync.RWMutex
	accounts map[int64]*account
}

// account is what one account uses up on this server. It stays for ever: 1 KiB for each that was ever heard of.
type account struct {
	id      int64
	version atomic.Uint64 // counts changes of its limits
	limits  atomic.Pointer[known]
	calls   atomic.Int64

	mu       sync.Mutex
	requests window
	scripts  window // nanoseconds
}

// known are limits as they were when version was current.
type known struct {
	version uint64
	limits  Limits
	own     [Kinds]bool // set for the account, not the server's default
	retry   time.Time   // of stale ones, because the database does not answer: when it is asked again
}

// retryRead is how long the database is left alone that did not answer.
const retryRead = 5 * time.Second

func (s *Service) account(id int64) *account {
	part := &s.shards[uint64(id)%shards]
	part.mu.RLock()
	a := part.accounts[id]
	part.mu.RUnlock()
	if a != nil {
		return a
	}
	part.mu.Lock()
	defer part.mu.Unlock()
	if a = part.accounts[id]; a == nil {
		a = &account{id: id}
		part.accounts[id] = a
	}
	return a
}

// limits are those in force. They are read when they are not known or have changed; while the database does not answer, those last
// known stay in force.
func (s *Service) limits(ctx context.Context, a *account) (*Limits, error) {
	found, err := s.known(ctx, a)
	if err != nil {
		return nil, err
	}
	return &found.limits, nil
}

func (s *Service) known(ctx context.Context, a *account) (*known, error) {
	version := a.version.Load()
	last := a.limits.Load()
	if last != nil && (last.version == version || s.now().Before(last.retry)) {
		return last, nil
	}
	own, err := s.db.For(a.id).Limits(ctx)
	if err != nil {
		if last == nil || ctx.Err() != nil {
			return nil, err
		}
		s.log.WarnContext(ctx, "limits of an account could not be read: those known are used", "account", a.id, "error", err)
		again := *last
		again.retry = s.now().Add(retryRead)
		a.limits.CompareAndSwap(last, &again)
		return last, nil
	}
	fresh := &known{version: version, limits: s.inForce(own)}
	for kind, name := range names {
		_, fresh.own[kind] = own[name]
	}
	a.limits.Store(fresh)
	return fresh, nil
}

// inForce are the limits of an account with these of its own.
func (s *Service) inForce(own map[string]*int64) Limits {
	limits := s.standard
	for kind, name := range names {
		if most, set := own[name]; set {
			limits[kind] = 0
			if most != nil {
				limits[kind] = *most
			}
		}
	}
	return limits
}

// changed makes limits be read again that were changed, here or on another server.
func (s *Service) changed(c store.Change) {
	if c.Noun != "limit" && c.Noun != "all" {
		return
	}
	for i := range s.shards {
		part := &s.shards[i]
		part.mu.RLock()
		for id, a := range part.accounts {
			if c.Noun == "all" || id == c.ID {
				a.version.Add(1)
			}
		}
		part.mu.RUnlock()
	}
}
