package wire_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"encoding/xml"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

// signingCertificate makes the base64 DER form of a certificate for a provider that nobody logs in with.
func signingCertificate(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

func fields(members map[string]any) string {
	text, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func samlFields(cert string, more map[string]any) string {
	members := map[string]any{"entityId": "https://idp.example.org/", "ssoUrl": "https://idp.example.org/sso", "signingCert": cert}
	for name, value := range more {
		members[name] = value
	}
	return fields(members)
}

func oidcFields(more map[string]any) string {
	members := map[string]any{"type": "oidc", "issuer": "https://id.example.org", "clientId": "jackfield", "clientSecret": "planted-client-secret"}
	for name, value := range more {
		members[name] = value
	}
	return fields(members)
}

// lacks checks that the body does not contain the texts.
func (a *answer) lacks(texts ...string) *answer {
	a.t.Helper()
	for _, text := range texts {
		if strings.Contains(string(a.body), text) {
			a.t.Fatalf("the body has %q: %s", text, short(a.body))
		}
	}
	return a
}

// member reads a member of a JSON object.
func (a *answer) member(name string) any {
	a.t.Helper()
	var body map[string]any
	if err := json.Unmarshal(a.body, &body); err != nil {
		a.t.Fatalf("%v: %s", err, short(a.body))
	}
	return body[name]
}

func TestIdentityProvidersHaveAFullCycle(t *testing.T) {
	t.Parallel()
	h, cert := build(t), signingCertificate(t)
	for _, path := range []string{"/accounts/identity-providers", "/organizations/identity-providers"} {
		h.do(request{path: path}).want(200, "[]")
		made := h.do(request{method: "POST", path: path, body: samlFields(cert, map[string]any{
			"description": "<b>Acme</b> login", "logoutUrl": "https://idp.example.org/out", "idFormat": nil, "unknown": 1, "id": 99, "isDefault": true,
		})}).want(200, `"entityId":"https://idp.example.org/"`, `"type":"saml"`, `"createdDate":"2`, `"description":"Acme login"`, cert, `"isDefault":true`, "/acs")
		one := fmt.Sprintf("%s/%.0f", path, made.member("id"))
		h.do(request{path: one}).want(200, `"ssoUrl":"https://idp.example.org/sso"`)
		h.do(request{path: path}).want(200, `"description":"Acme login"`)
		h.do(request{method: "PATCH", path: one, body: `{"ssoUrl":"https://idp.example.org/login","logoutUrl":null,"description":"New"}`}).
			want(200, `"ssoUrl":"https://idp.example.org/login"`, `"description":"New"`, cert).lacks("/out")
		whole := h.do(request{path: one}).want(200)
		h.do(request{method: "PATCH", path: one, body: string(whole.body)}).want(200)
		if again := h.do(request{path: one}).want(200); string(again.body) != string(whole.body) {
			t.Errorf("a whole GET body sent back changed the provider: %s", again.body)
		}
		h.do(request{method: "POST", path: path, body: samlFields(cert, nil)}).want(409, "already")
		h.do(request{method: "DELETE", path: one}).want(200)
		h.do(request{method: "DELETE", path: one}).want(404)
		h.do(request{path: one}).want(404)
		for _, id := range []string{"-1", "999999999999", "1152921504606846976", "x"} {
			for _, method := range []string{"GET", "PATCH", "DELETE"} {
				h.do(request{method: method, path: path + "/" + id, body: "{}"}).want(404)
			}
		}
	}
	const customers = "/customers/identity-providers" // the first administrator's: without update (reference §9)
	made := h.do(request{method: "POST", path: customers, body: samlFields(cert, nil)}).want(200, cert)
	one := fmt.Sprintf("%s/%.0f", customers, made.member("id"))
	h.do(request{path: one}).want(200, cert)
	h.do(request{path: customers}).want(200, cert)
	h.do(request{path: "/organizations/identity-providers"}).want(200, "[]")
	h.do(request{method: "PATCH", path: one, body: "{}"}).want(405)
	h.do(request{method: "POST", path: customers, body: oidcFields(map[string]any{"justInTime": true})}).want(400, "defaultAccountId")
	h.do(request{method: "DELETE", path: one}).want(200)
	h.do(request{path: one}).want(404)
}

func TestAClientSecretIsNeverAnswered(t *testing.T) {
	t.Parallel()
	h := build(t)
	const path = "/organizations/identity-providers"
	made := h.do(request{method: "POST", path: path, body: oidcFields(map[string]any{"scopes": "email, groups"})}).
		want(200, `"clientSecretSet":true`, `"scopes":"openid email groups"`, `"redirectUrl":"http://`, "/console/sign-on/callback").lacks("planted")
	one := fmt.Sprintf("%s/%.0f", path, made.member("id"))
	h.do(request{path: one}).want(200).lacks("planted")
	h.do(request{path: path}).want(200).lacks("planted")
	h.do(request{method: "PATCH", path: one, body: `{"name":"Acme"}`}).want(200, `"clientSecretSet":true`).lacks("planted")
	h.do(request{method: "PATCH", path: one, body: `{"issuer":"https://evil.example.net"}`}).want(400, "clientSecret again")
	h.do(request{method: "PATCH", path: one, body: `{"issuer":"https://id.example.net","clientSecret":"another"}`}).want(200, "id.example.net")
	h.do(request{method: "PATCH", path: one, body: `{"clientSecret":null}`}).want(200).lacks("clientSecretSet")
}

func TestWhatAnIdentityProviderCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	h, cert := build(t), signingCertificate(t)
	const path = "/organizations/identity-providers"
	for name, tt := range map[string]struct {
		body   string
		status int
		says   string
	}{
		"no body":                    {"", 400, "JSON object"},
		"a list":                     {"[]", 400, "JSON object"},
		"null":                       {"null", 400, "JSON object"},
		"empty":                      {"{}", 400, "entityId"},
		"no address":                 {samlFields(cert, map[string]any{"ssoUrl": nil}), 400, "ssoUrl"},
		"no certificate":             {samlFields("", nil), 400, "signingCert"},
		"text as certificate":        {samlFields("hello", nil), 400, "signingCert"},
		"other bytes as certificate": {samlFields("aGVsbG8=", nil), 400, "signingCert"},
		"a huge certificate":         {samlFields(strings.Repeat("A", 40<<10), nil), 400, "bytes"},
		"plain http":                 {samlFields(cert, map[string]any{"ssoUrl": "http://idp.example.org/sso"}), 400, "https"},
		"a script as address":        {samlFields(cert, map[string]any{"ssoUrl": "javascript:alert(1)"}), 400, "ssoUrl"},
		"a file as logout":           {samlFields(cert, map[string]any{"logoutUrl": "file:///etc/passwd"}), 400, "logoutUrl"},
		"a user in the address":      {samlFields(cert, map[string]any{"ssoUrl": "https://a:b@idp.example.org/"}), 400, "ssoUrl"},
		"the post binding":           {samlFields(cert, map[string]any{"logonProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"}), 400, "logonProtocolBinding"},
		"another algorithm":          {samlFields(cert, map[string]any{"signatureAlgorithm": "rsa-md5"}), 400, "signatureAlgorithm"},
		"another protocol":           {samlFields(cert, map[string]any{"type": "ldap"}), 400, "saml or oidc"},
		"a number as name":           {samlFields(cert, map[string]any{"name": 7}), 400, "name"},
		"a long name":                {samlFields(cert, map[string]any{"name": strings.Repeat("n", 300)}), 400, "255"},
		"a pattern as domain":        {samlFields(cert, map[string]any{"emailDomains": []string{"*.example.org"}}), 400, "emailDomains"},
		"an unknown role":            {samlFields(cert, map[string]any{"roleMapping": map[string]string{"staff": "king"}}), 400, "king"},
		"the customer's role":        {samlFields(cert, map[string]any{"roleMapping": map[string]string{"staff": "customer-admin"}}), 403, "customer-admin"},
		"the system's role":          {samlFields(cert, map[string]any{"roleMapping": map[string]string{"staff": "sys-admin"}}), 403, "sys-admin"},
		"an unknown account":         {samlFields(cert, map[string]any{"defaultAccountId": 999999}), 400, "defaultAccountId"},
		"the system's account":       {samlFields(cert, map[string]any{"defaultAccountId": 1}), 400, "defaultAccountId"},
		"NUL":                        {samlFields(cert, map[string]any{"entityId": "a\x00b"}), 400, "NUL"},
		"oidc without issuer":        {oidcFields(map[string]any{"issuer": nil}), 400, "issuer"},
		"oidc with a query":          {oidcFields(map[string]any{"issuer": "https://id.example.org?a=b"}), 400, "issuer"},
		"oidc over http":             {oidcFields(map[string]any{"issuer": "http://id.example.org"}), 400, "https"},
		"oidc without client":        {oidcFields(map[string]any{"clientId": " "}), 400, "clientId"},
	} {
		a := h.do(request{method: "POST", path: path, body: tt.body})
		if a.status != tt.status || !strings.Contains(string(a.body), tt.says) {
			t.Errorf("%s: %d %s", name, a.status, short(a.body))
		}
	}
	h.do(request{path: path}).want(200, "[]")
	der, err := base64.StdEncoding.DecodeString(cert)
	if err != nil {
		t.Fatal(err)
	}
	pemForm := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	h.do(request{method: "POST", path: path, body: samlFields(pemForm, nil)}).want(200, `"signingCert":"`+cert+`"`)
	wrapped := cert[:64] + "\n" + cert[64:]
	h.do(request{method: "POST", path: "/accounts/identity-providers", body: samlFields(wrapped, nil)}).want(200, `"signingCert":"`+cert+`"`)
	h.do(request{method: "POST", path: "/accounts/identity-providers", body: samlFields(cert, map[string]any{
		"entityId": "other", "roleMapping": map[string]string{"staff": "org-admin"},
	})}).want(403, "account", "org-admin")
}

func TestMetadataShowsTheForwardedHost(t *testing.T) {
	t.Parallel()
	h := build(t)
	made := h.do(request{method: "POST", path: "/organizations/identity-providers", body: samlFields(signingCertificate(t), nil)}).want(200)
	path := fmt.Sprintf("/authentication/saml/%.0f/metadata", made.member("id"))
	anonymous := func(header map[string]string) *answer {
		header["Authorization"], header["Accept"] = "", "text/xml"
		return h.do(request{path: path, header: header})
	}
	plain := anonymous(map[string]string{}).want(200, h.base+path, "AssertionConsumerService", h.base+strings.TrimSuffix(path, "metadata")+"acs")
	if !strings.HasPrefix(string(plain.body), "<?xml version") || !strings.HasPrefix(plain.header.Get("Content-Type"), "text/xml") {
		t.Errorf("%s %s", plain.header.Get("Content-Type"), plain.body)
	}
	anonymous(map[string]string{"X-Forwarded-Host": "api.example.com"}).want(200, "https://api.example.com/elements/api-v2"+path).lacks(h.base)
	anonymous(map[string]string{"X-Forwarded-Host": "api.example.com:8443, proxy"}).want(200, `"https://api.example.com:8443/elements/api-v2`)
	for _, host := range []string{`"><x/>`, "a b", "user@host", "host/path", "host?x", "host#x", strings.Repeat("a", 300)} {
		a := anonymous(map[string]string{"X-Forwarded-Host": host}).want(200, h.base+path)
		if err := xml.Unmarshal(a.body, new(struct{})); err != nil {
			t.Errorf("%q: %v", host, err)
		}
	}
	for _, id := range []string{"-1", "1152921504606846976", "x", "0"} {
		h.do(request{path: "/authentication/saml/" + id + "/metadata", header: map[string]string{"Authorization": ""}}).want(404)
	}
	oidc := h.do(request{method: "POST", path: "/organizations/identity-providers", body: oidcFields(nil)}).want(200)
	h.do(request{path: fmt.Sprintf("/authentication/saml/%.0f/metadata", oidc.member("id"))}).want(404)
}
