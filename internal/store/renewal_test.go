package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

const life = 20 * time.Second

func taken(t *testing.T, scope *store.Scope, id int64) *store.Lease {
	t.Helper()
	lease, err := scope.TakeLease(t.Context(), id, life)
	if err != nil {
		t.Fatal(err)
	}
	return lease
}

func TestALeaseOfAnInstanceIsHeldByOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		scope, i := storedInstance(t, db)

		first := taken(t, scope, i.ID)
		if first == nil || first.Fence != 1 || first.Interrupted || first.Rotation != store.RotationUnknown {
			t.Fatalf("%+v", first)
		}
		if other := taken(t, scope, i.ID); other != nil {
			t.Fatalf("taken twice: %+v", other)
		}
		if err := scope.Release(ctx, first); err != nil {
			t.Fatal(err)
		}
		second := taken(t, scope, i.ID)
		if second == nil || second.Fence != 2 || second.Interrupted {
			t.Fatalf("%+v", second)
		}
		if err := scope.Asking(ctx, first, life); !fault.Is(err, fault.Conflict) {
			t.Errorf("a lost lease may ask: %v", err)
		}
		if err := scope.Release(ctx, first); err != nil {
			t.Errorf("a lost lease: %v", err)
		}
		if other := taken(t, scope, i.ID); other != nil {
			t.Error("the release of a lost lease freed another's")
		}
		if lease, err := db.For(i.AccountID+1).TakeLease(ctx, i.ID, life); err != nil || lease != nil {
			t.Errorf("another account takes the lease: %+v, %v", lease, err)
		}
	})
}

func TestALeaseWhoseHolderDiedAfterAskingSaysSo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		scope, i := storedInstance(t, db)
		dead := taken(t, scope, i.ID)
		if err := scope.Asking(ctx, dead, -time.Second); err != nil { // ends at once, as if time had passed
			t.Fatal(err)
		}
		next := taken(t, scope, i.ID)
		if next == nil || !next.Interrupted {
			t.Fatalf("%+v", next)
		}
		// The dead one was only slow: what it got may be stored, since the instance says whether it is still wanted.
		changed, err := scope.Settle(ctx, dead, store.Rotates, func(i *store.Instance) error {
			i.Valid, i.InvalidReason = false, "asked in vain"
			return nil
		})
		if err != nil || changed.Valid {
			t.Fatalf("%+v, %v", changed, err)
		}
		if other := taken(t, scope, i.ID); other != nil {
			t.Error("the settling of a lost lease freed another's")
		}
		refused := errors.New("newer")
		if _, err := scope.Settle(ctx, next, store.Rotates, func(*store.Instance) error { return refused }); !errors.Is(err, refused) {
			t.Errorf("%v", err)
		}
		if _, err := scope.Settle(ctx, next, store.Rotates, func(i *store.Instance) error { i.Valid, i.InvalidReason = true, ""; return nil }); err != nil {
			t.Fatal(err)
		}
		last := taken(t, scope, i.ID)
		if last == nil || last.Interrupted || last.Rotation != store.Rotates {
			t.Errorf("%+v", last)
		}
		read, err := scope.Instance(ctx, i.ID)
		if err != nil || !read.Valid || read.InvalidReason != "" {
			t.Errorf("%+v, %v", read, err)
		}
	})
}

func TestOneOfManyTakesTheLease(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		scope, i := storedInstance(t, db)
		results := make(chan *store.Lease, 40)
		for range cap(results) {
			go func() {
				lease, err := scope.TakeLease(context.WithoutCancel(t.Context()), i.ID, life)
				if err != nil {
					t.Error(err)
				}
				results <- lease
			}()
		}
		got := 0
		for range cap(results) {
			if <-results != nil {
				got++
			}
		}
		if got != 1 {
			t.Errorf("%d took it", got)
		}
	})
}

func TestOAuthProxiesBelongToAnAccount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		scope, i := storedInstance(t, db)
		p := &store.OAuthProxy{Name: "acme"}
		if err := scope.CreateOAuthProxy(ctx, p); err != nil || p.ID == 0 {
			t.Fatal(err)
		}
		if err := scope.CreateOAuthProxy(ctx, &store.OAuthProxy{Name: "acme"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		if err := scope.SetOAuthProxyURLs(ctx, p.ID, []string{"test**.com"}); err != nil {
			t.Fatal(err)
		}
		all, err := scope.OAuthProxies(ctx)
		if err != nil || len(all) != 1 || all[0].Name != "acme" || len(all[0].URLs) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		other := db.For(i.AccountID + 1)
		if err := other.SetOAuthProxyURLs(ctx, p.ID, nil); !fault.Is(err, fault.NotFound) {
			t.Errorf("another account: %v", err)
		}
		if err := other.DeleteOAuthProxy(ctx, p.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another account: %v", err)
		}
		if err := scope.DeleteOAuthProxy(ctx, p.ID); err != nil {
			t.Fatal(err)
		}
		if all, err := scope.OAuthProxies(ctx); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func storedInstance(t *testing.T, db *store.DB) (*store.Scope, *store.Instance) {
	t.Helper()
	owner := tenant(t, db, "leases")
	i := create(t, db, owner, "one")
	return db.For(owner.Account.ID), i
}
