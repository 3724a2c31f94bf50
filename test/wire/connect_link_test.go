package wire_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/connect"
	"jackfield/internal/instance"
	"jackfield/internal/server"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
	"jackfield/simulator/act365"
	"jackfield/simulator/oauth"
)

// application is where the maker of the links of these tests wants customers to come back to.
const application = "https://app.example.com/connected/"

func redirecting(t *testing.T) option {
	t.Helper()
	redirects, err := connect.ParseRedirects([]string{application}, false)
	if err != nil {
		t.Fatal(err)
	}
	return func(o *server.Options) { o.Redirects = redirects }
}

// linked is the answer to a new link.
type linked struct {
	ID          int64
	URL         string
	ExpiresDate time.Time
}

func (l linked) path() string { return "/instances/connect-links/" + strconv.FormatInt(l.ID, 10) }

func (h *house) link(body object) linked {
	h.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	var l linked
	h.do(request{method: "POST", path: "/instances/connect-links", body: string(text)}).want(200).into(&l)
	if l.ID == 0 || !strings.HasPrefix(l.URL, h.server.URL()+"/connect/") || len(l.URL) < len(h.server.URL()+"/connect/")+43 {
		h.t.Fatalf("the link is %+v", l)
	}
	return l
}

// linkState is a link as its maker sees it.
type linkState struct {
	ID          int64
	State, Name string
	Tags        []string
	Element     struct{ Key, Name string }
	RedirectURL string
	InstanceID  int64
	Attempts    int
	Error       string
	Denied      bool
}

func (h *house) linkState(l linked) linkState {
	h.t.Helper()
	var s linkState
	a := h.do(request{path: l.path()}).want(200)
	a.into(&s)
	if token := strings.TrimPrefix(l.URL, h.server.URL()+"/connect/"); strings.Contains(string(a.body), token) {
		h.t.Error("the answer has the link's token")
	}
	return s
}

// browser is a customer's: it keeps cookies and follows nothing by itself.
type browser struct {
	t      *testing.T
	client *http.Client
	home   string
}

func (h *house) browser() *browser {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{h.t, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, h.server.URL()}
}

func (b *browser) send(method, address, body string) (int, http.Header, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", b.home)
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(text)
}

var factsOf = regexp.MustCompile(`data-facts="([^"]*)"`)

// page opens an address of ours and reads what the page shows.
func (b *browser) page(address string, status int) (connect.Page, string) {
	b.t.Helper()
	got, header, text := b.send("GET", address, "")
	if got != status {
		b.t.Fatalf("%s answered %d, want %d", strings.TrimPrefix(address, b.home), got, status)
	}
	for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cache-Control": "no-store"} {
		if header.Get(name) != want {
			b.t.Errorf("%s is %q, want %q", name, header.Get(name), want)
		}
	}
	if p := header.Get("Content-Security-Policy"); !strings.Contains(p, "default-src 'none'") || !strings.Contains(p, "frame-ancestors 'none'") || strings.Contains(p, "unsafe") {
		b.t.Errorf("the policy is %q", p)
	}
	var page connect.Page
	found := factsOf.FindStringSubmatch(text)
	if found == nil {
		b.t.Fatalf("the page has no facts: %s", text)
	}
	if err := json.Unmarshal([]byte(html.UnescapeString(found[1])), &page); err != nil {
		b.t.Fatal(err)
	}
	return page, text
}

// visit asks for the way to the provider's page.
func (b *browser) visit(l linked, body string) string {
	b.t.Helper()
	status, _, text := b.send("POST", l.URL+"/visit", body)
	var visit struct{ URL string }
	if err := json.Unmarshal([]byte(text), &visit); err != nil || status != http.StatusOK || visit.URL == "" {
		b.t.Fatalf("the visit answered %d %s", status, text)
	}
	return visit.URL
}

// agree goes through the provider's page and returns the address that it sends the browser back to.
func (b *browser) agree(address string) string {
	b.t.Helper()
	status, header, text := b.send("GET", address, "")
	back := header.Get("Location")
	if status != http.StatusFound || !strings.HasPrefix(back, b.home+connect.ReturnPath) {
		b.t.Fatalf("the provider answered %d %s: %s", status, back, short([]byte(text)))
	}
	return back
}

// comeBack follows the way back and returns where the customer is sent.
func (b *browser) comeBack(address string) *url.URL {
	b.t.Helper()
	status, header, text := b.send("GET", address, "")
	if status != http.StatusSeeOther {
		b.t.Fatalf("the way back answered %d: %s", status, short([]byte(text)))
	}
	u, err := url.Parse(header.Get("Location"))
	if err != nil {
		b.t.Fatal(err)
	}
	return u
}

func (h *house) instances() int {
	h.t.Helper()
	var all struct{ TotalInstances int }
	h.do(request{path: "/instances/count"}).want(200).into(&all)
	return all.TotalInstances
}

func TestACustomerConnectsAnAccountByALinkWithKeys(t *testing.T) {
	t.Parallel()
	h := build(t)
	l := h.link(object{"element": object{"key": "actessentials"}, "name": "acme <b>act</b>", "tags": []string{"acme"}, "configuration": object{"username": act365.DefaultAPIKey}})
	if until := time.Until(l.ExpiresDate); until < 23*time.Hour || until > 24*time.Hour {
		t.Errorf("it lasts %v", until)
	}
	if s := h.linkState(l); s.State != "open" || s.Name != "acme act" || s.Element.Key != "actessentials" || s.InstanceID != 0 || s.Attempts != 0 {
		t.Errorf("%+v", s)
	}
	b := h.browser()
	page, text := b.page(l.URL, http.StatusOK)
	if page.State != connect.StateOpen || page.Visits || page.By == "" || page.Connector.Name == "" || len(page.Entries) != 1 ||
		page.Entries[0].Key != "password" || !page.Entries[0].Secret || !page.Entries[0].Required {
		t.Errorf("%+v", page)
	}
	if strings.Contains(text, act365.DefaultAPIKey) || strings.Contains(text, "acme act") {
		t.Error("the page has what is the maker's alone")
	}
	for what, test := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"nothing":           {`{"configuration":{}}`, 400, "Required: Developer Key"},
		"what is preset":    {`{"configuration":{"username":"x","password":"y"}}`, 400, "username is not asked for"},
		"what is hidden":    {`{"configuration":{"base.url":"https://evil.example","password":"y"}}`, 400, "base.url is not asked for"},
		"no JSON":           {`x`, 400, "The body must be"},
		"a wrong key":       {`{"configuration":{"password":"wrong"}}`, 401, "refused the credentials"},
		"too large a value": {`{"configuration":{"password":"` + strings.Repeat("x", instance.MaxConfigurationValue+1) + `"}}`, 400, "too long"},
	} {
		if status, _, text := b.send("POST", l.URL, test.body); status != test.status || !strings.Contains(text, test.want) {
			t.Errorf("%s: %d %s", what, status, text)
		}
	}
	if s := h.linkState(l); s.State != "failed" || !strings.Contains(s.Error, "refused the credentials") || s.Attempts != 1 || h.instances() != 0 {
		t.Errorf("after a refusal %+v, %d instances", s, h.instances())
	}
	right := `{"configuration":{"password":"` + act365.DefaultDeveloperKey + `"}}`
	if status, header, text := b.send("POST", l.URL, right); status != 200 || !strings.Contains(text, `"connected"`) || header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s", status, text)
	}
	s := h.linkState(l)
	if s.State != "used" || s.InstanceID == 0 || s.Error != "" {
		t.Errorf("%+v", s)
	}
	var made struct {
		Name  string
		Tags  []string
		Token string
		Valid bool
	}
	h.do(request{path: "/instances/" + strconv.FormatInt(s.InstanceID, 10)}).want(200).into(&made)
	if made.Name != "acme act" || len(made.Tags) != 1 || !made.Valid {
		t.Errorf("%+v", made)
	}
	h.do(request{path: "/hubs/crm/contacts", token: made.Token}).want(200)
	if status, _, text := b.send("POST", l.URL, right); status != http.StatusGone || !strings.Contains(text, "used already: ask whoever sent it") {
		t.Errorf("used twice: %d %s", status, text)
	}
	if page, _ := b.page(l.URL, http.StatusGone); page.State != connect.StateUsed {
		t.Errorf("%+v", page)
	}
	if page, _ := b.page(l.URL+"?result=1", http.StatusOK); page.State != "connected" {
		t.Errorf("%+v", page)
	}
	var all []linkState
	h.do(request{path: "/instances/connect-links"}).want(200).into(&all)
	if len(all) != 1 || all[0].ID != l.ID {
		t.Errorf("%+v", all)
	}
	h.do(request{method: "DELETE", path: l.path()}).want(200)
	h.do(request{path: l.path()}).want(404)
	b.page(l.URL, http.StatusNotFound)
}

func TestTwoSubmitsAtOnceMakeOneInstance(t *testing.T) {
	t.Parallel()
	h := build(t)
	l := h.link(object{"element": object{"key": "actessentials"}, "name": "once"})
	body := fmt.Sprintf(`{"configuration":{"username":%q,"password":%q}}`, act365.DefaultAPIKey, act365.DefaultDeveloperKey)
	var statuses sync.Map
	var all sync.WaitGroup
	for i := range 6 {
		b := h.browser()
		all.Go(func() {
			status, _, text := b.send("POST", l.URL, body)
			statuses.Store(i, status)
			if status != http.StatusOK && status != http.StatusConflict && status != http.StatusGone {
				t.Errorf("%d %s", status, text)
			}
		})
	}
	all.Wait()
	good := 0
	statuses.Range(func(_, status any) bool {
		if status == http.StatusOK {
			good++
		}
		return true
	})
	if good != 1 || h.instances() != 1 {
		t.Errorf("%d were told that they connected, %d instances", good, h.instances())
	}
}

// asksConsent is a house with a provider that asks for consent, and links that may lead to the application.
func asksConsent(t *testing.T, kind string, o oauth.Options, configuration map[string]string) *consenting {
	t.Helper()
	if o.Consent == "" {
		o.Consent = oauth.ConsentApprove
	}
	sim := oauth.New(o)
	provider := httptest.NewServer(sim)
	t.Cleanup(func() { sim.Release(); provider.Close() })
	c := &consenting{house: build(t, alone, reach(provider), redirecting(t)), provider: sim, at: provider.URL}
	c.connector(kind, configuration)
	return c
}

// ownApplication presets the provider's application in a link.
func (c *consenting) consentLink(more object) linked {
	c.t.Helper()
	body := object{"element": object{"key": c.key}, "name": "by consent", "configuration": object{}}
	for key, value := range more {
		body[key] = value
	}
	return c.link(body)
}

var application1 = map[string]string{"oauth.api.key": oauth.DefaultClientID, "oauth.api.secret": oauth.DefaultClientSecret}

func TestACustomerConnectsAnAccountByConsent(t *testing.T) {
	t.Parallel()
	for kind, pkce := range map[string]string{"oauth2": "true", "oauth1": ""} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			configuration := map[string]string{"oauth.api.key": oauth.DefaultClientID, "oauth.api.secret": oauth.DefaultClientSecret}
			if pkce != "" {
				configuration["oauth.pkce.enabled"] = pkce
			}
			c := asksConsent(t, kind, oauth.Options{}, configuration)
			l := c.consentLink(object{"redirectUrl": application + "here?order=7"})
			b := c.browser()
			if page, _ := b.page(l.URL, http.StatusOK); !page.Visits || len(page.Entries) > 1 || page.ReturnHost != "app.example.com" {
				t.Errorf("%+v", page)
			}
			back := b.agree(b.visit(l, `{}`))
			if s := c.linkState(l); s.State != "started" {
				t.Errorf("%+v", s)
			}
			stranger := c.browser()
			if page, _ := stranger.page(back, http.StatusForbidden); page.State != "lost" || !strings.Contains(page.Problem, "another browser") {
				t.Errorf("%+v", page)
			}
			to := b.comeBack(back)
			s := c.linkState(l)
			want := application + "here?instanceId=" + strconv.FormatInt(s.InstanceID, 10) + "&order=7&status=connected"
			if to.String() != want || s.State != "used" {
				t.Errorf("the customer is sent to %s, want %s; %+v", to, want, s)
			}
			if page, _ := b.page(back, http.StatusNotFound); page.State != "lost" {
				t.Errorf("replayed: %+v", page)
			}
			var made struct{ Token string }
			c.do(request{path: "/instances/" + strconv.FormatInt(s.InstanceID, 10)}).want(200).into(&made)
			c.do(request{path: "/hubs/crm/contacts", token: made.Token}).want(200)
			if strings.Contains(to.String(), made.Token) {
				t.Error("the address has the token")
			}
		})
	}
}

func TestWithoutARedirectTheCustomerComesBackToTheLinksPage(t *testing.T) {
	t.Parallel()
	c := asksConsent(t, "oauth2", oauth.Options{}, application1)
	l := c.consentLink(nil)
	b := c.browser()
	to := b.comeBack(b.agree(b.visit(l, `{}`)))
	if c.server.URL()+to.String() != l.URL+"?result=1" {
		t.Errorf("the customer is sent to %s", to)
	}
	if page, _ := b.page(c.server.URL()+to.String(), http.StatusOK); page.State != "connected" {
		t.Errorf("%+v", page)
	}
}

func TestConsentThatIsRefusedAndProvidersThatFailLeaveTheLinkUsable(t *testing.T) {
	t.Parallel()
	c := asksConsent(t, "oauth2", oauth.Options{Settings: oauth.Settings{Consent: oauth.ConsentDeny}}, application1)
	l := c.consentLink(object{"redirectUrl": application})
	b := c.browser()
	to := b.comeBack(b.agree(b.visit(l, `{}`)))
	if to.Query().Get("status") != "denied" || to.Query().Get("error") != "access_denied" || to.Query().Has("instanceId") {
		t.Errorf("denied: %s", to)
	}
	if s := c.linkState(l); s.State != "failed" || !s.Denied || !strings.HasPrefix(s.Error, "access_denied") || c.instances() != 0 {
		t.Errorf("denied: %+v", s)
	}
	if page, _ := b.page(l.URL+"?result=1", http.StatusOK); !page.Denied || page.State != connect.StateOpen {
		t.Errorf("denied: %+v", page)
	}
	c.provider.Change(func(s *oauth.Settings) { s.Consent = oauth.ConsentApprove })

	back, err := url.Parse(b.agree(b.visit(l, `{}`)))
	if err != nil {
		t.Fatal(err)
	}
	forged := back.Query()
	forged.Set("code", "made-up")
	back.RawQuery = forged.Encode()
	to = b.comeBack(back.String())
	if to.Query().Get("status") != "failed" || to.Query().Get("error") == "" || c.instances() != 0 {
		t.Errorf("a made-up code: %s", to)
	}
	if s := c.linkState(l); s.State != "failed" || s.Denied || s.Error == "" {
		t.Errorf("a made-up code: %+v", s)
	}
	if to = b.comeBack(b.agree(b.visit(l, `{}`))); to.Query().Get("status") != "connected" || c.instances() != 1 {
		t.Errorf("at last: %s, %d instances", to, c.instances())
	}
}

func TestAnInstanceIsAuthenticatedAgainByALink(t *testing.T) {
	t.Parallel()
	c := asksConsent(t, "oauth2", oauth.Options{}, application1)
	first := c.consentLink(object{"console": true})
	b := c.browser()
	to := b.comeBack(b.agree(b.visit(first, `{}`)))
	id := c.linkState(first).InstanceID
	path := "/instances/" + strconv.FormatInt(id, 10)
	if to.Path != path {
		t.Errorf("the console is sent to %s", to)
	}
	if err := invalidate(t, c, id); err != nil {
		t.Fatal(err)
	}
	var before, after struct {
		Valid         bool
		InvalidReason string
		Token         string
	}
	c.do(request{path: path}).want(200).into(&before)
	again := c.link(object{"instanceId": id, "console": true})
	if page, _ := b.page(again.URL, http.StatusOK); !page.Again || !page.Visits || len(page.Entries) != 0 {
		t.Errorf("%+v", page)
	}
	if to = b.comeBack(b.agree(b.visit(again, `{}`))); to.Path != path {
		t.Errorf("the console is sent to %s", to)
	}
	c.do(request{path: path}).want(200).into(&after)
	if before.Valid || before.InvalidReason == "" || !after.Valid || after.Token != before.Token || c.instances() != 1 {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if s := c.linkState(again); s.State != "used" || s.InstanceID != id {
		t.Errorf("%+v", s)
	}
}

// invalidate marks an instance as a refused renewal does.
func invalidate(t *testing.T, c *consenting, id int64) error {
	t.Helper()
	admin, err := c.server.Access.FirstAdministrator(t.Context())
	if err != nil {
		return err
	}
	_, err = c.server.DB.For(admin.Account.ID).ChangeInstance(t.Context(), id, func(i *store.Instance) error {
		i.Valid, i.InvalidReason = false, "the provider revoked it"
		return nil
	})
	return err
}

func TestLinksThatWouldNotWorkAreNotMade(t *testing.T) {
	t.Parallel()
	h := build(t, redirecting(t))
	act := object{"key": "actessentials"}
	for what, test := range map[string]struct {
		body   object
		status int
		want   string
	}{
		"no element":            {object{"name": "x"}, 400, "element is missing"},
		"an unknown element":    {object{"element": object{"key": "nosuch"}, "name": "x"}, 404, "nosuch"},
		"no name":               {object{"element": act}, 400, "name is required"},
		"a long name":           {object{"element": act, "name": strings.Repeat("x", 256)}, 400, "255"},
		"an unknown key":        {object{"element": act, "name": "x", "configuration": object{"usrname": "y"}}, 400, "usrname"},
		"no seconds":            {object{"element": act, "name": "x", "expiresIn": 0}, 400, "expiresIn"},
		"too many seconds":      {object{"element": act, "name": "x", "expiresIn": 30*86400 + 1}, 400, "2592000"},
		"seconds as a text":     {object{"element": act, "name": "x", "expiresIn": "60"}, 400, "expiresIn must be"},
		"an address elsewhere":  {object{"element": act, "name": "x", "redirectUrl": "https://evil.example/"}, 400, "--connect-redirects"},
		"a path elsewhere":      {object{"element": act, "name": "x", "redirectUrl": "https://app.example.com/other"}, 400, "--connect-redirects"},
		"a path that goes up":   {object{"element": act, "name": "x", "redirectUrl": application + "../other"}, 400, "must not go up"},
		"an encoded way up":     {object{"element": act, "name": "x", "redirectUrl": application + "%2e%2e/other"}, 400, "must not go up"},
		"a user in the address": {object{"element": act, "name": "x", "redirectUrl": "https://app.example.com@evil.example/connected/"}, 400, "neither user"},
		"another scheme":        {object{"element": act, "name": "x", "redirectUrl": "javascript:alert(1)"}, 400, "absolute address"},
		"no TLS":                {object{"element": act, "name": "x", "redirectUrl": "http://app.example.com/connected/"}, 400, "https"},
		"another port":          {object{"element": act, "name": "x", "redirectUrl": "https://app.example.com:8443/connected/"}, 400, "--connect-redirects"},
		"two places":            {object{"element": act, "name": "x", "redirectUrl": application, "console": true}, 400, "both"},
		"an unknown instance":   {object{"instanceId": 999}, 404, "999"},
	} {
		text, err := json.Marshal(test.body)
		if err != nil {
			t.Fatal(err)
		}
		a := h.do(request{method: "POST", path: "/instances/connect-links", body: string(text)})
		if a.status != test.status || !strings.Contains(string(a.body), test.want) {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	h.do(request{path: "/instances/connect-links/1"}).want(404)
	h.do(request{path: "/instances/connect-links/x"}).want(404)
	h.do(request{path: "/instances/connect-links", query: url.Values{"nextPage": {"x"}}}).want(400)
	h.do(request{path: "/instances/connect-links", header: map[string]string{"Authorization": ""}}).want(401)

	plain := build(t)
	a := plain.do(request{method: "POST", path: "/instances/connect-links", body: `{"element":{"key":"actessentials"},"name":"x","redirectUrl":"https://app.example.com/connected/"}`})
	if a.status != 400 || !strings.Contains(string(a.body), "--connect-redirects") {
		t.Errorf("without a list: %d %s", a.status, a.body)
	}
}

func TestLinksBelongToOneAccountAndNeedThePrivilege(t *testing.T) {
	t.Parallel()
	h := build(t)
	l := h.link(object{"element": object{"key": "actessentials"}, "name": "x"})
	organization := &store.Organization{Name: "Other", Secret: access.NewOrganizationSecret(), Active: true}
	if err := h.server.DB.CreateOrganization(t.Context(), organization); err != nil {
		t.Fatal(err)
	}
	account := &store.Account{OrganizationID: organization.ID, Name: "Other", Default: true, Active: true}
	if err := h.server.DB.CreateAccount(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	for role, status := range map[string]int{access.RoleOrganizationAdmin: 404, "": 403} {
		user := &store.User{AccountID: account.ID, Email: "eve" + role + "@example.net", FirstName: "Eve", LastName: "Other", Secret: access.NewSecret(), Active: true}
		if role != "" {
			user.Roles = []string{role}
		}
		if err := h.server.DB.CreateUser(t.Context(), user); err != nil {
			t.Fatal(err)
		}
		header := map[string]string{"Authorization": "User " + user.Secret + ", Organization " + organization.Secret}
		for _, method := range []string{"GET", "DELETE"} {
			h.do(request{method: method, path: l.path(), header: header}).want(status)
		}
	}
	if s := h.linkState(l); s.State != "open" {
		t.Errorf("%+v", s)
	}
}

func TestALinkThatHasEndedSaysWhomToAsk(t *testing.T) {
	t.Parallel()
	h := build(t)
	admin, err := h.server.Access.FirstAdministrator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.server.Catalog.FindKey(t.Context(), admin.Account.ID, "actessentials")
	if err != nil {
		t.Fatal(err)
	}
	old := &store.ConnectLink{UserID: admin.User.ID, ConnectorID: c.ID, ConnectorKey: c.Key, Name: "old", Tags: []string{}, Token: "old-token-of-a-test", ExpiresAt: time.Now().Add(-time.Second)}
	if err := h.server.DB.For(admin.Account.ID).CreateConnectLink(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	b := h.browser()
	address := h.server.URL() + "/connect/old-token-of-a-test"
	if page, _ := b.page(address, http.StatusGone); page.State != connect.StateExpired || page.By != admin.Organization.Name || len(page.Entries) != 0 {
		t.Errorf("%+v", page)
	}
	for _, path := range []string{"", "/visit"} {
		if status, _, text := b.send("POST", address+path, `{"configuration":{"username":"x","password":"y"}}`); status != http.StatusGone || !strings.Contains(text, "has expired: ask whoever sent it") {
			t.Errorf("%q: %d %s", path, status, text)
		}
	}
	var s linkState
	h.do(request{path: "/instances/connect-links/" + strconv.FormatInt(old.ID, 10)}).want(200).into(&s)
	if s.State != "expired" || s.Attempts != 0 {
		t.Errorf("%+v", s)
	}

	lost := h.link(object{"element": object{"key": "actessentials"}, "name": "x"})
	if status, _, text := b.send("POST", lost.URL+"/visit", `{"configuration":{"username":"x","password":"y"}}`); status != 400 || !strings.Contains(text, "no page of its own") {
		t.Errorf("%d %s", status, text)
	}
	if page, _ := b.page(h.server.URL()+connect.ReturnPath+"?code=x", http.StatusNotFound); page.State != "lost" {
		t.Errorf("%+v", page)
	}
}

func TestFormsOfOtherSitesCannotUseALink(t *testing.T) {
	t.Parallel()
	h := build(t)
	l := h.link(object{"element": object{"key": "actessentials"}, "name": "x"})
	for what, header := range map[string]http.Header{
		"a form":         {"Content-Type": {"text/plain"}, "Origin": {h.server.URL()}},
		"another site":   {"Content-Type": {"application/json"}, "Sec-Fetch-Site": {"cross-site"}},
		"another origin": {"Content-Type": {"application/json"}, "Origin": {"https://evil.example"}},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.URL, strings.NewReader(`{"configuration":{}}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = header
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusUnsupportedMediaType && response.StatusCode != http.StatusGone && response.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", what, response.StatusCode)
		}
	}
	if s := h.linkState(l); s.Attempts != 0 {
		t.Errorf("%+v", s)
	}
}

func TestAddressesOfLinksCannotBeGuessedForLong(t *testing.T) {
	t.Parallel()
	h := build(t)
	b := h.browser()
	for i := range 200 {
		status, header, _ := b.send("GET", h.server.URL()+"/connect/guess-"+strconv.Itoa(i), "")
		if status == http.StatusTooManyRequests {
			if header.Get("Retry-After") == "" || i < 20 {
				t.Errorf("after %d: %v", i, header)
			}
			return
		}
	}
	t.Error("200 guesses were answered")
}

func TestALinkDiesWithItsMaker(t *testing.T) {
	t.Parallel()
	h := build(t)
	l := h.link(object{"element": object{"key": "actessentials"}, "name": "x"})
	token := strings.TrimPrefix(l.URL, h.server.URL()+"/connect/")
	stored, err := h.server.DB.ConnectLinkByToken(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	storetest.SetActive(t, h.server.DB, stored.UserID, false)
	b := h.browser()
	if page, _ := b.page(l.URL, http.StatusGone); page.State != connect.StateDead {
		t.Errorf("%+v", page)
	}
	status, _, text := b.send("POST", l.URL, `{"configuration":{"username":"x","password":"y"}}`)
	if status != http.StatusGone || !strings.Contains(text, "not active any more") {
		t.Errorf("%d %s", status, text)
	}
}

func TestThePageOfALinkHasTheOperatorsBrand(t *testing.T) {
	t.Parallel()
	for what, brand := range map[string]connect.Brand{
		"a file":     {Name: `Acme "& <b>Sons`, Color: "#123456", Logo: []byte("<svg/>"), LogoMedia: "image/svg+xml"},
		"an address": {Name: "Acme", LogoURL: "https://cdn.example.com/logo.png"},
	} {
		h := build(t, func(o *server.Options) { o.Brand = brand })
		l := h.link(object{"element": object{"key": "actessentials"}, "name": "x"})
		b := h.browser()
		page, _ := b.page(l.URL, http.StatusOK)
		if page.By != brand.Name || page.Brand.Color != brand.Color {
			t.Errorf("%s: %+v", what, page)
		}
		_, header, _ := b.send("GET", l.URL, "")
		outside := strings.Contains(header.Get("Content-Security-Policy"), "img-src 'self' https://cdn.example.com data:")
		if outside != (brand.LogoURL != "") {
			t.Errorf("%s: %s", what, header.Get("Content-Security-Policy"))
		}
		status, header, text := b.send("GET", h.server.URL()+"/console/brand-logo", "")
		if brand.LogoURL != "" {
			if status != http.StatusNotFound || page.Brand.Logo != brand.LogoURL {
				t.Errorf("%s: %d, %s", what, status, page.Brand.Logo)
			}
			continue
		}
		if status != http.StatusOK || text != "<svg/>" || header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(header.Get("Content-Security-Policy"), "sandbox") || page.Brand.Logo != "/console/brand-logo" {
			t.Errorf("%s: %d %v %s", what, status, header, page.Brand.Logo)
		}
	}
}
