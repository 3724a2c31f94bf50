package rest

import (
	"slices"
	"strconv"
	"strings"
)

// maxOffset is how deep OFFSET may reach (reference/connectors-next.md §5).
const maxOffset = 2000

// query answers SELECT fields FROM Collection WHERE … ORDER BY … LIMIT n OFFSET m.
func (s *Simulator) query(x *exchange) *refusal {
	given, ok := x.argument(x.call.Filter.Expression)
	if !ok || given == "" {
		return refuse("query", "The parameter %s is missing", x.call.Filter.Expression)
	}
	tokens, fail := scan(given, "soql")
	if fail != nil {
		return fail
	}
	p := &parser{tokens: tokens, language: "soql"}
	fields, fail := p.selectFrom(s)
	if fail != nil {
		return fail
	}
	l := &listing{table: p.table, fields: fields, size: x.call.Paging.Default}
	var wanted test
	if p.word("WHERE") {
		if wanted, fail = p.either(); fail != nil {
			return fail
		}
	}
	if x.ordering, fail = p.orderBy(); fail != nil {
		return fail
	}
	limit, from, fail := p.limits()
	if fail != nil {
		return fail
	}
	for _, r := range p.table.rows {
		if wanted == nil || wanted(r) {
			l.rows = append(l.rows, r)
		}
	}
	if fail := p.table.order(x, l.rows); fail != nil {
		return fail
	}
	l.rows = l.rows[min(from, len(l.rows)):]
	if limit >= 0 {
		l.rows = l.rows[:min(limit, len(l.rows))]
	}
	if l.size == 0 {
		l.size = maxOffset
	}
	if fail := x.checkUnknown(nil, nil); fail != nil {
		return fail
	}
	return s.answerPage(x, l)
}

// selectFrom reads SELECT a, b FROM Name. FIELDS(ALL) is every field, and demands a limit.
func (p *parser) selectFrom(s *Simulator) ([]string, *refusal) {
	if !p.word("SELECT") {
		return nil, refuse("query", "The query must begin with SELECT")
	}
	var fields []string
	all := false
	for {
		t := p.take()
		if t.symbol || t.quoted {
			return nil, refuse("query", "A field is expected after SELECT")
		}
		fields = append(fields, t.text)
		if strings.EqualFold(t.text, "FIELDS") && p.symbol("(") {
			fields = fields[:len(fields)-1]
			all = p.word("ALL")
			if !all && !p.word("STANDARD") || !p.symbol(")") {
				return nil, refuse("query", "FIELDS takes (ALL) or (STANDARD)")
			}
		}
		if !p.symbol(",") {
			break
		}
	}
	if !p.word("FROM") {
		return nil, refuse("query", "FROM is expected")
	}
	name := p.take().text
	if p.table = s.tables[name]; p.table == nil {
		return nil, refuse("query", "The type %s is not supported", name)
	}
	for _, field := range fields {
		if !p.table.knows(field) {
			return nil, refuse("field", "No such column %s on %s", field, name).at(field)
		}
	}
	if all {
		return nil, p.smallLimit()
	}
	if len(fields) == 0 {
		return nil, nil
	}
	return append(fields, p.table.Select.Always...), nil
}

// smallLimit refuses FIELDS(ALL) without LIMIT 200 or less.
func (p *parser) smallLimit() *refusal {
	const most = 200
	at := slices.IndexFunc(p.tokens, func(t token) bool { return !t.quoted && strings.EqualFold(t.text, "LIMIT") })
	if at >= 0 && at+1 < len(p.tokens) {
		if n, err := strconv.Atoi(p.tokens[at+1].text); err == nil && n <= most {
			return nil
		}
	}
	return refuse("query", "FIELDS(ALL) needs a LIMIT of at most %d", most)
}

func (p *parser) limits() (limit, offset int, fail *refusal) {
	limit = -1
	if p.word("LIMIT") {
		if limit, fail = p.wholeNumber(); fail != nil {
			return 0, 0, fail
		}
	}
	if p.word("OFFSET") {
		if offset, fail = p.wholeNumber(); fail != nil {
			return 0, 0, fail
		}
		if offset > maxOffset {
			return 0, 0, refuse("query", "The maximum of OFFSET is %d", maxOffset)
		}
	}
	if !p.ended() {
		return 0, 0, refuse("query", "The query has an unexpected %s", p.peek().text)
	}
	return limit, offset, nil
}

func (p *parser) wholeNumber() (int, *refusal) {
	t := p.take()
	n, err := strconv.Atoi(t.text)
	if err != nil || n < 0 || t.quoted {
		return 0, refuse("query", "A whole number is expected in place of %s", t.text)
	}
	return n, nil
}
