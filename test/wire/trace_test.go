package wire_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/connector"
	"jackfield/internal/server"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

// tracedCall is a member of the answer of GET /elements/{key}/trace/{id}.
type tracedCall struct {
	Request struct {
		URL, Method, Body string
		Headers           map[string]string
	}
	Response *struct {
		Status  int
		Body    string
		Headers map[string]string
	}
	Error string
	Try   int
}

// traceOf reads the trace that an answer names.
func (h *house) traceOf(key string, a *answer) map[string]tracedCall {
	h.t.Helper()
	id := a.header.Get("Elements-Trace-Id")
	if len(id) != 24 {
		h.t.Fatalf("%q is no trace id; %d %s", id, a.status, short(a.body))
	}
	var calls map[string]tracedCall
	h.do(request{path: "/elements/" + key + "/trace/" + id}).want(200).into(&calls)
	return calls
}

func (h *house) startTrace(m made) {
	h.t.Helper()
	h.do(request{method: "PUT", path: "/instances/trace-logging", token: m.Token, body: `{"duration":5}`}).want(200, `"traceLoggingEnabled":true`)
}

func names(calls map[string]tracedCall) []string {
	var all []string
	for name := range calls {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func TestTraceLoggingIsSwitchedOnAndOff(t *testing.T) {
	t.Parallel()
	h, _, probe := probed(t)
	byID := fmt.Sprintf("/instances/%d/trace-logging", probe.ID)
	call := request{path: "/hubs/crm/echo?q=1", token: probe.Token}
	is := func(on bool) {
		t.Helper()
		h.do(request{path: fmt.Sprintf("/instances/%d", probe.ID)}).want(200, fmt.Sprintf(`"traceLoggingEnabled":%t`, on))
		a := h.do(call).want(200)
		if traced := a.header.Get("Elements-Trace-Id") != ""; traced != on {
			t.Errorf("the call is traced: %t, want %t", traced, on)
		}
		if read := h.do(request{path: "/usage/" + a.header.Get("Elements-Request-Id")}).want(200); bytes.Contains(read.body, []byte(`"trace":{`)) != on {
			t.Errorf("want the trace in the record: %t: %s", on, short(read.body))
		}
	}
	is(false)
	for _, on := range []request{
		{path: byID, body: `{"duration":30}`},
		{path: byID},
		{path: byID, body: "null"},
		{path: byID, body: `{"something":"else"}`},
		{path: "/instances/trace-logging", token: probe.Token, body: `{"duration":10080}`},
		{path: "/instances/trace-logging", token: probe.Token, body: `{"duration":null}`},
	} {
		on.method = "PUT"
		h.do(on).want(200, `"traceLoggingEnabled":true`, fmt.Sprintf(`"id":%d`, probe.ID))
		is(true)
		on.method, on.body = "DELETE", ""
		h.do(on).want(200, `"traceLoggingEnabled":false`)
		is(false)
	}
	for _, bad := range []string{`{"duration":0}`, `{"duration":-5}`, `{"duration":10081}`, `{"duration":1e99}`, `{"duration":1.5}`, `{"duration":"x"}`, `{"duration":true}`, `{"duration":{}}`, `{`, `[1]`} {
		if a := h.do(request{method: "PUT", path: byID, body: bad}); a.status != 400 {
			t.Errorf("%s: %d %s", bad, a.status, a.body)
		}
	}
	is(false)
	// What has ended is off without anybody switching it off.
	admin, err := h.server.Access.FirstAdministrator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := h.server.DB.For(admin.Account.ID).SetInstanceTrace(t.Context(), probe.ID, time.Now().Add(-time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	is(false)
	h.do(request{method: "PUT", path: "/instances/999999/trace-logging"}).want(404)
	h.do(request{method: "PUT", path: "/instances/-1/trace-logging"}).want(404)
	h.do(request{method: "PUT", path: "/instances/trace-logging"}).want(401)
	h.do(request{method: "GET", path: byID}).want(405)
}

func TestATracedCallShowsWhatWentBackAndForth(t *testing.T) {
	t.Parallel()
	h, _, probe := probed(t)
	h.startTrace(probe)

	a := h.do(request{method: "POST", path: "/hubs/crm/echo?q=1", token: probe.Token, body: `{"name":"n","access_token":"tok-123"}`}).want(200)
	calls := h.traceOf("probe", a)
	call, ok := calls["PUT:/api/echo"]
	if !ok || len(calls) != 1 {
		t.Fatalf("%v", names(calls))
	}
	if !strings.HasPrefix(call.Request.URL, "http://127.0.0.1:") || !strings.HasSuffix(call.Request.URL, "/api/echo") || call.Request.Method != "PUT" {
		t.Errorf("%+v", call.Request)
	}
	if call.Request.Body != `{"access_token":"********","title":"n","owner":{"tenant":"acme"}}` {
		t.Error(call.Request.Body)
	}
	if call.Request.Headers["Authorization"] != "********" || call.Request.Headers["Accept"] != "application/json" {
		t.Errorf("%v", call.Request.Headers)
	}
	if call.Response.Status != 200 || call.Response.Headers["Content-Type"] != "application/json" || !strings.Contains(call.Response.Body, `"path":"/api/echo"`) || call.Try != 1 {
		t.Errorf("%+v", call)
	}
	var record struct {
		Trace struct {
			ID, RequestID     string
			Request, Response tracedMessageOfCaller
			Calls             []tracedCall
		}
	}
	h.do(request{path: "/usage/" + a.header.Get("Elements-Request-Id")}).want(200).into(&record)
	trace := record.Trace
	if trace.ID != a.header.Get("Elements-Trace-Id") || trace.RequestID != a.header.Get("Elements-Request-Id") || len(trace.Calls) != 1 {
		t.Errorf("%+v", trace)
	}
	if trace.Request.URL != "/hubs/crm/echo?q=1" || trace.Request.Body != `{"name":"n","access_token":"********"}` || trace.Request.Headers["Authorization"] != "********" {
		t.Errorf("%+v", trace.Request)
	}
	if trace.Response.Status != 200 || !strings.Contains(trace.Response.Body, `"id":"1"`) || trace.Response.Headers["Elements-Element-Instance-Id"] != fmt.Sprint(probe.ID) {
		t.Errorf("%+v", trace.Response)
	}

	for name, test := range map[string]struct {
		request
		status int
		calls  []string
		holds  string // the first call's answer
	}{
		"a chain":                     {request{path: "/hubs/crm/one"}, 200, []string{"GET:/api/echo", "GET:/api/echo#2"}, `"method":"GET"`},
		"retries":                     {request{path: "/hubs/crm/status/503"}, 502, []string{"GET:/api/status/503", "GET:/api/status/503#2", "GET:/api/status/503#3"}, ""},
		"a refusal":                   {request{path: "/hubs/crm/status/404"}, 404, []string{"GET:/api/status/404"}, "the provider says 404"},
		"a refused redirect":          {request{path: "/hubs/crm/away"}, 400, []string{"GET:/api/away", "GET:/latest/meta-data"}, ""},
		"nothing that was asked":      {request{path: "/hubs/crm/nowhere-at-all"}, 400, nil, ""},
		"a hook that answers":         {request{path: "/hubs/crm/skipped"}, 200, nil, ""},
		"a hook that breaks":          {request{path: "/hubs/crm/broken"}, 400, nil, ""},
		"a file that streams":         {request{path: "/hubs/crm/file"}, 200, []string{"GET:/api/file"}, "[a file: it flows through and is not kept]"},
		"a ping":                      {request{path: "/hubs/crm/ping"}, 200, nil, ""},
		"metadata without a provider": {request{path: "/hubs/crm/objects"}, 200, nil, ""},
	} {
		test.token = probe.Token
		a := h.do(test.request)
		if a.status != test.status {
			t.Errorf("%s: %d %s", name, a.status, short(a.body))
		}
		calls := h.traceOf("probe", a)
		if got := names(calls); !slices.Equal(got, test.calls) {
			t.Errorf("%s: %v, want %v", name, got, test.calls)
		}
		if test.holds != "" && !strings.Contains(calls[test.calls[0]].Response.Body, test.holds) {
			t.Errorf("%s: %+v", name, calls[test.calls[0]])
		}
		if refused, ok := calls["GET:/latest/meta-data"]; ok && (refused.Response != nil || refused.Error == "") {
			t.Errorf("%+v", refused)
		}
		h.do(request{path: "/elements/9100/trace/" + a.header.Get("Elements-Trace-Id")}).want(200)
		h.do(request{path: "/elements/actessentials/trace/" + a.header.Get("Elements-Trace-Id")}).want(404)
	}
	h.do(request{path: "/elements/probe/trace/000000000000000000000000"}).want(404)
	h.do(request{path: "/elements/probe/trace/%00"}).want(404)
	if list := h.do(request{path: "/usage"}).want(200); bytes.Contains(list.body, []byte(`"trace"`)) {
		t.Error("a list holds traces")
	}
}

type tracedMessageOfCaller struct {
	URL, Body string
	Status    int
	Headers   map[string]string
}

func TestLargeBodiesAndFilesAreNotKept(t *testing.T) {
	t.Parallel()
	h, _, probe := probed(t)
	h.startTrace(probe)
	// The secrets of a call are known to its trace, and what may be half of one at a cut is taken off: the end of what is kept
	// holds none of them.
	large := `{"name":"` + strings.Repeat("x", 200_000) + `"}`
	calls := h.traceOf("probe", h.do(request{method: "POST", path: "/hubs/crm/echo", token: probe.Token, body: large}).want(200))
	call := calls["PUT:/api/echo"]
	if n := len(call.Request.Body); n < 60_000 || n > 66_000 || !strings.Contains(call.Request.Body[n-60:], "cut: 2000") {
		t.Errorf("%d bytes: …%s", n, call.Request.Body[max(0, n-60):])
	}
	if n := len(call.Response.Body); n > 66_000 || !strings.Contains(call.Response.Body[n-60:], "[cut: ") {
		t.Errorf("%d bytes: …%s", n, call.Response.Body[max(0, n-60):])
	}

	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	part, err := parts.CreateFormFile("file", "a.bin")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(bytes.Repeat([]byte("file-content"), 1000))
	parts.Close()
	a := h.do(request{method: "POST", path: "/hubs/crm/file", token: probe.Token, body: form.String(), header: map[string]string{"Content-Type": parts.FormDataContentType()}}).want(200, "12000")
	if call := h.traceOf("probe", a)["POST:/api/upload"]; strings.Contains(call.Request.Body, "file-content") || !strings.Contains(call.Request.Body, "not kept") {
		t.Errorf("%+v", call.Request)
	}
}

func TestDebugProvisioningLeavesATraceAlsoWhenItFails(t *testing.T) {
	t.Parallel()
	h := build(t)
	for name, test := range map[string]struct {
		path, body string
		status     int
	}{
		"in the provider's data":   {"/elements/actessentials/instances", `{"name":"a","providerData":{"debug":true},` + actKeys + `}`, 200},
		"in the configuration":     {"/instances", `{"element":{"key":"actessentials"},"name":"b","configuration":{"username":"demo-api-key","password":"demo-developer-key","debug":"true"}}`, 200},
		"of wrong keys":            {"/elements/actessentials/instances", `{"name":"c","providerData":{"debug":true},"configuration":{"username":"demo-api-key","password":"wrong-developer-key"}}`, 401},
		"without a provider asked": {"/elements/actessentials/instances", `{"name":"d","providerData":{"debug":true},"configuration":{"username":"demo-api-key"}}`, 400},
	} {
		a := h.do(request{method: "POST", path: test.path, body: test.body}).want(test.status)
		calls := h.traceOf("actessentials", a)
		asked := 0
		for key, call := range calls {
			method, path, _ := strings.Cut(key, ":")
			if call.Request.Method != method || !strings.Contains(call.Request.URL, path) || call.Request.Headers == nil {
				t.Errorf("%s: %s is %+v", name, key, call)
			}
			if call.Response == nil || (call.Response.Status == 200) != (test.status == 200) {
				t.Errorf("%s: %+v", name, call)
			}
			asked++
		}
		if (asked > 0) != (test.status != 400) {
			t.Errorf("%s: %v", name, names(calls))
		}
		if text := fmt.Sprint(calls); strings.Contains(text, "developer-key") || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte("demo-api-key:demo-developer-key"))) {
			t.Errorf("%s: the trace shows the credentials: %s", name, text)
		}
		if test.status == 200 {
			var m made
			a.into(&m)
			if strings.Contains(string(a.body), `"debug"`) || strings.Contains(string(h.do(request{path: fmt.Sprintf("/instances/%d/configuration", m.ID)}).want(200).body), `"debug"`) {
				t.Errorf("%s: debug is kept", name)
			}
		}
		h.do(request{path: "/usage/" + a.header.Get("Elements-Request-Id")}).want(200, `"trace":{`)
	}
	a := h.do(request{method: "POST", path: "/elements/actessentials/instances", body: `{"name":"e","providerData":{"debug":false},` + actKeys + `}`}).want(200)
	if id := a.header.Get("Elements-Trace-Id"); id != "" {
		t.Errorf("nobody asked for %s", id)
	}
}

func TestATraceIsItsAccountsAlone(t *testing.T) {
	t.Parallel()
	h, _, probe := probed(t)
	h.startTrace(probe)
	a := h.do(request{path: "/hubs/crm/echo", token: probe.Token}).want(200)
	trace := "/elements/probe/trace/" + a.header.Get("Elements-Trace-Id")
	record := "/usage/" + a.header.Get("Elements-Request-Id")
	h.do(request{path: trace}).want(200)

	admin, err := h.server.Access.FirstAdministrator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	user := func(organization int64, roles ...string) string {
		account := &store.Account{OrganizationID: organization, Name: "other", Active: true}
		if err := h.server.DB.CreateAccount(t.Context(), account); err != nil {
			t.Fatal(err)
		}
		u := &store.User{AccountID: account.ID, Email: access.NewSecret() + "@example.org", Secret: access.NewSecret(), Roles: roles, Active: true}
		if err := h.server.DB.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		return u.Secret
	}
	foreign := &store.Organization{Name: "foreign", ExternalID: "foreign", Secret: "00000000000000000000000000000000", Active: true}
	if err := h.server.DB.CreateOrganization(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		user, organization string
		want               int
	}{
		"another account":                          {user(admin.Organization.ID, access.RoleAccountAdmin), h.organization, 404},
		"an administrator of the organization":     {user(admin.Organization.ID, access.RoleOrganizationAdmin), h.organization, 200},
		"an administrator of another organization": {user(foreign.ID, access.RoleOrganizationAdmin), foreign.Secret, 404},
	} {
		for _, path := range []string{trace, record} {
			a := h.do(request{path: path, header: map[string]string{"Authorization": "User " + test.user + ", Organization " + test.organization}})
			if a.status != test.want {
				t.Errorf("%s: %s: %d %s", name, path, a.status, short(a.body))
			}
		}
		path := fmt.Sprintf("/instances/%d/trace-logging", probe.ID)
		a := h.do(request{method: "PUT", path: path, header: map[string]string{"Authorization": "User " + test.user + ", Organization " + test.organization}})
		if (a.status == 200) != (test.want == 200) {
			t.Errorf("%s may switch: %d", name, a.status)
		}
	}
	h.do(request{path: trace, header: map[string]string{"Authorization": ""}}).want(401)
}

func TestAllServersOfADatabaseNoticeTraceLogging(t *testing.T) {
	t.Parallel()
	address, p := storetest.PostgresURL(t), newProvider(t)
	data := t.TempDir() // the key
	shared := func(o *server.Options) { o.Database, o.Data = address, data }
	one := build(t, shared, with(p.Server, probeDefinition()))
	two := build(t, shared, with(p.Server, probeDefinition()))
	probe := one.create(`{"element":{"key":"probe"},"name":"probe","configuration":{"username":"u","password":"p"}}`)
	call := request{path: "/hubs/crm/echo", token: probe.Token}
	two.do(call).want(200) // it is in the cache now
	one.startTrace(probe)
	var a *answer
	for deadline := time.Now().Add(10 * time.Second); ; {
		if a = two.do(call).want(200); a.header.Get("Elements-Trace-Id") != "" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the other server did not notice")
		}
	}
	if calls := two.traceOf("probe", a); len(calls) != 1 {
		t.Errorf("%v", names(calls))
	}
}

// leaky is a provider that repeats every secret it gets, in many forms, and hands new ones out.
func leaky(t *testing.T, planted ...string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Set-Cookie", "session=canary/+cookie")
		w.Header().Set("X-Echo", r.URL.RawQuery+" "+r.Header.Get("X-Custom")+" "+r.Header.Get("Authorization"))
		w.Header().Set("X-Next", "https://127.0.0.1/next?api_token=canary%2F%2Bnext")
		all := map[string]any{"sent": r.Header, "query": r.URL.RawQuery, "body": string(body), "access_token": "canary/+issued", "nested": map[string]any{"clientSecret": []string{"canary/+list"}}}
		for n, secret := range planted {
			all[fmt.Sprint("form", n)] = []string{secret, url.QueryEscape(secret), hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte("x" + secret))}
		}
		if strings.HasSuffix(r.URL.Path, "/denied") {
			w.WriteHeader(401)
			all["message"] = "the key " + r.Header.Get("X-Custom") + " is not known"
		}
		_ = json.NewEncoder(w).Encode(all)
	}))
	t.Cleanup(s.Close)
	return s
}

func leakyDefinition() *connector.Definition {
	def := &connector.Definition{
		ID: 9200, Key: "leaky", Name: "Leaky", Hub: "crm", Active: true, Authentication: connector.Authentication{Type: "basic"},
		Configuration: []connector.ConfigurationEntry{
			{Key: "base.url", Name: "b", Type: "TEXTFIELD_1000", DefaultValue: "PROVIDER/api"},
			{Key: "username", Name: "u", Type: "TEXTFIELD_32", Required: true}, {Key: "password", Name: "p", Type: "PASSWORD", Required: true},
			{Key: "api.key", Name: "k", Type: "TEXTFIELD_100"}, {Key: "session.token", Name: "t", Type: "TEXTFIELD_100", Internal: true},
		},
		Parameters: parameters("api.key:configuration>X-Custom:header; api.key:configuration>q:query"),
	}
	add := func(path, vendor, kind, takes string, hooks ...connector.Hook) {
		def.Resources = append(def.Resources, connector.Resource{Path: "/hubs/crm" + path, Method: "POST", VendorMethod: "POST", VendorPath: vendor, Type: kind, Parameters: parameters(takes), Hooks: hooks})
	}
	add("/echo", "/echo", "api", "body:body>body:body")
	add("/denied", "/denied", "api", "body:body>body:body")
	add("/hooked", "/echo", "api", "body:body>body:body", connector.Hook{Type: "preRequest",
		Body: `done({configuration: {'session.token': 'canary/+from-hook'}, request_vendor_body: {note: 'canary/+from-hook', key: configuration['api.key']}, request_vendor_headers: {'X-Plain': configuration.password}})`})
	add("/validate", "/denied", "provisionAuthValidation", "")
	return def
}

func TestNoTraceShowsASecret(t *testing.T) {
	t.Parallel()
	const (
		password = "canary/+pass=word"
		apiKey   = "canary/+api-key\"é"
		hidden   = "canary/+undeclared"
	)
	data := t.TempDir()
	log := &safeBuffer{}
	var h *house
	provider := leaky(t, password, apiKey, hidden)
	open := leakyDefinition()
	open.Resources = slices.DeleteFunc(open.Resources, func(r connector.Resource) bool { return r.Type == "provisionAuthValidation" })
	closed := leakyDefinition()
	closed.ID, closed.Key = 9201, "closed"
	h = build(t, with(provider, open), with(provider, closed), func(o *server.Options) {
		o.Data = data
		o.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	quoted, err := json.Marshal(map[string]string{"username": "u", "password": password, "api.key": apiKey, "undeclared": hidden})
	if err != nil {
		t.Fatal(err)
	}
	configuration := `"configuration":` + strings.ReplaceAll(string(quoted), "é", "\\u00e9")
	m := h.create(`{"element":{"key":"leaky"},"name":"l",` + configuration + `}`)
	h.startTrace(m)

	var shown bytes.Buffer
	see := func(key string, a *answer) {
		t.Helper()
		id := a.header.Get("Elements-Trace-Id")
		shown.Write(h.do(request{path: "/elements/" + key + "/trace/" + id}).want(200).body)
		shown.Write(h.do(request{path: "/usage/" + a.header.Get("Elements-Request-Id")}).want(200, `"trace":{`).body)
	}
	body, err := json.Marshal(map[string]any{"note": "I am " + h.user + " with " + m.Token, "password": "canary/+member", "text": password + " " + apiKey})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/hubs/crm/echo?access_token=canary%2F%2Bquery", "/hubs/crm/denied?x=" + url.QueryEscape(m.Token), "/hubs/crm/hooked"} {
		see("leaky", h.do(request{method: "POST", path: path, token: m.Token, body: string(body), header: map[string]string{"X-Api-Key": "canary/+header", "Cookie": "a=canary/+mine"}}))
	}
	// A secret at every place of the cut.
	for n := range 40 {
		large := fmt.Sprintf(`{"a":"%s%s","b":"%s"}`, strings.Repeat("x", 65_536-8-n), hidden, strings.Repeat("y", 1000))
		see("leaky", h.do(request{method: "POST", path: "/hubs/crm/echo", token: m.Token, body: large}))
	}
	see("closed", h.do(request{method: "POST", path: "/elements/closed/instances", body: `{"name":"c","providerData":{"debug":true,"code":"canary/+code"},` + configuration + `}`}).want(401))
	if !strings.Contains(shown.String(), "X-Echo") || !strings.Contains(shown.String(), `\"form0\"`) {
		t.Fatalf("the traces do not hold what they should: %s", short(shown.Bytes()))
	}
	// The call itself still works with what is masked in its trace.
	if a := h.do(request{method: "POST", path: "/hubs/crm/hooked", token: m.Token, body: "{}"}).want(200); !bytes.Contains(a.body, []byte("from-hook")) {
		t.Errorf("the provider did not get the hook's body: %s", short(a.body))
	}

	places := map[string][]byte{"traces": shown.Bytes()}
	log.mu.Lock()
	places["the log"] = bytes.Clone(log.Bytes())
	log.mu.Unlock()
	files, err := filepath.Glob(filepath.Join(data, "*.db*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%v %v", files, err)
	}
	for _, file := range files {
		if places[file], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	for place, content := range places {
		for _, secret := range []string{"canary/+", "canary", "nary/+unde", password, hidden, m.Token, h.user, h.organization, "u:" + password} {
			for form, text := range map[string]string{
				"clear": secret, "base64": strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "="), "URL": url.QueryEscape(secret), "hex": hex.EncodeToString([]byte(secret)),
			} {
				if at := bytes.Index(content, []byte(text)); at >= 0 {
					t.Errorf("%s holds %q in %s: %s", place, secret, form, content[max(0, at-60):min(len(content), at+60)])
				}
			}
		}
	}
}

func TestAnOldClientSwitchesTracesWithTheWholeInstance(t *testing.T) {
	t.Parallel()
	h := build(t)
	i := h.act("one")
	path := "/instances/" + strconv.FormatInt(i.ID, 10)
	h.send("POST", path, `{"id":1,"traceLoggingEnabled":true,"name":"ignored"}`).want(200, `"traceLoggingEnabled":true`, `"name":"one"`)
	h.send("POST", path, `{"traceLoggingEnabled":false}`).want(200, `"traceLoggingEnabled":false`)
	h.send("POST", path, `{"name":"two"}`).want(400, "traceLoggingEnabled")
}
