package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/mail"
	"jackfield/internal/store"
	"jackfield/internal/vault"

	"github.com/maypok86/otter/v2"
)

// Limits of the caches. They bound memory; a full cache only costs a database read.
const (
	maxCachedCallers = 10_000
	maxCachedRefused = 10_000

	// A cached caller is dropped by the change that concerns it. The time limit only covers a change
	// that was lost between servers.
	maxCallerAge = time.Minute
	// A refused credential is remembered so that a client with a wrong secret costs no database read
	// per call. It is short: see also Service.changed.
	maxRefusedAge = 5 * time.Second
)

// How long a login lasts.
const (
	APISessionLife     = 24 * time.Hour
	ConsoleSessionLife = 12 * time.Hour
)

// Options of the service. Vault is required, the rest has defaults.
type Options struct {
	Vault     *vault.Vault
	Mail      *mail.Service // nil = forgotten passwords cannot be reset
	PublicURL string        // what links in letters begin with: never what a request says of itself
	Log       *slog.Logger
	Now       func() time.Time
}

// Service finds out who is calling. One per server; safe for concurrent use.
type Service struct {
	db    *store.DB
	vault *vault.Vault
	log   *slog.Logger
	now   func() time.Time

	key      [32]byte // of the digests under which callers are cached; known to this process alone
	callers  *otter.Cache[digest, *caller]
	refused  *otter.Cache[digest, refusal]
	changes  atomic.Uint64 // counts changes, so that a caller read before one is not cached after it
	attempts *attempts
	hashing  chan struct{} // a slot per password check under way
	stop     func()
	uses     *Uses

	mail      *mail.Service
	publicURL string
	resets    chan string // emails of forgotten passwords, to be looked at
	working   sync.WaitGroup
}

// digest stands for credentials in the caches, so that no secret is a key in memory.
type digest [sha256.Size]byte

// caller is a cached answer: who it is, until when, and by which session or secrets.
type caller struct {
	principal *Principal
	sessionID int64     // 0 = none
	expires   time.Time // zero = as long as nothing changes
	ended     string    // what a caller hears after that
	marks     []*Mark   // secrets that are used
}

// endsBy has the answer hold no longer than until a time.
func (c *caller) endsBy(at time.Time, message string) {
	if c.expires.IsZero() || at.Before(c.expires) {
		c.expires, c.ended = at, message
	}
}

// refusal is a cached Unauthenticated fault.
type refusal struct{ err error }

// New makes the service. Close it to stop listening for changes.
func New(db *store.DB, o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Service{
		db: db, vault: o.Vault, log: o.Log, now: o.Now,
		callers: otter.Must(&otter.Options[digest, *caller]{
			MaximumSize:      maxCachedCallers,
			ExpiryCalculator: otter.ExpiryWriting[digest, *caller](maxCallerAge),
		}),
		refused: otter.Must(&otter.Options[digest, refusal]{
			MaximumSize:      maxCachedRefused,
			ExpiryCalculator: otter.ExpiryWriting[digest, refusal](maxRefusedAge),
		}),
		attempts: newAttempts(o.Now),
		hashing:  make(chan struct{}, maxPasswordChecks),

		mail: o.Mail, publicURL: o.PublicURL, resets: make(chan string, maxResetRequests),
	}
	copy(s.key[:], randomBytes(len(s.key)))
	s.uses = newUses(db, o.Log, o.Now)
	s.stop = db.Subscribe(s.changed)
	if s.mail != nil {
		ctx, cancel := context.WithCancel(context.Background())
		unsubscribe := s.stop
		s.stop = func() { unsubscribe(); cancel() }
		s.working.Go(func() { s.answerResets(ctx) })
	}
	return s
}

// Close stops listening for changes and the clean-up of the caches. The service must not be used afterwards.
func (s *Service) Close() {
	s.stop()
	s.working.Wait()
	s.uses.close()
	s.callers.StopAllGoroutines()
	s.refused.StopAllGoroutines()
	s.attempts.count.StopAllGoroutines()
}

// Uses remembers when secrets were last used, also for rooms that look up secrets themselves.
func (s *Service) Uses() *Uses { return s.uses }

// Authenticate finds the caller behind the credentials: a user secret, alone or with the secret of the
// user's own organization, an API key, or the token of a login. A secret that was replaced is accepted in its
// overlap. A repeated call costs no database read. Every failure is an Unauthenticated fault; only a database
// error is Internal.
func (s *Service) Authenticate(ctx context.Context, c Credentials) (*Principal, error) {
	switch {
	case c.Empty() && c.LegacyUserID != "":
		return nil, legacyUserID()
	case isAPIKey(c.Bearer):
		return s.byAPIKey(ctx, c.Bearer)
	case c.Bearer != "":
		return s.bySession(ctx, store.SessionAPI, c.Bearer)
	case c.User == "" && c.Organization == "":
		return nil, unauthenticated("No credential was given: send the header Authorization with %s", usual)
	case c.User == "":
		return nil, unauthenticated("The user secret is missing: send the header Authorization with %s", usual)
	}
	return s.cached(s.digest("secret", c.User, c.Organization), func() (*caller, error) { return s.bySecret(ctx, c) })
}

// RequirePlatform returns an Unauthenticated fault unless the credentials are enough for a platform
// route: user and organization secret, or the token of a login (reference/http-conventions.md §2.2).
func RequirePlatform(c Credentials) error {
	if c.Bearer != "" || (c.User != "" && c.Organization != "") {
		return nil
	}
	if c.Empty() && c.LegacyUserID != "" {
		return legacyUserID()
	}
	what := "user secret"
	if c.User != "" {
		what = "organization secret"
	}
	return unauthenticated("The %s is missing: send the header Authorization with %s", what, usual)
}

// legacyUserID is what clients hear that send the credential of the oldest ones alone: what it proved is not known
// (reference/accounts-and-access.md §11).
func legacyUserID() error {
	return fault.New(fault.NotImplemented, "The credential UserId of old clients is not supported: send the header Authorization with %s", usual)
}

// ConsoleSession finds the caller behind the console's session cookie. An unknown or expired token is an
// Unauthenticated fault.
func (s *Service) ConsoleSession(ctx context.Context, token string) (*Principal, error) {
	if token == "" {
		return nil, unauthenticated("Not logged in")
	}
	return s.bySession(ctx, store.SessionConsole, token)
}

// ByUser is a user as a caller, read afresh: for work that somebody asked for earlier and that is done in their name now. One
// that is gone or may not act any more is an Unauthenticated fault.
func (s *Service) ByUser(ctx context.Context, userID int64) (*Principal, error) {
	identity, err := s.db.IdentityByUser(ctx, userID)
	if fault.Is(err, fault.NotFound) {
		return nil, unauthenticated("The user is gone")
	}
	if err != nil {
		return nil, err
	}
	if err := usable(identity); err != nil {
		return nil, err
	}
	return newPrincipal(identity), nil
}

func (s *Service) bySession(ctx context.Context, kind store.SessionKind, token string) (*Principal, error) {
	return s.cached(s.digest("session", string(kind), token), func() (*caller, error) {
		identity, session, err := s.db.IdentityBySession(ctx, kind, token)
		if fault.Is(err, fault.NotFound) {
			return nil, unauthenticated("The login is not known or has ended: log in again")
		}
		if err != nil {
			return nil, err
		}
		if err := usable(identity); err != nil {
			return nil, err
		}
		p := newPrincipal(identity)
		p.SessionID, p.LoggedInAt = session.ID, session.CreatedAt
		return &caller{principal: p, sessionID: session.ID, expires: session.ExpiresAt, ended: "The login has ended: log in again"}, nil
	})
}

// usable refuses users that may not act: the system's, and inactive ones at any level.
func usable(identity *store.Identity) error {
	switch {
	case identity.User.ID == store.SystemUser || identity.Organization.System:
		return unauthenticated("The system user cannot log in")
	case !identity.User.Active:
		return unauthenticated("The user is not active")
	case !identity.Account.Active:
		return unauthenticated("The user's account is not active")
	case !identity.Organization.Active:
		return unauthenticated("The user's organization is not active")
	}
	return nil
}

// cached answers from the caches, or by find and fills them.
func (s *Service) cached(key digest, find func() (*caller, error)) (*Principal, error) {
	found, ok := s.callers.GetIfPresent(key)
	if !ok {
		if answer, known := s.refused.GetIfPresent(key); known {
			return nil, answer.err
		}
		before := s.changes.Load()
		var err error
		found, err = find()
		switch {
		case fault.Is(err, fault.Unauthenticated):
			s.refused.Set(key, refusal{err})
			if s.changes.Load() != before {
				s.refused.Invalidate(key)
			}
			return nil, err
		case err != nil:
			return nil, err
		}
		s.callers.Set(key, found)
		// A change between the read and the Set found nothing to drop; see Service.changed for the other order.
		if s.changes.Load() != before {
			s.callers.Invalidate(key)
		}
	}
	at := s.now()
	if !found.expires.IsZero() && !at.Before(found.expires) {
		s.callers.Invalidate(key)
		return nil, unauthenticated("%s", found.ended)
	}
	for _, mark := range found.marks {
		s.uses.noteAt(mark, at)
	}
	return found.principal, nil
}

// changed drops what a change made stale, here or on another server.
func (s *Service) changed(c store.Change) {
	var stale func(*caller) bool
	switch c.Noun {
	case "user":
		stale = func(e *caller) bool { return e.principal.User.ID == c.ID }
	case "account":
		stale = func(e *caller) bool { return e.principal.Account.ID == c.ID }
	case "organization":
		stale = func(e *caller) bool { return e.principal.Organization.ID == c.ID }
	case "session":
		stale = func(e *caller) bool { return e.sessionID == c.ID }
	case "all": // changes may have been missed
		stale = func(*caller) bool { return true }
	default:
		return
	}
	s.changes.Add(1)
	s.refused.InvalidateAll()
	for key, entry := range s.callers.All() {
		if stale(entry) {
			s.callers.Invalidate(key)
		}
	}
}

// digest computes the cache key of credentials: a keyed hash, each part with its length before it.
// The key is secret and the result never leaves the process, so a prefix key is enough.
func (s *Service) digest(parts ...string) digest {
	buffer := make([]byte, 0, 256)
	buffer = append(buffer, s.key[:]...)
	for _, part := range parts {
		buffer = binary.AppendUvarint(buffer, uint64(len(part)))
		buffer = append(buffer, part...)
	}
	return sha256.Sum256(buffer)
}

func same(a, b string) bool { return b != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// Secrets returns the caller's user secret and the secret of the organization, for an authenticated
// login (reference/accounts-and-access.md §2). An API key gets none: they would outlive its revocation.
func (s *Service) Secrets(ctx context.Context, p *Principal) (userSecret, organizationSecret string, err error) {
	if err := p.wantPerson(); err != nil {
		return "", "", err
	}
	identity, err := s.db.IdentityByUser(ctx, p.User.ID)
	if err != nil {
		return "", "", err
	}
	return identity.User.Secret, identity.Organization.Secret, nil
}
