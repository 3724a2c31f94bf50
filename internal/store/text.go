package store

import (
	"strings"
	"unicode/utf8"

	"jackfield/internal/fault"
)

// storable reports whether both databases can keep a text: PostgreSQL takes neither NUL nor what is not UTF-8, and
// what one refuses the other must not keep.
func storable(texts ...string) bool {
	for _, text := range texts {
		if strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text) {
			return false
		}
	}
	return true
}

// wantStorable is the fault for a text of a caller that cannot be kept.
func wantStorable(what string, texts ...string) error {
	if storable(texts...) {
		return nil
	}
	return fault.New(fault.Invalid, "The %s has a NUL character or is not UTF-8", what)
}

// cleaned is a text with what cannot be kept replaced: for records, which must be kept in any case.
func cleaned(text string) string {
	if storable(text) {
		return text
	}
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "\uFFFD"), "\uFFFD")
}

// likePattern makes a LIKE pattern that finds a text anywhere; its own wildcards are escaped with a backslash.
func likePattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text) + "%"
}
