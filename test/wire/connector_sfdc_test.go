package wire_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"jackfield/internal/server"
	"jackfield/simulator/oauth"
	"jackfield/simulator/rest"
)

func salesforce(t *testing.T) *reached {
	t.Helper()
	return shippedConnector(t, "sfdc", "crm", "/services/data/v60.0",
		`{"oauth.api.key":"id","oauth.api.secret":"secret","oauth.callback.url":"https://app.example/back","oauth.user.token":"demo-access-token"}`)
}

func TestSalesforceListsAreStatementsThatGoAsDeepAsYouLike(t *testing.T) {
	t.Parallel()
	p := salesforce(t)
	for _, path := range []string{
		"/accounts", "/contacts", "/leads", "/opportunities", "/campaigns", "/activities", "/tasks", "/notes", "/users", "/documents", "/Contact",
	} {
		p.pages(path, 5)
	}
	p.pages("/accounts/001000000000000001/tasks", 5)
	p.pages("/contacts/003000000000000001/notes", 3)
	p.pages("/Contact/003000000000000001/attachments", 2)
	p.pages("/contacts", 4, "orderBy", "LastName DESC, Id")
	first := p.call("GET", "/contacts", "", "pageSize", "5", "page", "2").want(200)
	if got := p.call("GET", "/contacts", "", "pageSize", "10").want(200).rows()[5:]; got[0]["Id"] != first.rows()[0]["Id"] {
		t.Errorf("page 2 begins with %v, want %v", first.rows()[0]["Id"], got[0]["Id"])
	}
	row := first.rows()[0]
	if row["attributes"] != nil || row["id"] != row["Id"] || row["id"] == nil {
		t.Errorf("the record is %v", row)
	}
	p.call("GET", "/contacts", "", "fields", "Id,LastName", "pageSize", "1").want(200, `[{"Id":"003000000000000001","LastName":"Person 001"}]`)
	if q := p.lastCall().Query.Get("q"); q != "SELECT Id, LastName FROM Contact ORDER BY Id ASC LIMIT 1" {
		t.Error(q)
	}
	p.clean()
}

func TestSalesforceStatementsCannotBeBrokenInto(t *testing.T) {
	t.Parallel()
	p := salesforce(t)
	p.simulator.Forget()
	for _, query := range [][]string{
		{"fields", "Id FROM User"}, {"fields", "Id,(SELECT Id FROM Tasks)"}, {"orderBy", "Id LIMIT 1"}, {"orderBy", "Id; DROP"}, {"orderBy", "Name SIDEWAYS"},
		{"nextPage", encodeToken(`{"cursor":"x' OR Id != '","pageSize":5}`)}, {"nextPage", encodeToken(`{"cursor":"offset-1 x","pageSize":5}`)},
		{"where", `"LastName = 'x' OR Id" = 'y'`},
	} {
		p.call("GET", "/contacts", "", query...).want(400)
	}
	p.call("GET", "/contacts/003'x/notes", "").want(404)
	p.call("GET", "/Contact%20WHERE", "").want(404)
	if calls := p.simulator.Journal(); len(calls) != 0 {
		t.Errorf("%+v", calls)
	}
	p.call("GET", "/contacts", "", "where", `LastName = 'a'' OR Id != ''b\'`).want(200, "[]")
}

func TestSalesforceRecordsAreReadAgainWhenTheyAreWritten(t *testing.T) {
	t.Parallel()
	p := salesforce(t)
	for path, bodies := range map[string][2]string{
		"/accounts":      {`{"name":"Ünïcode \"quoted\"","Custom__c":"x"}`, `{"industry":"Energy"}`},
		"/contacts":      {`{"firstName":"Ada","LastName":"Byron"}`, `{"Title":"Countess"}`},
		"/leads":         {`{"LastName":"Ada","Company":"Engines"}`, `{"Status":"Working"}`},
		"/opportunities": {`{"Name":"Engine","StageName":"Prospecting","CloseDate":"2026-07-01","Amount":12.50}`, `{"StageName":"Closed Won"}`},
		"/campaigns":     {`{"Name":"Spring"}`, `{"Status":"Sent"}`},
		"/activities":    {`{"Subject":"Meet","StartDateTime":"2026-03-01T09:00:00.000+0000","DurationInMinutes":30}`, `{"Location":"London"}`},
		"/tasks":         {`{"Subject":"Call"}`, `{"Status":"Completed"}`},
		"/notes":         {`{"Title":"N","ParentId":"003000000000000001"}`, `{"Body":"text"}`},
		"/Account":       {`{"Name":"Native"}`, `{"Phone":"+1"}`},
	} {
		made := p.call("POST", path, bodies[0]).want(200).record()
		if made["id"] == nil || made["success"] != nil || made["SystemModstamp"] == nil || made["attributes"] != nil {
			t.Fatalf("%s: not the record: %v", path, made)
		}
		one := path + "/" + id(made, "id")
		for _, method := range []string{"PATCH", "PUT"} {
			if changed := p.call(method, one, bodies[1]).want(200).record(); changed["id"] != made["id"] || len(changed) < len(made) {
				t.Errorf("%s %s: %v becomes %v", method, path, made, changed)
			}
		}
		whole, err := json.Marshal(p.call("GET", one, "").want(200).record())
		if err != nil {
			t.Fatal(err)
		}
		p.call("PATCH", one, string(whole)).want(200)
		p.call("DELETE", one, "").want(200)
		p.call("GET", one, "").want(404, "There is no")
		p.call("PATCH", one, bodies[1]).want(404)
	}
	p.call("POST", "/contacts", `{"FirstName":"Ada"}`).want(400, "LastName")
	p.call("POST", "/contacts", `{"LastName":"x","Email":"person1@example.com"}`).want(409)
	p.call("GET", "/contacts/003000000000000001", "", "fields", "Email").want(200, `"Email":"person1@example.com"`)
	p.clean()
}

func TestSalesforceFindsWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	p := salesforce(t)
	p.found("/contacts", "LastName = 'Person 007'", func(r map[string]any) bool { return r["LastName"] == "Person 007" })
	p.found("/contacts", "id = '003000000000000004'", func(r map[string]any) bool { return r["id"] == "003000000000000004" })
	p.found("/contacts", "FirstName = 'Ada' AND (Title = 'Buyer' OR HasOptedOutOfEmail = true)", func(r map[string]any) bool {
		return r["FirstName"] == "Ada" && (r["Title"] == "Buyer" || r["HasOptedOutOfEmail"] == true)
	})
	p.found("/contacts", "FirstName = 'Ada' OR FirstName = 'Grace' AND Title = 'Owner'", func(r map[string]any) bool {
		return r["FirstName"] == "Ada" || r["FirstName"] == "Grace" && r["Title"] == "Owner"
	})
	p.found("/opportunities", "Amount > 10 AND StageName != 'Prospecting'", func(r map[string]any) bool {
		return r["Amount"].(float64) > 10 && r["StageName"] != "Prospecting"
	})
	p.found("/contacts", "SystemModstamp >= '2026-01-01T00:20:00.000+0000'", func(r map[string]any) bool {
		return r["SystemModstamp"].(string) >= "2026-01-01T00:20:00.000+0000"
	})
	p.found("/accounts", "Name LIKE 'Account 01%' AND Industry IN ('Energy', 'x')", func(r map[string]any) bool {
		return strings.HasPrefix(r["Name"].(string), "Account 01") && r["Industry"] == "Energy"
	})
	p.pages("/contacts", 2, "where", "FirstName = 'Ada' OR Title = 'Owner'")
	p.pages("/contacts", 2, "where", "FirstName = 'Ada' OR Title = 'Owner'", "orderBy", "LastName DESC")
	p.call("GET", "/contacts", "", "where", "Nothing = 5").want(400, "Nothing")
	p.clean()
}

func TestSalesforceDescribesItself(t *testing.T) {
	t.Parallel()
	p := salesforce(t)
	p.call("GET", "/objects", "").want(200, `["Account","Contact","Custom__c"]`)
	all := p.call("GET", "/objects/contacts/metadata", "").want(200, `"vendorPath":"LeadSource"`, `"picklist":[{"displayName":"Web","value":"Web"}]`, `"vendorRequired":true`)
	own := p.call("GET", "/objects/Contact/metadata", "", "customFieldsOnly", "true").want(200, "Size__c")
	if len(own.body) >= len(all.body) || strings.Contains(string(own.body), "LastName") {
		t.Errorf("%s", own.body)
	}
	p.call("GET", "/objects/Nothing/metadata", "").want(404)
	p.call("GET", "/objects/contacts/docs", "").want(200, "LastName")
}

func TestSalesforceSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	p := salesforce(t)
	p.refuses("/contacts")
	p.call("GET", "/ping", "").want(200, `"valid":true`)
	p.simulator.Fault(rest.Fault{Status: 403, Code: "REQUEST_LIMIT_EXCEEDED", Message: "TotalRequests Limit exceeded"})
	p.call("GET", "/contacts", "").want(429, "TotalRequests")
	p.simulator.Fault(rest.Fault{Status: 403, Code: "INSUFFICIENT_ACCESS", Message: "No"})
	p.call("GET", "/contacts/003000000000000001", "").want(403)
}

func TestSalesforceIsReachedAtTheAddressThatComesWithTheToken(t *testing.T) {
	t.Parallel()
	text, err := rest.Provider("sfdc")
	if err != nil {
		t.Fatal(err)
	}
	data, err := rest.New(text)
	if err != nil {
		t.Fatal(err)
	}
	organization := httptest.NewServer(data)
	t.Cleanup(organization.Close)
	tokens := oauth.New(oauth.Options{
		Settings: oauth.Settings{Consent: oauth.ConsentApprove, RequirePKCE: true},
		Members:  map[string]any{"instance_url": organization.URL, "id": organization.URL + "/id/00D/005", "issued_at": "1"},
	})
	logins := httptest.NewServer(tokens)
	t.Cleanup(logins.Close)
	data.Accept(func(token string) bool {
		return fetch(t, logins.URL+"/api/contacts", token).StatusCode == http.StatusOK
	})
	h := build(t, only("sfdc"), func(o *server.Options) {
		o.AllowAddresses = append(o.AllowAddresses, addressOf(organization.URL), addressOf(logins.URL))
	})
	const back = "http://127.0.0.1:9/back"
	query := url.Values{
		"apiKey": {oauth.DefaultClientID}, "apiSecret": {oauth.DefaultClientSecret}, "callbackUrl": {back}, "siteAddress": {"acme.my.salesforce.com"},
	}
	asked := h.authorizeURL(query)
	if asked.Host != "acme.my.salesforce.com" || asked.Path != "/services/oauth2/authorize" || asked.Query().Get("code_challenge") == "" ||
		asked.Query().Get("response_type") != "code" || asked.Query().Get("scope") != "api refresh_token" {
		t.Fatalf("the user is sent to %s", asked)
	}
	query.Set("oauth.authorization.url", logins.URL+"/authorize") // no address of Salesforce is called by a test
	returned, err := fetch(t, h.authorizeURL(query).String(), "").Location()
	if err != nil {
		t.Fatal(err)
	}
	configuration, err := json.Marshal(map[string]string{
		"oauth.api.key": oauth.DefaultClientID, "oauth.api.secret": oauth.DefaultClientSecret, "oauth.callback.url": back,
		"oauth.authorization.url": logins.URL + "/authorize", "oauth.token.url": logins.URL + "/token", "oauth.token.refresh_url": logins.URL + "/token",
	})
	if err != nil {
		t.Fatal(err)
	}
	i := h.create(`{"element":{"key":"sfdc"},"name":"org","providerData":{"code":"` + returned.Query().Get("code") + `"},"configuration":` + string(configuration) + `}`)
	h.do(request{path: "/hubs/crm/contacts", token: i.Token}).want(200, "Person 001")
	tokens.ExpireAll()
	h.do(request{path: "/hubs/crm/contacts", token: i.Token}).want(200, "Person 001")
	if n := tokens.Counters(); n.Exchanges != 1 || n.Refreshes != 1 {
		t.Errorf("%+v", n)
	}
}

func (h *house) authorizeURL(query url.Values) *url.URL {
	h.t.Helper()
	var address struct{ OauthURL string }
	h.do(request{path: "/elements/sfdc/oauth/url", query: query}).want(200).into(&address)
	u, err := url.Parse(address.OauthURL)
	if err != nil {
		h.t.Fatal(err)
	}
	return u
}

// fetch asks for an address with a token, and follows no redirect.
func fetch(t *testing.T, address, token string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return response
}
