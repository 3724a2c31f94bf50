package access_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

// attempt logs in from an address of its own, so that the limits of addresses do not matter.
func (h *house) attempt(t *testing.T, n int, email, password string) error {
	t.Helper()
	_, _, err := h.service.Login(t.Context(), access.LoginRequest{Email: email, Password: password, Address: fmt.Sprint("10.1.0.", n)})
	return err
}

func TestAnEmailIsLockedAfterFifteenFailuresInARowWhateverTheAddress(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, email := range []string{"ada@example.org", "nobody@example.org"} {
			h := build(t, sameKind(t, db))
			for n := range 15 {
				if err := h.attempt(t, n, email, "Wrong-Passw0rd"); !fault.Is(err, fault.Unauthenticated) {
					t.Fatalf("%s, attempt %d: %v", email, n+1, err)
				}
			}
			err := h.attempt(t, 20, " "+email, rightPassword)
			if wait := fault.As(err); wait == nil || wait.Kind != fault.Throttled || wait.RetryAfter.Round(time.Second) != 30*time.Second {
				t.Fatalf("%s: %v", email, err)
			}
			if err := h.attempt(t, 21, h.other.Email, rightPassword); err != nil {
				t.Errorf("somebody else: %v", err)
			}
			h.clock.advance(31 * time.Second)
			if err := h.attempt(t, 22, email, "Wrong-Passw0rd"); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%s, after the lock: %v", email, err)
			}
			h.clock.advance(31 * time.Second)
			if err := h.attempt(t, 23, email, rightPassword); !fault.Is(err, fault.Throttled) {
				t.Errorf("%s, the second lock is no longer than the first: %v", email, err)
			}
			h.clock.advance(30 * time.Second)
			err = h.attempt(t, 24, email, rightPassword)
			if known := email == h.ada.Email; known != (err == nil) {
				t.Errorf("%s, after the second lock: %v", email, err)
			}
		}
	})
}

// sameKind is another database of the kind of one.
func sameKind(t *testing.T, db *store.DB) *store.DB {
	t.Helper()
	if db.Driver() == "postgres" {
		return storetest.Postgres(t)
	}
	return storetest.SQLite(t)
}

func TestARightPasswordADayOrAnAdministratorEndTheCount(t *testing.T) {
	t.Parallel()
	h := build(t, storetest.SQLite(t))
	ctx := t.Context()
	n := 0
	fail := func(times int) {
		t.Helper()
		for range times {
			n++
			if err := h.attempt(t, n, h.ada.Email, "Wrong-Passw0rd"); !fault.Is(err, fault.Unauthenticated) {
				t.Fatal(err)
			}
		}
	}
	right := func() error { n++; return h.attempt(t, n, h.ada.Email, rightPassword) }
	locked := func() bool {
		states, err := h.service.PasswordStates(ctx, h.organization.ID, h.ada.ID)
		if err != nil {
			t.Fatal(err)
		}
		return states[h.ada.ID].Locked
	}
	fail(14)
	if err := right(); err != nil {
		t.Fatal(err)
	}
	fail(14)
	h.clock.advance(24*time.Hour + time.Second)
	fail(14)
	if locked() {
		t.Error("locked too early")
	}
	fail(1)
	if !locked() || !fault.Is(right(), fault.Throttled) {
		t.Error("not locked")
	}
	if err := h.service.Unlock(ctx, h.organization.ID+1, h.ada.ID); err != nil || !locked() {
		t.Errorf("another organization unlocked it: %v", err)
	}
	if err := h.service.Unlock(ctx, h.organization.ID, h.ada.ID); err != nil || locked() {
		t.Errorf("it was not unlocked: %v", err)
	}
	fail(15)
	if err := h.service.SetPassword(ctx, h.ada.ID, h.organization.ID, rightPassword, access.Person{}); err != nil {
		t.Fatal(err)
	}
	if err := right(); err != nil {
		t.Errorf("a new password does not unlock: %v", err)
	}
	fail(15)
	h.clock.advance(time.Minute)
	if locked() {
		t.Error("a lock that has passed is still shown")
	}
	if err := h.service.Expire(ctx, h.clock.now().Add(25*time.Hour)); err != nil {
		t.Error(err)
	}
}

func TestManyLoginsAtOnceCannotPassTheLockTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		second := access.New(db, access.Options{Vault: storetest.Vault(t), Now: h.clock.now})
		t.Cleanup(second.Close)
		var checked atomic.Int64
		var all sync.WaitGroup
		for n := range 30 {
			service := h.service
			if n%2 == 1 {
				service = second
			}
			all.Go(func() {
				_, _, err := service.Login(t.Context(), access.LoginRequest{Email: h.ada.Email, Password: "Wrong-Passw0rd", Address: fmt.Sprint("10.2.0.", n)})
				if fault.Is(err, fault.Unauthenticated) {
					checked.Add(1)
				} else if !fault.Is(err, fault.Throttled) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if checked.Load() != 15 {
			t.Errorf("%d passwords were checked", checked.Load())
		}
	})
}

func TestAPolicyIsReadWithItsDefaults(t *testing.T) {
	t.Parallel()
	got, err := access.ParsePolicy([]byte(`{"minLength": 12, "updatedDt": null, "symbolCharacterSet": "!ä"}`))
	want := access.DefaultPolicy()
	want.MinLength, want.SymbolCharacterSet = 12, "!ä"
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := access.ParsePolicy([]byte(`{"minSymbols": 0, "symbolCharacterSet": ""}`)); err != nil {
		t.Errorf("no symbols, and none wanted: %v", err)
	}
}
