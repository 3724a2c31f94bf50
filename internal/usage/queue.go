package usage

import (
	"context"
	"sync"
	"time"
)

// tally counts what a queue has taken and what has left it, for those who wait until all that they know of is written.
// The lock of the queue guards it.
type tally struct {
	accepted uint64        // taken so far
	settled  uint64        // of these, written or given up
	progress chan struct{} // closed when settled grows; nil when nobody waits
}

// pending reports whether something has not left the queue. Call it with the lock held.
func (t *tally) pending() bool { return t.settled < t.accepted }

// settle counts what has left the queue and wakes those who wait. Call it with the lock held.
func (t *tally) settle(n int) {
	t.settled += uint64(n)
	if t.progress != nil {
		close(t.progress)
		t.progress = nil
	}
}

// await waits until all that was taken so far has left the queue, at most flushWait; hurry is called before each wait. It
// gives up quietly, when the database is slow or away: an answer without the newest is better than none.
func (t *tally) await(ctx context.Context, mu *sync.Mutex, hurry func()) {
	ctx, cancel := context.WithTimeout(ctx, flushWait)
	defer cancel()
	mu.Lock()
	defer mu.Unlock()
	for want := t.accepted; t.settled < want; {
		if t.progress == nil {
			t.progress = make(chan struct{})
		}
		progress := t.progress
		mu.Unlock()
		hurry()
		select {
		case <-progress:
		case <-ctx.Done():
		}
		mu.Lock()
		if ctx.Err() != nil {
			return
		}
	}
}

// persist tries a write several times, with growing pauses, until it works or ctx ends.
func persist(ctx context.Context, tries int, write func(context.Context) error) error {
	wait := retryWait
	for try := 1; ; try++ {
		limited, cancel := context.WithTimeout(ctx, writeTimeout)
		err := write(limited)
		cancel()
		if err == nil || try == tries || ctx.Err() != nil {
			return err
		}
		select {
		case <-time.After(wait):
			wait *= 2
		case <-ctx.Done():
			return err
		}
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
