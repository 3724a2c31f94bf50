package access

import (
	"testing"

	"jackfield/internal/store"

	"github.com/google/go-cmp/cmp"
)

func principalWith(roles ...string) *Principal {
	return newPrincipal(&store.Identity{User: store.User{ID: 7, Roles: roles}})
}

func TestRolesAllowWhatTheMatrixSays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		role     string
		has, not []string
	}{
		{RoleOrganizationAdmin,
			[]string{ViewElements, CreateElementInstances, ViewUsersAccount, EditUsersOrg, ManageUIBranding, ModifySecurity, ConfigureRoles, ViewLogsOrg, ViewLogsAccount},
			[]string{System, Intelligence}},
		{RoleAccountAdmin,
			[]string{DeleteElements, DeleteFormulas, DeleteCommonObjects, AddUsersAccount, ViewLogsAccount},
			[]string{AddUsersOrg, ViewLogsOrg, ConfigureRoles, ModifySecurity, ManageUIBranding, System, Intelligence}},
		{RoleOrganizationUser,
			[]string{ViewElements, CreateFormulas, EditCommonObjects, CreateElementInstances, CreateFormulaInstances},
			[]string{ViewUsersAccount, ViewLogsAccount, ConfigureRoles, System}},
		{RoleDefaultUser,
			[]string{ViewElements, CreateElementInstances},
			[]string{ViewUsersAccount, ViewLogsAccount, Intelligence}},
		{RoleSystemAdmin, []string{System, Intelligence, ViewElements}, nil},
		{RoleSubAccountInstances, []string{ViewInstancesSubAccount}, []string{ViewElements}},
		{"unheard-of", nil, []string{ViewElements, System}},
	} {
		p := principalWith(test.role)
		for _, privilege := range test.has {
			if !p.Has(privilege) {
				t.Errorf("%s lacks %s", test.role, privilege)
			}
			if err := p.Require(privilege); err != nil {
				t.Errorf("%s: Require(%s) = %v", test.role, privilege, err)
			}
		}
		for _, privilege := range test.not {
			if p.Has(privilege) {
				t.Errorf("%s has %s", test.role, privilege)
			}
			if err := p.Require(privilege); err == nil {
				t.Errorf("%s: Require(%s) let it pass", test.role, privilege)
			}
		}
	}
}

func TestPrivilegesOfSeveralRolesAddUp(t *testing.T) {
	t.Parallel()
	p := principalWith(RoleDefaultUser, RoleSubAccountInstances)
	if !p.Has(ViewElements) || !p.Has(ViewInstancesSubAccount) {
		t.Error("a privilege of one of the two roles is missing")
	}
}

func TestTheDefaultRolesAreAlwaysTheSame(t *testing.T) {
	t.Parallel()
	changed := DefaultRoles()
	changed[0].Privileges[0].Key = "changed"
	changed[1].Privileges = nil
	if diff := cmp.Diff(DefaultRoles(), DefaultRoles()); diff != "" {
		t.Error(diff)
	}
	ids, keys, names := map[int]bool{}, map[string]bool{}, map[string]bool{}
	privileges := map[string]int{}
	for _, role := range DefaultRoles() {
		if ids[role.ID] || keys[role.Key] || names[role.Name] {
			t.Errorf("role %d %s %q is there twice", role.ID, role.Key, role.Name)
		}
		ids[role.ID], keys[role.Key], names[role.Name] = true, true, true
		for _, p := range role.Privileges {
			if p.Key == "changed" {
				t.Error("the table was changed through a copy")
			}
			if id, known := privileges[p.Key]; known && id != p.ID {
				t.Errorf("privilege %s has the ids %d and %d", p.Key, id, p.ID)
			}
			privileges[p.Key] = p.ID
		}
	}
	if !names["Account"] {
		t.Error("clients look for a role named Account")
	}
}

func TestAPrincipalHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	identity := &store.Identity{
		User:         store.User{ID: 1, Secret: "user-secret", PasswordHash: "hash"},
		Organization: store.Organization{Secret: "organization-secret"},
	}
	p := newPrincipal(identity)
	if p.User.Secret != "" || p.User.PasswordHash != "" || p.Organization.Secret != "" {
		t.Errorf("secrets in %+v", p.Identity)
	}
	if identity.User.Secret == "" {
		t.Error("the identity itself was changed")
	}
}
