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

	mu        sync.Mutex
	calls     int // number of the call under way, or of the last
	running   bool
	until     time.Time // when the call under way is late
	condemned why       // it was sent a kill signal
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

// begin notes that a call is under way and gives it its number.
func (w *process) begin(limit time.Duration) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	w.running, w.until = true, time.Now().Add(limit+grace)
	return w.calls
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
	check     bool
}

// call sends a script with its input and waits for the report, watching time and memory from outside.
func (w *process) call(ctx context.Context, p *Pool, s errand) (*report, error) {
	if err := ctx.Err(); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The request ended before its script ran")
	}
	number := w.begin(p.options.TimeLimit)
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
	report, err := w.exchange(p, s)
	stop()
	why := w.finish()
	if err == nil {
		return report, nil
	}
	w.kill() // whatever it is doing: it no longer follows the protocol, and its state can be read now
	if why == notKilled && w.command.ProcessState.ExitCode() == exitLarge {
		why = killedLarge
	}
	switch why {
	case killedLate:
		p.options.Log.WarnContext(ctx, "script worker killed: late", "script", s.name)
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

func (w *process) exchange(p *Pool, s errand) (*report, error) {
	o := p.options
	c := call{hash: s.hash[:], variables: s.variables, extras: s.extras, check: s.check,
		limits: limits{int(o.TimeLimit.Milliseconds()), o.MemoryLimit, o.StackLimit, o.OutputLimit}}
	if !w.has[s.hash] {
		c.program = s.program()
	}
	for {
		frame, err := c.frame()
		if err != nil {
			return nil, fault.New(fault.Invalid, "The data for the script %s is too large", s.name)
		}
		if _, err := w.in.Write(frame); err != nil {
			return nil, errDeadBefore
		}
		answer, err := readFrame(w.out, w.buffer, o.OutputLimit+maxBesides)
		if err != nil {
			return nil, err
		}
		if w.buffer = answer; cap(answer) > 1<<20 {
			w.buffer = nil
		}
		report, err := readReport(answer)
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
