package act365

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryAssumptionIsPinnedByATest(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no test files", err)
	}
	tests := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(`(?m)^func (Test\w+)`).FindAllSubmatch(source, -1) {
			tests[string(match[1])] = true
		}
	}
	seen := map[string]bool{}
	for _, a := range contract() {
		if !tests[a.test] {
			t.Errorf("%s: there is no %s", a.id, a.test)
		}
		if a.subject == "" || a.assumed == "" || a.knob == "" || seen[a.id] || (a.probe == nil) != (a.why != "") {
			t.Errorf("%s is incomplete or there twice", a.id)
		}
		seen[a.id] = true
	}
	for n := range 19 { // the register of reference/act365.md §11
		id := "11." + string(mustJSON(n+1))
		if !seen[id] {
			t.Errorf("the contract lacks %s", id)
		}
	}
}

// outcome probes a bench and gives the ids of what differs and of what is open.
func (b *bench) outcome(o ProbeOptions) (differing, opened []string) {
	b.t.Helper()
	o.Live, o.APIKey, o.DeveloperKey = b.url, b.key, b.developer
	findings, err := probe(context.Background(), o)
	if err != nil {
		b.t.Fatal(err)
	}
	for i, a := range contract() {
		switch findings[i].verdict {
		case differs:
			differing = append(differing, a.id)
			b.t.Logf("%s: %s", a.id, findings[i].found)
		case open:
			opened = append(opened, a.id)
		}
	}
	return differing, opened
}

func TestTheSimulatorKeepsItsOwnContract(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Contacts: 300, Rate: 150})
	differing, opened := b.outcome(ProbeOptions{Write: true, Rate: true})
	if len(differing) != 0 || !slices.Equal(opened, []string{"11.18"}) {
		t.Errorf("differing %v, open %v", differing, opened)
	}
}

func TestProbesFindWhatDiffers(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]Options{
		"11.1":       {Filter: "strict"},
		"11.5":       {MaxTop: "reject"},
		"11.7":       {Errors: "pascal"},
		"11.8":       {CreateStatus: 200},
		"11.10":      {PatchAnswer: "array"},
		"11.14":      {CaseInsensitive: true},
		"11.16":      {StrictNames: "off"},
		"11.17":      {UniqueGroups: "off"},
		"11.6":       {Rate: 120, RateStatus: 403},
		"11.8 11.10": {CreateBody: "minimal", PatchAnswer: "count"},
		"11.7 11.8":  {Errors: "html", CreateStatus: 200},
	} {
		o.Contacts = 300
		if o.Rate == 0 {
			o.Rate = 150
		}
		differing, _ := start(t, o).outcome(ProbeOptions{Write: true, Rate: true})
		for _, id := range strings.Fields(want) {
			if !slices.Contains(differing, id) {
				t.Errorf("%+v: %s does not differ", o, id)
			}
		}
		// With strict filters other probes that write barewords differ as well.
		if o.Filter == "" && len(differing) != len(strings.Fields(want)) {
			t.Errorf("%s: %v differ", want, differing)
		}
	}
}

func TestAProbeOnlyReadsUnlessToldToWrite(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Contacts: 200})
	_, opened := b.outcome(ProbeOptions{})
	for _, e := range b.sim.journal.since(func(*entry) bool { return true }) {
		if e.Method != "GET" && !strings.HasSuffix(e.Path, "/oauth/v2/token") {
			t.Errorf("the probe sent %s %s", e.Method, e.Path)
		}
	}
	for _, a := range contract() {
		if a.writes && !slices.Contains(opened, a.id) {
			t.Errorf("%s was probed", a.id)
		}
	}
}

func TestAProbeLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Contacts: 100})
	before := b.control("GET", "state", "").object(t)["accounts"]
	b.outcome(ProbeOptions{Write: true})
	after := b.control("GET", "state", "").object(t)["accounts"]
	if !bytes.Equal(mustJSON(before), mustJSON(after)) {
		t.Errorf("before %v, after %v", before, after)
	}
	b.control("POST", "faults", `{"times":-1,"match":{"method":"DELETE"},"action":{"status":500}}`)
	var out bytes.Buffer
	err := Probe(context.Background(), ProbeOptions{Live: b.url, Write: true, APIKey: b.key, DeveloperKey: b.developer}, &out)
	if err == nil || !strings.Contains(err.Error(), "by hand: Contacts/") || out.Len() == 0 {
		t.Errorf("%v; the report has %d bytes", err, out.Len())
	}
}

func TestTheReportShowsTheDifferenceAndNoKey(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Contacts: 200, MaxTop: "reject"})
	var out bytes.Buffer
	if err := Probe(context.Background(), ProbeOptions{Live: b.url + "/", APIKey: b.key, DeveloperKey: b.developer}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"DIFFERS  11.5", "assumed: is cut to 150", "found:   status 400", "knob:    pagination.max", "1 differ", "reading only"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), b.key) || strings.Contains(out.String(), b.developer) {
		t.Error("the report has a key")
	}
}

func TestAServiceThatCannotBeProbedIsAnError(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	ended, cancel := context.WithDeadline(context.Background(), time.Now())
	defer cancel()
	good := ProbeOptions{Live: b.url, APIKey: b.key, DeveloperKey: b.developer}
	for says, c := range map[string]struct {
		ctx    context.Context
		change func(*ProbeOptions)
	}{
		"no base URL":       {context.Background(), func(o *ProbeOptions) { o.Live = "act365" }},
		"not sent in clear": {context.Background(), func(o *ProbeOptions) { o.Live = "http://app.act365.com/act/api" }},
		"are needed":        {context.Background(), func(o *ProbeOptions) { o.APIKey = "" }},
		"does not accept":   {context.Background(), func(o *ProbeOptions) { o.APIKey = "wrong" }},
		"answers 404":       {context.Background(), func(o *ProbeOptions) { o.Live = b.root + "/act/api/nothing" }},
		"cannot be reached": {ended, func(*ProbeOptions) {}},
	} {
		o := good
		c.change(&o)
		if err := Probe(c.ctx, o, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

func TestAFailingServiceLeavesProbesOpen(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Contacts: 200})
	b.control("POST", "faults", `{"times":-1,"match":{"after":1},"action":{"status":503}}`)
	differing, opened := b.outcome(ProbeOptions{})
	// Two can still be told: that the host answers, and what the first answer held.
	if len(differing) != 0 || len(opened) != len(contract())-2 {
		t.Errorf("differing %v, open %v", differing, opened)
	}
}
