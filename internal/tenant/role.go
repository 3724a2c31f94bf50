package tenant

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// maxOwnRoles is how many roles an organization can make.
const maxOwnRoles = 200

// Roles lists the roles of an organization, hidden ones too.
func (s *Service) Roles(ctx context.Context, organizationID int64) ([]access.Role, error) {
	own, err := s.db.OwnRoles(ctx, organizationID)
	if err != nil {
		return nil, err
	}
	return access.RolesOf(own), nil
}

// Shown lists the roles that an organization administers: all but those of operators.
func (s *Service) Shown(ctx context.Context, organizationID int64) ([]access.Role, error) {
	roles, err := s.Roles(ctx, organizationID)
	return slices.DeleteFunc(roles, operators), err
}

// operators are roles that reach over organizations: no organization changes them.
func operators(r access.Role) bool {
	return r.Key == access.RoleSystemAdmin || r.Key == access.RoleCustomerAdmin
}

func noRole(key string) error { return fault.New(fault.Invalid, "No role found with key %s", key) }

// grantable finds a role that a path names.
func (s *Service) grantable(ctx context.Context, by *access.Principal, key string) (*access.Role, []access.Role, error) {
	roles, err := s.Roles(ctx, by.Organization.ID)
	if err != nil {
		return nil, nil, err
	}
	role, found := access.RoleNamed(roles, key)
	if !found {
		return nil, nil, fault.New(fault.NotFound, "No role found with key %s", key)
	}
	return &role, roles, nil
}

func mayGrant(by *access.Principal, role access.Role, all []access.Role) error {
	if lacks := by.Lacks(role, all); lacks != "" {
		return fault.New(fault.Forbidden, "The role %s cannot be given by you: you lack %q", role.Key, lacks)
	}
	return nil
}

// RoleChange is what a caller wants of a role. Nil members stay.
type RoleChange struct {
	ID                int64 // 0 = by Key
	Key               string
	Name, Description *string
	Active            *bool
	Privileges        *[]string
	Includes          *[]string
}

// ChangeRoles changes roles of the caller's organization, all or none.
func (s *Service) ChangeRoles(ctx context.Context, by *access.Principal, changes []RoleChange) error {
	return s.db.ChangeOwnRoles(ctx, by.Organization.ID, func(own []store.Role) ([]store.Role, error) {
		before := access.RolesOf(own)
		for _, c := range changes {
			var err error
			if own, err = change(before, own, c); err != nil {
				return nil, err
			}
		}
		return own, checkRoles(by, before, access.RolesOf(own))
	})
}

// change applies one change to what the organization made of the roles.
func change(before []access.Role, own []store.Role, c RoleChange) ([]store.Role, error) {
	role, err := wanted(before, c)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(own, func(r store.Role) bool { return r.Key == role.Key })
	if at < 0 {
		own = append(own, asOwn(role))
		at = len(own) - 1
	}
	to := &own[at]
	if c.Privileges != nil {
		if err := checkKeys(role, *c.Privileges); err != nil {
			return nil, err
		}
		to.Privileges = slices.Clone(*c.Privileges)
	}
	if c.Active != nil {
		to.Active = *c.Active
	}
	if to.ID >= store.FirstOwnRole { // the built-in ones are found by their names
		if err := rename(to, c); err != nil {
			return nil, err
		}
	}
	return own, nil
}

func wanted(roles []access.Role, c RoleChange) (access.Role, error) {
	for _, role := range roles {
		if !operators(role) && (c.ID != 0 && int64(role.ID) == c.ID || c.ID == 0 && c.Key != "" && role.Key == c.Key) {
			return role, nil
		}
	}
	if c.ID == 0 && c.Key == "" {
		return access.Role{}, fault.New(fault.Invalid, "A role without id: send the roles as GET /organizations/roles answers them")
	}
	if c.ID != 0 {
		return access.Role{}, fault.New(fault.NotFound, "No role found with id %d", c.ID)
	}
	return access.Role{}, fault.New(fault.NotFound, "No role found with key %s", c.Key)
}

// checkKeys refuses privileges that do not exist, and the two that have messages of their own.
func checkKeys(role access.Role, keys []string) error {
	has := func(key string) bool {
		return slices.ContainsFunc(role.Privileges, func(p access.Privilege) bool { return p.Key == key })
	}
	for _, key := range keys {
		switch {
		case key == access.System && !has(key):
			return fault.New(fault.Forbidden, "User can not add the 'system' privilege to any role.")
		case key == access.Intelligence && role.Key == access.RoleDefaultUser && !has(key):
			return fault.New(fault.Forbidden, "User can not add the 'intelligence' privilege to the 'default-user' role.")
		case !slices.ContainsFunc(access.Privileges(), func(p access.Privilege) bool { return p.Key == key }):
			return fault.New(fault.Invalid, "No privilege found with key %q: GET /organizations/privileges lists all", key)
		}
	}
	return nil
}

func asOwn(r access.Role) store.Role {
	own := store.Role{ID: int64(r.ID), Key: r.Key, Name: r.Name, Description: r.Description, Active: r.Active, Includes: r.Includes}
	for _, p := range r.Privileges {
		own.Privileges = append(own.Privileges, p.Key)
	}
	return own
}

func rename(to *store.Role, c RoleChange) error {
	for _, set := range []struct{ to, from *string }{{&to.Name, c.Name}, {&to.Description, c.Description}} {
		if set.from == nil {
			continue
		}
		if *set.to = access.PlainName(*set.from); len(*set.to) > maxText {
			return fault.New(fault.Invalid, "A text of the role has %d bytes: at most %d are allowed", len(*set.to), maxText)
		}
	}
	if to.Name == "" {
		return fault.New(fault.Invalid, "name is required")
	}
	if c.Includes != nil {
		to.Includes = slices.Clone(*c.Includes)
	}
	return nil
}

// checkRoles refuses roles that give more than the caller has, that include each other in a loop, or that would lock administrators out.
func checkRoles(by *access.Principal, before, after []access.Role) error {
	for _, role := range after {
		if err := checkIncludes(after, role, nil); err != nil {
			return err
		}
		old, known := access.RoleNamed(before, role.Key)
		had := map[string]bool{}
		if known {
			for _, key := range access.PrivilegesOf(before, old) {
				had[key] = true
			}
		}
		for _, key := range access.PrivilegesOf(after, role) {
			if !had[key] && !by.Has(key) {
				return fault.New(fault.Forbidden, "The privilege %q cannot be added to the role %s: you lack it yourself", key, role.Key)
			}
		}
		if role.Key != access.RoleOrganizationAdmin {
			continue
		}
		for _, key := range []string{access.ConfigureRoles, access.ViewUsersOrg, access.EditUsersOrg} {
			if !role.Active || !slices.Contains(access.PrivilegesOf(after, role), key) {
				return fault.New(fault.Conflict, "The role %s must keep %q: administrators would lock themselves out", role.Key, key)
			}
		}
	}
	return nil
}

func checkIncludes(all []access.Role, role access.Role, path []string) error {
	if slices.Contains(path, role.Key) {
		return fault.New(fault.Invalid, "The roles include each other in a loop: %s", strings.Join(append(path, role.Key), " → "))
	}
	for _, key := range role.Includes {
		included, found := access.RoleNamed(all, key)
		if !found || operators(included) {
			return fault.New(fault.Invalid, "The role %s includes %s, which does not exist", role.Key, key)
		}
		if err := checkIncludes(all, included, append(slices.Clone(path), role.Key)); err != nil {
			return err
		}
	}
	return nil
}

var roleKey = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// CreateRole makes a role of the caller's organization. Without a key it gets one from its name.
func (s *Service) CreateRole(ctx context.Context, by *access.Principal, c RoleChange) (*access.Role, error) {
	made := store.Role{Key: c.Key, Active: true}
	if c.Name == nil {
		return nil, fault.New(fault.Invalid, "name is required")
	}
	if err := rename(&made, c); err != nil {
		return nil, err
	}
	if made.Key == "" {
		made.Key = strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(made.Name), "-"), "-")
	}
	if !roleKey.MatchString(made.Key) {
		return nil, fault.New(fault.Invalid, "key %q: give 1 to 64 lower-case letters, digits and dashes", made.Key)
	}
	if c.Privileges != nil {
		if err := checkKeys(access.Role{Key: made.Key}, *c.Privileges); err != nil {
			return nil, err
		}
		made.Privileges = slices.Clone(*c.Privileges)
	}
	if c.Active != nil {
		made.Active = *c.Active
	}
	err := s.db.ChangeOwnRoles(ctx, by.Organization.ID, func(own []store.Role) ([]store.Role, error) {
		if len(own) >= maxOwnRoles {
			return nil, fault.New(fault.Conflict, "An organization has %d roles of its own at most", maxOwnRoles)
		}
		before := access.RolesOf(own)
		if _, taken := access.RoleNamed(before, made.Key); taken {
			return nil, fault.New(fault.Conflict, "A role with the key %s already exists", made.Key)
		}
		made.ID = store.FirstOwnRole // for the check alone: it counts as the organization's own
		if err := checkRoles(by, before, access.RolesOf(append(slices.Clone(own), made))); err != nil {
			return nil, err
		}
		made.ID = 0
		return append(own, made), nil
	})
	if err != nil {
		return nil, err
	}
	role, _, err := s.grantable(ctx, by, made.Key)
	return role, err
}

// DeleteRole removes a role of the organization's own, from users and accounts too.
func (s *Service) DeleteRole(ctx context.Context, by *access.Principal, id int64) error {
	return s.db.ChangeOwnRoles(ctx, by.Organization.ID, func(own []store.Role) ([]store.Role, error) {
		before := access.RolesOf(own)
		at := slices.IndexFunc(before, func(r access.Role) bool { return int64(r.ID) == id && !operators(r) })
		if at < 0 {
			return nil, fault.New(fault.NotFound, "No role found with id %d", id)
		}
		if id < store.FirstOwnRole {
			return nil, fault.New(fault.Conflict, "The role %s is built in and cannot be deleted: take its privileges away, or deactivate it", before[at].Key)
		}
		for _, r := range before {
			if slices.Contains(r.Includes, before[at].Key) {
				return nil, fault.New(fault.Conflict, "The role %s is included in the role %s: change that one first", before[at].Key, r.Key)
			}
		}
		return slices.DeleteFunc(own, func(r store.Role) bool { return r.ID == id }), nil
	})
}

// ResetRoles gives the built-in roles their first privileges again, also those that the caller lacks: they are the installation's
// word, not the caller's. Roles of the organization's own stay.
func (s *Service) ResetRoles(ctx context.Context, by *access.Principal) error {
	return s.db.ChangeOwnRoles(ctx, by.Organization.ID, func(own []store.Role) ([]store.Role, error) {
		return slices.DeleteFunc(own, func(r store.Role) bool { return r.ID < store.FirstOwnRole }), nil
	})
}

// Grantable lists the active roles that the caller may give to others.
func (s *Service) Grantable(ctx context.Context, by *access.Principal) ([]access.Role, error) {
	roles, err := s.Roles(ctx, by.Organization.ID)
	if err != nil {
		return nil, err
	}
	grantable := []access.Role{}
	for _, role := range roles {
		if role.Active && by.Lacks(role, roles) == "" {
			grantable = append(grantable, role)
		}
	}
	return grantable, nil
}
