package wire_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"jackfield/simulator/oauth"
)

// passed is where a callback sends the user on to.
func (c *consenting) passed(address string) (int, *url.URL, string) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	to, err := url.Parse(response.Header.Get("Location"))
	if err != nil {
		c.t.Fatal(err)
	}
	return response.StatusCode, to, string(body)
}

func TestAnOAuthProxyPassesTheUserOnToTheApplicationsItNames(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	proxy := "/elements/oauthProxies/" + idOf(t, c.send("POST", "/elements/oauthProxies", `{"name":"acme"}`))
	through := func(application string) url.Values {
		return own("callbackUrl", application, "state", "theirs", "isOauthProxy", "true", "oauthProxyName", "acme")
	}
	const application = "https://shop.test-42.com/back?kept=1"
	c.do(request{path: "/elements/" + c.key + "/oauth/url", query: through(application)}).want(400, "acme") // none is named yet
	c.send("POST", proxy+"/applicationUrl?applicationUrl="+url.QueryEscape("test**.com"), "").want(200)
	c.send("POST", proxy+"/applicationUrl?applicationUrl="+url.QueryEscape(`https://shop\.test-\d+\.com/.*`), "").want(200)
	for _, stranger := range []string{"https://evil.example/back", "https://shop.test-42.com.evil.example/back", "javascript:alert(1)", "//shop.test-42.com/x"} {
		if a := c.do(request{path: "/elements/" + c.key + "/oauth/url", query: through(stranger)}); a.status != 400 {
			t.Errorf("%s: %d %s", stranger, a.status, short(a.body))
		}
	}
	authorize := c.oauthURL("/oauth/url", through(application))
	_, ours, _ := c.passed(authorize)
	if !strings.HasPrefix(ours.String(), c.base) || ours.Query().Get("code") == "" {
		t.Fatalf("the provider sends the user to %s", ours)
	}
	status, theirs, _ := c.passed(ours.String())
	if q := theirs.Query(); status != 302 || !strings.HasPrefix(theirs.String(), "https://shop.test-42.com/back?") || q.Get("kept") != "1" || q.Get("state") != "theirs" || q.Get("code") == "" || len(q["state"]) != 1 {
		t.Fatalf("%d %s", status, theirs)
	}
	configuration := owned()
	configuration["oauth.callback.url"] = application
	body := c.asking(configuration, object{"code": theirs.Query().Get("code"), "state": "theirs"}, object{"oauthProxy": object{"isOauthProxy": true, "oauthProxyName": "acme"}})
	i := c.create(body)
	c.contacts(i).want(200)
	c.provider.ExpireAll()
	c.contacts(i).want(200)
	// A callback that is not one of ours leads nowhere.
	forged := *ours
	q := forged.Query()
	state := q.Get("state")
	for name, wrong := range map[string]string{"none": "", "made up": "made-up", "changed": state[:len(state)-2] + "AA"} {
		q.Set("state", wrong)
		forged.RawQuery = q.Encode()
		if status, to, said := c.passed(forged.String()); status != 400 || to.String() != "" || !strings.Contains(said, "message") {
			t.Errorf("a state that is %s: %d %s %s", name, status, to, said)
		}
	}
	// What the user refused is passed on too.
	c.provider.Change(func(s *oauth.Settings) { s.Consent = oauth.ConsentDeny })
	_, ours, _ = c.passed(c.oauthURL("/oauth/url", through(application)))
	if status, theirs, _ := c.passed(ours.String()); status != 302 || theirs.Query().Get("error") != "access_denied" || theirs.Query().Get("state") != "theirs" {
		t.Errorf("%d %s", status, theirs)
	}
	// An application that is not named any more is not sent anybody.
	c.provider.Change(func(s *oauth.Settings) { s.Consent = oauth.ConsentApprove })
	_, ours, _ = c.passed(c.oauthURL("/oauth/url", through(application)))
	c.send("DELETE", proxy, "").want(200)
	if status, to, _ := c.passed(ours.String()); status == 302 {
		t.Errorf("%d %s", status, to)
	}
}
