package act365

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// minimal are the smallest good bodies, by collection.
var minimal = map[string]string{
	"Contacts":      `{"firstName":"New"}`,
	"Interactions":  `{"subject":"New","type":"Call","timeZone":"UTC"}`,
	"Groups":        `{"name":"New"}`,
	"Todos":         `{"subject":"New"}`,
	"Opportunities": `{"title":"New","stage":"Leads"}`,
}

func TestRecordsAreMadeReadChangedAndDeleted(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for path, body := range minimal {
		made := b.want(201, "POST", "/"+path, body)
		id, _ := made.object(t)["id"].(string)
		if !isID(id) || made.header.Get("Location") != b.url+"/"+path+"/"+id {
			t.Errorf("%s: id %q, Location %q", path, id, made.header.Get("Location"))
		}
		at := "/" + path + "/" + id
		if read := b.want(200, "GET", at, ""); read.body != made.body {
			t.Errorf("%s: read %s after %s was made", path, read.body, made.body)
		}
		b.sim.Advance(time.Minute)
		b.want(200, "PUT", at, body)
		b.want(200, "HEAD", at, "")
		b.want(200, "GET", "/"+path+"/"+strings.ToUpper(id)+"/", "")
		gone := b.want(204, "DELETE", at, "")
		if gone.body != "" {
			t.Errorf("%s: DELETE answers %q", path, gone.body)
		}
		b.want(404, "DELETE", at, "")
		b.want(404, "GET", at, "")
		b.want(404, "PUT", at, body)
	}
}

func TestTheProviderSetsItsOwnFields(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	forged := `{"id":"111111111111111111111111","created":"2001-01-01T00:00:00Z","lastUpdated":"2001-01-01T00:00:00Z","recordOwner":"x@example.com",
		"firstName":"New","dynamicGroups":["111111111111111111111111"]}`
	made := b.want(201, "POST", "/Contacts", forged).object(t)
	for name, want := range map[string]any{
		"created": "2026-03-10T12:00:00Z", "lastUpdated": "2026-03-10T12:00:00Z", "recordOwner": DefaultUser, "dynamicGroups": nil,
	} {
		if made[name] != want {
			t.Errorf("%s is %v, want %v", name, made[name], want)
		}
	}
	if made["id"] == "111111111111111111111111" {
		t.Error("the client chose the id")
	}
	b.sim.Advance(1500 * time.Millisecond)
	b.key = ColleagueAPIKey
	changed := b.want(200, "PUT", "/Contacts/"+made["id"].(string), forged).object(t)
	if changed["created"] != made["created"] || changed["recordOwner"] != DefaultUser || changed["id"] != made["id"] {
		t.Errorf("PUT changed what the provider sets: %v", changed)
	}
	if changed["lastUpdated"] != "2026-03-10T12:00:01.500Z" {
		t.Errorf("lastUpdated is %v", changed["lastUpdated"])
	}
}

func TestPutReplacesAllButWhatTheProviderSets(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	id := b.want(201, "POST", "/Contacts", `{"firstName":"A","lastName":"B","company":"C","groups":["111111111111111111111111"]}`).object(t)["id"].(string)
	got := b.want(200, "PUT", "/Contacts/"+id, `{"firstName":"D"}`).object(t)
	if got["firstName"] != "D" || got["lastName"] != nil || got["company"] != nil || got["groups"] != nil || got["recordOwner"] != DefaultUser {
		t.Errorf("%v", got)
	}
	b.want(400, "PUT", "/Contacts/"+id, `{"lastName":"E"}`)
	if again := b.want(200, "GET", "/Contacts/"+id, "").object(t); again["firstName"] != "D" || again["lastName"] != nil {
		t.Errorf("a refused PUT left %v", again)
	}
}

func TestPatchOfContactsTakesItsIDFromTheFilter(t *testing.T) {
	t.Parallel()
	b := people(t, Options{})
	list := b.get("/Contacts").list(t)
	first := list[0]["id"].(string)
	b.sim.Advance(time.Second)
	got := b.want(200, "PATCH", "/Contacts?$filter=id+eq+"+first, `{"jobTitle":"Owner","company":null}`).object(t)
	if got["id"] != first || got["jobTitle"] != "Owner" || got["company"] != nil || got["lastName"] != "O'Brien" || got["lastUpdated"] != "2026-03-10T12:00:01Z" {
		t.Errorf("%v", got)
	}
	b.want(200, "PATCH", "/Contacts?$filter=id+eq+'"+first+"'", `{"jobTitle":"Owner"}`)
	for _, wrong := range []string{"", "?id=" + first, "?groupId=" + first, "?$filter="} {
		b.want(400, "PATCH", "/Contacts"+wrong, `{"jobTitle":"All"}`)
	}
	b.want(404, "PATCH", "/Contacts?$filter=id+eq+"+strings.Repeat("0", 24), `{"jobTitle":"X"}`)
	wrong := b.want(405, "PATCH", "/Contacts/"+first, `{"jobTitle":"X"}`)
	if wrong.header.Get("Allow") != "DELETE, GET, HEAD, OPTIONS, PUT" {
		t.Errorf("Allow is %q", wrong.header.Get("Allow"))
	}
	many := b.want(200, "PATCH", "/Contacts?$filter=customerType+ge+2", `{"jobTitle":"Many"}`).list(t)
	if len(many) != 3 {
		t.Errorf("%d records changed, want 3", len(many))
	}
	if got := b.hits(`jobTitle eq 'All'`); got != "" {
		t.Errorf("a PATCH without a filter changed %s", got)
	}
}

func TestAPatchThatIsRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	b := people(t, Options{})
	for _, body := range []string{`{"jobTitle":"X","emailAddress":"nonsense"}`, `{"jobTitle":"X","birthday":5}`, `[]`, `{`} {
		b.want(400, "PATCH", "/Contacts?$filter=firstName+ne+'z'", body)
	}
	if got := b.hits(`jobTitle eq 'X'`); got != "" {
		t.Errorf("it changed %s", got)
	}
}

func TestDeleteOfContactsNeedsAFilter(t *testing.T) {
	t.Parallel()
	b := people(t, Options{})
	b.want(400, "DELETE", "/Contacts", "")
	b.want(400, "DELETE", "/Contacts?groupId=111111111111111111111111", "")
	if got := b.hits(`true`); got != "abcde" {
		t.Fatalf("left are %s", got)
	}
	b.want(204, "DELETE", "/Contacts?$filter=lastName+eq+smith", "")
	b.want(404, "DELETE", "/Contacts?$filter=lastName+eq+smith", "")
	if got := b.hits(`true`); got != "acde" {
		t.Errorf("left are %s", got)
	}
}

func TestUpdatesWorkInEveryStrategy(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for path, property := range map[string]string{"Opportunities": "description", "Todos": "notes", "Groups": "description"} {
		made := b.want(201, "POST", "/"+path, minimal[path]).object(t)
		id := made["id"].(string)
		var whole map[string]any
		_ = json.Unmarshal([]byte(minimal[path]), &whole)
		whole[property] = "put"
		for _, c := range []struct{ method, at, body, want string }{
			{"PUT", "/" + path + "/" + id, string(mustJSON(whole)), "put"},
			{"PATCH", "/" + path + "/" + id, `{"` + property + `":"path"}`, "path"},
			{"PATCH", "/" + path + "?$filter=id+eq+'" + id + "'", `{"` + property + `":"filter"}`, "filter"},
		} {
			got := b.want(200, c.method, c.at, c.body).object(t)
			if got[property] != c.want || got["id"] != id {
				t.Errorf("%s %s gives %v", c.method, c.at, got)
			}
		}
		b.want(400, "PATCH", "/"+path, `{"`+property+`":"all"}`)
	}
}

func TestTodosAreAlsoPatchedByAPlainID(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	id := b.want(201, "POST", "/Todos", `{"subject":"A","isPriority":true}`).object(t)["id"].(string)
	got := b.want(200, "PATCH", "/Todos?id="+id, `{"subject":"B"}`).object(t)
	if got["subject"] != "B" || got["isPriority"] != true {
		t.Errorf("%v", got)
	}
	b.want(400, "PATCH", "/Todos?id=nonsense", `{"subject":"B"}`)
	b.want(404, "PATCH", "/Todos?id="+strings.Repeat("0", 24), `{"subject":"B"}`)
}

func TestPatchAnswersAsAsked(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{"object": "{", "array": "[{", "count": "1"} {
		b := start(t, Options{PatchAnswer: answer})
		id := b.want(201, "POST", "/Contacts", minimal["Contacts"]).object(t)["id"].(string)
		if got := b.want(200, "PATCH", "/Contacts?$filter=id+eq+"+id, `{"company":"C"}`); !strings.HasPrefix(got.body, want) {
			t.Errorf("%s: %s", answer, got.body)
		}
	}
}

func TestCreateAnswersAsAsked(t *testing.T) {
	t.Parallel()
	b := start(t, Options{CreateStatus: 200, CreateBody: "minimal"})
	got := b.want(200, "POST", "/Contacts", minimal["Contacts"])
	id, _ := got.object(t)["id"].(string)
	want := fmt.Sprintf(`{"id":%q,"created":"2026-03-10T12:00:00Z","groups":null,"recordOwner":%q,"socialProfiles":null}`, id, DefaultUser)
	if got.body != want || !strings.HasSuffix(got.header.Get("Location"), "/Contacts/"+id) {
		t.Errorf("%s at %s", got.body, got.header.Get("Location"))
	}
	full := start(t, Options{}).want(201, "POST", "/Contacts", minimal["Contacts"]).object(t)
	if len(full) != len(models().contact.properties) {
		t.Errorf("the body has %d properties", len(full))
	}
}

func TestEveryPropertyOfAModelIsPresent(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	m := models()
	for path, of := range map[string]*model{
		"/Contacts": m.contact, "/Interactions": m.interaction, "/Groups": m.group, "/Todos": m.todo, "/Opportunities": m.opportunity,
		"/Campaigns": m.campaign, "/Metadata": m.metadata, "/UserInfos": m.user, "/OpportunityStages": m.stage,
	} {
		for _, r := range b.get(path).list(t) {
			for _, property := range of.properties {
				if _, there := r[property.name]; there == property.detail {
					t.Fatalf("%s: %s present: %v", path, property.name, there)
				}
			}
		}
	}
	contact := b.get("/Contacts", "$filter", "businessAddress ne null", "$top", "1").list(t)[0]
	if address := contact["businessAddress"].(map[string]any); len(address) != 8 {
		t.Errorf("an address has %d members", len(address))
	}
}

func TestListsOfInteractionsLeaveOutDetail(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	r := b.get("/Interactions", "$filter", "opportunityId ne null", "$top", "1").list(t)[0]
	one := b.want(200, "GET", "/Interactions/"+r["id"].(string), "").object(t)
	for _, name := range []string{"cost", "revenue", "recurSpec", "opportunityId", "users", "seriesId", "seriesBaseInstanceId"} {
		if _, there := r[name]; there {
			t.Errorf("the list has %s", name)
		}
		if _, there := one[name]; !there {
			t.Errorf("the single record lacks %s", name)
		}
	}
}

func TestIDsAreCheckedBeforeTheyAreLookedUp(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for id, status := range map[string]int{
		strings.Repeat("0", 24): 404, "5": 400, strings.Repeat("g", 24): 400, strings.Repeat("0", 25): 400,
		"..%2F" + strings.Repeat("0", 20): 400, "%27": 400, strings.Repeat("0", 24) + "/x": 404,
	} {
		b.want(status, "GET", "/Contacts/"+id, "")
		b.want(status, "DELETE", "/Contacts/"+id, "")
	}
}

func TestBodiesAreValidated(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for _, c := range []struct{ path, body, wrong string }{
		{"Contacts", `{}`, "contact.firstName"},
		{"Contacts", `{"firstName":" "}`, "contact.firstName"},
		{"Contacts", `{"firstName":5}`, "contact.firstName"},
		{"Contacts", `{"firstName":"A","emailAddress":"a"}`, "contact.emailAddress"},
		{"Contacts", `{"firstName":"A","emailAddress":"a@b"}`, "contact.emailAddress"},
		{"Contacts", `{"firstName":"A","altEmailAddress":"a b@example.com"}`, "contact.altEmailAddress"},
		{"Contacts", `{"firstName":"A","birthday":"2001-02-29"}`, "contact.birthday"},
		{"Contacts", `{"firstName":"A","customerType":1.5}`, "contact.customerType"},
		{"Contacts", `{"firstName":"A","customerType":3000000000}`, "contact.customerType"},
		{"Contacts", `{"firstName":"A","customerType":"1"}`, "contact.customerType"},
		{"Contacts", `{"firstName":"A","groups":"x"}`, "contact.groups"},
		{"Contacts", `{"firstName":"A","groups":[1]}`, "contact.groups"},
		{"Contacts", `{"firstName":"A","businessAddress":{"city":5}}`, "contact.businessAddress.city"},
		{"Contacts", `{"firstName":"A","businessAddress":[]}`, "contact.businessAddress"},
		{"Contacts", `{"firstName":"A","customFields":[]}`, "contact.customFields"},
		{"Contacts", `{"firstName":"A","xeroData":{"outstandingInvoices":[{"balance":"x"}]}}`, "contact.xeroData.outstandingInvoices[0].balance"},
		{"Contacts", `{"firstName":"A","xeroData":{"outstandingInvoices":[5]}}`, "contact.xeroData.outstandingInvoices[0]"},
		{"Contacts", `[]`, "contact"},
		{"Contacts", `{"firstName":"A"`, "contact"},
		{"Contacts", `{"firstName":"A"} {}`, "contact"},
		{"Contacts", `null`, "contact"},
		{"Interactions", `{}`, "interaction.subject"},
		{"Interactions", `{}`, "interaction.type"},
		{"Interactions", `{}`, "interaction.timeZone"},
		{"Interactions", `{"subject":"S","type":"Party","timeZone":"UTC"}`, "interaction.type"},
		{"Interactions", `{"subject":"S","type":"Call","timeZone":"Middle/Earth"}`, "interaction.timeZone"},
		{"Interactions", `{"subject":"S","type":"Call","timeZone":"UTC","startTime":"2026-01-02T10:00:00Z","endTime":"2026-01-02T09:59:59Z"}`, "interaction.endTime"},
		{"Interactions", `{"subject":"S","type":"Call","timeZone":"UTC","isCompleted":"no"}`, "interaction.isCompleted"},
		{"Interactions", `{"subject":"S","type":"Call","timeZone":"UTC","recurSpec":{"recurDay":{"daysOfWeek":["x"]}}}`, "interaction.recurSpec.recurDay.daysOfWeek"},
		{"InteractionSeries", `{"subject":"S","type":"Call","timeZone":"UTC"}`, "interaction.recurSpec"},
		{"Groups", `{}`, "group.name"},
		{"Groups", `{"name":"Churros Test"}`, "group.name"},
		{"Todos", `{"isPriority":true}`, "todo.subject"},
		{"Opportunities", `{"stage":"Leads"}`, "opportunity.title"},
		{"Opportunities", `{"title":"T"}`, "opportunity.stage"},
		{"Opportunities", `{"title":"T","stage":"Leads","currency":"XXX"}`, "opportunity.currency"},
		{"Opportunities", `{"title":"T","stage":"Leads","total":"5000"}`, "opportunity.total"},
		{"Campaigns", `{}`, "campaign.groupId"},
		{"Campaigns", `{}`, "campaign.sendDate"},
		{"Campaigns", `{"groupId":"111111111111111111111111","sendDate":"2026-01-01"}`, "campaign.groupId"},
		{"Campaigns", `{"groupId":"x","sendDate":"soon"}`, "campaign.sendDate"},
		{"Webhooks", `{"event":"contacts_post"}`, "webhook.target_url"},
		{"Webhooks", `{"event":"contacts_sing","target_url":"http://127.0.0.1/"}`, "webhook.event"},
		{"Webhooks", `{"event":"contacts_post","target_url":"/hook"}`, "webhook.target_url"},
		{"Webhooks", `{"event":"contacts_post","target_url":"ftp://127.0.0.1/"}`, "webhook.target_url"},
		{"Export", `{"query":"$filter=nothing eq 1"}`, "export.query"},
		{"Export", `{"query":"lastName eq"}`, "export.query"},
	} {
		answer := b.want(400, "POST", "/"+c.path, c.body)
		state, _ := answer.object(t)["modelState"].(map[string]any)
		if _, named := state[c.wrong]; !named {
			t.Errorf("%s %s: %s is not named in %s", c.path, c.body, c.wrong, answer.body)
		}
	}
	b.want(400, "PUT", "/Metadata", `{"name":"N","type":"Field"}`)
	b.want(400, "PUT", "/Metadata", `[{"name":"N"}]`)
	b.want(400, "PUT", "/Metadata", `[5]`)
}

func TestGoodBodiesOfTheAcceptanceChecksAreTaken(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for path, body := range map[string]string{
		"/Contacts":      `{"lastName":"L","firstName":"F","emailAddress":"f@example.com","company":"C"}`,
		"/Interactions":  `{"type":"Meeting","subject":"S","startTime":"2026-01-01T10:00:00.000Z","endTime":"2026-01-01T10:00:00Z","address":{},"timeZone":"Asia/Kabul","isCompleted":false,"campaignId":null,"campaignDetails":null,"omitFromICal":false}`,
		"/Opportunities": `{"title":"T","total":5000,"currency":"USD","stage":"Leads"}`,
		"/Groups":        `{"name":"N","description":"D"}`,
		"/Todos":         `{"subject":"S","isPriority":true}`,
	} {
		b.want(201, "POST", path, body)
	}
	for _, zone := range []string{"Mountain Standard Time", "UTC", "America/Argentina/Buenos_Aires", "UTC+13"} {
		b.want(201, "POST", "/Interactions", `{"type":"Email","subject":"S","timeZone":"`+zone+`"}`)
	}
}

func TestFirstNamesAreDemandedUnlessTurnedOff(t *testing.T) {
	t.Parallel()
	start(t, Options{StrictNames: "off"}).want(201, "POST", "/Contacts", `{"lastName":"Only"}`)
}

func TestGroupNamesAreUniqueUnlessTurnedOff(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	id := b.want(201, "POST", "/Groups", `{"name":"One"}`).object(t)["id"].(string)
	b.want(400, "POST", "/Groups", `{"name":"One"}`)
	b.want(200, "PUT", "/Groups/"+id, `{"name":"One","description":"itself"}`)
	b.want(400, "PATCH", "/Groups/"+id, `{"name":"Churros Test"}`)
	loose := start(t, Options{UniqueGroups: "off"})
	loose.want(201, "POST", "/Groups", `{"name":"One"}`)
	loose.want(201, "POST", "/Groups", `{"name":"One"}`)
}

func TestUnknownMembersAreIgnoredAndJournaled(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	b.want(201, "POST", "/Contacts", `{"firstName":"A","frstName":"B","businessAddress":{"town":"X"}}`)
	var entries []entry
	if err := json.Unmarshal([]byte(b.control("GET", "requests", "").body), &entries); err != nil {
		t.Fatal(err)
	}
	if got := entries[0].Unknown; !slices.Equal(got, []string{"contact.businessAddress.town", "contact.frstName"}) {
		t.Errorf("journaled are %v", got)
	}
}

func TestBodiesNeedAMediaTypeAndASize(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for kind, status := range map[string]int{
		"application/json": 201, "application/json; charset=utf-8": 201, "text/json": 201,
		"": 415, "text/plain": 415, "application/xml": 415, "application/x-www-form-urlencoded": 415, ";": 415,
	} {
		b.want(status, "POST", "/Todos", minimal["Todos"], "Content-Type", kind)
	}
	big := `{"subject":"` + strings.Repeat("x", maxBody) + `"}`
	b.want(413, "POST", "/Todos", big)
	b.want(413, "PUT", "/Metadata", big)
	b.want(201, "POST", "/Todos", `{"subject":"`+strings.Repeat("x", maxBody-100)+`"}`)
}

func TestDeletingAGroupTakesItOutOfContacts(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	group := b.want(201, "POST", "/Groups", `{"name":"Short"}`).object(t)["id"].(string)
	count := func() any { return b.want(200, "GET", "/Groups/"+group, "").object(t)["contactsCount"] }
	contact := b.want(201, "POST", "/Contacts", `{"firstName":"A","groups":["`+group+`"]}`).object(t)["id"].(string)
	second := b.want(201, "POST", "/Contacts", `{"firstName":"B","groups":["`+group+`"]}`).object(t)["id"].(string)
	if count() != 2.0 {
		t.Errorf("the group counts %v", count())
	}
	b.want(200, "PATCH", "/Contacts?$filter=id+eq+"+second, `{"groups":[]}`)
	if count() != 1.0 {
		t.Errorf("after one left it counts %v", count())
	}
	b.want(204, "DELETE", "/Contacts/"+second, "")
	b.want(204, "DELETE", "/Groups/"+group, "")
	if got := b.want(200, "GET", "/Contacts/"+contact, "").object(t)["groups"].([]any); len(got) != 0 {
		t.Errorf("the contact still is in %v", got)
	}
}
