package ceql

import (
	"strings"

	"jackfield/internal/fault"
)

// Pair is a provider parameter, not yet URL-encoded.
type Pair struct{ Name, Value string }

// ToQueryParameters makes parameters of conditions (reference/ceql.md §8.1):
//
//	a = 'x', a != 'x', a < 5 …  a=x: the operator is dropped
//	a LIKE 'x%'                 a=x%: the pattern unchanged
//	a IN ('x', 'y')             a=x,y
//	AND                         one parameter after the other; an attribute given twice repeats its parameter
//	( … )                       brackets around pure AND are harmless
//	OR, NOT …, IS [NOT] NULL    cannot be said: Invalid
//
// A nil Expr makes none.
func ToQueryParameters(e Expr) ([]Pair, error) { return queryParameters(nil, e) }

func queryParameters(pairs []Pair, e Expr) ([]Pair, error) {
	switch e := e.(type) {
	case And:
		var err error
		for _, term := range e.Terms {
			if pairs, err = queryParameters(pairs, term); err != nil {
				return nil, err
			}
		}
	case Group:
		return queryParameters(pairs, e.Expr)
	case Or:
		return nil, fault.New(fault.Invalid, "OR is not supported in where of this resource: ask once for each alternative")
	case Cond:
		switch e.Op {
		case Null, NotNull, NotIn, NotLike:
			return nil, fault.New(fault.Invalid, "%s is not supported in where of this resource (attribute %s): use = or IN", e.Op, e.Attr)
		}
		if len(e.Values) == 1 {
			return append(pairs, Pair{e.Attr, e.Values[0].Text}), nil
		}
		texts := make([]string, len(e.Values))
		for i, v := range e.Values {
			texts[i] = v.Text
		}
		return append(pairs, Pair{e.Attr, strings.Join(texts, ",")}), nil
	}
	return pairs, nil
}
