package store

import (
	"context"
	"encoding/json"
	"sync"
	"time"
)

// channel is the PostgreSQL channel that servers tell each other changes on.
const channel = "jackfield_changes"

// changes tells subscribers what became stale.
type changes struct {
	mu          sync.RWMutex
	next        int
	subscribers map[int]func(Change)
}

func newChanges() *changes { return &changes{subscribers: map[int]func(Change){}} }

func (c *changes) tell(change Change) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, f := range c.subscribers {
		f(change)
	}
}

// Subscribe calls f for every change, made here or by another server. f must be quick and must not call the
// store. A change of noun "all" means that changes may have been missed: drop everything.
func (d *DB) Subscribe(f func(Change)) (cancel func()) {
	c := d.changes
	c.mu.Lock()
	defer c.mu.Unlock()
	id := c.next
	c.next++
	c.subscribers[id] = f
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.subscribers, id)
	}
}

// notify sends a change to the other servers with the transaction's commit.
func (d *DB) notify(ctx context.Context, change Change) error {
	if d.pool == nil {
		return nil
	}
	text, err := json.Marshal(change)
	if err != nil {
		return err
	}
	_, err = d.write.ExecContext(ctx, "SELECT pg_notify($1, $2)", channel, string(text))
	return failure("notify", err)
}

// listen hears the changes of other servers until ctx ends. After a lost connection everything counts as changed.
func (c *core) listen(ctx context.Context) {
	defer close(c.stopped)
	if c.pool == nil {
		return
	}
	for wait := 100 * time.Millisecond; ctx.Err() == nil; wait = min(2*wait, 10*time.Second) {
		if err := c.hear(ctx, func() { wait = 100 * time.Millisecond }); err != nil && ctx.Err() == nil {
			c.log.Warn("changes of other servers are not heard for a moment", "error", err)
			c.changes.tell(Change{Noun: "all"})
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (c *core) hear(ctx context.Context, connected func()) error {
	held, err := c.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer held.Release()
	connection := held.Conn()
	if _, err := connection.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	connected()
	c.changes.tell(Change{Noun: "all"})
	for {
		notification, err := connection.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		var change Change
		if json.Unmarshal([]byte(notification.Payload), &change) != nil {
			change = Change{Noun: "all"}
		}
		c.changes.tell(change)
	}
}
