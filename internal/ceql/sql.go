package ceql

import (
	"strconv"
	"strings"

	"jackfield/internal/fault"
)

// SQLDialect is a database's way of writing SQL.
type SQLDialect int

// The dialects of SQL.
const (
	PostgreSQL SQLDialect = iota // $1, $2, …; every value as text, whose type the server infers
	SQLite                       // ?, ?, …; numbers in their usual spelling as numbers, booleans as 1 and 0, the rest as text
)

// SQLOptions are where an expression is to stand.
type SQLOptions struct {
	Dialect SQLDialect
	First   int // number of the first placeholder of PostgreSQL; 0 = 1
}

// MaxSQLName is the longest name, in bytes: a part between dots. PostgreSQL cuts names at 63.
const MaxSQLName = 128

// maxSQLParts is how many names there may be with dots between: schema, table, column.
const maxSQLParts = 3

// ToSQL prints an expression as a condition of SQL (reference/ceql.md §8.3). Values are never part of the text: they are
// in args, in the order of their placeholders.
//
//	= != < <= > >=          the same
//	AND, OR, ( … )          the same
//	a.b                     "a"."b", unless the name was quoted
//	a LIKE 'x_%'            whatever the case; % is the only wildcard
//	a IN ('x', null)        a IN ('x'): null is in no list
//	a IS NULL, a = null     a IS NULL; and with NOT and !=
//	a < null                never
//
// A name with control characters, an empty one, one that is too long, and text with a zero byte are Invalid. A nil Expr is
// "1=1".
func ToSQL(e Expr, o SQLOptions) (text string, args []any, err error) {
	if e == nil {
		return "1=1", nil, nil
	}
	p := sqlPrinter{dialect: o.Dialect, next: max(o.First, 1)}
	if err := p.expr(e); err != nil {
		return "", nil, err
	}
	return p.out.String(), p.args, nil
}

type sqlPrinter struct {
	out     strings.Builder
	dialect SQLDialect
	next    int // number of the next placeholder
	args    []any
}

func (p *sqlPrinter) expr(e Expr) error {
	switch e := e.(type) {
	case And:
		return p.terms(e.Terms, " AND ")
	case Or:
		return p.terms(e.Terms, " OR ")
	case Group:
		return p.group(e.Expr)
	case Cond:
		return p.cond(e)
	}
	return fault.New(fault.Internal, "%T is no expression", e)
}

func (p *sqlPrinter) group(e Expr) error {
	p.out.WriteByte('(')
	err := p.expr(e)
	p.out.WriteByte(')')
	return err
}

func (p *sqlPrinter) terms(terms []Expr, between string) error {
	for i, term := range terms {
		if i > 0 {
			p.out.WriteString(between)
		}
		print := p.expr
		if _, loose := term.(Or); loose { // trees that were joined, not parsed
			print = p.group
		}
		if err := print(term); err != nil {
			return err
		}
	}
	return nil
}

func (p *sqlPrinter) cond(c Cond) error {
	name, err := SQLName(c.Attr, c.AttrQuoted)
	if err != nil {
		return err
	}
	for _, v := range c.Values {
		if strings.IndexByte(v.Text, 0) >= 0 {
			return fault.New(fault.Invalid, "The value of %s has a zero byte, which no text of a database can have: leave it out", c.Attr)
		}
	}
	switch {
	case c.isNull():
		p.out.WriteString(name + " IS NULL")
	case c.isNotNull():
		p.out.WriteString(name + " IS NOT NULL")
	case c.Op == In || c.Op == NotIn:
		p.list(name, c)
	case c.Values[0].Kind == NullText:
		p.out.WriteString("1=0") // nothing is less than null, or like it
	case c.Op == Like || c.Op == NotLike:
		p.like(name, c)
	default:
		p.out.WriteString(name + " " + sqlOperator(c.Op) + " ")
		p.value(c.Values[0])
	}
	return nil
}

func sqlOperator(op Op) string {
	if op == NotEqual {
		return "<>"
	}
	return op.String()
}

func (p *sqlPrinter) list(name string, c Cond) {
	var values []Value
	for _, v := range c.Values {
		if v.Kind != NullText {
			values = append(values, v)
		}
	}
	switch {
	case len(values) == 0 && c.Op == In:
		p.out.WriteString("1=0")
		return
	case len(values) == 0:
		p.out.WriteString(name + " IS NOT NULL")
		return
	}
	p.out.WriteString(name + " " + c.Op.String() + " (")
	for i, v := range values {
		if i > 0 {
			p.out.WriteString(", ")
		}
		p.value(v)
	}
	p.out.WriteByte(')')
}

var sqlPattern = strings.NewReplacer("!", "!!", "_", "!_")

func (p *sqlPrinter) like(name string, c Cond) {
	operator := c.Op.String()
	if p.dialect == PostgreSQL {
		name, operator = "CAST("+name+" AS text)", strings.Replace(operator, "LIKE", "ILIKE", 1)
	}
	p.out.WriteString(name + " " + operator + " ")
	p.bind(sqlPattern.Replace(c.Values[0].Text))
	p.out.WriteString(" ESCAPE '!'")
}

// value puts a placeholder. A decimal says its type to PostgreSQL, which would read it as the type of the column: 10.5 is
// no integer, and still an integer can be above it.
func (p *sqlPrinter) value(v Value) {
	switch {
	case p.dialect == SQLite:
		p.bind(sqliteValue(v))
	case v.Kind == Decimal:
		p.out.WriteString("CAST(")
		p.bind(v.Text)
		p.out.WriteString(" AS numeric)")
	default:
		p.bind(v.Text)
	}
}

func (p *sqlPrinter) bind(arg any) {
	p.args = append(p.args, arg)
	if p.dialect == SQLite {
		p.out.WriteByte('?')
		return
	}
	p.out.WriteString("$" + strconv.Itoa(p.next))
	p.next++
}

// sqliteValue is a literal with the type that a column without one needs. Numbers that are spelled otherwise than SQLite
// does stay text: a column of numbers reads them as numbers, a column of text must not see another spelling.
func sqliteValue(v Value) any {
	switch v.Kind {
	case Boolean:
		if v.Text == "true" {
			return int64(1)
		}
		return int64(0)
	case Integer:
		if n, err := strconv.ParseInt(v.Text, 10, 64); err == nil && strconv.FormatInt(n, 10) == v.Text {
			return n
		}
	case Decimal:
		if n, err := strconv.ParseFloat(v.Text, 64); err == nil && strconv.FormatFloat(n, 'f', -1, 64) == v.Text {
			return n
		}
	}
	return v.Text
}

// SQLName is an attribute as a quoted name of SQL, with its dots between names unless it is one name as a whole.
func SQLName(attr string, whole bool) (string, error) {
	parts := []string{attr}
	if !whole {
		parts = strings.Split(attr, ".")
	}
	if len(parts) > maxSQLParts {
		return "", fault.New(fault.Invalid, "The attribute %q has more than %d names: write schema.table.column at most", attr, maxSQLParts)
	}
	for i, part := range parts {
		if part == "" || len(part) > MaxSQLName {
			return "", fault.New(fault.Invalid, "The attribute %q is no name of a column: a name has 1 to %d bytes", attr, MaxSQLName)
		}
		for _, r := range part {
			if r < ' ' || r == 0x7f || r == '\ufffd' {
				return "", fault.New(fault.Invalid, "The attribute %q is no name of a column: it has control characters", attr)
			}
		}
		parts[i] = `"` + strings.ReplaceAll(part, `"`, `""`) + `"`
	}
	return strings.Join(parts, "."), nil
}
