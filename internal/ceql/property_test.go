package ceql

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawExpr draws any tree that a text can stand for: AND of OR only in brackets, two terms or more.
func drawExpr(depth int) *rapid.Generator[Expr] {
	return rapid.Custom(func(t *rapid.T) Expr {
		or := make([]Expr, rapid.IntRange(1, 3).Draw(t, "or"))
		for i := range or {
			and := make([]Expr, rapid.IntRange(1, 3).Draw(t, "and"))
			for j := range and {
				if depth > 0 && rapid.Bool().Draw(t, "group") {
					and[j] = Group{drawExpr(depth-1).Draw(t, "inner")}
				} else {
					and[j] = drawCond().Draw(t, "condition")
				}
			}
			or[i] = and[0]
			if len(and) > 1 {
				or[i] = And{and}
			}
		}
		if len(or) == 1 {
			return or[0]
		}
		return Or{or}
	})
}

func drawCond() *rapid.Generator[Cond] {
	return rapid.Custom(func(t *rapid.T) Cond {
		c := Cond{
			Attr: rapid.OneOf(
				rapid.SampledFrom([]string{"a", "b.c", "and", "in", "$x", "users[*].name", "Modified Time", "it's", "größe", "9"}),
				rapid.StringN(1, 8, -1).Filter(func(s string) bool { return s != "" }),
			).Draw(t, "attribute"),
			Op: Op(rapid.IntRange(int(Equal), int(NotNull)).Draw(t, "operator")),
		}
		c.AttrQuoted = printName(c.Attr) != c.Attr
		count := 1
		switch c.Op {
		case Null, NotNull:
			count = 0
		case In, NotIn:
			count = rapid.IntRange(1, 4).Draw(t, "values")
		}
		for range count {
			c.Values = append(c.Values, drawValue().Draw(t, "value"))
		}
		return c
	})
}

func drawValue() *rapid.Generator[Value] {
	return rapid.OneOf(
		rapid.Map(rapid.String(), func(s string) Value { return Value{String, s} }),
		rapid.Map(rapid.StringMatching(`[-+]?[0-9]{1,25}`), func(s string) Value { return Value{Integer, s} }),
		rapid.Map(rapid.StringMatching(`-?[0-9]{1,5}\.[0-9]{1,9}`), func(s string) Value { return Value{Decimal, s} }),
		rapid.SampledFrom([]Value{{Boolean, "true"}, {Boolean, "false"}, {NullText, "null"}}),
		rapid.Map(rapid.StringMatching(`[a-z;:/.*#\[\]&%+-]{1,9}`), literal),
		rapid.SampledFrom([]Value{{Bare, "AND"}, {Bare, "or"}, {Bare, "Süß"}, {Bare, "2015-01-06T09:31:38-07:00"}}),
	)
}

func TestWhatIsPrintedReadsAsTheSameTree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpr(2).Draw(t, "expression")
		text := Print(e)
		again, err := ParseWhere(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got, want := fmt.Sprintf("%#v", again), fmt.Sprintf("%#v", e); got != want {
			t.Fatalf("%s:\n got %s\nwant %s", text, got, want)
		}
	})
}

func TestSpellingDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpr(1).Draw(t, "expression")
		var out strings.Builder
		spell(t, &out, e)
		again, err := ParseWhere(out.String())
		if err != nil {
			t.Fatalf("%s: %v", out.String(), err)
		}
		if got, want := Print(again), Print(e); got != want {
			t.Fatalf("%s:\n got %s\nwant %s", out.String(), got, want)
		}
	})
}

// spell writes an expression with any case, quotes and blanks.
func spell(t *rapid.T, out *strings.Builder, e Expr) {
	blank := rapid.SampledFrom([]string{" ", "  ", "\t", "\n ", "\r\n"})
	maybe := rapid.SampledFrom([]string{"", "", " ", "\t "})
	word := func(s string) string {
		return rapid.SampledFrom([]string{s, strings.ToLower(s), strings.ToUpper(s[:1]) + strings.ToLower(s[1:])}).Draw(t, "case")
	}
	quoted := func(s string) string {
		q := rapid.SampledFrom([]string{"'", `"`, "`"}).Draw(t, "quote")
		return q + strings.ReplaceAll(s, q, q+q) + q
	}
	terms := func(terms []Expr, between string) {
		for i, term := range terms {
			if i > 0 {
				out.WriteString(blank.Draw(t, "blank") + word(between) + blank.Draw(t, "blank"))
			}
			spell(t, out, term)
		}
	}
	value := func(v Value) string {
		switch v.Kind {
		case String:
			return quoted(v.Text)
		case Boolean, NullText:
			return word(v.Text)
		}
		return v.Text
	}
	switch e := e.(type) {
	case And:
		terms(e.Terms, "AND")
	case Or:
		terms(e.Terms, "OR")
	case Group:
		out.WriteString("(" + maybe.Draw(t, "blank"))
		spell(t, out, e.Expr)
		out.WriteString(maybe.Draw(t, "blank") + ")")
	case Cond:
		name := printName(e.Attr)
		if name != e.Attr || rapid.Bool().Draw(t, "quote the name") {
			name = quoted(e.Attr)
		}
		out.WriteString(maybe.Draw(t, "blank") + name)
		switch e.Op {
		case Null, NotNull, In, NotIn, Like, NotLike:
			for part := range strings.FieldsSeq(e.Op.String()) {
				out.WriteString(blank.Draw(t, "blank") + word(part))
			}
			out.WriteString(blank.Draw(t, "blank"))
		default:
			out.WriteString(maybe.Draw(t, "blank") + e.Op.String() + maybe.Draw(t, "blank"))
		}
		if e.Op == In || e.Op == NotIn {
			out.WriteString("(" + maybe.Draw(t, "blank"))
			for i, v := range e.Values {
				if i > 0 {
					out.WriteString(maybe.Draw(t, "blank") + "," + maybe.Draw(t, "blank"))
				}
				out.WriteString(value(v))
			}
			out.WriteString(maybe.Draw(t, "blank") + ")")
			return
		}
		for _, v := range e.Values {
			out.WriteString(value(v))
		}
	}
}

func TestLiftTakesExactlyOneConditionAway(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpr(2).Draw(t, "expression")
		all := Flatten(e)
		attr := rapid.SampledFrom(all).Draw(t, "condition").Attribute
		value, rest, found, err := Lift(e, attr)
		if err != nil {
			return
		}
		if !found {
			t.Fatalf("%s was not found in %s", attr, Print(e))
		}
		left := Flatten(rest)
		for _, c := range left {
			if c.Attribute == attr {
				t.Fatalf("%s is still in %s", attr, Print(rest))
			}
		}
		if len(left) != len(all)-1 {
			t.Fatalf("%d conditions of %d are left", len(left), len(all))
		}
		back := Expr(Cond{Attr: attr, Op: Equal, Values: []Value{{String, value}}})
		if rest != nil {
			back = And{[]Expr{back, Group{rest}}}
		}
		if again, _, _, err := Lift(back, attr); err != nil || again != value {
			t.Fatalf("%s lifted again gives %q, %v", Print(back), again, err)
		}
	})
}

func TestOppositeOperatorsDisagreeOnEveryValueThatIsThere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(
			rapid.Map(rapid.String(), func(s string) any { return s }),
			rapid.Map(rapid.Int(), func(n int) any { return n }),
			rapid.Map(rapid.Float64(), func(n float64) any { return n }),
			rapid.Map(rapid.Bool(), func(b bool) any { return b }),
			rapid.SampledFrom([]any{"2018-01-15T10:00:00Z", "2018-01-15T10:00:00.5+02:00"}),
		).Draw(t, "value")
		literal := drawValue().Filter(func(v Value) bool { return v.Kind != NullText }).Draw(t, "literal")
		get := func(string) (any, bool) { return value, true }
		holds := func(op Op) bool { return Compile(Cond{Attr: "a", Op: op, Values: []Value{literal}})(get) }
		for _, pair := range [][2]Op{{Equal, NotEqual}, {In, NotIn}, {Like, NotLike}, {Less, GreaterEqual}, {Greater, LessEqual}} {
			if holds(pair[0]) == holds(pair[1]) {
				t.Fatalf("%v %s %v and %s are both %t", value, pair[0], literal, pair[1], holds(pair[0]))
			}
		}
		if holds(Equal) != holds(In) {
			t.Fatalf("= and IN disagree on %v and %v", value, literal)
		}
	})
}
