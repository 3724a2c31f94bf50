package store_test

import (
	"testing"
	"time"

	"jackfield/internal/store"
	"jackfield/internal/store/storetest"

	"github.com/google/go-cmp/cmp"
)

func TestARowOfTheAuditLogEndsOnceAndStaysAsItIs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		e := &store.AuditEntry{
			At: time.UnixMilli(1700000000123).UTC(), Kind: "users", Method: "PATCH", URI: "/users/7\x00", OrganizationID: 1, AccountID: 2, UserID: 3,
			UserEmail: "ada@example.org", Login: "secrets", IP: "192.0.2.1", RequestID: "r", EntityID: "7",
		}
		if err := db.CreateAudit(ctx, e); err != nil {
			t.Fatal(err)
		}
		begun := auditLog(t, db, 1, store.AuditFilter{})
		if len(begun) != 1 || begun[0].Status != 0 || !begun[0].EndedAt.IsZero() {
			t.Fatalf("%+v", begun)
		}
		if err := db.EndAudit(ctx, 1, e.ID, store.AuditEnd{Status: 200, InstanceID: 9, Changes: "[]"}); err != nil {
			t.Fatal(err)
		}
		ended := auditLog(t, db, 1, store.AuditFilter{})[0]
		if ended.EndedAt.IsZero() {
			t.Error("the row has no end")
		}
		want := *e
		want.URI, want.Status, want.InstanceID, want.Changes, want.EndedAt = "/users/7\uFFFD", 200, 9, "[]", ended.EndedAt
		if diff := cmp.Diff(want, ended); diff != "" {
			t.Error(diff)
		}
		if err := db.EndAudit(ctx, 1, e.ID, store.AuditEnd{Status: 500}); err == nil {
			t.Error("a row ended twice")
		}
		waiting := &store.AuditEntry{Kind: "users", Method: "POST", OrganizationID: 1}
		if err := db.CreateAudit(ctx, waiting); err != nil {
			t.Fatal(err)
		}
		refused := map[string]string{
			"a deletion":                   "DELETE FROM audit_log",
			"a deletion of an open row":    "DELETE FROM audit_log WHERE status IS NULL",
			"another status":               "UPDATE audit_log SET status = 400 WHERE status IS NOT NULL",
			"taking the end back":          "UPDATE audit_log SET status = NULL",
			"another user of an open row":  "UPDATE audit_log SET status = 200, user_id = 4 WHERE status IS NULL",
			"another time of an open row":  "UPDATE audit_log SET status = 200, at = 5 WHERE status IS NULL",
			"another place of an open row": "UPDATE audit_log SET status = 200, ip = 'x' WHERE status IS NULL",
			"other changes":                "UPDATE audit_log SET changes = 'x' WHERE status IS NULL",
		}
		if db.Driver() == "postgres" {
			refused["truncation"] = "TRUNCATE audit_log"
		} else {
			refused["replacement"] = "INSERT OR REPLACE INTO audit_log SELECT * FROM audit_log"
		}
		before := auditLog(t, db, 1, store.AuditFilter{})
		for what, statement := range refused {
			if _, err := db.Writer().ExecContext(ctx, statement); err == nil {
				t.Errorf("%s was accepted", what)
			}
		}
		if diff := cmp.Diff(before, auditLog(t, db, 1, store.AuditFilter{})); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheAuditLogIsReadByItsFilters(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		at := time.UnixMilli(1700000000000).UTC()
		rows := []store.AuditEntry{
			{Kind: "users", Method: "PATCH", URI: "/users/7", Status: 200, OrganizationID: 1, AccountID: 2, UserID: 3, EntityID: "7", At: at},
			{Kind: "element-instances", Method: "DELETE", URI: "/Instances/9", Status: 403, OrganizationID: 1, AccountID: 4, UserID: 5, EntityID: "9", InstanceID: 9, At: at.Add(time.Second)},
			{Kind: "users", Method: "POST", URI: "/users", OrganizationID: 1, AccountID: 2, UserID: 5, At: at.Add(time.Second)},
			{Kind: "users", Method: "POST", URI: "/users", Status: 200, OrganizationID: 8, AccountID: 2, UserID: 5, EntityID: "7", At: at},
		}
		for i := range rows {
			if err := db.CreateAudit(t.Context(), &rows[i]); err != nil {
				t.Fatal(err)
			}
		}
		for name, test := range map[string]struct {
			filter store.AuditFilter
			want   []int64
		}{
			"newest first":     {store.AuditFilter{}, []int64{3, 2, 1}},
			"account":          {store.AuditFilter{AccountID: 2}, []int64{3, 1}},
			"user":             {store.AuditFilter{UserID: 5}, []int64{3, 2}},
			"from":             {store.AuditFilter{From: at.Add(time.Second)}, []int64{3, 2}},
			"to":               {store.AuditFilter{To: at.Add(time.Second)}, []int64{1}},
			"kind":             {store.AuditFilter{Kind: "users"}, []int64{3, 1}},
			"entity":           {store.AuditFilter{EntityID: "7"}, []int64{1}},
			"instance":         {store.AuditFilter{InstanceID: 9}, []int64{2}},
			"method":           {store.AuditFilter{Method: "POST"}, []int64{3}},
			"status":           {store.AuditFilter{Status: 403}, []int64{2}},
			"part of the uri":  {store.AuditFilter{URI: "/INSTANCES"}, []int64{2}},
			"no wildcards":     {store.AuditFilter{URI: "%"}, nil},
			"behind a row":     {store.AuditFilter{After: rows[1].Place()}, []int64{1}},
			"behind its equal": {store.AuditFilter{After: rows[2].Place()}, []int64{2, 1}},
			"a zero byte":      {store.AuditFilter{EntityID: "\x00"}, nil},
			"a limit":          {store.AuditFilter{Limit: 1}, []int64{3}},
		} {
			var ids []int64
			for _, e := range auditLog(t, db, 1, test.filter) {
				ids = append(ids, e.ID)
			}
			if diff := cmp.Diff(test.want, ids); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	})
}

func auditLog(t *testing.T, db *store.DB, organization int64, f store.AuditFilter) []store.AuditEntry {
	t.Helper()
	if f.Limit == 0 {
		f.Limit = 100
	}
	found, err := db.AuditLog(t.Context(), organization, f)
	if err != nil {
		t.Fatal(err)
	}
	return found
}
