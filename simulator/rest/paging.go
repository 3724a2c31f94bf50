package rest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxCursors is how many cursors are remembered; the oldest is forgotten first.
const maxCursors = 1000

// cursors remember lists that can be gone on with.
type cursors struct {
	made  int
	order []string
	lists map[string]*listing
}

// listing is a list as it was when its first page was asked for.
type listing struct {
	table  *table
	rows   []*record
	fields []string
	size   int
	from   int
	shape  func(*record) any // nil = the usual
}

func (c *cursors) add(l *listing) string {
	if c.lists == nil {
		c.lists = map[string]*listing{}
	}
	c.made++
	token := fmt.Sprintf("c%08x", c.made*2654435761%(1<<32))
	c.lists[token] = l
	if c.order = append(c.order, token); len(c.order) > maxCursors {
		delete(c.lists, c.order[0])
		c.order = c.order[1:]
	}
	return token
}

// page cuts a list and answers one page of it.
func (s *Simulator) page(x *exchange, l *listing) *refusal {
	p := x.call.Paging
	if fail := s.position(x, p, l); fail != nil {
		return fail
	}
	if p.Alone && l.from > 0 && x.query.Has(p.At) {
		for name := range x.query {
			if name != p.At && name != p.Size {
				return refuse("parameter", "The parameter %s must not go with %s", name, p.At).at(name)
			}
		}
	}
	if fail := x.checkUnknown(nil, nil); fail != nil {
		return fail
	}
	return s.answerPage(x, l)
}

// position reads size and place of the page that is asked for.
func (s *Simulator) position(x *exchange, p *paging, l *listing) *refusal {
	l.size = p.Default
	if l.size == 0 {
		l.size = 100
	}
	if p.Style == "" || p.Style == "none" {
		l.size = max(len(l.rows), 1)
		return nil
	}
	var fail *refusal
	if l.size, fail = x.whole(p.Size, l.size, 1); fail != nil {
		return fail
	}
	if p.Max > 0 && l.size > p.Max {
		if p.Over == "refuse" {
			return refuse("invalid", "The parameter %s must be at most %d", p.Size, p.Max).at(p.Size)
		}
		l.size = p.Max
	}
	switch p.Style {
	case "offset":
		l.from, fail = x.whole(p.At, p.Start, p.Start)
		l.from -= p.Start
	case "page":
		var page int
		page, fail = x.whole(p.At, p.Start, p.Start)
		l.from = (page - p.Start) * l.size
	case "after":
		fail = l.after(x, p.At)
	case "cursor":
		if token, ok := x.argument(p.At); ok && token != "" {
			remembered := s.cursors.lists[token]
			if remembered == nil {
				return refuse("invalid", "The cursor %s is not known", token).at(p.At)
			}
			l.rows, l.from, l.fields, l.shape = remembered.rows, remembered.from, remembered.fields, remembered.shape
		}
	default:
		return refuse("invalid", "The paging style %s of the provider file is not known", p.Style)
	}
	if fail == nil && p.MaxOffset > 0 && l.from > p.MaxOffset {
		return refuse("invalid", "The parameter %s must be at most %d", p.At, p.MaxOffset).at(p.At)
	}
	return fail
}

// after starts behind the record with the given id.
func (l *listing) after(x *exchange, name string) *refusal {
	id, ok := x.argument(name)
	if !ok {
		return nil
	}
	at := slices.IndexFunc(l.rows, func(r *record) bool { return r.id == id })
	if at < 0 {
		return refuse("invalid", "There is no record %s to start after", id).at(name)
	}
	l.from = at + 1
	return nil
}

func (x *exchange) whole(name string, standard, least int) (int, *refusal) {
	given, ok := x.argument(name)
	if !ok || given == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < least {
		return 0, refuse("invalid", "The parameter %s must be a whole number from %d, not %s", name, least, given).at(name)
	}
	return n, nil
}

// answerPage answers the rows from l.from, with what the envelope and the headers want to know.
func (s *Simulator) answerPage(x *exchange, l *listing) *refusal {
	p := x.call.Paging
	from := min(l.from, len(l.rows))
	to := min(from+l.size, len(l.rows))
	rows := make([]any, 0, to-from)
	for _, r := range l.rows[from:to] {
		if l.shape != nil {
			rows = append(rows, l.shape(r))
			continue
		}
		shown := l.table.show(x, r, l.fields)
		if name := x.call.Wrap.Row; name != "" {
			shown = map[string]any{name: shown}
		}
		rows = append(rows, shown)
	}
	more := to < len(l.rows)
	words := map[string]any{
		"more": more, "done": !more, "total": wholeNumber(len(l.rows)), "count": wholeNumber(len(rows)),
		"offset": wholeNumber(from), "size": wholeNumber(l.size), "page": wholeNumber(from/l.size + p.Start),
		"pages": wholeNumber((len(l.rows) + l.size - 1) / l.size),
	}
	if more {
		s.nextWords(x, l, p, to, words)
	}
	for name, word := range p.Headers {
		if value, ok := words[word]; ok {
			x.header.Set(name, text(value))
		}
	}
	if link, ok := words["link"]; ok && p.Link {
		x.header.Set("Link", "<"+text(link)+`>; rel="next"`)
	}
	x.answer(x.call.Status, envelope(rows, x.call.Wrap.List, p, words))
	return nil
}

func wholeNumber(n int) json.Number { return json.Number(strconv.Itoa(n)) }

// nextWords are those that only a page with another behind it has.
func (s *Simulator) nextWords(x *exchange, l *listing, p *paging, to int, words map[string]any) {
	position := ""
	switch p.Style {
	case "offset":
		position = strconv.Itoa(to + p.Start)
	case "page":
		position = strconv.Itoa(to/l.size + p.Start)
	case "after":
		position = l.rows[to-1].id
	case "cursor":
		rest := *l
		rest.from = to
		position = s.cursors.add(&rest)
	}
	words["cursor"] = position
	words["next"] = json.Number(position)
	if _, err := strconv.Atoi(position); err != nil {
		words["next"] = position
	}
	if p.Continue != "" {
		_, path, _ := strings.Cut(p.Continue, " ")
		path = s.file.Base + strings.ReplaceAll(path, "{cursor}", position)
		words["path"], words["link"] = path, x.base()+path
		return
	}
	query := url.Values{}
	for name, values := range x.query {
		query[name] = values
	}
	if p.Alone {
		query = url.Values{p.Size: {strconv.Itoa(l.size)}}
	}
	query.Set(p.At, position)
	path := x.request.URL.Path + "?" + query.Encode()
	words["path"], words["link"] = path, x.base()+path
}

// envelope puts a list into what the provider wraps lists in. A word with = before it is a constant.
func envelope(rows []any, key string, p *paging, words map[string]any) any {
	if key == "" && len(p.Envelope) == 0 {
		return rows
	}
	whole := map[string]any{}
	for path, word := range p.Envelope {
		if literal, ok := strings.CutPrefix(word, "="); ok {
			place(whole, path, literalOf(literal))
			continue
		}
		value, ok := words[word]
		if !ok && p.Last != "null" {
			continue
		}
		place(whole, path, value)
	}
	if key != "" {
		place(whole, key, rows)
	}
	return whole
}

func literalOf(word string) any {
	var value any
	if err := json.Unmarshal([]byte(word), &value); err != nil {
		return word
	}
	return plain(value)
}

// goOn answers the next page of a list that is remembered.
func (s *Simulator) goOn(x *exchange) *refusal {
	token, ok := x.variables["cursor"]
	if !ok {
		token, _ = x.argument(x.call.Paging.At)
	}
	l := s.cursors.lists[token]
	if l == nil {
		return refuse("invalid", "The cursor %s is not known", token)
	}
	if fail := x.checkUnknown(nil, nil); fail != nil {
		return fail
	}
	again := *l
	return s.answerPage(x, &again)
}
