package store_test

import (
	"bytes"
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
	"jackfield/internal/vault"

	"github.com/google/go-cmp/cmp"
)

func trace(n int, at time.Time) *store.Trace {
	return &store.Trace{
		TraceID: fmt.Sprint("t", n), RequestID: fmt.Sprint("r", n), At: at, OrganizationID: 7, AccountID: 3, InstanceID: 5,
		ConnectorID: 23, ConnectorKey: "act", Document: []byte(`{"planted":"trace-canary"}`),
	}
}

func TestATraceIsReadBackByBothIds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		want := trace(1, time.Date(2026, 3, 1, 10, 0, 0, 5e6, time.UTC))
		if err := db.InsertTrace(ctx, want); err != nil {
			t.Fatal(err)
		}
		got, err := db.Trace(ctx, 7, "t1")
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
		if got, err = db.TraceByRequestID(ctx, 7, "r1"); err != nil || got.TraceID != "t1" {
			t.Errorf("%+v %v", got, err)
		}
		for _, id := range []string{"t2", "", "r1", "\x00"} {
			if _, err := db.Trace(ctx, 7, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q: %v", id, err)
			}
		}
		if _, err := db.Trace(ctx, 8, "t1"); !fault.Is(err, fault.NotFound) {
			t.Errorf("another organization: %v", err)
		}
		if err := db.InsertTrace(ctx, want); err == nil {
			t.Error("one id was taken twice")
		}
	})
}

func TestTracesAreForgottenByAgeAndBySize(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		line := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
		for n := range 10 {
			tr := trace(n, line.Add(time.Duration(n)*time.Minute))
			tr.Document = bytes.Repeat([]byte("x"), 10_000)
			if err := db.InsertTrace(ctx, tr); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := db.DeleteTracesBefore(ctx, line.Add(2*time.Minute)); n != 2 || err != nil {
			t.Errorf("%d went by age, %v", n, err)
		}
		if n, err := db.TrimTraces(ctx, 100_000); n != 0 || err != nil {
			t.Errorf("%d went although all fit, %v", n, err)
		}
		if n, err := db.TrimTraces(ctx, 35_000); n != 5 || err != nil {
			t.Errorf("%d went by size, %v", n, err)
		}
		for n, there := range []bool{false, false, false, false, false, false, false, true, true, true} {
			if _, err := db.Trace(ctx, 7, fmt.Sprint("t", n)); (err == nil) != there {
				t.Errorf("t%d: %v", n, err)
			}
		}
		if n, err := db.TrimTraces(ctx, 0); n != 3 || err != nil {
			t.Errorf("%d went at last, %v", n, err)
		}
	})
}

func TestTracesOpenAfterARotation(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]store.Options{"sqlite": {Dir: t.TempDir()}, "postgres": {URL: storetest.PostgresURL(t)}} {
		ctx := t.Context()
		path := filepath.Join(t.TempDir(), "key")
		keys, err := vault.Open(ctx, vault.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		options.Vault = keys
		db := storetest.Open(t, options)
		const all = 40 // more than two batches
		before, err := db.Reseal(ctx)
		for n := range all {
			err = errors.Join(err, db.InsertTrace(ctx, trace(n, time.Now())))
		}
		if err = errors.Join(err, keys.Rotate(ctx)); err != nil {
			t.Fatal(err)
		}
		if n, err := db.Reseal(ctx); err != nil || n != before+all {
			t.Errorf("%s: %d were sealed again, %v", name, n, err)
		}
		options.Vault, err = vault.Open(ctx, vault.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		db = storetest.Open(t, options)
		for n := range all {
			if _, err := db.Trace(ctx, 7, fmt.Sprint("t", n)); err != nil {
				t.Errorf("%s: t%d: %v", name, n, err)
			}
		}
	}
}

func TestNoFileHoldsTheDocumentOfATrace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := storetest.Open(t, store.Options{Dir: dir, Vault: storetest.Vault(t)})
	if err := db.InsertTrace(t.Context(), trace(1, time.Now())); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.db*"))
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte("trace-canary")) {
			t.Errorf("%s holds it", file)
		}
	}
}

func TestTraceLoggingOfAnInstanceIsToldAndKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ada := tenant(t, db, "ada")
		i := create(t, db, ada, "one")
		changed := make(chan store.Change, 8)
		defer db.Subscribe(func(c store.Change) {
			if c.Noun == "instance" {
				changed <- c
			}
		})()
		until := time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
		if err := db.For(i.AccountID).SetInstanceTrace(ctx, i.ID, until); err != nil {
			t.Fatal(err)
		}
		select {
		case c := <-changed:
			if c.ID != i.ID {
				t.Errorf("%+v", c)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("nobody was told")
		}
		// Another change of the instance leaves it as it is.
		got, err := db.For(i.AccountID).ChangeInstance(ctx, i.ID, func(i *store.Instance) error {
			i.Name, i.TraceUntil = "two", time.Time{}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err = db.For(i.AccountID).Instance(ctx, got.ID); err != nil || !got.TraceUntil.Equal(until) || got.Name != "two" {
			t.Errorf("%+v %v", got, err)
		}
		if err := db.For(i.AccountID).SetInstanceTrace(ctx, i.ID, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if got, err = db.InstanceByToken(ctx, i.Token); err != nil || !got.TraceUntil.IsZero() {
			t.Errorf("%+v %v", got, err)
		}
		if err := db.For(i.AccountID+1).SetInstanceTrace(ctx, i.ID, until); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "No instance") {
			t.Errorf("from another account: %v", err)
		}
	})
}
