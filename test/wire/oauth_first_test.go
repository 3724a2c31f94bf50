package wire_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"jackfield/simulator/oauth"
)

// first goes through the three steps of OAuth 1 and returns providerData.
func (c *consenting) first(q url.Values) object {
	c.t.Helper()
	var temporary struct{ Token, Secret string }
	c.do(request{path: "/elements/" + c.key + "/oauth/token", query: q}).want(200).into(&temporary)
	if temporary.Token == "" || temporary.Secret == "" {
		c.t.Fatalf("%+v", temporary)
	}
	q.Set("requestToken", temporary.Token)
	back := c.agree(c.oauthURL("/oauth/url", q))
	if back.Get("oauth_token") != temporary.Token {
		c.t.Fatalf("%v", back)
	}
	return object{"oauth_token": back.Get("oauth_token"), "oauth_verifier": back.Get("oauth_verifier"), "secret": temporary.Secret, "realmId": "x"}
}

func TestOAuth1WithTheClientsOwnApplication(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]struct {
		kind          string
		configuration map[string]string
		style         string
	}{
		"header":    {"oauth1", nil, "signature in the header"},
		"query":     {"oauth1", map[string]string{"oauth.request.authorization.type": "query"}, "signature in the query"},
		"plaintext": {"oauth1Plaintext", nil, "signature in the header"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := consent(t, o.kind, oauth.Options{}, o.configuration)
			providerData := c.first(own())
			a := c.do(request{method: "POST", path: "/instances", body: c.asking(owned(), providerData)}).want(200)
			a.discreet()
			var i made
			a.into(&i)
			c.contacts(i).want(200)
			c.do(request{method: "POST", path: "/hubs/crm/contacts", token: i.Token, body: `{"name":"ä + ö = %"}`}).want(200, "ä + ö = %")
			// Odd characters are what signatures break on.
			for _, odd := range []string{"plain", "a b", "a+b", "ä€😀", "a&b=c", "100%", "~-._", "!*'()", `"\/`, "a%20b", "", ";,:@$", "\t\n"} {
				a := c.do(request{path: "/hubs/crm/echo", token: i.Token, query: url.Values{"x": {odd}, "y": {odd}}})
				var echoed struct{ Query map[string][]string }
				if a.status != 200 {
					t.Errorf("%q: %d %s", odd, a.status, short(a.body))
					continue
				}
				a.into(&echoed)
				if got := echoed.Query["x"]; odd != "" && (len(got) != 1 || got[0] != odd || echoed.Query["a b"][0] != odd) {
					t.Errorf("%q arrives as %q", odd, echoed.Query)
				}
			}
			if n := c.provider.Counters(); n.BadSignatures != 0 || n.Exchanges != 1 || n.RequestTokens != 1 {
				t.Errorf("%+v", n)
			}
			for _, e := range c.provider.Journal() {
				if e.Style != "" && e.Style != o.style {
					t.Errorf("%+v", e)
				}
			}
		})
	}
}

func TestOAuth1WithTheDefaultApplicationAndBack(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth1", oauth.Options{Clients: map[string]string{"default-app": "default secret", oauth.DefaultClientID: oauth.DefaultClientSecret}},
		map[string]string{"oauth.api.key": "default-app", "oauth.api.secret": "default secret", "oauth.callback.url": backTo})
	byDefault := func() object {
		var a struct {
			Element, OauthURL string
			Configuration     struct{ Secret string }
		}
		c.do(request{path: "/elements/" + c.key + "/oauth/url/default"}).want(200).into(&a)
		if a.Element != c.key || a.Configuration.Secret == "" { // reference/elements.md §9.2
			t.Fatalf("%+v", a)
		}
		back := c.agree(a.OauthURL)
		return object{"oauth_token": back.Get("oauth_token"), "oauth_verifier": back.Get("oauth_verifier"), "secret": a.Configuration.Secret}
	}
	i := c.create(c.asking(object{}, byDefault()))
	c.contacts(i).want(200)
	c.do(request{path: "/hubs/crm/me", token: i.Token}).want(200, "default-app")
	var now made
	c.do(request{method: "PUT", path: i.path(), body: c.asking(owned(), c.first(own()))}).want(200).into(&now)
	if now != i {
		t.Errorf("%+v, was %+v", now, i)
	}
	c.do(request{path: "/hubs/crm/me", token: i.Token}).want(200, oauth.DefaultClientID)
	c.do(request{method: "PUT", path: i.path(), body: c.asking(object{}, byDefault())}).want(200)
	c.do(request{path: "/hubs/crm/me", token: i.Token}).want(200, "default-app")
}

func TestOAuth1ThatFailsSaysWhyAndLeavesNothing(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth1", oauth.Options{}, nil)
	change := func(name, value string) func(object) {
		return func(providerData object) {
			if value == "" {
				delete(providerData, name)
				return
			}
			providerData[name] = value
		}
	}
	for name, wrong := range map[string]struct {
		change func(object)
		says   string
	}{
		"a wrong verifier": {change("oauth_verifier", "made-up"), "verifier_invalid"},
		"a wrong token":    {change("oauth_token", "made-up"), "token_rejected"},
		"a wrong secret":   {change("secret", "made-up"), "signature_invalid"},
		"no verifier":      {change("oauth_verifier", ""), "oauth_verifier"},
		"no secret":        {change("secret", ""), "secret"},
		"denied":           {func(p object) { clear(p); p["error"], p["oauth_problem"] = "access_denied", "user_refused" }, "access_denied"},
	} {
		providerData := c.first(own())
		wrong.change(providerData)
		a := c.do(request{method: "POST", path: "/instances", body: c.asking(owned(), providerData)}).discreet()
		if a.status != 400 && a.status != 401 || !strings.Contains(string(a.body), wrong.says) {
			t.Errorf("%s: %d %s", name, a.status, short(a.body))
		}
		c.nothing()
	}
	providerData := c.first(own())
	c.create(c.asking(owned(), providerData))
	a := c.do(request{method: "POST", path: "/instances", body: c.asking(owned(), providerData, object{"name": "again"})})
	if a.status != 400 && a.status != 401 || !strings.Contains(string(a.body), "token_used") {
		t.Errorf("replayed: %d %s", a.status, short(a.body))
	}
	a = c.do(request{path: "/elements/" + c.key + "/oauth/token", query: own("apiSecret", "wrong")})
	if a.status != 400 && a.status != 401 || !strings.Contains(string(a.body), "signature_invalid") {
		t.Errorf("a wrong secret: %d %s", a.status, short(a.body))
	}
}

func TestOAuth1WithAWrongClockSaysSo(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth1", oauth.Options{}, nil)
	i := c.create(c.asking(owned(), c.first(own())))
	c.provider.Advance(time.Hour)
	a := c.do(request{path: "/elements/" + c.key + "/oauth/token", query: own()})
	if a.status != 400 && a.status != 401 || !strings.Contains(string(a.body), "timestamp_refused") {
		t.Errorf("%d %s", a.status, short(a.body))
	}
	c.contacts(i).want(401, "timestamp_refused")
	if s := c.state(i); !s.Valid {
		t.Errorf("a clock that is wrong costs the grant: %+v", s)
	}
	c.provider.Advance(-time.Hour)
	c.contacts(i).want(200)
}

func TestOAuth1EndpointsThatMisbehave(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth1", oauth.Options{}, nil)
	for _, fault := range []oauth.Fault{oauth.FaultHTML, oauth.FaultHTML503, oauth.FaultEmpty, oauth.FaultGarbage, oauth.FaultHuge, oauth.FaultDrop, oauth.FaultServerError} {
		if err := c.provider.Break(oauth.Rule{Fault: fault, Endpoint: "request_token", Times: -1}); err != nil {
			t.Fatal(err)
		}
		a := c.do(request{path: "/elements/" + c.key + "/oauth/token", query: own()})
		c.provider.Mend()
		if a.status != 502 || !strings.Contains(string(a.body), "provider") {
			t.Errorf("%s at the first step: %d %s", fault, a.status, short(a.body))
		}
		providerData := c.first(own())
		if err := c.provider.Break(oauth.Rule{Fault: fault, Endpoint: "access_token", Times: -1}); err != nil {
			t.Fatal(err)
		}
		a = c.do(request{method: "POST", path: "/instances", body: c.asking(owned(), providerData)})
		c.provider.Mend()
		if a.status != 502 || !strings.Contains(string(a.body), "provider") {
			t.Errorf("%s at the third step: %d %s", fault, a.status, short(a.body))
		}
		c.nothing()
	}
}
