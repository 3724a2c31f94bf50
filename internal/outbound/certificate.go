package outbound

import (
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"slices"
	"sync"
)

const (
	// MaxCertificates bounds how many client certificates keep connections at once; the longest unused go first.
	MaxCertificates = 48
	// maxIdleCertified bounds the idle connections of one client certificate, to one host and altogether.
	maxIdleCertified = 32
)

// fingerprint tells client certificates apart: the chain and the public half of the key that signs for it.
type fingerprint [sha256.Size]byte

func fingerprintOf(certificate *tls.Certificate) fingerprint {
	h := sha256.New()
	for _, der := range certificate.Certificate {
		h.Write(der)
	}
	// Certificates are public: whoever brings one with another key must not ride on the connections of its owner.
	if signer, ok := certificate.PrivateKey.(crypto.Signer); ok {
		if der, err := x509.MarshalPKIXPublicKey(signer.Public()); err == nil {
			h.Write(der)
		}
	}
	return fingerprint(h.Sum(nil))
}

// certified are transports that authenticate with a client certificate. A connection belongs to whoever its
// handshake named, so each certificate has its own; dialer, guard and limits are those of the one transport.
type certified struct {
	make func() *http.Transport

	mu   sync.Mutex
	kept []certifiedTransport // the longest unused first
}

type certifiedTransport struct {
	print     fingerprint
	transport *http.Transport
}

// transport returns the transport of a certificate and makes it when it is not kept.
func (c *certified) transport(certificate *tls.Certificate) *http.Transport {
	print := fingerprintOf(certificate)
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.IndexFunc(c.kept, func(t certifiedTransport) bool { return t.print == print }); i >= 0 {
		found := c.kept[i]
		c.kept = append(slices.Delete(c.kept, i, i+1), found)
		return found.transport
	}
	if len(c.kept) >= MaxCertificates {
		c.kept[0].transport.CloseIdleConnections() // calls under way go on; their connections idle out
		c.kept = slices.Delete(c.kept, 0, 1)
	}
	t := c.make()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = maxIdleCertified, maxIdleCertified
	t.TLSClientConfig.Certificates = nil
	// Always this one: the list of authorities that a server names is often short of the intermediate ones.
	t.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return certificate, nil }
	c.kept = append(c.kept, certifiedTransport{print: print, transport: t})
	return t
}

func (c *certified) closeIdle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.kept {
		t.transport.CloseIdleConnections()
	}
}

// roundTripper is what an exchange with a party goes through: a client certificate is shown to the party of the
// call alone, never to where that redirects.
func (c *Client) roundTripper(p *Policy, party, to Origin) http.RoundTripper {
	if p.Certificate == nil || to.Scheme != "https" || !party.Trusts(to) {
		return c.transport
	}
	return c.certified.transport(p.Certificate)
}
