package access

import (
	"context"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// freshLogin is how old a login may be to change its password without the current one, as old clients do.
const freshLogin = 5 * time.Minute

// OwnPassword is a caller's wish for another password.
type OwnPassword struct {
	Current  string // may be empty right after the login
	Password string
	Address  string // the client's IP address, for the limit of failed logins
}

// SetOwnPassword changes the caller's password, whose other logins end. Without the current one the caller must have logged in a moment
// ago, since a secret or a session that somebody found must not become a password. A wrong one is Forbidden, and counts as a failed login;
// a caller without a password, who logs in elsewhere, is Forbidden; a weak new one Invalid.
func (s *Service) SetOwnPassword(ctx context.Context, p *Principal, wish OwnPassword) error {
	identity, err := s.db.IdentityByUser(ctx, p.User.ID)
	if err != nil {
		return err
	}
	switch fresh := p.SessionID != 0 && s.now().Sub(p.LoggedInAt) < freshLogin; {
	case identity.User.PasswordHash == "":
		return fault.New(fault.Forbidden, "You have no password: you log in elsewhere. An administrator can give you one")
	case wish.Current == "" && !fresh:
		return fault.New(fault.Invalid, "currentPassword is required: only within %v of a login it may be left out", freshLogin)
	case wish.Current != "":
		err := s.ConfirmPassword(ctx, identity.User.Email, wish.Current, wish.Address)
		if fault.Is(err, fault.Unauthenticated) {
			return fault.New(fault.Forbidden, "currentPassword is wrong")
		}
		if err != nil {
			return err
		}
	}
	return s.change(ctx, store.PasswordChange{
		UserID: identity.User.ID, OrganizationID: identity.Organization.ID, KeepSession: p.SessionID,
	}, wish.Password, personOf(identity))
}

// ChangePassword replaces the password of a login, which may have expired, by a new one, and opens a session of r.Kind. The old one is
// checked, and counted, as Login does; a weak new one is an Invalid fault. All other logins of the user end.
func (s *Service) ChangePassword(ctx context.Context, r LoginRequest, password string) (*Principal, *store.Session, error) {
	identity, err := s.verify(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	change := store.PasswordChange{UserID: identity.User.ID, OrganizationID: identity.Organization.ID}
	if err := s.change(ctx, change, password, personOf(identity)); err != nil {
		return nil, nil, err
	}
	return s.open(ctx, identity, r.Kind)
}

// personOf is whose names a password may not have in it.
func personOf(i *store.Identity) Person {
	return Person{FirstName: i.User.FirstName, LastName: i.User.LastName, Email: i.User.Email}
}
