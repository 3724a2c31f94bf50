package credential

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"jackfield/internal/fault"
)

func TestTokensAreReadHoweverProvidersWriteThem(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		want       Token
	}{
		{"JSON", `{"access_token":"a","refresh_token":"r","token_type":"Bearer","expires_in":3600,"scope":"x y"}`, Token{Access: "a", Refresh: "r", Type: "Bearer", Scope: "x y", ExpiresIn: time.Hour}},
		{"life as text", `{"access_token":"a","expires_in":"1800"}`, Token{Access: "a", ExpiresIn: 30 * time.Minute}},
		{"life as a float", `{"access_token":"a","expires_in":3599.5}`, Token{Access: "a", ExpiresIn: 3599500 * time.Millisecond}},
		{"life of zero", `{"access_token":"a","expires_in":0}`, Token{Access: "a"}},
		{"life below zero", `{"access_token":"a","expires_in":-1}`, Token{Access: "a"}},
		{"life without end", `{"access_token":"a","expires_in":99999999999999999999}`, Token{Access: "a", ExpiresIn: maxLifetime}},
		{"life that is null", `{"access_token":"a","expires_in":null}`, Token{Access: "a"}},
		{"a form", "access_token=a%2Bb&expires=5184000&token_type=bearer", Token{Access: "a+b", Type: "bearer", ExpiresIn: 60 * 24 * time.Hour}},
		{"no error", `{"access_token":"a","error":null}`, Token{Access: "a"}},
		{"an empty error", `{"access_token":"a","error":"","errors":[]}`, Token{Access: "a"}},
		{"byte order mark and blanks", "\ufeff \n{\"access_token\":\"a\"}\n", Token{Access: "a"}},
		{"nested", `{"ok":true,"authed_user":{"access_token":"xoxp","refresh_token":"r"}}`, Token{Access: "xoxp", Refresh: "r"}},
		{"camel case", `{"accessToken":"a","refreshToken":"r","expiresIn":60}`, Token{Access: "a", Refresh: "r", ExpiresIn: time.Minute}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ReadToken(200, http.Header{"Content-Type": {"text/html"}}, []byte(tt.body)) // which is not believed
			members := got.Members
			got.Members = nil
			if err != nil || fmt.Sprint(got) != fmt.Sprint(tt.want) || len(members) == 0 && tt.name != "nested" {
				t.Errorf("got %+v (%v), %v", got, members, err)
			}
		})
	}
}

func TestMembersOfAnAnswerAreKeptAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	got, err := ReadToken(200, nil, []byte(`{"access_token":"a","instance_url":"https://na1.p.test","id":12345678901234567890,"ok":true,"x":null,"list":[1],"o":{"a":1}}`))
	want := map[string]string{"access_token": "a", "instance_url": "https://na1.p.test", "id": "12345678901234567890", "ok": "true"}
	if err != nil || !maps.Equal(got.Members, want) {
		t.Errorf("%v %v", got.Members, err)
	}
}

func TestWhatAnInstanceKeepsOfAToken(t *testing.T) {
	t.Parallel()
	now := time.Unix(1700000000, 0)
	got := Token{Access: "a", Refresh: "r", ExpiresIn: 90500 * time.Millisecond}.Configuration(now)
	want := map[string]string{"oauth.user.token": "a", "oauth.user.refresh_token": "r", "oauth.user.refresh_time": "1700000000", "expires_in": "91", "oauth.user.refresh_interval": "91"}
	if !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	got = Token{Access: "a"}.Configuration(now)
	if !maps.Equal(got, map[string]string{"oauth.user.token": "a", "oauth.user.refresh_time": "1700000000"}) {
		t.Errorf("what was not said is overwritten: %v", got)
	}
}

func TestARefusalIsSaidInTheProvidersWords(t *testing.T) {
	t.Parallel()
	const canary = "s3cr3t-canary"
	for _, tt := range []struct {
		name     string
		status   int
		body     string
		kind     fault.Kind
		provider string
		revoked  bool
	}{
		{"RFC 6749", 400, `{"error":"invalid_grant","error_description":"expired access/refresh token"}`, fault.Invalid, "invalid_grant: expired access/refresh token", true},
		{"wrong client", 401, `{"error":"invalid_client"}`, fault.Invalid, "invalid_client", false},
		{"200 with an error", 200, `{"error":"bad_refresh_token","error_description":"The refresh token is incorrect"}`, fault.Invalid, "bad_refresh_token: The refresh token is incorrect", true},
		{"200 with an error and a token", 200, `{"error":"invalid_grant","access_token":"` + canary + `"}`, fault.Invalid, "invalid_grant", true},
		{"200 with an error in a form", 200, "error=bad_verification_code&error_description=The+code+is+incorrect", fault.Invalid, "bad_verification_code: The code is incorrect", false},
		{"not ok", 200, `{"ok":false,"error":"token_revoked"}`, fault.Invalid, "token_revoked", true},
		{"error as an object", 400, `{"error":{"message":"Error validating access token","type":"OAuthException","code":190}}`, fault.Invalid, "190: Error validating access token", true},
		{"a status as the code", 400, `{"status":"BAD_REFRESH_TOKEN","message":"missing or unknown refresh token"}`, fault.Invalid, "BAD_REFRESH_TOKEN: missing or unknown refresh token", true},
		{"a list of errors", 400, `{"errors":[{"code":"x1","message":"no"}]}`, fault.Invalid, "x1: no", false},
		{"a failure", 500, `{"error":"server_error"}`, fault.Provider, "server_error", false},
		{"a failure that calls itself a refusal", 503, `{"error":"temporarily_unavailable"}`, fault.Provider, "temporarily_unavailable", false},
		{"a failure that blames the grant", 500, `{"error":"invalid_grant"}`, fault.Provider, "invalid_grant", false},
		{"a refusal without a word", 401, "", fault.Invalid, "", false},
		{"too many calls", 429, `{"error":"rate"}`, fault.Throttled, "rate", false},
		{"plain words", 403, "Client is blocked", fault.Invalid, "Client is blocked", false},
		{"control characters in the words", 400, `{"error":"a\u0000b\r\nc"}`, fault.Invalid, "a b  c", false},
		{"words without end", 400, `{"error":"` + strings.Repeat("x", 5000) + `"}`, fault.Invalid, strings.Repeat("x", maxWords) + "…", false},

		{"a page", 200, "<!DOCTYPE html><html><input value='" + canary + "'></html>", fault.Provider, "", false},
		{"a page with 400", 400, " <html>" + canary, fault.Provider, "", false},
		{"a page with 502", 502, "<html>" + canary, fault.Provider, "", false},
		{"nothing", 200, "", fault.Provider, "", false},
		{"blanks", 200, " \n", fault.Provider, "", false},
		{"no token", 200, `{"refresh_token":"` + canary + `"}`, fault.Provider, "", false},
		{"a token that is null", 200, `{"access_token":null}`, fault.Provider, "", false},
		{"a token that is an object", 200, `{"access_token":{"a":"` + canary + `"}}`, fault.Provider, "", false},
		{"a list", 200, `["` + canary + `"]`, fault.Provider, "", false},
		{"cut off", 200, `{"access_token":"` + canary, fault.Provider, "", false},
		{"a line break in the token", 200, `{"access_token":"` + canary + `\r\nX: y"}`, fault.Provider, "", false},
		{"a line break in the refresh token", 200, `{"access_token":"a","refresh_token":"` + canary + `\n"}`, fault.Provider, "", false},
		{"a token without end", 200, `{"access_token":"` + strings.Repeat(canary, 4000) + `"}`, fault.Provider, "", false},
		{"an answer without end", 200, `{"access_token":"a","x":"` + strings.Repeat("x", int(MaxTokenAnswer)) + `"}`, fault.Provider, "", false},
		{"a redirect", 302, "", fault.Provider, "", false},
		{"an empty 500", 500, "", fault.Provider, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			token, err := ReadToken(tt.status, nil, []byte(tt.body))
			f := fault.As(err)
			if f == nil || f.Kind != tt.kind || f.Provider != tt.provider || IsRevoked(err) != tt.revoked || token.Access != "" {
				t.Fatalf("got %+v revoked %v, token %+v", f, IsRevoked(err), token)
			}
			if contains(fmt.Sprint(err, f.Message, f.Provider), canary) {
				t.Errorf("a secret is told: %v", err)
			}
		})
	}
}

func TestAClockThatIsWrongIsSaid(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	body := []byte(`{"error":"invalid_grant","error_description":"JWT is not yet valid"}`)
	for shift, want := range map[time.Duration]string{
		-time.Hour:       "our clock is 1h0m0s ahead of the provider's",
		time.Hour:        "our clock is 1h0m0s behind the provider's",
		10 * time.Second: "",
	} {
		_, err := readToken(400, http.Header{"Date": {now.Add(shift).Format(http.TimeFormat)}}, body, now)
		if f := fault.As(err); f == nil || want != "" && !contains(f.Message, want) || want == "" && contains(f.Message, "clock") {
			t.Errorf("%s: %v", shift, err)
		}
	}
	_, err := readToken(429, http.Header{"Retry-After": {"7"}}, []byte(`{}`), now)
	if f := fault.As(err); f == nil || f.RetryAfter != 7*time.Second {
		t.Errorf("%+v", f)
	}
}

func FuzzReadToken(f *testing.F) {
	for _, seed := range []string{`{"access_token":"a","expires_in":"1e9"}`, "access_token=a&expires=x", "<html>", `{"error":{"code":1}}`, `{"authed_user":[]}`, "\xff", "%=%", `{"a":{"b":[[[[[[`} {
		f.Add(200, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		token, err := ReadToken(status, nil, body)
		switch {
		case err == nil && (token.Access == "" || !soundToken(token.Access) || !soundToken(token.Refresh) || token.ExpiresIn < 0 || len(token.Members) > maxMembers):
			t.Errorf("%+v", token)
		case err != nil && fault.As(err).Kind == fault.Internal:
			t.Errorf("our own failure: %v", err)
		case err != nil && strings.ContainsFunc(fault.As(err).Provider, func(r rune) bool { return r < ' ' }):
			t.Errorf("control characters are passed on: %q", fault.As(err).Provider)
		}
	})
}
