package wire_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/api"
	"jackfield/internal/store"
)

// variables says what the variable at the end of a path stands for. A new row of the table with a path that is not here names it in
// the failure of the test: add it, and where no fixture of that name is made in settle, make one.
var variables = map[string]string{
	"/users/{user}":                 "user",
	"/users/{user}/roles/{roleKey}": "roleKey",
	"/users/{id}":                   "user",
	"/users/me/api-keys/{keyId}":    "apiKey",
	"/audit-logs/common-resources/{commonResourceName}":                   "name",
	"/audit-logs/element-instances/{elementInstanceId}":                   "instance",
	"/audit-logs/elements/{elementId}":                                    "connectorNumber",
	"/audit-logs/formulas/{entityId}":                                     "formula",
	"/integrations/{id}":                                                  "integration",
	"/integrations/{id}/formulas/{formulaId}":                             "formula",
	"/integrations/{id}/formulas/instances/{formulaInstanceId}":           "formula",
	"/element-products/{id}":                                              "product",
	"/applications/{id}":                                                  "application",
	"/users/{id}/api-keys/{keyId}":                                        "apiKey",
	"/organizations/users/{user}":                                         "user",
	"/accounts/{id}":                                                      "account",
	"/accounts/{id}/users/{user}":                                         "user",
	"/accounts/{id}/roles/{roleKey}":                                      "roleKey",
	"/accounts/identity-providers/{id}":                                   "accountProvider",
	"/organizations/identity-providers/{id}":                              "organizationProvider",
	"/customers/identity-providers/{id}":                                  "customerProvider",
	"/authentication/saml/{idpId}":                                        "organizationProvider",
	"/organizations/{id}":                                                 "organization",
	"/organizations/{id}/accounts/{accountId}":                            "account",
	"/organizations/roles/{roleId}":                                       "role",
	"/customers/organizations/{id}":                                       "organization",
	"/mails/{id}":                                                         "mail",
	"/elements/{keyOrId}":                                                 "connector",
	"/elements/{keyOrId}/operations/{operationId}":                        "operation",
	"/elements/{keyOrId}/objects/{objectId}":                              "object",
	"/elements/{keyOrId}/objects/{objectId}/fields/{fieldId}":             "field",
	"/elements/{keyOrId}/accounts/{accountId}":                            "account",
	"/elements/{keyOrId}/authentication-types/{type}":                     "type",
	"/elements/oauthProxies/{id}":                                         "proxy",
	"/elements/{keyOrId}/configuration/{configurationKey}":                "entry",
	"/elements/{keyOrId}/parameters/{parameterId}":                        "parameter",
	"/elements/{keyOrId}/hooks/{hookId}":                                  "hook",
	"/elements/{keyOrId}/resources/{resourceId}":                          "resource",
	"/elements/{keyOrId}/resources/{resourceId}/parameters/{parameterId}": "resourceParameter",
	"/elements/{keyOrId}/resources/{resourceId}/hooks/{hookId}":           "resourceHook",
	"/elements/{keyOrId}/models/{modelId}":                                "model",
	"/elements/{keyOrId}/instances/{id}":                                  "instance",
	"/elements/{keyOrId}/trace/{traceId}":                                 "trace",
	"/hubs/{hub}":                                                         "hub",
	"/docs/{hub}":                                                         "connectorHub",
	"/models/{name}":                                                      "name",
	"/instances/connect-links/{linkId}":                                   "link",
	"/instances/configuration/{configId}":                                 "configuration",
	"/instances/docs/{operationId}":                                       "operation",
	"/instances/{id}":                                                     "instance",
	"/instances/{id}/docs/{operationId}":                                  "operation",
	"/instances/{id}/configuration/{configId}":                            "configuration",
	"/usage/{id}": "usage",
}

// nowhere are values of variables that nothing has, where a number above all ids will not do.
var nowhere = map[string]string{
	"connector": "no-such-element", "hub": "no-such-hub", "roleKey": "no-such-role", "entry": "no.such.entry", "operation": "noSuchOperation", "name": "nothing", "type": "none",
	"usage": "ffffffffffffffffffffffff", "trace": "ffffffffffffffffffffffff",
}

// place is an account with one of everything in it, recognizable by its label.
type place struct {
	label                 string
	organization, account int64
	secret                string // of the organization
	maker                 *store.User
	values                map[string]string // by what variables stand for
	token                 string            // of the instance
	connectorID           int64
	world                 *matrixWorld
}

// resident is a user of a role in the default account or in another one of the home organization.
type resident struct {
	role                                           string
	home                                           *place
	user                                           *store.User
	bearer                                         string
	may                                            map[string]bool
	organizationAdmin, customerAdmin, wholeAccount bool
	own                                            map[string]string // an instance that this one made
	token                                          string
}

// matrixWorld is a customer with an organization of three accounts, and another customer with one of its own.
type matrixWorld struct {
	*house
	main, branch, sibling, other *place
	residents                    []*resident
	serial                       atomic.Int64
	instances                    sync.Mutex // making them one after the other keeps SQLite from waiting
}

func (w *matrixWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func matrix(t *testing.T) *matrixWorld {
	t.Helper()
	w := &matrixWorld{house: build(t)}
	customers := [2]int64{w.customer("zz-home"), w.customer("zz-away")}
	home, away := w.newOrganization("zz-home", customers[0]), w.newOrganization("zz-away", customers[1])
	w.main, w.branch = w.settle(home, "zzmain", true), w.settle(home, "zzbranch", false)
	w.sibling, w.other = w.settle(home, "zzsibling", false), w.settle(away, "zzother", true)
	for role, at := range map[string]*place{
		access.RoleOrganizationAdmin: w.main, access.RoleOrganizationUser: w.main, access.RoleCustomerAdmin: w.main, access.RoleSystemAdmin: w.main,
		access.RoleAccountAdmin: w.branch, access.RoleDefaultUser: w.branch, "": w.branch,
	} {
		w.residents = append(w.residents, w.resident(role, at))
	}
	return w
}

func (w *matrixWorld) customer(name string) int64 {
	c := &store.Customer{Name: name, Active: true}
	w.must(w.server.DB.CreateCustomer(w.t.Context(), c))
	return c.ID
}

func (w *matrixWorld) newOrganization(name string, customerID int64) *store.Organization {
	o := &store.Organization{Name: name, ExternalID: name, Secret: access.NewOrganizationSecret(), Active: true, CustomerID: customerID}
	w.must(w.server.DB.CreateOrganization(w.t.Context(), o))
	return o
}

// user makes one without a password: hashing takes longer than everything else here.
func (w *matrixWorld) newUser(p *place, roles ...string) *store.User {
	u := &store.User{AccountID: p.account, FirstName: p.label, LastName: "Nobody", Secret: access.NewSecret(), Active: true, Roles: roles}
	u.Email = fmt.Sprintf("%s-%d@example.org", p.label, w.serial.Add(1))
	w.must(w.server.DB.CreateUser(w.t.Context(), u))
	return u
}

func (w *matrixWorld) resident(role string, at *place) *resident {
	r := &resident{role: role, home: at, may: map[string]bool{}, organizationAdmin: role == access.RoleOrganizationAdmin, customerAdmin: role == access.RoleCustomerAdmin}
	r.wholeAccount = at.label == "zzmain" || role == access.RoleAccountAdmin
	roles := []string{role}
	if role == "" {
		r.role, roles = "without a role", nil
	}
	r.user = w.newUser(at, roles...)
	for _, known := range access.DefaultRoles() {
		for _, p := range known.Privileges {
			if known.Key == role {
				r.may[p.Key] = true
			}
		}
	}
	_, session, err := w.server.Access.OpenSession(w.t.Context(), r.user.ID, store.SessionAPI)
	w.must(err)
	r.bearer = session.Token
	r.own, r.token = w.instanceOf(at, r.user)
	return r
}

// instanceOf makes an instance of the place's connector for a user.
func (w *matrixWorld) instanceOf(p *place, u *store.User) (values map[string]string, token string) {
	w.instances.Lock()
	defer w.instances.Unlock()
	i := &store.Instance{UserID: u.ID, ConnectorID: p.connectorID, ConnectorKey: p.values["connector"], Name: p.label + " instance", Tags: []string{p.label}, Token: access.NewSecret(), Valid: true,
		AuthenticationType: "custom", ExternalAuthentication: "none", Configuration: []store.ConfigurationValue{
			{Key: "zz.entry", Value: p.label, Set: true}, {Key: "base.url"}, {Key: "filter.response.nulls"}, {Key: "event.notification.enabled"}, // complete: reading adds what is missing
		}}
	w.must(w.server.DB.For(p.account).CreateInstance(w.t.Context(), i))
	return map[string]string{"instance": strconv.FormatInt(i.ID, 10), "configuration": strconv.FormatInt(i.Configuration[0].ID, 10)}, i.Token
}

// make asks as the one who makes everything in a place.
func (p *place) make(method, path, body string) *answer {
	p.world.t.Helper()
	maker := *p.world.house
	maker.user, maker.organization = p.maker.Secret, p.secret
	return maker.do(request{method: method, path: path, body: body})
}

// settle makes an account with one of everything.
func (w *matrixWorld) settle(o *store.Organization, label string, first bool) *place {
	w.t.Helper()
	ctx, db := w.t.Context(), w.server.DB
	a := &store.Account{OrganizationID: o.ID, Name: label, Description: label, ExternalID: label, Default: first, Active: true}
	w.must(db.CreateAccount(ctx, a))
	key := fmt.Sprintf("key%d", w.serial.Add(1)) // paths that are asked for do not hold the label: what shows it, shows the place
	p := &place{label: label, organization: o.ID, account: a.ID, secret: o.Secret, world: w}
	p.maker = w.newUser(p, access.RoleOrganizationAdmin, access.RoleCustomerAdmin)
	id := func(a *answer) string { return idOf(w.t, a) }
	p.values = map[string]string{
		"organization": strconv.FormatInt(o.ID, 10), "account": strconv.FormatInt(a.ID, 10), "roleKey": access.RoleDefaultUser, "type": "custom", "name": "zzname",
		"operation": "zzlist", "entry": "zz.entry", "connector": key + "connector",
		"user": strconv.FormatInt(w.newUser(p).ID, 10),
	}
	made := p.make("POST", "/elements", `{"name":"`+label+` connector","key":"`+key+`connector","hub":"`+key+`hub","authentication":{"type":"custom"},
		"configuration":[{"key":"base.url","name":"URL","type":"TEXTFIELD_1000","defaultValue":"https://provider.invalid"},{"key":"zz.entry","name":"Entry","type":"TEXTFIELD_256"}],
		"parameters":[{"name":"zz","vendorName":"zz","type":"query","vendorType":"query"}],
		"resources":[{"path":"/hubs/crm/zzlist","method":"GET","vendorPath":"/zz","vendorMethod":"GET","type":"api","operationId":"zzlist","description":"`+label+`"}]}`).want(200)
	var e element
	made.into(&e)
	p.connectorID = e.ID
	at := "/elements/" + p.values["connector"]
	var resources []struct{ ID int64 }
	p.make("GET", at+"/resources", "").want(200).into(&resources)
	p.values["resource"] = strconv.FormatInt(resources[0].ID, 10)
	resource := at + "/resources/" + p.values["resource"]
	const parameter = `{"name":"q","vendorName":"q","type":"query","vendorType":"query"}`
	p.values["parameter"] = id(p.make("POST", at+"/parameters", parameter))
	p.values["resourceParameter"] = id(p.make("POST", resource+"/parameters", parameter))
	p.values["hook"] = id(p.make("POST", at+"/hooks", `{"type":"preRequest","body":"done()","mimeType":"application/javascript"}`))
	p.values["resourceHook"] = id(p.make("POST", resource+"/hooks", `{"type":"preRequest","body":"done()","mimeType":"application/javascript"}`))
	p.make("POST", resource+"/models", `{"name":"zzmodel","swagger":{"zzmodel":{"id":"zzmodel","properties":{}}}}`).want(200)
	p.values["model"] = id(p.make("POST", at+"/models", `{"name":"zzsecond","swagger":{"zzsecond":{"id":"zzsecond","properties":{}}}}`))
	p.values["object"] = id(p.make("POST", at+"/objects", `{"name":"zzobject","fields":[{"name":"a","type":"string"}]}`))
	p.values["field"] = id(p.make("POST", at+"/objects/"+p.values["object"]+"/fields", `{"name":"b","type":"string"}`))
	p.make("POST", "/hubs", `{"name":"`+label+` shelf","key":"`+key+`shelf","description":"d"}`).want(200)
	p.values["hub"], p.values["connectorHub"], p.values["connectorNumber"] = key+"shelf", key+"hub", strconv.FormatInt(e.ID, 10)
	p.values["proxy"] = id(p.make("POST", "/elements/oauthProxies", `{"name":"`+label+`"}`))
	p.values["link"] = id(p.make("POST", "/instances/connect-links", `{"element":{"key":"`+key+`connector"},"name":"`+label+`"}`))
	for kind, path := range map[string]string{"accountProvider": "/accounts", "organizationProvider": "/organizations", "customerProvider": "/customers"} {
		saml := samlFields(signingCertificate(w.t), map[string]any{"entityId": "https://" + label + "-" + kind + ".example.org/", "description": label})
		p.values[kind] = id(p.make("POST", path+"/identity-providers", saml))
	}
	for n := range 5 { // an organization counts its roles for itself: the last one of the other has an id that none has here
		if n == 0 || label == "zzother" {
			p.values["role"] = id(p.make("POST", "/organizations/roles", fmt.Sprintf(`{"name":"%s role %d","description":"%s","privileges":[{"key":"viewElements"}]}`, label, n, label)))
		}
	}
	mail := &store.Mail{OrganizationID: o.ID, To: label + "@example.org", Subject: label, Text: label, Status: "sent", CreatedAt: time.Now(), SentAt: time.Now()}
	w.must(db.CreateMail(ctx, mail))
	p.values["mail"] = strconv.FormatInt(mail.ID, 10)
	more, token := w.instanceOf(p, p.maker)
	for kind, value := range more {
		p.values[kind] = value
	}
	p.token = token
	instance, err := strconv.ParseInt(p.values["instance"], 10, 64)
	w.must(err)
	hex := fmt.Sprintf("%024x", w.serial.Add(1)+1<<40)
	p.values["usage"], p.values["trace"] = hex, hex
	w.must(db.InsertUsage(ctx, []store.UsageRecord{{RequestID: hex, At: time.Now(), Status: 200, Method: "GET", URI: "/" + label, API: "GET /" + label, IP: "127.0.0.1", OrganizationID: o.ID,
		OrganizationName: o.Name, AccountID: a.ID, UserID: p.maker.ID, InstanceID: instance, InstanceName: label, ConnectorKey: p.values["connector"], Hub: "crm"}}))
	w.must(db.InsertTrace(ctx, &store.Trace{TraceID: hex, RequestID: hex, At: time.Now(), OrganizationID: o.ID, AccountID: a.ID, InstanceID: instance, ConnectorID: p.connectorID,
		ConnectorKey: p.values["connector"], Document: []byte(`{"label":"` + label + `"}`)}))
	w.furnish(p)
	return p
}

// furnish makes what rooms of their own keep for a place.
func (w *matrixWorld) furnish(p *place) {
	w.t.Helper()
	for kind, of := range map[string]struct{ path, body string }{
		"apiKey":      {"/users/" + p.values["user"] + "/api-keys", `{"name":"` + p.label + `"}`},
		"integration": {"/integrations", `{"name":"` + p.label + `"}`},
		"application": {"/applications", `{"name":"` + p.label + `"}`},
		"product":     {"/element-products", `{"elementId":1,"productRefId":"` + p.label + `","provider":"` + p.label + `","type":"x"}`},
	} {
		if kind == "apiKey" || w.served("POST "+of.path) {
			p.values[kind] = idOf(w.t, p.make("POST", of.path, of.body))
		}
	}
	p.values["formula"] = "1" // there are none
}

func (w *matrixWorld) served(name string) bool {
	return slices.ContainsFunc(api.Routes(), func(r api.Route) bool { return r.Method+" "+r.Pattern == name })
}

// rows are the contents of the tables of the main database, as text, table by table. Those that every call may write are left out.
func (w *matrixWorld) rows(where func(columns []string) (condition string)) map[string]string {
	w.t.Helper()
	names := w.column(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'river_%' AND name NOT IN
		('jackfield_migrations', 'sessions', 'secret_uses', 'audit_log', 'login_failures', 'sign_on_used')`)
	all := map[string]string{}
	for _, name := range names {
		columns := w.column("SELECT name FROM pragma_table_info('" + name + "')")
		condition := where(columns)
		if condition == "" {
			continue
		}
		all[name] = w.contents("SELECT * FROM "+name+" WHERE "+condition+" ORDER BY "+strings.Join(columns, ", "), columns)
	}
	return all
}

// contents is what a question answers, as text. When somebody last logged in is left out.
func (w *matrixWorld) contents(question string, columns []string) string {
	w.t.Helper()
	rows, err := w.server.DB.Writer().QueryContext(w.t.Context(), question)
	w.must(err)
	defer rows.Close()
	var text strings.Builder
	for rows.Next() {
		cells, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		w.must(rows.Scan(into...))
		for i, cell := range cells {
			if columns[i] == "last_login_at" {
				cell = 0
			}
			fmt.Fprintf(&text, "%s=%v ", columns[i], cell)
		}
		text.WriteByte('\n')
	}
	w.must(rows.Err())
	return text.String()
}

func (w *matrixWorld) column(question string) (all []string) {
	w.t.Helper()
	rows, err := w.server.DB.Writer().QueryContext(w.t.Context(), question)
	w.must(err)
	defer rows.Close()
	for rows.Next() {
		var text string
		w.must(rows.Scan(&text))
		all = append(all, text)
	}
	w.must(rows.Err())
	return all
}

func allRows([]string) string { return "1 = 1" }

// of are the rows of a place: those that name its account, its users or its instances, and for a whole organization those that name it.
func (p *place) rows(whole bool) map[string]string {
	return p.world.rows(func(columns []string) string {
		var terms []string
		for _, column := range columns {
			switch column {
			case "account_id":
				terms = append(terms, fmt.Sprintf("account_id = %d", p.account))
			case "organization_id":
				if whole {
					terms = append(terms, fmt.Sprintf("organization_id = %d", p.organization))
				}
			case "user_id":
				terms = append(terms, fmt.Sprintf("user_id IN (SELECT id FROM users WHERE account_id = %d)", p.account))
			case "instance_id":
				terms = append(terms, fmt.Sprintf("instance_id IN (SELECT id FROM instances WHERE account_id = %d)", p.account))
			}
		}
		return strings.Join(terms, " OR ")
	})
}

// wantSame complains about tables that are not as they were.
func wantSame(t *testing.T, what string, before, after map[string]string) {
	t.Helper()
	for name, text := range before {
		if after[name] == text {
			continue
		}
		was, is := strings.Split(text, "\n"), strings.Split(after[name], "\n")
		gone := slices.DeleteFunc(slices.Clone(was), func(row string) bool { return slices.Contains(is, row) })
		came := slices.DeleteFunc(is, func(row string) bool { return slices.Contains(was, row) })
		t.Errorf("%s: the rows of %s have changed: these were\n%s\nand these are\n%s", what, name, strings.Join(gone, "\n"), strings.Join(came, "\n"))
	}
}

// bodyOf is what a row that takes a body is sent: an object unless bodies has better.
func bodyOf(method, pattern string) string {
	if body, ok := bodies[method+" "+pattern]; ok {
		return body
	}
	if method == http.MethodGet || method == http.MethodDelete {
		return ""
	}
	return "{}"
}

// bodies are for rows that look at the body before they look for the thing.
var bodies = map[string]string{
	"POST /elements/{keyOrId}/clone": `{"key":"zzclone"}`,
}

// queries are for rows that look at them before they look for the thing.
var queries = map[string]string{
	"POST /elements/oauthProxies/{id}/applicationUrl":   "?applicationUrl=https://app.example.org/back",
	"DELETE /elements/oauthProxies/{id}/applicationUrl": "?applicationUrl=https://app.example.org/back",
}
