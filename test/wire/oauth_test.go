package wire_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"jackfield/internal/server"
	"jackfield/simulator/oauth"
)

// backTo is where the provider of these tests sends codes. Nobody listens there: the tests read the redirect.
const backTo = "http://127.0.0.1/back"

// issuedMark begins every secret that the simulator issues, so that a leak shows wherever it is.
const issuedMark = "oauthsim_"

// consenting is a house with a provider that gives access by OAuth behind a connector of the account.
type consenting struct {
	*house
	provider *oauth.Simulator
	at       string // URL of the provider
	key      string // of the connector
	id       string
}

// object is JSON in the making.
type object = map[string]any

// alone leaves the shipped connectors out: these tests bring their own.
func alone(o *server.Options) { o.Connectors, o.BaseURLs = nil, nil }

// consent builds a house with a connector of the type. Configuration entries are defaults by key; "SIM" stands for the
// provider's address.
func consent(t *testing.T, kind string, o oauth.Options, configuration map[string]string, more ...object) *consenting {
	t.Helper()
	if o.Consent == "" {
		o.Consent = oauth.ConsentApprove
	}
	sim := oauth.New(o)
	provider := httptest.NewServer(sim)
	t.Cleanup(func() { sim.Release(); provider.Close() })
	c := &consenting{house: build(t, alone, reach(provider)), provider: sim, at: provider.URL}
	c.connector(kind, configuration, more...)
	return c
}

// connector makes the connector that the test is about.
func (c *consenting) connector(kind string, configuration map[string]string, more ...object) {
	c.t.Helper()
	api := "/api"
	defaults := map[string]string{"oauth.callback.url": "", "oauth.api.key": "", "oauth.api.secret": ""}
	switch kind {
	case "oauth1", "oauth1Plaintext":
		api = "/api1"
		maps.Copy(defaults, map[string]string{
			"oauth.request.url": "SIM/request_token", "oauth.authorization.url": "SIM/authorize1", "oauth.token.url": "SIM/access_token",
		})
	default:
		maps.Copy(defaults, map[string]string{
			"oauth.authorization.url": "SIM/authorize", "oauth.token.url": "SIM/token", "oauth.token.revoke_url": "SIM/revoke", "oauth.scope": "read write",
		})
	}
	defaults["base.url"] = "SIM" + api
	maps.Copy(defaults, configuration)
	entries := []object{}
	for key, value := range defaults {
		entry := object{"key": key, "name": key, "description": key, "type": "TEXTFIELD_1000", "defaultValue": strings.ReplaceAll(value, "SIM", c.at)}
		if key == "oauth.api.secret" || key == "password" || key == "jwt.base64.encoded.key" {
			entry["type"] = "PASSWORD"
		}
		entries = append(entries, entry)
	}
	definition := object{
		"name": "Consenting", "description": "Gives access by OAuth", "hub": "crm", "authentication": object{"type": kind}, "configuration": entries,
		"resources": []object{
			{"method": "GET", "path": "/contacts", "vendorMethod": "GET", "vendorPath": "/contacts"},
			{"method": "POST", "path": "/contacts", "vendorMethod": "POST", "vendorPath": "/contacts"},
			{"method": "GET", "path": "/echo", "vendorMethod": "GET", "vendorPath": "/echo", "parameters": []object{
				{"name": "x", "type": "query", "vendorName": "x", "vendorType": "query", "source": "request"},
				{"name": "y", "type": "query", "vendorName": "a b", "vendorType": "query", "source": "request"},
			}},
			{"method": "GET", "path": "/me", "vendorMethod": "GET", "vendorPath": "/me"},
		},
	}
	for _, m := range more {
		for name, value := range m {
			if list, isList := value.([]object); isList && name == "resources" {
				value = append(definition["resources"].([]object), list...)
			}
			definition[name] = value
		}
	}
	text, err := json.Marshal(definition)
	if err != nil {
		c.t.Fatal(err)
	}
	made := c.element(strings.ReplaceAll(string(text), "SIM/", c.at+"/"))
	c.key, c.id = made.Key, strconv.FormatInt(made.ID, 10)
}

// own is the query of oauth/url with the application that the provider knows.
func own(more ...string) url.Values {
	q := url.Values{"apiKey": {oauth.DefaultClientID}, "apiSecret": {oauth.DefaultClientSecret}, "callbackUrl": {backTo}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return q
}

// agree sends the user to an authorize URL and returns what the callback gets.
func (c *consenting) agree(address string) url.Values {
	c.t.Helper()
	status, back, said := c.passed(address)
	if status != http.StatusFound || !strings.HasPrefix(back.String(), backTo) {
		c.t.Fatalf("%s leads to %d %s: %s", address, status, back, short([]byte(said)))
	}
	return back.Query()
}

// oauthURL asks for the authorize URL.
func (c *consenting) oauthURL(path string, q url.Values) string {
	c.t.Helper()
	var a struct{ Element, OauthURL string }
	c.do(request{path: "/elements/" + c.key + path, query: q}).want(200).into(&a)
	if a.Element != c.key || a.OauthURL == "" {
		c.t.Fatalf("%+v", a)
	}
	return a.OauthURL
}

// code goes through the consent with the provider's application.
func (c *consenting) code(more ...string) string {
	c.t.Helper()
	return c.agree(c.oauthURL("/oauth/url", own(more...))).Get("code")
}

// owned is the configuration that a client sends with a code.
func owned() object {
	return object{"oauth.callback.url": backTo, "oauth.api.key": oauth.DefaultClientID, "oauth.api.secret": oauth.DefaultClientSecret}
}

// asking is the body of POST or PUT of an instance.
func (c *consenting) asking(configuration, providerData object, more ...object) string {
	c.t.Helper()
	body := object{"name": "consenting", "element": object{"key": c.key}, "configuration": configuration, "providerData": providerData}
	for _, m := range more {
		maps.Copy(body, m)
	}
	text, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}

// connect makes an instance in the usual way.
func (c *consenting) connect() made {
	c.t.Helper()
	return c.create(c.asking(owned(), object{"code": c.code()}))
}

func (m made) path() string { return "/instances/" + strconv.FormatInt(m.ID, 10) }

// state is what an instance says of itself.
type state struct {
	Valid         bool
	InvalidReason string
	Token         string
	Configuration map[string]string
}

func (c *consenting) state(m made) state {
	c.t.Helper()
	var s state
	a := c.do(request{path: m.path()}).want(200)
	a.into(&s)
	a.discreet()
	return s
}

// discreet checks that an answer tells nothing that the provider issued and no application's secret.
func (a *answer) discreet() *answer {
	a.t.Helper()
	for _, secret := range []string{issuedMark, oauth.DefaultClientSecret} {
		if strings.Contains(string(a.body), secret) {
			a.t.Errorf("an answer tells a secret: %s", short(a.body))
		}
	}
	return a
}

// contacts calls the provider through the instance.
func (c *consenting) contacts(m made) *answer {
	c.t.Helper()
	return c.do(request{path: "/hubs/crm/contacts", token: m.Token}).discreet()
}

// nothing checks that no instance is left of an attempt.
func (c *consenting) nothing() {
	c.t.Helper()
	c.do(request{path: "/elements/" + c.key + "/instances"}).want(404)
}

func TestACodeMakesAnInstanceThatTellsNoSecret(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	a := c.do(request{method: "POST", path: "/instances", body: c.asking(owned(), object{"code": c.code(), "state": c.key, "unknown": object{"kept": false}})}).want(200).discreet()
	var i made
	a.into(&i)
	var shown struct {
		Valid         bool
		ProviderData  any
		Configuration map[string]string
		Element       struct{ TypeOauth bool }
	}
	a.into(&shown)
	if !shown.Valid || shown.ProviderData != nil || !shown.Element.TypeOauth {
		t.Errorf("%s", short(a.body))
	}
	for _, key := range []string{"oauth.api.key", "oauth.api.secret"} {
		if shown.Configuration[key] != "********" {
			t.Errorf("%s is %q", key, shown.Configuration[key])
		}
	}
	for key, value := range shown.Configuration {
		if strings.HasPrefix(key, "oauth.user.") && strings.Contains(key, "token") && value != "********" {
			t.Errorf("%s is %q", key, value)
		}
	}
	c.contacts(i).want(200, "O'Hara")
	c.do(request{method: "POST", path: "/hubs/crm/contacts", token: i.Token, body: `{"name":"Neu"}`}).want(200, `"Neu"`)
	c.do(request{path: "/hubs/crm/me", token: i.Token}).want(200, `"scope":"read write"`)
	c.do(request{path: i.path() + "/configuration"}).want(200, "********").discreet()
	c.do(request{path: "/instances/configuration", token: i.Token}).want(200).discreet()
	c.do(request{path: "/elements/" + c.key + "/instances"}).want(200).discreet()
	if n := c.provider.Counters(); n.Exchanges != 1 || n.Refreshes != 0 || n.Refused != 0 || n.InvalidGrants != 0 {
		t.Errorf("%+v", n)
	}
}

func TestATracedCreationListsTheExchangeWithoutSecrets(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	a := c.do(request{method: "POST", path: "/instances", body: c.asking(owned(), object{"code": c.code(), "debug": true})}).want(200)
	id := a.header.Get("Elements-Trace-Id")
	if id == "" {
		t.Fatal("there is no trace") // reference/http-conventions.md §8.1
	}
	c.do(request{path: "/elements/" + c.key + "/trace/" + id}).want(200, `"POST:/token"`).discreet()
}

func TestACodeThatTheProviderDoesNotTakeIsTheCallersFaultAndLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, attempt := range map[string]struct {
		providerData  func(c *consenting) object
		configuration object
		says          string
		asks          bool // the provider is asked
	}{
		"a wrong code":      {func(*consenting) object { return object{"code": "made-up"} }, nil, "the code is not known", true},
		"a replayed code":   {func(c *consenting) object { code := c.code(); c.used(code); return object{"code": code} }, nil, "used before", true},
		"no code":           {func(*consenting) object { return object{} }, nil, "code", false},
		"an empty code":     {func(*consenting) object { return object{"code": ""} }, nil, "code", false},
		"a code of numbers": {func(*consenting) object { return object{"code": 5} }, nil, "code", true},
		"another callback":  {func(c *consenting) object { return object{"code": c.code()} }, object{"oauth.callback.url": backTo + "2"}, "redirect_uri", true},
		"a wrong secret":    {func(c *consenting) object { return object{"code": c.code()} }, object{"oauth.api.secret": "wrong"}, "invalid_client", true},
		"an unknown app":    {func(c *consenting) object { return object{"code": c.code()} }, object{"oauth.api.key": "nobody"}, "invalid_client", true},
		"denied consent":    {func(*consenting) object { return object{"error": "access_denied", "state": "x"} }, nil, "access_denied", false},
		"denied with words": {func(*consenting) object {
			return object{"error": "access_denied", "error_description": "The user said no"}
		}, nil, "The user said no", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := consent(t, "oauth2", oauth.Options{}, nil)
			providerData := attempt.providerData(c)
			configuration := owned()
			maps.Copy(configuration, attempt.configuration)
			before := len(c.provider.Journal())
			a := c.do(request{method: "POST", path: "/instances", body: c.asking(configuration, providerData)}).discreet()
			var refused struct{ Message, ProviderMessage string }
			a.into(&refused)
			if a.status != 400 && (a.status != 401 || attempt.says != "invalid_client") {
				t.Errorf("status %d: %s", a.status, short(a.body))
			}
			if refused.Message == "" || !strings.Contains(refused.Message+refused.ProviderMessage, attempt.says) {
				t.Errorf("it says %s", short(a.body))
			}
			if attempt.asks && !strings.Contains(refused.ProviderMessage, "invalid_") {
				t.Errorf("the provider's words are %q", refused.ProviderMessage)
			}
			if asked := len(c.provider.Journal()) - before; (asked == 1) != attempt.asks {
				t.Errorf("the provider was asked %d times", asked)
			}
			c.nothing()
		})
	}
}

// used exchanges a code as somebody else did.
func (c *consenting) used(code string) {
	c.t.Helper()
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {backTo},
		"client_id": {oauth.DefaultClientID}, "client_secret": {oauth.DefaultClientSecret},
	}
	response, err := http.PostForm(c.at+"/token", form)
	if err != nil {
		c.t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		c.t.Fatalf("status %d", response.StatusCode)
	}
}

func TestReAuthenticationKeepsIDAndToken(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	i := c.connect()
	for name, again := range map[string]request{
		"PUT by id":      {method: "PUT", path: i.path()},
		"PUT by element": {method: "PUT", path: "/elements/" + c.key + i.path()},
		"PUT by token":   {method: "PUT", path: "/instances", token: i.Token},
		"PATCH by id":    {method: "PATCH", path: i.path()},
		"PATCH by token": {method: "PATCH", path: "/instances", token: i.Token},
	} {
		before := c.provider.Counters().Exchanges
		c.provider.RevokeAll()
		again.body = c.asking(owned(), object{"code": c.code()})
		var now made
		c.do(again).want(200).discreet().into(&now)
		if now.ID != i.ID || now.Token != i.Token {
			t.Errorf("%s: %+v, was %+v", name, now, i)
		}
		if n := c.provider.Counters().Exchanges; n != before+1 {
			t.Errorf("%s: %d exchanges", name, n-before)
		}
		c.contacts(i).want(200)
	}
	// A client sends back what it read, with asterisks, and a new code.
	code := c.code()
	var read object
	c.do(request{path: i.path()}).want(200).into(&read)
	read["providerData"] = object{"code": code}
	text, err := json.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	c.do(request{method: "PUT", path: i.path(), body: string(text)}).want(200)
	c.contacts(i).want(200)
	// Only stored: the code stays unused, the grant as it was.
	before := c.provider.Counters().Exchanges
	c.do(request{method: "PUT", path: i.path() + "?reAuthenticate=false", body: c.asking(owned(), object{"code": c.code()})}).want(200)
	if n := c.provider.Counters().Exchanges; n != before {
		t.Error("reAuthenticate=false asked the provider")
	}
	c.contacts(i).want(200)
	// Other changes need no provider.
	c.do(request{method: "PUT", path: i.path(), body: `{"name":"renamed"}`}).want(200, `"renamed"`)
	c.contacts(i).want(200)
	c.do(request{method: "PATCH", path: i.path(), body: `{"tags":["a"]}`}).want(200)
	c.contacts(i).want(200)
	if n := c.provider.Counters(); n.Exchanges != before || n.InvalidGrants != 0 {
		t.Errorf("%+v", n)
	}
}

func TestAFailedReAuthenticationLeavesTheGrantAsItWas(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	i := c.connect()
	before := c.state(i)
	for _, method := range []string{"PUT", "PATCH"} {
		c.do(request{method: method, path: i.path(), body: c.asking(owned(), object{"code": "made-up"}, object{"name": "other"})}).want(400, "invalid_grant")
	}
	after := c.state(i)
	if !after.Valid || !maps.Equal(before.Configuration, after.Configuration) {
		t.Errorf("before %+v, after %+v", before, after)
	}
	c.contacts(i).want(200)
	c.provider.ExpireAll()
	c.contacts(i).want(200)
}

func TestDeletingTakesTheGrantBack(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	i := c.connect()
	c.do(request{method: "DELETE", path: i.path()}).want(200)
	if n := c.provider.Counters(); n.Revocations != 1 || !n.Families[0].Revoked {
		t.Errorf("%+v", n)
	}
	c.contacts(i).want(401)
	// What the provider says to it does not matter.
	for _, fault := range []oauth.Fault{oauth.FaultServerError, oauth.FaultDrop, oauth.FaultHTML} {
		i := c.connect()
		if err := c.provider.Break(oauth.Rule{Fault: fault, Endpoint: "revoke", Times: -1}); err != nil {
			t.Fatal(err)
		}
		c.do(request{method: "DELETE", path: i.path()}).want(200)
		c.contacts(i).want(401)
		c.provider.Mend()
	}
}

func TestTokensThatAreDeliveredAreUsedAndRenewed(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	for name, body := range map[string]func(given oauth.Tokens) string{
		"providerData": func(given oauth.Tokens) string {
			return c.asking(owned(), object{"access_token": given.Access, "refresh_token": given.Refresh, "expires_in": 3600})
		},
		"providerData with text": func(given oauth.Tokens) string {
			return c.asking(owned(), object{"access_token": given.Access, "refresh_token": given.Refresh, "expires_in": "3600"})
		},
		"external with a refresh token": func(given oauth.Tokens) string {
			configuration := owned()
			configuration["oauth.user.refresh_token"] = given.Refresh
			return c.asking(configuration, nil, object{"externalAuthentication": "initial"})
		},
		"external with both": func(given oauth.Tokens) string {
			configuration := owned()
			configuration["oauth.user.refresh_token"], configuration["oauth.user.token"] = given.Refresh, given.Access
			return c.asking(configuration, nil, object{"externalAuthentication": "initial"})
		},
	} {
		before := c.provider.Counters()
		given := c.provider.Grant(oauth.DefaultClientID)
		a := c.do(request{method: "POST", path: "/instances", body: body(given)})
		if a.status != 200 {
			t.Errorf("%s: %d %s", name, a.status, short(a.body))
			continue
		}
		var i made
		a.discreet().into(&i)
		if strings.HasPrefix(name, "external") && !strings.Contains(string(a.body), `"externalAuthentication":"initial"`) {
			t.Errorf("%s: %s", name, short(a.body))
		}
		c.contacts(i).want(200)
		c.provider.ExpireAll()
		c.contacts(i).want(200)
		if n := c.provider.Counters(); n.Exchanges != 0 || n.InvalidGrants != 0 || n.Refreshes == before.Refreshes {
			t.Errorf("%s: %+v", name, n)
		}
	}
}
