package gateway

import (
	"crypto/sha256"
	"crypto/tls"

	"jackfield/internal/credential"
)

// maxCertificates bounds the client certificates that are kept ready: reading a key store costs more than a call.
const maxCertificates = 200

// certificate is the client certificate of the call's instance, nil for most.
func (g *Gateway) certificate(c *Call) (*tls.Certificate, error) {
	store := c.Configuration(credential.KeyKeyStore)
	if store == "" {
		return nil, nil
	}
	key := sha256.Sum256([]byte(store + "\x00" + c.Configuration(credential.KeyKeyStorePassword)))
	if known, ok := g.certificates.GetIfPresent(key); ok {
		return known, nil
	}
	read, err := credential.Certificate(c.effective())
	if err == nil && read != nil {
		g.certificates.Set(key, read)
	}
	return read, err
}
