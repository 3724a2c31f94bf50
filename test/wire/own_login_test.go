package wire_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"jackfield/internal/server"
)

// TestAConnectorThatLogsInItselfDoesSoOnceAndAgainWhenItMust is about connectors outside of OAuth, whose resources keep a session.
func TestAConnectorThatLogsInItselfDoesSoOnceAndAgainWhenItMust(t *testing.T) {
	t.Parallel()
	var logins, ended atomic.Int32 // sessions are numbered; those up to ended are over
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/login" && r.Header.Get("X-Password") == "p":
			fmt.Fprintf(w, `{"session":"s%d","life":3600}`, logins.Add(1))
		case r.URL.Path == "/me" && r.Header.Get("X-Session") == fmt.Sprintf("s%d", logins.Load()) && logins.Load() > ended.Load():
			fmt.Fprintf(w, `{"id":"1","session":"%s"}`, r.Header.Get("X-Session"))
		default:
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"message":"log in first"}`)
		}
	}))
	t.Cleanup(provider.Close)
	h := build(t, func(o *server.Options) { o.AllowAddresses = append(o.AllowAddresses, addressOf(provider.URL)) })
	login := `"vendorPath":"/login","vendorMethod":"POST","parameters":[
		{"name":"password","type":"configuration","vendorName":"X-Password","vendorType":"header"},
		{"name":"session","type":"configuration","vendorName":"session","vendorType":"bodyField","source":"response"},
		{"name":"expires_in","type":"configuration","vendorName":"life","vendorType":"bodyField","source":"response"}]`
	h.element(`{"name":"Own login","key":"ownlogin","description":"-","hub":"crm","authentication":{"type":"custom"},"configuration":[
		{"key":"base.url","name":"URL","description":"-","type":"TEXTFIELD_1000","defaultValue":"` + provider.URL + `"},
		{"key":"password","name":"Password","description":"-","type":"PASSWORD","required":true},
		{"key":"oauth.user.refresh_time","name":"Time","description":"-","type":"TEXTFIELD_32","internal":true}],
		"resources":[{"path":"/in","method":"POST","type":"onProvision",` + login + `},{"path":"/again","method":"POST","type":"onRefresh",` + login + `},
		{"path":"/me","method":"GET","vendorPath":"/me","vendorMethod":"GET","parameters":[
			{"name":"session","type":"configuration","vendorName":"X-Session","vendorType":"header"}]}]}`)
	m := h.create(`{"element":{"key":"ownlogin"},"name":"o","configuration":{"password":"p"}}`)
	me := func(session string) {
		t.Helper()
		if a := h.do(request{path: "/hubs/crm/me", token: m.Token}).want(200); !strings.Contains(string(a.body), `"`+session+`"`) {
			t.Errorf("want session %s: %s", session, a.body)
		}
	}
	for range 3 {
		me("s1")
	}
	ended.Store(1) // the provider ends the session early
	for range 3 {
		me("s2")
	}
	h.setConfiguration(m, "oauth.user.refresh_time", "1000000000") // long ago
	for range 3 {
		me("s3")
	}
	if n := logins.Load(); n != 3 {
		t.Errorf("%d logins", n)
	}
}
