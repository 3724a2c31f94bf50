package wire_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"jackfield/simulator/oauth"
)

// spoilt are the ways in which a token endpoint can answer wrongly, and what a caller is told.
var spoilt = map[oauth.Fault]struct {
	status int // 0: it is good enough
	says   string
	used   bool // the refresh token is used up at the provider
}{
	oauth.FaultHTML:            {502, "HTML", false},
	oauth.FaultHTML503:         {502, "503", false},
	oauth.FaultError200:        {400, "this answer says 200 and is an error", false},
	oauth.FaultEmpty:           {502, "empty", false},
	oauth.FaultGarbage:         {502, "neither a JSON object nor a form", false},
	oauth.FaultHuge:            {502, "larger than", false},
	oauth.FaultDrop:            {502, "provider", false},
	oauth.FaultUnavailable:     {502, "temporarily_unavailable", false},
	oauth.FaultServerError:     {502, "server_error", false},
	oauth.FaultRedirect:        {502, "redirect", false}, // a secret is not repeated to whoever it leads to
	oauth.FaultNoAccessToken:   {502, "access_token", true},
	oauth.FaultDropAfterRotate: {502, "provider", true},
	oauth.FaultExpiresNonsense: {0, "", true},
	oauth.FaultExpiresNegative: {0, "", true},
	oauth.FaultExpiresText:     {0, "", true},
	oauth.FaultSlow:            {0, "", true},
}

func TestATokenEndpointThatMisbehavesAtCreation(t *testing.T) {
	t.Parallel()
	for fault, want := range spoilt {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			c := consent(t, "oauth2", oauth.Options{}, nil)
			code := c.code()
			if err := c.provider.Break(oauth.Rule{Fault: fault, Delay: 300 * time.Millisecond, Times: -1}); err != nil {
				t.Fatal(err)
			}
			a := c.do(request{method: "POST", path: "/instances", body: c.asking(owned(), object{"code": code})}).discreet()
			c.provider.Mend()
			if want.status == 0 {
				var i made
				a.want(200).into(&i)
				c.contacts(i).want(200)
				if n := c.provider.Counters(); n.Refreshes != 0 { // a lifetime that makes no sense is not taken for one that is over
					t.Errorf("%+v", n)
				}
				return
			}
			a.want(want.status, want.says, `"message"`)
			c.nothing()
			// A code is for one use: it is not sent again by ourselves.
			if n := c.provider.Counters(); n.Replays != 0 {
				t.Errorf("%+v", n)
			}
		})
	}
}

func TestATokenEndpointThatMisbehavesAtRenewal(t *testing.T) {
	t.Parallel()
	for fault, want := range spoilt {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			c := consent(t, "oauth2", oauth.Options{}, nil)
			i := c.connect()
			c.provider.ExpireAll()
			if err := c.provider.Break(oauth.Rule{Fault: fault, Delay: 300 * time.Millisecond, Times: -1}); err != nil {
				t.Fatal(err)
			}
			a := c.contacts(i)
			c.provider.Mend()
			switch {
			case want.status == 0:
				a.want(200)
				c.contacts(i).want(200)
			case !want.used:
				a.want(want.status, want.says, `"message"`)
				if s := c.state(i); !s.Valid {
					t.Errorf("a provider that is down for a moment costs the grant: %+v", s)
				}
				c.recovers(i, 200)
			default:
				// What the provider gave is lost on the way, which looks as if it had never been asked. One more attempt is right; when
				// that fails nobody but the customer can mend it, and it must be said.
				if a.status < 400 || a.status == 500 {
					t.Errorf("%d %s", a.status, short(a.body))
				}
				c.recovers(i, 401).want(401, "authenticated again")
				if s := c.state(i); s.Valid || s.InvalidReason == "" {
					t.Errorf("%+v", s)
				}
				c.do(request{method: "PUT", path: i.path(), body: c.asking(owned(), object{"code": c.code()})}).want(200, `"valid":true`)
				c.contacts(i).want(200)
			}
			if n := c.provider.Counters(); want.used && n.Reuses > 1 || !want.used && n.InvalidGrants != 0 {
				t.Errorf("a refresh token was used again and again: %+v", n)
			}
		})
	}
}

// recovers calls until the answer has the status: a token endpoint that did not work is left alone for some seconds.
func (c *consenting) recovers(m made, status int) *answer {
	c.t.Helper()
	var last *answer
	await(c.t, "another attempt", func() *answer { last = c.contacts(m); return last }, func(a *answer) bool { return a.status == status })
	return last
}

func TestATokenEndpointThatNeverAnswersLeavesNothingWhenTheCallerGoes(t *testing.T) {
	t.Parallel()
	c := consent(t, "oauth2", oauth.Options{}, nil)
	code := c.code()
	if err := c.provider.Break(oauth.Rule{Fault: oauth.FaultNever}); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/instances", strings.NewReader(c.asking(owned(), object{"code": code})))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "User "+c.user+", Organization "+c.organization)
	r.Header.Set("Content-Type", "application/json")
	gone := make(chan error, 1)
	go func() {
		response, err := http.DefaultClient.Do(r)
		if err == nil {
			response.Body.Close()
		}
		gone <- err
	}()
	c.wait(func(n oauth.Counters) bool { return n.Held == 1 })
	leave()
	if err := <-gone; err == nil {
		t.Fatal("there is an answer")
	}
	c.wait(func(n oauth.Counters) bool { return n.Held == 0 })
	c.nothing()
	c.contacts(c.create(c.asking(owned(), object{"code": code}))).want(200) // the code is still good
}
