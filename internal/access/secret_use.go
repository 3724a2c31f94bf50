package access

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"jackfield/internal/store"
)

const (
	// flushUsesEvery is how long a use of a secret waits in memory to be written.
	flushUsesEvery = 30 * time.Second
	// noteEvery is how exact the time of the last use is: a warm cache notes no more than one use of a secret in it.
	noteEvery = time.Minute
	// maxPendingUses bounds the memory for uses that wait. What is above is not remembered.
	maxPendingUses = 50_000
)

// Uses remembers when secrets were last used: in memory, written behind the calls. Safe for concurrent use.
type Uses struct {
	db   *store.DB
	log  *slog.Logger
	now  func() time.Time
	mu   sync.Mutex
	wait map[store.SecretID]time.Time
	stop context.CancelFunc
	done chan struct{}
}

// Mark stands for a secret in a cache of those who use it.
type Mark struct {
	id    store.SecretID
	noted atomic.Int64 // seconds since 1970
}

// MarkOf is the mark of a secret.
func (u *Uses) MarkOf(kind store.SecretKind, value string) *Mark {
	return &Mark{id: u.db.SecretID(kind, value)}
}

func newUses(db *store.DB, log *slog.Logger, now func() time.Time) *Uses {
	ctx, stop := context.WithCancel(context.Background())
	u := &Uses{db: db, log: log, now: now, wait: map[store.SecretID]time.Time{}, stop: stop, done: make(chan struct{})}
	go u.run(ctx)
	return u
}

func (u *Uses) run(ctx context.Context) {
	defer close(u.done)
	tick := time.NewTicker(flushUsesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			u.flush(ctx)
		}
	}
}

// close writes what waits and stops.
func (u *Uses) close() {
	u.stop()
	<-u.done
	// A database that does not answer must not hold up the end of the server.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	u.flush(ctx)
}

// Note says that a secret is used now. It does no more than look at a number unless the last note is a minute old.
func (u *Uses) Note(m *Mark) { u.noteAt(m, u.now()) }

func (u *Uses) noteAt(m *Mark, at time.Time) {
	last, seconds := m.noted.Load(), at.Unix()
	if seconds-last < int64(noteEvery/time.Second) || !m.noted.CompareAndSwap(last, seconds) {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, there := u.wait[m.id]; there || len(u.wait) < maxPendingUses {
		u.wait[m.id] = at
	}
}

// flush writes what waits. What the database does not take is lost: the next use comes.
func (u *Uses) flush(ctx context.Context) {
	u.mu.Lock()
	wait := u.wait
	u.wait = map[store.SecretID]time.Time{}
	u.mu.Unlock()
	if len(wait) == 0 {
		return
	}
	uses := make([]store.SecretUse, 0, len(wait))
	for id, at := range wait {
		uses = append(uses, store.SecretUse{ID: id, At: at})
	}
	if err := u.db.RecordSecretUses(ctx, uses); err != nil && ctx.Err() == nil {
		u.log.Warn("when secrets were last used is not written for a moment", "secrets", len(uses), "error", err)
	}
}
