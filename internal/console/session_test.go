package console_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/console"
)

func TestALoginSetsACookieThatScriptsAndOtherSitesCannotUse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*console.Options)
		frame  func(*http.Request)
		secure bool
	}{
		{"plain", nil, func(*http.Request) {}, false},
		{"TLS here", nil, func(r *http.Request) { r.TLS = &tls.ConnectionState{} }, true},
		{"TLS at a trusted proxy", nil, func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https") }, true},
		{"public address is https", func(o *console.Options) { o.PublicURL = "https://jack.example.org" }, func(*http.Request) {}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := open(t, c.change)
			r := request("POST", "/console/session", `{"username":" ADA@example.org ","password":"`+password+`"}`, header{"Content-Type": "application/json; charset=utf-8"})
			c.frame(r)
			response := d.do(r)
			if response.StatusCode != 200 || len(response.Cookies()) != 1 {
				t.Fatalf("%d %s", response.StatusCode, text(t, response))
			}
			cookie := response.Cookies()[0]
			if cookie.Name != "jackfield_session" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || cookie.Domain != "" || cookie.Secure != c.secure {
				t.Errorf("%+v", cookie)
			}
			if cookie.MaxAge < 11*3600 || cookie.MaxAge > 12*3600 {
				t.Errorf("the cookie lives %d s, want 12 hours", cookie.MaxAge)
			}
			if response.Header.Get("Cache-Control") != "no-store" {
				t.Error("the answer may be cached")
			}
			var body struct {
				Authenticated bool
				CSRF          string
				User          struct{ Email string }
				Organization  struct{ Name string }
				Notices       []string
				Roles         []struct{ Key, Name string }
				Privileges    []string
			}
			decode(t, response, &body)
			if !body.Authenticated || body.CSRF == "" || body.CSRF == cookie.Value || body.User.Email != email || body.Organization.Name == "" || len(body.Notices) != 1 {
				t.Errorf("%+v", body)
			}
			if len(body.Roles) == 0 || body.Roles[0].Key != "org-admin" || body.Roles[0].Name == "" || !slices.IsSorted(body.Privileges) || !slices.Contains(body.Privileges, "modifySecurity") {
				t.Errorf("the session does not say what its user may do: %+v", body)
			}
		})
	}
}

func TestEachLoginHasItsOwnTokenAndEndsTheOneBefore(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	first, _ := d.logIn(t, nil)
	second, _ := d.logIn(t, header{"Cookie": console.CookieName + "=" + first.cookie})
	if first.cookie == second.cookie || first.csrf == second.csrf {
		t.Fatal("the tokens did not change")
	}
	if _, err := d.access.ConsoleSession(t.Context(), first.cookie); err == nil {
		t.Error("the session before lives on")
	}
	if _, err := d.access.ConsoleSession(t.Context(), second.cookie); err != nil {
		t.Error(err)
	}
}

func TestLoginsThatAreRefused(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	right := `{"username":"` + email + `","password":"` + password + `"}`
	for _, c := range []struct {
		name, body string
		headers    header
		status     int
	}{
		{"wrong password", `{"username":"` + email + `","password":"no"}`, nil, 401},
		{"unknown email", `{"username":"eve@example.org","password":"no"}`, nil, 401},
		{"nothing given", `{}`, nil, 400},
		{"not JSON", `username=x`, nil, 400},
		{"wrong types", `{"username":1}`, nil, 400},
		{"a form of another site", right, header{"Content-Type": "text/plain"}, 415},
		{"no content type", right, header{"Content-Type": ""}, 415},
		{"another site", right, header{"Sec-Fetch-Site": "cross-site"}, 403},
		{"a sibling site", right, header{"Sec-Fetch-Site": "same-site"}, 403},
		{"another origin where browsers say no more", right, header{"Origin": "http://evil.example"}, 403},
		{"a hidden origin", right, header{"Origin": "null"}, 403},
		{"too large", `{"username":"` + strings.Repeat("x", 20<<10) + `"}`, nil, 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			headers := header{"Content-Type": "application/json"}
			for name, value := range c.headers {
				headers[name] = value
			}
			response := d.do(request("POST", "/console/session", c.body, headers))
			var body struct{ Message string }
			decode(t, response, &body)
			if response.StatusCode != c.status || body.Message == "" || cookieOf(response) != "" {
				t.Errorf("%d %q, want %d with a message and no cookie", response.StatusCode, body.Message, c.status)
			}
		})
	}
}

func TestTooManyFailedLoginsSayWhenToComeBack(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	var response *http.Response
	for range 11 {
		response = d.do(request("POST", "/console/session", `{"username":"eve@example.org","password":"no"}`, header{"Content-Type": "application/json"}))
	}
	if response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "" || response.Header.Get("Retry-After") == "0" {
		t.Errorf("%d, Retry-After %q", response.StatusCode, response.Header.Get("Retry-After"))
	}
}

func TestAskingForTheSessionIsNeverAnError(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	who, _ := d.logIn(t, nil)
	for _, c := range []struct {
		name, cookie string
		in, removed  bool
	}{
		{"logged in", who.cookie, true, false},
		{"no cookie", "", false, false},
		{"an unknown token", "made-up", false, true},
	} {
		headers := header{}
		if c.cookie != "" {
			headers["Cookie"] = console.CookieName + "=" + c.cookie
		}
		response := d.do(request("GET", "/console/session", "", headers))
		var body struct {
			Authenticated bool
			CSRF          string
		}
		decode(t, response, &body)
		removed := len(response.Cookies()) == 1 && response.Cookies()[0].MaxAge < 0
		if response.StatusCode != 200 || body.Authenticated != c.in || (body.CSRF == who.csrf) != c.in || removed != c.removed {
			t.Errorf("%s: %d %+v, cookie removed %t", c.name, response.StatusCode, body, removed)
		}
	}
}

func TestLoggingOutEndsTheSessionOnlyForItsOwnPage(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	who, _ := d.logIn(t, nil)
	cookie := console.CookieName + "=" + who.cookie
	for _, headers := range []header{
		{"Cookie": cookie},
		{"Cookie": cookie, console.HeaderCSRF: "guess"},
		{"Cookie": cookie, console.HeaderCSRF: who.csrf, "Sec-Fetch-Site": "cross-site"},
	} {
		if r := d.do(request("DELETE", "/console/session", "", headers)); r.StatusCode != http.StatusForbidden {
			t.Errorf("%v: status %d, want 403", headers, r.StatusCode)
		}
	}
	if _, err := d.access.ConsoleSession(t.Context(), who.cookie); err != nil {
		t.Fatal("a foreign page ended the session")
	}
	r := d.do(request("DELETE", "/console/session", "", header{"Cookie": cookie, console.HeaderCSRF: who.csrf}))
	if r.StatusCode != 200 || len(r.Cookies()) != 1 || r.Cookies()[0].MaxAge >= 0 {
		t.Errorf("%d %v", r.StatusCode, r.Cookies())
	}
	if _, err := d.access.ConsoleSession(t.Context(), who.cookie); err == nil {
		t.Error("the session lives on")
	}
}

func TestSecretsAreForTheSessionsOwnPageAlone(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	who, _ := d.logIn(t, nil)
	cookie := console.CookieName + "=" + who.cookie
	for name, c := range map[string]struct {
		headers header
		status  int
	}{
		"nobody":           {nil, 401},
		"no CSRF token":    {header{"Cookie": cookie}, 403},
		"another site":     {header{"Cookie": cookie, console.HeaderCSRF: who.csrf, "Sec-Fetch-Site": "same-site"}, 403},
		"the page":         {header{"Cookie": cookie, console.HeaderCSRF: who.csrf, "Sec-Fetch-Site": "same-origin"}, 200},
		"an older browser": {header{"Cookie": cookie, console.HeaderCSRF: who.csrf, "Origin": "http://example.com"}, 200},
	} {
		r := d.do(request("GET", "/console/session/secrets", "", c.headers))
		var body struct{ UserSecret, OrganizationSecret string }
		decode(t, r, &body)
		if r.StatusCode != c.status || (body.UserSecret != "") != (c.status == 200) || (len(body.OrganizationSecret) == 32) != (c.status == 200) {
			t.Errorf("%s: status %d", name, r.StatusCode)
		}
		if r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: may be cached", name)
		}
	}
}

func TestThePagesCallsAreTheUsersAndNobodyElses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		headers header
		foreign bool // the session is of no use
		in      bool
	}{
		{"the page", header{}, false, true},
		{"the page, and the browser says so", header{"Sec-Fetch-Site": "same-origin"}, false, true},
		{"the page calls a connector", header{"Authorization": "Element abc="}, false, true},
		{"the page on an address that browsers do not trust", header{"Origin": "http://example.com"}, false, true},
		{"no CSRF token", header{console.HeaderCSRF: ""}, false, false},
		{"a wrong CSRF token", header{console.HeaderCSRF: "guess"}, false, false},
		{"another site", header{"Sec-Fetch-Site": "cross-site"}, false, false},
		{"a typed address", header{"Sec-Fetch-Site": "none"}, false, false},
		{"another origin", header{"Origin": "http://evil.example"}, false, false},
		{"credentials of its own win", header{"Authorization": "User u, Organization o"}, false, false},
		{"a broken Authorization is for the API to refuse", header{"Authorization": "Basic abc"}, false, false},
		{"a dead session", header{}, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := open(t, nil)
			who, _ := d.logIn(t, nil)
			if c.foreign {
				if err := d.access.Logout(t.Context(), "console", who.cookie); err != nil {
					t.Fatal(err)
				}
			}
			headers := header{console.HeaderCSRF: who.csrf, "Cookie": "theirs=1; " + console.CookieName + "=" + who.cookie}
			for name, value := range c.headers {
				headers[name] = value
			}
			for _, method := range []string{"GET", "POST", "DELETE"} {
				d.api.ServeHTTP(httptest.NewRecorder(), request(method, "/elements/api-v2/instances", "", headers))
				principal, in := access.PrincipalFrom(d.seen.Context())
				if in != c.in || (in && principal.User.Email != email) {
					t.Errorf("%s: the API saw a user: %t, want %t", method, in, c.in)
				}
				if got := d.seen.Header.Get("Authorization"); got != c.headers["Authorization"] {
					t.Errorf("Authorization became %q", got)
				}
				if d.seen.Header.Get("Cookie") != "theirs=1" || d.seen.Header.Get(console.HeaderCSRF) != "" {
					t.Errorf("the session travels on: %v", d.seen.Header)
				}
			}
		})
	}
}

func TestCallsWithoutACookieGoOnAsTheyCame(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	r := request("GET", "/elements/api-v2/elements", "", header{"Authorization": "User u"}).WithContext(context.WithValue(t.Context(), d, "x"))
	d.api.ServeHTTP(httptest.NewRecorder(), r)
	if d.seen != r {
		t.Error("the request was changed")
	}
}

func TestAnExpiredPasswordIsSaidToBeOneAndReplacedByWhoKnowsIt(t *testing.T) {
	t.Parallel()
	clock := time.Now()
	d := openAt(t, nil, func() time.Time { return clock })
	policy := access.DefaultPolicy()
	policy.ExpirationDays = 1
	who, _ := d.logIn(t, nil)
	principal, err := d.access.ConsoleSession(t.Context(), who.cookie)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.access.PutPolicy(t.Context(), principal.Organization.ID, policy); err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(25 * time.Hour)

	ask := func(method, old, fresh string, headers header) (*http.Response, string, string) {
		all := header{"Content-Type": "application/json"}
		for name, value := range headers {
			all[name] = value
		}
		response := d.do(request(method, "/console/session", `{"username":"`+email+`","password":"`+old+`","newPassword":"`+fresh+`"}`, all))
		var body struct{ Message, Code string }
		decode(t, response, &body)
		return response, body.Message, body.Code
	}
	if r, message, code := ask("POST", password, "", nil); r.StatusCode != 401 || code != "password-expired" || message == "" || cookieOf(r) != "" {
		t.Fatalf("%d %q %q", r.StatusCode, message, code)
	}
	for _, c := range []struct {
		name, old, fresh string
		headers          header
		status           int
	}{
		{"a wrong old one", "Wrong-Passw0rd", "Fresh-Passw0rd", nil, 401},
		{"a weak new one", password, "weak", nil, 400},
		{"no new one", password, "", nil, 400},
		{"another site", password, "Fresh-Passw0rd", header{"Sec-Fetch-Site": "cross-site"}, 403},
	} {
		if r, message, code := ask("PUT", c.old, c.fresh, c.headers); r.StatusCode != c.status || message == "" || code != "" || cookieOf(r) != "" {
			t.Errorf("%s: %d %q %q, want %d", c.name, r.StatusCode, message, code, c.status)
		}
	}
	r, _, _ := ask("PUT", password, "Fresh-Passw0rd", nil)
	if r.StatusCode != 200 || cookieOf(r) == "" {
		t.Fatalf("%d", r.StatusCode)
	}
	if _, err := d.access.ConsoleSession(t.Context(), cookieOf(r)); err != nil {
		t.Error(err)
	}
	if r, _, code := ask("POST", password, "", nil); r.StatusCode != 401 || code != "" {
		t.Errorf("the old password: %d %q", r.StatusCode, code)
	}
}
