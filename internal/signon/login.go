package signon

import (
	"context"
	"slices"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/tenant"
)

// Login is a login that has succeeded.
type Login struct {
	Provider  int64
	State     string // whose cookie can be removed; "" = there is none
	Next      string // path that the browser goes to
	Principal *access.Principal
	Session   *store.Session
}

// Finish ends a SAML login: the ticket of Consume, and the cookies of the browser. A ticket counts once, and in the browser that
// began the login alone.
func (s *Service) Finish(ctx context.Context, sealed string, cookie func(name string) string) (*Login, error) {
	var t ticket
	if err := s.open("ticket", sealed, &t); err != nil {
		s.report(ctx, 0, err)
		return nil, err
	}
	login, err := s.finish(ctx, &t, cookie)
	if err != nil {
		s.report(ctx, t.Provider, err)
		return &Login{Provider: t.Provider, State: t.Request}, err
	}
	return login, nil
}

func (s *Service) finish(ctx context.Context, t *ticket, cookie func(name string) string) (*Login, error) {
	if s.now().UnixMilli() >= t.Until {
		return nil, refuse(Expired, "the login took longer than %v to end", ticketLife)
	}
	next := t.Next
	if t.Request != "" {
		f, err := s.resume(t.Request, cookie)
		if err != nil {
			return nil, err
		}
		if f.Provider != t.Provider {
			return nil, refuse(Expired, "the answer belongs to another login of this browser")
		}
		next = f.Next
	}
	if err := s.db.UseOnce(ctx, "ticket", t.ID, s.now().Add(2*ticketLife)); fault.Is(err, fault.Conflict) {
		return nil, refuse(Replayed, "the login has ended already")
	} else if err != nil {
		return nil, err
	}
	p, err := s.provider(ctx, t.Provider)
	if err != nil {
		return nil, err
	}
	login, err := s.logIn(ctx, p, t.Who, next)
	if err != nil {
		return nil, err
	}
	login.State = t.Request
	return login, nil
}

// logIn decides who a person is here and opens the session.
func (s *Service) logIn(ctx context.Context, p *store.IdentityProvider, who person, next string) (*Login, error) {
	domain := domainOf(who.Email)
	switch {
	case access.CheckEmail(who.Email) != nil || domain == "":
		return nil, refuse(Invalid, "the provider names no email address")
	case len(p.Settings.EmailDomains) > 0 && !slices.Contains(p.Settings.EmailDomains, domain):
		return nil, refuse(NotAllowed, "the provider speaks for addresses of %s alone", strings.Join(p.Settings.EmailDomains, ", "))
	}
	identity, err := s.admit(ctx, p, who)
	if err != nil {
		return nil, err
	}
	if identity, err = s.mapRoles(ctx, p, identity, who.Roles); err != nil {
		return nil, err
	}
	principal, session, err := s.access.OpenSession(ctx, identity.User.ID, store.SessionConsole)
	if fault.Is(err, fault.Unauthenticated) {
		return nil, refuseBecause(Inactive, err)
	}
	if err != nil {
		return nil, err
	}
	if err := s.db.KeepSignOn(ctx, &store.SignOnSession{SessionID: session.ID, ProviderID: p.ID, Name: who.Name, NameFormat: who.Format, Index: who.Session}); err != nil {
		return nil, err
	}
	s.log.InfoContext(ctx, "signed on", "provider", p.ID, "user", identity.User.ID)
	return &Login{Provider: p.ID, Next: OwnPath(next), Principal: principal, Session: session}, nil
}

// admit finds the user with a person's address within the provider's tenant, or makes one where the provider may.
func (s *Service) admit(ctx context.Context, p *store.IdentityProvider, who person) (*store.Identity, error) {
	identity, err := s.db.IdentityByEmail(ctx, who.Email)
	if fault.Is(err, fault.NotFound) {
		if err = s.newUser(ctx, p, who); err == nil || fault.Is(err, fault.Conflict) { // Conflict: two first logins at once
			identity, err = s.db.IdentityByEmail(ctx, who.Email)
		}
	}
	if err != nil {
		return nil, err
	}
	o := p.Owner
	switch {
	case o.Customer != 0 && identity.Organization.CustomerID != o.Customer,
		o.Organization != 0 && identity.Organization.ID != o.Organization,
		o.Account != 0 && identity.Account.ID != o.Account,
		identity.Organization.System:
		return nil, refuse(Taken, "the address belongs to a user outside of the provider's %s", levelOf(o))
	case !identity.User.Active || !identity.Account.Active || !identity.Organization.Active:
		return nil, refuse(Inactive, "the user %d, the account or the organization is not active", identity.User.ID)
	case reach(p, identity.OwnRoles).Above(access.AsPrincipal(identity)):
		return nil, refuse(NotAllowed, "the user %d stands above whoever wrote the identity provider last", identity.User.ID)
	}
	return identity, nil
}

// reach is somebody with the highest rights that a provider lets in: those of its level, and those of whoever wrote it last.
func reach(p *store.IdentityProvider, own []store.Role) *access.Principal {
	roles := []string{access.RoleAccountAdmin, access.RoleSubAccountInstances}
	switch p.Settings.Reach {
	case access.RoleCustomerAdmin:
		roles = append(roles, access.RoleOrganizationAdmin, access.RoleCustomerAdmin)
	case access.RoleOrganizationAdmin:
		roles = append(roles, access.RoleOrganizationAdmin)
	}
	return access.AsPrincipal(&store.Identity{User: store.User{Roles: roles}, OwnRoles: own})
}

// reachOf is what Reach becomes when somebody writes a provider.
func reachOf(by *access.Principal) string {
	for _, key := range []string{access.RoleCustomerAdmin, access.RoleOrganizationAdmin} {
		if by.HasRole(key) {
			return key
		}
	}
	return access.RoleAccountAdmin
}

// newUser makes the user of a person who comes for the first time.
func (s *Service) newUser(ctx context.Context, p *store.IdentityProvider, who person) error {
	if !p.Settings.JustInTime {
		return refuse(NoUser, "nobody has the address, and the identity provider makes no users (justInTime)")
	}
	organization, account, err := s.home(ctx, p)
	if err != nil {
		return err
	}
	local, domain, _ := strings.Cut(who.Email, "@")
	n := tenant.NewUser{FirstName: nonEmpty(who.FirstName, local), LastName: nonEmpty(who.LastName, domain), Email: who.Email}
	identity, err := s.tenants.Admit(ctx, organization, account, n)
	if fault.Is(err, fault.Invalid) {
		return refuseBecause(Invalid, err)
	}
	if err == nil {
		s.log.InfoContext(ctx, "a user was made by sign-on", "provider", p.ID, "user", identity.User.ID, "account", account)
	}
	return err
}

func nonEmpty(text, otherwise string) string {
	if plain := access.PlainName(text); plain != "" {
		return plain
	}
	return otherwise
}

// home is where new users of a provider live.
func (s *Service) home(ctx context.Context, p *store.IdentityProvider) (organization, account int64, err error) {
	o, chosen := p.Owner, p.Settings.DefaultAccountID
	gone := refuse(Inactive, "the account %d for new users is not active any more", chosen)
	switch {
	case o.Customer != 0:
		organization, err = s.db.AccountOfCustomer(ctx, o.Customer, chosen)
		if fault.Is(err, fault.NotFound) {
			err = gone
		}
		return organization, chosen, err
	case o.Account != 0:
		chosen = o.Account
	}
	if found, err := s.db.Organization(ctx, o.Organization); err != nil || !found.Active {
		if err == nil {
			err = refuse(Inactive, "the organization %d is not active", o.Organization)
		}
		return 0, 0, err
	}
	var a *store.Account
	if chosen == 0 {
		a, err = s.db.DefaultAccount(ctx, o.Organization)
	} else {
		a, err = s.db.Account(ctx, o.Organization, chosen)
	}
	if fault.Is(err, fault.NotFound) || err == nil && !a.Active {
		return 0, 0, gone
	}
	if err != nil {
		return 0, 0, err
	}
	return o.Organization, a.ID, nil
}

// mapRoles gives a user the roles of the groups. The mapping speaks for the roles that it names and for no others: those that the groups
// do not give are taken away. A role that the provider may not give any more is left alone.
func (s *Service) mapRoles(ctx context.Context, p *store.IdentityProvider, identity *store.Identity, given []string) (*store.Identity, error) {
	if len(p.Settings.RoleMapping) == 0 {
		return identity, nil
	}
	own := identity.OwnRoles
	named := map[string]bool{}
	all := access.RolesOf(own)
	for _, key := range p.Settings.RoleMapping {
		if role, found := access.RoleNamed(all, key); found && mayGive(levelOf(p.Owner), role, all, own) {
			named[key] = true
		}
	}
	var keys []string
	for _, key := range identity.User.Roles {
		if !named[key] {
			keys = append(keys, key)
		}
	}
	for _, key := range given {
		if named[key] {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	before := slices.Sorted(slices.Values(identity.User.Roles))
	if slices.Equal(keys, before) {
		return identity, nil
	}
	err := s.tenants.SetRoles(ctx, identity.Organization.ID, identity.User.ID, keys)
	if fault.Is(err, fault.Conflict) { // the last administrator stays one, whatever the provider says
		s.log.WarnContext(ctx, "the roles of a provider's groups were not given", "provider", p.ID, "user", identity.User.ID, "reason", err)
		return identity, nil
	}
	if err != nil {
		return nil, err
	}
	s.log.InfoContext(ctx, "roles follow the groups of a provider", "provider", p.ID, "user", identity.User.ID, "before", before, "after", keys)
	return identity, nil
}
