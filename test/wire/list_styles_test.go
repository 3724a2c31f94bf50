package wire_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"jackfield/internal/connector"
	"jackfield/simulator/rest"
)

const styledProvider = `
provider: Styles
base: /api
strict: true
auth: [{type: basic, username: u, password: p}, {type: query, name: key, tokens: [k]}]
paging: {style: cursor, size: limit, at: cursor, default: 10, max: 10, envelope: {next: cursor}}
wrap: {list: data}
collections:
  - name: items
    id: {style: number, start: 1}
    seed: {count: 25, row: {name: "Item {nnn}", group: {of: [a, b]}, price: "{n}", at: "{time}", deep: {list: [{v: "x{n}"}]}}}
    required: [name]
    filter: {parameters: {group: group, since: at >=, ids: id in}}
    calls:
      list:
        - GET /items
        - {call: GET /header, wrap: {}, paging: {style: page, size: limit, at: page, start: 1, default: 10, max: 10, link: true}}
        - {call: GET /flag, paging: {style: offset, size: limit, at: skip, default: 10, max: 10, envelope: {has_more: more}}}
        - {call: GET /after, paging: {style: after, size: limit, at: after, default: 10, max: 10, envelope: {has_more: more}}}
        - {call: POST /body, paging: {style: cursor, size: page.limit, at: page.cursor, default: 10, max: 10, envelope: {page.next: cursor}}}
        - {call: GET /all, paging: {style: none}}
      get: GET /items/{id}
      create: {call: POST /items, status: 201, answer: {id: "{id}"}}
      update: {call: "PATCH /items/{id}", status: 204, answer: none}
queries:
  - {call: GET /query, filter: {expression: q}, wrap: {list: records}, paging: {default: 10, style: cursor, envelope: {nextRecordsUrl: path}, continue: "GET /query/{cursor}"}}
`

const styledDefinition = `
id: 9150
key: styles
name: Styles
description: Lists of every style
hub: crm
active: true
authentication: {type: basic}
configuration:
  - {key: base.url, name: Base URL, type: TEXTFIELD_1000, defaultValue: PROVIDER/api}
  - {key: pagination.type, name: Style, type: TEXTFIELD_32, defaultValue: offset}
  - {key: pagination.max, name: Most, type: TEXTAREA, defaultValue: '{"small":3,"default":10}'}
  - {key: pagination.more.key, name: More, type: TEXTFIELD_32, defaultValue: has_more}
  - {key: where.evaluate.max, name: Rows, type: TEXTFIELD_32}
  - {key: username, name: User, type: TEXTFIELD_32, required: true}
  - {key: password, name: Password, type: PASSWORD, required: true}
resources:
  - {path: /header, method: GET, vendorPath: /header, vendorMethod: GET, nextPageKey: follow header.Link, parameters: &followed [{name: pageSize, type: query, vendorName: limit, vendorType: query}, {name: nextPage, type: query, vendorName: nextPage, vendorType: no-op}]}
  - {path: /records, method: GET, vendorPath: /query, vendorMethod: GET, rootKey: records, nextPageKey: follow body.nextRecordsUrl, parameters: [{name: SELECT FIELDS(STANDARD) FROM items, type: value, vendorName: q, vendorType: query}, {name: nextPage, type: query, vendorName: nextPage, vendorType: no-op}]}
  - {path: /flag, method: GET, vendorPath: /flag, vendorMethod: GET, rootKey: data, parameters: [{name: pageSize, type: query, vendorName: limit, vendorType: query}, {name: page, type: query, vendorName: skip, vendorType: query}]}
  - {path: /after, method: GET, vendorPath: /after, vendorMethod: GET, rootKey: data, nextPageKey: "body.data[last].id", parameters: [{name: pageSize, type: query, vendorName: limit, vendorType: query}, {name: nextPage, type: query, vendorName: after, vendorType: query}]}
  - {path: /body, method: GET, vendorPath: /body, vendorMethod: POST, rootKey: data, nextPageKey: body.page.next, parameters: [{name: pageSize, type: query, vendorName: page.limit, vendorType: bodyField, vendorDataType: integer}, {name: nextPage, type: query, vendorName: page.cursor, vendorType: bodyField}]}
  - {path: /small, method: GET, vendorPath: /flag, vendorMethod: GET, rootKey: data, parameters: [{name: pageSize, type: query, vendorName: limit, vendorType: query}, {name: page, type: query, vendorName: skip, vendorType: query}]}
  - path: /items
    method: GET
    vendorPath: /items
    vendorMethod: GET
    rootKey: data
    nextPageKey: body.next
    parameters:
      - {name: pageSize, type: query, vendorName: limit, vendorType: query}
      - {name: nextPage, type: query, vendorName: cursor, vendorType: query}
      - {name: where, type: query, vendorName: "converter:evaluate", vendorType: query, converter: evaluate}
      - {name: group, type: where, vendorName: group, vendorType: query}
      - {name: id IN, type: where, vendorName: ids, vendorType: query}
      - {name: at >=, type: where, vendorName: since, vendorType: query, vendorDataType: dateTime}
      - {name: at >, type: where, vendorName: since, vendorType: query, vendorDataType: dateTime, converter: evaluate}
  - path: /all
    method: GET
    vendorPath: /all
    vendorMethod: GET
    rootKey: data
    paginationType: VENDOR_NOT_SUPPORTED
    parameters:
      - {name: pageSize, type: query, vendorName: limit, vendorType: query}
      - {name: page, type: query, vendorName: page, vendorType: query}
      - {name: where, type: query, vendorName: "converter:evaluate", vendorType: query, converter: evaluate}
  - {path: "/items/{id}", method: GET, vendorPath: "/items/{id}", vendorMethod: GET, parameters: [{name: id, type: path, vendorName: id, vendorType: path, required: true}]}
  - {path: /items, method: POST, vendorPath: /items, vendorMethod: POST, nextResource: "GET:/items/{id}", parameters: [{name: body, type: body, vendorName: body, vendorType: body, required: true}]}
  - {path: "/items/{id}", method: PATCH, vendorPath: "/items/{id}", vendorMethod: PATCH, nextResource: "GET:/items/{id}", parameters: [{name: id, type: path, vendorName: id, vendorType: path, required: true}, {name: body, type: body, vendorName: body, vendorType: body, required: true}]}
  - {path: /explicit, method: POST, vendorPath: /items, vendorMethod: POST, nextResource: "GET:/read-again", parameters: [{name: body, type: body, vendorName: body, vendorType: body, required: true}]}
  - {path: /read-again, method: GET, type: apiNoDocumentation, vendorPath: "/items/{which}", vendorMethod: GET, parameters: [{name: id, type: prevBodyField, vendorName: which, vendorType: path}]}
`

func styles(t *testing.T) (*house, *rest.Simulator, made) {
	t.Helper()
	simulator, err := rest.New([]byte(styledProvider))
	if err != nil {
		t.Fatal(err)
	}
	provider := httptest.NewServer(simulator)
	t.Cleanup(provider.Close)
	def, err := connector.LoadDir(fstest.MapFS{"definition.yaml": {Data: []byte(styledDefinition)}})
	if err != nil {
		t.Fatal(err)
	}
	h := build(t, only(), with(provider, def))
	return h, simulator, h.create(`{"element":{"key":"styles"},"name":"s","configuration":{"username":"u","password":"p"}}`)
}

// rowNames walks a list to its end and joins the names of each page.
func rowNames(t *testing.T, h *house, token, path string, query url.Values) []string {
	t.Helper()
	var pages []string
	for range 30 {
		a := h.do(request{path: path, token: token, query: query}).want(200)
		var rows []struct {
			Name string
		}
		a.into(&rows)
		var names []string
		for _, row := range rows {
			names = append(names, strings.TrimLeft(strings.TrimPrefix(row.Name, "Item "), "0"))
		}
		pages = append(pages, strings.Join(names, " "))
		next := a.header.Get("Elements-Next-Page-Token")
		if next == "" {
			return pages
		}
		query.Set("nextPage", next)
	}
	t.Fatalf("%s never ends", path)
	return nil
}

func TestEveryStyleOfPagingIsWalkedToItsEnd(t *testing.T) {
	t.Parallel()
	h, simulator, s := styles(t)
	ten := []string{"1 2 3 4 5 6 7 8 9 10", "11 12 13 14 15 16 17 18 19 20", "21 22 23 24 25"}
	for _, path := range []string{"/header", "/records", "/flag", "/after", "/body", "/items"} {
		if got := rowNames(t, h, s.Token, path, url.Values{"pageSize": {"10"}}); strings.Join(got, "|") != strings.Join(ten, "|") {
			t.Errorf("%s: %q", path, got)
		}
	}
	fives := rowNames(t, h, s.Token, "/flag", url.Values{"pageSize": {"5"}})
	if len(fives) != 5 || fives[4] != "21 22 23 24 25" {
		t.Errorf("the flag for more is not heeded: %q", fives)
	}
	if got := rowNames(t, h, s.Token, "/small", url.Values{"pageSize": {"10"}}); len(got) != 9 {
		t.Errorf("a list with a limit of its own has %d pages", len(got))
	}
	for _, r := range simulator.Journal() {
		if len(r.UnknownParameters)+len(r.UnknownFields) > 0 {
			t.Errorf("%s %s sends %v %v", r.Method, r.Path, r.UnknownParameters, r.UnknownFields)
		}
	}
}

func TestANextPageIsOnlyFollowedBelowTheBaseURL(t *testing.T) {
	t.Parallel()
	h, simulator, s := styles(t)
	base := h.server.URL()
	simulator.Forget()
	for _, link := range []string{
		"https://elsewhere.example/api/items", base + "/api/items", "//elsewhere.example/api/items", "/other/items", "../secret",
		"/api/../secret", "/api/%2e%2e/secret", "http://u:p@127.0.0.1/api/items", "javascript:alert(1)", "/apicalypse", "%zz",
	} {
		token := encodeToken(`{"link":"` + link + `","pageSize":10}`)
		h.do(request{path: "/header", token: s.Token, query: url.Values{"nextPage": {token}}}).want(400, "not below")
	}
	if calls := simulator.Journal(); len(calls) > 0 {
		t.Errorf("the provider was called: %+v", calls)
	}
}

func TestRowsAreFilteredHereWhereTheProviderCannot(t *testing.T) {
	t.Parallel()
	h, simulator, s := styles(t)
	for where, want := range map[string]struct{ names, sent, remark string }{
		"name LIKE '%2%'":                 {"2 12 20 21 22 23 24 25", "limit=10", "among 25 rows"},
		"name LIKE '%2%' AND group = 'b'": {"2 12 20 22 24", "group=b&limit=10", "among 12 rows"},
		"price > 20":                      {"21 22 23 24 25", "limit=10", "among 25 rows"},
		"group = 'b' OR price = 1":        {"1 2 4 6 8 10 12 14 16 18 20 22 24", "limit=10", ""},
		"deep.list.v = 'x7'":              {"7", "limit=10", "among 25 rows"},
		"id IN (3, 5)":                    {"3 5", "ids=3%2C5&limit=10", ""},
		"at >= '2026-01-01 00:24:00'":     {"24 25", "limit=10&since=2026-01-01T00%3A24%3A00Z", ""},
		"at > '2026-01-01 00:24:00'":      {"25", "limit=10&since=2026-01-01T00%3A24%3A00Z", "among 2 rows"},
		"nothing IS NOT NULL":             {"", "limit=10", "among 25 rows"},
		"name IS NULL":                    {"", "limit=10", ""},
	} {
		simulator.Forget()
		a := h.do(request{path: "/items", token: s.Token, query: url.Values{"where": {where}, "pageSize": {"10"}}}).want(200)
		if !strings.Contains(a.header.Get("Elements-Error"), want.remark) || want.remark == "" && strings.Contains(want.sent, "&") && a.header.Get("Elements-Error") != "" {
			t.Errorf("%s: the remark is %q", where, a.header.Get("Elements-Error"))
		}
		if got := simulator.Journal()[0].Query.Encode(); got != want.sent {
			t.Errorf("%s sends %q, want %q", where, got, want.sent)
		}
		if got := strings.Join(rowNames(t, h, s.Token, "/items", url.Values{"where": {where}, "pageSize": {"4"}}), " "); got != want.names {
			t.Errorf("%s: %q, want %q", where, got, want.names)
		}
	}
	one := url.Values{"where": {"price > 3"}, "pageSize": {"6"}}
	whole := h.do(request{path: "/items", token: s.Token, query: url.Values{"where": {"price > 3"}, "pageSize": {"10"}}}).want(200)
	first := h.do(request{path: "/items", token: s.Token, query: one}).want(200)
	if !strings.HasPrefix(string(whole.body), strings.TrimSuffix(string(first.body), "]")) {
		t.Errorf("%s does not begin with %s", short(whole.body), short(first.body))
	}
	if got := rowNames(t, h, s.Token, "/all", url.Values{"where": {"price <= 5"}, "pageSize": {"3"}}); strings.Join(got, "|") != "1 2 3|4 5" {
		t.Errorf("the whole list: %q", got)
	}
}

func TestAFilterHereStopsAtItsLimit(t *testing.T) {
	t.Parallel()
	h, _, _ := styles(t)
	s := h.create(`{"element":{"key":"styles"},"name":"few","configuration":{"username":"u","password":"p","where.evaluate.max":"20"}}`)
	h.do(request{path: "/items", token: s.Token, query: url.Values{"where": {"price = 25"}}}).want(400, "20 rows", "where.evaluate.max")
	h.do(request{path: "/items", token: s.Token, query: url.Values{"where": {"price = 5"}, "pageSize": {"1"}}}).want(400, "20 rows")
	h.do(request{path: "/items", token: s.Token, query: url.Values{"where": {"price < 20"}, "pageSize": {"3"}}}).want(200)
}

func TestAFilterHereEndsWithCursorsThatDoNot(t *testing.T) {
	t.Parallel()
	calls := 0
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"data":[],"next":"again"}`)) //nolint:errcheck // the caller is in this process
	}))
	t.Cleanup(provider.Close)
	def, err := connector.LoadDir(fstest.MapFS{"definition.yaml": {Data: []byte(styledDefinition)}})
	if err != nil {
		t.Fatal(err)
	}
	h := build(t, only(), with(provider, def))
	s := h.create(`{"element":{"key":"styles"},"name":"s","configuration":{"username":"u","password":"p","where.evaluate.max":"7"}}`)
	h.do(request{path: "/items", token: s.Token, query: url.Values{"where": {"price = 1"}}}).want(400, "where.evaluate.max")
	if calls != 7 {
		t.Errorf("%d calls", calls)
	}
}

func TestWhatIsNoListIsNotFilteredHere(t *testing.T) {
	t.Parallel()
	for body, status := range map[string]int{`{"data":{"id":1}}`: 502, `{"data":`: 502, ``: 200, `{"data":null}`: 200, `{}`: 200, `{"data":[1,"x",null,[{"price":1}]]}`: 200} {
		provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body)) //nolint:errcheck // the caller is in this process
		}))
		t.Cleanup(provider.Close)
		def, err := connector.LoadDir(fstest.MapFS{"definition.yaml": {Data: []byte(styledDefinition)}})
		if err != nil {
			t.Fatal(err)
		}
		h := build(t, only(), with(provider, def))
		s := h.create(`{"element":{"key":"styles"},"name":"s","configuration":{"username":"u","password":"p"}}`)
		if a := h.do(request{path: "/items", token: s.Token, query: url.Values{"where": {"price = 1"}}}); a.status != status {
			t.Errorf("%s: %d %s, want %d", body, a.status, short(a.body), status)
		}
	}
}

func TestARecordIsReadAgainAfterItIsWritten(t *testing.T) {
	t.Parallel()
	h, _, s := styles(t)
	h.do(request{method: "POST", path: "/items", token: s.Token, body: `{"name":"new","price":7}`}).want(200, `"id":26`, `"price":7`)
	h.do(request{method: "POST", path: "/explicit", token: s.Token, body: `{"name":"again"}`}).want(200, `"id":27`, `"name":"again"`)
	h.do(request{method: "PATCH", path: "/items/26", token: s.Token, body: `{"price":8}`}).want(200, `"name":"new"`, `"price":8`)
	h.do(request{method: "PATCH", path: "/items/99", token: s.Token, body: `{"price":8}`}).want(404)
	h.do(request{method: "POST", path: "/items", token: s.Token, body: `{"price":8}`}).want(400)
}

func encodeToken(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
