package wire_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jackfield/internal/server"

	"software.sslmate.com/src/go-pkcs12"
)

// authority signs the certificates of these tests. Servers trust it as they trust those of the system.
var authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// trustAuthority makes the authority and puts it in place of the system's, before anybody asks for them.
func trustAuthority(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority of tests"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	if authority.certificate, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	authority.key = key
	path := filepath.Join(dir, "authority.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		return err
	}
	return os.Setenv("SSL_CERT_FILE", path)
}

func issue(t *testing.T, name string, usage x509.ExtKeyUsage) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{usage},
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, authority.certificate, key.Public(), authority.key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func keyStore(t *testing.T, of tls.Certificate, password string) string {
	t.Helper()
	store, err := pkcs12.Modern.Encode(of.PrivateKey, of.Leaf, []*x509.Certificate{authority.certificate}, password)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(store)
}

// TestAnInstanceShowsItsCertificate is T 26 of reference/elements.md §14.
func TestAnInstanceShowsItsCertificate(t *testing.T) {
	t.Parallel()
	clients := x509.NewCertPool()
	clients.AddCert(authority.certificate)
	provider := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"id":"1","shown":"`+r.TLS.PeerCertificates[0].Subject.CommonName+`"}`)
	}))
	provider.TLS = &tls.Config{Certificates: []tls.Certificate{issue(t, "provider", x509.ExtKeyUsageServerAuth)}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}
	provider.Config.ErrorLog = log.New(io.Discard, "", 0)
	provider.StartTLS()
	t.Cleanup(provider.Close)

	h := build(t, func(o *server.Options) { o.AllowAddresses = append(o.AllowAddresses, addressOf(provider.URL)) })
	h.element(`{"name":"Mutual","description":"by certificate","hub":"crm","authentication":{"type":"custom"},"configuration":[
		{"key":"base.url","name":"URL","description":"-","type":"TEXTFIELD_1000","defaultValue":"` + provider.URL + `"},
		{"key":"base64.encoded.jks","name":"Key store","description":"-","type":"TEXTAREA","required":true},
		{"key":"jks.password","name":"Password","description":"-","type":"PASSWORD"}],
		"resources":[{"path":"/me","method":"GET","vendorPath":"/me","vendorMethod":"GET"},
			{"path":"/test","method":"GET","vendorPath":"/me","vendorMethod":"GET","type":"provisionAuthValidation"}]}`)
	with := func(store, password string) *answer {
		return h.do(request{method: "POST", path: "/instances", body: `{"element":{"key":"mutual"},"name":"m","configuration":{"base64.encoded.jks":"` + store + `","jks.password":"` + password + `"}}`})
	}
	var one, two made
	with(keyStore(t, issue(t, "customer one", x509.ExtKeyUsageClientAuth), "secret-1"), "secret-1").want(200, `"base64.encoded.jks":"********"`, `"jks.password":"********"`).into(&one)
	with(keyStore(t, issue(t, "customer two", x509.ExtKeyUsageClientAuth), "secret-2"), "secret-2").want(200).into(&two)
	h.do(request{path: "/hubs/crm/me", token: one.Token}).want(200, `"shown":"customer one"`)
	h.do(request{path: "/hubs/crm/me", token: two.Token}).want(200, `"shown":"customer two"`)

	for name, a := range map[string]*answer{
		"a wrong password": with(keyStore(t, issue(t, "x", x509.ExtKeyUsageClientAuth), "secret-3"), "another"),
		"no key store":     with(base64.StdEncoding.EncodeToString([]byte("nothing of the kind")), "x"),
		"no base64":        with("***", "x"),
	} {
		if a.status != 400 || !strings.Contains(string(a.body), "base64.encoded.jks") && !strings.Contains(string(a.body), "jks.password") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}
