package odata

import "strings"

// literalKind tells what kind of constant an unquoted word is. Exponents are not numbers here:
// "5e12" begins a hexadecimal id far more often than it is a quantity.
func literalKind(word string) (LiteralKind, bool) {
	switch word {
	case "null":
		return Null, true
	case "true", "false":
		return Bool, true
	}
	if isDate(word) {
		return DateTime, true
	}
	digits := strings.TrimPrefix(word, "-")
	whole, fraction, dotted := strings.Cut(digits, ".")
	switch {
	case !allDigits(whole):
		return 0, false
	case !dotted:
		return Integer, true
	case allDigits(fraction):
		return Decimal, true
	}
	return 0, false
}

// isDate recognises yyyy-mm-dd with or without a time by its shape; whether such a day exists is
// checked where the value is used.
func isDate(word string) bool {
	if len(word) < 10 || word[4] != '-' || word[7] != '-' {
		return false
	}
	if !allDigits(word[:4]) || !allDigits(word[5:7]) || !allDigits(word[8:10]) {
		return false
	}
	return len(word) == 10 || word[10] == 'T'
}

// isPath is true for identifiers joined by "/".
func isPath(word string) bool {
	for segment := range strings.SplitSeq(word, "/") {
		if segment == "" || segment[0] >= '0' && segment[0] <= '9' {
			return false
		}
		for _, c := range segment {
			letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
			if !letter && c != '_' && (c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

func isTypePrefix(word string) bool { return word == "datetime" || word == "datetimeoffset" }

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
