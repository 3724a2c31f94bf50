package wire_test

import (
	"net/url"
	"strings"
	"testing"

	"jackfield/simulator/oauth"
)

// form is a parameter of a resource that sends a form field.
func form(kind, name, field string) object {
	return object{"name": name, "type": kind, "vendorName": field, "vendorType": "form", "source": "request"}
}

// keeps is a hook that stores the tokens of an answer as connectors in the wild do it.
const keeps = `var response = response_body_map || response_body;
if (typeof response === 'string') { response = JSON.parse(response); }
if (response_iserror) { done(); } else {
  var configs = {'oauth.user.refresh_time': new Date().getTime(), 'exchanged.by': 'hook'};
  if (response.access_token) { configs['oauth.user.token'] = response.access_token; }
  if (response.refresh_token) { configs['oauth.user.refresh_token'] = response.refresh_token; }
  if (response.expires_in) { configs['oauth.user.refresh_interval'] = response.expires_in; }
  done({configuration: configs});
}`

// override is a resource that replaces one step of OAuth.
func override(kind, path, vendorPath string, parameters []object, hooks ...object) object {
	return object{
		"method": "POST", "path": path, "vendorMethod": "POST", "vendorPath": vendorPath, "type": kind, "parameters": parameters, "hooks": hooks,
	}
}

func client() []object {
	return []object{form("configuration", "oauth.api.key", "client_id"), form("configuration", "oauth.api.secret", "client_secret")}
}

func exchangeOverride(hooks ...object) object {
	return override("oauthOnTokenExchange", "/oauth-token-exchange", "SIM/token", append(client(),
		form("value", "authorization_code", "grant_type"), form("query", "code", "code"), form("query", "callbackUrl", "redirect_uri")), hooks...)
}

func refreshOverride(hooks ...object) object {
	return override("oauthOnTokenRefresh", "/oauth-token-refresh", "SIM/token", append(client(),
		form("value", "refresh_token", "grant_type"), form("query", "refreshToken", "refresh_token")), hooks...)
}

var broken = map[string]string{"oauth.token.url": "SIM/nowhere", "oauth.token.revoke_url": "SIM/nowhere"}

func TestResourcesOfTheConnectorReplaceExchangeAndRefresh(t *testing.T) {
	t.Parallel()
	hook := object{"type": "postRequest", "body": keeps}
	answers := []object{
		{"name": "oauth.user.token", "type": "configuration", "vendorName": "access_token", "vendorType": "bodyField", "source": "response"},
		{"name": "oauth.user.refresh_token", "type": "configuration", "vendorName": "refresh_token", "vendorType": "bodyField", "source": "response"},
	}
	byParameters := func(o object) object {
		o["parameters"] = append(o["parameters"].([]object), answers...)
		return o
	}
	for name, resources := range map[string][]object{
		"hooks store the tokens":      {exchangeOverride(hook), refreshOverride(hook)},
		"parameters store the tokens": {byParameters(exchangeOverride()), byParameters(refreshOverride())},
		"nothing stores the tokens":   {exchangeOverride(), refreshOverride()}, // the answer of the provider is one of a token endpoint
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := consent(t, "oauth2", oauth.Options{}, broken, object{"resources": resources})
			a := c.do(request{method: "POST", path: "/instances", body: c.asking(owned(), object{"code": c.code()})}).want(200).discreet()
			var i made
			a.into(&i)
			c.contacts(i).want(200)
			for range 2 {
				c.provider.ExpireAll()
				c.contacts(i).want(200)
			}
			if n := c.provider.Counters(); n.Exchanges != 1 || n.Refreshes != 2 || n.InvalidGrants != 0 {
				t.Errorf("%+v", n)
			}
			for _, e := range c.provider.Journal() {
				if e.Path == "/nowhere" {
					t.Errorf("the ordinary token endpoint was asked: %+v", e)
				}
			}
			// What fails is said as ever.
			c.do(request{method: "POST", path: "/instances", body: c.asking(owned(), object{"code": "made-up"}, object{"name": "wrong"})}).want(400, "the code is not known").discreet()
			c.provider.RevokeAll()
			c.contacts(i).want(401, "authenticated again")
			if s := c.state(i); s.Valid || !strings.Contains(s.InvalidReason, "invalid_grant") {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestAResourceOfTheConnectorReplacesTheAuthorizeURL(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"oauthOnAuthroizeUrl", "oauthOnAuthorizeUrl"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := consent(t, "oauth2", oauth.Options{}, map[string]string{"oauth.authorization.url": "SIM/nowhere"}, object{"resources": []object{{
				"method": "GET", "path": "/auth/authorize", "vendorMethod": "GET", "vendorPath": "/unused", "type": kind,
				"hooks": []object{{"type": "preRequest", "body": `done({continue: false, response_body: {oauthUrl: 'SIM/authorize?response_type=code&tenant=' +
					encodeURIComponent(request_parameters.tenant || '') + '&client_id=' + request_parameters.apiKey + '&redirect_uri=' +
					encodeURIComponent(request_parameters.callbackUrl) + '&state=' + request_parameters.state}})`}},
			}}})
			address := c.oauthURL("/oauth/url", own("tenant", "a&b", "state", "mine"))
			u, err := url.Parse(address)
			if err != nil || u.Path != "/authorize" || u.Query().Get("tenant") != "a&b" || u.Query().Get("state") != "mine" {
				t.Fatalf("%s", address)
			}
			c.contacts(c.create(c.asking(owned(), object{"code": c.agree(address).Get("code")}))).want(200)
		})
	}
}

func TestAResourceOfTheConnectorReplacesRevocation(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, map[string]string{"oauth.token.revoke_url": "SIM/nowhere"}, object{"resources": []object{
		override("oauthOnTokenRevoke", "/oauth-token-revoke", "SIM/revoke", append(client(), form("configuration", "oauth.user.refresh_token", "token"))),
	}})
	i := c.connect()
	c.do(request{method: "DELETE", path: i.path()}).want(200)
	if n := c.provider.Counters(); n.Revocations != 1 {
		t.Errorf("%+v", n)
	}
}

func TestAResourceOfTheConnectorReplacesTheRequestToken(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"oauthOnTokenRequest", "oauth1OnTokenRequest"} {
		c := consent(t, "oauth1", oauth.Options{}, map[string]string{"oauth.request.url": "SIM/nowhere"}, object{"resources": []object{{
			"method": "POST", "path": "/oauth-token-request", "vendorMethod": "POST", "vendorPath": "/unused", "type": kind,
			"hooks": []object{{"type": "preRequest", "body": `done({continue: false, response_body: {oauth_token: 'from-' + configuration['oauth.api.key'], oauth_token_secret: 'ours'}})`}},
		}}})
		c.do(request{path: "/elements/" + c.key + "/oauth/token", query: own()}).want(200, `"token":"from-demo-client-id"`, `"secret":"ours"`)
	}
}

func TestAResourceOfTheConnectorReplacesTheGrantWithoutAUser(t *testing.T) {
	t.Parallel()
	for kind, grant := range map[string][]object{
		"oauth2ClientCredentials": {form("value", "client_credentials", "grant_type")},
		"oauth2Password":          {form("value", "password", "grant_type"), form("configuration", "username", "username"), form("configuration", "password", "password")},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			definition := map[string]string{"oauth.token.url": "SIM/nowhere", "username": "", "password": ""}
			c := consent(t, kind, oauth.Options{}, definition, object{"resources": []object{
				override(kind, "/"+kind, "SIM/token", append(client(), grant...), object{"type": "postRequest", "body": keeps}),
			}})
			configuration := owned()
			configuration["username"], configuration["password"] = oauth.DefaultUser, oauth.DefaultPassword
			i := c.create(c.asking(configuration, nil))
			c.contacts(i).want(200)
			if n := c.provider.Counters(); n.ClientCredentials+n.Passwords != 1 {
				t.Errorf("%+v", n)
			}
		})
	}
}
