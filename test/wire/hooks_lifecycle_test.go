package wire_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"jackfield/internal/gateway"
	"jackfield/internal/server"
)

// recorder is a provider that keeps what it was asked and answers as its table says, or with what it got.
type recorder struct {
	*httptest.Server
	answers map[string]string // "METHOD /path" → body; a body that begins with three digits sets the status

	mu   sync.Mutex
	seen []seen
}

type seen struct {
	call, body string // "METHOD /path?query"
	header     http.Header
}

func record(t *testing.T, answers map[string]string, start func(http.Handler) *httptest.Server) *recorder {
	t.Helper()
	r := &recorder{answers: answers}
	r.Server = start(r)
	t.Cleanup(r.Close)
	return r
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return // the caller went away
	}
	r.mu.Lock()
	r.seen = append(r.seen, seen{q.Method + " " + q.URL.RequestURI(), string(body), q.Header})
	r.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	answer, ok := r.answers[q.Method+" "+q.URL.Path]
	if !ok {
		fmt.Fprintf(w, `{"method":%q,"uri":%q,"body":%q}`, q.Method, q.URL.RequestURI(), body)
		return
	}
	var status int
	if _, err := fmt.Sscanf(answer, "%3d", &status); err == nil {
		w.WriteHeader(status)
		answer = strings.TrimLeft(answer[3:], " ")
	}
	if answer == "" {
		return
	}
	if _, err := io.WriteString(w, answer); err != nil {
		return // ditto
	}
}

// calls are what the provider was asked, and empties the list.
func (r *recorder) calls() []seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.seen
	r.seen = nil
	return all
}

func (r *recorder) want(t *testing.T, calls ...string) []seen {
	t.Helper()
	all := r.calls()
	var got []string
	for _, s := range all {
		got = append(got, s.call)
	}
	if strings.Join(got, "; ") != strings.Join(calls, "; ") {
		t.Fatalf("the provider saw %q, want %q", got, calls)
	}
	return all
}

// trust lets the server believe the certificate of a provider.
func trust(r *recorder) option {
	return func(o *server.Options) {
		roots := x509.NewCertPool()
		roots.AddCert(r.Certificate())
		o.ProviderTLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
}

type part = map[string]any

// hooked makes a connector "hooked" of these resources and hooks for all of them.
func (h *house) hooked(base string, resources, hooks []part) {
	h.t.Helper()
	body, err := json.Marshal(part{
		"name": "Hooked", "key": "hooked", "hub": "crm", "authentication": part{"type": "custom"}, "hooks": hooks, "resources": resources,
		"configuration": []part{
			{"key": "base.url", "name": "URL", "type": "TEXTFIELD_1000", "defaultValue": base},
			{"key": "api.key", "name": "Key", "type": "PASSWORD", "required": true},
			{"key": "other.url", "name": "Other", "type": "TEXTFIELD_1000"},
			{"key": "region", "name": "Region", "type": "TEXTFIELD_256", "internal": true},
			{"key": "session.token", "name": "Token", "type": "PASSWORD", "internal": true},
		},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.do(request{method: "POST", path: "/elements", body: string(body)}).want(200)
}

const hookedInstance = `{"element":{"key":"hooked"},"name":"one","configuration":{"api.key":"the-key","other.url":"OTHER"}}`

func resource(kind, method, path string, more part) part {
	r := part{"type": kind, "method": method, "path": path, "vendorMethod": method, "vendorPath": path}
	for key, value := range more {
		r[key] = value
	}
	return r
}

func before(body string) part { return part{"type": "preRequest", "body": body} }
func after(body string) part  { return part{"type": "postRequest", "body": body} }

func param(name, kind, vendorName, vendorType string) part {
	source := "request"
	if name == "region" {
		source = "response"
	}
	return part{"name": name, "type": kind, "vendorName": vendorName, "vendorType": vendorType, "source": source}
}

var show = resource("api", "GET", "/show", part{"hooks": []part{after(`done({response_body: {region: configuration.region, token: configuration['session.token'], undeclared: configuration['made.up']}})`)}})

func TestProvisioningRunsAChainAndKeepsWhatItsHooksWrite(t *testing.T) {
	t.Parallel()
	r := record(t, map[string]string{
		"POST /login": `{"session":{"token":"t-1","id":"s-7"}}`, "POST /profile": `{"region":"eu-1"}`, "GET /show": `{}`, "GET /valid": `{}`,
	}, httptest.NewServer)
	h := build(t, reach(r.Server))
	h.hooked(r.URL, []part{
		resource("onProvision", "POST", "/login", part{"nextResource": "POST:/profile", "hooks": []part{
			before(`done({request_vendor_body: {key: configuration['api.key'], object: object_name}})`),
			after(`done({configuration: {'session.token': response_body.session.token, 'made.up': 17}})`)}}),
		resource("apiNoDocumentation", "POST", "/profile", part{"parameters": []part{
			param("session.id", "prevBodyField", "id", "bodyField"), param("region", "configuration", "region", "bodyField")}, "hooks": []part{
			before(`done({request_vendor_headers: {'X-Token': configuration['session.token'], 'X-Previous': request_previous_response.session.id}})`)}}),
		resource("provisionAuthValidation", "GET", "/valid", part{"hooks": []part{before(`done({request_vendor_headers: {'X-Token': configuration['session.token']}})`)}}),
		show,
	}, nil)
	m := h.create(strings.ReplaceAll(hookedInstance, "OTHER", r.URL))
	all := r.want(t, "POST /login", "POST /profile", "GET /valid")
	if all[0].body != `{"key":"the-key","object":"login"}` || all[1].header.Get("X-Token") != "t-1" || all[1].header.Get("X-Previous") != "s-7" || all[2].header.Get("X-Token") != "t-1" {
		t.Errorf("the chain: %+v", all)
	}
	if !strings.Contains(all[1].body, `"id":"s-7"`) {
		t.Errorf("prevBodyField: %s", all[1].body)
	}
	h.do(request{path: "/hubs/crm/show", token: m.Token}).want(200, `"region":"eu-1"`, `"token":"t-1"`, `"undeclared":"17"`)
	a := h.do(request{path: fmt.Sprintf("/instances/%d", m.ID)}).want(200, `"region":"eu-1"`, `"session.token":"********"`)
	if bytes.Contains(a.body, []byte("t-1")) || bytes.Contains(a.body, []byte("the-key")) {
		t.Errorf("a secret shows: %s", short(a.body))
	}
}

func TestARefusedValidationStoresNothing(t *testing.T) {
	t.Parallel()
	r := record(t, map[string]string{"POST /login": `{"token":"t-1"}`, "GET /valid": `401 {"message":"no such key"}`}, httptest.NewServer)
	h := build(t, reach(r.Server))
	h.hooked(r.URL, []part{
		resource("onProvision", "POST", "/login", part{"hooks": []part{after(`done({configuration: {'session.token': response_body.token}})`)}}),
		resource("provisionAuthValidation", "GET", "/valid", nil),
	}, nil)
	h.do(request{method: "POST", path: "/instances", body: hookedInstance}).want(401, `"providerMessage":"no such key"`)
	h.do(request{path: "/instances"}).want(404, "No instances found")
	r.want(t, "POST /login", "GET /valid")
}

func TestAHookMayRefuseAnInstance(t *testing.T) {
	t.Parallel()
	r := record(t, nil, httptest.NewServer)
	h := build(t, reach(r.Server))
	h.hooked(r.URL, []part{resource("provisionAuthValidation", "GET", "/valid", part{"hooks": []part{
		before(`done({continue: false})`), after(`done({response_error_message: 'the region is closed', response_status_code: 403})`)}})}, nil)
	h.do(request{method: "POST", path: "/instances", body: hookedInstance}).want(401)
	h.do(request{path: "/instances"}).want(404)
	r.want(t)
}

func TestTheProviderIsToldOfADeletedInstanceAndMayRefuse(t *testing.T) {
	t.Parallel()
	r := record(t, map[string]string{"DELETE /session": `500 {"message":"tired"}`}, httptest.NewServer)
	h := build(t, reach(r.Server))
	h.hooked(r.URL, []part{resource("onDelete", "DELETE", "/session", part{"hooks": []part{before(`done({request_vendor_headers: {'X-Key': configuration['api.key']}})`)}})}, nil)
	m := h.create(hookedInstance)
	h.do(request{method: "DELETE", path: fmt.Sprintf("/instances/%d", m.ID)}).want(200)
	if all := r.want(t, "DELETE /session"); all[0].header.Get("X-Key") != "the-key" {
		t.Errorf("%+v", all)
	}
	h.do(request{path: fmt.Sprintf("/instances/%d", m.ID)}).want(404)
}

func TestHooksForAllResourcesRunForThoseThatThePlatformCalls(t *testing.T) {
	t.Parallel()
	r := record(t, map[string]string{"POST /auth": `{"token":"t-9"}`, "GET /show": `{}`}, httptest.NewServer)
	h := build(t, reach(r.Server))
	h.hooked(r.URL, []part{resource("provisionAuthValidation", "POST", "/auth", part{"hooks": []part{after(`done({configuration: {'session.token': response_body.token}})`)}}), show},
		[]part{before(`request_vendor_headers['X-For'] = object_name; done({request_vendor_headers})`)})
	m := h.create(hookedInstance)
	h.do(request{path: "/hubs/crm/show", token: m.Token}).want(200, "t-9")
	if all := r.want(t, "POST /auth", "GET /show"); all[0].header.Get("X-For") != "auth" || all[1].header.Get("X-For") != "show" {
		t.Errorf("%+v", all)
	}
}

func TestResourcesOfWebhooksWaitForEvents(t *testing.T) {
	t.Parallel()
	r := record(t, nil, httptest.NewServer)
	h := build(t, reach(r.Server))
	h.hooked(r.URL, []part{resource("onProvisionWebhook", "POST", "/webhooks", nil), resource("api", "GET", "/things", nil)}, nil)
	m := h.create(hookedInstance)
	r.want(t)
	h.do(request{path: "/elements/hooked/export"}).want(200, "onProvisionWebhook")
	h.do(request{method: "POST", path: "/hubs/crm/webhooks", token: m.Token, body: "{}"}).want(400, "No resource found")
}

// asks is a hook that asks another provider by Node's module and hands on what that says.
const asks = `
const module = configuration['other.url'].startsWith('https') ? require('https') : require('http');
const req = module.request(configuration['other.url'] + '/token', {method: 'POST', headers: {'content-type': 'application/json', 'X-Secret': configuration['api.key']}}, res => {
  let text = '';
  res.on('data', chunk => { text += chunk });
  res.on('end', () => done({configuration: {'session.token': JSON.parse(text).token, region: String(res.statusCode)}}));
});
req.on('error', e => done({response_error_message: 'it says: ' + e.message}));
req.end(JSON.stringify({key: configuration['api.key']}));`

func TestAHookAsksAnotherProviderWhileAnInstanceIsMade(t *testing.T) {
	t.Parallel()
	other := record(t, map[string]string{"POST /token": `201 {"token":"t-2"}`}, httptest.NewTLSServer)
	r := record(t, nil, httptest.NewServer)
	h := build(t, reach(r.Server), reach(other.Server), trust(other))
	h.hooked(r.URL, []part{resource("onProvision", "POST", "/login", part{"hooks": []part{before(asks)}}), show}, nil)
	body := strings.ReplaceAll(hookedInstance, "OTHER", other.URL)
	m := h.create(body)
	if all := other.want(t, "POST /token"); all[0].body != `{"key":"the-key"}` || all[0].header.Get("X-Secret") != "the-key" {
		t.Errorf("%+v", all)
	}
	r.want(t, "POST /login")
	h.do(request{path: "/hubs/crm/show", token: m.Token}).want(200, `"token":"t-2"`, `"region":"201"`)

	// The same with a trace: it shows both requests, and no secret.
	a := h.do(request{method: "POST", path: "/elements/hooked/instances", body: strings.Replace(body, `"name":"one"`, `"name":"two","providerData":{"debug":true}`, 1)}).want(200)
	shown := h.do(request{path: "/elements/hooked/trace/" + a.header.Get("Elements-Trace-Id")}).want(200, "/token", "/login", `"status":201`)
	for _, secret := range []string{"the-key", "t-2"} {
		if bytes.Contains(shown.body, []byte(secret)) {
			t.Errorf("the trace shows %s: %s", secret, short(shown.body))
		}
	}
}

func TestHooksReachNoAddressThatTheServerRefuses(t *testing.T) {
	t.Parallel()
	r := record(t, nil, httptest.NewServer)
	h := build(t, reach(r.Server))
	h.hooked(r.URL, []part{resource("onProvision", "POST", "/login", part{"hooks": []part{before(asks)}})}, nil)
	for _, address := range []string{"http://169.254.169.254", "http://10.0.0.1", "http://127.0.0.1:1", "http://[::1]:1", "https://metadata.google.internal"} {
		a := h.do(request{method: "POST", path: "/instances", body: strings.ReplaceAll(hookedInstance, "OTHER", address)}).want(400, "it says: ")
		if !bytes.Contains(a.body, []byte("refuse")) && !bytes.Contains(a.body, []byte("private")) && !bytes.Contains(a.body, []byte("not allowed")) {
			t.Errorf("%s: %s", address, short(a.body))
		}
	}
	h.do(request{path: "/instances"}).want(404)
	r.want(t)
}

func TestTheOperatorDeniesRequestsOfHooksOrNamesTheirHosts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		allowed gateway.HookRequests
		status  int
		says    string
	}{
		"denied":         {gateway.HookRequests{Deny: true}, 400, "(--hook-requests)"},
		"another host":   {gateway.HookRequests{Hosts: []string{"api.example.org", "*.0.0.1"}}, 400, "127.0.0.1 are not allowed on this server (--hook-hosts)"},
		"another port":   {gateway.HookRequests{Hosts: []string{"127.0.0.1:1"}}, 400, "(--hook-hosts)"},
		"a named host":   {gateway.HookRequests{Hosts: []string{"api.example.org", "127.0.0.1"}}, 200, "token"},
		"no list at all": {gateway.HookRequests{}, 200, "token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := record(t, map[string]string{"POST /token": `{"token":"t-2"}`}, httptest.NewServer)
			h := build(t, reach(r.Server), func(o *server.Options) { o.HookRequests = c.allowed })
			h.hooked(r.URL, []part{resource("onProvision", "POST", "/login", part{"hooks": []part{before(asks)}})}, nil)
			h.do(request{method: "POST", path: "/instances", body: strings.ReplaceAll(hookedInstance, "OTHER", r.URL)}).want(c.status, c.says)
		})
	}
}

func TestMailsOfHooksAreLettersAndStandInTraces(t *testing.T) {
	t.Parallel()
	log := &safeBuffer{}
	r := record(t, map[string]string{"GET /things": `[]`}, httptest.NewServer)
	h := build(t, reach(r.Server), func(o *server.Options) { o.Log = slog.New(slog.NewTextHandler(log, nil)) })
	h.hooked(r.URL, []part{resource("api", "GET", "/things", part{"hooks": []part{before(`notify.email('ada@example.org', 'Key ' + configuration['api.key'], 'a long text'); done()`)}})}, nil)
	m := h.create(hookedInstance)
	h.startTrace(m)
	a := h.do(request{path: "/hubs/crm/things", token: m.Token}).want(200)
	var found struct {
		Trace struct {
			Mails []struct {
				To, Subject string
				Length      int
			}
		}
	}
	h.do(request{path: "/usage/" + a.header.Get("Elements-Request-Id")}).want(200).into(&found)
	if mails := found.Trace.Mails; len(mails) != 1 || mails[0].To != "ada@example.org" || mails[0].Subject != "Key ********" || mails[0].Length != 11 {
		t.Errorf("the trace has %+v", mails)
	}
	h.do(request{path: "/mails"}).want(200, `"to":"ada@example.org"`, `"status":"outbox"`) // there is no server for mail
	log.mu.Lock()
	defer log.mu.Unlock()
	if text := log.String(); strings.Contains(text, "a long text") {
		t.Errorf("the log says %s", text)
	}
}

func TestWhatHooksWriteIntoTheConfigurationIsBounded(t *testing.T) {
	t.Parallel()
	r := record(t, nil, httptest.NewServer)
	h := build(t, reach(r.Server))
	large := func(path, body string) part { return resource("api", "GET", path, part{"hooks": []part{before(body)}}) }
	h.hooked(r.URL, []part{
		large("/many", `const c = {}; for (let i = 0; i < 101; i++) c['k' + i] = i; done({configuration: c})`),
		large("/large", `done({configuration: {region: 'x'.repeat(70000)}})`),
		large("/odd", `done({configuration: {region: null, 'session.token': {a: 1}}, 'request_parameters.code': 5, request_path_variables: {id: 1}})`),
		show,
	}, nil)
	m := h.create(hookedInstance)
	h.do(request{path: "/hubs/crm/many", token: m.Token}).want(400, "100 values")
	h.do(request{path: "/hubs/crm/large", token: m.Token}).want(400, "64 KiB")
	h.do(request{path: "/hubs/crm/odd", token: m.Token}).want(200)
	h.do(request{path: "/hubs/crm/show", token: m.Token}).want(200, `"token":"{\"a\":1}"`)
}
