package tenant

import (
	"context"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// NewOrganization is an organization to be made, with its default account.
type NewOrganization struct {
	Name, ExternalID   string
	Details            store.OrganizationDetails
	AccountName        string // "" = Name
	AccountExternalID  string // "" = "default"
	AccountDescription string
}

// CreateOrganization makes an organization of the caller's customer with its default account.
func (s *Service) CreateOrganization(ctx context.Context, by *access.Principal, n NewOrganization) (o *store.Organization, a *store.Account, err error) {
	err = s.db.InTx(ctx, func(tx *store.DB) error {
		o, a, err = createOrganization(ctx, tx, by.Organization.CustomerID, n)
		return err
	})
	return o, a, err
}

func createOrganization(ctx context.Context, tx *store.DB, customerID int64, n NewOrganization) (*store.Organization, *store.Account, error) {
	o := &store.Organization{
		CustomerID: customerID, Name: access.PlainName(n.Name), ExternalID: access.PlainName(n.ExternalID), Secret: access.NewOrganizationSecret(),
		Active: true, Details: n.Details,
	}
	if err := checkOrganization(o); err != nil {
		return nil, nil, err
	}
	if err := tx.CreateOrganization(ctx, o); err != nil {
		return nil, nil, err
	}
	a := &store.Account{
		OrganizationID: o.ID, Name: access.PlainName(n.AccountName), ExternalID: access.PlainName(n.AccountExternalID),
		Description: access.PlainName(n.AccountDescription), Default: true, Active: true,
	}
	if a.Name == "" {
		a.Name = o.Name
	}
	if a.ExternalID == "" {
		a.ExternalID = "default"
	}
	if a.Description == "" {
		a.Description = a.Name
	}
	if len(a.Name) > maxText || len(a.ExternalID) > maxText || len(a.Description) > maxText {
		return nil, nil, fault.New(fault.Invalid, "A text of the account is longer than %d bytes", maxText)
	}
	return o, a, tx.CreateAccount(ctx, a)
}

func checkOrganization(o *store.Organization) error {
	d := &o.Details
	for _, text := range []*string{&d.Environment, &d.Status, &d.Street1, &d.City, &d.State, &d.PostalCode, &d.Country} {
		*text = access.PlainName(*text)
		if len(*text) > maxText {
			return fault.New(fault.Invalid, "A text of the organization has %d bytes: at most %d are allowed", len(*text), maxText)
		}
	}
	if o.Name == "" {
		return fault.New(fault.Invalid, "name is required")
	}
	if len(o.Name) > maxText || len(o.ExternalID) > maxText {
		return fault.New(fault.Invalid, "name and externalId have %d bytes at most", maxText)
	}
	return nil
}

// Organization is the caller's organization with its secret.
func (s *Service) Organization(ctx context.Context, by *access.Principal) (*store.Organization, error) {
	return s.db.Organization(ctx, by.Organization.ID)
}

// RenameOrganization gives the caller's organization another name.
func (s *Service) RenameOrganization(ctx context.Context, by *access.Principal, name string) (*store.Organization, error) {
	renamed := &store.Organization{Name: access.PlainName(name)}
	if err := checkOrganization(renamed); err != nil {
		return nil, err
	}
	if err := s.db.RenameOrganization(ctx, by.Organization.ID, renamed.Name); err != nil {
		return nil, err
	}
	return s.Organization(ctx, by)
}

// OrganizationFor finds an organization whose accounts the caller reaches: the own, and for administrators of a customer its others.
func (s *Service) OrganizationFor(ctx context.Context, by *access.Principal, id int64) (*store.Organization, error) {
	o, err := s.db.Organization(ctx, id)
	if err == nil && o.ID != by.Organization.ID && (!by.CustomerAdmin() || o.CustomerID != by.Organization.CustomerID || o.CustomerID == 0) {
		err = fault.New(fault.NotFound, "")
	}
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "No organization found with id %d", id)
	}
	return o, err
}

// Customer is the customer of the caller.
func (s *Service) Customer(ctx context.Context, by *access.Principal) (*store.Customer, error) {
	if by.Organization.CustomerID == 0 {
		return nil, fault.New(fault.NotFound, "No customer found")
	}
	return s.db.Customer(ctx, by.Organization.CustomerID)
}

// Organizations lists those of the caller's customer.
func (s *Service) Organizations(ctx context.Context, by *access.Principal, inactive bool, after int64, limit int) ([]store.Organization, error) {
	return s.db.Organizations(ctx, by.Organization.CustomerID, inactive, after, limit)
}

// DeactivateOrganization ends the access of everybody of an organization of the caller's customer. The own one stays.
func (s *Service) DeactivateOrganization(ctx context.Context, by *access.Principal, id int64) error {
	o, err := s.OrganizationFor(ctx, by, id)
	if err != nil {
		return err
	}
	if o.ID == by.Organization.ID {
		return fault.New(fault.Conflict, "Your own organization cannot be deleted by you")
	}
	return s.db.SetOrganizationActive(ctx, id, false)
}

// OrganizationAccounts lists the accounts of an organization that OrganizationFor finds.
func (s *Service) OrganizationAccounts(ctx context.Context, by *access.Principal, id int64, inactive bool, after int64, limit int) ([]store.Account, error) {
	o, err := s.OrganizationFor(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if o.ID == by.Organization.ID && !by.CustomerAdmin() {
		return s.Accounts(ctx, by, inactive, after, limit)
	}
	return s.db.Accounts(ctx, o.ID, inactive, after, limit)
}

// OrganizationAccount finds an account of an organization that OrganizationFor finds.
func (s *Service) OrganizationAccount(ctx context.Context, by *access.Principal, organizationID, id int64) (*store.Account, error) {
	o, err := s.OrganizationFor(ctx, by, organizationID)
	if err != nil {
		return nil, err
	}
	if o.ID == by.Organization.ID && !by.CustomerAdmin() {
		return s.reach(ctx, by, id)
	}
	return s.db.Account(ctx, o.ID, id)
}

// Signup is an organization with its first user. What has an id is there already.
type Signup struct {
	OrganizationID int64
	Organization   NewOrganization
	AccountID      int64
	Account        AccountChange // of an organization that is there
	User           NewUser
}

// SignUp makes an organization, its default account and its administrator; or, where ids are given, what is missing of them
// (reference/accounts-and-access.md §2). All or nothing.
func (s *Service) SignUp(ctx context.Context, by *access.Principal, up Signup) (o *store.Organization, a *store.Account, u *store.Identity, err error) {
	if up.User.Password == "" {
		return nil, nil, nil, fault.New(fault.Invalid, "user.password is required")
	}
	fresh := &store.User{Email: up.User.Email, FirstName: up.User.FirstName, LastName: up.User.LastName, ExternalID: up.User.ExternalID,
		Profile: up.User.Profile, Secret: access.NewSecret(), Active: true}
	if err := clean(fresh); err != nil {
		return nil, nil, nil, err
	}
	// A new organization has the default policy, an old one its own; 0 has none of its own.
	if fresh.PasswordHash, err = s.access.NewPasswordHash(ctx, up.OrganizationID, up.User.Password, person(fresh)); err != nil {
		return nil, nil, nil, err
	}
	err = s.db.InTx(ctx, func(tx *store.DB) error {
		inside := *s
		inside.db = tx
		if up.OrganizationID == 0 {
			if o, a, err = createOrganization(ctx, tx, by.Organization.CustomerID, up.Organization); err != nil {
				return err
			}
			fresh.Roles = []string{access.RoleOrganizationAdmin}
		} else {
			if o, err = inside.OrganizationFor(ctx, by, up.OrganizationID); err != nil {
				return err
			}
			if a, err = inside.accountOf(ctx, o.ID, up); err != nil {
				return err
			}
			fresh.Roles = []string{defaultRole(a)}
		}
		fresh.AccountID = a.ID
		return tx.CreateUser(ctx, fresh)
	})
	if err != nil {
		return nil, nil, nil, err
	}
	u, err = s.db.IdentityByUser(ctx, fresh.ID)
	return o, a, u, err
}

func (s *Service) accountOf(ctx context.Context, organizationID int64, up Signup) (*store.Account, error) {
	if up.AccountID != 0 {
		return s.db.Account(ctx, organizationID, up.AccountID)
	}
	if up.Account.ExternalID != nil {
		return s.CreateAccount(ctx, organizationID, up.Account)
	}
	return s.db.DefaultAccount(ctx, organizationID)
}
