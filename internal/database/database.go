// Package database runs statements in databases that customers own, for connectors of protocolType jdbc
// (reference/elements.md §7.2). PostgreSQL is reached through the guard of outbound; SQLite only in a folder that the
// operator opened. Values are always bound, never part of a statement's text.
//
// Errors are faults, or a *Refusal: what the database said about a statement, with the HTTP status that it amounts to.
package database

import (
	"context"
	"net"
	"time"

	"jackfield/internal/ceql"
	"jackfield/internal/fault"
)

// Limits of a statement and its answer.
const (
	// DefaultRows is how many rows a SELECT answers when nobody asked for pages (reference/elements.md §7.2).
	DefaultRows = 50
	// MaxRows is the most rows of one answer.
	MaxRows = 5000
	// MaxCell is the most bytes of one value.
	MaxCell = 4 << 20
	// MaxAnswer is the most bytes of all rows as JSON.
	MaxAnswer = 32 << 20
	// MaxText is the most bytes of a statement.
	MaxText = 1 << 20
	// MaxArguments is the most values that a statement may bind. SQLite takes no more than 32,766.
	MaxArguments = 10_000
	// StatementTimeout bounds a statement with the wait for a connection. A statement that takes longer is cancelled.
	StatementTimeout = 30 * time.Second
)

// Options are what a Client works with.
type Options struct {
	// Dial opens TCP connections; outbound.Client.Dial. Nil refuses PostgreSQL.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Folder holds the SQLite databases that may be opened, with all folders below it. "" refuses SQLite.
	Folder string
	// Private is a folder that is never reached, although it may be below Folder: our own data.
	Private string
	// Timeout replaces StatementTimeout.
	Timeout time.Duration
}

// Source is a database and who asks for it.
type Source struct {
	URL                string // jdbc:postgresql://host:port/name?…, postgres://…, jdbc:sqlite:path; placeholders are filled
	Username, Password string
	Driver             string // class name of a JDBC driver, "" = not given; it must fit the URL
}

// Statement is what to run.
type Statement struct {
	// Text is one statement with :name and {name} for values and {where} for a condition.
	Text string
	// Value is the value of a name: nil, string, bool, json.Number or json.RawMessage. False = there is no such name.
	Value func(name string) (value any, ok bool)
	// Where is the condition, nil = none.
	Where ceql.Expr
	// Skip is how many rows come before the answer, Rows how many it has at most; 0 = DefaultRows.
	Skip, Rows int
	// Observe is told the text that is sent, with placeholders. Nil = nobody asks.
	Observe func(text string)
	// Paging are names that page: a statement that uses one of them skips rows itself, and Skip is not applied.
	Paging []string
}

// Result is what a statement answered.
type Result struct {
	Body  []byte // a JSON array of rows, or {"count": n}
	Rows  int    // of the array
	More  bool   // there are rows behind those of the answer
	Count int64  // rows that a statement without an answer changed

	// SelfPaged says that the statement skipped rows itself: More knows nothing of those behind its own limit.
	SelfPaged bool
}

// Refusal is what a database said in place of an answer.
type Refusal struct {
	Status  int    // the HTTP status it amounts to
	Code    string // SQLSTATE, or SQLite's number
	Message string // in the database's words, without the password
}

func (r *Refusal) Error() string { return r.Message + " (" + r.Code + ")" }

// Run runs a statement. It is safe for concurrent use.
func (c *Client) Run(ctx context.Context, s Source, st Statement) (*Result, error) {
	address, err := parseSource(s)
	if err != nil {
		return nil, err
	}
	if st.Rows <= 0 {
		st.Rows = DefaultRows
	}
	st.Rows = min(st.Rows, MaxRows)
	prepared, err := prepare(&st, address.dialect)
	if err != nil {
		return nil, err
	}
	if st.Observe != nil {
		st.Observe(prepared.text)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	p, err := c.acquire(address)
	if err != nil {
		return nil, err
	}
	defer c.release(p)
	result, err := p.run(ctx, prepared)
	if err != nil {
		return nil, c.failure(ctx, address, err)
	}
	result.SelfPaged = prepared.selfPaged
	return result, nil
}

// Unsupported is the original's answer to what the engine cannot run (reference/elements.md §6, kind).
func Unsupported() error {
	return fault.New(fault.NotAllowed, "This API is not currently supported for this element")
}
