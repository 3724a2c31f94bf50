package usage_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
	"jackfield/internal/usage"
)

func ids(records []store.UsageRecord) string {
	var all []string
	for _, r := range records {
		all = append(all, r.RequestID)
	}
	return strings.Join(all, " ")
}

func TestAListHasWhatWasJustRecorded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		recorder := usage.New(db, usage.Options{})
		t.Cleanup(func() { _ = recorder.Close(context.WithoutCancel(ctx)) })
		for n := range 12 {
			r := sample(now.Add(time.Duration(n-20) * time.Minute))
			r.RequestID, r.AccountID = fmt.Sprint("r", n), int64(3+n%2)
			recorder.Record(r)
		}
		organization, account := usage.Scope{OrganizationID: 2}, usage.Scope{OrganizationID: 2, AccountID: 3}
		tests := map[string]struct {
			scope usage.Scope
			query usage.Query
			want  string
			more  bool
		}{
			"the first page":             {organization, usage.Query{PageSize: 3}, "r11 r10 r9", true},
			"the first page by number":   {organization, usage.Query{PageSize: 3, PageOffset: 1}, "r11 r10 r9", true},
			"the second page":            {organization, usage.Query{PageSize: 3, PageOffset: 2}, "r8 r7 r6", true},
			"the last page":              {organization, usage.Query{PageSize: 3, PageOffset: 4}, "r2 r1 r0", false},
			"beyond the end":             {organization, usage.Query{PageSize: 3, PageOffset: 5}, "", false},
			"the own account":            {account, usage.Query{}, "r10 r8 r6 r4 r2 r0", false},
			"an account that one is in":  {account, usage.Query{AccountIDs: []int64{3, 4}, PageSize: 2}, "r10 r8", true},
			"an account that one is not": {account, usage.Query{AccountIDs: []int64{4}}, "", false},
			"an account of one's own":    {organization, usage.Query{AccountIDs: []int64{4}, PageSize: 2}, "r11 r9", true},
			"another organization":       {usage.Scope{OrganizationID: 9}, usage.Query{}, "", false},
			"a range":                    {organization, usage.Query{From: now.Add(-10 * time.Minute), To: now}, "r11 r10", false},
			"filters without a match":    {organization, usage.Query{SearchText: "nothing has this"}, "", false},
		}
		for name, test := range tests {
			page, next, err := recorder.List(ctx, test.scope, test.query, now)
			if got := ids(page); err != nil || got != test.want || (next != "") != test.more {
				t.Errorf("%s: %q %q %v, want %q", name, got, next, err, test.want)
			}
		}
		// Tokens go through the list once, also while it grows.
		var all []string
		query := usage.Query{PageSize: 5}
		for {
			page, next, err := recorder.List(ctx, organization, query, now)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, ids(page))
			if query.NextPage = next; next == "" {
				break
			}
			recorder.Record(sample(now))
		}
		if got := strings.Join(all, " | "); got != "r11 r10 r9 r8 r7 | r6 r5 r4 r3 r2 | r1 r0" {
			t.Error(got)
		}
		for name, test := range map[string]struct {
			query usage.Query
			kind  fault.Kind
		}{
			"a range in the future":   {usage.Query{From: now.Add(time.Second), To: now.Add(time.Hour)}, fault.NotFound},
			"a range turned around":   {usage.Query{From: now, To: now.Add(-time.Hour)}, fault.Invalid},
			"no token":                {usage.Query{NextPage: "?"}, fault.Invalid},
			"a token of another list": {usage.Query{NextPage: "eyJwYWdlU2l6ZSI6MiwicGFnZSI6Mn0"}, fault.Invalid},
			"a page far behind":       {usage.Query{PageOffset: usage.MaxPageOffset + 1}, fault.Invalid},
			"a long text":             {usage.Query{SearchText: strings.Repeat("x", 1001)}, fault.Invalid},
			"many keys":               {usage.Query{Keys: make([]string, 101)}, fault.Invalid},
		} {
			if _, _, err := recorder.List(ctx, organization, test.query, now); !fault.Is(err, test.kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestARecordIsFoundBeforeItsBatchIsWritten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		recorder := usage.New(db, usage.Options{})
		t.Cleanup(func() { _ = recorder.Close(context.WithoutCancel(t.Context())) })
		r := sample(time.Now())
		for n := range 20 {
			r.RequestID = fmt.Sprint("now", n)
			recorder.Record(r)
			if _, err := recorder.Find(t.Context(), usage.Scope{OrganizationID: 2}, r.RequestID); err != nil {
				t.Fatal(err)
			}
		}
	})
}
