package api

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/signon"
	"jackfield/internal/store"
)

// maxAssertionBody is the largest form of an assertion consumer in bytes: a signed answer with hundreds of groups is 100 KiB.
const maxAssertionBody = 1 << 20

// identityProvider is the body of an answer (reference/accounts-and-access.md §9). The client secret is never in it.
type identityProvider struct {
	ID          int64  `json:"id"`
	CreatedDate string `json:"createdDate"`
	Type        string `json:"type"`
	IsDefault   bool   `json:"isDefault"`
	store.ProviderSettings
	ClientSecretSet bool              `json:"clientSecretSet,omitempty"`
	StartURL        string            `json:"startUrl"` // where a login with it begins
	ServiceProvider *signon.Addresses `json:"serviceProvider,omitempty"`
	RedirectURL     string            `json:"redirectUrl,omitempty"` // what an OpenID Connect provider must allow
}

func (a *API) identityProvider(r *http.Request, p *store.IdentityProvider) identityProvider {
	address := a.address(r)
	body := identityProvider{
		ID: p.ID, CreatedDate: p.CreatedAt.UTC().Format(time.RFC3339), Type: string(p.Kind), IsDefault: p.Default, ProviderSettings: p.Settings,
		ClientSecretSet: p.ClientSecret != "", StartURL: address + signon.StartOf(p.ID),
	}
	if p.Kind == store.OIDCProvider {
		body.RedirectURL = address + signon.CallbackPath
		return body
	}
	our := signon.AddressesOf(address, p.ID)
	body.ServiceProvider = &our
	return body
}

// The levels of the routes: the same handlers serve an account's, an organization's and a customer's identity providers.

func listIdentityProviders(level signon.Level) func(*API, *exchange) error {
	return func(a *API, e *exchange) error {
		found, err := a.SignOn.List(e.r.Context(), e.principal, level)
		if err != nil {
			return err
		}
		bodies := make([]identityProvider, len(found))
		for i := range found {
			bodies[i] = a.identityProvider(e.r, &found[i])
		}
		e.returned(len(bodies))
		return e.json(bodies)
	}
}

func createIdentityProvider(level signon.Level) func(*API, *exchange) error {
	return func(a *API, e *exchange) error {
		body, err := e.body()
		if err != nil {
			return err
		}
		made, err := a.SignOn.Create(e.r.Context(), e.principal, level, body)
		if err != nil {
			return err
		}
		return e.json(a.identityProvider(e.r, made))
	}
}

func readIdentityProvider(level signon.Level) func(*API, *exchange) error {
	return func(a *API, e *exchange) error {
		id, err := e.number("id", "identity provider")
		if err != nil {
			return err
		}
		found, err := a.SignOn.Find(e.r.Context(), e.principal, level, id)
		if err != nil {
			return err
		}
		return e.json(a.identityProvider(e.r, found))
	}
}

func changeIdentityProvider(level signon.Level) func(*API, *exchange) error {
	return func(a *API, e *exchange) error {
		id, err := e.number("id", "identity provider")
		if err != nil {
			return err
		}
		body, err := e.body()
		if err != nil {
			return err
		}
		changed, err := a.SignOn.Change(e.r.Context(), e.principal, level, id, body)
		if err != nil {
			return err
		}
		return e.json(a.identityProvider(e.r, changed))
	}
}

func deleteIdentityProvider(level signon.Level) func(*API, *exchange) error {
	return func(a *API, e *exchange) error {
		id, err := e.number("id", "identity provider")
		if err != nil {
			return err
		}
		if err := a.SignOn.Delete(e.r.Context(), e.principal, level, id); err != nil {
			return err
		}
		return e.empty()
	}
}

type shownHost struct{}

// ShowsForwardedHost reports whether a path's answer shows the forwarded host of whoever asks, trusted proxy or not: SAML
// metadata must (reference/http-conventions.md §3, §10 row 21). It only prints the address: nothing is sent there, and no check
// of a login uses it.
func ShowsForwardedHost(path string) bool {
	return strings.HasPrefix(path, Base+"/authentication/saml/") && strings.HasSuffix(strings.TrimSuffix(path, "/"), "/metadata")
}

// WithShownHost returns a context with a forwarded host that may be shown and used for nothing else.
func WithShownHost(ctx context.Context, host string) context.Context {
	return context.WithValue(ctx, shownHost{}, host)
}

// samlMetadata answers GET /authentication/saml/{idpId}/metadata.
func (a *API) samlMetadata(e *exchange) error {
	id, err := e.number("idpId", "identity provider")
	if err != nil {
		return err
	}
	text, err := a.SignOn.Metadata(e.r.Context(), id, a.shownAddress(e.r))
	if err != nil {
		return err
	}
	h := e.w.Header()
	h.Set("Content-Type", "text/xml; charset=utf-8")
	h.Set("Cache-Control", "no-store") // a cache must not hand one caller's host to another
	h.Set("Vary", "X-Forwarded-Host, X-Forwarded-Proto")
	e.write(http.StatusOK, text)
	return nil
}

// shownAddress is the address of this server for a document: of the forwarded host, else as everywhere.
func (a *API) shownAddress(r *http.Request) string {
	host, _ := r.Context().Value(shownHost{}).(string)
	if host == "" {
		host = r.Header.Get("X-Forwarded-Host") // there only when a trusted proxy set it
	}
	host, _, _ = strings.Cut(host, ",")
	if host = strings.TrimSpace(host); !plainHost(host) {
		return a.address(r)
	}
	if strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "http") {
		return "http://" + host
	}
	return "https://" + host
}

// plainHost reports whether a text is a host with or without a port and nothing else.
func plainHost(host string) bool {
	if host == "" || len(host) > 255 {
		return false
	}
	u, err := url.Parse("https://" + host)
	return err == nil && u.Host == host && u.Hostname() != "" && u.User == nil && u.Path == "" && u.RawQuery == "" && u.Fragment == ""
}

// consumeAssertion answers POST /authentication/saml/{idpId}/acs: the provider's answer, brought by the person's browser. Whatever
// comes of it, the browser is led to a page.
func (a *API) consumeAssertion(e *exchange) error {
	id, err := e.number("idpId", "identity provider")
	if err != nil {
		return err
	}
	if media, _, err := mime.ParseMediaType(e.r.Header.Get("Content-Type")); err != nil || media != "application/x-www-form-urlencoded" {
		return fault.New(fault.UnsupportedMedia, "The body must be a form with the field SAMLResponse")
	}
	body, err := e.bodyUpTo(maxAssertionBody)
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return fault.New(fault.Invalid, "The body is no form: %v", err)
	}
	to := a.SignOn.Consume(e.r.Context(), id, a.address(e.r), form.Get("SAMLResponse"), form.Get("RelayState"))
	h := e.w.Header()
	h.Set("Location", to)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	e.write(http.StatusSeeOther, nil)
	return nil
}
