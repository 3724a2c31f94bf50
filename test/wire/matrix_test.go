package wire_test

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"jackfield/internal/access"
	"jackfield/internal/api"
)

// where is whose thing a request is about.
type where string

const (
	atHome       where = "own account"
	nextDoor     where = "sibling account"
	elsewhere    where = "other organization"
	nowhereAtAll where = "nowhere"
)

// verdict is what a row of the table says about a request.
type verdict struct {
	statuses []int  // that may come; empty: any but 401 and 403
	why      string // for the failure
}

func (v verdict) allowed() bool { return len(v.statuses) == 0 }

func (v verdict) accepts(status int) bool {
	if v.allowed() {
		return status != http.StatusUnauthorized && status != http.StatusForbidden && status < 500 || status == http.StatusNotImplemented
	}
	return slices.Contains(v.statuses, status)
}

// judge derives from a row what becomes of a request, from nothing else than credential, privilege and scope. r is nil when nobody
// is logged in.
func judge(row api.Route, r *resident, at where) verdict {
	switch {
	case row.Pattern == "/signup-partners":
		return verdict{[]int{401}, "this server knows no partners (docs/decisions/0514)"}
	case row.Credential == "none":
		return verdict{why: "it is for anybody"}
	case r == nil:
		return verdict{[]int{401}, "nobody is logged in"}
	case row.Scope == "administration" && !r.organizationAdmin:
		return verdict{[]int{403}, "it is for administrators of the organization"}
	case row.Scope == "customer" && !r.customerAdmin:
		return verdict{[]int{403}, "it is for administrators of the customer"}
	case len(row.Privileges) > 0 && !slices.ContainsFunc(row.Privileges, func(key string) bool { return r.may[key] }):
		return verdict{[]int{403}, "the privilege is missing"}
	case at == atHome || at == nextDoor && reaches(row, r) || row.Scope == "anybody" || row.Scope == "self":
		return verdict{why: "privilege and reach are there"}
	case row.Credential == "instance" && at == nextDoor:
		return verdict{[]int{403}, "the instance of the token belongs to another account"}
	case row.Credential == "instance":
		return verdict{[]int{401}, "the token is of no instance here"}
	case strings.HasPrefix(row.Pattern, "/audit-logs/"):
		return verdict{[]int{200}, "the variable narrows a list, which must not hold what is elsewhere"}
	case at == nowhereAtAll:
		return verdict{why: "what is not there may be asked for"}
	case row.Scope == "instance" && at == nextDoor && row.Method != http.MethodGet:
		return verdict{[]int{403, 404}, "it may be known that an instance of the organization is somebody else's (reference/instances.md §12)"}
	}
	return verdict{[]int{404}, "it is outside of the scope " + row.Scope}
}

// reaches reports whether things of a sibling account are the resident's.
func reaches(row api.Route, r *resident) bool {
	if slices.Contains(row.Privileges, access.ViewLogsOrg) {
		return r.may[access.ViewLogsOrg]
	}
	switch row.Scope {
	case "organization", "administration", "customer":
		return true
	case "any account":
		return r.organizationAdmin || r.customerAdmin
	case "instance":
		return r.organizationAdmin || row.Method == http.MethodGet && row.Credential != "instance" && r.may[access.ViewInstancesSubAccount]
	case "account", "catalogue":
		return r.organizationAdmin
	}
	return false
}

// trial is one request with what is expected of it.
type trial struct {
	row  api.Route
	who  *resident // nil = nobody
	at   where
	want verdict
}

func (c trial) String() string {
	who := "nobody"
	if c.who != nil {
		who = c.who.role
	}
	return fmt.Sprintf("%s %s by %s at %s", c.row.Method, c.row.Pattern, who, c.at)
}

var variable = regexp.MustCompile(`\{[^}]*\}`)

// connectorCall stands for every call to a connector: whoever may use the instance may call it.
var connectorCall = api.Route{Method: http.MethodGet, Pattern: "/hubs/any/objects", Credential: "instance", Scope: "instance"}

// trials are all rows by everybody everywhere.
func (w *matrixWorld) trials() (all []trial) {
	for _, row := range append(api.Routes(), connectorCall) {
		for _, who := range append([]*resident{nil}, w.residents...) {
			for _, at := range []where{atHome, nextDoor, elsewhere, nowhereAtAll} {
				if at != atHome && row.Credential != "instance" && !variable.MatchString(row.Pattern) {
					continue // there is one list, and it must not hold what is elsewhere
				}
				all = append(all, trial{row, who, at, judge(row, who, at)})
			}
		}
	}
	return all
}

// placeOf is the place that a request is about.
func (w *matrixWorld) placeOf(c trial) *place {
	switch {
	case c.at == nextDoor:
		return w.sibling
	case c.at == elsewhere:
		return w.other
	case c.who == nil:
		return w.main
	}
	return c.who.home
}

// path fills the variables of a row.
func (w *matrixWorld) path(c trial, fresh map[string]string) string {
	place := w.placeOf(c)
	return variable.ReplaceAllStringFunc(c.row.Pattern, func(name string) string {
		end := strings.Index(c.row.Pattern, name) + len(name)
		kind, known := variables[c.row.Pattern[:end]]
		if !known {
			w.t.Errorf("%s %s: add %q to variables in matrix_world_test.go, with the name of what it stands for", c.row.Method, c.row.Pattern, c.row.Pattern[:end])
			return "0"
		}
		if c.at == nowhereAtAll {
			if text, ok := nowhere[kind]; ok {
				return text
			}
			return "1152921504606846976"
		}
		if c.at == atHome && c.who != nil && c.who.own[kind] != "" && fresh == nil {
			fresh = c.who.own
		}
		if text := fresh[kind]; text != "" {
			return text
		}
		text := place.values[kind]
		if text == "" {
			w.t.Errorf("%s %s: settle in matrix_world_test.go makes no %q", c.row.Method, c.row.Pattern, kind)
		}
		return text
	})
}

// ask makes the request of a trial.
func (w *matrixWorld) ask(c trial, path, token string) (status int, body string) {
	text := bodyOf(c.row.Method, c.row.Pattern)
	r, err := http.NewRequestWithContext(w.t.Context(), c.row.Method, w.base+path, strings.NewReader(text))
	if err != nil {
		w.t.Error(err)
		return 0, ""
	}
	if text != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	switch {
	case c.who == nil:
	case c.row.Credential == "instance":
		r.Header.Set("Authorization", "User "+c.who.user.Secret+", Element "+token)
	case c.want.allowed():
		r.Header.Set("Authorization", "Bearer "+c.who.bearer) // outlives what becomes of the secrets
	default:
		r.Header.Set("Authorization", "User "+c.who.user.Secret+", Organization "+c.who.home.secret)
	}
	response, err := matrixClient.Do(r)
	if err != nil {
		w.t.Errorf("%s: %v", c, err)
		return 0, ""
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Errorf("%s: %v", c, err)
	}
	return response.StatusCode, string(answer)
}

// matrixClient keeps a connection for each of those who ask at the same time.
var matrixClient = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: matrixWorkers},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

const matrixWorkers = 4

// try runs trials side by side.
func (w *matrixWorld) try(all []trial, one func(trial)) {
	queue := make(chan trial)
	var workers sync.WaitGroup
	for range matrixWorkers {
		workers.Go(func() {
			for c := range queue {
				one(c)
			}
		})
	}
	for _, c := range all {
		queue <- c
	}
	close(queue)
	workers.Wait()
}

// run makes one request and compares. fresh are values of things that were made for this request alone.
func (w *matrixWorld) run(c trial, fresh map[string]string, token string) (status int) {
	if token == "" {
		switch {
		case c.at == nowhereAtAll:
			token = "bm8tc3VjaC1pbnN0YW5jZQ=="
		case c.at == atHome && c.who != nil:
			token = c.who.token
		default:
			token = w.placeOf(c).token
		}
	}
	status, body := w.ask(c, w.path(c, fresh)+queries[c.row.Method+" "+c.row.Pattern], token)
	if !c.want.accepts(status) {
		want := "any but 401 and 403"
		if !c.want.allowed() {
			want = fmt.Sprint(c.want.statuses)
		}
		w.t.Errorf("%s: %d, want %s, because %s: %s", c, status, want, c.want.why, short([]byte(body)))
	}
	if status >= 300 || c.who == nil || c.row.Credential == "none" {
		return status
	}
	for _, foreign := range []*place{w.other, w.sibling} {
		if (foreign == w.other || !reaches(c.row, c.who)) && strings.Contains(body, foreign.label) {
			w.t.Errorf("%s shows what belongs to %s: %s", c, foreign.label, short([]byte(body)))
		}
	}
	return status
}

// Who is shut out is shut out at once, whatever they show.
func TestWhoIsDeactivatedIsRefusedAtOnceByEveryCredential(t *testing.T) {
	t.Parallel()
	h := build(t)
	account := h.account("shut")
	p := h.adds(fmt.Sprintf("/accounts/%d/users", account), "shut@example.org")
	id := fmt.Sprint(p.ID)
	var login struct{ Token string }
	logIn := func() {
		t.Helper()
		h.do(request{method: "POST", path: "/authentication", body: `{"username":"shut@example.org","password":"` + password + `"}`}).want(200).into(&login)
	}
	logIn()
	var key struct{ Key string }
	h.as(p).do(request{method: "POST", path: "/users/me/api-keys", body: `{"name":"machine"}`}).want(200).into(&key)
	// An instance works with any user of its account: its token is no credential of its own.
	m := h.as(p).create(`{"element":{"key":"actessentials"},` + actKeys + `,"name":"one"}`)
	want := func(status int) {
		t.Helper()
		for name, authorization := range map[string]string{
			"secrets": "User " + p.Secret + ", Organization " + h.organization, "login": "Bearer " + login.Token, "key": "Bearer " + key.Key,
		} {
			if a := h.do(request{path: "/instances", header: map[string]string{"Authorization": authorization}}); a.status != status {
				t.Errorf("with %s: %d, want %d: %s", name, a.status, status, short(a.body))
			}
		}
		if a := h.do(request{path: "/hubs/crm/contacts", header: map[string]string{"Authorization": "User " + p.Secret + ", Element " + m.Token}}); a.status != status {
			t.Errorf("a call: %d, want %d: %s", a.status, status, short(a.body))
		}
	}
	want(200)
	for name, steps := range map[string][2]request{
		"the user":         {{method: "PATCH", path: "/users/" + id, body: `{"active":false}`}, {method: "PATCH", path: "/users/" + id, body: `{"active":true}`}},
		"the account":      {{method: "PATCH", path: fmt.Sprintf("/accounts/%d", account), body: `{"active":false}`}, {method: "PATCH", path: fmt.Sprintf("/accounts/%d", account), body: `{"active":true}`}},
		"by deleting that": {{method: "DELETE", path: fmt.Sprintf("/accounts/%d", account)}, {method: "PATCH", path: fmt.Sprintf("/accounts/%d", account), body: `{"active":true}`}},
	} {
		t.Log(name)
		h.do(steps[0]).want(200)
		want(401)
		h.do(steps[1]).want(200)
		logIn() // a login ends with its user's activity
		want(200)
	}
	h.do(request{method: "DELETE", path: "/users/" + id}).want(200)
	want(401)
}

func TestEveryRouteForEveryRoleAtHomeNextDoorAndElsewhere(t *testing.T) {
	t.Parallel()
	w := matrix(t)
	all := w.trials()
	if len(all) < 3000 {
		t.Fatalf("only %d requests", len(all))
	}
	var reads, changes []trial
	for _, c := range all {
		switch {
		case c.want.allowed() && c.row.Method != http.MethodGet:
			changes = append(changes, c)
		default:
			reads = append(reads, c)
		}
	}
	// What is refused, and what only reads, changes nothing of anybody.
	before := w.rows(allRows)
	if len(before) < 20 || !strings.Contains(before["instances"], w.other.label) {
		t.Fatalf("the tables were not found: %d", len(before))
	}
	w.try(reads, func(c trial) {
		status := w.run(c, nil, "")
		// That fixtures are what rows mean is seen where everything is allowed.
		if c.who != nil && c.row.Credential != "none" && c.at == atHome && c.want.allowed() && c.who.fullest(c.row) && status != http.StatusOK && unread[c.row.Method+" "+c.row.Pattern] == "" {
			t.Errorf("%s answered %d: the fixture is not what the row is about", c, status)
		}
	})
	wantSame(t, "after what was refused and what only reads", before, w.rows(allRows))
	w.change(changes)
}

// fullest reports whether the resident is the one of those in the table to whom most is allowed.
func (r *resident) fullest(row api.Route) bool {
	if row.Scope == "customer" {
		return r.customerAdmin
	}
	return r.organizationAdmin
}

// unread are rows that answer something else than 200 to who may read, each with its reason.
var unread = map[string]string{
	"GET /hubs/{hub}/elements":                        "an account's own hub is empty",
	"GET /change-management/*":                        "501: what it did is not known",
	"GET /organizations/branding":                     "there is none before it is set",
	"GET /elements/{keyOrId}/objects/{objectId}/docs": "wants the name of an object",
	"GET /elements/{keyOrId}/oauth/url":               "wants a connector with OAuth",
	"GET /elements/{keyOrId}/oauth/url/default":       "wants a connector with OAuth",
	"GET /elements/{keyOrId}/oauth/token":             "wants a connector with OAuth",
}

// change runs what changes something: first those who reach their own account alone, then those who reach more. What is outside of
// their reach stays as it was. Deletions come last, and what shuts everybody out after them.
func (w *matrixWorld) change(all []trial) {
	stages := []struct {
		name      string
		in        func(trial) bool
		untouched map[string]*place
	}{
		{"those of one account", func(c trial) bool { return c.who == nil || !c.who.organizationAdmin && !c.who.customerAdmin }, map[string]*place{"sibling": w.sibling}},
		{"those who reach more", func(c trial) bool { return c.who != nil && (c.who.organizationAdmin || c.who.customerAdmin) }, nil},
	}
	for _, stage := range stages {
		before := w.other.rows(true)
		untouched := map[string]map[string]string{}
		for name, p := range stage.untouched {
			untouched[name] = p.rows(false)
		}
		for _, deletes := range [...]bool{false, true} {
			var now []trial
			for _, c := range all {
				if stage.in(c) && (c.row.Method == http.MethodDelete) == deletes && !slices.Contains(final, c.row.Method+" "+c.row.Pattern) {
					now = append(now, c)
				}
			}
			w.try(now, w.freshly)
		}
		wantSame(w.t, stage.name+" changed the other organization", before, w.other.rows(true))
		for name, rows := range untouched {
			wantSame(w.t, stage.name+" changed the "+name+" account", rows, stage.untouched[name].rows(false))
		}
	}
	before := w.other.rows(true)
	for _, name := range final {
		for _, c := range all {
			if c.row.Method+" "+c.row.Pattern == name {
				w.freshly(c)
				w.must(w.server.DB.SetOrganizationActive(w.t.Context(), w.main.organization, true))
			}
		}
	}
	wantSame(w.t, "the last ones changed the other organization", before, w.other.rows(true))
}

// final are rows that take away by what others are let in, secrets and the organization: they come one after the other behind
// everything else.
var final = []string{
	"PUT /users/me/secret", "DELETE /users/me/secrets", "PUT /organizations/me/secret", "DELETE /organizations/me/secrets", "DELETE /customers/organizations/{id}",
}

// freshly runs a request with an instance and a user of its own, so that what others deleted does not matter.
func (w *matrixWorld) freshly(c trial) {
	if c.who == nil || c.at == elsewhere || c.at == nowhereAtAll {
		w.run(c, nil, "")
		return
	}
	place, of := w.placeOf(c), c.who.user
	if c.at == nextDoor {
		of = place.maker
	}
	needs := func(kind string) bool {
		for prefix, stands := range variables {
			if stands == kind && (strings.HasPrefix(c.row.Pattern, prefix+"/") || c.row.Pattern == prefix) {
				return true
			}
		}
		return false
	}
	fresh, token := map[string]string{}, ""
	if c.row.Credential == "instance" || needs("instance") {
		fresh, token = w.instanceOf(place, of)
	}
	if needs("user") {
		fresh["user"] = fmt.Sprint(w.newUser(place).ID)
	}
	w.run(c, fresh, token)
}
