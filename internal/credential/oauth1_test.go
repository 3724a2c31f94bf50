package credential

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jackfield/internal/fault"
)

func formPost(t *testing.T, target, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequest("POST", target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	return req
}

// signedFields are the parameters of the protocol that a request carries in its header.
func signedFields(t *testing.T, req *http.Request) map[string]string {
	t.Helper()
	rest, ok := strings.CutPrefix(req.Header.Get("Authorization"), "OAuth ")
	if !ok {
		t.Fatalf("Authorization is %q", req.Header.Get("Authorization"))
	}
	fields := map[string]string{}
	for _, part := range strings.Split(rest, ", ") {
		name, value, _ := strings.Cut(part, "=")
		plain, err := url.PathUnescape(strings.Trim(value, `"`))
		if err != nil {
			t.Fatal(err)
		}
		fields[name] = plain
	}
	return fields
}

// The request of RFC 5849 §3.4.1.1, with names that stand twice, empty values and encoded characters.
func TestTheBaseStringIsThatOfTheRFC(t *testing.T) {
	t.Parallel()
	req := formPost(t, "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", "c2&a3=2+q")
	fields := form{
		{"oauth_consumer_key", "9djdj82h48djs9d2"}, {"oauth_token", "kkk9d7dh3k39sjv7"}, {"oauth_signature_method", "HMAC-SHA1"},
		{"oauth_timestamp", "137131201"}, {"oauth_nonce", "7d8f3e4a"},
	}
	got, err := baseString(req, fields)
	const want = "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26" +
		"oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
	if err != nil || got != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
	if body, err := io.ReadAll(req.Body); err != nil || string(body) != "c2&a3=2+q" {
		t.Errorf("the body was consumed: %q, %v", body, err)
	}
}

// The photo request of RFC 5849 §1.2, and the example that Twitter publishes for authors of clients.
func TestSignaturesArePublishedOnes(t *testing.T) {
	t.Parallel()
	photos := request(t, "http://photos.example.net/photos?file=vacation.jpg&size=original")
	rfc := oauth1{key: "dpf43f3p2l4k3l03", secret: "kd94hf93k423kf44", token: "nnch734d00sl2jdk", tokenSecret: "pfkkdhi9sl3r4s00", method: methodSHA1, nonce: "chapoH", timestamp: "137131202"}
	fields := form{{"oauth_consumer_key", rfc.key}, {"oauth_token", rfc.token}, {"oauth_signature_method", rfc.method}, {"oauth_timestamp", rfc.timestamp}, {"oauth_nonce", rfc.nonce}}
	if got, err := rfc.signature(photos, fields); err != nil || got != "MdpQcU8iPSUjWoN/UDMsK2sui9I=" {
		t.Errorf("RFC 5849: %q, %v", got, err)
	}

	tweet := formPost(t, "https://api.twitter.com/1.1/statuses/update.json?include_entities=true",
		"status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21")
	twitter := oauth1{key: "xvz1evFS4wEEPTGEFPHBog", secret: "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
		token: "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", tokenSecret: "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
		method: methodSHA1, nonce: "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", timestamp: "1318622958"}
	if err := twitter.sign(tweet); err != nil {
		t.Fatal(err)
	}
	if got := signedFields(t, tweet)["oauth_signature"]; got != "hCtSmYh+iHYCEqBWrE7C7hYmtUk=" {
		t.Errorf("Twitter: %q", got)
	}
}

func TestOddCharactersAreSignedAsTheProviderReadsThem(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ target, body, want string }{
		"unicode, plus, tilde":        {"https://p.test/x?q=%E2%98%83%2B~", "", "GET&https%3A%2F%2Fp.test%2Fx&q%3D%25E2%2598%2583%252B~"},
		"blank as plus and as %20":    {"https://p.test/x?a=1+2&b=1%202", "", "GET&https%3A%2F%2Fp.test%2Fx&a%3D1%25202%26b%3D1%25202"},
		"encoded slash in the path":   {"https://p.test/a%2Fb/c", "", "GET&https%3A%2F%2Fp.test%2Fa%252Fb%2Fc&"},
		"no path":                     {"https://p.test", "", "GET&https%3A%2F%2Fp.test%2F&"},
		"port that is not the usual":  {"https://P.test:8443/", "", "GET&https%3A%2F%2Fp.test%3A8443%2F&"},
		"usual port":                  {"https://p.test:443/", "", "GET&https%3A%2F%2Fp.test%2F&"},
		"name without value":          {"https://p.test/x?a&b=", "", "GET&https%3A%2F%2Fp.test%2Fx&a%3D%26b%3D"},
		"repeated names, by value":    {"https://p.test/x?a=2&a=10&a=1", "", "GET&https%3A%2F%2Fp.test%2Fx&a%3D1%26a%3D10%26a%3D2"},
		"sorted by encoded names":     {"https://p.test/x?%C3%A4=1&z=2", "", "GET&https%3A%2F%2Fp.test%2Fx&%25C3%25A4%3D1%26z%3D2"},
		"wrong escapes as they stand": {"https://p.test/x?a=%zz", "", "GET&https%3A%2F%2Fp.test%2Fx&a%3D%2525zz"},
		"semicolons are no separator": {"https://p.test/x?a=1;b=2", "", "GET&https%3A%2F%2Fp.test%2Fx&a%3D1%253Bb%253D2"},
		"form body":                   {"https://p.test/x", "a=%2B&b=%25", "POST&https%3A%2F%2Fp.test%2Fx&a%3D%252B%26b%3D%2525"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := request(t, tt.target)
			if tt.body != "" {
				req = formPost(t, tt.target, tt.body)
			}
			if got, err := baseString(req, nil); err != nil || got != tt.want {
				t.Errorf("%v\n got %s\nwant %s", err, got, tt.want)
			}
		})
	}
}

func TestOAuth1StandsInHeaderOrQuery(t *testing.T) {
	t.Parallel()
	c := Configuration{"oauth.api.key": "key", "oauth.api.secret": "sec&ret", "oauth.user.token": "tok", "oauth.user.token.secret": "tok+secret"}
	req := request(t, "https://p.test/x?a=%2B")
	if outcome, err := Sign(req, OAuth1, c, NewHosts("https://p.test")); err != nil || outcome != Signed || req.URL.RawQuery != "a=%2B" {
		t.Fatal(outcome, err, req.URL)
	}
	header := signedFields(t, req)
	if header["oauth_token"] != "tok" || header["oauth_version"] != "1.0" || header["oauth_nonce"] == "" || header["oauth_timestamp"] == "" {
		t.Errorf("header %v", header)
	}

	c["oauth.request.authorization.type"] = "query"
	req = request(t, "https://p.test/x?a=%2B")
	before := req.URL
	if outcome, err := Sign(req, OAuth1, c, NewHosts("https://p.test")); err != nil || outcome != Signed || len(req.Header) > 0 {
		t.Fatal(outcome, err, req.Header)
	}
	if q := req.URL.Query(); q.Get("a") != "+" || q.Get("oauth_signature") == "" || q.Get("oauth_consumer_key") != "key" {
		t.Errorf("query %v", q)
	}
	if before.RawQuery != "a=%2B" {
		t.Error("a URL that others may hold was changed")
	}

	delete(c, "oauth.request.authorization.type")
	req = request(t, "https://p.test/x")
	if _, err := Sign(req, OAuth1Plaintext, c, NewHosts("https://p.test")); err != nil {
		t.Fatal(err)
	}
	if got := signedFields(t, req); got["oauth_signature"] != "sec%26ret&tok%2Bsecret" || got["oauth_signature_method"] != "PLAINTEXT" {
		t.Errorf("plain text: %v", got)
	}
	if !SingleUse("oauth1") || SingleUse(OAuth1Plaintext) || SingleUse(AWSv4) {
		t.Error("what can be sent once only is told wrongly")
	}
}

func TestWhatCannotBeSignedIsSaid(t *testing.T) {
	t.Parallel()
	c := Configuration{"oauth.api.key": "key", "oauth.api.secret": "canary", "oauth.user.token": "tok"}
	hosts := NewHosts("http://p.test")
	streamed := formPost(t, "http://p.test/", "a=b")
	streamed.GetBody = nil
	large := formPost(t, "http://p.test/", "a="+strings.Repeat("b", maxSignedForm))
	other := Configuration{"oauth.api.key": "key", "oauth.user.token": "tok", "oauth.signature.method": "RSA-SHA1"}
	for name, tt := range map[string]struct {
		req      *http.Request
		authType string
		c        Configuration
		piece    string
	}{
		"secrets in the open":  {request(t, "http://p.test/"), OAuth1Plaintext, c, "needs https"},
		"a form that streams":  {streamed, OAuth1, c, "streamed"},
		"a form that is large": {large, OAuth1, c, "limit"},
		"an unknown method":    {request(t, "http://p.test/"), OAuth1, other, "HMAC-SHA256"},
	} {
		_, err := Sign(tt.req, tt.authType, tt.c, hosts)
		if f := fault.As(err); f == nil || !contains(f.Message, tt.piece) || contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if outcome, err := Sign(request(t, "http://p.test/"), OAuth1, Configuration{"oauth.api.key": "key"}, hosts); outcome != Nothing || err != nil {
		t.Errorf("before there is a token: %s, %v", outcome, err)
	}
}

func TestOAuth1ExchangesItsTokens(t *testing.T) {
	t.Parallel()
	now := time.Unix(137131200, 0)
	c := Configuration{
		"oauth.api.key": "key", "oauth.api.secret": "secret", "oauth.callback.url": "https://us.test/back?x=1",
		"oauth.request.url": "https://{site}.p.test/request", "oauth.token.url": "https://p.test/access", "site": "acme",
		"oauth.user.token": "old", "oauth.user.token.secret": "old secret",
	}
	req, err := NewRequestTokenRequest(t.Context(), c, "", now)
	if err != nil {
		t.Fatal(err)
	}
	got := signedFields(t, req)
	if req.Method != "POST" || req.URL.String() != "https://acme.p.test/request" || got["oauth_callback"] != "https://us.test/back?x=1" || got["oauth_timestamp"] != "137131200" {
		t.Errorf("%s %s %v", req.Method, req.URL, got)
	}
	if _, there := got["oauth_token"]; there {
		t.Error("an old token is sent along")
	}

	req, err = NewAccessTokenRequest(t.Context(), c, "temp", "verify", "temp secret", now)
	if err != nil {
		t.Fatal(err)
	}
	if got = signedFields(t, req); got["oauth_token"] != "temp" || got["oauth_verifier"] != "verify" || req.URL.String() != "https://p.test/access" {
		t.Errorf("%s %v", req.URL, got)
	}

	c["authentication.type"] = "oauth1Plaintext"
	if req, err = NewAccessTokenRequest(t.Context(), c, "temp", "verify", "temp secret", now); err != nil || signedFields(t, req)["oauth_signature"] != "secret&temp%20secret" {
		t.Errorf("plain text: %v, %v", req, err)
	}
	for _, missing := range [][3]string{{"", "v", "s"}, {"t", "", "s"}, {"t", "v", ""}} {
		if _, err := NewAccessTokenRequest(t.Context(), c, missing[0], missing[1], missing[2], now); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: %v", missing, err)
		}
	}
}

func TestAnswersOfOAuth1AreRead(t *testing.T) {
	t.Parallel()
	const good = "oauth_token=hh5s93j4hdidpola&oauth_token_secret=hdhd0244k9j7ao03&oauth_callback_confirmed=true"
	token, secret, err := ReadRequestToken(200, []byte(good))
	if err != nil || token != "hh5s93j4hdidpola" || secret != "hdhd0244k9j7ao03" {
		t.Errorf("%q %q %v", token, secret, err)
	}
	kept, err := ReadAccessToken(200, []byte("oauth_token=a%2Bb&oauth_token_secret=c%26d&user_id=7"))
	if err != nil || len(kept) != 2 || kept["oauth.user.token"] != "a+b" || kept["oauth.user.token.secret"] != "c&d" {
		t.Errorf("%v %v", kept, err)
	}
	for _, tt := range []struct {
		name, body string
		status     int
		kind       fault.Kind
		piece      string
	}{
		{"callback not confirmed", "oauth_token=t&oauth_token_secret=s", 200, fault.Provider, "1.0a"},
		{"callback refused", "oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=false", 200, fault.Provider, "1.0a"},
		{"no secret", "oauth_token=t&oauth_callback_confirmed=true", 200, fault.Provider, "without oauth_token"},
		{"problem", "oauth_problem=timestamp_refused&oauth_problem_advice=clock", 401, fault.Invalid, "refused"},
		{"problem with 200", "oauth_problem=consumer_key_unknown", 200, fault.Invalid, "refused"},
		{"JSON errors", `{"errors":[{"code":32,"message":"Could not authenticate you."}]}`, 401, fault.Invalid, "refused"},
		{"page", "<html><body>no</body></html>", 200, fault.Provider, "page"},
		{"plain words", "Failed to validate oauth signature and token", 401, fault.Invalid, "refused"},
		{"plain words with 200", "Failed to validate oauth signature and token", 200, fault.Provider, "neither"},
		{"nothing", "", 200, fault.Provider, "empty"},
		{"control characters", "oauth_token=t%0A&oauth_token_secret=s&oauth_callback_confirmed=true", 200, fault.Provider, "control"},
	} {
		_, _, err := ReadRequestToken(tt.status, []byte(tt.body))
		if f := fault.As(err); f == nil || f.Kind != tt.kind || !contains(f.Message, tt.piece) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	_, err = ReadAccessToken(401, []byte("oauth_problem=token_rejected"))
	if f := fault.As(err); f == nil || f.Provider != "token_rejected" || !IsRevoked(err) {
		t.Errorf("%v", err)
	}
}

func FuzzReadRequestToken(f *testing.F) {
	for _, seed := range []string{"oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=true", `{"errors":[{}]}`, "<", "%", "{", "a=b;c", "\xff=\xff"} {
		f.Add(200, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		token, secret, err := ReadRequestToken(status, body)
		if err == nil && (!soundToken(token) || !soundToken(secret) || token == "" || secret == "") {
			t.Errorf("%q %q", token, secret)
		}
		if err != nil && fault.As(err).Kind == fault.Internal {
			t.Errorf("our own failure: %v", err)
		}
	})
}
