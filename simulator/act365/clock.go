package act365

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// clock tells the simulator's time: that of the machine plus what it was moved by, or a fixed
// time that only the control API moves. Timestamps, rate windows and token lives go by it.
type clock struct {
	mu    sync.Mutex
	fixed time.Time // zero while the clock is real
	moved time.Duration
}

func newClock(text string) (*clock, error) {
	if text == "real" {
		return &clock{}, nil
	}
	value, isFixed := strings.CutPrefix(text, "fixed:")
	if !isFixed {
		return nil, fmt.Errorf("clock is %q; it can be real or fixed:<RFC 3339 time>", text)
	}
	t, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		return nil, fmt.Errorf("clock is %q; the part after fixed: is no RFC 3339 time", text)
	}
	return &clock{fixed: t.UTC()}, nil
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fixed.IsZero() {
		return time.Now().UTC().Add(c.moved)
	}
	return c.fixed
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fixed.IsZero() {
		c.moved += d
		return
	}
	c.fixed = c.fixed.Add(d)
}

// set stops the clock at a time; from then on it is fixed.
func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fixed = t.UTC()
}

func (c *clock) isFixed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.fixed.IsZero()
}
