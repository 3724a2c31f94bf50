package ceql

import (
	"encoding/json"

	"jackfield/internal/fault"
)

// Limits of a HubSpot search (reference/connectors-next.md §3).
const (
	MaxHubSpotGroups  = 6  // groups joined by OR
	MaxHubSpotGroup   = 6  // filters of one group
	MaxHubSpotFilters = 18 // filters in all
)

// hubSpotFilter is one condition of a group.
type hubSpotFilter struct {
	PropertyName string   `json:"propertyName"`
	Operator     string   `json:"operator"`
	Value        *string  `json:"value,omitempty"`
	Values       []string `json:"values,omitempty"`
}

type hubSpotGroup struct {
	Filters []hubSpotFilter `json:"filters"`
}

// ToHubSpotFilterGroups makes the filterGroups of a HubSpot search, as JSON: groups of filters, where one group
// must match with all its filters (reference/connectors-next.md §3). Brackets are multiplied out:
// (a OR b) AND c becomes a AND c OR b AND c.
//
//	= != < <= > >=           EQ NEQ LT LTE GT GTE, the value always a text
//	IN, NOT IN               IN, NOT_IN with values
//	LIKE '%x%', 'x%', '%x'   CONTAINS_TOKEN *x*, x*, *x; LIKE 'x' is EQ; NOT LIKE is NOT_CONTAINS_TOKEN, NEQ
//	IS [NOT] NULL, = null    NOT_HAS_PROPERTY, HAS_PROPERTY
//
// More groups or filters than the limits above are Invalid.
func ToHubSpotFilterGroups(e Expr) ([]byte, error) {
	if e == nil {
		return nil, nil
	}
	alternatives, err := multiply(e)
	if err != nil {
		return nil, err
	}
	filters := 0
	groups := make([]hubSpotGroup, len(alternatives))
	for i, all := range alternatives {
		if filters += len(all); filters > MaxHubSpotFilters {
			return nil, fault.New(fault.Invalid, "where has too many conditions for this resource: the provider takes %d in all, with brackets multiplied out", MaxHubSpotFilters)
		}
		for _, c := range all {
			filter, err := hubSpotCond(c)
			if err != nil {
				return nil, err
			}
			groups[i].Filters = append(groups[i].Filters, filter)
		}
	}
	return json.Marshal(groups)
}

// multiply turns an expression into alternatives of conditions that must all hold.
func multiply(e Expr) ([][]Cond, error) {
	switch e := e.(type) {
	case Group:
		return multiply(e.Expr)
	case Or:
		var all [][]Cond
		for _, term := range e.Terms {
			more, err := multiply(term)
			if err != nil {
				return nil, err
			}
			if all = append(all, more...); len(all) > MaxHubSpotGroups {
				return nil, tooManyGroups()
			}
		}
		return all, nil
	case And:
		all := [][]Cond{nil}
		for _, term := range e.Terms {
			more, err := multiply(term)
			if err != nil {
				return nil, err
			}
			if len(all)*len(more) > MaxHubSpotGroups {
				return nil, tooManyGroups()
			}
			var product [][]Cond
			for _, left := range all {
				for _, right := range more {
					both := append(append([]Cond(nil), left...), right...)
					if len(both) > MaxHubSpotGroup {
						return nil, fault.New(fault.Invalid, "where joins too many conditions by AND for this resource: the provider takes %d", MaxHubSpotGroup)
					}
					product = append(product, both)
				}
			}
			all = product
		}
		return all, nil
	case Cond:
		return [][]Cond{{e}}, nil
	}
	return nil, nil
}

func tooManyGroups() error {
	return fault.New(fault.Invalid, "where has too many alternatives for this resource: the provider takes %d joined by OR, with brackets multiplied out; use IN for values of one attribute", MaxHubSpotGroups)
}

var hubSpotOperators = map[Op]string{
	Equal: "EQ", NotEqual: "NEQ", Less: "LT", LessEqual: "LTE", Greater: "GT", GreaterEqual: "GTE", In: "IN", NotIn: "NOT_IN",
}

func hubSpotCond(c Cond) (hubSpotFilter, error) {
	filter := hubSpotFilter{PropertyName: c.Attr, Operator: hubSpotOperators[c.Op]}
	switch {
	case c.isNull():
		filter.Operator = "NOT_HAS_PROPERTY"
	case c.isNotNull():
		filter.Operator = "HAS_PROPERTY"
	case c.Op == In || c.Op == NotIn:
		for _, v := range c.Values {
			filter.Values = append(filter.Values, v.Text)
		}
	case c.Op == Like || c.Op == NotLike:
		return hubSpotLike(c)
	default:
		filter.Value = &c.Values[0].Text
	}
	return filter, nil
}

func hubSpotLike(c Cond) (hubSpotFilter, error) {
	p, err := likePattern(c)
	if err != nil {
		return hubSpotFilter{}, err
	}
	text, operator := p.text, "CONTAINS_TOKEN"
	if p.whole() {
		operator = "EQ"
	}
	if p.anyBefore {
		text = "*" + text
	}
	if p.anyAfter {
		text += "*"
	}
	if c.Op == NotLike {
		operator = map[string]string{"EQ": "NEQ", "CONTAINS_TOKEN": "NOT_CONTAINS_TOKEN"}[operator]
	}
	return hubSpotFilter{PropertyName: c.Attr, Operator: operator, Value: &text}, nil
}
