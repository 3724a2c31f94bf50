package access_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
	"jackfield/internal/vault"
)

// house is a server's access to a database with two organizations.
type house struct {
	db           *store.DB
	service      *access.Service
	clock        *clock
	organization *store.Organization
	account      *store.Account
	ada          *store.User // administrator, password "Right-Passw0rd"
	other        *store.User // of another organization
	otherSecret  string      // secret of that organization
}

type clock struct{ nanos atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(0, c.nanos.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

const rightPassword = "Right-Passw0rd"

// rightHash is made once: each costs 19 MiB and a core.
var rightHash = sync.OnceValue(func() string { return vault.HashPassword(rightPassword) })

func build(t *testing.T, db *store.DB) *house {
	t.Helper()
	h := &house{db: db, clock: new(clock)}
	h.clock.nanos.Store(time.Now().UnixNano())
	h.service = access.New(db, access.Options{Vault: storetest.Vault(t), Now: h.clock.now})
	t.Cleanup(h.service.Close)
	if _, err := h.service.FirstStart(t.Context(), access.FirstStart{Email: "root@example.org", Password: rightPassword}); err != nil {
		t.Fatal(err)
	}
	h.organization, h.account = h.tenant(t, "Acme")
	h.ada = h.user(t, h.account, "ada@example.org", rightPassword, access.RoleOrganizationAdmin)
	organization, account := h.tenant(t, "Other")
	h.other, h.otherSecret = h.user(t, account, "eve@example.net", rightPassword, access.RoleOrganizationUser), organization.Secret
	return h
}

func (h *house) tenant(t *testing.T, name string) (*store.Organization, *store.Account) {
	t.Helper()
	organization := &store.Organization{Name: name, Secret: access.NewOrganizationSecret(), Active: true}
	if err := h.db.CreateOrganization(t.Context(), organization); err != nil {
		t.Fatal(err)
	}
	account := &store.Account{OrganizationID: organization.ID, Name: name, Default: true, Active: true}
	if err := h.db.CreateAccount(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	return organization, account
}

func (h *house) user(t *testing.T, account *store.Account, email, password string, roles ...string) *store.User {
	t.Helper()
	user := &store.User{AccountID: account.ID, Email: email, FirstName: "Ada", LastName: "Byron", Secret: access.NewSecret(), Roles: roles, Active: true}
	if password == rightPassword {
		user.PasswordHash = rightHash()
	}
	if err := h.db.CreateUser(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	return user
}

func TestCredentialsNameTheirUserAndNobodyElse(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		for name, test := range map[string]struct {
			credentials access.Credentials
			want        string // part of the message; empty = ada
		}{
			"user and organization":           {access.Credentials{User: h.ada.Secret, Organization: h.organization.Secret}, ""},
			"user alone":                      {access.Credentials{User: h.ada.Secret}, ""},
			"with an element token":           {access.Credentials{User: h.ada.Secret, Element: "anything"}, ""},
			"nothing":                         {access.Credentials{}, "No credential was given"},
			"element alone":                   {access.Credentials{Element: "anything"}, "No credential was given"},
			"organization alone":              {access.Credentials{Organization: h.organization.Secret}, "user secret is missing"},
			"unknown user":                    {access.Credentials{User: access.NewSecret(), Organization: h.organization.Secret}, "user secret is not known"},
			"organization of somebody else":   {access.Credentials{User: h.ada.Secret, Organization: h.otherSecret}, "organization secret is not"},
			"unknown organization":            {access.Credentials{User: h.ada.Secret, Organization: access.NewOrganizationSecret()}, "organization secret is not"},
			"organization as user":            {access.Credentials{User: h.organization.Secret}, "user secret is not known"},
			"organization in capitals":        {access.Credentials{User: h.ada.Secret, Organization: strings.ToUpper(h.organization.Secret) + " "}, "organization secret is not"},
			"user secret in another case":     {access.Credentials{User: strings.ToLower(h.ada.Secret)}, "user secret is not known"},
			"unknown bearer":                  {access.Credentials{Bearer: access.NewSecret()}, "login is not known"},
			"user secret as bearer":           {access.Credentials{Bearer: h.ada.Secret}, "login is not known"},
			"organization secret and no user": {access.Credentials{Organization: h.organization.Secret, Element: "x"}, "user secret is missing"},
		} {
			for _, round := range []string{"first", "cached"} {
				p, err := h.service.Authenticate(t.Context(), test.credentials)
				switch {
				case test.want == "" && err != nil:
					t.Errorf("%s, %s: %v", name, round, err)
				case test.want == "" && (p.User.ID != h.ada.ID || p.Account.ID != h.account.ID || p.Organization.ID != h.organization.ID):
					t.Errorf("%s, %s: got %+v", name, round, p.Identity)
				case test.want != "" && (!fault.Is(err, fault.Unauthenticated) || !strings.Contains(err.Error(), test.want)):
					t.Errorf("%s, %s: got %v, want %q", name, round, err, test.want)
				}
			}
		}
	})
}

func TestTheSystemUserCannotAuthenticate(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		system, err := db.IdentityByUser(t.Context(), store.SystemUser)
		if err != nil {
			t.Fatal(err)
		}
		if !system.Organization.System || system.Account.ID != store.SystemAccount || system.User.PasswordHash != "" {
			t.Errorf("the system user is %+v", system)
		}
		if _, err := h.service.Authenticate(t.Context(), access.Credentials{User: system.User.Secret}); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("by secret: got %v", err)
		}
		for _, password := range []string{"", "x", rightPassword} {
			if _, _, err := h.service.Login(t.Context(), access.LoginRequest{Email: system.User.Email, Password: password}); err == nil {
				t.Errorf("logged in with password %q", password)
			}
		}
	})
}

func TestAHitReadsNoDatabase(t *testing.T) {
	t.Parallel()
	h := build(t, storetest.SQLite(t))
	_, session, err := h.service.Login(t.Context(), access.LoginRequest{Email: "ada@example.org", Password: rightPassword})
	if err != nil {
		t.Fatal(err)
	}
	known := []access.Credentials{
		{User: h.ada.Secret, Organization: h.organization.Secret},
		{User: h.ada.Secret},
		{Bearer: session.Token},
	}
	wrong := access.Credentials{User: access.NewSecret()}
	for _, c := range known {
		if _, err := h.service.Authenticate(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.service.Authenticate(t.Context(), wrong); err == nil {
		t.Fatal("an unknown secret was accepted")
	}
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range known {
		if _, err := h.service.Authenticate(t.Context(), c); err != nil {
			t.Errorf("a hit read the database: %v", err)
		}
	}
	if _, err := h.service.Authenticate(t.Context(), wrong); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a remembered refusal read the database: %v", err)
	}
	if _, err := h.service.Authenticate(t.Context(), access.Credentials{User: access.NewSecret()}); err == nil || fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a broken database looked like a wrong secret: %v", err)
	}
}

func TestLoginOpensASessionThatEnds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		p, session, err := h.service.Login(ctx, access.LoginRequest{Email: " Ada@Example.org ", Password: rightPassword, Address: "10.0.0.1"})
		if err != nil {
			t.Fatal(err)
		}
		if len(session.Token) != 44 || session.ExpiresAt.Sub(session.CreatedAt) != 24*time.Hour {
			t.Errorf("session %v of %v", session.Token, session.ExpiresAt.Sub(session.CreatedAt))
		}
		answer := access.Authenticated(p, session)
		if answer.Username != "ada@example.org" || !answer.OrganizationAdmin || answer.AccountAdmin || answer.SysAdmin ||
			answer.OrganizationName != "Acme" || len(answer.Roles) != 1 || len(answer.Roles[0].Privileges) == 0 ||
			answer.LastLoginDate != h.clock.now().Format(time.DateOnly) {
			t.Errorf("answer %+v", answer)
		}
		again, err := h.service.Authenticate(ctx, access.Credentials{Bearer: session.Token})
		if err != nil || again.User.ID != h.ada.ID {
			t.Fatalf("by the token: %v %v", again, err)
		}
		userSecret, organizationSecret, err := h.service.Secrets(ctx, again)
		if err != nil || userSecret != h.ada.Secret || organizationSecret != h.organization.Secret {
			t.Errorf("secrets: %v", err)
		}
		if _, err := h.service.ConsoleSession(ctx, session.Token); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the token of the API opened the console: %v", err)
		}
		h.clock.advance(24*time.Hour + time.Second)
		if _, err := h.service.Authenticate(ctx, access.Credentials{Bearer: session.Token}); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("after its end, cached: %v", err)
		}
	})
}

func TestAConsoleSessionLastsTwelveHoursAndLogoutEndsIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		_, session, err := h.service.Login(ctx, access.LoginRequest{Email: "ada@example.org", Password: rightPassword, Kind: store.SessionConsole})
		if err != nil {
			t.Fatal(err)
		}
		if life := session.ExpiresAt.Sub(session.CreatedAt); life != 12*time.Hour {
			t.Errorf("it lasts %v", life)
		}
		if _, err := h.service.Authenticate(ctx, access.Credentials{Bearer: session.Token}); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the console's cookie was accepted as a Bearer: %v", err)
		}
		if _, err := h.service.ConsoleSession(ctx, session.Token); err != nil {
			t.Fatal(err)
		}
		if err := h.service.Logout(ctx, store.SessionConsole, session.Token); err != nil {
			t.Fatal(err)
		}
		if _, err := h.service.ConsoleSession(ctx, session.Token); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("after logout: %v", err)
		}
		if err := h.service.Logout(ctx, store.SessionConsole, session.Token); err != nil {
			t.Errorf("a second logout: %v", err)
		}
	})
}

func TestEveryWrongLoginGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		idle := h.user(t, h.account, "idle@example.org", rightPassword)
		idle.Active = false
		messages := map[string]bool{}
		h.user(t, h.account, "nopassword@example.org", "")
		for _, r := range []access.LoginRequest{
			{Email: "ada@example.org", Password: "wrong"},
			{Email: "nobody@example.org", Password: rightPassword},
			{Email: "nopassword@example.org", Password: rightPassword},
			{Email: "ada@example.org", Password: strings.Repeat("x", access.MaxPasswordLength+1)},
			{Email: "ada@example.org' OR 1=1 --", Password: rightPassword},
		} {
			_, _, err := h.service.Login(t.Context(), r)
			if !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%s: %v", r.Email, err)
				continue
			}
			messages[err.Error()] = true
		}
		if len(messages) != 1 {
			t.Errorf("answers differ: %v", messages)
		}
		for _, r := range []access.LoginRequest{{Email: "ada@example.org"}, {Password: "x"}} {
			if _, _, err := h.service.Login(t.Context(), r); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", r, err)
			}
		}
	})
}

func TestTooManyWrongLoginsAreThrottledEvenWithTheRightPassword(t *testing.T) {
	t.Parallel()
	h := build(t, storetest.SQLite(t))
	wrong := access.LoginRequest{Email: "ada@example.org", Password: "wrong", Address: "10.0.0.9"}
	for range 10 {
		if _, _, err := h.service.Login(t.Context(), wrong); !fault.Is(err, fault.Unauthenticated) {
			t.Fatal(err)
		}
	}
	right := wrong
	right.Password = rightPassword
	if _, _, err := h.service.Login(t.Context(), right); !fault.Is(err, fault.Throttled) {
		t.Errorf("got %v, want Throttled", err)
	}
	right.Address = "10.0.0.10"
	if _, _, err := h.service.Login(t.Context(), right); err != nil {
		t.Errorf("from another address: %v", err)
	}
	h.clock.advance(16 * time.Minute)
	right.Address = wrong.Address
	if _, _, err := h.service.Login(t.Context(), right); err != nil {
		t.Errorf("after the window: %v", err)
	}
}

func TestACSRFTokenBelongsToOneSession(t *testing.T) {
	t.Parallel()
	service := access.New(storetest.SQLite(t), access.Options{Vault: storetest.Vault(t)})
	t.Cleanup(service.Close)
	one, two := access.NewSecret(), access.NewSecret()
	token := service.CSRFToken(one)
	if token == "" || strings.Contains(token, one) || token != service.CSRFToken(one) {
		t.Errorf("token %q", token)
	}
	for name, got := range map[string]bool{
		"its own":      service.ValidCSRF(one, token),
		"another":      !service.ValidCSRF(two, token),
		"empty":        !service.ValidCSRF(one, ""),
		"no session":   !service.ValidCSRF("", service.CSRFToken("")),
		"the session":  !service.ValidCSRF(one, one),
		"shortened":    !service.ValidCSRF(one, token[:len(token)-1]),
		"with a space": !service.ValidCSRF(one, token+" "),
	} {
		if !got {
			t.Errorf("%s: wrong", name)
		}
	}
}

func TestThePrincipalTravelsInTheContext(t *testing.T) {
	t.Parallel()
	if _, ok := access.PrincipalFrom(context.Background()); ok {
		t.Error("there is a caller in an empty context")
	}
	if _, ok := access.PrincipalFrom(access.WithPrincipal(context.Background(), nil)); ok {
		t.Error("nobody counts as a caller")
	}
	p := new(access.Principal)
	if got, ok := access.PrincipalFrom(access.WithPrincipal(context.Background(), p)); !ok || got != p {
		t.Error("the caller got lost")
	}
}

func TestPlatformRoutesNeedBothSecretsOrALogin(t *testing.T) {
	t.Parallel()
	for want, cases := range map[string][]access.Credentials{
		"":                    {{User: "u", Organization: "o"}, {User: "u", Organization: "o", Element: "e"}, {Bearer: "b"}},
		"organization secret": {{User: "u"}, {User: "u", Element: "e"}},
		"user secret":         {{Organization: "o"}, {Element: "e"}, {}},
	} {
		for _, c := range cases {
			err := access.RequirePlatform(c)
			switch {
			case want == "" && err != nil:
				t.Errorf("%+v: %v", c, err)
			case want != "" && (!fault.Is(err, fault.Unauthenticated) || !strings.Contains(err.Error(), want)):
				t.Errorf("%+v: got %v, want %q", c, err, want)
			}
		}
	}
}

func TestAChangeIsSeenByTheNextCall(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		c := access.Credentials{User: h.ada.Secret, Organization: h.organization.Secret}
		colleague := access.Credentials{User: h.user(t, h.account, "bob@example.org", "").Secret}
		_, session, err := h.service.Login(ctx, access.LoginRequest{Email: "ada@example.org", Password: rightPassword})
		if err != nil {
			t.Fatal(err)
		}
		bearer := access.Credentials{Bearer: session.Token}
		before := map[string]*access.Principal{}
		for name, credentials := range map[string]access.Credentials{"secret": c, "bearer": bearer, "colleague": colleague} {
			if before[name], err = h.service.Authenticate(ctx, credentials); err != nil {
				t.Fatal(err)
			}
		}
		storetest.SetActive(t, db, h.ada.ID, false)
		for name, credentials := range map[string]access.Credentials{"secret": c, "bearer": bearer} {
			if _, err := h.service.Authenticate(ctx, credentials); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("a user that is not active any more, by %s: %v", name, err)
			}
		}
		if _, _, err := h.service.Login(ctx, access.LoginRequest{Email: "ada@example.org", Password: rightPassword}); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a user that is not active any more, by password: %v", err)
		}
		// On PostgreSQL the first notification may come late and drop everything.
		local := db.Driver() == "sqlite"
		if got, err := h.service.Authenticate(ctx, colleague); err != nil || got != before["colleague"] && local {
			t.Errorf("somebody else was dropped from the cache, too: %v", err)
		}
		storetest.SetActive(t, db, h.ada.ID, true)
		if got, err := h.service.Authenticate(ctx, c); err != nil || got == before["secret"] {
			t.Errorf("a user that is active again, by secret: %v", err)
		}
		if _, err := h.service.Authenticate(ctx, bearer); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a login that ended came back: %v", err)
		}
	})
}

func TestAUserMadeAMomentAgoIsKnown(t *testing.T) {
	t.Parallel()
	h := build(t, storetest.SQLite(t))
	user := &store.User{AccountID: h.account.ID, Email: "new@example.org", Secret: access.NewSecret(), Active: true}
	c := access.Credentials{User: user.Secret}
	if _, err := h.service.Authenticate(t.Context(), c); !fault.Is(err, fault.Unauthenticated) {
		t.Fatal(err)
	}
	if err := h.db.CreateUser(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	if _, err := h.service.Authenticate(t.Context(), c); err != nil {
		t.Errorf("the refusal of before was remembered: %v", err)
	}
}

// Under -race this also shows that calls and changes do not meet in memory.
func TestNoStaleCallerStaysWhenReadingAndChangingMeet(t *testing.T) {
	t.Parallel()
	h := build(t, storetest.SQLite(t))
	ctx := t.Context()
	c := access.Credentials{User: h.ada.Secret}
	for round := range 30 {
		active := round%2 == 1
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { _, _ = h.service.Authenticate(ctx, c) })
		}
		all.Go(func() { setActive(t, h, active) })
		all.Wait()
		if _, err := h.service.Authenticate(ctx, c); (err == nil) != active {
			t.Fatalf("round %d: active %v, but the answer is %v", round, active, err)
		}
	}
}

func BenchmarkAuthenticateHit(b *testing.B) {
	db := storetest.SQLite(b)
	service := access.New(db, access.Options{Vault: storetest.Vault(b)})
	defer service.Close()
	made, err := service.FirstStart(b.Context(), access.FirstStart{})
	if err != nil {
		b.Fatal(err)
	}
	c := access.Credentials{User: made.UserSecret, Organization: made.OrganizationSecret}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := service.Authenticate(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
}

// setActive is storetest.SetActive for goroutines, which must not end the test.
func setActive(t *testing.T, h *house, active bool) {
	if _, err := h.db.ChangeUser(t.Context(), h.organization.ID, h.ada.ID, func(i *store.Identity) error {
		i.User.Active = active
		return nil
	}, nil); err != nil {
		t.Error(err)
	}
}
