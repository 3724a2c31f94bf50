package act365

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"jackfield/simulator/act365/odata"
)

// operand is one side of a comparison or one argument of a function.
type operand struct {
	at   int
	kind kind
	path *path         // a property; nil otherwise
	get  func(row) any // a computed value; nil for properties and constants
	// constant is what was written, before it is known which kind it has to become.
	constant *odata.Literal
}

// operand compiles a part that is a value. In value position an unquoted word may be text.
func (c *compiler) operand(node odata.Node, valuePosition bool) (operand, error) {
	switch node := node.(type) {
	case *odata.Literal:
		return operand{at: node.Pos(), constant: node}, nil
	case *odata.Call:
		return c.call(node)
	case *odata.Word:
		if p, ok := findPath(c.model, node.Text); ok {
			return operand{at: node.Pos(), kind: p.kind, path: &p}, nil
		}
		if valuePosition && c.mode == odata.Lenient {
			literal := &odata.Literal{Kind: odata.Quoted, Text: node.Text, At: node.At}
			return operand{at: node.Pos(), constant: literal}, nil
		}
		return operand{}, odata.Errorf(node.Pos(), "%s has no property %q", c.model.name, node.Text)
	}
	test, err := c.condition(node)
	if err != nil {
		return operand{}, err
	}
	return operand{at: node.Pos(), kind: flag, get: func(r row) any { return test(r) }}, nil
}

// coerce turns what was written into a value of the kind it is compared with. Quoted numbers and
// booleans are accepted in lenient mode, quoted dates always (reference/act365.md §11, 1 and 2).
func (c *compiler) coerce(o operand, to kind) (any, error) {
	literal := o.constant
	if literal.Kind == odata.Null {
		return nil, nil
	}
	quoted := literal.Kind == odata.Quoted
	refused := odata.Errorf(o.at, "%q is not %s", literal.Text, to)
	switch to {
	case flag:
		if literal.Kind == odata.Bool || quoted && c.mode == odata.Lenient {
			if v, err := strconv.ParseBool(literal.Text); err == nil && len(literal.Text) > 1 {
				return v, nil
			}
		}
		return nil, refused
	case whole, number:
		if isNumber(literal.Kind) || quoted && c.mode == odata.Lenient {
			if v, err := strconv.ParseFloat(literal.Text, 64); err == nil {
				return v, nil
			}
		}
		return nil, refused
	case moment:
		if v, ok := parseInstant(literal.Text); ok {
			return v, nil
		}
		return nil, refused
	case text:
		if !quoted && c.mode == odata.Strict {
			return nil, odata.Errorf(o.at, "%q has to be quoted to compare with a string", literal.Text)
		}
	}
	return literal.Text, nil
}

func isNumber(k odata.LiteralKind) bool { return k == odata.Integer || k == odata.Decimal }

// any is true when the test is for one of the operand's values.
func (o operand) any(r row, test func(any) bool) bool {
	if o.path != nil {
		return o.path.any(r, test)
	}
	return test(o.get(r))
}

// test makes a predicate of a test on the operand's value.
func (o operand) test(test func(any) bool) predicate {
	switch {
	case o.path == nil:
		return func(r row) bool { return test(o.get(r)) }
	case len(o.path.steps) == 1 && !o.path.many && len(o.path.keys) == 0:
		step := o.path.steps[0]
		return func(r row) bool { return test(r[step]) }
	}
	return func(r row) bool { return o.path.any(r, test) }
}

// call compiles a function.
func (c *compiler) call(node *odata.Call) (operand, error) {
	args := make([]operand, len(node.Args))
	for i, arg := range node.Args {
		// The value is the second argument, but the first of substringof; it may be a bareword.
		value := len(node.Args) == 2 && (i == 1) != (node.Name == "substringof")
		o, err := c.operand(arg, value)
		if err != nil {
			return operand{}, err
		}
		if o.constant != nil {
			constant, err := c.coerce(o, text)
			if err != nil {
				return operand{}, err
			}
			o = operand{at: o.at, kind: text, get: func(row) any { return constant }}
		}
		if o.kind != text && o.kind != free {
			return operand{}, odata.Errorf(o.at, "%s takes strings, this is %s", node.Name, o.kind)
		}
		args[i] = o
	}
	if len(args) == 1 {
		return c.transform(node, args[0])
	}
	return operand{at: node.Pos(), kind: flag, get: c.search(node.Name, args[0], args[1])}, nil
}

// search compiles the functions that look for one string in another.
func (c *compiler) search(name string, in, part operand) func(row) any {
	if name == "substringof" {
		in, part = part, in
	}
	found := strings.Contains
	switch name {
	case "startswith":
		found = strings.HasPrefix
	case "endswith":
		found = strings.HasSuffix
	}
	clean := func(s string) string { return s }
	if c.fold {
		clean = strings.ToLower
	}
	return func(r row) any {
		return in.any(r, func(v any) bool {
			s, ok := v.(string)
			return ok && part.any(r, func(v any) bool {
				p, ok := v.(string)
				return ok && found(clean(s), clean(p))
			})
		})
	}
}

// transform compiles the functions of one string.
func (c *compiler) transform(node *odata.Call, arg operand) (operand, error) {
	if arg.path != nil && arg.path.many {
		return operand{}, odata.Errorf(arg.at, "%s takes one string, not many", node.Name)
	}
	result, kind := func(s string) any { return int64(utf8.RuneCountInString(s)) }, whole
	switch node.Name {
	case "tolower":
		result, kind = func(s string) any { return strings.ToLower(s) }, text
	case "toupper":
		result, kind = func(s string) any { return strings.ToUpper(s) }, text
	}
	return operand{at: node.Pos(), kind: kind, get: func(r row) (value any) {
		arg.any(r, func(v any) bool {
			if s, ok := v.(string); ok {
				value = result(s)
			}
			return true
		})
		return value
	}}, nil
}

// pinned finds the id that a filter fixes by "id eq …", alone or among terms of an and. A list by
// id is then a look-up instead of a scan.
func pinned(node odata.Node) (string, bool) {
	switch node := node.(type) {
	case *odata.And:
		for _, term := range node.Terms {
			if id, ok := pinned(term); ok {
				return id, true
			}
		}
	case *odata.Compare:
		name, isWord := node.Left.(*odata.Word)
		if !isWord || node.Op != "eq" || name.Text != "id" {
			return "", false
		}
		switch right := node.Right.(type) {
		case *odata.Literal:
			return right.Text, isID(right.Text)
		case *odata.Word:
			return right.Text, isID(right.Text)
		}
	}
	return "", false
}
