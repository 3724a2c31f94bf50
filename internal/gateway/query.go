package gateway

import (
	"context"

	"jackfield/internal/ceql"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

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

// lift takes the terms out of where that have a parameter of their own.
func (c *Call) lift(expr ceql.Expr) (ceql.Expr, error) {
	for _, p := range c.Resource.Lifts() {
		value, rest, found, err := ceql.Lift(expr, p.Name)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		if c.lifted == nil {
			c.lifted = map[string]string{}
		}
		c.lifted[p.Name], expr = value, rest
	}
	return expr, nil
}

// convertWhere prints the expression in the provider's language: as one value, or as parameters of its own.
func (c *Call) convertWhere(p *connector.Parameter, converter string) ([]pair, error) {
	name := p.VendorName
	switch converter {
	case "":
		return []pair{{name, ceql.Print(c.where)}}, nil
	case "toQueryParameters":
		terms, err := ceql.ToQueryParameters(c.where)
		if err != nil {
			return nil, err
		}
		pairs := make([]pair, len(terms))
		for i, term := range terms {
			pairs[i] = pair{term.Name, term.Value}
		}
		return pairs, nil
	case "toODataFilter", "toODataV3Filter":
		options := ceql.ODataOptions{
			Version:  4,
			Like:     c.Instance.Effective["odata.like.function"],
			Literals: c.Instance.Effective["odata.literal.style"],
			Dates:    c.Instance.Effective["odata.date.style"],
		}
		if converter == "toODataV3Filter" {
			options.Version = 3
		}
		text, err := ceql.ToOData(c.where, options)
		if err != nil {
			return nil, err
		}
		return []pair{{"$filter", text}}, nil
	}
	return nil, fault.New(fault.Invalid, "The where converter %s of %s %s is not available", converter, c.Resource.Method, c.Resource.Canonical)
}
