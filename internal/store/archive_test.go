package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"jackfield/internal/store"
	"jackfield/internal/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func snapshot(t *testing.T, db *store.DB) *store.Snapshot {
	t.Helper()
	s, err := db.Snapshot(context.WithoutCancel(t.Context())) // that ends before the clean-up
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// now is every row of a database.
func now(t *testing.T, db *store.DB) map[string][][]any {
	t.Helper()
	s := snapshot(t, db)
	all := content(t, s)
	if err := s.Close(); err != nil { // a load waits for open snapshots
		t.Fatal(err)
	}
	return all
}

// content is every row of a snapshot by table.
func content(t *testing.T, s *store.Snapshot) map[string][][]any {
	t.Helper()
	all := map[string][][]any{}
	for _, table := range s.Tables {
		for row, err := range s.Rows(t.Context(), table) {
			if err != nil {
				t.Fatal(err)
			}
			all[table.Name] = append(all[table.Name], slices.Clone(row))
		}
	}
	return all
}

// from are rows as Load wants them.
func from(content map[string][][]any) func(store.ArchivedTable) iter.Seq2[[]any, error] {
	return func(t store.ArchivedTable) iter.Seq2[[]any, error] {
		return func(yield func([]any, error) bool) {
			for _, row := range content[t.Name] {
				if !yield(slices.Clone(row), nil) {
					return
				}
			}
		}
	}
}

func texts(t *testing.T, pool *sql.DB, query string) []string {
	t.Helper()
	rows, err := pool.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAnArchiveCarriesEveryTableThatMigrationsMake(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
		if db.Driver() == "postgres" {
			query = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace"
		}
		there := map[string]bool{}
		for _, name := range texts(t, db.Writer(), query) {
			there[name] = true
		}
		if db.Driver() == "sqlite" {
			for _, name := range store.TrafficTables {
				there[name] = true // in the other file, see below
			}
		}
		delete(there, "jackfield_migrations") // the schema version stands for it
		var carried []string
		for _, table := range snapshot(t, db).Tables {
			carried = append(carried, table.Name)
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(there)), carried); diff != "" {
			t.Errorf("tables that are there (-) and carried (+):\n%s", diff)
		}
	})
}

func TestBothDatabasesHaveTheSameTables(t *testing.T) {
	t.Parallel()
	lite, post := snapshot(t, storetest.SQLite(t)), snapshot(t, storetest.Postgres(t))
	if diff := cmp.Diff(lite.Tables, post.Tables, cmpopts.IgnoreUnexported(store.ArchivedTable{}, store.ArchivedColumn{})); diff != "" {
		t.Errorf("SQLite (-), PostgreSQL (+):\n%s", diff)
	}
	for i, table := range lite.Tables {
		if table.Counter() != post.Tables[i].Counter() {
			t.Errorf("%s counts %q on SQLite and %q on PostgreSQL", table.Name, table.Counter(), post.Tables[i].Counter())
		}
	}
}

func TestWhatABackupMayLeaveOutIsWhatSQLiteKeepsApart(t *testing.T) {
	t.Parallel()
	var made []string
	for name := range store.TablesOf("sqlite_usage") {
		made = append(made, name)
	}
	slices.Sort(made)
	if !slices.Equal(made, store.TrafficTables) {
		t.Errorf("usage.db has %v, and left out are %v", made, store.TrafficTables)
	}
}

// sample makes rows for every table out of nothing but the catalogue: references hold because every number of a row is the same.
func sample(tables []store.ArchivedTable) map[string][][]any {
	all := map[string][][]any{}
	for _, table := range tables {
		for n := range int64(3) {
			row := make([]any, len(table.Columns))
			for i, c := range table.Columns {
				switch {
				case c.Boolean():
					row[i] = n % 2
				case c.Kind == store.KindInteger:
					row[i] = n + 1
				case c.Kind == store.KindText:
					row[i] = []string{"", "Ünïcode \"quoted\" 'text'\n\\ \u2028<&>", "\ufffd🙂 last"}[n]
				case c.Kind == store.KindBytes:
					row[i] = [][]byte{{}, {0, 1, 2, 255}, bytes.Repeat([]byte{0xff}, 3000)}[n]
				case c.Kind == store.KindReal:
					row[i] = float64(n) + 0.1
				}
			}
			all[table.Name] = append(all[table.Name], row)
		}
	}
	return all
}

func TestEveryTableGoesFromSQLiteToPostgreSQLAndBackUnchanged(t *testing.T) {
	t.Parallel()
	lite, post, again := storetest.SQLite(t), storetest.Postgres(t), storetest.SQLite(t)
	tables := snapshot(t, storetest.Postgres(t)).Tables // they say which columns are true or false
	for i := range tables {
		if tables[i].Counter() != "" {
			tables[i].LastID = int64(1_000_000 + i)
		}
	}
	want := sample(tables)
	for _, db := range []*store.DB{lite, post, again} {
		if err := db.Load(t.Context(), tables, from(want)); err != nil {
			t.Fatalf("%s: %v", db.Driver(), err)
		}
		loaded := snapshot(t, db)
		if diff := cmp.Diff(want, content(t, loaded)); diff != "" {
			t.Fatalf("%s holds other rows:\n%s", db.Driver(), diff)
		}
		if diff := cmp.Diff(tables, loaded.Tables, cmpopts.IgnoreUnexported(store.ArchivedTable{}, store.ArchivedColumn{})); diff != "" {
			t.Fatalf("%s has other tables:\n%s", db.Driver(), diff)
		}
		tables = loaded.Tables
		if err := loaded.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestIDsGoOnAboveWhatWasLoaded(t *testing.T) {
	t.Parallel()
	origin := storetest.SQLite(t)
	ada := tenant(t, origin, "Ada")
	create(t, origin, ada, "kept")
	gone := create(t, origin, ada, "gone")
	if err := origin.For(ada.Account.ID).DeleteInstance(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	s := snapshot(t, origin)
	rows := content(t, s)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Load(t.Context(), s.Tables, from(rows)); err != nil {
			t.Fatal(err)
		}
		i := newInstance(ada, "new")
		if err := db.For(ada.Account.ID).CreateInstance(t.Context(), i); err != nil {
			t.Fatal(err)
		}
		if i.ID != gone.ID+1 {
			t.Errorf("the id %d follows %d", i.ID, gone.ID)
		}
	})
}

func TestASnapshotDoesNotSeeWhatIsWrittenLater(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ada := tenant(t, db, "Ada")
		before := now(t, db)
		s := snapshot(t, db)
		create(t, db, ada, "later")
		if err := db.InsertUsage(t.Context(), []store.UsageRecord{{RequestID: "later"}}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, content(t, s)); diff != "" {
			t.Errorf("the snapshot changed:\n%s", diff)
		}
	})
}

func TestALoadThatBreaksARuleLoadsNothing(t *testing.T) {
	t.Parallel()
	origin := storetest.SQLite(t)
	create(t, origin, tenant(t, origin, "Ada"), "one")
	s := snapshot(t, origin)
	rows := content(t, s)
	for name, c := range map[string]struct {
		spoil func(rows map[string][][]any, tables []store.ArchivedTable) []store.ArchivedTable
		says  string
	}{
		"a row that refers to nothing": {func(rows map[string][][]any, tables []store.ArchivedTable) []store.ArchivedTable {
			delete(rows, "accounts")
			return tables
		}, ""},
		"an unknown table": {func(_ map[string][][]any, tables []store.ArchivedTable) []store.ArchivedTable {
			return append(slices.Clone(tables), store.ArchivedTable{Name: "strangers"})
		}, "strangers"},
		"a missing table": {func(_ map[string][][]any, tables []store.ArchivedTable) []store.ArchivedTable {
			return slices.DeleteFunc(slices.Clone(tables), func(t store.ArchivedTable) bool { return t.Name == "users" })
		}, "users"},
		"a column of another kind": {func(_ map[string][][]any, tables []store.ArchivedTable) []store.ArchivedTable {
			tables = slices.Clone(tables)
			tables[0].Columns = slices.Clone(tables[0].Columns)
			tables[0].Columns[0].Kind = "colour"
			return tables
		}, s.Tables[0].Name},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				before := now(t, db)
				spoiled := maps.Clone(rows)
				err := db.Load(t.Context(), c.spoil(spoiled, s.Tables), from(spoiled))
				if err == nil || !strings.Contains(fmt.Sprint(err), c.says) {
					t.Errorf("the error is %v", err)
				}
				if diff := cmp.Diff(before, now(t, db)); diff != "" {
					t.Errorf("something was loaded:\n%s", diff)
				}
			})
		})
	}
}
