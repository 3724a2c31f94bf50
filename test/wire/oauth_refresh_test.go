package wire_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"jackfield/simulator/oauth"
)

// aged is the configuration of an instance whose access token was obtained two hours ago.
func aged(given oauth.Tokens) object {
	configuration := owned()
	configuration["oauth.user.token"], configuration["oauth.user.refresh_token"] = given.Access, given.Refresh
	configuration["oauth.user.refresh_time"] = time.Now().Add(-2 * time.Hour).Unix()
	configuration["oauth.user.refresh_interval"] = 3600
	return configuration
}

var external = object{"externalAuthentication": "initial"}

func TestATokenIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	for _, rotation := range []oauth.Rotation{oauth.RotationDetect, oauth.RotationPlain, oauth.RotationNone} {
		t.Run(string(rotation), func(t *testing.T) {
			t.Parallel()
			c := consent(t, "oauth2", oauth.Options{Settings: oauth.Settings{Rotation: rotation}}, nil)
			i := c.create(c.asking(aged(c.provider.Grant(oauth.DefaultClientID)), nil, external))
			c.provider.ExpireAll() // by the clock of the configuration it was over long ago
			for range 3 {
				c.contacts(i).want(200)
			}
			if n := c.provider.Counters(); n.Refreshes != 1 || n.Refused != 0 || n.InvalidGrants != 0 {
				t.Errorf("%+v", n)
			}
			c.provider.ExpireAll()
			c.contacts(i).want(200)
			if n := c.provider.Counters(); n.Refreshes != 2 || n.InvalidGrants != 0 {
				t.Errorf("%+v", n)
			}
		})
	}
}

func TestATokenThatTheProviderRefusesIsRenewedAndTheCallIsMadeAgain(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{Settings: oauth.Settings{TokenCalls: 2}}, nil)
	i := c.connect()
	for range 7 {
		c.contacts(i).want(200)
	}
	if n := c.provider.Counters(); n.Refreshes != 3 || n.Expired != 3 || n.Answered != 7 || n.InvalidGrants != 0 {
		t.Errorf("%+v", n)
	}
	// A body is sent again as it was.
	c.provider.ExpireAll()
	c.do(request{method: "POST", path: "/hubs/crm/contacts", token: i.Token, body: `{"name":"Zweimal"}`}).want(200, `"Zweimal"`)
	// One renewal per call: a provider that always refuses is not asked for ever.
	if err := c.provider.Break(oauth.Rule{Fault: oauth.FaultUnauthorized, Endpoint: "api", Times: -1}); err != nil {
		t.Fatal(err)
	}
	before := c.provider.Counters().Refreshes
	a := c.contacts(i)
	if a.status != 401 && a.status != 400 || !strings.Contains(string(a.body), "not wanted today") {
		t.Errorf("%d %s", a.status, short(a.body))
	}
	if n := c.provider.Counters().Refreshes - before; n > 1 {
		t.Errorf("%d renewals for one call", n)
	}
	c.provider.Mend()
	c.contacts(i).want(200)
}

func TestManyCallersRenewOnce(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	i := c.connect()
	for round := range 3 {
		c.provider.ExpireAll()
		if err := c.provider.Break(oauth.Rule{Fault: oauth.FaultSlow, Delay: 20 * time.Millisecond}); err != nil {
			t.Fatal(err)
		}
		var callers sync.WaitGroup
		for range 30 {
			callers.Go(func() {
				if a := c.contacts(i); a.status != 200 {
					t.Errorf("%d %s", a.status, short(a.body))
				}
			})
		}
		callers.Wait()
		if n := c.provider.Counters(); n.Refreshes != round+1 || n.MostRefreshing != 1 || n.InvalidGrants != 0 {
			t.Errorf("%+v", n)
		}
	}
}

func TestAGrantThatIsGoneMakesTheInstanceInvalidUntilItIsAuthenticatedAgain(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]func(c *consenting){
		"revoked before": func(c *consenting) { c.provider.RevokeAll() },
		"revoked in mid-flight": func(c *consenting) {
			c.provider.ExpireAll()
			if err := c.provider.Break(oauth.Rule{Fault: oauth.FaultRevokeBefore}); err != nil {
				c.t.Fatal(err)
			}
		},
		"revoked behind the answer": func(c *consenting) {
			c.provider.ExpireAll()
			if err := c.provider.Break(oauth.Rule{Fault: oauth.FaultRevokeAfter}); err != nil {
				c.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := consent(t, "oauth2", oauth.Options{}, nil)
			i := c.connect()
			gone(c)
			first := c.contacts(i)
			if name == "revoked behind the answer" { // this call could not know, and asks once; the next one does
				if first.status == 200 {
					t.Errorf("%d %s", first.status, short(first.body))
				}
				first = c.do(request{path: "/hubs/crm/me", token: i.Token})
			}
			first.want(401, "authenticated again", "invalid_grant")
			s := c.state(i)
			if s.Valid || !strings.Contains(s.InvalidReason, "invalid_grant") {
				t.Errorf("%+v", s)
			}
			before := c.provider.Counters()
			for range 3 {
				c.do(request{path: "/hubs/crm/me", token: i.Token}).want(401, "authenticated again")
			}
			if after := c.provider.Counters(); after.InvalidGrants != before.InvalidGrants {
				t.Errorf("an invalid instance asks for tokens: before %+v, after %+v", before, after)
			}
			c.do(request{path: "/hubs/crm/objects", token: i.Token}).want(200) // needs no provider
			var now made
			c.do(request{method: "PUT", path: i.path(), body: c.asking(owned(), object{"code": c.code()})}).want(200, `"valid":true`).into(&now)
			if now.ID != i.ID || now.Token != i.Token {
				t.Errorf("%+v, was %+v", now, i)
			}
			c.contacts(i).want(200)
			if s := c.state(i); !s.Valid || s.InvalidReason != "" {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestAnInstanceThatIsInvalidCanBeDeleted(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	i := c.connect()
	c.provider.RevokeAll()
	c.contacts(i).want(401)
	c.do(request{method: "DELETE", path: i.path()}).want(200)
	c.nothing()
}

func TestANewGrantMakesRefreshResourcesRun(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil, object{"resources": []object{
		{"method": "GET", "path": "/refreshed", "vendorMethod": "GET", "vendorPath": "/me", "type": "onRefresh",
			"hooks": []object{{"type": "postRequest", "body": "done({configuration: {'account.name': response_body.user}})"}}},
		{"method": "GET", "path": "/account", "vendorMethod": "GET", "vendorPath": "/me",
			"hooks": []object{{"type": "preRequest", "body": "done({continue: false, response_body: {name: configuration['account.name'] || 'none'}})"}}},
	}})
	i := c.connect()
	c.do(request{path: "/hubs/crm/account", token: i.Token}).want(200, `"none"`)
	c.provider.ExpireAll()
	c.contacts(i).want(200)
	c.do(request{path: "/hubs/crm/account", token: i.Token}).want(200, oauth.DefaultUser)
	if n := c.provider.Counters(); n.Refreshes != 1 {
		t.Errorf("%+v", n)
	}
}

func TestACallerWhoGoesDoesNotLoseTheGrant(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	i := c.connect()
	c.provider.ExpireAll()
	if err := c.provider.Break(oauth.Rule{Fault: oauth.FaultHoldAfterRotate}); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/hubs/crm/contacts", nil)
		if err == nil {
			r.Header.Set("Authorization", "User "+c.user+", Organization "+c.organization+", Element "+i.Token)
			var response *http.Response
			if response, err = http.DefaultClient.Do(r); err == nil {
				_, err = io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		}
		gone <- err
	}()
	c.wait(func(n oauth.Counters) bool { return n.Held == 1 })
	leave()
	if err := <-gone; err == nil {
		t.Fatal("the caller got an answer")
	}
	c.provider.Release()
	c.contacts(i).want(200)
	if n := c.provider.Counters(); n.Refreshes != 1 || n.Lost != 0 || n.InvalidGrants != 0 {
		t.Errorf("%+v", n)
	}
}

// wait returns when the provider has seen what ok wants.
func (c *consenting) wait(ok func(oauth.Counters) bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 30*time.Second)
	defer cancel()
	if err := c.provider.Wait(ctx, ok); err != nil {
		c.t.Fatalf("%v: %+v", err, c.provider.Counters())
	}
}

func TestClocksThatDifferByAnHourDoNotMatter(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"ahead": time.Hour, "behind": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := consent(t, "oauth2", oauth.Options{Settings: oauth.Settings{TokenLife: 30 * time.Minute}}, nil)
			c.provider.Advance(skew)
			i := c.connect()
			for range 3 {
				c.contacts(i).want(200)
			}
			if n := c.provider.Counters(); n.Refreshes != 0 || n.Refused != 0 {
				t.Errorf("%+v", n)
			}
			c.provider.Advance(31 * time.Minute)
			c.contacts(i).want(200)
			if n := c.provider.Counters(); n.Refreshes != 1 || n.InvalidGrants != 0 {
				t.Errorf("%+v", n)
			}
		})
	}
}

func TestAChangedClockOfTheProviderInTheMiddleDoesNotMatter(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	i := c.connect()
	c.provider.Advance(-time.Hour)
	c.contacts(i).want(200)
	c.provider.Advance(3 * time.Hour)
	c.contacts(i).want(200)
	if n := c.provider.Counters(); n.Refreshes != 1 || n.InvalidGrants != 0 {
		t.Errorf("%+v", n)
	}
}
