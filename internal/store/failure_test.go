package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

func TestADatabaseThatAnotherProgramHoldsIsUnavailable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys := storetest.Vault(t)
	db := storetest.Open(t, store.Options{Dir: dir, Vault: keys})
	ctx := t.Context()
	tx, err := db.Writer().BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}()
	other, err := store.Open(ctx, store.Options{Dir: dir, Vault: keys})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	err = other.SetSetting(ctx, "a", "b")
	wantKind(t, err, fault.Unavailable)
	if err == nil || !strings.Contains(fault.As(err).Message, "locked") {
		t.Error(err)
	}
	if _, _, err := other.Setting(ctx, "a"); err != nil {
		t.Errorf("reading is not possible meanwhile: %v", err)
	}
}

func TestACancelledContextEndsAWait(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.SetSetting(ctx, "a", "b"); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestAFullDiskIsSaidAndForgottenWhenThereIsRoom(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	ctx := t.Context()
	limit := func(pages string) {
		if _, err := db.Writer().ExecContext(ctx, "PRAGMA max_page_count = "+pages); err != nil {
			t.Fatal(err)
		}
	}
	limit("1") // SQLite takes the least that holds what is there
	var err error
	for n := 0; err == nil && n < 1000; n++ {
		err = db.SetSetting(ctx, fmt.Sprint(n), strings.Repeat("x", 10_000))
	}
	wantKind(t, err, fault.Unavailable)
	if err == nil || !strings.Contains(fault.As(err).Message, "disk is full") {
		t.Fatal(err)
	}
	err = db.InTx(ctx, func(tx *store.DB) error {
		if err := tx.SetSetting(ctx, "half", "x"); err != nil {
			return err
		}
		return tx.SetSetting(ctx, "big", strings.Repeat("x", 100_000))
	})
	wantKind(t, err, fault.Unavailable)
	limit("100000")
	if _, ok, err := db.Setting(ctx, "half"); err != nil || ok {
		t.Errorf("half of a transaction is there: %t %v", ok, err)
	}
	if err := db.SetSetting(ctx, "big", strings.Repeat("x", 100_000)); err != nil {
		t.Error(err)
	}
}

func TestADamagedDatabaseIsRefusedInOneLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "jackfield.db"), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), store.Options{Dir: dir, Vault: storetest.Vault(t)})
	if err == nil || !strings.Contains(err.Error(), "jackfield.db") || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is %v", err)
	}
}

func TestAPostgreSQLThatIsNotThereIsSaidWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"postgres://ada:planted@127.0.0.1:1/x", "postgres://ada:planted@127.0.0.1:1/x?pool_max_conns=planted", "postgres://ada:planted@[/x", "postgres://ada:planted@127.0.0.1:1/x?pool_max_conns=1"} {
		_, err := store.Open(t.Context(), store.Options{URL: address, Vault: storetest.Vault(t)})
		if err == nil || strings.Contains(err.Error(), "planted") || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error is %v", err)
		}
	}
}

func TestAPanicInATransactionFreesTheDatabase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic did not come through")
				}
			}()
			_ = db.InTx(ctx, func(tx *store.DB) error {
				if err := tx.SetSetting(ctx, "a", "b"); err != nil {
					t.Error(err)
				}
				panic("boom")
			})
		}()
		if _, ok, err := db.Setting(ctx, "a"); err != nil || ok {
			t.Errorf("%t %v", ok, err)
		}
		soon, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if err := db.SetSetting(soon, "a", "c"); err != nil {
			t.Error(err)
		}
	})
}

func TestTextThatPostgreSQLCannotKeepIsTreatedAlike(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ada := tenant(t, db, "ada")
		scope := db.For(ada.Account.ID)
		for _, bad := range []string{"a\x00b", "a\xffb"} {
			for name, spoil := range map[string]func(*store.Instance){
				"name":  func(i *store.Instance) { i.Name = bad },
				"tags":  func(i *store.Instance) { i.Tags = []string{"x", bad} },
				"key":   func(i *store.Instance) { i.Configuration[1].Key = bad },
				"value": func(i *store.Instance) { i.Configuration[1].Value = bad },
			} {
				i := newInstance(ada, "one")
				i.Token += bad // what is only hashed and sealed may be anything
				spoil(i)
				err := scope.CreateInstance(ctx, i)
				wantKind(t, err, fault.Invalid)
				if err == nil || !strings.Contains(fault.As(err).Message, "NUL") {
					t.Errorf("%s: %v", name, err)
				}
			}
			user := store.User{AccountID: ada.Account.ID, Email: bad, Secret: "s"}
			wantKind(t, db.CreateUser(ctx, &user), fault.Invalid)
			_, err := db.IdentityByEmail(ctx, bad)
			wantKind(t, err, fault.NotFound)
			_, err = db.UsageByRequestID(ctx, ada.Organization.ID, bad)
			wantKind(t, err, fault.NotFound)
			_, err = db.InstanceByToken(ctx, bad)
			wantKind(t, err, fault.NotFound)
			for _, filter := range []store.InstanceFilter{{SearchText: bad}, {Tags: []string{bad}}} {
				if found, err := scope.Instances(ctx, filter); err != nil || len(found) != 0 {
					t.Errorf("%v %v", found, err)
				}
			}
			// A record is kept whatever a client sent, and takes no other with it.
			records := []store.UsageRecord{{RequestID: "good", OrganizationID: 7}, {RequestID: "bad", OrganizationID: 7, URI: "/" + bad, Method: bad, InstanceName: bad, Tags: []string{bad}}}
			if err := db.InsertUsage(ctx, records); err != nil {
				t.Fatal(err)
			}
			if got, err := db.UsageByRequestID(ctx, 7, "bad"); err != nil || !strings.HasPrefix(got.URI, "/a") || !strings.HasSuffix(got.URI, "b") {
				t.Errorf("%+v %v", got, err)
			}
		}
	})
}

func TestAFileThatOthersCanReadIsClosedToThem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "jackfield.db")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, 0o644)); err != nil {
		t.Fatal(err)
	}
	storetest.Open(t, store.Options{Dir: dir, Vault: storetest.Vault(t)})
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestALostConnectionCountsAsAChangeOfEverything(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	all := make(chan struct{}, 100)
	defer db.Subscribe(func(c store.Change) {
		if c.Noun == "all" {
			all <- struct{}{}
		}
	})()
	// Both the loss and the return are told; the first "all" of the start may have come before we subscribed.
	for heard := 0; heard < 4; {
		if _, err := db.Writer().ExecContext(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"); err != nil {
			t.Fatal(err)
		}
		select {
		case <-all:
			heard++
		case <-time.After(20 * time.Millisecond): // it is connecting again
		}
	}
	ada := tenant(t, db, "ada")
	if _, err := db.IdentityByUser(t.Context(), ada.User.ID); err != nil {
		t.Error(err)
	}
}
