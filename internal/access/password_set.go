package access

import (
	"context"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/vault"
)

// Policy is what an organization wants of passwords: its own policy, else the default.
func (s *Service) Policy(ctx context.Context, organizationID int64) (Policy, error) {
	own, err := s.db.PasswordPolicy(ctx, organizationID)
	if fault.Is(err, fault.NotFound) {
		return DefaultPolicy(), nil
	}
	if err != nil {
		return Policy{}, err
	}
	return Policy(*own), nil
}

// NewPasswordHash checks the first password of a person by the organization's policy and returns its hash, for the row of a new user. A
// weak one is an Invalid fault. For a user who exists see SetPassword, which knows the history.
func (s *Service) NewPasswordHash(ctx context.Context, organizationID int64, password string, person Person) (hash string, err error) {
	policy, err := s.Policy(ctx, organizationID)
	if err != nil {
		return "", err
	}
	if err := policy.Check(password, person); err != nil {
		return "", err
	}
	return s.hash(ctx, password)
}

// SetPassword gives a user of the organization a new password, as an administrator does: policy and history are kept to, all logins of the
// user end, and a lock and letters of reset with them. A password that is not allowed is an Invalid fault, a user of another organization
// NotFound. Whether the caller may do so is for the caller to check.
func (s *Service) SetPassword(ctx context.Context, userID, organizationID int64, password string, person Person) error {
	return s.change(ctx, store.PasswordChange{UserID: userID, OrganizationID: organizationID}, password, person)
}

// change checks a new password, and stores it with what comes along.
func (s *Service) change(ctx context.Context, c store.PasswordChange, password string, person Person) error {
	policy, err := s.Policy(ctx, c.OrganizationID)
	if err != nil {
		return err
	}
	if err := policy.Check(password, person); err != nil {
		return err
	}
	recent, err := s.db.RecentPasswords(ctx, c.UserID, policy.PreviousPasswordCount)
	if err != nil {
		return err
	}
	for _, hash := range recent {
		again, err := s.matches(ctx, hash, password)
		if err != nil {
			return err
		}
		if again {
			return weak("was used before: choose one that is not among the last %d", policy.PreviousPasswordCount)
		}
	}
	if c.Hash, err = s.hash(ctx, password); err != nil {
		return err
	}
	c.At = s.now()
	c.Remember = max(0, policy.PreviousPasswordCount-1) // the current one is the first of them
	return s.db.ChangePassword(ctx, c)
}

// hash hashes a password when one of the few places for that is free.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	release, err := s.place(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return vault.HashPassword(password), nil
}

// matches checks a password against a hash when one of the few places for that is free.
func (s *Service) matches(ctx context.Context, hash, password string) (bool, error) {
	release, err := s.place(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	return vault.VerifyPassword(hash, password), nil
}

// place waits for a place to hash in; see maxPasswordChecks.
func (s *Service) place(ctx context.Context) (release func(), err error) {
	select {
	case s.hashing <- struct{}{}:
		return func() { <-s.hashing }, nil
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, ctx.Err(), "The request was given up while waiting for other passwords to be checked")
	}
}

// PasswordState says what keeps a user from logging in by password, besides the password itself.
type PasswordState struct {
	Expired bool // credentialsExpired: nothing but the change of the password is possible
	Locked  bool // accountLocked: too many failed logins, for some time
}

// PasswordStates reads the states of users of an organization, by id. Users that are not of the organization are left out.
func (s *Service) PasswordStates(ctx context.Context, organizationID int64, userIDs ...int64) (map[int64]PasswordState, error) {
	policy, err := s.Policy(ctx, organizationID)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.PasswordStates(ctx, organizationID, userIDs)
	if err != nil {
		return nil, err
	}
	states := make(map[int64]PasswordState, len(rows))
	for id, row := range rows {
		states[id] = PasswordState{
			Expired: row.HasPassword && policy.expired(row.ChangedAt, s.now()),
			Locked:  s.now().Before(row.LockedUntil),
		}
	}
	return states, nil
}

// Unlock ends the lock of a user of the organization after failed logins, as an administrator does. SetPassword does so by itself.
func (s *Service) Unlock(ctx context.Context, organizationID, userID int64) error {
	return s.db.UnlockUser(ctx, organizationID, userID)
}

// expired reports whether a password that was set at a time has outlived the policy.
func (p Policy) expired(changed, now time.Time) bool {
	return p.ExpirationDays > 0 && !now.Before(changed.AddDate(0, 0, p.ExpirationDays))
}
