package api

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"

	"jackfield/internal/fault"
	"jackfield/internal/gateway"
)

// errorBody is what every failure answers (reference/http-conventions.md §7.1).
type errorBody struct {
	RequestID       string `json:"requestId"`
	Message         string `json:"message"`
	ProviderMessage string `json:"providerMessage,omitempty"`
}

// fail answers with a fault. The cause goes to the log, never to the caller.
func (a *API) fail(e *exchange, err error) {
	f := fault.As(err)
	if errors.Is(err, context.Canceled) && e.r.Context().Err() != nil {
		f = fault.Wrap(fault.Unavailable, err, "The caller ended the request")
	}
	code := status(f)
	if code >= http.StatusInternalServerError && f.Kind != fault.Provider && f.Kind != fault.NotImplemented && e.r.Context().Err() == nil {
		a.Log.Error("request failed", "request", e.id, "method", e.r.Method, "route", e.pattern, "error", err)
	}
	message := f.Message
	if f.Kind == fault.Internal && f.Status == 0 {
		message = "Internal server error: the server's log has more under this requestId"
	}
	if e.call != nil && e.call.Instance != nil {
		e.w.Header().Set(gateway.HeaderInstanceID, strconv.FormatInt(e.call.Instance.ID, 10))
	}
	if e.call != nil {
		e.traced(e.call.TraceID())
	}
	if f.RetryAfter > 0 {
		e.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
	body, err := json.Marshal(errorBody{e.id, message, f.Provider})
	if err != nil {
		body = []byte(`{"message":"Internal server error"}`)
	}
	e.w.Header().Del(gateway.HeaderNextPage)
	e.w.Header().Set("Content-Type", "application/json")
	e.write(code, body)
}

// finish ends every request: a panic becomes a 500, the metrics and the usage record are written.
func (a *API) finish(e *exchange) {
	if cause := recover(); cause != nil {
		if cause == http.ErrAbortHandler {
			panic(cause)
		}
		a.Log.Error("panic", "request", e.id, "method", e.r.Method, "route", e.pattern, "cause", cause, "stack", string(debug.Stack()))
		if e.status == 0 {
			a.fail(e, fault.New(fault.Internal, "panic"))
		}
	}
	a.metrics.observe(e)
	a.record(e)
}

func unknownPath(r *http.Request) error {
	return fault.New(fault.NotFound, "No resource found for %s %s", r.Method, r.URL.Path)
}

func notSupported(r *http.Request) error {
	return fault.New(fault.NotAllowed, "%s is not supported for %s", r.Method, r.URL.Path)
}
