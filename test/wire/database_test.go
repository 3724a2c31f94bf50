package wire_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // a customer's database

	"jackfield/internal/server"
	"jackfield/internal/store/storetest"
)

// shop is a customer's database with its connector and an instance.
type shop struct {
	*house
	t        *testing.T
	instance made
	direct   func(t *testing.T, query string) string // the first value of the first row, asked beside Jackfield
}

// onBothDatabases runs a test on PostgreSQL and on SQLite.
func onBothDatabases(t *testing.T, test func(t *testing.T, s *shop)) {
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		address, err := url.Parse(storetest.PostgresURL(t))
		if err != nil {
			t.Fatal(err)
		}
		password, _ := address.User.Password()
		base := "jdbc:postgresql://{db.host}/{db.name}?sslmode=disable"
		s := openShop(t, base, map[string]string{
			"db.host": address.Host, "db.name": strings.TrimPrefix(address.Path, "/"), "username": address.User.Username(), "password": password,
			"jdbc.driver.classname": "org.postgresql.Driver",
		}, func(o *server.Options) {
			o.AllowAddresses = append(o.AllowAddresses, netip.MustParseAddrPort(address.Host))
		})
		s.direct = func(t *testing.T, query string) string {
			t.Helper()
			conn, err := pgx.Connect(t.Context(), address.String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(context.WithoutCancel(t.Context()))
			var found string
			if err := conn.QueryRow(t.Context(), "SELECT CAST(("+query+") AS text)").Scan(&found); err != nil {
				t.Fatal(err)
			}
			return found
		}
		test(t, s)
	})
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		path := filepath.Join(folder, "shop.db")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		s := openShop(t, "jdbc:sqlite:shop.db", map[string]string{"jdbc.driver.classname": "org.sqlite.JDBC"},
			func(o *server.Options) { o.DatabaseFolder = folder })
		s.direct = func(t *testing.T, query string) string {
			t.Helper()
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			var found string
			if err := db.QueryRowContext(t.Context(), "SELECT CAST(("+query+") AS text)").Scan(&found); err != nil {
				t.Fatal(err)
			}
			return found
		}
		test(t, s)
	})
}

const shopResources = `[
	{"method":"POST","path":"/tables","vendorPath":"create table people (id integer primary key, \"lastName\" varchar(40), city text, age integer, active boolean)"},
	{"method":"GET","path":"/people","vendorPath":"select id, \"lastName\", city, age, active from people {where} order by id","parameters":[
		{"name":"where","type":"query","vendorName":"where","vendorType":"query","source":"request"},
		{"name":"page","type":"query","vendorName":"page","vendorType":"query","source":"request"},
		{"name":"pageSize","type":"query","vendorName":"pageSize","vendorType":"query","source":"request"},
		{"name":"nextPage","type":"query","vendorName":"nextPage","vendorType":"query","source":"request"}]},
	{"method":"GET","path":"/adults","vendorPath":"select id from people where age >= :age and {where} order by id limit :limit offset :offset","parameters":[
		{"name":"age, limit, offset","type":"value","vendorName":"namedParameters","vendorType":"no-op","source":"request"},
		{"name":"minimum","type":"query","vendorName":"age","vendorType":"query","vendorDataType":"integer","source":"request"},
		{"name":"where","type":"query","vendorName":"where","vendorType":"query","source":"request"},
		{"name":"page","type":"query","vendorName":"offset","vendorType":"query","source":"request","vendorDataType":"integer"},
		{"name":"pageSize","type":"query","vendorName":"limit","vendorType":"query","source":"request","vendorDataType":"integer"}]},
	{"method":"GET","path":"/count","paginationType":"VENDOR_NOT_SUPPORTED","vendorPath":"select count(*) as count from people"},
	{"method":"GET","path":"/everyone","paginationType":"VENDOR_NOT_SUPPORTED","vendorPath":"select id from people order by id"},
	{"method":"GET","path":"/people/{id}","vendorPath":"select * from people where id = :id","parameters":[
		{"name":"id","type":"value","vendorName":"namedParameters","vendorType":"no-op","source":"request"},
		{"name":"id","type":"path","vendorName":"id","vendorType":"path","vendorDataType":"integer","source":"request"}]},
	{"method":"POST","path":"/people","vendorPath":"insert into people (id, \"lastName\", city, age, active) values (:id, :lastName, :city, :age, :active)","parameters":[
		{"name":"id,lastName,city,age,active","type":"value","vendorName":"namedParameters","vendorType":"no-op","source":"request"}]},
	{"method":"PATCH","path":"/people/{id}","vendorPath":"update people set city = :city where id = {id} returning id, city","parameters":[
		{"name":"city","type":"bodyField","vendorName":"city","vendorType":"bodyField","source":"request","required":true},
		{"name":"id","type":"path","vendorName":"id","vendorType":"path","vendorDataType":"integer","source":"request"}]},
	{"method":"DELETE","path":"/people","vendorPath":"delete from people where {where}","parameters":[
		{"name":"where","type":"query","vendorName":"where","vendorType":"query","source":"request"}]},
	{"method":"POST","path":"/crowd","vendorPath":"insert","hooks":[{"type":"preRequest","body":"let rows = []; for (let i = 1; i <= request_body_map.count; i++) { rows.push('(' + i + ', :name, null, ' + (i % 60) + ', :active)') } done({request_vendor_path: 'insert into people (id, \"lastName\", city, age, active) values ' + rows.join(', '), request_vendor_parameters: {name: request_body_map.name}})"}],"parameters":[
		{"name":"active","type":"bodyField","vendorName":"active","vendorType":"bodyField","source":"request"}]},
	{"method":"GET","path":"/wrong","vendorPath":"select missing from nowhere"},
	{"method":"GET","path":"/none","vendorPath":"select :unheard"},
	{"method":"GET","path":"/two","vendorPath":"select 1; drop table people"},
	{"method":"GET","path":"/hooked","vendorPath":"select missing from nowhere","hooks":[{"type":"postRequest","body":"done({response_status_code: 200, response_body: {failed: response_iserror, said: response_body}})"}]},
	{"method":"GET","path":"/probe","type":"provisionAuthValidation","vendorPath":"SELECT 1"}
]`

// openShop starts a server with a connector of a database.
func openShop(t *testing.T, base string, configuration map[string]string, options ...option) *shop {
	t.Helper()
	h := build(t, options...)
	var entries []map[string]any
	for key := range configuration {
		kind := "TEXTFIELD_256"
		if key == "password" {
			kind = "PASSWORD"
		}
		entries = append(entries, map[string]any{"key": key, "name": key, "type": kind})
	}
	entries = append(entries, map[string]any{"key": "base.url", "name": "URL", "type": "TEXTFIELD_1000", "defaultValue": base})
	definition, err := json.Marshal(map[string]any{
		"name": "Shop", "key": "shop", "description": "A shop's database", "hub": "general", "protocolType": "jdbc",
		"authentication": map[string]string{"type": "custom"}, "configuration": entries, "resources": json.RawMessage(shopResources),
	})
	if err != nil {
		t.Fatal(err)
	}
	h.element(string(definition))
	request, err := json.Marshal(map[string]any{"name": "shop", "element": map[string]string{"key": "shop"}, "configuration": configuration})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{house: h, t: t}
	s.instance = h.create(string(request))
	s.call("POST", "/tables", "").want(200, `{"count":0}`)
	return s
}

func (s *shop) call(method, path, body string) *answer {
	s.t.Helper()
	return s.do(request{method: method, path: "/hubs/general" + path, body: body, token: s.instance.Token})
}

func (s *shop) where(method, path, where string) *answer {
	s.t.Helper()
	return s.call(method, path+"?where="+url.QueryEscape(where), "")
}

func TestADatabaseAnswersFiftyRowsAndCountsAHundred(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, s *shop) {
		s.call("POST", "/crowd", `{"count":100,"name":"O'Hara","active":true}`).want(200, `{"count":100}`)
		var rows []map[string]any
		a := s.call("GET", "/people", "").want(200)
		a.into(&rows)
		if len(rows) != 50 || a.header.Get("Elements-Returned-Count") != "50" || rows[0]["id"] != 1.0 || rows[49]["id"] != 50.0 {
			t.Fatalf("%d rows, header %q", len(rows), a.header.Get("Elements-Returned-Count"))
		}
		if row := rows[0]; row["lastName"] != "O'Hara" || row["active"] != true || row["age"] != 1.0 {
			t.Errorf("a row has other types: %v", row)
		}
		if _, there := rows[0]["city"]; there {
			t.Error("the null filter left a null")
		}
		s.call("GET", "/everyone", "").want(200).into(&rows)
		if len(rows) != 50 {
			t.Errorf("%d rows without paging", len(rows))
		}
		s.call("GET", "/count", "").want(200, `[{"count":100}]`)
		s.where("DELETE", "/people", "id > 0").want(200, `{"count":100}`)
		s.call("GET", "/people", "").want(200, `[]`)
		if left := s.direct(t, "select count(*) from people"); left != "0" {
			t.Errorf("%s rows are left", left)
		}
	})
}

func TestRowsOfADatabaseArePaged(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, s *shop) {
		s.call("POST", "/crowd", `{"count":130,"name":"x","active":false}`).want(200)
		seen, path, pages := map[float64]bool{}, "/people", 0
		for path != "" {
			var rows []map[string]any
			a := s.call("GET", path, "").want(200)
			a.into(&rows)
			for _, row := range rows {
				id, _ := row["id"].(float64)
				if seen[id] {
					t.Fatalf("the row %v came twice", id)
				}
				seen[id] = true
			}
			path = ""
			if token := a.header.Get("Elements-Next-Page-Token"); token != "" {
				path = "/people?nextPage=" + url.QueryEscape(token)
			}
			if pages++; pages > 10 {
				t.Fatal("the pages have no end")
			}
		}
		if len(seen) != 130 || pages != 3 {
			t.Errorf("%d rows on %d pages", len(seen), pages)
		}
		var rows []map[string]any
		a := s.call("GET", "/people?page=3&pageSize=60", "").want(200)
		a.into(&rows)
		if len(rows) != 10 || rows[0]["id"] != 121.0 || a.header.Get("Elements-Next-Page-Token") != "" {
			t.Errorf("the last page has %d rows from %v", len(rows), rows[0]["id"])
		}
		s.call("GET", "/people?pageSize=130", "").want(200).into(&rows)
		if len(rows) != 130 {
			t.Errorf("a page of 130 has %d rows", len(rows))
		}
		// A statement with a limit of its own gets page and size as names.
		a = s.call("GET", "/adults?minimum=50&pageSize=7&page=2", "").want(200)
		a.into(&rows)
		if len(rows) != 7 || a.header.Get("Elements-Next-Page-Token") == "" {
			t.Errorf("%d rows", len(rows))
		}
		s.call("GET", "/adults?minimum=50&pageSize=7&page=3", "").want(200).into(&rows)
		if len(rows) != 6 {
			t.Errorf("%d rows on the last page", len(rows))
		}
		s.call("GET", "/adults?minimum=59&where=id%3D59", "").want(200, `[{"id":59}]`)
	})
}

func TestRowsOfADatabaseAreWrittenReadAndChanged(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, s *shop) {
		s.call("POST", "/people", `{"id":7,"lastName":"'; DROP TABLE people; --","city":"Zürich \"x\" \\","age":41,"active":false}`).want(200, `{"count":1}`)
		s.call("GET", "/people/7", "").want(200, `[{"id":7,"lastName":"'; DROP TABLE people; --","city":"Zürich \"x\" \\","age":41,"active":false}]`)
		s.call("POST", "/people", `{"id":8,"lastName":"Byron"}`).want(200, `{"count":1}`)
		s.call("GET", "/people/8", "").want(200, `[{"id":8,"lastName":"Byron"}]`)
		s.call("PATCH", "/people/8", `{"city":"London"}`).want(200, `[{"id":8,"city":"London"}]`)
		s.call("PATCH", "/people/9", `{"city":"London"}`).want(200, `[]`)
		s.call("PATCH", "/people/8", `{"town":"London"}`).want(400, "city is required")
		s.call("POST", "/people", `{"id":8,"lastName":"again"}`).want(409, "conflict")
		if said := s.direct(t, `select city from people where id = 8`); said != "London" {
			t.Error(said)
		}
		for _, tt := range []struct{ where, found string }{
			{`lastName = 'Byron' AND city LIKE 'lon%'`, `[{"id":8`},
			{`age > 40.5`, `[{"id":7`},
			{`active = false`, `[{"id":7`},
			{`age IS NULL`, `[{"id":8`},
			{`id IN (1, 7, 99)`, `[{"id":7`},
			{`people.city = 'London' OR id = 1000`, `[{"id":8`},
			{`lastName = '''; DROP TABLE people; --'`, `[{"id":7`},
		} {
			a := s.where("GET", "/people", tt.where).want(200, tt.found)
			if a.header.Get("Elements-Returned-Count") != "1" {
				t.Errorf("%s finds %s", tt.where, a.body)
			}
		}
	})
}

func TestWhereIsNeverSQL(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, s *shop) {
		s.call("POST", "/crowd", `{"count":3,"name":"safe","active":true}`).want(200)
		for _, tt := range []struct {
			where  string
			status int
			found  int // rows, when the status is 200
		}{
			{`lastName = 'x'' OR ''1''=''1'`, 200, 0},
			{`lastName = 'x' OR 1=1`, 400, 0}, // 1 is no attribute
			{`'1'=1 OR lastName = 'x'`, 400, 0},
			{`id = 1; DROP TABLE people`, 400, 0},
			{`id = 1 -- `, 400, 0},
			{`id = 1 /* x */`, 400, 0},
			{`id = 1) OR (id > 0`, 400, 0},
			{`id = (select 1)`, 400, 0},
			{`lastName = $$safe$$`, 200, 0},
			{`lastName = $1`, 200, 0},
			{`lastName = ':id'`, 200, 0},
			{`lastName = '{where}'`, 200, 0},
			{`lastName = '\'' OR 1=1 --'`, 200, 0}, // a text with a quote in it
			{"lastName = '\u02bc OR 1=1'", 200, 0},
			{"lastName = '\uff07 OR 1=1'", 200, 0},
			{"lastName = 'a\x00b'", 400, 0},
			{"lastName = 'safe\xff'", 400, 0},
			{`"lastName"" = 1 OR ""id" > 0`, 400, 0},
			{"`lastName\" = '' OR \"id` > 0", 400, 0},
			{`'lastName''; DROP TABLE people; --' = 1`, 400, 0},
			{`nothing = 1`, 400, 0},
			{`pg_catalog.pg_user.usename = 'x'`, 400, 0},
			{`id = 1 UNION SELECT 1`, 400, 0},
			{`id LIKE '%'`, 200, 3},
			{`lastName LIKE 's_fe'`, 200, 0},
			{`lastName NOT LIKE 'x!%'`, 200, 3},
			{`lastName IN ('safe''); DROP TABLE people; --')`, 200, 0},
			{`id = 99999999999999999999999`, 0, 0}, // larger than any column: no rows, or refused
		} {
			a := s.where("GET", "/people", tt.where)
			switch {
			case tt.status == 0 && (a.status == 200 && string(a.body) == "[]" || a.status == 400):
			case a.status != tt.status:
				t.Errorf("%s: status %d, want %d: %s", tt.where, a.status, tt.status, short(a.body))
			case a.status == 200 && bytes.Count(a.body, []byte(`"id"`)) != tt.found:
				t.Errorf("%s: %s", tt.where, short(a.body))
			}
			// The same text must not delete either.
			if a := s.where("DELETE", "/people", tt.where+" AND id = 0"); a.status == 200 && string(a.body) != `{"count":0}` {
				t.Errorf("%s deletes: %s", tt.where, a.body)
			}
		}
		if left := s.direct(t, "select count(*) from people"); left != "3" {
			t.Fatalf("%s rows are left", left)
		}
	})
}

func TestWhatADatabaseRefusesIsSaid(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, s *shop) {
		s.call("GET", "/wrong", "").want(400, "GET /hubs/general/wrong", "nowhere")
		s.call("GET", "/none", "").want(400, ":unheard")
		s.call("GET", "/two", "").want(400, "only one can be run")
		s.call("GET", "/hooked", "").want(200, `"failed":true`, "nowhere")
		s.where("GET", "/count", "id = 1").want(200) // declares no where: ignored, as everywhere
		s.do(request{method: "POST", path: "/hubs/general/people", token: s.instance.Token, body: "x", header: map[string]string{"Content-Type": "image/png"}}).want(415)
	})
}

func TestSQLIsTracedWithoutValues(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, s *shop) {
		s.startTrace(s.instance)
		s.call("POST", "/people", `{"id":1,"lastName":"Countess","city":"x"}`).want(200)
		a := s.where("GET", "/people", "lastName = 'Countess'").want(200, "Countess")
		calls := s.traceOf("shop", a)
		for name, call := range calls {
			switch {
			case call.Request.Method != "SQL": // the caller's side
			case !strings.Contains(call.Request.Body, `from people WHERE ("lastName" = `) || strings.Contains(call.Request.Body, "Countess"):
				t.Errorf("%s: %s", name, call.Request.Body)
			case strings.ContainsAny(call.Request.URL, "@?") || call.Response == nil || call.Response.Status != 200 || !strings.Contains(call.Response.Body, "Countess"):
				t.Errorf("%s: %+v", name, call)
			default:
				return
			}
		}
		t.Errorf("the trace has no statement: %v", calls)
	})
}

func TestAnInstanceOfADatabaseIsMadeWhenItsProbeWorks(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(storetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "shop.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open := build(t, func(o *server.Options) {
		o.AllowAddresses = append(o.AllowAddresses, netip.MustParseAddrPort(address.Host))
		o.DatabaseFolder = folder
	})
	closed := build(t)
	const (
		probe   = `{"method":"GET","path":"/probe","type":"provisionAuthValidation","vendorPath":"SELECT 1"}`
		noProbe = `{"method":"GET","path":"/one","vendorPath":"select 1 as one"}`
	)
	good := "jdbc:postgresql://" + address.Host + address.Path + "?sslmode=disable"
	user := address.User.Username()
	for n, tt := range []struct {
		house           *house
		base, user      string
		driver          string
		status          int
		said            string
		withoutProbe    int // status of a call on an instance that is made without a probe
		saidWithoutMore string
	}{
		{open, good, user, "", 200, "", 200, `[{"one":1}]`},
		{open, "jdbc:sqlite:shop.db", "", "", 200, "", 200, `[{"one":1}]`},
		{open, good, "nobody", "", 401, "refused the credentials", 401, "refused the credentials"},
		{open, good + "x&password=s3cret", user, "", 400, "credentials could not be checked", 400, "sslmode"},
		{open, strings.Replace(good, address.Path, "/missing", 1), user, "", 400, "could not be checked", 400, "missing"},
		{open, good, user, "com.mysql.jdbc.Driver", 400, "org.postgresql.Driver", 400, "org.postgresql.Driver"},
		{open, "jdbc:mysql://" + address.Host + "/x", user, "", 400, "not currently supported", 405, "This API is not currently supported for this element"},
		{open, "jdbc:sqlite:missing.db", "", "", 400, "no database", 400, "missing.db"},
		{open, "jdbc:sqlite:/etc/passwd", "", "", 400, "no database", 400, "passwd"},
		{closed, good, user, "", 400, "--allow-private-providers", 400, "--allow-private-providers"},
		{closed, "jdbc:postgresql://169.254.169.254/x", user, "", 400, "always refused", 400, "always refused"},
		{closed, "jdbc:sqlite:shop.db", "", "", 400, "--database-folder", 400, "--database-folder"},
	} {
		for _, resource := range []string{probe, noProbe} {
			key := "db" + string(rune('a'+n)) + string(rune('a'+len(resource)%26))
			definition, err := json.Marshal(map[string]any{
				"name": key, "key": key, "description": "x", "hub": "general", "protocolType": "jdbc", "authentication": map[string]string{"type": "custom"},
				"configuration": []map[string]any{
					{"key": "base.url", "name": "URL", "type": "TEXTFIELD_1000", "defaultValue": tt.base},
					{"key": "username", "name": "User", "type": "TEXTFIELD_128"}, {"key": "jdbc.driver.classname", "name": "Driver", "type": "TEXTFIELD_128"},
				},
				"resources": []json.RawMessage{json.RawMessage(resource)},
			})
			if err != nil {
				t.Fatal(err)
			}
			tt.house.element(string(definition))
			body := `{"name":"x","element":{"key":"` + key + `"},"configuration":{"username":"` + tt.user + `","jdbc.driver.classname":"` + tt.driver + `"}}`
			a := tt.house.do(request{method: "POST", path: "/instances", body: body})
			if resource == probe {
				if a.status != tt.status || a.status != 200 && strings.Contains(string(a.body), "s3cret") || !strings.Contains(string(a.body), tt.said) {
					t.Errorf("%s with a probe: %d %s, want %d %q", tt.base, a.status, short(a.body), tt.status, tt.said)
				}
				continue
			}
			var m made
			a.want(200).into(&m)
			a = tt.house.do(request{path: "/hubs/general/one", token: m.Token})
			if a.status != tt.withoutProbe || !strings.Contains(string(a.body), tt.saidWithoutMore) || strings.Contains(string(a.body), "s3cret") {
				t.Errorf("%s called: %d %s, want %d %q", tt.base, a.status, short(a.body), tt.withoutProbe, tt.saidWithoutMore)
			}
		}
	}
}
