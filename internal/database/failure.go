package database

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"jackfield/internal/ceql"
	"jackfield/internal/fault"
)

// failure turns what went wrong into a fault or a Refusal. Neither names the password, whatever the driver says.
func (c *Client) failure(ctx context.Context, a *address, err error) error {
	var f *fault.Error
	var refusal *Refusal
	var said *pgconn.PgError
	var tooLarge *pgproto3.ExceededMaxBodyLenErr
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(ctx.Err(), context.Canceled):
		return fault.Wrap(fault.Unavailable, context.Canceled, "the statement was given up by its caller")
	case ctx.Err() != nil:
		return fault.Wrap(fault.Provider, context.DeadlineExceeded, "%s did not answer within %s (limit of a statement)", a.label(), span(c.timeout))
	case errors.As(err, &refusal):
		refusal.Message = a.scrub(refusal.Message)
		return refusal
	case errors.As(err, &said):
		return &Refusal{Status: sqlStatus(said.Code), Code: said.Code, Message: a.scrub(words(said))}
	case errors.As(err, &tooLarge):
		return fault.Wrap(fault.Invalid, errors.New("message too large"), "%s answered a row of more than %d MiB: leave columns out", a.label(), MaxAnswer>>20)
	}
	// The driver's errors name the user and the address, and nothing here needs more of them.
	return fault.Wrap(fault.Provider, errors.New(a.scrub(err.Error())), "%s", a.unreachable(err))
}

func (a *address) unreachable(err error) string {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case a.dialect == ceql.SQLite:
		return a.label() + " cannot be used"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the host " + a.host + " does not exist (no address in DNS)"
	case errors.As(err, &dns):
		return "the address of the host " + a.host + " cannot be looked up"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the server of " + a.label() + " refuses connections"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the server of " + a.label() + " closed the connection before it answered"
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "the server of " + a.label() + " cannot be reached within " + span(ConnectTimeout) + " (limit of connecting)"
	case strings.Contains(err.Error(), "server refused TLS connection"):
		return "the server of " + a.label() + " offers no TLS, which sslmode of base.url asks for"
	case strings.Contains(err.Error(), "certificate"), strings.Contains(err.Error(), "tls"):
		return "no trusted TLS connection with the server of " + a.label()
	}
	return "the server of " + a.label() + " cannot be reached, or speaks otherwise than PostgreSQL"
}

// words is what PostgreSQL said.
func words(e *pgconn.PgError) string {
	text := e.Message
	for _, more := range []string{e.Detail, e.Hint} {
		if more != "" {
			text += ". " + more
		}
	}
	return text
}

// scrub takes the password out of a text.
func (a *address) scrub(text string) string {
	if a.password == "" {
		return text
	}
	return strings.ReplaceAll(text, a.password, "********")
}

// sqlStatus is the HTTP status of a SQLSTATE: what the caller can mend is 4xx, by its class otherwise.
func sqlStatus(code string) int {
	switch code {
	case "23505", "23503", "23P01", "40001", "40P01", "55P03": // taken, in use, overlapping, or changed by somebody else meanwhile
		return http.StatusConflict
	case "42501", "25006": // no right, or a server that only reads
		return http.StatusForbidden
	case "57014":
		return http.StatusGatewayTimeout
	}
	if len(code) < 2 {
		return http.StatusBadGateway
	}
	switch code[:2] {
	case "28":
		return http.StatusUnauthorized
	case "08", "58", "F0", "XX":
		return http.StatusBadGateway
	case "53", "57":
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

func span(d time.Duration) string {
	if d >= time.Second && d%time.Second == 0 {
		return strings.TrimSuffix(d.String(), "0s") // 1m0s is 1m
	}
	return d.String()
}
