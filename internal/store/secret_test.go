package store_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
	"jackfield/internal/vault"
)

func TestEverySecretOpensAfterARotation(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]store.Options{"sqlite": {Dir: t.TempDir()}, "postgres": {URL: storetest.PostgresURL(t)}} {
		path := filepath.Join(t.TempDir(), "key")
		keys, err := vault.Open(t.Context(), vault.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		options.Vault = keys
		db := storetest.Open(t, options)
		ctx := t.Context()
		ada := tenant(t, db, "ada")
		i := create(t, db, ada, "one")
		if err := errors.Join(db.SetSetting(ctx, "s", "v"), db.SetSetting(ctx, "s", "w"), keys.Rotate(ctx)); err != nil {
			t.Fatal(err)
		}
		if n, err := db.Reseal(ctx); err != nil || n != 5 {
			t.Errorf("%s: %d secrets were sealed again, %v", name, n, err)
		}
		again, err := vault.Open(ctx, vault.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		options.Vault = again
		db = storetest.Open(t, options)
		got, err := db.InstanceByToken(ctx, i.Token)
		if err != nil || got.Configuration[2].Value != "planted-one" {
			t.Errorf("%s: %+v %v", name, got, err)
		}
		if _, err := db.IdentityBySecret(ctx, ada.User.Secret); err != nil {
			t.Error(err)
		}
		if v, ok, err := db.Setting(ctx, "s"); err != nil || !ok || v != "w" {
			t.Errorf("%s: %q %t %v", name, v, ok, err)
		}
	}
}

func TestASealedCellDoesNotOpenInAnotherRow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ada := tenant(t, db, "ada")
		one, two := create(t, db, ada, "one"), create(t, db, ada, "two")
		for _, statement := range []string{
			"UPDATE instances SET token_sealed = (SELECT token_sealed FROM instances WHERE id = $1) WHERE id = $2",
			"UPDATE instance_configuration SET sealed = (SELECT sealed FROM instance_configuration WHERE instance_id = $1 AND key = 'password') WHERE instance_id = $2 AND key = 'password'",
		} {
			if _, err := db.Writer().ExecContext(ctx, statement, one.ID, two.ID); err != nil {
				t.Fatal(err)
			}
			_, err := db.For(ada.Account.ID).Instance(ctx, two.ID)
			if err == nil || strings.Contains(err.Error(), "planted") {
				t.Errorf("the moved cell opened: %v", err)
			}
		}
	})
}

// planted are secrets with characters that every encoding writes in its own way.
var planted = struct{ organization, user, token, session, setting, old, configuration string }{
	"Planted?organization/0+==", "Planted?user/1+==", "Planted?token/2+==", "Planted?session/3+==", "Planted?setting/4+==", "Planted?old/5+==", "Planted?configuration/6+==",
}

// plant stores all of them, and changes some so that older versions of rows exist.
func plant(t *testing.T, db *store.DB) {
	t.Helper()
	ctx := t.Context()
	o := store.Organization{Name: "o", Secret: planted.organization, Active: true}
	a := store.Account{Active: true}
	u := store.User{Email: "ada@example.org", Secret: planted.user, Active: true}
	i := store.Instance{Name: "i", Token: planted.token, Configuration: []store.ConfigurationValue{{Key: "password", Value: planted.old, Set: true, Secret: true}}}
	err := db.InTx(ctx, func(tx *store.DB) error {
		if err := tx.CreateOrganization(ctx, &o); err != nil {
			return err
		}
		a.OrganizationID = o.ID
		if err := tx.CreateAccount(ctx, &a); err != nil {
			return err
		}
		u.AccountID = a.ID
		if err := tx.CreateUser(ctx, &u); err != nil {
			return err
		}
		i.UserID = u.ID
		return tx.For(a.ID).CreateInstance(ctx, &i)
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.For(a.ID).ChangeInstance(ctx, i.ID, func(i *store.Instance) error {
		i.Configuration[0].Value = planted.configuration
		return nil
	})
	session := &store.Session{UserID: u.ID, Kind: store.SessionConsole, Token: planted.session, ExpiresAt: time.Now().Add(time.Hour)}
	if err = errors.Join(err, db.CreateSession(ctx, session), db.SetSetting(ctx, "k", planted.old), db.SetSetting(ctx, "k", planted.setting)); err != nil {
		t.Fatal(err)
	}
	got, err := db.InstanceByToken(ctx, planted.token)
	if err != nil || got.Configuration[0].Value != planted.configuration {
		t.Fatalf("%+v %v", got, err)
	}
}

// wantNothingPlanted looks for the planted secrets in bytes, in every form that they could have come in.
func wantNothingPlanted(t *testing.T, where string, content []byte) {
	t.Helper()
	for _, secret := range []string{planted.organization, planted.user, planted.token, planted.session, planted.setting, planted.old, planted.configuration} {
		forms := map[string]string{"clear": secret, "URL": url.QueryEscape(secret), "path": url.PathEscape(secret), "hex": hex.EncodeToString([]byte(secret))}
		for shift := range 3 { // as a part of something longer that was encoded: the whole groups of three bytes
			whole := secret[shift : shift+(len(secret)-shift)/3*3]
			forms[fmt.Sprint("base64 after ", shift)] = base64.StdEncoding.EncodeToString([]byte(whole))
			forms[fmt.Sprint("URL's base64 after ", shift)] = base64.URLEncoding.EncodeToString([]byte(whole))
		}
		for form, text := range forms {
			if bytes.Contains(bytes.ToLower(content), bytes.ToLower([]byte(text))) {
				t.Errorf("%s holds %s in the form of %s", where, secret, form)
			}
		}
	}
}

func TestPlantedSecretsAreInNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := storetest.Open(t, store.Options{Dir: dir, Vault: storetest.Vault(t)})
	plant(t, db)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 4 {
		t.Fatalf("%v %v", files, err)
	}
	seen := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v (%v)", file, info.Mode(), err)
		}
		if bytes.Contains(content, []byte("ada@example.org")) {
			seen++
		}
		wantNothingPlanted(t, filepath.Base(file), content)
	}
	if seen == 0 {
		t.Error("the rows are in none of the files: nothing was looked at")
	}
}

func TestPlantedSecretsAreInNoTable(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	plant(t, db)
	ctx := t.Context()
	rows, err := db.Writer().QueryContext(ctx, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, table := range tables {
		var text string
		if err := db.Writer().QueryRowContext(ctx, "SELECT COALESCE(string_agg(r::text, E'\\n'), '') FROM "+table+" r").Scan(&text); err != nil {
			t.Fatal(err)
		}
		all.WriteString(text)
	}
	if !strings.Contains(all.String(), "ada@example.org") {
		t.Error("the rows were not looked at")
	}
	wantNothingPlanted(t, "PostgreSQL", []byte(all.String()))
}

func TestSealingAgainUndoesNoChangeOfARunningServer(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]store.Options{"sqlite": {Dir: t.TempDir()}, "postgres": {URL: storetest.PostgresURL(t)}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			path := filepath.Join(t.TempDir(), "key")
			handle := func() (*vault.Vault, *store.DB) {
				keys, err := vault.Open(ctx, vault.Options{Path: path})
				if err != nil {
					t.Fatal(err)
				}
				options.Vault = keys
				return keys, storetest.Open(t, options)
			}
			_, server := handle()
			keys, tool := handle()
			const settings = 1100 // more than two batches
			err := server.InTx(ctx, func(tx *store.DB) error {
				for n := range settings {
					if err := tx.SetSetting(ctx, fmt.Sprint("k", n), "old"); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			var wait sync.WaitGroup
			for n := range 4 {
				wait.Go(func() {
					for m := n; m < 100; m += 4 {
						if err := server.SetSetting(ctx, fmt.Sprint("k", m*10), "new"); err != nil {
							t.Error(err)
						}
					}
				})
			}
			for range 2 {
				if err := keys.Rotate(ctx); err != nil {
					t.Error(err)
				}
				if n, err := tool.Reseal(ctx); err != nil || n != settings {
					t.Errorf("%d were sealed again, %v", n, err)
				}
			}
			wait.Wait()
			for n := range settings {
				want := "old"
				if n%10 == 0 && n < 1000 {
					want = "new"
				}
				if v, _, err := server.Setting(ctx, fmt.Sprint("k", n)); err != nil || v != want {
					t.Fatalf("k%d is %q (%v), want %q", n, v, err, want)
				}
			}
		})
	}
}
