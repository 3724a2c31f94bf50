package oauth

import "time"

// clock is the machine's clock, moved by an offset, or one that stands still.
type clock struct {
	fixed  time.Time
	offset time.Duration
}

func (c *clock) now() time.Time {
	if c.fixed.IsZero() {
		return time.Now().Add(c.offset)
	}
	return c.fixed.Add(c.offset)
}

// Advance moves the simulator's clock; backwards too.
func (s *Simulator) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock.offset += d
	s.touch()
}

// Now is the time by the simulator's clock.
func (s *Simulator) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock.now()
}
