package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"
)

const identityColumns = `
	u.id, u.account_id, u.email, u.first_name, u.last_name, u.password_hash, u.secret_sealed, u.active, u.created_at, u.last_login_at, u.external_id, u.profile,
	a.id, a.organization_id, a.name, a.description, a.external_id, a.is_default, a.active, a.created_at, a.settings,
	o.id, COALESCE(o.customer_id, 0), o.name, o.external_id, o.secret_sealed, o.system, o.active, o.created_at, o.details
	FROM users u JOIN accounts a ON a.id = u.account_id JOIN organizations o ON o.id = a.organization_id `

// IdentityBySecret finds a user by secret. An unknown one is a NotFound fault.
func (d *DB) IdentityBySecret(ctx context.Context, secret string) (*Identity, error) {
	return d.identity(ctx, "SELECT"+identityColumns+"WHERE u.secret_hash = $1", d.vault.Hash(hashUser, secret))
}

// IdentityByEmail finds a user by e-mail in any case.
func (d *DB) IdentityByEmail(ctx context.Context, email string) (*Identity, error) {
	if !storable(email) {
		return nil, failure("read user", sql.ErrNoRows)
	}
	return d.identity(ctx, "SELECT"+identityColumns+"WHERE u.email_key = $1", emailKey(email))
}

// IdentityByUser finds a user by id.
func (d *DB) IdentityByUser(ctx context.Context, userID int64) (*Identity, error) {
	return d.identity(ctx, "SELECT"+identityColumns+"WHERE u.id = $1", userID)
}

// FirstAdministrator finds the user that the first start made: the oldest that is not of the system organization.
func (d *DB) FirstAdministrator(ctx context.Context) (*Identity, error) {
	return d.identity(ctx, "SELECT"+identityColumns+"WHERE u.id = (SELECT MIN(u.id) FROM users u JOIN accounts a ON a.id = u.account_id JOIN organizations o ON o.id = a.organization_id WHERE o.system = $1)", false)
}

func (d *DB) identity(ctx context.Context, query string, args ...any) (*Identity, error) {
	i, err := d.scanIdentity(d.read.QueryRowContext(ctx, query, args...).Scan)
	if err != nil {
		return nil, err
	}
	return i, d.readRoles(ctx, i)
}

// scanIdentity reads one row of identityColumns with more columns behind it.
func (d *DB) scanIdentity(scan func(...any) error, more ...any) (*Identity, error) {
	var i Identity
	var userSealed, organizationSealed []byte
	var userCreated, lastLogin, accountCreated, organizationCreated int64
	var profile, settings, details string
	u, a, o := &i.User, &i.Account, &i.Organization
	err := scan(append([]any{
		&u.ID, &u.AccountID, &u.Email, &u.FirstName, &u.LastName, &u.PasswordHash, &userSealed, &u.Active, &userCreated, &lastLogin, &u.ExternalID, &profile,
		&a.ID, &a.OrganizationID, &a.Name, &a.Description, &a.ExternalID, &a.Default, &a.Active, &accountCreated, &settings,
		&o.ID, &o.CustomerID, &o.Name, &o.ExternalID, &organizationSealed, &o.System, &o.Active, &organizationCreated, &details,
	}, more...)...)
	if err != nil {
		return nil, failure("read user", err)
	}
	u.CreatedAt, u.LastLoginAt = fromMillis(userCreated), fromMillis(lastLogin)
	a.CreatedAt, o.CreatedAt = fromMillis(accountCreated), fromMillis(organizationCreated)
	if err := errors.Join(json.Unmarshal([]byte(profile), &u.Profile), json.Unmarshal([]byte(settings), &a.Settings), json.Unmarshal([]byte(details), &o.Details)); err != nil {
		return nil, failure("read user", err)
	}
	if u.Secret, err = d.open(userSealed, "users", u.ID, "secret", u.AccountID); err != nil {
		return nil, err
	}
	o.Secret, err = d.open(organizationSealed, "organizations", o.ID, "secret", 0)
	return &i, err
}

// readRoles adds what decides what the user may do.
func (d *DB) readRoles(ctx context.Context, i *Identity) error {
	var err error
	if i.User.Roles, err = d.roleKeys(ctx, "SELECT role FROM user_roles WHERE user_id = $1 ORDER BY role", i.User.ID); err != nil {
		return err
	}
	if i.AccountRoles, err = d.roleKeys(ctx, "SELECT role FROM account_roles WHERE account_id = $1 ORDER BY role", i.Account.ID); err != nil {
		return err
	}
	i.OwnRoles, err = d.OwnRoles(ctx, i.Organization.ID)
	return err
}

func (d *DB) roleKeys(ctx context.Context, query string, id int64) ([]string, error) {
	rows, err := d.read.QueryContext(ctx, query, id)
	if err != nil {
		return nil, failure("read roles", err)
	}
	keys, err := texts(rows)
	return keys, failure("read roles", err)
}

func texts(rows *sql.Rows) ([]string, error) {
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}

// CreateSession stores a login and sets its id. Only a keyed hash of the token is kept.
func (d *DB) CreateSession(ctx context.Context, s *Session) error {
	if s.CreatedAt.IsZero() {
		s.CreatedAt = now()
	}
	err := d.write.QueryRowContext(ctx,
		"INSERT INTO sessions (user_id, kind, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5) RETURNING id",
		s.UserID, string(s.Kind), d.sessionHash(s.Kind, s.Token), millis(s.CreatedAt), millis(s.ExpiresAt)).Scan(&s.ID)
	return failure("create session", err)
}

// IdentityBySession finds the user of a login. An unknown token is a NotFound fault; whether the login has
// ended is for the caller to check by ExpiresAt.
func (d *DB) IdentityBySession(ctx context.Context, kind SessionKind, token string) (*Identity, *Session, error) {
	s := Session{Kind: kind, Token: token}
	var created, expires int64
	var userID int64
	err := d.read.QueryRowContext(ctx, "SELECT id, user_id, created_at, expires_at FROM sessions WHERE kind = $1 AND token_hash = $2",
		string(kind), d.sessionHash(kind, token)).Scan(&s.ID, &userID, &created, &expires)
	if err != nil {
		return nil, nil, failure("read session", err)
	}
	s.UserID, s.CreatedAt, s.ExpiresAt = userID, fromMillis(created), fromMillis(expires)
	i, err := d.IdentityByUser(ctx, userID)
	return i, &s, err
}

// DeleteSession ends a login. An unknown token is no error.
func (d *DB) DeleteSession(ctx context.Context, kind SessionKind, token string) error {
	return d.InTx(ctx, func(tx *DB) error {
		var id int64
		err := tx.write.QueryRowContext(ctx, "DELETE FROM sessions WHERE kind = $1 AND token_hash = $2 RETURNING id",
			string(kind), d.sessionHash(kind, token)).Scan(&id)
		if err == sql.ErrNoRows {
			return nil
		}
		tx.changed("session", id, 0)
		return failure("end session", err)
	})
}

// DeleteExpiredSessions forgets logins that have ended.
func (d *DB) DeleteExpiredSessions(ctx context.Context, at time.Time) error {
	_, err := d.write.ExecContext(ctx, "DELETE FROM sessions WHERE expires_at <= $1", millis(at))
	return failure("forget sessions", err)
}

func (d *DB) sessionHash(kind SessionKind, token string) []byte {
	return d.vault.Hash(hashSession+" "+string(kind), token)
}
