package access_test

import (
	"strings"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

// principal is a user as a caller.
func (h *house) principal(t *testing.T, userID int64) *access.Principal {
	t.Helper()
	p, err := h.service.ByUser(t.Context(), userID)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (h *house) accepts(t *testing.T, c access.Credentials) bool {
	t.Helper()
	_, err := h.service.Authenticate(t.Context(), c)
	if err != nil && !fault.Is(err, fault.Unauthenticated) {
		t.Fatal(err)
	}
	return err == nil
}

func TestARotatedSecretWorksUntilItsOverlapEndsToTheSecond(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ada := h.principal(t, h.ada.ID)
		old := access.Credentials{User: h.ada.Secret, Organization: h.organization.Secret}
		if !h.accepts(t, old) {
			t.Fatal("the secrets do not work")
		}
		user, err := h.service.RotateUserSecret(t.Context(), ada, h.ada.ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		organization, err := h.service.RotateOrganizationSecret(t.Context(), ada, 2*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		mixed := access.Credentials{User: user.Value, Organization: h.organization.Secret}
		current := access.Credentials{User: user.Value, Organization: organization.Value}
		steps := []struct {
			what                string
			to                  time.Time
			old, mixed, current bool
		}{
			{"at once", h.clock.now(), true, true, true},
			{"a second before the user secret ends", user.PreviousUntil.Add(-time.Second), true, true, true},
			{"when the user secret ends", user.PreviousUntil, false, true, true},
			{"a second before the organization secret ends", organization.PreviousUntil.Add(-time.Second), false, true, true},
			{"when the organization secret ends", organization.PreviousUntil, false, false, true},
		}
		for _, step := range steps {
			h.clock.advance(step.to.Sub(h.clock.now()))
			for i := range 2 { // the second time from the cache
				for _, c := range []struct {
					name        string
					credentials access.Credentials
					want        bool
				}{{"old", old, step.old}, {"mixed", mixed, step.mixed}, {"current", current, step.current}} {
					if got := h.accepts(t, c.credentials); got != c.want {
						t.Errorf("%s: %s secrets, time %d: accepted %v", step.what, c.name, i+1, got)
					}
				}
			}
		}
	})
}

func TestThereIsOneOldSecretAtATime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ada := h.principal(t, h.ada.ID)
		rotate := func(overlap time.Duration) string {
			made, err := h.service.RotateUserSecret(t.Context(), ada, h.ada.ID, overlap)
			if err != nil {
				t.Fatal(err)
			}
			if made.PreviousUntil.IsZero() != (overlap == 0) {
				t.Errorf("an overlap of %v ends %v", overlap, made.PreviousUntil)
			}
			return made.Value
		}
		check := func(secret string, want bool) {
			t.Helper()
			if got := h.accepts(t, access.Credentials{User: secret}); got != want {
				t.Errorf("accepted %v", got)
			}
		}
		first := h.ada.Secret
		second := rotate(time.Hour)
		check(first, true)
		check(second, true)
		third := rotate(time.Hour)
		check(first, false)
		check(second, true)
		fourth := rotate(0)
		check(second, false)
		check(third, false)
		check(fourth, true)

		fifth := rotate(access.MaxOverlap)
		check(fourth, true)
		if err := h.service.EndOverlap(t.Context(), store.UserSecret, h.organization.ID, h.ada.ID); err != nil {
			t.Fatal(err)
		}
		check(fourth, false)
		check(fifth, true)
		if err := h.service.EndOverlap(t.Context(), store.UserSecret, h.organization.ID, h.ada.ID); err != nil {
			t.Errorf("nothing to end: %v", err)
		}
	})
}

func TestSecretsAreHandledByTheirUserAndWhoeverCoversThem(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		branch := &store.Account{OrganizationID: h.organization.ID, Name: "Branch", Active: true}
		if err := db.CreateAccount(t.Context(), branch); err != nil {
			t.Fatal(err)
		}
		chief := h.user(t, branch, "chief@example.org", "", access.RoleAccountAdmin)
		worker := h.user(t, branch, "worker@example.org", "", access.RoleDefaultUser)
		clerk := h.user(t, h.account, "clerk@example.org", "", access.RoleOrganizationUser)
		const noFault fault.Kind = -1
		for _, test := range []struct {
			name      string
			by, whose *store.User
			want      fault.Kind
		}{
			{"one's own", worker, worker, noFault},
			{"an administrator's of the organization", h.ada, worker, noFault},
			{"an administrator's of the account", chief, worker, noFault},
			{"of another account", chief, clerk, fault.NotFound},
			{"of another organization", h.ada, h.other, fault.NotFound},
			{"without the privilege", worker, chief, fault.Forbidden},
			{"without the privilege, in another organization", worker, h.other, fault.Forbidden},
			{"of nobody", h.ada, &store.User{ID: 1 << 60}, fault.NotFound},
			{"of the system", h.ada, &store.User{ID: store.SystemUser}, fault.NotFound},
		} {
			_, err := h.service.RotateUserSecret(t.Context(), h.principal(t, test.by.ID), test.whose.ID, time.Hour)
			if test.want == noFault && err != nil || test.want != noFault && !fault.Is(err, test.want) {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		above := h.user(t, branch, "above@example.org", "", access.RoleOrganizationAdmin)
		if _, err := h.service.RotateUserSecret(t.Context(), h.principal(t, chief.ID), above.ID, 0); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody above: %v", err)
		}
	})
}

func TestTheLastUseOfASecretIsKnownToTheMinute(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		c := access.Credentials{User: h.ada.Secret, Organization: h.organization.Secret}
		last := func(kind store.SecretKind, id int64) time.Time {
			t.Helper()
			all, err := h.service.SecretsOf(t.Context(), kind, h.organization.ID, id)
			if err != nil {
				t.Fatal(err)
			}
			return all[0].LastUsedAt
		}
		if at := last(store.UserSecret, h.ada.ID); !at.IsZero() {
			t.Errorf("a secret that nobody used was used at %v", at)
		}
		for _, step := range []struct {
			wait time.Duration
			seen bool
		}{{0, true}, {59 * time.Second, false}, {time.Second, true}, {time.Hour, true}} {
			h.clock.advance(step.wait)
			if !h.accepts(t, c) {
				t.Fatal("the secrets do not work")
			}
			want := h.clock.now().Truncate(time.Millisecond)
			for kind, id := range map[store.SecretKind]int64{store.UserSecret: h.ada.ID, store.OrganizationSecret: h.organization.ID} {
				if got := last(kind, id); got.Equal(want) != step.seen {
					t.Errorf("%s after %v: last used %v, now %v", kind, step.wait, got, want)
				}
			}
		}
	})
}

func TestUsesThatWaitAreWrittenWhenTheServiceCloses(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	h := build(t, db)
	service := access.New(db, access.Options{Vault: storetest.Vault(t), Now: h.clock.now})
	if _, err := service.Authenticate(t.Context(), access.Credentials{User: h.ada.Secret}); err != nil {
		t.Fatal(err)
	}
	before, err := db.Secrets(t.Context(), store.UserSecret, h.organization.ID, h.ada.ID, h.clock.now())
	if err != nil || !before[0].LastUsedAt.IsZero() {
		t.Fatalf("written with the call: %+v %v", before, err)
	}
	service.Close()
	after, err := db.Secrets(t.Context(), store.UserSecret, h.organization.ID, h.ada.ID, h.clock.now())
	if err != nil || after[0].LastUsedAt.IsZero() {
		t.Errorf("%+v %v", after, err)
	}
}

func TestAnotherServerHearsOfARotationAndOfARevokedKey(t *testing.T) {
	t.Parallel()
	url, keys := storetest.PostgresURL(t), storetest.Vault(t)
	h := build(t, storetest.Open(t, store.Options{URL: url, Vault: keys}))
	second := storetest.Open(t, store.Options{URL: url, Vault: keys})
	other := access.New(second, access.Options{Vault: keys, Now: h.clock.now})
	t.Cleanup(other.Close)
	heard := make(chan store.Change, 1000)
	t.Cleanup(second.Subscribe(func(c store.Change) { heard <- c }))
	hear := func(what string) {
		t.Helper()
		for {
			select {
			case c := <-heard:
				if c.Noun == "user" && c.ID == h.ada.ID {
					return
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("the other server heard nothing of %s", what)
			}
		}
	}
	for listening := false; !listening; { // a server that has just started may not listen yet
		storetest.SetActive(t, h.db, h.other.ID, true)
		select {
		case c := <-heard:
			listening = c.Noun == "user"
		case <-time.After(50 * time.Millisecond):
		}
	}
	ada := h.principal(t, h.ada.ID)
	_, key, err := h.service.CreateAPIKey(t.Context(), ada, h.ada.ID, "nightly", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	old, machine := access.Credentials{User: h.ada.Secret}, access.Credentials{Bearer: key}
	accepted := func(c access.Credentials) bool {
		_, err := other.Authenticate(t.Context(), c)
		return err == nil
	}
	if !accepted(old) || !accepted(machine) {
		t.Fatal("the other server does not know the secrets")
	}
	made, err := h.service.RotateUserSecret(t.Context(), ada, h.ada.ID, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	hear("the rotation")
	if !accepted(old) || !accepted(access.Credentials{User: made.Value}) {
		t.Error("in the overlap the other server wants both secrets")
	}
	h.clock.advance(made.PreviousUntil.Sub(h.clock.now()))
	if accepted(old) {
		t.Error("the other server accepts the old secret when its time is over")
	}
	list, err := h.service.APIKeys(t.Context(), ada, h.ada.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	if err := h.service.DeleteAPIKey(t.Context(), ada, h.ada.ID, list[0].ID); err != nil {
		t.Fatal(err)
	}
	hear("the revoked key")
	if accepted(machine) {
		t.Error("the other server accepts a revoked key")
	}
}

func TestOverlapsAreWholeMinutesUpToThirtyDays(t *testing.T) {
	t.Parallel()
	number := func(f float64) *float64 { return &f }
	for _, test := range []struct {
		name    string
		minutes *float64
		want    time.Duration // below 0: refused
	}{
		{"nothing", nil, time.Hour}, {"zero", number(0), 0}, {"a minute", number(1), time.Minute}, {"30 days", number(43200), access.MaxOverlap},
		{"more", number(43201), -1}, {"less than nothing", number(-1), -1}, {"a part", number(0.5), -1}, {"very much", number(1e300), -1},
	} {
		got, err := access.Overlap(test.minutes)
		if test.want < 0 && (!fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "overlapMinutes")) || test.want >= 0 && (err != nil || got != test.want) {
			t.Errorf("%s: %v %v", test.name, got, err)
		}
	}
}
