package act365

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// Sizes of the generated data (reference/act365.md §12.7).
const (
	// maxContacts bounds what is kept in memory; a million contacts bring 3.8 million records.
	maxContacts = 1_000_000
	seedSpan    = 730 * 24 * time.Hour // the age of the oldest record
	// minGroups lets one contact be in 20 groups and leaves two that are dynamic.
	minGroups = 22
	// minOther is the least size of the second account, which otherwise has a tenth of the first.
	minOther = 40
)

// seeder makes the records of one account. The same numbers and the same time make the same records.
type seeder struct {
	s       *schema
	acct    *account
	rng     *rand.Rand
	now     instant
	people  []*user
	owners  []any // e-mail addresses of people
	static  []string
	dynamic []string
	links   []row    // references to the contacts there are
	chances []string // ids of the opportunities there are
	members map[string][]row
}

// reseed replaces all data.
func (s *Simulator) reseed(size int, seed int64) {
	now := instantOf(s.clock.now())
	other := min(size, max(minOther, size/10))
	fresh := []*account{
		s.seedAccount("first", 0, size, seed, now),
		s.seedAccount("second", 1, other, seed, now),
	}
	s.mu.Lock()
	s.accounts, s.contacts, s.seed = fresh, size, seed
	s.mu.Unlock()
}

func (s *Simulator) seedAccount(name string, number, size int, seed int64, now instant) *account {
	acct := newAccount(name, byte(number+1))
	g := s.seeder(acct, number, seed, now)
	acct.calendarKey = strconv.FormatUint(g.rng.Uint64(), 36)
	g.fixed()
	g.fill(groups, max(minGroups, size/50), g.groupAt)
	g.sortGroups()
	g.fill(contacts, size, g.contactAt)
	g.contactCorners()
	g.linkContacts()
	g.fill(opportunities, size*3/10, g.opportunityAt)
	g.opportunityCorners()
	g.fill(interactions, size*2, g.interactionAt)
	g.interactionCorners()
	g.fill(todos, size/2, g.todoAt)
	g.countGroups()
	g.fill(campaigns, 12, g.campaignAt)
	return acct
}

func (s *Simulator) seeder(acct *account, number int, seed int64, now instant) *seeder {
	g := &seeder{s: models(), acct: acct, now: now, rng: rand.New(rand.NewPCG(uint64(seed), uint64(number)))}
	for _, u := range s.directory.users {
		if u.account == number {
			g.people = append(g.people, u)
			g.owners = append(g.owners, u.email)
		}
	}
	return g
}

// maker gives a function that makes further records like the seeded ones; nil for a kind of record
// that is not made. The caller holds the lock.
func (s *Simulator) maker(number int, key string, seed int64) func(i int, created instant) row {
	g := s.seeder(s.accounts[number], number, seed, instantOf(s.clock.now()))
	g.linkContacts()
	g.sortGroups()
	for _, r := range g.acct.collections[opportunities].rows {
		g.chances = append(g.chances, r.id())
	}
	return map[string]func(int, instant) row{
		contacts: g.contactAt, interactions: g.interactionAt, groups: g.groupAt,
		todos: g.todoAt, opportunities: g.opportunityAt, campaigns: g.campaignAt,
	}[key]
}

// fill makes n records spread evenly over the span before now. Records of one second would still
// have ascending ids, by the counter in them.
func (g *seeder) fill(key string, n int, record func(i int, created instant) row) {
	c := g.acct.collections[key]
	c.rows = make([]row, 0, n)
	if n == 0 {
		return
	}
	start := g.now.ms - seedSpan.Milliseconds()
	step := seedSpan.Milliseconds() / int64(n)
	for i := range n {
		created := instant{ms: start + int64(i)*step + g.rng.Int64N(max(1, step-1000))}
		if i%10 == 0 {
			created.ms -= created.ms % 1000
		}
		c.rows = append(c.rows, record(i, created))
	}
	if key == opportunities {
		for _, r := range c.rows {
			g.chances = append(g.chances, r.id())
		}
	}
}

// draft is a record while it is being made.
type draft struct {
	m *model
	r row
}

func (d draft) set(name string, value any) { d.r[d.m.at(name)] = value }

// start makes a record with what the provider notes on it. Every 10th one has zero milliseconds,
// which is written without a fraction.
func (g *seeder) start(m *model, key string, i int, created instant) draft {
	d := draft{m: m, r: make(row, len(m.properties))}
	d.r[0] = g.acct.newID(key, created)
	d.set("created", created)
	d.set("recordOwner", g.owners[i%len(g.owners)])
	if m.has("lastUpdated") {
		updated := instant{ms: created.ms}
		if span := g.now.ms - created.ms; span > 0 {
			updated.ms += g.rng.Int64N(span)
		}
		if i%10 == 0 {
			updated.ms -= updated.ms % 1000
		}
		d.set("lastUpdated", updated)
	}
	return d
}

// fixed makes what does not grow with the number of contacts: users, stages and custom fields.
func (g *seeder) fixed() {
	since := instant{ms: g.now.ms - seedSpan.Milliseconds()}
	for _, u := range g.people {
		g.acct.collections[users].put(row{u.id, u.first, u.last, u.email, u.zone})
	}
	for i, name := range stageNames {
		g.acct.collections[stages].put(row{g.acct.ids.at(since), name, int64(i + 1)})
	}
	m := g.s.metadata
	for i, field := range []struct {
		name, kind string
		dataType   int64
		choices    any
		show       bool
	}{
		{"Region", "Field", 5, []string{"North", "Coast", "Hills", "Isles"}, true},
		{"Customer since", "Field", 1, nil, true},
		{"Credit limit", "Field", 2, nil, true},
		{"Account manager", "Field", 1, nil, true},
		{"Old number", "Field", 1, nil, false},
		{"Lead time", "OpportunityField", 2, nil, true},
		{"Competitor", "OpportunityField", 1, nil, true},
		{"Budget approved", "OpportunityField", 4, nil, true},
	} {
		d := draft{m: m, r: make(row, len(m.properties))}
		d.r[0] = g.acct.ids.at(since)
		d.set("name", field.name)
		d.set("type", field.kind)
		d.set("entityType", map[bool]any{true: "Contact", false: "Opportunity"}[field.kind == "Field"])
		d.set("value", "customField"+strconv.Itoa(i%5+1))
		d.set("dataType", field.dataType)
		d.set("decimalPlaces", int64(0))
		d.set("enumeration", field.choices)
		d.set("show", field.show)
		d.set("edited", since)
		g.acct.collections[metadata].put(d.r)
	}
}

// sortGroups tells static groups from dynamic ones.
func (g *seeder) sortGroups() {
	g.static, g.dynamic = nil, nil
	for _, r := range g.acct.collections[groups].rows {
		if g.s.group.get(r, "isDynamic") == true {
			g.dynamic = append(g.dynamic, r.id())
		} else {
			g.static = append(g.static, r.id())
		}
	}
}

// linkContacts makes the references to contacts that other records hold.
func (g *seeder) linkContacts() {
	list := g.acct.collections[contacts].rows
	g.links = make([]row, len(list))
	for i, contact := range list {
		g.links[i] = linkTo(contact)
	}
}

// countGroups sets every group's number of contacts, and notes some of them for campaigns.
func (g *seeder) countGroups() {
	counts := map[string]int64{}
	g.members = map[string][]row{}
	for i, contact := range g.acct.collections[contacts].rows {
		for _, id := range memberships(contact) {
			if counts[id]++; counts[id] <= campaignContacts {
				g.members[id] = append(g.members[id], g.links[i])
			}
		}
	}
	for _, r := range g.acct.collections[groups].rows {
		r[g.s.group.at("contactsCount")] = counts[r.id()]
	}
}

// pick takes one of a list at random.
func pick[T any](g *seeder, list []T) T { return list[g.rng.IntN(len(list))] }

// odds is true in one of n cases.
func (g *seeder) odds(n int) bool { return g.rng.IntN(n) == 0 }
