package credential

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	javastore "github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"

	"jackfield/internal/fault"
)

// identity is a key with a certificate that an authority signed.
type identity struct {
	key             crypto.Signer
	leaf, authority *x509.Certificate
}

func newIdentity(t testing.TB, key crypto.Signer, notBefore, notAfter time.Time) identity {
	t.Helper()
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(name string, isAuthority bool, public crypto.PublicKey, by *x509.Certificate) *x509.Certificate {
		template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: notBefore, NotAfter: notAfter, IsCA: isAuthority, BasicConstraintsValid: true}
		if by == nil {
			by = template
		}
		der, err := x509.CreateCertificate(rand.Reader, template, by, public, authorityKey)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	authority := sign("authority", true, authorityKey.Public(), nil)
	return identity{key: key, leaf: sign("ada", false, key.Public(), authority), authority: authority}
}

func validIdentity(t testing.TB) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return newIdentity(t, key, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
}

func (i identity) pkcs8(t testing.TB) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(i.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// jks writes a keystore with the library that other Go programs write them with.
func (i identity) jks(t testing.TB, password, keyPassword string) []byte {
	t.Helper()
	store := javastore.New(javastore.WithOrderedAliases())
	trusted := javastore.TrustedCertificateEntry{CreationTime: time.Unix(1, 0), Certificate: javastore.Certificate{Type: "X.509", Content: i.authority.Raw}}
	if err := store.SetTrustedCertificateEntry("a-root", trusted); err != nil {
		t.Fatal(err)
	}
	entry := javastore.PrivateKeyEntry{CreationTime: time.Unix(1, 0), PrivateKey: i.pkcs8(t), CertificateChain: []javastore.Certificate{
		{Type: "X.509", Content: i.leaf.Raw}, {Type: "X.509", Content: i.authority.Raw}}}
	if err := store.SetPrivateKeyEntry("mine", entry, []byte(keyPassword)); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := store.Store(&out, []byte(password)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func (i identity) pkcs12(t testing.TB, encoder *pkcs12.Encoder, password string) []byte {
	t.Helper()
	out, err := encoder.Encode(i.key, i.leaf, []*x509.Certificate{i.authority}, password)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (i identity) pem(t testing.TB, blocks string) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, one := range blocks {
		block := map[rune]*pem.Block{
			'k': {Type: "PRIVATE KEY", Bytes: i.pkcs8(t)},
			'l': {Type: "CERTIFICATE", Bytes: i.leaf.Raw},
			'a': {Type: "CERTIFICATE", Bytes: i.authority.Raw},
		}[one]
		if err := pem.Encode(&out, block); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// lines is base64 as keytool and mail programs wrap it.
func lines(raw []byte) string {
	var out strings.Builder
	text := base64.StdEncoding.EncodeToString(raw)
	for len(text) > 76 {
		out.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	return out.String() + text + "\n"
}

func TestAClientCertificateIsReadFromEveryForm(t *testing.T) {
	t.Parallel()
	ec := validIdentity(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	rsaID := newIdentity(t, rsaKey, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	for _, tt := range []struct {
		name, text, password string
		of                   identity
	}{
		{"JKS", lines(ec.jks(t, "changeit", "changeit")), "changeit", ec},
		{"JKS with RSA", lines(rsaID.jks(t, "changeit", "changeit")), "changeit", rsaID},
		{"PKCS 12 of today", lines(ec.pkcs12(t, pkcs12.Modern, "secret")), "secret", ec},
		{"PKCS 12 with 3DES", lines(rsaID.pkcs12(t, pkcs12.LegacyDES, "secret")), "secret", rsaID},
		{"PKCS 12 with RC2", lines(ec.pkcs12(t, pkcs12.LegacyRC2, "sécrét")), "sécrét", ec},
		{"PKCS 12 of many rounds", lines(ec.pkcs12(t, pkcs12.Modern.WithIterations(200_000), "secret")), "secret", ec},
		{"PKCS 12 without password", lines(ec.pkcs12(t, pkcs12.Passwordless, "")), "", ec},
		{"PEM", lines(ec.pem(t, "kla")), "", ec},
		{"PEM in another order", lines(rsaID.pem(t, "alk")), "ignored", rsaID},
		{"PEM as it is", string(ec.pem(t, "lak")), "", ec},
		{"base64 for URLs", base64.RawURLEncoding.EncodeToString(ec.jks(t, "changeit", "changeit")), "changeit", ec},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Certificate(Configuration{"base64.encoded.jks": tt.text, "jks.password": tt.password})
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Certificate) != 2 || !bytes.Equal(got.Certificate[0], tt.of.leaf.Raw) || !bytes.Equal(got.Certificate[1], tt.of.authority.Raw) || !got.Leaf.Equal(tt.of.leaf) {
				t.Errorf("%d certificates, the first of %v", len(got.Certificate), got.Leaf.Subject)
			}
			if key, ok := got.PrivateKey.(crypto.Signer); !ok || !key.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(tt.of.key.Public()) {
				t.Errorf("another key: %T", got.PrivateKey)
			}
		})
	}
	if got, err := Certificate(Configuration{"jks.password": "x"}); got != nil || err != nil {
		t.Errorf("without a keystore: %v, %v", got, err)
	}
}

// Keystores that Java's keytool wrote: one of an EC key with the password changeit, one with pässwörd.
const (
	keytoolJKS = "/u3+7QAAAAIAAAABAAAAAQAJamFja2ZpZWxkAAABog5J1W8AAAB/MH0wDgYKKwYBBAEqAhEBAQUABGt+mn3EowwCkofao+2f9wRJrnmnbmRBZR0qdPD6PmiV" +
		"Bp4iinoVSANPZUHuYaDcz9xhFaLflAdhdb3gEOnqzIRdxT1iW2+RqjohuRjcwvaDGka9LhaCiw07fOQulRFzeZ2NMnaFqn1Qbr3ecgAAAAEABVguNTA5AAAB" +
		"RzCCAUMwgeqgAwIBAgIJAIbTLLmpJSeXMAoGCCqGSM49BAMCMBUxEzARBgNVBAMTCmtleXRvb2wtZWMwIBcNMjYxMTI0MTYwMDQ5WhgPMjEyNjEwMzExNjAw" +
		"NDlaMBUxEzARBgNVBAMTCmtleXRvb2wtZWMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ9ZjERJNj2SE7/eGhHg5JruFDS0dlsdJ+mSgBEkK1wWun8X7wb" +
		"5vXm6AD5ynnd5x3oTGLOR7XH9bDyGbggtzF8oyEwHzAdBgNVHQ4EFgQUwqhicKWvqxHjJ2zi53zuMhtfIPYwCgYIKoZIzj0EAwIDSAAwRQIgItHSuzseColl" +
		"5ySNMmH9egQpk6/OW+WjvBGM0EZyJS0CIQD+nIsKDXW7nDymwgU+P9L7B0NhI1ayrZrzRpGrPiczhgivBnWveRQc6fsfDcsuB4nSYvO6"
	keytoolOdd = "/u3+7QAAAAIAAAABAAAAAQAJamFja2ZpZWxkAAABog5J01IAAAB/MH0wDgYKKwYBBAEqAhEBAQUABGtHVQAN0vpTmxCtevqS/fEyQXpHQUwSkwV6m/5k9kvA" +
		"0YlUdaQLBwLsd3lqcsWearN4NUPXy1opgQPcf7EFZS3iVqiVIxuFeLn6H14vA87gbo4KKhkgWkFQntUuSZ74/BxjEC5G353CPTEPjgAAAAEABVguNTA5AAAB" +
		"RzCCAUMwgemgAwIBAgIIUarrEdTTPlowCgYIKoZIzj0EAwIwFTETMBEGA1UEAxMKa2V5dG9vbC1lYzAgFw0yNjExMjQxNjAwNDhaGA8yMTI2MTAzMTE2MDA0" +
		"OFowFTETMBEGA1UEAxMKa2V5dG9vbC1lYzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHaZU1i53uMVtjPNi/3U7NkqGNwhJW8Pb0kTOQU8oj+YYHAFyyLO" +
		"imgpNEuWuXXkHOG5GAHiPVlCom8lvsimAUCjITAfMB0GA1UdDgQWBBSjQBbRN/QlkdJDboxuaFzRaeS+JzAKBggqhkjOPQQDAgNJADBGAiEAgw0J8tY3CIZz" +
		"AZ1NX2ZuMirgLAXROknUc3tKHecPvRACIQCxsS8A1JdNQokNjCbS1BvgQwnwwfXAFRk7JO1lViqNQiGJzP4AiNjn9vLm1EEsFiIhAA0U"
)

func TestKeystoresOfKeytoolAreRead(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for password, text := range map[string]string{"changeit": keytoolJKS, "pässwörd": keytoolOdd} {
		got, err := certificate(text, password, now)
		if err != nil || got.Leaf.Subject.CommonName != "keytool-ec" {
			t.Errorf("%s: %v", password, err)
		}
	}
}

func TestAKeystoreThatCannotBeUsedIsToldWhy(t *testing.T) {
	t.Parallel()
	id := validIdentity(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	day := 24 * time.Hour
	expired := newIdentity(t, key, time.Now().Add(-2*day), time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC))
	early := newIdentity(t, key, time.Now().Add(day), time.Now().Add(2*day))
	other := validIdentity(t)
	jks := id.jks(t, "canary", "canary")
	p12 := id.pkcs12(t, pkcs12.Modern, "canary")
	damaged := bytes.Clone(jks)
	damaged[len(damaged)/2] ^= 1
	for _, tt := range []struct {
		name, text, password, piece string
	}{
		{"JKS, wrong password", lines(jks), "wrong", "jks.password is wrong"},
		{"JKS, no password", lines(jks), "", "jks.password is wrong"},
		{"JKS, damaged", lines(damaged), "canary", "jks.password is wrong, or the keystore is damaged"},
		{"JKS, cut off", lines(jks[:10]), "canary", "cut off"},
		{"JKS, key with its own password", lines(id.jks(t, "canary", "other canary")), "canary", "keytool -keypasswd"},
		{"JKS, expired", lines(expired.jks(t, "canary", "canary")), "canary", "expired on 2020-01-02"},
		{"JCEKS", lines([]byte("\xce\xce\xce\xcexxxxxxxxxxx")), "canary", "JCEKS"},
		{"PKCS 12, wrong password", lines(p12), "wrong", "jks.password is wrong"},
		{"PKCS 12, cut off", lines(p12[:len(p12)/2]), "canary", "no PKCS 12 file"},
		{"PKCS 12, expired", lines(expired.pkcs12(t, pkcs12.Modern, "canary")), "canary", "expired on"},
		{"PKCS 12, no key", lines(trustStore(t, id)), "canary", "without a private key"},
		{"PKCS 12, hashed a negative number of times", lines(bytes.ReplaceAll(p12, []byte{2, 2, 8, 0}, []byte{2, 2, 0x80, 0})), "canary", "more than"},
		{"PEM, not yet valid", lines(early.pem(t, "kl")), "", "not valid before"},
		{"PEM, no key", lines(id.pem(t, "la")), "", "no private key"},
		{"PEM, no certificate", lines(id.pem(t, "k")), "", "without certificate"},
		{"PEM, two keys", lines(id.pem(t, "kkl")), "", "more than one private key"},
		{"PEM, another's certificate", lines(append(id.pem(t, "k"), other.pem(t, "la")...)), "", "no certificate that belongs"},
		{"PEM, many certificates", lines(id.pem(t, "k"+strings.Repeat("a", maxChain+1))), "", "more than 20 certificates"},
		{"PEM, encrypted", lines([]byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nY2FuYXJ5\n-----END ENCRYPTED PRIVATE KEY-----\n")), "canary", "without a passphrase"},
		{"PEM, spoilt certificate", lines(append(id.pem(t, "k"), "-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----\n"...)), "", "cannot be read"},
		{"garbage", lines([]byte("canary canary canary")), "", "neither a JKS"},
		{"no base64", "canary, canary!", "", "neither a JKS"},
		{"blanks", " \n", "", "neither a JKS"},
		{"too large", lines(make([]byte, maxKeystore+1)), "", "larger than 256 KiB"},
		{"far too large", strings.Repeat("A", maxKeystoreText+1), "", "larger than 256 KiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Certificate(Configuration{"base64.encoded.jks": tt.text, "jks.password": tt.password})
			f := fault.As(err)
			if got != nil || f == nil || f.Kind != fault.Invalid || !contains(f.Message, tt.piece) || !contains(f.Message, "base64.encoded.jks") || contains(err.Error(), "canary") {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

// trustStore is a PKCS 12 file with certificates alone.
func trustStore(t *testing.T, id identity) []byte {
	t.Helper()
	out, err := pkcs12.Modern.EncodeTrustStore([]*x509.Certificate{id.authority}, "canary")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A keystore of a few bytes may claim billions of entries and bytes: nothing is set aside for a mere claim.
func TestAKeystoreThatClaimsBillionsCostsNothing(t *testing.T) {
	t.Parallel()
	number := func(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }
	head := []byte{0xfe, 0xed, 0xfe, 0xed}
	entry := bytes.Join([][]byte{number(jksKeyEntry), {0, 1, 'a'}, make([]byte, 8)}, nil)
	for name, content := range map[string][]byte{
		"entries":      bytes.Join([][]byte{head, number(2), number(1 << 31)}, nil),
		"bytes of key": bytes.Join([][]byte{head, number(2), number(1), entry, number(1<<32 - 1)}, nil),
		"certificates": bytes.Join([][]byte{head, number(2), number(1), entry, number(1), {0}, number(1<<32 - 1)}, nil),
		"version":      bytes.Join([][]byte{head, number(9), number(1)}, nil),
		"kind":         bytes.Join([][]byte{head, number(2), number(1), number(7), {0, 1, 'a'}, make([]byte, 8)}, nil),
	} {
		if _, err := Certificate(Configuration{"base64.encoded.jks": lines(sealedJKS(content, "pw")), "jks.password": "pw"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// sealedJKS adds the digest that makes a keystore believed.
func sealedJKS(content []byte, password string) []byte {
	return append(bytes.Clone(content), jksDigest(content, utf16be(password))...)
}

// A second key hidden in the encrypted part could ask for any number of rounds: the open key is read first.
func TestAPKCS12FileIsReadWithItsOpenKeyFirst(t *testing.T) {
	t.Parallel()
	raw := validIdentity(t).pkcs12(t, pkcs12.Modern, "secret")
	bounded, err := boundPKCS12(raw, "secret")
	if err != nil {
		t.Fatal(err)
	}
	order := func(file []byte) []bool {
		var p pfx
		var safe []byte
		var parts []asn1.RawValue
		for _, step := range []struct {
			der  func() []byte
			into any
		}{{func() []byte { return file }, &p}, {func() []byte { return p.Safe.Content.Bytes }, &safe}, {func() []byte { return safe }, &parts}} {
			if _, err := asn1.Unmarshal(step.der(), step.into); err != nil {
				t.Fatal(err)
			}
		}
		var keys []bool
		for _, part := range parts {
			keys = append(keys, hasKey(part.FullBytes))
		}
		return keys
	}
	if before, after := order(raw), order(bounded); len(before) != 2 || before[0] || !after[0] || after[1] {
		t.Errorf("before %v, after %v", before, after)
	}
}

func TestRoundsOfHashingAreFoundWhereverTheyStand(t *testing.T) {
	t.Parallel()
	der := func(value any) []byte {
		out, err := asn1.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	kdf := func(n int64) []byte {
		return der(struct {
			Salt   []byte
			Rounds int64
		}{[]byte("salt"), n})
	}
	oddSalt := append([]byte{0x84, 1, 's'}, der(maxIterations+1)...) // a salt by its tag number alone
	deep := kdf(1)
	for range maxNesting {
		deep = der(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: deep})
	}
	for name, tt := range map[string]struct {
		der  []byte
		want bool
	}{
		"few":                        {kdf(2048), true},
		"the limit":                  {kdf(maxIterations), true},
		"one more":                   {kdf(maxIterations + 1), false},
		"none":                       {kdf(0), false},
		"within a string of octets":  {der(kdf(1 << 40)), false},
		"behind a salt of odd class": {der(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: oddSalt}), false},
		"a number that is no count":  {der([]int64{1 << 40, 1 << 50}), true},
		"nested beyond all measure":  {deep, false},
		"no structure at all":        {[]byte{0xff, 0xff}, true},
	} {
		if got := checkIterations(tt.der, maxNesting); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzCertificate(f *testing.F) {
	id := validIdentity(f)
	f.Add(id.jks(f, "pw", "pw"))
	f.Add(id.pkcs12(f, pkcs12.Modern, "pw"))
	f.Add(id.pkcs12(f, pkcs12.LegacyRC2, "pw"))
	f.Add(id.pem(f, "kla"))
	f.Add([]byte{0x30, 0x80, 0, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := Certificate(Configuration{"base64.encoded.jks": base64.StdEncoding.EncodeToString(raw), "jks.password": "pw"})
		if err == nil && len(raw) > 0 && (got == nil || got.Leaf == nil || got.PrivateKey == nil) {
			t.Errorf("got %v", got)
		}
		if err != nil && fault.As(err).Kind != fault.Invalid {
			t.Errorf("%v", err)
		}
	})
}
