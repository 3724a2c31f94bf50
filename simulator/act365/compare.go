package act365

import (
	"cmp"
	"strings"
)

// order compares two values of one kind; null comes before everything. The bool is false when
// the two do not compare, as a boolean with a date.
func order(a, b any, fold bool) (int, bool) {
	switch {
	case a == nil && b == nil:
		return 0, true
	case a == nil:
		return -1, true
	case b == nil:
		return 1, true
	}
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			if fold {
				a, b = strings.ToLower(a), strings.ToLower(b)
			}
			return strings.Compare(a, b), true
		}
	case bool:
		if b, ok := b.(bool); ok {
			return boolRank(a) - boolRank(b), true
		}
	case instant:
		if b, ok := b.(instant); ok {
			return cmp.Compare(a.ms, b.ms), true
		}
	case int64, float64:
		x, _ := float(a)
		if y, ok := float(b); ok {
			return cmp.Compare(x, y), true
		}
	}
	return 0, false
}

// holds tells whether "a op b" is true. With null only eq and ne can be
// (reference/act365.md §12.4).
func holds(op string, a, b any, fold bool) bool {
	if a == nil || b == nil {
		same := a == nil && b == nil
		return op == "eq" && same || op == "ne" && !same
	}
	c, comparable := order(a, b, fold)
	if !comparable {
		return op == "ne"
	}
	switch op {
	case "eq":
		return c == 0
	case "ne":
		return c != 0
	case "gt":
		return c > 0
	case "ge":
		return c >= 0
	case "lt":
		return c < 0
	}
	return c <= 0
}

// mirrored is the operator that says the same with its sides exchanged.
func mirrored(op string) string {
	switch op {
	case "gt":
		return "lt"
	case "ge":
		return "le"
	case "lt":
		return "gt"
	case "le":
		return "ge"
	}
	return op
}

func float(value any) (float64, bool) {
	switch value := value.(type) {
	case int64:
		return float64(value), true
	case float64:
		return value, true
	}
	return 0, false
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}
