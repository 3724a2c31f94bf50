package identity

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const keyID = "simulator-1"

// grant is what an authorization code stands for.
type grant struct {
	person    Person
	nonce     string
	challenge string
	redirect  string
	until     time.Time
}

func (s *Simulator) discovery(w http.ResponseWriter, r *http.Request) {
	at := issuer(r)
	body := map[string]any{
		"issuer": at, "authorization_endpoint": at + "/authorize", "token_endpoint": at + "/token", "jwks_uri": at + "/jwks",
		"userinfo_endpoint": at + "/userinfo", "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post", "none"},
	}
	switch s.now().Attack {
	case OtherDiscovery:
		body["issuer"] = "https://id.example.net"
	case HugeAnswer:
		body["padding"] = strings.Repeat("a", 4<<20)
	case DiscoveryFails:
		http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
		return
	}
	answer(w, body)
}

func (s *Simulator) keySet(w http.ResponseWriter, _ *http.Request) {
	public := s.key.PublicKey
	answer(w, map[string]any{"keys": []any{map[string]string{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": keyID, "n": base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
	}}})
}

func (s *Simulator) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch {
	case q.Get("client_id") != s.o.ClientID:
		http.Error(w, "unknown client", http.StatusBadRequest)
	case !local(q.Get("redirect_uri")):
		http.Error(w, "redirect_uri is not on this machine", http.StatusBadRequest)
	case q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "":
		s.back(w, r, q, url.Values{"error": {"invalid_request"}, "error_description": {"code with PKCE S256 is required"}})
	case s.now().Consent == ConsentApprove:
		s.grant(w, r, q, "")
	case s.now().Consent == ConsentDeny:
		s.back(w, r, q, url.Values{"error": {"access_denied"}})
	default:
		s.askWho(w, "/authorize", q)
	}
}

func (s *Simulator) authorizeDecided(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || !local(r.PostForm.Get("redirect_uri")) {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	if r.PostForm.Get("decision") != "approve" {
		s.back(w, r, r.PostForm, url.Values{"error": {"access_denied"}, "error_description": {"the person refused"}})
		return
	}
	s.grant(w, r, r.PostForm, r.PostForm.Get("person"))
}

func (s *Simulator) grant(w http.ResponseWriter, r *http.Request, q url.Values, email string) {
	person, ok := s.now().person(email)
	if !ok {
		http.Error(w, "nobody has this address", http.StatusBadRequest)
		return
	}
	code := random()
	s.mu.Lock()
	if len(s.codes) >= maxCodes {
		clear(s.codes)
	}
	s.codes[code] = grant{person, q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri"), s.o.Now().Add(codeLife)}
	s.mu.Unlock()
	s.back(w, r, q, url.Values{"code": {code}})
}

func (s *Simulator) back(w http.ResponseWriter, r *http.Request, q, values url.Values) {
	u, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		http.Error(w, "redirect_uri cannot be read", http.StatusBadRequest)
		return
	}
	values.Set("state", q.Get("state"))
	values.Set("iss", issuer(r))
	switch s.now().Attack {
	case WrongState:
		values.Set("state", random())
	case OtherIssuerBack:
		values.Set("iss", "https://id.example.net")
	}
	u.RawQuery = values.Encode()
	http.Redirect(w, r, u.String(), http.StatusFound)
}

func (s *Simulator) token(w http.ResponseWriter, r *http.Request) {
	wrong := func(code string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": code}) // a client that went away is no failure
	}
	if err := r.ParseForm(); err != nil || r.PostForm.Get("grant_type") != "authorization_code" {
		wrong("invalid_request")
		return
	}
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	if id != s.o.ClientID || secret != s.o.ClientSecret {
		wrong("invalid_client")
		return
	}
	code := r.PostForm.Get("code")
	s.mu.Lock()
	g, ok := s.codes[code]
	delete(s.codes, code)
	s.mu.Unlock()
	digest := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if !ok || !s.o.Now().Before(g.until) || r.PostForm.Get("redirect_uri") != g.redirect || base64.RawURLEncoding.EncodeToString(digest[:]) != g.challenge {
		wrong("invalid_grant")
		return
	}
	access := random()
	s.mu.Lock()
	s.tokens[access] = g.person
	s.mu.Unlock()
	body := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 300}
	if s.now().Attack != NoIDToken {
		body["id_token"] = s.idToken(issuer(r), g)
	}
	answer(w, body)
}

func (s *Simulator) idToken(at string, g grant) string {
	attack, now := s.now().Attack, s.o.Now()
	claims := map[string]any{
		"iss": at, "aud": s.o.ClientID, "sub": "sub-" + g.person.Email, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "nonce": g.nonce,
		"email": g.person.Email, "email_verified": !g.person.Unverified, "given_name": g.person.FirstName, "family_name": g.person.LastName,
		"groups": g.person.Groups,
	}
	switch attack {
	case Expired:
		claims["iat"], claims["exp"] = now.Add(-2*time.Hour).Unix(), now.Add(-time.Hour).Unix()
	case WrongAudience:
		claims["aud"] = "somebody-else"
	case OtherIssuer:
		claims["iss"] = "https://id.example.net"
	case WrongNonce:
		claims["nonce"] = random()
	case NoNonce:
		delete(claims, "nonce")
	case NoEmail, OtherPerson:
		delete(claims, "email")
	case NotVerified:
		claims["email_verified"] = false
	case NotVerifiedText:
		claims["email_verified"] = "false"
	case VerifiedUnsaid:
		delete(claims, "email_verified")
	}
	header := map[string]string{"alg": "RS256", "kid": keyID, "typ": "JWT"}
	switch attack {
	case Unsigned:
		header["alg"] = "none"
	case KeyAsSecret:
		header["alg"] = "HS256"
	}
	signed := segment(header) + "." + segment(claims)
	switch attack {
	case Unsigned:
		return signed + "."
	case KeyAsSecret: // signed with what everybody knows: the public key as the secret of a MAC
		mac := hmac.New(sha256.New, s.cert)
		mac.Write([]byte(signed))
		return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	key := s.key
	if attack == OtherKey {
		key = s.bad
	}
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		panic(err) // a key of 2048 bits signs a digest
	}
	if attack == Tampered {
		claims["email"] = "mallory@example.net"
		signed = segment(header) + "." + segment(claims)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func segment(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func (s *Simulator) userInfo(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	p, ok := s.tokens[token]
	s.mu.Unlock()
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	subject := "sub-" + p.Email
	if s.now().Attack == OtherPerson {
		subject = "sub-" + mallory
	}
	answer(w, map[string]any{"sub": subject, "email": p.Email, "email_verified": !p.Unverified, "given_name": p.FirstName, "family_name": p.LastName, "groups": p.Groups})
}
