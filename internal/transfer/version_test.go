package transfer

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
	"jackfield/internal/vault"
)

// archiveOf writes an archive of a database at a schema, as the version of that time did.
func archiveOf(t *testing.T, v, says store.Versions, keys *vault.Vault) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "archive.tar.gz")
	ctx := t.Context()
	_, err := store.Rebuild{Options: store.Options{Dir: t.TempDir(), Vault: keys}, Versions: v}.Run(ctx, func(db *store.DB) error {
		for _, statement := range []string{
			`INSERT INTO organizations (id, name, external_id, secret_hash, secret_sealed, system, active, created_at) VALUES (1, 'System', 'system', 'a', 'a', 1, 1, 1), (2, 'Old', 'default', 'b', 'b', 0, 1, 1)`,
			`INSERT INTO accounts (id, organization_id, name, description, external_id, is_default, active, created_at) VALUES (2, 2, 'Old', 'Old', 'default', 1, 1, 1)`,
		} {
			if _, err := db.Writer().ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		file, err := os.Create(path)
		if err != nil {
			return err
		}
		defer file.Close()
		w, err := newWriter(file, time.Now())
		if err != nil {
			return err
		}
		s, err := db.Snapshot(ctx)
		if err != nil {
			return err
		}
		m := &Manifest{Format: formatVersion, Schema: says, Traffic: true}
		for _, table := range s.Tables {
			written, err := w.table(ctx, table, s.Rows(ctx, table))
			if err != nil {
				return err
			}
			m.Tables = append(m.Tables, written)
		}
		if err := s.Close(); err != nil {
			return err
		}
		return w.end(m, keys)
	})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnArchiveOfAnEarlierSchemaIsMigrated(t *testing.T) {
	t.Parallel()
	early := store.Versions{"sqlite": 5, "sqlite_usage": 3, "postgres": 7} // before customers
	keyFile := filepath.Join(t.TempDir(), "key")
	keys, err := vault.Open(t.Context(), vault.Options{Path: keyFile})
	if err != nil {
		t.Fatal(err)
	}
	path := archiveOf(t, early, early, keys)
	for name, to := range map[string]func() store.Options{
		"sqlite":   func() store.Options { return store.Options{Dir: t.TempDir()} },
		"postgres": func() store.Options { return store.Options{URL: storetest.PostgresURL(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			o := to()
			if _, err := (Restore{To: o, Keys: vault.Options{Path: keyFile}}).Run(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			o.Vault = keys
			db, err := store.OpenAsIs(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if c, err := db.Customer(t.Context(), 2); err != nil || c.Name != "Old" { // made by the migration from its organization
				t.Errorf("%+v %v", c, err)
			}
		})
	}
}

func TestAnArchiveOfALaterSchemaIsRefused(t *testing.T) {
	t.Parallel()
	keyFile := filepath.Join(t.TempDir(), "key")
	keys, err := vault.Open(t.Context(), vault.Options{Path: keyFile})
	if err != nil {
		t.Fatal(err)
	}
	early := store.Versions{"sqlite": 5, "sqlite_usage": 3, "postgres": 7}
	late := maps.Clone(store.SchemaVersions())
	late["sqlite"]++
	dir := t.TempDir()
	_, err = Restore{To: store.Options{Dir: dir}, Keys: vault.Options{Path: keyFile}}.Run(t.Context(), archiveOf(t, early, late, keys))
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("the error is %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%v %v", entries, err)
	}
}
