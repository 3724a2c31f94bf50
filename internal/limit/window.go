package limit

import "time"

// span is how many seconds back a window looks: a minute.
const span = 60

// window is what happened in the last minute, second by second: never more than the limit in any minute, where counting by the
// minute of the clock would let twice as much pass around its end.
type window struct {
	seconds [span]int64 // what happened in second n is in place n modulo span
	newest  int64       // the last second that something happened in, or that was asked about
	total   int64
}

// move forgets what is older than a minute. A clock that was put back stands still until it has caught up.
func (w *window) move(now time.Time) {
	second := now.Unix()
	if second-w.newest >= span {
		*w = window{newest: second}
		return
	}
	for w.newest < second {
		w.newest++
		w.total -= w.seconds[w.newest%span]
		w.seconds[w.newest%span] = 0
	}
}

func (w *window) add(now time.Time, n int64) {
	w.move(now)
	w.seconds[w.newest%span] += n
	w.total += n
}

func (w *window) sum(now time.Time) int64 {
	w.move(now)
	return w.total
}

// room is how long it takes until less than most is in the window, if nothing is added.
func (w *window) room(now time.Time, most int64) time.Duration {
	w.move(now)
	left := w.total
	for age := int64(span - 1); age >= 0; age-- { // the oldest goes first
		if left < most {
			return max(time.Unix(w.newest-age-1+span, 0).Sub(now), time.Second)
		}
		left -= w.seconds[(w.newest-age)%span]
	}
	return span * time.Second
}
