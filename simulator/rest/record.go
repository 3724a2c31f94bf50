package rest

import (
	"maps"
	"slices"
	"strings"
)

// get answers one record.
func (s *Simulator) get(x *exchange) *refusal {
	t := s.tables[x.call.collection.Name]
	r, fail := t.one(x)
	if fail != nil {
		return fail
	}
	fields, fail := t.selected(x)
	if fail != nil {
		return fail
	}
	if fail := x.checkUnknown(nil, nil); fail != nil {
		return fail
	}
	x.answerRecord(t, r, fields)
	return nil
}

func (t *table) one(x *exchange) (*record, *refusal) {
	id, inPath := x.variables["id"]
	if !inPath {
		id, _ = x.argument(t.ID.Field)
	}
	r := t.find(id)
	if r == nil || !t.belongs(x, r) {
		return nil, refuse("missing", "There is no %s with the id %s", strings.TrimSuffix(t.Name, "s"), id)
	}
	return r, nil
}

// belongs reports whether a record matches the other variables of the path: /leads/{lead_id}/notes/{id}.
func (t *table) belongs(x *exchange, r *record) bool {
	for name, want := range x.variables {
		if name == "id" || name == "cursor" {
			continue
		}
		if value, _ := r.field(name); text(value) != want {
			return false
		}
	}
	return true
}

// selected are the fields that the caller chose, else those that come unasked; nil is all.
func (t *table) selected(x *exchange) ([]string, *refusal) {
	chosen, ok := x.argument(x.call.Select.Parameter)
	if !ok || chosen == "" {
		if x.call.Select.Default == nil {
			return nil, nil
		}
		return x.call.Select.Default, nil
	}
	fields := strings.Split(chosen, ",")
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
		if !t.knows(fields[i]) {
			return nil, refuse("field", "The field %s is not known", fields[i]).at(fields[i])
		}
	}
	if t.Nested == "" && !slices.Contains(fields, t.ID.Field) {
		fields = append(fields, t.ID.Field)
	}
	return slices.Concat(fields, x.call.Select.Default, x.call.Select.Always), nil
}

// answerRecord answers as the call says: with the record, with nothing, or with a body of its own.
func (x *exchange) answerRecord(t *table, r *record, fields []string) {
	switch x.call.Answer {
	case nil, "record":
		var body any = t.show(x, r, fields)
		if x.call.Wrap.One != "" {
			whole := map[string]any{}
			place(whole, x.call.Wrap.One, body)
			body = whole
			for name, value := range x.call.Paging.Envelope {
				if literal, ok := strings.CutPrefix(value, "="); ok { // success: true goes with every answer
					place(whole, name, literalOf(literal))
				}
			}
		}
		x.answer(x.call.Status, body)
	case "none":
		x.answer(x.call.Status, nil)
	default:
		words := x.words()
		for _, from := range []map[string]any{r.own, r.top} {
			for name, value := range from {
				words[name] = value
			}
		}
		words["id"] = r.top[t.ID.Field]
		x.answer(x.call.Status, fill(x.call.Answer, words))
	}
}

// fields takes a record's own fields out of a body, and notes what else is in there.
func (t *table) fields(x *exchange) (map[string]any, *refusal) {
	own := x.body
	if own == nil {
		return nil, refuse("invalid", "The body is missing")
	}
	names := []string{}
	if key := x.call.Wrap.Request; key != "" {
		for name := range own {
			if name != key {
				names = append(names, name)
			}
		}
		inner, ok := own[key].(map[string]any)
		if !ok {
			return nil, refuse("required", "The body needs the member %s", key).at(key)
		}
		own = inner
	}
	if t.Nested != "" {
		for name := range own {
			if name != t.Nested {
				names = append(names, name)
			}
		}
		inner, ok := own[t.Nested].(map[string]any)
		if !ok {
			return nil, refuse("required", "The body needs the member %s", t.Nested).at(t.Nested)
		}
		own = inner
	}
	names = append(names, slices.Collect(maps.Keys(own))...)
	if fail := x.checkUnknown(names, append(slices.Clone(t.sent), x.call.Body...)); fail != nil {
		return nil, fail
	}
	own = maps.Clone(own)
	for _, name := range append(t.provided(), x.call.Body...) {
		delete(own, name)
	}
	return own, nil
}

func (t *table) check(own map[string]any, self *record) *refusal {
	for _, name := range t.Required {
		value, ok := lookup(own, name)
		if self != nil && !ok {
			continue
		}
		if !ok || value == nil || value == "" {
			return refuse("required", "The field %s is required", name).at(name)
		}
	}
	for _, name := range t.Unique {
		value, ok := lookup(own, name)
		if !ok || value == nil {
			continue
		}
		for _, other := range t.rows {
			if there, _ := other.field(name); other != self && text(there) == text(value) {
				return refuse("conflict", "There is a %s with this %s: %s", strings.TrimSuffix(t.Name, "s"), name, other.id).at(name)
			}
		}
	}
	return nil
}

func (s *Simulator) create(x *exchange) *refusal {
	t := s.tables[x.call.collection.Name]
	own, fail := t.fields(x)
	if fail != nil {
		return fail
	}
	for name, value := range x.variables { // what belongs to another is told by the path
		own[name] = value
	}
	if fail := t.check(own, nil); fail != nil {
		return fail
	}
	r := t.add(own, s.now())
	x.answerRecord(t, r, x.call.Select.Default)
	return nil
}

func (s *Simulator) update(x *exchange) *refusal {
	t := s.tables[x.call.collection.Name]
	r, fail := t.one(x)
	if fail != nil {
		return fail
	}
	own, fail := t.fields(x)
	if fail != nil {
		return fail
	}
	if fail := t.check(own, r); fail != nil {
		return fail
	}
	for name, value := range own {
		before, isObject := r.own[name].(map[string]any)
		change, both := value.(map[string]any)
		if isObject && both { // objects are merged
			maps.Copy(before, change)
			continue
		}
		r.own[name] = value
	}
	t.touch(r, t.Updated, s.now())
	x.answerRecord(t, r, x.call.Select.Default)
	return nil
}

func (s *Simulator) remove(x *exchange) *refusal {
	t := s.tables[x.call.collection.Name]
	r, fail := t.one(x)
	if fail != nil {
		return fail
	}
	if fail := x.checkUnknown(nil, nil); fail != nil {
		return fail
	}
	t.rows = slices.DeleteFunc(t.rows, func(other *record) bool { return other == r })
	x.answerRecord(t, r, nil)
	return nil
}
