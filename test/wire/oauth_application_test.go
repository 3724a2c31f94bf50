package wire_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"jackfield/simulator/oauth"
)

const defaultSecret = "default-application-secret"

// byDefault is a connector with an application of its own in its defaults.
func byDefault(t *testing.T, more ...option) *consenting {
	t.Helper()
	sim := oauth.New(oauth.Options{
		Settings: oauth.Settings{Consent: oauth.ConsentApprove},
		Clients:  map[string]string{"default-app": defaultSecret, oauth.DefaultClientID: oauth.DefaultClientSecret},
	})
	provider := httptest.NewServer(sim)
	t.Cleanup(func() { sim.Release(); provider.Close() })
	c := &consenting{house: build(t, append(more, alone, reach(provider))...), provider: sim, at: provider.URL}
	c.connector("oauth2", map[string]string{"oauth.api.key": "default-app", "oauth.api.secret": defaultSecret, "oauth.callback.url": backTo})
	return c
}

// defaultCode goes through the consent with the connector's own application.
func (c *consenting) defaultCode() string {
	c.t.Helper()
	return c.agree(c.oauthURL("/oauth/url/default", nil)).Get("code")
}

func TestTheDefaultApplicationNeedsNoKeys(t *testing.T) {
	t.Parallel()
	c := byDefault(t)
	for name, configuration := range map[string]object{
		"nothing":           {},
		"the callback":      {"oauth.callback.url": backTo},
		"asterisks":         {"oauth.api.key": "********", "oauth.api.secret": "********"},
		"the same in clear": {"oauth.api.key": "default-app", "oauth.api.secret": defaultSecret},
	} {
		a := c.do(request{method: "POST", path: "/instances", body: c.asking(configuration, object{"code": c.defaultCode()})})
		if a.status != 200 || strings.Contains(string(a.body), defaultSecret) {
			t.Errorf("%s: %d %s", name, a.status, short(a.body))
			continue
		}
		var i made
		a.into(&i)
		c.do(request{path: "/hubs/crm/me", token: i.Token}).want(200, "default-app")
		c.provider.ExpireAll()
		c.contacts(i).want(200)
		if a := c.do(request{path: i.path() + "/configuration"}).want(200); strings.Contains(string(a.body), defaultSecret) {
			t.Errorf("%s: %s", name, short(a.body))
		}
	}
	for _, path := range []string{"/oauth/url/default", "/authentication-types/oauth2/configurations", "/metadata", "/docs"} {
		if a := c.do(request{path: "/elements/" + c.key + path}); a.status != 200 || strings.Contains(string(a.body), defaultSecret) {
			t.Errorf("%s: %d %s", path, a.status, short(a.body))
		}
	}
}

func TestAnInstanceChangesBetweenTheDefaultAndItsOwnApplication(t *testing.T) {
	t.Parallel()
	c := byDefault(t)
	i := c.create(c.asking(object{"oauth.callback.url": backTo}, object{"code": c.defaultCode()}))
	who := func(want string) {
		t.Helper()
		c.do(request{path: "/hubs/crm/me", token: i.Token}).want(200, `"client":"`+want+`"`)
		c.provider.ExpireAll()
		c.do(request{path: "/hubs/crm/me", token: i.Token}).want(200, `"client":"`+want+`"`)
	}
	same := func(a *answer) {
		t.Helper()
		var now made
		a.want(200).discreet().into(&now)
		if now != i {
			t.Errorf("%+v, was %+v", now, i)
		}
	}
	who("default-app")
	same(c.do(request{method: "PUT", path: i.path(), body: c.asking(owned(), object{"code": c.code()})}))
	who(oauth.DefaultClientID)
	same(c.do(request{method: "PUT", path: i.path(), body: c.asking(object{"oauth.callback.url": backTo}, object{"code": c.defaultCode()})}))
	who("default-app")
	same(c.do(request{method: "PATCH", path: i.path(), body: c.asking(owned(), object{"code": c.code()})}))
	who(oauth.DefaultClientID)
	if n := c.provider.Counters(); n.InvalidGrants+n.InvalidClients != 0 {
		t.Errorf("%+v", n)
	}
}

func TestTheDefaultSecretGoesToTheHostsOfTheDefinitionAlone(t *testing.T) {
	t.Parallel()
	var asked, told atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		text := r.Header.Get("Authorization") + r.URL.RawQuery
		if err := r.ParseForm(); err == nil {
			text += r.Form.Encode()
		}
		if _, secret, basic := r.BasicAuth(); strings.Contains(text, defaultSecret) || basic && strings.Contains(secret, defaultSecret) {
			told.Add(1)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"theirs","refresh_token":"theirs2","expires_in":3600}`))
	}))
	t.Cleanup(elsewhere.Close)
	c := byDefault(t, reach(elsewhere))
	refused := func(name string, a *answer) {
		t.Helper()
		if a.status != 400 || !strings.Contains(string(a.body), "oauth.api.secret") {
			t.Errorf("%s: %d %s", name, a.status, short(a.body))
		}
		if n := asked.Load(); n != 0 {
			t.Errorf("%s: the other host was asked %d times", name, n)
			asked.Store(0)
		}
	}
	for _, configuration := range []object{
		{"oauth.token.url": elsewhere.URL + "/token"},
		{"oauth.token.refresh_url": elsewhere.URL + "/token"},
		{"oauth.token.revoke_url": elsewhere.URL + "/revoke"},
		{"oauth.token.url": elsewhere.URL + "/token", "oauth.api.secret": "********"},
		{"oauth.token.url": elsewhere.URL + "/token", "oauth.api.key": oauth.DefaultClientID},
		{"base.url": elsewhere.URL},
	} {
		name := strings.Join(sortedNames(configuration), " ")
		refused(name+" at creation", c.do(request{method: "POST", path: "/instances", body: c.asking(configuration, object{"code": c.defaultCode()})}))
		c.nothing()
		i := c.create(c.asking(object{}, object{"code": c.defaultCode()}))
		refused(name+" by PATCH", c.do(request{method: "PATCH", path: i.path(), body: c.asking(configuration, nil)}))
		refused(name+" by PUT", c.do(request{method: "PUT", path: i.path(), body: c.asking(configuration, object{"code": "x"})}))
		refused(name+" by PUT that only stores", c.do(request{method: "PUT", path: i.path() + "?reAuthenticate=false", body: c.asking(configuration, nil)}))
		c.provider.ExpireAll()
		c.contacts(i).want(200) // it still works with the definition's hosts
		c.do(request{method: "DELETE", path: i.path()}).want(200)
		if n := asked.Load(); n != 0 {
			t.Errorf("%s: at the end the other host was asked %d times", name, n)
		}
	}
	// Neither does a single value that is changed lead it astray.
	i := c.create(c.asking(object{}, object{"code": c.defaultCode()}))
	var rows []struct {
		ID  int64
		Key string
	}
	c.do(request{path: i.path() + "/configuration"}).want(200).into(&rows)
	for _, row := range rows {
		if row.Key == "oauth.token.url" {
			text := `{"propertyValue":"` + elsewhere.URL + `/token"}`
			c.do(request{method: "PATCH", path: i.path() + "/configuration/" + strconv.FormatInt(row.ID, 10), body: text})
		}
	}
	c.provider.ExpireAll()
	c.contacts(i)
	if n := told.Load(); n != 0 {
		t.Error("the other host was told the secret after a value was changed")
	}
	asked.Store(0)
	c.do(request{method: "DELETE", path: i.path()}).want(200)
	// Who brings a secret may send it where it wants.
	configuration := owned()
	configuration["oauth.token.url"] = elsewhere.URL + "/token"
	c.create(c.asking(configuration, object{"code": "theirs"}))
	if asked.Load() != 1 || told.Load() != 0 {
		t.Errorf("asked %d times, told %d", asked.Load(), told.Load())
	}
}

func sortedNames(o object) []string {
	var names []string
	for name, value := range o {
		names = append(names, name+"="+strings.SplitN(value.(string), ":", 2)[0])
	}
	return names
}
