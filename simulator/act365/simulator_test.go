package act365

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testTime is where the clock of most tests stands.
const testTime = "fixed:2026-03-10T12:00:00Z"

// bench is a simulator on a loopback port with a client that has the default keys.
type bench struct {
	t    *testing.T
	sim  *Simulator
	url  string // of the API
	root string // of the server

	key, developer string
	waits          *waits
}

// waits records what the simulator would have waited for.
type waits struct {
	mu   sync.Mutex
	list []time.Duration
}

func (w *waits) pause(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, d)
	return ctx.Err()
}

func (w *waits) all() []time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]time.Duration(nil), w.list...)
}

// start makes a bench. Options without a clock or a number of contacts get small fixed ones.
func start(t *testing.T, o Options) *bench {
	t.Helper()
	if o.Clock == "" {
		o.Clock = testTime
	}
	if o.Contacts == 0 {
		o.Contacts = 60
	}
	sim := New(o)
	w := &waits{}
	sim.pause = w.pause
	server := httptest.NewServer(sim)
	t.Cleanup(func() {
		server.Close()
		sim.Close()
	})
	return &bench{t: t, sim: sim, root: server.URL, url: server.URL + sim.options.BasePath,
		key: sim.options.APIKey, developer: sim.options.DeveloperKey, waits: w}
}

// answered is an answer as a test looks at it.
type answered struct {
	status int
	header http.Header
	body   string
	err    error // the connection was broken, before or within the body
}

func (a answered) list(t *testing.T) []map[string]any {
	t.Helper()
	var list []map[string]any
	if err := json.Unmarshal([]byte(a.body), &list); err != nil {
		t.Fatalf("status %d, no array: %v in %.300s", a.status, err, a.body)
	}
	return list
}

func (a answered) object(t *testing.T) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(a.body), &object); err != nil {
		t.Fatalf("status %d, no object: %v in %.300s", a.status, err, a.body)
	}
	return object
}

// call sends a request; path is below the API unless it begins with the server's address. body is
// a string, sent as it is with a JSON content type.
func (b *bench) call(method, path, body string, header ...string) answered {
	b.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.url + path
	}
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequest(method, path, content)
	if err != nil {
		b.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if b.key != "" {
		r.SetBasicAuth(b.key, b.developer)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i+1] == "" {
			r.Header.Del(header[i])
		}
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(r)
	if err != nil {
		return answered{err: err}
	}
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(answer.Body)
	return answered{status: answer.StatusCode, header: answer.Header, body: string(raw), err: err}
}

// get reads with query options given as names and values.
func (b *bench) get(path string, options ...string) answered {
	b.t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(options); i += 2 {
		q.Add(options[i], options[i+1])
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return b.call(http.MethodGet, path, "")
}

// want reads and insists on a status.
func (b *bench) want(status int, method, path, body string, header ...string) answered {
	b.t.Helper()
	answer := b.call(method, path, body, header...)
	if answer.err != nil || answer.status != status {
		b.t.Fatalf("%s %s: status %d, want %d: %v %.400s", method, path, answer.status, status, answer.err, answer.body)
	}
	return answer
}

// control calls the control API and insists on success.
func (b *bench) control(method, path, body string) answered {
	b.t.Helper()
	return b.want(http.StatusOK, method, b.root+"/_sim/"+path, body)
}

// ids are the ids of a list.
func ids(list []map[string]any) []string {
	var ids []string
	for _, r := range list {
		id, _ := r["id"].(string)
		ids = append(ids, id)
	}
	return ids
}

// names are the values of a property in a list.
func names(list []map[string]any, property string) []string {
	var found []string
	for _, r := range list {
		s, _ := r[property].(string)
		found = append(found, s)
	}
	return found
}

func TestOnlyKnownKeysComeIn(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for name, c := range map[string]struct {
		authorization string
		status        int
	}{
		"both keys":            {"Basic ZGVtby1hcGkta2V5OmRlbW8tZGV2ZWxvcGVyLWtleQ==", 200},
		"scheme in lower case": {"basic ZGVtby1hcGkta2V5OmRlbW8tZGV2ZWxvcGVyLWtleQ==", 200},
		"nothing":              {"", 401},
		"wrong scheme":         {"Digest ZGVtby1hcGkta2V5OmRlbW8tZGV2ZWxvcGVyLWtleQ==", 401},
		"no base64":            {"Basic %%%", 401},
		"wrong API key":        {basic("x", DefaultDeveloperKey), 401},
		"wrong developer key":  {basic(DefaultAPIKey, "x"), 401},
		"keys exchanged":       {basic(DefaultDeveloperKey, DefaultAPIKey), 401},
		"no developer key":     {basic(DefaultAPIKey, ""), 401},
		"empty keys":           {basic("", ""), 401},
		"disabled user":        {basic(DisabledAPIKey, DefaultDeveloperKey), 403},
		"unknown token":        {"Bearer " + tokenMark + "AAAA", 401},
	} {
		answer := b.call("GET", "/Contacts?$top=1", "", "Authorization", c.authorization)
		if answer.status != c.status {
			t.Errorf("%s: status %d, want %d", name, answer.status, c.status)
		}
		if c.status == 401 && answer.header.Get("WWW-Authenticate") != `Basic realm="act"` {
			t.Errorf("%s: WWW-Authenticate is %q", name, answer.header.Get("WWW-Authenticate"))
		}
		if c.status != 200 && answer.object(t)["message"] == "" {
			t.Errorf("%s: no message in %s", name, answer.body)
		}
	}
}

func basic(key, developer string) string {
	r, _ := http.NewRequest("GET", "/", nil)
	r.SetBasicAuth(key, developer)
	return r.Header.Get("Authorization")
}

func TestEachKeySeesItsOwnAccountOnly(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	mine := ids(b.get("/Contacts").list(t))
	b.key = ColleagueAPIKey
	colleague := ids(b.get("/Contacts").list(t))
	made := b.want(201, "POST", "/Contacts", `{"firstName":"X"}`).object(t)
	b.key = OtherAPIKey
	others := ids(b.get("/Contacts").list(t))
	if strings.Join(mine, " ") != strings.Join(colleague, " ") {
		t.Error("two users of an account see different contacts")
	}
	if made["recordOwner"] != "colleague@example.com" {
		t.Errorf("the record belongs to %v", made["recordOwner"])
	}
	for _, id := range others {
		for _, other := range mine {
			if id == other {
				t.Fatalf("both accounts have %s", id)
			}
		}
	}
	if answer := b.get("/Contacts/" + mine[0]); answer.status != 404 {
		t.Errorf("a contact of another account answers %d", answer.status)
	}
}

func TestEveryAnswerHasADateAndARequestID(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	seen := map[string]bool{}
	for _, path := range []string{"/Contacts?$top=1", "/nothing", "/Contacts?$top=x"} {
		answer := b.call("GET", path, "")
		if got := answer.header.Get("Date"); got != "Tue, 10 Mar 2026 12:00:00 GMT" {
			t.Errorf("%s: Date is %q, not the simulator's", path, got)
		}
		id := answer.header.Get("X-Request-Id")
		if len(id) != 16 || seen[id] {
			t.Errorf("%s: request id %q is short or used before", path, id)
		}
		seen[id] = true
	}
}

func TestCallsBeyondTheRateAreRefusedUntilTheNextWindow(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Rate: 3, Clock: "fixed:2026-03-10T12:00:20Z"})
	for range 3 {
		b.want(200, "GET", "/Contacts?$top=1", "")
	}
	refused := b.want(429, "GET", "/Contacts?$top=1", "")
	if refused.header.Get("Retry-After") != "40" || !strings.HasPrefix(refused.header.Get("Content-Type"), "text/plain") || len(refused.body) > 40 {
		t.Errorf("Retry-After %q, %s: %q", refused.header.Get("Retry-After"), refused.header.Get("Content-Type"), refused.body)
	}
	b.want(401, "GET", "/Contacts", "", "Authorization", "")
	b.control("POST", "keys", `{"action":"add","kind":"developer","key":"another-developer"}`)
	other := *b
	other.developer = "another-developer"
	other.want(200, "GET", "/Contacts?$top=1", "")
	b.key = ColleagueAPIKey // the budget is the developer's, whoever the user is
	b.want(429, "GET", "/Contacts?$top=1", "")
	b.sim.Advance(40 * time.Second)
	b.want(200, "GET", "/Contacts?$top=1", "")
}

func TestTheRefusalByRateCanBeChanged(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Rate: 1, RateStatus: 403, RateRetryAfter: "off", RateWindow: time.Hour})
	b.want(200, "GET", "/", "")
	if refused := b.want(403, "GET", "/", ""); refused.header.Get("Retry-After") != "" {
		t.Error("Retry-After was sent although it is off")
	}
	b.sim.Advance(59 * time.Minute)
	b.want(403, "GET", "/", "")
	free := start(t, Options{})
	for range 200 {
		free.want(200, "GET", "/", "")
	}
}

func TestLatencyAndErrorsCanBeAddedToEveryCall(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Latency: 300 * time.Millisecond, LatencyJitter: 200 * time.Millisecond, ErrorRate: 1})
	statuses := map[int]bool{}
	for range 60 {
		statuses[b.get("/Contacts").status] = true
	}
	for _, status := range []int{500, 502, 503, 504} {
		if !statuses[status] {
			t.Errorf("status %d never came", status)
		}
	}
	if len(statuses) != 4 {
		t.Errorf("statuses %v", statuses)
	}
	different := map[time.Duration]bool{}
	for _, wait := range b.waits.all() {
		if wait < 300*time.Millisecond || wait > 500*time.Millisecond {
			t.Errorf("waited %v", wait)
		}
		different[wait] = true
	}
	if len(different) < 10 {
		t.Errorf("only %d different waits", len(different))
	}
}

func TestErrorsComeInTheShapeAskedFor(t *testing.T) {
	t.Parallel()
	for shape, want := range map[string]struct{ kind, plain, state string }{
		"aspnet": {"application/json", `{"message":`, `"modelState":{"contact.firstName":[`},
		"pascal": {"application/json", `{"Message":`, `"ModelState":{"contact.firstName":[`},
		"text":   {"text/plain", "There is no contact", "The request is invalid."},
		"html":   {"text/html", "<!DOCTYPE html>", "<p>The request is invalid.</p>"},
	} {
		b := start(t, Options{Errors: shape, Contacts: -1})
		plain := b.want(404, "GET", "/Contacts/"+strings.Repeat("0", 24), "")
		state := b.want(400, "POST", "/Contacts", `{}`)
		for _, answer := range []answered{plain, state} {
			if !strings.HasPrefix(answer.header.Get("Content-Type"), want.kind) {
				t.Errorf("%s: content type %q", shape, answer.header.Get("Content-Type"))
			}
		}
		if !strings.HasPrefix(plain.body, want.plain) || !strings.Contains(state.body, want.state) {
			t.Errorf("%s: %s and %s", shape, plain.body, state.body)
		}
	}
}

func TestTheBasePathCanBeMoved(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"/", "x/y/", "/v1"} {
		b := start(t, Options{BasePath: base})
		b.want(200, "GET", "/Contacts?$top=1", "")
		b.want(404, "GET", b.root+"/act/api/Contacts", "")
	}
}

func TestOptionsThatCannotBeHonouredAreNamed(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"max-top":       {MaxTop: "cut"},
		"errors":        {Errors: "xml"},
		"create-status": {CreateStatus: 204},
		"create-body":   {CreateBody: "none"},
		"patch-answer":  {PatchAnswer: "all"},
		"filter":        {Filter: "odd"},
		"strict-names":  {StrictNames: "yes"},
		"unique-groups": {UniqueGroups: "no"},
		"rate-status":   {RateStatus: 200},
		"rate is":       {Rate: -1},
		"error-rate":    {ErrorRate: 1.5},
		"clock":         {Clock: "noon"},
		"after fixed:":  {Clock: "fixed:noon"},
		"latency":       {Latency: -1},
		"contacts":      {Contacts: maxContacts + 1},
		"scenario":      {Scenario: "doom"},
	} {
		err := o.Validate()
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (Options{}).Validate(); err != nil {
		t.Errorf("the zero value is refused: %v", err)
	}
}

func TestAPauseEndsWithItsTimeOrItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		if err := pause(t.Context(), time.Hour); err != nil || time.Since(started) != time.Hour {
			t.Errorf("%v after %v", err, time.Since(started))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := pause(ctx, time.Hour); err == nil || time.Since(started) != time.Hour+time.Minute {
			t.Errorf("%v after %v", err, time.Since(started))
		}
	})
}
