package sandbox

import (
	"bufio"
	_ "embed" // for prelude.js
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"modernc.org/quickjs"
)

// workerArgument is the hidden first argument that makes the binary a worker.
const workerArgument = "jackfield-script-worker"

// maxPrograms is how many compiled scripts a worker keeps; when it is full it forgets all of them.
const maxPrograms = 512

//go:embed prelude.js
var prelude string

// IsWorker reports whether this process was started as a script worker. main asks it before anything else.
func IsWorker() bool { return len(os.Args) == 2 && os.Args[1] == workerArgument }

// WorkerMain is the life of a worker: it answers calls on standard input until that ends.
func WorkerMain() {
	runtime.GOMAXPROCS(2)
	debug.SetGCPercent(50)
	confine()
	w := worker{programs: map[string][]byte{}, modules: map[string][]byte{}}
	in := bufio.NewReaderSize(os.Stdin, 64<<10)
	var buffer []byte
	for {
		frame, err := readFrame(in, buffer)
		if err != nil {
			return
		}
		buffer = frame
		c, err := readCall(frame)
		if err != nil {
			os.Exit(3)
		}
		// Should the parent be gone while a script hangs, nobody kills this process but itself.
		suicide := time.AfterFunc(2*time.Duration(c.limits.milliseconds)*time.Millisecond+5*time.Second, func() { os.Exit(4) })
		answer := w.run(c).frame()
		suicide.Stop()
		if _, err := os.Stdout.Write(answer); err != nil {
			return
		}
		if cap(buffer) > 1<<20 {
			buffer = nil
		}
	}
}

// worker keeps compiled code between calls, and nothing else.
type worker struct {
	prelude  []byte
	programs map[string][]byte // by hash
	modules  map[string][]byte
}

// run runs one call in a machine of its own.
func (w *worker) run(c *call) *report {
	vm, err := quickjs.NewVM()
	if err != nil {
		return &report{outcome: limitMemory}
	}
	defer vm.Close()
	limit := time.Duration(c.limits.milliseconds) * time.Millisecond
	vm.SetMemoryLimit(uintptr(c.limits.memory))
	vm.SetMaxStackSize(uintptr(c.limits.stack))
	vm.SetCanBlock(false)
	if err := vm.SetEvalTimeout(limit); err != nil {
		return &report{outcome: thrown, message: err.Error()}
	}
	late := time.AfterFunc(limit, vm.Interrupt)
	defer late.Stop()

	b := &bridge{worker: w, vm: vm, call: c, until: time.Now().Add(limit), report: &report{}}
	if err := b.start(); err != nil {
		return b.failure(err)
	}
	program, report := w.program(vm, c)
	if report != nil {
		return report
	}
	if _, err := vm.EvalBytecode(program); err != nil {
		return b.failure(err)
	}
	for b.report.outcome == finished && !b.overtime() {
		n, err := vm.ExecutePendingJobs()
		if err != nil {
			return b.failure(err)
		}
		if n == 0 {
			break
		}
	}
	if b.overtime() {
		b.report.outcome = limitTime
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
	if len(w.programs) >= maxPrograms {
		clear(w.programs)
	}
	w.programs[hash] = compiled
	return compiled, nil
}

func syntaxError(err error) *report {
	r := &report{outcome: thrown, message: err.Error()}
	if e, ok := err.(*quickjs.Error); ok {
		r.message, r.stack = e.Name+": "+e.Message, e.Stack
	}
	return r
}

// start gives the machine its prelude.
func (b *bridge) start() error {
	if err := b.vm.RegisterHostFunc("__bridge", b.serve); err != nil {
		return err
	}
	if b.worker.prelude == nil {
		compiled, err := b.vm.Compile(prelude, quickjs.EvalGlobal)
		if err != nil {
			return err
		}
		b.worker.prelude = compiled
	}
	_, err := b.vm.EvalBytecode(b.worker.prelude)
	return err
}

// failure is the report of an error of the engine: a limit, or something thrown past the script's own catch.
func (b *bridge) failure(err error) *report {
	if b.report.outcome != finished {
		return b.report
	}
	text := err.Error()
	switch {
	case b.overtime() || strings.Contains(text, "interrupted"):
		b.report.outcome = limitTime
	case strings.Contains(text, "out of memory"):
		b.report.outcome = limitMemory
	case strings.Contains(text, "stack overflow"):
		b.report.outcome = limitStack
	default:
		r := syntaxError(err)
		r.logs = b.report.logs
		return r
	}
	return b.report
}
