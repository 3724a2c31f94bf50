package ceql

import "strings"

// ToCloseQuery prints an expression as a lead search of Close:
//
//	a = 'x'                  a:"x", with backslashes before quotes and backslashes
//	< <= > >=                a > "x"
//	!=                       not a:"x"
//	AND, OR, ( … )           and, or, ( … ); brackets where and and or meet
//	numbers, true            bare
//	a IN ('x', 'y')          (a:"x" or a:"y"); NOT IN is (not a:"x" and not a:"y")
//	a LIKE 'x%', '%x%', 'x'  a:x*, a:"x", a:"x": Close searches by words; NOT LIKE puts not before
//	a IS [NOT] NULL          not a:*, a:*
//
// A text that is searched by its end and names other than letters, digits, _ and dots, unless quoted, are Invalid.
func ToCloseQuery(e Expr) (string, error) {
	switch e := e.(type) {
	case And:
		return joinTerms(e.Terms, " and ", ToCloseQuery)
	case Or:
		return joinTerms(e.Terms, " or ", func(term Expr) (string, error) {
			if _, mixed := term.(And); mixed {
				term = Group{term}
			}
			return ToCloseQuery(term)
		})
	case Group:
		text, err := ToCloseQuery(e.Expr)
		return "(" + text + ")", err
	case Cond:
		return closeCond(e)
	}
	return "", nil
}

func closeCond(c Cond) (string, error) {
	name, err := closeName(c)
	if err != nil {
		return "", err
	}
	switch {
	case c.isNull():
		return "not " + name + ":*", nil
	case c.isNotNull():
		return name + ":*", nil
	}
	switch c.Op {
	case Equal:
		return name + ":" + closeText(c.Values[0]), nil
	case NotEqual:
		return "not " + name + ":" + closeText(c.Values[0]), nil
	case In, NotIn:
		op, between := Equal, " or "
		if c.Op == NotIn {
			op, between = NotEqual, " and "
		}
		text, err := chain(c, op, between, closeCond)
		if len(c.Values) > 1 {
			text = "(" + text + ")"
		}
		return text, err
	case Like, NotLike:
		return closeLike(name, c)
	}
	return name + " " + c.Op.String() + " " + closeText(c.Values[0]), nil
}

// closeName quotes a name that the caller quoted: custom fields have blanks.
func closeName(c Cond) (string, error) {
	if !c.AttrQuoted {
		return plainName(c)
	}
	if err := plainText(c, c.Attr, ""); err != nil {
		return "", err
	}
	return backslashed(c.Attr, '"'), nil
}

func closeText(v Value) string {
	switch v.Kind {
	case Integer, Decimal:
		return v.digits()
	case Boolean:
		return v.Text
	}
	return backslashed(v.Text, '"')
}

func closeLike(name string, c Cond) (string, error) {
	p, err := likePattern(c)
	if err != nil {
		return "", err
	}
	text := backslashed(p.text, '"')
	switch {
	case p.anyBefore && !p.anyAfter:
		return "", unsaid(c, "a text cannot be searched by its end, use '%text%' or 'text%'")
	case p.anyAfter && !p.anyBefore:
		if !isWord("_" + p.text) {
			return "", unsaid(c, "the beginning of a text is one word of letters and digits, use '%text%'")
		}
		text = strings.Trim(text, `"`) + "*"
	}
	if c.Op == NotLike {
		name = "not " + name
	}
	return name + ":" + text, nil
}
