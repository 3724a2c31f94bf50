package instance_test

import (
	"sync/atomic"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

func TestARotatedTokenWorksUntilItsOverlapEndsToTheSecond(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		var ahead atomic.Int64
		start := time.Now().UTC().Truncate(time.Second)
		now := func() time.Time { return start.Add(time.Duration(ahead.Load())) }
		people := access.New(db, access.Options{Vault: storetest.Vault(t), Now: now})
		t.Cleanup(people.Close)
		h.service = instance.New(instance.Options{DB: db, Definitions: h.catalog.find, Uses: people.Uses(), Now: now})
		t.Cleanup(h.service.Close)

		made := h.create(t, h.root, body("one"))
		organization := h.root.Organization.ID
		accepts := func(token string) bool {
			t.Helper()
			found, err := h.service.ByToken(t.Context(), token)
			if err != nil && !fault.Is(err, fault.Unauthenticated) {
				t.Fatal(err)
			}
			if err == nil && found.ID != made.ID {
				t.Fatalf("the token leads to %d", found.ID)
			}
			return err == nil
		}
		if !accepts(made.Token) {
			t.Fatal("the token does not work")
		}
		rotated, err := people.RotateInstanceToken(t.Context(), organization, made.ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			what string
			at   time.Duration
			old  bool
		}{{"at once", 0, true}, {"a second before the end", time.Hour - time.Second, true}, {"at the end", time.Hour, false}, {"later", 2 * time.Hour, false}} {
			ahead.Store(int64(step.at))
			for range 2 { // the second time from the cache
				if accepts(made.Token) != step.old || !accepts(rotated.Value) {
					t.Errorf("%s: the old token is accepted: %v, and the new one %v", step.what, accepts(made.Token), accepts(rotated.Value))
				}
			}
		}
		known, err := people.SecretsOf(t.Context(), store.InstanceToken, organization, made.ID)
		if err != nil || len(known) != 1 || !known[0].LastUsedAt.Equal(now()) {
			t.Errorf("%+v %v", known, err)
		}

		// A changed connector leaves the old token its time.
		again, err := people.RotateInstanceToken(t.Context(), organization, made.ID, time.Hour)
		if err != nil || !accepts(rotated.Value) {
			t.Fatal(err)
		}
		h.catalog.put(sample())
		if !accepts(rotated.Value) {
			t.Error("the old token ended with the connector's change")
		}
		ahead.Store(int64(3 * time.Hour))
		if accepts(rotated.Value) || !accepts(again.Value) {
			t.Error("the old token outlives its time")
		}

		// A deleted instance takes both along.
		last, err := people.RotateInstanceToken(t.Context(), organization, made.ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.For(made.AccountID).DeleteInstance(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
		if accepts(again.Value) || accepts(last.Value) {
			t.Error("tokens of a deleted instance work")
		}
	})
}
