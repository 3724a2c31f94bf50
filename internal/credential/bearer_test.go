package credential

import (
	"testing"

	"jackfield/internal/fault"
)

func TestTokensAreSentAsTheDefinitionSays(t *testing.T) {
	t.Parallel()
	token := Configuration{"oauth.user.token": " tok-1\n", "personal.access.token": "pat-1", "custom.api.key": "cak"}
	word := Configuration{"oauth.user.token": "tok-1", "oauth.authorization.word": "Zoho-oauthtoken"}
	for _, tt := range []struct {
		name, authType string
		c              Configuration
		outcome        Outcome
		header         string
	}{
		{"oauth2", OAuth2, token, Signed, "Bearer tok-1"},
		{"oauth2 in other letters", "OAUTH2", token, Signed, "Bearer tok-1"},
		{"password grant", OAuth2Password, token, Signed, "Bearer tok-1"},
		{"client credentials", OAuth2ClientCredentials, token, Signed, "Bearer tok-1"},
		{"JWT bearer", JWTOAuth, token, Signed, "Bearer tok-1"},
		{"the provider's own word", OAuth2, word, Signed, "Zoho-oauthtoken tok-1"},
		{"a parameter carries it", OAuth2, Configuration{"oauth.user.token": "t", "oauth.authorization.word": "none"}, Nothing, ""},
		{"no token yet", OAuth2, Configuration{"oauth.user.refresh_token": "r"}, Nothing, ""},
		{"personal access token", PersonalAccessToken, token, Signed, "Bearer pat-1"},
		{"personal access token under a key of the definition's", PersonalAccessToken, Configuration{"token": "x"}, Nothing, ""},
		{"customApiKey is left to parameters", CustomAPIKey, token, Nothing, ""},
		{"tls is left to the connection", TLS, token, Nothing, ""},
		{"none", None, token, Nothing, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			req := request(t, "https://p.test/x")
			outcome, err := Sign(req, tt.authType, tt.c, NewHosts("https://p.test"))
			if got := req.Header.Get("Authorization"); err != nil || outcome != tt.outcome || got != tt.header {
				t.Errorf("%s, %v, %q; want %s, %q", outcome, err, got, tt.outcome, tt.header)
			}
		})
	}
}

func TestATokenThatIsNoHeaderValueIsRefusedWithoutBeingShown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Configuration{
		"line break in the token": {"oauth.user.token": "canary\r\nX: y"},
		"two words":               {"oauth.user.token": "canary", "oauth.authorization.word": "Bearer x"},
		"line break in the word":  {"oauth.user.token": "canary", "oauth.authorization.word": "a\nb"},
	} {
		req := request(t, "https://p.test/x")
		_, err := Sign(req, OAuth2, c, NewHosts("https://p.test"))
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || contains(err.Error(), "canary") || len(req.Header) > 0 {
			t.Errorf("%s: %v, header %v", name, err, req.Header)
		}
	}
}

func TestEveryTypeYieldsToAnAuthorizationAndSparesForeignHosts(t *testing.T) {
	t.Parallel()
	c := Configuration{
		"username": "u", "password": "p", "oauth.user.token": "t", "oauth.user.token.secret": "ts", "oauth.api.key": "k", "oauth.api.secret": "s",
		"aws.api.key": "AKID", "aws.api.secret": "sec", "aws.service": "service", "personal.access.token": "pat",
	}
	for _, authType := range Types() {
		req := request(t, "https://p.test/x?a=b")
		req.Header.Set("Authorization", "mine")
		if _, err := Sign(req, authType, c, NewHosts("https://p.test")); err != nil || req.Header.Get("Authorization") != "mine" || req.URL.RawQuery != "a=b" {
			t.Errorf("%s: %v, %v, %s", authType, err, req.Header, req.URL)
		}
		req = request(t, "https://evil.test/x?a=b")
		if _, err := Sign(req, authType, c, NewHosts("https://p.test")); err != nil || len(req.Header) > 0 || req.URL.RawQuery != "a=b" {
			t.Errorf("%s to a foreign host: %v, %v, %s", authType, err, req.Header, req.URL)
		}
	}
}
