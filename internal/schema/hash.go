package schema

import "unicode/utf16"

// javaHash is String.hashCode of Java, over UTF-16 code units and modulo 2³².
func javaHash(s string) uint32 {
	var h uint32
	for _, unit := range utf16.Encode([]rune(s)) {
		h = 31*h + uint32(unit)
	}
	return h
}
