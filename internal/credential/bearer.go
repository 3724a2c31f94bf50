package credential

import (
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"jackfield/internal/fault"
)

// oauthKeys are the entries of a connector whose instances hold an OAuth 2 token (reference/elements.md §4.3).
var oauthKeys = []string{
	"oauth.api.key", "oauth.api.secret", "oauth.callback.url", "oauth.scope", "oauth.authorization.url",
	"oauth.token.url", "oauth.token.refresh_url", "oauth.token.revoke_url", "oauth.basic.header",
	keyToken, keyRefreshToken, keyRefreshInterval, keyRefreshTime,
}

// tokenKeys are those of a grant for which nobody has to agree at the provider.
var tokenKeys = slices.DeleteFunc(slices.Clone(oauthKeys), func(key string) bool {
	return key == "oauth.callback.url" || key == "oauth.authorization.url"
})

// keyWord is our own configuration key: the word before the token in the Authorization header, for providers
// that want another one than Bearer (Zoho-oauthtoken); "none" where parameters carry the token.
const keyWord = "oauth.authorization.word"

// keyPersonalToken is our own configuration key, see docs/decisions/0411-ways-to-sign.md.
const keyPersonalToken = "personal.access.token"

// bearer sends the token of a key as RFC 6750 §2.1 says. Without a token there is nothing to send.
func bearer(key string) func(*http.Request, Configuration) (Outcome, error) {
	return func(req *http.Request, c Configuration) (Outcome, error) {
		token, word := strings.TrimSpace(c[key]), strings.TrimSpace(c[keyWord])
		switch {
		case token == "" || strings.EqualFold(word, None):
			return Nothing, nil
		case word == "":
			word = "Bearer"
		}
		if !httpguts.ValidHeaderFieldName(word) { // a scheme is a token like a header's name (RFC 9110 §11.1)
			return Nothing, fault.New(fault.Invalid, "%s must be one word such as Bearer", keyWord)
		}
		if !httpguts.ValidHeaderFieldValue(token) {
			return Nothing, fault.New(fault.Invalid, "%s has a character that is not allowed in a header", key)
		}
		setHeader(req, word+" "+token)
		return Signed, nil
	}
}

func setHeader(req *http.Request, authorization string) {
	if req.Header == nil {
		req.Header = make(http.Header)
	}
	req.Header.Set("Authorization", authorization)
}
