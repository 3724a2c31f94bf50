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

// policy puts a policy of its own on Ada's organization.
func (h *house) policy(t *testing.T, change func(*access.Policy)) {
	t.Helper()
	p := access.DefaultPolicy()
	change(&p)
	row := store.PasswordPolicy(p)
	if err := h.db.PutPasswordPolicy(t.Context(), h.organization.ID, &row); err != nil {
		t.Fatal(err)
	}
}

func (h *house) logIn(t *testing.T, email, password string) error {
	t.Helper()
	_, _, err := h.service.Login(t.Context(), access.LoginRequest{Email: email, Password: password, Address: "10.0.0.1"})
	return err
}

func TestASetPasswordReplacesTheOldOneAndEndsEveryLogin(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		_, session, err := h.service.Login(ctx, access.LoginRequest{Email: h.ada.Email, Password: rightPassword})
		if err != nil {
			t.Fatal(err)
		}
		_, others, err := h.service.Login(ctx, access.LoginRequest{Email: h.other.Email, Password: rightPassword})
		if err != nil {
			t.Fatal(err)
		}
		bearer := access.Credentials{Bearer: session.Token}
		if _, err := h.service.Authenticate(ctx, bearer); err != nil {
			t.Fatal(err)
		}
		if err := h.service.SetPassword(ctx, h.ada.ID, h.organization.ID, "weak", access.Person{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a weak one: %v", err)
		}
		if err := h.service.SetPassword(ctx, h.other.ID, h.organization.ID, "Another-Passw0rd", access.Person{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("of a user of another organization: %v", err)
		}
		if _, err := h.service.Authenticate(ctx, bearer); err != nil {
			t.Errorf("refused changes ended a login: %v", err)
		}
		if err := h.service.SetPassword(ctx, h.ada.ID, h.organization.ID, "Another-Passw0rd", access.Person{}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.service.Authenticate(ctx, bearer); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the login of before: %v", err)
		}
		if _, err := h.service.Authenticate(ctx, access.Credentials{Bearer: others.Token}); err != nil {
			t.Errorf("somebody else's login: %v", err)
		}
		if err := h.logIn(t, h.ada.Email, rightPassword); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the old password: %v", err)
		}
		if err := h.logIn(t, h.ada.Email, "Another-Passw0rd"); err != nil {
			t.Errorf("the new password: %v", err)
		}
	})
}

func TestAsManyPasswordsAsThePolicySaysMayNotComeAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		set := func(password string) error {
			return h.service.SetPassword(t.Context(), h.ada.ID, h.organization.ID, password, access.Person{})
		}
		if err := set(rightPassword); err != nil {
			t.Errorf("without a history the same one may come again: %v", err)
		}
		h.policy(t, func(p *access.Policy) { p.PreviousPasswordCount = 3 })
		for _, step := range []struct {
			password string
			again    bool
		}{
			{rightPassword, true}, {"Second-Passw0rd", false}, {rightPassword, true}, {"Third-Passw0rd", false},
			{rightPassword, true}, {"Fourth-Passw0rd", false}, {"Second-Passw0rd", true}, {rightPassword, false},
		} {
			err := set(step.password)
			if again := fault.Is(err, fault.Invalid); again != step.again || (err == nil) == again {
				t.Errorf("%s: %v", step.password, err)
			}
			if step.again && (err == nil || !strings.Contains(err.Error(), "last 3")) {
				t.Errorf("the refusal does not say how many: %v", err)
			}
		}
		if hashes, err := db.RecentPasswords(t.Context(), h.ada.ID, 9); err != nil || len(hashes) != 3 {
			t.Errorf("%d hashes are kept, %v", len(hashes), err)
		}
		h.policy(t, func(p *access.Policy) { p.PreviousPasswordCount = 0 })
		if err := set("Fifth-Passw0rd"); err != nil {
			t.Fatal(err)
		}
		if hashes, err := db.RecentPasswords(t.Context(), h.ada.ID, 9); err != nil || len(hashes) != 1 {
			t.Errorf("%d hashes are kept that nobody asks for any more, %v", len(hashes), err)
		}
	})
}

func TestANewPasswordHashFollowsThePolicyOfTheOrganization(t *testing.T) {
	t.Parallel()
	h := build(t, storetest.SQLite(t))
	h.policy(t, func(p *access.Policy) { p.MinLength = 20 })
	person := access.Person{FirstName: "Ada", LastName: "Byron", Email: "ada@example.org"}
	for password, want := range map[string]string{
		"Short-Passw0rd": "at least 20 characters", "Long-Enough-Passw0rd-": "", "Long-Enough-Byron-Passw0rd": "last name",
	} {
		hash, err := h.service.NewPasswordHash(t.Context(), h.organization.ID, password, person)
		switch {
		case want == "" && (err != nil || hash == ""):
			t.Errorf("%s: %v", password, err)
		case want != "" && (!fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v, want %q", password, err, want)
		}
	}
	if _, err := h.service.NewPasswordHash(t.Context(), 1<<60, "Short-Passw0rd", person); err != nil {
		t.Errorf("under the default policy: %v", err)
	}
}

func TestASessionIsOpenedForAUserWhoMayAct(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		p, session, err := h.service.OpenSession(ctx, h.ada.ID, store.SessionConsole)
		if err != nil || p.User.ID != h.ada.ID || session.ExpiresAt.Sub(session.CreatedAt) != access.ConsoleSessionLife {
			t.Fatalf("%v, %v", session, err)
		}
		if _, err := h.service.ConsoleSession(ctx, session.Token); err != nil {
			t.Error(err)
		}
		storetest.SetActive(t, db, h.ada.ID, false)
		for _, id := range []int64{h.ada.ID, store.SystemUser, 1 << 60, -1} {
			if _, _, err := h.service.OpenSession(ctx, id, store.SessionConsole); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("user %d: %v", id, err)
			}
		}
	})
}

func TestTheStateOfAPasswordSaysWhetherItHasExpired(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		none := h.user(t, h.account, "none@example.org", "")
		state := func(id int64) access.PasswordState {
			states, err := h.service.PasswordStates(ctx, h.organization.ID, h.ada.ID, none.ID, h.other.ID, 1<<60)
			if err != nil {
				t.Fatal(err)
			}
			if _, there := states[h.other.ID]; there || len(states) != 2 {
				t.Errorf("%v", states)
			}
			return states[id]
		}
		h.clock.advance(400 * 24 * time.Hour)
		if state(h.ada.ID).Expired {
			t.Error("it expired without a policy")
		}
		h.policy(t, func(p *access.Policy) { p.ExpirationDays = 30 })
		if !state(h.ada.ID).Expired {
			t.Error("it has not expired")
		}
		if state(none.ID).Expired {
			t.Error("a password that is not there has expired")
		}
		if err := h.service.SetPassword(ctx, h.ada.ID, h.organization.ID, "Another-Passw0rd", access.Person{}); err != nil {
			t.Fatal(err)
		}
		if state(h.ada.ID).Expired {
			t.Error("a new one has expired")
		}
		h.clock.advance(30*24*time.Hour + time.Second)
		if !state(h.ada.ID).Expired {
			t.Error("after 30 days it has not expired")
		}
	})
}
