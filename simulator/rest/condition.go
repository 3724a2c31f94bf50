package rest

import (
	"slices"
	"strings"
	"time"
)

// kind is how a literal was written.
type kind int

const (
	kindText   kind = iota // in quotes, or from a parameter
	kindNumber             // bare digits
	kindTruth              // true, false
	kindNull               // null
	kindTime               // a bare date or date-time
	kindWord               // any other bare word
)

type literal struct {
	text string
	kind kind
}

func bare(word string) literal {
	switch strings.ToLower(word) {
	case "true", "false":
		return literal{strings.ToLower(word), kindTruth}
	case "null":
		return literal{word, kindNull}
	}
	if _, ok := number(word); ok {
		return literal{word, kindNumber}
	}
	if _, ok := instant(word); ok {
		return literal{word, kindTime}
	}
	return literal{word, kindWord}
}

// condition compares a field: = != < <= > >=, in, not in, like (% and _), token (words, *), contains, set, empty.
type condition struct {
	field    string
	operator string
	values   []literal
}

func (c condition) test(t *table) (test, *refusal) {
	if !t.knows(c.field) {
		return nil, refuse("field", "The field %s is not known", c.field).at(c.field)
	}
	if rest, negative := strings.CutPrefix(c.operator, "not "); negative {
		c.operator = rest
		inner, fail := c.test(t)
		if fail != nil {
			return nil, fail
		}
		return func(r *record) bool { return !inner(r) }, nil
	}
	holds, ok := comparisons[c.operator]
	if !ok {
		return nil, refuse("query", "The operator %s is not known", c.operator)
	}
	return func(r *record) bool {
		value, there := r.field(c.field)
		if there = there && value != nil && value != ""; !there {
			switch c.operator {
			case "empty":
				return true
			case "=", "in":
				return slices.ContainsFunc(c.values, func(v literal) bool { return v.kind == kindNull })
			case "!=":
				return c.values[0].kind != kindNull
			}
			return false
		}
		if list, is := value.([]any); is {
			return slices.ContainsFunc(list, func(item any) bool { return holds(item, c.values) })
		}
		return holds(value, c.values)
	}, nil
}

// comparisons tell whether a value that is there compares.
var comparisons = map[string]func(any, []literal) bool{ //nolint:gochecknoglobals // a table
	"=":  equalsAny,
	"in": equalsAny,
	"!=": func(v any, l []literal) bool { return !equalsAny(v, l) },
	"<":  func(v any, l []literal) bool { return compare(v, l[0].text) < 0 },
	"<=": func(v any, l []literal) bool { return compare(v, l[0].text) <= 0 },
	">":  func(v any, l []literal) bool { return compare(v, l[0].text) > 0 },
	">=": func(v any, l []literal) bool { return compare(v, l[0].text) >= 0 },
	"on": func(v any, l []literal) bool { return strings.HasPrefix(text(v), l[0].text) },
	"like": func(v any, l []literal) bool {
		return like(strings.ToLower(text(v)), strings.ToLower(l[0].text), '%', '_')
	},
	"token": func(v any, l []literal) bool {
		pattern := strings.ToLower(l[0].text)
		return slices.ContainsFunc(append(strings.Fields(strings.ToLower(text(v))), strings.ToLower(text(v))),
			func(word string) bool { return like(word, pattern, '*', 0) })
	},
	"contains": func(v any, l []literal) bool {
		return strings.Contains(strings.ToLower(text(v)), strings.ToLower(strings.Trim(l[0].text, "*")))
	},
	"set":   func(any, []literal) bool { return true },
	"empty": func(any, []literal) bool { return false },
}

func equalsAny(v any, literals []literal) bool {
	return slices.ContainsFunc(literals, func(l literal) bool {
		if l.kind == kindNull {
			return false
		}
		return strings.EqualFold(text(v), l.text) || bothCompare(v, l.text)
	})
}

// bothCompare is equality of numbers and of instants that are written differently.
func bothCompare(v any, other string) bool {
	first := text(v)
	_, number1 := number(first)
	_, number2 := number(other)
	_, time1 := instant(first)
	_, time2 := instant(other)
	return (number1 && number2 || time1 && time2) && compare(v, other) == 0
}

// like matches a pattern where many stands for any text and one for any letter.
func like(s, pattern string, many, one byte) bool {
	if pattern == "" {
		return s == ""
	}
	switch {
	case pattern[0] == many:
		for i := 0; i <= len(s); i++ {
			if like(s[i:], pattern[1:], many, one) {
				return true
			}
		}
		return false
	case s != "" && (one != 0 && pattern[0] == one || s[0] == pattern[0]):
		return like(s[1:], pattern[1:], many, one)
	}
	return false
}

// kindOf is how literals for a field have to be written: that of the first value that there is.
func (t *table) kindOf(field string) (kind, bool) {
	for _, r := range t.rows {
		value, _ := r.field(field)
		switch v := value.(type) {
		case nil:
			continue
		case bool:
			return kindTruth, true
		case string:
			if _, ok := instant(v); ok && len(v) >= len(time.DateOnly) {
				return kindTime, true
			}
			return kindText, true
		}
		if _, ok := number(text(value)); ok {
			return kindNumber, true
		}
		return kindText, true
	}
	return kindText, false
}
