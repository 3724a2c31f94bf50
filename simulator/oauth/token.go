package oauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"time"
)

// token answers RFC 6749 §3.2.
func (s *Simulator) token(x *exchange) reply {
	if len(x.form) == 0 {
		return oauthError(http.StatusBadRequest, "invalid_request", "the body has to be form-encoded")
	}
	grant := x.form.Get("grant_type")
	if grant == "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		return s.assertion(x)
	}
	client, refused := s.authenticate(x)
	if refused != nil {
		return *refused
	}
	switch grant {
	case "authorization_code":
		return s.exchangeCode(x, client)
	case "refresh_token":
		return s.refreshToken(x, client)
	case "client_credentials":
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.options.Clients[client] == "" {
			return oauthError(http.StatusBadRequest, "unauthorized_client", "a public client cannot have access of its own")
		}
		s.counters.ClientCredentials++
		return s.answerTokens(s.newFamily(client, "", x.form.Get("scope")), "")
	case "password":
		return s.password(x, client)
	}
	return oauthError(http.StatusBadRequest, "unsupported_grant_type", fmt.Sprintf("the grant_type %q is not supported", grant))
}

// authenticate finds the client in a Basic header or in the form (RFC 6749 §2.3.1), never in both.
func (s *Simulator) authenticate(x *exchange) (string, *reply) {
	id, secret, basic := x.BasicAuth()
	x.style = "body"
	if basic {
		x.style = "basic"
		id, secret = unescape(id), unescape(secret)
		if x.form.Has("client_secret") {
			refused := oauthError(http.StatusBadRequest, "invalid_request", "the client authenticates in two ways at once")
			return "", &refused
		}
	} else {
		id, secret = x.form.Get("client_id"), x.form.Get("client_secret")
	}
	want, known := s.options.Clients[id]
	if !known || subtle.ConstantTimeCompare([]byte(secret), []byte(want)) != 1 {
		s.mu.Lock()
		s.counters.InvalidClients++
		s.touch()
		s.mu.Unlock()
		refused := oauthError(http.StatusUnauthorized, "invalid_client", "the client id or the client secret is wrong")
		refused.header.Set("WWW-Authenticate", `Basic realm="oauth simulator"`)
		return "", &refused
	}
	x.client = id
	return id, nil
}

// unescape undoes the form encoding that RFC 6749 §2.3.1 asks for inside a Basic header.
func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// invalidGrant counts and answers RFC 6749 §5.2 invalid_grant. s.mu is held.
func (s *Simulator) invalidGrant(f *family, description string) reply {
	s.counters.InvalidGrants++
	if f != nil {
		f.counters.InvalidGrants++
	}
	s.touch()
	return oauthError(http.StatusBadRequest, "invalid_grant", description)
}

func (s *Simulator) exchangeCode(x *exchange, client string) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, found := s.grants.codes.by[x.form.Get("code")]
	switch {
	case !found || c.client != client:
		return s.invalidGrant(nil, "the code is not known")
	case c.family != nil:
		c.family.revoked = true // whoever used it first may be the thief (RFC 6749 §4.1.2)
		s.counters.Replays++
		return s.invalidGrant(c.family, "the code was used before")
	case x.now.After(c.expires):
		return s.invalidGrant(nil, "the code is too old")
	case x.form.Get("redirect_uri") != c.redirect:
		return s.invalidGrant(nil, "the redirect_uri is not the one that the code was sent to")
	case c.challenge != "" && c.challenge != challengeOf(x.form.Get("code_verifier")):
		return s.invalidGrant(nil, "the code_verifier does not fit")
	case c.challenge == "" && x.form.Has("code_verifier"):
		return s.invalidGrant(nil, "there is a code_verifier for a code without a challenge")
	}
	s.counters.Exchanges++
	c.family = s.newFamily(client, DefaultUser, c.scope)
	return s.answerTokens(c.family, s.grants.refresh.add(&refresh{family: c.family}))
}

// challengeOf is the S256 challenge of a verifier (RFC 7636 §4.6), "" of one with a length that may not be.
func challengeOf(verifier string) string {
	if len(verifier) < 43 || len(verifier) > 128 {
		return ""
	}
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (s *Simulator) refreshToken(x *exchange, client string) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	secret := x.form.Get("refresh_token")
	old, found := s.grants.refresh.by[secret]
	if !found || old.family.client != client {
		return s.invalidGrant(nil, "the refresh token is not known")
	}
	f := old.family
	if f.revoked {
		return s.invalidGrant(f, "the refresh token was revoked")
	}
	if old.used {
		s.counters.Reuses++
		if s.settings.Rotation == RotationDetect {
			f.revoked = true
		}
		return s.invalidGrant(f, "the refresh token was used before")
	}
	s.counters.Refreshes++
	f.counters.Refreshes++
	if s.settings.Rotation == RotationNone {
		return s.answerTokens(f, "")
	}
	old.used = true
	return s.answerTokens(f, s.grants.refresh.add(&refresh{family: f}))
}

func (s *Simulator) password(x *exchange, client string) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	user := x.form.Get("username")
	want, known := s.options.Users[user]
	if !known || subtle.ConstantTimeCompare([]byte(want), []byte(x.form.Get("password"))) != 1 {
		return s.invalidGrant(nil, "the user name or the password is wrong")
	}
	s.counters.Passwords++
	f := s.newFamily(client, user, x.form.Get("scope"))
	return s.answerTokens(f, s.grants.refresh.add(&refresh{family: f}))
}

// answerTokens is RFC 6749 §5.1. s.mu is held.
func (s *Simulator) answerTokens(f *family, refreshToken string) reply {
	s.touch()
	members := map[string]any{}
	maps.Copy(members, s.options.Members)
	members["access_token"] = s.issueAccess(f)
	members["token_type"] = "Bearer"
	members["expires_in"] = int64(s.settings.TokenLife / time.Second)
	if refreshToken != "" {
		members["refresh_token"] = refreshToken
	}
	if f.scope != "" {
		members["scope"] = f.scope
	}
	if !s.settings.FormAnswers {
		return jsonReply(http.StatusOK, members)
	}
	form := url.Values{}
	for name, value := range members {
		form.Set(name, fmt.Sprint(value))
	}
	return reply{status: http.StatusOK, contentType: "application/x-www-form-urlencoded", body: []byte(form.Encode()), header: http.Header{"Cache-Control": {"no-store"}}}
}

// revoke answers RFC 7009: a token of either kind ends its family; one that is not known is no error.
func (s *Simulator) revoke(x *exchange) reply {
	client, refused := s.authenticate(x)
	if refused != nil {
		return *refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	token := x.form.Get("token")
	if token == "" {
		return oauthError(http.StatusBadRequest, "invalid_request", "the token is missing")
	}
	var f *family
	if r, found := s.grants.refresh.by[token]; found {
		f = r.family
	} else if a, found := s.grants.access.by[token]; found {
		f = a.family
	}
	if f != nil && f.client == client {
		f.revoked = true
		s.counters.Revocations++
		s.touch()
	}
	return reply{status: http.StatusOK}
}
