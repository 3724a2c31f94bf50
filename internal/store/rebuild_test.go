package store_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// place is an empty place for a database on either kind.
func eachPlace(t *testing.T, test func(t *testing.T, o store.Options)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, store.Options{Dir: t.TempDir(), Vault: storetest.Vault(t)})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, store.Options{URL: storetest.PostgresURL(t), Vault: storetest.Vault(t)})
	})
}

// organizations are the names that a database holds.
func organizations(t *testing.T, o store.Options) []string {
	t.Helper()
	db, err := store.OpenAsIs(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return texts(t, db.Writer(), "SELECT name FROM organizations ORDER BY id")
}

func hasTable(t *testing.T, db *store.DB, name string) bool {
	t.Helper()
	s := snapshot(t, db)
	if err := s.Close(); err != nil { // a database is not closed before
		t.Fatal(err)
	}
	return slices.ContainsFunc(s.Tables, func(t store.ArchivedTable) bool { return t.Name == name })
}

func found(t *testing.T, o store.Options, name string) {
	t.Helper()
	db, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	tenant(t, db, name)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// left are the traces of a build: files in the folder, or schemas.
func left(t *testing.T, o store.Options) []string {
	t.Helper()
	if o.URL == "" {
		var names []string
		entries, err := os.ReadDir(o.Dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return slices.DeleteFunc(names, func(name string) bool {
			return name == "migrate.lock" || name == "jackfield.db" || name == "usage.db"
		})
	}
	db, err := store.OpenAsIs(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return texts(t, db.Writer(), "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'jackfield%' OR nspname LIKE 'replaced%'")
}

func TestARebuiltDatabaseTakesThePlaceOfAnEmptyOne(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, o store.Options) {
		for _, prepare := range []func(){
			func() {},
			func() { // as after jackfield migrate
				db, err := store.Open(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			},
		} {
			prepare()
			aside, err := store.Rebuild{Options: o, Versions: store.SchemaVersions()}.Run(t.Context(), func(db *store.DB) error {
				return db.InTx(t.Context(), func(tx *store.DB) error {
					return tx.SetSetting(t.Context(), "sample", "value")
				})
			})
			if err != nil || aside != "" {
				t.Fatalf("%q %v", aside, err)
			}
			db, err := store.OpenAsIs(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if value, ok, err := db.Setting(t.Context(), "sample"); value != "value" || !ok || err != nil {
				t.Errorf("%q %t %v", value, ok, err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if rest := left(t, o); len(rest) > 0 {
				t.Errorf("%v is left", rest)
			}
		}
	})
}

func TestADatabaseThatHoldsSomethingIsOnlyReplacedWhenToldSoAndIsPutAside(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, o store.Options) {
		found(t, o, "Old")
		r := store.Rebuild{Options: o, Versions: store.SchemaVersions()}
		fill := func(db *store.DB) error { tenant(t, db, "New"); return nil }
		if _, err := r.Run(t.Context(), fill); !fault.Is(err, fault.Conflict) {
			t.Errorf("the error is %v", err)
		}
		if names := organizations(t, o); !slices.Equal(names, []string{"Old"}) {
			t.Errorf("it holds %v", names)
		}
		r.Replace = true
		aside, err := r.Run(t.Context(), fill)
		if err != nil {
			t.Fatal(err)
		}
		if names := organizations(t, o); !slices.Equal(names, []string{"New"}) {
			t.Errorf("it holds %v", names)
		}
		if o.URL == "" {
			if names := organizations(t, store.Options{Dir: aside, Vault: o.Vault}); !slices.Equal(names, []string{"Old"}) {
				t.Errorf("put aside was %v", names)
			}
			return
		}
		db := storetest.Open(t, o)
		if names := texts(t, db.Writer(), "SELECT name FROM "+aside+".organizations"); !slices.Equal(names, []string{"Old"}) {
			t.Errorf("put aside was %v", names)
		}
	})
}

func TestAnythingThatFailsLeavesTheOldDatabase(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(t *testing.T, o store.Options) {
		found(t, o, "Old")
		r := store.Rebuild{Options: o, Versions: store.SchemaVersions(), Replace: true}
		if _, err := r.Run(t.Context(), func(db *store.DB) error {
			tenant(t, db, "New")
			return errors.New("boom")
		}); err == nil || !strings.Contains(err.Error(), "boom") {
			t.Errorf("the error is %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := r.Run(ctx, func(*store.DB) error { cancel(); return nil }); err == nil {
			t.Error("a run that was cut off is no error")
		}
		if names := organizations(t, o); !slices.Equal(names, []string{"Old"}) {
			t.Errorf("it holds %v", names)
		}
		if rest := left(t, o); len(rest) > 0 {
			t.Errorf("%v is left", rest)
		}
	})
}

func TestAFolderWithARunningServerIsNotReplaced(t *testing.T) {
	t.Parallel()
	o := store.Options{Dir: t.TempDir(), Vault: storetest.Vault(t)}
	db := storetest.Open(t, o)
	tenant(t, db, "Old")
	r := store.Rebuild{Options: o, Versions: store.SchemaVersions(), Replace: true}
	_, err := r.Run(t.Context(), func(*store.DB) error { t.Error("it was filled"); return nil })
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "stop the server") {
		t.Errorf("the error is %v", err)
	}
	create(t, db, tenant(t, db, "Ada"), "still at work")
}

func TestADamagedFileIsPutAsideWithItsLogs(t *testing.T) {
	t.Parallel()
	o := store.Options{Dir: t.TempDir(), Vault: storetest.Vault(t)}
	for _, name := range []string{"jackfield.db", "usage.db", "jackfield.db-wal"} {
		if err := os.WriteFile(filepath.Join(o.Dir, name), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := store.Rebuild{Options: o, Versions: store.SchemaVersions()}
	fill := func(db *store.DB) error { tenant(t, db, "New"); return nil }
	if _, err := r.Run(t.Context(), fill); !fault.Is(err, fault.Conflict) {
		t.Errorf("the error is %v", err)
	}
	r.Replace = true
	aside, err := r.Run(t.Context(), fill)
	if err != nil {
		t.Fatal(err)
	}
	if names := organizations(t, o); !slices.Equal(names, []string{"New"}) {
		t.Errorf("it holds %v", names)
	}
	if kept, err := os.ReadFile(filepath.Join(aside, "jackfield.db")); err != nil || !strings.HasPrefix(string(kept), "no database") {
		t.Errorf("%v", err)
	}
}

func TestAServerOnPostgreSQLSeesTheNewRowsAtOnce(t *testing.T) {
	t.Parallel()
	o := store.Options{URL: storetest.PostgresURL(t), Vault: storetest.Vault(t)}
	running := storetest.Open(t, o)
	tenant(t, running, "Old")
	told := make(chan store.Change, 100)
	running.Subscribe(func(c store.Change) { told <- c })
	r := store.Rebuild{Options: o, Versions: store.SchemaVersions(), Replace: true}
	var made *store.Identity
	if _, err := r.Run(t.Context(), func(db *store.DB) error { made = tenant(t, db, "New"); return nil }); err != nil {
		t.Fatal(err)
	}
	for change := range told {
		if change.Noun == "all" {
			break
		}
	}
	if _, err := running.IdentityBySecret(t.Context(), made.User.Secret); err != nil {
		t.Error(err)
	}
	if _, err := running.IdentityByEmail(t.Context(), "Old@example.org"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the error is %v", err)
	}
}

func TestTheMigrationsOfALaterVersionRunOnRowsOfAnEarlierOne(t *testing.T) {
	t.Parallel()
	early := store.Versions{"sqlite": 4, "sqlite_usage": 3, "postgres": 6} // before connect links
	eachPlace(t, func(t *testing.T, o store.Options) {
		r := store.Rebuild{Options: o, Versions: early}
		_, err := r.Run(t.Context(), func(db *store.DB) error {
			if hasTable(t, db, "connect_links") {
				t.Error("the schema is not the earlier one")
			}
			return db.SetSetting(t.Context(), "early", "row")
		})
		if err != nil {
			t.Fatal(err)
		}
		db := storetest.Open(t, o)
		if value, ok, err := db.Setting(t.Context(), "early"); value != "row" || !ok || err != nil {
			t.Errorf("%q %t %v", value, ok, err)
		}
		if !hasTable(t, db, "connect_links") {
			t.Error("the schema is still the earlier one")
		}
	})
}

func TestSchemasThatThisVersionDoesNotKnowAreRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(store.Versions){
		"newer":     func(v store.Versions) { v["postgres"]++ },
		"none":      func(v store.Versions) { delete(v, "sqlite_usage") },
		"senseless": func(v store.Versions) { v["sqlite"] = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := maps.Clone(store.SchemaVersions())
			change(v)
			o := store.Options{Dir: t.TempDir(), Vault: storetest.Vault(t)}
			_, err := store.Rebuild{Options: o, Versions: v}.Run(t.Context(), func(*store.DB) error { t.Error("it was filled"); return nil })
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("the error is %v", err)
			}
			if entries, err := os.ReadDir(o.Dir); err != nil || len(entries) > 0 {
				t.Errorf("%v %v", entries, err)
			}
		})
	}
}

func TestWhatIsOpenedAsItIsIsNotMigrated(t *testing.T) {
	t.Parallel()
	if _, err := store.OpenAsIs(t.Context(), store.Options{Dir: t.TempDir(), Vault: storetest.Vault(t)}); err == nil || !strings.Contains(err.Error(), "no database") {
		t.Errorf("the error is %v", err)
	}
	eachPlace(t, func(t *testing.T, o store.Options) {
		found(t, o, "Old")
		db := storetest.Open(t, o)
		if _, err := db.Writer().ExecContext(t.Context(), "DELETE FROM jackfield_migrations WHERE version_id = (SELECT MAX(version_id) FROM jackfield_migrations)"); err != nil {
			t.Fatal(err)
		}
		before := texts(t, db.Writer(), "SELECT CAST(version_id AS TEXT) FROM jackfield_migrations ORDER BY id")
		if _, err := store.OpenAsIs(t.Context(), o); err == nil || !strings.Contains(err.Error(), "schema") {
			t.Errorf("the error is %v", err)
		}
		if diff := cmp.Diff(before, texts(t, db.Writer(), "SELECT CAST(version_id AS TEXT) FROM jackfield_migrations ORDER BY id")); diff != "" {
			t.Error(diff)
		}
	})
}
