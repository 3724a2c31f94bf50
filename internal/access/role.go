package access

import "slices"

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
	{System, "Change the shipped catalogue", "Internal", "s"},
	{Intelligence, "Report over all customers", "Internal", "s"},
	// Not part of org-admin: a separate right (reference/accounts-and-access.md §6.1, §10).
	{ViewInstancesSubAccount, "View instances of sub-accounts", "Internal", "i"},
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
			if slices.Contains([]rune(p.roles), r.letter) {
				role.Privileges = append(role.Privileges, Privilege{
					ID: i + 1, Key: p.key, Name: p.name, Description: p.name, Category: p.category,
					Active: true, Hide: p.category == "Internal", CreatedDate: bornOn,
				})
			}
		}
		roles = append(roles, role)
	}
	return roles
}

// rolesNamed picks the roles with the given keys, in the order of the table. Unknown keys are left out:
// they allow nothing.
func rolesNamed(keys []string) []Role {
	var named []Role
	for _, role := range DefaultRoles() {
		if slices.Contains(keys, role.Key) {
			named = append(named, role)
		}
	}
	return named
}
