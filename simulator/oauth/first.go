package oauth

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	requestTokenLife = 10 * time.Minute
	timestampLeeway  = 5 * time.Minute // that clocks may differ
)

// first is the state of OAuth 1.0a, guarded by Simulator.mu.
type first struct {
	requests, access kept[*firstToken]
	nonces           map[string]bool
}

// firstToken is a request token or an access token with its secret.
type firstToken struct {
	consumer, secret, callback, verifier string
	expires                              time.Time
	used, revoked                        bool
	number                               int
}

func newFirst() first {
	return first{requests: newKept[*firstToken](), access: newKept[*firstToken](), nonces: map[string]bool{}}
}

func (f *first) revokeAll() {
	for _, t := range f.access.by {
		t.revoked = true
	}
}

// problem is an error of OAuth 1 in the words of the Problem Reporting extension.
func problem(status int, word, advice string) *reply {
	return &reply{status: status, contentType: "application/x-www-form-urlencoded",
		header: http.Header{"WWW-Authenticate": {`OAuth realm="oauth simulator"`}},
		body:   []byte(url.Values{"oauth_problem": {word}, "oauth_problem_advice": {advice}}.Encode())}
}

// signed verifies a request of OAuth 1 (RFC 5849 §3.2) and finds its token among the given ones, nil where none is due.
// s.mu is held.
func (s *Simulator) signed(x *exchange, tokens *kept[*firstToken]) (*signature, *firstToken, *reply) {
	sig, err := readSignature(x)
	if err != nil {
		return nil, nil, problem(http.StatusBadRequest, "parameter_rejected", err.Error())
	}
	x.style = "signature in the " + sig.place
	refuse := func(word, advice string) (*signature, *firstToken, *reply) {
		s.counters.BadSignatures++
		s.touch()
		return nil, nil, problem(http.StatusUnauthorized, word, advice)
	}
	secret, known := s.options.Clients[sig.value("oauth_consumer_key")]
	if !known {
		return refuse("consumer_key_unknown", "this consumer key is not known")
	}
	x.client = sig.value("oauth_consumer_key")
	var token *firstToken
	tokenSecret := ""
	if tokens != nil {
		found, there := tokens.by[sig.value("oauth_token")]
		if !there || found.consumer != x.client {
			return refuse("token_rejected", "this token is not known")
		}
		token, tokenSecret = found, found.secret
	} else if sig.value("oauth_token") != "" {
		return refuse("parameter_rejected", "oauth_token is not due here")
	}
	if !sig.verify(secret, tokenSecret) {
		return refuse("signature_invalid", "the signature is not the one of this request")
	}
	if sig.value("oauth_signature_method") == "PLAINTEXT" {
		return sig, token, nil
	}
	stamp, err := strconv.ParseInt(sig.value("oauth_timestamp"), 10, 64)
	if err != nil || x.now.Sub(time.Unix(stamp, 0)).Abs() > timestampLeeway {
		return refuse("timestamp_refused", "the timestamp is more than 5 minutes from "+strconv.FormatInt(x.now.Unix(), 10))
	}
	nonce := x.client + "\n" + sig.value("oauth_timestamp") + "\n" + sig.value("oauth_nonce")
	if sig.value("oauth_nonce") == "" || s.first.nonces[nonce] {
		return refuse("nonce_used", "the nonce is missing or was used before")
	}
	if len(s.first.nonces) >= maxTokens {
		clear(s.first.nonces)
	}
	s.first.nonces[nonce] = true
	return sig, token, nil
}

// requestToken answers RFC 5849 §2.1.
func (s *Simulator) requestToken(x *exchange) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	sig, _, refused := s.signed(x, nil)
	if refused != nil {
		return *refused
	}
	callback := sig.value("oauth_callback")
	if callback != "oob" && !s.registered(callback) {
		return *problem(http.StatusBadRequest, "parameter_rejected", "the oauth_callback is missing or not registered")
	}
	s.counters.RequestTokens++
	t := &firstToken{consumer: x.client, secret: newSecret(), callback: callback, expires: x.now.Add(requestTokenLife)}
	return s.formTokens(&s.first.requests, t, "oauth_callback_confirmed", "true")
}

func (s *Simulator) formTokens(into *kept[*firstToken], t *firstToken, pairs ...string) reply {
	s.touch()
	form := url.Values{"oauth_token": {into.add(t)}, "oauth_token_secret": {t.secret}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return reply{status: http.StatusOK, contentType: "application/x-www-form-urlencoded", body: []byte(form.Encode())}
}

// authorize1 answers RFC 5849 §2.2.
func (s *Simulator) authorize1(x *exchange) reply {
	asked := x.asked()
	s.mu.Lock()
	defer s.mu.Unlock()
	secret := asked.Get("oauth_token")
	t, found := s.first.requests.by[secret]
	if !found || t.used || x.now.After(t.expires) {
		return htmlReply(http.StatusBadRequest, "Not possible", "<p role=\"alert\">This request token is not known, used or too old.</p>")
	}
	answer := s.consent(x)
	if answer == "" {
		return consentPage(t.consumer, asked)
	}
	t.verifier = newSecret()
	back := []string{"oauth_token", secret, "oauth_verifier", t.verifier}
	if answer != "approve" {
		s.counters.Denied++
		delete(s.first.requests.by, secret)
		back = []string{"oauth_token", secret, "oauth_problem", "user_refused", "error", "access_denied"}
	} else {
		s.counters.Codes++
	}
	s.touch()
	if t.callback == "oob" {
		return htmlReply(http.StatusOK, "OAuth simulator", "<p>"+t.verifier+"</p>")
	}
	return redirect(withQuery(t.callback, back...))
}

// accessToken answers RFC 5849 §2.3.
func (s *Simulator) accessToken(x *exchange) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	sig, t, refused := s.signed(x, &s.first.requests)
	if refused != nil {
		return *refused
	}
	switch {
	case t.used:
		s.counters.Replays++
		return *problem(http.StatusUnauthorized, "token_used", "the request token was used before")
	case x.now.After(t.expires):
		return *problem(http.StatusUnauthorized, "token_expired", "the request token is too old")
	case t.verifier == "" || sig.value("oauth_verifier") != t.verifier:
		return *problem(http.StatusUnauthorized, "verifier_invalid", "the verifier is wrong")
	}
	t.used = true
	s.counters.Exchanges++
	return s.formTokens(&s.first.access, &firstToken{consumer: x.client, secret: newSecret(), number: len(s.first.access.by) + 1}, "user_name", DefaultUser)
}

// api1 answers below /api1/ whoever signs with a living access token.
func (s *Simulator) api1(x *exchange) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counters.Calls++
	_, t, refused := s.signed(x, &s.first.access)
	if refused == nil && t.revoked {
		refused = problem(http.StatusUnauthorized, "token_revoked", "the access token was revoked")
	}
	if refused != nil {
		s.counters.Refused++
		s.touch()
		return *refused
	}
	s.counters.Answered++
	s.touch()
	return s.serveAPI(x, strings.TrimPrefix(x.URL.Path, "/api1"), map[string]any{"token": t.number, "client": t.consumer, "user": DefaultUser})
}
