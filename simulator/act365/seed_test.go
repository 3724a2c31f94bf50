package act365

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestTheSameSeedMakesTheSameBytes(t *testing.T) {
	t.Parallel()
	all := func(o Options) string {
		b := start(t, o)
		var out strings.Builder
		for _, key := range []string{DefaultAPIKey, OtherAPIKey} {
			b.key = key
			for _, path := range []string{"Contacts", "Interactions", "Groups", "Todos", "Opportunities", "Campaigns", "Metadata", "UserInfos", "OpportunityStages", "CalendarUrlKey"} {
				out.WriteString(b.get("/" + path).body)
			}
		}
		return out.String()
	}
	one := all(Options{Seed: 9})
	if one != all(Options{Seed: 9}) {
		t.Error("the same seed made other data")
	}
	if one == all(Options{Seed: 10}) {
		t.Error("another seed made the same data")
	}
}

func TestSeedDataHasTheSizesItPromises(t *testing.T) {
	t.Parallel()
	sim := New(Options{Contacts: 2000, Clock: testTime})
	defer sim.Close()
	for i, n := range []int{2000, 200} {
		for key, want := range map[string]int{
			contacts: n, groups: max(22, n/50), opportunities: n * 3 / 10, interactions: n * 2, todos: n / 2,
			campaigns: 12, metadata: 8, stages: 6, users: 3, exports: 0, webhooks: 0,
		} {
			if got := len(sim.accounts[i].collections[key].rows); got != want {
				t.Errorf("account %d has %d %s, want %d", i, got, key, want)
			}
		}
	}
}

func TestSeededRecordsAreInOrderAndPlausible(t *testing.T) {
	t.Parallel()
	sim := New(Options{Contacts: 1000, Clock: testTime})
	defer sim.Close()
	now := instantOf(sim.Now())
	for key, c := range sim.accounts[0].collections {
		m, last, plain := c.model, "", 0
		for i, r := range c.rows {
			if !isID(r.id()) || r.id() <= last {
				t.Fatalf("%s: id %s follows %s", key, r.id(), last)
			}
			last = r.id()
			created, dated := m.get(r, "created").(instant)
			if !dated {
				continue
			}
			if age := now.ms - created.ms; age < 0 || age > seedSpan.Milliseconds()+1000 {
				t.Fatalf("%s: created %v", key, created)
			}
			if got := fmt.Sprintf("%08x", created.seconds()); got != r.id()[:8] {
				t.Fatalf("%s: id %s was made at %s", key, r.id(), got)
			}
			if updated, ok := m.get(r, "lastUpdated").(instant); ok && (updated.ms < created.ms || updated.ms > now.ms) {
				t.Fatalf("%s: created %v, updated %v", key, created, updated)
			}
			if created.ms%1000 == 0 {
				plain++
			} else if i%10 == 0 {
				t.Fatalf("%s: record %d has milliseconds", key, i)
			}
		}
		if n := len(c.rows); n >= 300 && (plain < n/10 || plain > n/8) {
			t.Errorf("%s: %d of %d have no milliseconds", key, plain, n)
		}
	}
}

func TestCornerCasesAreAtTheirPlaces(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	list := b.get("/Contacts", "$top", "40").list(t)
	text := func(i int, name string) string { s, _ := list[i][name].(string); return s }
	for i, want := range []string{"O'Brien", "", "Müßig-Öztürk", "林", "שלום", "Wren👩‍🔧", "A\u030angstro\u0308m"} {
		if want != "" && text(i, "lastName") != want {
			t.Errorf("%d: last name %q, want %q", i, text(i, "lastName"), want)
		}
	}
	if text(1, "firstName") != `Rosa "Rosie"` || !strings.Contains(text(5, "firstName"), "🚀") {
		t.Errorf("first names %q, %q", text(1, "firstName"), text(5, "firstName"))
	}
	if list[7]["emailAddress"] != nil || text(8, "emailAddress") != text(9, "emailAddress") {
		t.Errorf("e-mail addresses %v, %v, %v", list[7]["emailAddress"], list[8]["emailAddress"], list[9]["emailAddress"])
	}
	if same := text(10, "lastUpdated"); same != text(11, "lastUpdated") || same != text(12, "lastUpdated") {
		t.Error("three contacts were not changed at the same time")
	}
	if text(13, "birthday") != "2000-02-29T00:00:00Z" || text(14, "lastUpdated") != "2026-03-08T17:30:00+05:30" {
		t.Errorf("%s, %s", text(13, "birthday"), text(14, "lastUpdated"))
	}
	if list[15]["groups"] != nil || list[15]["dynamicGroups"] != nil || len(list[16]["groups"].([]any)) != 20 {
		t.Errorf("groups %v, %v", list[15]["groups"], list[16]["groups"])
	}
	for i, name := range map[int]string{17: "quickbooksData", 18: "xeroData"} {
		if nulls := fmt.Sprint(list[i][name]); strings.Contains(nulls, "nil") || !strings.Contains(nulls, "outstandingInvoices") {
			t.Errorf("%s is not full: %s", name, nulls)
		}
	}
	if text(19, "firstName")+" "+text(19, "lastName") != "Churros Test" {
		t.Errorf("%v", list[19])
	}
	if got := b.get("/Contacts", "$filter", "lastName eq '"+SampleLastName+"'").list(t); len(got) != 3 {
		t.Errorf("%d contacts are named %s", len(got), SampleLastName)
	}
	if got := b.get("/Groups", "$filter", "name eq 'Churros Test'").list(t); len(got) != 1 {
		t.Errorf("%d groups are named Churros Test", len(got))
	}
	if got := b.get("/Groups", "$filter", "isDynamic").list(t); len(got) != 2 {
		t.Errorf("%d groups are dynamic", len(got))
	}
	if got := b.get("/Opportunities", "$top", "2").body; !strings.Contains(got, `"total":0,`) || !strings.Contains(got, `"total":0.30000000000000004,`) {
		t.Errorf("totals of the first opportunities: %.600s", got)
	}
	calls := b.get("/Interactions", "$top", "5").list(t)
	note, _ := calls[0]["notes"].(string)
	if utf8.RuneCountInString(note) != 4000 || !strings.Contains(note, "\n=cmd") || !strings.Contains(note, "\t") || !strings.Contains(note, ",") {
		t.Errorf("the note has %d characters", utf8.RuneCountInString(note))
	}
	berlin, _ := time.LoadLocation("Europe/Berlin")
	begin, _ := parseInstant(calls[4]["startTime"].(string))
	end, _ := parseInstant(calls[4]["endTime"].(string))
	if begin.time().In(berlin).Format("15:04 MST") != "01:30 CET" || end.time().In(berlin).Format("15:04 MST") != "03:30 CEST" {
		t.Errorf("from %v to %v", begin.time().In(berlin), end.time().In(berlin))
	}
}

func TestSeededContactsAreCountedInTheirGroups(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Contacts: 140})
	for _, group := range b.get("/Groups").list(t) {
		members := b.get("/Contacts", "groupId", group["id"].(string)).list(t)
		if float64(len(members)) != group["contactsCount"] {
			t.Errorf("%v has %d members and counts %v", group["name"], len(members), group["contactsCount"])
		}
	}
}

func TestPhonesAndAddressesAreFictional(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Contacts: 150})
	for _, contact := range b.get("/Contacts").list(t) {
		for _, name := range []string{"businessPhone", "mobilePhone"} {
			if phone, ok := contact[name].(string); ok && (len(phone) != 8 || !strings.HasPrefix(phone, "555-01")) {
				t.Fatalf("%s is %s", name, phone)
			}
		}
		if email, ok := contact["emailAddress"].(string); ok {
			_, domain, _ := strings.Cut(email, "@")
			if !slices.Contains(emailDomains, domain) || !isEmail(email) {
				t.Fatalf("e-mail address %s", email)
			}
		}
	}
}

func TestSmallAndEmptyAccountsWork(t *testing.T) {
	t.Parallel()
	for _, n := range []int{-1, 1, 2, 3, 5, 13, 21} {
		b := start(t, Options{Contacts: n})
		for _, path := range []string{"/Contacts", "/Interactions", "/Todos", "/Opportunities", "/Campaigns", "/Opportunities/Totals"} {
			b.want(200, "GET", path, "")
		}
		b.control("POST", "mutate", `{"resource":"interactions","create":2}`)
	}
}

// TestALoadTargetIsSeededInTwoSeconds holds the promise of reference/act365.md §12.7. With the race
// detector on, everything takes many times as long, so a tenth of the records has to do there.
func TestALoadTargetIsSeededInTwoSeconds(t *testing.T) {
	size := 100_000
	if raceDetector {
		size /= 10
	}
	best := time.Hour
	for try := 0; try < 3 && best > 2*time.Second; try++ { // other work on the machine may get in the way
		started := time.Now()
		sim := New(Options{Contacts: size})
		best = min(best, time.Since(started))
		if n := len(sim.accounts[0].collections[contacts].rows); n != size {
			t.Errorf("%d contacts", n)
		}
		sim.Close()
	}
	if best > 2*time.Second {
		t.Errorf("%d contacts took %v", size, best)
	}
}
