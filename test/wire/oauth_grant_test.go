package wire_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"strings"
	"testing"
	"time"

	"jackfield/simulator/oauth"
)

// privateKey makes an RSA key and its configuration value.
func privateKey(t *testing.T) (*rsa.PrivateKey, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return key, base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func TestGrantsWithoutAUserWhoAgrees(t *testing.T) {
	t.Parallel()
	key, encoded := privateKey(t)
	application := object{"oauth.api.key": oauth.DefaultClientID, "oauth.api.secret": oauth.DefaultClientSecret}
	with := func(more object) object {
		all := maps.Clone(application)
		maps.Copy(all, more)
		return all
	}
	shared := strings.Repeat("shared", 8) // RFC 7518 §3.2 asks for 256 bits
	hmacKey := base64.StdEncoding.EncodeToString([]byte(shared))
	for name, g := range map[string]struct {
		kind                        string
		definition                  map[string]string
		configuration, wrong        object
		count                       func(oauth.Counters) int
		says                        string
		style                       string
		renewedByRefresh, inInvalid bool
	}{
		"client credentials": {
			kind: "oauth2ClientCredentials", configuration: application, wrong: object{"oauth.api.secret": "wrong"}, says: "invalid_client",
			count: func(n oauth.Counters) int { return n.ClientCredentials }, style: "body",
		},
		"client credentials in a header": {
			kind: "oauth2ClientCredentials", definition: map[string]string{"oauth.basic.header": "true"}, configuration: application,
			wrong: object{"oauth.api.secret": "wrong"}, says: "invalid_client",
			count: func(n oauth.Counters) int { return n.ClientCredentials }, style: "basic",
		},
		"password": {
			kind: "oauth2Password", definition: map[string]string{"username": "", "password": ""},
			configuration: with(object{"username": oauth.DefaultUser, "password": oauth.DefaultPassword}), wrong: object{"password": "wrong"}, says: "invalid_grant",
			count: func(n oauth.Counters) int { return n.Passwords }, style: "body", renewedByRefresh: true,
		},
		"JWT with RS256": {
			kind: "jwtOauth", definition: map[string]string{"jwt.base64.encoded.key": "", "jwt.claim.iss": "robot", "jwt.claim.sub": "ada"},
			configuration: object{"jwt.base64.encoded.key": encoded}, wrong: object{"jwt.claim.iss": "stranger"}, says: "invalid_grant",
			count: func(n oauth.Counters) int { return n.Assertions }, style: "assertion",
		},
		"JWT with HS256": {
			kind: "jwtOauth", definition: map[string]string{"jwt.base64.encoded.key": "", "jwt.header.alg": "HS256"},
			configuration: object{"oauth.api.key": "hmac-robot", "jwt.base64.encoded.key": hmacKey}, wrong: object{"jwt.claim.aud": "https://elsewhere.example"}, says: "another audience",
			count: func(n oauth.Counters) int { return n.Assertions }, style: "assertion",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := consent(t, g.kind, oauth.Options{
				JWTKeys: map[string]*rsa.PublicKey{"robot": &key.PublicKey},
				Clients: map[string]string{oauth.DefaultClientID: oauth.DefaultClientSecret, "hmac-robot": shared},
			}, g.definition)
			wrong := maps.Clone(g.configuration)
			maps.Copy(wrong, g.wrong)
			a := c.do(request{method: "POST", path: "/instances", body: c.asking(wrong, nil)}).discreet()
			if a.status != 400 && a.status != 401 || !strings.Contains(string(a.body), g.says) || !strings.Contains(string(a.body), `"providerMessage"`) {
				t.Errorf("%d %s", a.status, short(a.body))
			}
			c.nothing()
			a = c.do(request{method: "POST", path: "/instances", body: c.asking(g.configuration, nil)}).want(200).discreet()
			if strings.Contains(string(a.body), encoded) || strings.Contains(string(a.body), hmacKey) || strings.Contains(string(a.body), oauth.DefaultPassword) {
				t.Errorf("a secret is shown: %s", short(a.body))
			}
			var i made
			a.into(&i)
			c.contacts(i).want(200)
			if n := c.provider.Counters(); g.count(n) != 1 {
				t.Errorf("%+v", n)
			}
			c.provider.ExpireAll()
			c.contacts(i).want(200)
			n := c.provider.Counters()
			if g.renewedByRefresh && n.Refreshes != 1 || !g.renewedByRefresh && g.count(n) != 2 {
				t.Errorf("%+v", n)
			}
			for _, e := range c.provider.Journal() {
				if e.Path == "/token" && e.Style != g.style {
					t.Errorf("the client authenticates by %q: %+v", e.Style, e)
				}
			}
		})
	}
}

func TestAnAssertionOfAWrongClockIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	key, encoded := privateKey(t)
	c := consent(t, "jwtOauth", oauth.Options{JWTKeys: map[string]*rsa.PublicKey{"robot": &key.PublicKey}},
		map[string]string{"jwt.base64.encoded.key": "", "jwt.claim.iss": "robot"})
	for skew, says := range map[time.Duration]string{time.Hour: "has expired", -time.Hour: "in the future"} {
		c.provider.Advance(skew)
		a := c.do(request{method: "POST", path: "/instances", body: c.asking(object{"jwt.base64.encoded.key": encoded}, nil)}).discreet()
		c.provider.Advance(-skew)
		if a.status != 400 || !strings.Contains(string(a.body), says) || !strings.Contains(string(a.body), "our clock is") {
			t.Errorf("%d %s", a.status, short(a.body))
		}
		c.nothing()
	}
	c.contacts(c.create(c.asking(object{"jwt.base64.encoded.key": encoded}, nil))).want(200)
}

func TestAKeyThatIsNoneIsTheCallersFault(t *testing.T) {
	t.Parallel()
	c := consent(t, "jwtOauth", oauth.Options{}, map[string]string{"jwt.base64.encoded.key": "", "jwt.claim.iss": "robot"})
	for name, key := range map[string]string{"nothing": "", "no base64": "%%%", "no key": base64.StdEncoding.EncodeToString([]byte("surely-not-a-key"))} {
		a := c.do(request{method: "POST", path: "/instances", body: c.asking(object{"jwt.base64.encoded.key": key}, nil)})
		if a.status != 400 || !strings.Contains(string(a.body), "jwt.base64.encoded.key") || strings.Contains(string(a.body), "surely-not-a-key") {
			t.Errorf("%s: %d %s", name, a.status, short(a.body))
		}
		c.nothing()
	}
	if n := len(c.provider.Journal()); n != 0 {
		t.Errorf("the provider was asked %d times", n)
	}
}

// severalTypes is a connector whose instances pick how they authenticate (reference/elements.md §4.1).
func severalTypes(t *testing.T) *consenting {
	t.Helper()
	c := consent(t, "oauth2", oauth.Options{}, map[string]string{"username": "", "password": ""})
	var definition object
	c.do(request{path: "/elements/" + c.key + "/export"}).want(200).into(&definition)
	c.send("POST", "/elements/"+c.key+"/configuration", `{"key":"authentication.type","name":"How","description":"How","type":"COMBO","defaultValue":"oauth2",
		"options":[{"value":"oauth2","description":"With consent"},{"value":"oauth2ClientCredentials","description":"As an application"},
		{"value":"oauth2Password","description":"As a user"},{"value":"basic","description":"With a password"}]}`).want(200)
	return c
}

func TestAnInstancePicksOneOfSeveralTypes(t *testing.T) {
	t.Parallel()
	c := severalTypes(t)
	c.do(request{path: "/elements/" + c.key + "/authentication-types"}).want(200, `"defaultValue":"oauth2"`, `"oauth2ClientCredentials"`, `"As a user"`)
	picks := func(kind string, more object) object {
		all := owned()
		all["authentication.type"] = kind
		maps.Copy(all, more)
		return all
	}
	user := object{"username": oauth.DefaultUser, "password": oauth.DefaultPassword}
	for name, i := range map[string]struct {
		configuration, providerData object
		shown                       string
		answers                     int
	}{
		"none picked":        {owned(), object{"code": c.code()}, "oauth2", 200},
		"code":               {picks("oauth2", nil), object{"code": c.code()}, "oauth2", 200},
		"client credentials": {picks("oauth2ClientCredentials", nil), nil, "oauth2ClientCredentials", 200},
		"password":           {picks("oauth2Password", user), nil, "oauth2Password", 200},
		"basic":              {picks("basic", user), nil, "basic", 401}, // the simulator takes tokens only
	} {
		a := c.do(request{method: "POST", path: "/instances", body: c.asking(i.configuration, i.providerData)})
		if a.status != 200 || !strings.Contains(string(a.body), `"authenticationType":"`+i.shown+`"`) {
			t.Errorf("%s: %d %s", name, a.status, short(a.body))
			continue
		}
		var m made
		a.discreet().into(&m)
		if a := c.contacts(m); a.status != i.answers {
			t.Errorf("%s: %d %s", name, a.status, short(a.body))
		}
		if i.answers == 401 && !c.state(m).Valid {
			t.Errorf("%s: a 401 of the provider makes an instance invalid that nobody can renew", name)
		}
	}
	a := c.do(request{method: "POST", path: "/instances", body: c.asking(picks("telepathy", nil), nil)})
	if a.status != 400 || !strings.Contains(string(a.body), "telepathy") {
		t.Errorf("%d %s", a.status, short(a.body))
	}
	// Another type at re-authentication.
	m := c.connect()
	c.do(request{method: "PUT", path: m.path(), body: c.asking(picks("oauth2ClientCredentials", nil), nil)}).want(200, `"oauth2ClientCredentials"`)
	c.contacts(m).want(200)
}
