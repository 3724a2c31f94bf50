package tenant_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"jackfield/internal/access"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
	"jackfield/internal/tenant"
)

const password = "Sample-Passw0rd"

// house is an organization with its administrator.
type house struct {
	db      *store.DB
	access  *access.Service
	tenants *tenant.Service
	admin   *access.Principal
}

func build(t *testing.T, db *store.DB) *house {
	t.Helper()
	h := &house{db: db, access: access.New(db, access.Options{Vault: storetest.Vault(t)})}
	t.Cleanup(h.access.Close)
	if _, err := h.access.FirstStart(t.Context(), access.FirstStart{Email: "ada@example.org", Password: password}); err != nil {
		t.Fatal(err)
	}
	none := func(context.Context, int64, int64) (*connector.Definition, error) { return nil, nil }
	instances := instance.New(instance.Options{DB: db, Definitions: none})
	t.Cleanup(instances.Close)
	h.tenants = tenant.New(tenant.Options{DB: db, Access: h.access, Instances: instances, Log: slog.New(slog.DiscardHandler)})
	h.admin = h.principal(t, "ada@example.org")
	return h
}

func (h *house) principal(t *testing.T, email string) *access.Principal {
	t.Helper()
	i, err := h.db.IdentityByEmail(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	return access.AsPrincipal(i)
}

func (h *house) adds(t *testing.T, accountID int64, email string, roles ...string) *store.Identity {
	t.Helper()
	i, err := h.tenants.Admit(t.Context(), h.admin.Organization.ID, accountID, tenant.NewUser{FirstName: "Frank", LastName: "Ricard", Email: email, Roles: roles})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func text(s string) *string { return &s }

func TestPeopleOfAnOrganizationAreKeptOnBothDatabases(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		emea, err := h.tenants.CreateAccount(ctx, h.admin.Organization.ID, tenant.AccountChange{ExternalID: text("emea")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.tenants.CreateAccount(ctx, h.admin.Organization.ID, tenant.AccountChange{ExternalID: text("emea")}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second account with one external id: %v", err)
		}
		made, err := h.tenants.CreateUser(ctx, h.admin, emea.ID, tenant.NewUser{
			FirstName: "Frank", LastName: "Ricard", Email: "Frank@example.org", Password: password, ExternalID: "f-1", Profile: store.Profile{City: "Bath"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if made.User.ExternalID != "f-1" || made.User.Profile.City != "Bath" || !slices.Equal(made.User.Roles, []string{"default-user"}) {
			t.Errorf("%+v", made.User)
		}
		for _, query := range []tenant.UserQuery{{Limit: 10}, {AccountID: emea.ID, Limit: 10}, {AfterID: made.User.ID - 1, Limit: 1}} {
			found, err := h.tenants.Users(ctx, h.admin, query)
			if err != nil || len(found) == 0 || found[len(found)-1].User.ID != made.User.ID || !slices.Equal(found[len(found)-1].User.Roles, made.User.Roles) {
				t.Errorf("%+v: %+v %v", query, found, err)
			}
		}
		off := false
		changed, err := h.tenants.ChangeUser(ctx, h.admin, 0, "frank@EXAMPLE.org", tenant.UserChange{LastName: text("Lee"), Active: &off})
		if err != nil || changed.User.LastName != "Lee" || changed.User.Active || changed.User.Profile.City != "Bath" {
			t.Errorf("%+v %v", changed, err)
		}
		if _, err := h.tenants.ChangeUser(ctx, h.admin, 0, "me", tenant.UserChange{Email: text("frank@example.org")}); !fault.Is(err, fault.Conflict) {
			t.Errorf("an e-mail that is taken: %v", err)
		}
		if _, err := h.tenants.GrantAccountRole(ctx, h.admin, emea.ID, "admin"); err != nil {
			t.Fatal(err)
		}
		if !h.principal(t, "frank@example.org").AccountAdmin() {
			t.Error("a role of the account does not count")
		}
		if err := h.tenants.RevokeAccountRole(ctx, h.admin, emea.ID, "admin"); err != nil {
			t.Fatal(err)
		}
		if settings, err := h.tenants.ChangeSettings(ctx, h.admin, emea.ID, map[string]*string{"a": text("1")}); err != nil || settings["a"] != "1" {
			t.Errorf("%v %v", settings, err)
		}
		if _, err := h.tenants.ChangeAccount(ctx, h.admin, emea.ID, tenant.AccountChange{Active: &off, DiscardInstances: true}); err != nil {
			t.Fatal(err)
		}
		if err := h.tenants.DeleteUser(ctx, h.admin, emea.ID, "frank@example.org"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.tenants.User(ctx, h.admin, 0, "frank@example.org"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a deleted user: %v", err)
		}
		o, a, u, err := h.tenants.SignUp(ctx, h.admin, tenant.Signup{Organization: tenant.NewOrganization{Name: "Second", Details: store.OrganizationDetails{City: "Wells"}},
			User: tenant.NewUser{FirstName: "Eve", LastName: "Adams", Email: "eve@example.net", Password: password}})
		if err != nil || a.OrganizationID != o.ID || u.Account.ID != a.ID || u.Organization.Details.City != "Wells" {
			t.Errorf("%+v %+v %+v %v", o, a, u, err)
		}
		if all, err := h.tenants.Organizations(ctx, h.admin, false, 0, 10); err != nil || len(all) != 2 {
			t.Errorf("%+v %v", all, err)
		}
	})
}

func TestTwoAdministratorsWhoRemoveEachOtherLeaveOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		h.adds(t, h.admin.Account.ID, "second@example.org", access.RoleOrganizationAdmin)
		second := h.principal(t, "second@example.org")
		// The first one is an operator too, whom the second could not touch.
		if err := h.tenants.SetRoles(ctx, h.admin.Organization.ID, h.admin.User.ID, []string{access.RoleOrganizationAdmin}); err != nil {
			t.Fatal(err)
		}
		first := h.principal(t, "ada@example.org")
		var both sync.WaitGroup
		failures := make([]error, 2)
		both.Go(func() {
			failures[0] = h.tenants.RevokeRole(ctx, first, "second@example.org", access.RoleOrganizationAdmin)
		})
		both.Go(func() { failures[1] = h.tenants.DeleteUser(ctx, second, 0, "ada@example.org") })
		both.Wait()
		left, err := db.CountHolders(ctx, h.admin.Organization.ID, access.RoleOrganizationAdmin)
		if err != nil || left != 1 {
			t.Errorf("%d administrators are left: %v", left, err)
		}
		refused := 0
		for _, err := range failures {
			if fault.Is(err, fault.Conflict) {
				refused++
			} else if err != nil {
				t.Error(err)
			}
		}
		if refused != 1 {
			t.Errorf("%d were refused: %v", refused, failures)
		}
	})
}

func TestRolesOfAnOrganizationAreKeptOnBothDatabases(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		keys := []string{access.ViewElements}
		role, err := h.tenants.CreateRole(ctx, h.admin, tenant.RoleChange{Name: text("Team"), Privileges: &keys})
		if err != nil || role.ID != store.FirstOwnRole {
			t.Fatalf("%+v %v", role, err)
		}
		user := h.adds(t, h.admin.Account.ID, "u@example.org", "team")
		p := h.principal(t, "u@example.org")
		if !slices.Equal(p.Privileges(), keys) {
			t.Errorf("%v", p.Privileges())
		}
		none := []string{}
		if err := h.tenants.ChangeRoles(ctx, h.admin, []tenant.RoleChange{{Key: "team", Privileges: &none}, {ID: 12, Privileges: &none}}); err != nil {
			t.Fatal(err)
		}
		if p := h.principal(t, "u@example.org"); len(p.Privileges()) != 0 {
			t.Errorf("%v", p.Privileges())
		}
		if err := h.tenants.ResetRoles(ctx, h.admin); err != nil {
			t.Fatal(err)
		}
		if own, err := db.OwnRoles(ctx, h.admin.Organization.ID); err != nil || len(own) != 1 {
			t.Errorf("%+v %v", own, err)
		}
		if err := h.tenants.DeleteRole(ctx, h.admin, store.FirstOwnRole); err != nil {
			t.Fatal(err)
		}
		if again, err := db.UserOf(ctx, h.admin.Organization.ID, user.User.ID); err != nil || len(again.User.Roles) != 0 {
			t.Errorf("%+v %v", again, err)
		}
	})
}
