package credential

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"jackfield/internal/fault"
)

func sent(t *testing.T, req *http.Request) string {
	t.Helper()
	body, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	again, err := req.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	if second, err := io.ReadAll(again); err != nil || string(second) != string(body) {
		t.Errorf("the body cannot be sent again: %q, %v", second, err)
	}
	return string(body)
}

func TestEachGrantAsksInItsWay(t *testing.T) {
	t.Parallel()
	app := Configuration{
		"oauth.api.key": "id", "oauth.api.secret": "s&c", "oauth.callback.url": "https://us.test/back", "oauth.scope": "read write",
		"oauth.token.url": " https://p.test/token?x=1 ", "oauth.user.refresh_token": "r/1", "username": "ada", "password": "p w",
	}
	with := func(more ...string) Configuration {
		return merged(merged(app, more[0], more[1]), more[len(more)-2], more[len(more)-1])
	}
	for _, tt := range []struct {
		name          string
		c             Configuration
		ask           TokenAsk
		url, body     string
		authorization string
	}{
		{"code", app, TokenAsk{Grant: GrantCode, Code: "c+1"}, "https://p.test/token?x=1",
			"grant_type=authorization_code&code=c%2B1&redirect_uri=https%3A%2F%2Fus.test%2Fback&client_id=id&client_secret=s%26c", ""},
		{"code with PKCE and its own callback", app, TokenAsk{Grant: GrantCode, Code: "c", Verifier: "v", CallbackURL: "https://other.test"}, "https://p.test/token?x=1",
			"grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fother.test&code_verifier=v&client_id=id&client_secret=s%26c", ""},
		{"Basic header", with("oauth.basic.header", "true"), TokenAsk{Grant: GrantCode, Code: "c"}, "https://p.test/token?x=1",
			"grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fus.test%2Fback", "Basic aWQ6cyUyNmM="},
		{"a public client", with("oauth.api.secret", "", "oauth.basic.header", "true"), TokenAsk{Grant: GrantCode, Code: "c", Verifier: "v"}, "https://p.test/token?x=1",
			"grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fus.test%2Fback&code_verifier=v&client_id=id", ""},
		{"refresh", app, TokenAsk{Grant: GrantRefresh}, "https://p.test/token?x=1",
			"grant_type=refresh_token&refresh_token=r%2F1&client_id=id&client_secret=s%26c", ""},
		{"refresh elsewhere", with("oauth.token.refresh_url", "https://p.test/refresh"), TokenAsk{Grant: GrantRefresh}, "https://p.test/refresh",
			"grant_type=refresh_token&refresh_token=r%2F1&client_id=id&client_secret=s%26c", ""},
		{"the refresh URL is for refreshing alone", with("oauth.token.refresh_url", "https://p.test/refresh"), TokenAsk{Grant: GrantPassword}, "https://p.test/token?x=1",
			"grant_type=password&username=ada&password=p%20w&scope=read%20write&client_id=id&client_secret=s%26c", ""},
		{"client credentials for a resource", with("oauth.resource", "https://api.test", "oauth.audience", "aud"), TokenAsk{Grant: GrantClientCredentials}, "https://p.test/token?x=1",
			"grant_type=client_credentials&scope=read%20write&resource=https%3A%2F%2Fapi.test&audience=aud&client_id=id&client_secret=s%26c", ""},
		{"further fields, and none of ours", app, TokenAsk{Grant: GrantRefresh, Extra: map[string]string{"org": "7", "client_secret": "x", "grant_type": "y", "empty": ""}}, "https://p.test/token?x=1",
			"grant_type=refresh_token&refresh_token=r%2F1&org=7&client_id=id&client_secret=s%26c", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			req, err := NewTokenRequest(t.Context(), tt.c, tt.ask, time.Unix(0, 0))
			if err != nil {
				t.Fatal(err)
			}
			if got := sent(t, req); got != tt.body || req.URL.String() != tt.url || req.Method != "POST" || req.Header.Get("Authorization") != tt.authorization {
				t.Errorf("%s %s %v\n got %s\nwant %s", req.Method, req.URL, req.Header, got, tt.body)
			}
			if req.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || req.Header.Get("Accept") != "application/json" {
				t.Errorf("header %v", req.Header)
			}
		})
	}
}

func TestATokenRequestThatLacksSomethingSaysWhat(t *testing.T) {
	t.Parallel()
	for piece, tt := range map[string]struct {
		c   Configuration
		ask TokenAsk
	}{
		"oauth.token.url":          {Configuration{"oauth.api.key": "k"}, TokenAsk{Grant: GrantClientCredentials}},
		"providerData.code":        {Configuration{"oauth.token.url": "https://p.test"}, TokenAsk{Grant: GrantCode}},
		"oauth.user.refresh_token": {Configuration{"oauth.token.url": "https://p.test"}, TokenAsk{Grant: GrantRefresh}},
		"username":                 {Configuration{"oauth.token.url": "https://p.test"}, TokenAsk{Grant: GrantPassword}},
		"oauth.api.key":            {Configuration{"oauth.token.url": "https://p.test"}, TokenAsk{Grant: GrantClientCredentials}},
		"jwt.base64.encoded.key":   {Configuration{"oauth.token.url": "https://p.test", "oauth.api.key": "k"}, TokenAsk{Grant: GrantJWT}},
		"implicit":                 {Configuration{"oauth.token.url": "https://p.test"}, TokenAsk{Grant: "implicit"}},
		"{site}":                   {Configuration{"oauth.token.url": "https://{site}.p.test"}, TokenAsk{Grant: GrantCode, Code: "c"}},
	} {
		_, err := NewTokenRequest(t.Context(), tt.c, tt.ask, time.Unix(0, 0))
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || !contains(f.Message, piece) {
			t.Errorf("%s: %v", piece, err)
		}
	}
}

func TestAGrantIsGivenBack(t *testing.T) {
	t.Parallel()
	c := Configuration{"oauth.api.key": "id", "oauth.api.secret": "s", "oauth.user.token": "a", "oauth.user.refresh_token": "r", "oauth.token.revoke_url": "https://p.test/revoke"}
	req, ok, err := NewRevokeRequest(t.Context(), c)
	if err != nil || !ok || sent(t, req) != "token=r&token_type_hint=refresh_token&client_id=id&client_secret=s" {
		t.Errorf("%v %v", ok, err)
	}
	delete(c, "oauth.user.refresh_token")
	c["oauth.basic.header"] = "TRUE"
	req, ok, err = NewRevokeRequest(t.Context(), c)
	if err != nil || !ok || sent(t, req) != "token=a&token_type_hint=access_token" || req.Header.Get("Authorization") != "Basic aWQ6cw==" {
		t.Errorf("%v %v", ok, err)
	}
	for name, key := range map[string]string{"no URL": "oauth.token.revoke_url", "no token": "oauth.user.token"} {
		if _, ok, err := NewRevokeRequest(t.Context(), merged(c, key, "")); ok || err != nil {
			t.Errorf("%s: %v %v", name, ok, err)
		}
	}
	if _, ok, err := NewRevokeRequest(t.Context(), merged(c, "oauth.token.revoke_url", "ftp://p.test")); ok || !fault.Is(err, fault.Invalid) {
		t.Errorf("%v %v", ok, err)
	}
}

func TestPlaceholdersFillAddressesAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		template, value, want, piece string
	}{
		{"https://{site}.p.test/token", "acme", "https://acme.p.test/token", ""},
		{"https://{site}.p.test/token", " acme \n", "https://acme.p.test/token", ""},
		{"https://{site}/token", "acme.test:8443", "https://acme.test:8443/token", ""},
		{"https://p.test:{site}/token", "8443", "https://p.test:8443/token", ""},
		{"{site}/token", "https://acme.test/base/", "https://acme.test/base/token", ""},
		{"{site}/token", "acme.test", "https://acme.test/token", ""},
		{"https://p.test/{site}/token", "a/b?c#d e%", "https://p.test/a%2Fb%3Fc%23d%20e%25/token", ""},
		{"https://p.test/token?org={site}", "a&b=c d+", "https://p.test/token?org=a%26b%3Dc%20d%2B", ""},
		{"https://p.test/token#{site}", "x", "https://p.test/token", ""},

		{"https://{site}.p.test/", "evil.test/", "", "site may have letters"},
		{"https://{site}.p.test/", "evil.test?", "", "site may have"},
		{"https://{site}.p.test/", "evil.test#", "", "site may have"},
		{"https://{site}.p.test/", `evil.test\`, "", "site may have"},
		{"https://{site}.p.test/", "user@evil.test", "", "site may have"},
		{"https://{site}.p.test/", "https://acme", "", "without https://"},
		{"https://{site}.p.test/", "a%2f", "", "site may have"},
		{"https://{site}.p.test/", "ä", "", "site may have"},
		{"https://p.test/{site}/token", "..", "", "not allowed"},
		{"https://p.test/{site}/token", "", "", "set site in the configuration"},
		{"{site}/token", "javascript:alert(1)", "", "must be an address"},
		{"{site}/token", "https://u:p@acme.test", "", "must be an address"},
		{"{site}/token", "https://acme.test?x=", "", "must be an address"},
		{"https://u:p@p.test/{site}", "x", "", "user name"},
		{"ftp://p.test/{site}", "x", "", "http:// or https://"},
		{"p.test/token", "x", "", "http:// or https://"},
		{"https:///token", "x", "", "a host"},
		{"https://p.test/{site", "x", "", "without its }"},
	} {
		u, err := address(Configuration{"oauth.token.url": tt.template, "site": tt.value}, "oauth.token.url")
		if tt.piece == "" {
			if err != nil || u.String() != tt.want {
				t.Errorf("%s with %q: %v, %v", tt.template, tt.value, u, err)
			}
			continue
		}
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || !contains(f.Message, tt.piece) || !contains(f.Message, "oauth.token.url") {
			t.Errorf("%s with %q: %v, %v", tt.template, tt.value, u, err)
		}
	}
}

func FuzzPlaceholdersNeverMoveTheHost(f *testing.F) {
	for _, seed := range []string{"acme", "evil.test/", "@evil.test", "a.b:1", "\\", "%2e", "x\x00", "evil.test#"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		c := Configuration{"k": "https://{v}.p.test/{v}/x?y={v}", "v": value}
		if u, err := address(c, "k"); err == nil && (!strings.HasSuffix(u.Host, ".p.test") || u.Scheme != "https" || u.User != nil) {
			t.Errorf("%q leads to %s", value, u)
		}
	})
}
