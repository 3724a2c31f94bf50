package signon

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Level is whose providers are administered.
type Level string

const (
	OfAccount      Level = "account"
	OfOrganization Level = "organization"
	OfCustomer     Level = "customer"
)

// MaxProviders is how many identity providers one owner may have.
const MaxProviders = 50

// levelOf is the level of a provider's owner.
func levelOf(o store.ProviderOwner) Level {
	switch {
	case o.Customer != 0:
		return OfCustomer
	case o.Account != 0:
		return OfAccount
	}
	return OfOrganization
}

// owner is whose providers a caller administers at a level.
func owner(p *access.Principal, level Level) (store.ProviderOwner, error) {
	switch level {
	case OfAccount:
		return store.ProviderOwner{Organization: p.Organization.ID, Account: p.Account.ID}, nil
	case OfOrganization:
		return store.ProviderOwner{Organization: p.Organization.ID}, nil
	}
	if !p.CustomerAdmin() || p.Organization.CustomerID == 0 {
		return store.ProviderOwner{}, fault.New(fault.Forbidden, "The role %q is missing: only administrators of a customer have identity providers of the customer", access.RoleCustomerAdmin)
	}
	return store.ProviderOwner{Customer: p.Organization.CustomerID}, nil
}

// most is somebody with the highest rights that a provider of this level may let in, with the privileges that the organization's
// roles have now.
func most(level Level, own []store.Role) *access.Principal {
	roles := []string{access.RoleAccountAdmin}
	switch level {
	case OfOrganization:
		roles = []string{access.RoleOrganizationAdmin}
	case OfCustomer:
		roles = []string{access.RoleOrganizationAdmin, access.RoleCustomerAdmin}
	}
	return access.AsPrincipal(&store.Identity{User: store.User{Roles: roles}, OwnRoles: own})
}

// mayWrite refuses a caller who stands below somebody whom a provider of the level could let in: whoever names a provider can come in
// as that person.
func (s *Service) mayWrite(ctx context.Context, p *access.Principal, level Level) ([]store.Role, error) {
	own, err := s.db.OwnRoles(ctx, p.Organization.ID)
	if err != nil {
		return nil, err
	}
	if p.Above(most(level, own)) {
		return nil, fault.New(fault.Forbidden, "Only an administrator of the %s may change its identity providers: whoever does can log in as everybody there", level)
	}
	return own, nil
}

// List gives the providers of the caller's account, organization or customer.
func (s *Service) List(ctx context.Context, p *access.Principal, level Level) ([]store.IdentityProvider, error) {
	o, err := owner(p, level)
	if err != nil {
		return nil, err
	}
	return s.db.IdentityProviders(ctx, o)
}

// Find gives one of them.
func (s *Service) Find(ctx context.Context, p *access.Principal, level Level, id int64) (*store.IdentityProvider, error) {
	o, err := owner(p, level)
	if err != nil {
		return nil, err
	}
	return s.db.IdentityProvider(ctx, o, id)
}

// Create makes a provider from the body of a request (reference/accounts-and-access.md §9). Faults are Invalid and name the
// member, Forbidden, or Conflict when there is one for the same provider.
func (s *Service) Create(ctx context.Context, p *access.Principal, level Level, body []byte) (*store.IdentityProvider, error) {
	o, err := owner(p, level)
	if err != nil {
		return nil, err
	}
	own, err := s.mayWrite(ctx, p, level)
	if err != nil {
		return nil, err
	}
	made := &store.IdentityProvider{Owner: o}
	if err := read(made, body); err != nil {
		return nil, err
	}
	if err := s.check(ctx, p, made, own); err != nil {
		return nil, err
	}
	made.Settings.Reach = reachOf(p)
	return made, s.db.CreateIdentityProvider(ctx, made, MaxProviders)
}

// Change lays members over those of a provider: null clears one, what is absent stays.
func (s *Service) Change(ctx context.Context, p *access.Principal, level Level, id int64, body []byte) (*store.IdentityProvider, error) {
	o, err := owner(p, level)
	if err != nil {
		return nil, err
	}
	own, err := s.mayWrite(ctx, p, level)
	if err != nil {
		return nil, err
	}
	var changed *store.IdentityProvider
	return changed, s.db.InTx(ctx, func(tx *store.DB) error {
		if err := tx.Lock(ctx, "identity providers"); err != nil { // of two changes the second sees the first
			return err
		}
		changed, err = tx.IdentityProvider(ctx, o, id)
		if err != nil {
			return err
		}
		issuer, secret := changed.Settings.Issuer, changed.ClientSecret
		if err := read(changed, body); err != nil {
			return err
		}
		if secret != "" && changed.ClientSecret == secret && changed.Settings.Issuer != issuer {
			return fault.New(fault.Invalid, "Give the clientSecret again with another issuer: a secret goes only to the provider that it was given for")
		}
		if err := s.check(ctx, p, changed, own); err != nil {
			return err
		}
		changed.Settings.Reach = reachOf(p)
		return tx.UpdateIdentityProvider(ctx, changed)
	})
}

// Delete removes a provider. Sessions that began there go on until they end.
func (s *Service) Delete(ctx context.Context, p *access.Principal, level Level, id int64) error {
	o, err := owner(p, level)
	if err != nil {
		return err
	}
	if _, err := s.mayWrite(ctx, p, level); err != nil {
		return err
	}
	return s.db.DeleteIdentityProvider(ctx, o, id)
}

// written is the body of a request and what of a stored provider is laid under it.
type written struct {
	store.ProviderSettings
	Type         string `json:"type"`
	Default      bool   `json:"isDefault"`
	ClientSecret string `json:"clientSecret"`
}

// read lays the members of a body over a provider.
func read(p *store.IdentityProvider, body []byte) error {
	before, err := json.Marshal(written{p.Settings, string(p.Kind), p.Default, p.ClientSecret})
	if err != nil {
		return fault.Wrap(fault.Internal, err, "identity provider")
	}
	var members, given map[string]json.RawMessage
	if err := json.Unmarshal(before, &members); err != nil {
		return fault.Wrap(fault.Internal, err, "identity provider")
	}
	if err := json.Unmarshal(body, &given); err != nil || given == nil {
		return fault.Wrap(fault.Invalid, err, "The body must be a JSON object with the identity provider's members")
	}
	for name, text := range given {
		if string(text) == "null" {
			delete(members, name)
			continue
		}
		members[name] = text
	}
	merged, err := json.Marshal(members)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "The body must be a JSON object with the identity provider's members")
	}
	var w written
	if err := json.Unmarshal(merged, &w); err != nil {
		return fault.New(fault.Invalid, "The body cannot be read: %s", wrongMember(err))
	}
	kind := store.ProviderKind(strings.ToLower(w.Type))
	if kind == "" {
		kind = store.SAMLProvider
	}
	if p.ID != 0 && kind != p.Kind {
		return fault.New(fault.Invalid, "type cannot be changed: make a new identity provider")
	}
	p.Kind, p.Default, p.ClientSecret, p.Settings = kind, w.Default, w.ClientSecret, w.ProviderSettings
	return nil
}

func wrongMember(err error) string {
	var wrong *json.UnmarshalTypeError
	if ok := asType(err, &wrong); ok && wrong.Field != "" {
		return wrong.Field + " must not be a " + wrong.Value
	}
	return "it is no JSON of the expected shape"
}

// Offer is a provider that a person may go to.
type Offer struct {
	ID    int64
	Name  string
	Kind  store.ProviderKind
	Start string // path
}

// Offers lists the providers that answer for an address: by its domain, and on a server with one organization also those
// that name no domains. Whether somebody has the address plays no part, so nothing is told about it.
func (s *Service) Offers(ctx context.Context, email string) ([]Offer, error) {
	domain := domainOf(email)
	var found []store.IdentityProvider
	var err error
	if domain != "" {
		if found, err = s.db.IdentityProvidersFor(ctx, domain, maxOffers); err != nil {
			return nil, err
		}
	}
	only, err := s.db.IdentityProvidersOfOnlyTenant(ctx, maxOffers)
	if err != nil {
		return nil, err
	}
	for _, p := range only {
		if len(p.Settings.EmailDomains) == 0 || domain == "" {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b store.IdentityProvider) int { return order(b.Default) - order(a.Default) })
	offers := []Offer{}
	for _, p := range found[:min(len(found), maxOffers)] {
		offers = append(offers, Offer{ID: p.ID, Name: nameOf(&p), Kind: p.Kind, Start: StartOf(p.ID)})
	}
	return offers, nil
}

func order(first bool) int {
	if first {
		return 1
	}
	return 0
}
