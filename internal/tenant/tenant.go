// Package tenant administers organizations, accounts, users and roles: who may change whom, and what must stay true whatever is
// changed (reference/accounts-and-access.md §§1, 3-6). Nobody changes a user above their own privileges or outside their reach,
// nobody grants what they lack, and an organization keeps an administrator.
package tenant

import (
	"context"
	"log/slog"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/provision"
	"jackfield/internal/store"
)

// Options are what the service works with; all are required.
type Options struct {
	DB        *store.DB
	Access    *access.Service
	Instances *instance.Service
	Provision *provision.Service
	Log       *slog.Logger
}

// Service administers tenants. Safe for concurrent use.
type Service struct {
	db        *store.DB
	access    *access.Service
	instances *instance.Service
	provision *provision.Service
	log       *slog.Logger
}

// New makes the service.
func New(o Options) *Service {
	return &Service{db: o.DB, access: o.Access, instances: o.Instances, provision: o.Provision, log: o.Log}
}

// reach finds an account that the caller administers things of. What is outside is not there for the caller.
func (s *Service) reach(ctx context.Context, by *access.Principal, accountID int64) (*store.Account, error) {
	if !by.Reaches(accountID) {
		return nil, noAccount(accountID)
	}
	return s.db.Account(ctx, by.Organization.ID, accountID)
}

func noAccount(id int64) error { return fault.New(fault.NotFound, "No account found with id %d", id) }

// DefaultAccount finds the default account of the caller's organization, for those who reach it.
func (s *Service) DefaultAccount(ctx context.Context, by *access.Principal) (*store.Account, error) {
	if by.Account.Default {
		return s.db.Account(ctx, by.Organization.ID, by.Account.ID)
	}
	a, err := s.db.DefaultAccount(ctx, by.Organization.ID)
	if err != nil {
		return nil, err
	}
	return s.reach(ctx, by, a.ID)
}

// wantAdministrator refuses a change after which an organization that had an administrator has none. before is how many it had.
func wantAdministrator(ctx context.Context, tx *store.DB, organizationID int64, before int) error {
	if before == 0 {
		return nil
	}
	left, err := tx.CountHolders(ctx, organizationID, access.RoleOrganizationAdmin)
	if err != nil || left > 0 {
		return err
	}
	return fault.New(fault.Conflict, "The organization would have no administrator left: give the role %s to somebody else first", access.RoleOrganizationAdmin)
}
