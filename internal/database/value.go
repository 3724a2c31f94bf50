package database

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"jackfield/internal/ceql"
	"jackfield/internal/fault"
)

// argument is a value as a dialect binds it. PostgreSQL takes text, whose type it infers from where the placeholder stands.
// SQLite infers nothing: numbers that are spelled as it spells them are numbers, booleans are 1 and 0.
func argument(v any, dialect ceql.SQLDialect) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		if strings.IndexByte(v, 0) >= 0 {
			return nil, fault.New(fault.Invalid, "A value has a zero byte, which no text of a database can have: leave it out")
		}
		return v, nil
	case json.RawMessage:
		return string(v), nil // JSON has no zero byte in it
	case bool:
		switch {
		case dialect == ceql.PostgreSQL:
			return strconv.FormatBool(v), nil
		case v:
			return int64(1), nil
		}
		return int64(0), nil
	case json.Number:
		if dialect == ceql.SQLite {
			return sqliteNumber(v.String()), nil
		}
		return v.String(), nil
	}
	return nil, fault.New(fault.Internal, "a %T cannot be bound", v)
}

func sqliteNumber(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(n, 10) == text {
		return n
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil && strconv.FormatFloat(n, 'f', -1, 64) == text {
		return n
	}
	return text
}

// answer gathers rows as a JSON array.
type answer struct {
	body  []byte
	names [][]byte // each as "name": of JSON
	rows  int
}

func newAnswer(columns []string) *answer {
	a := &answer{body: []byte{'['}, names: make([][]byte, len(columns))}
	taken := make(map[string]bool, len(columns))
	for i, name := range columns {
		unique := name
		for n := 2; taken[unique]; n++ { // a join may have two columns of one name
			unique = name + "_" + strconv.Itoa(n)
		}
		taken[unique] = true
		a.names[i] = append(appendText(nil, unique), ':')
	}
	return a
}

// add appends a row. cell appends the value of a column as JSON.
func (a *answer) add(cell func(to []byte, column int) []byte) error {
	if a.rows > 0 {
		a.body = append(a.body, ',')
	}
	a.body = append(a.body, '{')
	for i, name := range a.names {
		if i > 0 {
			a.body = append(a.body, ',')
		}
		a.body = append(a.body, name...)
		before := len(a.body)
		a.body = cell(a.body, i)
		if size := len(a.body) - before; size > MaxCell {
			return fault.New(fault.Invalid, "The column %s has a value of %d bytes, more than the limit of %d: leave the column out", name[:len(name)-1], size, MaxCell)
		}
		if len(a.body) > MaxAnswer {
			return fault.New(fault.Invalid, "The rows have more than %d MiB: ask for smaller pages", MaxAnswer>>20)
		}
	}
	a.body = append(a.body, '}')
	a.rows++
	return nil
}

func (a *answer) end() []byte { return append(a.body, ']') }

func counted(n int64) []byte { return fmt.Appendf(nil, `{"count":%d}`, n) }

// appendText writes a text as JSON. What is no UTF-8 becomes replacement characters.
func appendText(to []byte, text string) []byte {
	const hex = "0123456789abcdef"
	to = append(to, '"')
	for _, r := range text { // invalid bytes come as U+FFFD
		switch {
		case r == '"' || r == '\\':
			to = append(to, '\\', byte(r))
		case r == '\n':
			to = append(to, '\\', 'n')
		case r == '\r':
			to = append(to, '\\', 'r')
		case r == '\t':
			to = append(to, '\\', 't')
		case r < ' ':
			to = append(to, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			to = append(to, string(r)...)
		}
	}
	return append(to, '"')
}

// appendNumber writes a number as it is spelled, or as text when JSON has no such number: NaN, Infinity.
func appendNumber(to []byte, text string) []byte {
	if digits := strings.TrimPrefix(text, "-"); digits == "" || digits[0] < '0' || digits[0] > '9' || !json.Valid([]byte(text)) {
		return appendText(to, text)
	}
	return append(to, text...)
}

// appendJSON embeds JSON, or writes it as text when it is none.
func appendJSON(to []byte, text string) []byte {
	if !utf8.ValidString(text) || !json.Valid([]byte(text)) {
		return appendText(to, text)
	}
	return append(to, text...)
}

// instantLayout is ISO 8601 in UTC with milliseconds.
const instantLayout = "2006-01-02T15:04:05.000Z"
