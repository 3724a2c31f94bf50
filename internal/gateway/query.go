package gateway

import (
	"context"

	"jackfield/internal/ceql"
	"jackfield/internal/connector"
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
