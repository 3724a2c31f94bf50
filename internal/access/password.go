package access

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Policy says what a password must be, how long it lives and which ones may not come again
// (reference/accounts-and-access.md §7). Counts are of characters.
type Policy store.PasswordPolicy

// DefaultPolicy is in force where an organization has not set its own.
func DefaultPolicy() Policy {
	return Policy{MinLength: 8, MinUppercase: 1, MinLowercase: 1, MinNumbers: 1, MinSymbols: 1,
		SymbolCharacterSet: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"}
}

// MaxPasswordLength is the longest password that is hashed, in bytes: hashing costs time.
const MaxPasswordLength = 1024

// Person is whom a password is for: it may not contain their names. Empty names are not checked.
type Person struct{ FirstName, LastName, Email string }

// Check returns an Invalid fault for the first rule that the password breaks, in the order that clients
// know: length, digit, upper case, lower case, names, symbols (reference/accounts-and-access.md §7).
func (p Policy) Check(password string, person Person) error {
	if utf8.RuneCountInString(password) < p.MinLength {
		return weak("must have at least %d characters", p.MinLength)
	}
	if len(password) > MaxPasswordLength {
		return weak("must not be longer than %d bytes", MaxPasswordLength)
	}
	var numbers, upper, lower, symbols int
	for _, r := range password {
		switch {
		case unicode.IsDigit(r):
			numbers++
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		}
		if strings.ContainsRune(p.SymbolCharacterSet, r) {
			symbols++
		}
	}
	if numbers < p.MinNumbers {
		return weak("must contain %s", count(p.MinNumbers, "numeric character"))
	}
	if upper < p.MinUppercase {
		return weak("must contain %s", count(p.MinUppercase, "uppercase letter"))
	}
	if lower < p.MinLowercase {
		return weak("must contain %s", count(p.MinLowercase, "lowercase letter"))
	}
	local, _, _ := strings.Cut(person.Email, "@")
	for _, name := range [...]struct{ what, value string }{
		{"first name", person.FirstName}, {"last name", person.LastName}, {"username", local},
	} {
		if name.value != "" && strings.Contains(strings.ToLower(password), strings.ToLower(name.value)) {
			return weak("must not contain the %s", name.what)
		}
	}
	if symbols < p.MinSymbols {
		return weak("must contain %s out of %s", count(p.MinSymbols, "special character"), p.SymbolCharacterSet)
	}
	return nil
}

func weak(format string, args ...any) error {
	return fault.New(fault.Invalid, "The password "+format, args...)
}

// count words a minimum without "at least": clients take that phrase for the rule about the length.
func count(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return "no fewer than " + strconv.Itoa(n) + " " + what + "s"
}
