package signon_test

import (
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/outbound"
	"jackfield/internal/signon"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
	"jackfield/internal/tenant"
	"jackfield/internal/vault"
	"jackfield/simulator/identity"
)

// home is the address of the server under test; nothing listens there.
const home = "http://127.0.0.1:1"

var (
	ada    = identity.Person{Email: "ada@example.org", FirstName: "Ada", LastName: "Byron", Groups: []string{"staff"}}
	grace  = identity.Person{Email: "grace@example.org", FirstName: "Grace", LastName: "Hopper", Groups: []string{"staff", "chiefs", "unknown"}}
	nobody = identity.Person{Email: "nobody@example.org", FirstName: "No", LastName: "Body"}
)

// scene is a service with an organization, its administrators and an identity provider.
type scene struct {
	t         testing.TB
	db        *store.DB
	service   *signon.Service
	tenants   *tenant.Service
	access    *access.Service
	simulator *identity.Simulator
	provider  string            // address of the simulator
	ahead     atomic.Int64      // of our clock, in nanoseconds
	operator  *access.Principal // of organization and customer
	chief     *access.Principal // of the organization alone
	saml      *store.IdentityProvider
	oidc      *store.IdentityProvider
}

// both runs a test on both databases.
func both(t *testing.T, test func(s *scene)) {
	t.Helper()
	for name, url := range map[string]string{"sqlite": "", "postgres": "postgres"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := storetest.Vault(t)
			o := store.Options{Dir: t.TempDir(), Vault: keys}
			if url != "" {
				o = store.Options{URL: storetest.PostgresURL(t), Vault: keys}
			}
			test(newScene(t, storetest.Open(t, o), keys))
		})
	}
}

// one runs a test on SQLite.
func one(t testing.TB) *scene {
	t.Helper()
	keys := storetest.Vault(t)
	return newScene(t, storetest.Open(t, store.Options{Dir: t.TempDir(), Vault: keys}), keys)
}

func newScene(t testing.TB, db *store.DB, keys *vault.Vault) *scene {
	t.Helper()
	ctx := t.Context()
	s := &scene{t: t, db: db}
	var err error
	if s.simulator, err = identity.New(identity.Options{People: []identity.Person{ada, grace, nobody}}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.simulator)
	t.Cleanup(server.Close)
	s.provider = server.URL
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := outbound.New(outbound.Options{AllowAddresses: []netip.AddrPort{netip.MustParseAddrPort(u.Host)}})
	t.Cleanup(client.Close)
	s.access = access.New(db, access.Options{Vault: keys})
	t.Cleanup(s.access.Close)
	s.tenants = tenant.New(tenant.Options{DB: db, Access: s.access, Log: slog.New(slog.DiscardHandler)})
	s.service = signon.New(signon.Options{DB: db, Access: s.access, Tenants: s.tenants, Outbound: client, Vault: keys, Now: s.now, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if _, err := s.access.FirstStart(ctx, access.FirstStart{Email: "operator@example.org", Password: "Sample-Passw0rd"}); err != nil {
		t.Fatal(err)
	}
	if s.operator, err = s.access.FirstAdministrator(ctx); err != nil {
		t.Fatal(err)
	}
	s.chief = s.user("chief@example.org", access.RoleOrganizationAdmin)
	s.user(ada.Email, access.RoleOrganizationUser)
	s.saml = s.create(signon.OfOrganization, s.samlBody(nil))
	s.oidc = s.create(signon.OfOrganization, s.oidcBody(nil))
	return s
}

func (s *scene) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

func (s *scene) user(email string, roles ...string) *access.Principal {
	s.t.Helper()
	return s.userOf(s.operator.Organization.ID, s.operator.Account.ID, email, roles...)
}

func (s *scene) userOf(organization, account int64, email string, roles ...string) *access.Principal {
	s.t.Helper()
	identity, err := s.tenants.Admit(s.t.Context(), organization, account, tenant.NewUser{FirstName: "A", LastName: "B", Email: email, Roles: roles})
	if err != nil {
		s.t.Fatal(err)
	}
	return access.AsPrincipal(identity)
}

func (s *scene) create(level signon.Level, body string) *store.IdentityProvider {
	s.t.Helper()
	p, err := s.service.Create(s.t.Context(), s.chief, level, []byte(body))
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *scene) change(p *store.IdentityProvider, body string) {
	s.t.Helper()
	changed, err := s.service.Change(s.t.Context(), s.chief, signon.OfOrganization, p.ID, []byte(body))
	if err != nil {
		s.t.Fatal(err)
	}
	*p = *changed
}

func members(pairs map[string]string, more map[string]string) string {
	for name, value := range more {
		pairs[name] = value
	}
	var list []string
	for name, value := range pairs {
		list = append(list, `"`+name+`":`+value)
	}
	return "{" + strings.Join(list, ",") + "}"
}

func (s *scene) samlBody(more map[string]string) string {
	return members(map[string]string{
		"entityId": `"` + identity.EntityID(s.provider) + `"`, "ssoUrl": `"` + s.provider + `/saml/sso"`, "signingCert": `"` + s.simulator.Certificate() + `"`,
		"logoutUrl": `"` + s.provider + `/saml/slo"`,
	}, more)
}

func (s *scene) oidcBody(more map[string]string) string {
	return members(map[string]string{
		"type": `"oidc"`, "issuer": `"` + s.provider + `"`, "clientId": `"` + identity.DefaultClientID + `"`, "clientSecret": `"` + identity.DefaultClientSecret + `"`,
	}, more)
}

// browser keeps the cookies of sign-on.
type browser map[string]string

func (b browser) cookie(name string) string { return b[name] }

// begin starts a login and keeps its cookie.
func (s *scene) begin(b browser, p *store.IdentityProvider, next string) *url.URL {
	s.t.Helper()
	begun, err := s.service.Start(s.t.Context(), p.ID, home, next)
	if err != nil {
		s.t.Fatal(err)
	}
	b[begun.Cookie] = begun.Value
	u, err := url.Parse(begun.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

// wantCode checks how a login ended; "" = well.
func (s *scene) wantCode(what string, err error, want signon.Code) {
	s.t.Helper()
	switch {
	case want == "" && err != nil:
		s.t.Errorf("%s: %v", what, err)
	case want != "" && err == nil:
		s.t.Errorf("%s: the login succeeded, want %s", what, want)
	case want != "" && signon.CodeOf(err) != want:
		s.t.Errorf("%s: code %s (%v), want %s", what, signon.CodeOf(err), err, want)
	}
}
