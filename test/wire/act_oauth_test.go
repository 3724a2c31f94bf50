package wire_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"jackfield/simulator/act365"
)

const callback = "http://127.0.0.1:9/callback"

// actOAuth is the configuration of an instance of actessentialsoauth at the simulator.
func (h *house) actOAuth() string {
	origin := strings.TrimSuffix(h.provider, "/act/api")
	return `"oauth.api.key":"demo-client-id","oauth.api.secret":"demo-client-secret","oauth.callback.url":"` + callback + `",
		"base.url":"` + h.provider + `","oauth.authorization.url":"` + origin + `/act/oauth/v2/authorize","oauth.token.url":"` + origin + `/act/oauth/v2/token"`
}

// consent agrees at the simulator, as a user would, and returns what comes back to the callback.
func (h *house) consent(address, answer string) url.Values {
	h.t.Helper()
	form := url.Values{"Username": {act365.DefaultUser}, "Password": {act365.DefaultPassword}, "Answer": {answer}}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := client.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	response.Body.Close()
	back, err := response.Location()
	if err != nil {
		h.t.Fatalf("%d: %v", response.StatusCode, err)
	}
	return back.Query()
}

// actAddress asks for the address that the user agrees at.
func (h *house) actAddress(state string) string {
	h.t.Helper()
	origin := strings.TrimSuffix(h.provider, "/act/api")
	query := url.Values{
		"apiKey": {"demo-client-id"}, "apiSecret": {"demo-client-secret"}, "callbackUrl": {callback},
		"oauth.authorization.url": {origin + "/act/oauth/v2/authorize"},
	}
	if state != "" {
		query.Set("state", state)
	}
	var answered struct{ Element, OauthURL string }
	h.do(request{path: "/elements/1251/oauth/url", query: query}).want(200).into(&answered)
	if answered.Element != "actessentialsoauth" {
		h.t.Errorf("element %q", answered.Element)
	}
	return answered.OauthURL
}

func TestActByOAuthIsActWithAnotherLogin(t *testing.T) {
	t.Parallel()
	h := build(t)
	var answered struct{ OauthURL string }
	h.do(request{path: "/elements/actessentialsoauth/oauth/url", query: url.Values{"apiKey": {"k"}, "apiSecret": {"s"}, "callbackUrl": {callback}}}).want(200).into(&answered)
	want := "https://mycloud.act.com/act/oauth/v2/authorize?response_type=code&client_id=k&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcallback&state=actessentialsoauth"
	if answered.OauthURL != want {
		t.Errorf("address\n%s\nwant\n%s", answered.OauthURL, want)
	}

	back := h.consent(h.actAddress(""), "approve")
	if back.Get("state") != "actessentialsoauth" {
		t.Errorf("state %q", back.Get("state"))
	}
	body := `{"element":{"key":"actessentialsoauth"},"name":"by consent","configuration":{` + h.actOAuth() + `},"providerData":{"code":"` + back.Get("code") + `"}}`
	a := h.do(request{method: "POST", path: "/instances", body: body}).want(200, `"oauth.api.key":"********"`, `"oauth.api.secret":"********"`, `"oauth.user.token":"********"`, `"valid":true`)
	if strings.Contains(string(a.body), "act365sim_") || strings.Contains(string(a.body), "providerData") {
		t.Errorf("the answer shows too much: %s", a.body)
	}
	var m made
	a.into(&m)
	h.do(request{path: "/hubs/crm/contacts?pageSize=2", token: m.Token}).want(200, `"firstName"`)

	h.do(request{method: "POST", path: "/instances", body: body}).want(400, `"providerMessage":"`, "code is unknown, used")
	h.setConfiguration(m, "oauth.user.token", "worn out")
	h.do(request{path: "/hubs/crm/contacts?pageSize=2", token: m.Token}).want(200, `"firstName"`)
	h.do(request{path: "/instances/" + itoa(m.ID)}).want(200, `"valid":true`)

	h.do(request{method: "POST", path: "/instances", body: `{"element":{"key":"actessentialsoauth"},"name":"x","configuration":{` + h.actOAuth() + `}}`}).want(400, "providerData.code is required")
	if denied := h.consent(h.actAddress("mine"), "deny"); denied.Get("error") != "access_denied" || denied.Get("state") != "mine" {
		t.Errorf("%v", denied)
	}
}

func itoa(id int64) string { return strconv.FormatInt(id, 10) }

// setConfiguration writes one value of an instance without asking its provider.
func (h *house) setConfiguration(m made, key, value string) {
	h.t.Helper()
	var rows []struct {
		ID  int64
		Key string
	}
	path := "/instances/" + itoa(m.ID) + "/configuration"
	h.do(request{path: path}).want(200).into(&rows)
	for _, row := range rows {
		if row.Key == key {
			h.do(request{method: "PATCH", path: path + "/" + itoa(row.ID), body: `{"propertyValue":"` + value + `"}`}).want(200)
			return
		}
	}
	h.t.Fatalf("the instance has no row %s", key)
}
