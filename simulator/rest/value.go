package rest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// Values are those of JSON: nil, bool, string, json.Number, []any, map[string]any. plain makes them of YAML's.
func plain(value any) any {
	switch v := value.(type) {
	case int:
		return json.Number(strconv.Itoa(v))
	case float64:
		return json.Number(strconv.FormatFloat(v, 'f', -1, 64))
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = plain(item)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, item := range v {
			object[name] = plain(item)
		}
		return object
	}
	return value
}

// text is a scalar as providers write it in queries.
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case map[string]any, []any:
		out, err := json.Marshal(v)
		if err != nil {
			panic(err) // maps of scalars always encode
		}
		return string(out)
	}
	return fmt.Sprint(value)
}

// lookup finds a dotted path. A member whose name has dots wins.
func lookup(object map[string]any, path string) (any, bool) {
	if value, ok := object[path]; ok {
		return value, true
	}
	first, rest, dotted := strings.Cut(path, ".")
	if !dotted {
		return nil, false
	}
	inner, ok := object[first].(map[string]any)
	if !ok {
		return nil, false
	}
	return lookup(inner, rest)
}

// place puts a value at a dotted path, making the objects on the way.
func place(object map[string]any, path string, value any) {
	for {
		first, rest, dotted := strings.Cut(path, ".")
		if !dotted {
			object[path] = value
			return
		}
		inner, ok := object[first].(map[string]any)
		if !ok {
			inner = map[string]any{}
			object[first] = inner
		}
		object, path = inner, rest
	}
}

// fill replaces {word} in all texts of a template. A text that is nothing but a word becomes the word's value.
// {of: [a, b]} is the n-th of a list, again and again.
func (s *Simulator) fill(template any, words map[string]any) any { return fill(template, words) }

func fill(template any, words map[string]any) any {
	switch t := template.(type) {
	case string:
		return fillText(t, words)
	case []any:
		list := make([]any, len(t))
		for i, item := range t {
			list[i] = fill(item, words)
		}
		return list
	case map[string]any:
		if choices, ok := t["of"].([]any); ok && len(t) == 1 {
			n, err := strconv.Atoi(text(words["n"]))
			if err == nil && len(choices) > 0 {
				return fill(choices[(n-1)%len(choices)], words)
			}
		}
		object := make(map[string]any, len(t))
		for name, item := range t {
			object[name] = fill(item, words)
		}
		return object
	}
	return plain(template)
}

func fillText(t string, words map[string]any) any {
	if !strings.Contains(t, "{") {
		return t
	}
	if name, ok := strings.CutPrefix(t, "{"); ok && strings.HasSuffix(name, "}") {
		if value, known := words[strings.TrimSuffix(name, "}")]; known {
			return value
		}
	}
	for name, value := range words {
		t = strings.ReplaceAll(t, "{"+name+"}", text(value))
	}
	return t
}

// compare orders two scalars: numbers by value, instants by time, anything else by text.
func compare(a, b any) int {
	first, second := text(a), text(b)
	if x, ok := number(first); ok {
		if y, ok := number(second); ok {
			return x.Cmp(y)
		}
	}
	if x, ok := instant(first); ok {
		if y, ok := instant(second); ok {
			return x.Compare(y)
		}
	}
	if n, ok := millisApart(first, second); ok {
		return n
	}
	return cmp.Compare(first, second)
}

// millisApart compares an instant with one in epoch milliseconds.
func millisApart(first, second string) (int, bool) {
	at, isInstant := instant(first)
	ms, err := strconv.ParseInt(second, 10, 64)
	const least = 1e11 // 1973 in milliseconds: smaller numbers are no instants
	if !isInstant || err != nil || ms < least {
		return 0, false
	}
	return cmp.Compare(at.UnixMilli(), ms), true
}

func number(s string) (*big.Rat, bool) {
	if s == "" || len(s) > 40 || strings.ContainsAny(s, "/xXpP_") {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// stamps are how providers write instants, by the name that a file uses.
var stamps = map[string]string{
	"rfc3339": "2006-01-02T15:04:05Z07:00", "millis": "2006-01-02T15:04:05.000Z", "zone": "2006-01-02T15:04:05.000-0700",
	"space": "2006-01-02 15:04:05", "micros": "2006-01-02T15:04:05.000000-07:00",
}

func stamp(t time.Time, style string) (any, error) {
	switch style {
	case "epoch":
		return json.Number(strconv.FormatInt(t.Unix(), 10)), nil
	case "epochms":
		return json.Number(strconv.FormatInt(t.UnixMilli(), 10)), nil
	case "":
		style = "rfc3339"
	}
	layout, ok := stamps[style]
	if !ok {
		return nil, fmt.Errorf("time %s is not known", style)
	}
	return t.UTC().Format(layout), nil
}

func instant(s string) (time.Time, bool) {
	if len(s) < len("2006-01-02") || s[4] != '-' {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999-0700", time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
