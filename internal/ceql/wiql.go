package ceql

import "strings"

// ToWIQL prints an expression as the WHERE part of a WIQL statement (reference/ceql.md §8.4):
//
//	a = 'x'                  [a] = 'x', with doubled quotes; != is <>
//	numbers, true            bare
//	AND, OR, ( … )           the same
//	a IN ('x', 'y')          [a] IN ('x', 'y'), NOT IN too
//	a LIKE '%x%', 'x'        [a] CONTAINS 'x', [a] = 'x'; NOT LIKE is NOT CONTAINS, <>
//	a IS [NOT] NULL          [a] = '', [a] <> ''
//
// Other wildcards, and names with brackets or control characters, are Invalid.
func ToWIQL(e Expr) (string, error) {
	switch e := e.(type) {
	case And:
		return joinTerms(e.Terms, " AND ", ToWIQL)
	case Or:
		return joinTerms(e.Terms, " OR ", ToWIQL)
	case Group:
		text, err := ToWIQL(e.Expr)
		return "(" + text + ")", err
	case Cond:
		return wiqlCond(e)
	}
	return "", nil
}

func wiqlCond(c Cond) (string, error) {
	if err := plainText(c, c.Attr, "[]"); err != nil {
		return "", err
	}
	name := "[" + c.Attr + "]"
	switch {
	case c.isNull():
		return name + " = ''", nil
	case c.isNotNull():
		return name + " <> ''", nil
	}
	switch c.Op {
	case NotEqual:
		return name + " <> " + wiqlText(c.Values[0]), nil
	case In, NotIn:
		literals := make([]string, len(c.Values))
		for i, v := range c.Values {
			literals[i] = wiqlText(v)
		}
		return name + " " + c.Op.String() + " (" + strings.Join(literals, ", ") + ")", nil
	case Like, NotLike:
		p, err := likePattern(c)
		if err != nil {
			return "", err
		}
		op := map[bool]string{true: " = ", false: " CONTAINS "}[p.whole()]
		if c.Op == NotLike {
			op = map[bool]string{true: " <> ", false: " NOT CONTAINS "}[p.whole()]
		}
		if !p.whole() && !p.inside() {
			return "", unsaid(c, "use '%text%'")
		}
		return name + op + quote(p.text), nil
	}
	return name + " " + c.Op.String() + " " + wiqlText(c.Values[0]), nil
}

func wiqlText(v Value) string {
	switch v.Kind {
	case Integer, Decimal:
		return v.digits()
	case Boolean:
		return v.Text
	}
	return quote(v.Text)
}
