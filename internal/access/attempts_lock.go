package access

import (
	"context"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Limits of failed logins with one email, over all addresses, servers and restarts: they are in the database. Unknown emails are locked
// like known ones, so that a lock tells nobody who has an account here. Secrets and tokens go on working meanwhile.
const (
	// lockAfter failed logins in a row lock the email for firstLock; each further one for twice as long, up to longestLock. It is above
	// maxFailuresPerUser, so that somebody at one address is stopped before everybody is.
	lockAfter   = 15
	firstLock   = 30 * time.Second
	longestLock = 15 * time.Minute // short enough that locking somebody out is tedious, long enough that guessing is hopeless
	// forgetFailures without a failed login, and the count begins anew.
	forgetFailures = 24 * time.Hour
)

// lockFor is how long an email is locked after so many failures in a row.
func lockFor(failures int) time.Duration {
	if failures < lockAfter {
		return 0
	}
	wait := firstLock
	for range failures - lockAfter {
		if wait *= 2; wait >= longestLock {
			return longestLock
		}
	}
	return wait
}

// countLogin counts a login as failed before its password is checked. A locked email is a Throttled fault.
func (s *Service) countLogin(ctx context.Context, email string, userID int64) error {
	at := s.now()
	until, err := s.db.CountLogin(ctx, store.LoginAttempt{Email: email, UserID: userID, At: at, Forget: forgetFailures, Wait: lockFor})
	if err != nil || until.IsZero() {
		return err
	}
	locked := fault.New(fault.Throttled,
		"Too many failed logins with this username: wait and try again, or ask an administrator for a new password (limit: %d in a row)", lockAfter)
	locked.RetryAfter = until.Sub(at)
	return locked
}
