package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"jackfield/internal/fault"
)

// process is a running worker. One call at a time.
type process struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	has     map[[32]byte]bool // scripts that it was sent
	buffer  []byte
	last    *tail // what it said before it died
	once    sync.Once
	writing sync.Mutex

	mu        sync.Mutex
	calls     int // number of the call under way, or of the last
	running   bool
	until     time.Time     // when the call under way is late
	since     time.Time     // since when it runs; zero while it waits
	left      time.Duration // how long it may run from then on
	over      time.Time     // when it is late although it waits
	condemned why           // it was sent a kill signal
}

// why a worker was killed.
type why int

const (
	notKilled why = iota
	killedLate
	killedLarge
	killedEnded // the caller went away
	killedClosing
)

// begin notes that a call is under way and gives it its number. It may run for limit, and wait until waiting is over.
func (w *process) begin(limit, waiting time.Duration) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	w.calls++
	w.running, w.until = true, now.Add(limit+grace)
	w.since, w.left, w.over = now, limit, now.Add(waiting+grace)
	return w.calls
}

// waits notes that the call under way says it waits: its time stands still, but not for ever.
func (w *process) waits() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.since.IsZero() {
		w.left -= time.Since(w.since)
		w.since, w.until = time.Time{}, w.over
	}
}

// runs notes that it goes on.
func (w *process) runs() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.since.IsZero() {
		w.since = time.Now()
		w.until = w.since.Add(max(w.left, 0) + grace)
		if w.over.Before(w.until) {
			w.until = w.over
		}
	}
}

// spent is how long the call under way has run, without its waiting, of the limit that it began with.
func (w *process) spent(limit time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	left := w.left
	if !w.since.IsZero() {
		left -= time.Since(w.since)
	}
	return limit - left
}

// lastOrders gives a worker that has reported a little time to take what is still on its way to it.
func (w *process) lastOrders() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.until = time.Now().Add(lastOrders)
}

// finish notes that the call is over and says whether the worker was killed meanwhile, even if too late to matter.
func (w *process) finish() why {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running = false
	return w.condemned
}

// condemn sends a kill signal if the call of that number is still under way; number 0 means any call. The one who
// waits for its answer finds the worker gone.
func (w *process) condemn(number int, reason why) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.running || w.condemned != notKilled || number != 0 && number != w.calls {
		return false
	}
	w.condemned = reason
	_ = w.command.Process.Kill() // it may have ended by itself
	return true
}

// late is whether a call is under way that has used up its time, and under way whether there is any.
func (w *process) late(now time.Time) (late, underWay bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running && now.After(w.until), w.running
}

// tail keeps the beginning of what is written to it: of a crash, the first lines say why.
type tail struct{ kept []byte }

// maxTail is how much a dying worker may say, in bytes.
const maxTail = 1 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b[:min(len(b), maxTail-len(t.kept))]...)
	return len(b), nil
}

// maxBesides bounds what an answer holds besides the result, in bytes: what was logged, a message and a stack.
const maxBesides = 1 << 20

// lastOrders is how long a worker that has reported may take to read replies that were being written to it.
const lastOrders = 5 * time.Second

// errDeadBefore means that the worker was gone before it got the call.
var errDeadBefore = errors.New("the worker was gone")

// startProcess starts this binary again as a worker: without environment, in the root folder, with nothing but three
// pipes, of which one takes the last words of a crash.
func startProcess() (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.Command(self, workerArgument)
	last := &tail{}
	command.Env, command.Dir, command.Stderr = []string{}, "/", last
	attach(command)
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	return &process{command: command, in: in, out: bufio.NewReaderSize(out, 64<<10), last: last, has: map[[32]byte]bool{}}, nil
}

// started is what came of a request to start a worker.
type started struct {
	process *process
	err     error
}

// startWorkers starts workers when asked, all from one thread that lives as long as the pool: on Linux a worker ends
// with the thread that started it, and inherits from it that it cannot gain rights.
func (p *Pool) startWorkers() {
	runtime.LockOSThread() // never unlocked: the thread ends with this function
	renounce()
	for {
		select {
		case answer := <-p.starts:
			w, err := startProcess()
			answer <- started{w, err}
		case <-p.ended:
			return
		}
	}
}

// start starts a worker.
func (p *Pool) start() (*process, error) {
	p.starting.Do(func() { p.tidy.Go(p.startWorkers) })
	answer := make(chan started, 1)
	select {
	case p.starts <- answer:
	case <-p.ended:
		return nil, closing()
	}
	s := <-answer
	if s.err != nil {
		return nil, fault.Wrap(fault.Unavailable, s.err, "A script worker could not be started")
	}
	p.stats.starts.Add(1)
	p.mu.Lock()
	p.alive[s.process] = struct{}{}
	p.mu.Unlock()
	return s.process, nil
}

// kill ends the worker at once. It may be called more than once and from several goroutines.
func (w *process) kill() {
	w.once.Do(func() {
		_ = w.command.Process.Kill() // it may have ended by itself
		_ = w.in.Close()
		_ = w.command.Wait() // says that it was killed
	})
}

// errand is what a worker is asked to do with a script: run it with these variables, or only compile it.
type errand struct {
	*Script
	variables map[string]json.RawMessage
	fetch     Fetch
	check     bool
	spent     *time.Duration // takes how long it ran; nil = nobody wants to know
}

// call sends a script with its input and waits for the report, watching time and memory from outside.
func (w *process) call(ctx context.Context, p *Pool, s errand) (*report, error) {
	if err := ctx.Err(); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The request ended before its script ran")
	}
	number := w.begin(p.options.TimeLimit, p.options.WaitLimit)
	select {
	case <-p.closed: // seen here or, by who closes, seen running
		w.finish()
		return nil, closing()
	default:
	}
	p.watchful()
	stop := context.AfterFunc(ctx, func() {
		if w.condemn(number, killedEnded) {
			p.stats.kills.Add(1)
		}
	})
	fetches := newFetches(ctx, s.fetch, number, w.write)
	report, err := w.exchange(p, s, fetches)
	if s.spent != nil {
		*s.spent += w.spent(p.options.TimeLimit)
	}
	if err == nil {
		w.lastOrders()
		fetches.end()
	}
	stop()
	why := w.finish()
	if err == nil {
		return report, nil
	}
	w.kill() // whatever it is doing: it no longer follows the protocol, and its state can be read now
	fetches.end()
	if why == notKilled && w.command.ProcessState.ExitCode() == exitLarge {
		why = killedLarge
	}
	switch why {
	case killedLate:
		p.options.Log.WarnContext(ctx, "script worker killed: late", "script", s.name)
		if w.waitedOut() {
			return nil, p.refusal(s.Script, newReport(limitWait))
		}
		return nil, p.refusal(s.Script, newReport(limitTime))
	case killedLarge:
		p.options.Log.WarnContext(ctx, "script worker killed: too much memory", "script", s.name)
		return nil, p.refusal(s.Script, newReport(limitMemory))
	case killedEnded:
		return nil, fault.Wrap(fault.Unavailable, context.Cause(ctx), "The request ended while its script ran")
	case killedClosing:
		return nil, closing()
	}
	if errors.Is(err, errDeadBefore) || fault.Is(err, fault.Invalid) {
		return nil, err
	}
	p.options.Log.ErrorContext(ctx, "script worker died", "script", s.name, "state", w.command.ProcessState.String(), "said", string(w.last.kept))
	return nil, fault.Wrap(fault.Unavailable, err, "The worker of the script %s ended unexpectedly while it ran: the script was not tried again", s.name)
}

func newReport(o outcome) *report { return &report{outcome: o} }

// waitedOut reports whether the last call ended while it waited.
func (w *process) waitedOut() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.since.IsZero()
}

// write sends a message to the worker, whole: replies come from several goroutines.
func (w *process) write(frame []byte) error {
	w.writing.Lock()
	defer w.writing.Unlock()
	_, err := w.in.Write(frame)
	return err
}

// exchange sends the call and answers what the worker asks, until it reports.
func (w *process) exchange(p *Pool, s errand, fetches *fetches) (*report, error) {
	o := p.options
	c := call{run: fetches.run, hash: s.hash[:], variables: s.variables, extras: s.extras, waits: s.waits, check: s.check,
		limits: limits{int(o.TimeLimit.Milliseconds()), int(o.WaitLimit.Milliseconds()), o.MemoryLimit, o.StackLimit, o.OutputLimit}}
	if !w.has[s.hash] {
		c.program = s.program()
	}
	for {
		frame, err := c.frame()
		if err != nil {
			return nil, fault.New(fault.Invalid, "The data for the script %s is too large", s.name)
		}
		if err := w.write(frame); err != nil {
			return nil, errDeadBefore
		}
		report, err := w.await(o.OutputLimit+maxBesides, fetches)
		if err != nil {
			return nil, err
		}
		if report.outcome == unknownScript {
			if c.program != "" {
				return nil, errors.New("the worker does not know the script that it was sent")
			}
			c.program = s.program()
			continue
		}
		// What a worker says is believed no more than what a script says.
		if report.done != nil && !json.Valid(report.done) {
			return nil, fault.New(fault.Invalid, "The script %s gave back something that is no JSON", s.name)
		}
		w.has[s.hash] = true
		if len(w.has) > 4*maxPrograms {
			clear(w.has)
		}
		return report, nil
	}
}

// await reads what the worker says until that is its report.
func (w *process) await(most int, fetches *fetches) (*report, error) {
	for {
		frame, err := readFrame(w.out, w.buffer, most)
		if err != nil {
			return nil, err
		}
		if w.buffer = frame; cap(frame) > 1<<20 {
			w.buffer = nil
		}
		if len(frame) == 0 {
			return nil, errors.New("an answer does not read")
		}
		switch frame[0] {
		case messageAsk:
			var a ask
			if a, err = readAsk(frame); err == nil {
				err = fetches.begin(a)
			}
		case messageAbort:
			var id int
			if id, err = readNote(frame); err == nil {
				fetches.abort(id)
			}
		case messageWaits:
			w.waits()
		case messageRuns:
			w.runs()
		default:
			return readReport(frame)
		}
		if err != nil {
			return nil, err
		}
	}
}
