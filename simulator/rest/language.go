package rest

import (
	"strings"
	"unicode/utf8"
)

// expression reads a condition in a provider's language. The grammars are small and strict on purpose: what the
// provider would refuse is refused here.
func (t *table) expression(f *filter, given string) (test, []sortKey, *refusal) {
	if f.Quoted {
		inner, ok := strings.CutPrefix(given, `"`)
		if ok {
			inner, ok = strings.CutSuffix(inner, `"`)
		}
		if !ok {
			return nil, nil, refuse("query", "The query must stand in double quotes")
		}
		given = inner
	}
	tokens, fail := scan(given, f.Language)
	if fail != nil {
		return nil, nil, fail
	}
	p := &parser{tokens: tokens, table: t, language: f.Language, names: f.Names}
	if f.Language == "zendesk" {
		made, fail := p.search()
		return made, nil, fail
	}
	made, fail := p.either()
	if fail != nil {
		return nil, nil, fail
	}
	ordering, fail := p.orderBy()
	if fail != nil {
		return nil, nil, fail
	}
	if !p.ended() {
		return nil, nil, refuse("query", "The query has an unexpected %s", p.peek().text)
	}
	return made, ordering, nil
}

// token is a piece of a query.
type token struct {
	text   string
	quoted bool
	symbol bool
}

// symbols of the languages, the longest first.
var symbols = []string{":>", ":<", ":", "!=", "<>", "<=", ">=", "!~", "=", "<", ">", "~", "(", ")", ",", "-"} //nolint:gochecknoglobals // a table

func scan(s, language string) ([]token, *refusal) {
	var tokens []token
	for s = strings.TrimLeft(s, " \t\r\n"); s != ""; s = strings.TrimLeft(s, " \t\r\n") {
		if quote := s[0]; quote == '\'' || quote == '"' && language != "soql" && language != "freshdesk" {
			content, rest, ok := unquote(s)
			if !ok {
				return nil, refuse("query", "A text has no closing quote")
			}
			tokens, s = append(tokens, token{text: content, quoted: true}), rest
			continue
		}
		if symbol := symbolAt(s, language); symbol != "" {
			tokens, s = append(tokens, token{text: symbol, symbol: true}), s[len(symbol):]
			continue
		}
		end := wordEnd(s, language)
		if end == 0 {
			letter, _ := utf8.DecodeRuneInString(s)
			return nil, refuse("query", "The query has an unexpected %c", letter)
		}
		tokens, s = append(tokens, token{text: s[:end]}), s[end:]
	}
	return tokens, nil
}

func symbolAt(s, language string) string {
	for _, symbol := range symbols {
		if !strings.HasPrefix(s, symbol) {
			continue
		}
		switch symbol {
		case ":", ":>", ":<":
			if language == "soql" || language == "jql" || language != "freshdesk" && len(symbol) == 2 {
				continue
			}
		case "-":
			if language != "zendesk" && language != "stripe" {
				continue
			}
		}
		return symbol
	}
	return ""
}

func wordEnd(s, language string) int {
	for i, letter := range s {
		switch letter {
		case '=', '<', '>', '(', ')', ',', '~', '!', '\'', '"', ' ', '\t', '\n', '\r':
			return i
		case ':': // of times: 2026-01-01T10:00:00Z
			if language != "soql" && language != "jql" && !timeBefore(s[:i]) {
				return i
			}
		}
	}
	return len(s)
}

func timeBefore(s string) bool { return len(s) >= len("2026-01-01T10") && s[4] == '-' && s[10] == 'T' }

// unquote reads a text in quotes with backslashes before what would end it.
func unquote(s string) (content, rest string, ok bool) {
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case s[0]:
			return out.String(), s[i+1:], true
		case '\\':
			if i++; i == len(s) {
				return "", "", false
			}
			switch s[i] {
			case 'n':
				out.WriteByte('\n')
			case 'r':
				out.WriteByte('\r')
			case 't':
				out.WriteByte('\t')
			default:
				out.WriteByte(s[i])
			}
		default:
			out.WriteByte(s[i])
		}
	}
	return "", "", false
}

// parser reads tokens from the front.
type parser struct {
	tokens   []token
	table    *table
	language string
	names    map[string]string
}

func (p *parser) ended() bool { return len(p.tokens) == 0 }

func (p *parser) peek() token {
	if p.ended() {
		return token{text: "end", symbol: true}
	}
	return p.tokens[0]
}

func (p *parser) take() token {
	t := p.peek()
	if !p.ended() {
		p.tokens = p.tokens[1:]
	}
	return t
}

// word takes the next token when it is one of the words, in any case.
func (p *parser) word(words ...string) bool {
	t := p.peek()
	for _, word := range words {
		if !t.quoted && !t.symbol && strings.EqualFold(t.text, word) {
			p.take()
			return true
		}
	}
	return false
}

func (p *parser) symbol(symbol string) bool {
	if t := p.peek(); t.symbol && t.text == symbol {
		p.take()
		return true
	}
	return false
}

// either reads a OR b OR c. SOQL and Stripe refuse to mix AND with OR without brackets.
func (p *parser) either() (test, *refusal) {
	first, ands, fail := p.all()
	if fail != nil {
		return nil, fail
	}
	terms := []test{first}
	for p.word("OR") {
		next, more, fail := p.all()
		if fail != nil {
			return nil, fail
		}
		terms = append(terms, next)
		ands += more
	}
	if ands > 0 && len(terms) > 1 && (p.language == "soql" || p.language == "stripe") {
		return nil, refuse("query", "AND and OR must not stand beside each other without brackets")
	}
	if len(terms) == 1 {
		return first, nil
	}
	return some(terms), nil
}

func (p *parser) all() (made test, ands int, fail *refusal) {
	first, fail := p.term()
	if fail != nil {
		return nil, 0, fail
	}
	terms := []test{first}
	for p.word("AND") {
		next, fail := p.term()
		if fail != nil {
			return nil, 0, fail
		}
		terms = append(terms, next)
	}
	return every(terms), len(terms) - 1, nil
}

func (p *parser) term() (test, *refusal) {
	if p.language != "freshdesk" && p.word("NOT") || p.language == "stripe" && p.symbol("-") {
		inner, fail := p.term()
		if fail != nil {
			return nil, fail
		}
		return func(r *record) bool { return !inner(r) }, nil
	}
	if p.language != "stripe" && p.symbol("(") {
		inner, fail := p.either()
		if fail != nil {
			return nil, fail
		}
		if !p.symbol(")") {
			return nil, refuse("query", "A bracket is not closed")
		}
		return inner, nil
	}
	return p.condition()
}

func (p *parser) condition() (test, *refusal) {
	field := p.take()
	if field.symbol || field.quoted && p.language != "jql" && p.language != "close" {
		return nil, refuse("query", "A field is expected in place of %s", field.text)
	}
	c := condition{field: defaultTo(p.names[field.text], field.text)}
	if fail := p.comparison(&c); fail != nil {
		return nil, fail
	}
	if p.language == "close" {
		c.words()
	}
	if fail := p.checkKinds(c); fail != nil {
		return nil, fail
	}
	return c.test(p.table)
}

// comparison reads operator and values.
func (p *parser) comparison(c *condition) *refusal {
	negative := p.language != "freshdesk" && p.word("NOT")
	if (p.language == "soql" || p.language == "jql") && p.word("IN") {
		c.operator = "in"
		if negative {
			c.operator = "not in"
		}
		return p.listOf(c)
	}
	if negative {
		return refuse("query", "IN is expected after NOT")
	}
	if p.language == "jql" && p.word("IS") {
		c.operator = "empty"
		if p.word("NOT") {
			c.operator = "set"
		}
		if !p.word("EMPTY", "NULL") {
			return refuse("query", "IS needs EMPTY or NULL")
		}
		return nil
	}
	if p.language == "soql" && p.word("LIKE") {
		c.operator = "like"
		return p.value(c)
	}
	operator, ok := operators[p.language][p.peek().text]
	if !ok || !p.take().symbol {
		return refuse("query", "An operator is expected after %s", c.field)
	}
	c.operator = operator
	return p.value(c)
}

// operators of the languages, by their symbols.
var operators = map[string]map[string]string{ //nolint:gochecknoglobals // a table
	"soql":      {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="},
	"jql":       {"=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "~": "contains", "!~": "not contains"},
	"freshdesk": {":": "=", ":>": ">=", ":<": "<="},
	"stripe":    {":": "=", "~": "contains", "<": "<", "<=": "<=", ">": ">", ">=": ">="},
	"zendesk":   {":": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="},
	"close":     {":": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="},
}

// words reads what Close makes of name:"x", which finds words, name:x*, which finds their beginnings, and name:*.
func (c *condition) words() {
	if c.operator != "=" || c.values[0].kind == kindNumber || c.values[0].kind == kindTruth {
		return
	}
	value := &c.values[0]
	switch {
	case value.text == "*" && value.kind != kindText:
		c.operator = "set"
	case value.kind != kindText:
		c.operator = "token"
	default:
		c.operator = "contains"
	}
	value.kind = kindText
}

func (p *parser) value(c *condition) *refusal {
	t := p.take()
	if t.symbol {
		return refuse("query", "A value is expected for %s", c.field)
	}
	one := literal{t.text, kindText}
	if !t.quoted {
		one = bare(t.text)
	}
	c.values = append(c.values, one)
	return nil
}

func (p *parser) listOf(c *condition) *refusal {
	if !p.symbol("(") {
		return refuse("query", "IN needs a list in brackets")
	}
	for {
		if fail := p.value(c); fail != nil {
			return fail
		}
		if p.symbol(")") {
			return nil
		}
		if !p.symbol(",") {
			return refuse("query", "A comma is expected in the list of %s", c.field)
		}
	}
}

// checkKinds refuses literals that the language wants written otherwise: SOQL has text in quotes and dates bare.
func (p *parser) checkKinds(c condition) *refusal {
	want, known := p.table.kindOf(c.field)
	for _, v := range c.values {
		if v.kind == kindWord && p.language != "jql" && p.language != "zendesk" {
			return refuse("query", "The value %s of %s must stand in quotes", v.text, c.field)
		}
		if p.language != "soql" || !known || v.kind == kindNull || v.kind == want {
			continue
		}
		if v.kind == kindText {
			return refuse("query", "The value of %s must not stand in quotes", c.field).at(c.field)
		}
		return refuse("query", "The value %s has the wrong type for %s", v.text, c.field).at(c.field)
	}
	return nil
}

// orderBy reads ORDER BY a ASC, b DESC of those languages that have it.
func (p *parser) orderBy() ([]sortKey, *refusal) {
	if p.language != "jql" && p.language != "soql" || !p.word("ORDER") {
		return nil, nil
	}
	if !p.word("BY") {
		return nil, refuse("query", "BY is expected after ORDER")
	}
	var keys []sortKey
	for {
		t := p.take()
		if t.symbol {
			return nil, refuse("query", "A field is expected after ORDER BY")
		}
		key := sortKey{field: t.text}
		if !p.table.knows(key.field) {
			return nil, refuse("field", "The field %s is not known", key.field).at(key.field)
		}
		if key.down = p.word("DESC"); !key.down {
			p.word("ASC")
		}
		keys = append(keys, key)
		if !p.symbol(",") {
			return keys, nil
		}
	}
}

// search reads Zendesk's terms: field:value, field>value, -field:value, free words. One field twice means either.
func (p *parser) search() (test, *refusal) {
	either := map[string][]test{}
	var all []test
	for !p.ended() {
		negative := p.symbol("-")
		field := p.take()
		if field.symbol {
			return nil, refuse("query", "The query has an unexpected %s", field.text)
		}
		if next := p.peek(); field.quoted || p.ended() || !next.symbol || operators["zendesk"][next.text] == "" {
			words := field.text
			all = append(all, func(r *record) bool {
				return strings.Contains(strings.ToLower(text(r.own)), strings.ToLower(words)) != negative
			})
			continue
		}
		c := condition{field: defaultTo(p.names[field.text], field.text)}
		if fail := p.comparison(&c); fail != nil {
			return nil, fail
		}
		made, fail := p.term1(c)
		if fail != nil {
			return nil, fail
		}
		switch {
		case negative:
			all = append(all, func(r *record) bool { return !made(r) })
		case c.operator == "=":
			either[c.field] = append(either[c.field], made)
		default:
			all = append(all, made)
		}
	}
	for _, tests := range either {
		all = append(all, some(tests))
	}
	return every(all), nil
}

// term1 is one term of a search: type names the collection, none stands for nothing, * for any letters, a day for all
// of it.
func (p *parser) term1(c condition) (test, *refusal) {
	value := c.values[0].text
	if c.field == "type" && !p.table.knows("type") {
		if value != p.table.Name && value+"s" != p.table.Name {
			return nil, refuse("query", "The list holds no %s", value)
		}
		return func(*record) bool { return true }, nil
	}
	if c.operator == "=" {
		switch {
		case value == "none":
			c.operator = "empty"
		case value == "*":
			c.operator = "set"
		case strings.Contains(value, "*"):
			c.operator = "token"
		case c.values[0].kind == kindTime && len(value) == len("2026-01-01"):
			c.operator = "on"
		}
	}
	return c.test(p.table)
}
