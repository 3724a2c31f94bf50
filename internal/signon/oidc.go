package signon

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// maxParameter is the longest state or code that comes back, in bytes.
const maxParameter = 4096

// Start begins a login with a provider; home is the address of this server. A Refusal says why it cannot begin.
func (s *Service) Start(ctx context.Context, providerID int64, home, next string) (*Beginning, error) {
	b, err := s.start(ctx, providerID, home, next)
	if err != nil {
		s.report(ctx, providerID, err)
	}
	return b, err
}

func (s *Service) start(ctx context.Context, providerID int64, home, next string) (*Beginning, error) {
	p, err := s.provider(ctx, providerID)
	if err != nil {
		return nil, err
	}
	if p.Kind == store.SAMLProvider {
		return s.startSAML(p, home, next)
	}
	config, _, err := s.configure(ctx, p, home+CallbackPath)
	if err != nil {
		return nil, err
	}
	f := flow{Provider: p.ID, State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier(), Redirect: config.RedirectURL, Next: OwnPath(next)}
	return s.begin(config.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), f)
}

// configure finds out how to speak with a provider.
func (s *Service) configure(ctx context.Context, p *store.IdentityProvider, redirect string) (*oauth2.Config, *oidc.Provider, error) {
	known := s.known.get(p.Settings.Issuer)
	if known == nil {
		var err error
		// The library keeps the context for its later calls, so it must not be that of this request.
		known, err = oidc.NewProvider(s.outside(context.WithoutCancel(ctx)), p.Settings.Issuer)
		if err != nil {
			return nil, nil, refuseBecause(NotAnswered, err)
		}
		s.known.put(p.Settings.Issuer, known)
	}
	var more struct {
		Keys    string   `json:"jwks_uri"`
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := known.Claims(&more); err != nil {
		return nil, nil, refuseBecause(NotAnswered, err)
	}
	endpoint := known.Endpoint()
	for name, address := range map[string]string{"authorization_endpoint": endpoint.AuthURL, "token_endpoint": endpoint.TokenURL, "jwks_uri": more.Keys} {
		if err := checkAddress(name, address); err != nil {
			return nil, nil, refuseBecause(NotAnswered, err)
		}
	}
	// Never found out by trying: a code counts once.
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if p.ClientSecret == "" || len(more.Methods) > 0 && !slices.Contains(more.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID: p.Settings.ClientID, ClientSecret: p.ClientSecret, Endpoint: endpoint, RedirectURL: redirect, Scopes: strings.Fields(p.Settings.Scopes),
	}, known, nil
}

// Return ends a login with OpenID Connect: what came back at CallbackPath, and the cookies of the browser. The state, for
// removing its cookie, is in the query.
func (s *Service) Return(ctx context.Context, query url.Values, cookie func(name string) string) (*Login, error) {
	f, err := s.resume(query.Get("state"), cookie)
	if err != nil {
		s.report(ctx, 0, err)
		return nil, err
	}
	login, err := s.complete(ctx, query, f)
	if err != nil {
		s.report(ctx, f.Provider, err)
		return &Login{Provider: f.Provider}, err
	}
	return login, nil
}

func (s *Service) complete(ctx context.Context, query url.Values, f *flow) (*Login, error) {
	p, err := s.provider(ctx, f.Provider)
	if err != nil {
		return nil, err
	}
	if p.Kind != store.OIDCProvider {
		return nil, refuse(UnknownProvider, "the identity provider %d is none of OpenID Connect", p.ID)
	}
	if err := s.db.UseOnce(ctx, "state", f.State, s.now().Add(2*FlowLife)); fault.Is(err, fault.Conflict) {
		return nil, refuse(Replayed, "the way back was taken before")
	} else if err != nil {
		return nil, err
	}
	if iss := query.Get("iss"); iss != "" && iss != p.Settings.Issuer {
		return nil, refuse(Invalid, "another provider than %s answers: %.200q", p.Settings.Issuer, iss)
	}
	if problem := query.Get("error"); problem != "" {
		code := Invalid
		if problem == "access_denied" {
			code = Denied
		}
		return nil, refuse(code, "the provider answers %.100q: %.300q", problem, query.Get("error_description"))
	}
	code := query.Get("code")
	if code == "" || len(code) > maxParameter {
		return nil, refuse(Invalid, "the provider gave no code, or one of more than %d bytes", maxParameter)
	}
	config, known, err := s.configure(ctx, p, f.Redirect)
	if err != nil {
		return nil, err
	}
	ctx = s.outside(ctx)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return nil, exchangeRefused(err)
	}
	who, err := s.identify(ctx, p, f, known, token)
	if err != nil {
		return nil, err
	}
	return s.logIn(ctx, p, who, f.Next)
}

// exchangeRefused tells a provider's refusal from one that cannot be reached. The answer's body stays out of the log.
func exchangeRefused(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return refuse(Invalid, "the provider refuses the code with status %d, error %.100q: %.200q", refused.Response.StatusCode, refused.ErrorCode, refused.ErrorDescription)
	}
	return refuseBecause(NotAnswered, err)
}

// claims are what we read of an ID token or of user info.
type claims struct {
	Email    string          `json:"email"`
	Verified json.RawMessage `json:"email_verified"` // some providers send a text
	Given    string          `json:"given_name"`
	Family   string          `json:"family_name"`
	Name     string          `json:"name"`
}

// identify verifies the ID token and reads who it is about. What it lacks is asked of the provider's user info.
func (s *Service) identify(ctx context.Context, p *store.IdentityProvider, f *flow, known *oidc.Provider, token *oauth2.Token) (person, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return person{}, refuse(Invalid, "the provider gave no id_token")
	}
	id, err := known.Verifier(&oidc.Config{ClientID: p.Settings.ClientID, Now: s.now}).Verify(ctx, raw)
	if err != nil {
		return person{}, refuseBecause(Invalid, err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(f.Nonce)) != 1 {
		return person{}, refuse(Invalid, "the id_token is of another login: its nonce differs")
	}
	if age := s.now().Sub(id.IssuedAt); id.Subject == "" || age < -clockSkew {
		return person{}, refuse(Invalid, "the id_token has no subject, or was made at %v: compare the clocks", id.IssuedAt)
	}
	var c claims
	var all map[string]json.RawMessage
	if err := errors.Join(id.Claims(&c), id.Claims(&all)); err != nil {
		return person{}, refuseBecause(Invalid, err)
	}
	_, grouped := all[p.Settings.GroupsClaim]
	if known.UserInfoEndpoint() != "" && (c.Email == "" || !grouped && len(p.Settings.RoleMapping) > 0) {
		if err := s.askMore(ctx, known, token, id.Subject, &c, all, p.Settings.GroupsClaim); err != nil {
			return person{}, err
		}
	}
	if c.Email == "" {
		return person{}, refuse(Invalid, "the provider names no email: ask for the scope email")
	}
	if err := verified(p, c.Verified); err != nil {
		return person{}, err
	}
	who := person{Email: strings.TrimSpace(c.Email), FirstName: c.Given, LastName: c.Family, Name: id.Subject}
	if who.FirstName == "" && who.LastName == "" {
		who.FirstName, who.LastName = splitName(c.Name)
	}
	who.Roles = rolesFor(p, groupsOf(all[p.Settings.GroupsClaim]))
	return who, nil
}

// askMore fills what the ID token lacks from the user info, which must be about the same person.
func (s *Service) askMore(ctx context.Context, known *oidc.Provider, token *oauth2.Token, subject string, c *claims, all map[string]json.RawMessage, groups string) error {
	if err := checkAddress("userinfo_endpoint", known.UserInfoEndpoint()); err != nil {
		return refuseBecause(NotAnswered, err)
	}
	info, err := known.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return refuseBecause(NotAnswered, err)
	}
	if info.Subject != subject {
		return refuse(Invalid, "the user info is about somebody else than the id_token")
	}
	var more claims
	var rest map[string]json.RawMessage
	if err := errors.Join(info.Claims(&more), info.Claims(&rest)); err != nil {
		return refuseBecause(Invalid, err)
	}
	if c.Email == "" {
		c.Email, c.Verified = more.Email, more.Verified
	}
	if c.Given == "" && c.Family == "" {
		c.Given, c.Family = more.Given, more.Family
	}
	if c.Name == "" {
		c.Name = more.Name
	}
	if _, there := all[groups]; !there {
		all[groups] = rest[groups]
	}
	return nil
}

// verified refuses an address that the provider did not verify. Where it says nothing about that, the administrator decides.
func verified(p *store.IdentityProvider, said json.RawMessage) error {
	text := strings.Trim(string(said), `"`)
	yes, err := strconv.ParseBool(text)
	switch {
	case err == nil && yes:
		return nil
	case (text == "" || text == "null") && p.Settings.SkipVerifiedAddress:
		return nil
	case text == "" || text == "null":
		return refuse(NotAllowed, "the provider does not say whether the email is verified; trustUnverifiedEmail accepts that")
	}
	return refuse(NotAllowed, "the provider says that the email is not verified")
}

// groupsOf reads a claim that is a list of texts, or one text.
func groupsOf(claim json.RawMessage) []string {
	var many []string
	if json.Unmarshal(claim, &many) == nil {
		return many[:min(len(many), maxGroups)]
	}
	var one string
	if json.Unmarshal(claim, &one) == nil && one != "" {
		return []string{one}
	}
	return nil
}

func splitName(name string) (given, family string) {
	name = access.PlainName(name)
	if at := strings.LastIndexByte(name, ' '); at > 0 {
		return name[:at], name[at+1:]
	}
	return name, ""
}
