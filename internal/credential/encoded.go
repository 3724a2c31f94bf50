package credential

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text scrubs a text of unknown making, such as the body of a trace: like String, and also finds secrets that were encoded
// more than once or in part, whatever layers they went through: JSON within JSON, percent-encoding that spares some characters,
// character references of HTML. It reads the text once per secret and belongs behind a call, not into it.
func (s *Scrubber) Text(text string) string {
	if s == nil {
		return text
	}
	text = s.String(text)
	for _, secret := range s.encodable {
		text = replaceEncoded(text, secret)
	}
	return text
}

// encodable are the secrets that encoders change; the others String finds in any layer.
func encodable(secrets []string) []string {
	var found []string
	for _, s := range secrets {
		if len(s) >= minScrub && s != Mask && strings.ContainsFunc(s, changes) {
			found = append(found, s)
		}
	}
	return found
}

func changes(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("-_.~", r):
		return false
	}
	return true
}

func replaceEncoded(text, secret string) string {
	var out strings.Builder
	written := 0
	starts := string([]byte{secret[0], '\\', '%', '&', '+'})
	for at := 0; at < len(text); {
		next := strings.IndexAny(text[at:], starts)
		if next < 0 {
			break
		}
		at += next
		end := matchEncoded(text, at, secret)
		if end < 0 {
			at++
			continue
		}
		out.WriteString(text[written:at])
		out.WriteString(Mask)
		at, written = end, end
	}
	if written == 0 {
		return text
	}
	out.WriteString(text[written:])
	return out.String()
}

// matchEncoded returns where the secret ends that begins at a place of the text, or -1.
func matchEncoded(text string, at int, secret string) int {
	for n := 0; n < len(secret); {
		r, size := utf8.DecodeRuneInString(secret[n:])
		if r == '\\' { // how often it is doubled nobody knows: a run stands for a run
			for n < len(secret) && secret[n] == '\\' {
				n++
			}
			after := skipBackslashes(text, at)
			for next := after; next >= 0; next = matchPercent(text, next, `\`) {
				after = next
			}
			if after == at {
				return -1
			}
			at = after
			continue
		}
		if at = matchRune(text, at, r, secret[n:n+size]); at < 0 {
			return -1
		}
		n += size
	}
	return at
}

// matchRune returns the place behind one character of a secret in any of its forms, or -1.
func matchRune(text string, at int, r rune, plain string) int {
	escaped := skipBackslashes(text, at)
	if escaped > at && escaped < len(text) {
		if text[escaped] == 'u' && escaped+5 <= len(text) {
			if code, err := strconv.ParseUint(text[escaped+1:escaped+5], 16, 32); err == nil && rune(code) == r {
				return escaped + 5
			}
		}
		if short, ok := shortEscapes[r]; ok && text[escaped] == short {
			return escaped + 1
		}
	}
	if end := matchReference(text, escaped, plain); end >= 0 { // first, because an ampersand begins its own reference
		return end
	}
	switch rest := text[escaped:]; {
	case strings.HasPrefix(rest, plain):
		return escaped + len(plain)
	case r == ' ' && strings.HasPrefix(rest, "+"):
		return escaped + 1
	}
	end := matchPercent(text, escaped, plain)
	if end < 0 && r == ' ' {
		end = matchPercent(text, escaped, "+")
	}
	return end
}

var shortEscapes = map[rune]byte{'\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f', '\v': 'v', '\a': 'a'}

func skipBackslashes(text string, at int) int {
	for at < len(text) && text[at] == '\\' {
		at++
	}
	return at
}

// matchPercent matches the bytes of a character as %XX, or %25XX and so on when that was encoded again.
func matchPercent(text string, at int, plain string) int {
	for n := range len(plain) {
		if at >= len(text) || text[at] != '%' {
			return -1
		}
		at++
		for strings.HasPrefix(text[at:], "25") && at+4 <= len(text) && isHex(text[at+2]) && isHex(text[at+3]) {
			at += 2
		}
		if at+2 > len(text) {
			return -1
		}
		code, err := strconv.ParseUint(text[at:at+2], 16, 8)
		if err != nil || byte(code) != plain[n] {
			return -1
		}
		at += 2
	}
	return at
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// maxReference is the length of a character reference that is looked at: &amp;amp;quot; and the like.
const maxReference = 24

// matchReference matches a character as a reference of HTML or XML, whose ampersand may have become one again.
func matchReference(text string, at int, plain string) int {
	if at >= len(text) || text[at] != '&' {
		return -1
	}
	for end := at; end < min(len(text), at+maxReference); end++ {
		if text[end] != ';' {
			continue
		}
		reference := text[at : end+1]
		for range 3 {
			if reference = html.UnescapeString(reference); reference == plain {
				for end++; plain == "&" && strings.HasPrefix(text[end:], "amp;"); {
					end += len("amp;")
				}
				return end
			}
		}
	}
	return -1
}
