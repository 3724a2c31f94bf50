package ceql

import "strings"

// LiftTerm takes the first condition attr op … out of an expression where it is a top-level term: the whole expression, or a
// term of a top-level AND, brackets around pure AND included. What stands elsewhere stays where it is: unlike Lift, it is
// for expressions whose rest is filtered by somebody who knows the attribute too.
func LiftTerm(e Expr, attr string, op Op) (cond Cond, rest Expr, found bool) {
	switch e := e.(type) {
	case Cond:
		if e.Attr == attr && e.Op == op {
			return e, nil, true
		}
	case Group:
		inner, rest, found := LiftTerm(e.Expr, attr, op)
		if !found {
			break
		}
		if rest != nil {
			rest = Group{rest}
		}
		return inner, rest, true
	case And:
		for i, term := range e.Terms {
			inner, left, found := LiftTerm(term, attr, op)
			if !found {
				continue
			}
			terms := append([]Expr(nil), e.Terms[:i]...)
			if left != nil {
				terms = append(terms, left)
			}
			terms = append(terms, e.Terms[i+1:]...)
			if len(terms) == 1 {
				return inner, terms[0], true
			}
			return inner, And{terms}, true
		}
	}
	return Cond{}, e, false
}

// ParseTermName reads the name of a parameter that lifts a term: an attribute, with an operator behind it unless that is =.
// "update_time >" is update_time and Greater.
func ParseTermName(name string) (attr string, op Op, ok bool) {
	attr, operator, _ := strings.Cut(strings.TrimSpace(name), " ")
	operator = strings.ToUpper(strings.Join(strings.Fields(operator), " "))
	if operator == "" {
		return attr, Equal, attr != ""
	}
	for op := range operators {
		if operators[op].text == operator {
			return attr, Op(op), attr != ""
		}
	}
	return attr, Equal, false
}

// Text is the value of a condition in one text, those of IN with commas between them.
func (c Cond) Text() string {
	texts := make([]string, len(c.Values))
	for i, v := range c.Values {
		texts[i] = v.Text
	}
	return strings.Join(texts, ",")
}
