package wire_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"jackfield/internal/limit"
	"jackfield/internal/server"
)

func limited(limits limit.Limits) option {
	return func(o *server.Options) { o.Limits = limits }
}

// figures is the answer of GET /accounts/{id}/limits.
type figures map[string]struct {
	Limit, Default *int64
	Used           float64
	Own            bool
}

func (h *house) limits() figures {
	h.t.Helper()
	var f figures
	h.do(request{path: "/accounts/me/limits"}).want(200).into(&f)
	return f
}

// tooMuch checks an answer of a limit that is used up.
func (a *answer) tooMuch(least, most int, texts ...string) *answer {
	a.t.Helper()
	a.want(429, append(texts, "customer administrator", "operator of the server", "/limits")...)
	if wait, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || wait < least || wait > most {
		a.t.Fatalf("Retry-After is %q", a.header.Get("Retry-After"))
	}
	return a
}

func TestRequestsOfAnAccountAreLimitedAndSayWhenToComeBack(t *testing.T) {
	t.Parallel()
	h := build(t, limited(limit.Limits{limit.Requests: 6}))
	m := h.act("one")
	h.do(request{path: "/hubs/crm/contacts", token: m.Token}).want(200)
	h.do(request{path: "/contacts", token: m.Token}).want(200) // found by its Element token, and counted once
	h.do(request{path: "/nothing-of-this-name", token: m.Token}).want(400)
	h.do(request{path: "/instances/-1"}).want(404)
	if f := h.limits()["requestsPerMinute"]; f.Used != 6 || *f.Limit != 6 || f.Own {
		t.Fatalf("%+v", f)
	}
	h.do(request{path: "/hubs/crm/contacts", header: map[string]string{"Authorization": "User nobody, Element " + m.Token}}).want(401)
	h.do(request{path: "/instances"}).tooMuch(1, 60, "requestsPerMinute of 6 ", "--limit-requests")
	h.do(request{path: "/no-such-route"}).want(404) // has no row, so that nobody is asked who calls
	h.do(request{path: "/contacts", token: m.Token}).tooMuch(1, 60)
	refused := h.do(request{path: "/hubs/crm/contacts", token: m.Token}).tooMuch(1, 60)
	h.do(request{method: "DELETE", path: fmt.Sprintf("/instances/%d", m.ID)}).tooMuch(1, 60)
	ada, err := h.server.Access.FirstAdministrator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.server.DB.For(ada.Account.ID).Instance(t.Context(), m.ID); err != nil {
		t.Errorf("a refused request did its work: %v", err)
	}
	if err := h.server.DB.For(ada.Account.ID).SetLimits(t.Context(), map[string]*int64{limit.Requests.String(): nil}); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool {
		return h.do(request{path: "/usage/" + refused.header.Get("Elements-Request-Id")}).status == 200
	})
}

func TestCallsAtTheSameTimeAreLimited(t *testing.T) {
	t.Parallel()
	arrived, leave := make(chan bool, 10), make(chan bool)
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- true
		if r.URL.Path == "/file" {
			w.Header().Set("Content-Type", "application/pdf")
			_, _ = w.Write([]byte("begin"))
			w.(http.Flusher).Flush()
		}
		<-leave
		if r.URL.Path != "/file" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"id":1}`))
		}
	}))
	t.Cleanup(provider.Close)
	h := build(t, reach(provider), limited(limit.Limits{limit.ProviderCalls: 2}))
	h.hooked(provider.URL, []part{resource("api", "GET", "/things/{id}", part{"parameters": []part{param("id", "path", "id", "path")}}), resource("api", "GET", "/file", nil)}, nil)
	m := h.create(hookedInstance)
	var calls sync.WaitGroup
	for _, path := range []string{"/hubs/crm/things/1", "/hubs/crm/file"} { // a file that flows counts as long as it flows
		calls.Go(func() { h.do(request{path: path, token: m.Token}).want(200) })
		<-arrived
	}
	h.do(request{path: "/hubs/crm/things/1", token: m.Token}).tooMuch(1, 1, "concurrentProviderCalls of 2 ", "--limit-provider-calls")
	h.do(request{path: "/hubs/crm/objects", token: m.Token}).want(200) // asks no provider
	if f := h.limits()["concurrentProviderCalls"]; f.Used != 2 {
		t.Errorf("%+v", f)
	}
	close(leave)
	calls.Wait()
	h.do(request{path: "/hubs/crm/things/1", token: m.Token}).want(200)
	eventually(t, func() bool { return h.limits()["concurrentProviderCalls"].Used == 0 })
}

// eventually waits for what comes behind an answer.
func eventually(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !done(); {
		if time.Now().After(end) {
			t.Fatal("it did not come")
		}
	}
}

func TestScriptsOfAnAccountHaveTheirTimeAndACallIsRefusedBeforeItBegins(t *testing.T) {
	t.Parallel()
	r := record(t, map[string]string{"GET /things": `[]`, "GET /plain": `[]`}, httptest.NewServer)
	h := build(t, reach(r.Server), limited(limit.Limits{limit.ScriptSeconds: 1}))
	busy := after(`const end = Date.now() + 1100; while (Date.now() < end) {} done()`)
	h.hooked(r.URL, []part{resource("api", "GET", "/things", part{"hooks": []part{busy}}), resource("api", "GET", "/plain", nil)}, nil)
	m := h.create(hookedInstance)
	h.do(request{path: "/hubs/crm/things", token: m.Token}).want(200)
	if f := h.limits()["scriptSecondsPerMinute"]; f.Used < 1.1 || f.Used > 30 {
		t.Errorf("%+v", f)
	}
	r.calls()
	h.do(request{path: "/hubs/crm/things", token: m.Token}).tooMuch(1, 60, "scriptSecondsPerMinute of 1 ", "--limit-script-seconds")
	r.want(t)
	h.do(request{path: "/hubs/crm/plain", token: m.Token}).want(200)
}

func TestStoredInstancesOfAnAccountAreLimitedAlsoBehindConnectLinks(t *testing.T) {
	t.Parallel()
	h := build(t, limited(limit.Limits{limit.Instances: 3}))
	l := h.link(object{"element": object{"key": "actessentials"}, "name": "by a link"})
	h.act("one")
	var passed, refused sync.Map
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			body := `{"element":{"key":"actessentials"},` + actKeys + `,"name":"many"}`
			if a := h.do(request{method: "POST", path: "/instances", body: body}); a.status == 200 {
				passed.Store(i, true)
			} else {
				a.tooMuch(60, 60, "storedInstances of 3 ", "--limit-instances")
				refused.Store(i, true)
			}
		})
	}
	all.Wait()
	if n := size(&passed); n != 2 || size(&refused) != 4 {
		t.Errorf("%d passed", n)
	}
	if f := h.limits()["storedInstances"]; f.Used != 3 {
		t.Errorf("%+v", f)
	}
	h.do(request{method: "POST", path: "/instances/connect-links", body: `{"element":{"key":"actessentials"},"name":"late"}`}).tooMuch(60, 60)
	status, header, text := h.browser().send("POST", l.URL, `{`+actKeys+`}`)
	if status != 429 || header.Get("Retry-After") != "60" || !strings.Contains(text, "storedInstances") {
		t.Errorf("%d %v %s", status, header, text)
	}
	if s := h.linkState(l); s.InstanceID != 0 || s.State != "failed" {
		t.Errorf("%+v", s)
	}
}

func size(m *sync.Map) (n int) {
	m.Range(func(any, any) bool { n++; return true })
	return n
}

func TestLimitsAreSetByCustomerAdministratorsAndActAtOnce(t *testing.T) {
	t.Parallel()
	h := build(t)
	ada, err := h.server.Access.FirstAdministrator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/accounts/%d/limits", ada.Account.ID)
	put := func(body string) *answer { return h.do(request{method: "PUT", path: path, body: body}) }
	if f := h.limits(); len(f) != 4 || f["storedInstances"].Limit != nil || f["requestsPerMinute"].Used < 1 {
		t.Fatalf("%+v", f)
	}
	h.act("one")
	put(`{"storedInstances":{"limit":1},"requestsPerMinute":{"limit":1000}}`).want(200, `"storedInstances":{"limit":1,"used":1,"default":null,"own":true}`)
	h.do(request{method: "POST", path: "/instances", body: `{"element":{"key":"actessentials"},` + actKeys + `,"name":"two"}`}).tooMuch(60, 60)
	put(string(h.do(request{path: path}).want(200).body)).want(200, `"storedInstances":{"limit":1,`) // what is read may be written
	put(`{"storedInstances":{"limit":0}}`).want(400, "storedInstances.limit")
	put(`{"stored":{"limit":1}}`).want(400, "stored")
	put(``).want(400)
	if f := h.limits(); *f["storedInstances"].Limit != 1 || *f["requestsPerMinute"].Limit != 1000 {
		t.Errorf("a refused change left a trace: %+v", f)
	}
	put(`{}`).want(200, `"storedInstances":{"limit":null,"used":1,"default":null,"own":false}`)
	h.act("two")
	for _, id := range []string{"-1", "1152921504606846976", "99999999999999999999", "x", "1"} {
		h.do(request{path: "/accounts/" + id + "/limits"}).want(404, "No account found")
		h.do(request{method: "PUT", path: "/accounts/" + id + "/limits", body: "{}"}).want(404, "No account found")
	}
}
