package sandbox

import (
	"bufio"
	_ "embed" // for the scripts around the script
	"errors"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"modernc.org/quickjs"
)

// workerArgument is the hidden first argument that makes the binary a worker.
const workerArgument = "jackfield-script-worker"

// Bounds of the compiled scripts that a worker keeps: their number, and their bytes together. A worker that is full
// forgets all of them.
const (
	maxPrograms     = 512
	maxProgramBytes = 16 << 20
)

// How a worker ends when it ends by itself.
const (
	exitConfused = 3 // a message did not read
	exitOrphaned = 4 // a script ran on and nobody came to kill it
	exitLarge    = 5 // it found itself too large, where its parent cannot see that
)

// maxJobs is how many steps of promises the engine runs for one call; it is the engine's own bound.
const maxJobs = 1 << 20

//go:embed prelude.js
var prelude string

//go:embed extras.js
var extras string

// foreignLines is how many empty lines stand before the prelude and before modules: a higher line in a stack is
// theirs and not the script's.
const foreignLines = 100_000

var foreign = strings.Repeat("\n", foreignLines)

// IsWorker reports whether this process was started as a script worker. main asks it before anything else.
func IsWorker() bool { return len(os.Args) == 2 && os.Args[1] == workerArgument }

// WorkerMain is the life of a worker: it answers calls on standard input until that ends.
func WorkerMain() {
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(100)
	confine()
	most := watchOneself()
	w := worker{programs: map[string][]byte{}, modules: map[string][]byte{}, out: os.Stdout,
		inbox: inbox{in: bufio.NewReaderSize(os.Stdin, 64<<10)}}
	for {
		frame, err := w.inbox.next()
		if err != nil {
			return
		}
		if len(frame) > 0 && frame[0] == messageReply {
			continue // for a script that is over
		}
		c, err := readCall(frame)
		if err != nil {
			os.Exit(exitConfused)
		}
		most.Store(residentLimit(c.limits.memory))
		// Should the parent be gone while a script hangs, nobody kills this process but itself.
		w.suicide = time.AfterFunc(2*time.Duration(c.limits.milliseconds)*time.Millisecond+5*time.Second, func() { os.Exit(exitOrphaned) })
		report, used := w.run(c)
		w.suicide.Stop()
		if _, err := w.out.Write(report.frame()); err != nil {
			return
		}
		if used != nil {
			used.close()
			w.spare = w.make(c.limits) // while nobody waits for it
		}
	}
}

// worker keeps compiled code between calls, and a machine that no script has run in yet.
type worker struct {
	prelude  []byte
	extras   []byte
	programs map[string][]byte // by hash
	bytes    int               // of programs
	modules  map[string][]byte
	spare    *bridge // the machine of the next call, nil before the first

	inbox   inbox
	out     *os.File
	suicide *time.Timer // of the call under way
}

// make makes a machine; one that failed has an error.
func (w *worker) make(l limits) *bridge {
	b := &bridge{worker: w, limits: l, report: &report{}}
	b.failed = b.start()
	return b
}

// machine is a fresh machine with the prelude in it.
func (w *worker) machine(c *call) *bridge {
	b := w.spare
	w.spare = nil
	if b != nil && (b.limits != c.limits || b.failed != nil) {
		b.close()
		b = nil
	}
	if b == nil {
		b = w.make(c.limits)
	}
	return b
}

// run runs one call in a machine of its own, which is to be closed afterwards.
func (w *worker) run(c *call) (*report, *bridge) {
	b := w.machine(c)
	if b.failed != nil {
		return &report{outcome: limitMemory}, b
	}
	if c.check {
		if _, refused := w.program(b.vm, c); refused != nil {
			return refused, b
		}
		w.spare = b // no script has run in it
		return newReport(finished), nil
	}
	b.call = c
	return w.runIn(b, c), b
}

func (w *worker) runIn(b *bridge, c *call) *report {
	b.begin()
	defer b.pause()

	program, report := w.program(b.vm, c)
	if report != nil {
		return report
	}
	if _, err := b.vm.EvalBytecode(program); err != nil {
		return b.failure(err)
	}
	// A script ends when it has called done: what it left for later no longer matters (reference/elements.md §8).
	for b.report.outcome == finished && !b.called && !b.late.Load() {
		n, err := b.vm.ExecutePendingJobs()
		if err != nil {
			return b.failure(err)
		}
		if n > 0 {
			continue
		}
		if len(b.rejections.failed) > 0 {
			break
		}
		if more, err := b.wait(); err != nil {
			return b.failure(err)
		} else if !more {
			break
		}
	}
	if b.late.Load() {
		b.report.outcome = limitTime
		return b.report
	}
	if err := b.unhandled(); err != nil {
		return b.failure(err)
	}
	return b.report
}

// program is the compiled script of a call.
func (w *worker) program(vm *quickjs.VM, c *call) ([]byte, *report) {
	hash := string(c.hash)
	if compiled := w.programs[hash]; compiled != nil {
		return compiled, nil
	}
	if c.program == "" {
		return nil, &report{outcome: unknownScript}
	}
	compiled, err := vm.Compile(c.program, quickjs.EvalGlobal)
	if err != nil {
		return nil, syntaxError(err)
	}
	if len(w.programs) >= maxPrograms || w.bytes+len(compiled) > maxProgramBytes {
		clear(w.programs)
		w.bytes = 0
	}
	w.programs[hash] = compiled
	w.bytes += len(compiled)
	return compiled, nil
}

func syntaxError(err error) *report {
	r := &report{outcome: thrown, message: err.Error()}
	if e, ok := err.(*quickjs.Error); ok {
		r.message, r.stack = e.Name+": "+e.Message, e.Stack
	}
	return r
}

// start makes the machine and gives it its prelude.
func (b *bridge) start() error {
	vm, err := quickjs.NewVM()
	if err != nil {
		return err
	}
	b.vm = vm
	vm.SetMemoryLimit(uintptr(b.limits.memory))
	vm.SetMaxStackSize(uintptr(b.limits.stack))
	vm.SetCanBlock(false)
	if b.rejections, err = watchRejections(vm); err != nil {
		return err
	}
	if err := vm.RegisterHostFunc("__bridge", b.serve); err != nil {
		return err
	}
	if b.worker.prelude == nil {
		compiled, err := vm.Compile(foreign+prelude, quickjs.EvalGlobal)
		if err != nil {
			return err
		}
		b.worker.prelude = compiled
	}
	_, err = vm.EvalBytecode(b.worker.prelude)
	return err
}

// interrupt ends what runs in the machine.
func (b *bridge) interrupt() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.late.Store(true)
	if b.vm != nil {
		b.vm.Interrupt()
	}
}

func (b *bridge) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.vm != nil {
		if b.rejections != nil {
			b.rejections.letGo()
		}
		if b.loop != nil && b.loop.next != nil {
			b.loop.next.Free()
		}
		_ = b.vm.Close() // the machine is gone either way
		b.vm = nil
	}
}

// failure is the report of an error of the engine: a limit, or something thrown past the script's own catch.
func (b *bridge) failure(err error) *report {
	if b.report.outcome != finished {
		return b.report
	}
	text := err.Error()
	switch {
	case errors.Is(err, errWaited):
		b.report.outcome = limitWait
	case b.late.Load() || strings.Contains(text, "interrupted"):
		b.report.outcome = limitTime
	case strings.Contains(text, "out of memory"):
		b.report.outcome = limitMemory
	case strings.Contains(text, "stack overflow"):
		b.report.outcome = limitStack
	case strings.HasPrefix(text, "quickjs: aborted draining"):
		if b.called { // the result stands
			b.log("after done: promises without end")
			return b.report
		}
		b.report.outcome = limitJobs
	default:
		r := syntaxError(err)
		r.logs, r.mails = b.report.logs, b.report.mails
		return r
	}
	return b.report
}
