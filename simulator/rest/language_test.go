package rest_test

import (
	"net/url"
	"strings"
	"testing"
)

// spoken has one list for each language, over the same rows.
const spoken = `
provider: Languages
paging: {style: none}
collections:
  - name: tickets
    seed: {count: 6, row: {subject: "Ticket {n}", status: {of: [open, closed]}, priority: "{n}", made: "{time}", tag: {of: [red hat, blue]}, urgent: {of: [true, false]}, note: {of: [null, x]}}}
    calls:
      list:
        - {call: GET /soql, filter: {expression: q, language: soql}}
        - {call: GET /jql, filter: {expression: q, language: jql, names: {created: made}}}
        - {call: GET /zendesk, filter: {expression: q, language: zendesk}}
        - {call: GET /freshdesk, filter: {expression: q, language: freshdesk, quoted: true}}
        - {call: GET /stripe, filter: {expression: q, language: stripe}}
        - {call: GET /close, filter: {expression: q, language: close}}
`

func TestTheLanguagesFindWhatTheirProvidersWould(t *testing.T) {
	t.Parallel()
	_, call := start(t, spoken)
	for query, want := range map[string]string{
		`soql status = 'open'`: "135", `soql status != 'open' AND priority > 2`: "46", `soql (status = 'open' OR priority = 2) AND priority < 4`: "123",
		`soql subject LIKE 'ticket _'`: "123456", `soql subject IN ('Ticket 1', 'x')`: "1", `soql status NOT IN ('open')`: "246", `soql NOT status = 'open'`: "246",
		`soql made > 2026-01-01T00:04:00Z`: "56", `soql urgent = true`: "135", `soql note = null`: "135", `soql note != null`: "246", `soql subject = 'it\'s'`: "",
		`jql status = open ORDER BY priority DESC`: "531", `jql status = "open" OR priority = 2 AND urgent = false`: "1235", `jql subject ~ "ticket 3"`: "3",
		`jql note IS EMPTY`: "135", `jql note is not empty`: "246", `jql status in (open, closed) and priority >= 5`: "56", `jql created >= 1767225900000`: "56",
		`zendesk status:open priority>2`: "35", `zendesk status:open status:closed -priority:1`: "23456", `zendesk type:ticket note:none`: "135", `zendesk tag:*hat`: "135",
		`zendesk "Ticket 4"`: "4", `zendesk made:2026-01-01`: "123456", `zendesk made>2026-01-01T00:05:00Z`: "6",
		`freshdesk "status:'open' AND priority:>3"`: "35", `freshdesk "(priority:1 OR priority:2) AND status:'closed'"`: "2", `freshdesk "note:null"`: "135",
		`stripe status:'open' AND priority>1`: "35", `stripe subject~"ticket 2"`: "2", `stripe -status:'open'`: "246", `stripe status:"open" OR priority:2`: "1235",
		`close status:"open"`: "135", `close not status:"open" and priority > 2`: "46", `close subject:tick*`: "123456", `close note:*`: "246", `close "status":"open" or (priority:2 and urgent:false)`: "1235",
	} {
		language, text, _ := strings.Cut(query, " ")
		status, _, body := call("GET", "/"+language+"?q="+url.QueryEscape(text), "")
		got := ""
		for _, part := range strings.Split(body, `"subject":"Ticket `)[1:] {
			got += part[:1]
		}
		if status != 200 || got != want {
			t.Errorf("%s: %d %q, want %q: %.200s", query, status, got, want, body)
		}
	}
}

func TestTheLanguagesRefuseWhatTheirProvidersWould(t *testing.T) {
	t.Parallel()
	_, call := start(t, spoken)
	for _, query := range []string{
		`soql status = open`, `soql status = "open"`, `soql priority = '1'`, `soql made > '2026-01-01T00:00:00Z'`, `soql made > 5`, `soql status = 'open' AND`, `soql status LIKE`,
		`soql a.b = 1`, `soql status IN ()`, `soql status IN ('a'`, `soql (status = 'a'`, `soql status = 'a')`, `soql status NOT LIKE 'a'`, `soql status ~ 'a'`, `soql = 1`, `soql status == 'a'`,
		`soql status = 'a`, `soql status = 'a\`, `soql status = 'open' AND priority = 1 OR priority = 2`, `soql status = 'a' LIMIT 5`, `soql AND`, `soql 'status' = 'a'`,
		`jql status`, `jql status = `, `jql status is`, `jql status = open ORDER priority`, `jql ORDER BY priority`, `jql status = open ORDER BY secret`,
		`zendesk secret:x`, `zendesk type:user`, `zendesk status:`, `zendesk (status:open)`,
		`freshdesk status:2`, `freshdesk "status:open"`, `freshdesk "NOT status:'open'"`, `freshdesk "status!'open'"`, `freshdesk "`,
		`stripe (status:'open')`, `stripe status:'a' AND priority:1 OR priority:2`, `stripe status:open`,
		`close status:`, `close status open`, `close (status:"open"`,
	} {
		language, text, _ := strings.Cut(query, " ")
		if status, _, body := call("GET", "/"+language+"?q="+url.QueryEscape(text), ""); status != 400 {
			t.Errorf("%s: %d %.200s", query, status, body)
		}
	}
}

func TestFilterGroupsAreCheckedWhole(t *testing.T) {
	t.Parallel()
	_, call := start(t, shop)
	const filter = `{"propertyName":"price","operator":"EQ","value":1}`
	group := func(filters ...string) string { return `{"groups":[{"filters":[` + strings.Join(filters, ",") + `]}]}` }
	for body, want := range map[string]string{
		group(filter): "01", group(`{"propertyName":"price","operator":"IN","values":["2","3"]}`): "02 03",
		group(filter, `{"propertyName":"sold","operator":"EQ","value":"false"}`):                                                    "",
		`{"groups":[{"filters":[` + filter + `]},{"filters":[{"propertyName":"name","operator":"CONTAINS_TOKEN","value":"*05"}]}]}`: "01 05",
		`{"groups":[]}`: "01 02 03 04 05", group(`{"propertyName":"price","operator":"NOT_HAS_PROPERTY"}`): "", group(`{"propertyName":"price","operator":"GT","value":"11"}`): "12",
	} {
		status, _, answer := call("POST", "/v1/find", body)
		if got := names(t, answer, "data"); status != 200 || got != want {
			t.Errorf("%s: %d %q, want %q", body, status, got, want)
		}
	}
	for _, body := range []string{
		`{"groups":{}}`, `{"groups":[{}]}`, `{"groups":[{"filters":[]}]}`, `{"groups":[5]}`, group(`5`), group(`{"propertyName":"price","operator":"eq","value":1}`),
		group(`{"propertyName":"price","operator":"EQ"}`), group(`{"propertyName":"price","operator":"IN","value":"1"}`), group(`{"propertyName":"price","operator":"HAS_PROPERTY","value":"1"}`),
		group(`{"propertyName":"secret","operator":"EQ","value":1}`), group(`{"propertyName":"price","operator":"EQ","value":1,"typo":1}`),
		group(filter, filter, filter, filter, filter, filter, filter), `{"groups":[` + strings.Repeat(`{"filters":[`+filter+`]},`, 6) + `{"filters":[` + filter + `]}]}`, `{"typo":1}`,
	} {
		if status, _, answer := call("POST", "/v1/find", body); status != 400 {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
}

func TestFormsWithBracketsAreRead(t *testing.T) {
	t.Parallel()
	simulator, _ := start(t, `
provider: Forms
collections:
  - name: things
    rows: [{name: a}]
    fields: [metadata, items, expand]
    calls: {create: {call: POST /things, form: true}, get: "GET /things/{id}"}
`)
	for form, want := range map[string]string{
		"name=b&metadata[k]=v&metadata[l]=w": `{"id":2,"metadata":{"k":"v","l":"w"},"name":"b"}`,
		"items[0][p]=1&items[1][p]=2":        `{"id":2,"items":[{"p":"1"},{"p":"2"}]}`,
		"expand[]=x&expand[]=y":              `{"expand":["x","y"],"id":2}`,
	} {
		if got := send(t, simulator, "POST", "/things", form, "application/x-www-form-urlencoded", ""); got != "200 "+want {
			t.Errorf("%s: %s, want %s", form, got, want)
		}
		send(t, simulator, "POST", "/_sim/reset", "", "", "")
	}
	if got := send(t, simulator, "POST", "/things", `{"name":"b"}`, "application/json", ""); !strings.HasPrefix(got, "415") {
		t.Error(got)
	}
}
