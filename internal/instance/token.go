package instance

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"sync/atomic"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"

	"github.com/maypok86/otter/v2"
)

// Limits of the cache of instances by token. A full cache only costs database reads.
const (
	maxCachedTokens = 20_000
	maxUnknown      = 10_000
	// maxTokenAge covers changes that were lost between servers; all others drop what they concern.
	maxTokenAge = time.Minute
	// maxUnknownAge keeps a client with a dead token from costing a read per call.
	maxUnknownAge = 5 * time.Second
)

type digest [sha256.Size]byte

// holder is a cached answer: the instance of a token.
type holder struct {
	*Instance
	until time.Time    // of a token that was replaced; zero = as long as nothing changes
	mark  *access.Mark // nil = its use is not remembered
}

// tokens caches instances by a keyed hash of their token.
type tokens struct {
	key     [32]byte // known to this process alone
	known   *otter.Cache[digest, *holder]
	unknown *otter.Cache[digest, struct{}]
	changes atomic.Uint64 // see ByToken
}

func newTokens() *tokens {
	t := &tokens{
		known: otter.Must(&otter.Options[digest, *holder]{
			MaximumSize:      maxCachedTokens,
			ExpiryCalculator: otter.ExpiryWriting[digest, *holder](maxTokenAge),
		}),
		unknown: otter.Must(&otter.Options[digest, struct{}]{
			MaximumSize:      maxUnknown,
			ExpiryCalculator: otter.ExpiryWriting[digest, struct{}](maxUnknownAge),
		}),
	}
	_, _ = rand.Read(t.key[:]) // never fails: it ends the program instead
	return t
}

// digest is a prefix-keyed hash: the key is secret and the result never leaves the process.
func (t *tokens) digest(token string) digest {
	buffer := make([]byte, 0, 128)
	return sha256.Sum256(append(append(buffer, t.key[:]...), token...))
}

// changed drops what a change made stale, here or on another server.
func (t *tokens) changed(c store.Change) {
	var stale func(*holder) bool
	switch c.Noun {
	case "instance":
		stale = func(i *holder) bool { return i.ID == c.ID }
	case "user":
		stale = func(i *holder) bool { return i.UserID == c.ID }
	case "account":
		stale = func(i *holder) bool { return i.AccountID == c.ID }
	case "organization":
		stale = func(i *holder) bool { return i.OrganizationID == c.ID }
	case "connector":
		stale = func(i *holder) bool { return i.ConnectorID == c.ID }
	case "all": // changes may have been missed
		stale = func(*holder) bool { return true }
	default:
		return
	}
	t.changes.Add(1)
	t.unknown.InvalidateAll()
	for key, found := range t.known.All() {
		if stale(found) {
			t.known.Invalidate(key)
		}
	}
}

// ByToken returns the instance with a token, or with the one before it while that is accepted. An unknown token, or one whose
// instance was deleted, is an Unauthenticated fault; that the instance is disabled is for the caller to see. A repeated call costs
// no database read. Whether the caller may use the instance is MayUse's question.
func (s *Service) ByToken(ctx context.Context, token string) (*Instance, error) {
	if token == "" {
		return nil, fault.New(fault.Unauthenticated, `The Element token is missing: add "Element <token>" to the header Authorization`)
	}
	key := s.tokens.digest(token)
	before := s.tokens.changes.Load()
	if found, ok := s.tokens.known.GetIfPresent(key); ok {
		return s.again(ctx, key, found, before)
	}
	if _, ok := s.tokens.unknown.GetIfPresent(key); ok {
		return nil, unknownToken()
	}
	row, until, err := s.rowOfToken(ctx, token)
	if fault.Is(err, fault.NotFound) {
		s.tokens.unknown.Set(key, struct{}{})
		if s.tokens.changes.Load() != before {
			s.tokens.unknown.Invalidate(key)
		}
		return nil, unknownToken()
	}
	if err != nil {
		return nil, err
	}
	instance, err := s.with(ctx, row, nil)
	if err != nil {
		return nil, err
	}
	found := &holder{Instance: instance, until: until}
	if s.uses != nil {
		found.mark = s.uses.MarkOf(store.InstanceToken, token)
		s.uses.Note(found.mark)
	}
	s.keep(key, found, before)
	return instance, nil
}

// rowOfToken finds the instance of a token, and until when an old one is accepted.
func (s *Service) rowOfToken(ctx context.Context, token string) (*store.Instance, time.Time, error) {
	row, err := s.db.InstanceByToken(ctx, token)
	if fault.Is(err, fault.NotFound) {
		return s.db.InstanceByOldToken(ctx, token, s.now())
	}
	return row, time.Time{}, err
}

// again answers from the cache.
func (s *Service) again(ctx context.Context, key digest, found *holder, before uint64) (*Instance, error) {
	if !found.until.IsZero() && !s.now().Before(found.until) {
		s.tokens.known.Invalidate(key)
		return nil, unknownToken()
	}
	if found.mark != nil {
		s.uses.Note(found.mark)
	}
	def, err := s.definition(ctx, &found.Instance.Instance)
	if err != nil {
		return nil, err
	}
	if def == found.Definition {
		return found.Instance, nil
	}
	// The connector was changed or extended: its defaults are computed again, whatever the order in which the news arrived.
	renewed := *found.Instance
	renewed.Definition, renewed.Effective = def, effective(entries(def), found.Configuration)
	s.keep(key, &holder{Instance: &renewed, until: found.until, mark: found.mark}, before)
	return &renewed, nil
}

// keep caches an instance unless something changed since it was read: that change found nothing to drop.
func (s *Service) keep(key digest, found *holder, before uint64) {
	s.tokens.known.Set(key, found)
	if s.tokens.changes.Load() != before {
		s.tokens.known.Invalidate(key)
	}
}
