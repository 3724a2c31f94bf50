package provision

import (
	"context"
	"encoding/base64"
	"maps"
	"net/url"
	"strconv"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/fault"
	"jackfield/internal/gateway"
	"jackfield/internal/instance"
	"jackfield/internal/store"
)

// Authorize is what a client knows before the user agrees at the provider (reference/elements.md §9.2). Empty texts stand for the
// connector's defaults.
type Authorize struct {
	APIKey, APISecret string
	CallbackURL       string
	Scope, State      string
	RequestToken      string         // OAuth 1, from RequestToken
	Extra             url.Values     // whatever else the client sends: configuration of the connector, such as a subdomain
	Proxy             instance.Proxy // our own address as the provider's callback

	// Configuration holds values for the connector's entries. It may be secret: addresses are filled with it, and get no parameters of it.
	Configuration map[string]string
}

// AuthorizeURL is the address that the user is sent to. configuration holds what the client must keep for the instance: "secret" with
// OAuth 1 and the connector's own application. p may be nil, for callers of a public catalogue.
func (s *Service) AuthorizeURL(ctx context.Context, p *access.Principal, c *catalog.Connector, a Authorize) (address string, configuration map[string]string, err error) {
	call, err := s.authorizing(p, c, &a)
	if err != nil {
		return "", nil, err
	}
	kind, e := call.Instance.AuthenticationType, call.Instance.Effective
	ask := credential.AuthorizeAsk{Scope: a.Scope, State: a.State, RequestToken: a.RequestToken}
	if ask.State == "" {
		ask.State = c.Key
	}
	if ask.CallbackURL, err = s.callbackOf(ctx, p, a.Proxy, e[credential.KeyCallbackURL]); err != nil {
		return "", nil, err
	}
	if a.Proxy.Name != "" {
		if ask.State, err = s.passOn(p, a.Proxy.Name, e[credential.KeyCallbackURL], ask.State); err != nil {
			return "", nil, err
		}
	}
	if credential.UsesOAuth1(kind) && ask.RequestToken == "" {
		var secret string
		if ask.RequestToken, secret, err = s.requestToken(ctx, call, ask.CallbackURL); err != nil {
			return "", nil, err
		}
		configuration = map[string]string{"secret": secret}
	}
	if !credential.UsesOAuth1(kind) && credential.UsesPKCE(e) {
		if p == nil {
			return "", nil, fault.New(fault.Unauthenticated, "Connector %s protects its codes: log in to get an address for it", c.Key)
		}
		ask.Challenge = credential.Challenge(s.verifier(p, c, e, ask.CallbackURL))
	}
	if own := c.Program().OfType(connector.ResourceOAuthAuthorizeURL); len(own) > 0 {
		ask.Extra = a.Extra // the resource decides what of it goes to the provider
		address, err = s.gateway.AuthorizeAddress(ctx, call, own[0], ask)
	} else {
		address, err = credential.AuthorizeURL(kind, e, ask)
	}
	return address, configuration, err
}

// RequestToken begins OAuth 1: the token that the user is asked to agree to, and its secret, which the client sends back when it makes
// the instance.
func (s *Service) RequestToken(ctx context.Context, p *access.Principal, c *catalog.Connector, a Authorize) (token, secret string, err error) {
	call, err := s.authorizing(p, c, &a)
	if err != nil {
		return "", "", err
	}
	if !credential.UsesOAuth1(call.Instance.AuthenticationType) {
		return "", "", fault.New(fault.Invalid, "Connector %s does not authenticate by OAuth 1: use GET /elements/%s/oauth/url", c.Key, c.Key)
	}
	callback, err := s.callbackOf(ctx, p, a.Proxy, call.Instance.Effective[credential.KeyCallbackURL])
	if err != nil {
		return "", "", err
	}
	return s.requestToken(ctx, call, callback)
}

func (s *Service) requestToken(ctx context.Context, call *gateway.Call, callback string) (token, secret string, err error) {
	for _, kind := range []string{connector.ResourceOAuth1TokenRequest, connector.ResourceOAuthTokenRequest} {
		if own := call.Program.OfType(kind); len(own) > 0 {
			return s.gateway.RequestTokenBy(ctx, call, own[0], callback)
		}
	}
	request, err := credential.NewRequestTokenRequest(ctx, typed(call), callback, s.gateway.Now())
	if err != nil {
		return "", "", err
	}
	status, _, body, err := s.gateway.AskProvider(ctx, call, request)
	if err != nil {
		return "", "", err
	}
	token, secret, err = credential.ReadRequestToken(status, body)
	return token, secret, call.Scrub(err)
}

// typed is the configuration of a call that says the type of authentication: by it OAuth 1 chooses how to sign.
func typed(call *gateway.Call) credential.Configuration {
	e := maps.Clone(call.Instance.Effective)
	e["authentication.type"] = call.Instance.AuthenticationType
	return e
}

// authorizing is an instance that does not exist: the connector's defaults with what the client sent. A secret of the connector's own is
// not used for hosts that the client names.
func (s *Service) authorizing(p *access.Principal, c *catalog.Connector, a *Authorize) (*gateway.Call, error) {
	given := map[string]string{}
	for key, value := range a.Configuration {
		if value != "" {
			given[key] = value
		}
	}
	for name := range a.Extra {
		if value := a.Extra.Get(name); value != "" && c.Entry(name) != nil {
			given[name] = value
		}
	}
	// Clients send the name of the customer's site under one of these, whatever the connector calls it.
	if site := a.Extra.Get("siteAddress"); site != "" {
		for _, key := range []string{"site.address", "siteAddress", "oauth.site.address"} {
			if given[key] == "" && c.Entry(key) != nil {
				given[key] = site
			}
		}
	}
	for key, value := range map[string]string{
		credential.KeyClientID: a.APIKey, credential.KeyClientSecret: a.APISecret, credential.KeyCallbackURL: a.CallbackURL, credential.KeyScope: a.Scope,
	} {
		if value != "" {
			given[key] = value
		}
	}
	effective := instance.Defaults(c.Definition)
	for key, value := range given {
		effective[key] = value
	}
	kind := credential.TypeOf(c.Authentication.Type, effective)
	if !credential.Authorizes(kind) {
		return nil, fault.New(fault.Invalid, "Connector %s does not authenticate by OAuth: its type is %s", c.Key, kind)
	}
	if effective[credential.KeyClientID] == "" {
		return nil, fault.New(fault.Invalid, "The parameter apiKey is required: connector %s has no application of its own", c.Key)
	}
	if effective[credential.KeyCallbackURL] == "" {
		return nil, fault.New(fault.Invalid, "The parameter callbackUrl is required: connector %s has no callback address of its own", c.Key)
	}
	if err := credential.CheckDefaultSecret(c.Own.Configuration, given, effective); err != nil {
		return nil, err
	}
	i := &instance.Instance{
		Instance:   store.Instance{ConnectorID: c.ID, ConnectorKey: c.Key, AuthenticationType: kind, Valid: true},
		Definition: c.Definition, Effective: effective,
	}
	if p != nil {
		i.AccountID, i.UserID, i.OrganizationID = p.Account.ID, p.User.ID, p.Organization.ID
	} else {
		p = &access.Principal{} // sees what everybody sees
	}
	return callOf(p, c, i, nil), nil
}

// verifier is the secret of RFC 7636 behind a code. It is derived from who asks for what by a key that only this installation has,
// so that clients which know nothing of it need not keep it, and any server can check what another began.
func (s *Service) verifier(p *access.Principal, c *catalog.Connector, e map[string]string, callback string) string {
	of := strconv.FormatInt(p.Organization.ID, 10) + "\x00" + c.Key + "\x00" + e[credential.KeyClientID] + "\x00" + callback
	return base64.RawURLEncoding.EncodeToString(s.vault.Hash("oauth verifier", of))
}
