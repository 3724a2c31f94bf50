package access

import (
	"context"
	"slices"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/usage"
)

// Principal is the authenticated caller. It is shared between calls: do not change it. The secrets and
// the password hash of the stored identity are left out, so that printing a Principal shows none; see
// Service.Secrets.
type Principal struct {
	store.Identity
	Roles []Role // with the privileges in force

	privileges map[string]bool
}

// newPrincipal computes what the user of an identity may do.
func newPrincipal(identity *store.Identity) *Principal {
	p := &Principal{Identity: *identity, Roles: rolesNamed(identity.User.Roles), privileges: map[string]bool{}}
	p.User.Secret, p.User.PasswordHash, p.Organization.Secret = "", "", ""
	for _, role := range p.Roles {
		for _, privilege := range role.Privileges {
			p.privileges[privilege.Key] = true
		}
	}
	return p
}

// Has reports whether the caller has a privilege, by its key.
func (p *Principal) Has(privilege string) bool { return p.privileges[privilege] }

// Require returns a Forbidden fault that names the first privilege when the caller has none of them. Check it
// before looking whether a thing exists (reference/http-conventions.md §2.2).
func (p *Principal) Require(anyOf ...string) error {
	if slices.ContainsFunc(anyOf, p.Has) {
		return nil
	}
	return fault.New(fault.Forbidden, "The privilege %q is missing: ask an administrator for a role that has it", anyOf[0])
}

// HasRole reports whether the caller has a role, by its key.
func (p *Principal) HasRole(key string) bool { return slices.Contains(p.User.Roles, key) }

// OrganizationAdmin reports whether the caller administers the organization.
func (p *Principal) OrganizationAdmin() bool { return p.HasRole(RoleOrganizationAdmin) }

// AccountAdmin reports whether the caller administers the own account.
func (p *Principal) AccountAdmin() bool { return p.HasRole(RoleAccountAdmin) }

type contextKey struct{}

// WithPrincipal returns a context that carries the caller.
func WithPrincipal(ctx context.Context, p *Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// PrincipalFrom returns the caller that the context carries, if any.
func PrincipalFrom(ctx context.Context) (*Principal, bool) {
	p, ok := ctx.Value(contextKey{}).(*Principal)
	return p, ok && p != nil
}

// UsageScope is whose usage records the caller may see: those of the organization for its administrators, else
// those of the own account (reference/accounts-and-access.md §10).
func (p *Principal) UsageScope() usage.Scope {
	scope := usage.Scope{OrganizationID: p.Organization.ID, AccountID: p.Account.ID}
	if p.OrganizationAdmin() {
		scope.AccountID = 0
	}
	return scope
}
