package ceql

import (
	"encoding/json"
	"strings"
)

// Both joins two expressions by AND; either may be nil. OR is put in brackets.
func Both(first, second Expr) Expr {
	switch {
	case first == nil:
		return second
	case second == nil:
		return first
	}
	var terms []Expr
	for _, e := range []Expr{first, second} {
		switch e := e.(type) {
		case And:
			terms = append(terms, e.Terms...)
		case Or:
			terms = append(terms, Group{e})
		default:
			terms = append(terms, e)
		}
	}
	return And{terms}
}

// Fill puts values in the place of ${words} in the values of an expression, after it was parsed, so that a value is
// never more than a value. A condition that is left without a value, and whatever is left without a condition, is taken
// out.
func Fill(e Expr, fill func(string) string) Expr {
	switch e := e.(type) {
	case And:
		return joinExprs(fillAll(e.Terms, fill), func(terms []Expr) Expr { return And{terms} })
	case Or:
		return joinExprs(fillAll(e.Terms, fill), func(terms []Expr) Expr { return Or{terms} })
	case Group:
		if inner := Fill(e.Expr, fill); inner != nil {
			return Group{inner}
		}
		return nil
	case Cond:
		values := make([]Value, 0, len(e.Values))
		for _, v := range e.Values {
			if strings.Contains(v.Text, "${") {
				if v.Text = fill(v.Text); v.Text == "" {
					continue
				}
			}
			values = append(values, v)
		}
		if len(values) == 0 && len(e.Values) > 0 {
			return nil
		}
		e.Values = values
		return e
	}
	return nil
}

func fillAll(terms []Expr, fill func(string) string) []Expr {
	var filled []Expr
	for _, term := range terms {
		if term = Fill(term, fill); term != nil {
			filled = append(filled, term)
		}
	}
	return filled
}

func joinExprs(terms []Expr, join func([]Expr) Expr) Expr {
	switch len(terms) {
	case 0:
		return nil
	case 1:
		return terms[0]
	}
	return join(terms)
}

// Rename gives attributes the names that the provider's query language has for them: some search by created what a
// record calls created_at. names is JSON, the new name by the old one; "" and what is no such JSON rename nothing.
func Rename(e Expr, names string) Expr {
	var byName map[string]string
	if names == "" || json.Unmarshal([]byte(names), &byName) != nil {
		return e
	}
	return rename(e, byName)
}

func rename(e Expr, names map[string]string) Expr {
	switch e := e.(type) {
	case And:
		return And{renameAll(e.Terms, names)}
	case Or:
		return Or{renameAll(e.Terms, names)}
	case Group:
		return Group{rename(e.Expr, names)}
	case Cond:
		if name, ok := names[e.Attr]; ok {
			e.Attr, e.AttrQuoted = name, printName(name) != name
		}
		return e
	}
	return e
}

func renameAll(terms []Expr, names map[string]string) []Expr {
	renamed := make([]Expr, len(terms))
	for i, term := range terms {
		renamed[i] = rename(term, names)
	}
	return renamed
}
