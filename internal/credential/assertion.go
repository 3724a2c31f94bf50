package credential

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"jackfield/internal/fault"
)

// Keys of the JWT bearer grant (reference/elements.md §4.3).
const (
	keyJWTKey     = "jwt.base64.encoded.key" // base64 of a private key (PEM or DER) or of an HMAC secret; PEM as it is works too
	claimPrefix   = "jwt.claim."
	headerPrefix  = "jwt.header."
	keyClockShift = "jwt.clock.offset" // our own: seconds added to our clock, for a host whose clock cannot be mended
)

// Times and sizes of assertions.
const (
	// assertionLife is how long an assertion counts; providers take 3 to 60 minutes.
	assertionLife = 3 * time.Minute
	// maxAssertionLife bounds jwt.claim.exp in seconds.
	maxAssertionLife = 24 * time.Hour
	// maxClockShift bounds jwt.clock.offset.
	maxClockShift = 24 * time.Hour
	// maxKey bounds the text of a key in bytes.
	maxKey = 64 << 10
)

// assertion is the signed JWT of RFC 7523 §3: claims of jwt.claim.*, and iss, sub, aud, iat, exp and jti where
// the configuration says none.
func assertion(c Configuration, endpoint *url.URL, now time.Time) (string, error) {
	claims, err := assertionClaims(c, endpoint, now)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "cannot write the assertion")
	}
	key, algorithm, err := signingKey(c[keyJWTKey], jose.SignatureAlgorithm(strings.ToUpper(strings.TrimSpace(c[headerPrefix+"alg"]))))
	if err != nil {
		return "", err
	}
	options := (&jose.SignerOptions{}).WithType("JWT")
	for name, value := range c {
		if short, ok := strings.CutPrefix(name, headerPrefix); ok && short != "" && short != "alg" && value != "" {
			options = options.WithHeader(jose.HeaderKey(short), value)
		}
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		return "", fault.Wrap(fault.Invalid, err, "%s cannot sign with %s", keyJWTKey, algorithm)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fault.Wrap(fault.Invalid, err, "%s cannot sign with %s", keyJWTKey, algorithm)
	}
	return signed.CompactSerialize()
}

func assertionClaims(c Configuration, endpoint *url.URL, now time.Time) (map[string]any, error) {
	now = now.Add(clockShift(c))
	life := assertionLife
	claims := map[string]any{}
	for name, value := range c {
		short, ok := strings.CutPrefix(name, claimPrefix)
		if !ok || short == "" || value == "" {
			continue
		}
		value, err := fillPlain(c, name, value)
		if err != nil {
			return nil, err
		}
		claims[short] = claimValue(value)
	}
	if given, ok := c[claimPrefix+"exp"]; ok { // a length of time: a moment would be over at the next renewal
		if n := seconds(given); n > 0 && n <= maxAssertionLife {
			life = n
		} else if given != "" {
			return nil, fault.New(fault.Invalid, "%sexp must be the life of an assertion in seconds, at most %d", claimPrefix, int(maxAssertionLife.Seconds()))
		}
	}
	setDefault(claims, "iss", c["oauth.api.key"])
	setDefault(claims, "sub", firstOf(c["username"], text(claims["iss"])))
	setDefault(claims, "aud", endpoint.String())
	if text(claims["iss"]) == "" {
		return nil, fault.New(fault.Invalid, "%siss is needed: set it, or oauth.api.key, in the configuration", claimPrefix)
	}
	claims["iat"], claims["exp"] = now.Unix(), now.Add(life).Unix()
	claims["jti"] = rand.Text()
	return claims, nil
}

func clockShift(c Configuration) time.Duration {
	n, err := strconv.ParseInt(strings.TrimSpace(c[keyClockShift]), 10, 32)
	if err != nil {
		return 0
	}
	return min(max(time.Duration(n)*time.Second, -maxClockShift), maxClockShift)
}

// claimValue keeps lists and objects as JSON; everything else is text.
func claimValue(value string) any {
	if strings.HasPrefix(value, "[") || strings.HasPrefix(value, "{") {
		var v any
		if json.Unmarshal([]byte(value), &v) == nil {
			return v
		}
	}
	return value
}

func setDefault(claims map[string]any, name, value string) {
	if _, ok := claims[name]; !ok && value != "" {
		claims[name] = value
	}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// fillPlain puts configuration values in the place of {name} in a text that is no URL. JSON has braces too,
// so only names of the configuration count.
func fillPlain(c Configuration, key, template string) (string, error) {
	if !strings.Contains(template, "{") || strings.HasPrefix(template, "{\"") {
		return template, nil
	}
	name, ok := strings.CutPrefix(template, "{")
	if name, closed := strings.CutSuffix(name, "}"); ok && closed && !strings.ContainsAny(name, "{}") {
		if c[name] == "" {
			return "", fault.New(fault.Invalid, "%s needs a value for {%s}: set %s in the configuration", key, name, name)
		}
		return c[name], nil
	}
	return template, nil
}

// signingKey reads the key and picks the algorithm: the one asked for, else by the kind of key. A key that is
// no private key is an HMAC secret only where the definition says HS256, so that a spoilt key is told.
func signingKey(encoded string, asked jose.SignatureAlgorithm) (any, jose.SignatureAlgorithm, error) {
	if encoded == "" {
		return nil, "", fault.New(fault.Invalid, "%s is needed: set it in the configuration to the base64 of a private key", keyJWTKey)
	}
	if len(encoded) > maxKey {
		return nil, "", fault.New(fault.Invalid, "%s is longer than %d KiB", keyJWTKey, maxKey>>10)
	}
	raw := decodeKey(encoded)
	switch asked {
	case jose.HS256, jose.HS384, jose.HS512:
		if block, _ := pem.Decode(raw); block != nil {
			return nil, "", fault.New(fault.Invalid, "%s is a key in PEM, and %salg asks for %s, which takes a shared secret", keyJWTKey, headerPrefix, asked)
		}
		if least := map[jose.SignatureAlgorithm]int{jose.HS256: 32, jose.HS384: 48, jose.HS512: 64}[asked]; len(raw) < least { // RFC 7518 §3.2
			return nil, "", fault.New(fault.Invalid, "%s must be the base64 of a secret of %d bytes or more for %s", keyJWTKey, least, asked)
		}
		return raw, asked, nil
	case "", jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512:
	default:
		return nil, "", fault.New(fault.Invalid, "%salg %q is not supported; RS256, ES256, HS256 and their kin are", headerPrefix, asked)
	}
	key, err := privateKey(raw)
	if err != nil {
		return nil, "", err
	}
	kind := keyAlgorithm(key)
	if kind == "" {
		return nil, "", fault.New(fault.Invalid, "%s is a kind of key that is not supported; use RSA or EC (P-256, P-384, P-521)", keyJWTKey)
	}
	if asked == "" {
		return key, kind, nil
	}
	if _, isRSA := key.(*rsa.PrivateKey); isRSA == strings.HasPrefix(string(asked), "ES") || !isRSA && asked != kind {
		return nil, "", fault.New(fault.Invalid, "%salg asks for %s, and %s is a key for %s", headerPrefix, asked, keyJWTKey, kind)
	}
	return key, asked, nil
}

func keyAlgorithm(key any) jose.SignatureAlgorithm {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return jose.RS256
	case *ecdsa.PrivateKey:
		switch k.Curve.Params().BitSize {
		case 256:
			return jose.ES256
		case 384:
			return jose.ES384
		case 521:
			return jose.ES512
		}
	}
	return ""
}

// decodeKey undoes base64 in either alphabet, with line breaks, padded or not; what is PEM already, or no
// base64, stays.
func decodeKey(encoded string) []byte {
	if strings.Contains(encoded, "-----BEGIN") {
		return []byte(strings.ReplaceAll(encoded, `\n`, "\n")) // as it stands in the JSON file of a service account
	}
	if raw, ok := decodeBase64(encoded); ok {
		return raw
	}
	return []byte(encoded)
}

func decodeBase64(encoded string) ([]byte, bool) {
	compact := strings.TrimRight(strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, encoded), "=")
	raw, err := base64.RawStdEncoding.DecodeString(compact)
	return raw, err == nil && len(raw) > 0
}

func privateKey(raw []byte) (any, error) {
	der := raw
	for rest := raw; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if strings.Contains(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "" {
			return nil, fault.New(fault.Invalid, "%s is encrypted with a passphrase; give the key without one", keyJWTKey)
		}
		if strings.HasSuffix(block.Type, "PRIVATE KEY") {
			der = block.Bytes
			break
		}
	}
	return parsePrivateKey(der, keyJWTKey)
}

// parsePrivateKey reads PKCS 8, PKCS 1 or SEC 1. The reason of a failure is left out: it may quote the key.
func parsePrivateKey(der []byte, key string) (any, error) {
	if len(der) > maxPrivateKey {
		return nil, fault.New(fault.Invalid, "%s holds a private key that is larger than %d KiB", key, maxPrivateKey>>10)
	}
	if k, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return k, nil
	}
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k, nil
	}
	if k, err := x509.ParseECPrivateKey(der); err == nil {
		return k, nil
	}
	return nil, fault.New(fault.Invalid, "%s holds no private key that can be read: PEM or DER in PKCS 8, PKCS 1 or SEC 1 form, encoded in base64", key)
}
