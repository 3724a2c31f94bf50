package ceql

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawHostile draws texts that would end a literal, a function or a condition where they were spliced.
func drawHostile() *rapid.Generator[string] {
	pieces := rapid.SampledFrom([]string{
		"'", "''", `"`, "`", `\`, `\'`, "(", ")", ",", " or ", " and 1 eq 1", "or", "NULL", "true", "eq", "%", "%%", "&", "#", "+", "%27", ";", "--",
		"\n", "\x00", "x", "9", "-", ".", "/", "$it", "2018-01-15T00:00:00Z", "datetime'", "\u2019", "\uff07", "é", "",
	})
	return rapid.OneOf(
		rapid.Map(rapid.SliceOfN(pieces, 0, 6), func(parts []string) string { return strings.Join(parts, "") }),
		rapid.String(),
	)
}

func odataDialects() []ODataOptions {
	var all []ODataOptions
	for _, version := range []int{3, 4} {
		for _, function := range []string{"", "contains", "substringof"} {
			for _, literals := range []string{"quoted", "bare"} {
				for _, dates := range []string{"", "quoted", "bare", "datetime"} {
					all = append(all, ODataOptions{version, function, literals, dates})
				}
			}
		}
	}
	return all
}

// What one literal of a provider's expression looks like. They know nothing of how the printer decides.
var (
	quotedLiteral = regexp.MustCompile(`^(?:datetime)?'((?:[^']|'')*)'$`)
	bareLiteral   = regexp.MustCompile(`^[A-Za-z0-9_.@:+-]+$`)
	odataWord     = regexp.MustCompile(`^(?i:and|or|not|eq|ne|lt|le|gt|ge|null|true|false)$`)
)

// literalHolds reports whether a literal is one token that stands for text.
func literalHolds(literal, text string) bool {
	if parts := quotedLiteral.FindStringSubmatch(literal); parts != nil {
		return strings.ReplaceAll(parts[1], "''", "'") == text
	}
	return literal == text && bareLiteral.MatchString(literal) && !odataWord.MatchString(literal)
}

func between(t *rapid.T, text, before, after string) string {
	rest, ok := strings.CutPrefix(text, before)
	inner, also := strings.CutSuffix(rest, after)
	if !ok || !also {
		t.Fatalf("%q does not begin with %q and end with %q", text, before, after)
	}
	return inner
}

func TestAValueNeverBecomesPartOfAnODataExpression(t *testing.T) {
	t.Parallel()
	dialects := odataDialects()
	rapid.Check(t, func(t *rapid.T) {
		text, options := drawHostile().Draw(t, "text"), rapid.SampledFrom(dialects).Draw(t, "dialect")
		e, err := ParseWhere(`(a = ` + quote(text) + ` OR b IN (1, ` + quote(text) + `)) AND c = 5`)
		if err != nil {
			t.Fatal(err)
		}
		filter, err := ToOData(e, options)
		if err != nil {
			t.Fatal(err)
		}
		// Both places print the same literal, so its length follows from that of the whole.
		const frame = `(a eq  or (b eq 1 or b eq )) and c eq 5`
		if len(filter) < len(frame) {
			t.Fatalf("%q with %+v gives %q", text, options, filter)
		}
		literal := between(t, filter, `(a eq `, `)) and c eq 5`)
		literal = literal[:(len(filter)-len(frame))/2]
		if filter != `(a eq `+literal+` or (b eq 1 or b eq `+literal+`)) and c eq 5` || !literalHolds(literal, text) {
			t.Fatalf("%q with %+v gives %q", text, options, filter)
		}
	})
}

func TestAPatternNeverBecomesPartOfAnODataExpression(t *testing.T) {
	t.Parallel()
	dialects := odataDialects()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ReplaceAll(drawHostile().Draw(t, "text"), "%", "")
		options := rapid.SampledFrom(dialects).Draw(t, "dialect")
		if text == "" {
			return // '%' alone is a beginning as well as an end
		}
		for _, p := range []struct{ open, end, function string }{
			{"", "", "eq"}, {"", "%", "startswith"}, {"%", "", "endswith"}, {"%", "%", "contains"},
		} {
			e, err := ParseWhere(`a LIKE ` + quote(p.open+text+p.end))
			if err != nil {
				t.Fatal(err)
			}
			filter, err := ToOData(e, options)
			if err != nil {
				t.Fatal(err)
			}
			var literal string
			switch {
			case p.function == "eq":
				literal = between(t, filter, `a eq `, ``)
			case strings.HasPrefix(filter, "substringof("):
				literal = between(t, filter, `substringof(`, `,a)`)
			default:
				literal = between(t, filter, p.function+`(a,`, `)`)
			}
			if !quotedLiteral.MatchString(literal) || !literalHolds(literal, text) {
				t.Fatalf("%q with %+v gives %q", text, options, filter)
			}
		}
	})
}

func TestAValueStaysOneParameterAndOneWordOfTheCanonicalText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := drawHostile().Draw(t, "text")
		e, err := ParseWhere(`a = ` + quote(text) + ` AND b = 1`)
		if err != nil {
			t.Fatal(err)
		}
		pairs, err := ToQueryParameters(e)
		if err != nil || len(pairs) != 2 || pairs[0] != (Pair{"a", text}) || pairs[1] != (Pair{"b", "1"}) {
			t.Fatalf("%q gives %q, %v", text, pairs, err)
		}
		if got, want := Print(e), `a = '`+strings.ReplaceAll(text, `'`, `''`)+`' AND b = 1`; got != want {
			t.Fatalf("%q prints as %q", text, got)
		}
		value, rest, found, err := Lift(e, "a")
		if err != nil || !found || value != text || Print(rest) != "b = 1" {
			t.Fatalf("%q is lifted as %q, %q is left, %v", text, value, Print(rest), err)
		}
	})
}
