// Package ceql is the query language of where, q and platform lists: the text after WHERE in SQL
// (reference/ceql.md). It parses to a tree, prints the tree in canonical form, translates it to providers'
// languages and evaluates it. It knows no HTTP and no database.
package ceql

// Expr is a filter. A nil Expr filters nothing.
type Expr interface{ expr() }

// And holds when every term does. It has two terms or more.
type And struct{ Terms []Expr }

// Or holds when one term does. It has two terms or more.
type Or struct{ Terms []Expr }

// Group is an expression that the caller put in brackets. It is kept so that printing gives the brackets back.
type Group struct{ Expr Expr }

// Cond compares an attribute with values.
type Cond struct {
	Attr       string // without quotes; dots address nested properties unless AttrQuoted
	AttrQuoted bool   // the caller quoted the name: it is one name and may hold blanks
	Op         Op
	Values     []Value // one; any number for In and NotIn; none for Null and NotNull
}

func (And) expr()   {}
func (Or) expr()    {}
func (Group) expr() {}
func (Cond) expr()  {}

// Op is how a condition compares.
type Op int

// The operators of reference/ceql.md §3. <> reads as NotEqual.
const (
	Equal Op = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
	In
	NotIn
	Like
	NotLike
	Null
	NotNull
)

// operators has each operator's canonical text and its OData word, "" where OData needs more than a word.
var operators = [...]struct{ text, odata string }{
	Equal:        {"=", "eq"},
	NotEqual:     {"!=", "ne"},
	Less:         {"<", "lt"},
	LessEqual:    {"<=", "le"},
	Greater:      {">", "gt"},
	GreaterEqual: {">=", "ge"},
	In:           {"IN", ""},
	NotIn:        {"NOT IN", ""},
	Like:         {"LIKE", ""},
	NotLike:      {"NOT LIKE", ""},
	Null:         {"IS NULL", ""},
	NotNull:      {"IS NOT NULL", ""},
}

// String is the operator in canonical text.
func (o Op) String() string { return operators[o].text }

// Kind is what a value looked like in the text.
type Kind int

// The kinds of values.
const (
	String   Kind = iota // in quotes
	Integer              // digits, kept as they were: never a float
	Decimal              // digits with a fraction
	Boolean              // true, false in any case
	NullText             // null in any case
	Bare                 // a word without quotes: a string that prints without quotes
)

// Value is a literal. Text is unescaped; numbers keep their digits, booleans and null are lower case.
type Value struct {
	Kind Kind
	Text string
}

// Query is a whole statement.
type Query struct {
	Fields  []string // nil = *
	Object  string
	Where   Expr // nil = all
	OrderBy []Sort
	Limit   *int // nil = none
}

// Sort is one term of ORDER BY.
type Sort struct {
	Attr string
	Desc bool
}

// Limits of an expression (reference/ceql.md §10 rule 4). A larger one is an Invalid fault.
const (
	MaxLength  = 16 << 10 // bytes of text
	MaxNesting = 64       // brackets in brackets
	MaxList    = 1000     // values of one IN
)
