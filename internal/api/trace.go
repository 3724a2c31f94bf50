package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/gateway"
	"jackfield/internal/instance"
	"jackfield/internal/usage"
)

// startTrace answers PUT /instances/{id}/trace-logging: calls of the instance are traced for {"duration": minutes}
// (reference/instances.md §8).
func (a *API) startTrace(e *exchange) error {
	return a.switchTrace(e, func(found *instance.Instance) error {
		body, err := e.body()
		if err != nil {
			return err
		}
		span, err := traceSpan(body)
		if err != nil {
			return err
		}
		return a.Instances.StartTrace(e.r.Context(), found, span)
	})
}

// stopTrace answers DELETE /instances/{id}/trace-logging.
func (a *API) stopTrace(e *exchange) error {
	return a.switchTrace(e, func(found *instance.Instance) error {
		return a.Instances.StopTrace(e.r.Context(), found)
	})
}

// traceByInstance answers POST /instances/{id} with a whole instance: an old client switches traces so, by the member
// traceLoggingEnabled (reference/clients.md §4). Nothing else of the body counts.
func (a *API) traceByInstance(e *exchange) error {
	return a.switchTrace(e, func(found *instance.Instance) error {
		body, err := e.body()
		if err != nil {
			return err
		}
		var given struct {
			TraceLoggingEnabled *bool `json:"traceLoggingEnabled"`
		}
		if err := json.Unmarshal(body, &given); err != nil || given.TraceLoggingEnabled == nil {
			return fault.New(fault.Invalid, "POST of an instance switches its traces: send the instance with traceLoggingEnabled true or false, or change it with PUT or PATCH")
		}
		if *given.TraceLoggingEnabled {
			return a.Instances.StartTrace(e.r.Context(), found, instance.DefaultTrace)
		}
		return a.Instances.StopTrace(e.r.Context(), found)
	})
}

// switchTrace changes whether an instance is traced, and answers it.
func (a *API) switchTrace(e *exchange, change func(*instance.Instance) error) error {
	found, err := a.instance(e, a.Instances.FindForChange)
	if err != nil {
		return err
	}
	if err := change(found); err != nil {
		return err
	}
	return e.json(found.Wire())
}

// traceSpan reads {"duration": minutes}. Like other actions, this one takes any body that does not say something else
// (reference/http-conventions.md §6).
func traceSpan(body []byte) (time.Duration, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return instance.DefaultTrace, nil
	}
	var given struct{ Duration json.RawMessage }
	if err := json.Unmarshal(body, &given); err != nil {
		return 0, fault.New(fault.Invalid, `The body must be {"duration": minutes}, or empty: %v`, err)
	}
	if given.Duration == nil || string(given.Duration) == "null" {
		return instance.DefaultTrace, nil
	}
	most := int64(instance.MaxTrace / time.Minute)
	minutes, err := strconv.ParseInt(string(given.Duration), 10, 64)
	if err != nil || minutes < 1 || minutes > most {
		return 0, fault.New(fault.Invalid, "duration must be a whole number of minutes from 1 to %d", most)
	}
	return time.Duration(minutes) * time.Minute, nil
}

// readTrace answers GET /elements/{keyOrId}/trace/{traceId}: the calls to the provider, by method and path
// (reference/http-conventions.md §8.1). The connector may be gone by now, so its key and id are those of the trace.
func (a *API) readTrace(e *exchange) error {
	found, err := a.Traces.Find(e.r.Context(), e.principal.UsageScope(), e.param("traceId"))
	if err != nil {
		return err
	}
	if connector := e.param("keyOrId"); connector != found.ConnectorKey && connector != strconv.FormatInt(found.ConnectorID, 10) {
		return fault.New(fault.NotFound, "No trace found with id %s of element %s", found.TraceID, connector)
	}
	var document usage.TraceDocument
	if err := json.Unmarshal(found.Document, &document); err != nil {
		return err
	}
	answer, err := document.ByCall()
	if err != nil {
		return err
	}
	e.w.Header().Set("Content-Type", "application/json")
	e.write(http.StatusOK, answer)
	return nil
}

// traced tells the caller the id of the trace that its call leaves, if any.
func (e *exchange) traced(id string) {
	if id != "" {
		e.w.Header().Set(gateway.HeaderTraceID, id)
	}
}
