package connector

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

func (p Problem) String() string { return p.Severity.String() + ": " + p.Path + ": " + p.Reason }

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
