package credential

import (
	"net/url"
	"testing"

	"jackfield/internal/fault"
)

func TestTheAuthorizeURLHasTheOrderOfTheReference(t *testing.T) {
	t.Parallel()
	app := Configuration{"oauth.api.key": "id", "oauth.callback.url": "https://us.test/back?a=b", "oauth.scope": "read write", "oauth.authorization.url": "https://p.test/authorize"}
	for _, tt := range []struct {
		name, authType string
		c              Configuration
		ask            AuthorizeAsk
		want           string
	}{
		{"defaults", OAuth2, app, AuthorizeAsk{State: "closeio"},
			"https://p.test/authorize?response_type=code&client_id=id&redirect_uri=https%3A%2F%2Fus.test%2Fback%3Fa%3Db&scope=read%20write&state=closeio"},
		{"what the caller asks for", OAuth2, app, AuthorizeAsk{CallbackURL: "https://x.test", Scope: "a+b", State: "s&t"},
			"https://p.test/authorize?response_type=code&client_id=id&redirect_uri=https%3A%2F%2Fx.test&scope=a%2Bb&state=s%26t"},
		{"without scope", OAuth2, merged(app, "oauth.scope", ""), AuthorizeAsk{State: "s"},
			"https://p.test/authorize?response_type=code&client_id=id&redirect_uri=https%3A%2F%2Fus.test%2Fback%3Fa%3Db&state=s"},
		{"PKCE and further parameters", OAuth2, app, AuthorizeAsk{State: "s", Challenge: "ch", Extra: url.Values{"prompt": {"consent"}, "client_id": {"evil"}, "a": {"1", "2"}}},
			"https://p.test/authorize?response_type=code&client_id=id&redirect_uri=https%3A%2F%2Fus.test%2Fback%3Fa%3Db&scope=read%20write&state=s&code_challenge=ch&code_challenge_method=S256&a=1&a=2&prompt=consent"},
		{"a query that is there", OAuth2, merged(app, "oauth.authorization.url", "https://p.test/auth?access_type=offline&x={oauth.scope}"), AuthorizeAsk{State: "s"},
			"https://p.test/auth?access_type=offline&x=read%20write&response_type=code&client_id=id&redirect_uri=https%3A%2F%2Fus.test%2Fback%3Fa%3Db&scope=read%20write&state=s"},
		{"a client id of somebody else in the URL", OAuth2, merged(app, "oauth.authorization.url", "https://p.test/auth?client_id=other&response_type=code&redirect_uri=https://old.test&keep=1"), AuthorizeAsk{State: "s"},
			"https://p.test/auth?keep=1&response_type=code&client_id=id&redirect_uri=https%3A%2F%2Fus.test%2Fback%3Fa%3Db&scope=read%20write&state=s"},
		{"OAuth 1", OAuth1, app, AuthorizeAsk{RequestToken: "t/1", State: "s"}, "https://p.test/authorize?oauth_token=t%2F1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := AuthorizeURL(tt.authType, tt.c, tt.ask); err != nil || got != tt.want {
				t.Errorf("%v\n got %s\nwant %s", err, got, tt.want)
			}
		})
	}
	for piece, tt := range map[string]struct {
		authType, without string
	}{"apiKey": {OAuth2, "oauth.api.key"}, "oauth.authorization.url": {OAuth2, "oauth.authorization.url"}, "requestToken": {OAuth1, "x"}} {
		_, err := AuthorizeURL(tt.authType, merged(app, tt.without, ""), AuthorizeAsk{})
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || !contains(f.Message, piece) {
			t.Errorf("%s: %v", piece, err)
		}
	}
}

// RFC 7636 appendix B.
func TestTheChallengeIsThatOfTheRFC(t *testing.T) {
	t.Parallel()
	if got := Challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"); got != "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" {
		t.Errorf("got %s", got)
	}
	for value, want := range map[string]bool{"true": true, "TRUE": true, "yes": true, "1": true, "false": false, "": false, "S256": false} {
		if UsesPKCE(Configuration{"oauth.pkce.enabled": value}) != want || UsesPKCE(Configuration{"oauth.pkce.required": value}) != want {
			t.Errorf("%q: want %v", value, want)
		}
	}
}
