package oauth

import "context"

// Counters are what a simulator has seen since it began. A refresh too many shows here and nowhere else.
type Counters struct {
	Codes             int `json:"codes"`  // consents that were given
	Denied            int `json:"denied"` // consents that were not
	Exchanges         int `json:"exchanges"`
	Refreshes         int `json:"refreshes"`
	ClientCredentials int `json:"clientCredentials"`
	Passwords         int `json:"passwords"`
	Assertions        int `json:"assertions"`
	Revocations       int `json:"revocations"`
	InvalidGrants     int `json:"invalidGrants"`
	InvalidClients    int `json:"invalidClients"`
	Replays           int `json:"replays"` // codes and request tokens that were used again
	Reuses            int `json:"reuses"`  // refresh tokens that were used again
	RequestTokens     int `json:"requestTokens"`
	BadSignatures     int `json:"badSignatures"`
	Calls             int `json:"calls"`    // of the API
	Answered          int `json:"answered"` // of them, those that had a living token
	Refused           int `json:"refused"`  // of them, those that had not
	Expired           int `json:"expired"`  // access tokens that were seen after their end
	Faults            int `json:"faults"`   // that struck
	Held              int `json:"held"`     // answers that are held at this moment
	Lost              int `json:"lost"`     // held answers whose client has gone
	// MostRefreshing is the most refreshes of one family that were under way at once.
	MostRefreshing int              `json:"mostRefreshing"`
	Families       []FamilyCounters `json:"families"`
}

// FamilyCounters are of one consent and the tokens that came of it.
type FamilyCounters struct {
	Family         int    `json:"family"` // counts from 1
	Client         string `json:"client"`
	Refreshes      int    `json:"refreshes"`
	InvalidGrants  int    `json:"invalidGrants"`
	Expired        int    `json:"expired"`
	MostRefreshing int    `json:"mostRefreshing"`
	Revoked        bool   `json:"revoked"`
}

// Counters returns what was seen so far.
func (s *Simulator) Counters() Counters {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count()
}

func (s *Simulator) count() Counters {
	c := s.counters
	c.Families = make([]FamilyCounters, len(s.grants.families))
	for i, f := range s.grants.families {
		c.Families[i] = f.counters
		c.Families[i].Revoked = f.revoked
	}
	return c
}

// Wait returns once the counters satisfy ok, or the context's error.
func (s *Simulator) Wait(ctx context.Context, ok func(Counters) bool) error {
	for {
		s.mu.Lock()
		enough, changed := ok(s.count()), s.changed
		s.mu.Unlock()
		if enough {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// watchRefresh counts a refresh as under way until the returned function is called, whatever becomes of it.
func (s *Simulator) watchRefresh(secret string) func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, found := s.grants.refresh.by[secret]
	if !found {
		return func() {}
	}
	f := r.family
	f.refreshing++
	f.counters.MostRefreshing = max(f.counters.MostRefreshing, f.refreshing)
	s.counters.MostRefreshing = max(s.counters.MostRefreshing, f.refreshing)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		f.refreshing--
	}
}
