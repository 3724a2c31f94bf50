package ceql

import (
	"strings"
	"testing"

	"jackfield/internal/fault"
)

func seed(f *testing.F) {
	for _, w := range worked {
		f.Add(w.where)
	}
	for _, text := range []string{
		"select * from a", "select a, 'b c' from d where e = 1 order by f desc limit 3", "name desc, 'x y' asc",
		"'", "(((", "a in (", "a = '\x00' AND b = \"\xff\"", "a\u00a0=\u20281",
	} {
		f.Add(text)
	}
}

// FuzzWhere checks on any text that nothing panics, that a refusal is a fault of the caller, and that canonical
// text is stable and says the same in every converter.
func FuzzWhere(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseWhere(text)
		if err != nil {
			isRefusal(t, err)
			return
		}
		canonical := Print(e)
		if len(canonical) > MaxLength {
			return // blanks and doubled quotes make it longer than what is read
		}
		again, err := ParseWhere(canonical)
		if err != nil {
			t.Fatalf("%q prints as %q: %v", text, canonical, err)
		}
		if twice := Print(again); twice != canonical {
			t.Fatalf("%q prints as %q, then as %q", text, canonical, twice)
		}
		first, err1 := ToQueryParameters(e)
		second, err2 := ToQueryParameters(again)
		if queryText(first, err1) != queryText(second, err2) {
			t.Fatalf("%q converts to %q, its canonical text to %q", text, first, second)
		}
		get := func(name string) (any, bool) { return name, len(name)%2 == 0 }
		if Compile(e)(get) != Compile(again)(get) {
			t.Fatalf("%q and %q match different records", text, canonical)
		}
		for _, options := range []ODataOptions{{}, {Version: 3}, {Literals: "bare", Dates: "bare"}} {
			filter, err := ToOData(e, options)
			if err != nil {
				isRefusal(t, err)
				continue
			}
			quotesAreEven(t, filter)
		}
		all := Flatten(e)
		for _, c := range all[:min(len(all), 8)] {
			if _, _, _, err := Lift(e, c.Attribute); err != nil {
				isRefusal(t, err)
			}
		}
	})
}

// FuzzStatement does the same for whole statements and orders.
func FuzzStatement(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := ParseOrderBy(text); err != nil {
			isRefusal(t, err)
		}
		q, err := ParseQuery(text)
		if err != nil {
			isRefusal(t, err)
			return
		}
		canonical := q.String()
		if len(canonical) > MaxLength {
			return
		}
		again, err := ParseQuery(canonical)
		if err != nil {
			t.Fatalf("%q prints as %q: %v", text, canonical, err)
		}
		if twice := again.String(); twice != canonical {
			t.Fatalf("%q prints as %q, then as %q", text, canonical, twice)
		}
	})
}

func isRefusal(t *testing.T, err error) {
	t.Helper()
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("the refusal is not the caller's fault: %v", err)
	}
}

// quotesAreEven holds when no value leaves its quotes.
func quotesAreEven(t *testing.T, filter string) {
	t.Helper()
	if strings.Count(filter, "'")%2 != 0 {
		t.Fatalf("a text does not end in %q", filter)
	}
}
