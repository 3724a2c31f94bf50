package sandbox

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"modernc.org/quickjs"
)

// maxTimers is how many timers of one script may run at once.
const maxTimers = 1000

// inbox reads messages of the parent. Waiting for one beside a clock takes a goroutine, which is started only then.
type inbox struct {
	in      *bufio.Reader
	buffer  []byte
	pending chan received // a read that is under way beside a clock
}

type received struct {
	frame []byte
	err   error
}

// next waits for the next message. Its memory is used again by the next one.
func (i *inbox) next() ([]byte, error) {
	if i.pending != nil {
		got := <-i.pending
		i.pending = nil
		return got.frame, got.err
	}
	frame, err := readFrame(i.in, i.buffer, maxFrame)
	if i.buffer = frame; cap(frame) > 1<<20 {
		i.buffer = nil
	}
	return frame, err
}

// coming is where the next message arrives; who takes it from there says so with taken.
func (i *inbox) coming() <-chan received {
	if i.pending == nil {
		pending := make(chan received, 1)
		i.pending = pending
		go func() {
			frame, err := readFrame(i.in, nil, maxFrame)
			pending <- received{frame, err}
		}()
	}
	return i.pending
}

func (i *inbox) taken() { i.pending = nil }

// loop is what a script waits for: its timers, and answers to its requests. It is made when a script first uses
// something of the kind.
type loop struct {
	timers  []timer // the next one first
	named   int     // number of the last timer or request
	asked   map[int]bool
	made    int // requests so far
	replies map[int]*reply
	next    *quickjs.PromiseCapability // resolved with the next event; nil = nobody listens
	waited  bool
}

type timer struct {
	at time.Time
	id int
}

var errNoWaiting = errors.New("a script that waits must name http, https, axios, setTimeout, setInterval or setImmediate in its own text")

func (b *bridge) events() (*loop, error) {
	if b.loop == nil {
		if !b.call.waits {
			return nil, errNoWaiting
		}
		b.loop = &loop{asked: map[int]bool{}, replies: map[int]*reply{}}
	}
	return b.loop, nil
}

// listen answers the module that tells a script of events: a promise of the next one.
func (b *bridge) listen() (any, error) {
	l, err := b.events()
	if err != nil {
		return nil, err
	}
	if l.next != nil {
		l.next.Free()
		l.next = nil
	}
	if l.next, err = b.vm.NewPromiseCapability(); err != nil {
		return nil, err
	}
	return []any{l.next.Promise.Dup()}, nil // values of the engine pass only in a list
}

// timer starts a timer and gives back its number.
func (b *bridge) timer(text string) (any, error) {
	l, err := b.events()
	if err != nil {
		return nil, err
	}
	if len(l.timers) >= maxTimers {
		return nil, fmt.Errorf("a script may have %d timers at once", maxTimers)
	}
	milliseconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(milliseconds >= 1) {
		milliseconds = 1 // as in Node
	}
	l.named++
	after := time.Duration(min(milliseconds, 1e9)) * time.Millisecond
	t := timer{time.Now().Add(after), l.named}
	at, _ := slices.BinarySearchFunc(l.timers, t, func(a, b timer) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	l.timers = slices.Insert(l.timers, at, t)
	return strconv.Itoa(t.id), nil
}

func (b *bridge) untimer(text string) {
	if b.loop != nil {
		id, _ := strconv.Atoi(text) // 0 is nobody's
		b.loop.timers = slices.DeleteFunc(b.loop.timers, func(t timer) bool { return t.id == id })
	}
}

// ask sends a request to the parent and gives back its number.
func (b *bridge) ask(r FetchRequest) (any, error) {
	l, err := b.events()
	if err != nil {
		return nil, err
	}
	switch {
	case l.made >= MaxFetches:
		return nil, fmt.Errorf("a script may make %d requests at most", MaxFetches)
	case len(r.Body) > MaxFetchRequest:
		return nil, fmt.Errorf("the body of a request has %s at most", sizeOf(MaxFetchRequest))
	case headSize(r) > maxFetchHead, len(r.Header) > maxFetchHeaders:
		return nil, fmt.Errorf("address and headers of a request have %s and %d headers at most", sizeOf(maxFetchHead), maxFetchHeaders)
	}
	l.made++
	l.named++
	l.asked[l.named] = true
	b.worker.say((&ask{l.named, r}).frame())
	return strconv.Itoa(l.named), nil
}

// abort says that nobody wants an answer any more.
func (b *bridge) abort(text string) {
	id, _ := strconv.Atoi(text) // 0 is nobody's
	if b.loop != nil && b.loop.asked[id] {
		delete(b.loop.asked, id)
		b.worker.say(note(messageAbort, id))
	}
}

// say sends a message to the parent. Without one there is nothing left to do.
func (w *worker) say(frame []byte) {
	if _, err := w.out.Write(frame); err != nil {
		end(exitOrphaned)
	}
}

// end ends the worker: nobody is there who could be told why.
func end(code int) { os.Exit(code) }

// wait hands the script the next event, waiting for it while the script's time stands still. It reports whether there
// was one: a script that waits for nothing has ended.
func (b *bridge) wait() (bool, error) {
	l := b.loop
	if l == nil || l.next == nil || len(l.timers) == 0 && len(l.asked) == 0 {
		return false, nil
	}
	if event := l.due(time.Now()); event != "" {
		return true, b.tell(event)
	}
	if !b.pause() {
		return false, nil
	}
	b.worker.say(note(messageWaits, 0))
	event, err := b.sleep()
	if err != nil {
		return false, err
	}
	b.worker.say(note(messageRuns, 0))
	if !b.resume() {
		return false, nil
	}
	return true, b.tell(event)
}

// due is the event of a timer whose time has come, "" when there is none.
func (l *loop) due(now time.Time) string {
	if len(l.timers) == 0 || l.timers[0].at.After(now) {
		return ""
	}
	id := l.timers[0].id
	l.timers = l.timers[1:]
	return "timer " + strconv.Itoa(id)
}

// sleep waits for an event.
func (b *bridge) sleep() (event string, err error) {
	l := b.loop
	if !l.waited {
		l.waited = true
		b.worker.suicide.Reset(b.suicideAfter())
	}
	over := time.NewTimer(time.Until(b.over))
	defer over.Stop()
	var ring <-chan time.Time
	if len(l.timers) > 0 {
		t := time.NewTimer(time.Until(l.timers[0].at))
		defer t.Stop()
		ring = t.C
	}
	for {
		select {
		case got := <-b.worker.inbox.coming():
			b.worker.inbox.taken()
			if got.err != nil {
				end(exitOrphaned)
			}
			r, err := readReply(got.frame)
			if err != nil {
				end(exitConfused)
			}
			if r.run != b.call.run || !l.asked[r.id] {
				continue // it was aborted, or is of an earlier script
			}
			delete(l.asked, r.id)
			l.replies[r.id] = r
			return "reply " + strconv.Itoa(r.id), nil
		case <-ring:
			return l.due(l.timers[0].at), nil
		case <-over.C:
			return "", errWaited
		}
	}
}

// errWaited ends a script that waited too long.
var errWaited = errors.New("waited too long")

// tell resolves the promise that the script's side listens to.
func (b *bridge) tell(event string) error {
	next := b.loop.next
	b.loop.next = nil
	defer next.Free()
	_, err := next.Resolve.Call(quickjs.UndefinedValue, event)
	return err
}

// begin starts the clock of a script.
func (b *bridge) begin() {
	b.left = time.Duration(b.limits.milliseconds) * time.Millisecond
	b.over = time.Now().Add(time.Duration(b.limits.waiting) * time.Millisecond)
	b.resume()
}

// pause stops the clock and reports whether there was time left.
func (b *bridge) pause() bool {
	if b.clock != nil {
		b.clock.Stop()
		b.clock = nil
		b.left -= time.Since(b.since)
	}
	return !b.late.Load()
}

// resume lets the clock run on and reports whether there is time left.
func (b *bridge) resume() bool {
	if b.left <= 0 {
		b.late.Store(true)
		return false
	}
	b.since = time.Now()
	b.clock = time.AfterFunc(b.left, b.interrupt)
	_ = b.vm.SetEvalTimeout(b.left) // never fails
	return true
}

// suicideAfter is when a worker that nobody came to kill ends itself: well after the limits that others should keep.
func (b *bridge) suicideAfter() time.Duration {
	return time.Duration(2*b.limits.milliseconds+b.limits.waiting)*time.Millisecond + 5*time.Second
}
