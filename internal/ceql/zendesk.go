package ceql

import (
	"slices"
	"strings"

	"jackfield/internal/fault"
)

// ToZendeskSearch prints an expression as a Zendesk search (type:ticket status:open created>2026-01-01):
//
//	a = 'x'                    a:x, a:"x y"
//	< <= > >=                  the same, without blanks
//	!=                         -a:x
//	AND                        a blank
//	a IN ('x', 'y')            a:x a:y: Zendesk reads a word given twice as alternatives; NOT IN is -a:x -a:y
//	a = 'x' OR a = 'y'         the same
//	a LIKE 'x%', '%x%', 'x'    a:x*, a:x, a:"x": Zendesk searches by words; NOT LIKE puts - before
//	a IS [NOT] NULL            a:none, a:*
//
// OR of different attributes, two AND conditions = on one attribute, a text that is searched by its end, and values
// with quotes, backslashes or control characters are Invalid.
func ToZendeskSearch(e Expr) (string, error) {
	z := zendesk{}
	if err := z.expr(e); err != nil {
		return "", err
	}
	return strings.Join(z.words, " "), nil
}

type zendesk struct {
	words    []string
	required []string // attributes that have alternatives already
}

func (z *zendesk) expr(e Expr) error {
	switch e := e.(type) {
	case And:
		for _, term := range e.Terms {
			if err := z.expr(term); err != nil {
				return err
			}
		}
		return nil
	case Or:
		alternatives, ok := oneOf(e)
		if !ok {
			return fault.New(fault.Invalid, "OR is supported in where of this resource for values of one attribute only: use IN, or ask once for each alternative")
		}
		return z.cond(alternatives)
	case Group:
		return z.expr(e.Expr)
	case Cond:
		return z.cond(e)
	}
	return nil
}

// oneOf is an OR of equalities of one attribute as an IN.
func oneOf(e Expr) (Cond, bool) {
	switch e := e.(type) {
	case Group:
		return oneOf(e.Expr)
	case Cond:
		if e.Op == Equal || e.Op == In {
			e.Op = In
			return e, true
		}
	case Or:
		all := Cond{Op: In}
		for i, term := range e.Terms {
			c, ok := oneOf(term)
			if !ok || i > 0 && c.Attr != all.Attr {
				return all, false
			}
			all.Attr, all.AttrQuoted = c.Attr, c.AttrQuoted
			all.Values = append(all.Values, c.Values...)
		}
		return all, true
	}
	return Cond{}, false
}

func (z *zendesk) cond(c Cond) error {
	name, err := plainName(c)
	if err != nil {
		return err
	}
	if c.Op == Equal || c.Op == In || c.Op == Like || c.Op == Null {
		if slices.Contains(z.required, name) {
			return fault.New(fault.Invalid, "The attribute %s can only be compared once in where of this resource: the provider reads the second comparison as an alternative", name)
		}
		z.required = append(z.required, name)
	}
	switch c.Op {
	case Null:
		z.words = append(z.words, name+":none")
		return nil
	case NotNull:
		z.words = append(z.words, name+":*")
		return nil
	case Like, NotLike:
		return z.like(name, c)
	}
	before, op := name, ":"
	switch c.Op {
	case NotEqual, NotIn:
		before = "-" + name
	case Less, LessEqual, Greater, GreaterEqual:
		op = c.Op.String()
	}
	for _, v := range c.Values {
		text, err := zendeskText(c, v)
		if err != nil {
			return err
		}
		z.words = append(z.words, before+op+text)
	}
	return nil
}

func (z *zendesk) like(name string, c Cond) error {
	p, err := likePattern(c)
	if err != nil {
		return err
	}
	if p.anyBefore && !p.anyAfter {
		return unsaid(c, "a text cannot be searched by its end, use '%text%' or 'text%'")
	}
	text, err := zendeskText(c, Value{String, p.text})
	switch {
	case err != nil:
		return err
	case p.whole():
		text = `"` + strings.Trim(text, `"`) + `"`
	case !p.anyBefore && strings.HasPrefix(text, `"`):
		return unsaid(c, "the beginning of a text is one word, use '%text%'")
	case !p.anyBefore:
		text += "*"
	}
	if c.Op == NotLike {
		name = "-" + name
	}
	z.words = append(z.words, name+":"+text)
	return nil
}

// zendeskText is a value as one word: null is none, and what is not letters, digits and a few signs is quoted.
func zendeskText(c Cond, v Value) (string, error) {
	if v.Kind == NullText {
		return "none", nil
	}
	if err := plainText(c, v.Text, `"\`); err != nil {
		return "", err
	}
	for i := 0; i < len(v.Text); i++ {
		b := v.Text[i]
		word := b|0x20 >= 'a' && b|0x20 <= 'z' || b >= '0' && b <= '9' || strings.IndexByte("_.@", b) >= 0 || i > 0 && strings.IndexByte("-:+/", b) >= 0
		if !word {
			return `"` + v.Text + `"`, nil
		}
	}
	if v.Text == "" || strings.EqualFold(v.Text, "none") {
		return `"` + v.Text + `"`, nil
	}
	return v.Text, nil
}
