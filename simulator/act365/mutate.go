package act365

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// maxMutation is the most changes of one kind that a call may ask for.
const maxMutation = 100_000

// mutation is what POST /_sim/mutate asks for: so many changes to a kind of record.
type mutation struct {
	Resource string `json:"resource"`
	Account  int    `json:"account"` // 0 is the first
	Create   int    `json:"create"`
	Update   int    `json:"update"`
	Delete   int    `json:"delete"`
	Seed     int64  `json:"seed"`
}

// mutated are the ids of what changed.
type mutated struct {
	Created []string `json:"created"`
	Updated []string `json:"updated"`
	Deleted []string `json:"deleted"`
}

// mutable tells which property an update changes, by kind of record.
var mutable = map[string]string{
	contacts: "jobTitle", interactions: "notes", groups: "description",
	todos: "notes", opportunities: "description", campaigns: "emailSubject",
}

// mutate changes data as clients of the provider would, and tells webhooks.
func (s *Simulator) mutate(want mutation, base string) (mutated, error) {
	done := mutated{Created: []string{}, Updated: []string{}, Deleted: []string{}}
	res, err := s.mutableResource(want.Resource)
	if err != nil {
		return done, err
	}
	if want.Account < 0 || want.Account > 1 {
		return done, fmt.Errorf("account is %d; it can be 0 or 1", want.Account)
	}
	for name, n := range map[string]int{"create": want.Create, "update": want.Update, "delete": want.Delete} {
		if n < 0 || n > maxMutation {
			return done, fmt.Errorf("%s is %d; it has to be between 0 and %d", name, n, maxMutation)
		}
	}
	now := instantOf(s.clock.now())
	s.mu.Lock()
	s.change(want, res, now, &done)
	s.mu.Unlock()
	for _, told := range []struct {
		verb string
		ids  []string
	}{{"post", done.Created}, {"put", done.Updated}, {"delete", done.Deleted}} {
		for _, id := range told.ids {
			if res.event {
				s.hooks.tell(want.Account, res, told.verb, id, base, now)
			}
		}
	}
	return done, nil
}

func (s *Simulator) mutableResource(key string) (*resource, error) {
	paths := map[string]string{
		contacts: "Contacts", interactions: "Interactions", groups: "Groups",
		todos: "Todos", opportunities: "Opportunities", campaigns: "Campaigns",
	}
	path, known := paths[key]
	if !known {
		return nil, fmt.Errorf("resource is %q; it can be contacts, interactions, groups, todos, opportunities or campaigns", key)
	}
	return &resource{key: key, path: path, model: newAccount("", 0).collections[key].model, event: key != campaigns}, nil
}

// change makes the changes. Records are chosen by the seed; those just created are left alone.
// The caller holds the lock.
func (s *Simulator) change(want mutation, res *resource, now instant, done *mutated) {
	acct := s.accounts[want.Account]
	chance := rand.New(rand.NewPCG(uint64(want.Seed), 0xc4a9e))
	old := slices.Clone(acct.collections[res.key].rows)
	chance.Shuffle(len(old), func(i, j int) { old[i], old[j] = old[j], old[i] })
	next := s.maker(want.Account, res.key, want.Seed)
	for i := range want.Create {
		r := next(len(old)+i, now)
		acct.save(res.key, r)
		done.Created = append(done.Created, r.id())
	}
	property := mutable[res.key]
	for i := range min(want.Update, len(old)) {
		r := res.model.with(old[i], property, fmt.Sprintf("Changed %s by %d", now, chance.IntN(1000)))
		res.touch(r, now)
		acct.save(res.key, r)
		done.Updated = append(done.Updated, r.id())
	}
	rest := old[min(want.Update, len(old)):]
	for i := range min(want.Delete, len(rest)) {
		acct.remove(res.key, rest[i].id())
		done.Deleted = append(done.Deleted, rest[i].id())
	}
}
