package instance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"jackfield/internal/access"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// catalog stands for the connectors that are known; they can be changed while the test runs.
type catalog struct{ byID sync.Map }

func (c *catalog) put(def *connector.Definition) { c.byID.Store(def.ID, def) }

func (c *catalog) find(_ context.Context, _, id int64) (*connector.Definition, error) {
	def, ok := c.byID.Load(id)
	if !ok {
		return nil, nil
	}
	return def.(*connector.Definition), nil
}

func sample() *connector.Definition {
	return &connector.Definition{
		ID: 70, Key: "sample", Name: "Sample", Hub: "crm", Active: true, ProtocolType: "http", Description: "A sample",
		Logo: "sample", Cloneable: true, Extendable: true,
		Authentication: connector.Authentication{Type: "basic"},
		Resources:      []connector.Resource{{ID: 1, Path: "/hubs/crm/contacts", Method: "GET", VendorPath: "/c", VendorMethod: "GET"}},
		Configuration: []connector.ConfigurationEntry{
			{Key: "username", Name: "API Key", Description: "Key of the user", Type: "TEXTFIELD_32", Required: true, Active: true},
			{Key: "password", Name: "Developer Key", Type: "PASSWORD", Required: true, Active: true},
			{Key: "base.url", Name: "Base URL", Type: "TEXTFIELD_1000", DefaultValue: "https://provider.example", HideFromConsole: true, Active: true},
			{Key: "event.notification.callback.url", Name: "Callback", Type: "TEXTFIELD_1000", Active: true},
		},
	}
}

// house is an organization with two accounts, and another organization.
type house struct {
	db      *store.DB
	service *instance.Service
	catalog *catalog

	root, org           *access.Principal // default account: administrator, user
	chief, user, second *access.Principal // sub-account: administrator, users
	stranger            *access.Principal // administrator of another organization
}

func build(t testing.TB, db *store.DB) *house {
	t.Helper()
	h := &house{db: db, catalog: new(catalog)}
	h.catalog.put(sample())
	h.service = instance.New(instance.Options{DB: db, Definitions: h.catalog.find})
	t.Cleanup(h.service.Close)
	users := access.New(db, access.Options{Vault: storetest.Vault(t)})
	t.Cleanup(users.Close)

	account := func(organization *store.Organization, name string, standard bool) *store.Account {
		a := &store.Account{OrganizationID: organization.ID, Name: name, Default: standard, Active: true}
		if err := db.CreateAccount(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	person := func(a *store.Account, name, role string) *access.Principal {
		u := &store.User{AccountID: a.ID, Email: name + "@example.org", FirstName: name, LastName: "Byron",
			Secret: access.NewSecret(), Roles: []string{role}, Active: true}
		if err := db.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		p, err := users.Authenticate(t.Context(), access.Credentials{User: u.Secret})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	organization := func(name string) *store.Organization {
		o := &store.Organization{Name: name, Secret: access.NewOrganizationSecret(), Active: true}
		if err := db.CreateOrganization(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	organization("System") // the first user cannot authenticate
	acme, other := organization("Acme"), organization("Other")
	head, branch := account(acme, "Acme", true), account(acme, "Branch", false)
	if err := db.CreateUser(t.Context(), &store.User{AccountID: head.ID, Email: "first@example.org", Secret: access.NewSecret()}); err != nil {
		t.Fatal(err)
	}
	h.root, h.org = person(head, "root", access.RoleOrganizationAdmin), person(head, "org", access.RoleOrganizationUser)
	h.chief, h.user, h.second = person(branch, "chief", access.RoleAccountAdmin), person(branch, "user", access.RoleDefaultUser), person(branch, "second", access.RoleDefaultUser)
	h.stranger = person(account(other, "Other", true), "stranger", access.RoleOrganizationAdmin)
	return h
}

func (h *house) create(t testing.TB, p *access.Principal, body string) *instance.Instance {
	t.Helper()
	made, err := h.tryCreate(t.Context(), p, body)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (h *house) tryCreate(ctx context.Context, p *access.Principal, body string) (*instance.Instance, error) {
	r, err := instance.ParseRequest([]byte(body))
	if err != nil {
		return nil, err
	}
	def, _ := h.catalog.find(ctx, 0, 70)
	draft, err := h.service.Prepare(p, def, r)
	if err != nil {
		return nil, err
	}
	return h.service.Create(ctx, draft)
}

// body is a request with the required configuration and further members.
func body(name string, more ...string) string {
	return `{"name":"` + name + `","configuration":{"username":"u-` + name + `","password":"p-` + name + `"}` + strings.Join(append([]string{""}, more...), ",") + `}`
}

func (h *house) change(t *testing.T, i *instance.Instance, method, body string) (*instance.Instance, error) {
	t.Helper()
	r, err := instance.ParseRequest([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	prepare := h.service.PrepareChange
	if method == "PUT" {
		prepare = h.service.PrepareReplace
	}
	def, _ := h.catalog.find(t.Context(), 0, i.ConnectorID)
	draft, err := prepare(i, def, r)
	if err != nil {
		return nil, err
	}
	return h.service.Save(t.Context(), draft)
}

func TestANewInstanceIsStoredWithARowForEveryEntry(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		made := h.create(t, h.root, body("one", `"tags":["Docs"]`))
		if len(made.Token) != 44 || made.ID <= 0 || made.CreatedAt.IsZero() {
			t.Errorf("token %q, id %d, created %v", made.Token, made.ID, made.CreatedAt)
		}
		found, err := h.service.Find(t.Context(), h.root, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(made.Wire(), found.Wire()); diff != "" {
			t.Errorf("what was answered is not what was stored: %s", diff)
		}
		if len(found.Configuration) != 6 {
			t.Errorf("%d rows, want 4 declared and 2 that every instance has", len(found.Configuration))
		}
		for _, row := range found.Configuration {
			if row.ID == 0 {
				t.Errorf("row %s has no id", row.Key)
			}
		}
		if found.Effective["password"] != "p-one" || found.Effective["base.url"] != "https://provider.example" {
			t.Errorf("in force: %v", found.Effective)
		}
	})
}

func TestInstancesMadeOneAfterAnotherHaveConsecutiveIDs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		first := h.create(t, h.root, body("a"))
		if _, err := h.tryCreate(t.Context(), h.root, `{"name":"refused"}`); err == nil {
			t.Fatal("an incomplete instance was stored")
		}
		second, third := h.create(t, h.root, body("b")), h.create(t, h.user, body("c"))
		if second.ID != first.ID+1 || third.ID != first.ID+2 {
			t.Errorf("ids %d, %d, %d", first.ID, second.ID, third.ID)
		}
	})
}

func TestTheWireShapeIsThatOfTheOriginal(t *testing.T) {
	t.Parallel()
	h := build(t, storetest.SQLite(t))
	made := h.create(t, h.root, body("one", `"providerData":{"code":{"a":"b"}}`))
	for name, test := range map[string]struct {
		value any
		want  []string
	}{
		"full": {made.FullWire(), strings.Fields(`id name createdDate token elementId tags valid disabled maxCacheSize cacheTimeToLive configuration
			authenticationType eventsEnabled cachingEnabled traceLoggingEnabled organizationId accountId externalAuthentication userId element user`)},
		"element of full": {made.FullWire().Element, strings.Fields(`id name key description image logo active deleted typeOauth trialAccount resources objects
			transformationsEnabled bulkDownloadEnabled bulkUploadEnabled cloneable extendable beta authentication extended
			useModelsForMetadata hub protocolType parameters private`)},
		"element": {made.Wire().Element, strings.Fields(`id name key description image logo active deleted typeOauth trialAccount
			transformationsEnabled bulkDownloadEnabled bulkUploadEnabled cloneable extendable beta authentication extended
			useModelsForMetadata hub protocolType private`)},
		"brief": {made.BriefWire(), strings.Fields("id name token tags valid disabled element user")},
		"user":  {made.Wire().User, strings.Fields("id emailAddress firstName lastName")},
	} {
		text, err := json.Marshal(test.value)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, keys(t, text)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if strings.Contains(string(text), "p-one") || strings.Contains(string(text), ":null") {
			t.Errorf("%s shows the password or null: %s", name, text)
		}
	}
	w := made.FullWire()
	want := map[string]string{"username": "u-one", "password": "********", "base.url": "https://provider.example",
		"filter.response.nulls": "true", "event.notification.enabled": "false"}
	if diff := cmp.Diff(want, w.Configuration); diff != "" {
		t.Error(diff)
	}
	if len(*w.Element.Resources) != 1 || *w.Element.Objects == nil || *w.Element.Parameters == nil {
		t.Error("the full element lacks its lists")
	}
	if w.AuthenticationType != "basic" || w.ExternalAuthentication != "none" || !w.Valid || w.Disabled || w.UserID != h.root.User.ID ||
		w.AccountID != h.root.Account.ID || w.OrganizationID != h.root.Organization.ID || w.ElementID != 70 {
		t.Errorf("%+v", w)
	}
	if !strings.HasSuffix(w.CreatedDate, "Z") || len(w.CreatedDate) != len("2018-06-01T09:00:00Z") {
		t.Errorf("createdDate %q", w.CreatedDate)
	}
}

// keys lists the members of a JSON object in their order.
func keys(t *testing.T, text []byte) []string {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	var names []string
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

func TestAnAnswerThatIsPutBackChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		made := h.create(t, h.root, `{"name":"one","configuration":{"username":"u","password":"p","tokenUrl":"kept"},"tags":["a","b"]}`)
		text, err := json.Marshal(made.FullWire())
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range []string{"PUT", "PATCH"} {
			changed, err := h.change(t, made, method, string(text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(made.Wire(), changed.Wire()); diff != "" {
				t.Errorf("%s: %s", method, diff)
			}
			if diff := cmp.Diff(made.Configuration, changed.Configuration); diff != "" {
				t.Errorf("%s: %s", method, diff)
			}
			if changed.Effective["tokenUrl"] != "kept" || changed.Effective["password"] != "p" {
				t.Errorf("%s: in force %v", method, changed.Effective)
			}
		}
	})
}

func TestPUTAndPATCHChangeWhatTheyName(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		made := h.create(t, h.root, body("one", `"tags":["a","b"]`))
		for _, step := range []struct {
			method, body, name string
			tags               []string
			username           string
		}{
			{"PATCH", `{"name":"<i>two</i>"}`, "two", []string{"a", "b"}, "u-one"},
			{"PATCH", `{"tags":["c"]}`, "two", []string{"c"}, "u-one"},
			{"PUT", `{"name":"three"}`, "three", []string{"c"}, "u-one"},
			{"PUT", `{"name":"three","tags":["d"],"providerData":{"code":{"big":{}}}}`, "three", []string{"d"}, "u-one"},
			{"PUT", `{"tags":[]}`, "three", []string{}, "u-one"},
			{"PATCH", `{"configuration":{"username":"new"},"id":99}`, "three", []string{}, "new"},
			{"PUT", `{"configuration":{"username":"put","password":"********"}}`, "three", []string{}, "put"},
		} {
			changed, err := h.change(t, made, step.method, step.body)
			if err != nil {
				t.Fatalf("%s %s: %v", step.method, step.body, err)
			}
			w := changed.Wire()
			if w.Name != step.name || !cmp.Equal(w.Tags, step.tags) || w.Configuration["username"] != step.username {
				t.Errorf("%s %s made %q %v %q", step.method, step.body, w.Name, w.Tags, w.Configuration["username"])
			}
			if w.Token != made.Token || w.ID != made.ID || changed.Effective["password"] != "p-one" {
				t.Errorf("%s %s changed token, id or password", step.method, step.body)
			}
			made = changed
		}
		for name, test := range map[string]struct{ method, body, want string }{
			"no password":   {"PUT", `{"configuration":{"username":"x"}}`, "password (Developer Key)"},
			"null username": {"PATCH", `{"configuration":{"username":null}}`, "username (API Key)"},
			"empty name":    {"PATCH", `{"name":" "}`, "name is required"},
			"null name":     {"PUT", `{"name":null}`, "name is required"},
		} {
			if _, err := h.change(t, made, test.method, test.body); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: got %v, want %q", name, err, test.want)
			}
		}
		found, err := h.service.Find(t.Context(), h.root, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(made.Wire(), found.Wire()); diff != "" {
			t.Errorf("a refused change was stored: %s", diff)
		}
	})
}

func TestChangesOfDifferentKeysAtTheSameTimeAllStay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		made := h.create(t, h.root, body("one"))
		const n = 8
		var all sync.WaitGroup
		for k := range n {
			all.Go(func() {
				if _, err := h.service.Remember(t.Context(), made, map[string]string{fmt.Sprintf("key%d", k): "v"}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		found, err := h.service.Find(t.Context(), h.root, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		for k := range n {
			if found.Effective[fmt.Sprintf("key%d", k)] != "v" {
				t.Errorf("key%d was undone", k)
			}
		}
	})
}

func TestAnInstanceCanSwitchToACloneOfItsConnector(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		made := h.create(t, h.root, body("one"))
		clone := sample()
		clone.ID, clone.Key = 71, "sample-clone"
		h.catalog.put(clone)
		r, err := instance.ParseRequest([]byte(`{"element":{"id":71}}`))
		if err != nil {
			t.Fatal(err)
		}
		draft, err := h.service.PrepareChange(made, clone, r)
		if err != nil {
			t.Fatal(err)
		}
		if !draft.CredentialsGiven || !draft.CredentialsChanged {
			t.Error("another connector does not count as changed credentials")
		}
		if _, err := h.service.Save(t.Context(), draft); err != nil {
			t.Fatal(err)
		}
		found, err := h.service.ByToken(t.Context(), made.Token)
		if err != nil {
			t.Fatal(err)
		}
		if w := found.Wire(); w.ElementID != 71 || w.Element.ID != 71 || w.Element.Key != "sample-clone" || found.ConnectorKey != "sample-clone" {
			t.Errorf("%+v", w.Element)
		}
	})
}
