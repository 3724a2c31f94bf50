package store

import (
	"encoding/json"
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
	forOne  string // appended to a read of a row for the one who gets it first: what others have locked is passed over
	tagged  string // the column tags, a JSON array or nothing, holds %s
	now     string // the database's clock, in milliseconds since 1970
}

var (
	sqliteDialect = dialect{
		name:   "sqlite",
		tagged: "EXISTS (SELECT 1 FROM json_each(CASE tags WHEN '' THEN '[]' ELSE tags END) WHERE value = %s)",
		now:    "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
	}
	postgresDialect = dialect{
		name: "postgres", lock: "SELECT pg_advisory_xact_lock(hashtext($1))", forLate: " FOR UPDATE", forOne: " FOR UPDATE SKIP LOCKED",
		tagged: "jsonb_exists(CASE tags WHEN '' THEN '[]' ELSE tags END::jsonb, %s)",
		now:    "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
	}
)

// parameter is the n-th parameter of a statement with thousands of them. SQLite looks up every $n by name, in a time
// that grows with their square, so there they stay without a name.
func (d dialect) parameter(n int) string {
	if d.name == "sqlite" {
		return "?"
	}
	return "$" + strconv.Itoa(n)
}

// places are the parameters of a number of rows, as VALUES takes them: (…), (…). The next parameter is the one after them.
func (d dialect) places(rows, columns int) string {
	var out strings.Builder
	for n := range rows * columns {
		switch {
		case n == 0:
			out.WriteByte('(')
		case n%columns == 0:
			out.WriteString("), (")
		default:
			out.WriteString(", ")
		}
		out.WriteString(d.parameter(n + 1))
	}
	return out.String() + ")"
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

// listed is a condition that a column is one of the values of listArgument, with a %s for them.
func (d dialect) listed(column string) string {
	if d.name == "postgres" {
		return column + " = ANY(%s)"
	}
	return column + " IN (SELECT value FROM json_each(%s))"
}

// lowered is a column with its ASCII letters in lower case; SQLite's lower knows no others.
func (d dialect) lowered(column string) string {
	if d.name == "postgres" {
		return "lower(" + column + ` COLLATE "C")`
	}
	return "lower(" + column + ")"
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
