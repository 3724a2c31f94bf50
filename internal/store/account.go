package store

import (
	"context"
	"encoding/json"

	"jackfield/internal/fault"
)

const accountColumns = "SELECT id, organization_id, name, description, external_id, is_default, active, created_at, settings FROM accounts WHERE "

// CreateAccount stores a new account and sets its id and creation time. An external id that the organization has already is a
// Conflict fault.
func (d *DB) CreateAccount(ctx context.Context, a *Account) error {
	settings, err := a.storable()
	if err != nil {
		return err
	}
	a.CreatedAt = now()
	err = d.write.QueryRowContext(ctx,
		`INSERT INTO accounts (organization_id, name, description, external_id, is_default, active, created_at, settings)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
		a.OrganizationID, a.Name, a.Description, a.ExternalID, a.Default, a.Active, millis(a.CreatedAt), settings).Scan(&a.ID)
	if isDuplicate(err) {
		return externalIDTaken(err, a.ExternalID)
	}
	return failure("create account", err)
}

func externalIDTaken(err error, externalID string) error {
	return fault.Wrap(fault.Conflict, err, "An account with the externalId %s already exists: it may be one that was deleted, PATCH {\"active\": true} brings it back", externalID)
}

// storable checks the texts and gives the settings as they are stored.
func (a *Account) storable() (settings string, err error) {
	if err := wantStorable("name, description or external id of the account", a.Name, a.Description, a.ExternalID); err != nil {
		return "", err
	}
	if a.Settings == nil {
		a.Settings = map[string]string{}
	}
	text, err := json.Marshal(a.Settings)
	return string(text), err
}

// Account finds an account of an organization, also an inactive one.
func (d *DB) Account(ctx context.Context, organizationID, id int64) (*Account, error) {
	a, err := scanAccount(d.read.QueryRowContext(ctx, accountColumns+"organization_id = $1 AND id = $2", organizationID, id).Scan)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "No account found with id %d", id)
	}
	return a, err
}

// DefaultAccount finds the account that an organization began with.
func (d *DB) DefaultAccount(ctx context.Context, organizationID int64) (*Account, error) {
	return scanAccount(d.read.QueryRowContext(ctx, accountColumns+"organization_id = $1 AND is_default = $2 ORDER BY accounts.id LIMIT 1", organizationID, true).Scan)
}

// Accounts lists those of an organization with ids above after, in the order of their ids, at most limit.
func (d *DB) Accounts(ctx context.Context, organizationID int64, inactive bool, after int64, limit int) ([]Account, error) {
	rows, err := d.read.QueryContext(ctx, accountColumns+"organization_id = $1 AND id > $2 AND (active = $3 OR $4 = $3) ORDER BY accounts.id LIMIT $5",
		organizationID, after, true, inactive, limit)
	if err != nil {
		return nil, failure("read accounts", err)
	}
	defer rows.Close()
	var all []Account
	for rows.Next() {
		a, err := scanAccount(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, *a)
	}
	return all, failure("read accounts", rows.Err())
}

func scanAccount(scan func(...any) error) (*Account, error) {
	var a Account
	var created int64
	var settings string
	err := scan(&a.ID, &a.OrganizationID, &a.Name, &a.Description, &a.ExternalID, &a.Default, &a.Active, &created, &settings)
	if err == nil {
		err = json.Unmarshal([]byte(settings), &a.Settings)
	}
	if err != nil {
		return nil, failure("read account", err)
	}
	a.CreatedAt = fromMillis(created)
	return &a, nil
}

// ChangeAccount reads an account of an organization, lets f change it, and stores it. The organization, the id and whether it is
// the default account stay.
func (d *DB) ChangeAccount(ctx context.Context, organizationID, id int64, f func(*Account) error, guard Guard) (*Account, error) {
	var changed *Account
	err := d.guarded(ctx, organizationID, guard, func(tx *DB) error {
		a, err := tx.Account(ctx, organizationID, id)
		if err != nil {
			return err
		}
		if err := f(a); err != nil {
			return err
		}
		settings, err := a.storable()
		if err != nil {
			return err
		}
		_, err = tx.write.ExecContext(ctx, `UPDATE accounts SET name = $1, description = $2, external_id = $3, active = $4, settings = $5
			WHERE id = $6 AND organization_id = $7`, a.Name, a.Description, a.ExternalID, a.Active, settings, id, organizationID)
		if isDuplicate(err) {
			return externalIDTaken(err, a.ExternalID)
		}
		if err != nil {
			return failure("change account", err)
		}
		tx.changed("account", id, id)
		changed = a
		return nil
	})
	return changed, err
}

// AccountRoles lists the keys of the roles that every user of an account has.
func (d *DB) AccountRoles(ctx context.Context, accountID int64) ([]string, error) {
	return d.roleKeys(ctx, "SELECT role FROM account_roles WHERE account_id = $1 ORDER BY role", accountID)
}

// GrantAccountRole gives a role to every user of an account.
func (d *DB) GrantAccountRole(ctx context.Context, organizationID, accountID int64, role string) error {
	return d.changeAccountRole(ctx, organizationID, accountID, nil, "INSERT INTO account_roles (account_id, role) VALUES ($1, $2) ON CONFLICT DO NOTHING", role)
}

// RevokeAccountRole takes a role from an account. One that it does not have is no error.
func (d *DB) RevokeAccountRole(ctx context.Context, organizationID, accountID int64, role string, guard Guard) error {
	return d.changeAccountRole(ctx, organizationID, accountID, guard, "DELETE FROM account_roles WHERE account_id = $1 AND role = $2", role)
}

func (d *DB) changeAccountRole(ctx context.Context, organizationID, accountID int64, guard Guard, statement, role string) error {
	return d.guarded(ctx, organizationID, guard, func(tx *DB) error {
		if _, err := tx.write.ExecContext(ctx, statement, accountID, role); err != nil {
			return failure("change roles of an account", err)
		}
		tx.changed("account", accountID, accountID)
		return nil
	})
}

// Count counts the users and instances of the account.
func (s *Scope) Count(ctx context.Context) (users, instances int, err error) {
	err = s.db.read.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM users WHERE account_id = $1), (SELECT COUNT(*) FROM instances WHERE account_id = $1)`,
		s.account).Scan(&users, &instances)
	return users, instances, failure("count", err)
}
