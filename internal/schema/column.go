package schema

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// column is one heading of the CSV form and the member of a property that its cells hold.
type column struct {
	heading string
	member  string // "" for the columns that describe the row
	form    form
}

// form says how a member is written in a cell.
type form uint8

const (
	formSpecial form = iota // written and read by the row
	formText                // a string
	formAny                 // a string as it is, everything else as JSON
	formOff                 // a boolean that is false when it is absent
	formOn                  // a boolean that is true when it is absent
)

// columns is the heading of every file, in order (reference/hub-api.md §5.6).
func columns() []column {
	return []column{
		{"sampleValue", "x-samplevalue", formSpecial}, {"name", "", formSpecial}, {"type", "type", formSpecial},
		{"format", "format", formText}, {"subFormat", "x-sub-format", formText},
		{"displayName", "x-displayName", formText}, {"description", "description", formText},
		{"request", "x-request", formOn}, {"response", "x-response", formOn},
		{"defaultValue", "default", formAny}, {"max", "maximum", formAny}, {"min", "minimum", formAny},
		{"precision", "x-precision", formAny}, {"nullable", "x-nullable", formOff},
		{"searchOperators", "x-searchable-operators", formAny}, {"searchNames", "x-searchable-names", formAny},
		{"mask", "x-mask", formText}, {"enums", "enum", formAny},
		{"conditionalDescription", "x-conditional-required", formText}, {"reference", "", formSpecial},
		{"hidden", "x-hidden", formOff}, {"primaryKey", primaryKey, formOff},
		{"readOnly", "x-readOnly", formOff}, {"required", "x-required", formOff},
		{"vendorReferenceName", "x-vendor-reference-name", formText}, {"vendorName", "x-name", formText},
		{"customFields", "", formSpecial}, {"searchable", "x-searchable", formAny},
		{"whereFields", "x-where-fields", formAny}, {"searchableJoins", "x-searchable-joins", formAny},
	}
}

// cell is the text of a member.
func (c column) cell(p property) string {
	raw, there := p[c.member]
	switch c.form {
	case formOff, formOn:
		if !there {
			return strconv.FormatBool(c.form == formOn)
		}
		return string(raw)
	case formText, formAny:
		if there {
			return cellOf(raw)
		}
	}
	return ""
}

// set reads a cell into its member. An empty cell, and a boolean in its usual state, sets nothing.
func (c column) set(p property, cell string) {
	switch c.form {
	case formText:
		if cell != "" {
			p[c.member] = quote(unguard(cell))
		}
	case formAny:
		if cell != "" {
			p[c.member] = valueOf(cell)
		}
	case formOff, formOn:
		// Spreadsheets write TRUE.
		if on, err := strconv.ParseBool(strings.ToLower(cell)); err == nil && on != (c.form == formOn) {
			p[c.member] = json.RawMessage(strconv.FormatBool(on))
		}
	}
}

// cellOf writes a JSON value: a string as it is, unless it could be taken for something else.
func cellOf(raw json.RawMessage) string {
	var s string
	if len(raw) == 0 || raw[0] != '"' {
		return compact(raw)
	}
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	if json.Valid([]byte(s)) {
		return mark + string(quote(s))
	}
	return guard(s)
}

// valueOf reads what cellOf wrote.
func valueOf(cell string) json.RawMessage {
	if !strings.HasPrefix(cell, mark) && json.Valid([]byte(cell)) {
		return json.RawMessage(compact(json.RawMessage(cell)))
	}
	return quote(unguard(cell))
}

// compact prints JSON without blanks and with every string spelled one way. It is "" for what is none.
func compact(raw json.RawMessage) string {
	v, err := parse("a cell", raw)
	if err != nil {
		return ""
	}
	var b bytes.Buffer
	v.print(&b)
	return b.String()
}

// mark stands before text that a spreadsheet would run as a formula, and before text that CSV or we
// ourselves would read as something else. Spreadsheets take it for "this is text".
const mark = "'"

// triggers are the first characters that make a spreadsheet take a cell for a formula, and the mark.
const triggers = "=+-@\t" + mark

// guard makes a text safe in a spreadsheet and restores it from CSV to the byte: readers of CSV turn a
// carriage return with a line feed into a line feed.
func guard(s string) string {
	switch {
	case s == "":
		return ""
	case strings.Contains(s, "\r"):
		return mark + string(quote(s))
	case strings.IndexByte(triggers, s[0]) >= 0:
		return mark + s
	}
	return s
}

// unguard undoes guard, and leaves text alone that was never guarded.
func unguard(cell string) string {
	rest, marked := strings.CutPrefix(cell, mark)
	if !marked || rest == "" {
		return cell
	}
	if rest[0] == '"' {
		var s string
		if json.Unmarshal([]byte(rest), &s) == nil {
			return s
		}
		return cell
	}
	if strings.IndexByte(triggers, rest[0]) >= 0 {
		return rest
	}
	return cell
}
