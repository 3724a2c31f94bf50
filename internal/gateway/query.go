package gateway

import (
	"context"
	"time"

	"jackfield/internal/ceql"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

// typeInstant is the data type of dates and times.
const typeInstant = "dateTime"

// query reads where and the paging parameters. A resource that declares no where ignores one
// (reference/ceql.md §10 rule 2); terms that a parameter lifts are taken out of the expression.
func (g *Gateway) query(_ context.Context, c *Call) error {
	if text := c.Query.Get("where"); text != "" && declares(c, "where") {
		expr, err := ceql.ParseWhere(text)
		if err != nil {
			return err
		}
		if expr, err = c.lift(expr); err != nil {
			return err
		}
		c.where = expr
	}
	return c.readPaging()
}

func declares(c *Call, name string) bool {
	for _, p := range c.Resource.Parameters {
		if p.Name == name && p.Type == connector.TypeQuery {
			return true
		}
	}
	return false
}

// lift takes the terms out of where that have a parameter of their own. A parameter that is named after an attribute
// alone takes an equality, which must not stand anywhere else; "attr >" takes that operator and leaves others alone.
// Where rows are filtered here, whatever stands elsewhere is left to that. A term whose parameter has the converter
// evaluate is sent and filtered here as well: the provider takes it less strictly.
func (c *Call) lift(expr ceql.Expr) (ceql.Expr, error) {
	for _, p := range c.Resource.Lifts() {
		attr, op, ok := ceql.ParseTermName(p.Name)
		if !ok {
			return nil, fault.New(fault.Invalid, "The where parameter %q of %s %s names no operator that exists", p.Name, c.Resource.Method, c.Resource.Canonical)
		}
		if op == ceql.Equal && !c.evaluates() {
			value, rest, found, err := ceql.Lift(expr, attr)
			if err != nil {
				return nil, err
			}
			if found {
				c.setLifted(p, value)
				expr = rest
			}
			continue
		}
		cond, rest, found := ceql.LiftTerm(expr, attr, op)
		if !found || c.liftedAs(p.VendorName) {
			continue
		}
		c.setLifted(p, cond.Text())
		expr = rest
		if p.ConverterName() == converterEvaluate {
			if len(cond.Values) == 1 && p.VendorDataType == typeInstant {
				cond.Values = []ceql.Value{{Kind: ceql.String, Text: c.lifted[p.Name]}}
			}
			expr = ceql.Both(rest, cond)
		}
	}
	return expr, nil
}

func (c *Call) setLifted(p *connector.Parameter, value string) {
	if c.lifted == nil {
		c.lifted = map[string]string{}
	}
	if p.VendorDataType == typeInstant {
		value = instantOf(value)
	}
	c.lifted[p.Name] = value
}

// liftedAs reports whether a term goes to a parameter of the provider already: it takes one.
func (c *Call) liftedAs(vendorName string) bool {
	for _, p := range c.Resource.Lifts() {
		if _, taken := c.lifted[p.Name]; taken && p.VendorName == vendorName {
			return true
		}
	}
	return false
}

// instantOf writes a date or a date-time as RFC 3339; without a zone it is UTC. What is neither stays.
func instantOf(text string) string {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999", time.DateTime, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Format(time.RFC3339Nano)
		}
	}
	return text
}
