package access

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/mail"
	"jackfield/internal/store"
)

// Limits of letters by which a forgotten password is replaced.
const (
	// ResetLife is how long the link of a letter works.
	ResetLife = time.Hour
	// maxResetsPerUser letters are sent to a user within resetWindow; further requests change nothing, and say so to nobody.
	maxResetsPerUser = 3
	resetWindow      = time.Hour
	// resetsKept is how long tokens are remembered: at least resetWindow, in which they are counted.
	resetsKept = 24 * time.Hour
	// maxResetRequests wait at once to be looked at; then further ones are told to come back.
	maxResetRequests = 100
	// resetTime bounds the work on one request.
	resetTime = 30 * time.Second
)

// ResetPath is the page of the console that the link of a letter leads to, with the parameter token.
const ResetPath = "/reset-password"

// RequestPasswordReset asks for a letter to the user of an email. It says nothing about whether there is one, and takes as long in any case: the
// request is looked at behind the caller's back. Too many requests from an address are Throttled.
func (s *Service) RequestPasswordReset(_ context.Context, email, address string) error {
	email = strings.TrimSpace(email)
	if email == "" {
		return fault.New(fault.Invalid, "email is required")
	}
	if s.mail == nil {
		return fault.New(fault.Unavailable, "This server sends no letters")
	}
	if err := s.attempts.reset(address); err != nil {
		return err
	}
	if len(email) > maxEmailLength {
		return nil // nobody's
	}
	select {
	case s.resets <- email:
		return nil
	default:
		busy := fault.New(fault.Unavailable, "Too many people have forgotten their passwords at once: try again in a moment (limit: %d)", maxResetRequests)
		busy.RetryAfter = time.Minute
		return busy
	}
}

// answerResets looks at requests until ctx ends.
func (s *Service) answerResets(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case email := <-s.resets:
			limited, cancel := context.WithTimeout(ctx, resetTime)
			if err := s.sendReset(limited, email); err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "a letter of reset could not be made", "error", err)
			}
			cancel()
		}
	}
}

// sendReset sends the letter, if the user may log in by a password. Who logs in elsewhere has none, and a letter must not be a way around that.
func (s *Service) sendReset(ctx context.Context, email string) error {
	identity, err := s.db.IdentityByEmail(ctx, email)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			err = nil
		}
		return err
	}
	user := &identity.User
	if mayNot := usable(identity); mayNot != nil || user.PasswordHash == "" {
		return nil //nolint:nilerr // that a user may not act is no failure: there is just no letter
	}
	token := base64.RawURLEncoding.EncodeToString(randomBytes(32))
	at := s.now()
	kept, err := s.db.CreatePasswordReset(ctx, user.ID, token, at, at.Add(ResetLife), at.Add(-resetWindow), maxResetsPerUser)
	if err != nil {
		return err
	}
	if !kept {
		s.log.InfoContext(ctx, "no letter of reset: the user was sent enough of them", "user", user.ID)
		return nil
	}
	link := s.publicURL + ResetPath + "?" + url.Values{"token": {token}}.Encode()
	// Names are left out: who made the user may have written anything into them.
	return s.mail.Send(ctx, mail.Letter{
		OrganizationID: identity.Organization.ID, UserID: user.ID, Until: at.Add(ResetLife),
		To: user.Email, Subject: "A new password for " + s.publicName(),
		Text: "Somebody, probably you, asked for a new password for " + user.Email + " at " + s.publicURL + ".\n\n" +
			"Set it here within an hour:\n" + link + "\n\n" +
			"The link works once. If you did not ask for it, do nothing: your password stays as it is.\n",
	})
}

// publicName is the host of the server, for a subject.
func (s *Service) publicName() string {
	if u, err := url.Parse(s.publicURL); err == nil && u.Host != "" {
		return u.Host
	}
	return "Jackfield"
}

// ResetPassword sets a new password by the token of a letter, which works once, and ends all logins of the user. A token that is unknown,
// used, too old or of a user who may not log in, and a weak password, are Invalid faults; the token stays good after a weak one.
func (s *Service) ResetPassword(ctx context.Context, token, password, address string) error {
	found, err := s.Guess(address)
	if err != nil {
		return err
	}
	identity, err := s.db.IdentityByPasswordReset(ctx, token, s.now())
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || usable(identity) != nil {
		return fault.New(fault.Invalid, "The link was used already or is too old: ask for a new one")
	}
	found()
	return s.change(ctx, store.PasswordChange{UserID: identity.User.ID, OrganizationID: identity.Organization.ID, Reset: token}, password, personOf(identity))
}
