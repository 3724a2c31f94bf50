package access

import (
	"context"
	"hash/crc32"
	"strings"
	"time"
	"unicode/utf8"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// The form of an API key: a prefix that no other secret begins with, random characters, and a checksum of them. Scanners of code and
// logs recognise it, and a mistyped one costs no database read.
const (
	apiKeyPrefix   = "jfk_"
	apiKeyRandom   = 40 // characters, 238 bits
	apiKeyChecksum = 6  // characters that hold a CRC-32
	apiKeyLength   = len(apiKeyPrefix) + apiKeyRandom + apiKeyChecksum
	// APIKeyPattern is the regular expression of API keys, for scanners.
	APIKeyPattern = `\bjfk_[0-9A-Za-z]{46}\b`

	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

	// shownOfAPIKey is how many characters tell keys apart in lists.
	shownOfAPIKey = len(apiKeyPrefix) + 4
	// maxAPIKeys bounds the keys of a user.
	maxAPIKeys = 100
	// maxAPIKeyName is the longest name of a key, in characters.
	maxAPIKeyName = 100
)

// NewAPIKey makes the value of an API key.
func NewAPIKey() string {
	random := make([]byte, apiKeyRandom)
	for i := range random {
		random[i] = base62[randomBelow(len(base62))]
	}
	return apiKeyPrefix + string(random) + apiKeySum(string(random))
}

// apiKeySum is the CRC-32 (IEEE) of the random characters in base 62, with leading zeros.
func apiKeySum(random string) string {
	sum := crc32.ChecksumIEEE([]byte(random))
	text := make([]byte, apiKeyChecksum)
	for i := len(text) - 1; i >= 0; i-- {
		text[i] = base62[sum%uint32(len(base62))]
		sum /= uint32(len(base62))
	}
	return string(text)
}

// isAPIKey tells an API key from the token of a login.
func isAPIKey(bearer string) bool { return strings.HasPrefix(bearer, apiKeyPrefix) }

// wellFormedAPIKey reports whether the checksum is right.
func wellFormedAPIKey(key string) bool {
	if len(key) != apiKeyLength {
		return false
	}
	random, sum := key[len(apiKeyPrefix):apiKeyLength-apiKeyChecksum], key[apiKeyLength-apiKeyChecksum:]
	return apiKeySum(random) == sum
}

func (s *Service) byAPIKey(ctx context.Context, key string) (*Principal, error) {
	if !wellFormedAPIKey(key) {
		return nil, unauthenticated("The API key is not whole: its checksum is wrong. Copy it again")
	}
	return s.cached(s.digest("api key", key), func() (*caller, error) {
		identity, stored, err := s.db.IdentityByAPIKey(ctx, key)
		if fault.Is(err, fault.NotFound) {
			return nil, unauthenticated("The API key is not known or was revoked")
		}
		if err != nil {
			return nil, err
		}
		if err := usable(identity); err != nil {
			return nil, err
		}
		found := &caller{principal: newPrincipal(identity), marks: []*Mark{s.uses.MarkOf(store.KeyOfAPI, key)}}
		found.principal.APIKeyID = stored.ID
		if !stored.ExpiresAt.IsZero() {
			found.endsBy(stored.ExpiresAt, "The API key has expired: make a new one")
		}
		return found, nil
	})
}

// wantPerson refuses an API key where it would get what outlives it.
func (p *Principal) wantPerson() error {
	if p.APIKeyID == 0 {
		return nil
	}
	return fault.New(fault.Forbidden, "An API key gives out no secrets and no keys: send the user and organization secrets, or log in")
}

// CreateAPIKey makes a key by which a machine acts as a user, and returns its value, which is not kept. expires zero = never. The
// name is required and unique among the user's keys (Conflict); a time that has passed is Invalid. An API key makes none.
func (s *Service) CreateAPIKey(ctx context.Context, p *Principal, userID int64, name string, expires time.Time) (*store.APIKey, string, error) {
	if err := p.wantPerson(); err != nil {
		return nil, "", err
	}
	owner, err := s.SecretOwner(ctx, p, userID)
	if err != nil {
		return nil, "", err
	}
	name = PlainName(name)
	at, expires := s.now().UTC().Truncate(time.Millisecond), expires.UTC().Truncate(time.Millisecond)
	switch n := utf8.RuneCountInString(name); {
	case name == "":
		return nil, "", fault.New(fault.Invalid, "name is required: what the key is for")
	case n > maxAPIKeyName:
		return nil, "", fault.New(fault.Invalid, "name has %d characters: at most %d are allowed", n, maxAPIKeyName)
	case !expires.IsZero() && !expires.After(at):
		return nil, "", fault.New(fault.Invalid, "expiresDate %s has passed already", expires.Format(time.RFC3339))
	}
	value := NewAPIKey()
	key := &store.APIKey{UserID: owner.User.ID, Name: name, Prefix: value[:shownOfAPIKey], CreatedAt: at, ExpiresAt: expires}
	if err := s.db.CreateAPIKey(ctx, owner.Organization.ID, key, value, maxAPIKeys); err != nil {
		return nil, "", err
	}
	return key, value, nil
}

// APIKeys lists the keys of a user.
func (s *Service) APIKeys(ctx context.Context, p *Principal, userID int64) ([]store.APIKey, error) {
	owner, err := s.SecretOwner(ctx, p, userID)
	if err != nil {
		return nil, err
	}
	s.uses.flush(ctx)
	return s.db.APIKeys(ctx, owner.Organization.ID, owner.User.ID)
}

// DeleteAPIKey revokes a key of a user: every server refuses it from then on.
func (s *Service) DeleteAPIKey(ctx context.Context, p *Principal, userID, id int64) error {
	owner, err := s.SecretOwner(ctx, p, userID)
	if err != nil {
		return err
	}
	return s.db.DeleteAPIKey(ctx, owner.Organization.ID, owner.User.ID, id)
}
