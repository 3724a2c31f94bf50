package tenant

import (
	"slices"
	"strings"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/store"
)

// UserWire is a user as clients see it, keys in the order of the original (reference/accounts-and-access.md §3).
type UserWire struct {
	ID                    int64         `json:"id"`
	CreatedDate           string        `json:"createdDate"` // YYYY-MM-DD
	FirstName             string        `json:"firstName"`
	LastName              string        `json:"lastName"`
	FullName              string        `json:"fullName"`
	Email                 string        `json:"email"`
	Password              string        `json:"password"` // always "secured"
	Active                bool          `json:"active"`   // and the account is
	AccountExpired        bool          `json:"accountExpired"`
	AccountLocked         bool          `json:"accountLocked"`
	CredentialsExpired    bool          `json:"credentialsExpired"`
	EmailValid            bool          `json:"emailValid"`
	AccountNonExpired     bool          `json:"accountNonExpired"`
	CredentialsNonExpired bool          `json:"credentialsNonExpired"`
	AccountNonLocked      bool          `json:"accountNonLocked"`
	Enabled               bool          `json:"enabled"`
	LastLoginDate         string        `json:"lastLoginDate"` // that of creation before the first login
	ExternalID            *string       `json:"externalId"`
	AccountID             int64         `json:"accountId"` // own addition
	Secret                string        `json:"secret,omitempty"`
	store.Profile                       // city, country, phone, …
	Roles                 []GrantedRole `json:"roles"`
}

// GrantedRole is a role with where it comes from.
type GrantedRole struct {
	access.Role
	Granted string `json:"granted"` // "user" or "account"; own addition
}

// Wire is a user as clients see it. The secret is not shown.
func Wire(i *store.Identity, state access.PasswordState) *UserWire {
	u := &i.User
	last := u.LastLoginAt
	if last.IsZero() {
		last = u.CreatedAt
	}
	active := u.Active && i.Account.Active
	return &UserWire{
		ID: u.ID, CreatedDate: u.CreatedAt.UTC().Format(time.DateOnly), FirstName: u.FirstName, LastName: u.LastName,
		FullName: strings.TrimSpace(u.FirstName + " " + u.LastName), Email: u.Email, Password: "secured", Active: active,
		AccountLocked: state.Locked, CredentialsExpired: state.Expired, EmailValid: true, AccountNonExpired: true,
		CredentialsNonExpired: !state.Expired, AccountNonLocked: !state.Locked, Enabled: active,
		LastLoginDate: last.UTC().Format(time.DateOnly), ExternalID: orNil(u.ExternalID), AccountID: i.Account.ID, Profile: u.Profile,
		Roles: granted(i),
	}
}

func orNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// granted lists a user's effective roles.
func granted(i *store.Identity) []GrantedRole {
	roles := []GrantedRole{}
	for _, role := range access.AsPrincipal(i).Roles {
		from := "account"
		if slices.Contains(i.User.Roles, role.Key) {
			from = "user"
		}
		roles = append(roles, GrantedRole{role, from})
	}
	return roles
}

// AccountWire is an account as clients see it (reference/accounts-and-access.md §4).
type AccountWire struct {
	ID             int64   `json:"id"`
	Name           string  `json:"name"`
	Description    string  `json:"description"`
	Active         bool    `json:"active"`
	CompanyID      int64   `json:"companyId"`
	CreatedDate    string  `json:"createdDate"` // YYYY-MM-DD
	ExternalID     *string `json:"externalId,omitempty"`
	DefaultAccount bool    `json:"defaultAccount"`
	Type           string  `json:"type"` // "Default" or "CompanyAccount"
	Users          *int    `json:"users,omitempty"`
	Instances      *int    `json:"instances,omitempty"`
}

// AccountOf is an account as clients see it.
func AccountOf(a *store.Account) *AccountWire {
	kind := "CompanyAccount"
	if a.Default {
		kind = "Default"
	}
	return &AccountWire{ID: a.ID, Name: a.Name, Description: a.Description, Active: a.Active, CompanyID: a.OrganizationID,
		CreatedDate: a.CreatedAt.UTC().Format(time.DateOnly), ExternalID: orNil(a.ExternalID), DefaultAccount: a.Default, Type: kind}
}

// OrganizationWire is an organization as clients see it (reference/accounts-and-access.md §5).
type OrganizationWire struct {
	ID                   int64   `json:"id"`
	Name                 string  `json:"name"`
	Secret               string  `json:"secret,omitempty"`
	ExternalID           *string `json:"externalId"`
	Active               bool    `json:"active"`
	CreatedDate          string  `json:"createdDate"` // YYYY-MM-DD
	Environment          string  `json:"environment"`
	Status               string  `json:"status"`
	TwoFactorAuthEnabled bool    `json:"twoFactorAuthEnabled"` // always false
	VDRVersion           string  `json:"vdrVersion"`           // always "v2"
	TierID               *int64  `json:"tierId"`               // always null: there are no tiers here
	CustomerID           *int64  `json:"customerId"`
	CanCreatePeer        bool    `json:"canCreatePeer"` // the caller may make organizations beside it
	Street1              string  `json:"street1,omitempty"`
	City                 string  `json:"city,omitempty"`
	State                string  `json:"state,omitempty"`
	PostalCode           string  `json:"postalCode,omitempty"`
	Country              string  `json:"country,omitempty"`
}

// OrganizationOf is an organization as the caller sees it; the secret only where it is the caller's own or new.
func OrganizationOf(by *access.Principal, o *store.Organization, secret bool) *OrganizationWire {
	w := &OrganizationWire{
		ID: o.ID, Name: o.Name, ExternalID: orNil(o.ExternalID), Active: o.Active, CreatedDate: o.CreatedAt.UTC().Format(time.DateOnly),
		Environment: o.Details.Environment, Status: o.Details.Status, VDRVersion: "v2", CanCreatePeer: by.CustomerAdmin(),
		Street1: o.Details.Street1, City: o.Details.City, State: o.Details.State, PostalCode: o.Details.PostalCode, Country: o.Details.Country,
	}
	if w.Environment == "" {
		w.Environment = "production"
	}
	if w.Status == "" {
		w.Status = "paid"
	}
	if o.CustomerID != 0 {
		w.CustomerID = &o.CustomerID
	}
	if secret {
		w.Secret = o.Secret
	}
	return w
}
