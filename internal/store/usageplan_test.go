package store

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jackfield/internal/vault"
)

func TestAListOfUsageReadsAnIndexAndSortsNothing(t *testing.T) {
	t.Parallel()
	keys, err := vault.Open(t.Context(), vault.Options{Path: filepath.Join(t.TempDir(), "key")})
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), Options{Dir: t.TempDir(), Vault: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for want, filter := range map[string]UsageFilter{
		"usage_organization (organization_id=?)":               {},
		"usage_account (account_id=? AND at>? AND at<?)":       {Accounts: []int64{3}, From: time.Now(), To: time.Now()},
		"usage_account (account_id=? AND at<?)":                {Accounts: []int64{3}, After: UsagePlace{5, 5}},
		"usage_organization (organization_id=? AND at>?)":      {From: time.Now(), SearchText: "x", Tags: []string{"a"}},
		"usage_organization (organization_id=? AND at>? AND a": {From: time.Now(), To: time.Now(), Accounts: []int64{3, 4}, Keys: []string{"a"}},
	} {
		q := db.usageQuery(7, filter)
		rows, err := db.usageReader.QueryContext(t.Context(), "EXPLAIN QUERY PLAN SELECT * FROM usage WHERE "+strings.Join(q.terms, " AND ")+" ORDER BY at DESC, id DESC LIMIT 5", q.args...)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var plan strings.Builder
		for rows.Next() {
			var a, b, c int
			var text string
			if err := rows.Scan(&a, &b, &c, &text); err != nil {
				t.Fatal(err)
			}
			plan.WriteString(text + "\n")
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan.String(), want) || strings.Contains(plan.String(), "ORDER BY") {
			t.Errorf("want %s: %s", want, plan.String())
		}
	}
}
