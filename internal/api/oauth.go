package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/provision"
	"jackfield/internal/store"
)

// authorizeURL answers GET and POST /elements/{keyOrId}/oauth/url: the address that a user agrees at (reference/elements.md §9.2).
func (a *API) authorizeURL(e *exchange) error {
	parameters, err := e.parameters()
	if err != nil {
		return err
	}
	return a.authorize(e, parameters)
}

// defaultAuthorizeURL answers GET /elements/{keyOrId}/oauth/url/default: the same for the connector's own application.
func (a *API) defaultAuthorizeURL(e *exchange) error {
	parameters := e.r.URL.Query()
	for _, own := range []string{"apiKey", "apiSecret"} {
		parameters.Del(own)
	}
	return a.authorize(e, parameters)
}

func (a *API) authorize(e *exchange, parameters url.Values) error {
	c, err := a.elementOf(e)
	if err != nil {
		return err
	}
	address, configuration, err := a.Provision.AuthorizeURL(e.r.Context(), e.principal, c, a.authorizeOf(e, parameters))
	if err != nil {
		return err
	}
	return e.json(struct {
		Element       string            `json:"element"`
		URL           string            `json:"oauthUrl"`
		Configuration map[string]string `json:"configuration,omitempty"`
	}{c.Key, address, configuration})
}

// requestToken answers GET /elements/{keyOrId}/oauth/token: the first step of OAuth 1.
func (a *API) requestToken(e *exchange) error {
	c, err := a.elementOf(e)
	if err != nil {
		return err
	}
	token, secret, err := a.Provision.RequestToken(e.r.Context(), e.principal, c, a.authorizeOf(e, e.r.URL.Query()))
	if err != nil {
		return err
	}
	return e.json(struct {
		Token  string `json:"token"`
		Secret string `json:"secret"`
	}{token, secret})
}

func (a *API) elementOf(e *exchange) (*catalog.Connector, error) {
	view, err := a.view(e)
	if err != nil {
		return nil, err
	}
	return view.Find(e.param("keyOrId"))
}

// authorizeOf reads the parameters of an authorization. What is not the platform's belongs to the connector.
func (a *API) authorizeOf(e *exchange, given url.Values) provision.Authorize {
	wish := provision.Authorize{
		APIKey: given.Get("apiKey"), APISecret: given.Get("apiSecret"), CallbackURL: given.Get("callbackUrl"),
		Scope: given.Get("scope"), State: given.Get("state"), RequestToken: given.Get("requestToken"), Extra: url.Values{},
	}
	if strings.EqualFold(given.Get("isOauthProxy"), "true") || strings.EqualFold(given.Get("isOAuthProxy"), "true") {
		wish.Proxy = a.proxy(e, given.Get("oauthProxyName"))
	}
	for name, values := range given {
		switch name {
		case "apiKey", "apiSecret", "callbackUrl", "scope", "state", "requestToken", "isOauthProxy", "isOAuthProxy", "oauthProxyName", "callbackProxy":
		default:
			wish.Extra[name] = values
		}
	}
	return wish
}

func (a *API) proxy(e *exchange, name string) instance.Proxy {
	return instance.Proxy{Name: name, Address: a.address(e.r) + Base + provision.CallbackPath}
}

// parameters are those of the query, and of a JSON body of texts, numbers and booleans.
func (e *exchange) parameters() (url.Values, error) {
	all := e.r.URL.Query()
	if e.r.Method != http.MethodPost {
		return all, nil
	}
	body, err := e.body()
	if err != nil || len(body) == 0 {
		return all, err
	}
	var members map[string]any
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The body must be a JSON object")
	}
	for name, value := range members {
		switch value := value.(type) {
		case string:
			all.Set(name, value)
		case bool:
			all.Set(name, strconv.FormatBool(value))
		case float64:
			all.Set(name, strconv.FormatFloat(value, 'f', -1, 64))
		}
	}
	return all, nil
}

// proxyWire is a callback proxy as clients see it.
type proxyWire struct {
	ID          int64    `json:"id"`
	Name        string   `json:"name"`
	URLs        []string `json:"applicationUrls"`
	CallbackURL string   `json:"callbackUrl"`
}

func (a *API) proxyWire(e *exchange, p *store.OAuthProxy) proxyWire {
	urls := p.URLs
	if urls == nil {
		urls = []string{}
	}
	return proxyWire{ID: p.ID, Name: p.Name, URLs: urls, CallbackURL: a.proxy(e, p.Name).Address}
}

func (a *API) createProxy(e *exchange) error {
	var wish struct{ Name string }
	if err := e.decode(&wish); err != nil {
		return err
	}
	made, err := a.Provision.CreateProxy(e.r.Context(), e.principal, wish.Name)
	if err != nil {
		return err
	}
	return e.json(a.proxyWire(e, made))
}

func (a *API) listProxies(e *exchange) error {
	all, err := a.Provision.Proxies(e.r.Context(), e.principal)
	if err != nil {
		return err
	}
	rows := make([]proxyWire, len(all))
	for i := range all {
		rows[i] = a.proxyWire(e, &all[i])
	}
	return e.json(rows)
}

func (a *API) deleteProxy(e *exchange) error {
	id, err := e.number("id", "OAuth proxy")
	if err != nil {
		return err
	}
	return e.done(a.Provision.DeleteProxy(e.r.Context(), e.principal, id))
}

func (a *API) allowProxyURL(e *exchange) error { return a.changeProxy(e, a.Provision.AllowProxyURL) }

func (a *API) removeProxyURL(e *exchange) error { return a.changeProxy(e, a.Provision.RemoveProxyURL) }

func (a *API) changeProxy(e *exchange, change func(context.Context, *access.Principal, int64, string) (*store.OAuthProxy, error)) error {
	id, err := e.number("id", "OAuth proxy")
	if err != nil {
		return err
	}
	changed, err := change(e.r.Context(), e.principal, id, e.r.URL.Query().Get("applicationUrl"))
	if err != nil {
		return err
	}
	return e.json(a.proxyWire(e, changed))
}

// passOn answers the provider's callback for a proxy: the user goes on to the application.
func (a *API) passOn(e *exchange) error {
	address, err := a.Provision.PassOn(e.r.Context(), e.r.URL.Query())
	if err != nil {
		return err
	}
	e.w.Header().Set("Referrer-Policy", "no-referrer")
	e.w.Header().Set("Cache-Control", "no-store")
	e.w.Header().Set("Location", address)
	e.write(http.StatusFound, nil)
	return nil
}
