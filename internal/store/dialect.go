package store

import (
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// dialect is everything in which the two databases differ. Statements use $n, RETURNING and ON CONFLICT, which
// both take.
type dialect struct {
	name    string
	lock    string // statement that takes a lock by name until the transaction ends; "" = not needed
	forLate string // appended to a read that a write follows in the same transaction
}

var (
	sqliteDialect   = dialect{name: "sqlite"}
	postgresDialect = dialect{name: "postgres", lock: "SELECT pg_advisory_xact_lock(hashtext($1))", forLate: " FOR UPDATE"}
)

// parameter is the n-th parameter of a statement with thousands of them. SQLite looks up every $n by name, in a time
// that grows with their square, so there they stay without a name.
func (d dialect) parameter(n int) string {
	if d.name == "sqlite" {
		return "?"
	}
	return "$" + strconv.Itoa(n)
}

// isDuplicate reports whether an error is a unique value that is taken.
func isDuplicate(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqlitelib.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// likePattern makes a LIKE pattern that finds a text anywhere; its own wildcards are escaped with a backslash.
func likePattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text) + "%"
}
