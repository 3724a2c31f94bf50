package connector

import (
	"errors"
	"fmt"
	"strings"

	"jackfield/internal/fault"
)

// Severity says whether a definition with a problem can be used.
type Severity int

const (
	// Warning is something odd that works, or that only one resource suffers from. Definitions with
	// warnings are stored and run.
	Warning Severity = iota
	// Error makes a definition unusable: it is not stored.
	Error
)

func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Problem is one thing that is wrong with a definition.
type Problem struct {
	Severity Severity
	Path     string // resources[3].parameters[0].type
	Reason   string // what is wrong, with which value, and what is right
}

func (p Problem) String() string {
	if p.Path == "" {
		return p.Severity.String() + ": " + p.Reason
	}
	return p.Severity.String() + ": " + p.Path + ": " + p.Reason
}

// Errors picks the problems that make a definition unusable.
func Errors(problems []Problem) []Problem {
	var errors []Problem
	for _, p := range problems {
		if p.Severity == Error {
			errors = append(errors, p)
		}
	}
	return errors
}

// Rejection is the error of a definition that is not accepted: every reason, each with its path. To a caller it is an
// Invalid fault whose message lists them.
type Rejection struct {
	Problems []Problem // errors only, at least one
}

// maxListed is how many problems a message spells out; all are in Rejection.Problems.
const maxListed = 50

// Refuse makes the Rejection for the errors among the problems. It returns nil when there are none.
func Refuse(problems []Problem) error {
	if wrong := Errors(problems); len(wrong) > 0 {
		return &Rejection{Problems: wrong}
	}
	return nil
}

// Reasons lists what an error says is wrong: the problems of a Rejection, or the error itself as one without a path.
// It returns nil for nil.
func Reasons(err error) []Problem {
	if err == nil {
		return nil
	}
	var r *Rejection
	if errors.As(err, &r) {
		return r.Problems
	}
	return []Problem{{Error, "", err.Error()}}
}

func (r *Rejection) Error() string {
	var b strings.Builder
	if n := len(r.Problems); n > 1 {
		fmt.Fprintf(&b, "the definition has %d faults: ", n)
	}
	for i, p := range r.Problems[:min(len(r.Problems), maxListed)] {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.at())
	}
	if more := len(r.Problems) - maxListed; more > 0 {
		fmt.Fprintf(&b, "; and %d more", more)
	}
	return b.String()
}

// Unwrap makes a Rejection an Invalid fault.
func (r *Rejection) Unwrap() error { return fault.New(fault.Invalid, "%s", r.Error()) }

// at is a problem in words, without its severity.
func (p Problem) at() string {
	if p.Path == "" {
		return "the definition " + p.Reason
	}
	return p.Path + ": " + p.Reason
}
