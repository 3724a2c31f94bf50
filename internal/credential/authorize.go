package credential

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"jackfield/internal/fault"
)

// AuthorizeAsk is what an authorize URL needs beside the configuration.
type AuthorizeAsk struct {
	CallbackURL  string // "" = oauth.callback.url
	Scope        string // "" = oauth.scope
	State        string
	Challenge    string     // PKCE S256 challenge; "" = without
	RequestToken string     // OAuth 1: the token of NewRequestTokenRequest
	Extra        url.Values // further parameters; they replace none of the protocol's own
}

// AuthorizeURL is where a customer agrees: OAuth 2 with response_type, client_id, redirect_uri, scope and
// state in this order (reference/elements.md §9.2), OAuth 1 with oauth_token. The query that
// oauth.authorization.url has already is kept. The errors are faults of kind Invalid.
func AuthorizeURL(authType string, c Configuration, ask AuthorizeAsk) (string, error) {
	u, err := address(c, "oauth.authorization.url")
	if err != nil {
		return "", err
	}
	var f form
	if isOAuth1(authType) {
		if ask.RequestToken == "" {
			return "", fault.New(fault.Invalid, "requestToken is needed: get one from oauth/token first")
		}
		f.add("oauth_token", ask.RequestToken)
	} else {
		if c["oauth.api.key"] == "" {
			return "", fault.New(fault.Invalid, "oauth.api.key is needed: give the client id of your app at the provider as apiKey")
		}
		f.add("response_type", "code")
		f.add("client_id", c["oauth.api.key"])
		f.addIf("redirect_uri", callback(c, ask.CallbackURL))
		f.addIf("scope", scope(c, ask.Scope))
		f.addIf("state", ask.State)
		if ask.Challenge != "" {
			f.add("code_challenge", ask.Challenge)
			f.add("code_challenge_method", "S256")
		}
	}
	names := make([]string, 0, len(ask.Extra))
	for name := range ask.Extra {
		if !f.has(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range ask.Extra[name] {
			f.add(name, value)
		}
	}
	u.RawQuery = joinQuery(u.RawQuery, f)
	return u.String(), nil
}

func scope(c Configuration, given string) string {
	if given != "" {
		return given
	}
	return strings.TrimSpace(c["oauth.scope"])
}

// joinQuery puts fields behind a query that is there already, without those of its parts that the fields
// say anew: some definitions carry a client id of their author in the URL.
func joinQuery(query string, f form) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); part != "" && (err != nil || !f.has(plain)) {
			kept = append(kept, part)
		}
	}
	if len(f) > 0 {
		kept = append(kept, f.encode())
	}
	return strings.Join(kept, "&")
}

// UsesPKCE reports whether the authorize URL carries a challenge: oauth.pkce.enabled, or one of its
// spellings, is true.
func UsesPKCE(c Configuration) bool {
	for _, key := range []string{"oauth.pkce.enabled", "oauth.pkce.enable", "oauth.pkce.required", "oauth.pkce"} {
		if isTrue(c[key]) {
			return true
		}
	}
	return false
}

// Challenge is the S256 challenge of a PKCE verifier (RFC 7636 §4.2).
func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
