package identity_test

import (
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"jackfield/simulator/identity"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

func simulated(t *testing.T) (*identity.Simulator, string) {
	t.Helper()
	s, err := identity.New(identity.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server.URL
}

func TestARightAnswerIsSignedAndAWrongOneIsNot(t *testing.T) {
	t.Parallel()
	s, address := simulated(t)
	der, err := base64.StdEncoding.DecodeString(s.Certificate())
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	check := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{cert}})
	for attack, good := range map[identity.Attack]bool{"": true, identity.Tampered: false, identity.OtherKey: false, identity.Unsigned: false, identity.Expired: true} {
		s.Change(func(t *identity.Settings) { t.Attack, t.Signs = attack, identity.SignsResponse })
		text, err := s.Response(identity.Request{ID: "_1", ACS: "http://127.0.0.1/acs", Audience: "here", Address: address, Person: identity.Person{Email: "ada@example.org"}})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		doc := etree.NewDocument()
		if err := doc.ReadFromBytes(raw); err != nil {
			t.Fatal(err)
		}
		if _, err := check.Validate(doc.Root()); (err == nil) != good {
			t.Errorf("%q: %v", attack, err)
		}
	}
}

func TestACodeNeedsTheRightClientVerifierAndRedirect(t *testing.T) {
	t.Parallel()
	s, address := simulated(t)
	s.Change(func(t *identity.Settings) { t.Consent = identity.ConsentApprove })
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	const redirect = "http://127.0.0.1:1/back"
	// Verifier and challenge of RFC 7636, appendix B.
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	code := func() string {
		q := url.Values{"client_id": {identity.DefaultClientID}, "response_type": {"code"}, "redirect_uri": {redirect}, "code_challenge": {challenge}, "code_challenge_method": {"S256"}, "state": {"s"}}
		answer, err := client.Get(address + "/authorize?" + q.Encode())
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		back, err := answer.Location()
		if err != nil || back.Query().Get("state") != "s" {
			t.Fatalf("%v %v", back, err)
		}
		return back.Query().Get("code")
	}
	for name, tt := range map[string]struct {
		secret, verifier, redirect string
		status                     int
	}{
		"right":          {identity.DefaultClientSecret, verifier, redirect, 200},
		"wrong secret":   {"x", verifier, redirect, 400},
		"wrong verifier": {identity.DefaultClientSecret, "x", redirect, 400},
		"wrong redirect": {identity.DefaultClientSecret, verifier, redirect + "x", 400},
	} {
		form := url.Values{"grant_type": {"authorization_code"}, "code": {code()}, "redirect_uri": {tt.redirect}, "code_verifier": {tt.verifier}, "client_id": {identity.DefaultClientID}, "client_secret": {tt.secret}}
		for range 2 { // the second time the code is used up
			answer, err := client.PostForm(address+"/token", form)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != tt.status {
				t.Errorf("%s: %d, want %d", name, answer.StatusCode, tt.status)
			}
			tt.status = 400
		}
	}
}

func TestAnswersGoToThisMachineAlone(t *testing.T) {
	t.Parallel()
	_, address := simulated(t)
	for _, path := range []string{
		"/authorize?client_id=" + identity.DefaultClientID + "&redirect_uri=https%3A%2F%2Fevil.example.net",
		"/saml/unsolicited?acs=https%3A%2F%2Fevil.example.net", "/saml/sso?SAMLRequest=x",
	} {
		answer, err := http.Get(address + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusBadRequest || strings.Contains(answer.Header.Get("Location"), "evil") {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
	}
}
