package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net"

	"jackfield/internal/fault"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// failure turns a database error into a fault: what the operator must mend is said, everything else is internal.
func failure(what string, err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "No row found")
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(fault.Unavailable, err, "The call ended before the database answered")
	}
	if reason := unavailable(err); reason != "" {
		return fault.Wrap(fault.Unavailable, err, "The database cannot do this now: %s", reason)
	}
	return fault.Wrap(fault.Internal, err, "database: %s", what)
}

// unavailable names the states of a database that pass, or that an operator must mend.
func unavailable(err error) string {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return sqliteStates[lite.Code()&0xff]
	}
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return postgresStates[server.Code]
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return "it cannot be reached"
	}
	return ""
}

// sqliteStates are by primary result code (sqlite.org/rescode.html).
var sqliteStates = map[int]string{
	sqlitelib.SQLITE_FULL:     "the disk is full",
	sqlitelib.SQLITE_BUSY:     "it is locked by another program",
	sqlitelib.SQLITE_LOCKED:   "it is locked by another program",
	sqlitelib.SQLITE_READONLY: "its file is read-only",
	sqlitelib.SQLITE_IOERR:    "the disk reports an error",
	sqlitelib.SQLITE_CANTOPEN: "its file cannot be opened",
	sqlitelib.SQLITE_CORRUPT:  "its file is damaged: restore a backup",
	sqlitelib.SQLITE_NOTADB:   "its file is no database: restore a backup",
}

// postgresStates are by SQLSTATE (PostgreSQL's manual, appendix A).
var postgresStates = map[string]string{
	"25006": "it is read-only: connect to the primary",
	"40001": "another change came in between: try again",
	"40P01": "another change came in between: try again",
	"53100": "the disk is full",
	"53200": "it is out of memory",
	"53300": "it has too many connections",
	"55P03": "it is locked by another program",
	"57014": "it cancelled the statement",
	"57P01": "it is stopping",
	"57P02": "it is stopping",
	"57P03": "it is starting",
}

// someRow is what a statement came to that must find a row: none is returned when it found nothing. doing is for failure.
func someRow(result sql.Result, err error, doing string, none error) error {
	if err != nil {
		return failure(doing, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return failure(doing, err)
	}
	if n == 0 {
		return none
	}
	return nil
}
