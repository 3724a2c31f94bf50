package ceql

import (
	"bytes"
	"encoding/json"
	"strings"

	"jackfield/internal/fault"
)

// ToBodyFields makes a JSON object of conditions, a member each; the operator is dropped as in ToQueryParameters.
// Numbers, booleans and null stay what they are; IN gives a list; an attribute given twice gives a list too.
// Dots are part of the name here; the gateway nests them.
func ToBodyFields(e Expr) ([]byte, error) {
	all, err := conjunction(nil, e)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var names []string
	values := map[string][]any{}
	list := map[string]bool{}
	for _, c := range all {
		switch c.Op {
		case Null, NotNull, NotIn, NotLike:
			return nil, unsaid(c, "use = or IN")
		}
		if _, known := values[c.Attr]; !known {
			names = append(names, c.Attr)
		} else {
			list[c.Attr] = true
		}
		list[c.Attr] = list[c.Attr] || c.Op == In
		for _, v := range c.Values {
			values[c.Attr] = append(values[c.Attr], v.json())
		}
	}
	var out bytes.Buffer
	out.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			out.WriteByte(',')
		}
		member := any(values[name])
		if !list[name] {
			member = values[name][0]
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(member)
		if err != nil {
			return nil, err
		}
		out.Write(key)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// json is a value as JSON has it: a number that JSON cannot write, such as 007, is a text.
func (v Value) json() any {
	if v.isBare() {
		if raw := json.RawMessage(v.digits()); json.Valid(raw) {
			return raw
		}
	}
	return v.Text
}

// reportFilter is one filter of a Salesforce report.
type reportFilter struct {
	Column   string `json:"column"`
	Operator string `json:"operator"`
	Value    string `json:"value"`
}

var reportOperators = map[Op]string{
	Equal: "equals", NotEqual: "notEqual", Less: "lessThan", LessEqual: "lessOrEqual", Greater: "greaterThan",
	GreaterEqual: "greaterOrEqual", In: "equals", NotIn: "notEqual", Null: "equals", NotNull: "notEqual",
	Like: "contains", NotLike: "notContain",
}

// ToReportFilters makes the filters of a Salesforce report, as JSON: a list of column, operator and value
// (reference/ceql.md §8.4). Values of IN are joined with commas, which reports read as alternatives; a value of IN with a
// comma is Invalid, and so are OR and LIKE with other wildcards than '%x%' and 'x%'.
func ToReportFilters(e Expr) ([]byte, error) {
	all, err := conjunction(nil, e)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	filters := make([]reportFilter, len(all))
	for i, c := range all {
		filters[i] = reportFilter{Column: c.Attr, Operator: reportOperators[c.Op]}
		switch {
		case c.isNull() || c.isNotNull():
		case c.Op == In || c.Op == NotIn:
			texts := make([]string, len(c.Values))
			for j, v := range c.Values {
				if texts[j] = v.Text; strings.Contains(v.Text, ",") {
					return nil, fault.New(fault.Invalid, "The value %q of %s has a comma, which separates the values of IN at the provider", v.Text, c.Attr)
				}
			}
			filters[i].Value = strings.Join(texts, ",")
		case c.Op == Like || c.Op == NotLike:
			if filters[i], err = reportLike(c, filters[i]); err != nil {
				return nil, err
			}
		default:
			filters[i].Value = c.Values[0].Text
		}
	}
	return json.Marshal(filters)
}

func reportLike(c Cond, filter reportFilter) (reportFilter, error) {
	p, err := likePattern(c)
	if err != nil {
		return filter, err
	}
	filter.Value = p.text
	switch {
	case p.inside():
	case p.whole() && c.Op == Like:
		filter.Operator = "equals"
	case p.whole():
		filter.Operator = "notEqual"
	case p.anyAfter && c.Op == Like:
		filter.Operator = "startsWith"
	default:
		return filter, unsaid(c, "use '%text%'")
	}
	return filter, nil
}
