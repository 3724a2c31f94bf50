package credential

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"

	"software.sslmate.com/src/go-pkcs12"
)

const (
	// maxIterations bounds how often a password is hashed, up to a second of work. The file says how often, and
	// nothing else would stop a hostile one. Tools write 1 to 600,000.
	maxIterations = 650_000
	// maxNesting bounds structures within structures.
	maxNesting = 32
	// maxParts is how many parts of an authenticated safe are read: one for the key, one for certificates.
	maxParts = 2
)

var (
	oidData        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSHA1        = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidKeyBag      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedBag = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
)

// Structures of RFC 7292 as far as they are needed to look before the library works.
type (
	pfxPart struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"tag:0,explicit,optional"`
	}
	pfx struct {
		Version int
		Safe    pfxPart
		Mac     pfxMac `asn1:"optional"`
	}
	pfxMac struct {
		Digest struct {
			Algorithm pkix.AlgorithmIdentifier
			Sum       []byte
		}
		Salt       []byte
		Iterations int `asn1:"optional,default:1"`
	}
	pfxBag struct {
		ID         asn1.ObjectIdentifier
		Value      asn1.RawValue   `asn1:"tag:0,explicit"`
		Attributes []asn1.RawValue `asn1:"set,optional"`
	}
)

// readPKCS12 reads a key and its certificates from a PKCS 12 file.
func readPKCS12(raw []byte, password string) (keystore, error) {
	bounded, err := boundPKCS12(raw, password)
	if err != nil {
		return keystore{}, err
	}
	key, leaf, others, err := pkcs12.DecodeChain(bounded, password)
	if err != nil {
		var unknown pkcs12.NotImplementedError
		if errors.As(err, &unknown) {
			return keystore{}, keystoreFault("is a PKCS 12 file in a form that is not read: %s", unknown.Error())
		}
		return keystore{}, wrongPassword()
	}
	s := keystore{key: key, certificates: [][]byte{leaf.Raw}}
	for _, other := range others {
		s.certificates = append(s.certificates, other.Raw)
	}
	return s, nil
}

// boundPKCS12 makes sure that reading a file takes a bounded time. The iteration counts that stand in the open
// are checked. One may also hide with a second key in an encrypted part; the library reads the first key and
// then refuses another, so the part with the open key is moved to the front, and the MAC, which covers the
// order and has a count of its own, is made anew.
func boundPKCS12(raw []byte, password string) ([]byte, error) {
	damaged := keystoreFault("is no PKCS 12 file that can be read (DER is needed, not BER)")
	var file pfx
	if rest, err := asn1.Unmarshal(raw, &file); err != nil || len(rest) > 0 || !file.Safe.Type.Equal(oidData) {
		return nil, damaged
	}
	var safe []byte
	var parts []asn1.RawValue
	if rest, err := asn1.Unmarshal(file.Safe.Content.Bytes, &safe); err != nil || len(rest) > 0 {
		return nil, damaged
	}
	if rest, err := asn1.Unmarshal(safe, &parts); err != nil || len(rest) > 0 {
		return nil, damaged
	}
	if len(parts) > maxParts {
		return nil, keystoreFault("is a PKCS 12 file with more than %d parts; export one key with its certificates", maxParts)
	}
	var open, closed [][]byte
	for _, part := range parts {
		if !checkIterations(part.FullBytes, maxNesting) {
			return nil, keystoreFault("hashes its password more than %d times, or is nested too deeply", maxIterations)
		}
		if hasKey(part.FullBytes) {
			open = append(open, part.FullBytes)
		} else {
			closed = append(closed, part.FullBytes)
		}
	}
	if len(open) == 0 {
		return nil, keystoreFault("is a PKCS 12 file without a private key in a part of its own")
	}
	ordered, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: bytes.Join(append(open, closed...), nil)})
	if err != nil {
		return nil, damaged
	}
	return sealPKCS12(ordered, password)
}

// hasKey reports whether a part is unencrypted and holds a key, which itself may be encrypted.
func hasKey(part []byte) bool {
	var p pfxPart
	var data []byte
	var bags []pfxBag
	if _, err := asn1.Unmarshal(part, &p); err != nil || !p.Type.Equal(oidData) {
		return false
	}
	if _, err := asn1.Unmarshal(p.Content.Bytes, &data); err != nil {
		return false
	}
	if _, err := asn1.Unmarshal(data, &bags); err != nil {
		return false
	}
	for _, bag := range bags {
		if bag.ID.Equal(oidKeyBag) || bag.ID.Equal(oidShroudedBag) {
			return true
		}
	}
	return false
}

// checkIterations walks through all structures: a count follows a salt, which the library takes by its tag
// number alone.
func checkIterations(der []byte, depth int) bool {
	if depth == 0 {
		return false
	}
	salt := false
	for len(der) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil {
			return true // no structure: the library cannot read it either
		}
		if salt && v.Tag == asn1.TagInteger {
			var n int64
			if _, err := asn1.Unmarshal(v.FullBytes, &n); err == nil && (n > maxIterations || n < 1) {
				return false
			}
		}
		salt = v.Tag == asn1.TagOctetString
		if (v.IsCompound || salt) && !checkIterations(v.Bytes, depth-1) {
			return false
		}
		der = rest
	}
	return true
}

// sealPKCS12 puts a MAC of one round around an authenticated safe (RFC 7292 appendix B).
func sealPKCS12(safe []byte, password string) ([]byte, error) {
	const macKey, block = 3, 64 // the use of the derived key; the block size of SHA-1
	salt := make([]byte, 8)
	if _, err := rand.Read(salt); err != nil {
		return nil, err
	}
	input := append(bytes.Repeat([]byte{macKey}, block), fillBlocks(salt, block)...)
	input = append(input, fillBlocks(append(utf16be(password), 0, 0), block)...)
	key := sha1.Sum(input)
	mac := hmac.New(sha1.New, key[:])
	mac.Write(safe)

	file := pfx{Version: 3, Safe: pfxPart{Type: oidData}, Mac: pfxMac{Salt: salt, Iterations: 1}}
	file.Mac.Digest.Algorithm = pkix.AlgorithmIdentifier{Algorithm: oidSHA1, Parameters: asn1.NullRawValue}
	file.Mac.Digest.Sum = mac.Sum(nil)
	content, err := asn1.Marshal(safe)
	if err != nil {
		return nil, err
	}
	file.Safe.Content = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: content}
	return asn1.Marshal(file)
}

// fillBlocks repeats a text up to a whole number of blocks.
func fillBlocks(text []byte, block int) []byte {
	size := (len(text) + block - 1) / block * block
	return bytes.Repeat(text, size/len(text)+1)[:size]
}
