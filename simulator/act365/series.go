package act365

import "net/http"

// A series is a recurring interaction. The provider's rules for its occurrences are not known, so
// the simulator keeps the base instance and never makes occurrences of its own; a seeded series
// has some, and deleting a series deletes every interaction that belongs to it.

func (res *resource) createSeries(c *call) (reply, error) {
	b, err := res.decode(c)
	if err != nil {
		return reply{}, err
	}
	c.sim.mu.Lock()
	r, err := res.addSeries(c, b)
	c.sim.mu.Unlock()
	if err != nil {
		return reply{}, err
	}
	return c.created(res, r), nil
}

func (res *resource) addSeries(c *call, b *body) (row, error) {
	if b.members["recurSpec"] == nil {
		b.state.add("interaction.recurSpec", "The recurSpec field is required.")
		return nil, refuseBody(b.state)
	}
	r, err := res.add(c, b)
	if err != nil {
		return nil, err
	}
	m := res.model
	r = m.with(m.with(r, "seriesId", r.id()), "seriesBaseInstanceId", r.id())
	c.account().save(interactions, r)
	return r, nil
}

// base finds the base instance of the series in the path. The caller holds the lock.
func (res *resource) base(c *call) (row, error) {
	id, err := c.id(0)
	if err != nil {
		return nil, err
	}
	r, found := c.account().collections[interactions].find(id)
	if !found || res.model.text(r, "seriesId") != id {
		return nil, notFound("series", id)
	}
	return r, nil
}

func (res *resource) readSeries(c *call) (reply, error) {
	c.sim.mu.RLock()
	defer c.sim.mu.RUnlock()
	r, err := res.base(c)
	if err != nil {
		return reply{}, err
	}
	return shown(res.model, r), nil
}

func (res *resource) replaceSeries(c *call) (reply, error) {
	c.sim.mu.RLock()
	_, err := res.base(c)
	c.sim.mu.RUnlock()
	if err != nil {
		return reply{}, err
	}
	return res.replace(c)
}

func (res *resource) removeSeries(c *call) (reply, error) {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	if _, err := res.base(c); err != nil {
		return reply{}, err
	}
	id, _ := c.id(0)
	var members []string
	for _, r := range c.account().collections[interactions].rows {
		if res.model.text(r, "seriesId") == id {
			members = append(members, r.id())
		}
	}
	for _, member := range members {
		c.account().remove(interactions, member)
	}
	return reply{status: http.StatusNoContent}, nil
}
