package access

import (
	"strings"
	"testing"
)

func TestAWeakPasswordIsRefusedForItsFirstFault(t *testing.T) {
	t.Parallel()
	person := Person{FirstName: "churros", LastName: "Bakery", Email: "frank.ricard@example.org"}
	narrow := DefaultPolicy()
	narrow.SymbolCharacterSet = "!@#$%^&*()"
	two := DefaultPolicy()
	two.MinNumbers = 2
	for _, test := range []struct {
		policy         Policy
		password, want string // want "" = accepted
	}{
		{DefaultPolicy(), "short", "at least 8 characters"},
		{DefaultPolicy(), "", "at least 8 characters"},
		{DefaultPolicy(), "äöüßäöü", "at least 8 characters"}, // 14 bytes
		{DefaultPolicy(), "MissingNumber!", "numeric"},
		{two, "Missing1Number!", "no fewer than 2 numeric"},
		{DefaultPolicy(), "missingupper1!", "uppercase"},
		{DefaultPolicy(), "MISSINGLOWER1!", "lowercase"},
		{DefaultPolicy(), "Churros1!", "first name"},
		{DefaultPolicy(), "myBAKERY1!", "last name"},
		{DefaultPolicy(), "Frank.Ricard1", "username"},
		{DefaultPolicy(), "NoSymbols1", "special character"},
		{narrow, "OtherSymbol1?", "special character"},
		{DefaultPolicy(), "OtherSymbol1?", ""},
		{DefaultPolicy(), strings.Repeat("aB1!", 300), "longer than 1024 bytes"},
		{DefaultPolicy(), "Ünïcode-Päss1", ""},
	} {
		err := test.policy.Check(test.password, person)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%q was refused: %v", test.password, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%q: got %v, want %q", test.password, err, test.want)
		}
	}
}

func TestOnlyTheRuleAboutTheLengthSaysAtLeast(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"MissingNumber!", "missingupper1!", "MISSINGLOWER1!", "NoSymbols1"} {
		if err := DefaultPolicy().Check(password, Person{}); err == nil || strings.Contains(err.Error(), "at least") {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func TestGeneratedPasswordsAreAcceptedAndDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 200 {
		password := NewPassword()
		if err := DefaultPolicy().Check(password, Person{}); err != nil {
			t.Fatalf("%q: %v", password, err)
		}
		if seen[password] {
			t.Fatalf("%q was generated twice", password)
		}
		seen[password] = true
	}
}

func TestSecretsHaveTheShapeOfTheOriginal(t *testing.T) {
	t.Parallel()
	if s := NewSecret(); len(s) != 44 || !strings.HasSuffix(s, "=") {
		t.Errorf("user secret %q", s)
	}
	if s := NewOrganizationSecret(); len(s) != 32 || strings.Trim(s, "0123456789abcdef") != "" {
		t.Errorf("organization secret %q", s)
	}
	seen := map[string]bool{}
	for range 100 {
		seen[NewSecret()], seen[NewOrganizationSecret()] = true, true
	}
	if len(seen) != 200 {
		t.Errorf("of 200 secrets %d differ", len(seen))
	}
}
