package tenant

import (
	"context"
	"slices"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Limits of the settings of an account.
const (
	maxSettings      = 50
	maxSettingKey    = 200  // bytes
	maxSettingLength = 4000 // bytes
)

// KeyWebhookFailure is the setting that says what becomes of notifications that cannot be delivered: "retry" or "queue"
// (reference/accounts-and-access.md §4).
const KeyWebhookFailure = "notification.webhook.failure.policy"

// AccountChange is what is to change about an account. Nil members stay.
type AccountChange struct {
	Name, Description, ExternalID *string
	Active                        *bool
	DiscardInstances              bool // with Active false
}

// CreateAccount adds an account to the caller's organization. Name and description are the external id where they are not given.
func (s *Service) CreateAccount(ctx context.Context, organizationID int64, c AccountChange) (*store.Account, error) {
	a := &store.Account{OrganizationID: organizationID, Active: true}
	if err := c.apply(a); err != nil {
		return nil, err
	}
	if a.ExternalID == "" {
		return nil, fault.New(fault.Invalid, "externalId is required")
	}
	if a.Name == "" {
		a.Name = a.ExternalID
	}
	if a.Description == "" {
		a.Description = a.Name
	}
	return a, s.db.CreateAccount(ctx, a)
}

func (c AccountChange) apply(a *store.Account) error {
	for _, set := range []struct{ to, from *string }{
		{&a.Name, c.Name}, {&a.Description, c.Description}, {&a.ExternalID, c.ExternalID},
	} {
		if set.from == nil {
			continue
		}
		if *set.to = access.PlainName(*set.from); len(*set.to) > maxText {
			return fault.New(fault.Invalid, "A text of the account has %d bytes: at most %d are allowed", len(*set.to), maxText)
		}
	}
	if c.Active != nil {
		if a.Default && !*c.Active {
			return fault.New(fault.Conflict, "The default account of an organization cannot be deactivated or deleted")
		}
		a.Active = *c.Active
	}
	return nil
}

// Account finds an account that the caller reaches. A deactivated one is found only when asked for.
func (s *Service) Account(ctx context.Context, by *access.Principal, id int64, inactive bool) (*store.Account, error) {
	a, err := s.reach(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if !a.Active && !inactive {
		return nil, noAccount(id)
	}
	return a, nil
}

// Accounts lists the accounts that the caller reaches.
func (s *Service) Accounts(ctx context.Context, by *access.Principal, inactive bool, after int64, limit int) ([]store.Account, error) {
	if by.OrganizationAdmin() {
		return s.db.Accounts(ctx, by.Organization.ID, inactive, after, limit)
	}
	if by.Account.ID <= after {
		return nil, nil
	}
	a, err := s.db.Account(ctx, by.Organization.ID, by.Account.ID)
	if err != nil {
		return nil, err
	}
	return []store.Account{*a}, nil
}

// ChangeAccount changes an account of the caller's organization. Users of a deactivated one can do nothing until it is active again.
func (s *Service) ChangeAccount(ctx context.Context, by *access.Principal, id int64, c AccountChange) (*store.Account, error) {
	if _, err := s.reach(ctx, by, id); err != nil {
		return nil, err
	}
	changed, err := s.db.ChangeAccount(ctx, by.Organization.ID, id, func(a *store.Account) error {
		if err := c.apply(a); err != nil {
			return err
		}
		if a.Name == "" {
			return fault.New(fault.Invalid, "name is required")
		}
		return nil
	}, s.keepAdministrator(ctx, by.Organization.ID))
	if err != nil || !c.DiscardInstances || c.Active == nil || *c.Active {
		return changed, err
	}
	users, err := s.db.Users(ctx, store.UserFilter{OrganizationID: by.Organization.ID, AccountID: id, Inactive: true, Limit: maxDiscard})
	if err != nil {
		return nil, err
	}
	for i := range users {
		if err := s.discard(ctx, &users[i]); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

// maxDiscard is of how many users the instances are discarded with their account by one call.
const maxDiscard = 10_000

// ChangeSettings changes settings of an account that the caller reaches; a nil value removes one.
func (s *Service) ChangeSettings(ctx context.Context, by *access.Principal, id int64, settings map[string]*string) (map[string]string, error) {
	if _, err := s.reach(ctx, by, id); err != nil {
		return nil, err
	}
	changed, err := s.db.ChangeAccount(ctx, by.Organization.ID, id, func(a *store.Account) error {
		for key, value := range settings {
			if value == nil {
				delete(a.Settings, key)
				continue
			}
			if key == KeyWebhookFailure && *value != "retry" && *value != "queue" {
				return fault.New(fault.Invalid, "%s must be retry or queue, not %q", key, *value)
			}
			if key == "" || len(key) > maxSettingKey || len(*value) > maxSettingLength {
				return fault.New(fault.Invalid, "A setting has a key of 1 to %d bytes and a value of at most %d", maxSettingKey, maxSettingLength)
			}
			a.Settings[key] = *value
		}
		if len(a.Settings) > maxSettings {
			return fault.New(fault.Invalid, "An account has %d settings at most", maxSettings)
		}
		return nil
	}, nil)
	if err != nil {
		return nil, err
	}
	return changed.Settings, nil
}

// AccountRoles lists the roles that every user of an account has.
func (s *Service) AccountRoles(ctx context.Context, by *access.Principal, id int64) ([]access.Role, error) {
	if _, err := s.reach(ctx, by, id); err != nil {
		return nil, err
	}
	keys, err := s.db.AccountRoles(ctx, id)
	if err != nil {
		return nil, err
	}
	roles, err := s.Roles(ctx, by.Organization.ID)
	return slices.DeleteFunc(roles, func(r access.Role) bool { return !slices.Contains(keys, r.Key) }), err
}

// GrantAccountRole gives a role to every user of an account and returns it.
func (s *Service) GrantAccountRole(ctx context.Context, by *access.Principal, id int64, key string) (*access.Role, error) {
	role, roles, err := s.grantable(ctx, by, key)
	if err != nil {
		return nil, err
	}
	if _, err := s.reach(ctx, by, id); err != nil {
		return nil, err
	}
	if err := mayGrant(by, *role, roles); err != nil {
		return nil, err
	}
	return role, s.db.GrantAccountRole(ctx, by.Organization.ID, id, role.Key)
}

// RevokeAccountRole takes a role from an account. One that it does not have is no error.
func (s *Service) RevokeAccountRole(ctx context.Context, by *access.Principal, id int64, key string) error {
	role, roles, err := s.grantable(ctx, by, key)
	if err != nil {
		return err
	}
	if _, err := s.reach(ctx, by, id); err != nil {
		return err
	}
	if err := mayGrant(by, *role, roles); err != nil { // who may not give it may not take it from those above
		return err
	}
	return s.db.RevokeAccountRole(ctx, by.Organization.ID, id, strings.TrimSpace(key), s.keepAdministrator(ctx, by.Organization.ID))
}

// Count adds to accounts how many users and instances they have.
func (s *Service) Count(ctx context.Context, accounts []*AccountWire) error {
	for _, a := range accounts {
		users, instances, err := s.db.For(a.ID).Count(ctx)
		if err != nil {
			return err
		}
		a.Users, a.Instances = &users, &instances
	}
	return nil
}

// InstancesVisible finds an account whose instances the caller may list: one that the caller reaches, or any of the organization with the
// right to see instances of sub-accounts (reference/accounts-and-access.md §10).
func (s *Service) InstancesVisible(ctx context.Context, by *access.Principal, id int64) (*store.Account, error) {
	if by.Has(access.ViewInstancesSubAccount) {
		return s.db.Account(ctx, by.Organization.ID, id)
	}
	return s.reach(ctx, by, id)
}
