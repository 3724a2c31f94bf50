package access

import (
	"slices"
	"strings"

	"jackfield/internal/store"
)

// Privilege is one thing a role allows (reference/accounts-and-access.md §6).
type Privilege struct {
	ID          int    `json:"id"`
	Key         string `json:"key"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Category    string `json:"category"`
	Active      bool   `json:"active"`
	Hide        bool   `json:"hide"`
	CreatedDate string `json:"createdDate"` // YYYY-MM-DD
}

// Role is a named set of privileges, granted to a user or to every user of an account.
type Role struct {
	ID          int         `json:"id"`
	Key         string      `json:"key"`
	Name        string      `json:"name"`
	Active      bool        `json:"active"`
	Hide        bool        `json:"hide"`
	Description string      `json:"description"`
	Features    []string    `json:"features"` // always empty
	Privileges  []Privilege `json:"privileges"`
	// Includes are keys of roles whose privileges this one has besides. Only an organization's own roles have some; old clients do
	// not know the member.
	Includes []string `json:"includes,omitempty"`
}

// Keys of the roles (reference/accounts-and-access.md §6.1).
const (
	RoleOrganizationAdmin   = "org-admin"
	RoleAccountAdmin        = "admin"
	RoleOrganizationUser    = "org"
	RoleDefaultUser         = "default-user"
	RoleSystemAdmin         = "sys-admin"
	RoleCustomerAdmin       = "customer-admin"
	RoleSubAccountInstances = "sub-account-instances"
)

// Keys of the privileges (reference/accounts-and-access.md §6.2).
const (
	ViewElements           = "viewElements"
	CreateElements         = "createElements"
	EditElements           = "editElements"
	DeleteElements         = "deleteElements"
	CreateElementInstances = "createElementInstances"

	ViewFormulas           = "viewFormulas"
	CreateFormulas         = "createFormulas"
	EditFormulas           = "editFormulas"
	DeleteFormulas         = "deleteFormulas"
	CreateFormulaInstances = "createFormulaInstances"

	ViewCommonObjects   = "viewCommonObjects"
	CreateCommonObjects = "createCommonObjects"
	EditCommonObjects   = "editCommonObjects"
	DeleteCommonObjects = "deleteCommonObjects"

	ViewUsersAccount   = "viewUsersAccount"
	AddUsersAccount    = "addUsersAccount"
	EditUsersAccount   = "editUsersAccount"
	DeleteUsersAccount = "deleteUsersAccount"

	ViewUsersOrg   = "viewUsersOrg"
	AddUsersOrg    = "addUsersOrg"
	EditUsersOrg   = "editUsersOrg"
	DeleteUsersOrg = "deleteUsersOrg"

	ManageUIBranding = "manageUiBranding"
	ModifySecurity   = "modifySecurity"
	ConfigureRoles   = "configureRoles"
	ViewLogsOrg      = "viewLogsOrg"
	ViewLogsAccount  = "viewLogsAccount"

	System                  = "system"       // writes to the shipped catalogue
	Intelligence            = "intelligence" // reports over customers
	ViewInstancesSubAccount = "viewInstancesSubAccounts"
)

// Who has a privilege by default. A letter per role, in the order of roleTable: o = org-admin,
// a = admin, u = org, d = default-user, s = sys-admin, c = customer-admin, i = sub-account-instances.
var privilegeTable = []struct{ key, name, category, roles string }{
	{ViewElements, "View connectors", "Connectors", "oaudsc"},
	{CreateElements, "Create connectors", "Connectors", "oaudsc"},
	{EditElements, "Edit connectors", "Connectors", "oaudsc"},
	{DeleteElements, "Delete connectors", "Connectors", "oaudsc"},
	{CreateElementInstances, "Create connector instances", "Instances", "oaudsc"},
	{ViewFormulas, "View formulas", "Formulas", "oaudsc"},
	{CreateFormulas, "Create formulas", "Formulas", "oaudsc"},
	{EditFormulas, "Edit formulas", "Formulas", "oaudsc"},
	{DeleteFormulas, "Delete formulas", "Formulas", "oaudsc"},
	{CreateFormulaInstances, "Create formula instances", "Instances", "oaudsc"},
	{ViewCommonObjects, "View common resources", "Common resources", "oaudsc"},
	{CreateCommonObjects, "Create common resources", "Common resources", "oaudsc"},
	{EditCommonObjects, "Edit common resources", "Common resources", "oaudsc"},
	{DeleteCommonObjects, "Delete common resources", "Common resources", "oaudsc"},
	{ViewUsersAccount, "View users of an account", "Users", "oasc"},
	{AddUsersAccount, "Add users to an account", "Users", "oasc"},
	{EditUsersAccount, "Edit users of an account", "Users", "oasc"},
	{DeleteUsersAccount, "Delete users of an account", "Users", "oasc"},
	{ViewUsersOrg, "View users of the organization", "Users", "osc"},
	{AddUsersOrg, "Add users to the organization", "Users", "osc"},
	{EditUsersOrg, "Edit users of the organization", "Users", "osc"},
	{DeleteUsersOrg, "Delete users of the organization", "Users", "osc"},
	{ManageUIBranding, "Change the branding", "Organization", "osc"},
	{ModifySecurity, "Change the password policy", "Organization", "osc"},
	{ConfigureRoles, "Configure roles", "Organization", "osc"},
	{ViewLogsOrg, "View logs of the organization", "Logs", "osc"},
	{ViewLogsAccount, "View logs of an account", "Logs", "oasc"},
	{System, "Change the shipped catalogue", internalCategory, "s"},
	{Intelligence, "Report over all customers", internalCategory, "s"},
	// A separate right (reference/accounts-and-access.md §6.1, §10). Administrators have it so that they can give it.
	{ViewInstancesSubAccount, "View instances of sub-accounts", internalCategory, "osci"},
}

// The admin role is called "Account": clients look it up by that name (reference/accounts-and-access.md §6.1).
var roleTable = []struct {
	letter                 rune
	id                     int
	key, name, description string
	hide                   bool
}{
	{'o', 10, RoleOrganizationAdmin, "Organization Administrator", "Everything in the organization", false},
	{'a', 11, RoleAccountAdmin, "Account", "Account Administrator: everything in the own account", false},
	{'u', 12, RoleOrganizationUser, "Organization User", "Organization User", false},
	{'d', 13, RoleDefaultUser, "Default User", "Default User", false},
	{'s', 14, RoleSystemAdmin, "System Administrator", "Operates the installation", true},
	{'c', 15, RoleCustomerAdmin, "Customer Administrator", "Operates several organizations", true},
	{'i', 16, RoleSubAccountInstances, "Sub-account Instances", "Sees instances of sub-accounts", true},
}

// internalCategory holds what no organization gives away.
const internalCategory = "Internal"

// bornOn is the creation date of the built-in privileges.
const bornOn = "2026-01-01"

// DefaultRoles lists the built-in roles with their default privileges, hidden ones included, in a fixed
// order with fixed ids. The caller may change the result.
func DefaultRoles() []Role {
	roles := make([]Role, 0, len(roleTable))
	for _, r := range roleTable {
		role := Role{ID: r.id, Key: r.key, Name: r.name, Active: true, Hide: r.hide, Description: r.description,
			Features: []string{}, Privileges: []Privilege{}}
		for i, p := range privilegeTable {
			if strings.ContainsRune(p.roles, r.letter) {
				role.Privileges = append(role.Privileges, privilege(i))
			}
		}
		roles = append(roles, role)
	}
	return roles
}

// RolesOf lists the roles of an organization: the built-in ones with the privileges that it gave them, then its own
// (store.DB.OwnRoles), in the order of their ids. The caller may change the result.
func RolesOf(own []store.Role) []Role {
	roles := DefaultRoles()
	for _, r := range own {
		made := Role{ID: int(r.ID), Key: r.Key, Name: r.Name, Active: r.Active, Description: r.Description,
			Features: []string{}, Privileges: privilegesNamed(r.Privileges), Includes: r.Includes}
		if r.ID >= store.FirstOwnRole {
			roles = append(roles, made)
			continue
		}
		for i := range roles {
			if roles[i].Key == r.Key {
				made.Hide = roles[i].Hide
				roles[i] = made
			}
		}
	}
	return roles
}

// RoleNamed finds a role by its key.
func RoleNamed(roles []Role, key string) (role Role, found bool) {
	i := slices.IndexFunc(roles, func(r Role) bool { return r.Key == key })
	if i < 0 {
		return Role{}, false
	}
	return roles[i], true
}

// PrivilegesOf lists the keys of what a role allows, those of the active roles that it includes too. A loop ends where it began.
func PrivilegesOf(all []Role, role Role) []string {
	var keys []string
	seen := map[string]bool{}
	var add func(Role)
	add = func(r Role) {
		if seen[r.Key] {
			return
		}
		seen[r.Key] = true
		for _, p := range r.Privileges {
			keys = append(keys, p.Key)
		}
		for _, included := range all {
			if included.Active && slices.Contains(r.Includes, included.Key) {
				add(included)
			}
		}
	}
	add(role)
	return keys
}

// Privileges lists all that exist, in a fixed order with fixed ids.
func Privileges() []Privilege {
	all := make([]Privilege, len(privilegeTable))
	for i := range privilegeTable {
		all[i] = privilege(i)
	}
	return all
}

func privilege(i int) Privilege {
	p := privilegeTable[i]
	return Privilege{ID: i + 1, Key: p.key, Name: p.name, Description: p.name, Category: p.category,
		Active: true, Hide: p.category == internalCategory, CreatedDate: bornOn}
}

// privilegesNamed picks those with the given keys. Unknown keys are left out: they allow nothing.
func privilegesNamed(keys []string) []Privilege {
	named := []Privilege{}
	for i, p := range privilegeTable {
		if slices.Contains(keys, p.key) {
			named = append(named, privilege(i))
		}
	}
	return named
}

// administrative are the privileges over people and their organization.
var administrative = func() map[string]bool {
	keys := map[string]bool{}
	for _, p := range privilegeTable {
		switch p.category {
		case "Users", "Organization", "Logs", internalCategory:
			keys[p.key] = true
		}
	}
	return keys
}()
