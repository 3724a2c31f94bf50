package access

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// maxPasswordChecks is how many passwords are checked at once: each takes 19 MiB and a core.
const maxPasswordChecks = 2

// nobodysHash is checked when an email is unknown or its user has no password, so that the answer takes as
// long as for a wrong password. It is the hash of random bytes that nobody kept.
const nobodysHash = "$argon2id$v=19$m=19456,t=2,p=1$MtoTIAFqZSaaZelhv2EZTw$s+PjDomdhtgUhngnHtMmF7zSgbzssNHdaeRRSjyQzac"

// LoginRequest is an attempt to log in.
type LoginRequest struct {
	Email    string
	Password string
	Address  string            // the client's IP address, for the limit of failed logins
	Kind     store.SessionKind // what the session is for; empty = store.SessionAPI
}

// wrongLogin is the one answer to every wrong login, whatever was wrong.
func wrongLogin() error { return unauthenticated("The username or the password is wrong") }

// Login checks an email and password and opens a session, whose Token is only here in clear. Wrong ones
// are Unauthenticated, all alike and in equal time; after too many of them (see maxFailuresPerUser) the
// fault is Throttled. A success sets the user's last login.
func (s *Service) Login(ctx context.Context, r LoginRequest) (*Principal, *store.Session, error) {
	email := strings.TrimSpace(r.Email)
	if email == "" || r.Password == "" {
		return nil, nil, fault.New(fault.Invalid, "username and password are required")
	}
	if r.Kind == "" {
		r.Kind = store.SessionAPI
	}
	succeeded, err := s.attempts.begin(email, r.Address)
	if err != nil {
		s.log.WarnContext(ctx, "login refused: too many failures", "ip", r.Address)
		return nil, nil, err
	}
	identity, err := s.checkPassword(ctx, email, r.Password)
	if err != nil {
		if fault.Is(err, fault.Unauthenticated) {
			s.log.InfoContext(ctx, "login failed", "ip", r.Address)
		}
		return nil, nil, err
	}
	succeeded()
	return s.open(ctx, identity, r.Kind)
}

// checkPassword finds the user with this email and password.
func (s *Service) checkPassword(ctx context.Context, email, password string) (*store.Identity, error) {
	if len(password) > MaxPasswordLength {
		return nil, wrongLogin()
	}
	hash := nobodysHash
	identity, err := s.db.IdentityByEmail(ctx, email)
	switch {
	case err == nil && identity.User.PasswordHash != "":
		hash = identity.User.PasswordHash
	case err != nil && !fault.Is(err, fault.NotFound):
		return nil, err
	}
	right, err := s.matches(ctx, hash, password)
	if err != nil {
		return nil, err
	}
	if !right || hash == nobodysHash || usable(identity) != nil {
		return nil, wrongLogin()
	}
	return identity, nil
}

// OpenSession opens a session for a user whom something else than a password has shown to be the one: a provider of identities. One that
// may not act is an Unauthenticated fault. Whether the password has expired or is locked does not matter here.
func (s *Service) OpenSession(ctx context.Context, userID int64, kind store.SessionKind) (*Principal, *store.Session, error) {
	identity, err := s.db.IdentityByUser(ctx, userID)
	if fault.Is(err, fault.NotFound) {
		return nil, nil, unauthenticated("The user is gone")
	}
	if err != nil {
		return nil, nil, err
	}
	if err := usable(identity); err != nil {
		return nil, nil, err
	}
	return s.open(ctx, identity, kind)
}

// open makes the session of a user whose password was right.
func (s *Service) open(ctx context.Context, identity *store.Identity, kind store.SessionKind) (*Principal, *store.Session, error) {
	life := APISessionLife
	if kind == store.SessionConsole {
		life = ConsoleSessionLife
	}
	now := s.now().UTC()
	session := &store.Session{UserID: identity.User.ID, Kind: kind, Token: NewSecret(), CreatedAt: now, ExpiresAt: now.Add(life)}
	if err := s.db.CreateSession(ctx, session); err != nil {
		return nil, nil, err
	}
	if err := s.db.SetLastLogin(ctx, identity.User.ID, now); err != nil {
		return nil, nil, err
	}
	identity.User.LastLoginAt = now
	return newPrincipal(identity), session, nil
}

// Logout ends a session. An unknown token is no error: the session has ended.
func (s *Service) Logout(ctx context.Context, kind store.SessionKind, token string) error {
	err := s.db.DeleteSession(ctx, kind, token)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	s.callers.Invalidate(s.digest("session", string(kind), token))
	return err
}

// DeleteExpiredSessions removes sessions that ended before now. Run it now and then; nothing depends on it.
func (s *Service) DeleteExpiredSessions(ctx context.Context, now time.Time) error {
	return s.db.DeleteExpiredSessions(ctx, now)
}

// CSRFToken is what a page of the console must send with every write of the session: only who can read the
// page knows it. It needs no storage.
func (s *Service) CSRFToken(sessionToken string) string {
	return base64.RawURLEncoding.EncodeToString(s.vault.Hash("csrf", sessionToken))
}

// ValidCSRF reports in constant time whether the token belongs to the session.
func (s *Service) ValidCSRF(sessionToken, csrfToken string) bool {
	return sessionToken != "" && same(csrfToken, s.CSRFToken(sessionToken))
}
