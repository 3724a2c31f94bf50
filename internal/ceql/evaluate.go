package ceql

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Compile makes a function that tells whether a record matches. get reads an attribute of the record: text, bool,
// any number, json.Number, nil; false when it is not there. The rules are those of reference/ceql.md §5: numbers
// compare as numbers, booleans as booleans, ISO date-times by instant in an order, everything else as text; a
// missing or null attribute only matches IS NULL. A nil Expr matches everything.
func Compile(e Expr) func(get func(attr string) (value any, ok bool)) bool {
	switch e := e.(type) {
	case And:
		terms := compileAll(e.Terms)
		return func(get func(string) (any, bool)) bool {
			for _, term := range terms {
				if !term(get) {
					return false
				}
			}
			return true
		}
	case Or:
		terms := compileAll(e.Terms)
		return func(get func(string) (any, bool)) bool {
			for _, term := range terms {
				if term(get) {
					return true
				}
			}
			return false
		}
	case Group:
		return Compile(e.Expr)
	case Cond:
		test := compileCond(e)
		return func(get func(string) (any, bool)) bool {
			value, ok := get(e.Attr)
			if !ok || value == nil {
				return e.Op == Null
			}
			return test(operandOf(value))
		}
	}
	return func(func(string) (any, bool)) bool { return true }
}

func compileAll(terms []Expr) []func(func(string) (any, bool)) bool {
	all := make([]func(func(string) (any, bool)) bool, len(terms))
	for i, term := range terms {
		all[i] = Compile(term)
	}
	return all
}

func compileCond(c Cond) func(operand) bool {
	values := make([]operand, len(c.Values))
	for i, v := range c.Values {
		values[i] = literalOperand(v)
	}
	any := func(o operand) bool {
		for _, v := range values {
			if v.kind != absent && o.equals(v) {
				return true
			}
		}
		return false
	}
	ordered := func(holds func(int) bool) func(operand) bool {
		return func(o operand) bool { return values[0].kind != absent && holds(o.compare(values[0])) }
	}
	switch c.Op {
	case Equal, In:
		return any
	case NotEqual, NotIn:
		return func(o operand) bool { return !any(o) }
	case Less:
		return ordered(func(n int) bool { return n < 0 })
	case LessEqual:
		return ordered(func(n int) bool { return n <= 0 })
	case Greater:
		return ordered(func(n int) bool { return n > 0 })
	case GreaterEqual:
		return ordered(func(n int) bool { return n >= 0 })
	case Like:
		return func(o operand) bool { return matchLike(strings.ToLower(values[0].text), strings.ToLower(o.text)) }
	case NotLike:
		return func(o operand) bool { return !matchLike(strings.ToLower(values[0].text), strings.ToLower(o.text)) }
	case NotNull:
		return func(operand) bool { return true }
	}
	return func(operand) bool { return false } // Null of a value that is there
}

// operand is one side of a comparison.
type operand struct {
	kind   operandKind
	text   string
	number *big.Rat
	truth  bool
}

type operandKind int

const (
	absent operandKind = iota
	isText
	isNumber
	isBoolean
)

func literalOperand(v Value) operand {
	switch v.Kind {
	case NullText:
		return operand{}
	case Integer, Decimal:
		return numberOperand(v.Text)
	case Boolean:
		return operand{kind: isBoolean, truth: v.Text == "true", text: v.Text}
	}
	return operand{kind: isText, text: v.Text}
}

func operandOf(value any) operand {
	switch v := value.(type) {
	case string:
		return operand{kind: isText, text: v}
	case bool:
		return operand{kind: isBoolean, truth: v, text: fmt.Sprint(v)}
	case json.Number:
		return numberOperand(v.String())
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64:
		return numberOperand(fmt.Sprint(v))
	}
	return operand{kind: isText, text: fmt.Sprint(value)}
}

// maxNumber is the longest text that is read as a number, so that 1e999999999 costs nothing.
const maxNumber = 400

func numberOperand(text string) operand {
	if len(text) <= maxNumber && !strings.ContainsAny(text, "eE/") || len(text) < 30 && strings.ContainsAny(text, "eE") && smallExponent(text) {
		if n, ok := new(big.Rat).SetString(text); ok {
			return operand{kind: isNumber, text: text, number: n}
		}
	}
	return operand{kind: isText, text: text}
}

func smallExponent(text string) bool {
	_, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	return len(strings.TrimLeft(exponent, "+-")) <= 3
}

// as reads a text as the kind of the other side where it can: where clauses quote booleans and numbers.
func (o operand) as(kind operandKind) operand {
	if o.kind != isText {
		return o
	}
	switch kind {
	case isNumber:
		return numberOperand(o.text)
	case isBoolean:
		switch strings.ToLower(o.text) {
		case "true":
			return operand{kind: isBoolean, truth: true, text: o.text}
		case "false":
			return operand{kind: isBoolean, text: o.text}
		}
	}
	return o
}

func (o operand) equals(other operand) bool {
	a, b := o.as(other.kind), other.as(o.kind)
	switch {
	case a.kind == isNumber && b.kind == isNumber:
		return a.number.Cmp(b.number) == 0
	case a.kind == isBoolean && b.kind == isBoolean:
		return a.truth == b.truth
	}
	return o.text == other.text
}

func (o operand) compare(other operand) int {
	a, b := o.as(other.kind), other.as(o.kind)
	if a.kind == isNumber && b.kind == isNumber {
		return a.number.Cmp(b.number)
	}
	if looksLikeDateTime(o.text) && looksLikeDateTime(other.text) {
		first, err1 := parseInstant(o.text)
		second, err2 := parseInstant(other.text)
		if err1 == nil && err2 == nil {
			return first.Compare(second)
		}
	}
	return cmp.Compare(o.text, other.text)
}

// parseInstant reads an ISO date-time with any fraction and offset; without an offset it is UTC.
func parseInstant(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date-time", text)
}

// matchLike matches a pattern where % stands for any text; there is no other wildcard (reference/ceql.md §3).
func matchLike(pattern, text string) bool {
	first, rest, more := strings.Cut(pattern, "%")
	if !more {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, first)
	if !ok {
		return false
	}
	for {
		part, after, again := strings.Cut(rest, "%")
		if !again {
			return strings.HasSuffix(text, part)
		}
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text, rest = text[i+len(part):], after
	}
}
