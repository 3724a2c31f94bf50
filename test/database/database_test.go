// Package database_test runs statements in both databases, on the PostgreSQL of the tests of the store. A room may not see
// the store that is above it, so these tests are here.
package database_test

import (
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"jackfield/internal/database"
	"jackfield/internal/fault"
	"jackfield/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open makes a client that reaches everything: what may be dialled is tested in outbound.
func open(t testing.TB, o database.Options) *database.Client {
	t.Helper()
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	c, err := database.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// file makes an empty database of SQLite in a folder of its own.
func file(t testing.TB) (folder string, source database.Source) {
	t.Helper()
	folder = t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "shop.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return folder, database.Source{URL: "jdbc:sqlite:shop.db"}
}

func run(t testing.TB, c *database.Client, s database.Source, text string) string {
	t.Helper()
	result, err := c.Run(t.Context(), s, database.Statement{Text: text})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return string(result.Body)
}

func cluster(t testing.TB) database.Source {
	t.Helper()
	return database.Source{URL: storetest.PostgresURL(t)}
}

func TestValuesOfPostgreSQLBecomeJSON(t *testing.T) {
	t.Parallel()
	c, s := open(t, database.Options{}), cluster(t)
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

func TestRefusalsHaveTheStatusOfWhatHappened(t *testing.T) {
	t.Parallel()
	folder, lite := file(t)
	c := open(t, database.Options{Folder: folder})
	for name, s := range map[string]database.Source{"PostgreSQL": cluster(t), "SQLite": lite} {
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
			var refusal *database.Refusal
			result, err := c.Run(t.Context(), s, database.Statement{Text: text})
			if !errors.As(err, &refusal) || refusal.Status != status || refusal.Message == "" || refusal.Code == "" {
				t.Errorf("%s: %s: %v %v, want %d", name, text, result, err, status)
			}
		}
	}
}

func TestAStatementThatTakesTooLongIsCancelledAtTheServer(t *testing.T) {
	t.Parallel()
	s := cluster(t)
	c := open(t, database.Options{Timeout: 300 * time.Millisecond})
	_, err := c.Run(t.Context(), s, database.Statement{Text: `SELECT pg_sleep(50)`})
	if !fault.Is(err, fault.Provider) || !strings.Contains(err.Error(), "did not answer within") {
		t.Fatal(err)
	}
	watcher := open(t, database.Options{})
	if got := run(t, watcher, s, `SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()`); got != `[{"n":0}]` {
		t.Errorf("it still runs: %s", got)
	}
}

func TestAWrongPasswordIsUnauthenticatedAndNotRepeated(t *testing.T) {
	t.Parallel()
	s := cluster(t)
	c := open(t, database.Options{})
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("nobody-of-that-name", "s3cret")
	_, err = c.Run(t.Context(), database.Source{URL: u.String()}, database.Statement{Text: `SELECT 1`})
	var refusal *database.Refusal
	if !errors.As(err, &refusal) || refusal.Status != 401 || strings.Contains(err.Error(), "s3cret") {
		t.Error(err)
	}
}

func TestRowsBytesAndPagesAreLimited(t *testing.T) {
	t.Parallel()
	folder, lite := file(t)
	c := open(t, database.Options{Folder: folder})
	for name, s := range map[string]database.Source{"PostgreSQL": cluster(t), "SQLite": lite} {
		numbers := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) SELECT i FROM n ORDER BY i`
		for _, tt := range []struct {
			skip, rows, want int
			more             bool
		}{{0, 0, 50, true}, {0, 10_000, 5000, true}, {5990, 50, 10, false}, {5990, 10, 10, false}, {7000, 10, 0, false}} {
			result, err := c.Run(t.Context(), s, database.Statement{Text: numbers, Skip: tt.skip, Rows: tt.rows})
			if err != nil || result.Rows != tt.want || result.More != tt.more {
				t.Errorf("%s: skip %d, rows %d: %+v %v", name, tt.skip, tt.rows, result, err)
			}
		}
		// A statement that changes rows answers those that it names, without being run twice.
		run(t, c, s, `CREATE TABLE t (i INTEGER)`)
		if result, err := c.Run(t.Context(), s, database.Statement{Text: `INSERT INTO t SELECT i FROM (` + strings.TrimSuffix(numbers, " ORDER BY i") + `) AS m RETURNING i`, Skip: 2, Rows: 3}); err != nil || result.Rows != 3 || !result.More {
			t.Errorf("%s: %+v %v", name, result, err)
		}
		if got := run(t, c, s, `SELECT count(*) AS n FROM t`); got != `[{"n":6000}]` {
			t.Errorf("%s: %s", name, got)
		}
		big := map[string]string{"PostgreSQL": `SELECT repeat('x', 5000000) AS x`, "SQLite": `SELECT hex(zeroblob(2500000)) AS x`}[name]
		if _, err := c.Run(t.Context(), s, database.Statement{Text: big}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "limit") {
			t.Errorf("%s: %v", name, err)
		}
		many := map[string]string{"PostgreSQL": `SELECT repeat('x', 4000000) AS x FROM generate_series(1, 20)`,
			"SQLite": `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT hex(zeroblob(2000000)) AS x FROM n`}[name]
		if _, err := c.Run(t.Context(), s, database.Statement{Text: many}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "smaller pages") {
			t.Errorf("%s: %v", name, err)
		}
		if got := run(t, c, s, `SELECT 1 AS one`); got != `[{"one":1}]` {
			t.Error(got)
		}
	}
	if _, err := c.Run(t.Context(), lite, database.Statement{Text: `SELECT length(zeroblob(1000000000)) AS n`}); err == nil {
		t.Error("a text of a gigabyte was made")
	}
}
