package api

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"jackfield/internal/catalog"
	"jackfield/internal/ceql"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

// maxElementPage is the default and the largest page of platform lists (reference/http-conventions.md §5.2).
const maxElementPage = 200

// listElements answers GET /elements: the catalogue in the order of ids. abridged leaves out the heavy members.
func (a *API) listElements(e *exchange) error {
	view, err := a.view(e)
	if err != nil {
		return err
	}
	found, abridged, err := search(e, view.All())
	if err != nil {
		return err
	}
	page, err := e.cutWhenAsked(len(found))
	if err != nil {
		return err
	}
	rows := make([]any, 0, page.to-page.from)
	for _, c := range found[page.from:page.to] {
		if abridged {
			rows = append(rows, abridge(c.Definition))
		} else {
			rows = append(rows, c.Shown())
		}
	}
	e.nextPage(page.next)
	e.returned(len(rows))
	return e.json(rows)
}

// search applies where and searchText. abridged may be given either way (reference/clients.md §2 rule 8).
func search(e *exchange, all []*catalog.Connector) (found []*catalog.Connector, abridged bool, err error) {
	query := e.r.URL.Query()
	abridged = query.Get("abridged") == "true"
	where, err := ceql.ParseWhere(query.Get("where"))
	if err != nil {
		return nil, false, err
	}
	for _, condition := range ceql.Flatten(where) {
		if _, known := elementAttribute(&connector.Definition{}, condition.Attribute); !known && condition.Attribute != "abridged" {
			return nil, false, fault.New(fault.Invalid, "The attribute %s is not known for elements", condition.Attribute)
		}
	}
	value, where, given, err := ceql.Lift(where, "abridged")
	if err != nil {
		return nil, false, err
	}
	abridged = abridged || given && value == "true"
	matches := ceql.Compile(where)
	text := strings.ToLower(query.Get("searchText"))
	hub := strings.ToLower(query.Get("hub"))
	for _, c := range all {
		if hub != "" && c.HubKey() != hub {
			continue
		}
		if text != "" && !strings.Contains(strings.ToLower(c.Name+"\n"+c.Key+"\n"+c.Description), text) {
			continue
		}
		if matches(func(name string) (any, bool) { return elementAttribute(c.Definition, name) }) {
			found = append(found, c)
		}
	}
	return found, abridged, nil
}

// elementAttribute is a member that where may name.
func elementAttribute(d *connector.Definition, name string) (any, bool) {
	switch name {
	case "id":
		return d.ID, true
	case "key":
		return d.Key, true
	case "name":
		return d.Name, true
	case "hub":
		return d.Hub, true
	case "active":
		return d.Active, true
	case "beta":
		return d.Beta, true
	case "private":
		return d.Private, true
	case "extended":
		return d.Extended, true
	case "deleted":
		return d.Deleted, true
	}
	return nil, false
}

// abridge is a definition without its heavy members.
func abridge(d *connector.Definition) *connector.Definition {
	short := *d
	connector.Omit(&short, "resources", "configuration", "hooks", "parameters", "objects", "models",
		"defaultTransformations", "elementMetadata", "objectMetadata")
	connector.Show(&short, "private", "extended", "active", "beta")
	return &short
}

// view is the catalogue as the caller sees it; without a caller, what everybody sees.
func (a *API) view(e *exchange) (*catalog.View, error) {
	account := int64(0)
	if e.principal != nil {
		account = e.principal.Account.ID
	}
	return a.Catalog.For(e.r.Context(), account)
}

// element finds the connector that the path names.
func (a *API) element(e *exchange) (*catalog.Connector, error) {
	view, err := a.view(e)
	if err != nil {
		return nil, err
	}
	return view.Find(e.param("keyOrId"))
}

func (a *API) listElementKeys(e *exchange) error {
	view, err := a.view(e)
	if err != nil {
		return err
	}
	keys := make([]string, 0, len(view.All()))
	for _, c := range view.All() {
		keys = append(keys, c.Key)
	}
	return e.pageOfKeys(keys)
}

// pageOfKeys answers the page of a list of keys that the caller asks for.
func (e *exchange) pageOfKeys(keys []string) error {
	page, err := e.cut(len(keys))
	if err != nil {
		return err
	}
	keys = keys[page.from:page.to]
	e.nextPage(page.next)
	e.returned(len(keys))
	return e.json(keys)
}

func (a *API) readElement(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	return e.json(found.Shown())
}

// cutPage is one page of a list that is in memory.
type cutPage struct {
	from, to int
	next     string
}

// cutWhenAsked is cut for lists that come whole when no page is asked for: old clients ask once for the catalogue, and
// look for their own in what they get.
func (e *exchange) cutWhenAsked(rows int) (cutPage, error) {
	if query := e.r.URL.Query(); query.Has("page") || query.Has("pageSize") || query.Has("nextPage") {
		return e.cut(rows)
	}
	return cutPage{to: rows}, nil
}

// cut reads page, pageSize and nextPage of a platform list with the given number of rows.
func (e *exchange) cut(rows int) (cutPage, error) {
	size, err := e.pageSize(maxElementPage)
	if err != nil {
		return cutPage{}, err
	}
	query := e.r.URL.Query()
	token := struct {
		PageSize int `json:"pageSize"`
		Page     int `json:"page"`
	}{size, 1}
	if text := query.Get("nextPage"); text != "" {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil || json.Unmarshal(raw, &token) != nil || token.Page < 1 || token.PageSize < 1 {
			return cutPage{}, fault.New(fault.Invalid, "The nextPage token is not valid: send the value of Elements-Next-Page-Token unchanged")
		}
	} else if text := query.Get("page"); text != "" {
		if token.Page, err = strconv.Atoi(text); err != nil || token.Page < 1 {
			return cutPage{}, fault.New(fault.Invalid, "The parameter page must be a whole number from 1, not %q", text)
		}
	}
	size = min(token.PageSize, maxElementPage)
	from := min((token.Page-1)*size, rows)
	page := cutPage{from: from, to: min(from+size, rows)}
	if page.to < rows {
		token.Page++
		raw, err := json.Marshal(token)
		if err != nil {
			return cutPage{}, err
		}
		page.next = base64.RawURLEncoding.EncodeToString(raw)
	}
	return page, nil
}
