package rest

import (
	"slices"
	"strings"
)

// test tells whether a record is wanted.
type test func(*record) bool

// list answers a page of a collection.
func (s *Simulator) list(x *exchange, t *table) *refusal {
	l := &listing{table: t}
	var fail *refusal
	if l.fields, fail = t.selected(x); fail != nil {
		return fail
	}
	tests, fail := t.tests(x)
	if fail != nil {
		return fail
	}
	for _, r := range t.rows {
		if t.belongs(x, r) && !slices.ContainsFunc(tests, func(wanted test) bool { return !wanted(r) }) {
			l.rows = append(l.rows, r)
		}
	}
	if fail := t.order(x, l.rows); fail != nil {
		return fail
	}
	return s.page(x, l)
}

// tests are the conditions that the request puts on a list.
func (t *table) tests(x *exchange) ([]test, *refusal) {
	var tests []test
	f := x.call.Filter
	for parameter, meaning := range f.Parameters {
		given, ok := x.argument(parameter)
		if !ok || given == "" {
			continue
		}
		field, operator, _ := strings.Cut(meaning, " ")
		values := []literal{{given, kindText}}
		if operator == "in" {
			values = nil
			for one := range strings.SplitSeq(given, ",") {
				values = append(values, literal{strings.TrimSpace(one), kindText})
			}
		}
		made, fail := condition{field: field, operator: defaultTo(operator, "="), values: values}.test(t)
		if fail != nil {
			return nil, fail
		}
		tests = append(tests, made)
	}
	if given, ok := x.argument(f.Expression); ok && given != "" {
		made, ordering, fail := t.expression(f, given)
		if fail != nil {
			return nil, fail
		}
		x.ordering = ordering
		tests = append(tests, made)
	}
	if f.Groups != "" {
		made, fail := t.groups(x, f.Groups)
		if fail != nil {
			return nil, fail
		}
		if made != nil {
			tests = append(tests, made)
		}
	}
	if f.Required && len(tests) == 0 && x.call.do == "list" {
		if token, ok := x.argument(x.call.Paging.At); !ok || token == "" {
			return nil, refuse("query", "The list needs a condition")
		}
	}
	return tests, nil
}

func defaultTo(given, standard string) string {
	if given == "" {
		return standard
	}
	return given
}

// order sorts rows as the request, or else the provider, wants it. What is equal stays in the order of creation.
func (t *table) order(x *exchange, rows []*record) *refusal {
	o := x.call.Sort
	keys := x.ordering
	if o.Style == "objects" {
		found, fail := x.sortObjects(o.Parameter)
		if fail != nil {
			return fail
		}
		keys = append(keys, found...)
	} else if given, ok := x.argument(o.Parameter); ok && given != "" {
		direction, _ := x.argument(o.Direction)
		for part := range strings.SplitSeq(given, ",") {
			key, fail := o.key(part, direction)
			if fail != nil {
				return fail
			}
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		if len(o.Fields) > 0 && !slices.Contains(o.Fields, key.field) || !t.knows(key.field) {
			return refuse("field", "The list cannot be sorted by %s", key.field).at(key.field)
		}
	}
	if len(keys) == 0 && o.Default != "" {
		key, fail := o.key(o.Default, "")
		if fail != nil {
			return fail
		}
		keys = append(keys, key)
	}
	slices.SortStableFunc(rows, func(a, b *record) int {
		for _, key := range keys {
			first, _ := a.field(key.field)
			second, _ := b.field(key.field)
			if n := compare(first, second); n != 0 {
				if key.down {
					return -n
				}
				return n
			}
		}
		return 0
	})
	return nil
}

// sortKey is a field that a list is sorted by.
type sortKey struct {
	field string
	down  bool
}

func (o order) key(given, direction string) (sortKey, *refusal) {
	given = strings.TrimSpace(given)
	if name, ok := strings.CutPrefix(given, "-"); ok && o.Style == "minus" {
		return sortKey{name, true}, nil
	}
	switch o.Style {
	case "words":
		given, direction, _ = strings.Cut(given, " ")
	case "colon":
		given, direction, _ = strings.Cut(given, ":")
	}
	switch strings.ToLower(strings.TrimSpace(direction)) {
	case "", "asc", "ascending":
		return sortKey{field: given}, nil
	case "desc", "descending":
		return sortKey{given, true}, nil
	}
	return sortKey{}, refuse("invalid", "The direction %s is neither asc nor desc", direction).at(o.Direction)
}

// sortObjects reads sorts such as [{propertyName, direction: DESCENDING}].
func (x *exchange) sortObjects(name string) ([]sortKey, *refusal) {
	value, ok := x.body[name]
	if !ok {
		return nil, nil
	}
	list, ok := value.([]any)
	if !ok {
		return nil, refuse("invalid", "The member %s must be a list", name).at(name)
	}
	var keys []sortKey
	for _, item := range list {
		object, ok := item.(map[string]any)
		if !ok {
			return nil, refuse("invalid", "The members of %s must be objects", name).at(name)
		}
		key, fail := (order{}).key(text(object["propertyName"]), text(object["direction"]))
		if fail != nil {
			return nil, fail
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// groups reads HubSpot's filter groups: one of the groups must hold, and in it every filter.
func (t *table) groups(x *exchange, name string) (test, *refusal) {
	value, ok := x.body[name]
	if !ok {
		return nil, nil
	}
	list, ok := value.([]any)
	if !ok {
		return nil, refuse("query", "The member %s must be a list", name)
	}
	const most, mostFilters, mostInAll = 6, 6, 18 // reference/connectors-next.md §3
	if len(list) > most {
		return nil, refuse("query", "There are %d filter groups, at most %d are allowed", len(list), most)
	}
	var either []test
	inAll := 0
	for _, item := range list {
		group, ok := item.(map[string]any)
		filters, isList := group["filters"].([]any)
		if !ok || !isList || len(filters) == 0 || len(filters) > mostFilters {
			return nil, refuse("query", "A filter group needs 1 to %d filters", mostFilters)
		}
		var all []test
		for _, one := range filters {
			object, ok := one.(map[string]any)
			if !ok {
				return nil, refuse("query", "A filter must be an object")
			}
			made, fail := t.groupFilter(object)
			if fail != nil {
				return nil, fail
			}
			all = append(all, made)
			inAll++
		}
		either = append(either, every(all))
	}
	if inAll > mostInAll {
		return nil, refuse("query", "There are %d filters, at most %d are allowed", inAll, mostInAll)
	}
	if len(either) == 0 {
		return nil, nil
	}
	return some(either), nil
}

// groupOperators are HubSpot's, by ours; those of two letters and more take no value.
var groupOperators = map[string]string{ //nolint:gochecknoglobals // a table
	"EQ": "=", "NEQ": "!=", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">=", "IN": "in", "NOT_IN": "not in",
	"CONTAINS_TOKEN": "token", "NOT_CONTAINS_TOKEN": "not token", "HAS_PROPERTY": "set", "NOT_HAS_PROPERTY": "empty",
}

func (t *table) groupFilter(f map[string]any) (test, *refusal) {
	for name := range f {
		if !slices.Contains([]string{"propertyName", "operator", "value", "values", "highValue"}, name) {
			return nil, refuse("query", "A filter has no member %s", name)
		}
	}
	given, ok := f["operator"].(string)
	operator := groupOperators[given]
	if !ok || operator == "" {
		return nil, refuse("query", "The operator %v is not known", f["operator"])
	}
	c := condition{field: text(f["propertyName"]), operator: operator}
	values, hasValues := f["values"].([]any)
	value, hasValue := f["value"]
	switch operator {
	case "set", "empty":
		if hasValue || hasValues {
			return nil, refuse("query", "%s takes no value", given)
		}
	case "in", "not in":
		if !hasValues || hasValue {
			return nil, refuse("query", "%s takes values", given)
		}
		for _, one := range values {
			c.values = append(c.values, literal{text(one), kindText})
		}
	default:
		if !hasValue || hasValues {
			return nil, refuse("query", "%s takes a value", given)
		}
		c.values = []literal{{text(value), kindText}}
	}
	return c.test(t)
}

func every(tests []test) test {
	return func(r *record) bool {
		return !slices.ContainsFunc(tests, func(one test) bool { return !one(r) })
	}
}

func some(tests []test) test {
	return func(r *record) bool {
		return slices.ContainsFunc(tests, func(one test) bool { return one(r) })
	}
}
