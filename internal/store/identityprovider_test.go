package store_test

import (
	"errors"
	"testing"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"

	"github.com/google/go-cmp/cmp"
)

func samlProvider(owner store.ProviderOwner, entity string) *store.IdentityProvider {
	return &store.IdentityProvider{
		Owner: owner, Kind: store.SAMLProvider, Identity: entity,
		Settings: store.ProviderSettings{EntityID: entity, EmailDomains: []string{"example.org"}, RoleMapping: map[string]string{"staff": "org"}},
	}
}

func TestIdentityProvidersAreSeenByTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ada, bob := tenant(t, db, "ada"), tenant(t, db, "bob")
		customer := &store.Customer{Name: "Holding", Active: true}
		if err := db.CreateCustomer(ctx, customer); err != nil {
			t.Fatal(err)
		}
		owners := []store.ProviderOwner{
			{Organization: ada.Organization.ID}, {Organization: ada.Organization.ID, Account: ada.Account.ID},
			{Organization: bob.Organization.ID}, {Customer: customer.ID},
		}
		made := make([]*store.IdentityProvider, len(owners))
		for i, owner := range owners {
			made[i] = samlProvider(owner, "https://idp.example.org")
			made[i].ClientSecret = "planted-secret"
			if err := db.CreateIdentityProvider(ctx, made[i], 2); err != nil {
				t.Fatal(err)
			}
		}
		for i, owner := range owners {
			list, err := db.IdentityProviders(ctx, owner)
			if err != nil || len(list) != 1 || list[0].ID != made[i].ID {
				t.Fatalf("owner %+v sees %+v, %v", owner, list, err)
			}
			for j, p := range made {
				found, err := db.IdentityProvider(ctx, owner, p.ID)
				if i != j {
					if !fault.Is(err, fault.NotFound) {
						t.Errorf("owner %+v reads the provider of %+v: %v", owner, owners[j], err)
					}
					stolen := *p
					stolen.Owner = owner
					if err := db.UpdateIdentityProvider(ctx, &stolen); !fault.Is(err, fault.NotFound) {
						t.Errorf("owner %+v changes the provider of %+v: %v", owner, owners[j], err)
					}
					if err := db.DeleteIdentityProvider(ctx, owner, p.ID); !fault.Is(err, fault.NotFound) {
						t.Errorf("owner %+v deletes the provider of %+v: %v", owner, owners[j], err)
					}
					continue
				}
				if diff := cmp.Diff(p, found); err != nil || diff != "" {
					t.Errorf("read back: %v %s", err, diff)
				}
			}
		}
		fits, err := db.IdentityProvidersFor(ctx, "example.org", 3)
		if err != nil || len(fits) != 3 {
			t.Errorf("%d providers answer for the domain, %v", len(fits), err)
		}
		if only, err := db.IdentityProvidersOfOnlyTenant(ctx, 10); err != nil || len(only) != 0 {
			t.Errorf("of several tenants some are shown: %+v %v", only, err)
		}
	})
}

func TestAnOwnerHasOneProviderPerIdentityAndOneDefault(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		owner := store.ProviderOwner{Organization: tenant(t, db, "ada").Organization.ID}
		one, two := samlProvider(owner, "one"), samlProvider(owner, "two")
		one.Default, two.Default = true, true
		if err := errors.Join(db.CreateIdentityProvider(ctx, one, 2), db.CreateIdentityProvider(ctx, two, 2)); err != nil {
			t.Fatal(err)
		}
		if err := db.CreateIdentityProvider(ctx, samlProvider(owner, "three"), 2); !fault.Is(err, fault.Conflict) {
			t.Errorf("one more than the limit: %v", err)
		}
		if err := db.CreateIdentityProvider(ctx, samlProvider(owner, "one"), 3); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same identity again: %v", err)
		}
		two.Identity = "one"
		if err := db.UpdateIdentityProvider(ctx, two); !fault.Is(err, fault.Conflict) {
			t.Errorf("changed to an identity that is taken: %v", err)
		}
		one.Settings.EmailDomains = []string{"example.net"}
		if err := db.UpdateIdentityProvider(ctx, one); err != nil {
			t.Fatal(err)
		}
		list, err := db.IdentityProvidersOfOnlyTenant(ctx, 10)
		if err != nil || len(list) != 2 || list[0].ID != one.ID || !list[0].Default || list[1].Default {
			t.Errorf("the default is not one: %+v %v", list, err)
		}
		if fits, err := db.IdentityProvidersFor(ctx, "example.net", 9); err != nil || len(fits) != 1 || fits[0].ID != one.ID {
			t.Errorf("the new domain finds %+v %v", fits, err)
		}
		if err := db.DeleteIdentityProvider(ctx, owner, one.ID); err != nil {
			t.Fatal(err)
		}
		if fits, err := db.IdentityProvidersFor(ctx, "example.net", 9); err != nil || len(fits) != 0 {
			t.Errorf("the domain of a deleted provider finds %+v %v", fits, err)
		}
	})
}

func TestWhatCountsOnceIsRefusedTheSecondTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, soon := t.Context(), time.Now().Add(time.Minute)
		if err := errors.Join(db.UseOnce(ctx, "state", "a", soon), db.UseOnce(ctx, "state", "b", soon), db.UseOnce(ctx, "assertion", "a", soon)); err != nil {
			t.Fatal(err)
		}
		if err := db.UseOnce(ctx, "state", "a", soon); !fault.Is(err, fault.Conflict) {
			t.Errorf("used twice: %v", err)
		}
		if err := db.ForgetUsed(ctx, soon.Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		if err := db.UseOnce(ctx, "state", "a", soon); !fault.Is(err, fault.Conflict) {
			t.Errorf("forgotten before its end: %v", err)
		}
		if err := db.ForgetUsed(ctx, soon); err != nil {
			t.Fatal(err)
		}
		if err := db.UseOnce(ctx, "state", "a", soon); err != nil {
			t.Errorf("not forgotten at its end: %v", err)
		}
	})
}

func TestAConsoleSessionKnowsWhichProviderItCameFrom(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ada := tenant(t, db, "ada")
		p := samlProvider(store.ProviderOwner{Organization: ada.Organization.ID}, "one")
		p.ClientSecret = "planted"
		session := &store.Session{UserID: ada.User.ID, Kind: store.SessionConsole, Token: "token", ExpiresAt: time.Now().Add(time.Hour)}
		if err := errors.Join(db.CreateIdentityProvider(ctx, p, 1), db.CreateSession(ctx, session)); err != nil {
			t.Fatal(err)
		}
		want := &store.SignOnSession{SessionID: session.ID, ProviderID: p.ID, Name: "ada@example.org", Index: "_1"}
		if err := db.KeepSignOn(ctx, want); err != nil {
			t.Fatal(err)
		}
		got, err := db.SignOnOf(ctx, store.SessionConsole, "token")
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		if got, err := db.SignOnOf(ctx, store.SessionConsole, "other"); err != nil || got != nil {
			t.Errorf("an unknown session came from %+v, %v", got, err)
		}
		if n, err := db.Reseal(ctx); err != nil || n != 4 { // secrets of the organization, the user and the client, and the facts
			t.Errorf("%d sealed again, %v", n, err)
		}
		if err := db.DeleteSession(ctx, store.SessionConsole, "token"); err != nil {
			t.Fatal(err)
		}
		if got, err := db.SignOnOf(ctx, store.SessionConsole, "token"); err != nil || got != nil {
			t.Errorf("an ended session came from %+v, %v", got, err)
		}
	})
}
