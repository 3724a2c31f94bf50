package sandbox

import (
	"context"
	"strings"

	"jackfield/internal/fault"
)

// SyntaxError is why a script does not compile. Check wraps it.
type SyntaxError struct {
	Line   int    // of the script, from 1; 0 = unknown
	Reason string // the engine's words
}

func (e *SyntaxError) Error() string { return e.Reason }

// Check compiles a script in a worker without running it. A script that does not compile is an Invalid fault around a
// SyntaxError; compiling keeps to the limits of Run, and fails as Run does.
func (p *Pool) Check(ctx context.Context, s *Script) error {
	report, err := p.send(ctx, errand{Script: s, check: true})
	if err != nil {
		return err
	}
	switch report.outcome {
	case finished:
		return nil
	case thrown:
	default:
		return p.refusal(s, report)
	}
	lines := 1 + strings.Count(s.source, "\n")
	e := &SyntaxError{Line: lineOf(report.stack), Reason: strings.TrimPrefix(report.message, "SyntaxError: ")}
	if e.Line > lines { // what stands after the source is ours
		e.Line, e.Reason = lines, "the script ends too early"
	}
	if e.Line == 0 {
		return fault.Wrap(fault.Invalid, e, "The script %s does not compile: %s", s.name, e.Reason)
	}
	return fault.Wrap(fault.Invalid, e, "The script %s does not compile: line %d: %s", s.name, e.Line, e.Reason)
}
