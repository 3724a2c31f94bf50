package signon_test

import (
	"slices"
	"strconv"
	"testing"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/signon"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
	"jackfield/internal/tenant"
	"jackfield/simulator/identity"
)

// roles are those that a user has.
func (s *scene) roles(email string) []string {
	s.t.Helper()
	identity, err := s.db.IdentityByEmail(s.t.Context(), email)
	if err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(identity.User.Roles)
	return identity.User.Roles
}

// comes logs a person in by SAML with the groups.
func (s *scene) comes(p *store.IdentityProvider, email string, groups ...string) signon.Code {
	s.t.Helper()
	_, code := s.bySAML(p, identity.Person{Email: email, FirstName: "First", LastName: "Last", Groups: groups})
	return code
}

func TestAProviderLetsInItsOwnPeopleAlone(t *testing.T) {
	t.Parallel()
	both(t, func(s *scene) {
		ctx := s.t.Context()
		organization, account, err := s.tenants.CreateOrganization(ctx, s.operator, tenant.NewOrganization{Name: "Other"})
		if err != nil {
			s.t.Fatal(err)
		}
		s.userOf(organization.ID, account.ID, "other@example.net", access.RoleOrganizationUser)
		sub, err := s.tenants.CreateAccount(ctx, s.operator.Organization.ID, tenant.AccountChange{ExternalID: new("sub")})
		if err != nil {
			s.t.Fatal(err)
		}
		s.userOf(s.operator.Organization.ID, sub.ID, "sub@example.org", access.RoleDefaultUser)
		gone := s.user("gone@example.org", access.RoleOrganizationUser)
		storetest.SetActive(s.t, s.db, gone.User.ID, false)
		ofAccount := s.create(signon.OfAccount, s.samlBody(nil))
		for _, tt := range []struct {
			provider *store.IdentityProvider
			email    string
			want     signon.Code
		}{
			{s.saml, "ada@example.org", ""},
			{s.saml, "ADA@Example.org", ""},
			{s.saml, "sub@example.org", ""},
			{s.saml, "chief@example.org", ""},
			{s.saml, "operator@example.org", signon.NotAllowed}, // stands above the administrator who wrote the provider
			{s.saml, "other@example.net", signon.Taken},
			{s.saml, "gone@example.org", signon.Inactive},
			{s.saml, "nobody@example.org", signon.NoUser},
			{s.saml, "system@localhost", signon.NoUser},
			{s.saml, "no-address", signon.Invalid},
			{s.saml, "a@b@c", signon.Invalid},
			{ofAccount, "ada@example.org", ""},
			{ofAccount, "sub@example.org", signon.Taken},
			{ofAccount, "other@example.net", signon.Taken},
		} {
			if code := s.comes(tt.provider, tt.email); code != tt.want {
				s.t.Errorf("%s by %d: %q, want %q", tt.email, tt.provider.ID, code, tt.want)
			}
		}
		if _, err := s.tenants.ChangeAccount(ctx, s.operator, sub.ID, tenant.AccountChange{Active: new(false)}); err != nil {
			s.t.Fatal(err)
		}
		if code := s.comes(s.saml, "sub@example.org"); code != signon.Inactive {
			s.t.Errorf("of an account that is not active: %q", code)
		}
		s.change(s.saml, `{"emailDomains":["Example.NET","acme.example"],"justInTime":true}`)
		if code := s.comes(s.saml, "ada@example.org"); code != signon.NotAllowed {
			s.t.Errorf("an address of another domain: %q", code)
		}
		if code := s.comes(s.saml, "x@sub.acme.example"); code != signon.NotAllowed {
			s.t.Errorf("an address of a domain below: %q", code)
		}
		if code := s.comes(s.saml, "other@example.net"); code != signon.Taken {
			s.t.Errorf("somebody of another organization: %q", code)
		}
	})
}

func TestAProviderLetsInNobodyAboveWhoWroteIt(t *testing.T) {
	t.Parallel()
	s := one(t)
	ctx := t.Context()
	if code := s.comes(s.saml, "operator@example.org"); code != signon.NotAllowed {
		t.Errorf("the operator by the administrator's provider: %q", code)
	}
	if _, err := s.service.Change(ctx, s.operator, signon.OfOrganization, s.saml.ID, []byte(`{"name":"Acme"}`)); err != nil {
		t.Fatal(err)
	}
	if code := s.comes(s.saml, "operator@example.org"); code != "" {
		t.Errorf("the operator by the operator's provider: %q", code)
	}
	s.change(s.saml, `{"reach":"customer-admin"}`) // nobody gives themselves more reach
	if code := s.comes(s.saml, "operator@example.org"); code != signon.NotAllowed {
		t.Errorf("the operator after the administrator wrote again: %q", code)
	}
	help := s.user("help@example.org", access.RoleAccountAdmin)
	if _, err := s.service.Create(ctx, help, signon.OfOrganization, []byte(s.samlBody(map[string]string{"entityId": `"e"`}))); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an account's administrator names a provider of the organization: %v", err)
	}
	mine, err := s.service.Create(ctx, help, signon.OfAccount, []byte(s.samlBody(nil)))
	if err != nil {
		t.Fatal(err)
	}
	for email, want := range map[string]signon.Code{"help@example.org": "", "ada@example.org": "", "chief@example.org": signon.NotAllowed, "operator@example.org": signon.NotAllowed} {
		if code := s.comes(mine, email); code != want {
			t.Errorf("%s by the account's provider: %q, want %q", email, code, want)
		}
	}
	if _, err := s.service.Create(ctx, s.chief, signon.OfCustomer, []byte(s.samlBody(nil))); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an organization's administrator names a provider of the customer: %v", err)
	}
	plain := s.user("plain@example.org", access.RoleOrganizationUser)
	if _, err := s.service.Create(ctx, plain, signon.OfAccount, []byte(s.samlBody(nil))); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a plain user names a provider: %v", err)
	}
	if err := s.service.Delete(ctx, plain, signon.OfOrganization, s.saml.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a plain user deletes a provider: %v", err)
	}
}

func TestAPersonWhoComesForTheFirstTimeIsMadeAUser(t *testing.T) {
	t.Parallel()
	both(t, func(s *scene) {
		ctx := s.t.Context()
		sub, err := s.tenants.CreateAccount(ctx, s.operator.Organization.ID, tenant.AccountChange{ExternalID: new("sub")})
		if err != nil {
			s.t.Fatal(err)
		}
		s.change(s.saml, `{"justInTime":true}`)
		login, code := s.bySAML(s.saml, identity.Person{Email: "new@example.org", FirstName: "<b>New</b>", LastName: ""})
		if code != "" {
			s.t.Fatal(code)
		}
		u := login.Principal.User
		if u.FirstName != "New" || u.LastName != "example.org" || u.AccountID != s.operator.Account.ID || !slices.Equal(u.Roles, []string{access.RoleOrganizationUser}) {
			s.t.Errorf("%+v", u)
		}
		made, err := s.db.IdentityByEmail(ctx, "new@example.org")
		if err != nil || made.User.PasswordHash != "" {
			s.t.Errorf("the user has a password: %v", err)
		}
		if _, _, err := s.access.Login(ctx, access.LoginRequest{Email: "new@example.org", Password: "x"}); !fault.Is(err, fault.Unauthenticated) {
			s.t.Errorf("the user logs in by a password: %v", err)
		}
		s.change(s.saml, `{"defaultAccountId":`+strconv.FormatInt(sub.ID, 10)+`}`)
		if login, code = s.bySAML(s.saml, identity.Person{Email: "second@example.org"}); code != "" {
			s.t.Fatal(code)
		}
		if u := login.Principal.User; u.AccountID != sub.ID || !slices.Equal(u.Roles, []string{access.RoleDefaultUser}) || u.FirstName != "second" {
			s.t.Errorf("%+v", u)
		}
		customer, err := s.service.Create(ctx, s.operator, signon.OfCustomer, []byte(s.samlBody(map[string]string{"justInTime": "true", "defaultAccountId": strconv.FormatInt(sub.ID, 10)})))
		if err != nil {
			s.t.Fatal(err)
		}
		if login, code = s.bySAML(customer, identity.Person{Email: "third@example.org"}); code != "" || login.Principal.Account.ID != sub.ID {
			s.t.Errorf("by the customer's provider: %q %+v", code, login)
		}
		if _, code = s.bySAML(customer, identity.Person{Email: "operator@example.org"}); code != "" {
			s.t.Errorf("the operator by the customer's provider: %q", code)
		}
		if _, err := s.tenants.ChangeAccount(ctx, s.operator, sub.ID, tenant.AccountChange{Active: new(false)}); err != nil {
			s.t.Fatal(err)
		}
		for _, p := range []*store.IdentityProvider{s.saml, customer} {
			if code := s.comes(p, "late@example.org"); code != signon.Inactive {
				s.t.Errorf("a new user of an account that is gone: %q", code)
			}
		}
		s.change(s.saml, `{"defaultAccountId":null}`)
		if err := s.db.SetOrganizationActive(ctx, s.operator.Organization.ID, false); err != nil {
			s.t.Fatal(err)
		}
		if code := s.comes(s.saml, "late@example.org"); code != signon.Inactive {
			s.t.Errorf("a new user of an organization that is not active: %q", code)
		}
		if _, err := s.db.IdentityByEmail(ctx, "late@example.org"); !fault.Is(err, fault.NotFound) {
			s.t.Errorf("a refused login leaves a user: %v", err)
		}
	})
}

func TestRolesFollowTheGroupsOnEveryLogin(t *testing.T) {
	t.Parallel()
	both(t, func(s *scene) {
		s.change(s.saml, `{"justInTime":true,"roleMapping":{"chiefs":"org-admin","staff":"org","helpers":"admin"}}`)
		const email = "grace@example.org"
		for _, tt := range []struct {
			groups, want []string
		}{
			{[]string{"staff", "unknown"}, []string{"org"}},
			{[]string{"staff", "chiefs", "chiefs"}, []string{"org", "org-admin"}},
			{[]string{"helpers"}, []string{"admin"}},
			{nil, nil},
			{[]string{"Staff"}, nil}, // groups are compared as they are
			{[]string{"staff"}, []string{"org"}},
		} {
			if code := s.comes(s.saml, email, tt.groups...); code != "" {
				s.t.Fatal(code)
			}
			if got := s.roles(email); !slices.Equal(got, tt.want) {
				s.t.Errorf("groups %v give %v, want %v", tt.groups, got, tt.want)
			}
		}
		if err := s.tenants.SetRoles(s.t.Context(), s.operator.Organization.ID, s.operator.User.ID, []string{access.RoleCustomerAdmin}); err != nil {
			s.t.Fatal(err)
		}
		if code := s.comes(s.saml, "chief@example.org", "staff"); code != "" {
			s.t.Errorf("the last administrator cannot log in: %q", code)
		}
		if got := s.roles("chief@example.org"); !slices.Contains(got, "org-admin") {
			s.t.Errorf("the last administrator lost the role: %v", got)
		}
	})
}

func TestARoleOutsideOfTheMappingStays(t *testing.T) {
	t.Parallel()
	s := one(t)
	s.user("ops@example.org", access.RoleOrganizationUser, access.RoleSubAccountInstances)
	s.change(s.saml, `{"roleMapping":{"helpers":"admin"}}`)
	if code := s.comes(s.saml, "ops@example.org", "helpers"); code != "" {
		t.Fatal(code)
	}
	if got := s.roles("ops@example.org"); !slices.Equal(got, []string{"admin", "org", "sub-account-instances"}) {
		t.Errorf("%v", got)
	}
	if code := s.comes(s.saml, "ops@example.org"); code != "" {
		t.Fatal(code)
	}
	if got := s.roles("ops@example.org"); !slices.Equal(got, []string{"org", "sub-account-instances"}) {
		t.Errorf("%v", got)
	}
}

func TestOffersTellNothingOfUsers(t *testing.T) {
	t.Parallel()
	s := one(t)
	ctx := t.Context()
	s.change(s.saml, `{"emailDomains":["example.org"],"name":"Acme"}`)
	names := func(email string) []string {
		offers, err := s.service.Offers(ctx, email)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, o := range offers {
			names = append(names, o.Name)
		}
		return names
	}
	if known, unknown := names("ada@example.org"), names("nobody@EXAMPLE.org"); !slices.Equal(known, unknown) || !slices.Equal(known, []string{"Acme", "127.0.0.1"}) {
		t.Errorf("known %v, unknown %v", known, unknown)
	}
	if other := names("x@example.net"); !slices.Equal(other, []string{"127.0.0.1"}) {
		t.Errorf("of another domain: %v", other)
	}
	if none := names(""); len(none) != 2 {
		t.Errorf("without an address: %v", none)
	}
	if _, _, err := s.tenants.CreateOrganization(ctx, s.operator, tenant.NewOrganization{Name: "Other"}); err != nil {
		t.Fatal(err)
	}
	if none := names(""); len(none) != 0 {
		t.Errorf("a server of several organizations shows %v to everybody", none)
	}
	if fits := names("x@example.org"); !slices.Equal(fits, []string{"Acme"}) {
		t.Errorf("a server of several organizations offers %v", fits)
	}
}
