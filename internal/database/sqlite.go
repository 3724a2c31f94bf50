package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"jackfield/internal/fault"
)

// What a statement may do in a database of SQLite is decided here, in three layers: the text must be one statement of a
// known kind (text.go), SQLite asks permit for every action while it compiles a statement, and limits of the connection
// bound what one may build. Sorting may still write nameless files into the system's folder of temporary files.

// locate finds the file that a source names. It must be in the folder that the operator opened, also after links.
func (c *Client) locate(name string) (string, error) {
	if c.folder == "" {
		return "", fault.New(fault.Invalid, "This server opens no SQLite databases: the operator can name a folder of them with --database-folder (JACKFIELD_DATABASE_FOLDER)")
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.folder, path)
	}
	path, err := filepath.EvalSymlinks(path)
	// Whether a file is there is said of files in the folder alone.
	if err == nil && (!within(path, c.folder) || path == c.folder || c.private != "" && within(path, c.private)) {
		err = fs.ErrNotExist
	}
	var found os.FileInfo
	if err == nil {
		found, err = os.Stat(path)
	}
	if err != nil || !found.Mode().IsRegular() {
		return "", fault.New(fault.Invalid, "There is no database %q in the folder that this server opens: name a file in there", filepath.Base(name))
	}
	return path, nil
}

// sqliteDriver opens connections that ask permit. It is apart from the driver of our own databases, which ask nobody.
type sqliteDriver struct{ driver sqlite.Driver }

func newSQLiteDriver() *sqliteDriver {
	d := &sqliteDriver{}
	d.driver.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, _ string) error {
		guarded, ok := conn.(sqlite.AuthorizerRegisterer)
		if !ok {
			return errors.New("the driver of SQLite cannot ask what a statement may do")
		}
		return guarded.RegisterAuthorizer(permit)
	})
	return d
}

// sqliteFile makes connections to one file.
type sqliteFile struct {
	driver *sqlite.Driver
	name   string
}

func (f sqliteFile) Connect(ctx context.Context) (driver.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return f.driver.Open(f.name)
}

func (f sqliteFile) Driver() driver.Driver { return f.driver }

// busyTimeout is how long a statement waits for a lock of another program.
const busyTimeout = 5 * time.Second

func (d *sqliteDriver) open(path string) *sqliteDatabase {
	// mode=rw makes no new file. Without _dqs=0 an unknown column in double quotes would be a text. trusted_schema=0 keeps
	// functions with effects out of what the file's own views and triggers may call.
	name := "file:" + (&url.URL{Path: path}).EscapedPath() + "?mode=rw&_dqs=0&_defensive=1&_error_rc=1" +
		"&_pragma=trusted_schema(0)&_pragma=cell_size_check(1)&_pragma=mmap_size(0)&_pragma=foreign_keys(1)&_pragma=cache_size(-4096)" +
		"&_pragma=busy_timeout(" + strconv.FormatInt(busyTimeout.Milliseconds(), 10) + ")"
	pool := sql.OpenDB(sqliteFile{&d.driver, name})
	pool.SetMaxOpenConns(MaxConnections)
	pool.SetMaxIdleConns(MaxConnections)
	pool.SetConnMaxIdleTime(MaxIdle)
	return &sqliteDatabase{pool}
}

// readPragmas only tell something about tables, unless they are given a value.
var readPragmas = []string{"table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list", "user_version", "schema_version"}

// valuedPragmas change something when they are given a value; the others take a name.
var valuedPragmas = []string{"user_version", "schema_version"}

// permit decides what statements may do. What is not listed is refused: ATTACH and DETACH, and VACUUM with them, pragmas
// that change something, virtual and temporary tables, transactions, extensions.
func permit(action sqlite.AuthorizerActionCode, first, second, database, _ string) sqlite.AuthorizerReturnCode {
	if database == "temp" { // CREATE TABLE temp.x is no CREATE TEMP TABLE to SQLite
		return sqlite.AuthorizerDeny
	}
	switch action {
	case sqlite.AuthSelect, sqlite.AuthRead, sqlite.AuthRecursive, sqlite.AuthInsert, sqlite.AuthUpdate, sqlite.AuthDelete,
		sqlite.AuthCreateTable, sqlite.AuthCreateIndex, sqlite.AuthCreateView, sqlite.AuthCreateTrigger,
		sqlite.AuthDropTable, sqlite.AuthDropIndex, sqlite.AuthDropView, sqlite.AuthDropTrigger, sqlite.AuthAlterTable, sqlite.AuthReindex:
		return sqlite.AuthorizerOK
	case sqlite.AuthFunction:
		switch strings.ToLower(second) {
		case "load_extension", "fts3_tokenizer", "readfile", "writefile", "edit":
			return sqlite.AuthorizerDeny
		}
		return sqlite.AuthorizerOK
	case sqlite.AuthPragma:
		name := strings.ToLower(first)
		if slices.Contains(readPragmas, name) && (second == "" || !slices.Contains(valuedPragmas, name)) {
			return sqlite.AuthorizerOK
		}
	}
	return sqlite.AuthorizerDeny
}

// sqliteLimits bound what a statement may build. A function can make a text of any size out of nothing.
var sqliteLimits = map[int]int{
	sqlite3.SQLITE_LIMIT_LENGTH:              MaxAnswer,
	sqlite3.SQLITE_LIMIT_SQL_LENGTH:          2 * MaxText,
	sqlite3.SQLITE_LIMIT_EXPR_DEPTH:          1000,
	sqlite3.SQLITE_LIMIT_COMPOUND_SELECT:     500,
	sqlite3.SQLITE_LIMIT_VDBE_OP:             1_000_000,
	sqlite3.SQLITE_LIMIT_ATTACHED:            0,
	sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 10_000,
	sqlite3.SQLITE_LIMIT_WORKER_THREADS:      0,
	sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH:       100,
}

// sqliteDatabase is one file.
type sqliteDatabase struct{ pool *sql.DB }

func (d *sqliteDatabase) close() { _ = d.pool.Close() } // nothing is under way, and nothing can be done about a file that does not close

func (d *sqliteDatabase) run(ctx context.Context, st *prepared) (*Result, error) {
	result, err := d.runOn(ctx, st)
	var said *sqlite.Error
	if errors.As(err, &said) && ctx.Err() == nil {
		return nil, sqliteRefusal(said)
	}
	return result, err
}

func (d *sqliteDatabase) runOn(ctx context.Context, st *prepared) (*Result, error) {
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	for limit, value := range sqliteLimits {
		if _, err := sqlite.Limit(conn, limit, value); err != nil {
			return nil, err
		}
	}
	answers, err := answersRows(conn, st.text)
	if err != nil {
		return nil, err
	}
	if !answers {
		result, err := conn.ExecContext(ctx, st.text, st.args...)
		if err != nil {
			return nil, err
		}
		n, err := result.RowsAffected()
		if !st.changes {
			n = 0 // SQLite's number is that of the last statement that had one
		}
		return &Result{Body: counted(n), Count: n}, err
	}
	rows, err := conn.QueryContext(ctx, st.text, st.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	result, err := readSQLite(rows, st)
	return result, errors.Join(err, rows.Err())
}

// answersRows compiles the statement and says whether it has columns.
func answersRows(conn *sql.Conn, text string) (answers bool, err error) {
	err = conn.Raw(func(c any) error {
		compiler, ok := c.(interface {
			ColumnInfo(query string) ([]sqlite.ColumnInfo, error)
		})
		if !ok {
			return errors.New("the driver of SQLite cannot describe statements")
		}
		columns, err := compiler.ColumnInfo(text)
		answers = len(columns) > 0
		return err
	})
	return answers, err
}

func readSQLite(rows *sql.Rows, st *prepared) (*Result, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	names, declared := make([]string, len(types)), make([]string, len(types))
	for i, t := range types {
		names[i], declared[i] = t.Name(), strings.ToUpper(t.DatabaseTypeName())
	}
	a := newAnswer(names)
	values, into := make([]any, len(types)), make([]any, len(types))
	for i := range values {
		into[i] = &values[i]
	}
	more := false
	for n := 0; rows.Next(); n++ {
		if n < st.skip {
			continue
		}
		if a.rows == st.rows {
			more = true
			break
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		if err := a.add(func(to []byte, column int) []byte { return appendSQLite(to, declared[column], values[column]) }); err != nil {
			return nil, err
		}
	}
	return &Result{Body: a.end(), Rows: a.rows, More: more}, nil
}

// appendSQLite writes a value as JSON. SQLite has few types; what a column is declared as says what is meant.
func appendSQLite(to []byte, declared string, value any) []byte {
	switch v := value.(type) {
	case int64:
		if strings.HasPrefix(declared, "BOOL") && (v == 0 || v == 1) {
			return strconv.AppendBool(to, v == 1)
		}
		return strconv.AppendInt(to, v, 10)
	case float64:
		if size := math.Abs(v); size != 0 && (size < 1e-6 || size >= 1e21) {
			return appendNumber(to, strconv.FormatFloat(v, 'e', -1, 64))
		}
		return appendNumber(to, strconv.FormatFloat(v, 'f', -1, 64))
	case string:
		if strings.HasPrefix(declared, "JSON") {
			return appendJSON(to, v)
		}
		return appendText(to, v)
	case []byte:
		return appendText(to, base64.StdEncoding.EncodeToString(v))
	case bool:
		return strconv.AppendBool(to, v)
	case time.Time:
		if day := v.Truncate(24 * time.Hour); declared == "DATE" && v.Equal(day) {
			return appendText(to, v.UTC().Format(time.DateOnly))
		}
		return appendText(to, v.UTC().Format(instantLayout))
	case nil:
		return append(to, "null"...)
	}
	return appendText(to, fmt.Sprint(value))
}

// sqliteRefusal is what SQLite said with the HTTP status that it amounts to.
func sqliteRefusal(said *sqlite.Error) *Refusal {
	r := &Refusal{Status: http.StatusBadRequest, Code: strconv.Itoa(said.Code()), Message: said.Error()}
	switch said.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		r.Status = http.StatusConflict
		return r
	}
	switch said.Code() & 0xff {
	case sqlite3.SQLITE_AUTH, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		r.Status = http.StatusForbidden
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		r.Status = http.StatusServiceUnavailable
	case sqlite3.SQLITE_INTERRUPT:
		r.Status = http.StatusGatewayTimeout
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERNAL:
		r.Status = http.StatusBadGateway
	}
	return r
}
