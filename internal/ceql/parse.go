package ceql

import (
	"strconv"
	"unicode/utf8"

	"jackfield/internal/fault"
)

// ParseWhere reads a filter. Blank text is no filter: the result is nil. What does not read is an Invalid fault
// that begins with "Error parsing query" and names position and token (reference/ceql.md §9).
func ParseWhere(text string) (Expr, error) {
	l, err := newLexer(text)
	if err != nil {
		return nil, err
	}
	if l.end() {
		return nil, nil
	}
	e, err := l.or()
	if err != nil {
		return nil, err
	}
	if !l.end() {
		return nil, l.unexpected()
	}
	return e, nil
}

func newLexer(text string) (*lexer, error) {
	if len(text) > MaxLength {
		return nil, fault.New(fault.Invalid, "Error parsing query: the text is longer than %d bytes: ask in several calls", MaxLength)
	}
	if !utf8.ValidString(text) {
		return nil, fault.New(fault.Invalid, "Error parsing query: the text is not valid UTF-8")
	}
	return &lexer{text: text}, nil
}

func (l *lexer) or() (Expr, error) {
	first, err := l.and()
	if err != nil || !l.keyword("OR") {
		return first, err
	}
	terms := []Expr{first}
	for {
		term, err := l.and()
		if err != nil {
			return nil, err
		}
		terms = append(terms, term)
		if !l.keyword("OR") {
			return Or{terms}, nil
		}
	}
}

func (l *lexer) and() (Expr, error) {
	first, err := l.primary()
	if err != nil || !l.keyword("AND") {
		return first, err
	}
	terms := []Expr{first}
	for {
		term, err := l.primary()
		if err != nil {
			return nil, err
		}
		terms = append(terms, term)
		if !l.keyword("AND") {
			return And{terms}, nil
		}
	}
}

func (l *lexer) primary() (Expr, error) {
	if !l.punct("(") {
		return l.condition()
	}
	if l.depth++; l.depth > MaxNesting {
		return nil, l.failure(l.at-1, "more than %d brackets in each other", MaxNesting)
	}
	inner, err := l.or()
	if err != nil {
		return nil, err
	}
	if !l.punct(")") {
		if l.end() {
			return nil, l.expected("')'")
		}
		return nil, l.unexpected()
	}
	l.depth--
	return Group{inner}, nil
}

func (l *lexer) condition() (Expr, error) {
	name, quoted, err := l.attribute()
	if err != nil {
		return nil, err
	}
	c := Cond{Attr: name, AttrQuoted: quoted}
	if op, ok := l.comparator(); ok {
		c.Op = op
		v, err := l.value()
		c.Values = []Value{v}
		return c, err
	}
	return l.wordCondition(c)
}

func (l *lexer) comparator() (Op, bool) {
	switch l.peek() {
	case '=':
		l.at++
		return Equal, true
	case '!':
		if l.punct("!=") {
			return NotEqual, true
		}
	case '<':
		switch {
		case l.punct("<>"):
			return NotEqual, true
		case l.punct("<="):
			return LessEqual, true
		}
		l.at++
		return Less, true
	case '>':
		if l.punct(">=") {
			return GreaterEqual, true
		}
		l.at++
		return Greater, true
	}
	return 0, false
}

// wordCondition reads the operators that are words.
func (l *lexer) wordCondition(c Cond) (Expr, error) {
	before := l.at
	not := l.keyword("NOT")
	switch {
	case l.keyword("IN"):
		c.Op = In
		if not {
			c.Op = NotIn
		}
		var err error
		c.Values, err = l.list()
		return c, err
	case l.keyword("LIKE"):
		c.Op = Like
		if not {
			c.Op = NotLike
		}
		v, err := l.value()
		c.Values = []Value{v}
		return c, err
	case !not && l.keyword("IS"):
		c.Op = Null
		if l.keyword("NOT") {
			c.Op = NotNull
		}
		if !l.keyword("NULL") {
			l.skip()
			return nil, l.expected("NULL")
		}
		return c, nil
	}
	l.at = before
	l.skip()
	return nil, l.expected("operator")
}

func (l *lexer) list() ([]Value, error) {
	if !l.punct("(") {
		return nil, l.expected("'('")
	}
	var values []Value
	for {
		v, err := l.value()
		if err != nil {
			return nil, err
		}
		if values = append(values, v); len(values) > MaxList {
			return nil, l.failure(l.at, "more than %d values in one IN", MaxList)
		}
		if l.punct(")") {
			return values, nil
		}
		if !l.punct(",") {
			if l.end() {
				return nil, l.expected("')'")
			}
			return nil, l.unexpected()
		}
	}
}

// ParseQuery reads a whole statement: SELECT fields FROM object, then WHERE, ORDER BY and LIMIT in any order.
func ParseQuery(text string) (*Query, error) {
	l, err := newLexer(text)
	if err != nil {
		return nil, err
	}
	if !l.keyword("SELECT") {
		l.skip()
		return nil, l.expected("SELECT")
	}
	q := &Query{}
	if !l.punct("*") {
		if q.Fields, err = l.names(); err != nil {
			return nil, err
		}
	}
	if !l.keyword("FROM") {
		l.skip()
		return nil, l.expected("FROM")
	}
	if q.Object, _, err = l.attribute(); err != nil {
		return nil, err
	}
	return q, l.clauses(q)
}

func (l *lexer) names() ([]string, error) {
	var names []string
	for {
		name, _, err := l.attribute()
		if err != nil {
			return nil, err
		}
		names = append(names, name)
		if !l.punct(",") {
			return names, nil
		}
	}
}

func (l *lexer) clauses(q *Query) error {
	var where, order bool
	for !l.end() {
		var err error
		switch {
		case l.keyword("WHERE"):
			if where {
				return l.failure(l.at, "duplicate WHERE")
			}
			where = true
			q.Where, err = l.or()
		case l.keyword("ORDER"):
			if order {
				return l.failure(l.at, "duplicate ORDER BY")
			}
			order = true
			if !l.keyword("BY") {
				l.skip()
				return l.expected("BY")
			}
			q.OrderBy, err = l.sorts()
		case l.keyword("LIMIT"):
			if q.Limit != nil {
				return l.failure(l.at, "duplicate LIMIT")
			}
			q.Limit, err = l.limit()
		default:
			return l.unexpected()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *lexer) limit() (*int, error) {
	l.skip()
	start := l.at
	for l.at < len(l.text) && l.text[l.at] >= '0' && l.text[l.at] <= '9' {
		l.at++
	}
	n, err := strconv.Atoi(l.text[start:l.at])
	if err != nil {
		for l.at < len(l.text) && isWordChar(l.text[l.at]) {
			l.at++
		}
		return nil, l.expected("integer")
	}
	return &n, nil
}

func (l *lexer) sorts() ([]Sort, error) {
	var sorts []Sort
	for {
		name, _, err := l.attribute()
		if err != nil {
			return nil, err
		}
		s := Sort{Attr: name, Desc: l.keyword("DESC")}
		if !s.Desc {
			l.keyword("ASC")
		}
		sorts = append(sorts, s)
		if !l.punct(",") {
			return sorts, nil
		}
	}
}

// ParseOrderBy reads the text of orderBy for platform lists. Blank text is no order.
func ParseOrderBy(text string) ([]Sort, error) {
	l, err := newLexer(text)
	if err != nil || l.end() {
		return nil, err
	}
	sorts, err := l.sorts()
	if err != nil {
		return nil, err
	}
	if !l.end() {
		return nil, l.unexpected()
	}
	return sorts, nil
}
