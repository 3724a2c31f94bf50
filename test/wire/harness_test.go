// Package wire_test checks Jackfield from outside: requests as clients send them, answers as they must come.
package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"jackfield/internal/connector"
	"jackfield/internal/sandbox"
	"jackfield/internal/server"
	"jackfield/simulator/act365"
)

// parallel is how many tests run side by side: more than there are cores, since they often wait for a provider that is slow on purpose.
const parallel = 6

func TestMain(m *testing.M) {
	if sandbox.IsWorker() {
		sandbox.WorkerMain()
		return
	}
	flag.Parse()
	if err := flag.Set("test.parallel", strconv.Itoa(parallel)); err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "jackfield-wire")
	if err == nil {
		err = trustAuthority(dir)
	}
	if err != nil {
		log.Fatal(err)
	}
	m.Run()
	if err := os.RemoveAll(dir); err != nil {
		log.Fatal(err)
	}
}

// house is a running server with the simulator behind its first connector.
type house struct {
	t            *testing.T
	server       *server.Server
	simulator    *act365.Simulator
	provider     string // URL of its API
	base         string // URL of the wire API
	user         string
	organization string
}

// option changes how a house is built.
type option func(*server.Options)

// with adds a connector whose base.url is the given provider.
func with(provider *httptest.Server, def *connector.Definition) option {
	entry := def.Entry("base.url")
	entry.DefaultValue = strings.ReplaceAll(entry.DefaultValue, "PROVIDER", provider.URL)
	return func(o *server.Options) {
		o.Definitions = append(o.Definitions, def)
		o.AllowAddresses = append(o.AllowAddresses, addressOf(provider.URL))
	}
}

func addressOf(text string) netip.AddrPort {
	u, err := url.Parse(text)
	if err != nil {
		panic(err)
	}
	return netip.MustParseAddrPort(u.Host)
}

const password = "Sample-Passw0rd"

func build(t *testing.T, options ...option) *house {
	t.Helper()
	h := &house{t: t, simulator: act365.New(act365.Options{Contacts: 60})}
	provider := httptest.NewServer(h.simulator)
	t.Cleanup(func() { provider.Close(); h.simulator.Close() })
	o := server.Options{
		Data: t.TempDir(), Listen: "127.0.0.1:0", AdminEmail: "ada@example.org", AdminPassword: password,
		Connectors: few, BaseURLs: map[string]string{"actessentials": provider.URL + "/act/api"},
		AllowAddresses: []netip.AddrPort{addressOf(provider.URL)}, Unlimited: true, Version: "test",
	}
	h.provider = provider.URL + "/act/api"
	for _, option := range options {
		option(&o)
	}
	h.start(o)
	return h
}

func (h *house) start(o server.Options) {
	h.t.Helper()
	ctx := h.t.Context()
	s, err := server.Start(ctx, o)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := s.Close(stop); err != nil {
			h.t.Error(err)
		}
	})
	admin, err := s.Access.FirstAdministrator(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	h.server, h.base = s, s.URL()+"/elements/api-v2"
	if h.user, h.organization, err = s.Access.Secrets(ctx, admin); err != nil {
		h.t.Fatal(err)
	}
}

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// request is one call; zero fields take what clients usually send.
type request struct {
	method, path string
	body         string
	token        string            // adds Element
	header       map[string]string // "" removes a header
	query        url.Values
}

func (h *house) do(r request) *answer {
	h.t.Helper()
	if r.method == "" {
		r.method = http.MethodGet
	}
	address := h.base + r.path
	if r.query != nil {
		address += "?" + r.query.Encode()
	}
	var body io.Reader
	if r.body != "" {
		body = strings.NewReader(r.body)
	}
	request, err := http.NewRequestWithContext(h.t.Context(), r.method, address, body)
	if err != nil {
		h.t.Fatal(err)
	}
	authorization := "User " + h.user + ", Organization " + h.organization
	if r.token != "" {
		authorization += ", Element " + r.token
	}
	request.Header.Set("Authorization", authorization)
	if r.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, content := range r.header {
		if content == "" {
			request.Header.Del(name)
		} else {
			request.Header.Set(name, content)
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	a := &answer{t: h.t, status: response.StatusCode, header: response.Header}
	if a.body, err = io.ReadAll(response.Body); err != nil {
		h.t.Fatal(err)
	}
	return a
}

// want checks the status and that the body contains the texts.
func (a *answer) want(status int, texts ...string) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, short(a.body))
	}
	for _, text := range texts {
		if !bytes.Contains(a.body, []byte(text)) {
			a.t.Fatalf("the body lacks %q: %s", text, short(a.body))
		}
	}
	return a
}

func (a *answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%v: %s", err, short(a.body))
	}
}

func short(body []byte) string {
	if len(body) > 600 {
		return string(body[:600]) + "…"
	}
	return string(body)
}

// made is what tests need of a created instance.
type made struct {
	ID    int64  `json:"id"`
	Token string `json:"token"`
}

const actKeys = `"configuration":{"username":"demo-api-key","password":"demo-developer-key"}`

func (h *house) act(name string) made {
	h.t.Helper()
	return h.create(`{"element":{"key":"actessentials"},` + actKeys + `,"name":"` + name + `"}`)
}

func (h *house) create(body string) made {
	h.t.Helper()
	var m made
	h.do(request{method: "POST", path: "/instances", body: body}).want(200).into(&m)
	return m
}

// shipped lists the keys of the connectors that servers of these tests have, sorted.
func shipped(t testing.TB) []string {
	t.Helper()
	folders, err := fs.ReadDir(few, ".")
	if err != nil {
		t.Fatal(err)
	}
	keys := make([]string, len(folders))
	for i, folder := range folders {
		keys[i] = folder.Name()
	}
	return keys
}
