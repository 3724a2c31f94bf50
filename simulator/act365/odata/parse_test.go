package odata

import (
	"fmt"
	"strings"
	"testing"
)

// show prints a tree in prefix form, so that grouping is visible.
func show(n Node) string {
	list := func(name string, terms []Node) string {
		parts := make([]string, len(terms))
		for i, term := range terms {
			parts[i] = show(term)
		}
		return "(" + name + " " + strings.Join(parts, " ") + ")"
	}
	switch n := n.(type) {
	case *Or:
		return list("or", n.Terms)
	case *And:
		return list("and", n.Terms)
	case *Not:
		return "(not " + show(n.Term) + ")"
	case *Compare:
		return "(" + n.Op + " " + show(n.Left) + " " + show(n.Right) + ")"
	case *Call:
		return list(n.Name, n.Args)
	case *Word:
		return n.Text
	case *Literal:
		return fmt.Sprintf("%s%q", [...]string{"null", "bool", "int", "dec", "date", "str"}[n.Kind], n.Text)
	}
	return "?"
}

func TestFiltersAreGroupedByPrecedence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, tree string }{
		{`a eq 1`, `(eq a int"1")`},
		{`a eq 1 or b eq 2 and c eq 3`, `(or (eq a int"1") (and (eq b int"2") (eq c int"3")))`},
		{`(a eq 1 or b eq 2) and c eq 3`, `(and (or (eq a int"1") (eq b int"2")) (eq c int"3"))`},
		{`not a eq 1 and b eq 2`, `(and (not (eq a int"1")) (eq b int"2"))`},
		{`not (a eq 1 and b eq 2)`, `(not (and (eq a int"1") (eq b int"2")))`},
		{`not not a`, `(not (not a))`},
		{`a or b or c`, `(or a b c)`},
		{`  a   eq	'x'  `, `(eq a str"x")`},
		{`a eq'x'`, `(eq a str"x")`},
		{`(length(a)) gt 3`, `(gt (length a) int"3")`},
		{`substringof('x',tolower(a)) eq true`, `(eq (substringof str"x" (tolower a)) bool"true")`},
		{`businessAddress/city eq 'Aberfeld'`, `(eq businessAddress/city str"Aberfeld")`},
		{`orderly eq 1`, `(eq orderly int"1")`},
		{`android eq notable`, `(eq android notable)`},
	} {
		node, err := Parse(c.text, Lenient)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := show(node); got != c.tree {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.tree)
		}
	}
}

func TestLiteralsAreReadInEveryFormClientsSend(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, tree string }{
		{`a eq 'O''Brien'`, `(eq a str"O'Brien")`},
		{`a eq ''`, `(eq a str"")`},
		{`a eq ''''`, `(eq a str"'")`},
		{`a eq 'x and y eq 1'`, `(eq a str"x and y eq 1")`},
		{`a eq 'π ≠ 3'`, `(eq a str"π ≠ 3")`},
		{`a eq -12`, `(eq a int"-12")`},
		{`a eq 0.30`, `(eq a dec"0.30")`},
		{`a eq null`, `(eq a null"null")`},
		{`a ne false`, `(ne a bool"false")`},
		{`a ge 2019-12-06`, `(ge a date"2019-12-06")`},
		{`a ge 2019-12-06T12:00:50.508Z`, `(ge a date"2019-12-06T12:00:50.508Z")`},
		{`a ge datetime'2019-12-06T12:00:50'`, `(ge a date"2019-12-06T12:00:50")`},
		{`a ge datetimeoffset'2019-12-06T12:00:50+02:00'`, `(ge a date"2019-12-06T12:00:50+02:00")`},
		{`id eq 5dca0f5b8b5c4e1e9c1d2f3a`, `(eq id 5dca0f5b8b5c4e1e9c1d2f3a)`},
		{`id eq 5e1212121212121212121212`, `(eq id 5e1212121212121212121212)`},
		{`phone eq 5551234`, `(eq phone int"5551234")`},
		{`phone eq +1-555-0101 and x eq 1`, `(and (eq phone +1-555-0101) (eq x int"1"))`},
		{`mail eq a.b@example.com`, `(eq mail a.b@example.com)`},
		{`(mail eq a.b@example.com)`, `(eq mail a.b@example.com)`},
		{`name eq O'Brien`, `(eq name O'Brien)`},
		{`name eq Smith,Jr`, `(eq name Smith,Jr)`},
		{`startswith(name,Smith)`, `(startswith name Smith)`},
		{`contains(name , 'a,b')`, `(contains name str"a,b")`},
	} {
		node, err := Parse(c.text, Lenient)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := show(node); got != c.tree {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.tree)
		}
	}
}

func TestWrongFiltersAreRefusedWithThePosition(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		at   int
		says string
	}{
		{``, 1, "empty"},
		{`   `, 1, "empty"},
		{`a eq`, 5, "missing"},
		{`a eq 'x`, 6, "never closed"},
		{`ä eq 'ö' xx`, 10, "not expected"},
		{`(a eq 1`, 8, "ends where ')'"},
		{`a eq 1)`, 7, "not expected"},
		{`a eq 1 and`, 11, "missing"},
		{`a eq 1 AND b eq 2`, 8, "not expected"},
		{`a = 1`, 3, "not expected"},
		{`a eq van Dyke`, 10, "not expected"},
		{`indexof(a,'x') eq 1`, 1, `no function "indexof"`},
		{`x eq 1 or startswith(a)`, 11, "2 argument"},
		{`startswith(a,'x'`, 17, "ends where"},
		{`,`, 1, "not expected"},
		{strings.Repeat("(", MaxDepth+1) + "a eq 1" + strings.Repeat(")", MaxDepth+1), MaxDepth + 1, "deeper than 50"},
		{strings.Repeat("not ", MaxDepth+1) + "a", 4*MaxDepth + 1, "deeper than 50"},
		{"a eq '" + strings.Repeat("x", MaxLength) + "'", MaxLength, "limit is 8192"},
	} {
		_, err := Parse(c.text, Lenient)
		fault, ok := err.(*Error)
		if !ok {
			t.Errorf("%.40s: no refusal but %v", c.text, err)
			continue
		}
		if fault.Position != c.at || !strings.Contains(fault.Reason, c.says) {
			t.Errorf("%.40s: %v, want position %d and %q", c.text, fault, c.at, c.says)
		}
	}
}

func TestStrictModeWantsQuotesAroundText(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		`a eq 'smith'`:              true,
		`a eq 12 and b eq true`:     true,
		`a ge 2019-12-06T12:00:00Z`: true,
		`a eq b`:                    true, // a property, as far as the grammar can tell
		`a eq a.b@example.com`:      false,
		`a eq 5dca0f`:               false,
	} {
		if _, err := Parse(text, Strict); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestDepthIsGivenBackAfterEachParenthesis(t *testing.T) {
	t.Parallel()
	text := strings.TrimSuffix(strings.Repeat("(a eq 1) or ", 3*MaxDepth), " or ")
	if _, err := Parse(text, Lenient); err != nil {
		t.Fatal(err)
	}
}

func TestOrderAndSelectListsNameTheirPositions(t *testing.T) {
	t.Parallel()
	order, err := ParseOrder("lastName desc, businessAddress/city ,created asc")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(order), "[{lastName true 1} {businessAddress/city false 16} {created false 38}]"; got != want {
		t.Errorf("got %s want %s", got, want)
	}
	for text, at := range map[string]int{"": 1, "a,,b": 3, "a up": 1, "a, b desc c": 4, "a;b": 1} {
		_, err := ParseOrder(text)
		if fault, ok := err.(*Error); !ok || fault.Position != at {
			t.Errorf("%q: %v, want position %d", text, err, at)
		}
	}
	names, err := ParseSelect("id, lastName")
	if err != nil || fmt.Sprint(names) != "[{id 1} {lastName 5}]" {
		t.Errorf("%v %v", names, err)
	}
	if _, err := ParseSelect("id,*"); err == nil {
		t.Error("a star was taken for a property")
	}
	if _, err := ParseSelect(strings.Repeat("a,", MaxLength)); err == nil {
		t.Error("a list beyond the limit was read")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`a eq 'x' and not (b lt 5 or startswith(c,'d'))`)
	f.Add(`datetime'2019' ge a`)
	f.Fuzz(func(t *testing.T, text string) {
		node, err := Parse(text, Lenient)
		if err == nil && node == nil {
			t.Fatal("neither a tree nor an error")
		}
		if fault, ok := err.(*Error); ok && (fault.Position < 1 || fault.Position > len(text)+MaxLength) {
			t.Fatalf("position %d is outside of %q", fault.Position, text)
		}
	})
}
