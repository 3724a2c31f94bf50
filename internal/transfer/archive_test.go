package transfer_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
	"jackfield/internal/transfer"
	"jackfield/internal/vault"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// place is where a database and its key are.
type place struct {
	store store.Options
	keys  vault.Options
}

func (p place) vault(t *testing.T) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.Context(), p.keys)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (p place) open(t *testing.T) *store.DB {
	t.Helper()
	p.store.Vault = p.vault(t)
	db, err := store.Open(t.Context(), p.store)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func closed(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// onSQLite is an empty data folder.
func onSQLite(t *testing.T) place {
	t.Helper()
	dir := t.TempDir()
	return place{store.Options{Dir: dir}, vault.Options{Path: filepath.Join(dir, "jackfield.key")}}
}

// onPostgres is an empty database with a folder for the key.
func onPostgres(t *testing.T) place {
	t.Helper()
	p := onSQLite(t)
	p.store = store.Options{URL: storetest.PostgresURL(t)}
	return p
}

func (p place) restore(t *testing.T, archive string) *transfer.Restored {
	t.Helper()
	done, err := transfer.Restore{To: p.store, Keys: p.keys}.Run(t.Context(), archive)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// backup makes an archive with the key, so that it can be brought back anywhere.
func (p place) backup(t *testing.T, change func(*transfer.Backup)) (path string, m *transfer.Manifest) {
	t.Helper()
	db := p.open(t)
	defer closed(t, db)
	b := transfer.Backup{DB: db, Keys: p.vault(t), Version: "test", WithKey: true}
	if change != nil {
		change(&b)
	}
	path = filepath.Join(t.TempDir(), "archive.tar.gz")
	m, err := b.Run(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return path, m
}

// filled is a data folder with tenants and traffic.
func filled(t *testing.T) place {
	t.Helper()
	p := onSQLite(t)
	db := p.open(t)
	defer closed(t, db)
	must(t, installation(t, db), whole)
	if err := db.InsertUsage(t.Context(), []store.UsageRecord{{RequestID: "r1", URI: "/hubs/crm/contacts?a=<&>"}, {RequestID: "r2"}}); err != nil {
		t.Fatal(err)
	}
	if err := db.SetSetting(t.Context(), "sample", "a value that is sealed"); err != nil {
		t.Fatal(err)
	}
	return p
}

var sameTables = cmpopts.IgnoreUnexported(store.ArchivedTable{}, store.ArchivedColumn{})

func TestArchivesAreEqualFromSQLiteToPostgreSQLAndBack(t *testing.T) {
	t.Parallel()
	first, want := filled(t).backup(t, nil)
	middle := onPostgres(t)
	middle.restore(t, first)
	second, got := middle.backup(t, nil)
	if diff := cmp.Diff(want.Tables, got.Tables, sameTables); diff != "" || got.Database != "postgres" {
		t.Errorf("on PostgreSQL:\n%s", diff)
	}
	last := onSQLite(t)
	if done := last.restore(t, second); !done.KeyMade || done.Aside != "" || !done.Traffic {
		t.Errorf("%+v", done)
	}
	_, got = last.backup(t, nil)
	if diff := cmp.Diff(want.Tables, got.Tables, sameTables); diff != "" {
		t.Errorf("back on SQLite:\n%s", diff)
	}
	db := last.open(t)
	defer closed(t, db)
	if ada, err := db.IdentityBySecret(t.Context(), adaSecret); err != nil || ada.Organization.Secret != organizationSecret {
		t.Errorf("%+v %v", ada, err)
	}
	if value, ok, err := db.Setting(t.Context(), "sample"); value != "a value that is sealed" || !ok || err != nil {
		t.Errorf("%q %t %v", value, ok, err)
	}
}

func TestCopiesAreEqualFromSQLiteToPostgreSQLAndBack(t *testing.T) {
	t.Parallel()
	from := filled(t)
	_, want := from.backup(t, nil)
	post, last := onPostgres(t), onSQLite(t)
	post.keys = from.keys // the server keeps its data folder
	for _, step := range []struct{ from, to place }{{from, post}, {post, last}} {
		db := step.from.open(t)
		c := transfer.Copy{From: db, Keys: step.from.vault(t), To: step.to.store}
		if step.to.store.Dir != "" {
			c.KeyPath = step.to.keys.Path
		}
		tables, err := c.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Tables, tables, sameTables); diff != "" {
			t.Errorf("to %q:\n%s", step.to.store.Dir, diff)
		}
		if _, err := c.Run(t.Context()); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second copy: %v", err)
		}
		closed(t, db)
	}
	_, got := last.backup(t, nil)
	if diff := cmp.Diff(want.Tables, got.Tables, sameTables); diff != "" {
		t.Errorf("in the end:\n%s", diff)
	}
}

func TestACopyIsNotMadeBesideAnotherKey(t *testing.T) {
	t.Parallel()
	from, to := filled(t), onSQLite(t)
	to.vault(t) // makes one
	db := from.open(t)
	defer closed(t, db)
	_, err := transfer.Copy{From: db, Keys: from.vault(t), To: to.store, KeyPath: to.keys.Path}.Run(t.Context())
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "another key") {
		t.Errorf("the error is %v", err)
	}
}

// untouched checks that a restore that failed left an empty folder.
func untouched(t *testing.T, p place) {
	t.Helper()
	entries, err := os.ReadDir(p.store.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "migrate.lock" && e.Name() != "jackfield.key" {
			t.Errorf("%s is left", e.Name())
		}
	}
}

func TestADamagedArchiveIsRefusedAndNothingChanges(t *testing.T) {
	t.Parallel()
	path, _ := filled(t).backup(t, nil)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	spoiled := map[string][]byte{"nothing": nil, "no archive": []byte("no archive"), "something behind it": append(bytes.Clone(good), good...)}
	for n := 1; n < 12; n++ {
		spoiled[fmt.Sprintf("cut off after %d twelfths", n)] = good[:len(good)*n/12]
		flipped := bytes.Clone(good)
		flipped[len(good)*n/12] ^= 0x10
		spoiled[fmt.Sprintf("a bit flipped at %d twelfths", n)] = flipped
	}
	spoiled["the last byte is missing"] = good[:len(good)-1]
	for name, content := range spoiled {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := filepath.Join(t.TempDir(), "bad.tar.gz")
			if err := os.WriteFile(bad, content, 0o600); err != nil {
				t.Fatal(err)
			}
			p := onSQLite(t)
			if done, err := (transfer.Restore{To: p.store, Keys: p.keys}).Run(t.Context(), bad); err == nil {
				t.Errorf("it was restored: %+v", done)
			}
			untouched(t, p)
			if _, err := os.Stat(p.keys.Path); err == nil {
				t.Error("the key was made")
			}
		})
	}
}

// rewritten is an archive whose files went through change, with everything else as it must be.
func rewritten(t *testing.T, path string, change func(name string, content []byte) []byte) string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	to := gzip.NewWriter(&out)
	from, tw := tar.NewReader(z), tar.NewWriter(to)
	for {
		header, err := from.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		if content = change(header.Name, content); content == nil {
			continue
		}
		header.Size = int64(len(content))
		if _, err := tw.Write(nil); err != nil {
			t.Fatal(err)
		}
		if err := tw.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tw.Close(), to.Close()); err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(t.TempDir(), "changed.tar.gz")
	if err := os.WriteFile(changed, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return changed
}

func TestAChangedArchiveIsRefusedAndNothingChanges(t *testing.T) {
	t.Parallel()
	path, m := filled(t).backup(t, nil)
	users := m.Tables[0]
	for _, table := range m.Tables {
		if table.Name == "users" {
			users = table
		}
	}
	for name, c := range map[string]struct {
		change func(name string, content []byte) []byte
		says   string
	}{
		"a row is changed": {func(name string, content []byte) []byte {
			if strings.HasPrefix(name, "tables/users/") {
				return bytes.Replace(content, []byte("Byron"), []byte("Bacon"), 1)
			}
			return content
		}, "users"},
		"a row is left out": {func(name string, content []byte) []byte {
			if strings.HasPrefix(name, "tables/users/") {
				return content[bytes.IndexByte(content, '\n')+1:]
			}
			return content
		}, "users"},
		"a table is left out": {func(name string, content []byte) []byte {
			if strings.HasPrefix(name, "tables/users/") {
				return nil
			}
			return content
		}, "users"},
		"a file too many": {func(name string, content []byte) []byte {
			if name == "jackfield.key" {
				return append([]byte(nil), content...)
			}
			if name == "manifest.seal" {
				return nil
			}
			return content
		}, "manifest.seal"},
		"rows and manifest are changed so that they fit": {func(name string, content []byte) []byte {
			if name == "manifest.json" {
				return bytes.Replace(content, []byte(`"version": "test"`), []byte(`"version": "evil"`), 1)
			}
			return content
		}, "changed after it was made"},
		"the seal of another": {func(name string, content []byte) []byte {
			if name == "manifest.seal" {
				content[len(content)-1] ^= 1
			}
			return content
		}, "seal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if users.Rows == 0 {
				t.Fatal("there are no users")
			}
			p := onSQLite(t)
			_, err := transfer.Restore{To: p.store, Keys: p.keys}.Run(t.Context(), rewritten(t, path, c.change))
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("the error is %v", err)
			}
			untouched(t, p)
		})
	}
	same := onSQLite(t)
	same.restore(t, rewritten(t, path, func(_ string, content []byte) []byte { return content }))
}

func TestTheKeyMustBeTheOneOfTheArchive(t *testing.T) {
	t.Parallel()
	from := filled(t)
	path, m := from.backup(t, func(b *transfer.Backup) { b.WithKey = false })
	if m.Key {
		t.Error("the archive says that it has the key")
	}
	p := onSQLite(t)
	restore := transfer.Restore{To: p.store, Keys: p.keys}
	if _, err := restore.Run(t.Context(), path); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "The key is missing") {
		t.Errorf("without a key: %v", err)
	}
	other := onSQLite(t)
	other.vault(t)
	if _, err := (transfer.Restore{To: other.store, Keys: other.keys}).Run(t.Context(), path); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "another key") {
		t.Errorf("with another key: %v", err)
	}
	untouched(t, other)
	if err := from.vault(t).Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(from.keys.Path)
	if err == nil {
		err = os.WriteFile(p.keys.Path, key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	restore.DryRun = true
	if _, err := restore.Run(t.Context(), path); err != nil {
		t.Errorf("a key that was rotated since: %v", err)
	}
	untouched(t, p)
	p.restore(t, path)
}

func TestTrafficMayBeLeftOut(t *testing.T) {
	t.Parallel()
	path, m := filled(t).backup(t, func(b *transfer.Backup) { b.WithoutUsage = true })
	for _, table := range m.Tables {
		if table.Name == "usage" || table.Name == "traces" {
			t.Errorf("%s is in it", table.Name)
		}
	}
	for _, to := range []place{onSQLite(t), onPostgres(t)} {
		if done := to.restore(t, path); done.Traffic {
			t.Error("the archive says that it has traffic")
		}
		db := to.open(t)
		if counts := rows(t, db); counts["usage"] != 0 || counts["users"] == 0 {
			t.Errorf("%v", counts)
		}
		closed(t, db)
	}
}

func TestABackupWhileMuchIsWrittenIsOneMoment(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(*testing.T) place{"sqlite": onSQLite, "postgres": onPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := at(t)
			db := p.open(t)
			defer closed(t, db)
			must(t, installation(t, db), whole)
			ctx, stop := context.WithCancel(t.Context())
			wrote := make(chan error, 1)
			started := make(chan struct{})
			go func() {
				for n := 0; ; n++ {
					err := db.For(4030).CreateInstance(ctx, &store.Instance{
						UserID: 41, ConnectorID: 77, ConnectorKey: "acme", Name: "n", Token: fmt.Sprintf("the-token-number-%d", n), Tags: []string{"a", "b", "c"},
						Configuration: []store.ConfigurationValue{{Key: "x", Set: true, Secret: true, Value: "secret"}, {Key: "y"}},
					})
					if ctx.Err() != nil {
						wrote <- nil
						return
					}
					if err != nil {
						wrote <- err
						return
					}
					if n == 20 {
						close(started)
					}
				}
			}()
			<-started
			path := filepath.Join(t.TempDir(), "archive.tar.gz")
			_, err := transfer.Backup{DB: db, Keys: p.vault(t), WithKey: true}.Run(t.Context(), path)
			stop()
			if err := errors.Join(err, <-wrote); err != nil {
				t.Fatal(err)
			}
			to := onSQLite(t)
			to.restore(t, path)
			there := to.open(t)
			defer closed(t, there)
			counts := rows(t, there)
			n := counts["instances"] - 1
			if n < 20 || counts["instance_tags"] != 3*n+2 || counts["instance_configuration"] != 2*n+3 {
				t.Errorf("%v", counts)
			}
			if _, err := there.InstanceByToken(t.Context(), "the-token-number-7"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestABackupThatFailsLeavesNoFileAndTakesNobodysPlace(t *testing.T) {
	t.Parallel()
	p := filled(t)
	db := p.open(t)
	defer closed(t, db)
	folder := t.TempDir()
	path := filepath.Join(folder, "archive.tar.gz")
	b := transfer.Backup{DB: db, Keys: p.vault(t)}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := b.Run(ended, path); err == nil {
		t.Error("a backup that was cut off is no error")
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
		t.Errorf("%v %v", entries, err)
	}
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Run(t.Context(), path); !fault.Is(err, fault.Conflict) {
		t.Errorf("the error is %v", err)
	}
	b.Overwrite = true
	if _, err := b.Run(ended, path); err == nil {
		t.Error("a backup that was cut off is no error")
	}
	if content, err := os.ReadFile(path); err != nil || string(content) != "precious" {
		t.Errorf("%q %v", content, err)
	}
	if _, err := b.Run(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("%v %v", entries, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

func TestSecretsStayOutOfArchives(t *testing.T) {
	t.Parallel()
	path, _ := filled(t).backup(t, func(b *transfer.Backup) { b.WithKey = false })
	rewritten(t, path, func(name string, content []byte) []byte {
		for _, secret := range []string{adaSecret, organizationSecret, token, "a value that is sealed", "jackfield-key-1", `"p"`} {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s is in %s", secret, name)
			}
		}
		return content
	})
}
