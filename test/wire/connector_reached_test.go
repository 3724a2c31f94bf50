package wire_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"jackfield/internal/server"
	"jackfield/simulator/rest"
)

// reached is a simulated provider and a house whose connector reaches it.
type reached struct {
	*house
	simulator *rest.Simulator
	base      string // address of the provider
	hub       string
	token     string // of the instance that tests use
}

// shippedConnector builds a house with the simulator of a shipped connector behind it, and an instance of it.
func shippedConnector(t *testing.T, key, hub, base, configuration string, more ...option) *reached {
	t.Helper()
	text, err := rest.Provider(key)
	if err != nil {
		t.Fatal(err)
	}
	simulator, err := rest.New(text)
	if err != nil {
		t.Fatal(err)
	}
	remote := httptest.NewServer(simulator)
	t.Cleanup(remote.Close)
	h := build(t, append([]option{only(key), func(o *server.Options) {
		o.BaseURLs[key] = remote.URL + base
		o.AllowAddresses = append(o.AllowAddresses, addressOf(remote.URL))
	}}, more...)...)
	p := &reached{house: h, simulator: simulator, base: remote.URL, hub: "/hubs/" + hub}
	configuration = strings.ReplaceAll(configuration, "PROVIDER", remote.URL)
	p.token = h.create(`{"element":{"key":"` + key + `"},"name":"sample","externalAuthentication":"` + outside(configuration) + `","configuration":` + configuration + `}`).Token
	return p
}

// outside tells that a token was got elsewhere, where a configuration has one.
func outside(configuration string) string {
	if strings.Contains(configuration, `"oauth.user.token"`) {
		return "initial"
	}
	return "none"
}

// call is a hub call of the instance.
func (p *reached) call(method, path, body string, query ...string) *answer {
	p.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		values.Set(query[i], query[i+1])
	}
	return p.do(request{method: method, path: p.hub + path, body: body, token: p.token, query: values})
}

type rows []map[string]any

func (a *answer) rows() rows {
	a.t.Helper()
	var all rows
	a.into(&all)
	return all
}

func (a *answer) record() map[string]any {
	a.t.Helper()
	var one map[string]any
	a.into(&one)
	return one
}

// next is the token of the page after an answer.
func (a *answer) next() string { return a.header.Get("Elements-Next-Page-Token") }

// pages checks that two pages of a size are one page of twice the size, and that the last page has no next.
func (p *reached) pages(path string, size int, query ...string) {
	p.t.Helper()
	ask := func(more ...string) *answer {
		p.t.Helper()
		return p.call("GET", path, "", append(append([]string(nil), query...), more...)...).want(200)
	}
	n := strconv.Itoa(size)
	first := ask("pageSize", n)
	if len(first.rows()) != size || first.next() == "" {
		p.t.Fatalf("%s: %d rows, token %q: %s", path, len(first.rows()), first.next(), short(first.body))
	}
	second := ask("pageSize", n, "nextPage", first.next())
	both := ask("pageSize", strconv.Itoa(2*size))
	if got := append(first.rows(), second.rows()...); !reflect.DeepEqual(got, both.rows()) {
		p.t.Fatalf("%s: two pages of %d are not one page of %d", path, size, 2*size)
	}
	seen, last := len(both.rows()), both
	for range 100 {
		if last.next() == "" {
			break
		}
		last = ask("pageSize", strconv.Itoa(2*size), "nextPage", last.next())
		seen += len(last.rows())
	}
	if last.next() != "" {
		p.t.Fatalf("%s never ends", path)
	}
	if seen <= 2*size {
		p.t.Fatalf("%s has too few rows to test pages: %d", path, seen)
	}
}

// found checks that a where finds exactly some rows: those that the predicate holds for among all.
func (p *reached) found(path, where string, holds func(map[string]any) bool) {
	p.t.Helper()
	got := p.call("GET", path, "", "where", where, "pageSize", "100").want(200).rows()
	if len(got) == 0 {
		p.t.Fatalf("%s where %s finds nothing", path, where)
	}
	for _, row := range got {
		if !holds(row) {
			p.t.Fatalf("%s where %s finds %v", path, where, row)
		}
	}
	wanted := 0
	for _, row := range p.call("GET", path, "", "pageSize", "100").want(200).rows() {
		if holds(row) {
			wanted++
		}
	}
	if wanted != len(got) {
		p.t.Fatalf("%s where %s finds %d of %d", path, where, len(got), wanted)
	}
}

// id is a record's id as it stands in paths.
func id(record map[string]any, name string) string {
	switch v := record[name].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	text, err := json.Marshal(record[name])
	if err != nil {
		panic(err) // it was JSON before
	}
	return string(text)
}

// refuses checks that a provider's refusals reach the caller with their words: 404, throttling, an HTML page.
func (p *reached) refuses(path string) {
	p.t.Helper()
	p.simulator.Fault(rest.Fault{Method: "GET", Status: 429, Message: "Slow down", RetryAfter: "600", Count: -1})
	if a := p.call("GET", path, "").want(429); a.header.Get("Retry-After") == "" {
		p.t.Error("the caller is not told when to try again")
	}
	p.heal()
	p.simulator.Fault(rest.Fault{Method: "GET", Status: 503, HTML: true, Count: -1})
	p.call("GET", path, "").want(502)
	p.heal()
	p.call("GET", path, "").want(200)
}

// heal takes all faults away.
func (p *reached) heal() {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodDelete, p.base+"/_sim/fault", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusNoContent {
		p.t.Fatalf("%d %v", response.StatusCode, err)
	}
}
