package database

import (
	"slices"
	"strconv"
	"strings"

	"jackfield/internal/ceql"
	"jackfield/internal/fault"
)

// prepared is a statement ready to run: its text has placeholders of the dialect, its values are in args.
type prepared struct {
	text      string
	args      []any // text or nil for PostgreSQL
	skip      int
	rows      int  // of the answer at most
	changes   bool // it is a statement that changes rows
	selfPaged bool // the connector's statement skips rows itself
}

// prepare replaces the names of a statement by placeholders. Quoted text and quoted names stay as they are; comments are
// left out.
func prepare(st *Statement, dialect ceql.SQLDialect) (*prepared, error) {
	if len(st.Text) > MaxText {
		return nil, fault.New(fault.Invalid, "The statement has %d bytes, more than the limit of %d", len(st.Text), MaxText)
	}
	if strings.IndexByte(st.Text, 0) >= 0 {
		return nil, fault.New(fault.Invalid, "The statement has a zero byte")
	}
	s := scanner{text: st.Text, dialect: dialect, statement: st}
	if err := s.scan(); err != nil {
		return nil, err
	}
	if len(s.args) > MaxArguments {
		return nil, fault.New(fault.Invalid, "The statement has %d values, more than the limit of %d", len(s.args), MaxArguments)
	}
	p := &prepared{text: strings.TrimSpace(s.out.String()), args: s.args, skip: st.Skip, rows: st.Rows, selfPaged: s.selfPaged}
	if err := s.checkKind(); err != nil {
		return nil, err
	}
	if st.Where != nil && !s.placed {
		return nil, fault.New(fault.Invalid, "where is not supported on this resource: the connector's statement has no place for it, which is {where}")
	}
	if p.selfPaged {
		p.skip = 0
	}
	p.changes = slices.Contains(changing, s.words[0])
	if s.pageable() {
		p.window()
	}
	return p, nil
}

// window asks the database for no more rows than the answer has, and one that tells whether more follow. The statement
// becomes a table of its own, so that an order and a limit of its own stay as they are.
func (p *prepared) window() {
	// A line break, because the statement may end with a comment. The two numbers are ours.
	p.text = "SELECT * FROM (" + p.text + "\n) AS page LIMIT " + strconv.Itoa(p.rows+1) + " OFFSET " + strconv.Itoa(p.skip)
	p.skip = 0
}

// scanner reads a statement once, from left to right. It knows where quoted text, quoted names and comments end in each
// dialect: what looks like a name in there is none.
type scanner struct {
	text      string
	at        int
	dialect   ceql.SQLDialect
	statement *Statement
	out       strings.Builder
	args      []any
	words     []string // words outside of quotes, in lower case
	depth     int      // open brackets
	ended     bool     // a semicolon was there
	selfPaged bool
	placed    bool // {where} was there
}

func (s *scanner) scan() error {
	for s.at < len(s.text) {
		before := s.at
		if err := s.token(); err != nil {
			return err
		}
		if s.at <= before {
			return fault.New(fault.Internal, "the scanner of statements stands still")
		}
	}
	return nil
}

// token takes the next piece over, or replaces it.
func (s *scanner) token() error {
	c, next := s.text[s.at], byte(0)
	if s.at+1 < len(s.text) {
		next = s.text[s.at+1]
	}
	if strings.IndexByte(" \t\r\n\f\v", c) >= 0 {
		s.copy(1)
		return nil
	}
	switch {
	case c == '-' && next == '-':
		return s.lineComment()
	case c == '/' && next == '*':
		return s.blockComment()
	case c == ';':
		// The end. What follows may be blank or a comment; the semicolon itself is not sent.
		s.ended = true
		s.at++
		return nil
	case s.ended:
		return fault.New(fault.Invalid, "The connector's statement is more than one: only one can be run in a call")
	case c == '\'':
		return s.quoted('\'', s.escapes())
	case c == '"':
		return s.quoted('"', false)
	case c == '`' && s.dialect == ceql.SQLite:
		return s.quoted('`', false)
	case c == '[' && s.dialect == ceql.SQLite:
		return s.until("]", "a name in square brackets")
	case c == '$' && s.dialect == ceql.PostgreSQL:
		return s.dollar()
	case (c == '$' || c == '?' || c == '@') && s.dialect == ceql.SQLite:
		return fault.New(fault.Invalid, "The connector's statement has the parameter sign %c: write :name", c)
	case c == ':' && (next == ':' || next == '='):
		s.copy(2)
		return nil
	case c == ':' && isNameStart(next):
		name := nameAt(s.text[s.at+1:])
		s.at += 1 + len(name)
		return s.value(":"+name, name)
	case c == '{':
		return s.braces()
	case isNameStart(c):
		word := nameAt(s.text[s.at:])
		s.words = append(s.words, strings.ToLower(word))
		s.copy(len(word))
		return nil
	case c >= '0' && c <= '9':
		n := 1
		for s.at+n < len(s.text) && (isNameStart(s.text[s.at+n]) || s.text[s.at+n] >= '0' && s.text[s.at+n] <= '9') {
			n++
		}
		s.copy(n)
		return nil
	case c == '(':
		s.depth++
	case c == ')':
		if s.depth--; s.depth < 0 {
			return fault.New(fault.Invalid, "The connector's statement has a closing bracket without an opening one")
		}
	}
	s.copy(1)
	return nil
}

func (s *scanner) copy(n int) {
	s.out.WriteString(s.text[s.at : s.at+n])
	s.at += n
}

// lineComment is left out: what is sent must not end in one.
func (s *scanner) lineComment() error {
	s.out.WriteByte(' ')
	if end := strings.IndexByte(s.text[s.at:], '\n'); end >= 0 {
		s.at += end // the line break stays
		return nil
	}
	s.at = len(s.text)
	return nil
}

// blockComment is left out. PostgreSQL's comments nest.
func (s *scanner) blockComment() error {
	s.out.WriteByte(' ')
	depth := 0
	for i := s.at; i < len(s.text)-1; i++ {
		switch {
		case s.text[i] == '/' && s.text[i+1] == '*' && (depth == 0 || s.dialect == ceql.PostgreSQL):
			depth++
			i++
		case s.text[i] == '*' && s.text[i+1] == '/':
			depth--
			i++
			if depth == 0 {
				s.at = i + 1
				return nil
			}
		}
	}
	return unterminated("a comment")
}

// escapes reports whether the quote here begins a text with backslashes: E'…' of PostgreSQL.
func (s *scanner) escapes() bool {
	if s.dialect != ceql.PostgreSQL || s.at == 0 || s.text[s.at-1]|0x20 != 'e' {
		return false
	}
	return len(s.words) > 0 && s.words[len(s.words)-1] == "e"
}

// quoted takes a text or a name over up to its closing quote; a doubled quote is part of it.
func (s *scanner) quoted(quote byte, escapes bool) error {
	for i := s.at + 1; i < len(s.text); i++ {
		switch {
		case escapes && s.text[i] == '\\':
			i++
		case s.text[i] == quote && i+1 < len(s.text) && s.text[i+1] == quote:
			i++
		case s.text[i] == quote:
			s.copy(i + 1 - s.at)
			return nil
		}
	}
	return unterminated("a quote")
}

func (s *scanner) until(end, what string) error {
	found := strings.Index(s.text[s.at+1:], end)
	if found < 0 {
		return unterminated(what)
	}
	s.copy(1 + found + len(end))
	return nil
}

func unterminated(what string) error {
	return fault.New(fault.Invalid, "The connector's statement has %s without an end", what)
}

// dollar takes a text in dollar quotes over: $$…$$ or $tag$…$tag$.
func (s *scanner) dollar() error {
	rest := s.text[s.at+1:]
	tag := ""
	if rest != "" && isNameStart(rest[0]) {
		tag = nameAt(rest)
		if cut := strings.IndexByte(tag, '$'); cut >= 0 {
			tag = tag[:cut]
		}
	}
	if !strings.HasPrefix(rest[len(tag):], "$") {
		return fault.New(fault.Invalid, "The connector's statement has the parameter sign $: write :name")
	}
	mark := "$" + tag + "$"
	end := strings.Index(s.text[s.at+len(mark):], mark)
	if end < 0 {
		return unterminated("a dollar quote")
	}
	s.copy(end + 2*len(mark))
	return nil
}

// braces replaces {where} and {name}.
func (s *scanner) braces() error {
	end := strings.IndexByte(s.text[s.at:], '}')
	if end < 0 {
		return unterminated("a brace")
	}
	name := strings.TrimSpace(s.text[s.at+1 : s.at+end])
	s.at += end + 1
	if name == "where" {
		return s.where()
	}
	return s.value("{"+name+"}", name)
}

// beforeCondition are the words behind which {where} is a condition; elsewhere it brings WHERE along
// (reference/ceql.md §8.3).
var beforeCondition = []string{"where", "and", "or", "not", "on", "having", "when", "filter"}

// where puts the condition. Without one it is 1=1 where a condition has to stand, and nothing elsewhere.
func (s *scanner) where() error {
	before := strings.TrimRight(s.out.String(), " \t\r\n\f\v")
	asCondition := strings.HasSuffix(before, "(") || len(s.words) > 0 && endsWithWord(before, beforeCondition)
	s.placed = true
	if s.statement.Where == nil && !asCondition {
		return nil
	}
	text, args, err := ceql.ToSQL(s.statement.Where, ceql.SQLOptions{Dialect: s.dialect, First: len(s.args) + 1})
	if err != nil {
		return err
	}
	s.args = append(s.args, args...)
	text = "(" + text + ")"
	if !asCondition {
		text = "WHERE " + text
	}
	s.put(text)
	s.words = append(s.words, "where")
	return nil
}

func endsWithWord(text string, words []string) bool {
	end := len(text)
	for end > 0 && (isNameStart(text[end-1]) || text[end-1] >= '0' && text[end-1] <= '9') {
		end--
	}
	return slices.Contains(words, strings.ToLower(text[end:]))
}

// value puts a placeholder for a name.
func (s *scanner) value(written, name string) error {
	var v any
	ok := false
	if s.statement.Value != nil && name != "" {
		v, ok = s.statement.Value(name)
	}
	if !ok {
		return fault.New(fault.Invalid, "The connector's statement has %s, and no parameter has that vendorName", written)
	}
	arg, err := argument(v, s.dialect)
	if err != nil {
		return err
	}
	s.args = append(s.args, arg)
	s.selfPaged = s.selfPaged || slices.Contains(s.statement.Paging, name)
	if s.dialect == ceql.SQLite {
		s.put("?")
	} else {
		s.put("$" + strconv.Itoa(len(s.args)))
	}
	return nil
}

// put writes what the text does not have, apart from words beside it: a$1 and $15 are something else than $1.
func (s *scanner) put(text string) {
	if before := s.out.String(); before != "" && (inWord(before[len(before)-1]) || strings.HasSuffix(before, ":")) {
		s.out.WriteByte(' ')
	}
	s.out.WriteString(text)
	if s.at < len(s.text) && inWord(s.text[s.at]) {
		s.out.WriteByte(' ')
	}
}

func inWord(c byte) bool {
	return isNameStart(c) || c >= '0' && c <= '9' || c == '$' || c == '?'
}

// kinds are the first words of statements that can be run. Others change the state of a connection that other calls use
// (SET, BEGIN, LISTEN, PREPARE), speak a protocol of their own (COPY) or run code (DO).
var kinds = []string{"select", "with", "values", "table", "insert", "update", "delete", "merge", "replace", "truncate", "create", "alter", "drop", "comment", "explain", "call"}

// changing are the first words of statements whose answer is a number of rows.
var changing = []string{"insert", "update", "delete", "replace", "merge", "with"}

func (s *scanner) checkKind() error {
	if len(s.words) == 0 {
		return fault.New(fault.Invalid, "The connector's statement is empty: vendorPath must be SQL")
	}
	if s.depth != 0 {
		return unterminated("a bracket")
	}
	if !slices.Contains(kinds, s.words[0]) {
		return fault.New(fault.Invalid, "Statements that begin with %s cannot be run: write %s", strings.ToUpper(s.words[0]), strings.ToUpper(strings.Join(kinds[:8], ", ")))
	}
	return nil
}

// unpageable are words of statements that cannot be a table of another one: they change rows, make a table, or lock.
var unpageable = []string{"insert", "update", "delete", "merge", "replace", "into", "for"}

// pageable reports whether the statement only reads, so that it can be asked for some of its rows.
func (s *scanner) pageable() bool {
	switch s.words[0] {
	case "select", "values", "with":
	case "table":
		return s.dialect == ceql.PostgreSQL
	default:
		return false
	}
	return !slices.ContainsFunc(unpageable, func(word string) bool {
		return slices.Contains(s.words, word) && (word != "replace" || s.words[0] == "with")
	})
}

func isNameStart(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80
}

// nameAt is the name that a text begins with. PostgreSQL has $ in names; SQLite takes it there too.
func nameAt(text string) string {
	n := 0
	for n < len(text) && (isNameStart(text[n]) || n > 0 && (text[n] >= '0' && text[n] <= '9' || text[n] == '$')) {
		n++
	}
	return text[:n]
}
