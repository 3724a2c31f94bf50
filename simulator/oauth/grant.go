package oauth

import (
	"crypto/rand"
	"time"
)

// tokenMark begins everything secret that the simulator issues, so that a leak is recognised wherever it shows.
const tokenMark = "oauthsim_"

func newSecret() string { return tokenMark + rand.Text() }

// family is one consent of a user with all tokens that came of it.
type family struct {
	number  int
	client  string
	user    string
	scope   string
	revoked bool
	// refreshing is how many refreshes are under way.
	refreshing int
	counters   FamilyCounters
}

type code struct {
	client, redirect, scope, challenge string
	expires                            time.Time
	family                             *family // once it was used: what came of it (RFC 6749 §4.1.2)
}

type access struct {
	family  *family
	expires time.Time
	calls   int // left; < 0: no limit
	expired bool
}

type refresh struct {
	family *family
	used   bool
}

// grants are guarded by Simulator.mu.
type grants struct {
	codes    kept[*code]
	access   kept[*access]
	refresh  kept[*refresh]
	families []*family
}

func newGrants() grants {
	return grants{codes: newKept[*code](), access: newKept[*access](), refresh: newKept[*refresh]()}
}

// kept holds things by their secret, the newest maxTokens of them.
type kept[T any] struct {
	by     map[string]T
	oldest []string
}

func newKept[T any]() kept[T] { return kept[T]{by: map[string]T{}} }

func (k *kept[T]) add(thing T) string {
	secret := newSecret()
	k.by[secret] = thing
	k.oldest = append(k.oldest, secret)
	if len(k.oldest) > maxTokens {
		delete(k.by, k.oldest[0])
		k.oldest = k.oldest[1:]
	}
	return secret
}

func (s *Simulator) newFamily(client, user, scope string) *family {
	f := &family{number: len(s.grants.families) + 1, client: client, user: user, scope: scope}
	f.counters.Family, f.counters.Client = f.number, client
	s.grants.families = append(s.grants.families, f)
	return f
}

// Tokens is what an exchange gives.
type Tokens struct {
	Access    string        `json:"access_token"`
	Refresh   string        `json:"refresh_token,omitempty"`
	ExpiresIn time.Duration `json:"-"`
	Family    int           `json:"family"`
}

// Grant makes a family as if a user had agreed elsewhere, for clients that bring their tokens with them.
func (s *Simulator) Grant(client string) Tokens {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.newFamily(client, DefaultUser, "")
	return Tokens{Access: s.issueAccess(f), Refresh: s.grants.refresh.add(&refresh{family: f}), ExpiresIn: s.settings.TokenLife, Family: f.number}
}

// issueAccess makes an access token. s.mu is held.
func (s *Simulator) issueAccess(f *family) string {
	calls := -1
	if s.settings.TokenCalls > 0 {
		calls = s.settings.TokenCalls
	}
	return s.grants.access.add(&access{family: f, expires: s.clock.now().Add(s.settings.TokenLife), calls: calls})
}

// RevokeAll ends every grant, as a user does who takes the consent back.
func (s *Simulator) RevokeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.grants.families {
		f.revoked = true
	}
	s.first.revokeAll()
	s.touch()
}

// ExpireAll ends every access token that lives; the refresh tokens stay good.
func (s *Simulator) ExpireAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.grants.access.by {
		a.calls = 0
	}
	s.touch()
}
