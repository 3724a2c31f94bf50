package usage

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"jackfield/internal/store"
)

// shelf takes traces like a database.
type shelf struct {
	mu    sync.Mutex
	ids   []string
	tries int
	fail  int           // how many tries fail
	hold  chan struct{} // when set, a write waits for it
}

func (s *shelf) write(ctx context.Context, t *store.Trace) error {
	if s.hold != nil {
		select {
		case <-s.hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tries++; s.tries <= s.fail {
		return errors.New("database is away")
	}
	s.ids = append(s.ids, t.TraceID+string(t.Document))
	return nil
}

func pending(id, document string) PendingTrace {
	return PendingTrace{Trace: store.Trace{TraceID: id}, Size: 100, Render: func() ([]byte, error) { return []byte(document), nil }}
}

func results(t *testing.T, traces *Traces) (written, dropped, failed float64) {
	t.Helper()
	r := &Recorder{records: traces.traces}
	return count(t, r, "written"), count(t, r, "dropped"), count(t, r, "failed")
}

func TestTracesAreWrittenBehindTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{fail: traceTries - 1}
		traces := newTraces(nil, s.write, TraceOptions{})
		traces.Keep(pending("a", "1"))
		traces.Keep(pending("b", "2"))
		time.Sleep(time.Minute) // of the test's own clock: retries
		synctest.Wait()
		if len(s.ids) != 2 || s.ids[0] != "a1" || s.ids[1] != "b2" {
			t.Errorf("%v", s.ids)
		}
		if err := traces.Close(t.Context()); err != nil {
			t.Error(err)
		}
		traces.Keep(pending("late", ""))
		if written, dropped, failed := results(t, traces); written != 2 || dropped != 1 || failed != 0 {
			t.Error(written, dropped, failed)
		}
	})
}

func TestWhatIsTooMuchIsDroppedAndNobodyWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{hold: make(chan struct{})}
		traces := newTraces(nil, s.write, TraceOptions{})
		begun := time.Now()
		big := pending("big", "")
		big.Size = maxTraceQueue / 3
		for range 5 {
			traces.Keep(big)
		}
		traces.Flush(t.Context()) // gives up
		if took := time.Since(begun); took != flushWait {
			t.Errorf("it took %v", took)
		}
		close(s.hold)
		if err := traces.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if written, dropped, _ := results(t, traces); written != 3 || dropped != 2 {
			t.Error(written, dropped)
		}
		if traces.bytes != 0 {
			t.Errorf("%d bytes are still counted", traces.bytes)
		}
	})
}

func TestATraceThatCannotBeRenderedTakesNothingWithIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := new(shelf)
		traces := newTraces(nil, s.write, TraceOptions{})
		traces.Keep(PendingTrace{Render: func() ([]byte, error) { panic("hostile text") }})
		traces.Keep(PendingTrace{Render: func() ([]byte, error) { return nil, errors.New("no") }})
		traces.Keep(pending("a", "1"))
		traces.Flush(t.Context())
		if len(s.ids) != 1 {
			t.Errorf("%v", s.ids)
		}
		if err := traces.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if _, _, failed := results(t, traces); failed != 2 {
			t.Error(failed)
		}
	})
}

func TestStoppingDoesNotWaitForTracesOfADeadDatabase(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{hold: make(chan struct{})}
		traces := newTraces(nil, s.write, TraceOptions{})
		for n := range 3 {
			traces.Keep(pending(strconv.Itoa(n), ""))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := traces.Close(ctx); err == nil {
			t.Error("Close did not say that traces were lost")
		}
		if _, _, failed := results(t, traces); failed != 3 {
			t.Error(failed)
		}
	})
}

func TestCallsOfATraceAreNamedByMethodAndPath(t *testing.T) {
	t.Parallel()
	call := func(method, url string) TraceCall { return TraceCall{Request: TraceRequest{Method: method, URL: url}} }
	d := TraceDocument{Calls: []TraceCall{
		call("POST", "https://a.example/oauth/oauth_token?x=/y"), call("GET", "https://a.example"), call("GET", "https://a.example?q=1"),
		call("POST", "https://b.example/oauth/oauth_token"), call("GET", "https://********/a%20b/\"<&"), call("GET", "https://a.example/"),
	}}
	text, err := d.ByCall()
	if err != nil {
		t.Fatal(err)
	}
	var keyed map[string]TraceCall
	if err := json.Unmarshal(text, &keyed); err != nil {
		t.Fatal(err, string(text))
	}
	for _, name := range []string{"POST:/oauth/oauth_token", "GET:/", "GET:/#2", "POST:/oauth/oauth_token#2", "GET:/a%20b/\"<&", "GET:/#3"} {
		if _, ok := keyed[name]; !ok {
			t.Errorf("%s is missing: %s", name, text)
		}
	}
	if empty, err := (&TraceDocument{}).ByCall(); err != nil || string(empty) != "{}" {
		t.Errorf("%s %v", empty, err)
	}
}
