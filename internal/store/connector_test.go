package store_test

import (
	"sync"
	"testing"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

func TestConnectorsBelongToTheirAccountAndAreSharedByName(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		owner, other := tenant(t, db, "owner"), tenant(t, db, "other")
		own := db.For(owner.Account.ID)
		made := &store.Connector{Key: "acme", Document: []byte(`{"name":"Acme"}`)}
		if err := own.CreateConnector(ctx, made); err != nil {
			t.Fatal(err)
		}
		if made.ID <= 1_000_000 || made.Version != 1 {
			t.Errorf("id %d, version %d", made.ID, made.Version)
		}
		if err := own.CreateConnector(ctx, &store.Connector{Key: "acme", Document: []byte(`{}`)}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second connector of the same key: %v", err)
		}
		if err := db.For(other.Account.ID).DeleteConnector(ctx, made.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another account deletes: %v", err)
		}
		var told []store.Change
		var mu sync.Mutex
		stop := db.Subscribe(func(c store.Change) { mu.Lock(); told = append(told, c); mu.Unlock() })
		err := db.InTx(ctx, func(tx *store.DB) error {
			row, err := tx.For(owner.Account.ID).ConnectorForChange(ctx, made.ID)
			if err != nil {
				return err
			}
			row.Document = []byte(`{"name":"Acme 2"}`)
			return tx.For(owner.Account.ID).SaveConnector(ctx, row)
		})
		stop()
		if err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		if len(told) == 0 || told[0].Noun != "connector" || told[0].ID != made.ID {
			t.Errorf("told %v", told)
		}
		mu.Unlock()
		all, err := own.Connectors(ctx, func(_, _ int64) bool { return false })
		if err != nil || len(all) != 1 || string(all[0].Document) != `{"name":"Acme 2"}` || all[0].Version != 2 {
			t.Errorf("connectors %v, %v", all, err)
		}
		if err := own.DeleteConnector(ctx, made.ID); err != nil {
			t.Fatal(err)
		}
		if all, err = own.Connectors(ctx, func(_, _ int64) bool { return false }); err != nil || len(all) != 0 {
			t.Errorf("after the deletion: %v, %v", all, err)
		}
	})
}

func TestFirstAdditionsOfAnExtensionAtTheSameTimeAllStay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		owner := tenant(t, db, "owner")
		var wait sync.WaitGroup
		for range 13 {
			wait.Go(func() {
				err := db.InTx(ctx, func(tx *store.DB) error {
					scope := tx.For(owner.Account.ID)
					x, err := scope.ExtensionForChange(ctx, 42)
					if err != nil {
						return err
					}
					x.Document = append(x.Document, '+')
					return scope.SaveExtension(ctx, x)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		all, err := db.For(owner.Account.ID).Extensions(ctx)
		if err != nil || len(all) != 1 || string(all[0].Document) != "+++++++++++++" {
			t.Errorf("extensions %v, %v", all, err)
		}
	})
}

func TestPartIDsAreConsecutive(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		take := func(n int) (first int64) {
			if err := db.InTx(ctx, func(tx *store.DB) (err error) {
				first, err = tx.PartIDs(ctx, n)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return first
		}
		if a, b := take(3), take(1); a != 1 || b != 4 {
			t.Errorf("first ids %d and %d", a, b)
		}
	})
}
