package access

import (
	"strings"
	"testing"

	"jackfield/internal/fault"

	"github.com/google/go-cmp/cmp"
)

func TestTheAuthorizationHeaderIsReadInEveryShapeSeenInTheWild(t *testing.T) {
	t.Parallel()
	const (
		u = "a+b/c0000000000000000000000000000000000000000="
		o = "0123456789abcdef0123456789abcdef"
		e = "xY/+zz00000000000000000000000000000000000000="
	)
	all := Credentials{User: u, Organization: o, Element: e}
	for name, test := range map[string]struct {
		header string
		want   Credentials
	}{
		"nothing":                    {"", Credentials{}},
		"blanks":                     {" \t ", Credentials{}},
		"usual":                      {"User " + u + ", Organization " + o + ", Element " + e, all},
		"element first":              {"Element " + e + ", User " + u + ", Organization " + o, all},
		"organization first":         {"Organization " + o + ",User " + u + ",Element " + e, all},
		"any case":                   {"uSeR " + u + ", ORGANIZATION " + o + ", element " + e, all},
		"odd spacing":                {"  User \t " + u + "  ,   Organization   " + o + "\t,Element " + e + "  ", all},
		"no comma before element":    {"User " + u + ", Organization " + o + " Element " + e, all},
		"no commas at all":           {"User " + u + " Organization " + o + " Element " + e, all},
		"stray commas":               {",User " + u + ",, Organization " + o + " , Element " + e + ",", all},
		"user and element":           {"User " + u + ", Element " + e, Credentials{User: u, Element: e}},
		"user alone":                 {"User " + u, Credentials{User: u}},
		"bearer":                     {"Bearer " + u, Credentials{Bearer: u}},
		"bearer and element":         {"bearer " + u + ", Element " + e, Credentials{Bearer: u, Element: e}},
		"never decoded":              {"User a%2Bb%3D", Credentials{User: "a%2Bb%3D"}},
		"legacy user id":             {"UserId 12, User " + u, Credentials{User: u, LegacyUserID: "12"}},
		"the same part twice, equal": {"User " + u + ", User " + u, Credentials{User: u}},
		"a value that is a scheme":   {"User User, Organization " + o, Credentials{User: "User", Organization: o}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseAuthorization(test.header)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestABadAuthorizationHeaderIsRefusedWithoutRepeatingSecrets(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ header, contains string }{
		"no scheme":             {"hunter2secret", "known scheme"},
		"unknown scheme":        {"Digest hunter2secret", "known scheme"},
		"basic":                 {"Basic hunter2secret", "Basic is not accepted"},
		"no value":              {"User", `no value after "User"`},
		"comma instead":         {"user , Organization hunter2secret", `no value after "User"`},
		"twice":                 {"User hunter2secret, User other", `names "User" twice`},
		"bearer and user":       {"Bearer hunter2secret, User hunter2secret", "mixes Bearer"},
		"control character":     {"User hunter2secret\x00", "characters"},
		"newline":               {"User hunter2secret\nX: y", "characters"},
		"not ASCII":             {"Organization hunter2secretü", "characters"},
		"value split by blanks": {"User ab hunter2secret", "known scheme"},
		"too long":              {"User " + strings.Repeat("hunter2secret", 1000), "longer than 8192 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseAuthorization(test.header)
			if !fault.Is(err, fault.Unauthenticated) {
				t.Fatalf("got %v, want an Unauthenticated fault", err)
			}
			if !strings.Contains(err.Error(), test.contains) {
				t.Errorf("message %q does not contain %q", err, test.contains)
			}
			if strings.Contains(err.Error(), "hunter2secret") {
				t.Errorf("message %q repeats a secret", err)
			}
		})
	}
}

func FuzzParseAuthorization(f *testing.F) {
	f.Add("User a, Organization b, Element c")
	f.Add("Bearer x")
	f.Fuzz(func(t *testing.T, header string) {
		c, err := ParseAuthorization(header)
		if err != nil && c != (Credentials{}) {
			t.Errorf("an error came with credentials %+v", c)
		}
	})
}

func BenchmarkParseAuthorization(b *testing.B) {
	header := "User a+b/c0000000000000000000000000000000000000000=, Organization 0123456789abcdef0123456789abcdef, Element xY/+zz00000000000000000000000000000000000000="
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseAuthorization(header); err != nil {
			b.Fatal(err)
		}
	}
}
