package rest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// seedStart is when the first seed was made; each of the next is a minute younger.
var seedStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant that Go has no word for

// record is one row. own are the fields that callers set, top what stands around them where the provider nests;
// elsewhere they are one map.
type record struct {
	id       string
	top, own map[string]any
}

// table is a collection with its rows, oldest first.
type table struct {
	*collection
	style string // of instants
	rows  []*record
	next  int
	known []string // fields that may be asked for and filtered by
	sent  []string // fields that bodies may have
}

func newTable(c *collection, style string) (*table, error) {
	t := &table{collection: c, style: style, next: c.ID.Start}
	for i, row := range c.Rows {
		if err := t.seed(row, i+1); err != nil {
			return nil, err
		}
	}
	for i := range c.Seed.Count {
		if err := t.seed(c.Seed.Row, len(c.Rows)+i+1); err != nil {
			return nil, err
		}
	}
	names := map[string]bool{}
	for _, source := range append([]map[string]any{c.Seed.Row}, c.Rows...) {
		for name := range source {
			names[name] = true
		}
	}
	for _, name := range c.Fields {
		names[name] = true
	}
	t.sent = slices.Sorted(maps.Keys(names))
	for _, name := range t.provided() {
		names[name] = true
	}
	t.known = slices.Sorted(maps.Keys(names))
	t.sent = slices.DeleteFunc(t.sent, func(name string) bool { return slices.Contains(t.provided(), name) })
	return t, nil
}

// provided are the fields that only the provider sets.
func (t *table) provided() []string {
	names := []string{t.ID.Field}
	names = append(append(names, fieldNames(t.Created)...), fieldNames(t.Updated)...)
	for name := range t.Server {
		names = append(names, strings.TrimPrefix(name, "^"))
	}
	return names
}

func fieldNames(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimPrefix(strings.TrimSpace(name), "^"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func (t *table) seed(row map[string]any, n int) error {
	at := seedStart.Add(time.Duration(n) * time.Minute)
	time, err := stamp(at, t.style)
	if err != nil {
		return err
	}
	words := map[string]any{"n": json.Number(strconv.Itoa(n)), "nnn": fmt.Sprintf("%03d", n), "time": time}
	filled, ok := fill(row, words).(map[string]any)
	if !ok {
		return fmt.Errorf("a row is no object")
	}
	t.add(filled, at)
	return nil
}

// add makes a record of its own fields.
func (t *table) add(own map[string]any, at time.Time) *record {
	given, has := own[t.ID.Field]
	if !has || t.Nested != "" {
		given = t.newID()
	}
	r := &record{id: text(given), own: own, top: own}
	if t.Nested != "" {
		r.top = map[string]any{}
	}
	r.top[t.ID.Field] = given
	words := map[string]any{"id": given, "n": json.Number(strconv.Itoa(t.next - t.ID.Start))}
	for name, value := range t.Server {
		t.set(r, name, fill(value, words))
	}
	t.touch(r, t.Created, at)
	t.touch(r, t.Updated, at)
	t.rows = append(t.rows, r)
	return r
}

// set gives a field that the provider sets its value; ^name stands outside of the nested fields.
func (t *table) set(r *record, name string, value any) {
	if outer, ok := strings.CutPrefix(name, "^"); ok {
		r.top[outer] = value
		return
	}
	if _, there := r.own[name]; !there {
		place(r.own, name, value)
	}
}

func (t *table) touch(r *record, fields string, at time.Time) {
	for name := range strings.SplitSeq(fields, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		value, err := stamp(at, t.style)
		if err != nil {
			panic(err) // the style was tried when the seeds were made
		}
		if outer, ok := strings.CutPrefix(name, "^"); ok {
			r.top[outer] = value
			continue
		}
		place(r.own, name, value)
	}
}

func (t *table) newID() any {
	n := t.next
	t.next++
	switch t.ID.Style {
	case "text":
		return strconv.Itoa(n)
	case "padded":
		return fmt.Sprintf("%s%0*d", t.ID.Prefix, t.ID.Width, n)
	case "uuid":
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	}
	return json.Number(strconv.Itoa(n))
}

// field reads a field of a record by its name.
func (r *record) field(name string) (any, bool) {
	if value, ok := lookup(r.own, name); ok {
		return value, true
	}
	return lookup(r.top, name)
}

// find looks a record up by its id, or by a field that is as good.
func (t *table) find(id string) *record {
	for _, r := range t.rows {
		if r.id == id {
			return r
		}
		for _, alias := range t.ID.Aliases {
			if value, ok := r.field(alias); ok && text(value) == id {
				return r
			}
		}
	}
	return nil
}

// show is a record as callers see it, with the chosen fields.
func (t *table) show(x *exchange, r *record, fields []string) map[string]any {
	words := map[string]any{"base": x.base()}
	own := r.own
	if fields != nil {
		own = map[string]any{}
		for _, name := range fields {
			if value, ok := r.field(name); ok {
				place(own, name, value)
			}
		}
	}
	shown, ok := fill(own, words).(map[string]any)
	if !ok {
		panic("an object filled is an object")
	}
	if t.Nested == "" {
		return shown
	}
	whole, ok := fill(r.top, words).(map[string]any)
	if !ok {
		panic("an object filled is an object")
	}
	whole[t.Nested] = shown
	return whole
}

// knows reports whether a field may be asked for.
func (t *table) knows(name string) bool {
	return slices.ContainsFunc(t.known, func(known string) bool { return covers(known, name) || strings.HasPrefix(name, known+".") })
}
