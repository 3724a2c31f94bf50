package instance

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"sync/atomic"
	"time"

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

// tokens caches instances by a keyed hash of their token.
type tokens struct {
	key     [32]byte // known to this process alone
	known   *otter.Cache[digest, *Instance]
	unknown *otter.Cache[digest, struct{}]
	changes atomic.Uint64 // see ByToken
}

func newTokens() *tokens {
	t := &tokens{
		known: otter.Must(&otter.Options[digest, *Instance]{
			MaximumSize:      maxCachedTokens,
			ExpiryCalculator: otter.ExpiryWriting[digest, *Instance](maxTokenAge),
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
	var stale func(*Instance) bool
	switch c.Noun {
	case "instance":
		stale = func(i *Instance) bool { return i.ID == c.ID }
	case "user":
		stale = func(i *Instance) bool { return i.UserID == c.ID }
	case "account":
		stale = func(i *Instance) bool { return i.AccountID == c.ID }
	case "organization":
		stale = func(i *Instance) bool { return i.OrganizationID == c.ID }
	case "connector":
		stale = func(i *Instance) bool { return i.ConnectorID == c.ID }
	case "all": // changes may have been missed
		stale = func(*Instance) bool { return true }
	default:
		return
	}
	t.changes.Add(1)
	t.unknown.InvalidateAll()
	for key, instance := range t.known.All() {
		if stale(instance) {
			t.known.Invalidate(key)
		}
	}
}

// ByToken returns the instance with a token. An unknown token, or one whose instance was deleted, is an
// Unauthenticated fault; that the instance is disabled is for the caller to see. A repeated call costs no
// database read. Whether the caller may use the instance is MayUse's question.
func (s *Service) ByToken(ctx context.Context, token string) (*Instance, error) {
	if token == "" {
		return nil, fault.New(fault.Unauthenticated, `The Element token is missing: add "Element <token>" to the header Authorization`)
	}
	key := s.tokens.digest(token)
	before := s.tokens.changes.Load()
	if found, ok := s.tokens.known.GetIfPresent(key); ok {
		def, err := s.definition(ctx, &found.Instance)
		if err != nil {
			return nil, err
		}
		if def != found.Definition {
			// The connector was changed or extended: its defaults are computed again, whatever the order
			// in which the news arrived.
			renewed := *found
			renewed.Definition, renewed.Effective = def, effective(entries(def), found.Configuration)
			s.keep(key, &renewed, before)
			return &renewed, nil
		}
		return found, nil
	}
	if _, ok := s.tokens.unknown.GetIfPresent(key); ok {
		return nil, unknownToken()
	}
	row, err := s.db.InstanceByToken(ctx, token)
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
	found, err := s.with(ctx, row, nil)
	if err != nil {
		return nil, err
	}
	s.keep(key, found, before)
	return found, nil
}

// keep caches an instance unless something changed since it was read: that change found nothing to drop.
func (s *Service) keep(key digest, found *Instance, before uint64) {
	s.tokens.known.Set(key, found)
	if s.tokens.changes.Load() != before {
		s.tokens.known.Invalidate(key)
	}
}
