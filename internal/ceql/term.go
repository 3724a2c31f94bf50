package ceql

import (
	"strings"

	"jackfield/internal/fault"
)

// Pieces that several converters share. Each refuses what its language cannot say, and says what to do instead.

// plainName is an attribute of letters, digits and underscores, with dots between such words. Nothing else may stand
// in the text of a query language as a name.
func plainName(c Cond) (string, error) {
	for _, word := range strings.Split(c.Attr, ".") {
		if !isWord(word) {
			return "", fault.New(fault.Invalid, "The attribute %q is not supported in where of this resource: a name has letters, digits, _ and dots", c.Attr)
		}
	}
	return c.Attr, nil
}

func isWord(word string) bool {
	for i := 0; i < len(word); i++ {
		letter := word[i]|0x20 >= 'a' && word[i]|0x20 <= 'z' || word[i] == '_'
		if !letter && (i == 0 || word[i] < '0' || word[i] > '9') {
			return false
		}
	}
	return word != ""
}

// pattern is the text of a LIKE without its wildcards.
type pattern struct {
	text                string
	anyBefore, anyAfter bool
}

// whole reports whether there was no wildcard.
func (p pattern) whole() bool { return !p.anyBefore && !p.anyAfter }

// inside reports whether the text may stand anywhere.
func (p pattern) inside() bool { return p.anyBefore && p.anyAfter }

func likePattern(c Cond) (pattern, error) {
	var p pattern
	p.text, p.anyBefore = strings.CutPrefix(c.Values[0].Text, "%")
	p.text, p.anyAfter = strings.CutSuffix(p.text, "%")
	if strings.Contains(p.text, "%") {
		return p, fault.New(fault.Invalid, "LIKE with %% inside the text is not supported for %s: use it at the beginning and the end", c.Attr)
	}
	return p, nil
}

// isBare reports whether a value stands without quotes in most languages: numbers, booleans and null.
func (v Value) isBare() bool {
	return v.Kind == Integer || v.Kind == Decimal || v.Kind == Boolean || v.Kind == NullText
}

// digits is a number without a plus, which few languages take.
func (v Value) digits() string { return strings.TrimPrefix(v.Text, "+") }

// isNull reports whether a condition asks for a missing value: IS NULL, or = null.
func (c Cond) isNull() bool {
	return c.Op == Null || c.Op == Equal && c.Values[0].Kind == NullText
}

// isNotNull reports whether a condition asks for a value, whichever: IS NOT NULL, or != null.
func (c Cond) isNotNull() bool {
	return c.Op == NotNull || c.Op == NotEqual && c.Values[0].Kind == NullText
}

// unsaid is the refusal of an operator.
func unsaid(c Cond, instead string) error {
	return fault.New(fault.Invalid, "%s is not supported in where of this resource (attribute %s): %s", c.Op, c.Attr, instead)
}

// plainText refuses texts that a language has no way to write: control characters, and those of without.
func plainText(c Cond, text, without string) error {
	for i := 0; i < len(text); i++ {
		if text[i] < ' ' || text[i] == 0x7f || strings.IndexByte(without, text[i]) >= 0 {
			return fault.New(fault.Invalid, "The value of %s has the character %q, which the provider's search cannot take: leave it out", c.Attr, text[i])
		}
	}
	return nil
}

// backslashed puts a text in quotes in the way of C: a backslash before quotes and backslashes, names for what ends
// a line.
func backslashed(text string, quote byte) string {
	var out strings.Builder
	out.WriteByte(quote)
	for i := 0; i < len(text); i++ {
		switch b := text[i]; b {
		case quote, '\\':
			out.WriteByte('\\')
			out.WriteByte(b)
		case '\n':
			out.WriteString(`\n`)
		case '\r':
			out.WriteString(`\r`)
		case '\t':
			out.WriteString(`\t`)
		default:
			out.WriteByte(b)
		}
	}
	out.WriteByte(quote)
	return out.String()
}

// fieldList reads names with commas between them.
func fieldList(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
}

// joinTerms prints each term and joins them.
func joinTerms(terms []Expr, between string, print func(Expr) (string, error)) (string, error) {
	texts := make([]string, len(terms))
	for i, term := range terms {
		text, err := print(term)
		if err != nil {
			return "", err
		}
		texts[i] = text
	}
	return strings.Join(texts, between), nil
}

// chain compares an attribute with each value, and joins the comparisons.
func chain(c Cond, op Op, between string, print func(Cond) (string, error)) (string, error) {
	texts := make([]string, len(c.Values))
	for i, v := range c.Values {
		text, err := print(Cond{Attr: c.Attr, AttrQuoted: c.AttrQuoted, Op: op, Values: []Value{v}})
		if err != nil {
			return "", err
		}
		texts[i] = text
	}
	return strings.Join(texts, between), nil
}

// conjunction lists the conditions of an expression that has AND only. Brackets around pure AND are harmless.
func conjunction(all []Cond, e Expr) ([]Cond, error) {
	switch e := e.(type) {
	case And:
		var err error
		for _, term := range e.Terms {
			if all, err = conjunction(all, term); err != nil {
				return nil, err
			}
		}
	case Or:
		return nil, fault.New(fault.Invalid, "OR is not supported in where of this resource: ask once for each alternative")
	case Group:
		return conjunction(all, e.Expr)
	case Cond:
		return append(all, e), nil
	}
	return all, nil
}
