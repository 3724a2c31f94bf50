package oauth

import (
	"net/http"
	"strings"
	"testing"
)

func exchangeOf(t *testing.T, method, address, authorization, body string) *exchange {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", authorization)
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return &exchange{Request: r, body: []byte(body), form: formOf(r, []byte(body))}
}

func TestTheBaseStringIsTheOneThatTheStandardPrints(t *testing.T) {
	t.Parallel()
	g, err := readSignature(exchangeOf(t, "POST", "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
		`OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2", oauth_token="kkk9d7dh3k39sjv7", oauth_signature_method="HMAC-SHA1", `+
			`oauth_timestamp="137131201", oauth_nonce="7d8f3e4a", oauth_signature="bYT5CMsGcbgUdFHObYMEfcx6bsw%3D"`, "c2&a3=2+q"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26" +
		"oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26" +
		"oauth_token%3Dkkk9d7dh3k39sjv7"
	if got := g.text(); got != want { // RFC 5849 §3.4.1.1
		t.Errorf("the base string is\n%s\nwant\n%s", got, want)
	}
}

func TestTheSignatureOfTheKnownExampleIsRight(t *testing.T) {
	t.Parallel()
	const header = `OAuth oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk", oauth_nonce="kllo9940pd9333jh", ` +
		`oauth_timestamp="1191242096", oauth_signature_method="HMAC-SHA1", oauth_version="1.0", oauth_signature="tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D"`
	g, err := readSignature(exchangeOf(t, "GET", "http://photos.example.net/photos?size=original&file=vacation.jpg", header, ""))
	if err != nil {
		t.Fatal(err)
	}
	if !g.verify("kd94hf93k423kf44", "pfkkdhi9sl3r4s00") { // OAuth Core 1.0a, appendix A.5
		t.Errorf("the signature of %s is refused", g.text())
	}
	if g.verify("kd94hf93k423kf44", "other") {
		t.Error("a wrong secret is accepted")
	}
}

func TestParametersOfOAuthStandInOnePlaceOnce(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]*exchange{
		"two places":     exchangeOf(t, "GET", "http://x/?oauth_nonce=1", `OAuth oauth_token="1"`, ""),
		"twice":          exchangeOf(t, "GET", "http://x/?oauth_nonce=1&oauth_nonce=2", "", ""),
		"none":           exchangeOf(t, "GET", "http://x/", "", ""),
		"unquoted":       exchangeOf(t, "GET", "http://x/", `OAuth oauth_token=1`, ""),
		"broken percent": exchangeOf(t, "GET", "http://x/", `OAuth oauth_token="%zz"`, ""),
	} {
		if _, err := readSignature(x); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
