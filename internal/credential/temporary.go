package credential

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"jackfield/internal/fault"
)

// NewRequestTokenRequest builds the call for temporary credentials, step one of OAuth 1 (RFC 5849 §2.1). The
// method is PLAINTEXT where authentication.type in the configuration is oauth1Plaintext, or where
// oauth.signature.method says so. The errors are faults of kind Invalid.
func NewRequestTokenRequest(ctx context.Context, c Configuration, callbackURL string, now time.Time) (*http.Request, error) {
	o := oauth1Of(c, methodOf(c), now)
	o.token, o.tokenSecret = "", ""
	back := callback(c, callbackURL)
	if back == "" {
		back = "oob" // RFC 5849 §2.1: told out of band
	}
	o.extra.add("oauth_callback", back)
	return oauth1Request(ctx, c, "oauth.request.url", o)
}

// NewAccessTokenRequest builds the call that trades an authorized request token for an access token, step three
// of OAuth 1 (RFC 5849 §2.3). token and verifier come from the callback, secret from ReadRequestToken.
func NewAccessTokenRequest(ctx context.Context, c Configuration, token, verifier, secret string, now time.Time) (*http.Request, error) {
	switch {
	case token == "":
		return nil, fault.New(fault.Invalid, "oauth_token is missing: send it as providerData.oauth_token, from the provider's callback")
	case verifier == "":
		return nil, fault.New(fault.Invalid, "oauth_verifier is missing: send it as providerData.oauth_verifier, from the provider's callback")
	case secret == "":
		return nil, fault.New(fault.Invalid, "secret is missing: send the secret of the request token as providerData.secret")
	}
	o := oauth1Of(c, methodOf(c), now)
	o.token, o.tokenSecret = token, secret
	o.extra.add("oauth_verifier", verifier)
	return oauth1Request(ctx, c, "oauth.token.url", o)
}

func oauth1Request(ctx context.Context, c Configuration, urlKey string, o oauth1) (*http.Request, error) {
	if o.key == "" {
		return nil, fault.New(fault.Invalid, "oauth.api.key is needed: set it in the configuration to the consumer key of your app at the provider")
	}
	endpoint, err := address(c, urlKey)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint.String(), http.NoBody)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "cannot build the call to %s", urlKey)
	}
	if err := o.sign(req); err != nil {
		return nil, err
	}
	return req, nil
}

func methodOf(c Configuration) string {
	if s, ok := For(c[typeKey]); ok && s.Type == OAuth1Plaintext {
		return methodPlaintext
	}
	return methodSHA1
}

// ReadRequestToken reads the answer to NewRequestTokenRequest. Without oauth_callback_confirmed it is refused:
// such a provider speaks the first OAuth, where an attacker can finish what a customer began. Faults as those
// of ReadToken.
func ReadRequestToken(status int, body []byte) (token, secret string, err error) {
	a, token, secret, err := readOAuth1("request token endpoint", status, body)
	if err != nil {
		return "", "", err
	}
	if !isTrue(a.get("oauth_callback_confirmed")) {
		return "", "", fault.New(fault.Provider, "the provider's request token endpoint did not confirm the callback (oauth_callback_confirmed); only OAuth 1.0a is spoken")
	}
	return token, secret, nil
}

// ReadAccessToken reads the answer to NewAccessTokenRequest into what an instance keeps: oauth.user.token and
// oauth.user.token.secret. Faults as those of ReadToken.
func ReadAccessToken(status int, body []byte) (map[string]string, error) {
	_, token, secret, err := readOAuth1("access token endpoint", status, body)
	if err != nil {
		return nil, err
	}
	return map[string]string{keyToken: token, keyTokenSecret: secret}, nil
}

func readOAuth1(endpoint string, status int, body []byte) (a answer, token, secret string, err error) {
	if a, err = readAnswer(endpoint, status, nil, body); err != nil {
		return a, "", "", err
	}
	if a.refused() {
		return a, "", "", a.refusal(time.Now())
	}
	token, secret = a.get("oauth_token"), a.get("oauth_token_secret")
	switch {
	case token == "" || secret == "":
		return a, "", "", fault.New(fault.Provider, "the provider's %s answered %d without oauth_token and oauth_token_secret", endpoint, status)
	case !soundToken(token) || !soundToken(secret):
		return a, "", "", fault.New(fault.Provider, "the provider's %s answered with a token that is longer than %d bytes or has control characters", endpoint, maxToken)
	}
	return a, token, secret, nil
}

// isLoopback reports whether a host is this machine, where nobody listens on the line.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
