package program_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"jackfield/internal/store/storetest"
	"jackfield/simulator/oauth"
)

const (
	// The numbers of issue 4: callers at once, and servers on one database.
	callers = 1000
	servers = 3

	callback   = "http://127.0.0.1/back"
	adminEmail = "ada@example.org"
	adminWord  = "Sample-Passw0rd"
)

// fleet is several servers on one PostgreSQL and one provider that rotates refresh tokens and takes a second use for theft.
type fleet struct {
	t             *testing.T
	database      string
	data          string // the key
	provider      *oauth.Simulator
	at            string // URL of the provider
	members       []*member
	client        *http.Client
	authorization string
}

// member is one server.
type member struct {
	*program
	base string
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	sim := oauth.New(oauth.Options{Settings: oauth.Settings{Consent: oauth.ConsentApprove, Rotation: oauth.RotationDetect}})
	provider := httptest.NewServer(sim)
	t.Cleanup(func() { sim.Release(); provider.Close() })
	f := &fleet{
		t: t, database: storetest.PostgresURL(t), data: t.TempDir(), provider: sim, at: provider.URL,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}, Timeout: time.Minute},
	}
	t.Cleanup(f.client.CloseIdleConnections)
	for range servers {
		f.add()
	}
	var login struct{ Token string }
	f.call(0, "POST", "/authentication", "", `{"username":"`+adminEmail+`","password":"`+adminWord+`"}`).into(t, 200, &login)
	var secrets struct{ UserSecret, OrganizationSecret string }
	f.authorization = "Bearer " + login.Token
	f.call(0, "GET", "/authentication/secrets", "", "").into(t, 200, &secrets)
	f.authorization = "User " + secrets.UserSecret + ", Organization " + secrets.OrganizationSecret
	f.call(0, "POST", "/elements", "", strings.ReplaceAll(rotating, "SIM", f.at)).into(t, 200, &struct{}{})
	return f
}

// rotating is a connector to the provider. Without a revoke_url, so that deleting asks nothing.
const rotating = `{"name":"Rotating","description":"d","hub":"crm","authentication":{"type":"oauth2"},"configuration":[
	{"key":"base.url","defaultValue":"SIM/api"},{"key":"oauth.authorization.url","defaultValue":"SIM/authorize"},
	{"key":"oauth.token.url","defaultValue":"SIM/token"}],
	"resources":[{"method":"GET","path":"/me","vendorMethod":"GET","vendorPath":"/me"}]}`

// add starts one more server. The first one makes the key and the tables, so they start one after the other.
func (f *fleet) add() int {
	f.t.Helper()
	p := run(f.t, "serve", "--data", f.data, "--database", f.database, "--listen", "127.0.0.1:0", "--allow-private-providers", "127.0.0.0/8",
		"--admin-email", adminEmail, "--admin-password", adminWord)
	_, address, found := strings.Cut(strings.TrimSpace(p.line()), " serves at ")
	if !found {
		f.t.Fatalf("it does not say where it serves: %s", p.errors)
	}
	f.members = append(f.members, &member{p, address + "/elements/api-v2"})
	return len(f.members) - 1
}

// kill ends a server at once.
func (f *fleet) kill(member int) {
	f.t.Helper()
	f.members[member].signal(syscall.SIGKILL)
	f.members[member].end()
}

// heard is an answer, or the error in its place.
type heard struct {
	status int
	body   string
	err    error
}

func (s heard) String() string { return fmt.Sprintf("%d %.400s %v", s.status, s.body, s.err) }

func (s heard) into(t *testing.T, status int, v any) {
	t.Helper()
	if s.status != status {
		t.Fatalf("%v", s)
	}
	if err := json.Unmarshal([]byte(s.body), v); err != nil {
		t.Fatalf("%v: %v", err, s)
	}
}

// call asks a member. It may be used in any goroutine.
func (f *fleet) call(member int, method, path, token, body string) heard {
	r, err := http.NewRequestWithContext(f.t.Context(), method, f.members[member].base+path, strings.NewReader(body))
	if err != nil {
		return heard{err: err}
	}
	r.Header.Set("Content-Type", "application/json")
	if f.authorization != "" {
		r.Header.Set("Authorization", f.authorization)
	}
	if token != "" {
		r.Header.Set("Authorization", f.authorization+", Element "+token)
	}
	response, err := f.client.Do(r)
	if err != nil {
		return heard{err: err}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return heard{response.StatusCode, string(text), err}
}

// granted is an instance at the provider.
type granted struct {
	ID            int64
	Token         string
	Valid         bool
	InvalidReason string
}

func (g granted) path() string { return fmt.Sprintf("/instances/%d", g.ID) }

// authorize returns the body by which an instance is authenticated, with a new code.
func (f *fleet) authorize() string {
	f.t.Helper()
	query := url.Values{"response_type": {"code"}, "client_id": {oauth.DefaultClientID}, "redirect_uri": {callback}}
	r, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, f.at+"/authorize?"+query.Encode(), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		f.t.Fatal(err)
	}
	response.Body.Close()
	back, err := url.Parse(response.Header.Get("Location"))
	if err != nil || back.Query().Get("code") == "" {
		f.t.Fatalf("there is no code: %v %v", response.Header, err)
	}
	return fmt.Sprintf(`{"name":"rotating","element":{"key":"rotating"},"providerData":{"code":%q},
		"configuration":{"oauth.callback.url":%q,"oauth.api.key":%q,"oauth.api.secret":%q}}`,
		back.Query().Get("code"), callback, oauth.DefaultClientID, oauth.DefaultClientSecret)
}

func (f *fleet) connect(member int) granted {
	f.t.Helper()
	var g granted
	f.call(member, "POST", "/instances", "", f.authorize()).into(f.t, 200, &g)
	return g
}

// await returns when the provider has seen what ok wants.
func (f *fleet) await(ok func(oauth.Counters) bool) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 40*time.Second)
	defer cancel()
	if err := f.provider.Wait(ctx, ok); err != nil {
		f.t.Fatalf("%v: %+v", err, f.provider.Counters())
	}
}

func (f *fleet) breaks(r oauth.Rule) {
	f.t.Helper()
	if err := f.provider.Break(r); err != nil {
		f.t.Fatal(err)
	}
}

func TestAThousandCallersOfThreeServersRenewOncePerExpiry(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	g := f.connect(0)
	const expiries = 4
	for expiry := range expiries {
		before := f.provider.Counters().Answered
		answers := make(chan heard, callers)
		var all sync.WaitGroup
		for i := range callers {
			all.Go(func() { answers <- f.call(i%servers, "GET", "/hubs/crm/me", g.Token, "") })
		}
		// In the middle of it the token ends. The provider takes its time for the new one.
		f.await(func(n oauth.Counters) bool { return n.Answered >= before+callers/4 })
		f.breaks(oauth.Rule{Fault: oauth.FaultSlow, Delay: 100 * time.Millisecond})
		f.provider.ExpireAll()
		all.Wait()
		close(answers)
		for a := range answers {
			if a.status != 200 || a.err != nil {
				t.Errorf("expiry %d: %v", expiry, a)
			}
		}
		if n := f.provider.Counters(); n.Refreshes != expiry+1 || n.Expired != expiry+1 || n.InvalidGrants != 0 || n.Reuses != 0 || n.MostRefreshing > 1 {
			t.Fatalf("expiry %d: %+v", expiry, n)
		}
	}
	// What the clock of the configuration says to be over is renewed before anybody is refused, once too.
	given := f.provider.Grant(oauth.DefaultClientID)
	body := fmt.Sprintf(`{"name":"aged","element":{"key":"rotating"},"externalAuthentication":"initial","configuration":{
		"oauth.api.key":%q,"oauth.api.secret":%q,"oauth.callback.url":%q,"oauth.user.token":%q,"oauth.user.refresh_token":%q,
		"oauth.user.refresh_time":"%d","oauth.user.refresh_interval":"3600"}}`,
		oauth.DefaultClientID, oauth.DefaultClientSecret, callback, given.Access, given.Refresh, time.Now().Add(-2*time.Hour).Unix())
	var aged granted
	f.call(1, "POST", "/instances", "", body).into(t, 200, &aged)
	before := f.provider.Counters()
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			if a := f.call(i%servers, "GET", "/hubs/crm/me", aged.Token, ""); a.status != 200 || a.err != nil {
				t.Errorf("by the clock: %v", a)
			}
		})
	}
	all.Wait()
	if n := f.provider.Counters(); n.Families[given.Family-1].Refreshes != 1 || n.Refused != before.Refused || n.InvalidGrants != 0 || n.MostRefreshing > 1 {
		t.Errorf("by the clock: %+v", n)
	}
}

func TestAGrantThatKill9LosesIsSaidAndNotTriedAgain(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	g := f.connect(0)
	if a := f.call(1, "GET", "/hubs/crm/me", g.Token, ""); a.status != 200 {
		t.Fatalf("%v", a)
	}
	f.provider.ExpireAll()
	f.breaks(oauth.Rule{Fault: oauth.FaultHoldAfterRotate})
	died := make(chan heard, 1)
	go func() { died <- f.call(0, "GET", "/hubs/crm/me", g.Token, "") }()
	f.await(func(n oauth.Counters) bool { return n.Held == 1 })
	f.kill(0) // the provider has rotated, and its answer goes nowhere
	if a := <-died; a.err == nil {
		t.Errorf("the killed server answers %v", a)
	}
	f.await(func(n oauth.Counters) bool { return n.Lost == 1 })
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if a := f.call(1+i%2, "GET", "/hubs/crm/me", g.Token, ""); a.status != 401 || !strings.Contains(a.body, "authenticated again") || !strings.Contains(a.body, "stopped") {
				t.Errorf("another server says %v", a)
			}
		})
	}
	all.Wait()
	for member := 1; member < servers; member++ {
		var now granted
		f.call(member, "GET", g.path(), "", "").into(t, 200, &now)
		if now.Valid || now.InvalidReason == "" {
			t.Errorf("server %d shows %+v", member, now)
		}
	}
	if n := f.provider.Counters(); n.InvalidGrants != 0 || n.Reuses != 0 || n.Refreshes != 1 {
		t.Errorf("%+v", n)
	}
	var now granted
	f.call(1, "PUT", g.path(), "", f.authorize()).into(t, 200, &now)
	if !now.Valid || now.Token != g.Token || now.ID != g.ID {
		t.Errorf("authenticated again: %+v, was %+v", now, g)
	}
	again := f.add()
	for _, member := range []int{1, 2, again} {
		f.eventually(member, g)
	}
	f.provider.ExpireAll()
	f.eventually(2, g)
	if n := f.provider.Counters(); n.InvalidGrants != 0 || n.Reuses != 0 || n.Refreshes != 2 {
		t.Errorf("%+v", n)
	}
}

// eventually asks until the answer is good: what one server wrote reaches the others by notification.
func (f *fleet) eventually(member int, g granted) {
	f.t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		a := f.call(member, "GET", "/hubs/crm/me", g.Token, "")
		if a.status == 200 {
			return
		}
		select {
		case <-deadline:
			f.t.Fatalf("server %d says %v", member, a)
		case <-tick.C:
		}
	}
}

func TestKill9AtRandomMomentsLosesNoGrantSilently(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	const instances = 40
	all := make([]granted, instances)
	for i := range all {
		all[i] = f.connect(i % servers)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	// Renewals of all instances are under way when two of the three servers die, each at a moment of its own: some grants are
	// not yet asked for, some are on the wire, some are stored.
	f.provider.ExpireAll()
	f.breaks(oauth.Rule{Fault: oauth.FaultSlow, Delay: 30 * time.Millisecond, Times: -1})
	var calling sync.WaitGroup
	for i := range 4 * instances {
		calling.Go(func() { f.call(i%servers, "GET", "/hubs/crm/me", all[i%instances].Token, "") }) // some fail with their server
	}
	moments := []int{1 + random.IntN(instances/2), 1 + random.IntN(instances/2)}
	f.await(func(n oauth.Counters) bool { return n.Refreshes >= moments[0] })
	f.kill(0)
	f.await(func(n oauth.Counters) bool { return n.Refreshes >= min(moments[0]+moments[1], instances/2) })
	f.kill(1)
	calling.Wait()
	f.provider.Mend()
	// Whoever is asked next says either that it works or that it has to be authenticated again, and why.
	lost := make([]bool, instances)
	var asking sync.WaitGroup
	for i, g := range all {
		asking.Go(func() {
			switch a := f.call(2, "GET", "/hubs/crm/me", g.Token, ""); {
			case a.status == 200:
			case a.status == 401 && strings.Contains(a.body, "authenticated again") && strings.Contains(a.body, "stopped"):
				lost[i] = true
			default:
				t.Errorf("instance %d: %v", i, a)
			}
		})
	}
	asking.Wait()
	n := f.provider.Counters()
	if n.InvalidGrants != 0 || n.Reuses != 0 || n.MostRefreshing > 1 {
		t.Errorf("%+v", n)
	}
	again, count := f.add(), 0
	for i, g := range all {
		var now granted
		f.call(again, "GET", g.path(), "", "").into(t, 200, &now)
		if now.Valid == lost[i] || lost[i] == (now.InvalidReason == "") {
			t.Errorf("instance %d was lost: %v, and shows %+v", i, lost[i], now)
		}
		if lost[i] {
			count++
			f.call(again, "PUT", g.path(), "", f.authorize()).into(t, 200, &now)
		}
		f.eventually(2, g)
		f.eventually(again, g)
	}
	t.Logf("%d of %d grants were lost, after %d renewals", count, instances, n.Refreshes)
	if n := f.provider.Counters(); n.InvalidGrants != 0 || n.Reuses != 0 {
		t.Errorf("%+v", n)
	}
}
