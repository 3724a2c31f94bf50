package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jackfield/internal/server"
	"jackfield/internal/store/storetest"
)

// auditRow is a row of the audit log.
type auditRow struct {
	ID         int64   `json:"id"`
	Timestamp  string  `json:"timestamp"`
	Method     string  `json:"method"`
	Status     *int    `json:"status"`
	URI        string  `json:"resource_uri"`
	IP         string  `json:"ip_address"`
	User       *int64  `json:"user_id"`
	Email      string  `json:"user_email"`
	Account    *int64  `json:"account_id"`
	Org        *int64  `json:"org_id"`
	InstanceID *int64  `json:"instance_id"`
	Entity     string  `json:"entity"`
	EntityID   *string `json:"entity_id"`
	Login      string  `json:"login"`
	Changes    []struct {
		Path   string          `json:"path"`
		Before json.RawMessage `json:"before"`
		After  json.RawMessage `json:"after"`
	} `json:"changes"`
}

// summary is what happened, in short.
func (r auditRow) summary() string {
	status := 0
	if r.Status != nil {
		status = *r.Status
	}
	return fmt.Sprintf("%s %s %d", r.Method, r.URI, status)
}

func (r auditRow) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s by %s %s of %s:", r.summary(), r.Email, r.Login, r.Entity)
	for _, c := range r.Changes {
		fmt.Fprintf(&b, " %s %s→%s;", c.Path, c.Before, c.After)
	}
	return b.String()
}

func (r auditRow) change(path string) string {
	for _, c := range r.Changes {
		if c.Path == path {
			return string(c.Before) + "→" + string(c.After)
		}
	}
	return ""
}

func (h *house) audit(path string, query url.Values) (rows []auditRow) {
	h.t.Helper()
	h.do(request{path: "/audit-logs" + path, query: query}).want(200).into(&rows)
	return rows
}

func TestEveryChangeIsOnRecordWithWhatDiffers(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]option{
		"sqlite":   nil,
		"postgres": {func(o *server.Options) { o.Database = storetest.PostgresURL(t) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t, options...)
			made := h.adds("/organizations/users", "grace@example.org", `"city":"Bath"`)
			id := fmt.Sprint(made.ID)
			h.do(request{method: "PATCH", path: "/users/" + id + "?token=canary", body: `{"firstName":"Grace","city":"Ely"}`}).want(200)
			h.do(request{path: "/users/" + id}).want(200)
			h.do(request{method: "PATCH", path: "/users/" + id, body: `{"email":7}`}).want(400)
			h.do(request{method: "PATCH", path: "/users/999999", body: `{"firstName":"x"}`}).want(404)
			h.do(request{method: "DELETE", path: "/users/" + id + "?permanent=true"}).want(200)
			rows := h.audit("", url.Values{"entity": {"users"}})
			want := []string{
				"DELETE /users/" + id + "?permanent=true 200", "PATCH /users/999999 404", "PATCH /users/" + id + " 400", "PATCH /users/" + id + "?token=******** 200",
				"POST /organizations/users 200",
			}
			var got []string
			for _, r := range rows {
				got = append(got, r.summary())
				if r.User == nil || r.Org == nil || r.Account == nil || r.Email != "ada@example.org" || r.IP != "127.0.0.1" || r.Login != "secrets" || r.Timestamp == "" {
					t.Errorf("%v", r)
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%q", got)
			}
			deleted, refused, patched, created := rows[0], rows[2], rows[3], rows[4]
			if deleted.change("firstName") != `"Grace"→` || refused.Changes != nil {
				t.Errorf("%v %+v", deleted, refused)
			}
			if len(patched.Changes) > 4 || patched.change("firstName") != `"Frank"→"Grace"` || patched.change("city") != `"Bath"→"Ely"` {
				t.Errorf("%v", patched)
			}
			if created.EntityID == nil || *created.EntityID != id || created.change("email") != `→"grace@example.org"` || created.change("secret") != `→"********"` || created.change("password") != `→"********"` {
				t.Errorf("%v", created)
			}
		})
	}
}

func TestChangesOfInstancesAndConnectorsAreFoundByThem(t *testing.T) {
	t.Parallel()
	h := build(t)
	one := h.act("one")
	id := fmt.Sprint(one.ID)
	h.do(request{method: "DELETE", path: "/instances/enabled", token: one.Token}).want(200)
	h.do(request{method: "PATCH", path: "/instances/" + id, body: `{"name":"<b>two</b>"}`}).want(200)
	h.do(request{path: "/hubs/crm/contacts?pageSize=1", token: one.Token})
	rows := h.audit("/element-instances/"+id, nil)
	if len(rows) != 3 || rows[1].change("disabled") != "false→true" || rows[0].change("name") != `"one"→"two"` || rows[0].InstanceID == nil || *rows[0].InstanceID != one.ID {
		t.Errorf("%v", rows)
	}
	if byInstance := h.audit("", url.Values{"instanceId": {id}}); len(byInstance) != 3 {
		t.Errorf("%v", byInstance)
	}
	created := rows[2]
	if created.change("token") != `→"********"` {
		t.Errorf("%v", created)
	}
	h.do(request{method: "POST", path: "/elements/actessentials/clone"})
	h.do(request{method: "PUT", path: "/elements/actessentials/active"})
	var element struct {
		ID int64 `json:"id"`
	}
	h.do(request{path: "/elements/actessentials"}).want(200).into(&element)
	if byKey, byID := h.audit("/elements/actessentials", nil), h.audit("/elements/"+fmt.Sprint(element.ID), nil); len(byKey) == 0 || len(byKey) != len(byID) {
		t.Errorf("%d by key, %d by id", len(byKey), len(byID))
	}
	h.do(request{method: "DELETE", path: "/instances", token: one.Token}).want(200)
	if rows := h.audit("/element-instances/"+id, nil); len(rows) != 4 || rows[0].Method != "DELETE" || rows[0].change("name") != `"two"→` {
		t.Errorf("%v", rows)
	}
	for _, path := range []string{"/formulas", "/formulas/7", "/formula-instances", "/common-resources", "/common-resources/x"} {
		if rows := h.audit(path, nil); len(rows) != 0 {
			t.Errorf("%s: %+v", path, rows)
		}
	}
}

func TestLoginsAreOnRecordAlsoFailedOnes(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.do(request{method: "POST", path: "/authentication", body: `{"username":"ada@example.org","password":"canary-wrong"}`}).want(401)
	h.do(request{method: "POST", path: "/authentication", body: `{"username":"canary-typed-a-password-here","password":"x"}`}).want(401)
	h.do(request{method: "POST", path: "/authentication", body: `{"username":"ada@example.org","password":"` + password + `"}`}).want(200)
	rows := h.audit("/authentication", nil)
	if len(rows) != 2 || rows[0].summary() != "POST /authentication 200" || rows[1].summary() != "POST /authentication 401" || rows[1].Email != "ada@example.org" || rows[1].Login != "password" {
		t.Errorf("%v", rows)
	}
	h.do(request{method: "POST", path: "/authentication/passwords", body: `{"password":"Another-Passw0rd","currentPassword":"` + password + `"}`}).want(200)
	rows = h.audit("/authentication", nil)
	if len(rows) != 3 || rows[0].change("password") != `→"********"` {
		t.Errorf("%v", rows)
	}
}

func TestTheConsolesLoginsAndLogoutsAreOnRecord(t *testing.T) {
	t.Parallel()
	h := build(t)
	send := func(method, body string, header map[string]string) *http.Response {
		request, err := http.NewRequestWithContext(t.Context(), method, h.server.URL()+"/console/session", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Origin", h.server.URL())
		for name, value := range header {
			request.Header.Set(name, value)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = answer.Body.Close() })
		return answer
	}
	send("POST", `{"username":"ada@example.org","password":"wrong"}`, nil)
	in := send("POST", `{"username":"ada@example.org","password":"`+password+`"}`, nil)
	var session struct {
		CSRF string `json:"csrf"`
	}
	if err := json.NewDecoder(in.Body).Decode(&session); err != nil || len(in.Cookies()) == 0 {
		t.Fatal(err, in.Status)
	}
	cookie := in.Cookies()[0]
	send("DELETE", "", map[string]string{"Cookie": cookie.Name + "=" + cookie.Value, "X-Jackfield-CSRF": session.CSRF})
	var got []string
	for _, r := range h.audit("/authentication", nil) {
		got = append(got, r.summary()+" "+r.Login)
	}
	if want := []string{"DELETE /console/session 200 console", "POST /console/session 200 password", "POST /console/session 401 password"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestTheAuditLogIsForWhoMayReadItAndShowsTheirOwn(t *testing.T) {
	t.Parallel()
	h := build(t)
	plain := h.as(h.adds("/organizations/users", "plain@example.org", `"roles":[]`))
	plain.do(request{method: "POST", path: "/organizations/users", body: `{}`}).want(403)
	paths := []string{"", "/export", "/authentication", "/elements", "/element-instances", "/formulas", "/formula-instances", "/common-resources"}
	for _, path := range paths {
		plain.do(request{path: "/audit-logs" + path}).want(403, "viewLogsOrg")
		h.do(request{path: "/audit-logs" + path}).want(200)
	}
	rows := h.audit("", url.Values{"status": {"403"}})
	if len(rows) != 1 || rows[0].summary() != "POST /organizations/users 403" || rows[0].Email != "plain@example.org" || rows[0].Changes != nil {
		t.Errorf("%v", rows)
	}
	// An administrator of an account sees what the account did.
	account := h.account("sub")
	admin := h.as(h.adds(fmt.Sprintf("/accounts/%d/users", account), "sub@example.org", `"roles":[{"key":"admin"}]`))
	admin.do(request{method: "POST", path: fmt.Sprintf("/accounts/%d/users", account), body: `{"firstName":"Zoe","lastName":"Quill","email":"b@example.org","password":"` + password + `"}`}).want(200)
	if rows := admin.audit("", nil); len(rows) != 1 || rows[0].Account == nil || *rows[0].Account != account {
		t.Errorf("%v", rows)
	}
	if rows := admin.audit("", url.Values{"accountId": {"1"}}); len(rows) != 0 {
		t.Errorf("%v", rows)
	}
	for _, query := range []string{"from=yesterday", "status=7", "userId=-1", "accountId=x", "pageSize=0", "nextPage=x", "from=2026-02-01&to=2026-01-01", "uri=" + strings.Repeat("x", 2000)} {
		h.do(request{path: "/audit-logs?" + query}).want(400)
	}
	for _, id := range []string{"-1", "1152921504606846976", "%00"} {
		if rows := h.audit("/elements/"+id, nil); len(rows) != 0 {
			t.Errorf("%s: %+v", id, rows)
		}
	}
}

func TestTheAuditLogIsPagedAndExported(t *testing.T) {
	t.Parallel()
	h := build(t)
	for i := range 5 {
		h.do(request{method: "POST", path: "/accounts", body: fmt.Sprintf(`{"externalId":"=e%d"}`, i)}).want(200)
	}
	seen := 0
	for token := ""; ; {
		a := h.do(request{path: "/audit-logs", query: url.Values{"pageSize": {"2"}, "nextPage": {token}}}).want(200)
		var rows []auditRow
		a.into(&rows)
		seen += len(rows)
		if token = a.header.Get("Elements-Next-Page-Token"); token == "" {
			break
		}
	}
	lines := h.do(request{path: "/audit-logs/export"}).want(200)
	if n := bytes.Count(lines.body, []byte("\n")); seen != 5 || n != 5 || lines.header.Get("Content-Type") != "application/x-ndjson" {
		t.Errorf("%d in pages, %d lines, %v", seen, n, lines.header)
	}
	for line := range bytes.Lines(lines.body) {
		var row auditRow
		if err := json.Unmarshal(line, &row); err != nil || row.Method != "POST" {
			t.Errorf("%s %v", line, err)
		}
	}
	table := h.do(request{path: "/audit-logs/export?method=post&uri=ACCOUNTS", header: map[string]string{"Accept": "text/csv"}}).want(200, "id,timestamp,method", "POST,200,/accounts")
	if n := bytes.Count(table.body, []byte("\n")); n != 6 || !strings.HasPrefix(table.header.Get("Content-Type"), "text/csv") {
		t.Errorf("%d lines, %v", n, table.header)
	}
	if none := h.do(request{path: "/audit-logs/export?method=PUT"}).want(200); len(none.body) != 0 {
		t.Errorf("%s", none.body)
	}
}

func TestComputingAndReadingLeaveNoRows(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.do(request{method: "POST", path: "/models/contact/schema", body: `{"a":1}`})
	h.do(request{path: "/accounts"}).want(200)
	h.do(request{method: "POST", path: "/accounts", header: map[string]string{"Authorization": "User x, Organization y"}, body: `{}`}).want(401)
	if rows := h.audit("", nil); len(rows) != 0 {
		t.Errorf("%v", rows)
	}
}

func TestPlantedSecretsAreNotInTheAuditLog(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	data := t.TempDir()
	h := build(t, with(p.Server, probeDefinition()), func(o *server.Options) { o.Data = data })
	probe := h.create(`{"element":{"key":"probe"},"name":"probe","configuration":{"username":"u","password":"canary-1","undeclared.secret":"canary-2"}}`)
	id := fmt.Sprint(probe.ID)
	h.do(request{method: "PATCH", path: "/instances/" + id, body: `{"configuration":{"password":"canary-3","undeclared.secret":"canary-4"}}`})
	h.do(request{method: "PUT", path: "/users/me/secret", body: `{"overlapMinutes":5}`}).want(200)
	h.do(request{method: "PUT", path: "/instances/" + id + "/token", body: `{}`}).want(200)
	key := h.do(request{method: "POST", path: "/users/me/api-keys", body: `{"name":"k"}`}).want(200)
	link := h.do(request{method: "POST", path: "/instances/connect-links", body: `{"element":{"key":"probe"},"name":"l","configuration":{"password":"canary-5"}}`}).want(200)
	h.do(request{method: "POST", path: "/organizations/identity-providers", body: `{"type":"oidc","name":"o","issuer":"https://id.example.org","clientId":"c","clientSecret":"canary-6"}`})
	h.do(request{method: "PATCH", path: "/accounts/me?api_key=canary-7", body: `{}`})
	h.do(request{method: "POST", path: "/organizations/users", body: `{"firstName":"F","lastName":"L","email":"f@example.org","password":"Canary-8-Passw0rd"}`}).want(200)
	h.do(request{method: "POST", path: "/authentication", body: `{"username":"canary-9","password":"canary-10"}`}).want(401)
	var given struct{ Key, URL string }
	key.into(&given)
	link.into(&given)
	token := given.URL[strings.LastIndex(given.URL, "/")+1:]
	log := h.do(request{path: "/audit-logs/export"}).want(200)
	file, err := os.ReadFile(filepath.Join(data, "jackfield.db"))
	if err != nil {
		t.Fatal(err)
	}
	wal, err := os.ReadFile(filepath.Join(data, "jackfield.db-wal"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for place, content := range map[string][]byte{"the log": log.body, "the database": append(file, wal...)} {
		for _, secret := range []string{"canary", "Canary-8", h.user, h.organization, probe.Token, given.Key, token} {
			if secret == "" || bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds %q", place, secret)
			}
		}
	}
	rows := h.audit("/element-instances/"+id, nil)
	if len(rows) != 3 || rows[1].change("configuration.password") == "" {
		t.Errorf("%v", rows)
	}
}
