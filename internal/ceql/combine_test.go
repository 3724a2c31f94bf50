package ceql

import "testing"

func TestTwoExpressionsAreJoinedByAnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ first, second, want string }{
		{``, ``, ``},
		{`a = 1`, ``, `a = 1`},
		{``, `a = 1 OR b = 2`, `a = 1 OR b = 2`},
		{`a = 1`, `b = 2`, `a = 1 AND b = 2`},
		{`a = 1 AND b = 2`, `c = 3 AND d = 4`, `a = 1 AND b = 2 AND c = 3 AND d = 4`},
		{`a = 1`, `b = 2 OR c = 3`, `a = 1 AND (b = 2 OR c = 3)`},
		{`a = 1 OR b = 2`, `(c = 3)`, `(a = 1 OR b = 2) AND (c = 3)`},
	} {
		first, second := mustParse(t, c.first), mustParse(t, c.second)
		same(t, c.first+" and "+c.second, Print(Both(first, second)), c.want)
		same(t, "the first", Print(first), c.first)
	}
}

func TestWordsStandForValuesAfterParsing(t *testing.T) {
	t.Parallel()
	fill := func(text string) string {
		return map[string]string{"${a}": "x' OR b = 'y", "${n}": ""}[text]
	}
	for where, want := range map[string]string{
		`p = '${a}'`:           `p = 'x'' OR b = ''y'`,
		`p = '${n}'`:           ``,
		`p = '${n}' AND q = 1`: `q = 1`,
		`(p = '${n}' OR q IN ('${n}')) AND r = ''`: `r = ''`,
		`p IN ('${a}', '${n}') OR (q = '${n}')`:    `p IN ('x'' OR b = ''y')`,
		`p IS NULL AND q = 'plain'`:                `p IS NULL AND q = 'plain'`,
		``:                                         ``,
	} {
		e := mustParse(t, where)
		before := Print(e)
		same(t, where, Print(Fill(e, fill)), want)
		same(t, "what was filled", Print(e), before)
	}
}
