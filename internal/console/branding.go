package console

import (
	"context"

	"jackfield/internal/branding"
)

// brandingOf is how the pages of an organization look, for its sessions; nil = as the product does. A branding that cannot be read keeps
// nobody out.
func (c *Console) brandingOf(ctx context.Context, organizationID int64) *branding.Branding {
	if c.brands == nil {
		return nil
	}
	b, err := c.brands.For(ctx, organizationID)
	if err != nil {
		c.log.WarnContext(ctx, "the branding of an organization could not be read", "organization", organizationID, "error", err)
		return nil
	}
	return b
}
