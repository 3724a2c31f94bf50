package store_test

import (
	"crypto/rand"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

func storedLink(t *testing.T, db *store.DB) (*store.Scope, *store.ConnectLink) {
	t.Helper()
	owner := tenant(t, db, "links")
	l := &store.ConnectLink{
		UserID: owner.User.ID, ConnectorID: 7, ConnectorKey: "shop", Name: "One", Tags: []string{"a", "b"}, RedirectURL: "https://app.example/back",
		Token: rand.Text(), Preset: map[string]string{"key": "planted"}, ExpiresAt: time.Now().Add(time.Hour),
	}
	scope := db.For(owner.Account.ID)
	if err := scope.CreateConnectLink(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	return scope, l
}

func TestAConnectLinkIsFoundByItsTokenAndByItsAccountAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		scope, l := storedLink(t, db)
		got, err := db.ConnectLinkByToken(ctx, l.Token)
		if err != nil || got.ID != l.ID || got.Token != "" || !reflect.DeepEqual(got.Preset, l.Preset) || !reflect.DeepEqual(got.Tags, l.Tags) ||
			!got.StartedAt.IsZero() || !got.UsedAt.IsZero() || !got.ExpiresAt.Equal(l.ExpiresAt.Truncate(time.Millisecond)) {
			t.Fatalf("%+v, %v", got, err)
		}
		for what, find := range map[string]func() error{
			"another token":    func() error { _, err := db.ConnectLinkByToken(ctx, rand.Text()); return err },
			"another account":  func() error { _, err := db.For(l.AccountID+1).ConnectLink(ctx, l.ID); return err },
			"another's delete": func() error { return db.For(l.AccountID+1).DeleteConnectLink(ctx, l.ID) },
		} {
			if err := find(); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if all, err := scope.ConnectLinks(ctx, 0, 10); err != nil || len(all) != 1 || all[0].ID != l.ID {
			t.Errorf("%+v %v", all, err)
		}
		if all, err := scope.ConnectLinks(ctx, l.ID, 10); err != nil || len(all) != 0 {
			t.Errorf("%+v %v", all, err)
		}
		if n, err := scope.CountLiveConnectLinks(ctx, time.Now()); err != nil || n != 1 {
			t.Errorf("%d %v", n, err)
		}
		if err := db.DeleteConnectLinksBefore(ctx, time.Now()); err != nil {
			t.Error(err)
		}
		if err := scope.DeleteConnectLink(ctx, l.ID); err != nil {
			t.Error(err)
		}
		if _, err := db.ConnectLinkByToken(ctx, l.Token); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleted: %v", err)
		}
	})
}

func TestOneAttemptAtATimeWithAConnectLink(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		scope, l := storedLink(t, db)
		claim, err := scope.ClaimConnectLink(ctx, l.ID, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := scope.ClaimConnectLink(ctx, l.ID, time.Minute); !fault.Is(err, fault.Conflict) {
			t.Errorf("claimed twice: %v", err)
		}
		if err := scope.ReleaseConnectLink(ctx, l.ID, claim, "refused", false); err != nil {
			t.Fatal(err)
		}
		got, err := scope.ConnectLink(ctx, l.ID)
		if err != nil || got.Error != "refused" || got.Attempts != 1 || got.StartedAt.IsZero() {
			t.Errorf("%+v %v", got, err)
		}
		if _, err := scope.ClaimConnectLink(ctx, l.ID, -time.Minute); err != nil {
			t.Errorf("after the release: %v", err)
		}
		if _, err := scope.ClaimConnectLink(ctx, l.ID, time.Minute); err != nil {
			t.Errorf("after a holder that died: %v", err)
		}
	})
}

func TestOfManyInstancesByOneConnectLinkOneIsStored(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		scope, l := storedLink(t, db)
		var made atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				i := &store.Instance{UserID: l.UserID, ConnectorID: 7, ConnectorKey: "shop", Name: "One", Token: rand.Text(), Valid: true, ConnectLinkID: l.ID}
				switch err := scope.CreateInstance(ctx, i); {
				case err == nil:
					made.Add(1)
				case !fault.Is(err, fault.Conflict):
					t.Error(err)
				}
			})
		}
		all.Wait()
		stored, err := scope.Instances(ctx, store.InstanceFilter{})
		if err != nil || len(stored) != 1 || made.Load() != 1 {
			t.Fatalf("%d stored, %d made, %v", len(stored), made.Load(), err)
		}
		got, err := scope.ConnectLink(ctx, l.ID)
		if err != nil || got.InstanceID != stored[0].ID || got.UsedAt.IsZero() || got.Preset != nil {
			t.Errorf("%+v %v", got, err)
		}
		if _, err := scope.ClaimConnectLink(ctx, l.ID, time.Minute); !fault.Is(err, fault.Conflict) {
			t.Errorf("claimed after use: %v", err)
		}
	})
}

func TestAStateComesBackOnceAndInItsBrowser(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		scope, l := storedLink(t, db)
		flow := &store.ConnectFlow{State: rand.Text(), Browser: rand.Text(), Secret: "s", Callback: "https://x.example/cb", Configuration: map[string]string{"site": "acme"}}
		if err := scope.StartConnectFlow(ctx, l.ID, flow, time.Minute); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Reseal(ctx); err != nil {
			t.Fatal(err)
		}
		if _, _, err := db.TakeConnectFlow(ctx, flow.State, rand.Text()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another browser: %v", err)
		}
		if _, _, err := db.TakeConnectFlow(ctx, rand.Text(), flow.Browser); !fault.Is(err, fault.NotFound) {
			t.Errorf("another state: %v", err)
		}
		link, got, err := db.TakeConnectFlow(ctx, flow.State, flow.Browser)
		if err != nil || link.ID != l.ID || got.Secret != "s" || got.Callback != flow.Callback || got.Configuration["site"] != "acme" {
			t.Fatalf("%+v %+v %v", link, got, err)
		}
		if _, _, err := db.TakeConnectFlow(ctx, flow.State, flow.Browser); !fault.Is(err, fault.NotFound) {
			t.Errorf("replayed: %v", err)
		}
		if err := scope.StartConnectFlow(ctx, l.ID, flow, -time.Minute); err != nil {
			t.Fatal(err)
		}
		if _, _, err := db.TakeConnectFlow(ctx, flow.State, flow.Browser); !fault.Is(err, fault.NotFound) {
			t.Errorf("too late: %v", err)
		}
	})
}
