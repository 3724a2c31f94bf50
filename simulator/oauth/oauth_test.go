package oauth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"jackfield/simulator/oauth"
)

// provider is a simulator that listens, and its client.
type provider struct {
	*oauth.Simulator
	t    *testing.T
	base string
}

func start(t *testing.T, o oauth.Options) *provider {
	t.Helper()
	s := oauth.New(o)
	server := httptest.NewServer(s)
	t.Cleanup(func() { s.Release(); server.Close() })
	return &provider{s, t, server.URL}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) member(name string) string {
	var members map[string]any
	if json.Unmarshal([]byte(a.body), &members) != nil {
		return ""
	}
	text, _ := members[name].(string)
	return text
}

func (p *provider) do(r *http.Request) answer {
	p.t.Helper()
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

func (p *provider) request(method, path, kind, body string) *http.Request {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.base+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return r
}

const formType = "application/x-www-form-urlencoded"

// token posts pairs to the token endpoint with the default client.
func (p *provider) token(pairs ...string) answer {
	p.t.Helper()
	return p.post("/token", pairs...)
}

func (p *provider) post(path string, pairs ...string) answer {
	p.t.Helper()
	form := url.Values{"client_id": {oauth.DefaultClientID}, "client_secret": {oauth.DefaultClientSecret}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return p.do(p.request("POST", path, formType, form.Encode()))
}

func (p *provider) call(token string) answer {
	p.t.Helper()
	r := p.request("GET", "/api/contacts", "", "")
	r.Header.Set("Authorization", "Bearer "+token)
	return p.do(r)
}

func (p *provider) control(path, body string) answer {
	p.t.Helper()
	return p.do(p.request("POST", "/_sim/"+path, "application/json", body))
}

const callback = "http://127.0.0.1/back"

// code goes through the consent, which must be automatic.
func (p *provider) code(pairs ...string) string {
	p.t.Helper()
	q := url.Values{"response_type": {"code"}, "client_id": {oauth.DefaultClientID}, "redirect_uri": {callback}, "state": {"s&s"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	a := p.do(p.request("GET", "/authorize?"+q.Encode(), "", ""))
	back, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status != http.StatusFound || back.Query().Get("state") != "s&s" {
		p.t.Fatalf("%d %s %v", a.status, a.body, a.header)
	}
	return back.Query().Get("code")
}

func (p *provider) wait(ok func(oauth.Counters) bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 10*time.Second)
	defer cancel()
	if err := p.Wait(ctx, ok); err != nil {
		p.t.Fatalf("%v: %+v", err, p.Counters())
	}
}

func approving() oauth.Options {
	return oauth.Options{Settings: oauth.Settings{Consent: oauth.ConsentApprove}}
}

func TestACodeIsExchangedOnceAndTheTokensWork(t *testing.T) {
	t.Parallel()
	p := start(t, approving())
	code := p.code("scope", "read")
	first := p.token("grant_type", "authorization_code", "code", code, "redirect_uri", callback)
	if first.status != 200 || first.member("scope") != "read" || first.member("token_type") != "Bearer" {
		t.Fatalf("%d %s", first.status, first.body)
	}
	if a := p.call(first.member("access_token")); a.status != 200 || !strings.Contains(a.body, "O'Hara") {
		t.Errorf("%d %s", a.status, a.body)
	}
	again := p.token("grant_type", "authorization_code", "code", code, "redirect_uri", callback)
	if again.status != 400 || again.member("error") != "invalid_grant" {
		t.Errorf("a code that was used answers %d %s", again.status, again.body)
	}
	if a := p.call(first.member("access_token")); a.status != 401 {
		t.Errorf("after a replay the token answers %d", a.status)
	}
	if c := p.Counters(); c.Exchanges != 1 || c.Replays != 1 || c.InvalidGrants != 1 || c.Codes != 1 {
		t.Errorf("%+v", c)
	}
}

func TestATokenRequestThatIsNotRightIsRefused(t *testing.T) {
	t.Parallel()
	p := start(t, approving())
	verifier := strings.Repeat("v", 50)
	sum := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	exchange := func(pairs ...string) func(string) []string {
		return func(code string) []string {
			return append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", callback}, pairs...)
		}
	}
	for name, c := range map[string]struct {
		ask, form []string
		with      func(string) []string
		later     time.Duration
		says      string
	}{
		"another redirect":      {with: exchange("redirect_uri", callback+"x"), says: "invalid_grant"},
		"a wrong secret":        {with: exchange("client_secret", "x"), says: "invalid_client"},
		"an unknown client":     {with: exchange("client_id", "x"), says: "invalid_client"},
		"a wrong code":          {with: exchange("code", "x"), says: "invalid_grant"},
		"a code that is old":    {with: exchange(), later: 61 * time.Second, says: "invalid_grant"},
		"no verifier":           {ask: []string{"code_challenge", challenge, "code_challenge_method", "S256"}, with: exchange(), says: "invalid_grant"},
		"a wrong verifier":      {ask: []string{"code_challenge", challenge, "code_challenge_method", "S256"}, with: exchange("code_verifier", verifier+"x"), says: "invalid_grant"},
		"the right verifier":    {ask: []string{"code_challenge", challenge, "code_challenge_method", "S256"}, with: exchange("code_verifier", verifier)},
		"a verifier for nobody": {with: exchange("code_verifier", verifier), says: "invalid_grant"},
		"another grant":         {with: exchange("grant_type", "implicit"), says: "unsupported_grant_type"},
		"a wrong password":      {form: []string{"grant_type", "password", "username", oauth.DefaultUser, "password", "x"}, says: "invalid_grant"},
		"the right password":    {form: []string{"grant_type", "password", "username", oauth.DefaultUser, "password", oauth.DefaultPassword}},
		"client credentials":    {form: []string{"grant_type", "client_credentials"}},
		"a made-up refresh":     {form: []string{"grant_type", "refresh_token", "refresh_token", "x"}, says: "invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &provider{p.Simulator, t, p.base} // not parallel: one clock
			form := c.form
			if form == nil {
				form = c.with(p.code(c.ask...))
			}
			p.Advance(c.later)
			a := p.token(form...)
			if c.says == "" && (a.status != 200 || a.member("access_token") == "") || a.member("error") != c.says {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}

func TestClientsAuthenticateInABasicHeaderToo(t *testing.T) {
	t.Parallel()
	p := start(t, oauth.Options{Clients: map[string]string{"a:b c": "s%e&c"}})
	r := p.request("POST", "/token", formType, "grant_type=client_credentials")
	r.SetBasicAuth(url.QueryEscape("a:b c"), url.QueryEscape("s%e&c"))
	if a := p.do(r); a.status != 200 || a.member("refresh_token") != "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if e := p.Journal(); len(e) != 1 || e[0].Style != "basic" || e[0].Client != "a:b c" {
		t.Errorf("%+v", e)
	}
}

func TestRotationDecidesWhatAnOldRefreshTokenIsWorth(t *testing.T) {
	t.Parallel()
	for rotation, c := range map[oauth.Rotation]struct {
		oldWorks, familyLives bool
	}{
		oauth.RotationDetect: {false, false},
		oauth.RotationPlain:  {false, true},
		oauth.RotationNone:   {true, true},
	} {
		t.Run(string(rotation), func(t *testing.T) {
			t.Parallel()
			p := start(t, oauth.Options{Settings: oauth.Settings{Rotation: rotation}})
			given := p.Grant(oauth.DefaultClientID)
			first := p.token("grant_type", "refresh_token", "refresh_token", given.Refresh)
			if first.status != 200 || (first.member("refresh_token") == "") != (rotation == oauth.RotationNone) {
				t.Fatalf("%d %s", first.status, first.body)
			}
			again := p.token("grant_type", "refresh_token", "refresh_token", given.Refresh)
			if (again.status == 200) != c.oldWorks {
				t.Errorf("the old one answers %d %s", again.status, again.body)
			}
			if a := p.call(first.member("access_token")); (a.status == 200) != c.familyLives {
				t.Errorf("then the API answers %d", a.status)
			}
		})
	}
}

func TestAccessTokensEndByTimeByCallsAndByRevocation(t *testing.T) {
	t.Parallel()
	p := start(t, oauth.Options{Settings: oauth.Settings{TokenCalls: 2, TokenLife: time.Minute}})
	given := p.Grant(oauth.DefaultClientID)
	for i, want := range []int{200, 200, 401, 401} {
		if a := p.call(given.Access); a.status != want {
			t.Errorf("call %d answers %d", i, a.status)
		}
	}
	given = p.Grant(oauth.DefaultClientID)
	p.Advance(time.Minute)
	if a := p.call(given.Access); a.status != 401 || !strings.Contains(a.header.Get("WWW-Authenticate"), "invalid_token") {
		t.Errorf("%d %v", a.status, a.header)
	}
	if c := p.Counters(); c.Expired != 2 || c.Answered != 2 || c.Refused != 3 {
		t.Errorf("%+v", c)
	}
	given = p.Grant(oauth.DefaultClientID)
	if a := p.post("/revoke", "token", given.Refresh); a.status != 200 {
		t.Errorf("revoking answers %d", a.status)
	}
	if a := p.call(given.Access); a.status != 401 {
		t.Errorf("a revoked one answers %d", a.status)
	}
	if a := p.token("grant_type", "refresh_token", "refresh_token", given.Refresh); a.member("error") != "invalid_grant" {
		t.Errorf("%s", a.body)
	}
	if a := p.call(""); a.status != 401 {
		t.Errorf("none answers %d", a.status)
	}
}

func TestTheUserDecidesInAForm(t *testing.T) {
	t.Parallel()
	p := start(t, oauth.Options{})
	const path = "/authorize?response_type=code&client_id=demo-client-id&state=%22x&redirect_uri=http%3A%2F%2F127.0.0.1%2Fback%3Fkept%3D1"
	page := p.do(p.request("GET", path, "", ""))
	if page.status != 200 || !strings.Contains(page.body, `value="&#34;x"`) || !strings.Contains(page.body, "Approve") {
		t.Fatalf("%d %s", page.status, page.body)
	}
	for answer, want := range map[string]string{"approve": "code", "deny": "error"} {
		a := p.do(p.request("POST", path, formType, "answer="+answer))
		back, err := url.Parse(a.header.Get("Location"))
		if err != nil || a.status != 302 || !back.Query().Has(want) || back.Query().Get("kept") != "1" || back.Query().Get("state") != `"x` {
			t.Errorf("%s: %d %v", answer, a.status, a.header)
		}
	}
	for _, wrong := range []string{
		"/authorize?response_type=code&client_id=x&redirect_uri=http%3A%2F%2F127.0.0.1%2F",
		"/authorize?response_type=code&client_id=demo-client-id&redirect_uri=https%3A%2F%2Fexample.org%2F",
	} {
		if a := p.do(p.request("POST", wrong, formType, "answer=approve")); a.status != 400 || a.header.Get("Location") != "" {
			t.Errorf("%s answers %d %v", wrong, a.status, a.header)
		}
	}
}

func TestRefreshesOfOneFamilyAtOnceAreSeen(t *testing.T) {
	t.Parallel()
	p := start(t, oauth.Options{Settings: oauth.Settings{Rotation: oauth.RotationNone}})
	if err := p.Break(oauth.Rule{Fault: oauth.FaultHoldAfterRotate, Times: -1}); err != nil {
		t.Fatal(err)
	}
	given := p.Grant(oauth.DefaultClientID)
	var callers sync.WaitGroup
	for range 3 {
		callers.Go(func() {
			if a := p.token("grant_type", "refresh_token", "refresh_token", given.Refresh); a.status != 200 {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	p.wait(func(c oauth.Counters) bool { return c.Held == 3 })
	p.Release()
	callers.Wait()
	if c := p.Counters(); c.MostRefreshing != 3 || c.Families[0].MostRefreshing != 3 || c.Refreshes != 3 || c.Held != 0 {
		t.Errorf("%+v", c)
	}
}

func TestAHeldAnswerIsLostWithItsClient(t *testing.T) {
	t.Parallel()
	p := start(t, oauth.Options{})
	if a := p.control("faults", `{"fault":"hold-after-rotate","grant":"refresh_token"}`); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	given := p.Grant(oauth.DefaultClientID)
	ctx, cancel := context.WithCancel(t.Context())
	r := p.request("POST", "/token", formType, url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {given.Refresh}, "client_id": {oauth.DefaultClientID}, "client_secret": {oauth.DefaultClientSecret},
	}.Encode()).WithContext(ctx)
	ended := make(chan error)
	go func() {
		response, err := http.DefaultTransport.RoundTrip(r)
		if err == nil {
			response.Body.Close()
		}
		ended <- err
	}()
	p.wait(func(c oauth.Counters) bool { return c.Held == 1 && c.Refreshes == 1 })
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	p.wait(func(c oauth.Counters) bool { return c.Lost == 1 && c.Held == 0 })
	if a := p.token("grant_type", "refresh_token", "refresh_token", given.Refresh); a.member("error") != "invalid_grant" {
		t.Errorf("the used one answers %s", a.body)
	}
}

func TestFaultsSpoilTheAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule     string
		status   int
		contains string
		lacks    string
		used     bool // the refresh token
	}{
		"html":             {`{"fault":"html"}`, 200, "<html", "access_token", false},
		"html 503":         {`{"fault":"html-503"}`, 503, "<html", "access_token", false},
		"200 with error":   {`{"fault":"error-200"}`, 200, `"error":`, "access_token", false},
		"empty":            {`{"fault":"empty"}`, 200, "", "access_token", false},
		"garbage":          {`{"fault":"garbage"}`, 200, "not=json", "access_token", false},
		"huge":             {`{"fault":"huge","size":100000}`, 200, strings.Repeat("x", 100000), "refresh", false},
		"unavailable":      {`{"fault":"unavailable"}`, 503, "temporarily_unavailable", "access_token", false},
		"server error":     {`{"fault":"server-error"}`, 500, "server_error", "access_token", false},
		"slow":             {`{"fault":"slow","delay":"1ms"}`, 200, "access_token", "error", true},
		"no access token":  {`{"fault":"no-access-token"}`, 200, "refresh_token", `"access_token`, true},
		"expires nonsense": {`{"fault":"expires-nonsense"}`, 200, `"expires_in":"soon"`, "3600", true},
		"expires negative": {`{"fault":"expires-negative"}`, 200, `"expires_in":-5`, "3600", true},
		"expires as text":  {`{"fault":"expires-text"}`, 200, `"expires_in":"3600"`, "error", true},
		"redirect":         {`{"fault":"redirect"}`, 307, "", "access_token", false},
		"revoked before":   {`{"fault":"revoke-before"}`, 400, "invalid_grant", "access_token", true},
		"revoked after":    {`{"fault":"revoke-after"}`, 200, "access_token", "error", true},
		"of another grant": {`{"fault":"html","grant":"password"}`, 200, "access_token", "html", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, oauth.Options{})
			if a := p.control("faults", c.rule); a.status != 200 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			given := p.Grant(oauth.DefaultClientID)
			a := p.token("grant_type", "refresh_token", "refresh_token", given.Refresh)
			if a.status != c.status || !strings.Contains(a.body, c.contains) || strings.Contains(a.body, c.lacks) {
				t.Errorf("%d %.300s", a.status, a.body)
			}
			again := p.token("grant_type", "refresh_token", "refresh_token", given.Refresh)
			if (again.status == 400) != c.used {
				t.Errorf("then %d %s", again.status, again.body)
			}
		})
	}
}

func TestAConnectionIsCut(t *testing.T) {
	t.Parallel()
	p := start(t, oauth.Options{})
	for _, fault := range []oauth.Fault{oauth.FaultDrop, oauth.FaultDropAfterRotate} {
		if err := p.Break(oauth.Rule{Fault: fault, Endpoint: "api"}); err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultTransport.RoundTrip(p.request("POST", "/api/contacts", "", "{}"))
		if err == nil {
			response.Body.Close()
			t.Errorf("%s answers %d", fault, response.StatusCode)
		}
	}
}

func TestTheControlIsStrictAndTellsNoSecrets(t *testing.T) {
	t.Parallel()
	p := start(t, oauth.Options{})
	for path, body := range map[string]string{
		"faults": `{"fault":"nothing"}`, "faults/": `{"fault":"html","endpoint":"x"}`, "settings": `{"consent":"maybe"}`,
		"settings/": `{"nonsense":1}`, "clock": `{"advance":"1 parsec"}`, "nowhere": `{}`,
	} {
		if a := p.control(path, body); a.status != 400 && (path != "nowhere" || a.status != 404) {
			t.Errorf("%s %s answers %d %s", path, body, a.status, a.body)
		}
	}
	if a := p.control("settings", `{"tokenLife":"10m","rotation":"plain","consent":"approve"}`); a.status != 200 || !strings.Contains(a.body, `"10m0s"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	foreign := p.request("GET", "/_sim/state", "", "")
	foreign.Header.Set("Origin", "https://example.org")
	if a := p.do(foreign); a.status != 403 {
		t.Errorf("a foreign page gets %d", a.status)
	}
	first := p.token("grant_type", "authorization_code", "code", p.code(), "redirect_uri", callback)
	p.call(first.member("access_token"))
	p.post("/revoke", "token", first.member("access_token"))
	for _, path := range []string{"/_sim/requests", "/_sim/state", "/_sim/faults", "/_sim/settings"} {
		a := p.do(p.request("GET", path, "", ""))
		if a.status != 200 || strings.Contains(a.body, "oauthsim_") || strings.Contains(a.body, oauth.DefaultClientSecret) {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}
