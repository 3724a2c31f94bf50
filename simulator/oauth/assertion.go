package oauth

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	maxAssertion     = time.Hour       // between iat, or now, and exp
	assertionLeeway  = 2 * time.Minute // that clocks may differ
	maxAssertionSize = 16 << 10        // bytes
)

// assertion answers the JWT bearer grant (RFC 7523 §2.1).
func (s *Simulator) assertion(x *exchange) reply {
	x.style = "assertion"
	s.mu.Lock()
	defer s.mu.Unlock()
	claims, err := s.verifyAssertion(x)
	if err != nil {
		return s.invalidGrant(nil, err.Error())
	}
	x.client = claims.Issuer
	s.counters.Assertions++
	return s.answerTokens(s.newFamily(claims.Issuer, claims.Subject, claims.Scope), "")
}

type claims struct {
	Issuer   string          `json:"iss"`
	Subject  string          `json:"sub"`
	Audience json.RawMessage `json:"aud"` // a text or a list of texts
	Expires  int64           `json:"exp"`
	Issued   int64           `json:"iat"`
	Scope    string          `json:"scope"`
}

func (s *Simulator) verifyAssertion(x *exchange) (claims, error) {
	var c claims
	text := x.form.Get("assertion")
	parts := strings.Split(text, ".")
	if len(parts) != 3 || len(text) > maxAssertionSize {
		return c, errors.New("the assertion is no JWT")
	}
	var header struct {
		Algorithm string `json:"alg"`
	}
	if err := errors.Join(decodePart(parts[0], &header), decodePart(parts[1], &c)); err != nil {
		return c, fmt.Errorf("the assertion is no JWT: %w", err)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return c, errors.New("the signature of the assertion is not base64url")
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	switch key := s.options.JWTKeys[c.Issuer]; header.Algorithm {
	case "RS256":
		if key == nil || rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) != nil {
			return c, errors.New("the signature of the assertion is wrong")
		}
	case "HS256":
		secret := s.options.Clients[c.Issuer]
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(parts[0] + "." + parts[1]))
		if secret == "" || !hmac.Equal(mac.Sum(nil), signature) {
			return c, errors.New("the signature of the assertion is wrong")
		}
	default:
		return c, fmt.Errorf("the algorithm %q of the assertion is not accepted", header.Algorithm)
	}
	expires, issued := time.Unix(c.Expires, 0), time.Unix(c.Issued, 0)
	switch {
	case !c.isFor(x.base()+"/token") && !c.isFor(x.base()):
		return c, errors.New("the assertion is for another audience")
	case c.Expires == 0:
		return c, errors.New("the assertion has no exp")
	case x.now.After(expires.Add(assertionLeeway)):
		return c, errors.New("the assertion has expired")
	case c.Issued != 0 && issued.After(x.now.Add(assertionLeeway)):
		return c, errors.New("the assertion was issued in the future")
	case expires.After(x.now.Add(maxAssertion + assertionLeeway)):
		return c, errors.New("the assertion lives longer than an hour")
	}
	return c, nil
}

func decodePart(part string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.NewDecoder(bytes.NewReader(raw)).Decode(into)
}

func (c claims) isFor(audience string) bool {
	var one string
	var several []string
	if json.Unmarshal(c.Audience, &one) == nil {
		return one == audience
	}
	if json.Unmarshal(c.Audience, &several) == nil {
		for _, a := range several {
			if a == audience {
				return true
			}
		}
	}
	return false
}

// unauthorized is how the API refuses (RFC 6750 §3).
func unauthorized(code, description string) reply {
	refused := oauthError(http.StatusUnauthorized, code, description)
	refused.header.Set("WWW-Authenticate", fmt.Sprintf(`Bearer error="%s"`, code))
	return refused
}
