package act365

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"sort"
	"strconv"
)

// modelState gathers what is wrong with a body, by path such as "contact.firstName", in the
// manner of ASP.NET Web API.
type modelState map[string][]string

func (s modelState) add(path, format string, args ...any) {
	s[path] = append(s[path], fmt.Sprintf(format, args...))
}

// body is a decoded JSON object together with what was noticed while it was bound to a model.
type body struct {
	members map[string]any
	state   modelState
	unknown []string // paths of members that the model does not have
}

// decodeObject reads a body that must be one JSON object.
func decodeObject(raw []byte) (map[string]any, error) {
	value, err := decodeJSON(raw)
	if err != nil {
		return nil, err
	}
	members, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the body has to be a JSON object, it is %s", jsonKind(value))
	}
	return members, nil
}

// decodeJSON reads exactly one JSON value and keeps numbers as they are written.
func decodeJSON(raw []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		if err == io.EOF {
			return nil, fmt.Errorf("the body is empty")
		}
		return nil, fmt.Errorf("the body is no valid JSON near byte %d: %w", decoder.InputOffset(), err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("the body goes on after its JSON value at byte %d", decoder.InputOffset())
	}
	return value, nil
}

// bind puts the members that a client may set into the row and leaves the others alone.
func (b *body) bind(m *model, r row) {
	for name, value := range b.members {
		i, known := m.index[name]
		if !known {
			b.unknown = append(b.unknown, m.name+"."+name)
			continue
		}
		if p := &m.properties[i]; !p.server {
			r[i] = b.value(p, value, m.name+"."+name)
		}
	}
	sort.Strings(b.unknown)
}

// value turns one JSON value into the property's type. What does not fit goes into the state.
func (b *body) value(p *property, value any, path string) any {
	if value == nil {
		return nil
	}
	switch p.kind {
	case text:
		if s, ok := value.(string); ok {
			return s
		}
	case flag:
		if v, ok := value.(bool); ok {
			return v
		}
	case whole:
		if n, ok := toWhole(value); ok {
			return n
		}
	case number:
		if n, ok := toNumber(value); ok {
			return n
		}
	case moment:
		if t, ok := toInstant(value); ok {
			return t
		}
	case texts:
		if list, ok := toList(value, func(v any) (string, bool) { s, ok := v.(string); return s, ok }); ok {
			return list
		}
	case wholes:
		if list, ok := toList(value, toWhole); ok {
			return list
		}
	case moments:
		if list, ok := toList(value, toInstant); ok {
			return list
		}
	case object:
		if members, ok := value.(map[string]any); ok {
			return b.nested(p.of, members, path)
		}
	case objects:
		if list, ok := value.([]any); ok {
			return b.nestedList(p.of, list, path)
		}
	case free:
		if members, ok := value.(map[string]any); ok {
			return members
		}
	}
	b.state.add(path, "%s is expected here, not %s.", p.kind, jsonKind(value))
	return nil
}

func (b *body) nested(m *model, members map[string]any, path string) row {
	r := make(row, len(m.properties))
	for name, value := range members {
		i, known := m.index[name]
		if !known {
			b.unknown = append(b.unknown, path+"."+name)
			continue
		}
		r[i] = b.value(&m.properties[i], value, path+"."+name)
	}
	return r
}

func (b *body) nestedList(m *model, list []any, path string) []row {
	rows := make([]row, 0, len(list))
	for i, item := range list {
		at := path + "[" + strconv.Itoa(i) + "]"
		members, ok := item.(map[string]any)
		if !ok {
			b.state.add(at, "an object is expected here, not %s.", jsonKind(item))
			continue
		}
		rows = append(rows, b.nested(m, members, at))
	}
	return rows
}

func toWhole(value any) (int64, bool) {
	n, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	if err != nil || f != math.Trunc(f) || f < math.MinInt32 || f > math.MaxInt32 {
		return 0, false
	}
	return int64(f), true
}

func toNumber(value any) (float64, bool) {
	n, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

func toInstant(value any) (instant, bool) {
	s, ok := value.(string)
	if !ok {
		return instant{}, false
	}
	return parseInstant(s)
}

func toList[T any](value any, each func(any) (T, bool)) ([]T, bool) {
	items, ok := value.([]any)
	if !ok {
		return nil, false
	}
	list := make([]T, 0, len(items))
	for _, item := range items {
		v, ok := each(item)
		if !ok {
			return nil, false
		}
		list = append(list, v)
	}
	return list, true
}

// jsonKind names a decoded value for an error message.
func jsonKind(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case string:
		if len(value) > 40 {
			return "a string"
		}
		return fmt.Sprintf("the string %q", value)
	case bool:
		return "a boolean"
	case json.Number:
		return "the number " + value.String()
	case []any:
		return "an array"
	}
	return "an object"
}
