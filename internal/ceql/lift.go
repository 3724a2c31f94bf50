package ceql

import "jackfield/internal/fault"

// Lift takes the condition attr = value out of an expression when it is a top-level term: the whole expression,
// or a term of a top-level AND, brackets around pure AND included. It returns the value and the expression
// without the term. An attribute that occurs elsewhere (under OR, with another operator, twice) is an Invalid
// fault: it could not be said to a provider that takes it as a parameter of its own.
func Lift(e Expr, attr string) (value string, rest Expr, found bool, err error) {
	if !mentions(e, attr) {
		return "", e, false, nil
	}
	l := lifter{attr: attr}
	rest, err = l.take(e)
	if err != nil {
		return "", nil, false, err
	}
	return l.value, rest, true, nil
}

type lifter struct {
	attr  string
	value string
	found bool
}

func (l *lifter) take(e Expr) (Expr, error) {
	switch e := e.(type) {
	case Cond:
		if e.Attr != l.attr {
			return e, nil
		}
		if e.Op != Equal {
			return nil, fault.New(fault.Invalid, "The attribute %s can only be compared with =, not with %s", l.attr, e.Op)
		}
		if l.found {
			return nil, fault.New(fault.Invalid, "The attribute %s can only be given once", l.attr)
		}
		l.found, l.value = true, e.Values[0].Text
		return nil, nil
	case Group:
		inner, err := l.take(e.Expr)
		if err != nil || inner == nil {
			return nil, err
		}
		return Group{inner}, nil
	case And:
		var kept []Expr
		for _, term := range e.Terms {
			rest, err := l.take(term)
			if err != nil {
				return nil, err
			}
			if rest != nil {
				kept = append(kept, rest)
			}
		}
		switch len(kept) {
		case 0:
			return nil, nil
		case 1:
			return kept[0], nil
		}
		return And{kept}, nil
	case Or:
		if mentions(e, l.attr) {
			return nil, fault.New(fault.Invalid, "The attribute %s cannot stand under OR: combine it with AND", l.attr)
		}
	}
	return e, nil
}

func mentions(e Expr, attr string) bool {
	for _, c := range Flatten(e) {
		if c.Attribute == attr {
			return true
		}
	}
	return false
}
