package store_test

import (
	"fmt"
	"testing"
	"time"

	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

func TestManyOldUsageRecordsAreForgottenInOneCall(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		const old, young = 4300, 1000 // more than two batches of deletion
		line := time.Now().UTC().Truncate(time.Second)
		records := make([]store.UsageRecord, old+young)
		for n := range records {
			records[n] = store.UsageRecord{RequestID: fmt.Sprint(n), OrganizationID: 7, At: line.Add(-time.Millisecond)}
			if n >= old {
				records[n].At = line
			}
		}
		if err := db.InsertUsage(ctx, records); err != nil {
			t.Fatal(err)
		}
		if n, err := db.DeleteUsageBefore(ctx, line); err != nil || n != old {
			t.Errorf("%d were forgotten, %v", n, err)
		}
		if n, err := db.DeleteUsageBefore(ctx, line.Add(time.Hour)); err != nil || n != young {
			t.Errorf("%d had been kept, %v", n, err)
		}
	})
}
