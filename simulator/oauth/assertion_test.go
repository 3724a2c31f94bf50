package oauth_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"jackfield/simulator/oauth"
)

func jwt(t *testing.T, header, claims map[string]any, sign func(text string) []byte) string {
	t.Helper()
	part := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	text := part(header) + "." + part(claims)
	return text + "." + base64.RawURLEncoding.EncodeToString(sign(text))
}

func TestAssertionsAreVerified(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, oauth.Options{JWTKeys: map[string]*rsa.PublicKey{"robot": &key.PublicKey}})
	now := time.Now()
	rs := func(text string) []byte {
		sum := sha256.Sum256([]byte(text))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return signature
	}
	hs := func(text string) []byte {
		mac := hmac.New(sha256.New, []byte(oauth.DefaultClientSecret))
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	none := func(string) []byte { return nil }
	for name, c := range map[string]struct {
		algorithm string
		change    map[string]any
		sign      func(string) []byte
		says      string
	}{
		"RS256":                {"RS256", nil, rs, ""},
		"HS256":                {"HS256", map[string]any{"iss": oauth.DefaultClientID}, hs, ""},
		"an audience list":     {"RS256", map[string]any{"aud": []string{"x", p.base}}, rs, ""},
		"another audience":     {"RS256", map[string]any{"aud": "x"}, rs, "another audience"},
		"too old":              {"RS256", map[string]any{"exp": now.Add(-time.Hour).Unix()}, rs, "has expired"},
		"for ever":             {"RS256", map[string]any{"exp": now.Add(9 * time.Hour).Unix()}, rs, "longer than an hour"},
		"no end":               {"RS256", map[string]any{"exp": 0}, rs, "no exp"},
		"from the future":      {"RS256", map[string]any{"iat": now.Add(time.Hour).Unix()}, rs, "in the future"},
		"not signed":           {"none", nil, none, "is not accepted"},
		"signed with the name": {"HS256", nil, hs, "signature"},
		"a wrong signature":    {"RS256", nil, hs, "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &provider{p.Simulator, t, p.base}
			claims := map[string]any{"iss": "robot", "sub": "ada", "aud": p.base + "/token", "exp": now.Add(5 * time.Minute).Unix(), "iat": now.Unix()}
			for name, value := range c.change {
				claims[name] = value
			}
			a := p.token("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion", jwt(t, map[string]any{"alg": c.algorithm}, claims, c.sign))
			if c.says == "" && a.status != 200 || !strings.Contains(a.member("error_description"), c.says) {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}
