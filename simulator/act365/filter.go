package act365

import (
	"strconv"

	"jackfield/simulator/act365/odata"
)

// predicate tells whether a row passes a filter.
type predicate func(row) bool

// compiler turns the tree of a filter into closures over one model.
type compiler struct {
	model *model
	mode  odata.Mode
	fold  bool // compare text without regard to case
}

// compileFilter reads and compiles a $filter text. The error is an *odata.Error.
func (c *compiler) compileFilter(text string) (predicate, odata.Node, error) {
	node, err := odata.Parse(text, c.mode)
	if err != nil {
		return nil, nil, err
	}
	test, err := c.condition(node)
	return test, node, err
}

// condition compiles a part that has to be true or false.
func (c *compiler) condition(node odata.Node) (predicate, error) {
	switch node := node.(type) {
	case *odata.Or:
		return c.terms(node.Terms, true)
	case *odata.And:
		return c.terms(node.Terms, false)
	case *odata.Not:
		test, err := c.condition(node.Term)
		if err != nil {
			return nil, err
		}
		return func(r row) bool { return !test(r) }, nil
	case *odata.Compare:
		return c.comparison(node)
	}
	o, err := c.operand(node, false)
	if err != nil {
		return nil, err
	}
	if o.constant != nil && o.constant.Kind == odata.Bool {
		value := o.constant.Text == "true"
		return func(row) bool { return value }, nil
	}
	if o.constant != nil || o.kind != flag {
		return nil, odata.Errorf(o.at, "a condition is expected here, not a value")
	}
	return o.test(func(value any) bool { return value == true }), nil
}

// terms joins conditions; enough is the outcome of one term that settles the whole.
func (c *compiler) terms(nodes []odata.Node, enough bool) (predicate, error) {
	tests := make([]predicate, len(nodes))
	for i, node := range nodes {
		test, err := c.condition(node)
		if err != nil {
			return nil, err
		}
		tests[i] = test
	}
	return func(r row) bool {
		for _, test := range tests {
			if test(r) == enough {
				return enough
			}
		}
		return !enough
	}, nil
}

func (c *compiler) comparison(node *odata.Compare) (predicate, error) {
	left, err := c.operand(node.Left, false)
	if err != nil {
		return nil, err
	}
	right, err := c.operand(node.Right, true)
	if err != nil {
		return nil, err
	}
	op := node.Op
	if left.constant != nil && right.constant == nil {
		left, right, op = right, left, mirrored(op)
	}
	switch {
	case left.constant != nil:
		return c.constants(op, left, right)
	case right.constant == nil:
		return c.properties(op, node.Pos(), left, right)
	}
	value, err := c.coerce(right, left.kind)
	if err != nil {
		return nil, err
	}
	if err := orderable(op, node.Pos(), left.kind, value); err != nil {
		return nil, err
	}
	return c.withConstant(op, left, value), nil
}

// withConstant compares a property or computed value with a constant. On a property that has many
// values eq asks for one that is equal, and ne for none.
func (c *compiler) withConstant(op string, left operand, value any) predicate {
	fold := c.fold
	if left.path != nil && value == nil {
		p, empty := left.path, op == "eq"
		return func(r row) bool { return (op == "eq" || op == "ne") && p.empty(r) == empty }
	}
	if left.path != nil && left.path.many && op == "ne" {
		p := left.path
		return func(r row) bool { return !p.any(r, func(v any) bool { return holds("eq", v, value, fold) }) }
	}
	if left.kind == free {
		return left.test(func(v any) bool { return holdsLoosely(op, plain(v), value, fold) })
	}
	if want, ok := value.(string); ok && op == "eq" && !fold {
		return left.test(func(v any) bool { s, ok := v.(string); return ok && s == want })
	}
	return left.test(func(v any) bool { return holds(op, v, value, fold) })
}

// holdsLoosely compares a value of a free map, whose type only the record knows, with the text of
// a constant.
func holdsLoosely(op string, v, value any, fold bool) bool {
	written, _ := value.(string)
	switch v := v.(type) {
	case float64:
		if n, err := strconv.ParseFloat(written, 64); err == nil {
			return holds(op, v, n, fold)
		}
	case bool:
		return holds(op, strconv.FormatBool(v), written, fold)
	}
	return holds(op, v, value, fold)
}

// properties compares two properties or computed values.
func (c *compiler) properties(op string, at int, left, right operand) (predicate, error) {
	numeric := func(k kind) bool { return k == whole || k == number }
	if left.kind != right.kind && (!numeric(left.kind) || !numeric(right.kind)) {
		return nil, odata.Errorf(at, "%s does not compare with %s", left.kind, right.kind)
	}
	if err := orderable(op, at, left.kind, false); err != nil {
		return nil, err
	}
	fold := c.fold
	return func(r row) bool {
		return left.any(r, func(a any) bool {
			return right.any(r, func(b any) bool { return holds(op, plain(a), plain(b), fold) })
		})
	}, nil
}

// constants compares two constants, as "1 eq 1" does.
func (c *compiler) constants(op string, left, right operand) (predicate, error) {
	as := text
	if isNumber(left.constant.Kind) && isNumber(right.constant.Kind) {
		as = number
	}
	a, err := c.coerce(left, as)
	if err != nil {
		return nil, err
	}
	b, err := c.coerce(right, as)
	if err != nil {
		return nil, err
	}
	outcome := holds(op, a, b, c.fold)
	return func(row) bool { return outcome }, nil
}

// orderable refuses comparisons that the kind cannot answer.
func orderable(op string, at int, k kind, value any) error {
	switch {
	case k == object || k == objects:
		if value != nil || op != "eq" && op != "ne" {
			return odata.Errorf(at, "%s compares only with null, by eq and ne", k)
		}
	case k == flag && op != "eq" && op != "ne":
		return odata.Errorf(at, "a boolean has no order; use eq or ne")
	}
	return nil
}
