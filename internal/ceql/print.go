package ceql

import (
	"strconv"
	"strings"
)

// Print writes an expression in canonical form, which is what scripts see (reference/ceql.md §6): single blanks,
// keywords in capitals, strings in single quotes, numbers and bare words as typed. A nil Expr prints as nothing.
func Print(e Expr) string {
	if e == nil {
		return ""
	}
	var out strings.Builder
	printExpr(&out, e)
	return out.String()
}

func printExpr(out *strings.Builder, e Expr) {
	switch e := e.(type) {
	case And:
		printTerms(out, e.Terms, " AND ")
	case Or:
		printTerms(out, e.Terms, " OR ")
	case Group:
		out.WriteByte('(')
		printExpr(out, e.Expr)
		out.WriteByte(')')
	case Cond:
		printCond(out, e)
	}
}

func printTerms(out *strings.Builder, terms []Expr, between string) {
	for i, term := range terms {
		if i > 0 {
			out.WriteString(between)
		}
		printExpr(out, term)
	}
}

func printCond(out *strings.Builder, c Cond) {
	out.WriteString(printName(c.Attr))
	out.WriteByte(' ')
	out.WriteString(c.Op.String())
	switch c.Op {
	case Null, NotNull:
	case In, NotIn:
		out.WriteString(" (")
		for i, v := range c.Values {
			if i > 0 {
				out.WriteString(", ")
			}
			out.WriteString(v.print())
		}
		out.WriteByte(')')
	default:
		out.WriteByte(' ')
		out.WriteString(c.Values[0].print())
	}
}

// printName quotes a name only where it would not read as one word.
func printName(name string) string {
	if name == "" || !isNameStart(name[0]) {
		return quote(name)
	}
	for i := 0; i < len(name); i++ {
		if !isNameChar(name[i]) {
			return quote(name)
		}
	}
	return name
}

func (v Value) print() string {
	if v.Kind == String {
		return quote(v.Text)
	}
	return v.Text
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// String prints a statement in canonical form.
func (q *Query) String() string {
	var out strings.Builder
	out.WriteString("SELECT ")
	if q.Fields == nil {
		out.WriteByte('*')
	}
	for i, field := range q.Fields {
		if i > 0 {
			out.WriteString(", ")
		}
		out.WriteString(printName(field))
	}
	out.WriteString(" FROM " + printName(q.Object))
	if q.Where != nil {
		out.WriteString(" WHERE ")
		printExpr(&out, q.Where)
	}
	for i, s := range q.OrderBy {
		if i == 0 {
			out.WriteString(" ORDER BY ")
		} else {
			out.WriteString(", ")
		}
		out.WriteString(printName(s.Attr))
		if s.Desc {
			out.WriteString(" DESC")
		}
	}
	if q.Limit != nil {
		out.WriteString(" LIMIT " + strconv.Itoa(*q.Limit))
	}
	return out.String()
}

// Condition is one entry of request_expression (reference/ceql.md §6). Value is the literal's text, unquoted and
// unescaped, whatever its kind: scripts treat it as a string. It is a list of such texts for IN, and nil for
// IS NULL.
type Condition struct {
	Attribute string `json:"attribute"`
	Operator  string `json:"operator"`
	Value     any    `json:"value"`
}

// Flatten lists the conditions from left to right; the connectives are lost. A nil Expr gives nil, which scripts
// see as null: that is how they ask whether there is a filter.
func Flatten(e Expr) []Condition {
	return flatten(nil, e)
}

func flatten(all []Condition, e Expr) []Condition {
	switch e := e.(type) {
	case And:
		for _, term := range e.Terms {
			all = flatten(all, term)
		}
	case Or:
		for _, term := range e.Terms {
			all = flatten(all, term)
		}
	case Group:
		return flatten(all, e.Expr)
	case Cond:
		return append(all, Condition{e.Attr, e.Op.String(), e.flatValue()})
	}
	return all
}

func (c Cond) flatValue() any {
	switch c.Op {
	case Null, NotNull:
		return nil
	case In, NotIn:
		values := make([]string, len(c.Values))
		for i, v := range c.Values {
			values[i] = v.Text
		}
		return values
	}
	return c.Values[0].Text
}
