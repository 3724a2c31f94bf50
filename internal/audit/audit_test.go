package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"jackfield/internal/audit"
	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

func TestARowIsThereBeforeTheChangeAndEndsAfterIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := audit.New(db), t.Context()
		e := audit.Entry{
			Caller: audit.Caller{UserID: 3, AccountID: 2, OrganizationID: 1, Email: "ada@example.org", Login: audit.LoginSecrets},
			Kind:   "users", Method: "PATCH", URI: "/users/7?token=canary", IP: "192.0.2.1", EntityID: "7",
		}
		begun, err := s.Begin(ctx, e)
		if err != nil {
			t.Fatal(err)
		}
		if rows := page(t, s, audit.Scope{OrganizationID: 1}, audit.Query{}); len(rows) != 1 || rows[0].Status != 0 || rows[0].URI != "/users/7?token=********" {
			t.Fatalf("%+v", rows)
		}
		gone, cancel := context.WithCancel(ctx)
		cancel() // the caller went away: the row ends all the same
		changes := []audit.Change{{Path: "active", Before: json.RawMessage("true"), After: json.RawMessage("false")}}
		if err := s.End(gone, begun, audit.End{Status: 200, Changes: changes}); err != nil {
			t.Fatal(err)
		}
		if err := s.Record(gone, e, audit.End{Status: 403}); err != nil {
			t.Fatal(err)
		}
		rows := page(t, s, audit.Scope{OrganizationID: 1}, audit.Query{})
		if len(rows) != 2 || rows[0].Status != 403 || rows[1].Status != 200 || rows[1].Changes != `[{"path":"active","before":true,"after":false}]` {
			t.Errorf("%+v", rows)
		}
		if _, err := s.Begin(gone, e); err == nil {
			t.Error("a change may begin that is not on record")
		}
	})
}

func TestAnAccountSeesItsOwnRowsAndPagesHoldEveryRowOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := audit.New(db), t.Context()
		for i := range 7 {
			e := audit.Entry{Caller: audit.Caller{UserID: 3, AccountID: int64(2 + i%2), OrganizationID: 1}, Kind: "users", Method: "POST", URI: "/users"}
			if err := s.Record(ctx, e, audit.End{Status: 200}); err != nil {
				t.Fatal(err)
			}
		}
		if rows := page(t, s, audit.Scope{OrganizationID: 1, AccountID: 3}, audit.Query{}); len(rows) != 3 {
			t.Errorf("%d rows of the account", len(rows))
		}
		if rows := page(t, s, audit.Scope{OrganizationID: 1, AccountID: 3}, audit.Query{AccountID: 2}); len(rows) != 0 {
			t.Errorf("%d rows of another account", len(rows))
		}
		if rows := page(t, s, audit.Scope{OrganizationID: 9}, audit.Query{}); len(rows) != 0 {
			t.Errorf("%d rows of another organization", len(rows))
		}
		seen, token := map[int64]bool{}, ""
		for pages := 0; ; pages++ {
			rows, next, err := s.List(ctx, audit.Scope{OrganizationID: 1}, audit.Query{PageSize: 3, NextPage: token})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				seen[row.ID] = true
			}
			if token = next; token == "" {
				if pages != 2 || len(seen) != 7 {
					t.Errorf("%d rows on %d pages", len(seen), pages+1)
				}
				break
			}
		}
		if _, _, err := s.List(ctx, audit.Scope{OrganizationID: 1}, audit.Query{NextPage: "x"}); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		n, enough := 0, errors.New("enough")
		count := func(*store.AuditEntry) error { n++; return nil }
		if err := s.Each(ctx, audit.Scope{OrganizationID: 1}, audit.Query{}, 5, count); err != nil || n != 5 {
			t.Error(n, err)
		}
		if err := s.Each(ctx, audit.Scope{OrganizationID: 1}, audit.Query{}, 0, func(*store.AuditEntry) error { return enough }); !errors.Is(err, enough) {
			t.Error(err)
		}
	})
}

func page(t *testing.T, s *audit.Service, scope audit.Scope, q audit.Query) []store.AuditEntry {
	t.Helper()
	rows, _, err := s.List(t.Context(), scope, q)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
