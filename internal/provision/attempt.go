package provision

import (
	"context"
	"encoding/json"
	"net/http"
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

// attempt is one authentication of an instance that is being made or changed.
type attempt struct {
	*Service
	principal *access.Principal
	connector *catalog.Connector
	draft     *instance.Draft
	trace     *gateway.Trace
	callback  string // where the provider sent the code
	granted   bool   // a grant was got
}

// check refuses what no provider needs to be asked about. A request that touches no credentials, such as another name, is not held up by
// what became wrong since.
func (a *attempt) check(ctx context.Context, r *instance.Request) error {
	if !a.draft.CredentialsGiven {
		return nil
	}
	if err := credential.Check(a.draft.AuthenticationType); err != nil {
		return err
	}
	given := credential.Configuration{}
	for key, value := range r.Configuration {
		if value != nil {
			given[key] = *value
		}
	}
	err := credential.CheckDefaultSecret(a.connector.Own.Configuration, given, a.draft.Effective)
	if err != nil {
		return err
	}
	a.callback, err = a.callbackOf(ctx, a.principal, r.Proxy, a.draft.Effective[credential.KeyCallbackURL])
	return err
}

// authenticate gets a grant where the type has one, and runs onProvision and the credentials test. A connector without either is
// not probed.
func (a *attempt) authenticate(ctx context.Context) error {
	if err := a.obtain(ctx); err != nil {
		return err
	}
	err := a.probe(ctx, a.call, func(written map[string]string) error {
		a.draft.Set(written)
		return nil
	})
	if err == nil && !credential.Grants(a.draft.AuthenticationType) && len(a.connector.Program().OfType(connector.ResourceOnRefresh)) > 0 {
		// A connector that logs in itself: its login is renewed by the time of this one.
		a.draft.Set(map[string]string{credential.KeyRefreshTime: strconv.FormatInt(a.gateway.Now().Unix(), 10)})
	}
	return err
}

// probe runs the lifecycle resources of a new or changed instance. What one writes is there for the next.
func (a *attempt) probe(ctx context.Context, call func() *gateway.Call, keep func(written map[string]string) error) error {
	for _, kind := range []string{connector.ResourceOnProvision, connector.ResourceProvisionAuthValidation} {
		for _, resource := range a.connector.Program().OfType(kind) {
			written, err := a.gateway.Run(ctx, call(), resource)
			if err != nil {
				return refused(err)
			}
			if len(written) == 0 {
				continue
			}
			if err := keep(written); err != nil {
				return err
			}
		}
	}
	return nil
}

// call is the draft as an instance for the gateway: it exists nowhere else yet.
func (a *attempt) call() *gateway.Call {
	i := &instance.Instance{
		Instance: store.Instance{
			AccountID: a.principal.Account.ID, UserID: a.principal.User.ID, ConnectorID: a.connector.ID, ConnectorKey: a.connector.Key,
			AuthenticationType: a.draft.AuthenticationType, Valid: true,
		},
		OrganizationID: a.principal.Organization.ID,
		Definition:     a.connector.Definition,
		Effective:      a.draft.Effective,
	}
	return callOf(a.principal, a.connector, i, a.trace)
}

// obtain gets the grant that the request can be given one for: tokens that the client brings, a code, or what the type of
// authentication needs no user for (reference/instances.md §§3.2-3.4).
func (a *attempt) obtain(ctx context.Context) error {
	kind := a.draft.AuthenticationType
	if !credential.Grants(kind) {
		return nil // providerData of other types is ignored, whatever it holds
	}
	if err := a.denied(); err != nil {
		return err
	}
	a.keepProviderData()
	if credential.UsesOAuth1(kind) {
		return a.obtainOAuth1(ctx)
	}
	if token := a.provided("access_token"); token != "" {
		given := credential.Token{Access: token, Refresh: a.provided("refresh_token"), ExpiresIn: credential.Seconds(a.provided("expires_in"))}
		a.draft.Set(given.Configuration(a.gateway.Now()))
		a.granted = true
		return nil
	}
	grant := credential.InitialGrant(kind)
	ask := credential.TokenAsk{Grant: grant, Extra: a.extra()}
	if grant == credential.GrantCode {
		if ask.Code = a.provided("code"); ask.Code == "" {
			return a.withoutCode()
		}
		ask.CallbackURL = a.callback
		if credential.UsesPKCE(a.draft.Effective) {
			ask.Verifier = a.verifier(a.principal, a.connector, a.draft.Effective, a.callback)
		}
	}
	values, err := a.gateway.Exchange(ctx, a.call(), ask)
	if err != nil {
		return err
	}
	a.draft.Set(values)
	a.granted = true
	return nil
}

// denied says so when the provider sent the user back with an error (RFC 6749 §4.1.2.1) and the client hands it on.
func (a *attempt) denied() error {
	said := a.provided("error")
	if said == "" {
		said = a.provided("oauth_problem") // OAuth 1
	}
	if said == "" || a.provided("code") != "" || a.provided("oauth_verifier") != "" || a.provided("access_token") != "" {
		return nil
	}
	if words := a.provided("error_description"); words != "" {
		said += ": " + words
	}
	return fault.New(fault.Invalid, "The provider did not give access: ask the user to agree, and send the code that comes back then").WithProvider(said)
}

// withoutCode is content with an instance that has a grant, or changes one.
func (a *attempt) withoutCode() error {
	e := a.draft.Effective
	if a.draft.Previous != nil || e[credential.KeyAccessToken] != "" || e[credential.KeyRefreshToken] != "" {
		return nil
	}
	return fault.New(fault.Invalid, "providerData.code is required: send the user to the address of GET /elements/%s/oauth/url, and then the code that the provider sends back", a.connector.Key)
}

// onlyRefresh reports whether a new instance brings a refresh token and nothing else: the exchange was done elsewhere
// (reference/instances.md §3.4).
func (a *attempt) onlyRefresh() bool {
	e := a.draft.Effective
	return credential.Grants(a.draft.AuthenticationType) && !credential.UsesOAuth1(a.draft.AuthenticationType) &&
		e[credential.KeyRefreshToken] != "" && e[credential.KeyAccessToken] == "" && a.provided("code") == "" && a.provided("access_token") == ""
}

// createFromRefreshToken stores the instance first: its refresh token may be used up by the first renewal, and what the provider gives
// in its place must have a home. When the provider does not accept it the instance goes again.
func (a *attempt) createFromRefreshToken(ctx context.Context) (*instance.Instance, error) {
	made, err := a.instances.Create(ctx, a.draft)
	if err != nil {
		return nil, err
	}
	if made, err = a.start(ctx, made); err == nil {
		return made, nil
	}
	if deleted := a.instances.Delete(context.WithoutCancel(ctx), made); deleted != nil && !fault.Is(deleted, fault.NotFound) {
		a.log.ErrorContext(ctx, "an instance that the provider refused could not be removed", "instance", made.ID, "error", deleted)
	}
	return nil, err
}

// start renews for the first time and probes. It returns the instance also with an error.
func (a *attempt) start(ctx context.Context, made *instance.Instance) (*instance.Instance, error) {
	renewed, err := a.gateway.Renew(ctx, callOf(a.principal, a.connector, made, nil))
	if err != nil {
		f := *fault.As(err)
		if f.Kind == fault.Unauthenticated {
			f.Kind, f.Message = fault.Invalid, "The provider does not accept the refresh token: authenticate again and send the new one"
		}
		return made, &f
	}
	err = a.probe(ctx, func() *gateway.Call { return callOf(a.principal, a.connector, renewed, a.trace) }, func(written map[string]string) error {
		kept, err := a.instances.Remember(ctx, renewed, written)
		if err == nil {
			renewed = kept
		}
		return err
	})
	return renewed, err
}

// obtainOAuth1 exchanges the token that the user agreed to.
func (a *attempt) obtainOAuth1(ctx context.Context) error {
	token, verifier := a.provided("oauth_token"), a.provided("oauth_verifier")
	if token == "" {
		e := a.draft.Effective
		if a.draft.Previous != nil || e[credential.KeyAccessToken] != "" {
			return nil
		}
		return fault.New(fault.Invalid, "providerData needs oauth_token, oauth_verifier and secret: begin with GET /elements/%s/oauth/token", a.connector.Key)
	}
	request, err := credential.NewAccessTokenRequest(ctx, typed(a.call()), token, verifier, a.provided("secret"), a.gateway.Now())
	if err != nil {
		return err
	}
	status, _, body, err := a.gateway.AskProvider(ctx, a.call(), request)
	if err != nil {
		return err
	}
	values, err := credential.ReadAccessToken(status, body)
	if err != nil {
		return a.call().Scrub(err, verifier, a.provided("secret"))
	}
	a.draft.Set(values)
	a.granted = true
	return nil
}

// provided is a text that the provider sent back to the client, "" for anything else under that name.
func (a *attempt) provided(name string) string {
	var text string
	if raw := a.draft.ProviderData[name]; len(raw) == 0 || json.Unmarshal(raw, &text) != nil {
		var number json.Number
		if json.Unmarshal(raw, &number) != nil {
			return ""
		}
		return number.String()
	}
	return text
}

// extra is what else came with the code: connectors' own token resources may read it.
func (a *attempt) extra() map[string]string {
	all := map[string]string{}
	for name := range a.draft.ProviderData {
		switch name {
		case "code", "state", "debug", "secret":
		default:
			if text := a.provided(name); text != "" {
				all[name] = text
			}
		}
	}
	return all
}

// keepProviderData stores what came back with the user and what the connector declares an entry for, such as the id of the company.
func (a *attempt) keepProviderData() {
	kept := map[string]string{}
	for name, text := range a.extra() {
		if a.connector.Entry(name) != nil {
			kept[name] = text
		}
	}
	if len(kept) > 0 {
		a.draft.Set(kept)
	}
}

// revoke gives the grant of an instance back to the provider.
func (s *Service) revoke(ctx context.Context, p *access.Principal, c *catalog.Connector, i *instance.Instance) error {
	if !credential.Grants(i.AuthenticationType) {
		return nil
	}
	call := callOf(p, c, i, nil)
	if own := c.Program().OfType(connector.ResourceOAuthTokenRevoke); len(own) > 0 {
		_, err := s.gateway.Run(ctx, call, own[0])
		return err
	}
	request, wanted, err := credential.NewRevokeRequest(ctx, i.Effective)
	if err != nil || !wanted {
		return err
	}
	status, _, _, err := s.gateway.AskProvider(ctx, call, request)
	if err == nil && status >= http.StatusBadRequest {
		err = fault.New(fault.Provider, "the provider answered %d", status)
	}
	return err
}
