package access

import (
	"time"

	"jackfield/internal/store"
)

// AuthenticatedUser is the answer to POST /authentication, keys in the order of the original
// (reference/accounts-and-access.md §2).
type AuthenticatedUser struct {
	ID                     int64  `json:"id"`
	Token                  string `json:"token"`
	Username               string `json:"username"`
	FirstName              string `json:"firstName"`
	LastName               string `json:"lastName"`
	AccountID              int64  `json:"accountId"`
	AccountName            string `json:"accountName"`
	OrganizationID         int64  `json:"organizationId"`
	OrganizationName       string `json:"organizationName"`
	OrganizationAdmin      bool   `json:"organizationAdmin"`
	AccountAdmin           bool   `json:"accountAdmin"`
	SysAdmin               bool   `json:"sysAdmin"`
	InIntelligenceRole     bool   `json:"inIntelligenceRole"`
	TwoFactor              bool   `json:"twoFactor"`              // always false
	RegisteredForTwoFactor bool   `json:"registeredForTwoFactor"` // always false
	CreatedDate            string `json:"createdDate"`            // YYYY-MM-DD
	LastLoginDate          string `json:"lastLoginDate"`          // YYYY-MM-DD; that of creation before the first login
	Roles                  []Role `json:"roles"`
}

// Authenticated builds the answer to a successful login.
func Authenticated(p *Principal, session *store.Session) AuthenticatedUser {
	last := p.User.LastLoginAt
	if last.IsZero() {
		last = p.User.CreatedAt
	}
	roles := p.Roles
	if roles == nil {
		roles = []Role{}
	}
	return AuthenticatedUser{
		ID: p.User.ID, Token: session.Token, Username: p.User.Email,
		FirstName: p.User.FirstName, LastName: p.User.LastName,
		AccountID: p.Account.ID, AccountName: p.Account.Name,
		OrganizationID: p.Organization.ID, OrganizationName: p.Organization.Name,
		OrganizationAdmin: p.OrganizationAdmin(), AccountAdmin: p.AccountAdmin(),
		SysAdmin: p.HasRole(RoleSystemAdmin), InIntelligenceRole: p.Has(Intelligence),
		CreatedDate: p.User.CreatedAt.UTC().Format(time.DateOnly), LastLoginDate: last.UTC().Format(time.DateOnly),
		Roles: roles,
	}
}
