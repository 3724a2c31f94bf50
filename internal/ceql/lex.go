package ceql

import (
	"strings"
	"unicode/utf8"

	"jackfield/internal/fault"
)

// lexer reads a text piece by piece. What a piece means depends on where it stands (keywords are contextual), so
// the parser asks for what it needs.
type lexer struct {
	text  string
	at    int // byte offset of the next piece
	depth int // open brackets
}

// failure is the refusal of a text. Positions count characters (code points, not bytes) from 1, because that is
// what a person who looks at the text counts (docs/decisions/0101).
func (l *lexer) failure(at int, format string, args ...any) error {
	position := utf8.RuneCountInString(l.text[:min(at, len(l.text))]) + 1
	return fault.New(fault.Invalid, "Error parsing query: "+format+" at position %d", append(args, position)...)
}

func (l *lexer) expected(what string) error { return l.failure(l.at, "%s expected", what) }

// unexpected names the rest of the text, which nothing can begin with.
func (l *lexer) unexpected() error {
	rest := strings.TrimRight(l.text[l.at:], blanks)
	const most = 60
	if len(rest) > most {
		rest = strings.ToValidUTF8(rest[:most], "") + "…"
	}
	return l.failure(l.at, "unexpected '%s'", rest)
}

const blanks = " \t\r\n"

func (l *lexer) skip() {
	for l.at < len(l.text) && strings.IndexByte(blanks, l.text[l.at]) >= 0 {
		l.at++
	}
}

func (l *lexer) end() bool {
	l.skip()
	return l.at >= len(l.text)
}

// peek is the next character after blanks, 0 at the end.
func (l *lexer) peek() byte {
	if l.end() {
		return 0
	}
	return l.text[l.at]
}

// punct takes a piece of punctuation if it is next.
func (l *lexer) punct(p string) bool {
	l.skip()
	if strings.HasPrefix(l.text[l.at:], p) {
		l.at += len(p)
		return true
	}
	return false
}

// keyword takes a keyword, in any case, if it is next as a whole word.
func (l *lexer) keyword(word string) bool {
	l.skip()
	end := l.at + len(word)
	if end > len(l.text) || !strings.EqualFold(l.text[l.at:end], word) {
		return false
	}
	if end < len(l.text) && isNameChar(l.text[end]) && l.text[end] != '*' { // select*from
		return false
	}
	l.at = end
	return true
}

// attribute takes a name: bare, or in any of the three quotes.
func (l *lexer) attribute() (name string, quoted bool, err error) {
	switch c := l.peek(); {
	case c == '\'' || c == '"' || c == '`':
		start := l.at
		if name, err = l.quoted(); err == nil && name == "" {
			err = l.failure(start, "attribute expected")
		}
		return name, true, err
	case isNameStart(c):
		start := l.at
		for l.at < len(l.text) && isNameChar(l.text[l.at]) {
			l.at++
		}
		return l.text[start:l.at], false, nil
	}
	return "", false, l.expected("attribute")
}

// quoted takes a text in quotes; the quote inside is doubled. Any other character is literal.
func (l *lexer) quoted() (string, error) {
	start, quote := l.at, l.text[l.at]
	rest := l.text[start+1:]
	end := strings.IndexByte(rest, quote)
	if end >= 0 && (end+1 >= len(rest) || rest[end+1] != quote) {
		l.at = start + end + 2
		return rest[:end], nil
	}
	var out strings.Builder
	for i := 0; i < len(rest); i++ {
		if rest[i] != quote {
			out.WriteByte(rest[i])
			continue
		}
		if i+1 < len(rest) && rest[i+1] == quote {
			out.WriteByte(quote)
			i++
			continue
		}
		l.at = start + i + 2
		return out.String(), nil
	}
	return "", l.failure(start, "unterminated %c", quote)
}

// value takes a literal.
func (l *lexer) value() (Value, error) {
	c := l.peek()
	if c == '\'' || c == '"' || c == '`' {
		text, err := l.quoted()
		return Value{String, text}, err
	}
	start := l.at
	for l.at < len(l.text) && isWordChar(l.text[l.at]) {
		l.at++
	}
	if l.at == start {
		return Value{}, l.expected("value")
	}
	return literal(l.text[start:l.at]), nil
}

// literal decides what a word without quotes is.
func literal(word string) Value {
	switch len(word) {
	case 4:
		if strings.EqualFold(word, "true") {
			return Value{Boolean, "true"}
		}
		if strings.EqualFold(word, "null") {
			return Value{NullText, "null"}
		}
	case 5:
		if strings.EqualFold(word, "false") {
			return Value{Boolean, "false"}
		}
	}
	return Value{numberKind(word), word}
}

// numberKind tells integers and decimals from other words: an optional sign, digits, an optional fraction.
func numberKind(word string) Kind {
	digits := strings.TrimLeft(word, "+-")
	if len(word)-len(digits) > 1 {
		return Bare
	}
	whole, fraction, dotted := strings.Cut(digits, ".")
	if !allDigits(whole) || dotted && !allDigits(fraction) {
		return Bare
	}
	if dotted {
		return Decimal
	}
	return Integer
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// What a byte may be part of. Everything beyond ASCII counts as a letter.
const (
	nameStart = 1 << iota
	nameChar
	wordChar // of a bare value: not a blank, control character, comma, bracket, quote or operator
)

var classes = func() (table [256]byte) {
	for i := range table {
		c := byte(i)
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("_$@", c) >= 0 || c >= utf8.RuneSelf
		if letter {
			table[i] |= nameStart
		}
		if letter || c >= '0' && c <= '9' || strings.IndexByte(".-:#[]*", c) >= 0 {
			table[i] |= nameChar
		}
		if c > ' ' && strings.IndexByte(",()'\"`=<>!\x7f", c) < 0 {
			table[i] |= wordChar
		}
	}
	return table
}()

func isNameStart(c byte) bool { return classes[c]&nameStart != 0 }
func isNameChar(c byte) bool  { return classes[c]&nameChar != 0 }
func isWordChar(c byte) bool  { return classes[c]&wordChar != 0 }
