package sandbox

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"jackfield/internal/fault"
)

// process is a running worker. One call at a time.
type process struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     io.ReadCloser
	has     map[[32]byte]bool // scripts that it was sent
	buffer  []byte
	last    *tail // what it said before it died
	once    sync.Once
}

// tail keeps the beginning of what is written to it: of a crash, the first lines say why.
type tail struct{ kept []byte }

// maxTail is how much a dying worker may say, in bytes.
const maxTail = 1 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b[:min(len(b), maxTail-len(t.kept))]...)
	return len(b), nil
}

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
	return &process{command: command, in: in, out: out, last: last, has: map[[32]byte]bool{}}, nil
}

// kill ends the worker at once. It may be called more than once and from several goroutines.
func (w *process) kill() {
	w.once.Do(func() {
		_ = w.command.Process.Kill() // it may have ended by itself
		_ = w.in.Close()
		_ = w.command.Wait() // says that it was killed
	})
}

// call sends a script with its input and waits for the report, watching time and memory from outside.
func (w *process) call(ctx context.Context, p *Pool, s *Script, in Input) (*report, error) {
	if err := ctx.Err(); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The request ended before its script ran")
	}
	watch := w.watch(ctx, p)
	report, err := w.exchange(p, s, in)
	why := watch.stop()
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
		return nil, p.refusal(s, newReport(limitTime))
	case killedLarge:
		p.options.Log.WarnContext(ctx, "script worker killed: too much memory", "script", s.name)
		return nil, p.refusal(s, newReport(limitMemory))
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

func (w *process) exchange(p *Pool, s *Script, in Input) (*report, error) {
	o := p.options
	c := call{hash: s.hash[:], variables: in.Variables,
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
		answer, err := readFrame(w.out, w.buffer)
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
		if report.outcome == unknownScript && c.program == "" {
			c.program = s.program()
			continue
		}
		w.has[s.hash] = true
		if len(w.has) > 4*maxPrograms {
			clear(w.has)
		}
		return report, nil
	}
}

// why a watch killed its worker.
type why int

const (
	notKilled why = iota
	killedLate
	killedLarge
	killedEnded // the caller went away
	killedClosing
)

// watching is the watch over one call.
type watching struct {
	done  chan struct{}
	ended chan why
}

// watch kills the worker when it is late, large, or no longer wanted.
func (w *process) watch(ctx context.Context, p *Pool) *watching {
	g := &watching{done: make(chan struct{}), ended: make(chan why, 1)}
	go func() { g.ended <- w.guard(ctx, p, g.done) }()
	return g
}

func (g *watching) stop() why {
	close(g.done)
	return <-g.ended
}

func (w *process) guard(ctx context.Context, p *Pool, done <-chan struct{}) why {
	late := time.NewTimer(p.options.TimeLimit + grace)
	defer late.Stop()
	look := time.NewTicker(watchEvery)
	defer look.Stop()
	most := residentLimit(p.options.MemoryLimit)
	for {
		reason := notKilled
		select {
		case <-done:
			return notKilled
		case <-late.C:
			reason = killedLate
		case <-ctx.Done():
			reason = killedEnded
		case <-p.closed:
			reason = killedClosing
		case <-look.C:
			if resident(w.command.Process.Pid) > most {
				reason = killedLarge
			}
		}
		if reason != notKilled {
			p.stats.kills.Add(1)
			w.kill()
			return reason
		}
	}
}
