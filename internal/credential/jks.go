package credential

import (
	"bytes"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/asn1"
	"encoding/binary"
	"unicode/utf16"
)

// Marks of a JKS keystore, the format of java.security.KeyStore of type "JKS". Why it is read here and not by a
// library is told in docs/decisions/0412-keystores.md.
const (
	jksKeyEntry     = 1
	jksTrustedEntry = 2
	jksSalt         = "Mighty Aphrodite" // goes into the digest over the keystore
	// maxJKSEntries bounds the entries of a keystore; one key is needed.
	maxJKSEntries = 100
)

// oidJKSProtector is Sun's way to protect a key of a JKS keystore.
var oidJKSProtector = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 42, 2, 17, 1, 1}

// readJKS reads the first key of a keystore that the password opens.
func readJKS(raw []byte, password string) (keystore, error) {
	secret := utf16be(password)
	if len(raw) < 12+sha1.Size {
		return keystore{}, keystoreFault("is cut off")
	}
	content, sum := raw[:len(raw)-sha1.Size], raw[len(raw)-sha1.Size:]
	if subtle.ConstantTimeCompare(jksDigest(content, secret), sum) != 1 {
		return keystore{}, wrongPassword()
	}
	r := jksReader{rest: content[4:]} // behind the mark
	version, entries := r.number(), r.number()
	if version != 1 && version != 2 {
		return keystore{}, keystoreFault("is a JKS keystore of version %d; 1 and 2 are read", version)
	}
	if entries > maxJKSEntries {
		return keystore{}, keystoreFault("has more than %d entries", maxJKSEntries)
	}
	for range entries {
		kind := r.number()
		r.text() // alias
		r.bytes(8)
		switch {
		case r.short:
		case kind == jksTrustedEntry:
			r.certificate(version)
		case kind == jksKeyEntry:
			protected := r.bytes(r.number())
			var chain [][]byte
			for n := r.number(); n > 0 && !r.short; n-- {
				if chain = append(chain, r.certificate(version)); len(chain) > maxChain {
					return keystore{}, keystoreFault("has more than %d certificates", maxChain)
				}
			}
			if r.short {
				break
			}
			key, err := unlockJKS(protected, secret)
			return keystore{key: key, certificates: chain}, err
		default:
			return keystore{}, keystoreFault("has an entry of unknown kind %d", kind)
		}
		if r.short {
			return keystore{}, keystoreFault("is cut off")
		}
	}
	return keystore{}, nil
}

// jksDigest stands behind the content of a keystore and proves the password.
func jksDigest(content, secret []byte) []byte {
	h := sha1.New()
	h.Write(secret)
	h.Write([]byte(jksSalt))
	h.Write(content)
	return h.Sum(nil)
}

// jksReader takes pieces of the keystore; short is set when there was not as much.
type jksReader struct {
	rest  []byte
	short bool
}

func (r *jksReader) bytes(n uint32) []byte {
	if r.short || uint64(n) > uint64(len(r.rest)) {
		r.short = true
		return nil
	}
	piece := r.rest[:n]
	r.rest = r.rest[n:]
	return piece
}

func (r *jksReader) number() uint32 {
	if b := r.bytes(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *jksReader) text() {
	if b := r.bytes(2); b != nil {
		r.bytes(uint32(binary.BigEndian.Uint16(b)))
	}
}

func (r *jksReader) certificate(version uint32) []byte {
	if version == 2 {
		r.text() // "X.509"
	}
	return r.bytes(r.number())
}

// unlockJKS undoes the key protector: a key stream of chained SHA-1 over password and salt.
func unlockJKS(protected, secret []byte) (any, error) {
	var info struct {
		Algorithm struct {
			ID         asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		Data []byte
	}
	if rest, err := asn1.Unmarshal(protected, &info); err != nil || len(rest) > 0 || !info.Algorithm.ID.Equal(oidJKSProtector) || len(info.Data) <= 2*sha1.Size {
		return nil, keystoreFault("has a private key that is protected in an unknown way")
	}
	stream, plain, check := info.Data[:sha1.Size], bytes.Clone(info.Data[sha1.Size:len(info.Data)-sha1.Size]), info.Data[len(info.Data)-sha1.Size:]
	for at := range plain {
		if at%sha1.Size == 0 {
			sum := sha1.Sum(append(bytes.Clone(secret), stream...))
			stream = sum[:]
		}
		plain[at] ^= stream[at%sha1.Size]
	}
	sum := sha1.Sum(append(bytes.Clone(secret), plain...))
	if subtle.ConstantTimeCompare(sum[:], check) != 1 {
		return nil, keystoreFault("has a private key with a password of its own; give it that of the keystore (keytool -keypasswd)")
	}
	return parsePrivateKey(plain, keyKeystore)
}

func utf16be(text string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.BigEndian.AppendUint16(out, unit)
	}
	return out
}
