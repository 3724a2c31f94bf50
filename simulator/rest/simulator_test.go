package rest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"jackfield/simulator/rest"
)

// shop is a provider with a bit of everything.
const shop = `
provider: Shop
base: /v1
strict: true
auth: [{type: bearer, tokens: [secret]}, {type: header, name: X-Key, prefix: "Key ", tokens: [k]}, {type: query, name: key, tokens: [q]}]
errors: {body: [{message: "{message}", code: "{code}"}], codes: {missing: NOT_FOUND}}
paging: {style: offset, size: limit, at: skip, default: 5, max: 10, envelope: {more: more, next: cursor}, last: "null"}
wrap: {list: data, one: item, request: item}
sort: {parameter: sort, style: minus}
collections:
  - name: items
    id: {style: number, start: 10}
    seed: {count: 12, row: {name: "Item {nnn}", price: "{n}", sold: {of: [true, false]}, tags: [a, "t{n}"]}}
    created: created
    updated: updated
    required: [name]
    unique: [name]
    filter: {parameters: {sold: sold, since: created >=, ids: id in}, expression: q, language: soql}
    calls:
      list:
        - GET /items
        - {call: GET /cursor, paging: {style: cursor, size: limit, at: cursor, default: 5, envelope: {next: cursor}}}
        - {call: GET /links, paging: {style: page, size: per_page, at: page, start: 1, default: 5, link: true}, wrap: {}}
        - {call: GET /after, paging: {style: after, size: limit, at: after, default: 5, envelope: {has_more: more}}}
        - {call: POST /find, paging: {style: offset, size: limit, at: after, default: 5, envelope: {paging.next.after: cursor}}, filter: {groups: groups}}
      get: GET /items/{id}
      create: {call: POST /items, status: 201, answer: {id: "{id}", success: true}}
      update: PATCH /items/{id}
      delete: {call: "DELETE /items/{id}", status: 204, answer: none}
queries:
  - {call: GET /query, filter: {expression: q}, wrap: {list: records}, paging: {default: 5, style: cursor, envelope: {done: done, nextRecordsUrl: path}, continue: "GET /query/{cursor}"}}
fixed:
  - {call: GET /me, answer: {id: me}}
`

func start(t *testing.T, file string) (*rest.Simulator, func(method, path, body string) (int, http.Header, string)) {
	t.Helper()
	simulator, err := rest.New([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(simulator)
	t.Cleanup(server.Close)
	return simulator, func(method, path, body string) (int, http.Header, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer secret")
		request.Header.Set("Content-Type", "application/json")
		response, err := server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, response.Header, strings.ReplaceAll(string(text), server.URL, "BASE")
	}
}

func names(t *testing.T, body, member string) string {
	t.Helper()
	var whole map[string]json.RawMessage
	rows := json.RawMessage(body)
	if member != "" {
		if err := json.Unmarshal([]byte(body), &whole); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		rows = whole[member]
	}
	var list []struct{ Name string }
	if err := json.Unmarshal(rows, &list); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	short := make([]string, len(list))
	for i, one := range list {
		short[i] = strings.TrimPrefix(one.Name, "Item 0")
	}
	return strings.Join(short, " ")
}

func TestARecordIsMadeReadChangedAndDeleted(t *testing.T) {
	t.Parallel()
	_, call := start(t, shop)
	for _, step := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/v1/me", "", 200, `{"id":"me"}`},
		{"POST", "/v1/items", `{"item":{"name":"New","price":1.50}}`, 201, `{"id":22,"success":true}`},
		{"POST", "/v1/items", `{"item":{"name":"New"}}`, 409, `[{"code":"CONFLICT","message":"There is a item with this name: 22"}]`},
		{"POST", "/v1/items", `{"item":{"price":1}}`, 400, `[{"code":"REQUIRED","message":"The field name is required"}]`},
		{"POST", "/v1/items", `{"item":{"name":"x","nom":1}}`, 400, `[{"code":"FIELD","message":"The field nom is not known"}]`},
		{"POST", "/v1/items", `{"name":"x"}`, 400, `[{"code":"REQUIRED","message":"The body needs the member item"}]`},
		{"POST", "/v1/items", `{"item":`, 400, `[{"code":"INVALID","message":"The body is not valid JSON: unexpected EOF"}]`},
		{"DELETE", "/v1/items/22", "", 204, ``},
		{"GET", "/v1/items/22", "", 404, `[{"code":"NOT_FOUND","message":"There is no item with the id 22"}]`},
		{"GET", "/v1/items/10?x=1", "", 400, `[{"code":"PARAMETER","message":"The parameter x is not known"}]`},
		{"PUT", "/v1/items/10", "", 405, `[{"code":"METHOD","message":"The method PUT is not allowed"}]`},
		{"GET", "/v1/nothing", "", 404, `[{"code":"ROUTE","message":"There is no /v1/nothing"}]`},
	} {
		status, _, body := call(step.method, step.path, step.body)
		if status != step.status || body != step.want {
			t.Errorf("%s %s %s: %d %s, want %d %s", step.method, step.path, step.body, status, body, step.status, step.want)
		}
	}
	if _, _, body := call("PATCH", "/v1/items/10", `{"item":{"price":99}}`); !strings.Contains(body, `"name":"Item 001"`) || !strings.Contains(body, `"price":99`) {
		t.Errorf("the changed record is %s", body)
	}
}

func TestListsArePagedFilteredAndSorted(t *testing.T) {
	t.Parallel()
	_, call := start(t, shop)
	for path, want := range map[string]string{
		"/v1/items":                                                  "01 02 03 04 05",
		"/v1/items?limit=3&skip=9":                                   "10 11 12",
		"/v1/items?limit=99":                                         "01 02 03 04 05 06 07 08 09 10",
		"/v1/items?sort=-price&limit=2":                              "12 11",
		"/v1/items?sold=true&limit=2":                                "01 03",
		"/v1/items?ids=11,13":                                        "02 04",
		"/v1/items?since=2026-01-01T00:11:00Z":                       "11 12",
		"/v1/after?after=14&limit=2":                                 "06 07",
		"/v1/items?q=price%20%3E%2010":                               "11 12",
		"/v1/items?q=name%20LIKE%20'%251'%20AND%20sold%20%3D%20true": "01 11",
		"/v1/items?q=(price%20IN%20(1,2)%20OR%20name='Item%20005')":  "01 02 05",
	} {
		status, _, body := call("GET", path, "")
		if got := names(t, body, "data"); status != 200 || got != want {
			t.Errorf("%s: %d %q, want %q", path, status, got, want)
		}
	}
	for path, want := range map[string]string{
		"/v1/items?limit=0":                                  "The parameter limit must be a whole number from 1, not 0",
		"/v1/items?sort=secret":                              "The list cannot be sorted by secret",
		"/v1/items?q=price%20%3D%20'5'":                      "The value of price must not stand in quotes",
		"/v1/items?q=name%20%3D%205":                         "The value 5 has the wrong type for name",
		"/v1/items?q=name='a'%20AND%20x='b'":                 "The field x is not known",
		"/v1/items?q=price=1%20AND%20price=2%20OR%20price=3": "AND and OR must not stand beside each other without brackets",
		"/v1/items?q=name='a":                                "A text has no closing quote",
		"/v1/items?q=name='a'%20garbage":                     "The query has an unexpected garbage",
		"/v1/cursor?cursor=forged":                           "The cursor forged is not known",
	} {
		if status, _, body := call("GET", path, ""); status != 400 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s, want %q", path, status, body, want)
		}
	}
}

func TestEveryPagingStyleReachesTheEnd(t *testing.T) {
	t.Parallel()
	_, call := start(t, shop)
	const all = "01 02 03 04 05 06 07 08 09 10 11 12"
	var got []string
	next := "/v1/links?per_page=5"
	for next != "" {
		_, header, body := call("GET", next, "")
		got = append(got, names(t, body, ""))
		link := header.Get("Link")
		_, path, _ := strings.Cut(link, "/v1/")
		path, _, _ = strings.Cut(path, ">")
		if next = ""; link != "" {
			next = "/v1/" + path
		}
	}
	if strings.Join(got, " ") != all {
		t.Errorf("links: %v", got)
	}
	got, next = nil, "/v1/query?q=SELECT+name+FROM+items"
	for next != "" {
		_, _, body := call("GET", next, "")
		got = append(got, names(t, body, "records"))
		var page struct {
			Done           bool
			NextRecordsURL string `json:"nextRecordsUrl"`
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil || page.Done != (page.NextRecordsURL == "") {
			t.Fatalf("%v: %s", err, body)
		}
		next = page.NextRecordsURL
	}
	if strings.Join(got, " ") != all {
		t.Errorf("queries: %v", got)
	}
	got, next = nil, `{"limit":5,"groups":[{"filters":[{"propertyName":"price","operator":"GTE","value":"1"}]}]}`
	for next != "" {
		_, _, body := call("POST", "/v1/find", next)
		got = append(got, names(t, body, "data"))
		var page struct {
			Paging struct{ Next struct{ After string } }
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if next = ""; page.Paging.Next.After != "" {
			next = `{"limit":5,"after":"` + page.Paging.Next.After + `"}`
		}
	}
	if strings.Join(got, " ") != all {
		t.Errorf("bodies: %v", got)
	}
}

func TestFaultsStrikeAndTheJournalKeepsNoSecrets(t *testing.T) {
	t.Parallel()
	simulator, call := start(t, shop)
	if status, _, body := call("POST", "/_sim/fault", `{"status":429,"count":1,"retryAfter":"7"}`); status != 204 {
		t.Fatal(status, body)
	}
	status, header, body := call("GET", "/v1/me", "")
	if status != 429 || header.Get("Retry-After") != "7" || !strings.Contains(body, "asked for") {
		t.Errorf("%d %s", status, body)
	}
	if status, _, _ := call("GET", "/v1/me", ""); status != 200 {
		t.Error("the fault strikes twice")
	}
	simulator.Fault(rest.Fault{Status: 503, HTML: true})
	if _, header, _ := call("GET", "/v1/me", ""); !strings.HasPrefix(header.Get("Content-Type"), "text/html") {
		t.Error("no HTML")
	}
	call("GET", "/v1/me?key=q&typo=1", "")
	journal := simulator.Journal()
	last := journal[len(journal)-1]
	if len(journal) != 4 || last.Status != 400 || last.Query.Has("key") || last.Header.Get("Authorization") != "" || len(last.UnknownParameters) != 2 {
		t.Errorf("%d requests, the last %+v", len(journal), last)
	}
}

func TestWrongCredentialsAreRefused(t *testing.T) {
	t.Parallel()
	simulator, err := rest.New([]byte(shop))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		header, value, query string
		status               int
	}{
		"none":         {"", "", "", 401},
		"bearer":       {"Authorization", "Bearer secret", "", 200},
		"wrong bearer": {"Authorization", "Bearer other", "", 401},
		"header":       {"X-Key", "Key k", "", 200},
		"no prefix":    {"X-Key", "k", "", 401},
		"query":        {"", "", "?key=q", 200},
		"empty query":  {"", "", "?key=", 401},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/v1/me"+c.query, nil)
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		w := httptest.NewRecorder()
		simulator.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s: %d, want %d", name, w.Code, c.status)
		}
	}
	simulator.Accept(func(token string) bool { return token == "granted" })
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/v1/me", nil)
	r.Header.Set("Authorization", "Bearer granted")
	w := httptest.NewRecorder()
	if simulator.ServeHTTP(w, r); w.Code != 200 {
		t.Error("a token that is approved is refused")
	}
}

func TestTheControlIsForThisMachineAlone(t *testing.T) {
	t.Parallel()
	simulator, err := rest.New([]byte(shop))
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/_sim/requests", nil) // from 192.0.2.1
	w := httptest.NewRecorder()
	if simulator.ServeHTTP(w, r); w.Code != 403 {
		t.Errorf("%d", w.Code)
	}
}

func TestEveryShippedProviderLoads(t *testing.T) {
	t.Parallel()
	for _, key := range rest.Keys() {
		text, err := rest.Provider(key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rest.New(text); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	if _, err := rest.Provider("../simulator"); err == nil {
		t.Error("a path is no key")
	}
}

func TestAProviderIsServedUntilTheEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	said, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- rest.Serve(ctx, "closeio", "127.0.0.1:0", writer(func(text string) { said <- text })) }()
	text := <-said
	_, base, ok := strings.Cut(text, "base URL     ")
	if base, _, _ = strings.Cut(base, "\n"); !ok || !strings.Contains(text, "demo-api-key") {
		t.Fatalf("it says %q", text)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/me/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("demo-api-key", "")
	response, err := http.DefaultClient.Do(r)
	if err != nil || response.Body.Close() != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%v %v", response, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{"nothing", "missing.yaml"} {
		if err := rest.Serve(t.Context(), wrong, "127.0.0.1:0", io.Discard); err == nil {
			t.Errorf("%s is served", wrong)
		}
	}
}

// writer hands on what is written.
type writer func(text string)

func (w writer) Write(text []byte) (int, error) {
	w(string(text))
	return len(text), nil
}

func TestAFileWithAMistakeIsRefused(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"colections: []":                                         "colections",
		"collections: [{seed: {count: 1}}]":                      "no name",
		"collections: [{name: a}]":                               "no calls",
		"collections: [{name: a, calls: {lst: GET /a}}]":         "calls.lst",
		"collections: [{name: a, calls: {list: /a}}]":            "METHOD /path",
		"collections: [{name: a, calls: {list: {cal: GET /a}}}]": "cal",
		"time: sundial\ncollections: [{name: a, created: at, calls: {list: GET /a}, rows: [{b: 1}]}]": "sundial",
	} {
		if _, err := rest.New([]byte(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}
