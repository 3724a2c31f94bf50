package gateway

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/mapping"

	"github.com/tidwall/gjson"
)

// paging is the caller's wish for a page, checked against the connector's limits (reference/hub-api.md §4).
type paging struct {
	page   int    // 1-based
	size   int    // rows, already within the connector's maximum
	cursor string // the provider's own, from a next-page token
	link   string // the provider's own address of the page, ditto
	given  bool   // the caller named a page or a token

	scanned bool // the page was put together here
}

// pageToken is the content of Elements-Next-Page-Token: base64url of this object. Clients treat it as opaque.
type pageToken struct {
	Cursor   string `json:"cursor,omitempty"`
	Link     string `json:"link,omitempty"`
	PageSize int    `json:"pageSize"`
	Page     int    `json:"page,omitempty"`
}

func (t pageToken) encode() string {
	text, err := json.Marshal(t)
	if err != nil {
		panic(err) // three plain fields always encode
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func decodePageToken(text string) (pageToken, error) {
	var t pageToken
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err == nil {
		err = json.Unmarshal(raw, &t)
	}
	if err != nil || t.PageSize < 0 || t.Page < 0 || (t.Page == 0 && t.Cursor == "" && t.Link == "") {
		return t, fault.New(fault.Invalid, "The nextPage token is not valid: send the value of Elements-Next-Page-Token unchanged")
	}
	return t, nil
}

// readPaging reads page, pageSize and nextPage. The token wins over page and brings its page size along; an
// empty token means the first page. A page size above the connector's maximum is lowered with a remark.
func (c *Call) readPaging() error {
	c.paging = paging{page: 1}
	if !c.Resource.List {
		return nil
	}
	largest, standard := c.pageLimits()
	size, err := positive(c.Query, "pageSize", standard)
	if err != nil {
		return err
	}
	if size > largest {
		c.remarks = append(c.remarks, fmt.Sprintf("pageSize lowered from %d to the maximum of this connector, %d", size, largest))
		size = largest
	}
	if c.paging.page, err = positive(c.Query, "page", 1); err != nil {
		return err
	}
	c.paging.given = c.Query.Get("page") != ""
	if text := c.Query.Get("nextPage"); text != "" {
		token, err := decodePageToken(text)
		if err != nil {
			return err
		}
		c.paging.given = true
		c.paging.cursor, c.paging.link = token.Cursor, token.Link
		if token.Page > 0 {
			c.paging.page = token.Page
		}
		if token.PageSize > 0 {
			size = min(token.PageSize, largest)
		}
	}
	c.paging.size = size
	return nil
}

func positive(query url.Values, name string, standard int) (int, error) {
	text := strings.TrimSpace(query.Get(name))
	if text == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fault.New(fault.Invalid, "The parameter %s must be a whole number from 1, not %q", name, text)
	}
	return n, nil
}

// pageLimits are the largest and the standard page size of the resource: pagination.max is a number, or JSON
// by object name; connectors of paginator V3 say it in the JSON of pagination (reference/elements.md §4.2).
func (c *Call) pageLimits() (largest, standard int) {
	largest = MaxPageSize
	if text := c.Instance.Effective["pagination.max"]; text != "" {
		if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && n > 0 {
			largest = n
		} else if n := limitByObject(text, c.Resource.ObjectName); n > 0 {
			largest = n
		}
	}
	standard = DefaultPageSize
	if text := c.Instance.Effective["pagination"]; text != "" {
		var v3 struct{ MaxPageSize, DefaultPageSize int }
		if json.Unmarshal([]byte(text), &v3) == nil {
			if v3.MaxPageSize > 0 {
				largest = v3.MaxPageSize
			}
			if v3.DefaultPageSize > 0 {
				standard = v3.DefaultPageSize
			}
		}
	}
	return largest, min(standard, largest)
}

func limitByObject(text, name string) int {
	var limits map[string]int
	if json.Unmarshal([]byte(text), &limits) != nil {
		return 0
	}
	if n := limits[name]; n > 0 {
		return n
	}
	return limits["default"]
}

// vendorPage is the value of the page parameter in the provider's counting.
func (c *Call) vendorPage() string {
	style := strings.ToLower(c.Instance.Effective["pagination.type"])
	if strings.Contains(style, "offset") || style == "" && c.Instance.Effective["pagination.offset"] == "true" {
		return strconv.Itoa((c.paging.page - 1) * c.paging.size)
	}
	start, err := strconv.Atoi(strings.TrimSpace(c.Instance.Effective["pagination.page.startindex"]))
	if err != nil {
		start = 1
		if strings.HasSuffix(style, " 0") {
			start = 0
		}
	}
	return strconv.Itoa(c.paging.page - 1 + start)
}

// ours reports whether the platform cuts the pages out of a full list. A database is asked for the page itself.
func (c *Call) ours() bool {
	return c.Resource.List && c.Resource.PaginationType == connector.PaginationOurs && !c.onDatabase()
}

// findNextPage sets the token for the page after this one (reference/hub-api.md §4.3). A provider cursor
// wins; otherwise a full page may have a next one.
func (c *Call) findNextPage() {
	if !c.Resource.List || !c.isList || c.paging.scanned || c.Resource.PaginationType == connector.PaginationNone || c.nextToken != "" {
		return
	}
	if c.saysLast() {
		return
	}
	if key := c.Resource.NextPageKey; key != "" {
		key, follow := strings.CutPrefix(key, followPrefix)
		token := pageToken{PageSize: c.paging.size}
		if token.Cursor = c.vendorCursor(key); token.Cursor == "" {
			return
		}
		if follow {
			token.Link, token.Cursor = token.Cursor, ""
		}
		c.nextToken = token.encode()
		return
	}
	if strings.EqualFold(c.Instance.Effective["pagination.type"], "cursor") || !c.pages() {
		return
	}
	if c.count >= c.paging.size {
		c.nextToken = pageToken{Page: c.paging.page + 1, PageSize: c.paging.size}.encode()
	}
}

// pages reports whether the resource can be asked for another page at all.
func (c *Call) pages() bool {
	for _, p := range c.Resource.Parameters {
		if p.Type == connector.TypeQuery && (p.Name == "page" || p.Name == "nextPage") {
			return true
		}
	}
	return false
}

// saysLast reports whether the answer says that no page follows: pagination.more.key names the member that says so, with
// ! before it when true means the last. An answer without it says nothing.
func (c *Call) saysLast() bool {
	path := c.Instance.Effective["pagination.more.key"]
	if path == "" {
		return false
	}
	path, negated := strings.CutPrefix(path, "!")
	said, ok := mapping.Lookup(c.response.body, path)
	return ok && said == strconv.FormatBool(negated)
}

// vendorCursor reads the provider's cursor from where nextPageKey says: a body path, which may have [last] for the last
// item of a list, body.path?name for a parameter inside a URL, or header.name (reference/hub-api.md §4.2). Of the header
// Link it is the address with rel="next". Of several places with | between them the first that has one counts: some
// providers answer searches otherwise than lists.
func (c *Call) vendorCursor(places string) string {
	for key := range strings.SplitSeq(places, "|") {
		if cursor := c.cursorAt(strings.TrimSpace(key)); cursor != "" {
			return cursor
		}
	}
	return ""
}

func (c *Call) cursorAt(key string) string {
	if strings.EqualFold(key, HeaderNextPage) {
		return ""
	}
	key, parameter, inURL := strings.Cut(key, "?")
	var value string
	if name, ok := strings.CutPrefix(key, "header."); ok {
		value = c.response.header.Get(name)
		if strings.EqualFold(name, "Link") {
			value = nextLink(c.response.header.Values(name))
		}
	} else {
		value = bodyCursor(c.response.body, strings.TrimPrefix(key, "body."))
	}
	if !inURL || value == "" {
		return value
	}
	address, err := url.Parse(value)
	if err != nil {
		return ""
	}
	return address.Query().Get(parameter)
}

// bodyCursor reads a path of the body; list[last].id is in the last item of list.
func bodyCursor(body []byte, path string) string {
	list, rest, inLast := strings.Cut(path, "[last]")
	if !inLast {
		value, _ := mapping.Lookup(body, path)
		return value
	}
	text, _ := mapping.Lookup(body, list)
	items := gjson.Parse(text).Array()
	if len(items) == 0 {
		return ""
	}
	value, _ := mapping.Lookup([]byte(items[len(items)-1].Raw), strings.TrimPrefix(rest, "."))
	return value
}

// nextLink is the address with rel="next" in Link headers (RFC 8288).
func nextLink(headers []string) string {
	for _, header := range headers {
		for {
			_, after, _ := strings.Cut(header, "<")
			address, parameters, closed := strings.Cut(after, ">")
			if !closed {
				break
			}
			own, _, _ := strings.Cut(parameters, "<")
			for parameter := range strings.SplitSeq(own, ";") {
				name, value, _ := strings.Cut(strings.Trim(parameter, " \t,"), "=")
				if strings.EqualFold(name, "rel") && strings.EqualFold(strings.Trim(value, `"`), "next") {
					return address
				}
			}
			header = parameters
		}
	}
	return ""
}
