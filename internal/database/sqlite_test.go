package database

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jackfield/internal/fault"
)

func TestOnlyFilesOfTheFolderAreOpened(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	folder, private, outside := filepath.Join(root, "open"), filepath.Join(root, "open", "data"), filepath.Join(root, "outside")
	for _, dir := range []string{folder, private, outside, filepath.Join(folder, "below")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{folder + "/shop.db", folder + "/below/more.db", private + "/jackfield.db", outside + "/secret.db", root + "/open2.db"} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{"link.db": outside + "/secret.db", "inner.db": "shop.db", "dir": outside, "ours.db": private + "/jackfield.db", "loop.db": "loop.db"} {
		if err := os.Symlink(to, filepath.Join(folder, from)); err != nil {
			t.Fatal(err)
		}
	}
	c := open(t, Options{Folder: folder, Private: private})
	for path, opened := range map[string]bool{
		"shop.db": true, "below/more.db": true, "./below/../shop.db": true, folder + "/shop.db": true, "inner.db": true,
		"../outside/secret.db": false, outside + "/secret.db": false, "link.db": false, "dir/secret.db": false, "ours.db": false, "loop.db": false,
		"data/jackfield.db": false, private + "/jackfield.db": false, "new.db": false, ".": false, "below": false, "../open2.db": false,
		"/etc/passwd": false, "/dev/zero": false, "shop.db/": true,
	} {
		_, err := c.Run(t.Context(), Source{URL: "jdbc:sqlite:" + path}, Statement{Text: `SELECT 1`})
		if (err == nil) != opened {
			t.Errorf("%s: %v", path, err)
		}
		if err != nil && (!fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), root)) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "new.db")); err == nil {
		t.Error("a database was made")
	}

	closed := open(t, Options{})
	if _, err := closed.Run(t.Context(), Source{URL: "jdbc:sqlite:shop.db"}, Statement{Text: `SELECT 1`}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "--database-folder") {
		t.Error(err)
	}
	for _, bad := range []Options{{Folder: filepath.Join(root, "missing")}, {Folder: private, Private: private}, {Folder: private, Private: folder}} {
		if c, err := New(bad); err == nil {
			c.Close()
			t.Errorf("%+v is taken", bad)
		}
	}
}

// TestSQLiteReachesNothingBesideItsFile runs statements that must not work, first as connectors can send them, then past
// the check of their kind.
func TestSQLiteReachesNothingBesideItsFile(t *testing.T) {
	t.Parallel()
	folder, s := file(t)
	c := open(t, Options{Folder: folder})
	run(t, c, s, `CREATE TABLE t (a TEXT)`)
	run(t, c, s, `INSERT INTO t VALUES ('safe')`)
	other := filepath.Join(folder, "other.db")
	db, err := sql.Open("sqlite", other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE secret (a TEXT)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	made := filepath.Join(folder, "made.db")
	path, err := c.locate("shop.db")
	if err != nil {
		t.Fatal(err)
	}
	direct := c.sqlite.open(path)
	defer direct.close()
	for _, text := range []string{
		`ATTACH '` + other + `' AS other`, `ATTACH '' AS memory`, `DETACH main`,
		`VACUUM`, `VACUUM INTO '` + made + `'`,
		`SELECT load_extension('` + made + `')`, `SELECT fts3_tokenizer('x')`, `SELECT writefile('` + made + `', 'x')`, `SELECT readfile('/etc/passwd')`,
		`PRAGMA journal_mode = OFF`, `PRAGMA writable_schema = 1`, `PRAGMA trusted_schema = 1`, `PRAGMA temp_store_directory = '/tmp'`, `PRAGMA user_version = 7`,
		`PRAGMA database_list`, `SELECT * FROM pragma_database_list`, `PRAGMA mmap_size = 1000000000`, `PRAGMA cache_size = -1000000000`, `PRAGMA wal_checkpoint`,
		`CREATE TEMP TABLE x (a)`, `CREATE TABLE temp.x (a)`, `CREATE VIRTUAL TABLE x USING fts5(a)`, `CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END`,
		`INSERT INTO sqlite_master VALUES (1,2,3,4,5)`, `UPDATE sqlite_master SET sql = ''`, `DELETE FROM sqlite_schema`,
		`BEGIN`, `SAVEPOINT x`, `COMMIT`, `ROLLBACK`, `EXPLAIN ATTACH '` + made + `' AS m`,
	} {
		if result, err := c.Run(t.Context(), s, Statement{Text: text}); err == nil {
			t.Errorf("%s: %s", text, result.Body)
		}
		if result, err := direct.run(t.Context(), &prepared{text: text, rows: 50}); err == nil {
			t.Errorf("past the check of its kind, %s: %s", text, result.Body)
		}
	}
	for _, path := range []string{made, filepath.Join(folder, "x")} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s was made", path)
		}
	}
	for text, want := range map[string]string{
		`SELECT name FROM pragma_table_info('t')`: `[{"name":"a"}]`,
		`SELECT a FROM t WHERE a = 'safe'`:        `[{"a":"safe"}]`,
		`SELECT upper(a) AS a FROM t`:             `[{"a":"SAFE"}]`,
	} {
		if got := run(t, c, s, text); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}
