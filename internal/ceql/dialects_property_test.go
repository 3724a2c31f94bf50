package ceql

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"jackfield/internal/fault"

	"pgregory.net/rapid"
)

// reading tells how one language writes attr = 'text', and reads a literal back. It knows nothing of the converters.
type reading struct {
	before  string // with %s for the attribute
	between string
	whole   string // quotes around everything
	literal func(text string) (value, rest string, ok bool)
}

// escaped reads a literal in quotes with backslashes.
func escaped(quote byte) func(string) (string, string, bool) {
	return func(text string) (string, string, bool) {
		if text == "" || text[0] != quote {
			return "", "", false
		}
		var out strings.Builder
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case quote:
				return out.String(), text[i+1:], true
			case '\\':
				if i++; i == len(text) {
					return "", "", false
				}
				out.WriteString(strings.NewReplacer("n", "\n", "r", "\r", "t", "\t").Replace(text[i : i+1]))
			default:
				out.WriteByte(text[i])
			}
		}
		return "", "", false
	}
}

// doubled reads a literal whose quotes are doubled.
func doubled(text string) (string, string, bool) {
	if !strings.HasPrefix(text, "'") {
		return "", "", false
	}
	var out strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] == '\'' {
			if i+1 == len(text) || text[i+1] != '\'' {
				return out.String(), text[i+1:], true
			}
			i++
		}
		out.WriteByte(text[i])
	}
	return "", "", false
}

// plain reads a literal that ends at the next quote; without one, at the next blank.
func plain(quote string) func(string) (string, string, bool) {
	return func(text string) (string, string, bool) {
		if inner, ok := strings.CutPrefix(text, quote); ok {
			return strings.Cut(inner, quote)
		}
		if quote == "'" {
			return "", "", false
		}
		value, rest, more := strings.Cut(text, " ")
		if more {
			rest = " " + rest
		}
		return value, rest, true
	}
}

func readings() map[string]reading {
	return map[string]reading{
		"toSOQL":          {before: "%s = ", between: " AND ", literal: escaped('\'')},
		"toJQL":           {before: `"%s" = `, between: " AND ", literal: escaped('"')},
		"toCloseQuery":    {before: "%s:", between: " and ", literal: escaped('"')},
		"toStripeSearch":  {before: "%s:", between: " AND ", literal: escaped('"')},
		"toWiql":          {before: "[%s] = ", between: " AND ", literal: doubled},
		"toZendeskSearch": {before: "%s:", between: " ", literal: plain(`"`)},
		"toFreshdesk":     {before: "%s:", between: " AND ", whole: `"`, literal: plain("'")},
		"toQuickbase":     {before: "{'%s'.EX.", between: "}AND", literal: plain("'")},
	}
}

func TestNoTextLeavesItsPlaceInAProvidersLanguage(t *testing.T) {
	t.Parallel()
	for name, r := range readings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				values := rapid.SliceOfN(drawHostile(), 1, 4).Draw(t, "values")
				terms := make([]Expr, len(values))
				for i, v := range values {
					terms[i] = Cond{Attr: fmt.Sprintf("x_%d", i), Op: Equal, Values: []Value{{String, v}}}
				}
				var e Expr = And{terms}
				if len(terms) == 1 {
					e = terms[0]
				}
				c, err := Convert(name, e, nil)
				if err != nil {
					if !fault.Is(err, fault.Invalid) {
						t.Fatal(err)
					}
					return
				}
				r.check(t, c.Text, values)
			})
		})
	}
}

func (r reading) check(t *rapid.T, text string, values []string) {
	rest := text
	if r.whole != "" {
		rest = between(t, text, r.whole, r.whole)
	}
	for i, want := range values {
		if i > 0 {
			after, ok := strings.CutPrefix(rest, r.between)
			if !ok {
				t.Fatalf("%q: %q should begin with %q", text, rest, r.between)
			}
			rest = after
		}
		after, ok := strings.CutPrefix(rest, fmt.Sprintf(r.before, fmt.Sprintf("x_%d", i)))
		if !ok {
			t.Fatalf("%q: %q is not the condition %d", text, rest, i)
		}
		got, more, ok := r.literal(after)
		if !ok || got != want {
			t.Fatalf("%q: the literal %d reads as %q, want %q", text, i, got, want)
		}
		rest = more
	}
	if rest != "" && rest != "}" {
		t.Fatalf("%q: %q is left", text, rest)
	}
}

// whole checks what any converted expression must be: JSON that is valid, a text whose quotes and brackets close.
func whole(t interface{ Fatalf(string, ...any) }, name string, c Converted) {
	if c.JSON != nil && !json.Valid(c.JSON) {
		t.Fatalf("%s makes %q, which is no JSON", name, c.JSON)
	}
	if r, known := readings()[name]; known {
		closes(t, name, strings.Trim(c.Text, r.whole), r)
	}
}

func closes(t interface{ Fatalf(string, ...any) }, name, text string, r reading) {
	depth := 0
	for i := 0; i < len(text); {
		switch b := text[i]; b {
		case '"', '\'':
			// Names are in quotes too: of JQL and Close in those of their literals, of Quickbase in single ones.
			_, rest, ok := r.literal(text[i:])
			if !ok {
				t.Fatalf("%s makes %q, where a quote does not close", name, text)
			}
			i = len(text) - len(rest)
			continue
		case '[': // a name, of WIQL or cf[10010] of JQL; metadata["key"] of Stripe is quoted within
			if end := strings.IndexByte(text[i:], ']'); end > 0 && text[i+1] != '"' || name == "toWiql" {
				i += end
			}
		case '(', '{':
			depth++
		case ')', '}':
			if depth--; depth < 0 {
				t.Fatalf("%s makes %q, where a bracket opens nothing", name, text)
			}
		}
		if text[i] < ' ' && text[i] != '\t' {
			t.Fatalf("%s makes %q, with a control character outside of quotes", name, text)
		}
		i++
	}
	if depth != 0 {
		t.Fatalf("%s makes %q, where a bracket does not close", name, text)
	}
}

func TestWhateverIsConvertedCloses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpr(2).Draw(t, "expression")
		for _, name := range Converters() {
			c, err := Convert(name, e, nil)
			if err != nil {
				if !fault.Is(err, fault.Invalid) {
					t.Fatalf("%s: %v", name, err)
				}
				continue
			}
			whole(t, name, c)
		}
	})
}

// FuzzConvert does the same with any text that parses.
func FuzzConvert(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseWhere(text)
		if err != nil {
			return
		}
		for _, name := range Converters() {
			c, err := Convert(name, e, nil)
			if err != nil {
				isRefusal(t, err)
				continue
			}
			whole(t, name, c)
		}
	})
}
