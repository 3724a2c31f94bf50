package access_test

import (
	"sync"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

func TestTwoServersStartOnceAndHearOfEachOthersChanges(t *testing.T) {
	t.Parallel()
	url, keys := storetest.PostgresURL(t), storetest.Vault(t)
	var services [2]*access.Service
	var databases [2]*store.DB
	var results [2]*access.FirstStartResult
	var all sync.WaitGroup
	for i := range services {
		databases[i] = storetest.Open(t, store.Options{URL: url, Vault: keys})
		services[i] = access.New(databases[i], access.Options{Vault: keys})
		t.Cleanup(services[i].Close)
	}
	for i := range services {
		all.Go(func() {
			var err error
			if results[i], err = services[i].FirstStart(t.Context(), access.FirstStart{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	made := results[0]
	if !made.Created {
		made = results[1]
	}
	if results[0].Created == results[1].Created {
		t.Fatalf("the first start was made by %v and %v", results[0].Created, results[1].Created)
	}

	heard := make(chan int64, 1000)
	cancel := databases[1].Subscribe(func(change store.Change) {
		if change.Noun == "user" {
			heard <- change.ID
		}
	})
	defer cancel()
	tell := func() int64 {
		user := &store.User{AccountID: made.AccountID, Email: access.NewSecret() + "@example.org", Secret: access.NewSecret(), Active: true}
		if err := databases[0].CreateUser(t.Context(), user); err != nil {
			t.Fatal(err)
		}
		return user.ID
	}
	for listening := false; !listening; { // a server that has just started may not listen yet
		tell()
		select {
		case <-heard:
			listening = true
		case <-time.After(50 * time.Millisecond):
		}
	}

	c := access.Credentials{User: made.UserSecret, Organization: made.OrganizationSecret}
	if _, err := services[1].Authenticate(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	storetest.SetActive(t, databases[0], made.UserID, false)
	// Changes arrive in order: when a later one is heard, the earlier one has been.
	for later := tell(); ; {
		select {
		case id := <-heard:
			if id != later {
				continue
			}
		case <-time.After(10 * time.Second):
			t.Fatal("the other server heard of no change")
		}
		break
	}
	if _, err := services[1].Authenticate(t.Context(), c); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the other server still knows the user: %v", err)
	}
}
