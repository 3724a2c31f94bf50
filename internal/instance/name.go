package instance

import (
	"unicode/utf8"

	"jackfield/internal/access"
	"jackfield/internal/fault"
)

// MaxNameLength is the longest name of an instance, in characters.
const MaxNameLength = 255

// ValidName cleans a name and checks it. Its fault is Invalid.
func ValidName(name string) (string, error) {
	clean := access.PlainName(name)
	if clean == "" {
		return "", fault.New(fault.Invalid, "name is required: give the instance a name")
	}
	if n := utf8.RuneCountInString(clean); n > MaxNameLength {
		return "", fault.New(fault.Invalid, "name has %d characters: at most %d are allowed", n, MaxNameLength)
	}
	return clean, nil
}
