package wire_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"jackfield/simulator/oauth"
)

func TestTheAuthorizeURLIsTheSameByGetByPostByKeyAndByID(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	want := c.at + "/authorize?response_type=code&client_id=demo-client-id&redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&scope=read%20write&state=" + c.key
	body, err := json.Marshal(object{
		"apiKey": oauth.DefaultClientID, "apiSecret": oauth.DefaultClientSecret, "callbackUrl": backTo, "isOAuthProxy": false, "elementKeyOrId": c.key,
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]request{
		"GET by key":     {path: "/elements/" + c.key + "/oauth/url", query: own()},
		"GET by id":      {path: "/elements/" + c.id + "/oauth/url", query: own()},
		"POST by key":    {method: "POST", path: "/elements/" + c.key + "/oauth/url", body: string(body)},
		"POST by id":     {method: "POST", path: "/elements/" + c.id + "/oauth/url", body: string(body)},
		"with more":      {path: "/elements/" + c.key + "/oauth/url", query: own("elementKeyOrId", c.key, "isOauthProxy", "false", "authentication.type", "oauth2")},
		"an empty state": {path: "/elements/" + c.key + "/oauth/url", query: own("state", "")},
	} {
		a := c.do(r).want(200).discreet()
		var shown struct{ Element, OauthURL string }
		a.into(&shown)
		if shown.Element != c.key || strings.ReplaceAll(shown.OauthURL, "+", "%20") != want {
			t.Errorf("%s: %s\nwant %s", name, shown.OauthURL, want)
		}
	}
	if n := len(c.provider.Journal()); n != 0 {
		t.Errorf("the provider was asked %d times", n)
	}
}

func TestAuthorizeURLsCarryWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, map[string]string{"oauth.authorization.url": "SIM/authorize?prompt={prompt.kind}&kept=1", "prompt.kind": "login"})
	u, err := url.Parse(c.oauthURL("/oauth/url", own("state", "a b&c=1", "scope", "one+two ü", "callbackUrl", backTo+"?x=1&y=ä")))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for name, want := range map[string]string{
		"state": "a b&c=1", "scope": "one+two ü", "redirect_uri": backTo + "?x=1&y=ä", "prompt": "login", "kept": "1", "client_id": oauth.DefaultClientID,
	} {
		if q.Get(name) != want || len(q[name]) != 1 {
			t.Errorf("%s is %q", name, q[name])
		}
	}
	for _, secret := range []string{"apiSecret", "client_secret"} {
		if q.Has(secret) {
			t.Errorf("the URL carries %s", secret)
		}
	}
	if back := c.agree(u.String()); back.Get("state") != "a b&c=1" || back.Get("x") != "1" || back.Get("code") == "" {
		t.Errorf("%v", back)
	}
}

func TestAPlaceholderOfTheAddressComesWithTheRequest(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, map[string]string{
		"oauth.authorization.url": "http://{site.address}/authorize", "oauth.token.url": "http://{site.address}/token", "site.address": "",
	})
	host := strings.TrimPrefix(c.at, "http://")
	code := c.code("siteAddress", host)
	configuration := owned()
	configuration["site.address"] = host
	c.contacts(c.create(c.asking(configuration, object{"code": code}))).want(200)
	// The configuration's own name works too (reference/clients.md §5).
	c.code("site.address", host)
	c.do(request{path: "/elements/" + c.key + "/oauth/url", query: own()}).want(400, "site.address")
	c.do(request{path: "/elements/" + c.key + "/oauth/url", query: own("siteAddress", "evil/../x@y")}).want(400, "site.address")
}

func TestAnAuthorizeURLThatCannotBeMadeSaysWhy(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	without := func(name string) url.Values {
		q := own()
		q.Del(name)
		return q
	}
	c.element(`{"name":"Plain","description":"d","authentication":{"type":"basic"}}`)
	for name, r := range map[string]struct {
		path   string
		query  url.Values
		status int
		says   string
	}{
		"no key":                 {"/elements/" + c.key + "/oauth/url", without("apiKey"), 400, "apiKey"},
		"no callback":            {"/elements/" + c.key + "/oauth/url", without("callbackUrl"), 400, "callback"},
		"no such connector":      {"/elements/nowhere/oauth/url", own(), 404, "nowhere"},
		"no OAuth":               {"/elements/plain/oauth/url", own(), 400, "OAuth"},
		"no default application": {"/elements/" + c.key + "/oauth/url/default", nil, 400, ""},
		"no OAuth 1":             {"/elements/" + c.key + "/oauth/token", own(), 400, ""},
	} {
		a := c.do(request{path: r.path, query: r.query})
		if a.status != r.status || !strings.Contains(strings.ToLower(string(a.body)), strings.ToLower(r.says)) || !strings.Contains(string(a.body), `"message"`) {
			t.Errorf("%s: %d %s", name, a.status, short(a.body))
		}
	}
}

func TestPKCEProvesThatTheCodeIsOurs(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{Settings: oauth.Settings{RequirePKCE: true}}, map[string]string{"oauth.pkce.enabled": "true"})
	address := c.oauthURL("/oauth/url", own())
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if q := u.Query(); q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 {
		t.Fatalf("%s", address)
	}
	back := c.agree(address)
	c.contacts(c.create(c.asking(owned(), object{"code": back.Get("code"), "state": back.Get("state")}))).want(200)
	// Not every client hands the state on.
	c.contacts(c.create(c.asking(owned(), object{"code": c.code()}))).want(200)
	back = c.agree(c.oauthURL("/oauth/url", own("state", "mine")))
	i := c.create(c.asking(owned(), object{"code": back.Get("code"), "state": "mine"}))
	c.contacts(i).want(200)
	c.provider.ExpireAll()
	c.contacts(i).want(200) // a refresh needs no verifier
	if n := c.provider.Counters(); n.Exchanges != 3 || n.Refreshes != 1 || n.InvalidGrants != 0 {
		t.Errorf("%+v", n)
	}
}

func TestOAuthProxiesAreKept(t *testing.T) {
	t.Parallel()
	h := build(t, alone)
	a := h.send("POST", "/elements/oauthProxies", `{"name":"acme"}`).want(200, `"acme"`)
	path := "/elements/oauthProxies/" + idOf(t, a)
	pattern := url.QueryEscape("test**.com")
	h.send("POST", path+"/applicationUrl?applicationUrl="+pattern, "").want(200)
	h.send("GET", "/elements/oauthProxies", "").want(200, `"acme"`, "test**.com")
	h.send("DELETE", path+"/applicationUrl?applicationUrl="+pattern, "").want(200)
	if a := h.send("GET", "/elements/oauthProxies", "").want(200); strings.Contains(string(a.body), "test**.com") {
		t.Errorf("%s", short(a.body))
	}
	h.send("POST", path+"/applicationUrl", "").want(400, "applicationUrl")
	h.send("POST", "/elements/oauthProxies", `{}`).want(400, "name")
	h.send("DELETE", path, "").want(200)
	h.send("DELETE", path, "").want(404)
}
