package ceql

import "strings"

// Kinds that OfTypes gives values, for OData alone: they stand without quotes in version 4.
const (
	guid    Kind = iota + 100
	instant      // with date, time and zone
	day
)

// OfTypes gives the values of an expression the kinds that their fields have at an OData provider: it compares no text
// with a number, and callers write both in quotes or without. typeOf is the type and the format of a field in Swagger's
// words, "" where it is not known. A value that cannot be of its field's type stays as it is.
func OfTypes(e Expr, typeOf func(attribute string) (kind, format string)) Expr {
	switch e := e.(type) {
	case And:
		return And{ofTypes(e.Terms, typeOf)}
	case Or:
		return Or{ofTypes(e.Terms, typeOf)}
	case Group:
		return Group{OfTypes(e.Expr, typeOf)}
	case Cond:
		if e.Op == Like || e.Op == NotLike {
			return e
		}
		kind, format := typeOf(e.Attr)
		values := make([]Value, len(e.Values))
		for i, v := range e.Values {
			values[i] = v.ofType(kind, format)
		}
		e.Values = values
		return e
	}
	return e
}

func ofTypes(terms []Expr, typeOf func(string) (string, string)) []Expr {
	typed := make([]Expr, len(terms))
	for i, term := range terms {
		typed[i] = OfTypes(term, typeOf)
	}
	return typed
}

func (v Value) ofType(kind, format string) Value {
	if v.Kind == NullText && kind != "string" {
		return v
	}
	switch kind {
	case "integer", "number":
		if number := numberKind(v.Text); number != Bare {
			return Value{number, v.Text}
		}
	case "boolean":
		if text := strings.ToLower(v.Text); text == "true" || text == "false" {
			return Value{Boolean, text}
		}
	case "string":
		return v.ofText(format)
	}
	return v
}

func (v Value) ofText(format string) Value {
	const shapeOfGUID, shapeOfDay = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh", "dddd-dd-dd"
	switch {
	case v.Kind == NullText:
		return v
	case format == "uuid" && matches(v.Text, shapeOfGUID):
		return Value{guid, v.Text}
	case format == "date" && matches(v.Text, shapeOfDay):
		return Value{day, v.Text}
	case format == "date-time" && matches(v.Text, shapeOfDay):
		return Value{instant, v.Text + "T00:00:00Z"}
	case format == "date-time" && looksLikeDateTime(v.Text):
		if strings.ContainsAny(v.Text[len("dddd-dd-ddT"):], "Z+-") {
			return Value{instant, v.Text}
		}
		return Value{instant, v.Text + "Z"}
	case format == "" && v.Kind != String:
		return Value{String, v.Text}
	}
	return v
}

// matches reports whether a text has a shape: d is a digit, h a hexadecimal one, everything else itself.
func matches(text, shape string) bool {
	if len(text) != len(shape) {
		return false
	}
	for i := range len(shape) {
		c := text[i]
		digit := c >= '0' && c <= '9'
		switch {
		case shape[i] == 'd' && !digit, shape[i] == 'h' && !digit && (c|0x20 < 'a' || c|0x20 > 'f'):
			return false
		case shape[i] != 'd' && shape[i] != 'h' && c != shape[i]:
			return false
		}
	}
	return true
}

// typed prints a value of the kinds above. Version 3 has words of its own for them.
func (p *odataPrinter) typed(v Value) (text string, ok bool) {
	switch v.Kind {
	case guid:
		if p.options.Version == 3 {
			return "guid" + quote(v.Text), true
		}
		return v.Text, true
	case day:
		if p.options.Version == 3 {
			return quote(v.Text), true
		}
		return v.Text, true
	case instant:
		switch p.options.Dates {
		case "quoted":
			return quote(v.Text), true
		case "datetime":
			return "datetime" + quote(strings.TrimSuffix(v.Text, "Z")), true
		}
		return v.Text, true
	}
	return "", false
}
