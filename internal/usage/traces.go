package usage

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"

	"github.com/prometheus/client_golang/prometheus"
)

// Limits of traces.
const (
	// DefaultTraceRetention is how long traces are kept: they hold what customers send and receive.
	DefaultTraceRetention = 7 * 24 * time.Hour
	// maxTraceQueue is how many bytes traces may take while they wait to be written; what comes on top is dropped and
	// counted (jackfield_traces_total{result="dropped"}).
	maxTraceQueue = 32 << 20
	// maxTraces is how many traces may wait, whatever their size.
	maxTraces = 4096
	// maxTracesStored is how many bytes of traces are kept; the oldest go first.
	maxTracesStored = 1 << 30
	// trimEvery is how many bytes are written before the limit above is looked at again.
	trimEvery = 64 << 20
	// traceTries is how often a trace is tried before it is given up and counted.
	traceTries = 3
)

// PendingTrace is a trace on its way to the database.
type PendingTrace struct {
	store.Trace                        // all but Document
	Size        int                    // bytes that it holds in memory until it is written
	Render      func() ([]byte, error) // makes Document, scrubbed; called once, off the path of the call
}

// TraceOptions of Traces. Zero values mean the defaults.
type TraceOptions struct {
	Retention time.Duration // age at which Expire deletes a trace
	Log       *slog.Logger
}

// Traces takes traces of calls and writes them in the background. Safe for concurrent use.
type Traces struct {
	db        *store.DB
	write     func(context.Context, *store.Trace) error // db.InsertTrace
	retention time.Duration
	log       *slog.Logger

	mu      sync.Mutex
	waiting []PendingTrace
	bytes   int // of those that wait or are being written
	closed  bool
	tally   tally

	wake     chan struct{}
	stopped  chan struct{}
	ctx      context.Context // of the writes; ended by Close
	cancel   context.CancelFunc
	unlooked int // bytes written since the limit of what is stored was looked at

	traces                   *prometheus.CounterVec
	written, dropped, failed prometheus.Counter
}

// NewTraces makes the keeper of traces and starts its writer. Close ends it.
func NewTraces(db *store.DB, o TraceOptions) *Traces {
	return newTraces(db, db.InsertTrace, o)
}

func newTraces(db *store.DB, write func(context.Context, *store.Trace) error, o TraceOptions) *Traces {
	if o.Retention <= 0 {
		o.Retention = DefaultTraceRetention
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	traces := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "jackfield_traces_total", Help: "Traces of calls by what became of them.",
	}, []string{"result"})
	ctx, cancel := context.WithCancel(context.Background())
	t := &Traces{
		db: db, write: write, retention: o.Retention, log: o.Log,
		wake: make(chan struct{}, 1), stopped: make(chan struct{}), ctx: ctx, cancel: cancel,
		traces: traces, written: traces.WithLabelValues("written"),
		dropped: traces.WithLabelValues("dropped"), failed: traces.WithLabelValues("failed"),
	}
	go t.run()
	return t
}

// Collectors are the metrics, to be registered by the server.
func (t *Traces) Collectors() []prometheus.Collector { return []prometheus.Collector{t.traces} }

// Keep takes a trace and returns at once. When too much waits, or after Close, it is dropped and counted.
func (t *Traces) Keep(p PendingTrace) {
	t.mu.Lock()
	if t.closed || len(t.waiting) >= maxTraces || t.bytes+p.Size > maxTraceQueue {
		t.mu.Unlock()
		t.dropped.Inc()
		return
	}
	t.waiting = append(t.waiting, p)
	t.bytes += p.Size
	t.tally.accepted++
	t.mu.Unlock()
	signal(t.wake)
}

// Flush waits until the traces that were taken so far are written, at most flushWait.
func (t *Traces) Flush(ctx context.Context) {
	t.tally.await(ctx, &t.mu, func() {}) // the writer does not wait for more
}

// Close stops taking traces, writes what waits and returns. When ctx ends first, what is left is given up, and the error
// says so. Closing again is harmless.
func (t *Traces) Close(ctx context.Context) error {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	signal(t.wake)
	defer t.cancel()
	select {
	case <-t.stopped:
		return nil
	case <-ctx.Done():
		t.cancel()
		<-t.stopped
		return fault.Wrap(fault.Unavailable, ctx.Err(), "traces could not be written before the server had to stop")
	}
}

func (t *Traces) run() {
	defer close(t.stopped)
	for range t.wake {
		t.mu.Lock()
		batch, closed := t.waiting, t.closed
		t.waiting = nil
		t.mu.Unlock()
		for n := range batch {
			t.save(&batch[n])
			t.settle(batch[n].Size)
			batch[n] = PendingTrace{} // its bodies may go before the whole batch is done
		}
		if closed {
			return
		}
	}
}

func (t *Traces) settle(bytes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes -= bytes
	t.tally.settle(1)
}

func (t *Traces) save(p *PendingTrace) {
	if t.ctx.Err() != nil {
		t.failed.Inc()
		return
	}
	if err := t.store(p); err != nil {
		t.failed.Inc()
		t.log.Error("a trace was lost", "request", p.RequestID, "error", err)
		return
	}
	t.written.Inc()
	if t.unlooked += len(p.Document); t.unlooked >= trimEvery {
		t.unlooked = 0
		if _, err := t.db.TrimTraces(t.ctx, maxTracesStored); err != nil {
			t.log.Warn("old traces could not be deleted", "error", err)
		}
	}
}

func (t *Traces) store(p *PendingTrace) (err error) {
	if p.Document, err = render(p.Render); err != nil {
		return err
	}
	return persist(t.ctx, traceTries, func(ctx context.Context) error { return t.write(ctx, &p.Trace) })
}

// render makes a document. It looks at whatever customers send and receive, and it runs where a panic would end the server.
func render(f func() ([]byte, error)) (document []byte, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return f()
}

// Find returns a trace by its id, also while it waits to be written. What is not there, out of scope or unreadable as a
// trace is a NotFound fault.
func (t *Traces) Find(ctx context.Context, scope Scope, traceID string) (*store.Trace, error) {
	found, err := t.lookUp(ctx, scope, func(ctx context.Context) (*store.Trace, error) { return t.db.Trace(ctx, scope.OrganizationID, traceID) })
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "No trace found with id %s", traceID)
	}
	return found, err
}

// FindByRequest returns the document of the trace of a request, nil when it was not traced or the trace is out of scope.
func (t *Traces) FindByRequest(ctx context.Context, scope Scope, requestID string) (json.RawMessage, error) {
	found, err := t.lookUp(ctx, scope, func(ctx context.Context) (*store.Trace, error) {
		return t.db.TraceByRequestID(ctx, scope.OrganizationID, requestID)
	})
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return found.Document, nil
}

func (t *Traces) lookUp(ctx context.Context, scope Scope, read func(context.Context) (*store.Trace, error)) (*store.Trace, error) {
	waiting := t.pending() // asked first: it may be written between the read and the question
	found, err := read(ctx)
	if fault.Is(err, fault.NotFound) && waiting {
		t.Flush(ctx)
		found, err = read(ctx)
	}
	if err == nil && !scope.allows(found.AccountID) {
		return nil, fault.New(fault.NotFound, "No trace found")
	}
	return found, err
}

func (t *Traces) pending() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tally.pending()
}

// Expire deletes the traces that are older than the retention, and the oldest when there are too many.
func (t *Traces) Expire(ctx context.Context, now time.Time) error {
	if _, err := t.db.DeleteTracesBefore(ctx, now.Add(-t.retention)); err != nil {
		return err
	}
	_, err := t.db.TrimTraces(ctx, maxTracesStored)
	return err
}
