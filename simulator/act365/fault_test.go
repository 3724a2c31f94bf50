package act365

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestEachFaultActionDoesWhatItSays(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	proper := b.get("/Contacts", "$top", "3").body
	for name, c := range map[string]struct {
		action string
		check  func(answered) string
	}{
		"status": {`{"status":503}`, func(a answered) string {
			return say(a.status == 503 && json.Valid([]byte(a.body)), "503 with JSON", a)
		}},
		"headers": {`{"status":503,"headers":{"Retry-After":"7"}}`, func(a answered) string {
			return say(a.status == 503 && a.header.Get("Retry-After") == "7", "Retry-After 7", a)
		}},
		"headers alone": {`{"headers":{"X-Extra":"1"}}`, func(a answered) string {
			return say(a.status == 200 && a.header.Get("X-Extra") == "1" && a.body == proper, "the proper answer with a header", a)
		}},
		"text body": {`{"status":429,"body":"slow down"}`, func(a answered) string {
			return say(a.status == 429 && a.body == "slow down" && strings.HasPrefix(a.header.Get("Content-Type"), "text/plain"), "text", a)
		}},
		"JSON body": {`{"body":{"a":1}}`, func(a answered) string {
			return say(a.status == 200 && a.body == `{"a":1}` && strings.HasPrefix(a.header.Get("Content-Type"), "application/json"), "JSON", a)
		}},
		"content type": {`{"body":"<x/>","contentType":"application/xml"}`, func(a answered) string {
			return say(a.header.Get("Content-Type") == "application/xml" && a.body == "<x/>", "XML", a)
		}},
		"malformed": {`{"malformedJson":true}`, func(a answered) string {
			return say(a.status == 200 && a.err == nil && !json.Valid([]byte(a.body)), "broken JSON", a)
		}},
		"HTML": {`{"htmlBody":true}`, func(a answered) string {
			return say(a.status == 500 && strings.HasPrefix(a.body, "<!DOCTYPE html>"), "a page", a)
		}},
		"drop": {`{"dropConnection":true}`, func(a answered) string {
			return say(a.err != nil && a.status == 0, "no answer", a)
		}},
		"truncate": {`{"truncateAt":10}`, func(a answered) string {
			return say(a.err != nil && a.status == 200 && a.body == proper[:10], "ten bytes", a)
		}},
		"truncate at once": {`{"truncateAt":0}`, func(a answered) string {
			return say(a.err != nil && a.status == 200 && a.body == "", "headers only", a)
		}},
		"truncate after the end": {`{"truncateAt":1000000}`, func(a answered) string {
			return say(a.err == nil && a.body == proper, "the proper answer", a)
		}},
		"delay": {`{"delayMs":2500}`, func(a answered) string {
			waits := b.waits.all()
			return say(a.status == 200 && a.body == proper && len(waits) == 1 && waits[0] == 2500*time.Millisecond, fmt.Sprint("one delay, not ", waits), a)
		}},
	} {
		b.control("POST", "faults", `{"action":`+c.action+`}`)
		if wrong := c.check(b.get("/Contacts", "$top", "3")); wrong != "" {
			t.Errorf("%s: %s", name, wrong)
		}
		if after := b.get("/Contacts", "$top", "3"); after.body != proper {
			t.Errorf("%s: the fault struck twice", name)
		}
	}
}

// say is empty when all is well.
func say(ok bool, want string, a answered) string {
	if ok {
		return ""
	}
	return fmt.Sprintf("want %s, got status %d, %v, error %v: %.200s", want, a.status, a.header, a.err, a.body)
}

func TestFaultsStrikeOnlyWhatTheyMatch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ match, struck string }{
		// The calls are: 1 GET Contacts, 2 GET Contacts with a filter, 3 POST Contacts, 4 GET Todos, 5 GET Contacts as the colleague.
		"everything":      {`{}`, "12345"},
		"method":          {`{"method":"post"}`, "3"},
		"path":            {`{"path":"/contacts"}`, "1235"},
		"path with base":  {`{"path":"/act/api/Contacts/"}`, "1235"},
		"wildcard":        {`{"path":"*o*s"}`, "12345"},
		"wildcard at end": {`{"path":"To*"}`, "4"},
		"query":           {`{"query":"eq 'a b'"}`, "2"},
		"key":             {`{"apiKey":"` + ColleagueAPIKey + `"}`, "5"},
		"nth":             {`{"nth":2}`, "2"},
		"every second":    {`{"everyN":2}`, "24"},
		"after":           {`{"after":3}`, "45"},
		"nth of some":     {`{"path":"Contacts","nth":4}`, "5"},
		"never":           {`{"probability":0}`, ""},
		"always":          {`{"probability":1}`, "12345"},
		"several":         {`{"method":"GET","path":"Contacts","everyN":3}`, "5"},
	} {
		b := start(t, Options{})
		b.control("POST", "faults", `{"times":-1,"match":`+c.match+`,"action":{"status":418}}`)
		var struck strings.Builder
		for i, call := range []func() answered{
			func() answered { return b.get("/Contacts") },
			func() answered { return b.get("/Contacts", "$filter", "company eq 'a b'") },
			func() answered { return b.call("POST", "/Contacts", `{"firstName":"A"}`) },
			func() answered { return b.get("/Todos") },
			func() answered {
				return b.call("GET", "/Contacts", "", "Authorization", basic(ColleagueAPIKey, DefaultDeveloperKey))
			},
		} {
			if call().status == 418 {
				fmt.Fprint(&struck, i+1)
			}
		}
		if struck.String() != c.struck {
			t.Errorf("%s: struck %q, want %q", name, struck.String(), c.struck)
		}
	}
}

func TestTheFirstFaultThatMatchesWins(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	b.control("POST", "faults", `{"times":2,"action":{"status":502}}`)
	b.control("POST", "faults", `{"times":1,"match":{"apiKey":"`+DefaultAPIKey+`"},"action":{"status":503}}`)
	list := b.control("GET", "faults", "")
	if strings.Contains(list.body, DefaultAPIKey) || !strings.Contains(list.body, `"apiKey":"***"`) {
		t.Errorf("the list shows a key: %s", list.body)
	}
	for _, want := range []int{502, 502, 503, 200} {
		b.want(want, "GET", "/Contacts?$top=1", "")
	}
	b.control("POST", "faults", `{"times":-1,"action":{"status":500}}`)
	b.want(500, "GET", "/Contacts", "")
	b.control("DELETE", "faults", "")
	b.want(200, "GET", "/Contacts", "")
}

func TestAFaultBeforeTheWorkLeavesNothingDone(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Contacts: -1})
	b.control("POST", "faults", `{"action":{"dropConnection":true}}`)
	b.call("POST", "/Contacts", minimal["Contacts"])
	if n := len(b.get("/Contacts").list(t)); n != 0 {
		t.Errorf("a dropped call made %d records", n)
	}
	b.control("POST", "faults", `{"action":{"truncateAt":0}}`)
	b.call("POST", "/Contacts", minimal["Contacts"])
	if n := len(b.get("/Contacts").list(t)); n != 1 {
		t.Errorf("a call whose answer was cut made %d records", n)
	}
}

func TestFaultsReachTheOAuthPages(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	b.control("POST", "faults", `{"match":{"path":"/act/oauth/v2/token"},"action":{"status":503}}`)
	b.want(200, "GET", "/Contacts", "")
	b.want(503, "POST", b.root+"/act/oauth/v2/token", "x")
}

func TestScenariosMisbehaveAsTheyAreNamed(t *testing.T) {
	t.Parallel()
	statuses := func(b *bench, n int) map[int]int {
		counts := map[int]int{}
		for range n {
			counts[b.get("/Contacts", "$top", "1").status]++
		}
		return counts
	}
	for name, check := range map[string]func(*bench) string{
		"none": func(b *bench) string { return fmt.Sprint(statuses(b, 30)[200] == 30) },
		"flaky": func(b *bench) string {
			counts := statuses(b, 400)
			return fmt.Sprint(counts[503] > 5 && counts[503] < 40 && counts[200]+counts[503] == 400)
		},
		"slow": func(b *bench) string {
			statuses(b, 20)
			for _, wait := range b.waits.all() {
				if wait < 2*time.Second || wait > 6*time.Second {
					return fmt.Sprint(wait)
				}
			}
			return fmt.Sprint(len(b.waits.all()) == 20)
		},
		"throttled": func(b *bench) string {
			counts := statuses(b, 12)
			return fmt.Sprint(counts[200] == 10 && counts[429] == 2)
		},
		"outage": func(b *bench) string {
			during := statuses(b, 3)[502]
			b.sim.Advance(time.Minute)
			return fmt.Sprint(during == 3 && statuses(b, 3)[200] == 3)
		},
		"expired-key": func(b *bench) string {
			counts := statuses(b, 25)
			return fmt.Sprint(counts[200] == 20 && counts[401] == 5)
		},
		"html-error": func(b *bench) string {
			a := b.get("/Contacts")
			return fmt.Sprint(a.status == 500 && strings.HasPrefix(a.header.Get("Content-Type"), "text/html"))
		},
		"half-body": func(b *bench) string {
			a := b.get("/Contacts")
			return fmt.Sprint(a.err != nil && a.status == 200 && len(a.body) > 100)
		},
		"dup-pages": func(b *bench) string {
			first, second := ids(b.get("/Contacts", "$top", "5").list(b.t)), ids(b.get("/Contacts", "$top", "5", "$skip", "5").list(b.t))
			return fmt.Sprint(first[4] == second[0])
		},
	} {
		b := start(t, Options{Scenario: name})
		if got := check(b); got != "true" {
			t.Errorf("%s as an option: %s", name, got)
		}
		b = start(t, Options{})
		b.control("POST", "scenario", `{"name":"`+name+`"}`)
		if got := check(b); got != "true" {
			t.Errorf("%s by the control API: %s", name, got)
		}
		b.control("POST", "scenario", `{"name":"none"}`)
		b.sim.Advance(time.Hour)
		b.want(200, "GET", "/Contacts", "")
	}
}
