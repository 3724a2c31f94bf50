package ceql

import (
	"slices"
	"strings"
)

// Record reads an attribute of a record: text, bool, any number, json.Number, or nil for null; false when it is
// not there. Anything else counts as the text that fmt.Sprint makes of it.
type Record = func(attr string) (value any, ok bool)

// Compile makes a function that tells whether a record matches. It is safe for concurrent use. A nil Expr matches
// everything. The rules are those of reference/ceql.md §5; what the record holds decides how it compares:
//
//	a number   by value, exactly, with any literal that reads as a number, quoted or not
//	a boolean  = and != by value with true and false in any case, quoted or not
//	text       = and != letter by letter; < and > by instant when both sides are ISO date-times, else by bytes
//	           (so 9 > 10 in a record that holds numbers as text)
//	LIKE       whatever the case, % stands for any text and is the only wildcard
//	missing or null matches IS NULL alone; a null literal matches nothing, so a != null is a IS NOT NULL
func Compile(e Expr) func(get Record) bool {
	switch e := e.(type) {
	case And:
		terms := compileAll(e.Terms)
		return func(get Record) bool {
			return !slices.ContainsFunc(terms, func(term func(Record) bool) bool { return !term(get) })
		}
	case Or:
		terms := compileAll(e.Terms)
		return func(get Record) bool {
			return slices.ContainsFunc(terms, func(term func(Record) bool) bool { return term(get) })
		}
	case Group:
		return Compile(e.Expr)
	case Cond:
		attr, isNull, test := e.Attr, e.Op == Null, compileTest(e)
		return func(get Record) bool {
			value, ok := get(attr)
			if !ok || value == nil {
				return isNull
			}
			return test(dataOf(value))
		}
	}
	return func(Record) bool { return true }
}

func compileAll(terms []Expr) []func(Record) bool {
	all := make([]func(Record) bool, len(terms))
	for i, term := range terms {
		all[i] = Compile(term)
	}
	return all
}

// compileTest makes the test of a value that is there.
func compileTest(c Cond) func(data) bool {
	switch c.Op {
	case Equal, In:
		return anyOf(c.Values)
	case NotEqual, NotIn:
		return not(anyOf(c.Values))
	case Less:
		return ordered(c.Values[0], func(n int) bool { return n < 0 })
	case LessEqual:
		return ordered(c.Values[0], func(n int) bool { return n <= 0 })
	case Greater:
		return ordered(c.Values[0], func(n int) bool { return n > 0 })
	case GreaterEqual:
		return ordered(c.Values[0], func(n int) bool { return n >= 0 })
	case Like:
		return like(c.Values[0].Text)
	case NotLike:
		return not(like(c.Values[0].Text))
	}
	is := c.Op == NotNull
	return func(data) bool { return is }
}

func not(test func(data) bool) func(data) bool {
	return func(d data) bool { return !test(d) }
}

func anyOf(values []Value) func(data) bool {
	var literals []data
	for _, v := range values {
		if v.Kind != NullText {
			literals = append(literals, literalOf(v.Text))
		}
	}
	return func(d data) bool {
		return slices.ContainsFunc(literals, d.equals)
	}
}

func ordered(v Value, holds func(int) bool) func(data) bool {
	literal := literalOf(v.Text)
	return func(d data) bool { return v.Kind != NullText && holds(d.compare(literal)) }
}

// like matches a pattern where % stands for any text; there is no other wildcard (reference/ceql.md §3).
func like(pattern string) func(data) bool {
	parts := strings.Split(strings.ToLower(pattern), "%")
	first, last := parts[0], parts[len(parts)-1]
	return func(d data) bool {
		text := strings.ToLower(d.string())
		if len(parts) == 1 {
			return text == first
		}
		text, ok := strings.CutPrefix(text, first)
		if !ok {
			return false
		}
		for _, part := range parts[1 : len(parts)-1] {
			if _, text, ok = strings.Cut(text, part); !ok {
				return false
			}
		}
		return strings.HasSuffix(text, last)
	}
}
