package tenant

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// NewUser is somebody to be added.
type NewUser struct {
	FirstName, LastName, Email string
	Password                   string // "" = none: cannot log in by password
	ExternalID                 string
	Profile                    store.Profile
	Roles                      []string // keys; nil = the account's default role
}

// CreateUser adds a user to an account that the caller reaches. A missing or bad value is Invalid, an e-mail that is taken
// Conflict, a role that does not exist Invalid, one that the caller may not grant Forbidden. The default role is left out where
// the caller may not grant it. The result has the secret in clear.
func (s *Service) CreateUser(ctx context.Context, by *access.Principal, accountID int64, n NewUser) (*store.Identity, error) {
	account, err := s.reach(ctx, by, accountID)
	if err != nil {
		return nil, err
	}
	if n.Password == "" {
		return nil, fault.New(fault.Invalid, "password is required")
	}
	roles, err := s.Roles(ctx, by.Organization.ID)
	if err != nil {
		return nil, err
	}
	if n.Roles == nil {
		n.Roles = []string{defaultRole(account)}
		if role, found := access.RoleNamed(roles, n.Roles[0]); found && by.Lacks(role, roles) != "" {
			n.Roles = []string{}
		}
	}
	for _, key := range n.Roles {
		role, found := access.RoleNamed(roles, key)
		if !found {
			return nil, noRole(key)
		}
		if err := mayGrant(by, role, roles); err != nil {
			return nil, err
		}
	}
	return s.admit(ctx, account, n)
}

// Admit adds a user whom nobody asks for by their privileges: of another identity provider, or moved in from elsewhere. An e-mail
// that is taken is a Conflict fault.
func (s *Service) Admit(ctx context.Context, organizationID, accountID int64, n NewUser) (*store.Identity, error) {
	account, err := s.db.Account(ctx, organizationID, accountID)
	if err != nil {
		return nil, err
	}
	roles, err := s.Roles(ctx, organizationID)
	if err != nil {
		return nil, err
	}
	if n.Roles == nil {
		n.Roles = []string{defaultRole(account)}
	}
	for _, key := range n.Roles {
		if _, found := access.RoleNamed(roles, key); !found {
			return nil, noRole(key)
		}
	}
	return s.admit(ctx, account, n)
}

func (s *Service) admit(ctx context.Context, account *store.Account, n NewUser) (*store.Identity, error) {
	u := &store.User{
		AccountID: account.ID, Email: strings.TrimSpace(n.Email), FirstName: n.FirstName, LastName: n.LastName, ExternalID: n.ExternalID,
		Profile: n.Profile, Secret: access.NewSecret(), Roles: n.Roles, Active: true,
	}
	if err := clean(u); err != nil {
		return nil, err
	}
	// Asked before the password is hashed: it costs nothing, and the database has the last word.
	if _, err := s.db.IdentityByEmail(ctx, u.Email); err == nil {
		return nil, fault.New(fault.Conflict, "A user with the email %s already exists", u.Email)
	} else if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if n.Password != "" {
		var err error
		if u.PasswordHash, err = s.access.NewPasswordHash(ctx, account.OrganizationID, n.Password, person(u)); err != nil {
			return nil, err
		}
	}
	if err := s.db.CreateUser(ctx, u); err != nil {
		return nil, err
	}
	return s.db.IdentityByUser(ctx, u.ID)
}

func person(u *store.User) access.Person {
	return access.Person{FirstName: u.FirstName, LastName: u.LastName, Email: u.Email}
}

// defaultRole is what a new user of an account gets (reference/accounts-and-access.md §3).
func defaultRole(a *store.Account) string {
	if a.Default {
		return access.RoleOrganizationUser
	}
	return access.RoleDefaultUser
}

// maxText is the longest name, address or other text of a user, account or role, in bytes.
const maxText = 255

// clean strips the texts of a user and refuses what is missing or too long.
func clean(u *store.User) error {
	p := &u.Profile
	for _, text := range []*string{
		&u.FirstName, &u.LastName, &u.ExternalID, &p.City, &p.Country, &p.Phone, &p.PostalCode, &p.StateProvince, &p.Street1, &p.Street2,
	} {
		*text = access.PlainName(*text)
		if len(*text) > maxText {
			return fault.New(fault.Invalid, "A text of the user has %d bytes: at most %d are allowed", len(*text), maxText)
		}
	}
	switch {
	case u.FirstName == "":
		return fault.New(fault.Invalid, "firstName is required")
	case u.LastName == "":
		return fault.New(fault.Invalid, "lastName is required")
	case u.Email == "":
		return fault.New(fault.Invalid, "email is required")
	}
	return access.CheckEmail(u.Email)
}

// User finds a user whom the caller reaches, by id or e-mail (digits are an id, everything else is an e-mail; "me" is the caller). accountID 0 = in any
// account. Somebody above the caller is Forbidden.
func (s *Service) User(ctx context.Context, by *access.Principal, accountID int64, idOrEmail string) (*store.Identity, error) {
	i, err := s.find(ctx, by, accountID, idOrEmail)
	if err != nil {
		return nil, err
	}
	return i, notAbove(by, i)
}

func (s *Service) find(ctx context.Context, by *access.Principal, accountID int64, idOrEmail string) (*store.Identity, error) {
	var i *store.Identity
	var err error
	organization := by.Organization.ID
	if id, isID := number(idOrEmail); isID {
		i, err = s.db.UserOf(ctx, organization, id)
	} else if idOrEmail == "me" {
		i, err = s.db.UserOf(ctx, organization, by.User.ID)
	} else {
		i, err = s.db.UserOfByEmail(ctx, organization, idOrEmail)
	}
	if err != nil {
		return nil, err
	}
	if (accountID != 0 && i.Account.ID != accountID) || !by.Reaches(i.Account.ID) {
		return nil, fault.New(fault.NotFound, "No user found with id %s", idOrEmail)
	}
	return i, nil
}

func notAbove(by *access.Principal, i *store.Identity) error {
	if i.User.ID != by.User.ID && by.Above(access.AsPrincipal(i)) {
		return fault.New(fault.Forbidden, "The user %d has more privileges than you: ask an administrator", i.User.ID)
	}
	return nil
}

// UserQuery is a page of a list of users.
type UserQuery struct {
	AccountID int64 // 0 = all that the caller reaches
	Inactive  bool  // those of deactivated accounts too
	AfterID   int64
	Limit     int
}

// Users lists users whom the caller reaches, in the order of their ids. Which of them are shown is Visible's question.
func (s *Service) Users(ctx context.Context, by *access.Principal, q UserQuery) ([]store.Identity, error) {
	if q.AccountID == 0 && !by.OrganizationAdmin() {
		q.AccountID = by.Account.ID
	}
	if q.AccountID != 0 {
		if _, err := s.reach(ctx, by, q.AccountID); err != nil {
			return nil, err
		}
	}
	return s.db.Users(ctx, store.UserFilter{
		OrganizationID: by.Organization.ID, AccountID: q.AccountID, Inactive: q.Inactive, AfterID: q.AfterID, Limit: q.Limit,
	})
}

// Visible reports whether a user of a list is shown to the caller.
func Visible(by *access.Principal, i *store.Identity) bool { return notAbove(by, i) == nil }

// UserChange is what is to change about a user. Nil members stay.
type UserChange struct {
	FirstName, LastName, Email, Password, ExternalID *string
	Profile                                          func(*store.Profile)
	Active                                           *bool
	Locked                                           *bool // false ends a lock after failed logins; only logins lock
	DiscardInstances                                 bool  // with Active false
}

// ChangeUser changes a user whom the caller reaches. A new password or e-mail lets the caller act in that user's place, so the caller
// must have every privilege that the user has.
func (s *Service) ChangeUser(ctx context.Context, by *access.Principal, accountID int64, idOrEmail string, c UserChange) (*store.Identity, error) {
	before, err := s.find(ctx, by, accountID, idOrEmail)
	if err != nil {
		return nil, err
	}
	check := func(i *store.Identity) error {
		if err := notAbove(by, i); err != nil {
			return err
		}
		takesOver := c.Password != nil || c.Email != nil && !strings.EqualFold(strings.TrimSpace(*c.Email), i.User.Email)
		if takesOver && i.User.ID != by.User.ID && !by.Covers(access.AsPrincipal(i)) {
			return fault.New(fault.Forbidden, "The password or email of a user can only be changed by somebody with all of the user's privileges")
		}
		return c.apply(&i.User)
	}
	planned := *before
	if err := check(&planned); err != nil {
		return nil, err
	}
	if c.Password != nil {
		if other, err := s.db.IdentityByEmail(ctx, planned.User.Email); err == nil && other.User.ID != before.User.ID {
			return nil, fault.New(fault.Conflict, "A user with the email %s already exists", planned.User.Email)
		}
		if err := s.access.SetPassword(ctx, before.User.ID, by.Organization.ID, *c.Password, person(&planned.User)); err != nil {
			return nil, err
		}
	}
	changed, err := s.db.ChangeUser(ctx, by.Organization.ID, before.User.ID, check, s.keepAdministrator(ctx, by.Organization.ID))
	if err != nil {
		return nil, err
	}
	if c.Active != nil && *c.Active || c.Locked != nil && !*c.Locked {
		return changed, s.access.Unlock(ctx, by.Organization.ID, changed.User.ID)
	}
	if c.Active != nil && c.DiscardInstances {
		return changed, s.discard(ctx, changed)
	}
	return changed, nil
}

func (c UserChange) apply(u *store.User) error {
	for _, set := range []struct{ to, from *string }{
		{&u.FirstName, c.FirstName}, {&u.LastName, c.LastName}, {&u.Email, c.Email}, {&u.ExternalID, c.ExternalID},
	} {
		if set.from != nil {
			*set.to = strings.TrimSpace(*set.from)
		}
	}
	if c.Profile != nil {
		c.Profile(&u.Profile)
	}
	if c.Active != nil {
		u.Active = *c.Active
	}
	return clean(u)
}

// discard deletes the instances that a user made, as the user would.
func (s *Service) discard(ctx context.Context, i *store.Identity) error {
	p := access.AsPrincipal(i)
	rows, err := s.db.For(i.Account.ID).Instances(ctx, store.InstanceFilter{UserID: i.User.ID})
	if err != nil {
		return err
	}
	for _, row := range rows {
		found, err := s.instances.FindForChange(ctx, p, row.ID)
		if err == nil {
			err = s.provision.Delete(ctx, p, found)
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// DeleteUser removes a user who does not stand above the caller, with instances and everything else that the user owns. It cannot be
// taken back.
func (s *Service) DeleteUser(ctx context.Context, by *access.Principal, accountID int64, idOrEmail string) error {
	found, err := s.find(ctx, by, accountID, idOrEmail)
	if err != nil {
		return err
	}
	may := func(i *store.Identity) error { return notAbove(by, i) }
	organization, guard := by.Organization.ID, s.keepAdministrator(ctx, by.Organization.ID)
	// Nobody makes new instances while the old ones are given back to their providers.
	if _, err := s.db.ChangeUser(ctx, organization, found.User.ID, func(i *store.Identity) error {
		i.User.Active = false
		return may(i)
	}, guard); err != nil {
		return err
	}
	if err := s.discard(ctx, found); err != nil {
		return err
	}
	return s.db.DeleteUser(ctx, organization, found.User.ID, may, guard)
}

// keepAdministrator is a guard of a change of users; see wantAdministrator.
func (s *Service) keepAdministrator(ctx context.Context, organizationID int64) store.Guard {
	return func(tx *store.DB, change func() error) error {
		before, err := tx.CountHolders(ctx, organizationID, access.RoleOrganizationAdmin)
		if err != nil {
			return err
		}
		if err := change(); err != nil {
			return err
		}
		return wantAdministrator(ctx, tx, organizationID, before)
	}
}

// SetRoles gives a user exactly these roles, for other identity providers. A role that does not exist is Invalid; the last administrator
// stays one: Conflict.
func (s *Service) SetRoles(ctx context.Context, organizationID, userID int64, keys []string) error {
	roles, err := s.Roles(ctx, organizationID)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if _, found := access.RoleNamed(roles, key); !found {
			return noRole(key)
		}
	}
	_, err = s.db.ChangeUser(ctx, organizationID, userID, func(i *store.Identity) error {
		i.User.Roles = slices.Clone(keys)
		return nil
	}, s.keepAdministrator(ctx, organizationID))
	return err
}

// GrantRole gives a user a role and returns it.
func (s *Service) GrantRole(ctx context.Context, by *access.Principal, idOrEmail, key string) (*access.Role, error) {
	role, roles, err := s.grantable(ctx, by, key)
	if err != nil {
		return nil, err
	}
	return role, s.changeRoles(ctx, by, idOrEmail, func(i *store.Identity) error {
		if err := mayGrant(by, *role, roles); err != nil {
			return err
		}
		i.User.Roles = append(i.User.Roles, role.Key)
		return nil
	})
}

// RevokeRole takes a role from a user. Only what was granted to the user directly can be taken; what the user does not have is no error.
func (s *Service) RevokeRole(ctx context.Context, by *access.Principal, idOrEmail, key string) error {
	if _, _, err := s.grantable(ctx, by, key); err != nil {
		return err
	}
	return s.changeRoles(ctx, by, idOrEmail, func(i *store.Identity) error {
		i.User.Roles = slices.DeleteFunc(i.User.Roles, func(has string) bool { return has == key })
		return nil
	})
}

func (s *Service) changeRoles(ctx context.Context, by *access.Principal, idOrEmail string, f func(*store.Identity) error) error {
	found, err := s.find(ctx, by, 0, idOrEmail)
	if err != nil {
		return err
	}
	_, err = s.db.ChangeUser(ctx, by.Organization.ID, found.User.ID, func(i *store.Identity) error {
		if err := notAbove(by, i); err != nil {
			return err
		}
		return f(i)
	}, s.keepAdministrator(ctx, by.Organization.ID))
	return err
}

// number reads an id: digits, with a sign before them.
func number(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil && strings.Trim(text, "+-0123456789") == "" { // out of range: an id that no user has
		return 0, true
	}
	return n, err == nil
}
