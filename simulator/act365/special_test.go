package act365

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryResourceOfTheConnectorHasAnAnswer(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	one := func(path string) string { return b.get(path, "$top", "1").list(t)[0]["id"].(string) }
	contact, campaign, opportunity := one("/Contacts"), one("/Campaigns"), one("/Opportunities")
	interaction, group, todo, stage := one("/Interactions"), one("/Groups"), one("/Todos"), one("/Opportunities/Stages")
	series := b.get("/Interactions", "$filter", "seriesId ne null", "$top", "1").list(t)[0]["id"].(string)
	inCampaign := b.want(200, "GET", "/Campaigns/"+campaign, "").object(t)["contacts"].([]any)[0].(map[string]any)["id"].(string)
	export := func() string {
		return b.want(201, "POST", "/Export", `{"query":"$filter=lastName eq 'Byron'"}`).object(t)["id"].(string)
	}
	call := `{"subject":"S","type":"Call","timeZone":"UTC","recurSpec":{"frequency":1}}`
	hook := b.want(201, "POST", "/Webhooks", `{"event":"contacts_post","target_url":"https://example.com/hook"}`).object(t)["id"].(string)
	// In the order of reference/act365-connector.md; deletions of what others need come last.
	for i, c := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/Interactions", "", 200},
		{"POST", "/Interactions", minimal["Interactions"], 201},
		{"GET", "/Interactions/" + interaction, "", 200},
		{"PUT", "/Interactions/" + interaction, minimal["Interactions"], 200},
		{"GET", "/Contacts", "", 200}, // authentication
		{"GET", "/Calendar?urlKey=x", "", 501},
		{"GET", "/CalendarUrlKey", "", 200},
		{"PUT", "/CalendarUrlKey", "", 200},
		{"GET", "/Calendar/x", "", 501},
		{"GET", "/Campaigns", "", 200},
		{"POST", "/Campaigns", `{"groupId":"` + group + `","sendDate":"2026-04-01T08:00:00Z","emailSubject":"S"}`, 201},
		{"GET", "/Campaigns/" + campaign, "", 200},
		{"GET", "/Campaigns/" + campaign + "/Contact/" + inCampaign, "", 200},
		{"GET", "/Contacts", "", 200},
		{"POST", "/Contacts", minimal["Contacts"], 201},
		{"GET", "/Contacts/" + contact, "", 200},
		{"PATCH", "/Contacts?$filter=id+eq+" + contact, `{"company":"C"}`, 200},
		{"GET", "/EmarketingTemplates", "", 501},
		{"POST", "/Export", `{"query":"","groupId":"` + group + `"}`, 201},
		{"GET", "/Export/Download/" + export(), "", 200},
		{"GET", "/Export/" + export(), "", 200},
		{"POST", "/Import/google?groupName=x", "", 501},
		{"POST", "/Import/icloud?groupName=x", `{}`, 501},
		{"POST", "/InteractionSeries", call, 201},
		{"GET", "/InteractionSeries/" + series, "", 200},
		{"PUT", "/InteractionSeries/" + series, call, 200},
		{"DELETE", "/InteractionSeries/" + series, "", 204},
		{"GET", "/Groups", "", 200},
		{"POST", "/Groups", minimal["Groups"], 201},
		{"GET", "/Groups/" + group, "", 200},
		{"PUT", "/Groups/" + group, `{"name":"Renamed"}`, 200},
		{"GET", "/Metadata", "", 200},
		{"PUT", "/Metadata", `[{"name":"N","type":"Field","value":"V"}]`, 200},
		{"GET", "/Opportunities", "", 200},
		{"POST", "/Opportunities", minimal["Opportunities"], 201},
		{"GET", "/Opportunities/" + opportunity, "", 200},
		{"PATCH", "/Opportunities?$filter=id+eq+" + opportunity, `{"notes":"N"}`, 200},
		{"PUT", "/Opportunities/" + opportunity, minimal["Opportunities"], 200},
		{"GET", "/Opportunities/" + opportunity + "/Activities", "", 200},
		{"GET", "/opportunities/stages", "", 200},
		{"PUT", "/Opportunities/Stages/" + stage, `{"name":"Start","order":1}`, 200},
		{"GET", "/Opportunities/Totals", "", 200},
		{"GET", "", "", 200}, // ping
		{"GET", "/Todos", "", 200},
		{"POST", "/Todos", minimal["Todos"], 201},
		{"GET", "/Todos/" + todo, "", 200},
		{"PATCH", "/Todos?$filter=id+eq+" + todo, `{"notes":"N"}`, 200},
		{"GET", "/UserInfos", "", 200},
		{"POST", "/Webhooks", `{"event":"contacts_post","target_url":"https://example.com/hook"}`, 201},
		{"GET", "/Webhooks", "", 200},
		{"DELETE", "/Webhooks/" + hook, "", 204},
		{"DELETE", "/Interactions/" + interaction, "", 204},
		{"DELETE", "/Contacts/" + contact, "", 204},
		{"DELETE", "/Contacts?$filter=lastName+eq+Byron", "", 204},
		{"DELETE", "/Groups/" + group, "", 204},
		{"DELETE", "/Opportunities/" + opportunity, "", 204},
		{"DELETE", "/Todos/" + todo, "", 204},
	} {
		if answer := b.call(c.method, c.path, c.body); answer.status != c.status {
			t.Errorf("%d: %s %s: status %d, want %d: %.200s", i+1, c.method, c.path, answer.status, c.status, answer.body)
		}
	}
}

func TestPathsHaveNoCaseAndEveryVerbAnAnswer(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for _, path := range []string{"/contacts", "/CONTACTS/", "/Contacts?$top=1", "/userinfos", "/opportunityStages", "/"} {
		b.want(200, "GET", path, "")
	}
	b.want(200, "GET", b.root+"/ACT/API/Contacts", "")
	for _, path := range []string{"//Contacts", "/Contacts//", "/Nothing", "/Contacts/1/2/3", "/Interactions//"} {
		b.want(404, "GET", path, "")
	}
	wrong := b.want(405, "DELETE", "/UserInfos", "")
	if wrong.header.Get("Allow") != "GET, HEAD, OPTIONS" {
		t.Errorf("Allow is %q", wrong.header.Get("Allow"))
	}
	head := b.want(200, "HEAD", "/Contacts?$top=1", "")
	if head.body != "" || head.header.Get("Content-Length") == "0" {
		t.Errorf("HEAD has the body %q and length %s", head.body, head.header.Get("Content-Length"))
	}
	b.key = ""
	options := b.want(204, "OPTIONS", "/Groups/x", "")
	if options.header.Get("Allow") != "DELETE, GET, HEAD, OPTIONS, PATCH, PUT" {
		t.Errorf("Allow is %q", options.header.Get("Allow"))
	}
}

func TestAnExportCanBeFetchedOnce(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Contacts: 400})
	group := b.get("/Groups", "$filter", "contactsCount gt 0", "$top", "1").list(t)[0]
	for _, c := range []struct {
		body string
		want int
	}{
		{`{}`, 400},
		{`{"query":"$filter=lastName eq 'Byron'&$orderby=firstName desc"}`, 3},
		{`{"query":"?%24filter=lastName%20eq%20'Byron'"}`, 3},
		{`{"query":"lastName eq Byron"}`, 3},
		{`{"groupId":"` + group["id"].(string) + `"}`, int(group["contactsCount"].(float64))},
	} {
		made := b.want(201, "POST", "/Export", c.body).object(t)
		if made["id"] != made["exportId"] {
			t.Errorf("id %v, exportId %v", made["id"], made["exportId"])
		}
		path := "/Export/" + made["id"].(string)
		list := b.want(200, "GET", path, "").list(t)
		if len(list) != c.want {
			t.Errorf("%s: %d contacts, want %d", c.body, len(list), c.want)
		}
		if strings.Contains(c.body, "desc") && strings.Join(names(list, "firstName"), " ") != "Zita Bruno Ada" {
			t.Errorf("%s: order is %v", c.body, names(list, "firstName"))
		}
		b.want(404, "GET", path, "")
	}
}

func TestTotalsAddUpByStageAndCurrency(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Contacts: -1})
	for _, o := range []string{
		`{"title":"1","stage":"Leads","total":10.5,"currency":"USD"}`, `{"title":"2","stage":"Leads","total":20,"currency":"USD"}`,
		`{"title":"3","stage":"Leads","total":5,"currency":"EUR"}`, `{"title":"4","stage":"Closed"}`,
	} {
		b.want(201, "POST", "/Opportunities", o)
	}
	want := `[{"stage":"Leads","currency":"USD","count":2,"total":30.5},{"stage":"Leads","currency":"EUR","count":1,"total":5},{"stage":"Closed","currency":null,"count":1,"total":0}]`
	if got := b.get("/Opportunities/Totals"); got.body != want {
		t.Errorf("%s", got.body)
	}
	if got := b.get("/Opportunities/Totals", "$filter", "stage eq Closed"); got.body != `[{"stage":"Closed","currency":null,"count":1,"total":0}]` {
		t.Errorf("%s", got.body)
	}
	if got := b.get("/Opportunities/Totals", "$filter", "stage eq None"); got.body != `[]` {
		t.Errorf("%s", got.body)
	}
}

func TestAnOpportunityHasItsActivities(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	id := b.want(201, "POST", "/Opportunities", minimal["Opportunities"]).object(t)["id"].(string)
	for _, subject := range []string{"One", "Two"} {
		b.want(201, "POST", "/Interactions", `{"subject":"`+subject+`","type":"Call","timeZone":"UTC","opportunityId":"`+id+`"}`)
	}
	path := "/Opportunities/" + id + "/Activities"
	if got := names(b.get(path).list(t), "subject"); !slices.Equal(got, []string{"One", "Two"}) {
		t.Errorf("%v", got)
	}
	if got := names(b.get(path, "$filter", "subject eq Two").list(t), "subject"); !slices.Equal(got, []string{"Two"}) {
		t.Errorf("%v", got)
	}
	b.want(404, "GET", "/Opportunities/"+strings.Repeat("0", 24)+"/Activities", "")
}

func TestTheCallerIsTheFirstUser(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for _, key := range []string{DefaultAPIKey, ColleagueAPIKey} {
		b.key = key
		made := b.want(201, "POST", "/Interactions", minimal["Interactions"]).object(t)
		list := b.get("/UserInfos").list(t)
		if len(list) != 3 || list[0]["id"] != made["userCreatorId"] || list[0]["emailAddress"] != made["recordOwner"] {
			t.Errorf("%s: first of %d users is %v", key, len(list), list[0])
		}
	}
	if got := b.get("/UserInfos", "$filter", "lastName eq User").list(t); len(got) != 1 {
		t.Errorf("%d users are named User", len(got))
	}
	ordered := names(b.get("/UserInfos", "$orderby", "emailAddress").list(t), "emailAddress")
	if !slices.IsSorted(ordered) {
		t.Errorf("%v", ordered)
	}
}

func TestMetadataIsFoundByNameAndType(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	fields := b.get("/Metadata", "$filter", "type eq 'Field'").list(t)
	others := b.get("/Metadata", "$filter", "type eq 'OpportunityField'").list(t)
	shown := b.get("/Metadata", "$filter", "show eq true").list(t)
	if len(fields) != 5 || len(others) != 3 || len(shown) != 7 {
		t.Errorf("%d fields, %d opportunity fields, %d shown", len(fields), len(others), len(shown))
	}
	b.sim.Advance(time.Minute)
	changed := b.want(200, "PUT", "/Metadata", `[{"name":"Region","type":"Field","value":"Changed"},{"name":"Region","type":"OpportunityField","value":"New"}]`).list(t)
	if changed[0]["id"] != fields[0]["id"] || changed[0]["value"] != "Changed" || changed[0]["edited"] != "2026-03-10T12:01:00Z" || changed[0]["enumeration"] == nil {
		t.Errorf("%v", changed[0])
	}
	if all := b.get("/Metadata").list(t); len(all) != 9 {
		t.Errorf("there are %d fields", len(all))
	}
}

func TestACampaignKnowsItsContacts(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	group := b.get("/Groups", "$filter", "contactsCount gt 1", "$top", "1").list(t)[0]
	made := b.want(201, "POST", "/Campaigns", `{"senderEmailAddress":"a@example.com","groupId":"`+group["id"].(string)+
		`","templateId":"00000000-0000-4000-8000-000000000001","emailSubject":"Hello","sendDate":"2026-04-01T08:00:00Z","timeZone":"UTC"}`).object(t)
	if made["status"] != "Scheduled" || made["name"] != "Hello" || made["groupName"] != group["name"] || made["contactsCount"] != group["contactsCount"] || made["campaignId"] != made["id"] {
		t.Errorf("%v", made)
	}
	contact := made["contacts"].([]any)[1].(map[string]any)["id"].(string)
	one := b.want(200, "GET", "/Campaigns/"+made["id"].(string)+"/Contact/"+contact, "").object(t)
	if fmt.Sprint(one["contacts"].([]any)[0].(map[string]any)["id"]) != contact || len(one["contacts"].([]any)) != 1 {
		t.Errorf("%v", one["contacts"])
	}
	outside := b.want(201, "POST", "/Contacts", minimal["Contacts"]).object(t)["id"].(string)
	b.want(404, "GET", "/Campaigns/"+made["id"].(string)+"/Contact/"+outside, "")
}

func TestDeletingASeriesDeletesItsInstances(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	members := b.get("/Interactions", "$filter", "seriesId ne null").list(t)
	base := members[0]["id"].(string)
	if len(members) != 3 {
		t.Fatalf("%d members", len(members))
	}
	spec := b.want(200, "GET", "/InteractionSeries/"+base, "").object(t)["recurSpec"].(map[string]any)
	if fmt.Sprint(spec["recurDay"].(map[string]any)["daysOfWeek"]) != "[2]" {
		t.Errorf("%v", spec)
	}
	b.want(404, "GET", "/InteractionSeries/"+members[1]["id"].(string), "")
	b.want(404, "PUT", "/InteractionSeries/"+members[1]["id"].(string), minimal["Interactions"])
	b.want(204, "DELETE", "/InteractionSeries/"+base, "")
	b.want(404, "DELETE", "/InteractionSeries/"+base, "")
	for _, id := range ids(members) {
		b.want(404, "GET", "/Interactions/"+id, "")
	}
	made := b.want(201, "POST", "/InteractionSeries", `{"subject":"S","type":"Call","timeZone":"UTC","recurSpec":{"frequency":1}}`)
	at := strings.TrimPrefix(made.header.Get("Location"), b.url)
	if !strings.HasPrefix(at, "/InteractionSeries/") {
		t.Errorf("Location is %s", at)
	}
	b.want(200, "GET", at, "")
}

func TestTheCalendarKeyChangesWhenAskedTo(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	first := b.want(200, "GET", "/CalendarUrlKey", "").body
	if first != b.want(200, "GET", "/CalendarUrlKey", "").body || !strings.HasPrefix(first, `"`) {
		t.Errorf("the key is %s", first)
	}
	second := b.want(200, "PUT", "/CalendarUrlKey", "").body
	if second == first || second != b.want(200, "GET", "/CalendarUrlKey", "").body {
		t.Errorf("the key was %s and is %s", first, second)
	}
}
