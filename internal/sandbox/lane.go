package sandbox

import (
	"slices"
	"sync"
	"time"
)

// lane is a number of places for workers, and those that are free.
type lane struct {
	free  chan struct{} // one for each slot in slots
	mu    sync.Mutex
	slots []*slot // free ones: those without a worker, then by their last use
}

// slot is the place of one worker; the worker in it may be replaced.
type slot struct {
	process *process // nil before the first call and after a failure
	used    time.Time
}

func (l *lane) open(places int) {
	l.free = make(chan struct{}, places)
	for range places {
		l.give(&slot{})
	}
}

// give makes a slot free.
func (l *lane) give(s *slot) {
	l.mu.Lock()
	if s.process == nil {
		l.slots = slices.Insert(l.slots, 0, s)
	} else {
		l.slots = append(l.slots, s)
	}
	l.mu.Unlock()
	l.free <- struct{}{}
}

// latest takes the free slot whose worker was used last. Who calls it has taken from free before.
func (l *lane) latest() *slot {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := len(l.slots) - 1
	s := l.slots[last]
	l.slots = l.slots[:last]
	return s
}

// idle takes a free slot whose worker nobody needed for a while, nil when there is none.
func (l *lane) idle(after time.Duration) *slot {
	select {
	case <-l.free:
	default:
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, s := range l.slots {
		if s.process != nil && time.Since(s.used) > after {
			l.slots = slices.Delete(l.slots, i, i+1)
			return s
		}
	}
	l.free <- struct{}{}
	return nil
}
