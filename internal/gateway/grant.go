package gateway

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/fault"
	"jackfield/internal/outbound"

	"github.com/tidwall/gjson"
)

// tokenTimeout is how long a token endpoint may think.
const tokenTimeout = 30 * time.Second

// tokenResources are the resources by which a connector gets its grants itself (reference/elements.md §6).
var tokenResources = map[credential.Grant]string{
	credential.GrantCode:              connector.ResourceOAuthTokenExchange,
	credential.GrantRefresh:           connector.ResourceOAuthTokenRefresh,
	credential.GrantClientCredentials: connector.ResourceOAuth2ClientCredentials,
	credential.GrantPassword:          connector.ResourceOAuth2Password,
}

// Exchange gets a grant from the provider, by the connector's own resource or by a token request, and returns the configuration
// values that keep it. Nothing is stored. Of c Principal, Instance, Program and Trace count. Faults: Invalid with the provider's words
// when it refuses (credential.IsRevoked tells a dead grant), Provider when it does not answer as a token endpoint does.
func (g *Gateway) Exchange(ctx context.Context, c *Call, ask credential.TokenAsk) (map[string]string, error) {
	c.Trace.hide(ask.Code, ask.Verifier)
	if own := c.Program.OfType(tokenResources[ask.Grant]); len(own) > 0 {
		return g.exchangeBy(ctx, c, own[0], ask)
	}
	ask.Extra = nil // what came with a code is for the connector's own resources: a token endpoint need not know it
	request, err := credential.NewTokenRequest(ctx, c.effective(), ask, g.now())
	if err != nil {
		return nil, err
	}
	status, header, body, err := g.AskProvider(ctx, c, request)
	if err != nil {
		return nil, err
	}
	token, err := credential.ReadToken(status, header, body)
	if err != nil {
		return nil, c.Scrub(err, ask.Code, ask.Verifier)
	}
	return g.grant(c, token), nil
}

// Scrub takes the instance's secrets, and more of them, out of the provider's words in an error: token endpoints like to quote what
// they were sent.
func (c *Call) Scrub(err error, more ...string) error {
	f := fault.As(err)
	if f == nil || f.Provider == "" {
		return err
	}
	e := c.effective()
	f.Provider = credential.ScrubberFor(e, func(key string) bool { return c.Instance.Secret(key, e[key]) }, more...).String(f.Provider)
	return err
}

// grant is a token as configuration. Members of the answer that the connector declares an entry for, such as the host of the
// customer's data, are part of it.
func (g *Gateway) grant(c *Call, token credential.Token) map[string]string {
	c.Trace.hide(token.Access, token.Refresh)
	values := token.Configuration(g.now())
	for name, content := range token.Members {
		if strings.Contains(name, ".") || c.Program.Connector.Entry(name) == nil {
			continue // dotted keys are the platform's own
		}
		if _, set := values[name]; !set {
			values[name] = content
		}
	}
	return values
}

// exchangeBy runs a resource that gets a grant. What was given to the exchange are its query parameters; the grant is what it writes
// into the configuration, or its answer read as that of a token endpoint.
func (g *Gateway) exchangeBy(ctx context.Context, c *Call, resource *catalog.Resource, ask credential.TokenAsk) (map[string]string, error) {
	call := c.lifecycle(resource)
	call.Query = url.Values{}
	for name, content := range ask.Extra {
		call.Query.Set(name, content)
	}
	refreshToken := ""
	if ask.Grant == credential.GrantRefresh {
		refreshToken = c.Configuration(credential.KeyRefreshToken)
	}
	// Connectors know the callback and the refresh token by the names of the platform, those of the protocol are there too.
	for name, content := range map[string]string{
		"code": ask.Code, "redirect_uri": ask.CallbackURL, "callbackUrl": ask.CallbackURL, "code_verifier": ask.Verifier,
		"refresh_token": refreshToken, "refreshToken": refreshToken,
	} {
		if content != "" {
			call.Query.Set(name, content)
		}
	}
	answer, err := g.Do(ctx, call)
	if err != nil {
		if call.refusal != nil {
			if _, refused := credential.ReadToken(call.refusal.status, call.refusal.header, call.refusal.body); credential.IsRevoked(refused) {
				return nil, refused
			}
		}
		return nil, err
	}
	defer answer.Close()
	values := call.Written()
	if values[credential.KeyAccessToken] == "" {
		token, err := credential.ReadToken(answer.Status, http.Header{"Content-Type": {"application/json"}}, answer.Body)
		if err != nil {
			return nil, err
		}
		return g.grantWith(c, token, values), nil
	}
	token := credential.Token{Access: values[credential.KeyAccessToken]} // when it was got counts for its renewal
	return g.grantWith(c, token, values), nil
}

// grantWith is a token as configuration with what a resource wrote, which counts more.
func (g *Gateway) grantWith(c *Call, token credential.Token, written map[string]string) map[string]string {
	values := g.grant(c, token)
	maps.Copy(values, written)
	return values
}

// lifecycle is a call of a resource that the platform itself runs for the same instance.
func (c *Call) lifecycle(resource *catalog.Resource) *Call {
	return &Call{
		RequestID: c.RequestID, Principal: c.Principal, Instance: c.Instance, Program: c.Program, Resource: resource,
		Lifecycle: true, renewal: c.renewal, Trace: c.Trace, Method: resource.Method, Path: resource.RelativePath, Header: http.Header{}, BaseURL: c.BaseURL,
	}
}

// AskProvider sends one request of an authentication, once: a grant may be used up by asking. A redirect is an answer, because
// following it would carry secrets on.
func (g *Gateway) AskProvider(ctx context.Context, c *Call, request *http.Request) (status int, header http.Header, body []byte, err error) {
	if err := credential.CheckSecretHost(c.Program.Connector.Own.Configuration, c.effective(), request.URL); err != nil {
		return 0, nil, nil, err
	}
	policy := outbound.Policy{Timeout: tokenTimeout, MaxBody: credential.MaxTokenAnswer, Attempts: 1, Redirects: -1}
	if policy.Certificate, err = g.certificate(c); err != nil {
		return 0, nil, nil, err
	}
	if c.Trace != nil {
		policy.Observe = c.Trace.observe(nil, sentBody(request), false)
	}
	response, err := g.outbound.Do(ctx, request, policy)
	if err != nil {
		return 0, nil, nil, err
	}
	body, err = readInto(nil, response.Body, response.ContentLength)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		if f := fault.As(err); f.Kind != fault.Internal {
			return 0, nil, nil, f
		}
		return 0, nil, nil, fault.Wrap(fault.Provider, err, "The provider's answer to the authentication broke off: try again")
	}
	c.Trace.answered(body)
	return response.StatusCode, response.Header, body, nil
}

// sentBody is the body of a request that is made in memory, for its trace.
func sentBody(request *http.Request) []byte {
	if request.GetBody == nil {
		return nil
	}
	body, err := request.GetBody()
	if err != nil {
		return nil
	}
	defer body.Close()
	text, _ := io.ReadAll(body) // from memory
	return text
}

// AuthorizeAddress is the address that a connector's own resource sends the user to: the one that its hooks leave as the answer, else
// the one that the resource would call. A state that it left out is added.
func (g *Gateway) AuthorizeAddress(ctx context.Context, c *Call, resource *catalog.Resource, ask credential.AuthorizeAsk) (string, error) {
	call := c.lifecycle(resource)
	client := c.Configuration(credential.KeyClientID)
	call.Query = url.Values{
		"response_type": {"code"}, "state": {ask.State}, "redirect_uri": {ask.CallbackURL}, "callbackUrl": {ask.CallbackURL}, "client_id": {client}, "apiKey": {client},
	}
	for name, values := range ask.Extra {
		if !call.Query.Has(name) {
			call.Query[name] = values
		}
	}
	for name, content := range map[string]string{"scope": ask.Scope, "requestToken": ask.RequestToken, "code_challenge": ask.Challenge} {
		if content != "" {
			call.Query.Set(name, content)
		}
	}
	for _, stage := range []func(context.Context, *Call) error{g.bind, g.before} {
		if err := stage(ctx, call); err != nil {
			return "", err
		}
	}
	address, err := call.address()
	if call.skipped {
		address, err = addressIn(call.response.body), nil
	}
	if err != nil {
		return "", err
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", fault.New(fault.Invalid, "The resource %s of connector %s gives no address to send the user to", resource.Path, c.Program.Connector.Key)
	}
	if query := u.Query(); !query.Has("state") {
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += "state=" + url.QueryEscape(ask.State)
	}
	return u.String(), nil
}

// addressIn reads an address that a hook answered: as text, or as a member of an object.
func addressIn(body []byte) string {
	parsed := gjson.ParseBytes(body)
	if !gjson.ValidBytes(body) {
		return strings.TrimSpace(string(body))
	}
	if parsed.IsObject() {
		for _, name := range []string{"oauthUrl", "url", "authorizationUrl", "redirectUrl"} {
			if found := parsed.Get(name); found.Type == gjson.String {
				return found.String()
			}
		}
	}
	return parsed.String()
}

// RequestTokenBy begins OAuth 1 by a connector's own resource. It answers with the token and its secret under the names of the
// protocol, or writes them into the configuration.
func (g *Gateway) RequestTokenBy(ctx context.Context, c *Call, resource *catalog.Resource, callback string) (token, secret string, err error) {
	call := c.lifecycle(resource)
	call.Query = url.Values{"oauth_callback": {callback}}
	answer, err := g.Do(ctx, call)
	if err != nil {
		return "", "", err
	}
	defer answer.Close()
	written := call.Written()
	if token = written[credential.KeyAccessToken]; token != "" {
		return token, written[credential.KeyTokenSecret], nil
	}
	answered := gjson.ParseBytes(answer.Body)
	if token = answered.Get("oauth_token").String(); token != "" {
		return token, answered.Get("oauth_token_secret").String(), nil
	}
	return credential.ReadRequestToken(answer.Status, answer.Body)
}
