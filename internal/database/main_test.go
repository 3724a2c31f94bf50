package database

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"jackfield/internal/fault"
	"jackfield/internal/store/storetest"
)

func TestMain(m *testing.M) {
	// The cluster of these tests belongs to the process and ends with it.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("os/exec.(*Cmd).watchCtx"))
}

// open makes a client that reaches everything: what may be dialled is tested in outbound.
func open(t testing.TB, o Options) *Client {
	t.Helper()
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// file makes an empty database of SQLite in a folder of its own.
func file(t testing.TB) (folder string, source Source) {
	t.Helper()
	folder = t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "shop.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return folder, Source{URL: "jdbc:sqlite:shop.db"}
}

func cluster(t testing.TB) Source {
	t.Helper()
	return Source{URL: storetest.PostgresURL(t)}
}

func run(t testing.TB, c *Client, s Source, text string) string {
	t.Helper()
	result, err := c.Run(t.Context(), s, Statement{Text: text})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return string(result.Body)
}

func TestSourcesAreReadAndChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source Source
		want   address
		said   string // of the error
	}{
		{source: Source{URL: "jdbc:postgresql://db.test:6000/shop?ssl=true&currentSchema=sales", Username: "u", Password: "p"},
			want: address{host: "db.test", port: 6000, name: "shop", username: "u", password: "p", tls: "verify-full", schema: "sales"}},
		{source: Source{URL: "JDBC:PostgreSQL://db.test/shop?user=u&password=p%26q&sslmode=require&socketFactory=evil", Driver: "org.postgresql.Driver"},
			want: address{host: "db.test", port: 5432, name: "shop", username: "u", password: "p&q", tls: "require"}},
		{source: Source{URL: "postgres://u:p%40@[::1]:5433/shop"}, want: address{host: "::1", port: 5433, name: "shop", username: "u", password: "p@", tls: "prefer"}},
		{source: Source{URL: "postgresql://db.test/shop"}, want: address{host: "db.test", port: 5432, name: "shop", tls: "prefer"}},
		{source: Source{URL: "jdbc:sqlite:a/shop.db", Driver: "org.sqlite.JDBC"}, want: address{dialect: 1, path: "a/shop.db"}},
		{source: Source{URL: "jdbc:mysql://db.test/shop"}, said: "not currently supported"},
		{source: Source{URL: "jdbc:oracle:thin:@db.test:1521/x"}, said: "not currently supported"},
		{source: Source{URL: "jdbc:sqlserver://db.test;databaseName=x"}, said: "not currently supported"},
		{source: Source{URL: "https://db.test"}, said: "not currently supported"},
		{source: Source{URL: ""}, said: "not currently supported"},
		{source: Source{URL: "jdbc:postgresql:shop"}, said: "host and database"},
		{source: Source{URL: "jdbc:postgresql:///shop"}, said: "host and database"},
		{source: Source{URL: "jdbc:postgresql://db.test"}, said: "host and database"},
		{source: Source{URL: "jdbc:postgresql://a,b/shop"}, said: "several hosts"},
		{source: Source{URL: "jdbc:postgresql://db.test:0/shop"}, said: "port"},
		{source: Source{URL: "jdbc:postgresql://%2Ftmp/shop"}, said: "base.url"},
		{source: Source{URL: "jdbc:postgresql://u:s3cret@db.test:x/shop"}, said: "base.url is not valid"},
		{source: Source{URL: "jdbc:postgresql://db.test/shop?sslmode=none"}, said: "sslmode"},
		{source: Source{URL: "jdbc:postgresql://db.test/shop", Driver: "com.mysql.jdbc.Driver"}, said: "org.postgresql.Driver"},
		{source: Source{URL: "jdbc:sqlite:shop.db", Driver: "org.postgresql.Driver"}, said: "org.sqlite.JDBC"},
		{source: Source{URL: "jdbc:sqlite::memory:"}, said: "name a file"},
		{source: Source{URL: "jdbc:sqlite:"}, said: "name a file"},
		{source: Source{URL: "jdbc:sqlite:file:shop.db"}, said: "no options"},
		{source: Source{URL: "jdbc:sqlite:shop.db?enable_load_extension=true"}, said: "no options"},
		{source: Source{URL: "jdbc:postgresql://db.test/shop", Username: "a\x00b"}, said: "zero bytes"},
	} {
		got, err := parseSource(tt.source)
		if tt.said != "" {
			if err == nil || !strings.Contains(err.Error(), tt.said) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%s: %v, want %q", tt.source.URL, err, tt.said)
			}
			continue
		}
		if err != nil || cmp.Diff(&tt.want, got, cmp.AllowUnexported(address{})) != "" {
			t.Errorf("%s: %v %v", tt.source.URL, err, cmp.Diff(&tt.want, got, cmp.AllowUnexported(address{})))
		}
	}
}

func TestValuesOfPostgreSQLBecomeJSON(t *testing.T) {
	t.Parallel()
	c, s := open(t, Options{}), cluster(t)
	for expression, want := range map[string]string{
		`9223372036854775807::bigint`:                      `9223372036854775807`,
		`12345678901234567890.123456789012345678::numeric`: `12345678901234567890.123456789012345678`,
		`'NaN'::numeric`:                                   `"NaN"`,
		`0.1::float8`:                                      `0.1`,
		`1e300::float8`:                                    `1e+300`,
		`'Infinity'::float8`:                               `"Infinity"`,
		`true`:                                             `true`,
		`'{"a": [1, null]}'::jsonb`:                        `{"a": [1, null]}`,
		`'[1,2]'::json`:                                    `[1,2]`,
		`'2024-02-29 10:00:00.123456+02'::timestamptz`:    `"2024-02-29T08:00:00.123Z"`,
		`'2024-02-29 10:00:00'::timestamp`:                `"2024-02-29T10:00:00.000Z"`,
		`'infinity'::timestamptz`:                         `"infinity"`,
		`'2024-02-29'::date`:                              `"2024-02-29"`,
		`'\x00ff10'::bytea`:                               `"AP8Q"`,
		`'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid`:    `"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"`,
		`array[1, null, 3]`:                               `[1,null,3]`,
		`array['a b', 'c"d', 'NULL', '', 'e\f', '{x,y}']`: `["a b","c\"d","NULL","","e\\f","{x,y}"]`,
		`array[[1,2],[3,4]]`:                              `[[1,2],[3,4]]`,
		`'[0:1]={5,6}'::int[]`:                            `[5,6]`,
		`array[]::text[]`:                                 `[]`,
		`array['2024-02-29 10:00:00+00'::timestamptz]`:    `["2024-02-29T10:00:00.000Z"]`,
		`array['{"a":"b,c"}'::jsonb]`:                     `[{"a": "b,c"}]`,
		`null::text`:                                      `null`,
		`'x' || chr(10) || chr(1) || '"\' || chr(128512)`: "\"x\\n\\u0001\\\"\\\\\U0001F600\"",
		`1, 2`:             `1,"?column?_2":2`,
		`row(1, 'a')`:      `"(1,a)"`,
		`interval '1 day'`: `"1 day"`,
		`(select count(*) from generate_series(1,3)) filter_x`:        `3`,
		`current_setting('TimeZone') || current_setting('DateStyle')`: `"UTCISO, MDY"`,
	} {
		got := run(t, c, s, "SELECT "+expression)
		if _, value, ok := strings.Cut(got, ":"); !ok || !strings.HasPrefix(value, want) {
			t.Errorf("%s is %s, want %s", expression, got, want)
		}
	}
	if got := run(t, c, s, `SELECT 1 AS id, 2 AS id, 3 AS "i""d"`); got != `[{"id":1,"id_2":2,"i\"d":3}]` {
		t.Error(got)
	}
}

func TestValuesOfSQLiteBecomeJSON(t *testing.T) {
	t.Parallel()
	folder, s := file(t)
	c := open(t, Options{Folder: folder})
	run(t, c, s, `CREATE TABLE before (i INTEGER)`)
	if got := run(t, c, s, `INSERT INTO before VALUES (1), (2)`); got != `{"count":2}` {
		t.Error(got)
	}
	if got := run(t, c, s, `DROP TABLE before`); got != `{"count":0}` {
		t.Error(got)
	}
	run(t, c, s, `CREATE TABLE t (i INTEGER, b BOOLEAN, n DECIMAL(10,2), d DATE, at TIMESTAMP, j JSON, x BLOB, s TEXT)`)
	run(t, c, s, `INSERT INTO t VALUES (9223372036854775807, 1, 10.5, '2024-02-29', '2024-02-29 10:00:00', '{"a":[1]}', x'00ff10', 'Zürich "x"')`)
	run(t, c, s, `INSERT INTO t (b, n, d, j) VALUES ('maybe', 1e300, 'never', 'no json')`)
	want := `[{"i":9223372036854775807,"b":true,"n":10.5,"d":"2024-02-29","at":"2024-02-29T10:00:00.000Z","j":{"a":[1]},"x":"AP8Q","s":"Zürich \"x\""},` +
		`{"i":null,"b":"maybe","n":1e+300,"d":"never","at":null,"j":"no json","x":null,"s":null}]`
	if got := run(t, c, s, `SELECT * FROM t`); got != want {
		t.Error(got)
	}
	if got := run(t, c, s, `SELECT 1 AS id, 2 AS id`); !strings.Contains(got, `"id":1,`) || strings.Count(got, `"id":`) != 1 {
		t.Error(got)
	}
}

func TestRefusalsHaveTheStatusOfWhatHappened(t *testing.T) {
	t.Parallel()
	folder, lite := file(t)
	c := open(t, Options{Folder: folder})
	for name, s := range map[string]Source{"PostgreSQL": cluster(t), "SQLite": lite} {
		run(t, c, s, `CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)`)
		run(t, c, s, `CREATE TABLE b (a INTEGER REFERENCES a(id), CHECK (a > 0))`)
		run(t, c, s, `INSERT INTO a VALUES (1, 'x')`)
		run(t, c, s, `INSERT INTO b VALUES (1)`)
		for text, status := range map[string]int{
			`INSERT INTO a VALUES (1, 'y')`:  409,
			`INSERT INTO a VALUES (2, 'x')`:  409,
			`INSERT INTO a VALUES (3, null)`: 400,
			`DELETE FROM a`:                  409,
			`INSERT INTO b VALUES (-1)`:      400,
			`SELECT missing FROM a`:          400,
			`SELECT "missing" FROM a`:        400,
			`SELECT * FROM missing`:          400,
			`SELECT FROM WHERE`:              400,
		} {
			var refusal *Refusal
			result, err := c.Run(t.Context(), s, Statement{Text: text})
			if !errors.As(err, &refusal) || refusal.Status != status || refusal.Message == "" || refusal.Code == "" {
				t.Errorf("%s: %s: %v %v, want %d", name, text, result, err, status)
			}
		}
	}
	for code, status := range map[string]int{
		"28P01": 401, "28000": 401, "42501": 403, "25006": 403, "23505": 409, "40001": 409, "42601": 400, "22P02": 400, "3D000": 400,
		"57014": 504, "53300": 503, "57P01": 503, "08006": 502, "XX000": 502, "": 502,
	} {
		if got := sqlStatus(code); got != status {
			t.Errorf("%s is %d, want %d", code, got, status)
		}
	}
}

func TestAStatementThatTakesTooLongIsCancelledAtTheServer(t *testing.T) {
	t.Parallel()
	s := cluster(t)
	c := open(t, Options{Timeout: 300 * time.Millisecond})
	_, err := c.Run(t.Context(), s, Statement{Text: `SELECT pg_sleep(50)`})
	if !fault.Is(err, fault.Provider) || !strings.Contains(err.Error(), "did not answer within") {
		t.Fatal(err)
	}
	watcher := open(t, Options{})
	if got := run(t, watcher, s, `SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()`); got != `[{"n":0}]` {
		t.Errorf("it still runs: %s", got)
	}
}

func TestASQLiteStatementWithoutAnEndIsInterrupted(t *testing.T) {
	t.Parallel()
	folder, s := file(t)
	c := open(t, Options{Folder: folder, Timeout: 300 * time.Millisecond})
	_, err := c.Run(t.Context(), s, Statement{Text: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n`})
	if !fault.Is(err, fault.Provider) || !strings.Contains(err.Error(), "did not answer within") {
		t.Fatal(err)
	}
	if got := run(t, c, s, `SELECT 1 AS one`); got != `[{"one":1}]` {
		t.Error(got)
	}
}

func TestServersThatCannotBeReachedAreFaultsOfTheProvider(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	c := open(t, Options{Timeout: 300 * time.Millisecond})
	for what, address := range map[string]string{"did not answer within": silent.Addr().String(), "refuses connections": closed.Addr().String()} {
		_, err := c.Run(t.Context(), Source{URL: "jdbc:postgresql://" + address + "/shop", Username: "u", Password: "s3cret"}, Statement{Text: `SELECT 1`})
		if !fault.Is(err, fault.Provider) || !strings.Contains(err.Error(), what) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", address, err)
		}
	}
	guarded := open(t, Options{Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, fault.New(fault.Invalid, "refused by the guard")
	}})
	if _, err := guarded.Run(t.Context(), Source{URL: "jdbc:postgresql://10.0.0.1/shop"}, Statement{Text: `SELECT 1`}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "refused by the guard") {
		t.Error(err)
	}
}

func TestAWrongPasswordIsUnauthenticatedAndNotRepeated(t *testing.T) {
	t.Parallel()
	s := cluster(t)
	c := open(t, Options{})
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("nobody-of-that-name", "s3cret")
	_, err = c.Run(t.Context(), Source{URL: u.String()}, Statement{Text: `SELECT 1`})
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Status != 401 || strings.Contains(err.Error(), "s3cret") {
		t.Error(err)
	}
}

func TestPoolsAreBoundedAndClosed(t *testing.T) {
	t.Parallel()
	s := cluster(t)
	c := open(t, Options{})
	separator := "?"
	if strings.Contains(s.URL, "?") {
		separator = "&"
	}
	for n := range MaxPools + 5 {
		other := s
		other.URL += separator + "currentSchema=s" + strings.Repeat("x", n)
		run(t, c, other, `SELECT 1`)
		if n%20 == 0 {
			c.mu.Lock()
			for _, p := range c.pools { // as if a long time had passed
				p.used = p.used.Add(-time.Hour)
			}
			c.mu.Unlock()
		}
	}
	if len(c.pools) > MaxPools {
		t.Errorf("%d databases are open", len(c.pools))
	}
	c.Close()
	if _, err := c.Run(t.Context(), s, Statement{Text: `SELECT 1`}); !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
}

func TestRowsBytesAndPagesAreLimited(t *testing.T) {
	t.Parallel()
	folder, lite := file(t)
	c := open(t, Options{Folder: folder})
	for name, s := range map[string]Source{"PostgreSQL": cluster(t), "SQLite": lite} {
		numbers := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) SELECT i FROM n ORDER BY i`
		for _, tt := range []struct {
			skip, rows, want int
			more             bool
		}{{0, 0, 50, true}, {0, 10_000, 5000, true}, {5990, 50, 10, false}, {5990, 10, 10, false}, {7000, 10, 0, false}} {
			result, err := c.Run(t.Context(), s, Statement{Text: numbers, Skip: tt.skip, Rows: tt.rows})
			if err != nil || result.Rows != tt.want || result.More != tt.more {
				t.Errorf("%s: skip %d, rows %d: %+v %v", name, tt.skip, tt.rows, result, err)
			}
		}
		// A statement that changes rows answers those that it names, without being run twice.
		run(t, c, s, `CREATE TABLE t (i INTEGER)`)
		if result, err := c.Run(t.Context(), s, Statement{Text: `INSERT INTO t SELECT i FROM (` + strings.TrimSuffix(numbers, " ORDER BY i") + `) AS m RETURNING i`, Skip: 2, Rows: 3}); err != nil || result.Rows != 3 || !result.More {
			t.Errorf("%s: %+v %v", name, result, err)
		}
		if got := run(t, c, s, `SELECT count(*) AS n FROM t`); got != `[{"n":6000}]` {
			t.Errorf("%s: %s", name, got)
		}
		big := map[string]string{"PostgreSQL": `SELECT repeat('x', 5000000) AS x`, "SQLite": `SELECT hex(zeroblob(2500000)) AS x`}[name]
		if _, err := c.Run(t.Context(), s, Statement{Text: big}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "limit") {
			t.Errorf("%s: %v", name, err)
		}
		many := map[string]string{"PostgreSQL": `SELECT repeat('x', 4000000) AS x FROM generate_series(1, 20)`,
			"SQLite": `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT hex(zeroblob(2000000)) AS x FROM n`}[name]
		if _, err := c.Run(t.Context(), s, Statement{Text: many}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "smaller pages") {
			t.Errorf("%s: %v", name, err)
		}
		if got := run(t, c, s, `SELECT 1 AS one`); got != `[{"one":1}]` {
			t.Error(got)
		}
	}
	if _, err := c.Run(t.Context(), lite, Statement{Text: `SELECT length(zeroblob(1000000000)) AS n`}); err == nil {
		t.Error("a text of a gigabyte was made")
	}
}
