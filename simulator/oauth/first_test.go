package oauth_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"jackfield/simulator/oauth"
)

// signed makes a request with a signature over a base string that the test gives: RFC 5849 is followed by hand.
func (p *provider) signed(method, path, base, key string, parameters ...string) *http.Request {
	p.t.Helper()
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(base))
	signature := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	r := p.request(method, path, "", "")
	header := `OAuth realm="x"`
	for i := 0; i+1 < len(parameters); i += 2 {
		header += `, ` + parameters[i] + `="` + strings.ReplaceAll(url.QueryEscape(parameters[i+1]), "+", "%20") + `"`
	}
	r.Header.Set("Authorization", header+`, oauth_signature="`+url.QueryEscape(signature)+`"`)
	return r
}

func form(t *testing.T, a answer) url.Values {
	t.Helper()
	values, err := url.ParseQuery(a.body)
	if err != nil || a.status != 200 {
		t.Fatalf("%d %s %v", a.status, a.body, err)
	}
	return values
}

func TestTheThreeStepsOfOAuth1(t *testing.T) {
	t.Parallel()
	p := start(t, oauth.Options{Clients: map[string]string{"ck": "c s"}, Settings: oauth.Settings{Consent: oauth.ConsentApprove}})
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	server := url.QueryEscape(p.base)
	requested := form(t, p.do(p.signed("POST", "/request_token",
		"POST&"+server+"%2Frequest_token&oauth_callback%3Dhttp%253A%252F%252F127.0.0.1%252Fback%26oauth_consumer_key%3Dck%26oauth_nonce%3Dn1%26"+
			"oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D"+stamp, "c%20s&",
		"oauth_callback", callback, "oauth_consumer_key", "ck", "oauth_nonce", "n1", "oauth_signature_method", "HMAC-SHA1", "oauth_timestamp", stamp)))
	if requested.Get("oauth_callback_confirmed") != "true" {
		t.Fatalf("%v", requested)
	}
	token := requested.Get("oauth_token")
	a := p.do(p.request("GET", "/authorize1?oauth_token="+token, "", ""))
	back, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status != 302 || back.Query().Get("oauth_token") != token {
		t.Fatalf("%d %v", a.status, a.header)
	}
	verifier := back.Query().Get("oauth_verifier")
	exchange := func(nonce, verifier string) answer {
		return p.do(p.signed("POST", "/access_token",
			"POST&"+server+"%2Faccess_token&oauth_consumer_key%3Dck%26oauth_nonce%3D"+nonce+"%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D"+stamp+
				"%26oauth_token%3D"+token+"%26oauth_verifier%3D"+verifier, "c%20s&"+requested.Get("oauth_token_secret"),
			"oauth_consumer_key", "ck", "oauth_nonce", nonce, "oauth_signature_method", "HMAC-SHA1", "oauth_timestamp", stamp, "oauth_token", token, "oauth_verifier", verifier))
	}
	if a := exchange("n2", "wrong"); a.status != 401 || !strings.Contains(a.body, "verifier_invalid") {
		t.Errorf("%d %s", a.status, a.body)
	}
	given := form(t, exchange("n3", verifier))
	if a := exchange("n4", verifier); a.status != 401 || !strings.Contains(a.body, "token_used") {
		t.Errorf("again: %d %s", a.status, a.body)
	}
	// Query parameters are part of what is signed: sorted, encoded twice.
	call := func(path, nonce, stamp string) answer {
		return p.do(p.signed("GET", path,
			"GET&"+server+"%2Fapi1%2Fecho&a%3D%26a%3D%2520%2526%26b%3D%25C3%25A9~%26oauth_consumer_key%3Dck%26oauth_nonce%3D"+nonce+
				"%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D"+stamp+"%26oauth_token%3D"+given.Get("oauth_token"), "c%20s&"+given.Get("oauth_token_secret"),
			"oauth_consumer_key", "ck", "oauth_nonce", nonce, "oauth_signature_method", "HMAC-SHA1", "oauth_timestamp", stamp, "oauth_token", given.Get("oauth_token")))
	}
	if a := call("/api1/echo?b=%C3%A9~&a=+%26&a=", "n5", stamp); a.status != 200 || !strings.Contains(a.body, `"a":[" \u0026",""]`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	for name, a := range map[string]answer{
		"nonce_used":        call("/api1/echo?b=%C3%A9~&a=+%26&a=", "n5", stamp),
		"signature_invalid": call("/api1/echo?b=%C3%A9~&a=+%26&a=x", "n6", stamp),
		"timestamp_refused": call("/api1/echo?b=%C3%A9~&a=+%26&a=", "n7", "1000000000"),
	} {
		if a.status != 401 || !strings.Contains(a.body, name) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}
