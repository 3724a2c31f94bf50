package gateway

import (
	"context"

	"jackfield/internal/fault"
)

// statement runs the SQL of a database connector in place of a provider call (reference/elements.md §7.2).
func (g *Gateway) statement(_ context.Context, _ *Call) error {
	return notCurrentlySupported()
}

// notCurrentlySupported is the original's answer to what the engine cannot run (reference/elements.md §6, kind).
func notCurrentlySupported() error {
	return fault.New(fault.NotAllowed, "This API is not currently supported for this element")
}
