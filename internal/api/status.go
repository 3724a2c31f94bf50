package api

import (
	"net/http"

	"jackfield/internal/fault"
)

// statuses is the one place where fault kinds become HTTP (reference/http-conventions.md §7.2).
var statuses = map[fault.Kind]int{
	fault.Internal:         http.StatusInternalServerError,
	fault.Invalid:          http.StatusBadRequest,
	fault.Unauthenticated:  http.StatusUnauthorized,
	fault.Forbidden:        http.StatusForbidden,
	fault.NotFound:         http.StatusNotFound,
	fault.NotAllowed:       http.StatusMethodNotAllowed,
	fault.NotAcceptable:    http.StatusNotAcceptable,
	fault.Conflict:         http.StatusConflict,
	fault.TooLarge:         http.StatusRequestEntityTooLarge,
	fault.UnsupportedMedia: http.StatusUnsupportedMediaType,
	fault.Throttled:        http.StatusTooManyRequests,
	fault.Unavailable:      http.StatusServiceUnavailable,
	fault.Provider:         http.StatusBadGateway,
	fault.NotImplemented:   http.StatusNotImplemented,
}

func status(f *fault.Error) int {
	if f.Status != 0 {
		return f.Status
	}
	return statuses[f.Kind]
}
