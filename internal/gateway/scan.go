package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"jackfield/internal/ceql"
	"jackfield/internal/fault"
	"jackfield/internal/mapping"

	"github.com/tidwall/gjson"
)

const (
	// converterEvaluate is the converter of providers that know no filter: rows are read and filtered here.
	converterEvaluate = "evaluate"
	// keyScanRows names the configuration entry with the number of rows that are read for one call at most.
	keyScanRows = "where.evaluate.max"
	// DefaultScanRows is that number when the configuration names none (reference/connectors-next.md §4).
	DefaultScanRows = 10_000
)

// evaluated is the expression that is left to filter here: nil when the provider does all of it.
func (c *Call) evaluated() (ceql.Expr, error) {
	if !c.Resource.List || !c.evaluates() {
		return nil, nil
	}
	constant, err := c.constantWhere()
	if err != nil {
		return nil, err
	}
	return ceql.Both(constant, c.where), nil
}

// evaluates reports whether where of the resource is filtered here.
func (c *Call) evaluates() bool {
	for _, p := range c.Resource.Parameters {
		if p.Name == "where" && p.ConverterName() == converterEvaluate {
			return true
		}
	}
	return false
}

// scan reads the provider's list page by page from its beginning, and keeps the rows that match and belong to the page
// that the caller asked for. It ends behind that page, with the list, or at the limit of rows, which is an error: a page
// that may lack rows would look like one that does not.
func (g *Gateway) scan(ctx context.Context, c *Call, filter ceql.Expr) error {
	s := scanner{wanted: c.paging, matches: ceql.Compile(filter), limit: c.scanRows(), whole: c.ours()}
	if !s.whole {
		largest, _ := c.pageLimits()
		c.paging = paging{page: 1, size: largest}
	}
	for {
		if err := g.exchange(ctx, c); err != nil {
			return err
		}
		if err := c.rows(&s); err != nil {
			c.release()
			return err
		}
		if s.whole || s.full() || c.nextToken == "" {
			break
		}
		if s.spent >= s.limit {
			c.release()
			return fault.New(fault.Invalid, "where is filtered here, and %d rows of the provider were read without an end: narrow it, or raise %s in the configuration of the instance",
				s.read, keyScanRows)
		}
		token, err := decodePageToken(c.nextToken)
		if err != nil {
			return err
		}
		c.paging = paging{page: max(token.Page, 1), size: c.paging.size, cursor: token.Cursor, link: token.Link, given: true}
		c.nextToken, c.response, c.skipped = "", vendorResponse{}, false
	}
	return g.answerScan(ctx, c, &s)
}

// answerScan makes the answer of the rows that were kept.
func (g *Gateway) answerScan(ctx context.Context, c *Call, s *scanner) error {
	whole := ""
	c.rootKeyOverride = &whole
	c.response.body = append(append([]byte{'['}, s.kept...), ']')
	c.paging, c.nextToken = s.wanted, ""
	c.paging.scanned = true
	if s.full() {
		c.nextToken = pageToken{Page: s.wanted.page + 1, PageSize: s.wanted.size}.encode()
	}
	c.remarks = append(c.remarks, fmt.Sprintf("where was filtered here, among %d rows of the provider", s.read))
	if err := g.remember(ctx, c); err != nil {
		c.release()
		return err
	}
	if err := g.shape(ctx, c); err != nil {
		c.release()
		return err
	}
	return nil
}

// scanRows is how many rows may be read for one call.
func (c *Call) scanRows() int {
	n, err := strconv.Atoi(strings.TrimSpace(c.Configuration(keyScanRows)))
	if err != nil || n < 1 {
		return DefaultScanRows
	}
	return n
}

// scanner gathers the rows of one page out of many of the provider's.
type scanner struct {
	wanted  paging
	matches func(ceql.Record) bool
	limit   int
	whole   bool // all rows are kept: pages are cut afterwards
	read    int
	spent   int // of the limit: an empty page counts as a row, so that cursors that go nowhere end too
	found   int
	kept    []byte // rows with commas between them
}

// full reports whether a row behind the wanted page was found.
func (s *scanner) full() bool { return !s.whole && s.found > s.wanted.page*s.wanted.size }

// rows looks through one page of the provider, and finds where the next one is.
func (c *Call) rows(s *scanner) error {
	plan := c.Resource.Shape(false)
	if c.rootKeyOverride != nil {
		plan = mapping.Compile(mapping.Spec{RootKey: *c.rootKeyOverride, List: true})
		c.rootKeyOverride = nil // the hook gives it again with the next page
	}
	body := bytes.TrimSpace(c.response.body)
	if len(body) == 0 {
		body = []byte("[]")
	}
	out := getBuffer()
	defer putBuffer(out)
	shaped, info, err := plan.Apply((*out)[:0], body)
	*out = shaped
	if err != nil {
		return fault.Wrap(fault.Provider, err, "The provider's answer is not valid JSON").WithProvider(excerpt(body))
	}
	if !info.Array {
		return fault.New(fault.Provider, "The provider's answer is no list that where could filter").WithProvider(excerpt(body))
	}
	c.isList, c.count = true, info.Count
	s.spent += max(info.Count, 1)
	c.findNextPage()
	first := (s.wanted.page - 1) * s.wanted.size
	gjson.ParseBytes(shaped).ForEach(func(_, row gjson.Result) bool {
		s.read++
		if !s.matches(func(attr string) (any, bool) { return attributeOf(row, attr) }) {
			return true
		}
		s.found++
		if s.whole || s.found > first && s.found <= first+s.wanted.size {
			if len(s.kept) > 0 {
				s.kept = append(s.kept, ',')
			}
			s.kept = append(s.kept, row.Raw...)
		}
		return !s.full()
	})
	if len(s.kept) > maxBuffered {
		return tooLargeAnswer()
	}
	return nil
}

// attributeOf reads an attribute of a row as ceql compares it. A member that has the name as it is wins over a path; of
// a list in the path the first item counts.
func attributeOf(row gjson.Result, attr string) (any, bool) {
	if row.IsArray() {
		items := row.Array()
		if len(items) == 0 {
			return nil, false
		}
		return attributeOf(items[0], attr)
	}
	if !row.IsObject() {
		return nil, false
	}
	if found := memberOf(row, attr); found.Exists() {
		switch found.Type {
		case gjson.Null:
			return nil, true
		case gjson.True, gjson.False:
			return found.Bool(), true
		case gjson.Number:
			return json.Number(found.Raw), true
		case gjson.String:
			return found.String(), true
		}
		return found.Raw, true
	}
	first, rest, dotted := strings.Cut(attr, ".")
	if !dotted {
		return nil, false
	}
	return attributeOf(memberOf(row, first), rest)
}

// memberOf finds a member by its exact name; gjson's own paths would read *, ? and # in it.
func memberOf(object gjson.Result, name string) (found gjson.Result) {
	object.ForEach(func(key, v gjson.Result) bool {
		if key.String() == name {
			found = v
			return false
		}
		return true
	})
	return found
}
