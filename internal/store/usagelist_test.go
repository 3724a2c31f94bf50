package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

// traffic is what the list tests look at: ten records of organization 7, one a minute, and one of another.
func traffic(t *testing.T, db *store.DB, begin time.Time) {
	t.Helper()
	records := make([]store.UsageRecord, 0, 11)
	for n := range 10 {
		r := store.UsageRecord{
			RequestID: fmt.Sprint("r", n), OrganizationID: 7, AccountID: int64(1 + n%3), At: begin.Add(time.Duration(n) * time.Minute),
			Status: 200, Method: "GET", URI: fmt.Sprintf("/hubs/crm/Contacts/%d?q=100%%", n), Hub: "crm", ConnectorKey: "act", InstanceName: "One",
			Tags: []string{"a", `say "b"`},
		}
		switch n {
		case 3:
			r.Status, r.ConnectorKey, r.Hub, r.Tags = 404, "dice", "humancapital", []string{"a", ","}
		case 4:
			r.Status, r.ConnectorKey, r.Hub, r.Tags = 502, "lyft", "general", nil
		}
		records = append(records, r)
	}
	records = append(records, store.UsageRecord{RequestID: "foreign", OrganizationID: 8, AccountID: 1, At: begin, Status: 200, Hub: "crm", Tags: []string{"a"}})
	if err := db.InsertUsage(t.Context(), records); err != nil {
		t.Fatal(err)
	}
}

func TestAListOfUsageHoldsWhatItsFilterSays(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		filter store.UsageFilter
		want   string
	}{
		"everything, newest first":   {store.UsageFilter{}, "r9 r8 r7 r6 r5 r4 r3 r2 r1 r0"},
		"one account":                {store.UsageFilter{Accounts: []int64{2}}, "r7 r4 r1"},
		"two accounts":               {store.UsageFilter{Accounts: []int64{2, 3, 99}}, "r8 r7 r5 r4 r2 r1"},
		"an account of nobody":       {store.UsageFilter{Accounts: []int64{99}}, ""},
		"from counts, to does not":   {store.UsageFilter{From: begin.Add(2 * time.Minute), To: begin.Add(4 * time.Minute)}, "r3 r2"},
		"hub":                        {store.UsageFilter{Hub: "general"}, "r4"},
		"any of the keys":            {store.UsageFilter{Keys: []string{"dice", "lyft", "none"}}, "r4 r3"},
		"a tag":                      {store.UsageFilter{Tags: []string{`say "b"`}, Limit: 2}, "r9 r8"},
		"all of the tags":            {store.UsageFilter{Tags: []string{"a", ","}}, "r3"},
		"no part of a tag":           {store.UsageFilter{Tags: []string{"say"}}, ""},
		"failed":                     {store.UsageFilter{Outcome: store.Failed}, "r4 r3"},
		"succeeded":                  {store.UsageFilter{Outcome: store.Succeeded, Accounts: []int64{1}}, "r9 r6 r0"},
		"text in any case":           {store.UsageFilter{SearchText: "cONTACTS/5"}, "r5"},
		"text of the connector":      {store.UsageFilter{SearchText: "DIC"}, "r3"},
		"text of the request id":     {store.UsageFilter{SearchText: "r2"}, "r2"},
		"text of the instance":       {store.UsageFilter{SearchText: "one", Limit: 1}, "r9"},
		"wildcards are text":         {store.UsageFilter{SearchText: "Contacts_5"}, ""},
		"a percent sign is text":     {store.UsageFilter{SearchText: "5?q=100%"}, "r5"},
		"a quote is text":            {store.UsageFilter{SearchText: "' OR 1=1 --"}, ""},
		"what nobody can store":      {store.UsageFilter{SearchText: "a\x00"}, ""},
		"a page":                     {store.UsageFilter{Limit: 3, Offset: 3}, "r6 r5 r4"},
		"behind a place":             {store.UsageFilter{After: store.UsagePlace{At: begin.Add(2 * time.Minute).UnixMilli(), ID: 3}}, "r1 r0"},
		"filters hold together":      {store.UsageFilter{Outcome: store.Failed, Hub: "crm"}, ""},
		"all filters at once":        {store.UsageFilter{Accounts: []int64{1, 2}, From: begin, To: begin.Add(time.Hour), Hub: "humancapital", Keys: []string{"dice"}, Tags: []string{"a"}, Outcome: store.Failed, SearchText: "crm", Limit: 9}, "r3"},
		"a place at the same moment": {store.UsageFilter{After: store.UsagePlace{At: begin.UnixMilli(), ID: 1}}, ""},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		traffic(t, db, begin)
		for name, test := range tests {
			found, err := db.Usage(t.Context(), 7, test.filter)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			var ids []string
			for _, r := range found {
				ids = append(ids, r.RequestID)
			}
			if got := strings.Join(ids, " "); got != test.want {
				t.Errorf("%s: %q, want %q", name, got, test.want)
			}
		}
		one, err := db.Usage(t.Context(), 7, store.UsageFilter{Keys: []string{"dice"}})
		if err != nil || len(one) != 1 || !slices.Equal(one[0].Tags, []string{"a", ","}) || one[0].Status != 404 {
			t.Errorf("%+v %v", one, err)
		}
	})
}

func TestRecordsOfOneMomentArePagedOnceEach(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
		records := make([]store.UsageRecord, 25)
		for n := range records {
			records[n] = store.UsageRecord{RequestID: fmt.Sprint(n), OrganizationID: 7, AccountID: 1, At: at, Status: 200}
		}
		if err := db.InsertUsage(t.Context(), records); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		var after store.UsagePlace
		for {
			page, err := db.Usage(t.Context(), 7, store.UsageFilter{Accounts: []int64{1}, After: after, Limit: 4})
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				if seen[r.RequestID] {
					t.Errorf("%s came twice", r.RequestID)
				}
				seen[r.RequestID] = true
			}
			after = page[len(page)-1].Place()
		}
		if len(seen) != 25 {
			t.Errorf("%d of 25 records", len(seen))
		}
	})
}
