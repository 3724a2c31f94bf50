package portfolio_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/portfolio"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

// house is an organization with two accounts, and another organization.
type house struct {
	service        *portfolio.Service
	root, clerk    *access.Principal // default account: administrator of the organization, user
	worker         *access.Principal // another account's user
	stranger       *access.Principal // administrator of another organization
	formulas, uses map[int64]string  // formulas and formula instances that are there
}

func build(t *testing.T, db *store.DB) *house {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	people := access.New(db, access.Options{Vault: storetest.Vault(t)})
	t.Cleanup(people.Close)
	organization := func(name string) *store.Organization {
		o := &store.Organization{Name: name, Secret: access.NewOrganizationSecret(), Active: true}
		must(db.CreateOrganization(ctx, o))
		return o
	}
	account := func(o *store.Organization, name string, standard bool) *store.Account {
		a := &store.Account{OrganizationID: o.ID, Name: name, Default: standard, Active: true}
		must(db.CreateAccount(ctx, a))
		return a
	}
	person := func(a *store.Account, name, role string) *access.Principal {
		u := &store.User{AccountID: a.ID, Email: name + "@example.org", FirstName: name, LastName: "Byron", Secret: access.NewSecret(), Roles: []string{role}, Active: true}
		must(db.CreateUser(ctx, u))
		p, err := people.ByUser(ctx, u.ID)
		must(err)
		return p
	}
	_, err := people.FirstStart(ctx, access.FirstStart{Email: "first@example.org"})
	must(err)
	acme, other := organization("Acme"), organization("Other")
	head, branch := account(acme, "Acme", true), account(acme, "Branch", false)
	h := &house{
		root: person(head, "root", access.RoleOrganizationAdmin), clerk: person(head, "clerk", access.RoleOrganizationUser),
		worker: person(branch, "worker", access.RoleDefaultUser), stranger: person(account(other, "Other", true), "stranger", access.RoleOrganizationAdmin),
		formulas: map[int64]string{}, uses: map[int64]string{},
	}
	find := func(there map[int64]string, kind string, instances ...any) portfolio.Finder {
		return func(_ context.Context, _ *access.Principal, id int64) (*portfolio.Part, error) {
			name, ok := there[id]
			if !ok {
				return nil, fault.New(fault.NotFound, "No %s found with id %d", kind, id)
			}
			return &portfolio.Part{Wire: map[string]any{"id": id, "name": name}, ElementInstances: instances}, nil
		}
	}
	h.service = portfolio.New(portfolio.Options{DB: db, Formulas: find(h.formulas, "formula"), FormulaInstances: find(h.uses, "formula instance", map[string]int{"id": 77})})
	return h
}

func wantKind(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%s: %v", what, err)
	}
}

func TestAnIntegrationIsItsAccountsAndKeepsItsName(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, ctx := build(t, db), t.Context()
		made, err := h.service.CreateIntegration(ctx, h.worker, []byte(`{"id":99,"name":"Order <b>sync</b>","stage":"dev","unknown":1}`))
		if err != nil || made.Name != "Order sync" || made.Stage != "dev" || made.ID == 99 || made.CreatedDate == "" {
			t.Fatalf("%+v %v", made, err)
		}
		if text, err := json.Marshal(made); err != nil || !strings.Contains(string(text), `"elementInstances":[]`) || !strings.Contains(string(text), `"formulaInstances":[]`) {
			t.Errorf("%s %v", text, err)
		}
		if _, err := h.service.CreateIntegration(ctx, h.worker, []byte(`{"name":"ORDER SYNC"}`)); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "An integration named ORDER SYNC") {
			t.Errorf("%v", err)
		}
		if _, err := h.service.CreateIntegration(ctx, h.root, []byte(`{"name":"Order sync"}`)); err != nil {
			t.Errorf("the name is taken in another account: %v", err)
		}
		for name, body := range map[string]string{
			"no name": `{}`, "null": `{"name":null}`, "no text": `{"name":5}`, "blank": `{"name":" "}`, "only a tag": `{"name":"<p></p>"}`, "long": `{"name":"` + strings.Repeat("x", 256) + `"}`,
			"a list": `[]`, "nothing": ``, "no JSON": `{`, "a wrong stage": `{"name":"x","stage":{}}`, "null alone": `null`,
		} {
			_, err := h.service.CreateIntegration(ctx, h.worker, []byte(body))
			wantKind(t, name, err, fault.Invalid)
		}
		_, err = h.service.CreateIntegration(ctx, h.worker, []byte(`{"name":"x","unknown":"`+strings.Repeat("x", 65<<10)+`"}`))
		wantKind(t, "large", err, fault.TooLarge)

		for name, test := range map[string]struct {
			by   *access.Principal
			sees bool
		}{"its user": {h.worker, true}, "the administrator": {h.root, true}, "another account": {h.clerk, false}, "another organization": {h.stranger, false}} {
			_, err := h.service.Integration(ctx, test.by, made.ID)
			if test.sees && err != nil || !test.sees && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s reads: %v", name, err)
			}
			if test.sees {
				continue
			}
			_, err = h.service.ReplaceIntegration(ctx, test.by, made.ID, []byte(`{"name":"stolen"}`))
			wantKind(t, name+" replaces", err, fault.NotFound)
			wantKind(t, name+" deletes", h.service.DeleteIntegration(ctx, test.by, made.ID), fault.NotFound)
		}
		changed, err := h.service.ReplaceIntegration(ctx, h.root, made.ID, []byte(`{"name":"order sync","description":"d"}`))
		if err != nil || changed.Name != "order sync" || changed.Stage != "" || changed.Description != "d" {
			t.Errorf("%+v %v", changed, err)
		}
		if _, err := h.service.CreateIntegration(ctx, h.worker, []byte(`{"name":"second"}`)); err != nil {
			t.Fatal(err)
		}
		_, err = h.service.ReplaceIntegration(ctx, h.worker, made.ID, []byte(`{"name":"Second"}`))
		wantKind(t, "a taken name", err, fault.Conflict)
		list, err := h.service.Integrations(ctx, h.worker, 0, 10)
		if err != nil || len(list) != 2 || list[0].Name != "order sync" {
			t.Errorf("%+v %v", list, err)
		}
		if err := h.service.DeleteIntegration(ctx, h.worker, made.ID); err != nil {
			t.Error(err)
		}
		for _, id := range []int64{made.ID, -1, 1 << 60} {
			_, err := h.service.Integration(ctx, h.root, id)
			wantKind(t, "gone", err, fault.NotFound)
		}
	})
}

func TestFormulasAreAttachedWhenTheyAreFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, ctx := build(t, db), t.Context()
		made, err := h.service.CreateIntegration(ctx, h.clerk, []byte(`{"name":"one"}`))
		if err != nil {
			t.Fatal(err)
		}
		formula := store.IntegrationPart{IntegrationID: made.ID, Kind: store.PartFormula, ID: 5}
		use := store.IntegrationPart{IntegrationID: made.ID, Kind: store.PartFormulaInstance, ID: 5}
		if _, err := h.service.Attach(ctx, h.clerk, formula); !fault.Is(err, fault.NotFound) || err.Error() != "No formula found with id 5" {
			t.Errorf("%v", err)
		}
		_, err = h.service.Detach(ctx, h.clerk, use)
		wantKind(t, "what is not attached", err, fault.NotFound)
		h.formulas[5], h.uses[5] = "f", "u"
		for _, part := range []store.IntegrationPart{formula, use, formula} { // twice is once
			if _, err := h.service.Attach(ctx, h.clerk, part); err != nil {
				t.Fatal(err)
			}
		}
		for name, by := range map[string]*access.Principal{"another account": h.worker, "another organization": h.stranger} {
			_, err := h.service.Attach(ctx, by, formula)
			wantKind(t, name+" attaches", err, fault.NotFound)
			_, err = h.service.Detach(ctx, by, formula)
			wantKind(t, name+" detaches", err, fault.NotFound)
		}
		found, err := h.service.Integration(ctx, h.root, made.ID)
		if err != nil || len(found.Formulas) != 1 || len(found.FormulaInstances) != 1 || len(found.ElementInstances) != 1 {
			t.Errorf("%+v %v", found, err)
		}
		if found, err = h.service.ReplaceIntegration(ctx, h.clerk, made.ID, []byte(`{"name":"two"}`)); err != nil || len(found.Formulas) != 1 {
			t.Errorf("a new name lost the parts: %+v %v", found, err)
		}
		delete(h.uses, 5) // gone: not shown, and may still be taken off
		if found, err = h.service.Integration(ctx, h.clerk, made.ID); err != nil || len(found.FormulaInstances) != 0 || len(found.ElementInstances) != 0 || len(found.Formulas) != 1 {
			t.Errorf("%+v %v", found, err)
		}
		if _, err := h.service.Detach(ctx, h.clerk, use); err != nil {
			t.Error(err)
		}
		if found, err = h.service.Detach(ctx, h.clerk, formula); err != nil || len(found.Formulas) != 0 {
			t.Errorf("%+v %v", found, err)
		}
	})
}

func TestAProductChangesByWhatIsGiven(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, ctx := build(t, db), t.Context()
		made, err := h.service.CreateProduct(ctx, h.clerk, []byte(`{"elementId":"12","productRefId":"p-1","provider":"Acme","type":"crm"}`))
		if err != nil || *made.ElementID != 12 || string(made.ProductRefID) != `"p-1"` {
			t.Fatalf("%+v %v", made, err)
		}
		if _, err := h.service.CreateProduct(ctx, h.clerk, []byte(`{"provider":"Acme","type":"crm"}`)); err != nil {
			t.Errorf("an equal one: %v", err)
		}
		for name, body := range map[string]string{
			"no provider": `{"type":"crm"}`, "no type": `{"provider":"Acme"}`, "a list as reference": `{"provider":"a","type":"b","productRefId":[1]}`,
			"a wrong element": `{"provider":"a","type":"b","elementId":-1}`, "part of an element": `{"provider":"a","type":"b","elementId":1.5}`, "text as element": `{"provider":"a","type":"b","elementId":"x"}`,
		} {
			_, err := h.service.CreateProduct(ctx, h.clerk, []byte(body))
			wantKind(t, name, err, fault.Invalid)
		}
		changed, err := h.service.ChangeProduct(ctx, h.root, made.ID, []byte(`{"description":"d","elementId":null,"productRefId":7}`))
		if err != nil || changed.Provider != "Acme" || changed.Description != "d" || changed.ElementID != nil || string(changed.ProductRefID) != "7" {
			t.Errorf("%+v %v", changed, err)
		}
		_, err = h.service.ChangeProduct(ctx, h.clerk, made.ID, []byte(`{"provider":null}`))
		wantKind(t, "provider taken away", err, fault.Invalid)
		for name, by := range map[string]*access.Principal{"another account": h.worker, "another organization": h.stranger} {
			_, err := h.service.ChangeProduct(ctx, by, made.ID, []byte(`{"description":"x"}`))
			wantKind(t, name, err, fault.NotFound)
			wantKind(t, name, h.service.DeleteProduct(ctx, by, made.ID), fault.NotFound)
			_, err = h.service.Integration(ctx, h.clerk, made.ID)
			wantKind(t, "a product as an integration", err, fault.NotFound)
		}
		if list, err := h.service.Products(ctx, h.clerk, 0, 10); err != nil || len(list) != 2 || list[0].Description != "d" {
			t.Errorf("%+v %v", list, err)
		}
		if err := h.service.DeleteProduct(ctx, h.clerk, made.ID); err != nil {
			t.Error(err)
		}
	})
}

func TestAnApplicationKeepsWhatItsOwnerGaveIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, ctx := build(t, db), t.Context()
		made, err := h.service.CreateApplication(ctx, h.worker, []byte(`{"id":5,"accountId":1,"name":"Portal","url":"https://example.org","tags":["a"]}`))
		if err != nil || made.ID() == 5 || string(made["tags"]) != `["a"]` || string(made["accountId"]) == "1" {
			t.Fatalf("%s %v", made, err)
		}
		_, err = h.service.CreateApplication(ctx, h.worker, []byte(`{"name":"portal"}`))
		wantKind(t, "a taken name", err, fault.Conflict)
		_, err = h.service.CreateApplication(ctx, h.worker, []byte(`{"url":"x"}`))
		wantKind(t, "no name", err, fault.Invalid)
		changed, err := h.service.ReplaceApplication(ctx, h.root, made.ID(), []byte(`{"name":"Portal","color":"red"}`))
		if err != nil || changed["url"] != nil || string(changed["color"]) != `"red"` || changed.ID() != made.ID() {
			t.Errorf("%s %v", changed, err)
		}
		count := func(p *access.Principal) [2]int {
			mine, err := h.service.Applications(ctx, p, 0, 10)
			all, err2 := h.service.AllApplications(ctx, p, 0, 10)
			if err != nil || err2 != nil {
				t.Error(err, err2)
			}
			return [2]int{len(mine), len(all)}
		}
		for name, test := range map[string]struct {
			by   *access.Principal
			want [2]int
		}{"its account": {h.worker, [2]int{1, 1}}, "the administrator": {h.root, [2]int{0, 1}}, "another account": {h.clerk, [2]int{0, 0}}, "another organization": {h.stranger, [2]int{0, 0}}} {
			if got := count(test.by); got != test.want {
				t.Errorf("%s sees %v", name, got)
			}
		}
		wantKind(t, "another account deletes", h.service.DeleteApplication(ctx, h.clerk, made.ID()), fault.NotFound)
		if err := h.service.DeleteApplication(ctx, h.worker, made.ID()); err != nil {
			t.Error(err)
		}
	})
}

func TestTheOrderOfTheCatalogueIsAUsersOwn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, ctx := build(t, db), t.Context()
		if all, err := h.service.CatalogProperties(ctx, h.root); err != nil || all == nil || len(all) != 0 {
			t.Errorf("%+v %v", all, err)
		}
		if _, err := h.service.SetCatalogProperties(ctx, h.root, []byte(`[{"elementId":7,"position":1,"featured":true},{"elementId":"3","hidden":true,"position":null}]`)); err != nil {
			t.Fatal(err)
		}
		all, err := h.service.CatalogProperties(ctx, h.root)
		if err != nil || len(all) != 2 || all[0].ElementID != 7 || *all[0].Position != 1 || !all[0].Featured || all[1].ElementID != 3 || !all[1].Hidden || all[1].Position != nil {
			t.Errorf("%+v %v", all, err)
		}
		if others, err := h.service.CatalogProperties(ctx, h.clerk); err != nil || len(others) != 0 {
			t.Errorf("%+v %v", others, err)
		}
		for name, body := range map[string]string{
			"an object": `{}`, "null": `null`, "nothing": ``, "no element": `[{}]`, "nobody's": `[{"elementId":-1}]`, "twice": `[{"elementId":1},{"elementId":1}]`, "text": `[{"elementId":1,"hidden":"yes"}]`,
			"too many": "[" + strings.Join(slices.Repeat([]string{`{"elementId":1}`}, 5001), ",") + "]",
		} {
			_, err := h.service.SetCatalogProperties(ctx, h.root, []byte(body))
			wantKind(t, name, err, fault.Invalid)
		}
		if all, err = h.service.CatalogProperties(ctx, h.root); err != nil || len(all) != 2 {
			t.Errorf("what was refused changed something: %+v %v", all, err)
		}
		if all, err = h.service.SetCatalogProperties(ctx, h.root, []byte(`[]`)); err != nil || len(all) != 0 {
			t.Errorf("%+v %v", all, err)
		}
	})
}
