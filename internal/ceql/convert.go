package ceql

import (
	"slices"
	"strings"

	"jackfield/internal/fault"
)

// converters are the names that definitions may use, with what each one makes of an expression. Known checks
// definitions against it; the gateway calls the functions.
var converters = []struct{ name, makes string }{
	{"toQueryParameters", "one provider parameter per condition, the operator is dropped"},
	{"toODataFilter", "an OData 4 expression for $filter"},
	{"toODataV3Filter", "an OData 3 expression for $filter"},
}

// Known reports whether a converter of that name exists.
func Known(name string) bool { return slices.Contains(Converters(), name) }

// Converters lists the names of the converters.
func Converters() []string {
	names := make([]string, len(converters))
	for i, c := range converters {
		names[i] = c.name
	}
	return names
}

// Pair is a provider parameter.
type Pair struct{ Name, Value string }

// ToQueryParameters makes each condition a parameter attribute=value; the operator is dropped, IN joins with
// commas, a repeated attribute repeats the parameter. OR, NOT and IS NULL cannot be said: Invalid
// (reference/ceql.md §8.1).
func ToQueryParameters(e Expr) ([]Pair, error) { return queryParameters(nil, e) }

func queryParameters(pairs []Pair, e Expr) ([]Pair, error) {
	switch e := e.(type) {
	case And:
		var err error
		for _, term := range e.Terms {
			if pairs, err = queryParameters(pairs, term); err != nil {
				return nil, err
			}
		}
	case Group:
		return queryParameters(pairs, e.Expr)
	case Or:
		return nil, fault.New(fault.Invalid, "OR is not supported in where of this resource: ask once for each alternative")
	case Cond:
		switch e.Op {
		case Null, NotNull, NotIn, NotLike:
			return nil, fault.New(fault.Invalid, "%s is not supported in where of this resource (attribute %s)", e.Op, e.Attr)
		}
		texts := make([]string, len(e.Values))
		for i, v := range e.Values {
			texts[i] = v.Text
		}
		return append(pairs, Pair{e.Attr, strings.Join(texts, ",")}), nil
	}
	return pairs, nil
}

// ODataOptions are the dialect of an OData provider. Zero values are version 4 with quoted literals.
type ODataOptions struct {
	Version  int    // 3 or 4; 0 = 4
	Like     string // function for '%x%': "contains" or "substringof"; "" = by version
	Literals string // "quoted" or "bare" strings; "" = quoted
	Dates    string // texts that look like an ISO date-time: "quoted", "bare" or "datetime"; "" = by version
}

// ToOData prints an expression for $filter (reference/ceql.md §8.2). A LIKE with a wildcard inside cannot be
// said: Invalid. A nil Expr is "".
func ToOData(e Expr, o ODataOptions) (string, error) {
	if e == nil {
		return "", nil
	}
	if o.Like == "" {
		o.Like = "contains"
		if o.Version == 3 {
			o.Like = "substringof"
		}
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

func (p *odataPrinter) expr(e Expr) error {
	switch e := e.(type) {
	case And:
		return p.terms(e.Terms, " and ")
	case Or:
		return p.terms(e.Terms, " or ")
	case Group:
		p.out.WriteByte('(')
		err := p.expr(e.Expr)
		p.out.WriteByte(')')
		return err
	case Cond:
		return p.cond(e)
	}
	return nil
}

func (p *odataPrinter) terms(terms []Expr, between string) error {
	for i, term := range terms {
		if i > 0 {
			p.out.WriteString(between)
		}
		if err := p.expr(term); err != nil {
			return err
		}
	}
	return nil
}

func (p *odataPrinter) cond(c Cond) error {
	name := c.Attr
	if !c.AttrQuoted {
		name = strings.ReplaceAll(name, ".", "/")
	}
	switch c.Op {
	case In:
		p.list(name, "eq", " or ", c.Values)
	case NotIn:
		p.list(name, "ne", " and ", c.Values)
	case Like, NotLike:
		return p.like(name, c)
	case Null:
		p.out.WriteString(name + " eq null")
	case NotNull:
		p.out.WriteString(name + " ne null")
	default:
		p.compare(name, operators[c.Op].odata, c.Values[0])
	}
	return nil
}

func (p *odataPrinter) compare(name, op string, v Value) {
	p.out.WriteString(name + " " + op + " " + p.literal(v))
}

// list chains comparisons, in brackets where there are several.
func (p *odataPrinter) list(name, op, between string, values []Value) {
	if len(values) > 1 {
		p.out.WriteByte('(')
		defer p.out.WriteByte(')')
	}
	for i, v := range values {
		if i > 0 {
			p.out.WriteString(between)
		}
		p.compare(name, op, v)
	}
}

func (p *odataPrinter) like(name string, c Cond) error {
	pattern := c.Values[0].Text
	text := strings.TrimPrefix(pattern, "%")
	open := len(text) < len(pattern)
	pattern = text
	text = strings.TrimSuffix(pattern, "%")
	ended := len(text) < len(pattern)
	if strings.Contains(text, "%") {
		return fault.New(fault.Invalid, "LIKE with %% inside the text is not supported for %s: use it at the beginning and the end", c.Attr)
	}
	if c.Op == NotLike {
		p.out.WriteString("not ")
	}
	literal := quote(text)
	switch {
	case open && ended && p.options.Like == "substringof":
		p.out.WriteString("substringof(" + literal + "," + name + ")")
	case open && ended:
		p.out.WriteString("contains(" + name + "," + literal + ")")
	case open:
		p.out.WriteString("endswith(" + name + "," + literal + ")")
	case ended:
		p.out.WriteString("startswith(" + name + "," + literal + ")")
	case c.Op == NotLike:
		p.out.WriteString("(" + name + " eq " + literal + ")")
	default:
		p.out.WriteString(name + " eq " + literal)
	}
	return nil
}

func (p *odataPrinter) literal(v Value) string {
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

// isBareSafe reports whether a text stays one token without quotes; anything else keeps them, so that a value
// never becomes part of the expression.
func isBareSafe(text string) bool {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_-.@", c) >= 0) {
			return false
		}
	}
	return text != ""
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
