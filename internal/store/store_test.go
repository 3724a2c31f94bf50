package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// tenant makes an organization with an account and a user, all named after it.
func tenant(t *testing.T, db *store.DB, name string) *store.Identity {
	t.Helper()
	ctx := t.Context()
	i := &store.Identity{
		Organization: store.Organization{Name: name, ExternalID: "x-" + name, Secret: "organization-secret-of-" + name, Active: true},
		Account:      store.Account{Name: name, Default: true, Active: true},
		User:         store.User{Email: name + "@Example.org", FirstName: "F", LastName: "L", Secret: "user-secret-of-" + name, PasswordHash: "hash", Roles: []string{"admin", "org-admin"}, Active: true},
	}
	err := db.InTx(ctx, func(tx *store.DB) error {
		if err := tx.CreateOrganization(ctx, &i.Organization); err != nil {
			return err
		}
		i.Account.OrganizationID = i.Organization.ID
		if err := tx.CreateAccount(ctx, &i.Account); err != nil {
			return err
		}
		i.User.AccountID = i.Account.ID
		return tx.CreateUser(ctx, &i.User)
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func newInstance(owner *store.Identity, name string, tags ...string) *store.Instance {
	return &store.Instance{
		UserID: owner.User.ID, ConnectorID: 7, ConnectorKey: "seven", Name: name, Token: "token-of-" + owner.User.Email + "-" + name, Tags: tags, Valid: true,
		AuthenticationType: "basic", ExternalAuthentication: "none",
		Configuration: []store.ConfigurationValue{
			{Key: "base.url", Set: false}, {Key: "username", Value: "ada", Set: true}, {Key: "password", Value: "planted-" + name, Set: true, Secret: true}, {Key: "other", Secret: true},
		},
	}
}

func create(t *testing.T, db *store.DB, owner *store.Identity, name string, tags ...string) *store.Instance {
	t.Helper()
	i := newInstance(owner, name, tags...)
	if err := db.For(owner.Account.ID).CreateInstance(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	return i
}

func wantKind(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("the error is %v", err)
	}
}

func TestUsersAreFoundBySecretEmailAndID(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if done, err := db.Bootstrapped(ctx); err != nil || done {
			t.Errorf("an empty database is bootstrapped: %t %v", done, err)
		}
		want := tenant(t, db, "Ada")
		for name, find := range map[string]func() (*store.Identity, error){
			"secret": func() (*store.Identity, error) { return db.IdentityBySecret(ctx, want.User.Secret) },
			"email":  func() (*store.Identity, error) { return db.IdentityByEmail(ctx, "ADA@example.ORG ") },
			"id":     func() (*store.Identity, error) { return db.IdentityByUser(ctx, want.User.ID) },
			"first":  func() (*store.Identity, error) { return db.FirstAdministrator(ctx) },
		} {
			got, err := find()
			if err != nil {
				t.Fatalf("by %s: %v", name, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("by %s (-want +got):\n%s", name, diff)
			}
		}
		_, err := db.IdentityBySecret(ctx, "unknown")
		wantKind(t, err, fault.NotFound)
		_, err = db.Organization(ctx, 1<<60)
		wantKind(t, err, fault.NotFound)
		if o, err := db.Organization(ctx, want.Organization.ID); err != nil || o.Secret != want.Organization.Secret {
			t.Errorf("%+v %v", o, err)
		}
		storetest.SetActive(t, db, want.User.ID, false)
		at := time.Now().UTC().Truncate(time.Millisecond)
		if err := db.SetLastLogin(ctx, want.User.ID, at); err != nil {
			t.Fatal(err)
		}
		got, err := db.IdentityByUser(ctx, want.User.ID)
		if err != nil || got.User.Active || !got.User.LastLoginAt.Equal(at) || got.User.PasswordHash != want.User.PasswordHash {
			t.Errorf("%+v %v", got, err)
		}
		wantKind(t, db.SetLastLogin(ctx, 999, at), fault.NotFound)
	})
}

func TestAnEmailIsTakenOnceInAnyCase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		one := tenant(t, db, "ada")
		again := store.User{AccountID: one.Account.ID, Email: "ADA@EXAMPLE.ORG", Secret: "other", Active: true}
		wantKind(t, db.CreateUser(t.Context(), &again), fault.Conflict)
	})
}

func TestATransactionThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		told := 0
		defer db.Subscribe(func(c store.Change) {
			if c.Noun == "user" {
				told++
			}
		})()
		boom := errors.New("boom")
		err := db.InTx(ctx, func(tx *store.DB) error {
			o := store.Organization{Name: "o", Secret: "s", Active: true}
			if err := tx.CreateOrganization(ctx, &o); err != nil {
				return err
			}
			a := store.Account{OrganizationID: o.ID, Active: true}
			if err := tx.CreateAccount(ctx, &a); err != nil {
				return err
			}
			if err := tx.CreateUser(ctx, &store.User{AccountID: a.ID, Email: "a@b.c", Secret: "u"}); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if done, err := db.Bootstrapped(ctx); err != nil || done || told != 0 {
			t.Errorf("bootstrapped %t, told %d, %v", done, told, err)
		}
	})
}

func TestInstancesComeBackAsTheyWereStored(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ada := tenant(t, db, "ada")
		want := create(t, db, ada, "One", "b", "a", "b'c")
		for name, find := range map[string]func() (*store.Instance, error){
			"id":           func() (*store.Instance, error) { return db.For(ada.Account.ID).Instance(ctx, want.ID) },
			"token":        func() (*store.Instance, error) { return db.InstanceByToken(ctx, want.Token) },
			"organization": func() (*store.Instance, error) { return db.InstanceByID(ctx, want.ID, ada.Organization.ID) },
		} {
			got, err := find()
			if err != nil {
				t.Fatalf("by %s: %v", name, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("by %s (-want +got):\n%s", name, diff)
			}
		}
	})
}

func TestConfigurationRowsKeepTheirIDs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ada := tenant(t, db, "ada")
		i := create(t, db, ada, "one")
		ids := map[string]int64{}
		for n, v := range i.Configuration {
			ids[v.Key] = v.ID
			if n > 0 && v.ID != i.Configuration[n-1].ID+1 {
				t.Errorf("ids are not consecutive: %+v", i.Configuration)
			}
		}
		changed, err := db.For(ada.Account.ID).ChangeInstance(ctx, i.ID, func(i *store.Instance) error {
			i.Name, i.Tags = "two", nil
			i.Configuration[1].Value = "bob"
			i.Configuration = append(i.Configuration[:3], store.ConfigurationValue{Key: "new", Value: "x", Set: true})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := db.For(ada.Account.ID).Instance(ctx, i.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(changed, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for _, v := range got.Configuration[:3] {
			if v.ID != ids[v.Key] {
				t.Errorf("the row %s had id %d, now %d", v.Key, ids[v.Key], v.ID)
			}
		}
		if len(got.Configuration) != 4 || got.Configuration[3].ID != ids["other"]+1 || got.Configuration[2].Value != "planted-one" {
			t.Errorf("%+v", got.Configuration)
		}
	})
}

func TestListsFilterPageAndCount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ada, bob := tenant(t, db, "ada"), tenant(t, db, "bob")
		create(t, db, ada, "Alpha 100%", "x", "y")
		create(t, db, ada, "beta_b", "x")
		create(t, db, ada, "GAMMA", "z")
		create(t, db, bob, "alpha of bob", "x")
		for name, c := range map[string]struct {
			filter store.InstanceFilter
			want   []string
		}{
			"all":             {store.InstanceFilter{}, []string{"Alpha 100%", "beta_b", "GAMMA"}},
			"a tag":           {store.InstanceFilter{Tags: []string{"x"}}, []string{"Alpha 100%", "beta_b"}},
			"two tags":        {store.InstanceFilter{Tags: []string{"x", "y"}}, []string{"Alpha 100%"}},
			"text":            {store.InstanceFilter{SearchText: "ALPHA"}, []string{"Alpha 100%"}},
			"a percent sign":  {store.InstanceFilter{SearchText: "%"}, []string{"Alpha 100%"}},
			"an underscore":   {store.InstanceFilter{SearchText: "_"}, []string{"beta_b"}},
			"a backslash":     {store.InstanceFilter{SearchText: `\`}, nil},
			"an injection":    {store.InstanceFilter{SearchText: "' OR 1=1 --", Tags: []string{"' OR 1=1"}}, nil},
			"a page":          {store.InstanceFilter{AfterID: 1, Limit: 1}, []string{"beta_b"}},
			"a connector":     {store.InstanceFilter{ConnectorID: 8}, nil},
			"another user":    {store.InstanceFilter{UserID: bob.User.ID}, nil},
			"the user itself": {store.InstanceFilter{UserID: ada.User.ID, Limit: 2}, []string{"Alpha 100%", "beta_b"}},
		} {
			found, err := db.For(ada.Account.ID).Instances(ctx, c.filter)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, i := range found {
				names = append(names, i.Name)
			}
			if !slices.Equal(names, c.want) {
				t.Errorf("%s: %q, want %q", name, names, c.want)
			}
		}
		if counts, err := db.For(ada.Account.ID).CountInstances(ctx, store.InstanceFilter{}); err != nil || counts["seven"] != 3 || len(counts) != 1 {
			t.Errorf("%v %v", counts, err)
		}
	})
}

func TestRowsOfAnotherAccountAreNotThere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ada, bob := tenant(t, db, "ada"), tenant(t, db, "bob")
		i := create(t, db, ada, "one")
		foreign := db.For(bob.Account.ID)
		_, err := foreign.Instance(ctx, i.ID)
		wantKind(t, err, fault.NotFound)
		_, err = db.InstanceByID(ctx, i.ID, bob.Organization.ID)
		wantKind(t, err, fault.NotFound)
		wantKind(t, foreign.DeleteInstance(ctx, i.ID), fault.NotFound)
		wantKind(t, foreign.SetInstanceDisabled(ctx, i.ID, true), fault.NotFound)
		wantKind(t, foreign.UpdateInstance(ctx, i), fault.NotFound)
		_, err = foreign.ChangeInstance(ctx, i.ID, func(*store.Instance) error { return nil })
		wantKind(t, err, fault.NotFound)
		if got, err := db.For(ada.Account.ID).Instance(ctx, i.ID); err != nil || got.Disabled || got.Name != "one" {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func TestIDsAreConsecutiveAndNeverGivenAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ada := tenant(t, db, "ada")
		first, second := create(t, db, ada, "a"), create(t, db, ada, "b")
		if err := db.For(ada.Account.ID).DeleteInstance(t.Context(), second.ID); err != nil {
			t.Fatal(err)
		}
		_, err := db.InstanceByToken(t.Context(), second.Token)
		wantKind(t, err, fault.NotFound)
		third := create(t, db, ada, "c")
		if second.ID != first.ID+1 || third.ID != second.ID+1 {
			t.Errorf("ids %d, %d, %d", first.ID, second.ID, third.ID)
		}
	})
}

func TestChangesAtTheSameTimeDoNotUndoEachOther(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ada := tenant(t, db, "ada")
		i := create(t, db, ada, "one")
		var wait sync.WaitGroup
		for n := range 12 {
			wait.Go(func() {
				_, err := db.For(ada.Account.ID).ChangeInstance(t.Context(), i.ID, func(i *store.Instance) error {
					i.Tags = append(i.Tags, fmt.Sprint(n))
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if got, err := db.For(ada.Account.ID).Instance(t.Context(), i.ID); err != nil || len(got.Tags) != 12 {
			t.Errorf("%v %v", got.Tags, err)
		}
	})
}

func TestSessionsAreKeptByTheHashOfTheirToken(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ada := tenant(t, db, "ada")
		now := time.Now().UTC().Truncate(time.Millisecond)
		for n, token := range []string{"old", "new"} {
			s := &store.Session{UserID: ada.User.ID, Kind: store.SessionAPI, Token: token, ExpiresAt: now.Add(time.Duration(n)*time.Hour - time.Minute)}
			if err := db.CreateSession(ctx, s); err != nil {
				t.Fatal(err)
			}
		}
		got, session, err := db.IdentityBySession(ctx, store.SessionAPI, "old")
		if err != nil || got.User.ID != ada.User.ID || session.ExpiresAt.After(now) {
			t.Errorf("%+v %+v %v", got, session, err)
		}
		_, _, err = db.IdentityBySession(ctx, store.SessionConsole, "old")
		wantKind(t, err, fault.NotFound)
		if err := db.DeleteExpiredSessions(ctx, now); err != nil {
			t.Fatal(err)
		}
		_, _, err = db.IdentityBySession(ctx, store.SessionAPI, "old")
		wantKind(t, err, fault.NotFound)
		if err := errors.Join(db.DeleteSession(ctx, store.SessionAPI, "new"), db.DeleteSession(ctx, store.SessionAPI, "new")); err != nil {
			t.Fatal(err)
		}
		_, _, err = db.IdentityBySession(ctx, store.SessionAPI, "new")
		wantKind(t, err, fault.NotFound)
	})
}

func TestSubscribersHearWhatChangedAfterTheCommit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ada := tenant(t, db, "ada")
		heard := make(chan store.Change, 100)
		defer db.Subscribe(func(c store.Change) {
			if c.Noun == "instance" {
				heard <- c
			}
		})()
		i := create(t, db, ada, "one")
		if c := <-heard; c.ID != i.ID || c.AccountID != ada.Account.ID {
			t.Errorf("heard %+v", c)
		}
	})
}

func TestServersOnOnePostgreSQLHearEachOther(t *testing.T) {
	t.Parallel()
	address, keys := storetest.PostgresURL(t), storetest.Vault(t)
	one := storetest.Open(t, store.Options{URL: address, Vault: keys})
	other := storetest.Open(t, store.Options{URL: address, Vault: keys})
	listening, heard := make(chan struct{}, 10), make(chan store.Change, 100)
	defer other.Subscribe(func(c store.Change) {
		switch c.Noun {
		case "all":
			listening <- struct{}{}
		case "instance":
			heard <- c
		}
	})()
	ada := tenant(t, one, "ada")
	// "all" may have come before we subscribed: changes are made until one is heard.
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		i := create(t, one, ada, fmt.Sprint("i", n))
		select {
		case c := <-heard:
			if c.AccountID != ada.Account.ID || c.ID > i.ID {
				t.Errorf("heard %+v", c)
			}
			return
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("nothing was heard")
		}
	}
}

func TestTwoServersThatStartAtOnceMigrateOnce(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]store.Options{
		"sqlite":   {Dir: t.TempDir(), Vault: storetest.Vault(t)},
		"postgres": {URL: storetest.PostgresURL(t), Vault: storetest.Vault(t)},
	} {
		t.Run(name, func(t *testing.T) {
			var wait sync.WaitGroup
			for range 4 {
				wait.Go(func() {
					db, err := store.Open(t.Context(), options)
					if err != nil {
						t.Error(err)
						return
					}
					if err := db.Close(); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
		})
	}
}

func TestANewerSchemaIsRefusedInOneLine(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]store.Options{
		"sqlite":   {Dir: t.TempDir(), Vault: storetest.Vault(t)},
		"postgres": {URL: storetest.PostgresURL(t), Vault: storetest.Vault(t)},
	} {
		db, err := store.Open(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.Writer().ExecContext(t.Context(), "INSERT INTO jackfield_migrations (version_id, is_applied) VALUES (9999, $1)", true)
		if err = errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		_, err = store.Open(t.Context(), options)
		if err == nil || !strings.Contains(err.Error(), "9999") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUsageRecordsAreFoundAndForgotten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		old := time.Now().Add(-48 * time.Hour).UTC().Truncate(time.Millisecond)
		for _, n := range []int{0, 1, 31, 32, 33, 200} {
			records := make([]store.UsageRecord, n)
			for i := range records {
				records[i] = store.UsageRecord{RequestID: fmt.Sprintf("%d-%d", n, i), At: old.Add(time.Duration(n) * time.Minute), Duration: 1500 * time.Microsecond,
					Status: 200, Method: "GET", URI: "/u", API: "GET /u", IP: "127.0.0.1", OrganizationID: 7, OrganizationName: "o", AccountID: 8, UserID: 9,
					InstanceID: 10, InstanceName: "i", ConnectorKey: "k", ConnectorName: "n", Hub: "crm", Tags: []string{"a", "b"}}
			}
			if err := db.InsertUsage(ctx, records); err != nil {
				t.Fatal(err)
			}
			for i := range records {
				got, err := db.UsageByRequestID(ctx, 7, records[i].RequestID)
				if err != nil {
					t.Fatal(err)
				}
				got.ID = 0
				if diff := cmp.Diff(&records[i], got); diff != "" {
					t.Fatalf("(-want +got):\n%s", diff)
				}
			}
		}
		_, err := db.UsageByRequestID(ctx, 8, "1-0")
		wantKind(t, err, fault.NotFound)
		if n, err := db.DeleteUsageBefore(ctx, old.Add(33*time.Minute)); err != nil || n != 1+31+32 {
			t.Errorf("%d were forgotten, %v", n, err)
		}
	})
}
