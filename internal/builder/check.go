package builder

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/sandbox"
)

// maxScripts is how many different scripts of one definition are compiled: 2,000. The largest exported connector has
// 40, and 270 of them have 1,700 together.
const maxScripts = 2000

// Check reports all that is wrong with a definition: what Validate finds, and hooks that do not compile. A legacy hook
// that does not compile is a warning: such hooks were written for an engine with words of its own, and a connector is
// useful without one (reference/elements.md §8).
func Check(ctx context.Context, scripts *sandbox.Pool, d *connector.Definition) []connector.Problem {
	c := hookChecker{pool: scripts, known: map[hookText]error{}, problems: d.Validate()}
	for i := range d.Hooks {
		c.hook(ctx, fmt.Sprintf("hooks[%d]", i), &d.Hooks[i])
	}
	for i := range d.Resources {
		r := &d.Resources[i]
		for j := range r.Hooks {
			c.hook(ctx, fmt.Sprintf("resources[%d].hooks[%d]", i, j), &r.Hooks[j])
		}
	}
	return c.problems
}

// hookText is what decides whether a hook compiles.
type hookText struct {
	body   string
	legacy bool
}

type hookChecker struct {
	pool     *sandbox.Pool
	known    map[hookText]error // scripts that were compiled
	problems []connector.Problem
	failed   error // nothing can be checked any more
}

func (c *hookChecker) fail(severity connector.Severity, path, format string, args ...any) {
	c.problems = append(c.problems, connector.Problem{Severity: severity, Path: path, Reason: fmt.Sprintf(format, args...)})
}

func (c *hookChecker) hook(ctx context.Context, path string, h *connector.Hook) {
	if c.failed != nil || strings.TrimSpace(h.Body) == "" {
		return
	}
	path += ".body"
	text := hookText{h.Body, h.IsLegacy}
	err, seen := c.known[text]
	if !seen {
		if len(c.known) == maxScripts {
			c.failed = fmt.Errorf("more different hooks than the limit of %d", maxScripts)
			c.fail(connector.Error, path, "is one of more different hooks than the limit of %d", maxScripts)
			return
		}
		err = c.pool.Check(ctx, sandbox.NewScript(path, h.Body, h.IsLegacy))
		c.known[text] = err
	}
	var syntax *sandbox.SyntaxError
	switch {
	case err == nil:
	case !errors.As(err, &syntax) && !fault.Is(err, fault.Invalid):
		c.failed = err
		c.fail(connector.Error, path, "could not be checked now: %s", fault.As(err).Message)
	case syntax == nil:
		c.fail(connector.Error, path, "could not be compiled: %s", fault.As(err).Message)
	case h.IsLegacy:
		c.fail(connector.Warning, path, "does not compile, so calls of this hook fail: line %d: %s", syntax.Line, syntax.Reason)
	default:
		c.fail(connector.Error, path, "does not compile: line %d: %s", syntax.Line, syntax.Reason)
	}
}
