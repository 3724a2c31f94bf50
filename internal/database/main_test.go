package database

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"jackfield/internal/fault"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
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

func TestEachSQLSTATEHasAStatus(t *testing.T) {
	t.Parallel()
	for code, status := range map[string]int{
		"28P01": 401, "28000": 401, "42501": 403, "25006": 403, "23505": 409, "40001": 409, "42601": 400, "22P02": 400, "3D000": 400,
		"57014": 504, "53300": 503, "57P01": 503, "08006": 502, "XX000": 502, "": 502,
	} {
		if got := sqlStatus(code); got != status {
			t.Errorf("%s is %d, want %d", code, got, status)
		}
	}
}

func TestPoolsAreBoundedAndClosed(t *testing.T) {
	t.Parallel()
	folder, s := file(t)
	c := open(t, Options{Folder: folder})
	for n := range MaxPools + 5 {
		name := "shop" + strings.Repeat("x", n) + ".db"
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, c, Source{URL: "jdbc:sqlite:" + name}, `SELECT 1`)
	}
	if len(c.pools) != MaxPools {
		t.Errorf("%d databases are open", len(c.pools))
	}
	c.mu.Lock()
	for _, p := range c.pools { // as if a long time had passed
		p.used = p.used.Add(-time.Hour)
	}
	c.mu.Unlock()
	run(t, c, s, `SELECT 1`)
	if len(c.pools) != 1 {
		t.Errorf("%d databases are open that nobody used for an hour", len(c.pools)-1)
	}
	for _, p := range c.pools {
		p.close()
	}
	c.mu.Lock()
	clear(c.pools)
	for n := range byte(MaxPools) {
		c.pools[[32]byte{n}] = &pool{users: 1}
	}
	c.mu.Unlock()
	if _, err := c.Run(t.Context(), Source{URL: "jdbc:sqlite:shopx.db"}, Statement{Text: `SELECT 1`}); !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
	c.Close()
	if _, err := c.Run(t.Context(), s, Statement{Text: `SELECT 1`}); !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
}
