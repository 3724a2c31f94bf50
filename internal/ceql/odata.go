package ceql

import (
	"slices"
	"strings"

	"jackfield/internal/fault"
)

// ODataOptions are the dialect of an OData provider. Zero values are version 4 with quoted literals; a value
// that is not listed counts as the default.
type ODataOptions struct {
	Version  int    // 3 or 4; 0 = 4
	Like     string // function for '%x%': "contains" or "substringof"; "" = by version
	Literals string // strings: "quoted", or "bare" where that is safe; "" = quoted
	Dates    string // texts that look like an ISO date-time: "quoted", "bare" or "datetime"; "" = by version
}

// ToOData prints an expression for $filter (reference/ceql.md §8.2, reference/act365.md §3.1):
//
//	= != < <= > >=         eq ne lt le gt ge
//	AND, OR, ( … )         and, or, ( … )
//	a.b                    a/b, unless the name was quoted
//	'x', bare words        'x' with doubled quotes
//	numbers, true, null    bare
//	a IN ('x', 'y')        (a eq 'x' or a eq 'y'); without brackets for one value
//	a NOT IN ('x', 'y')    (a ne 'x' and a ne 'y')
//	a LIKE 'x%'            startswith(a,'x')
//	a LIKE '%x'            endswith(a,'x')
//	a LIKE '%x%'           contains(a,'x'), or substringof('x',a)
//	a LIKE 'x'             a eq 'x'
//	a NOT LIKE …           not startswith(a,'x') …, a ne 'x'
//	a IS [NOT] NULL        a eq null, a ne null
//
// A LIKE with a wildcard inside, and a quoted name with quotes, brackets, commas or control characters, cannot
// be said: Invalid. A nil Expr is "", and then no parameter is sent.
func ToOData(e Expr, o ODataOptions) (string, error) {
	if e == nil {
		return "", nil
	}
	if o.Like == "" && o.Version == 3 {
		o.Like = "substringof"
	}
	if o.Dates == "" && o.Version == 3 {
		o.Dates = "datetime"
	}
	p := odataPrinter{options: o}
	if err := p.expr(e); err != nil {
		return "", err
	}
	return p.out.String(), nil
}

type odataPrinter struct {
	out     strings.Builder
	options ODataOptions
}

func (p *odataPrinter) write(parts ...string) {
	for _, part := range parts {
		p.out.WriteString(part)
	}
}

func (p *odataPrinter) expr(e Expr) error {
	switch e := e.(type) {
	case And:
		return p.terms(e.Terms, " and ")
	case Or:
		return p.terms(e.Terms, " or ")
	case Group:
		p.write("(")
		err := p.expr(e.Expr)
		p.write(")")
		return err
	case Cond:
		return p.cond(e)
	}
	return nil
}

func (p *odataPrinter) terms(terms []Expr, between string) error {
	for i, term := range terms {
		if i > 0 {
			p.write(between)
		}
		if err := p.expr(term); err != nil {
			return err
		}
	}
	return nil
}

func (p *odataPrinter) cond(c Cond) error {
	name, err := odataName(c)
	if err != nil {
		return err
	}
	switch c.Op {
	case In:
		p.list(name, " eq ", " or ", c.Values)
	case NotIn:
		p.list(name, " ne ", " and ", c.Values)
	case Like, NotLike:
		return p.like(name, c)
	case Null:
		p.write(name, " eq null")
	case NotNull:
		p.write(name, " ne null")
	default:
		p.write(name, " ", operators[c.Op].odata, " ", p.literal(c.Values[0]))
	}
	return nil
}

// odataName is an attribute as OData addresses it. A quoted name is one name, and may hold what would end it.
func odataName(c Cond) (string, error) {
	if !c.AttrQuoted {
		return strings.ReplaceAll(c.Attr, ".", "/"), nil
	}
	for i := 0; i < len(c.Attr); i++ {
		if b := c.Attr[i]; b < ' ' || b == 0x7f || strings.IndexByte("'\"`(),", b) >= 0 {
			return "", fault.New(fault.Invalid, "The attribute %q is not supported in where of this resource: a name has no quotes, brackets, commas or control characters", c.Attr)
		}
	}
	return c.Attr, nil
}

// list chains comparisons, in brackets where there are several.
func (p *odataPrinter) list(name, op, between string, values []Value) {
	if len(values) > 1 {
		p.write("(")
		defer p.write(")")
	}
	for i, v := range values {
		if i > 0 {
			p.write(between)
		}
		p.write(name, op, p.literal(v))
	}
}

func (p *odataPrinter) like(name string, c Cond) error {
	text, open := strings.CutPrefix(c.Values[0].Text, "%")
	text, ended := strings.CutSuffix(text, "%")
	if strings.Contains(text, "%") {
		return fault.New(fault.Invalid, "LIKE with %% inside the text is not supported for %s: use it at the beginning and the end", c.Attr)
	}
	literal := quote(text)
	if !open && !ended {
		op := " eq "
		if c.Op == NotLike {
			op = " ne "
		}
		p.write(name, op, literal)
		return nil
	}
	if c.Op == NotLike {
		p.write("not ")
	}
	switch {
	case open && ended && p.options.Like == "substringof":
		p.write("substringof(", literal, ",", name, ")")
	case open && ended:
		p.write("contains(", name, ",", literal, ")")
	case open:
		p.write("endswith(", name, ",", literal, ")")
	default:
		p.write("startswith(", name, ",", literal, ")")
	}
	return nil
}

func (p *odataPrinter) literal(v Value) string {
	if text, ok := p.typed(v); ok {
		return text
	}
	switch v.Kind {
	case Integer, Decimal, Boolean, NullText:
		return v.Text
	}
	if looksLikeDateTime(v.Text) {
		switch p.options.Dates {
		case "bare":
			return v.Text
		case "datetime":
			return "datetime" + quote(v.Text)
		}
		return quote(v.Text)
	}
	if p.options.Literals == "bare" && isBareSafe(v.Text) {
		return v.Text
	}
	return quote(v.Text)
}

// odataWords would be read as something else than a string where they stand without quotes.
var odataWords = []string{"and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "null", "true", "false"}

// isBareSafe reports whether a text stays one token without quotes; anything else keeps them, so that a value
// never becomes part of the expression.
func isBareSafe(text string) bool {
	for i := 0; i < len(text); i++ {
		c := text[i]
		letter, digit := c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9'
		if !letter && !digit && strings.IndexByte("_-.@", c) < 0 {
			return false
		}
	}
	return text != "" && !slices.Contains(odataWords, strings.ToLower(text))
}

// looksLikeDateTime reports whether a text begins as 2018-01-15T00:00:00 does and has only what such a text may
// have behind it.
func looksLikeDateTime(text string) bool {
	const shape = "dddd-dd-ddTdd:dd:dd"
	if len(text) < len(shape) {
		return false
	}
	for i := range len(shape) {
		digit := text[i] >= '0' && text[i] <= '9'
		if shape[i] == 'd' && !digit || shape[i] != 'd' && text[i] != shape[i] {
			return false
		}
	}
	return strings.Trim(text[len(shape):], "0123456789.:+-Z") == ""
}
