package access

import (
	"context"
	"strings"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/vault"
)

// What a first start uses where nothing is given.
const (
	DefaultAdminEmail       = "admin@jackfield.local"
	DefaultOrganizationName = "My organization"
)

// systemEmail is that of the user who owns the shipped catalogue. The domain cannot exist.
const systemEmail = "system@jackfield.invalid"

// maxEmailLength is the longest address that mail can be sent to, in bytes.
const maxEmailLength = 254

// FirstStart says whom an empty installation belongs to. Everything may be empty.
type FirstStart struct {
	OrganizationName string
	Email            string
	Password         string // empty = generate one
	FirstName        string
	LastName         string
	// PasswordSetting is the key of the setting that a generated password is kept under, sealed, in the same
	// transaction. Empty = it is kept nowhere and only returned.
	PasswordSetting string
}

// FirstStartResult is what FirstStart made. When the installation was there already, only Email is set, to what
// was asked for.
type FirstStartResult struct {
	Created            bool
	Email              string
	Password           string // only when it was generated
	OrganizationID     int64
	AccountID          int64
	UserID             int64
	UserSecret         string
	OrganizationSecret string
}

// FirstStart makes, in an empty database, the system organization with account 1 and user 1, which own the shipped
// catalogue and cannot log in, then the operator's organization with its default account and administrator. In
// any other database it does nothing, also when two servers start at once. A given email or password that is not
// good enough is an Invalid fault, whether or not the database is empty.
func (s *Service) FirstStart(ctx context.Context, f FirstStart) (*FirstStartResult, error) {
	f.Email = strings.TrimSpace(f.Email)
	if f.Email == "" {
		f.Email = DefaultAdminEmail
	}
	if f.OrganizationName == "" {
		f.OrganizationName = DefaultOrganizationName
	}
	if f.FirstName == "" && f.LastName == "" {
		f.FirstName, f.LastName = "Jackfield", "Administrator"
	}
	if err := CheckEmail(f.Email); err != nil {
		return nil, err
	}
	if f.Password != "" {
		if err := DefaultPolicy().Check(f.Password, Person{}); err != nil {
			return nil, err
		}
	}
	result := &FirstStartResult{Email: f.Email}
	done, err := s.db.Bootstrapped(ctx) // spares the usual start the transaction and the hash
	if err != nil || done {
		return result, err
	}
	password := f.Password
	if password == "" {
		password = NewPassword()
	}
	hash := vault.HashPassword(password)
	err = s.db.InTx(ctx, func(tx *store.DB) error {
		if err := tx.Lock(ctx, "first start"); err != nil {
			return err
		}
		if done, err := tx.Bootstrapped(ctx); err != nil || done {
			return err
		}
		if err := tx.RestartIDs(ctx); err != nil {
			return err
		}
		if err := makeSystem(ctx, tx); err != nil {
			return err
		}
		if err := makeOperator(ctx, tx, f, hash, result); err != nil {
			return err
		}
		if f.Password == "" && f.PasswordSetting != "" {
			return tx.SetSetting(ctx, f.PasswordSetting, password)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if result.Created && f.Password == "" {
		result.Password = password
	}
	return result, nil
}

// makeSystem makes the owner of the shipped catalogue.
func makeSystem(ctx context.Context, tx *store.DB) error {
	organization := &store.Organization{Name: "System", ExternalID: "system", Secret: NewOrganizationSecret(), System: true, Active: true}
	if err := tx.CreateOrganization(ctx, organization); err != nil {
		return err
	}
	account := &store.Account{OrganizationID: organization.ID, Name: "System", ExternalID: "system", Default: true, Active: true}
	if err := tx.CreateAccount(ctx, account); err != nil {
		return err
	}
	user := &store.User{AccountID: account.ID, Email: systemEmail, FirstName: "Jackfield", LastName: "System", Secret: NewSecret()}
	if err := tx.CreateUser(ctx, user); err != nil {
		return err
	}
	if account.ID != store.SystemAccount || user.ID != store.SystemUser {
		return fault.New(fault.Internal,
			"first start: the system got account %d and user %d instead of 1 and 1: the database is not empty, use a new one", account.ID, user.ID)
	}
	return nil
}

// makeOperator makes the organization that the installation is for.
func makeOperator(ctx context.Context, tx *store.DB, f FirstStart, hash string, result *FirstStartResult) error {
	customer := &store.Customer{Name: f.OrganizationName, Active: true}
	if err := tx.CreateCustomer(ctx, customer); err != nil {
		return err
	}
	organization := &store.Organization{CustomerID: customer.ID, Name: f.OrganizationName, ExternalID: "default", Secret: NewOrganizationSecret(), Active: true}
	if err := tx.CreateOrganization(ctx, organization); err != nil {
		return err
	}
	account := &store.Account{OrganizationID: organization.ID, Name: f.OrganizationName, ExternalID: "default", Default: true, Active: true}
	if err := tx.CreateAccount(ctx, account); err != nil {
		return err
	}
	user := &store.User{
		AccountID: account.ID, Email: f.Email, FirstName: f.FirstName, LastName: f.LastName,
		PasswordHash: hash, Secret: NewSecret(), Roles: []string{RoleOrganizationAdmin, RoleCustomerAdmin}, Active: true,
	}
	if err := tx.CreateUser(ctx, user); err != nil {
		return err
	}
	result.Created = true
	result.OrganizationID, result.AccountID, result.UserID = organization.ID, account.ID, user.ID
	result.UserSecret, result.OrganizationSecret = user.Secret, organization.Secret
	return nil
}

// CheckEmail returns an Invalid fault for what cannot be an e-mail address.
func CheckEmail(email string) error {
	local, domain, found := strings.Cut(email, "@")
	if !found || local == "" || domain == "" || strings.Contains(domain, "@") || len(email) > maxEmailLength || !printable(email) {
		return fault.New(fault.Invalid, "%q is not an email address", email)
	}
	return nil
}

// FirstAdministrator is the administrator that the first start made. An empty database has none: NotFound.
func (s *Service) FirstAdministrator(ctx context.Context) (*Principal, error) {
	identity, err := s.db.FirstAdministrator(ctx)
	if err != nil {
		return nil, err
	}
	return newPrincipal(identity), nil
}
