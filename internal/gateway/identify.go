package gateway

import (
	"context"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
)

// identify finds user and instance from the credentials and checks their state. On a cache hit it does not
// touch the database. A missing or dead Element token is 401 before the path is looked at
// (reference/hub-api.md §1.1).
func (g *Gateway) identify(ctx context.Context, c *Call) error {
	if c.Principal == nil {
		principal, err := g.principal(ctx, c.Credentials)
		if err != nil {
			return err
		}
		c.Principal = principal
	}
	if c.Instance == nil {
		if c.Credentials.Element == "" {
			return fault.New(fault.Unauthenticated,
				"The call needs an Element token: Authorization: User <secret>, Organization <secret>, Element <token>")
		}
		found, err := g.instances.ByToken(ctx, c.Credentials.Element)
		if err != nil {
			return err
		}
		if err := instance.MayUse(c.Principal, found); err != nil {
			return err
		}
		c.Instance = found
	}
	if c.Program == nil {
		entry, err := g.catalog.ByID(ctx, c.Instance.AccountID, c.Instance.ConnectorID)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.NotFound, "No element found with key %s: the connector of this instance is gone",
				c.Instance.ConnectorKey)
		}
		if err != nil {
			return err
		}
		c.Program = entry.Program()
	}
	return nil
}

func (g *Gateway) principal(ctx context.Context, credentials access.Credentials) (*access.Principal, error) {
	if principal, ok := access.PrincipalFrom(ctx); ok {
		return principal, nil
	}
	return g.access.Authenticate(ctx, credentials)
}

// Claims reports whether a call without /hubs/{hub} belongs to the connector of its Element token: the
// connector declares a resource with that method and path (reference/hub-api.md §1.2). It does the work of
// the first stages, which Do then does not repeat.
func (g *Gateway) Claims(ctx context.Context, c *Call) bool {
	if c.Credentials.Element == "" || g.identify(ctx, c) != nil {
		return false
	}
	resource, _, _ := c.Program.Match(c.Method, c.Path)
	return resource != nil
}
