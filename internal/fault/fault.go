// Package fault is the one error type of Jackfield. A room says what went wrong in the caller's
// words; internal/api alone turns it into an HTTP status and a body.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of failure it is. Kinds map to HTTP statuses in internal/api only.
type Kind int

const (
	Internal         Kind = iota // our own failure; the cause goes to the log, never to the caller
	Invalid                      // the request is wrong: missing field, unparsable query, limit hit
	Unauthenticated              // no credential, or one that is not accepted
	Forbidden                    // authenticated, but not allowed
	NotFound                     // no such thing, or an empty list that answers 404
	NotAllowed                   // the path exists, the method does not
	NotAcceptable                // the Accept header cannot be satisfied
	Conflict                     // a unique value is taken, or dependants are in the way
	TooLarge                     // a body, page or file above its written limit
	UnsupportedMedia             // the body's media type is not understood
	Throttled                    // a budget is used up; RetryAfter says when to come back
	Unavailable                  // we cannot serve now (starting, stopping, overloaded)
	Provider                     // the provider is unreachable or answered garbage
	NotImplemented               // the original had it, and nobody knows what it did, or we do not do it
)

// Error is a failure with everything that the caller and the log need.
type Error struct {
	Kind       Kind
	Message    string        // for the caller: what failed, with which value, what to do
	Provider   string        // what the provider said, verbatim; empty when none was asked
	Status     int           // HTTP status asked for by a hook or passed through from a provider; 0 = by Kind
	RetryAfter time.Duration // for Throttled and Unavailable; 0 = unknown
	Cause      error         // for the log
}

// New makes an error of a kind with a message for the caller.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an error of a kind around a cause. The cause is logged and not shown to the caller.
func Wrap(kind Kind, cause error, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// WithProvider returns the error with the provider's own words added.
func (e *Error) WithProvider(message string) *Error {
	e.Provider = message
	return e
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Message + ": " + e.Cause.Error()
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Cause }

// As returns the first Error in the chain of err, or an Internal one around it. It returns nil for nil.
func As(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Wrap(Internal, err, "internal error")
}

// Is reports whether err carries an Error of the given kind.
func Is(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}
