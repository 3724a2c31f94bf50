package catalog_test

import (
	"context"
	"fmt"
	"testing"

	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

func account(t *testing.T, db *store.DB) int64 {
	t.Helper()
	ctx := t.Context()
	organization := store.Organization{Name: "o", Secret: "s", Active: true}
	a := store.Account{Name: "a", Default: true, Active: true}
	err := db.InTx(ctx, func(tx *store.DB) error {
		if err := tx.CreateOrganization(ctx, &organization); err != nil {
			return err
		}
		a.OrganizationID = organization.ID
		return tx.CreateAccount(ctx, &a)
	})
	if err != nil {
		t.Fatal(err)
	}
	return a.ID
}

func put(t *testing.T, db *store.DB, accountID, id int64, document string) {
	t.Helper()
	ctx := t.Context()
	err := db.InTx(ctx, func(tx *store.DB) error {
		row, err := tx.For(accountID).ConnectorForChange(ctx, id)
		if err != nil {
			return err
		}
		row.Document = []byte(document)
		return tx.For(accountID).SaveConnector(ctx, row)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAChangeOfOneConnectorKeepsTheOthersCompiled(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := storetest.SQLite(t)
	owner := account(t, db)
	c := catalog.New(catalog.Options{DB: db})
	t.Cleanup(c.Close)
	if err := c.Add(&connector.Definition{ID: 5, Key: "shipped", Name: "Shipped"}); err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for n := range 3 {
		row := &store.Connector{Key: fmt.Sprint("own", n), Document: []byte(`{"name":"first"}`)}
		if err := db.For(owner).CreateConnector(ctx, row); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, row.ID)
	}
	find := func(id int64) *catalog.Connector {
		t.Helper()
		found, err := c.ByID(ctx, owner, id)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	kept, changing := find(ids[0]), find(ids[1])
	program := kept.Program()
	put(t, db, owner, ids[1], `{"name":"second"}`)
	if now := find(ids[1]); now == changing || now.Name != "second" {
		t.Errorf("the change is not seen: %s", now.Name)
	}
	if now := find(ids[0]); now != kept || now.Program() != program {
		t.Error("a connector that did not change was made anew")
	}
	if err := c.Add(&connector.Definition{ID: 6, Key: "another", Name: "Another"}); err != nil {
		t.Fatal(err)
	}
	if now := find(ids[0]); now != kept {
		t.Error("a change of the system catalogue made the account's connectors anew")
	}
	find(6)
	if err := db.For(owner).DeleteConnector(ctx, ids[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ByID(ctx, owner, ids[0]); err == nil {
		t.Error("a deleted connector is still there")
	}
}

func TestAWarmCatalogueReadsNoDatabase(t *testing.T) { // not parallel: it counts allocations
	db := storetest.SQLite(t)
	owner := account(t, db)
	c := catalog.New(catalog.Options{DB: db})
	t.Cleanup(c.Close)
	if err := c.Add(&connector.Definition{ID: 5, Key: "shipped", Name: "Shipped"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ByID(t.Context(), owner, 5); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel() // every question to the database fails now
	if _, err := c.ByID(gone, owner, 5); err != nil {
		t.Errorf("a warm look asked the database: %v", err)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = c.ByID(gone, owner, 5) }); n > 1 {
		t.Errorf("a warm look allocates %v times", n)
	}
}
