package instance_test

import (
	"strings"
	"testing"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"

	"github.com/google/go-cmp/cmp"
)

func TestWhoSeesChangesAndUsesWhat(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		people := map[string]*access.Principal{"root": h.root, "org": h.org, "chief": h.chief, "user": h.user, "second": h.second, "stranger": h.stranger}
		for owner, sees := range map[string]struct{ read, change, use, list string }{
			"root":     {"root org", "root org", "root org", "root org"},
			"org":      {"root org", "root org", "root org", "root org"},
			"chief":    {"root chief", "root chief", "root chief user second", "chief"},
			"user":     {"root chief user", "root chief user", "root chief user second", "chief user"},
			"stranger": {"stranger", "stranger", "stranger", "stranger"},
		} {
			made := h.create(t, people[owner], body("of-"+owner))
			for name, p := range people {
				_, err := h.service.Find(t.Context(), p, made.ID)
				expect(t, owner, name, "reads", err, sees.read, fault.NotFound)
				_, err = h.service.FindForChange(t.Context(), p, made.ID)
				kind := fault.Forbidden
				if p.Organization.ID != people[owner].Organization.ID {
					kind = fault.NotFound
				}
				expect(t, owner, name, "changes", err, sees.change, kind)

				found, err := h.service.ByToken(t.Context(), made.Token)
				if err != nil {
					t.Fatal(err)
				}
				kind = fault.Forbidden
				if p.Organization.ID != people[owner].Organization.ID {
					kind = fault.Unauthenticated
				}
				expect(t, owner, name, "uses", instance.MayUse(p, found), sees.use, kind)

				_, _, err = h.service.List(t.Context(), p, instance.Query{SearchText: "OF-" + owner})
				expect(t, owner, name, "lists", err, sees.list, fault.NotFound)
			}
		}
	})
}

func expect(t *testing.T, owner, name, verb string, err error, allowed string, refusal fault.Kind) {
	t.Helper()
	for _, who := range strings.Fields(allowed) {
		if who == name {
			if err != nil {
				t.Errorf("%s %s what %s made: %v", name, verb, owner, err)
			}
			return
		}
	}
	if !fault.Is(err, refusal) {
		t.Errorf("%s %s what %s made: got %v, want kind %d", name, verb, owner, err, refusal)
	}
}

func TestAnUnknownIDIsNotFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		for _, id := range []int64{-1, 0, 1, 999999999999, 1<<63 - 1} {
			if _, err := h.service.Find(t.Context(), h.root, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("Find(%d): %v", id, err)
			}
			if _, err := h.service.FindForChange(t.Context(), h.root, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("FindForChange(%d): %v", id, err)
			}
		}
	})
}

func TestListsFilterAndPage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		if _, _, err := h.service.List(t.Context(), h.root, instance.Query{}); !fault.Is(err, fault.NotFound) || fault.As(err).Message != "No instances found" {
			t.Errorf("an empty list: %v", err)
		}
		count, err := h.service.Count(t.Context(), h.root)
		if err != nil || count.Total != 0 || count.ByConnector == nil {
			t.Errorf("count of nothing: %+v %v", count, err)
		}
		h.create(t, h.root, body("Alpha one", `"tags":["x","y"]`))
		h.create(t, h.org, body("beta two", `"tags":["y"]`))
		h.create(t, h.root, body("alpha 100%", `"tags":["z_"]`))
		for name, test := range map[string]struct {
			query instance.Query
			want  []string
		}{
			"all":              {instance.Query{}, []string{"Alpha one", "beta two", "alpha 100%"}},
			"a tag":            {instance.Query{Tags: []string{"y"}}, []string{"Alpha one", "beta two"}},
			"all of the tags":  {instance.Query{Tags: []string{"y", "x"}}, []string{"Alpha one"}},
			"a tag in part":    {instance.Query{Tags: []string{"z"}}, nil},
			"text in any case": {instance.Query{SearchText: "ALPHA"}, []string{"Alpha one", "alpha 100%"}},
			"text is no mask":  {instance.Query{SearchText: "%"}, []string{"alpha 100%"}},
			"tag and text":     {instance.Query{SearchText: "a", Tags: []string{"y"}}, []string{"Alpha one", "beta two"}},
			"connector":        {instance.Query{ConnectorID: 70}, []string{"Alpha one", "beta two", "alpha 100%"}},
			"other connector":  {instance.Query{ConnectorID: 71}, nil},
		} {
			if diff := cmp.Diff(test.want, h.names(t, test.query)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		var walked []string
		query := instance.Query{PageSize: 1}
		for pages := 0; ; pages++ {
			page, next, err := h.service.List(t.Context(), h.root, query)
			if err != nil || len(page) != 1 {
				t.Fatalf("page %d: %d rows, %v", pages, len(page), err)
			}
			walked = append(walked, page[0].Name)
			if next == "" {
				break
			}
			query.NextPage = next
		}
		if diff := cmp.Diff([]string{"Alpha one", "beta two", "alpha 100%"}, walked); diff != "" {
			t.Error(diff)
		}
		for _, token := range []string{"x", "e30=", "bnVsbA==", "eyJhZnRlciI6LTF9"} {
			if _, _, err := h.service.List(t.Context(), h.root, instance.Query{NextPage: token}); !fault.Is(err, fault.Invalid) {
				t.Errorf("token %q: %v", token, err)
			}
		}
		count, err = h.service.Count(t.Context(), h.root)
		if err != nil || count.Total != 3 || count.ByConnector["sample"] != 3 {
			t.Errorf("count: %+v %v", count, err)
		}
	})
}

func (h *house) names(t *testing.T, q instance.Query) []string {
	t.Helper()
	page, _, err := h.service.List(t.Context(), h.root, q)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, i := range page {
		names = append(names, i.Name)
		if i.Wire().User.Email == "" {
			t.Errorf("%s has no user", i.Name)
		}
	}
	return names
}

func TestATokenIsFoundWithoutTheDatabaseUntilSomethingChanges(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		made := h.create(t, h.root, body("one"))
		find := func() *instance.Instance {
			t.Helper()
			found, err := h.service.ByToken(ctx, made.Token)
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		// On PostgreSQL the server's own notification comes back at any moment and drops the entry once more.
		local := db.Driver() == "sqlite"
		if first := find(); find() != first && local {
			t.Error("the second look-up was not answered from the cache")
		}
		if err := h.service.SetEnabled(ctx, made, false); err != nil {
			t.Fatal(err)
		}
		if !find().Disabled {
			t.Error("disabling was not seen")
		}
		if err := h.service.SetEnabled(ctx, made, true); err != nil {
			t.Fatal(err)
		}
		if find().Disabled {
			t.Error("enabling was not seen")
		}
		if _, err := h.change(t, made, "PATCH", `{"configuration":{"filter.response.nulls":false}}`); err != nil {
			t.Fatal(err)
		}
		if got := find().Effective["filter.response.nulls"]; got != "false" {
			t.Errorf("the change was not seen: %q", got)
		}
		def := sample()
		def.Configuration[2].DefaultValue = "https://moved.example"
		h.catalog.put(def)
		if got := find(); got.Effective["base.url"] != "https://moved.example" || got.Definition != def {
			t.Errorf("the new default was not seen: %q", got.Effective["base.url"])
		}
		if first := find(); find() != first && local {
			t.Error("the renewed instance was not cached")
		}
		if err := h.service.Delete(ctx, made); err != nil {
			t.Fatal(err)
		}
		if _, err := h.service.ByToken(ctx, made.Token); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a deleted instance: %v", err)
		}
		if _, err := h.service.Find(ctx, h.root, made.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a deleted instance by id: %v", err)
		}
		if err := h.service.Delete(ctx, made); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleting twice: %v", err)
		}
	})
}

func TestAHitOrARefusalReadsNoDatabase(t *testing.T) {
	t.Parallel()
	h := build(t, storetest.SQLite(t))
	made := h.create(t, h.root, body("one"))
	unknown := access.NewSecret()
	if _, err := h.service.ByToken(t.Context(), made.Token); err != nil {
		t.Fatal(err)
	}
	if _, err := h.service.ByToken(t.Context(), unknown); !fault.Is(err, fault.Unauthenticated) {
		t.Fatal(err)
	}
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := h.service.ByToken(t.Context(), made.Token); err != nil {
		t.Errorf("a hit read the database: %v", err)
	}
	if _, err := h.service.ByToken(t.Context(), unknown); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a remembered refusal read the database: %v", err)
	}
	if _, err := h.service.ByToken(t.Context(), ""); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("no token: %v", err)
	}
	if _, err := h.service.ByToken(t.Context(), access.NewSecret()); err == nil || fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a broken database looked like an unknown token: %v", err)
	}
}

func TestConfigurationRowsAreReadAndChangedByTheirID(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		made := h.create(t, h.root, `{"name":"one","configuration":{"username":"u","password":"p","undeclared":"x"}}`)
		rows, err := h.service.ConfigurationRows(ctx, made)
		if err != nil {
			t.Fatal(err)
		}
		byKey := map[string]instance.ConfigurationRow{}
		for _, row := range rows {
			byKey[row.Key] = row
		}
		if len(rows) != 6 || len(byKey) != 6 {
			t.Errorf("%d rows, %d keys", len(rows), len(byKey))
		}
		want := instance.ConfigurationRow{ID: byKey["username"].ID, Key: "username", Name: "API Key", Description: "Key of the user",
			PropertyValue: "u", Type: "TEXTFIELD_32", Required: true, Active: true}
		if diff := cmp.Diff(want, byKey["username"]); diff != "" {
			t.Error(diff)
		}
		for key, value := range map[string]string{"password": "********", "base.url": "https://provider.example",
			instance.KeyFilterNulls: "true", instance.KeyEventsEnabled: "false", "event.notification.callback.url": ""} {
			if byKey[key].PropertyValue != value {
				t.Errorf("%s = %q, want %q", key, byKey[key].PropertyValue, value)
			}
		}
		patch := func(key, body string) (*instance.ConfigurationRow, error) {
			found, err := h.service.Find(ctx, h.root, made.ID)
			if err != nil {
				t.Fatal(err)
			}
			return h.service.PatchConfigurationRow(ctx, found, byKey[key].ID, []byte(body))
		}
		for _, step := range []struct{ key, body, want, inForce string }{
			{instance.KeyFilterNulls, `{"propertyValue":"false","key":"ignored","id":1}`, "false", "false"},
			{instance.KeyFilterNulls, `{"propertyValue":true}`, "true", "true"},
			{instance.KeyFilterNulls, `{"propertyValue":false}`, "false", "false"},
			{instance.KeyFilterNulls, `{"propertyValue":null}`, "true", "true"},
			{"password", `{"propertyValue":"********"}`, "********", "p"},
			{"password", `{"propertyValue":"q"}`, "********", "q"},
			{"base.url", `{"propertyValue":"https://other.example"}`, "https://other.example", "https://other.example"},
			{"base.url", `{"propertyValue":""}`, "https://provider.example", "https://provider.example"},
		} {
			row, err := patch(step.key, step.body)
			if err != nil {
				t.Fatalf("%s %s: %v", step.key, step.body, err)
			}
			if row.PropertyValue != step.want || row.ID != byKey[step.key].ID {
				t.Errorf("%s %s answered %+v", step.key, step.body, row)
			}
			found, err := h.service.ByToken(ctx, made.Token)
			if err != nil || found.Effective[step.key] != step.inForce {
				t.Errorf("%s %s: in force %q, %v", step.key, step.body, found.Effective[step.key], err)
			}
		}
		for name, test := range map[string]struct {
			key, body string
			kind      fault.Kind
			want      string
		}{
			"no value":      {"username", `{}`, fault.Invalid, "propertyValue is required"},
			"not an object": {"username", `[]`, fault.Invalid, "must be a JSON object"},
			"null":          {"username", `null`, fault.Invalid, "must be a JSON object"},
			"malformed":     {"username", `{`, fault.Invalid, "not valid JSON"},
			"required":      {"username", `{"propertyValue":null}`, fault.Invalid, "username (API Key)"},
			"unknown row":   {"unknown", `{"propertyValue":"x"}`, fault.NotFound, "No configuration found"},
		} {
			if _, err := patch(test.key, test.body); !fault.Is(err, test.kind) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: got %v, want %q", name, err, test.want)
			}
		}
		if got, err := h.service.ConfigurationRow(ctx, made, byKey["password"].ID); err != nil || got.PropertyValue != "********" {
			t.Errorf("one row: %+v %v", got, err)
		}
	})
}

func TestEntriesThatAConnectorGotLaterGetRows(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		made := h.create(t, h.root, body("one"))
		def := sample()
		def.Configuration = append(def.Configuration, def.Configuration[2])
		def.Configuration[4].Key, def.Configuration[4].DefaultValue = "added.later", "now"
		h.catalog.put(def)
		found, err := h.service.ByToken(t.Context(), made.Token)
		if err != nil || found.Effective["added.later"] != "now" {
			t.Fatalf("in force %q, %v", found.Effective["added.later"], err)
		}
		rows, err := h.service.ConfigurationRows(t.Context(), found)
		if err != nil {
			t.Fatal(err)
		}
		last := rows[len(rows)-1]
		if last.Key != "added.later" || last.ID == 0 || last.PropertyValue != "now" {
			t.Errorf("rows %+v", rows)
		}
		again, err := h.service.ConfigurationRows(t.Context(), found)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rows, again); diff != "" {
			t.Errorf("the second list differs: %s", diff)
		}
	})
}

func BenchmarkByTokenHit(b *testing.B) {
	h := build(b, storetest.SQLite(b))
	made := h.create(b, h.root, body("one"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.service.ByToken(b.Context(), made.Token); err != nil {
			b.Fatal(err)
		}
	}
}
