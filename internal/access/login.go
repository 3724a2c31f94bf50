package access

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// maxPasswordChecks is how many passwords are checked at once: each takes 19 MiB and a core.
const maxPasswordChecks = 2

// NoPasswordYet is what a user has in place of the hash of a password who shall get one by letter: the hash of random bytes that nobody
// kept. Nobody logs in with it. (A user without any hash logs in elsewhere, and gets no letter.) It is checked, too, when an email is unknown
// or its user has no password, so that the answer takes as long as for a wrong password.
const NoPasswordYet = "$argon2id$v=19$m=19456,t=2,p=1$MtoTIAFqZSaaZelhv2EZTw$s+PjDomdhtgUhngnHtMmF7zSgbzssNHdaeRRSjyQzac"

// LoginRequest is an attempt to log in.
type LoginRequest struct {
	Email    string
	Password string
	Address  string            // the client's IP address, for the limit of failed logins
	Kind     store.SessionKind // what the session is for; empty = store.SessionAPI
}

// wrongLogin is the one answer to every wrong login, whatever was wrong.
func wrongLogin() error { return unauthenticated("The username or the password is wrong") }

// ErrPasswordExpired is the cause of the Unauthenticated fault of a login whose password is right and has outlived the policy: only
// ChangePassword, or a reset, goes on from there.
var ErrPasswordExpired = errors.New("the password has expired")

// Login checks an email and password and opens a session, whose Token is only here in clear. Wrong ones
// are Unauthenticated, all alike and in equal time; after too many of them (see maxFailuresPerUser and lockAfter) the
// fault is Throttled. A right one that has expired is ErrPasswordExpired. A success sets the user's last login.
func (s *Service) Login(ctx context.Context, r LoginRequest) (*Principal, *store.Session, error) {
	identity, err := s.verify(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	policy, err := s.Policy(ctx, identity.Organization.ID)
	if err != nil {
		return nil, nil, err
	}
	if policy.ExpirationDays > 0 {
		changed, err := s.db.PasswordChangedAt(ctx, identity.User.ID)
		if err != nil {
			return nil, nil, err
		}
		if policy.expired(changed, s.now()) {
			return nil, nil, fault.Wrap(fault.Unauthenticated, ErrPasswordExpired,
				"The password has expired: set a new one with PUT /authentication/passwords (username, currentPassword, password) or on the login page of the console")
		}
	}
	return s.open(ctx, identity, r.Kind)
}

// ConfirmPassword checks an email and password as Login does, counts failures with it, and opens nothing.
func (s *Service) ConfirmPassword(ctx context.Context, email, password, address string) error {
	_, err := s.verify(ctx, LoginRequest{Email: email, Password: password, Address: address})
	return err
}

// verify finds the user of an email and password, within the limits of failed logins. Every way in by a password goes through here.
func (s *Service) verify(ctx context.Context, r LoginRequest) (*store.Identity, error) {
	email := strings.TrimSpace(r.Email)
	if email == "" || r.Password == "" {
		return nil, fault.New(fault.Invalid, "username and password are required")
	}
	succeeded, err := s.attempts.begin(email, r.Address)
	if err != nil {
		s.log.WarnContext(ctx, "login refused: too many failures", "ip", r.Address)
		return nil, err
	}
	identity, err := s.checkPassword(ctx, email, r.Password)
	if err != nil {
		switch {
		case fault.Is(err, fault.Unauthenticated):
			s.log.InfoContext(ctx, "login failed", "ip", r.Address)
		case fault.Is(err, fault.Throttled):
			s.log.WarnContext(ctx, "login refused: locked after too many failures", "ip", r.Address)
		}
		return nil, err
	}
	succeeded()
	return identity, s.db.ForgetLogins(ctx, email)
}

// checkPassword finds the user with this email and password.
func (s *Service) checkPassword(ctx context.Context, email, password string) (*store.Identity, error) {
	if len(password) > MaxPasswordLength {
		return nil, wrongLogin()
	}
	hash, userID := NoPasswordYet, int64(0)
	identity, err := s.db.IdentityByEmail(ctx, email)
	switch {
	case err == nil:
		userID = identity.User.ID
		if identity.User.PasswordHash != "" {
			hash = identity.User.PasswordHash
		}
	case !fault.Is(err, fault.NotFound):
		return nil, err
	}
	if err := s.countLogin(ctx, email, userID); err != nil {
		return nil, err
	}
	right, err := s.matches(ctx, hash, password)
	if err != nil {
		return nil, err
	}
	if !right || hash == NoPasswordYet || usable(identity) != nil {
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

// open makes the session of a user. No kind is that of the API.
func (s *Service) open(ctx context.Context, identity *store.Identity, kind store.SessionKind) (*Principal, *store.Session, error) {
	if kind == "" {
		kind = store.SessionAPI
	}
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

// Expire forgets what has ended: logins, failed logins and letters of reset. Run it now and then; nothing depends on it.
func (s *Service) Expire(ctx context.Context, now time.Time) error {
	return errors.Join(
		s.db.DeleteExpiredSessions(ctx, now),
		s.db.DeleteLoginFailuresBefore(ctx, now.Add(-forgetFailures)),
		s.db.DeletePasswordResetsBefore(ctx, now.Add(-resetsKept)),
		s.db.DeleteDeadSecrets(ctx),
	)
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
