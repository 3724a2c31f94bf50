package act365

import (
	"fmt"
	"net/http"
)

// resource is a collection as the API shows it. Its methods are the handlers that most
// collections share.
type resource struct {
	key   string
	path  string // below the base path, as the provider writes it
	model *model
	// check adds to the state what is wrong with a record; it may fill in what depends on others.
	check func(*checking)
	event bool // changes are told to webhooks
}

// checking is a record about to be stored.
type checking struct {
	call  *call
	acct  *account
	model *model
	row   row
	state modelState
}

func (k *checking) text(name string) string { return k.model.text(k.row, name) }

// wrong notes what is wrong with a property.
func (k *checking) wrong(name, format string, args ...any) {
	k.state.add(k.model.name+"."+name, format, args...)
}

func (res *resource) list(c *call) (reply, error) {
	q, err := c.sim.parseQuery(c.request.URL.RawQuery, res.model)
	if err != nil {
		return reply{}, err
	}
	c.sim.mu.RLock()
	rows := c.account().collections[res.key].page(q, c.sim.options.CaseInsensitive)
	c.sim.mu.RUnlock()
	c.sim.afterList(c, res.key, q)
	return listed(res.model, rows, q), nil
}

func listed(m *model, rows []row, q *query) reply {
	room := make([]byte, 0, 64+1024*len(rows)) // a contact takes about a kilobyte
	return reply{status: http.StatusOK, contentType: jsonType, body: appendRows(room, m, rows, view{list: true, only: q.only})}
}

func shown(m *model, r row) reply {
	return reply{status: http.StatusOK, contentType: jsonType, body: appendRow(nil, m, r, view{})}
}

func (res *resource) read(c *call) (reply, error) {
	id, err := c.id(0)
	if err != nil {
		return reply{}, err
	}
	q, err := c.sim.parseQuery(c.request.URL.RawQuery, res.model)
	if err != nil {
		return reply{}, err
	}
	c.sim.mu.RLock()
	r, found := c.account().collections[res.key].find(id)
	c.sim.mu.RUnlock()
	if !found {
		return reply{}, notFound(res.model.name, id)
	}
	return reply{status: http.StatusOK, contentType: jsonType, body: appendRow(nil, res.model, r, view{only: q.only})}, nil
}

// decode reads the body as an object of the resource.
func (res *resource) decode(c *call) (*body, error) {
	if err := c.jsonBody(); err != nil {
		return nil, err
	}
	members, err := decodeObject(c.body)
	if err != nil {
		return nil, refuseUnreadable(res.model.name, err)
	}
	return &body{members: members, state: modelState{}}, nil
}

// apply binds the body onto a row and checks the outcome.
func (res *resource) apply(c *call, b *body, r row) error {
	b.unknown = nil
	b.bind(res.model, r)
	c.unknown = b.unknown
	if res.check != nil && len(b.state) == 0 {
		res.check(&checking{call: c, acct: c.account(), model: res.model, row: r, state: b.state})
	}
	if len(b.state) > 0 {
		return refuseBody(b.state)
	}
	return nil
}

func (res *resource) create(c *call) (reply, error) {
	b, err := res.decode(c)
	if err != nil {
		return reply{}, err
	}
	c.sim.mu.Lock()
	r, err := res.add(c, b)
	c.sim.mu.Unlock()
	if err != nil {
		return reply{}, err
	}
	res.changed(c, "post", r.id())
	return c.created(res, r), nil
}

// add makes and stores a new record. The caller holds the lock.
func (res *resource) add(c *call, b *body) (row, error) {
	acct := c.account()
	r := make(row, len(res.model.properties))
	r[0] = acct.newID(res.key, c.now)
	res.stamp(c, r, c.now)
	if err := res.apply(c, b, r); err != nil {
		return nil, err
	}
	acct.save(res.key, r)
	return r, nil
}

// stamp sets what the provider notes about a new record.
func (res *resource) stamp(c *call, r row, created instant) {
	for name, value := range map[string]any{
		"created": created, "lastUpdated": created, "edited": created,
		"recordOwner": c.who.user.email, "userCreatorId": c.who.user.id,
	} {
		if res.model.has(name) {
			r[res.model.at(name)] = value
		}
	}
}

// created answers a POST as the options ask (reference/act365.md §11, 8).
func (c *call) created(res *resource, r row) reply {
	v := view{}
	if c.sim.options.CreateBody == "minimal" {
		for _, name := range []string{"id", "created", "groups", "recordOwner", "socialProfiles"} {
			if res.model.has(name) {
				v.only = append(v.only, res.model.at(name))
			}
		}
	}
	location := fmt.Sprintf("%s/%s/%s", c.sim.baseURL(c.request), res.path, r.id())
	return reply{
		status: c.sim.options.CreateStatus, contentType: jsonType,
		header: http.Header{"Location": {location}},
		body:   appendRow(nil, res.model, r, v),
	}
}

// replace is PUT: what the body leaves out becomes null, but for what the provider sets.
func (res *resource) replace(c *call) (reply, error) {
	return res.change(c, "put", func(old row) row {
		r := make(row, len(res.model.properties))
		for i := range res.model.properties {
			if res.model.properties[i].server {
				r[i] = old[i]
			}
		}
		return r
	})
}

// merge is PATCH of one record by its path: what the body leaves out stays.
func (res *resource) merge(c *call) (reply, error) {
	return res.change(c, "patch", func(old row) row { return append(row(nil), old...) })
}

// change stores a new version of the record in the path; start makes what the body is bound onto.
func (res *resource) change(c *call, verb string, start func(old row) row) (reply, error) {
	id, err := c.id(0)
	if err != nil {
		return reply{}, err
	}
	b, err := res.decode(c)
	if err != nil {
		return reply{}, err
	}
	r, err := res.store(c, b, id, start)
	if err != nil {
		return reply{}, err
	}
	res.changed(c, verb, id)
	if verb == "patch" {
		return c.patched(res, []row{r}), nil
	}
	return shown(res.model, r), nil
}

func (res *resource) store(c *call, b *body, id string, start func(old row) row) (row, error) {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	old, found := c.account().collections[res.key].find(id)
	if !found {
		return nil, notFound(res.model.name, id)
	}
	r := start(old)
	if err := res.apply(c, b, r); err != nil {
		return nil, err
	}
	res.touch(r, c.now)
	c.account().save(res.key, r)
	return r, nil
}

// touch notes the time of a change.
func (res *resource) touch(r row, now instant) {
	if res.model.has("lastUpdated") {
		r[res.model.at("lastUpdated")] = now
	}
}

// selection reads the query of a change to many. Without a filter nothing is ever changed.
func (res *resource) selection(c *call) (*query, error) {
	q, err := c.sim.parseQuery(c.request.URL.RawQuery, res.model)
	if err != nil {
		return nil, err
	}
	if id := q.idOption; !q.filter && id != "" && res.key == todos {
		// The original's definition sends the id of a todo as a plain parameter.
		clean, ok := cleanID(id)
		if !ok {
			return nil, refuse(http.StatusBadRequest, "%q is no id; an id has 24 hexadecimal digits.", id)
		}
		q.id, q.filter = clean, true
	}
	if !q.filter {
		return nil, refuse(http.StatusBadRequest, "A $filter is required: this call changes what the filter finds, never everything.")
	}
	return q, nil
}

// mergeWhere is PATCH with a filter: the body is merged into every match, or into none.
func (res *resource) mergeWhere(c *call) (reply, error) {
	q, err := res.selection(c)
	if err != nil {
		return reply{}, err
	}
	b, err := res.decode(c)
	if err != nil {
		return reply{}, err
	}
	rows, err := res.mergeAll(c, q, b)
	if err != nil {
		return reply{}, err
	}
	for _, r := range rows {
		res.changed(c, "patch", r.id())
	}
	return c.patched(res, rows), nil
}

func (res *resource) mergeAll(c *call, q *query, b *body) ([]row, error) {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	matches := c.account().collections[res.key].all(q)
	if len(matches) == 0 {
		return nil, refuse(http.StatusNotFound, "No %s matches the filter.", res.model.name)
	}
	rows := make([]row, len(matches))
	for i, old := range matches {
		rows[i] = append(row(nil), old...)
		if err := res.apply(c, b, rows[i]); err != nil {
			return nil, err
		}
		res.touch(rows[i], c.now)
	}
	for _, r := range rows {
		c.account().save(res.key, r)
	}
	return rows, nil
}

// patched answers a PATCH as the options ask (reference/act365.md §11, 10). Several records are an
// array whatever the option.
func (c *call) patched(res *resource, rows []row) reply {
	switch answer := c.sim.options.PatchAnswer; {
	case answer == "count":
		return reply{status: http.StatusOK, contentType: jsonType, body: fmt.Appendf(nil, "%d", len(rows))}
	case answer == "array" || len(rows) > 1:
		return reply{status: http.StatusOK, contentType: jsonType, body: appendRows(nil, res.model, rows, view{})}
	}
	return shown(res.model, rows[0])
}

func (res *resource) remove(c *call) (reply, error) {
	id, err := c.id(0)
	if err != nil {
		return reply{}, err
	}
	c.sim.mu.Lock()
	found := c.account().remove(res.key, id)
	c.sim.mu.Unlock()
	if !found {
		return reply{}, notFound(res.model.name, id)
	}
	res.changed(c, "delete", id)
	return reply{status: http.StatusNoContent}, nil
}

// removeWhere is DELETE with a filter.
func (res *resource) removeWhere(c *call) (reply, error) {
	q, err := res.selection(c)
	if err != nil {
		return reply{}, err
	}
	c.sim.mu.Lock()
	matches := c.account().collections[res.key].all(q)
	for _, r := range matches {
		c.account().remove(res.key, r.id())
	}
	c.sim.mu.Unlock()
	if len(matches) == 0 {
		return reply{}, refuse(http.StatusNotFound, "No %s matches the filter.", res.model.name)
	}
	for _, r := range matches {
		res.changed(c, "delete", r.id())
	}
	return reply{status: http.StatusNoContent}, nil
}

// changed tells webhooks.
func (res *resource) changed(c *call, verb, id string) {
	if res.event {
		c.sim.hooks.tell(c.who.user.account, res, verb, id, c.sim.baseURL(c.request), c.now)
	}
}
