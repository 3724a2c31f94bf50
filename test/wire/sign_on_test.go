package wire_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"jackfield/internal/server"
	"jackfield/simulator/identity"
)

// foreignLogin is an identity provider beside a house.
type foreignLogin struct {
	*identity.Simulator
	url string
}

func provided(t *testing.T) (foreignLogin, option) {
	t.Helper()
	simulator, err := identity.New(identity.Options{People: []identity.Person{
		{Email: "grace@example.org", FirstName: "Grace", LastName: "Hopper", Groups: []string{"staff"}},
		{Email: "ada@example.org", FirstName: "Ada", LastName: "Byron"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(simulator)
	t.Cleanup(s.Close)
	return foreignLogin{simulator, s.URL}, func(o *server.Options) {
		o.AllowAddresses = append(append([]netip.AddrPort{}, o.AllowAddresses...), addressOf(s.URL))
	}
}

// surfer is a browser that follows redirects and forms one by one.
type surfer struct {
	t      *testing.T
	client *http.Client
	home   string
}

func (h *house) surfer() *surfer {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &surfer{t: h.t, client: client, home: h.server.URL()}
}

// page is where a surfer is.
type page struct {
	status int
	to     string // of a redirect
	header http.Header
	body   string
}

func (s *surfer) send(method, address string, form url.Values, header map[string]string) page {
	s.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = s.home + address
	}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	request, err := http.NewRequestWithContext(s.t.Context(), method, address, body)
	if err != nil {
		s.t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := s.client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return page{response.StatusCode, response.Header.Get("Location"), response.Header, string(text)}
}

func (s *surfer) get(address string) page { s.t.Helper(); return s.send("GET", address, nil, nil) }

var (
	formAction = regexp.MustCompile(`<form method="post" action="([^"]*)"`)
	formField  = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
)

// submit sends the form of a page with more fields.
func (s *surfer) submit(at string, p page, more url.Values) page {
	s.t.Helper()
	action := formAction.FindStringSubmatch(p.body)
	if action == nil {
		s.t.Fatalf("no form: %d %s", p.status, p.body)
	}
	to, err := url.Parse(html.UnescapeString(action[1]))
	if err != nil {
		s.t.Fatal(err)
	}
	base, err := url.Parse(at)
	if err != nil {
		s.t.Fatal(err)
	}
	fields := url.Values{}
	for _, field := range formField.FindAllStringSubmatch(p.body, -1) {
		fields.Set(html.UnescapeString(field[1]), html.UnescapeString(field[2]))
	}
	for name, values := range more {
		fields[name] = values
	}
	return s.send("POST", base.ResolveReference(to).String(), fields, nil)
}

// session is what the console says about the login.
func (s *surfer) session() (body struct {
	Authenticated    bool
	CSRF, SignOutURL string
	User             struct{ Email string }
}) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(s.get("/console/session").body), &body); err != nil {
		s.t.Fatal(err)
	}
	return body
}

func (p page) leads(t *testing.T, prefix string) string {
	t.Helper()
	if p.status != http.StatusSeeOther && p.status != http.StatusFound || !strings.HasPrefix(p.to, prefix) {
		t.Fatalf("status %d leads to %q, want %q…: %s", p.status, p.to, prefix, p.body)
	}
	return p.to
}

// identityProviders makes one of each protocol and gives their ids.
func (h *house) identityProviders(e foreignLogin) (saml, oidc int64) {
	h.t.Helper()
	const path = "/organizations/identity-providers"
	both := map[string]any{"emailDomains": []string{"example.org"}, "justInTime": true, "roleMapping": map[string]string{"staff": "admin"}}
	samlMembers := map[string]any{"name": "By SAML", "entityId": identity.EntityID(e.url), "ssoUrl": e.url + "/saml/sso", "signingCert": e.Certificate(), "logoutUrl": e.url + "/saml/slo"}
	oidcMembers := map[string]any{"name": "By OpenID", "type": "oidc", "issuer": e.url, "clientId": identity.DefaultClientID, "clientSecret": identity.DefaultClientSecret}
	ids := make([]int64, 2)
	for i, members := range []map[string]any{samlMembers, oidcMembers} {
		for name, value := range both {
			members[name] = value
		}
		ids[i] = int64(h.do(request{method: "POST", path: path, body: fields(members)}).want(200).member("id").(float64))
	}
	return ids[0], ids[1]
}

func TestPeopleLogInWithIdentityProviders(t *testing.T) {
	t.Parallel()
	e, beside := provided(t)
	h := build(t, beside)
	saml, oidc := h.identityProviders(e)
	s := h.surfer()

	offers := s.get("/console/sign-on?email=unknown%40example.org")
	for _, text := range []string{`"name":"By SAML","type":"saml"`, `"name":"By OpenID","type":"oidc"`, fmt.Sprintf(`"startUrl":"/console/sign-on/%d"`, saml)} {
		if !strings.Contains(offers.body, text) {
			t.Errorf("the offers lack %s: %s", text, offers.body)
		}
	}
	if other := s.get("/console/sign-on?email=x%40example.net"); other.body != "{\"providers\":[]}\n" {
		t.Errorf("another domain is offered %s", other.body)
	}
	grace := url.Values{"person": {"grace@example.org"}, "decision": {"approve"}}

	at := s.get(fmt.Sprintf("/console/sign-on/%d?next=/instances", oidc)).leads(t, e.url+"/authorize?")
	back := s.submit(at, s.get(at), grace).leads(t, s.home+"/console/sign-on/callback?")
	end := s.get(back)
	end.leads(t, "/instances")
	if cookies := strings.Join(end.header.Values("Set-Cookie"), "\n"); !strings.Contains(cookies, "jackfield_session=") || !strings.Contains(cookies, "SameSite=Strict") || !strings.Contains(cookies, "HttpOnly") {
		t.Errorf("cookies: %s", cookies)
	}
	session := s.session()
	if !session.Authenticated || session.User.Email != "grace@example.org" {
		t.Fatalf("%+v", session)
	}
	h.do(request{path: "/users/grace@example.org"}).want(200, `"key":"admin"`, "Hopper")
	s.get(back).leads(t, "/login?problem=expired") // its cookie is gone

	at = s.get(fmt.Sprintf("/console/sign-on/%d?next=//evil.example.net", saml)).leads(t, e.url+"/saml/sso?")
	posting := s.submit(at, s.get(at), grace)
	finish := s.submit(at, posting, nil).leads(t, "/console/sign-on/finish?ticket=")
	s.get(finish).leads(t, "/")
	session = s.session()
	if !session.Authenticated || session.User.Email != "grace@example.org" {
		t.Fatalf("%+v", session)
	}
	s.submit(at, posting, nil).leads(t, "/login?problem=replayed")
	s.get(finish).leads(t, "/login?problem=expired")

	out := s.send("DELETE", "/console/session", nil, map[string]string{"X-Jackfield-CSRF": session.CSRF})
	if err := json.Unmarshal([]byte(out.body), &session); err != nil || !strings.HasPrefix(session.SignOutURL, e.url+"/saml/slo?SAMLRequest=") {
		t.Fatalf("signing out: %v %s", err, out.body)
	}
	s.get(session.SignOutURL)
	if names := e.Logouts(); len(names) != 1 || names[0] != "grace@example.org" {
		t.Errorf("logged out at the provider: %v", names)
	}
	if s.session().Authenticated {
		t.Error("the session goes on")
	}
}

func TestALoginThatFailsLeadsToTheLoginPage(t *testing.T) {
	t.Parallel()
	e, beside := provided(t)
	h := build(t, beside)
	saml, oidc := h.identityProviders(e)
	s := h.surfer()
	refuse := url.Values{"person": {"grace@example.org"}, "decision": {"deny"}}
	at := s.get(fmt.Sprintf("/console/sign-on/%d", oidc)).leads(t, e.url)
	s.get(s.submit(at, s.get(at), refuse).leads(t, s.home)).leads(t, fmt.Sprintf("/login?problem=denied&provider=%d", oidc))
	at = s.get(fmt.Sprintf("/console/sign-on/%d", saml)).leads(t, e.url)
	s.submit(at, s.submit(at, s.get(at), refuse), nil).leads(t, fmt.Sprintf("/login?problem=denied&provider=%d", saml))
	for _, id := range []string{"-1", "0", "x", "1152921504606846976"} {
		s.get("/console/sign-on/"+id).leads(t, "/login?problem=unknown-provider")
	}
	acs := h.base + fmt.Sprintf("/authentication/saml/%d/acs", saml)
	for name, form := range map[string]url.Values{
		"nothing": {}, "no base64": {"SAMLResponse": {"%%%"}}, "no XML": {"SAMLResponse": {"aGVsbG8="}}, "entities": {"SAMLResponse": {"PCFET0NUWVBFIGE+PGEvPg=="}},
	} {
		if p := s.send("POST", acs, form, nil); p.to != fmt.Sprintf("/login?problem=invalid&provider=%d", saml) {
			t.Errorf("%s: %d %s", name, p.status, p.to)
		}
	}
	s.send("POST", h.base+"/authentication/saml/999/acs", url.Values{}, nil).leads(t, "/login?problem=unknown-provider")
	if p := s.send("POST", acs, url.Values{"SAMLResponse": {strings.Repeat("A", 2<<20)}}, nil); p.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge answer: %d", p.status)
	}
	if p := s.send("POST", acs, nil, map[string]string{"Content-Type": "application/json"}); p.status != http.StatusUnsupportedMediaType {
		t.Errorf("JSON: %d", p.status)
	}
	for _, path := range []string{"callback", "finish"} {
		if p := s.send("HEAD", "/console/sign-on/"+path+"?state=x&code=y&ticket=z", nil, nil); p.status != http.StatusNoContent {
			t.Errorf("HEAD %s: %d", path, p.status)
		}
	}
	var last page
	for range 80 { // answers are not for guessing
		if last = s.get("/console/sign-on/callback?state=abc&code=x"); last.status != http.StatusSeeOther {
			break
		}
	}
	if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") == "" {
		t.Errorf("eighty guesses end with %d", last.status)
	}
	if s.session().Authenticated {
		t.Error("somebody is logged in")
	}
}
