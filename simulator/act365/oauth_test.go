package act365

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

const callback = "http://127.0.0.1:9999/callback?keep=1"

// authorizeURL is the address a client sends its user to.
func (b *bench) authorizeURL(redirect string) string {
	q := url.Values{"response_type": {"code"}, "client_id": {b.sim.options.ClientID}, "redirect_uri": {redirect}, "state": {"actessentials oauth"}}
	return b.root + "/act/oauth/v2/authorize?" + q.Encode()
}

// answerForm sends the login form.
func (b *bench) answerForm(user, password, answer string) answered {
	b.t.Helper()
	form := url.Values{"Username": {user}, "Password": {password}, "Answer": {answer}}
	return b.call("POST", b.authorizeURL(callback), form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Authorization", "")
}

// code logs in and gives the code.
func (b *bench) code() string {
	b.t.Helper()
	answer := b.answerForm(DefaultUser, DefaultPassword, "approve")
	to, err := url.Parse(answer.header.Get("Location"))
	if answer.status != 302 || err != nil {
		b.t.Fatalf("status %d to %v: %s", answer.status, to, answer.body)
	}
	if to.Query().Get("state") != "actessentials oauth" || to.Query().Get("keep") != "1" {
		b.t.Errorf("the redirect is %s", to)
	}
	return to.Query().Get("code")
}

func (b *bench) token(status int, form ...string) map[string]any {
	b.t.Helper()
	q := url.Values{"client_id": {b.sim.options.ClientID}, "client_secret": {b.sim.options.ClientSecret}}
	for i := 0; i+1 < len(form); i += 2 {
		q.Set(form[i], form[i+1])
	}
	return b.want(status, "POST", b.root+"/act/oauth/v2/token", q.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Authorization", "").object(b.t)
}

func TestAnAuthorizationCodeBuysTokens(t *testing.T) {
	t.Parallel()
	b := start(t, Options{TokenTTL: 10 * time.Minute})
	page := b.want(200, "GET", b.authorizeURL(callback), "", "Authorization", "")
	for _, field := range []string{`name="Username"`, `name="Password"`, `name="Answer"`, `value="approve"`, `value="deny"`} {
		if !strings.Contains(page.body, field) {
			t.Errorf("the form lacks %s", field)
		}
	}
	code := b.code()
	b.token(400, "grant_type", "authorization_code", "code", code, "redirect_uri", "http://127.0.0.1:9999/other")
	code = b.code()
	got := b.token(200, "grant_type", "authorization_code", "code", code, "redirect_uri", callback)
	if got["token_type"] != "Bearer" || got["expires_in"] != 600.0 {
		t.Errorf("%v", got)
	}
	if again := b.token(400, "grant_type", "authorization_code", "code", code, "redirect_uri", callback); again["error"] != "invalid_grant" {
		t.Errorf("a used code answers %v", again)
	}
	bearer := "Bearer " + got["access_token"].(string)
	made := b.want(201, "POST", "/Contacts", minimal["Contacts"], "Authorization", bearer).object(t)
	if made["recordOwner"] != DefaultUser {
		t.Errorf("the token acts for %v", made["recordOwner"])
	}
	b.sim.Advance(10*time.Minute + time.Second)
	b.want(401, "GET", "/Contacts", "", "Authorization", bearer)
	fresh := b.token(200, "grant_type", "refresh_token", "refresh_token", got["refresh_token"].(string))
	b.want(200, "GET", "/Contacts", "", "Authorization", "Bearer "+fresh["access_token"].(string))
	if fresh["refresh_token"] != got["refresh_token"] {
		t.Error("the refresh token changed although it does not rotate")
	}
}

func TestCodesLiveForAMinute(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	code := b.code()
	b.sim.Advance(codeLife + time.Second)
	b.token(400, "grant_type", "authorization_code", "code", code, "redirect_uri", callback)
}

func TestRefreshTokensRotateWhenAsked(t *testing.T) {
	t.Parallel()
	b := start(t, Options{RotateRefresh: true})
	first := b.token(200, "grant_type", "authorization_code", "code", b.code(), "redirect_uri", callback)["refresh_token"].(string)
	second := b.token(200, "grant_type", "refresh_token", "refresh_token", first)["refresh_token"].(string)
	b.token(400, "grant_type", "refresh_token", "refresh_token", first)
	b.token(200, "grant_type", "refresh_token", "refresh_token", second)
}

func TestTheFormRefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	denied := b.answerForm(DefaultUser, DefaultPassword, "deny")
	if to := denied.header.Get("Location"); denied.status != 302 || !strings.Contains(to, "error=access_denied") || strings.Contains(to, "code=") {
		t.Errorf("status %d to %s", denied.status, to)
	}
	for name, answer := range map[string]answered{
		"wrong password": b.answerForm(DefaultUser, "x", "approve"),
		"unknown user":   b.answerForm("nobody@example.com", DefaultPassword, "approve"),
		"disabled user":  b.answerForm("former@example.com", DefaultPassword, "approve"),
	} {
		if answer.status != 401 || answer.header.Get("Location") != "" {
			t.Errorf("%s: status %d to %q", name, answer.status, answer.header.Get("Location"))
		}
	}
	for name, address := range map[string]string{
		"redirect elsewhere": b.authorizeURL("https://evil.example/callback"),
		"redirect with user": b.authorizeURL("http://127.0.0.1@evil.example/"),
		"no redirect":        b.authorizeURL(""),
		"other client":       strings.Replace(b.authorizeURL(callback), DefaultClientID, "other", 1),
		"other response":     strings.Replace(b.authorizeURL(callback), "response_type=code", "response_type=token", 1),
	} {
		for _, method := range []string{"GET", "POST"} {
			if answer := b.call(method, address, "", "Authorization", ""); answer.status != 400 || answer.header.Get("Location") != "" {
				t.Errorf("%s %s: status %d to %q", method, name, answer.status, answer.header.Get("Location"))
			}
		}
	}
	if page := b.call("GET", b.authorizeURL(callback)+"%22%3E%3Cscript%3E", "", "Authorization", ""); strings.Contains(page.body, "<script>") {
		t.Error("the form writes out what it is asked")
	}
}

func TestOnlyRegisteredRedirectsAreUsed(t *testing.T) {
	t.Parallel()
	b := start(t, Options{RedirectURIs: []string{"https://app.example.com/callback"}})
	b.want(200, "GET", b.authorizeURL("https://app.example.com/callback"), "")
	b.want(400, "GET", b.authorizeURL(callback), "")
}

func TestTheTokenEndpointChecksItsClient(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	if got := b.token(401, "client_secret", "wrong", "grant_type", "refresh_token"); got["error"] != "invalid_client" {
		t.Errorf("%v", got)
	}
	if got := b.token(400, "grant_type", "password"); got["error"] != "unsupported_grant_type" {
		t.Errorf("%v", got)
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {b.code()}, "redirect_uri": {callback}}
	b.want(200, "POST", b.root+"/act/oauth/v2/token", form.Encode(),
		"Content-Type", "application/x-www-form-urlencoded", "Authorization", basic(DefaultClientID, DefaultClientSecret))
	b.want(400, "POST", b.root+"/act/oauth/v2/token", `{"grant_type":"refresh_token"}`)
	b.want(405, "GET", b.root+"/act/oauth/v2/token", "")
	b.want(404, "GET", b.root+"/act/oauth/v2/other", "")
}
