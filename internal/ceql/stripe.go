package ceql

import (
	"strings"

	"jackfield/internal/fault"
)

// ToStripeSearch prints an expression as a Stripe search:
//
//	a = 'x'                a:"x", with backslashes before quotes and backslashes
//	< <= > >=              a>1620310503
//	!=                     -a:"x"
//	numbers, true, null    bare
//	metadata.key           metadata["key"]
//	AND, OR                the same, but not both: Stripe has no brackets
//	a IN ('x', 'y')        a:"x" OR a:"y"; NOT IN is -a:"x" AND -a:"y"
//	a LIKE '%x%', 'x'      a~"x", a:"x"; NOT LIKE puts - before
//	a IS [NOT] NULL        a:null, -a:null
//
// AND beside OR, IN of several values beside AND, and other wildcards are Invalid.
func ToStripeSearch(e Expr) (string, error) {
	s := stripe{}
	err := s.expr(e)
	if err == nil && s.and && s.or {
		err = fault.New(fault.Invalid, "AND and OR cannot be mixed in where of this resource, and IN counts as OR: ask once for each alternative")
	}
	if err != nil {
		return "", err
	}
	between := " AND "
	if s.or {
		between = " OR "
	}
	return strings.Join(s.clauses, between), nil
}

type stripe struct {
	clauses []string
	and, or bool
}

func (s *stripe) expr(e Expr) error {
	switch e := e.(type) {
	case And:
		s.and = true
		return s.all(e.Terms)
	case Or:
		s.or = true
		return s.all(e.Terms)
	case Group:
		return s.expr(e.Expr)
	case Cond:
		return s.cond(e)
	}
	return nil
}

func (s *stripe) all(terms []Expr) error {
	for _, term := range terms {
		if err := s.expr(term); err != nil {
			return err
		}
	}
	return nil
}

func (s *stripe) cond(c Cond) error {
	name, err := stripeName(c)
	if err != nil {
		return err
	}
	op := ":"
	switch c.Op {
	case Null:
		s.clauses = append(s.clauses, name+":null")
		return nil
	case NotNull:
		s.clauses = append(s.clauses, "-"+name+":null")
		return nil
	case In, NotIn:
		if len(c.Values) > 1 {
			s.or = s.or || c.Op == In
			s.and = s.and || c.Op == NotIn
		}
	case Less, LessEqual, Greater, GreaterEqual:
		op = c.Op.String()
	case Like, NotLike:
		p, err := likePattern(c)
		if err != nil {
			return err
		}
		if !p.whole() && !p.inside() {
			return unsaid(c, "use '%text%'")
		}
		if p.inside() {
			op = "~"
		}
		c.Values = []Value{{String, p.text}}
	}
	if c.Op == NotEqual || c.Op == NotIn || c.Op == NotLike {
		name = "-" + name
	}
	for _, v := range c.Values {
		s.clauses = append(s.clauses, name+op+stripeText(v))
	}
	return nil
}

func stripeName(c Cond) (string, error) {
	if key, ok := strings.CutPrefix(c.Attr, "metadata."); ok {
		if err := plainText(c, key, ""); err != nil {
			return "", err
		}
		return "metadata[" + backslashed(key, '"') + "]", nil
	}
	return plainName(c)
}

func stripeText(v Value) string {
	switch {
	case v.Kind == Integer || v.Kind == Decimal:
		return v.digits()
	case v.isBare():
		return v.Text
	}
	return backslashed(v.Text, '"')
}
