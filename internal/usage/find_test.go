package usage_test

import (
	"context"
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
	"jackfield/internal/usage"

	"github.com/google/go-cmp/cmp"
)

func sample(at time.Time) store.UsageRecord {
	return store.UsageRecord{
		RequestID: "5b1f9c0be4b0c1d2a3f4e5d6", At: at, Duration: 84*time.Millisecond + 300*time.Microsecond, Status: 200, Method: "GET",
		URI: "/hubs/crm/accounts?apiKey=canary&pageSize=5", API: "GET /hubs/crm/accounts", IP: "127.0.0.1",
		OrganizationID: 2, OrganizationExternalID: "acme", OrganizationName: "Acme", AccountID: 3, UserID: 7,
		InstanceID: 512, InstanceName: "acme act", ConnectorKey: "actessentials", ConnectorName: "Act! 365", Hub: "crm", Tags: []string{"Docs"},
	}
}

func TestARecordIsFoundAfterACleanStop(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		at := time.Date(2018, 6, 12, 10, 11, 12, 0, time.UTC)
		recorder := usage.New(db, usage.Options{})
		recorder.Record(sample(at))
		if err := recorder.Close(ctx); err != nil {
			t.Fatal(err)
		}
		later := usage.New(db, usage.Options{}) // as after a restart
		t.Cleanup(func() { _ = later.Close(context.Background()) })
		for name, scope := range map[string]usage.Scope{"organization": {OrganizationID: 2}, "account": {OrganizationID: 2, AccountID: 3}} {
			found, err := later.Find(ctx, scope, "5b1f9c0be4b0c1d2a3f4e5d6")
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			want := usage.Record{
				TrafficID: "5b1f9c0be4b0c1d2a3f4e5d6", RequestID: "5b1f9c0be4b0c1d2a3f4e5d6", TrafficDate: "2018-06-12T10:11:12Z",
				RequestStatus: "SUCCESS", RequestURI: "/hubs/crm/accounts?apiKey=********&pageSize=5", ElementAPI: "GET /hubs/crm/accounts",
				RequestIP: "127.0.0.1", ProcessTime: 84, UserID: 7, CompanyID: 2, CompanyExternalID: "acme", CompanyExternalName: "Acme",
				AccountID: 3, ElementKey: "actessentials", ElementName: "Act! 365", ElementInstanceID: 512, InstanceName: "acme act",
				ElementTags: []string{"Docs"}, Tags: []string{"Docs"},
			}
			if diff := cmp.Diff(want, usage.Wire(*found)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		for name, test := range map[string]struct {
			scope usage.Scope
			id    string
		}{
			"another organization": {usage.Scope{OrganizationID: 3}, "5b1f9c0be4b0c1d2a3f4e5d6"},
			"another account":      {usage.Scope{OrganizationID: 2, AccountID: 4}, "5b1f9c0be4b0c1d2a3f4e5d6"},
			"unknown":              {usage.Scope{OrganizationID: 2}, "000000000000000000000000"},
			"empty":                {usage.Scope{OrganizationID: 2}, ""},
			"hostile":              {usage.Scope{OrganizationID: 2}, "' OR 1=1 --"},
		} {
			if _, err := later.Find(ctx, test.scope, test.id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestRecordsOlderThanTheRetentionGo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		recorder := usage.New(db, usage.Options{Retention: time.Hour})
		old, young := sample(now.Add(-time.Hour-time.Millisecond)), sample(now.Add(-time.Hour))
		old.RequestID, young.RequestID = "old", "young"
		recorder.Record(old)
		recorder.Record(young)
		if err := recorder.Close(ctx); err != nil {
			t.Fatal(err)
		}
		if n, err := recorder.Expire(ctx, now); n != 1 || err != nil {
			t.Errorf("%d went, %v", n, err)
		}
		if _, err := recorder.Find(ctx, usage.Scope{OrganizationID: 2}, "old"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the old one: %v", err)
		}
		if _, err := recorder.Find(ctx, usage.Scope{OrganizationID: 2}, "young"); err != nil {
			t.Errorf("the young one: %v", err)
		}
	})
}

func TestTheStatusSaysWhetherTheCallSucceeded(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{0: "SUCCESS", 200: "SUCCESS", 302: "SUCCESS", 400: "FAILED", 404: "FAILED", 502: "FAILED"} {
		if got := usage.Wire(store.UsageRecord{Status: status}).RequestStatus; got != want {
			t.Errorf("%d is %s", status, got)
		}
	}
}
