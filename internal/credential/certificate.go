package credential

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"time"

	"jackfield/internal/fault"
)

// Keys of a client certificate (reference/elements.md §4.1).
const (
	keyKeystore         = "base64.encoded.jks" // JKS, PKCS 12 or PEM, in base64
	keyKeystorePassword = "jks.password"
)

// Limits of a keystore.
const (
	maxKeystore     = 256 << 10 // bytes of the keystore itself
	maxChain        = 20        // certificates
	maxPrivateKey   = 12 << 10  // bytes of a key in DER; RSA of 16384 bits has 9.4 KB
	maxKeystoreText = 2 * maxKeystore
)

// Certificate reads the client certificate of an instance: a key with its certificates in base64.encoded.jks, a
// JKS keystore, a PKCS 12 file or PEM, opened with jks.password. It returns nil without one. Reading costs
// some milliseconds: callers keep the result. The errors are faults of kind Invalid.
func Certificate(c Configuration) (*tls.Certificate, error) {
	return certificate(c[keyKeystore], c[keyKeystorePassword], time.Now())
}

func certificate(encoded, password string, now time.Time) (*tls.Certificate, error) {
	if encoded == "" {
		return nil, nil
	}
	if len(encoded) > maxKeystoreText {
		return nil, keystoreFault("is larger than %d KiB", maxKeystore>>10)
	}
	raw := decodeKey(encoded)
	if len(raw) > maxKeystore {
		return nil, keystoreFault("is larger than %d KiB", maxKeystore>>10)
	}
	var s keystore
	var err error
	switch {
	case bytes.HasPrefix(raw, []byte{0xfe, 0xed, 0xfe, 0xed}):
		s, err = readJKS(raw, password)
	case bytes.HasPrefix(raw, []byte{0xce, 0xce, 0xce, 0xce}):
		return nil, keystoreFault("is a JCEKS keystore, which is not read; convert it to PKCS 12 (keytool -importkeystore -deststoretype pkcs12)")
	case bytes.Contains(raw, []byte("-----BEGIN")):
		s, err = readPEM(raw)
	case raw[0] == 0x30: // a SEQUENCE of ASN.1
		s, err = readPKCS12(raw, password)
	default:
		return nil, keystoreFault("is neither a JKS keystore nor PKCS 12 nor PEM, encoded in base64")
	}
	if err != nil {
		return nil, err
	}
	return s.assemble(now)
}

// keystoreFault says what is wrong with a keystore.
func keystoreFault(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, keyKeystore+" "+format, args...)
}

// wrongPassword is also the answer to a damaged keystore: nobody can tell the two apart.
func wrongPassword() *fault.Error {
	return keystoreFault("cannot be opened: %s is wrong, or the keystore is damaged", keyKeystorePassword)
}

// keystore is what was found: one private key and certificates in any order.
type keystore struct {
	key          any
	certificates [][]byte // DER
}

// assemble puts the certificate of the key first and checks that a server could accept it.
func (s keystore) assemble(now time.Time) (*tls.Certificate, error) {
	signer, ok := s.key.(crypto.Signer)
	switch {
	case s.key == nil:
		return nil, keystoreFault("has no private key")
	case !ok:
		return nil, keystoreFault("has a kind of key that cannot sign")
	case len(s.certificates) == 0:
		return nil, keystoreFault("has a private key without certificate")
	case len(s.certificates) > maxChain:
		return nil, keystoreFault("has more than %d certificates", maxChain)
	}
	public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return nil, keystoreFault("has a kind of key that is not supported")
	}
	found := &tls.Certificate{PrivateKey: s.key}
	var rest [][]byte
	for _, der := range s.certificates {
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, keystoreFault("has a certificate that cannot be read")
		}
		if found.Leaf == nil && public.Equal(parsed.PublicKey) {
			found.Leaf = parsed
			continue
		}
		rest = append(rest, der)
	}
	if found.Leaf == nil {
		return nil, keystoreFault("has no certificate that belongs to its private key")
	}
	if err := checkTime(found.Leaf, now); err != nil {
		return nil, err
	}
	found.Certificate = append([][]byte{found.Leaf.Raw}, rest...)
	return found, nil
}

func checkTime(leaf *x509.Certificate, now time.Time) error {
	const day = "2006-01-02"
	switch {
	case now.After(leaf.NotAfter):
		return keystoreFault("has a certificate that expired on %s; get a new one from the provider", leaf.NotAfter.UTC().Format(day))
	case now.Before(leaf.NotBefore):
		return keystoreFault("has a certificate that is not valid before %s", leaf.NotBefore.UTC().Format(day))
	}
	return nil
}

// readPEM reads a bundle of a private key and certificates, in any order.
func readPEM(raw []byte) (keystore, error) {
	var s keystore
	for block, rest := pem.Decode(raw); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "CERTIFICATE":
			if s.certificates = append(s.certificates, block.Bytes); len(s.certificates) > maxChain {
				return s, keystoreFault("has more than %d certificates", maxChain)
			}
		case "ENCRYPTED PRIVATE KEY":
			return s, keystoreFault("has an encrypted private key in PEM; give it without a passphrase, or as PKCS 12")
		case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY":
			if block.Headers["DEK-Info"] != "" {
				return s, keystoreFault("has an encrypted private key in PEM; give it without a passphrase, or as PKCS 12")
			}
			if s.key != nil {
				return s, keystoreFault("has more than one private key")
			}
			key, err := parsePrivateKey(block.Bytes, keyKeystore)
			if err != nil {
				return s, err
			}
			s.key = key
		}
	}
	return s, nil
}
