package outbound

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"jackfield/internal/fault"
)

// clientCertificate makes a certificate that signs for itself.
func clientCertificate(t testing.TB, name string) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// tlsServer is a provider that treats client certificates in a way, and the trust of its own certificate.
func tlsServer(t testing.TB, auth tls.ClientAuthType, h http.HandlerFunc) (*httptest.Server, *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.TLS = &tls.Config{ClientAuth: auth}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, roots
}

// whoIsIt answers with the name in the client's certificate, or redirects.
func whoIsIt(w http.ResponseWriter, r *http.Request) {
	if to := r.URL.Query().Get("to"); to != "" {
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		return
	}
	name := "nobody"
	if peers := r.TLS.PeerCertificates; len(peers) > 0 {
		name = peers[0].Subject.CommonName
	}
	_, _ = io.WriteString(w, name)
}

func TestAProviderThatAsksForACertificateGetsThatOfTheCall(t *testing.T) {
	t.Parallel()
	s, roots := tlsServer(t, tls.RequireAnyClientCert, whoIsIt)
	c := open(t, Options{TLS: &tls.Config{RootCAs: roots}}, s)
	ada, byron := clientCertificate(t, "ada"), clientCertificate(t, "byron")
	for range 2 { // the second time over kept connections
		for want, certificate := range map[string]*tls.Certificate{"ada": ada, "byron": byron} {
			resp, err := c.Do(t.Context(), request(t, "GET", s.URL, ""), Policy{Certificate: certificate})
			if got := read(t, resp, err); got != want {
				t.Errorf("the provider sees %q, want %q", got, want)
			}
		}
	}
	resp, err := c.Do(t.Context(), request(t, "GET", s.URL, ""), Policy{Attempts: 1})
	wantFault(t, resp, err, fault.Provider, "ended the TLS connection", "certificate required", "may ask for a client certificate")
}

func TestACertificateWithoutItsKeyDoesNotRideOnTheConnectionsOfItsOwner(t *testing.T) {
	t.Parallel()
	s, roots := tlsServer(t, tls.RequireAnyClientCert, whoIsIt)
	c := open(t, Options{TLS: &tls.Config{RootCAs: roots}}, s)
	owner := clientCertificate(t, "ada")
	resp, err := c.Do(t.Context(), request(t, "GET", s.URL, ""), Policy{Certificate: owner})
	read(t, resp, err)
	thief := &tls.Certificate{Certificate: owner.Certificate, PrivateKey: clientCertificate(t, "x").PrivateKey}
	resp, err = c.Do(t.Context(), request(t, "GET", s.URL, ""), Policy{Certificate: thief, Attempts: 1})
	wantFault(t, resp, err, fault.Provider)
}

func TestACertificateIsNotShownToWhomACallIsRedirectedTo(t *testing.T) {
	t.Parallel()
	first, roots := tlsServer(t, tls.RequestClientCert, whoIsIt)
	second, _ := tlsServer(t, tls.RequestClientCert, whoIsIt)
	c := open(t, Options{TLS: &tls.Config{RootCAs: roots}}, first, second)
	ada := clientCertificate(t, "ada")
	for to, want := range map[string]string{first.URL: "ada", second.URL: "nobody"} {
		resp, err := c.Do(t.Context(), request(t, "GET", first.URL+"?to="+url.QueryEscape(to), ""), Policy{Certificate: ada})
		if got := read(t, resp, err); got != want {
			t.Errorf("redirected to %s, which sees %q, want %q", to, got, want)
		}
	}
}

func TestTheGuardHoldsForCallsWithACertificateToo(t *testing.T) {
	t.Parallel()
	s, roots := tlsServer(t, tls.RequestClientCert, whoIsIt)
	c := open(t, Options{TLS: &tls.Config{RootCAs: roots}})
	resp, err := c.Do(t.Context(), request(t, "GET", s.URL, ""), Policy{Certificate: clientCertificate(t, "ada")})
	wantFault(t, resp, err, fault.Invalid, "private or special address")
}

func TestFewCertificatesKeepConnections(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	t.Cleanup(c.Close)
	key := clientCertificate(t, "key").PrivateKey
	numbered := func(n int) *tls.Certificate {
		return &tls.Certificate{Certificate: [][]byte{{byte(n)}}, PrivateKey: key}
	}
	first := c.certified.transport(numbered(0))
	for n := 1; n < MaxCertificates; n++ {
		c.certified.transport(numbered(n))
	}
	if c.certified.transport(numbered(0)) != first {
		t.Error("a kept transport is made anew")
	}
	second := c.certified.kept[0].transport
	c.certified.transport(numbered(MaxCertificates))
	if len(c.certified.kept) != MaxCertificates {
		t.Errorf("%d are kept", len(c.certified.kept))
	}
	if c.certified.transport(numbered(0)) != first || c.certified.transport(numbered(1)) == second {
		t.Error("not the longest unused went")
	}
}
