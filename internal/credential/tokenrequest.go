package credential

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"jackfield/internal/fault"
)

// TokenAsk is what a token request needs beside the configuration.
type TokenAsk struct {
	Grant       Grant
	Code        string            // for GrantCode
	CallbackURL string            // for GrantCode: as it was in the authorize URL; "" = oauth.callback.url
	Verifier    string            // for GrantCode with PKCE (RFC 7636)
	Extra       map[string]string // sent as further fields; names of the protocol itself are left out
}

// ownFields are names in a token request that Extra cannot bring.
var ownFields = []string{
	"grant_type", "code", "redirect_uri", "client_id", "client_secret", "code_verifier", "refresh_token", "username", "password",
	"assertion", "client_assertion", "client_assertion_type", "scope", "state", "resource", "audience",
}

// NewTokenRequest builds the call to the token endpoint: a POST with a form, with the client's credentials
// in the form or, when oauth.basic.header is true, in a Basic header (reference/instances.md §3.3). The
// refresh grant goes to oauth.token.refresh_url when there is one. The errors are faults of kind Invalid.
// Send it with redirects off: a 307 would repeat the secret to somebody else.
func NewTokenRequest(ctx context.Context, c Configuration, ask TokenAsk, now time.Time) (*http.Request, error) {
	endpoint, err := tokenEndpoint(c, ask.Grant)
	if err != nil {
		return nil, err
	}
	fields, err := grantFields(c, ask, endpoint, now)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(ask.Extra)) {
		if !slices.Contains(ownFields, name) {
			fields.addIf(name, ask.Extra[name])
		}
	}
	return clientRequest(ctx, c, endpoint, fields, ask.Grant != GrantJWT)
}

// tokenEndpoint is where a grant is asked for.
func tokenEndpoint(c Configuration, grant Grant) (*url.URL, error) {
	return address(c, tokenURLKey(c, grant))
}

func tokenURLKey(c Configuration, grant Grant) string {
	if grant == GrantRefresh && strings.TrimSpace(c["oauth.token.refresh_url"]) != "" {
		return "oauth.token.refresh_url"
	}
	return "oauth.token.url"
}

// grantFields are the fields of a grant in the order of its RFC.
func grantFields(c Configuration, ask TokenAsk, endpoint *url.URL, now time.Time) (form, error) {
	var f form
	f.add("grant_type", string(ask.Grant))
	switch ask.Grant {
	case GrantCode:
		if ask.Code == "" {
			return nil, fault.New(fault.Invalid, "the authorization code is missing: send the code of the provider's callback as providerData.code")
		}
		f.add("code", ask.Code)
		f.addIf("redirect_uri", callback(c, ask.CallbackURL))
		f.addIf("code_verifier", ask.Verifier)
	case GrantRefresh:
		if c[keyRefreshToken] == "" {
			return nil, fault.New(fault.Invalid, "the instance has no oauth.user.refresh_token: authenticate it again")
		}
		f.add("refresh_token", c[keyRefreshToken])
	case GrantPassword:
		if c["username"] == "" {
			return nil, fault.New(fault.Invalid, "username is needed for the password grant: set it in the configuration")
		}
		f.add("username", c["username"])
		f.add("password", c["password"])
		f.addIf("scope", c["oauth.scope"])
	case GrantClientCredentials:
		if c["oauth.api.key"] == "" {
			return nil, fault.New(fault.Invalid, "oauth.api.key is needed for the client credentials grant: set it in the configuration")
		}
		f.addIf("scope", c["oauth.scope"])
	case GrantJWT:
		assertion, err := assertion(c, endpoint, now)
		if err != nil {
			return nil, err
		}
		f.add("assertion", assertion)
		f.addIf("scope", c["oauth.scope"])
	default:
		return nil, fault.New(fault.Invalid, "grant %q is not supported", ask.Grant)
	}
	f.addIf("resource", c["oauth.resource"])
	f.addIf("audience", c["oauth.audience"])
	return f, nil
}

// clientRequest adds the client's credentials to a form and makes the request. A client without secret is a
// public one and names itself in the form. always: the client names itself even without a secret.
func clientRequest(ctx context.Context, c Configuration, endpoint *url.URL, fields form, always bool) (*http.Request, error) {
	id, secret := c["oauth.api.key"], c["oauth.api.secret"]
	basic := secret != "" && isTrue(c["oauth.basic.header"])
	if !basic && (always || secret != "") {
		fields.addIf("client_id", id)
		fields.addIf("client_secret", secret)
	}
	req, err := formRequest(ctx, endpoint, fields)
	if err == nil && basic {
		req.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret)) // RFC 6749 §2.3.1
	}
	return req, err
}

func formRequest(ctx context.Context, endpoint *url.URL, fields form) (*http.Request, error) {
	content := fields.encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint.String(), strings.NewReader(content))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "cannot build the call to the token endpoint")
	}
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }
	req.Header.Set("Content-Type", formType)
	req.Header.Set("Accept", "application/json")
	return req, nil
}

const formType = "application/x-www-form-urlencoded"

// NewRevokeRequest builds the call that takes the grant back (RFC 7009): of the refresh token where there is
// one, else of the access token. It returns false without oauth.token.revoke_url or without a token.
func NewRevokeRequest(ctx context.Context, c Configuration) (*http.Request, bool, error) {
	token, hint := c[keyRefreshToken], "refresh_token"
	if token == "" {
		token, hint = c[keyToken], "access_token"
	}
	if token == "" || strings.TrimSpace(c["oauth.token.revoke_url"]) == "" {
		return nil, false, nil
	}
	endpoint, err := address(c, "oauth.token.revoke_url")
	if err != nil {
		return nil, false, err
	}
	req, err := clientRequest(ctx, c, endpoint, form{{"token", token}, {"token_type_hint", hint}}, true)
	return req, err == nil, err
}

func callback(c Configuration, given string) string {
	if given != "" {
		return given
	}
	return c["oauth.callback.url"]
}

// isTrue reads a switch as definitions and customers write it.
func isTrue(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "yes", "on", "1":
		return true
	}
	return false
}
