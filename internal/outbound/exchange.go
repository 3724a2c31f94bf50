package outbound

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// errTime is the cause of a call that ran out of its own time.
var errTime = errors.New("the time of the call is over")

// exchange is the life of one call: its context, its clock, and whom it is talking to. It ends when the
// answer was read to its end or closed, or when there is none.
type exchange struct {
	ctx     context.Context
	parent  context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	timeout time.Duration
	until   time.Time // when the timer fires; meaningless for a stream, whose timer is set back
	stream  bool
	host    string // host and port spoken to now; messages name it and never path or query
}

func begin(parent context.Context, host string, p *Policy) *exchange {
	x := &exchange{parent: parent, timeout: p.Timeout, stream: p.Stream, host: host, until: time.Now().Add(p.Timeout)}
	x.ctx, x.cancel = context.WithCancelCause(parent)
	x.timer = time.AfterFunc(p.Timeout, x.expire)
	return x
}

func (x *exchange) expire() { x.cancel(errTime) }

// end lets go of the clock and the context. It may be called more than once.
func (x *exchange) end() {
	x.timer.Stop()
	x.cancel(nil)
}

// touch says that a stream made progress.
func (x *exchange) touch() {
	if x.stream && x.ctx.Err() == nil {
		x.timer.Reset(x.timeout)
	}
}

// left is how much time the call still has; bounded is false when nothing bounds it from here.
func (x *exchange) left() (left time.Duration, bounded bool) {
	end, bounded := x.parent.Deadline()
	if !x.stream && (!bounded || x.until.Before(end)) {
		end, bounded = x.until, true
	}
	if !bounded {
		return 0, false
	}
	return time.Until(end), true
}

// sleep waits and reports whether the call may go on.
func (x *exchange) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		x.touch()
		return true
	case <-x.ctx.Done():
		return false
	}
}

// watch makes reads of a streamed request body count as progress.
func (x *exchange) watch(body io.ReadCloser) io.ReadCloser {
	if body == nil || body == http.NoBody {
		return body
	}
	return &watched{ReadCloser: body, x: x}
}

type watched struct {
	io.ReadCloser
	x *exchange
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if n > 0 {
		w.x.touch()
	}
	return n, err
}
