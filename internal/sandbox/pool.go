package sandbox

import (
	"context"
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
	DefaultTimeLimit   = 5 * time.Second
	DefaultMemoryLimit = 64 << 20 // bytes that the engine may use for one call
	DefaultStackLimit  = 16 << 10 // nested calls; the engine counts about one for a plain function
	DefaultOutputLimit = 8 << 20  // bytes of a result
	DefaultInputLimit  = 64 << 20
	DefaultQueue       = 256 // calls that may wait for a worker
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

// Options of a pool. Zero values mean the defaults.
type Options struct {
	Workers     int // processes at most; 0 = the number of cores, at least 2
	Queue       int
	TimeLimit   time.Duration
	MemoryLimit int
	StackLimit  int
	OutputLimit int
	InputLimit  int
	IdleAfter   time.Duration // a worker that ran nothing for this long is ended
	Log         *slog.Logger
}

// Pool runs scripts in worker processes. Workers start when they are first needed. Safe for concurrent use.
type Pool struct {
	options Options
	slots   chan *slot // free ones
	all     []*slot
	waiting atomic.Int64
	stats   counters
	closed  chan struct{}
	once    sync.Once
	tidy    sync.WaitGroup
}

// slot is the place of one worker; the worker in it may be replaced.
type slot struct {
	process *process // nil before the first call and after a failure
	used    time.Time
}

type counters struct{ runs, failures, kills, starts atomic.Int64 }

// Stats counts what a pool did since it was opened.
type Stats struct {
	Runs     int64 // calls answered
	Failures int64 // of those, scripts that threw or hit a limit
	Kills    int64 // workers that had to be killed
	Starts   int64 // workers started
	Waiting  int64 // calls that wait now
}

// Open makes a pool. No process is started yet.
func Open(o Options) (*Pool, error) {
	o.defaults()
	p := &Pool{options: o, slots: make(chan *slot, o.Workers), closed: make(chan struct{})}
	for range o.Workers {
		s := &slot{}
		p.all = append(p.all, s)
		p.slots <- s
	}
	p.tidy.Go(p.endIdle)
	return p, nil
}

func (o *Options) defaults() {
	if o.Workers <= 0 {
		o.Workers = max(2, runtime.NumCPU())
	}
	if o.Queue <= 0 {
		o.Queue = DefaultQueue
	}
	if o.TimeLimit <= 0 {
		o.TimeLimit = DefaultTimeLimit
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
	return Stats{p.stats.runs.Load(), p.stats.failures.Load(), p.stats.kills.Load(), p.stats.starts.Load(), p.waiting.Load()}
}

// Close ends all workers. Calls under way end with an Unavailable fault.
func (p *Pool) Close() error {
	p.once.Do(func() { close(p.closed) })
	for range p.all {
		s := <-p.slots
		s.end()
	}
	p.tidy.Wait()
	return nil
}

func (s *slot) end() {
	if s.process != nil {
		s.process.kill()
		s.process = nil
	}
}

// endIdle ends workers that nobody needed for a while.
func (p *Pool) endIdle() {
	tick := time.NewTicker(p.options.IdleAfter / 2)
	defer tick.Stop()
	for {
		select {
		case <-p.closed:
			return
		case <-tick.C:
		}
		for range len(p.slots) {
			select {
			case s := <-p.slots:
				if s.process != nil && time.Since(s.used) > p.options.IdleAfter {
					s.end()
				}
				p.slots <- s
			default:
			}
		}
	}
}

// Run runs a script and returns what it gave back. A script that throws, does not compile or hits a limit is an
// Invalid fault that names the script, the line and the limit; a pool without a free worker is Unavailable.
func (p *Pool) Run(ctx context.Context, s *Script, in Input) (Output, error) {
	size := 0
	for _, value := range in.Variables {
		size += len(value)
	}
	if size > p.options.InputLimit {
		return Output{}, fault.New(fault.Invalid, "The data for the script %s is larger than the limit of %d MiB", s.name, p.options.InputLimit>>20)
	}
	free, err := p.take(ctx)
	if err != nil {
		return Output{}, err
	}
	report, err := p.runIn(ctx, free, s, in)
	free.used = time.Now()
	p.slots <- free
	p.stats.runs.Add(1)
	if err == nil && report.outcome != finished {
		err = p.refusal(s, report)
	}
	if err != nil {
		p.stats.failures.Add(1)
		return Output{}, err
	}
	return Output{Done: report.done, Logs: report.logs}, nil
}

// take waits for a free worker.
func (p *Pool) take(ctx context.Context) (*slot, error) {
	select {
	case <-p.closed:
		return nil, closing()
	default:
	}
	select {
	case s := <-p.slots:
		return s, nil
	default:
	}
	if p.waiting.Add(1) > int64(p.options.Queue) {
		p.waiting.Add(-1)
		return nil, &fault.Error{Kind: fault.Unavailable, RetryAfter: time.Second,
			Message: "Too many scripts wait for a worker (limit " + strconv.Itoa(p.options.Queue) + "): try again"}
	}
	defer p.waiting.Add(-1)
	select {
	case s := <-p.slots:
		return s, nil
	case <-p.closed:
		return nil, closing()
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, ctx.Err(), "The request ended while its script waited for a worker")
	}
}

func closing() error { return fault.New(fault.Unavailable, "The server is stopping") }

// runIn runs a script in the worker of a slot, starting one if there is none. A worker that died while idle is
// replaced and the call is sent again; one that dies on the call is not given it a second time.
func (p *Pool) runIn(ctx context.Context, s *slot, script *Script, in Input) (*report, error) {
	for {
		fresh := s.process == nil
		if fresh {
			started, err := startProcess()
			if err != nil {
				return nil, fault.Wrap(fault.Unavailable, err, "A script worker could not be started")
			}
			p.stats.starts.Add(1)
			s.process = started
		}
		report, err := s.process.call(ctx, p, script, in)
		if err == nil {
			return report, nil
		}
		s.end()
		if err == errDeadBefore && !fresh {
			continue
		}
		return nil, err
	}
}

// refusal is the fault of a script that did not end well.
func (p *Pool) refusal(s *Script, r *report) error {
	o := p.options
	switch r.outcome {
	case limitTime:
		return fault.New(fault.Invalid, "The script %s ran longer than the limit of %s", s.name, o.TimeLimit)
	case limitMemory:
		return fault.New(fault.Invalid, "The script %s used more memory than the limit of %d MiB", s.name, o.MemoryLimit>>20)
	case limitStack:
		return fault.New(fault.Invalid, "The script %s called itself too deeply (limit about %d nested calls)", s.name, o.StackLimit)
	case limitOutput:
		return fault.New(fault.Invalid, "The result of the script %s is larger than the limit of %d MiB", s.name, o.OutputLimit>>20)
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
