package sandbox

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"jackfield/internal/fault"
)

// Bounds of what one run of a script may ask of providers. A worker has no network: it asks its parent, which makes the
// request for it (Input.Fetch).
const (
	// MaxFetches is how many requests one run may make.
	MaxFetches = 50
	// maxFetching is how many of them are under way at once; the others wait for their turn.
	maxFetching = 8
	// MaxFetchRequest bounds the body of one request, in bytes.
	MaxFetchRequest = 4 << 20
	// MaxFetchResponse bounds the body of one answer, in bytes.
	MaxFetchResponse = 8 << 20
	// maxFetchedBytes bounds the bodies of all answers of one run, in bytes.
	maxFetchedBytes = 32 << 20
	// maxFetchHead bounds address and headers of one request, in bytes.
	maxFetchHead = 256 << 10
	// maxFetchHeaders is how many headers a request or an answer has.
	maxFetchHeaders = 500
)

// FetchRequest is a request that a script wants made.
type FetchRequest struct {
	Method, URL string
	Header      http.Header
	Body        []byte
}

// FetchResponse is what a provider answered to it, whatever the status.
type FetchResponse struct {
	Status int
	Header http.Header
	Body   []byte
}

// Fetch makes a request for a script. Its errors reach the script as the error of the request; faults do so with their
// message, all others with none of their words. It is called from several goroutines at once, and must return soon after
// its context ended: then the script is over.
type Fetch func(ctx context.Context, r FetchRequest) (*FetchResponse, error)

// fetches are the requests of one run, on the parent's side.
type fetches struct {
	do      Fetch
	send    func(frame []byte) error
	run     int // number of the run: answers name it, so that none reaches a later one
	context context.Context
	stop    context.CancelFunc
	turn    chan struct{}
	going   sync.WaitGroup

	mu      sync.Mutex
	over    bool
	made    int
	fetched int // bytes of all answers so far
	cancels map[int]context.CancelFunc
}

func newFetches(ctx context.Context, do Fetch, run int, send func([]byte) error) *fetches {
	f := &fetches{do: do, send: send, run: run}
	f.context, f.stop = context.WithCancel(ctx)
	return f
}

// errTooManyFetches is what a worker hears that asks for more than a script may; an honest one never asks.
var errTooManyFetches = errors.New("a worker asks for more than a script may")

// begin makes a request in the background. Its answer goes to the worker by itself.
func (f *fetches) begin(a ask) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.made++; f.made > MaxFetches {
		return errTooManyFetches
	}
	if f.turn == nil {
		f.turn, f.cancels = make(chan struct{}, maxFetching), map[int]context.CancelFunc{}
	}
	ctx, cancel := context.WithCancel(f.context)
	f.cancels[a.id] = cancel
	f.going.Go(func() {
		defer cancel()
		answer := f.answer(ctx, a)
		if f.forget(a.id) {
			_ = f.send(answer.frame()) // a worker that is gone is found gone by who waits for its report
		}
	})
	return nil
}

// forget takes a request off the list and reports whether anybody still waits for its answer.
func (f *fetches) forget(id int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, wanted := f.cancels[id]
	delete(f.cancels, id)
	return wanted && !f.over
}

// abort ends one request; the script wants no answer.
func (f *fetches) abort(id int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if cancel := f.cancels[id]; cancel != nil {
		cancel()
		delete(f.cancels, id)
	}
}

// end ends all requests and waits until nothing of them is left.
func (f *fetches) end() {
	f.mu.Lock()
	f.over = true
	f.mu.Unlock()
	f.stop()
	f.going.Wait()
}

func (f *fetches) answer(ctx context.Context, a ask) *reply {
	r := &reply{run: f.run, id: a.id}
	if f.do == nil {
		return r.fail("EACCES", "Requests are not available to this script")
	}
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
		return r.fail("ECANCELED", "The request was cancelled")
	}
	response, err := f.do(ctx, a.request)
	if err != nil {
		return r.fail(codeOf(err), wordsOf(err))
	}
	if len(response.Body) > MaxFetchResponse {
		return r.fail("ERR_TOO_LARGE", "The answer is larger than the limit of "+sizeOf(MaxFetchResponse)+" for scripts")
	}
	f.mu.Lock()
	f.fetched += len(response.Body)
	full := f.fetched > maxFetchedBytes
	f.mu.Unlock()
	if full {
		return r.fail("ERR_TOO_LARGE", "The answers of this script are together larger than the limit of "+sizeOf(maxFetchedBytes))
	}
	r.response = *response
	return r
}

// codeOf is what scripts find in the code of an error, as in Node.
func codeOf(err error) string {
	switch f := fault.As(err); f.Kind {
	case fault.Invalid, fault.Forbidden:
		return "EACCES"
	case fault.Unavailable:
		return "ECANCELED"
	}
	return "ECONNRESET"
}

// wordsOf is what a script is told of an error: nothing of those that are not meant for callers.
func wordsOf(err error) string {
	if f := fault.As(err); f.Kind != fault.Internal {
		return f.Message
	}
	return "The request failed"
}
