package act365

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheControlAPIAnswersOnlyToThisMachine(t *testing.T) {
	t.Parallel()
	sim := New(Options{Contacts: -1})
	defer sim.Close()
	for _, c := range []struct {
		peer, host, origin string
		status             int
	}{
		{"127.0.0.1:5", "127.0.0.1:8365", "", 200},
		{"[::1]:5", "localhost:8365", "", 200},
		{"[::1]:5", "[::1]:8365", "http://localhost:8080", 200},
		{"192.0.2.7:5", "127.0.0.1:8365", "", 403},
		{"10.0.0.1:5", "localhost", "", 403},
		{"nonsense", "localhost", "", 403},
		{"127.0.0.1:5", "rebound.example:8365", "", 403},
		{"127.0.0.1:5", "127.0.0.1:8365", "https://evil.example", 403},
		{"127.0.0.1:5", "127.0.0.1:8365", "null", 403},
	} {
		for _, path := range []string{"/_sim/state", "/_SIM/state"} {
			r := httptest.NewRequest("GET", path, nil)
			r.RemoteAddr, r.Host = c.peer, c.host
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
			w := httptest.NewRecorder()
			sim.ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("%s of %+v: status %d", path, c, w.Code)
			}
		}
	}
}

func TestControlBodiesAreReadStrictly(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for _, c := range []struct{ path, body, says string }{
		{"faults", `{`, "not understood"},
		{"faults", `{}`, "does nothing"},
		{"faults", `{"action":{"status":200},"times":0}`, "times is 0"},
		{"faults", `{"action":{"status":200},"times":-2}`, "times is -2"},
		{"faults", `{"action":{"status":99}}`, "status is 99"},
		{"faults", `{"action":{"delayMs":-1}}`, "negative"},
		{"faults", `{"action":{"statsu":500}}`, "statsu"},
		{"clock", `{}`, "needed"},
		{"clock", `{"advance":"1m","set":"2026-01-01T00:00:00Z"}`, "needed"},
		{"clock", `{"advance":"soon"}`, "soon"},
		{"clock", `{"set":"soon"}`, "soon"},
		{"mutate", `{"resource":"users","create":1}`, "users"},
		{"mutate", `{"resource":"contacts","create":-1}`, "create is -1"},
		{"mutate", `{"resource":"contacts","account":2}`, "account is 2"},
		{"reset", `{"contacts":-1}`, "contacts is -1"},
		{"reset", `{"contacts":100000000}`, "100000000"},
		{"keys", `{"action":"add"}`, "key is missing"},
		{"keys", `{"action":"add","key":"k","user":"nobody@example.com"}`, "not known"},
		{"keys", `{"action":"steal","key":"demo-api-key"}`, "steal"},
		{"keys", `{"action":"revoke","key":"none"}`, "no such"},
		{"keys", `{"action":"rotate","key":"demo-api-key"}`, "newKey"},
		{"keys", `{"action":"add","kind":"house","key":"k"}`, "house"},
		{"scenario", `{"name":"doom"}`, "doom"},
	} {
		if got := b.want(400, "POST", b.root+"/_sim/"+c.path, c.body); !strings.Contains(got.body, c.says) {
			t.Errorf("%s %s: %s", c.path, c.body, got.body)
		}
	}
	b.want(404, "GET", b.root+"/_sim/nothing", "")
	if wrong := b.want(405, "PUT", b.root+"/_sim/clock", "{}"); !strings.Contains(wrong.header.Get("Allow"), "POST") {
		t.Errorf("Allow is %q", wrong.header.Get("Allow"))
	}
}

func TestTheClockIsMovedFromOutside(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	b.control("POST", "clock", `{"advance":"15m"}`)
	if made := b.want(201, "POST", "/Contacts", minimal["Contacts"]).object(t); made["created"] != "2026-03-10T12:15:00Z" {
		t.Errorf("created is %v", made["created"])
	}
	got := b.control("POST", "clock", `{"set":"2030-01-01T00:00:00.5Z"}`)
	if got.object(t)["now"] != "2030-01-01T00:00:00.5Z" || got.object(t)["fixed"] != true {
		t.Errorf("%s", got.body)
	}
	running := start(t, Options{Clock: "real", Contacts: -1})
	before := running.sim.Now()
	running.control("POST", "clock", `{"advance":"24h"}`)
	if passed := running.sim.Now().Sub(before); passed < 24*time.Hour || passed > 25*time.Hour {
		t.Errorf("a running clock moved by %v", passed)
	}
}

func TestMutateChangesWhatItIsAskedTo(t *testing.T) {
	t.Parallel()
	for _, resource := range []string{"contacts", "interactions", "groups", "todos", "opportunities", "campaigns"} {
		b := start(t, Options{})
		path := map[string]string{"contacts": "/Contacts", "interactions": "/Interactions", "groups": "/Groups",
			"todos": "/Todos", "opportunities": "/Opportunities", "campaigns": "/Campaigns"}[resource]
		before := ids(b.get(path).list(t))
		b.sim.Advance(time.Hour)
		var got mutated
		answer := b.control("POST", "mutate", `{"resource":"`+resource+`","create":3,"update":2,"delete":1,"seed":7}`)
		if err := json.Unmarshal([]byte(answer.body), &got); err != nil {
			t.Fatal(err)
		}
		after := ids(b.get(path).list(t))
		if len(got.Created) != 3 || len(got.Updated) != 2 || len(got.Deleted) != 1 || len(after) != len(before)+2 {
			t.Errorf("%s: %+v, %d records became %d", resource, got, len(before), len(after))
		}
		for _, id := range got.Created {
			if slices.Contains(before, id) || !slices.Contains(after, id) {
				t.Errorf("%s: %s was not made", resource, id)
			}
		}
		for _, id := range got.Deleted {
			b.want(404, "GET", path+"/"+id, "")
		}
		for _, id := range got.Updated {
			r := b.want(200, "GET", path+"/"+id, "").object(t)
			if !slices.Contains(before, id) || resource != "todos" && r["lastUpdated"] != "2026-03-10T13:00:00Z" {
				t.Errorf("%s: %s was changed at %v", resource, id, r["lastUpdated"])
			}
		}
	}
}

func TestMutationsAreRepeatable(t *testing.T) {
	t.Parallel()
	run := func() string {
		b := start(t, Options{})
		return b.control("POST", "mutate", `{"resource":"contacts","create":5,"update":5,"delete":5,"seed":3}`).body + b.get("/Contacts").body
	}
	if one, two := run(), run(); one != two {
		t.Error("the same mutation had another outcome")
	}
}

func TestPollingByDateSeesWhatMutateDid(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	b.sim.Advance(time.Minute)
	b.control("POST", "mutate", `{"resource":"contacts","create":2,"update":3}`)
	if got := b.get("/Contacts", "$filter", "lastUpdated ge '2026-03-10T12:01:00.000Z'").list(t); len(got) != 5 {
		t.Errorf("%d contacts have changed", len(got))
	}
}

func TestResetMakesTheDataAnew(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	before := b.get("/Contacts").body
	b.want(204, "DELETE", "/Contacts?$filter=true", "")
	b.control("POST", "reset", `{}`)
	if b.get("/Contacts").body != before {
		t.Error("a reset did not bring the same data back")
	}
	b.control("POST", "reset", `{"contacts":7,"seed":1}`)
	if list := b.get("/Contacts").list(t); len(list) != 7 {
		t.Errorf("%d contacts after a reset to 7", len(list))
	}
	b.control("POST", "reset", `{"contacts":0}`)
	if got := b.get("/Contacts").body; got != "[]" {
		t.Errorf("after a reset to 0: %s", got)
	}
}

func TestKeysChangeWhileCallsGoOn(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	b.want(200, "GET", "/Contacts", "")
	b.control("POST", "keys", `{"action":"revoke","key":"demo-api-key"}`)
	b.want(401, "GET", "/Contacts", "")
	b.control("POST", "keys", `{"action":"add","key":"demo-api-key"}`)
	b.want(200, "GET", "/Contacts", "")
	b.control("POST", "keys", `{"action":"disable","key":"demo-api-key"}`)
	b.want(403, "GET", "/Contacts", "")
	b.control("POST", "keys", `{"action":"enable","key":"demo-api-key"}`)
	b.control("POST", "keys", `{"action":"rotate","key":"demo-api-key","newKey":"fresh-key"}`)
	b.want(401, "GET", "/Contacts", "")
	b.key = "fresh-key"
	b.want(200, "GET", "/Contacts", "")
	b.control("POST", "keys", `{"action":"rotate","kind":"developer","key":"demo-developer-key","newKey":"fresh-developer"}`)
	b.want(401, "GET", "/Contacts", "")
	b.developer = "fresh-developer"
	b.want(200, "GET", "/Contacts", "")
	b.control("POST", "keys", `{"action":"add","key":"second-account","user":"sales@example.org"}`)
	b.key = "second-account"
	if me := b.get("/UserInfos").list(t)[0]; me["emailAddress"] != "sales@example.org" {
		t.Errorf("the new key is that of %v", me)
	}
	b.control("POST", "keys", `{"action":"revoke","kind":"developer","key":"fresh-developer"}`)
	b.want(401, "GET", "/Contacts", "")
}

func TestStateTellsWhatThereIs(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Rate: 100})
	b.get("/Contacts")
	b.want(201, "POST", "/Webhooks", `{"event":"contacts_post","target_url":"http://127.0.0.1:1/"}`)
	b.control("POST", "faults", `{"match":{"path":"nothing"},"action":{"status":500}}`)
	var state struct {
		Accounts []struct {
			Name    string
			Records map[string]int
		}
		Clock struct{ Now time.Time }
		Rate  struct {
			Limit int
			Used  map[string]int
		}
		Faults   []map[string]any
		Scenario string
	}
	answer := b.control("GET", "state", "")
	if err := json.Unmarshal([]byte(answer.body), &state); err != nil {
		t.Fatal(err)
	}
	if len(state.Accounts) != 2 || state.Accounts[0].Records["contacts"] != 60 || state.Accounts[0].Records["webhooks"] != 1 {
		t.Errorf("%s", answer.body)
	}
	if state.Rate.Limit != 100 || state.Rate.Used["developer 1"] != 2 || len(state.Faults) != 1 || state.Scenario != "none" || state.Clock.Now.Year() != 2026 {
		t.Errorf("%s", answer.body)
	}
}

func TestTheJournalKeepsWhatIsAskedAndNoKey(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	secrets := []string{DefaultAPIKey, DefaultDeveloperKey, DefaultPassword, DefaultClientSecret, "late-key"}
	b.control("POST", "keys", `{"action":"add","key":"late-key"}`)
	b.get("/Contacts", "$filter", "lastName eq 'O''Brien'", "key", DefaultAPIKey)
	b.want(404, "GET", "/"+DefaultDeveloperKey, "")
	b.want(201, "POST", "/Todos", `{"subject":"late-key and demo-developer-key","demo-api-key":1}`, "X-Demo-Api-Key", "late-key")
	b.call("GET", "/Contacts", "", "Authorization", "")
	tokens := b.token(200, "grant_type", "authorization_code", "code", b.code(), "redirect_uri", callback)
	secrets = append(secrets, tokens["access_token"].(string), tokens["refresh_token"].(string))
	b.get("/Contacts", "access_token", tokens["access_token"].(string))
	raw := b.control("GET", "requests", "").body
	for _, secret := range secrets {
		if strings.Contains(raw, secret) || strings.Contains(raw, strings.TrimPrefix(secret, tokenMark)) {
			t.Errorf("the journal has %s", secret)
		}
	}
	if strings.Contains(raw, basic(DefaultAPIKey, DefaultDeveloperKey)[6:]) {
		t.Error("the journal has an Authorization header")
	}
	var entries []entry
	if err := json.Unmarshal([]byte(raw), &entries); err != nil {
		t.Fatal(err)
	}
	first := entries[0]
	if first.Method != "GET" || first.Path != "/act/api/Contacts" || first.Status != 200 || first.Principal != DefaultUser ||
		!strings.Contains(first.Query, "$filter=lastName eq 'O''Brien'") || !slices.Contains(first.Headers, "Authorization") {
		t.Errorf("%+v", first)
	}
	if post := entries[2]; post.Body != `{"subject":"*** and ***","***":1}` || post.Status != 201 {
		t.Errorf("%+v", post)
	}
	if anonymous := entries[3]; anonymous.Principal != "" || anonymous.Status != 401 {
		t.Errorf("%+v", anonymous)
	}
	if page := entries[4]; page.Body != "" || page.Query != "" || page.Path != "/act/oauth/v2/authorize" {
		t.Errorf("%+v", page)
	}
}

func TestTheJournalIsReadFromAPlaceOrATime(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for range 3 {
		b.get("/Todos")
	}
	b.sim.Advance(time.Minute)
	b.get("/Groups")
	paths := func(since string) string {
		var entries []entry
		_ = json.Unmarshal([]byte(b.control("GET", "requests"+since, "").body), &entries)
		var out []string
		for _, e := range entries {
			out = append(out, fmt.Sprint(e.Seq, e.Path[len("/act/api/"):]))
		}
		return strings.Join(out, " ")
	}
	if got := paths("?since=2"); got != "3Todos 4Groups" {
		t.Errorf("since 2: %s", got)
	}
	if got := paths("?since=2026-03-10T12:01:00Z"); got != "4Groups" {
		t.Errorf("since a time: %s", got)
	}
	b.want(400, "GET", b.root+"/_sim/requests?since=yesterday", "")
	b.control("DELETE", "requests", "")
	if got := paths(""); got != "" {
		t.Errorf("after clearing: %s", got)
	}
	b.get("/Groups")
	if got := paths(""); got != "5Groups" {
		t.Errorf("numbers start anew: %s", got)
	}
}

func TestTheJournalIsARing(t *testing.T) {
	t.Parallel()
	var j journal
	for range journalSize + 25 {
		j.add(entry{})
	}
	all := j.since(func(*entry) bool { return true })
	if len(all) != journalSize || all[0].Seq != 26 || all[len(all)-1].Seq != journalSize+25 {
		t.Errorf("%d entries from %d to %d", len(all), all[0].Seq, all[len(all)-1].Seq)
	}
	b := start(t, Options{})
	b.want(400, "POST", "/Todos", strings.Repeat("é", journalBody))
	e := b.sim.journal.since(func(*entry) bool { return true })[0]
	if len(e.Body) > journalBody || !e.BodyCut || strings.ContainsRune(e.Body, '\ufffd') {
		t.Errorf("a long body is kept as %d bytes, cut: %v", len(e.Body), e.BodyCut)
	}
}
