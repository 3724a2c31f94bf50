package outbound

import (
	"compress/flate"
	"context"
	"errors"
	"net"
	"strconv"
	"syscall"
	"time"

	"jackfield/internal/fault"
)

// fault turns what went wrong in a call into the error for its caller. Messages name the host and no more
// of the URL: path and query may carry secrets.
func (x *exchange) fault(err error) error {
	switch {
	case errors.Is(x.parent.Err(), context.Canceled):
		return fault.Wrap(fault.Unavailable, context.Canceled, "the call to the provider at %s was given up by its caller", x.host)
	case x.parent.Err() != nil:
		return fault.Wrap(fault.Provider, x.parent.Err(), "the provider at %s did not answer in the time that was left for the call", x.host)
	case context.Cause(x.ctx) == errTime && x.stream:
		return fault.Wrap(fault.Provider, err, "the transfer with the provider at %s stood still for %s (limit of a streamed call)", x.host, span(x.timeout))
	case context.Cause(x.ctx) == errTime:
		return fault.Wrap(fault.Provider, err, "the provider at %s did not answer within %s (limit of one call)", x.host, span(x.timeout))
	}
	if b, ok := blocked(err); ok {
		return b.fault(x.host)
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return fault.Wrap(fault.Provider, err, "%s", x.networkMessage(err))
}

func (x *exchange) networkMessage(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	timeout := errors.As(err, &op) && op.Timeout()
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the provider's host " + x.host + " does not exist (no address in DNS)"
	case errors.As(err, &dns):
		return "the address of the provider's host " + x.host + " cannot be looked up"
	case isCertificateError(err):
		return "no trusted TLS connection with the provider at " + x.host + ": " + certificateReason(err)
	case op != nil && op.Op == "remote error": // an alert of TLS: "certificate required", "bad certificate"
		return "the provider at " + x.host + " ended the TLS connection: " + certificateReason(err) + "; it may ask for a client certificate, or refuse the one it got"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the provider at " + x.host + " refuses connections"
	case timeout && op.Op == "dial":
		return "the provider at " + x.host + " cannot be reached within " + span(ConnectTimeout) + " (limit of connecting)"
	case isDialError(err):
		return "the provider at " + x.host + " cannot be reached"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the provider at " + x.host + " closed the connection before it answered"
	}
	return "the provider at " + x.host + " did not give a usable HTTP answer"
}

// certificateReason is the library's reason: it speaks of names, dates and authorities, never of the call.
func certificateReason(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

func isCorrupt(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt)
}

// span writes a duration that is a limit: "60 s", not "1m0s".
func span(d time.Duration) string {
	if d >= time.Second && d%time.Second == 0 {
		return strconv.FormatInt(int64(d/time.Second), 10) + " s"
	}
	return d.String()
}
