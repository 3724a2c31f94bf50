package gateway

import (
	"context"
	"strings"

	"jackfield/internal/fault"
)

// resolve finds the resource of the connector that answers the call (reference/hub-api.md §2).
func (g *Gateway) resolve(_ context.Context, c *Call) error {
	if c.Resource != nil {
		return nil
	}
	resource, values, known := c.Program.Match(c.Method, c.Path)
	if resource == nil {
		if run := platformResource(c); run != nil {
			c.builtin = run
			return nil
		}
	}
	if c.Instance.Disabled {
		return fault.New(fault.Forbidden, "The element instance %d is disabled: enable it with PUT /instances/%d/enabled",
			c.Instance.ID, c.Instance.ID)
	}
	switch {
	case resource != nil:
	case known:
		return fault.New(fault.NotAllowed, "%s is not supported for %s on connector %s", c.Method, c.shownPath(), c.Program.Connector.Key)
	default:
		return fault.New(fault.Invalid, "No resource found for %s %s on connector %s", c.Method, c.shownPath(), c.Program.Connector.Key)
	}
	if resource.Kind == "java" {
		return notCurrentlySupported()
	}
	c.Resource, c.values = resource, values
	if isPing(c) {
		c.builtin = ping
	}
	return nil
}

// shownPath is the path as hooks and messages name it.
func (c *Call) shownPath() string { return "/hubs/" + c.Program.Hub + "/" + strings.Trim(c.Path, "/") }
