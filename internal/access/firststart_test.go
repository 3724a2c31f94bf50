package access_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

func fresh(t *testing.T, db *store.DB) *access.Service {
	t.Helper()
	service := access.New(db, access.Options{Vault: storetest.Vault(t)})
	t.Cleanup(service.Close)
	return service
}

func TestTheFirstStartMakesTheSystemAndTheOperator(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		service := fresh(t, db)
		made, err := service.FirstStart(ctx, access.FirstStart{Email: " ada@example.org ", OrganizationName: "Acme", PasswordSetting: "demo.password"})
		if err != nil {
			t.Fatal(err)
		}
		if !made.Created || made.Email != "ada@example.org" || made.Password == "" || made.AccountID == store.SystemAccount || made.UserID == store.SystemUser {
			t.Fatalf("made %+v", made)
		}
		if kept, ok, err := db.Setting(ctx, "demo.password"); err != nil || !ok || kept != made.Password {
			t.Errorf("the generated password was not kept: %v %v", ok, err)
		}
		p, _, err := service.Login(ctx, access.LoginRequest{Email: made.Email, Password: made.Password})
		if err != nil {
			t.Fatal(err)
		}
		if p.User.ID != made.UserID || p.Account.ID != made.AccountID || p.Organization.ID != made.OrganizationID ||
			p.Organization.Name != "Acme" || !p.Account.Default || !p.OrganizationAdmin() {
			t.Errorf("the administrator is %+v", p.Identity)
		}
		if _, err := service.Authenticate(ctx, access.Credentials{User: made.UserSecret, Organization: made.OrganizationSecret}); err != nil {
			t.Errorf("the secrets: %v", err)
		}
		system, err := db.IdentityByUser(ctx, store.SystemUser)
		if err != nil || !system.Organization.System || system.Account.ID != store.SystemAccount {
			t.Errorf("the system: %+v %v", system, err)
		}

		again, err := service.FirstStart(ctx, access.FirstStart{Email: "eve@example.org", Password: rightPassword, PasswordSetting: "demo.password"})
		if err != nil {
			t.Fatal(err)
		}
		if again.Created || again.Password != "" || again.UserSecret != "" {
			t.Errorf("a second start made %+v", again)
		}
		if _, err := db.IdentityByEmail(ctx, "eve@example.org"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a second start made a user: %v", err)
		}
	})
}

func TestAGivenPasswordIsNotReturnedNorKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		service := fresh(t, db)
		made, err := service.FirstStart(t.Context(), access.FirstStart{Password: rightPassword, PasswordSetting: "demo.password"})
		if err != nil {
			t.Fatal(err)
		}
		if made.Password != "" || made.Email != access.DefaultAdminEmail {
			t.Errorf("made %+v", made)
		}
		if _, ok, err := db.Setting(t.Context(), "demo.password"); ok || err != nil {
			t.Errorf("a given password was kept: %v", err)
		}
		if _, _, err := service.Login(t.Context(), access.LoginRequest{Email: made.Email, Password: rightPassword}); err != nil {
			t.Error(err)
		}
	})
}

func TestABadFirstStartMakesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		service := fresh(t, db)
		for want, f := range map[string]access.FirstStart{
			"at least 8 characters":  {Password: "Aa1!"},
			"numeric":                {Password: "MissingNumber!"},
			"uppercase":              {Password: "missing-upper1"},
			"lowercase":              {Password: "MISSING-LOWER1"},
			"special character":      {Password: "NoSymbols1"},
			"not an email address":   {Email: "ada"},
			`"a b@example.org" is`:   {Email: "a b@example.org"},
			`"@example.org" is not`:  {Email: "@example.org"},
			`"ada@a@b" is not an em`: {Email: "ada@a@b"},
		} {
			if _, err := service.FirstStart(t.Context(), f); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: got %v, want %q", f, err, want)
			}
		}
		if done, err := db.Bootstrapped(t.Context()); done || err != nil {
			t.Errorf("something was made: %v", err)
		}
	})
}

func TestOfManyFirstStartsAtOnceOneMakesEverything(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		results := make([]*access.FirstStartResult, 4)
		var all sync.WaitGroup
		for i := range results {
			service := fresh(t, db)
			all.Go(func() {
				var err error
				if results[i], err = service.FirstStart(t.Context(), access.FirstStart{}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		created := 0
		for _, r := range results {
			if r != nil && r.Created {
				created++
			}
		}
		if created != 1 {
			t.Errorf("%d first starts made everything", created)
		}
	})
}

func TestAFirstStartAfterOneThatBrokeOffStillMakesTheSystem(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		broken := errors.New("broken off")
		err := db.InTx(t.Context(), func(tx *store.DB) error {
			o := store.Organization{Name: "o", Secret: "s"}
			if err := tx.CreateOrganization(t.Context(), &o); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		service := access.New(db, access.Options{Vault: storetest.Vault(t)})
		defer service.Close()
		if result, err := service.FirstStart(t.Context(), access.FirstStart{}); err != nil || !result.Created {
			t.Errorf("%+v %v", result, err)
		}
	})
}
