package usage

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"jackfield/internal/store"

	"github.com/prometheus/client_golang/prometheus"
)

// sink takes batches like a database.
type sink struct {
	mu      sync.Mutex
	batches [][]string
	fail    func(try int) error // nil = never
	tries   int
	hold    chan struct{} // when set, a write waits for it
}

func (s *sink) write(ctx context.Context, records []store.UsageRecord) error {
	if s.hold != nil {
		select {
		case <-s.hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries++
	if s.fail != nil {
		if err := s.fail(s.tries); err != nil {
			return err
		}
	}
	ids := make([]string, 0, len(records))
	for _, r := range records {
		ids = append(ids, r.RequestID)
	}
	s.batches = append(s.batches, ids)
	return nil
}

func (s *sink) written() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, batch := range s.batches {
		n += len(batch)
	}
	return n
}

func (s *sink) sizes() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sizes []int
	for _, batch := range s.batches {
		sizes = append(sizes, len(batch))
	}
	return sizes
}

func record(i int) store.UsageRecord { return store.UsageRecord{RequestID: strconv.Itoa(i)} }

// count reads a counter of jackfield_usage_records_total.
func count(t *testing.T, r *Recorder, result string) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	for _, c := range r.Collectors() {
		registry.MustRegister(c)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			for _, label := range m.GetLabel() {
				if label.GetValue() == result {
					return m.GetCounter().GetValue()
				}
			}
		}
	}
	t.Fatalf("there is no counter %q", result)
	return 0
}

func TestRecordsAreWrittenTogetherAfterAShortWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := new(sink)
		r := newRecorder(nil, s.write, Options{})
		for i := range 3 {
			r.Record(record(i))
		}
		time.Sleep(batchWait - time.Millisecond) // of the test's own clock
		synctest.Wait()
		if n := s.written(); n != 0 {
			t.Errorf("%d records were written before the wait was over", n)
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if sizes := s.sizes(); len(sizes) != 1 || sizes[0] != 3 {
			t.Errorf("batches of %v, want one of 3", sizes)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestAFullBatchIsWrittenAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := new(sink)
		r := newRecorder(nil, s.write, Options{})
		for i := range batchSize + 5 {
			r.Record(record(i))
		}
		synctest.Wait()
		if sizes := s.sizes(); len(sizes) == 0 || sizes[0] != batchSize {
			t.Errorf("batches of %v, want the first of %d", sizes, batchSize)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if n := s.written(); n != batchSize+5 {
			t.Errorf("%d records were written", n)
		}
	})
}

func TestACleanStopWritesEverything(t *testing.T) {
	t.Parallel()
	s := new(sink)
	r := newRecorder(nil, s.write, Options{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 1000 {
				r.Record(record(i))
			}
		})
	}
	all.Wait()
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := s.written(); n != 8000 {
		t.Errorf("%d of 8000 records were written", n)
	}
	if n := count(t, r, "written"); n != 8000 {
		t.Errorf("the counter says %v", n)
	}
	if err := r.Close(t.Context()); err != nil {
		t.Errorf("closing again: %v", err)
	}
	r.Record(record(1))
	if n := count(t, r, "dropped"); n != 1 {
		t.Errorf("a record after the end was not counted as dropped: %v", n)
	}
}

func TestNothingIsLostWhenRecordingAndClosingMeet(t *testing.T) {
	t.Parallel()
	for range 50 {
		s := new(sink)
		r := newRecorder(nil, s.write, Options{})
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for i := range 50 {
					r.Record(record(i))
				}
			})
		}
		all.Go(func() {
			if err := r.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		if written, dropped := float64(s.written()), count(t, r, "dropped"); written+dropped != 200 {
			t.Fatalf("%v written and %v dropped are not 200", written, dropped)
		}
	}
}

func TestAFullQueueDropsAndCountsWithoutMakingTheCallerWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{hold: make(chan struct{})}
		r := newRecorder(nil, s.write, Options{Queue: 10})
		r.Record(record(0))
		time.Sleep(batchWait)
		synctest.Wait() // the writer holds one record and waits for the database
		begun := time.Now()
		for i := range 25 {
			r.Record(record(i))
		}
		if took := time.Since(begun); took != 0 {
			t.Errorf("recording waited for %v", took)
		}
		if n := r.Waiting(); n != 10 {
			t.Errorf("%d records wait, want 10", n)
		}
		if n := count(t, r, "dropped"); n != 15 {
			t.Errorf("%v records were dropped, want 15", n)
		}
		close(s.hold)
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if n := s.written(); n != 11 {
			t.Errorf("%d records were written, want 11", n)
		}
	})
}

func TestAFailedWriteIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{fail: func(try int) error {
			if try < writeTries {
				return errors.New("database is away")
			}
			return nil
		}}
		r := newRecorder(nil, s.write, Options{})
		r.Record(record(1))
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.written() != 1 || s.tries != writeTries {
			t.Errorf("%d written in %d tries", s.written(), s.tries)
		}
	})
}

func TestABatchThatCannotBeWrittenIsCountedAndTheNextIsWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{fail: func(try int) error {
			if try <= writeTries {
				return errors.New("database is away")
			}
			return nil
		}}
		r := newRecorder(nil, s.write, Options{})
		r.Record(record(1))
		time.Sleep(time.Minute)
		r.Record(record(2))
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if failed := count(t, r, "failed"); failed != 1 || s.written() != 1 {
			t.Errorf("%v failed, %d written", failed, s.written())
		}
	})
}

func TestStoppingDoesNotWaitForADeadDatabase(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{hold: make(chan struct{})}
		r := newRecorder(nil, s.write, Options{})
		r.Record(record(1))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Close(ctx); err == nil {
			t.Error("Close did not say that records were lost")
		}
		if n := count(t, r, "failed"); n != 1 {
			t.Errorf("%v records were counted as failed, want 1", n)
		}
	})
}

func TestFlushingWritesAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := new(sink)
		r := newRecorder(nil, s.write, Options{})
		begun := time.Now()
		for i := range 3 * batchSize {
			r.Record(record(i))
		}
		r.Flush(t.Context())
		if n := s.written(); n != 3*batchSize || time.Since(begun) != 0 {
			t.Errorf("%d records after %v", n, time.Since(begun))
		}
		r.Flush(t.Context()) // nothing to do
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
		r.Flush(t.Context())
	})
}

func TestFlushingGivesUpOnADatabaseThatIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{hold: make(chan struct{})}
		r := newRecorder(nil, s.write, Options{})
		r.Record(record(1))
		begun := time.Now()
		r.Flush(t.Context())
		if took := time.Since(begun); took != flushWait {
			t.Errorf("it waited %v", took)
		}
		close(s.hold)
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkRecord(b *testing.B) {
	r := newRecorder(nil, func(context.Context, []store.UsageRecord) error { return nil }, Options{Queue: 1 << 20})
	b.ReportAllocs()
	for b.Loop() {
		r.Record(store.UsageRecord{RequestID: "5b1f9c0be4b0c1d2a3f4e5d6", URI: "/hubs/crm/contacts?where=a%3D'b'&pageSize=5"})
	}
	_ = r.Close(context.Background())
}
