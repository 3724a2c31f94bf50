// Package odata reads the $filter, $orderby and $select texts that the simulated Act! 365 API
// takes (reference/act365.md §12.4). It knows the grammar and nothing of records: what a name
// means is for the caller to decide, so every node carries the position it was read from.
package odata

import "fmt"

// Limits of one expression. A text beyond them is refused, never cut.
const (
	MaxLength = 8 << 10 // bytes of one option's text
	MaxDepth  = 50      // nested parentheses, nots and function calls
)

// Mode says how forgiving the reader is.
type Mode int

const (
	Lenient Mode = iota // unquoted words are literals, as public clients of the real service send them
	Strict              // string literals must be quoted, as the OData grammar says
)

// Error is a refusal that names the place. Position counts characters from 1.
type Error struct {
	Position int
	Reason   string
}

func (e *Error) Error() string { return fmt.Sprintf("position %d: %s", e.Position, e.Reason) }

// Errorf makes a refusal at a position.
func Errorf(position int, format string, args ...any) *Error {
	return &Error{Position: position, Reason: fmt.Sprintf(format, args...)}
}

// Node is one part of a filter: Or, And, Not, Compare, Call, Word or Literal.
type Node interface {
	// Pos is the 1-based character position at which the part begins.
	Pos() int
}

// At is the 1-based character position at which a part of a filter begins. Every node has one.
type At int

// Pos is the position as a plain number.
func (a At) Pos() int { return int(a) }

// Or is true when any of its terms is; it has two or more.
type Or struct {
	At
	Terms []Node
}

// And is true when all of its terms are; it has two or more.
type And struct {
	At
	Terms []Node
}

// Not turns a condition round.
type Not struct {
	At
	Term Node
}

// Compare puts two operands side by side. Op is one of eq, ne, gt, ge, lt, le; its position is
// that of the operator.
type Compare struct {
	At
	Op          string
	Left, Right Node
}

// Call is a function with its arguments; the number of arguments is already checked.
type Call struct {
	At
	Name string
	Args []Node
}

// Word is an unquoted name: a property path with "/" between its segments, or, in lenient mode
// and where no such property exists, a string literal without its quotes.
type Word struct {
	At
	Text string
}

// LiteralKind is the shape in which a literal was written.
type LiteralKind int

// The kinds of literals.
const (
	Null LiteralKind = iota
	Bool
	Integer
	Decimal
	DateTime // bare ISO date or date-time, datetime'…' or datetimeoffset'…'
	Quoted   // '…' with '' for one quote; Text is the value without quotes
)

// Literal is a constant. Text is what was written, so that an id made of digits stays an id.
type Literal struct {
	At
	Kind LiteralKind
	Text string
}

// arity is the table of known functions and the number of arguments each takes.
var arity = map[string]int{
	"startswith":  2,
	"endswith":    2,
	"substringof": 2,
	"contains":    2,
	"tolower":     1,
	"toupper":     1,
	"length":      1,
}
