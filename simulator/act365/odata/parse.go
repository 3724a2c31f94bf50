package odata

import (
	"strings"
	"unicode/utf8"
)

// Parse reads a filter expression. Precedence from loose to tight: or, and, not, comparison.
// Keywords are lower case, as in the OData grammar. The error is always an *Error.
func Parse(text string, mode Mode) (Node, error) {
	if len(text) > MaxLength {
		return nil, Errorf(MaxLength, "the expression is %d bytes long, the limit is %d", len(text), MaxLength)
	}
	p := &parser{text: text, mode: mode}
	p.space()
	if p.at == len(p.text) {
		return nil, Errorf(1, "the expression is empty")
	}
	node, err := p.or()
	if err != nil {
		return nil, err
	}
	p.space()
	if p.at < len(p.text) {
		return nil, p.unexpected("'and', 'or' or the end")
	}
	return node, nil
}

// parser reads without a separate token list, because where a bareword ends depends on what is
// being read: a comma ends one inside a function call and is part of one outside.
type parser struct {
	text  string
	at    int // byte offset of the next unread byte
	depth int
	calls int // function calls that are open at this point
	mode  Mode
}

func (p *parser) or() (Node, error) {
	first, err := p.and()
	if err != nil {
		return nil, err
	}
	terms := []Node{first}
	for p.keyword("or") {
		next, err := p.and()
		if err != nil {
			return nil, err
		}
		terms = append(terms, next)
	}
	if len(terms) == 1 {
		return first, nil
	}
	return &Or{Terms: terms, At: At(first.Pos())}, nil
}

func (p *parser) and() (Node, error) {
	first, err := p.not()
	if err != nil {
		return nil, err
	}
	terms := []Node{first}
	for p.keyword("and") {
		next, err := p.not()
		if err != nil {
			return nil, err
		}
		terms = append(terms, next)
	}
	if len(terms) == 1 {
		return first, nil
	}
	return &And{Terms: terms, At: At(first.Pos())}, nil
}

func (p *parser) not() (Node, error) {
	p.space()
	at := p.position()
	if !p.keyword("not") {
		return p.comparison()
	}
	if err := p.deeper(at); err != nil {
		return nil, err
	}
	term, err := p.not()
	if err != nil {
		return nil, err
	}
	p.depth--
	return &Not{Term: term, At: At(at)}, nil
}

func (p *parser) comparison() (Node, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.space()
	at := p.position()
	for _, op := range [...]string{"eq", "ne", "gt", "ge", "lt", "le"} {
		if !p.keyword(op) {
			continue
		}
		right, err := p.operand()
		if err != nil {
			return nil, err
		}
		return &Compare{Op: op, Left: left, Right: right, At: At(at)}, nil
	}
	return left, nil
}

// operand reads a parenthesis, a literal, a function call or a word.
func (p *parser) operand() (Node, error) {
	p.space()
	at := p.position()
	if p.at == len(p.text) {
		return nil, Errorf(at, "a property, a value or '(' is missing")
	}
	switch p.text[p.at] {
	case '(':
		return p.group(at)
	case '\'':
		value, err := p.quoted()
		if err != nil {
			return nil, err
		}
		return &Literal{Kind: Quoted, Text: value, At: At(at)}, nil
	case ')', ',':
		return nil, p.unexpected("a property, a value or '('")
	}
	word := p.word()
	if p.at < len(p.text) && p.text[p.at] == '\'' {
		return p.typed(at)
	}
	if p.at < len(p.text) && p.text[p.at] == '(' {
		return p.call(word, at)
	}
	if kind, ok := literalKind(word); ok {
		return &Literal{Kind: kind, Text: word, At: At(at)}, nil
	}
	if p.mode == Strict && !isPath(word) {
		return nil, Errorf(at, "%q is neither a property nor a literal; quote text as '…'", word)
	}
	return &Word{Text: word, At: At(at)}, nil
}

func (p *parser) group(at int) (Node, error) {
	if err := p.deeper(at); err != nil {
		return nil, err
	}
	p.at++
	outer := p.calls
	p.calls = 0
	node, err := p.or()
	if err != nil {
		return nil, err
	}
	p.calls = outer
	p.space()
	if !p.take(')') {
		return nil, p.unexpected("')'")
	}
	p.depth--
	return node, nil
}

func (p *parser) call(name string, at int) (Node, error) {
	want, known := arity[name]
	if !known {
		return nil, Errorf(at, "there is no function %q", name)
	}
	if err := p.deeper(at); err != nil {
		return nil, err
	}
	p.at++ // the parenthesis
	p.calls++
	var args []Node
	for {
		arg, err := p.or()
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
		p.space()
		if !p.take(',') {
			break
		}
	}
	if !p.take(')') {
		return nil, p.unexpected("',' or ')'")
	}
	p.calls--
	p.depth--
	if len(args) != want {
		return nil, Errorf(at, "%s takes %d argument(s), not %d", name, want, len(args))
	}
	return &Call{Name: name, Args: args, At: At(at)}, nil
}

// typed reads the quoted part of datetime'…' and its kin; only for these does word stop at a quote.
func (p *parser) typed(at int) (Node, error) {
	value, err := p.quoted()
	if err != nil {
		return nil, err
	}
	return &Literal{Kind: DateTime, Text: value, At: At(at)}, nil
}

// quoted reads '…' in which two quotes stand for one.
func (p *parser) quoted() (string, error) {
	start := p.position()
	var value strings.Builder
	for rest := p.at + 1; ; {
		end := strings.IndexByte(p.text[rest:], '\'')
		if end < 0 {
			return "", Errorf(start, "the quote that begins here is never closed")
		}
		value.WriteString(p.text[rest : rest+end])
		rest += end + 1
		if rest == len(p.text) || p.text[rest] != '\'' {
			p.at = rest
			return value.String(), nil
		}
		value.WriteByte('\'')
		rest++
	}
}

// word reads up to the next space, parenthesis or quote, and inside a call up to a comma.
func (p *parser) word() string {
	start := p.at
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '(' || c == ')' || isSpace(c):
			return p.text[start:p.at]
		case c == ',' && p.calls > 0:
			return p.text[start:p.at]
		case c == '\'' && isTypePrefix(p.text[start:p.at]):
			return p.text[start:p.at]
		}
		p.at++
	}
	return p.text[start:]
}

// keyword takes the word when it stands here alone: before a space, a parenthesis, a quote or the end.
func (p *parser) keyword(word string) bool {
	p.space()
	rest := p.text[p.at:]
	if !strings.HasPrefix(rest, word) {
		return false
	}
	if len(rest) > len(word) {
		if c := rest[len(word)]; c != '(' && c != '\'' && !isSpace(c) {
			return false
		}
	}
	p.at += len(word)
	return true
}

func (p *parser) take(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) space() {
	for p.at < len(p.text) && isSpace(p.text[p.at]) {
		p.at++
	}
}

// position is the 1-based character position of the next unread byte.
func (p *parser) position() int { return utf8.RuneCountInString(p.text[:p.at]) + 1 }

func (p *parser) deeper(at int) error {
	p.depth++
	if p.depth > MaxDepth {
		return Errorf(at, "nested deeper than %d", MaxDepth)
	}
	return nil
}

func (p *parser) unexpected(want string) error {
	if p.at == len(p.text) {
		return Errorf(p.position(), "the expression ends where %s should be", want)
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.at:])
	return Errorf(p.position(), "%q is not expected here, but %s", string(r), want)
}
