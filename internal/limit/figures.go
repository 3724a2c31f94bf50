package limit

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"jackfield/internal/fault"
)

// Figure is one limit with what is used of it.
type Figure struct {
	Limit   *int64  `json:"limit"`   // null = none
	Used    float64 `json:"used"`    // on this server; of stored instances on all
	Default *int64  `json:"default"` // the server's, null = none
	Own     bool    `json:"own"`     // Limit was set for this account
}

// Figures are all limits of an account, by name.
type Figures map[string]Figure

// Figures are the limits of an account and what it has used of them.
func (s *Service) Figures(ctx context.Context, accountID int64) (Figures, error) {
	a := s.account(accountID)
	known, err := s.known(ctx, a)
	if err != nil {
		return nil, err
	}
	stored, err := s.db.For(accountID).StoredInstances(ctx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	a.mu.Lock()
	used := [Kinds]float64{
		Requests: float64(a.requests.sum(now)), ProviderCalls: float64(a.calls.Load()), Instances: float64(stored),
		ScriptSeconds: math.Round(float64(a.scripts.sum(now))/float64(time.Millisecond)) / 1000,
	}
	a.mu.Unlock()
	figures := Figures{}
	for kind, name := range names {
		figures[name] = Figure{Limit: wire(known.limits[kind]), Used: used[kind], Default: wire(s.standard[kind]), Own: known.own[kind]}
	}
	return figures, nil
}

func wire(most int64) *int64 {
	if most == 0 {
		return nil
	}
	return &most
}

// Own are limits of an account by name; nil = no limit, whatever the server's default is.
type Own map[string]*int64

// Parse reads the body of PUT /accounts/{id}/limits: an object in the form of its answer, where limit alone counts, or with numbers
// in place of the inner objects. What is missing has the server's default. Faults are Invalid and name the member.
func Parse(body []byte) (Own, error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(body, &given); err != nil || given == nil {
		return nil, fault.Wrap(fault.Invalid, err, `The body must be an object such as {"requestsPerMinute": {"limit": 600}}`)
	}
	own := Own{}
	for name, text := range given {
		if !slices.Contains(names[:], name) {
			return nil, fault.New(fault.Invalid, "There is no limit %s: those that can be set are %s", quoted(name), strings.Join(names[:], ", "))
		}
		most, set, err := parseOne(text)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%s.limit must be a whole number from 1 to %d, or null for no limit", name, Max)
		}
		if set {
			own[name] = most
		}
	}
	return own, nil
}

// parseOne reads a number, null, or an object with one of them in limit; own: false in it stands for the default.
func parseOne(text json.RawMessage) (most *int64, set bool, err error) {
	if strings.HasPrefix(strings.TrimSpace(string(text)), "{") {
		var figure struct {
			Limit json.RawMessage `json:"limit"`
			Own   *bool           `json:"own"`
		}
		if err := json.Unmarshal(text, &figure); err != nil {
			return nil, false, err
		}
		if len(figure.Limit) == 0 || figure.Own != nil && !*figure.Own {
			return nil, false, nil
		}
		text = figure.Limit
	}
	if err := json.Unmarshal(text, &most); err != nil {
		return nil, false, err
	}
	if most != nil && (*most < 1 || *most > Max) {
		return nil, false, fmt.Errorf("%d is out of range", *most)
	}
	return most, true, nil
}

// quoted is a name of the caller for a message: not longer than one can read.
func quoted(name string) string {
	const most = 60
	if len(name) > most {
		name = name[:most] + "…"
	}
	return fmt.Sprintf("%q", name)
}

// Set makes these the account's own limits, in place of those that were, and returns what is in force then.
func (s *Service) Set(ctx context.Context, accountID int64, own Own) (Figures, error) {
	if err := s.db.For(accountID).SetLimits(ctx, own); err != nil {
		return nil, err
	}
	return s.Figures(ctx, accountID)
}
