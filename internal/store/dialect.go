package store

import (
	"encoding/json"
	"errors"
	"strconv"

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

// among is a condition on a column of ids with $1 and its argument. The text depends on nothing, so that a database
// that keeps plans keeps one.
func (d dialect) among(ids []int64) (condition string, argument any) {
	if len(ids) == 1 {
		return "= $1", ids[0]
	}
	if d.name == "postgres" {
		return "= ANY($1)", ids
	}
	list, err := json.Marshal(ids)
	if err != nil {
		panic(err) // numbers always encode
	}
	return "IN (SELECT value FROM json_each($1))", string(list)
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
