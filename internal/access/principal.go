package access

import (
	"context"
	"maps"
	"slices"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/usage"
)

// Principal is the authenticated caller. It is shared between calls: do not change it. The secrets and
// the password hash of the stored identity are left out, so that printing a Principal shows none; see
// Service.Secrets.
type Principal struct {
	store.Identity
	Roles    []Role // with the privileges in force
	APIKeyID int64  // of the key that the call was made with; 0 = none
	// The login behind the call; 0 and zero when secrets or something else are.
	SessionID  int64
	LoggedInAt time.Time

	privileges map[string]bool
}

// newPrincipal computes what the user of an identity may do: by the own roles and those of the account, with the privileges that
// the organization gives them (reference/accounts-and-access.md §6).
func newPrincipal(identity *store.Identity) *Principal {
	p := &Principal{Identity: *identity, privileges: map[string]bool{}}
	p.User.Secret, p.User.PasswordHash, p.Organization.Secret = "", "", ""
	p.OwnRoles = nil
	roles := RolesOf(identity.OwnRoles)
	for _, role := range roles {
		if !slices.Contains(identity.User.Roles, role.Key) && !slices.Contains(identity.AccountRoles, role.Key) {
			continue
		}
		p.Roles = append(p.Roles, role)
		if role.Active {
			for _, key := range PrivilegesOf(roles, role) {
				p.privileges[key] = true
			}
		}
	}
	return p
}

// AsPrincipal is a user as a caller, for comparing what users may do. It does not say that the user may log in.
func AsPrincipal(identity *store.Identity) *Principal { return newPrincipal(identity) }

// Covers reports whether the caller has every privilege that somebody else has: only then may the caller act in that user's
// place, by a new password or secret.
func (p *Principal) Covers(other *Principal) bool {
	for key := range other.privileges {
		if !p.privileges[key] {
			return false
		}
	}
	return other.rank() <= p.rank()
}

// Above reports whether somebody stands above the caller: administers what the caller does not.
func (p *Principal) Above(other *Principal) bool {
	for key := range other.privileges {
		if administrative[key] && !p.privileges[key] {
			return true
		}
	}
	return other.rank() > p.rank()
}

// rank orders the roles that reach further than an account: their reach is not a privilege.
func (p *Principal) rank() int {
	for i, key := range []string{RoleSystemAdmin, RoleCustomerAdmin, RoleOrganizationAdmin, RoleAccountAdmin} {
		if p.HasRole(key) {
			return 4 - i
		}
	}
	return 0
}

// Lacks names the first privilege of a role that the caller does not have, "" when there is none: nobody grants what they lack.
// A role that reaches further than the caller's own is named by its key.
func (p *Principal) Lacks(role Role, all []Role) string {
	for _, key := range PrivilegesOf(all, role) {
		if !p.privileges[key] {
			return key
		}
	}
	if holder := (&Principal{Roles: []Role{role}}); holder.rank() > p.rank() {
		return role.Key
	}
	return ""
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

// HasRole reports whether the caller has an active role, by its key: granted to the user or to the account.
func (p *Principal) HasRole(key string) bool {
	return slices.ContainsFunc(p.Roles, func(r Role) bool { return r.Key == key && r.Active })
}

// CustomerAdmin reports whether the caller administers organizations of the own customer.
func (p *Principal) CustomerAdmin() bool { return p.HasRole(RoleCustomerAdmin) }

// Privileges lists the keys of what the caller may do, sorted.
func (p *Principal) Privileges() []string { return slices.Sorted(maps.Keys(p.privileges)) }

// Reaches reports whether things of an account of the caller's organization are the caller's to administer: those of the own
// account, and for an administrator of the organization those of every account (reference/accounts-and-access.md §10).
func (p *Principal) Reaches(accountID int64) bool {
	return accountID == p.Account.ID || p.OrganizationAdmin()
}

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
