package act365

import (
	"slices"
	"sort"
)

// Keys of the collections of an account; also the names used by the control API.
const (
	contacts      = "contacts"
	interactions  = "interactions"
	groups        = "groups"
	todos         = "todos"
	opportunities = "opportunities"
	campaigns     = "campaigns"
	metadata      = "metadata"
	exports       = "exports"
	webhooks      = "webhooks"
	users         = "users"
	stages        = "stages"
)

// account is the data of one customer of the provider. All of it is guarded by Simulator.mu.
type account struct {
	name        string
	ids         *idMaker
	collections map[string]*collection
	calendarKey string
}

// collection holds the records of one kind in ascending order of id, which is the provider's
// natural order (reference/act365.md §11, 15).
type collection struct {
	model *model
	rows  []row
}

func newAccount(name string, number byte) *account {
	s := models()
	acct := &account{name: name, ids: newIDMaker(number), collections: map[string]*collection{}}
	for key, m := range map[string]*model{
		contacts: s.contact, interactions: s.interaction, groups: s.group, todos: s.todo,
		opportunities: s.opportunity, campaigns: s.campaign, metadata: s.metadata,
		exports: s.export, webhooks: s.webhook, users: s.user, stages: s.stage,
	} {
		acct.collections[key] = &collection{model: m}
	}
	return acct
}

// place finds where an id is or belongs.
func (c *collection) place(id string) (int, bool) {
	if n := len(c.rows); n == 0 || c.rows[n-1].id() < id {
		return n, false // a new record nearly always belongs at the end
	}
	i := sort.Search(len(c.rows), func(i int) bool { return c.rows[i].id() >= id })
	return i, i < len(c.rows) && c.rows[i].id() == id
}

func (c *collection) find(id string) (row, bool) {
	i, found := c.place(id)
	if !found {
		return nil, false
	}
	return c.rows[i], true
}

// put stores a row under its id, new or in place of the one before.
func (c *collection) put(r row) {
	i, found := c.place(r.id())
	if found {
		c.rows[i] = r
		return
	}
	c.rows = slices.Insert(c.rows, i, r)
}

func (c *collection) drop(id string) {
	if i, found := c.place(id); found {
		c.rows = slices.Delete(c.rows, i, i+1)
	}
}

// save stores a record and keeps what depends on it in step.
func (acct *account) save(key string, r row) {
	c := acct.collections[key]
	before, _ := c.find(r.id())
	c.put(r)
	if key == contacts {
		acct.recount(before, r)
	}
}

// remove deletes a record and what refers to it; false when there is none.
func (acct *account) remove(key, id string) bool {
	c := acct.collections[key]
	before, found := c.find(id)
	if !found {
		return false
	}
	c.drop(id)
	switch key {
	case contacts:
		acct.recount(before, nil)
	case groups:
		acct.leaveGroup(id)
	}
	return true
}

// recount carries a contact's change of groups into the groups' contactsCount.
func (acct *account) recount(before, after row) {
	was, is := memberships(before), memberships(after)
	for _, id := range was {
		if !slices.Contains(is, id) {
			acct.count(id, -1)
		}
	}
	for _, id := range is {
		if !slices.Contains(was, id) {
			acct.count(id, 1)
		}
	}
}

func (acct *account) count(group string, by int64) {
	c := acct.collections[groups]
	if r, found := c.find(group); found {
		n, _ := c.model.get(r, "contactsCount").(int64)
		c.put(c.model.with(r, "contactsCount", n+by))
	}
}

// leaveGroup takes a deleted group's id out of all contacts.
func (acct *account) leaveGroup(id string) {
	c := acct.collections[contacts]
	for _, name := range []string{"groups", "dynamicGroups"} {
		for i, r := range c.rows {
			list, _ := c.model.get(r, name).([]string)
			if at := slices.Index(list, id); at >= 0 {
				c.rows[i] = c.model.with(r, name, slices.Delete(slices.Clone(list), at, at+1))
			}
		}
	}
}

// memberships are the groups of a contact, static and dynamic, each once.
func memberships(contact row) []string {
	if contact == nil {
		return nil
	}
	m := models().contact
	static, _ := m.get(contact, "groups").([]string)
	dynamic, _ := m.get(contact, "dynamicGroups").([]string)
	list := slices.Concat(static, dynamic)
	slices.Sort(list)
	return slices.Compact(list)
}

// inGroup tells whether a contact belongs to a group.
func inGroup(contact row, group string) bool {
	m := models().contact
	static, _ := contact[m.at("groups")].([]string)
	dynamic, _ := contact[m.at("dynamicGroups")].([]string)
	return slices.Contains(static, group) || slices.Contains(dynamic, group)
}

// newID makes an id that no record of the collection has.
func (acct *account) newID(key string, created instant) string {
	for {
		id := acct.ids.at(created)
		if _, taken := acct.collections[key].find(id); !taken {
			return id
		}
	}
}
