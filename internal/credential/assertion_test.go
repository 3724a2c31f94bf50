package credential

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"

	"jackfield/internal/fault"
)

func pemOf(t *testing.T, kind string, der []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func base64Of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// opened is an assertion taken apart, and what its signature covers.
func opened(t *testing.T, assertion string) (header, claims map[string]any, covered string, signature []byte) {
	t.Helper()
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		t.Fatalf("no compact JWS: %q", assertion)
	}
	for i, into := range []*map[string]any{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatal(err)
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	return header, claims, parts[0] + "." + parts[1], signature
}

func TestAnAssertionIsSignedByTheKeyAndSaysWhatRFC7523Wants(t *testing.T) {
	t.Parallel()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8DER, err := x509.MarshalPKCS8PrivateKey(rsaKey)
	pkcs8 := pemOf(t, "PRIVATE KEY", pkcs8DER, err)
	pkcs1 := pemOf(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey), nil)
	sec1DER, err := x509.MarshalECPrivateKey(ecKey)
	sec1 := pemOf(t, "EC PRIVATE KEY", sec1DER, err)
	secret := "0123456789abcdef0123456789abcdef"

	byRSA := func(covered string, signature []byte) bool {
		sum := sha256.Sum256([]byte(covered))
		return rsa.VerifyPKCS1v15(&rsaKey.PublicKey, crypto.SHA256, sum[:], signature) == nil
	}
	byEC := func(covered string, signature []byte) bool {
		sum := sha256.Sum256([]byte(covered))
		return len(signature) == 64 && ecdsa.Verify(&ecKey.PublicKey, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
	}
	byHMAC := func(covered string, signature []byte) bool {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(covered))
		return hmac.Equal(mac.Sum(nil), signature)
	}
	wrapped := base64Of(pkcs8)
	for name, tt := range map[string]struct {
		key, alg, want string
		verify         func(string, []byte) bool
	}{
		"PKCS 8 in PEM":                   {base64Of(pkcs8), "", "RS256", byRSA},
		"PKCS 1 in PEM":                   {base64Of(pkcs1), "RS256", "RS256", byRSA},
		"DER":                             {base64Of(string(pkcs8DER)), "rs256", "RS256", byRSA},
		"PEM as it is":                    {pkcs8, "", "RS256", byRSA},
		"PEM of a service account's file": {strings.ReplaceAll(pkcs8, "\n", `\n`), "", "RS256", byRSA},
		"base64 with line breaks":         {wrapped[:60] + "\r\n" + wrapped[60:120] + "\n " + wrapped[120:], "", "RS256", byRSA},
		"EC":                              {base64Of(sec1), "", "ES256", byEC},
		"a shared secret":                 {base64Of(secret), "HS256", "HS256", byHMAC},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Configuration{"jwt.base64.encoded.key": tt.key, "jwt.header.alg": tt.alg, "jwt.header.kid": "key-1", "oauth.api.key": "client", "username": "ada", "oauth.token.url": "https://p.test/token"}
			req, err := NewTokenRequest(t.Context(), c, TokenAsk{Grant: GrantJWT}, time.Unix(1700000000, 0))
			if err != nil {
				t.Fatal(err)
			}
			form, err := url.ParseQuery(sent(t, req))
			if err != nil || form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || form.Has("client_id") {
				t.Fatalf("%v %v", form, err)
			}
			header, claims, covered, signature := opened(t, form.Get("assertion"))
			if header["alg"] != tt.want || header["kid"] != "key-1" || header["typ"] != "JWT" || !tt.verify(covered, signature) {
				t.Errorf("header %v, or a signature that does not verify", header)
			}
			if claims["iss"] != "client" || claims["sub"] != "ada" || claims["aud"] != "https://p.test/token" || claims["iat"] != 1.7e9 || claims["exp"] != 1.7e9+180 || claims["jti"] == "" {
				t.Errorf("claims %v", claims)
			}
		})
	}
}

func TestClaimsComeFromTheConfiguration(t *testing.T) {
	t.Parallel()
	c := Configuration{
		"jwt.base64.encoded.key": base64Of("0123456789abcdef0123456789abcdef"), "jwt.header.alg": "HS256", "oauth.token.url": "https://p.test/token", "oauth.api.key": "client",
		"jwt.claim.iss": "{oauth.api.key}", "jwt.claim.aud": `["https://a.test","https://b.test"]`, "jwt.claim.scope": "x y", "jwt.claim.exp": "600",
		"jwt.claim.box_sub_type": "enterprise", "jwt.claim.empty": "", "jwt.clock.offset": "-3600",
	}
	endpoint, err := url.Parse("https://p.test/token")
	if err != nil {
		t.Fatal(err)
	}
	first, err := assertion(c, endpoint, time.Unix(1700003600, 0))
	if err != nil {
		t.Fatal(err)
	}
	_, claims, _, _ := opened(t, first)
	audience, _ := claims["aud"].([]any)
	if claims["iss"] != "client" || len(audience) != 2 || claims["scope"] != "x y" || claims["exp"] != 1.7e9+600 || claims["iat"] != 1.7e9 || claims["box_sub_type"] != "enterprise" {
		t.Errorf("claims %v", claims)
	}
	if _, there := claims["empty"]; there {
		t.Error("an empty claim is made")
	}
	second, err := assertion(c, endpoint, time.Unix(1700003600, 0))
	if err != nil || first == second {
		t.Error("two assertions are the same: jti must differ")
	}
}

func TestAKeyThatCannotSignIsToldWithoutBeingShown(t *testing.T) {
	t.Parallel()
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecDER, err := x509.MarshalPKCS8PrivateKey(ecKey)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edDER, err := x509.MarshalPKCS8PrivateKey(edKey)
	if err != nil {
		t.Fatal(err)
	}
	const canary = "canary-canary-canary-canary-canary"
	for name, tt := range map[string]struct{ key, alg, piece string }{
		"none":                     {"", "", "is needed"},
		"no key":                   {base64Of(canary), "", "no private key"},
		"no base64":                {"%%%" + canary, "", "no private key"},
		"a certificate":            {base64Of("-----BEGIN CERTIFICATE-----\n" + base64Of(canary) + "\n-----END CERTIFICATE-----"), "", "no private key"},
		"encrypted":                {base64Of("-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + base64Of(canary) + "\n-----END ENCRYPTED PRIVATE KEY-----"), "", "passphrase"},
		"alg none":                 {base64Of(canary), "none", "not supported"},
		"an unknown alg":           {base64Of(canary), "EdDSA", "not supported"},
		"EC key for RSA":           {base64Of(string(ecDER)), "RS256", "key for ES256"},
		"P-256 for ES384":          {base64Of(string(ecDER)), "ES384", "key for ES256"},
		"a kind of key":            {base64Of(string(edDER)), "", "kind of key"},
		"a PEM key as a secret":    {base64Of("-----BEGIN PRIVATE KEY-----\n" + base64Of(canary) + "\n-----END PRIVATE KEY-----"), "HS256", "shared secret"},
		"a secret that is short":   {base64Of("canary"), "HS256", "32 bytes"},
		"a key beyond all measure": {strings.Repeat("A", maxKey+1), "", "longer than"},
		"a key that is too large":  {base64Of(string(bytes.Repeat([]byte{0x30}, maxPrivateKey+1))), "", "larger than"},
	} {
		c := Configuration{"jwt.base64.encoded.key": tt.key, "jwt.header.alg": tt.alg, "oauth.api.key": "client", "oauth.token.url": "https://p.test/token"}
		_, err := NewTokenRequest(t.Context(), c, TokenAsk{Grant: GrantJWT}, time.Unix(0, 0))
		f := fault.As(err)
		if f == nil || f.Kind != fault.Invalid || !contains(f.Message, tt.piece) || contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for piece, more := range map[string]string{"jwt.claim.exp": "jwt.claim.exp=forever", "set tenant": "jwt.claim.sub={tenant}", "jwt.claim.iss": "oauth.api.key="} {
		key, value, _ := strings.Cut(more, "=")
		c := Configuration{"jwt.base64.encoded.key": base64Of(canary), "jwt.header.alg": "HS256", "oauth.api.key": "client", "oauth.token.url": "https://p.test/token"}
		_, err := NewTokenRequest(t.Context(), merged(c, key, value), TokenAsk{Grant: GrantJWT}, time.Unix(0, 0))
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || !contains(f.Message, piece) {
			t.Errorf("%s: %v", more, err)
		}
	}
}
