package act365

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"jackfield/simulator/act365/odata"
)

// maxPage is the provider's largest page and the size of a page nobody sized
// (reference/act365.md §3).
const maxPage = 150

// query is what a request's query string asks of a collection.
type query struct {
	test     predicate // nil = everything
	filter   bool      // there was a $filter
	id       string    // the id a $filter fixes; empty = none
	order    []term    // nil = by id
	skip     int
	top      int
	only     []int  // $select
	group    string // groupId, which only contacts have
	idOption string // id as a plain parameter
}

type term struct {
	path       path
	descending bool
}

// values are the decoded parameters of a query string, by lower-case name.
type values map[string][]string

// parseValues splits a query string. Only "&" separates: a ";" inside a filter is part of it.
func parseValues(raw string) (values, error) {
	v := values{}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, fmt.Errorf("a parameter's name is not percent-encoded properly")
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return nil, fmt.Errorf("the value of %s is not percent-encoded properly", name)
		}
		name = strings.ToLower(name)
		v[name] = append(v[name], value)
	}
	return v, nil
}

// parseQuery reads the options of a query string for a model. Option names are case-insensitive;
// $count, $inlinecount, $expand and $format are accepted and ignored, other $ options refused,
// parameters without $ ignored unless they mean something here.
func (s *Simulator) parseQuery(raw string, m *model) (*query, error) {
	v, err := parseValues(raw)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "The query is not valid: %s.", err)
	}
	q := &query{top: maxPage}
	for name, list := range v {
		if !strings.HasPrefix(name, "$") {
			continue
		}
		if len(list) > 1 {
			return nil, refuseQuery(name, errors.New("it is given more than once"))
		}
		if err := s.option(q, m, name, list[0]); err != nil {
			return nil, refuseQuery(name, err)
		}
	}
	q.idOption = v.first("id")
	switch m {
	case models().contact:
		q.group = v.first("groupid")
	case models().campaign:
		err = q.pageNumber(v)
	}
	return q, err
}

func (v values) first(name string) string {
	if len(v[name]) == 0 {
		return ""
	}
	return v[name][0]
}

func (s *Simulator) option(q *query, m *model, name, value string) (err error) {
	switch name {
	case "$filter":
		c := &compiler{model: m, fold: s.options.CaseInsensitive}
		if s.options.Filter == "strict" {
			c.mode = odata.Strict
		}
		var node odata.Node
		q.test, node, err = c.compileFilter(value)
		if err == nil {
			q.filter = true
			q.id, _ = pinned(node)
		}
	case "$orderby":
		q.order, err = orderTerms(m, value)
	case "$select":
		q.only, err = selected(m, value)
	case "$skip":
		q.skip, err = count(value)
	case "$top":
		q.top, err = count(value)
		if err == nil && q.top > maxPage {
			if s.options.MaxTop == "reject" {
				return fmt.Errorf("the limit is %d, %d was asked for", maxPage, q.top)
			}
			q.top = maxPage
		}
	case "$count", "$inlinecount", "$expand", "$format":
	default:
		return errors.New("there is no such option")
	}
	return err
}

// pageNumber honours the pageNumber of campaigns, counted from 1, when no $skip is given.
func (q *query) pageNumber(v values) error {
	text := v.first("pagenumber")
	if text == "" || v.first("$skip") != "" {
		return nil
	}
	n, err := count(text)
	if err != nil || n < 1 {
		return refuseQuery("pageNumber", fmt.Errorf("%q is no page; the first one is 1", text))
	}
	q.skip = (n - 1) * q.top
	return nil
}

func count(text string) (int, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is no non-negative integer", text)
	}
	return int(n), nil
}

func orderTerms(m *model, value string) ([]term, error) {
	list, err := odata.ParseOrder(value)
	if err != nil {
		return nil, err
	}
	terms := make([]term, 0, len(list))
	for _, item := range list {
		p, ok := findPath(m, item.Path)
		if !ok {
			return nil, odata.Errorf(item.At, "%s has no property %q", m.name, item.Path)
		}
		if p.many || p.kind == object || p.kind == free && len(p.keys) == 0 {
			return nil, odata.Errorf(item.At, "%q cannot be put in order", item.Path)
		}
		terms = append(terms, term{path: p, descending: item.Descending})
	}
	return terms, nil
}

func selected(m *model, value string) ([]int, error) {
	list, err := odata.ParseSelect(value)
	if err != nil {
		return nil, err
	}
	var only []int
	for _, item := range list {
		p, ok := findPath(m, item.Path)
		if !ok {
			return nil, odata.Errorf(item.At, "%s has no property %q", m.name, item.Path)
		}
		only = append(only, p.steps[0])
	}
	slices.Sort(only)
	return slices.Compact(only), nil
}

// page is the part of the collection that the query asks for. The rows may be kept after the lock
// is given up; the slice is the caller's own.
func (c *collection) page(q *query, fold bool) []row {
	rows := q.candidates(c)
	if q.order == nil && q.test == nil && q.group == "" {
		return window(rows, q.skip, q.top)
	}
	enough := len(rows)
	if q.order == nil {
		enough = q.skip + q.top
	}
	var found []row
	for _, r := range rows {
		if len(found) == enough {
			break
		}
		if q.matches(r) {
			found = append(found, r)
		}
	}
	q.sort(found, fold)
	return window(found, q.skip, q.top)
}

// all is every row the query asks for, whatever $skip and $top say.
func (c *collection) all(q *query) []row {
	var found []row
	for _, r := range q.candidates(c) {
		if q.matches(r) {
			found = append(found, r)
		}
	}
	return found
}

// candidates are the rows worth testing: one when the filter fixes the id.
func (q *query) candidates(c *collection) []row {
	if q.id == "" {
		return c.rows
	}
	if r, found := c.find(q.id); found {
		return []row{r}
	}
	return nil
}

func (q *query) matches(r row) bool {
	return (q.group == "" || inGroup(r, q.group)) && (q.test == nil || q.test(r))
}

// sort puts rows in the order asked for: nulls first, ties by id.
func (q *query) sort(rows []row, fold bool) {
	if q.order == nil {
		return
	}
	slices.SortFunc(rows, func(a, b row) int {
		for i := range q.order {
			t := &q.order[i]
			c, _ := order(plain(t.path.value(a)), plain(t.path.value(b)), fold)
			if t.descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return strings.Compare(a.id(), b.id())
	})
}

// window copies the rows from skip on, top at most.
func window(rows []row, skip, top int) []row {
	skip = min(skip, len(rows))
	return slices.Clone(rows[skip:min(len(rows), skip+top)])
}
