package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"jackfield/internal/connector"
)

// probe is a connector with a resource for each ability of the corridor; its provider echoes what it got.
func probeDefinition() *connector.Definition {
	entry := func(key, value string) connector.ConfigurationEntry {
		return connector.ConfigurationEntry{Key: key, Name: key, Type: "TEXTFIELD_1000", DefaultValue: value}
	}
	def := &connector.Definition{
		ID: 9100, Key: "probe", Name: "Probe", Description: "d", Hub: "crm", Active: true,
		Authentication: connector.Authentication{Type: "basic"},
		Configuration: []connector.ConfigurationEntry{
			entry("base.url", "PROVIDER/api/"), entry("tenant", "acme"), entry("allow.select.fields", "true"),
			entry("pagination.type", "page"), entry("pagination.page.startindex", "0"), entry("pagination.max", "3"),
			{Key: "username", Name: "User", Type: "TEXTFIELD_32", Required: true},
			{Key: "password", Name: "Password", Type: "PASSWORD", Required: true},
		},
		Parameters: parameters("application/json:value>Accept:header"),
	}
	add := func(ours, theirs, takes string, changes ...func(*connector.Resource)) {
		method, path, _ := strings.Cut(ours, " ")
		vendorMethod, vendorPath, _ := strings.Cut(theirs, " ")
		r := connector.Resource{Path: "/hubs/crm" + path, Method: method, VendorMethod: vendorMethod, VendorPath: vendorPath, Type: "api", Parameters: parameters(takes)}
		for _, change := range changes {
			change(&r)
		}
		def.Resources = append(def.Resources, r)
	}
	hook := func(kind, body string) func(*connector.Resource) {
		return func(r *connector.Resource) { r.Hooks = append(r.Hooks, connector.Hook{Type: kind, Body: body}) }
	}
	pre := func(body string) func(*connector.Resource) { return hook("preRequest", body) }
	root := func(key string) func(*connector.Resource) { return func(r *connector.Resource) { r.RootKey = key } }
	next := func(text string) func(*connector.Resource) {
		return func(r *connector.Resource) { r.NextResource = text }
	}

	add("GET /echo", "GET /echo", "q:query>vendor_q:query; X-In:header>X-Out:header; tenant:configuration>tenant:query; fixed ${configuration.tenant}:value>fixed:query; where:query>converter#toQueryParameters:query; group:where>group:query")
	add("POST /echo", "PUT /echo", "body:body>body:body; name:bodyField>title:bodyField; tenant:configuration>owner.tenant:bodyField")
	add("POST /form", "POST /echo", "a:bodyField>b:form; tenant:configuration>t:form")
	add("POST /wrapped", "POST /echo", "body:body>body:body", root("person|"))
	add("GET /echo/{id}", "GET /echo/{key}", "id:path>key:path")
	add("GET /echo/{id}/{child}", "GET /echo/{id}", "child:path>child:header")
	add("GET /echo/me", "GET /me", "")
	add("PATCH /echo/{id}", "POST /echo/{id}", "id:path>id:path; body:body>body:body")
	add("DELETE /echo/{id}", "DELETE /echo/{id}", "id:path>id:path")
	add("GET /required", "GET /echo", "must:query>must:query", func(r *connector.Resource) { r.Parameters[0].Required = true })
	add("GET /rows", "GET /rows", "page:query>page:query; pageSize:query>size:query; where:query>converter#toODataFilter:query; orderBy:query>sort:query")
	add("GET /cursor", "GET /cursor", "pageSize:query>size:query; nextPage:query>after:query", root("items"),
		func(r *connector.Resource) { r.NextPageKey = "paging.next" })
	add("GET /whole", "GET /rows", "page:query>page:query; pageSize:query>size:query",
		func(r *connector.Resource) { r.PaginationType = connector.PaginationOurs })
	add("GET /status/{code}", "GET /status/{code}", "code:path>code:path")
	add("GET /one", "GET /echo", "", next("GET:/two"))
	add("GET /two", "GET /echo", "path:prevBodyField>before:query")
	add("GET /loop", "GET /echo", "", next("GET:/loop"))
	add("GET /java", "GET /echo", "", func(r *connector.Resource) { r.Kind = "java" })
	add("GET /secret-life", "GET /echo", "", func(r *connector.Resource) { r.Type = "onRefresh" })
	add("GET /hooked", "GET /echo", "q:query>q:query",
		pre(`done({request_vendor_parameters: {extra: request_parameters.q + '!', q: null}, request_vendor_headers: {Accept: null, 'X-Hook': request_path}})`))
	add("GET /skipped", "GET /nowhere", "", pre(`done({continue: false})`), hook("postRequest", `done({response_body: {made: 'here'}, response_status_code: 200})`))
	add("GET /refused", "GET /echo", "", pre(`done({response_error: 'not today', response_status_code: 418})`))
	add("GET /where", "GET /echo", "where:query>where:no-op",
		pre(`done({request_vendor_parameters: {text: request_parameters.where, flat: JSON.stringify(request_expression)}})`))
	add("GET /broken", "GET /echo", "", pre("\nlet x = 1;\nnull.boom"))
	add("GET /crlf", "GET /echo", "", pre(`done({request_vendor_headers: {'X-A': 'a\r\nX-B: b'}})`))
	add("GET /file", "GET /file", "")
	add("POST /file", "POST /upload", "file:multipart>document:multipart")
	add("GET /away", "GET /away", "")
	return def
}

// parameters reads "name:type>vendorName:vendorType; …".
func parameters(text string) []connector.Parameter {
	if text == "" {
		return nil
	}
	var list []connector.Parameter
	for p := range strings.SplitSeq(text, "; ") {
		from, to, _ := strings.Cut(p, ">")
		i, j := strings.LastIndex(from, ":"), strings.LastIndex(to, ":")
		list = append(list, connector.Parameter{Name: from[:i], Type: from[i+1:], VendorName: strings.ReplaceAll(to[:j], "#", ":"), VendorType: to[j+1:]})
	}
	return list
}

// echoed is what the provider of probe answers with.
type echoed struct {
	Method, Path, Query, Body string
	Header                    map[string]string
}

// provider is the other side of probe.
type provider struct {
	*httptest.Server
	calls atomic.Int64
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		header := map[string]string{}
		for name := range r.Header {
			header[name] = r.Header.Get(name)
		}
		w.Header().Set("Content-Type", "application/json")
		answer := map[string]any{"id": "1", "method": r.Method, "path": r.URL.EscapedPath(), "query": r.URL.RawQuery, "body": string(body), "header": header, "nothing": nil}
		if r.URL.Query().Has("deep") {
			answer["data"] = map[string]any{"items": []any{1, nil, map[string]any{"a": nil, "b": 2}}}
		}
		_ = json.NewEncoder(w).Encode(answer)
	})
	mux.HandleFunc("/api/rows", func(w http.ResponseWriter, r *http.Request) {
		size, page := 7, 0
		_, _ = fmt.Sscan(r.URL.Query().Get("size"), &size)
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		rows := []map[string]any{}
		for i := page * size; i < min((page+1)*size, 7); i++ {
			rows = append(rows, map[string]any{"id": i, "name": fmt.Sprintf("row %d", i), "none": nil, "address": map[string]any{"city": "Aberfeld", "zip": nil}})
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(rows)
	})
	mux.HandleFunc("/api/cursor", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Query().Get("after") == "c2" {
			_, _ = io.WriteString(w, `{"items":[{"id":3}],"paging":{"next":null}}`)
			return
		}
		_, _ = io.WriteString(w, `{"items":[{"id":1},{"id":2}],"paging":{"next":"c2"}}`)
	})
	mux.HandleFunc("/api/status/", func(w http.ResponseWriter, r *http.Request) {
		p.calls.Add(1)
		var code int
		_, _ = fmt.Sscan(strings.TrimPrefix(r.URL.Path, "/api/status/"), &code)
		if code == 429 {
			w.Header().Set("Retry-After", "30")
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, `{"message":"the provider says `+fmt.Sprint(code)+`"}`)
	})
	mux.HandleFunc("/api/file", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		w.Header().Set("Content-Disposition", `attachment; filename="a.pdf"`)
		w.Header().Set("Set-Cookie", "a=b")
		_, _ = w.Write(bytes.Repeat([]byte("%PDF"), 1000))
	})
	mux.HandleFunc("/api/upload", func(w http.ResponseWriter, r *http.Request) {
		parts, err := r.MultipartReader()
		if err != nil {
			http.Error(w, err.Error(), 400)
			return
		}
		seen := map[string]int64{}
		for {
			part, err := parts.NextPart()
			if err != nil {
				break
			}
			n, _ := io.Copy(io.Discard, part)
			seen[part.FormName()+"/"+part.FileName()] = n
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(seen)
	})
	mux.HandleFunc("/api/away", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://169.254.169.254/latest/meta-data")
		w.WriteHeader(302)
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func probed(t *testing.T) (*house, *provider, made) {
	t.Helper()
	p := newProvider(t)
	h := build(t, with(p.Server, probeDefinition()))
	return h, p, h.create(`{"element":{"key":"probe"},"name":"probe","configuration":{"username":"u","password":"p"}}`)
}

// escaped is a query value as the gateway writes it.
func escaped(text string) string {
	return strings.NewReplacer("+", "%20", "%27", "'", "%28", "(", "%29", ")", "%2C", ",", "%3A", ":").Replace(url.QueryEscape(text))
}

func TestTheCorridorTranslatesRequests(t *testing.T) {
	t.Parallel()
	h, _, probe := probed(t)
	for name, c := range map[string]struct {
		request
		method, path, query, body string
		header                    map[string]string
	}{
		"parameters to their places": {request: request{path: "/hubs/crm/echo?q=a%20b%26c&foo=1", header: map[string]string{"X-In": "in"}},
			method: "GET", path: "/api/echo", query: "vendor_q=a%20b%26c&tenant=acme&fixed=fixed%20acme", header: map[string]string{"X-Out": "in", "Accept": "application/json", "Authorization": "Basic dTpw"}},
		"where as query parameters": {request: request{path: "/hubs/crm/echo", query: url.Values{"where": {"a = 'x y' and b > 2"}}},
			method: "GET", path: "/api/echo", query: "tenant=acme&fixed=fixed%20acme&a=x%20y&b=2"},
		"a term lifted out of where": {request: request{path: "/hubs/crm/echo", query: url.Values{"where": {"group='7' AND a=1"}}},
			method: "GET", path: "/api/echo", query: "tenant=acme&fixed=fixed%20acme&a=1&group=7"},
		"a lifted term alone": {request: request{path: "/hubs/crm/echo", query: url.Values{"where": {"group='7'"}}},
			method: "GET", path: "/api/echo", query: "tenant=acme&fixed=fixed%20acme&group=7"},
		"an empty where": {request: request{path: "/hubs/crm/echo?where="},
			method: "GET", path: "/api/echo", query: "tenant=acme&fixed=fixed%20acme"},
		"a body with fields moved and added": {request: request{method: "POST", path: "/hubs/crm/echo", body: `{"name":"n","other":{"big":12345678901234567890}}`},
			method: "PUT", path: "/api/echo", body: `{"other":{"big":12345678901234567890},"title":"n","owner":{"tenant":"acme"}}`},
		"a form": {request: request{method: "POST", path: "/hubs/crm/form", body: `{"a":"1 & 2"}`},
			method: "POST", path: "/api/echo", body: "b=1+%26+2&t=acme", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}},
		"a wrapped body": {request: request{method: "POST", path: "/hubs/crm/wrapped", body: `{"a":1}`},
			method: "POST", path: "/api/echo", body: `{"person":{"a":1}}`},
		"a path value":                       {request: request{path: "/hubs/crm/echo/a%20b"}, method: "GET", path: "/api/echo/a%20b"},
		"a path value with a slash and dots": {request: request{path: "/hubs/crm/echo/..%2F..%2Fadmin"}, method: "GET", path: "/api/echo/..%2F..%2Fadmin"},
		"a path value that ends the query":   {request: request{path: "/hubs/crm/echo/a%3Fb%23c"}, method: "GET", path: "/api/echo/a%3Fb%23c"},
		"a literal before a variable":        {request: request{path: "/hubs/crm/echo/me"}, method: "GET", path: "/api/me"},
		"any hub":                            {request: request{path: "/hubs/crap/echo/5"}, method: "GET", path: "/api/echo/5"},
		"no hub":                             {request: request{path: "/echo/5"}, method: "GET", path: "/api/echo/5"},
		"double and trailing slashes":        {request: request{path: "//hubs//crm//echo/5//"}, method: "GET", path: "/api/echo/5"},
		"another method at the provider":     {request: request{method: "PATCH", path: "/hubs/crm/echo/5", body: `{"x":1}`}, method: "POST", path: "/api/echo/5", body: `{"x":1}`},
		"DELETE with a JSON null":            {request: request{method: "DELETE", path: "/hubs/crm/echo/5", body: `null`}, method: "DELETE", path: "/api/echo/5"},
		"what a pre hook changes": {request: request{path: "/hubs/crm/hooked?q=a"}, method: "GET", path: "/api/echo", query: "extra=a!",
			header: map[string]string{"X-Hook": "/hubs/crm/hooked"}},
		"where in canonical form for hooks": {request: request{path: "/hubs/crm/where", query: url.Values{"where": {"a='x'  and b in (1,2)"}}},
			method: "GET", path: "/api/echo", query: "text=" + escaped("a = 'x' AND b IN (1, 2)") +
				"&flat=" + escaped(`[{"attribute":"a","operator":"=","value":"x"},{"attribute":"b","operator":"IN","value":["1","2"]}]`)},
		"a chain": {request: request{path: "/hubs/crm/one"}, method: "GET", path: "/api/echo", query: "before=/api/echo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.token = probe.Token
			a := h.do(c.request)
			a.t = t
			var got echoed
			a.want(200).into(&got)
			if got.Method != c.method || got.Path != c.path || got.Query != c.query || got.Body != c.body {
				t.Errorf("the provider got %s %s?%s %s", got.Method, got.Path, got.Query, got.Body)
			}
			for name, content := range c.header {
				if got.Header[name] != content {
					t.Errorf("the provider got %s: %q, want %q", name, got.Header[name], content)
				}
			}
			if a.header.Get("Elements-Element-Instance-Id") != fmt.Sprint(probe.ID) || len(a.header.Get("Elements-Request-Id")) != 24 {
				t.Errorf("headers %v", a.header)
			}
		})
	}
}

func TestTheCorridorRefuses(t *testing.T) {
	t.Parallel()
	h, p, probe := probed(t)
	for name, c := range map[string]struct {
		request
		status int
		text   string
	}{
		"an unknown resource":                  {request{path: "/hubs/crm/nothing"}, 400, "No resource found for GET /hubs/crm/nothing on connector probe"},
		"an unknown resource without a hub":    {request{path: "/nothing-here"}, 400, "No resource found for GET /hubs/crm/nothing-here"},
		"a method that is not there":           {request{method: "DELETE", path: "/hubs/crm/rows"}, 405, "not supported"},
		"a resource that was compiled":         {request{path: "/hubs/crm/java"}, 405, `"message":"This API is not currently supported for this element"`},
		"a lifecycle resource":                 {request{path: "/hubs/crm/secret-life"}, 400, "No resource found"},
		"a chain without an end":               {request{path: "/hubs/crm/loop"}, 400, "longer than 5"},
		"a where that does not read":           {request{path: "/hubs/crm/rows", query: url.Values{"where": {"a = "}}}, 400, "Error parsing query"},
		"a lifted term under OR":               {request{path: "/hubs/crm/echo", query: url.Values{"where": {"group='1' OR a=2"}}}, 400, "group"},
		"OR in query parameters":               {request{path: "/hubs/crm/echo", query: url.Values{"where": {"b='1' OR a=2"}}}, 400, "OR"},
		"a missing required parameter":         {request{path: "/hubs/crm/required"}, 400, "must"},
		"a bad page":                           {request{path: "/hubs/crm/rows?page=x"}, 400, "page"},
		"a bad page size":                      {request{path: "/hubs/crm/rows?pageSize=0"}, 400, "pageSize"},
		"a bad token":                          {request{path: "/hubs/crm/rows?nextPage=!!"}, 400, "nextPage"},
		"malformed JSON":                       {request{method: "POST", path: "/hubs/crm/echo", body: `{"a":`}, 400, "not valid JSON"},
		"bad UTF-8":                            {request{method: "POST", path: "/hubs/crm/echo", body: "{\"a\":\"\xff\"}"}, 400, "UTF-8"},
		"deep nesting":                         {request{method: "POST", path: "/hubs/crm/echo", body: strings.Repeat("[", 5000)}, 400, "nested"},
		"an array where fields are set":        {request{method: "POST", path: "/hubs/crm/echo", body: `[1]`}, 400, "object"},
		"a broken escape in the query":         {request{path: "/hubs/crm/echo?q=%zz"}, 400, "query"},
		"a path value that is two dots":        {request{path: "/hubs/crm/echo/%2E%2E"}, 400, "not allowed"},
		"a header value with a line break":     {request{path: "/hubs/crm/echo/1/a%0D%0Ab"}, 400, "line break"},
		"a hook's header with a line break":    {request{path: "/hubs/crm/crlf"}, 400, "header"},
		"what a hook refuses":                  {request{path: "/hubs/crm/refused"}, 418, "not today"},
		"a hook that throws":                   {request{path: "/hubs/crm/broken"}, 400, "line 3"},
		"a redirect to a metadata address":     {request{path: "/hubs/crm/away"}, 400, "169.254.169.254"},
		"an unknown content type":              {request{method: "POST", path: "/hubs/crm/echo", body: "x", header: map[string]string{"Content-Type": ";;;"}}, 415, "Content-Type"},
		"what the provider does not find":      {request{path: "/hubs/crm/status/404"}, 404, `"providerMessage":"the provider says 404"`},
		"what the provider forbids":            {request{path: "/hubs/crm/status/403"}, 403, "the provider says 403"},
		"what the provider does not recognize": {request{path: "/hubs/crm/status/401"}, 401, "the provider says 401"},
		"what the provider does not accept":    {request{path: "/hubs/crm/status/422"}, 400, "the provider says 422"},
		"a conflict at the provider":           {request{path: "/hubs/crm/status/409"}, 409, "the provider says 409"},
		"a failure of the provider":            {request{path: "/hubs/crm/status/500"}, 502, "Provider server error"},
		"a call without a token":               {request{path: "/hubs/crm/echo", token: "-"}, 401, "Element token"},
		"a call with an unknown token":         {request{path: "/hubs/crm/never-there", token: "abc="}, 401, "not known"},
	} {
		t.Run(name, func(t *testing.T) {
			switch c.token {
			case "":
				c.token = probe.Token
			case "-":
				c.token = ""
			}
			a := h.do(c.request)
			a.t = t
			a.want(c.status, c.text)
			var body struct{ RequestID, Message string }
			a.into(&body)
			if body.Message == "" || body.RequestID != a.header.Get("Elements-Request-Id") {
				t.Errorf("the error body is %s", a.body)
			}
		})
	}
	before := p.calls.Load()
	a := h.do(request{path: "/hubs/crm/status/429", token: probe.Token})
	a.want(429, "the provider says 429")
	if a.header.Get("Retry-After") != "30" || p.calls.Load() == before {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
}

func TestListsArePagedAndShaped(t *testing.T) {
	t.Parallel()
	h, _, probe := probed(t)
	get := func(path string) *answer { return h.do(request{path: path, token: probe.Token}) }

	first := get("/hubs/crm/rows?pageSize=2").want(200)
	if strings.Contains(string(first.body), "null") || first.header.Get("Elements-Returned-Count") != "2" {
		t.Errorf("%s %v", first.body, first.header)
	}
	token := first.header.Get("Elements-Next-Page-Token")
	second := get("/hubs/crm/rows?pageSize=2&page=2&nextPage=" + token).want(200)
	byNumber := get("/hubs/crm/rows?pageSize=2&page=2").want(200)
	if !bytes.Equal(second.body, byNumber.body) {
		t.Errorf("by token %s, by number %s", second.body, byNumber.body)
	}
	get("/hubs/crm/rows?pageSize=2&nextPage=").want(200, `"row 0"`)
	if last := get("/hubs/crm/rows?pageSize=3&page=3").want(200, "row 6"); last.header.Get("Elements-Next-Page-Token") != "" {
		t.Error("the last page has a token")
	}
	get("/hubs/crm/rows?pageSize=3&page=9").want(200, "[]")
	clamped := get("/hubs/crm/rows?pageSize=50").want(200)
	if clamped.header.Get("Elements-Returned-Count") != "3" || !strings.Contains(clamped.header.Get("Elements-Error"), "lowered from 50") {
		t.Errorf("%v", clamped.header)
	}
	if got := string(get("/hubs/crm/rows?pageSize=1&fields=id,%20address.city").want(200).body); got != `[{"id":0,"address":{"city":"Aberfeld"}}]` && got != `[{"address":{"city":"Aberfeld"},"id":0}]` {
		t.Errorf("fields gave %s", got)
	}

	cursor := get("/hubs/crm/cursor").want(200, `[{"id":1},{"id":2}]`)
	after := get("/hubs/crm/cursor?nextPage="+cursor.header.Get("Elements-Next-Page-Token")).want(200, `[{"id":3}]`)
	if after.header.Get("Elements-Next-Page-Token") != "" {
		t.Error("the end of the cursor has a token")
	}

	whole := get("/hubs/crm/whole?pageSize=3&page=2").want(200, "row 3", "row 5")
	if whole.header.Get("Elements-Returned-Count") != "3" || whole.header.Get("Elements-Next-Page-Token") == "" {
		t.Errorf("%v", whole.header)
	}
	if end := get("/hubs/crm/whole?pageSize=3&page=3").want(200, "row 6"); end.header.Get("Elements-Next-Page-Token") != "" {
		t.Error("the end of a list that we cut has a token")
	}

	var rows []struct {
		ID  int64
		Key string
	}
	h.do(request{path: fmt.Sprintf("/instances/%d/configuration", probe.ID)}).want(200).into(&rows)
	for _, row := range rows {
		if row.Key == "filter.response.nulls" {
			h.do(request{method: "PATCH", path: fmt.Sprintf("/instances/%d/configuration/%d", probe.ID, row.ID), body: `{"propertyValue":"false"}`}).want(200)
		}
	}
	get("/hubs/crm/rows?pageSize=2").want(200, `"none":null`, `"zip":null`)
}

func TestAHookAnswersInPlaceOfTheProvider(t *testing.T) {
	t.Parallel()
	h, _, probe := probed(t)
	if got := string(h.do(request{path: "/hubs/crm/skipped", token: probe.Token}).want(200).body); got != `{"made":"here"}` {
		t.Errorf("got %s", got)
	}
}

func TestFilesFlowThroughInBothDirections(t *testing.T) {
	t.Parallel()
	h, _, probe := probed(t)
	a := h.do(request{path: "/hubs/crm/file", token: probe.Token}).want(200)
	if len(a.body) != 4000 || a.header.Get("Content-Type") != "application/pdf" || !strings.Contains(a.header.Get("Content-Disposition"), "attachment;") || a.header.Get("Set-Cookie") != "" {
		t.Errorf("%d bytes, %v", len(a.body), a.header)
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	file, err := parts.CreateFormFile("file", `odd "name".bin`)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.Write(bytes.Repeat([]byte{0, 1, 2, 3}, 1<<20))
	_ = parts.WriteField("note", "hello")
	_ = parts.Close()
	got := h.do(request{method: "POST", path: "/hubs/crm/file", token: probe.Token, body: body.String(), header: map[string]string{"Content-Type": parts.FormDataContentType()}}).want(200)
	var seen map[string]int64
	got.into(&seen)
	if seen[`document/odd "name".bin`] != 4<<20 || seen["note/"] != 5 {
		t.Errorf("the provider got %v", seen)
	}
}

func TestAnEnormousBodyIsRefused(t *testing.T) {
	t.Parallel()
	h, _, probe := probed(t)
	big := `{"a":"` + strings.Repeat("x", 10<<20) + `"}`
	h.do(request{method: "POST", path: "/hubs/crm/echo", token: probe.Token, body: big}).want(413, "10 MiB")
	h.do(request{method: "POST", path: "/instances", body: big}).want(413, "10 MiB")
}

func TestEveryCallLeavesAUsageRecord(t *testing.T) {
	t.Parallel()
	h, _, probe := probed(t)
	id := h.do(request{path: "/hubs/crm/echo?q=1", token: probe.Token}).want(200).header.Get("Elements-Request-Id")
	awaitUsage(h, id)
	h.do(request{path: "/usage/" + id}).want(200, `"request_id":"`+id+`"`, `"request_status":"SUCCESS"`, `"element_key":"probe"`,
		`"element_api":"GET /hubs/crm/echo"`, `"process_time"`, `"company_external_id"`)
	h.do(request{path: "/usage/000000000000000000000000"}).want(404)
}
