package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/vault"
)

// Kinds of keyed hashes, so that a hash of one table finds nothing in another.
const (
	hashUser         = "user"
	hashOrganization = "organization"
	hashInstance     = "instance"
	hashSession      = "session"
)

// seal seals a cell of a row.
func (c *core) seal(plain, table string, row int64, column string, account int64) ([]byte, error) {
	return c.vault.Seal([]byte(plain), vault.Place{Table: table, Row: strconv.FormatInt(row, 10), Column: column, Account: account})
}

func (c *core) open(sealed []byte, table string, row int64, column string, account int64) (string, error) {
	plain, err := c.vault.Open(sealed, vault.Place{Table: table, Row: strconv.FormatInt(row, 10), Column: column, Account: account})
	return string(plain), err
}

// Bootstrapped reports whether the first start has happened.
func (d *DB) Bootstrapped(ctx context.Context) (bool, error) {
	var n int
	err := d.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM users").Scan(&n)
	return n > 0, failure("count users", err)
}

// RestartIDs makes the first rows of an empty database get id 1 again: PostgreSQL does not take back the ids of a
// transaction that failed. Call it in the transaction of the first start.
func (d *DB) RestartIDs(ctx context.Context) error {
	if d.dialect.name == "sqlite" {
		return nil
	}
	for _, table := range []string{"organizations", "accounts", "users"} {
		if _, err := d.write.ExecContext(ctx, "ALTER TABLE "+table+" ALTER COLUMN id RESTART WITH 1"); err != nil {
			return failure("restart ids", err)
		}
	}
	return nil
}

// CreateOrganization stores a new organization and sets its id and creation time. Call it in a transaction.
func (d *DB) CreateOrganization(ctx context.Context, o *Organization) error {
	if err := wantStorable("name of the organization", o.Name, o.ExternalID); err != nil {
		return err
	}
	return d.InTx(ctx, func(tx *DB) error {
		o.CreatedAt = now()
		err := tx.write.QueryRowContext(ctx,
			`INSERT INTO organizations (name, external_id, secret_hash, secret_sealed, system, active, created_at)
			 VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
			o.Name, o.ExternalID, d.vault.Hash(hashOrganization, o.Secret), []byte{}, o.System, o.Active, millis(o.CreatedAt)).Scan(&o.ID)
		if err != nil {
			return failure("create organization", err)
		}
		sealed, err := d.seal(o.Secret, "organizations", o.ID, "secret", 0)
		if err != nil {
			return err
		}
		_, err = tx.write.ExecContext(ctx, "UPDATE organizations SET secret_sealed = $1 WHERE id = $2", sealed, o.ID)
		return failure("seal organization secret", err)
	})
}

// CreateAccount stores a new account and sets its id and creation time.
func (d *DB) CreateAccount(ctx context.Context, a *Account) error {
	if err := wantStorable("name or description of the account", a.Name, a.Description, a.ExternalID); err != nil {
		return err
	}
	a.CreatedAt = now()
	err := d.write.QueryRowContext(ctx,
		`INSERT INTO accounts (organization_id, name, description, external_id, is_default, active, created_at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		a.OrganizationID, a.Name, a.Description, a.ExternalID, a.Default, a.Active, millis(a.CreatedAt)).Scan(&a.ID)
	return failure("create account", err)
}

// CreateUser stores a new user and sets its id and creation time. An e-mail that is taken, in any case, is a
// Conflict fault.
func (d *DB) CreateUser(ctx context.Context, u *User) error {
	if err := wantStorable("name or email of the user", u.Email, u.FirstName, u.LastName); err != nil {
		return err
	}
	return d.InTx(ctx, func(tx *DB) error {
		u.CreatedAt = now()
		err := tx.write.QueryRowContext(ctx,
			`INSERT INTO users (account_id, email, email_key, first_name, last_name, password_hash, secret_hash, secret_sealed, active, created_at, last_login_at)
			 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0) RETURNING id`,
			u.AccountID, u.Email, emailKey(u.Email), u.FirstName, u.LastName, u.PasswordHash,
			d.vault.Hash(hashUser, u.Secret), []byte{}, u.Active, millis(u.CreatedAt)).Scan(&u.ID)
		if isDuplicate(err) {
			return fault.Wrap(fault.Conflict, err, "A user with the email %s already exists", u.Email)
		}
		if err != nil {
			return failure("create user", err)
		}
		sealed, err := d.seal(u.Secret, "users", u.ID, "secret", u.AccountID)
		if err != nil {
			return err
		}
		if _, err := tx.write.ExecContext(ctx, "UPDATE users SET secret_sealed = $1 WHERE id = $2", sealed, u.ID); err != nil {
			return failure("seal user secret", err)
		}
		for _, role := range u.Roles {
			if _, err := tx.write.ExecContext(ctx, "INSERT INTO user_roles (user_id, role) VALUES ($1, $2)", u.ID, role); err != nil {
				return failure("grant role", err)
			}
		}
		tx.changed("user", u.ID, u.AccountID)
		return nil
	})
}

// SetLastLogin keeps when a user last logged in.
func (d *DB) SetLastLogin(ctx context.Context, userID int64, at time.Time) error {
	return d.changeUser(ctx, userID, "UPDATE users SET last_login_at = $1 WHERE id = $2 RETURNING account_id", millis(at), userID)
}

// SetPassword keeps a new password hash.
func (d *DB) SetPassword(ctx context.Context, userID int64, hash string) error {
	return d.changeUser(ctx, userID, "UPDATE users SET password_hash = $1 WHERE id = $2 RETURNING account_id", hash, userID)
}

// SetUserActive activates or deactivates a user.
func (d *DB) SetUserActive(ctx context.Context, userID int64, active bool) error {
	return d.changeUser(ctx, userID, "UPDATE users SET active = $1 WHERE id = $2 RETURNING account_id", active, userID)
}

func (d *DB) changeUser(ctx context.Context, userID int64, statement string, args ...any) error {
	return d.InTx(ctx, func(tx *DB) error {
		var account int64
		if err := tx.write.QueryRowContext(ctx, statement, args...).Scan(&account); err != nil {
			return failure("change user", err)
		}
		tx.changed("user", userID, account)
		return nil
	})
}

func emailKey(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
