package credential

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// awkward secrets: everything that some encoding changes.
var awkward = []string{
	"plainsecret", "pa$$ w0rd/+&=?#%", `quo"te\back'slash`, "<tag>&amp;", "ünïcødé🔑", "line\nbreak\ttab", "a+b c%20d", "dGVzdA==", "four", " padded secret ",
}

// looks are ways in which a secret gets into a text.
var looks = map[string]func(string) string{
	"plain":            func(s string) string { return s },
	"base64":           func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 raw":       func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) },
	"base64 url":       func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
	"base64 raw url":   func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"query":            url.QueryEscape,
	"path":             url.PathEscape,
	"query lower case": func(s string) string { return lowerEscapes(url.QueryEscape(s)) },
	"base64 in query":  func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s))) },
	"JSON":             func(s string) string { b, _ := json.Marshal(s); return string(b) },
	"Go quoted":        strconv.Quote,
	"Go quoted ASCII":  strconv.QuoteToASCII,
	"HTML":             html.EscapeString,
	"hex":              func(s string) string { return hex.EncodeToString([]byte(s)) },
	"hex upper":        func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
}

func TestASecretIsScrubbedHoweverItLooks(t *testing.T) {
	t.Parallel()
	for _, secret := range awkward {
		s := NewScrubber(secret)
		for look, encode := range looks {
			shown := encode(secret)
			got := s.String("before " + shown + " after")
			if strings.Contains(got, shown) || !strings.Contains(got, Mask) || !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
				t.Errorf("%q as %s: %q", secret, look, got)
			}
		}
	}
}

func TestASecretInsideBase64OfALongerTextIsScrubbed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[ -~]{6,40}`).Draw(t, "secret")
		if secret == Mask {
			t.Skip("the mask itself")
		}
		before := rapid.StringN(0, 10, -1).Draw(t, "before")
		after := rapid.StringN(0, 10, -1).Draw(t, "after")
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
			text := e.EncodeToString([]byte(before + secret + after))
			got := NewScrubber(secret).String(text)
			if !strings.Contains(got, Mask) {
				t.Fatalf("%q of %q is kept", text, secret)
			}
			// What is left around the mask must not give back two bytes of the secret in a row: the longest
			// rest on either side is the neighbour's text and one character shared with the secret.
			left, right, _ := strings.Cut(got, Mask)
			if len(left) > (len(before)*8+11)/6 || len(right) > (len(after)*8+11)/6+2 {
				t.Fatalf("%q around the mask in %q", left+"…"+right, got)
			}
		}
	})
}

func TestTheBasicHeaderOfAnInstanceIsScrubbed(t *testing.T) {
	t.Parallel()
	config := Configuration{"username": "api-key-of-ada", "password": "dev-key", "base.url": "https://p.test", "oauth.user.token": "tok-123456", "empty": ""}
	s := ScrubberFor(config, func(key string) bool { return IsSensitive(map[string]string{"password": "PASSWORD"}[key], key) }, "instance-token")
	req, err := http.NewRequest("GET", "https://p.test/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Sign(req, Basic, config, NewHosts(config["base.url"])); err != nil {
		t.Fatal(err)
	}
	if got := s.String(fmt.Sprint(req.Header)); got != "map[Authorization:[Basic ********]]" {
		t.Errorf("got %q", got)
	}
	if got := s.String("api-key-of-ada dev-key https://p.test tok-123456 instance-token"); got != "api-key-of-ada ******** https://p.test ******** ********" {
		t.Errorf("got %q", got)
	}
}

func TestTheLongestSecretWins(t *testing.T) {
	t.Parallel()
	if got := NewScrubber("secret", "secret-and-more").String("secret-and-more secret"); got != "******** ********" {
		t.Errorf("got %q", got)
	}
}

func TestShortAndEmptyValuesAreNoSecrets(t *testing.T) {
	t.Parallel()
	s := NewScrubber("", "a", "abc", Mask)
	if s != nil {
		t.Error("a scrubber of nothing is not nil")
	}
	if got := s.String("abc ********"); got != "abc ********" {
		t.Errorf("got %q", got)
	}
	if got := s.URI("/x?password=p&a=b"); got != "/x?password=********&a=b" {
		t.Errorf("got %q", got)
	}
}

func TestAURIIsScrubbedByValueAndByName(t *testing.T) {
	t.Parallel()
	s := NewScrubber("p@ss/w0rd", "tok-12345")
	for uri, want := range map[string]string{
		"/elements/api-v2/hubs/crm/contacts?where=lastName%3D%27Byron%27&pageSize=5": "/elements/api-v2/hubs/crm/contacts?where=lastName%3D%27Byron%27&pageSize=5",
		"/elements/act/oauth/url?apiKey=k&apiSecret=s&callbackUrl=https%3A%2F%2Fx":   "/elements/act/oauth/url?apiKey=********&apiSecret=********&callbackUrl=https%3A%2F%2Fx",
		"/x?access_token=t&nextPage=n&nextPageToken=m&token=&q":                      "/x?access_token=********&nextPage=n&nextPageToken=m&token=&q",
		"/x?%61pi_key=t":                   "/x?%61pi_key=********",
		"/x?bad%zzname=t":                  "/x?bad%zzname=********",
		"/x?q=p%40ss%2Fw0rd":               "/x?q=********",
		"/x?q=p%40ss%2fw0rd":               "/x?q=********",
		"/x?q=%70%40%73s%2fw0rd&r=1":       "/x?q=********&r=1", // escapes that nobody needs
		"/x?q=p%2540ss%252Fw0rd&r=1":       "/x?q=********&r=1", // escaped twice
		"/x/%74ok-12345/y%20z":             "/x/********/y%20z",
		"/x/tok-12345/y":                   "/x/********/y",
		"/x?where=a%3D%27tok%2D12345%27":   "/x?where=********",
		"/x?broken=%zz%74ok&where=b%20c#d": "/x?broken=%zz%74ok&where=b%20c#d",
		"":                                 "",
	} {
		if got := s.URI(uri); got != want {
			t.Errorf("%s\n got %s\nwant %s", uri, got, want)
		}
	}
}

func TestACleanTextStaysAsItIs(t *testing.T) {
	t.Parallel()
	s := NewScrubber("correct horse battery staple", "Zm9vYmFy")
	text := `{"contacts":[{"id":17,"name":"Ada Byron"}],"url":"https://p.test/a%20b?c=d"}`
	if got := s.String(text); got != text {
		t.Errorf("got %q", got)
	}
}

func BenchmarkScrubURI(b *testing.B) {
	s := NewScrubber("developer-key-of-some-length", "another-secret-value", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
	uri := "/elements/api-v2/hubs/crm/contacts?where=lastName%3D%27Byron%27&pageSize=5"
	b.ReportAllocs()
	for b.Loop() {
		if s.URI(uri) != uri {
			b.Fatal("changed")
		}
	}
}

func TestSecretsOfTheNewTypesAreFoundInTexts(t *testing.T) {
	t.Parallel()
	c := Configuration{
		"oauth.api.key": "client&id-canary", "oauth.api.secret": "s+c/r=t canary", "oauth.user.token": "tök+en canary", "oauth.user.token.secret": "tok&sec canary",
		"oauth.user.refresh_token": "1//refresh-canary", "aws.api.secret": "wJalr/XUtn+canary", "aws.session.token": "session==canary",
		"jwt.base64.encoded.key": "LS0tLS1CRUdJTi1jYW5hcnk=", "base64.encoded.jks": "/u3+7QAAAAIAcanary", "jks.password": "change it canary",
	}
	s := ScrubberFor(c, func(key string) bool { return IsSensitive("", key) })
	req, err := NewTokenRequest(t.Context(), merged(merged(c, "oauth.basic.header", "true"), "oauth.token.url", "https://p.test"), TokenAsk{Grant: GrantRefresh}, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	plain := request(t, "https://p.test/")
	if _, err := Sign(plain, OAuth1Plaintext, c, NewHosts("https://p.test")); err != nil {
		t.Fatal(err)
	}
	texts := []string{sent(t, req), req.Header.Get("Authorization"), plain.Header.Get("Authorization")}
	for _, value := range c {
		texts = append(texts, value, url.QueryEscape(value), percent(value), percent(percent(value)), strconv.Quote(value))
	}
	for _, text := range texts {
		got := s.Text(text)
		if decoded, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(got, "Basic ")); err == nil && strings.Contains(string(decoded), "canary") {
			t.Errorf("in base64: %q", got)
		}
		if strings.Contains(got, "canary") {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
