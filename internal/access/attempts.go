package access

import (
	"crypto/sha256"
	"strings"
	"sync"
	"time"

	"jackfield/internal/fault"

	"github.com/maypok86/otter/v2"
)

// Limits of failed logins. They live in the memory of one server: several servers each allow as many, and
// a restart forgets them.
const (
	// maxFailuresPerUser failed logins with one email from one address within attemptWindow; after that
	// every login of the pair is refused until the window ends.
	maxFailuresPerUser = 10
	// maxFailuresPerAddress failed logins from one address, whatever the email. It is higher, because
	// many people may share an address.
	maxFailuresPerAddress = 100
	// maxGuessesPerAddress unknown addresses of connect links and unknown ways back from a provider, from one address.
	maxGuessesPerAddress = 60
	// maxResetsPerAddress requests for letters of reset from one address, whatever the email.
	maxResetsPerAddress = 20
	attemptWindow       = 15 * time.Minute
	// maxTrackedAttempts bounds the memory. Above it the least used entries are forgotten.
	maxTrackedAttempts = 20_000
)

// attempts counts failed logins.
type attempts struct {
	now   func() time.Time
	mu    sync.Mutex // held for counting only, never while a password is checked
	count *otter.Cache[digest, window]
}

type window struct {
	failures int
	ends     time.Time
}

func newAttempts(now func() time.Time) *attempts {
	return &attempts{now: now, count: otter.Must(&otter.Options[digest, window]{
		MaximumSize:      maxTrackedAttempts,
		ExpiryCalculator: otter.ExpiryWriting[digest, window](attemptWindow),
	})}
}

// begin counts an attempt as failed before its password is checked, so that many at once cannot pass the
// limit together. It returns the function that takes the count back after a success, or a Throttled fault.
func (a *attempts) begin(email, address string) (succeeded func(), err error) {
	user := sha256.Sum256([]byte(strings.ToLower(email) + "\x00" + address))
	host := sha256.Sum256([]byte("\x00" + address))
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, limit := range [...]struct {
		key digest
		max int
	}{{user, maxFailuresPerUser}, {host, maxFailuresPerAddress}} {
		if w := a.window(limit.key); w.failures >= limit.max {
			throttled := fault.New(fault.Throttled,
				"Too many failed logins: wait and try again (limit: %d within %v)", limit.max, attemptWindow)
			throttled.RetryAfter = w.ends.Sub(a.now())
			return nil, throttled
		}
	}
	a.add(user, 1)
	a.add(host, 1)
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.count.Invalidate(user)
		a.add(host, -1)
	}, nil
}

// Guess counts an attempt to hit something that is found by its secret alone, as failed, before it is looked for. It returns the
// function that takes the count back after a hit, or a Throttled fault.
func (s *Service) Guess(address string) (hit func(), err error) {
	return s.attempts.guess(address)
}

func (a *attempts) guess(address string) (hit func(), err error) {
	host := sha256.Sum256([]byte("\x00guess\x00" + address))
	a.mu.Lock()
	defer a.mu.Unlock()
	if w := a.window(host); w.failures >= maxGuessesPerAddress {
		throttled := fault.New(fault.Throttled, "Too many addresses that do not exist: wait and try again (limit: %d within %v)", maxGuessesPerAddress, attemptWindow)
		throttled.RetryAfter = w.ends.Sub(a.now())
		return nil, throttled
	}
	a.add(host, 1)
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.add(host, -1)
	}, nil
}

// reset counts a request for a letter of reset, or refuses it with a Throttled fault.
func (a *attempts) reset(address string) error {
	host := sha256.Sum256([]byte("\x00reset\x00" + address))
	a.mu.Lock()
	defer a.mu.Unlock()
	if w := a.window(host); w.failures >= maxResetsPerAddress {
		throttled := fault.New(fault.Throttled, "Too many requests for a new password: wait and try again (limit: %d within %v)", maxResetsPerAddress, attemptWindow)
		throttled.RetryAfter = w.ends.Sub(a.now())
		return throttled
	}
	a.add(host, 1)
	return nil
}

func (a *attempts) window(key digest) window {
	w, ok := a.count.GetIfPresent(key)
	if !ok || !a.now().Before(w.ends) {
		return window{ends: a.now().Add(attemptWindow)}
	}
	return w
}

func (a *attempts) add(key digest, n int) {
	w := a.window(key)
	w.failures = max(0, w.failures+n)
	a.count.Set(key, w)
}
