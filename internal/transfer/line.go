package transfer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"jackfield/internal/access"
)

// Limits of a line of a file of tenants.
const (
	maxLine  = 1_000_000 // bytes
	maxDepth = 32        // objects and arrays in one another
	maxText  = 255       // bytes of a name or another text
	maxRoles = 50        // of a user or an account
	// leastSecret and mostSecret bound the length of secrets and tokens, in bytes: what is shorter can be guessed, what is longer does
	// not fit the Authorization header beside the others.
	leastSecret = 16
	mostSecret  = 256
	// maxID is the highest id that is kept. Old clients keep ids in 32 bits, and new ones begin above the highest.
	maxID = 2_000_000_000
)

// lineReader reads lines of limited length.
type lineReader struct {
	from   *bufio.Reader
	number int
	buffer []byte
}

func newLineReader(from io.Reader) *lineReader {
	return &lineReader{from: bufio.NewReaderSize(from, 1<<16)}
}

// next is the next line that is not empty, without its end, or io.EOF. One that is too long is skipped and tooLong is true.
func (r *lineReader) next() (line []byte, tooLong bool, err error) {
	for {
		r.number++
		r.buffer, tooLong = r.buffer[:0], false
		for {
			part, err := r.from.ReadSlice('\n')
			if len(r.buffer)+len(part) > maxLine+1 {
				tooLong = true
			} else {
				r.buffer = append(r.buffer, part...)
			}
			if err == nil || errors.Is(err, io.EOF) && len(part) > 0 {
				break
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				if errors.Is(err, io.EOF) && len(r.buffer) > 0 {
					break
				}
				return nil, false, err
			}
		}
		line := r.buffer
		if r.number == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")) // a mark that some editors set
		}
		if line = bytes.TrimSpace(line); len(line) > 0 || tooLong {
			return line, tooLong, nil
		}
	}
}

// object is a line while its members are read. What is wrong with them is collected.
type object struct {
	members  map[string]json.RawMessage
	read     []string
	problems []string
}

func parseObject(line []byte) (*object, error) {
	if !utf8.Valid(line) {
		return nil, errors.New("the line is not valid UTF-8")
	}
	if bytes.IndexByte(line, 0) >= 0 || bytes.Contains(line, []byte(`\u0000`)) {
		return nil, errors.New("the line holds the character U+0000")
	}
	if deeper(line, maxDepth) {
		return nil, fmt.Errorf("objects and arrays are in one another more than %d times", maxDepth)
	}
	o := &object{}
	if err := json.Unmarshal(line, &o.members); err != nil || o.members == nil {
		return nil, errors.New("the line is no JSON object")
	}
	return o, nil
}

// deeper reports whether brackets outside of strings are nested more than so many times.
func deeper(line []byte, most int) bool {
	depth, inside := 0, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case inside && c == '\\':
			i++
		case c == '"':
			inside = !inside
		case inside:
		case c == '{' || c == '[':
			if depth++; depth > most {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

func (o *object) problem(format string, args ...any) {
	o.problems = append(o.problems, fmt.Sprintf(format, args...))
}

// member is a member that is given and not null.
func (o *object) member(name string) (json.RawMessage, bool) {
	o.read = append(o.read, name)
	value, ok := o.members[name]
	return value, ok && string(value) != "null"
}

// into reads a member into v and reports whether it is given and fits.
func (o *object) into(name, what string, v any) bool {
	value, ok := o.member(name)
	if !ok {
		return false
	}
	if json.Unmarshal(value, v) != nil {
		o.problem("%s must be %s", name, what)
		return false
	}
	return true
}

// text is a text for people: tags are stripped from it.
func (o *object) text(name string) string {
	var text string
	o.into(name, "a text", &text)
	if text = access.PlainName(text); len(text) > maxText {
		o.problem("%s has %d bytes: at most %d are allowed", name, len(text), maxText)
	}
	return text
}

func (o *object) required(name string) string {
	text := o.text(name)
	if text == "" && len(o.problems) == 0 {
		o.problem("%s is required", name)
	}
	return text
}

func (o *object) flag(name string, usual bool) bool {
	o.into(name, "true or false", &usual)
	return usual
}

// secret is a text that callers send in the Authorization header.
func (o *object) secret(name string) string {
	var text string
	if !o.into(name, "a text", &text) {
		return ""
	}
	if len(text) < leastSecret || len(text) > mostSecret {
		o.problem("%s has %d characters: %d to %d are allowed", name, len(text), leastSecret, mostSecret)
		return ""
	}
	for _, c := range []byte(text) {
		if c <= ' ' || c > '~' || c == ',' {
			o.problem("%s has a character that no Authorization header can carry: blanks, commas and what is not ASCII", name)
			return ""
		}
	}
	return text
}

// ref is an id of the file: a number or a text, of which 41 and "41" are the same.
func (o *object) ref(name string) string {
	value, ok := o.member(name)
	if !ok {
		return ""
	}
	var text string
	if json.Unmarshal(value, &text) == nil && text != "" && len(text) <= maxText {
		return text
	}
	if n, err := strconv.ParseInt(string(value), 10, 64); err == nil {
		return strconv.FormatInt(n, 10)
	}
	o.problem("%s must be a whole number, or a text of 1 to %d bytes", name, maxText)
	return ""
}

// id is an id that is to be kept, 0 when none is given.
func (o *object) id(name string) int64 {
	value, ok := o.member(name)
	if !ok {
		return 0
	}
	id, err := strconv.ParseInt(strings.Trim(string(value), `"`), 10, 64)
	if err != nil || id < 1 || id > maxID {
		o.problem("%s must be a whole number from 1 to %d", name, maxID)
		return 0
	}
	return id
}

// wanted is the id that a row is to have: the one given, or the reference where that is a number.
func (o *object) wanted(ref string) int64 {
	if id := o.id("id"); id != 0 {
		return id
	}
	if id, err := strconv.ParseInt(ref, 10, 64); err == nil && id > 0 && id <= maxID {
		return id
	}
	return 0
}

// roles are keys of roles, nil when none are given. Objects with a key are taken too, as answers have them.
func (o *object) roles() []string {
	var items []json.RawMessage
	if !o.into("roles", "an array of keys", &items) {
		return nil
	}
	if len(items) > maxRoles {
		o.problem("roles has %d entries: at most %d are allowed", len(items), maxRoles)
		return nil
	}
	keys := []string{}
	for _, item := range items {
		var key string
		var role struct{ Key string }
		if json.Unmarshal(item, &key) != nil {
			if json.Unmarshal(item, &role) != nil || role.Key == "" {
				o.problem("roles must be an array of keys")
				return nil
			}
			key = role.Key
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// created is when something was made: a date, a time or milliseconds since 1970. Without one it is now.
func (o *object) created(now time.Time) time.Time {
	const name = "createdDate"
	value, ok := o.member(name)
	if !ok {
		return now
	}
	text := strings.Trim(string(value), `"`)
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", time.DateOnly} {
		if at, err := time.Parse(form, text); err == nil && at.Year() >= 1970 {
			return at.UTC()
		}
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil && ms >= 0 && ms < 1<<45 {
		return time.UnixMilli(ms).UTC()
	}
	o.problem("%s must be a date such as 2018-06-01", name)
	return now
}

// unknown are the members that nothing has read.
func (o *object) unknown() []string {
	var names []string
	for name := range o.members {
		if !slices.Contains(o.read, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
