package wire_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"jackfield/simulator/oauth"
)

func TestTokensTravelAsTheDefinitionSays(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{Settings: oauth.Settings{FormAnswers: true}}, map[string]string{
		"oauth.basic.header": "true", "oauth.token.refresh_url": "SIM/token?renewal=1",
	})
	i := c.connect()
	c.provider.ExpireAll()
	c.contacts(i).want(200)
	c.do(request{method: "DELETE", path: i.path()}).want(200)
	renewals := 0
	for _, e := range c.provider.Journal() {
		if (e.Path == "/token" || e.Path == "/revoke") && e.Style != "basic" {
			t.Errorf("%+v", e)
		}
		if len(e.Parameters) > 0 && e.Values["grant_type"] == "refresh_token" && strings.Contains(strings.Join(e.Parameters, " "), "renewal") {
			renewals++
		}
	}
	if n := c.provider.Counters(); renewals != 1 || n.Refreshes != 1 || n.Revocations != 1 || n.InvalidClients != 0 {
		t.Errorf("%d renewals at their own address, %+v", renewals, n)
	}
}

func TestStateIsTheClientsOwnAffair(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	for _, state := range []any{"another", "", 7, nil, object{"a": 1}} {
		c.contacts(c.create(c.asking(owned(), object{"code": c.code("state", "mine"), "state": state}))).want(200)
	}
}

func TestMembersOfATokenAnswerBecomeConfiguration(t *testing.T) {
	t.Parallel()
	members := map[string]any{"account_number": 12345678901234567}
	c := consent(t, "oauth2", oauth.Options{Members: members}, map[string]string{"base.url": "{instance_url}/api", "instance_url": "", "account_number": ""},
		object{"parameters": []object{{"name": "instance_url", "type": "configuration", "vendorName": "instance_url", "vendorType": "path", "source": "request"}}})
	members["instance_url"] = c.at
	a := c.do(request{method: "POST", path: "/instances", body: c.asking(owned(), object{"code": c.code()})}).want(200, `"account_number":"12345678901234567"`)
	var i made
	a.discreet().into(&i)
	c.contacts(i).want(200)
	c.provider.ExpireAll()
	c.contacts(i).want(200)
}

func TestATokenEndpointThatNeverAnswersIsGivenUp(t *testing.T) {
	t.Parallel() // takes as long as the limit, half a minute, in which nothing happens
	c := consent(t, "oauth2", oauth.Options{}, nil)
	code, i := c.code(), c.connect()
	c.provider.ExpireAll()
	if err := c.provider.Break(oauth.Rule{Fault: oauth.FaultNever, Times: -1}); err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	both.Go(func() {
		a := c.do(request{method: "POST", path: "/instances", body: c.asking(owned(), object{"code": code}, object{"name": "never"})})
		if a.status != 502 && a.status != 504 || !strings.Contains(string(a.body), "30 s") {
			t.Errorf("%d %s", a.status, short(a.body))
		}
	})
	both.Go(func() {
		a := c.contacts(i)
		if a.status != 502 && a.status != 504 || !strings.Contains(string(a.body), "30 s") {
			t.Errorf("%d %s", a.status, short(a.body))
		}
	})
	both.Wait()
	c.provider.Mend()
	if a := c.do(request{path: "/instances", query: map[string][]string{"searchText": {"never"}}}); a.status != 404 {
		t.Errorf("%d %s", a.status, short(a.body))
	}
	if s := c.state(i); !s.Valid {
		t.Errorf("%+v", s)
	}
	c.recovers(i, 200)
	if n := c.provider.Counters(); n.InvalidGrants != 0 || n.Refreshes != 1 {
		t.Errorf("%+v", n)
	}
}

func TestAnOlderGrantDoesNotReplaceTheOneThatAUserHasJustGiven(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	i := c.connect()
	c.provider.ExpireAll()
	if err := c.provider.Break(oauth.Rule{Fault: oauth.FaultHoldAfterRotate, Grant: "refresh_token"}); err != nil {
		t.Fatal(err)
	}
	answered := make(chan int, 1)
	go func() { answered <- c.contacts(i).status }()
	c.wait(func(n oauth.Counters) bool { return n.Held == 1 })
	c.do(request{method: "PUT", path: i.path(), body: c.asking(owned(), object{"code": c.code()})}).want(200, `"valid":true`)
	c.do(request{path: "/hubs/crm/me", token: i.Token}).want(200, `"family":2`)
	c.provider.Release()
	if status := <-answered; status != http.StatusOK {
		t.Errorf("the caller that waited gets %d", status)
	}
	c.do(request{path: "/hubs/crm/me", token: i.Token}).want(200, `"family":2`)
	c.provider.ExpireAll()
	c.do(request{path: "/hubs/crm/me", token: i.Token}).want(200, `"family":2`)
	if n := c.provider.Counters(); n.InvalidGrants != 0 || n.Reuses != 0 {
		t.Errorf("%+v", n)
	}
}

func TestAnInstanceThatIsDeletedDuringARenewalStaysDeleted(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	i := c.connect()
	c.provider.ExpireAll()
	if err := c.provider.Break(oauth.Rule{Fault: oauth.FaultSlow, Grant: "refresh_token", Delay: 300 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	answered := make(chan int, 1)
	go func() { answered <- c.contacts(i).status }()
	c.wait(func(n oauth.Counters) bool { return n.Refreshes == 1 })
	c.do(request{method: "DELETE", path: i.path()}).want(200)
	if status := <-answered; status != 401 && status != 404 {
		t.Errorf("the caller that waited gets %d", status)
	}
	c.contacts(i).want(401)
	c.nothing()
}
