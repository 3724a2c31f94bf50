package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"jackfield/internal/fault"
)

// Defaults of the limits. Each message that a limit gives names the limit.
const (
	DefaultTimeLimit   = 5 * time.Second  // of running; waiting for a provider does not count
	DefaultWaitLimit   = 30 * time.Second // of running and waiting together (reference/elements.md §8)
	DefaultMemoryLimit = 64 << 20         // bytes that the engine may use for one call
	DefaultStackLimit  = 5000             // nested calls: a plain function counts one, one through a built-in 3 to 9
	DefaultOutputLimit = 8 << 20          // bytes of a result
	DefaultInputLimit  = 64 << 20
	DefaultQueue       = 256 // calls that may wait for a worker
	DefaultWaiters     = 16  // workers for scripts that wait
	DefaultIdleAfter   = time.Minute

	// grace is how long after its time limit a worker may still answer; built-ins that never look at the clock are
	// ended by killing the worker.
	grace = 250 * time.Millisecond
	// residentFactor and residentBase bound the memory of a worker as seen from outside: what the program itself
	// takes, and room for inputs and garbage beside the engine's own limit.
	residentFactor = 2
	residentBase   = 128 << 20
	watchEvery     = 20 * time.Millisecond
)

// residentLimit is the memory that a worker may take as seen from outside, in bytes, for a limit of the engine.
func residentLimit(memory int) int64 { return residentBase + residentFactor*int64(memory) }

// Options of a pool. Zero values mean the defaults.
type Options struct {
	Workers     int // processes at most; 0 = the number of cores, at least 2
	Waiters     int // processes at most for scripts that wait for providers or timers, beside Workers
	Queue       int
	TimeLimit   time.Duration
	WaitLimit   time.Duration
	MemoryLimit int
	StackLimit  int // nested calls, as the engine counts them; each costs about 4 KiB of the worker's own stack
	OutputLimit int
	InputLimit  int
	IdleAfter   time.Duration // a worker that ran nothing for this long is ended
	Log         *slog.Logger
}

// Pool runs scripts in worker processes. Workers start when they are first needed, and the one used last is used
// first, so that little work keeps few workers. Scripts that wait have workers of their own, so that a slow provider
// holds up no script that only computes. Safe for concurrent use.
type Pool struct {
	options Options
	quick   lane // for scripts that only compute
	patient lane // for scripts that may wait
	mu      sync.Mutex
	alive   map[*process]struct{}
	watched atomic.Bool   // the watch is awake
	wake    chan struct{} // wakes it
	waiting atomic.Int64
	stats   counters
	starts  chan chan<- started
	closed  chan struct{} // no more calls
	ended   chan struct{} // no more workers
	once    sync.Once
	tidy    sync.WaitGroup

	starting sync.Once
}

type counters struct{ runs, failures, kills, starts atomic.Int64 }

// Stats counts what a pool did since it was opened.
type Stats struct {
	Runs     int64 // calls answered
	Failures int64 // of those, scripts that threw or hit a limit
	Kills    int64 // workers that had to be killed
	Starts   int64 // workers started
	Waiting  int64 // calls that wait now
	Workers  int64 // workers alive now
}

// Open makes a pool. No process is started yet.
func Open(o Options) (*Pool, error) {
	o.defaults()
	p := &Pool{options: o, closed: make(chan struct{}),
		starts: make(chan chan<- started), ended: make(chan struct{}), alive: map[*process]struct{}{}, wake: make(chan struct{}, 1)}
	p.quick.open(o.Workers)
	p.patient.open(o.Waiters)
	p.tidy.Go(p.endIdle)
	p.tidy.Go(p.watch)
	return p, nil
}

func (o *Options) defaults() {
	if o.Workers <= 0 {
		o.Workers = max(2, runtime.NumCPU())
	}
	if o.Waiters <= 0 {
		o.Waiters = DefaultWaiters
	}
	if o.Queue <= 0 {
		o.Queue = DefaultQueue
	}
	if o.TimeLimit <= 0 {
		o.TimeLimit = DefaultTimeLimit
	}
	if o.WaitLimit <= 0 {
		o.WaitLimit = max(DefaultWaitLimit, o.TimeLimit)
	}
	if o.MemoryLimit <= 0 {
		o.MemoryLimit = DefaultMemoryLimit
	}
	if o.StackLimit <= 0 {
		o.StackLimit = DefaultStackLimit
	}
	if o.OutputLimit <= 0 {
		o.OutputLimit = DefaultOutputLimit
	}
	if o.InputLimit <= 0 {
		o.InputLimit = DefaultInputLimit
	}
	if o.IdleAfter <= 0 {
		o.IdleAfter = DefaultIdleAfter
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// Stats reports what the pool did.
func (p *Pool) Stats() Stats {
	c := &p.stats
	return Stats{Runs: c.runs.Load(), Failures: c.failures.Load(), Kills: c.kills.Load(), Starts: c.starts.Load(),
		Waiting: p.waiting.Load(), Workers: int64(len(p.workers()))}
}

// Close ends all workers. Calls under way end with an Unavailable fault. It may be called more than once.
func (p *Pool) Close() error {
	p.once.Do(func() {
		close(p.closed)
		for _, w := range p.workers() {
			p.condemn(w, killedClosing)
		}
		for _, l := range []*lane{&p.quick, &p.patient} {
			for range cap(l.free) {
				<-l.free
				p.end(l.latest())
			}
		}
		close(p.ended)
	})
	p.tidy.Wait()
	return nil
}

// end ends the worker of a slot that is not free, if there is one.
func (p *Pool) end(s *slot) {
	if s.process == nil {
		return
	}
	s.process.kill()
	p.mu.Lock()
	delete(p.alive, s.process)
	p.mu.Unlock()
	s.process = nil
}

// endIdle ends workers that nobody needed for a while.
func (p *Pool) endIdle() {
	tick := time.NewTicker(max(p.options.IdleAfter/2, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-p.closed:
			return
		case <-tick.C:
		}
		for _, l := range []*lane{&p.quick, &p.patient} {
			for s := l.idle(p.options.IdleAfter); s != nil; s = l.idle(p.options.IdleAfter) {
				p.end(s)
				l.give(s)
			}
		}
	}
}

// Run runs a script and returns what it gave back. A script that throws, does not compile or hits a limit is an
// Invalid fault that names the script, the line and the limit; Output then holds what it logged and mailed before. A pool without
// a free worker, and a worker that dies, are Unavailable.
func (p *Pool) Run(ctx context.Context, s *Script, in Input) (Output, error) {
	variables, size := s.variables(in)
	if size > p.options.InputLimit {
		return Output{}, fault.New(fault.Invalid, "The data for the script %s is larger than the limit of %d MiB", s.name, p.options.InputLimit>>20)
	}
	var spent time.Duration
	report, err := p.send(ctx, errand{Script: s, variables: variables, fetch: in.Fetch, spent: &spent})
	if err != nil {
		return Output{Spent: spent}, err
	}
	if report.outcome != finished {
		return Output{Logs: report.logs, Mails: report.mails, Spent: spent}, p.refusal(s, report)
	}
	return Output{Done: report.done, Logs: report.logs, Mails: report.mails, Spent: spent}, nil
}

// send gives a worker something to do and returns its report.
func (p *Pool) send(ctx context.Context, e errand) (*report, error) {
	l := &p.quick
	if e.waits && !e.check {
		l = &p.patient
	}
	free, err := p.take(ctx, l)
	if err != nil {
		return nil, err
	}
	report, err := p.runIn(ctx, free, e)
	free.used = time.Now()
	l.give(free)
	p.stats.runs.Add(1)
	if err != nil || report.outcome != finished {
		p.stats.failures.Add(1)
	}
	return report, err
}

// take waits for a free worker.
func (p *Pool) take(ctx context.Context, l *lane) (*slot, error) {
	select {
	case <-p.closed:
		return nil, closing()
	default:
	}
	select {
	case <-l.free:
		return l.latest(), nil
	default:
	}
	if p.waiting.Add(1) > int64(p.options.Queue) {
		p.waiting.Add(-1)
		return nil, &fault.Error{Kind: fault.Unavailable, RetryAfter: time.Second,
			Message: "Too many scripts wait for a worker (limit " + strconv.Itoa(p.options.Queue) + "): try again"}
	}
	defer p.waiting.Add(-1)
	select {
	case <-l.free:
		return l.latest(), nil
	case <-p.closed:
		return nil, closing()
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, ctx.Err(), "The request ended while its script waited for a worker")
	}
}

func closing() error { return fault.New(fault.Unavailable, "The server is stopping") }

// runIn runs a script in the worker of a slot, starting one if there is none. A worker that died while idle cannot
// take the call: it is replaced, once, and the call is sent again. A worker that dies after it took the call may have
// run it and may have died of it, so the call fails and is not sent again.
func (p *Pool) runIn(ctx context.Context, s *slot, e errand) (*report, error) {
	for {
		fresh := s.process == nil
		if fresh {
			w, err := p.start()
			if err != nil {
				return nil, err
			}
			s.process = w
		}
		report, err := s.process.call(ctx, p, e)
		if err == nil {
			if s.process.finish() != notKilled { // its answer came first
				p.end(s)
			}
			return report, nil
		}
		p.end(s)
		if !errors.Is(err, errDeadBefore) {
			return nil, err
		}
		if fresh {
			return nil, fault.Wrap(fault.Unavailable, err, "A script worker ended as soon as it was started")
		}
	}
}

// refusal is the fault of a script that did not end well.
func (p *Pool) refusal(s *Script, r *report) error {
	o := p.options
	switch r.outcome {
	case limitTime:
		return fault.New(fault.Invalid, "The script %s ran longer than the limit of %s", s.name, o.TimeLimit)
	case limitWait:
		return fault.New(fault.Invalid, "The script %s waited longer than the limit of %s and did not call done", s.name, o.WaitLimit)
	case limitMemory:
		return fault.New(fault.Invalid, "The script %s used more memory than the limit of %d MiB", s.name, o.MemoryLimit>>20)
	case limitStack:
		return fault.New(fault.Invalid, "The script %s called itself too deeply (limit about %d nested calls)", s.name, o.StackLimit)
	case limitOutput:
		return fault.New(fault.Invalid, "The result of the script %s is larger than the limit of %d MiB", s.name, o.OutputLimit>>20)
	case limitJobs:
		return fault.New(fault.Invalid, "The script %s made promises without end (limit %d steps)", s.name, maxJobs)
	}
	if line := lineOf(r.stack); line > 0 {
		return fault.New(fault.Invalid, "The script %s failed at line %d: %s", s.name, line, r.message)
	}
	return fault.New(fault.Invalid, "The script %s failed: %s", s.name, r.message)
}

// lineOf reads the line of the first frame of a stack that is the script's own. Frames look like
// "at f (<eval>:2:6)"; those of the prelude and of modules have high lines.
func lineOf(stack string) int {
	for {
		_, after, ok := strings.Cut(stack, "<eval>:")
		if !ok {
			return 0
		}
		end := strings.IndexFunc(after, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			end = len(after)
		}
		if line, err := strconv.Atoi(after[:end]); err == nil && line <= foreignLines {
			return line
		}
		stack = after
	}
}
