package ceql

import (
	"strings"

	"jackfield/internal/fault"
)

var quickbaseOperators = map[Op]string{
	Equal: "EX", NotEqual: "XEX", Less: "LT", LessEqual: "LTE", Greater: "GT", GreaterEqual: "GTE",
}

// ToQuickbase prints an expression as a Quickbase query (reference/ceql.md §8.4):
//
//	a = 'x'                          {'a'.EX.'x'}; != < <= > >= are XEX LT LTE GT GTE
//	AND, OR, ( … )                   AND, OR, ( … ) without blanks
//	a IN ('x', 'y')                  ({'a'.EX.'x'}OR{'a'.EX.'y'}); NOT IN is XEX joined by AND
//	a LIKE '%x%', 'x%', 'x'          CT, SW, EX; NOT LIKE is XCT, XSW, XEX
//	a IS [NOT] NULL, = null          {'a'.EX.''}, {'a'.XEX.''}
//
// '%x', and names and values with quotes, backslashes or control characters, are Invalid.
func ToQuickbase(e Expr) (string, error) {
	switch e := e.(type) {
	case And:
		return joinTerms(e.Terms, "AND", ToQuickbase)
	case Or:
		return joinTerms(e.Terms, "OR", func(term Expr) (string, error) {
			if _, mixed := term.(And); mixed {
				term = Group{term}
			}
			return ToQuickbase(term)
		})
	case Group:
		text, err := ToQuickbase(e.Expr)
		return "(" + text + ")", err
	case Cond:
		return quickbaseCond(e)
	}
	return "", nil
}

func quickbaseCond(c Cond) (string, error) {
	if err := plainText(c, c.Attr, `'\`); err != nil {
		return "", err
	}
	op, text := quickbaseOperators[c.Op], ""
	switch {
	case c.isNull():
		op = "EX"
	case c.isNotNull():
		op = "XEX"
	case c.Op == In || c.Op == NotIn:
		each, between := Equal, "OR"
		if c.Op == NotIn {
			each, between = NotEqual, "AND"
		}
		text, err := chain(c, each, between, quickbaseCond)
		if len(c.Values) > 1 {
			text = "(" + text + ")"
		}
		return text, err
	case c.Op == Like || c.Op == NotLike:
		p, err := likePattern(c)
		if err != nil {
			return "", err
		}
		switch text = p.text; {
		case p.inside():
			op = "CT"
		case p.whole():
			op = "EX"
		case p.anyAfter:
			op = "SW"
		default:
			return "", unsaid(c, "use '%text%' or 'text%'")
		}
		if c.Op == NotLike {
			op = "X" + op
		}
	default:
		text = c.Values[0].Text
	}
	if err := plainText(c, text, `'\`); err != nil {
		return "", err
	}
	return "{'" + c.Attr + "'." + op + ".'" + text + "'}", nil
}

var bazaarvoiceOperators = map[Op]string{
	Equal: "eq", NotEqual: "neq", Less: "lt", LessEqual: "lte", Greater: "gt", GreaterEqual: "gte", In: "eq", NotIn: "neq",
}

// ToBazaarvoice makes one parameter Filter=attribute:operator:value of each condition (reference/ceql.md §8.4). Values of
// IN are joined with commas; commas and colons in a value have a backslash before them. OR, LIKE and IS NULL are Invalid.
func ToBazaarvoice(e Expr) ([]Pair, error) {
	all, err := conjunction(nil, e)
	if err != nil {
		return nil, err
	}
	pairs := make([]Pair, len(all))
	escape := strings.NewReplacer(`\`, `\\`, ",", `\,`, ":", `\:`)
	for i, c := range all {
		op, ok := bazaarvoiceOperators[c.Op]
		if !ok {
			return nil, unsaid(c, "use = or IN")
		}
		if strings.ContainsAny(c.Attr, ":,\\") {
			return nil, fault.New(fault.Invalid, "The attribute %q is not supported in where of this resource: a name has no colons, commas or backslashes", c.Attr)
		}
		texts := make([]string, len(c.Values))
		for j, v := range c.Values {
			texts[j] = escape.Replace(v.Text)
		}
		pairs[i] = Pair{"Filter", c.Attr + ":" + op + ":" + strings.Join(texts, ",")}
	}
	return pairs, nil
}
