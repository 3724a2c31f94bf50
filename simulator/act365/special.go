package act365

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// Handlers of single endpoints that are no plain collection.

// ping answers at the base path itself, which the connector's ping resource asks.
func ping(c *call) (reply, error) {
	return reply{status: http.StatusOK, contentType: jsonType, body: mustJSON(map[string]string{
		"service": "Act! 365 simulator", "time": c.now.String(),
	})}, nil
}

// unknownAnswer is for what the provider has but nobody outside it has described.
func unknownAnswer(c *call) (reply, error) {
	return reply{}, refuse(http.StatusNotImplemented, "The simulator does not know what the provider answers at %s.", c.path)
}

// userInfos lists the users of the account, the caller first.
func userInfos(c *call) (reply, error) {
	m := models().user
	q, err := c.sim.parseQuery(c.request.URL.RawQuery, m)
	if err != nil {
		return reply{}, err
	}
	c.sim.mu.RLock()
	found := c.account().collections[users].all(q)
	c.sim.mu.RUnlock()
	if q.order == nil {
		me := slices.IndexFunc(found, func(r row) bool { return r.id() == c.who.user.id })
		if me > 0 {
			caller := found[me]
			found = slices.Insert(slices.Delete(found, me, me+1), 0, caller)
		}
	}
	q.sort(found, c.sim.options.CaseInsensitive)
	return listed(m, window(found, q.skip, q.top), q), nil
}

// totals sums opportunities by stage and currency, in the order in which the stages come first.
func totals(c *call) (reply, error) {
	m := models().opportunity
	q, err := c.sim.parseQuery(c.request.URL.RawQuery, m)
	if err != nil {
		return reply{}, err
	}
	c.sim.mu.RLock()
	found := c.account().collections[opportunities].all(q)
	c.sim.mu.RUnlock()
	type sum struct{ stage, currency any }
	var sums []row
	places := map[sum]int{}
	for _, r := range found {
		of := sum{m.get(r, "stage"), m.get(r, "currency")}
		place, known := places[of]
		if !known {
			place = len(sums)
			places[of] = place
			sums = append(sums, row{of.stage, of.currency, int64(0), 0.0})
		}
		amount, _ := m.get(r, "total").(float64)
		sums[place][2] = sums[place][2].(int64) + 1
		sums[place][3] = sums[place][3].(float64) + amount
	}
	return reply{status: http.StatusOK, contentType: jsonType, body: appendRows(nil, models().total, sums, view{})}, nil
}

// opportunityActivities lists the interactions of one opportunity.
func opportunityActivities(c *call) (reply, error) {
	id, err := c.id(0)
	if err != nil {
		return reply{}, err
	}
	m := models().interaction
	q, err := c.sim.parseQuery(c.request.URL.RawQuery, m)
	if err != nil {
		return reply{}, err
	}
	of, wanted := m.at("opportunityId"), q.test
	q.test = func(r row) bool { return r[of] == id && (wanted == nil || wanted(r)) }
	c.sim.mu.RLock()
	defer c.sim.mu.RUnlock()
	if _, found := c.account().collections[opportunities].find(id); !found {
		return reply{}, notFound("opportunity", id)
	}
	return listed(m, c.account().collections[interactions].page(q, c.sim.options.CaseInsensitive), q), nil
}

// campaignContact shows a campaign as far as it concerns one of its contacts.
func campaignContact(c *call) (reply, error) {
	id, err := c.id(0)
	if err != nil {
		return reply{}, err
	}
	contactID, err := c.id(1)
	if err != nil {
		return reply{}, err
	}
	m := models().campaign
	c.sim.mu.RLock()
	defer c.sim.mu.RUnlock()
	campaign, found := c.account().collections[campaigns].find(id)
	if !found {
		return reply{}, notFound("campaign", id)
	}
	contact, found := c.account().collections[contacts].find(contactID)
	if !found || !inGroup(contact, m.text(campaign, "groupId")) {
		return reply{}, refuse(http.StatusNotFound, "The contact %s has no part in the campaign %s.", contactID, id)
	}
	return shown(m, m.with(campaign, "contacts", []row{linkTo(contact)})), nil
}

// linkTo is a reference to a contact as other records hold it.
func linkTo(contact row) row {
	m := models().contact
	name := strings.TrimSpace(m.text(contact, "firstName") + " " + m.text(contact, "lastName"))
	return row{contact.id(), name}
}

// putMetadata creates or changes custom fields, found by name and type.
func putMetadata(c *call) (reply, error) {
	if err := c.jsonBody(); err != nil {
		return reply{}, err
	}
	value, err := decodeJSON(c.body)
	if err != nil {
		return reply{}, refuseUnreadable("metadata", err)
	}
	list, ok := value.([]any)
	if !ok {
		return reply{}, refuseUnreadable("metadata", errors.New("an array is expected, not "+jsonKind(value)))
	}
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	return c.storeMetadata(list)
}

func (c *call) storeMetadata(list []any) (reply, error) {
	m, acct := models().metadata, c.account()
	b := &body{state: modelState{}}
	changed := b.nestedList(m, list, "metadata")
	k := &checking{call: c, acct: acct, model: m, state: b.state}
	for _, k.row = range changed {
		k.need("name", "type")
	}
	c.unknown = b.unknown
	if len(b.state) > 0 {
		return reply{}, refuseBody(b.state)
	}
	for i, given := range changed {
		r := make(row, len(m.properties))
		for _, old := range acct.collections[metadata].rows {
			if m.text(old, "name") == m.text(given, "name") && m.text(old, "type") == m.text(given, "type") {
				copy(r, old)
			}
		}
		if r[0] == nil {
			r[0] = acct.newID(metadata, c.now)
			r[m.at("show")] = true
		}
		for p, value := range given {
			if value != nil && !m.properties[p].server {
				r[p] = value
			}
		}
		r[m.at("edited")] = c.now
		acct.save(metadata, r)
		changed[i] = r
	}
	return reply{status: http.StatusOK, contentType: jsonType, body: appendRows(nil, m, changed, view{})}, nil
}

// download answers all contacts of an export and forgets the export: it can be fetched once.
func download(c *call) (reply, error) {
	id, err := c.id(0)
	if err != nil {
		return reply{}, err
	}
	m := models().export
	c.sim.mu.Lock()
	acct := c.account()
	export, found := acct.collections[exports].find(id)
	if !found {
		c.sim.mu.Unlock()
		return reply{}, notFound("export", id)
	}
	q, err := c.sim.exportQuery(m.text(export, "query"))
	if err != nil {
		c.sim.mu.Unlock()
		return reply{}, err
	}
	q.group = m.text(export, "groupId")
	rows := acct.collections[contacts].all(q)
	acct.remove(exports, id)
	c.sim.mu.Unlock()
	q.sort(rows, c.sim.options.CaseInsensitive)
	return listed(models().contact, rows, q), nil
}

// exportQuery reads the query of an export: options as in a query string, or a filter alone.
func (s *Simulator) exportQuery(text string) (*query, error) {
	raw := strings.TrimPrefix(strings.TrimSpace(text), "?")
	if raw == "" {
		return &query{}, nil
	}
	if strings.HasPrefix(raw, "$") || strings.HasPrefix(raw, "%24") {
		// Options stand there as plain text or percent-encoded; a plus sign is one in both.
		return s.parseQuery(strings.ReplaceAll(raw, "+", "%2B"), models().contact)
	}
	q := &query{}
	if err := s.option(q, models().contact, "$filter", raw); err != nil {
		return nil, refuseQuery("query", err)
	}
	return q, nil
}

// calendarKey answers the key of the caller's calendar feed as a bare JSON string.
func calendarKey(c *call) (reply, error) {
	c.sim.mu.RLock()
	defer c.sim.mu.RUnlock()
	return reply{status: http.StatusOK, contentType: jsonType, body: mustJSON(c.account().calendarKey)}, nil
}

// newCalendarKey makes a new key and so ends the old feed.
func newCalendarKey(c *call) (reply, error) {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	c.account().calendarKey = strings.ToLower(rand.Text())
	return reply{status: http.StatusOK, contentType: jsonType, body: mustJSON(c.account().calendarKey)}, nil
}
