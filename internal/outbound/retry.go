package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/fault"
)

const (
	backoffBase = 200 * time.Millisecond // the first wait is between 0 and this
	backoffMax  = 5 * time.Second
	// maxRetryAfter is the longest Retry-After that a call waits for; a longer one is the caller's to obey.
	maxRetryAfter = 10 * time.Second
	// maxDiscard is how much of an unwanted answer is read so that its connection can be used again.
	maxDiscard = 64 << 10
)

// retry decides whether a call is tried again and after which wait.
func (x *exchange) retry(req *http.Request, resp *http.Response, err error, hops, try int, p *Policy) (time.Duration, bool) {
	if err == nil && !isTransient(resp.StatusCode) {
		return 0, false
	}
	if try >= p.Attempts || x.ctx.Err() != nil || hasBody(req) && req.GetBody == nil {
		return 0, false
	}
	// What failed after the first hop had reached the provider already: only an unmade first connection
	// proves that nothing left.
	unsent := err != nil && hops == 0 && isDialError(err)
	if !isIdempotent(req.Method) && !unsent {
		return 0, false
	}
	wait := jitter(try)
	if err != nil {
		if isPermanent(err) {
			return 0, false
		}
	} else if asked, ok := RetryAfter(resp.Header, time.Now()); ok {
		if asked > maxRetryAfter {
			return 0, false
		}
		wait += asked // the jitter on top keeps callers from coming back all at once
	}
	if left, bounded := x.left(); bounded && wait >= left {
		return 0, false
	}
	return wait, true
}

func isTransient(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// isIdempotent follows RFC 9110 §9.2.2.
func isIdempotent(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}

// isDialError reports that no connection was made, so that nothing can have reached the provider.
func isDialError(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// isPermanent reports errors that a second try would only repeat.
func isPermanent(err error) bool {
	if _, ok := blocked(err); ok {
		return true
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return true
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return true
	}
	return isCertificateError(err)
}

func isCertificateError(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		authority    x509.UnknownAuthorityError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
		record       tls.RecordHeaderError
		alert        tls.AlertError
	)
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &invalid) || errors.As(err, &record) || errors.As(err, &alert)
}

// jitter is exponential with full jitter: any time between 0 and the doubled base.
func jitter(try int) time.Duration {
	return rand.N(min(backoffMax, backoffBase<<(try-1)))
}

// RetryAfter reads a Retry-After header: seconds or a date (RFC 9110 §10.2.3). A time in the past is 0.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now)), true
	}
	return 0, false
}

func hasBody(req *http.Request) bool { return req.Body != nil && req.Body != http.NoBody }

// renewBody gives a repeated request its body again.
func renewBody(out, req *http.Request) error {
	if !hasBody(req) {
		return nil
	}
	body, err := req.GetBody()
	if err != nil {
		return fault.Wrap(fault.Internal, err, "cannot send the body of the call again")
	}
	out.Body = body
	return nil
}

// discard reads a little of an unwanted answer, so that its connection can be used again, and closes it.
func discard(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, maxDiscard) // an error here costs the connection and nothing else
	_ = body.Close()
}
