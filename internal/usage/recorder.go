package usage

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"

	"github.com/prometheus/client_golang/prometheus"
)

// Limits of the recorder.
const (
	// DefaultQueue is how many records may wait to be written. When it is full new records are dropped and
	// counted (jackfield_usage_records_total{result="dropped"}); Options.Queue raises it. A record takes about 1 KB.
	DefaultQueue = 16_384
	// batchSize records are written in one transaction; as many waiting start a write at once.
	batchSize = 512
	// batchWait is the longest that a record waits for others, and so what a crash can lose beside the
	// queue itself.
	batchWait = 200 * time.Millisecond
	// writeTries is how often a batch is tried before it is dropped and counted.
	writeTries = 5
	// writeTimeout bounds one try.
	writeTimeout = 10 * time.Second
	// retryWait is the pause before the second try; it doubles each time.
	retryWait = 100 * time.Millisecond

	// flushWait is the longest that a read waits for the records before it to be written.
	flushWait = time.Second

	// keptSpare is the largest slice of records, in records, that is kept for use again.
	keptSpare = 4 * batchSize

	// DefaultRetention is how long records are kept (reference/operations.md §6).
	DefaultRetention = 30 * 24 * time.Hour
)

// Options of a recorder. Zero values mean the defaults.
type Options struct {
	Queue     int           // records that may wait
	Retention time.Duration // age at which Expire deletes a record
	Log       *slog.Logger
}

// Recorder takes records and writes them in the background. Safe for concurrent use.
type Recorder struct {
	db        *store.DB
	write     func(context.Context, []store.UsageRecord) error // db.InsertUsage
	queue     int
	retention time.Duration
	log       *slog.Logger

	mu      sync.Mutex
	waiting []store.UsageRecord
	closed  bool
	tally   tally // of records

	wake    chan struct{}   // there is something to write
	full    chan struct{}   // there is a whole batch, or the end has come
	stopped chan struct{}   // the writer has ended
	ctx     context.Context // of the writes; ended by Close
	cancel  context.CancelFunc

	records                  *prometheus.CounterVec
	written, dropped, failed prometheus.Counter
}

// New makes a recorder and starts its writer. Close ends it.
func New(db *store.DB, o Options) *Recorder {
	return newRecorder(db, db.InsertUsage, o)
}

func newRecorder(db *store.DB, write func(context.Context, []store.UsageRecord) error, o Options) *Recorder {
	if o.Queue <= 0 {
		o.Queue = DefaultQueue
	}
	if o.Retention <= 0 {
		o.Retention = DefaultRetention
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	records := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "jackfield_usage_records_total", Help: "Usage records by what became of them.",
	}, []string{"result"})
	ctx, cancel := context.WithCancel(context.Background())
	r := &Recorder{
		db: db, write: write, queue: o.Queue, retention: o.Retention, log: o.Log,
		wake: make(chan struct{}, 1), full: make(chan struct{}, 1), stopped: make(chan struct{}),
		ctx: ctx, cancel: cancel,
		records: records, written: records.WithLabelValues("written"),
		dropped: records.WithLabelValues("dropped"), failed: records.WithLabelValues("failed"),
	}
	go r.run()
	return r
}

// Collectors are the metrics of the recorder, to be registered by the server.
func (r *Recorder) Collectors() []prometheus.Collector {
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "jackfield_usage_records_waiting", Help: "Usage records that wait to be written.",
	}, func() float64 { return float64(r.Waiting()) })
	return []prometheus.Collector{r.records, waiting}
}

// Waiting is the number of records not yet handed to the database.
func (r *Recorder) Waiting() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.waiting)
}

// Record takes a record and returns at once. Secrets are scrubbed from its URI before it is written. When the queue is full or
// the recorder is closed, the record is dropped and counted.
func (r *Recorder) Record(record store.UsageRecord) {
	r.mu.Lock()
	if r.closed || len(r.waiting) >= r.queue {
		r.mu.Unlock()
		r.dropped.Inc()
		return
	}
	r.waiting = append(r.waiting, record)
	r.tally.accepted++
	n := len(r.waiting)
	r.mu.Unlock()
	if n == 1 {
		signal(r.wake)
	}
	if n == batchSize {
		signal(r.full)
	}
}

// Close stops taking records, writes what waits and returns. When ctx ends first, what is left is dropped and
// counted, and the error says how many. Closing again is harmless.
func (r *Recorder) Close(ctx context.Context) error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	signal(r.wake)
	signal(r.full)
	defer r.cancel()
	select {
	case <-r.stopped:
		return nil
	case <-ctx.Done():
		r.cancel()
		<-r.stopped
		return fault.Wrap(fault.Unavailable, ctx.Err(), "usage records could not be written before the server had to stop")
	}
}

// run is the writer.
func (r *Recorder) run() {
	defer close(r.stopped)
	timer := time.NewTimer(batchWait)
	defer timer.Stop()
	var batch []store.UsageRecord
	for {
		<-r.wake
		timer.Reset(batchWait)
		select {
		case <-r.full:
		case <-timer.C:
		}
		var closed bool
		for {
			batch, closed = r.take(batch)
			if len(batch) == 0 {
				break
			}
			r.save(batch)
		}
		if closed {
			return
		}
	}
}

// take swaps the waiting records for the given, written ones, so that the two slices are used in turn.
func (r *Recorder) take(spare []store.UsageRecord) (batch []store.UsageRecord, closed bool) {
	clear(spare)
	if cap(spare) > keptSpare {
		spare = nil // a burst is over: give its memory back
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	batch, r.waiting = r.waiting, spare[:0]
	return batch, r.closed
}

// save writes records in batches.
func (r *Recorder) save(records []store.UsageRecord) {
	for len(records) > 0 {
		n := min(len(records), batchSize)
		if err := r.saveBatch(records[:n]); err != nil {
			r.failed.Add(float64(n))
			r.log.Error("usage records were lost", "records", n, "tries", writeTries, "error", err)
		} else {
			r.written.Add(float64(n))
		}
		r.settle(n)
		records = records[n:]
	}
}

// settle tells those who wait in Flush that records have left the queue.
func (r *Recorder) settle(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally.settle(n)
}

// Flush has the records that were taken so far written now and waits for it, so that a read that follows finds them. It
// gives up quietly after flushWait, when the database is slow or away: a list without the newest records is better than none.
func (r *Recorder) Flush(ctx context.Context) {
	r.tally.await(ctx, &r.mu, func() { signal(r.wake); signal(r.full) })
}

func (r *Recorder) saveBatch(batch []store.UsageRecord) error {
	for i := range batch {
		batch[i].URI = ScrubURI(batch[i].URI)
	}
	return persist(r.ctx, writeTries, func(ctx context.Context) error { return r.write(ctx, batch) })
}
