package act365

import (
	"encoding/json"
	"strings"
)

// path is a way from a row to a value, as $filter, $orderby and $select name it:
// "lastName", "businessAddress/city", "contacts/id", "customFields/region".
type path struct {
	steps []int
	keys  []string // members inside a free map, which has no model
	kind  kind     // of the value; free when it is inside a free map
	many  bool     // the way leads through an array: there are any number of values
}

// findPath resolves a name against a model. The bool is false when there is no such property.
func findPath(m *model, name string) (path, bool) {
	segments := strings.Split(name, "/")
	var p path
	for i, segment := range segments {
		if m == nil {
			return path{}, false
		}
		at, known := m.index[segment]
		if !known {
			return path{}, false
		}
		found := &m.properties[at]
		p.steps = append(p.steps, at)
		p.kind = found.kind
		switch found.kind {
		case free:
			p.keys = segments[i+1:]
			return p, true
		case texts:
			p.kind, p.many = text, true
		case wholes:
			p.kind, p.many = whole, true
		case moments:
			p.kind, p.many = moment, true
		case objects:
			p.many = true
		}
		m = found.of
	}
	return p, true
}

// value follows a path that is not many.
func (p *path) value(r row) any {
	var value any
	for i, step := range p.steps {
		if i > 0 {
			nested, ok := value.(row)
			if !ok {
				return nil
			}
			r = nested
		}
		value = r[step]
	}
	for _, key := range p.keys {
		members, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = members[key]
	}
	return value
}

// any is true when the test is, for one of the values at least. A path that is not many has one
// value, which may be null.
func (p *path) any(r row, test func(any) bool) bool {
	if !p.many {
		return test(p.value(r))
	}
	return anyBelow(r, p.steps, test)
}

func anyBelow(r row, steps []int, test func(any) bool) bool {
	value := r[steps[0]]
	switch value := value.(type) {
	case []string:
		return anyOf(value, test)
	case []int64:
		return anyOf(value, test)
	case []instant:
		return anyOf(value, test)
	case []row:
		for _, item := range value {
			if len(steps) == 1 || anyBelow(item, steps[1:], test) {
				return true
			}
		}
		return false
	case row:
		return len(steps) > 1 && anyBelow(value, steps[1:], test)
	}
	return len(steps) == 1 && value != nil && test(value)
}

func anyOf[T any](list []T, test func(any) bool) bool {
	for _, item := range list {
		if test(item) {
			return true
		}
	}
	return false
}

// empty is true when there is no value at the end of the path, which is what "eq null" asks.
func (p *path) empty(r row) bool {
	if !p.many {
		return p.value(r) == nil
	}
	return !anyBelow(r, p.steps, func(any) bool { return true })
}

// plain turns a value from a free map into one that compares; other values pass as they are.
func plain(value any) any {
	if n, ok := value.(json.Number); ok {
		if f, err := n.Float64(); err == nil {
			return f
		}
	}
	return value
}
