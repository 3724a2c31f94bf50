package ceql_test

import (
	"testing"

	"jackfield/internal/ceql"
)

func TestATermIsTakenOutByItsOperator(t *testing.T) {
	t.Parallel()
	for where, c := range map[string]struct{ name, value, rest string }{
		"a > 1":                         {"a >", "1", ""},
		"a > 1 AND b = 2":               {"a >", "1", "b = 2"},
		"b = 2 AND (a > 1 AND c = 3)":   {"a >", "1", "b = 2 AND (c = 3)"},
		"a > 1 AND a > 2":               {"a >", "1", "a > 2"},
		"a IN (1, 'x')":                 {"a in", "1,x", ""},
		"a = 'x' AND a > 1 AND b = 'y'": {"a", "x", "a > 1 AND b = 'y'"},
		"a NOT IN (1) AND b = 2":        {"a not  in", "1", "b = 2"},
		"(a >= 1)":                      {"a >=", "1", ""},
	} {
		attr, op, ok := ceql.ParseTermName(c.name)
		if !ok {
			t.Fatalf("%q is no name", c.name)
		}
		expr, err := ceql.ParseWhere(where)
		if err != nil {
			t.Fatal(err)
		}
		before := ceql.Print(expr)
		cond, rest, found := ceql.LiftTerm(expr, attr, op)
		text := ""
		if rest != nil {
			text = ceql.Print(rest)
		}
		if !found || cond.Text() != c.value || text != c.rest {
			t.Errorf("%s: %v %q, rest %q", where, found, cond.Text(), text)
		}
		if ceql.Print(expr) != before {
			t.Errorf("%s was changed to %s", before, ceql.Print(expr))
		}
	}
	for _, where := range []string{"a > 1 OR b = 2", "a >= 1", "b = 1", "a > 1 OR a > 2", "(a > 1 OR b = 2) AND c = 3"} {
		expr, err := ceql.ParseWhere(where)
		if err != nil {
			t.Fatal(err)
		}
		if _, rest, found := ceql.LiftTerm(expr, "a", ceql.Greater); found || ceql.Print(rest) != ceql.Print(expr) {
			t.Errorf("%s: a term is taken out", where)
		}
	}
	if _, _, found := ceql.LiftTerm(nil, "a", ceql.Equal); found {
		t.Error("nothing holds a term")
	}
	for _, name := range []string{"", " ", "a ~", "a like me", "> 1"} {
		if attr, op, ok := ceql.ParseTermName(name); ok {
			t.Errorf("%q names %s %s", name, attr, op)
		}
	}
}
