package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"jackfield/internal/fault"
)

// APIKey is a key by which a machine acts as a user. Its value is known to its holder alone.
type APIKey struct {
	ID         int64
	UserID     int64
	Name       string // unique among the user's, in any case
	Prefix     string // first characters, to tell keys apart
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero = never
	LastUsedAt time.Time // to the minute; zero = not known
}

const keyOfUser = `u.id = $1 AND u.account_id IN (SELECT a.id FROM accounts a WHERE a.organization_id = $2)`

// CreateAPIKey keeps the hash of a key for a user of an organization, and sets its id. A name that is taken, or a user that has
// most keys already, is a Conflict fault.
func (d *DB) CreateAPIKey(ctx context.Context, organizationID int64, k *APIKey, value string, most int) error {
	if err := wantStorable("name", k.Name); err != nil {
		return err
	}
	return d.InTx(ctx, func(tx *DB) error {
		// The user's row is locked, so that keys made at the same moment are counted one after the other.
		var id int64
		err := tx.read.QueryRowContext(ctx, "SELECT u.id FROM users u WHERE "+keyOfUser+tx.dialect.forLate, k.UserID, organizationID).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "No user found with id %d", k.UserID)
		}
		if err != nil {
			return failure("read user", err)
		}
		var n int
		if err := tx.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM api_keys WHERE user_id = $1", k.UserID).Scan(&n); err != nil {
			return failure("count API keys", err)
		}
		if n >= most {
			return fault.New(fault.Conflict, "The user %d has %d API keys, and more are not allowed: delete one first", k.UserID, n)
		}
		if k.CreatedAt.IsZero() {
			k.CreatedAt = now()
		}
		err = tx.write.QueryRowContext(ctx,
			"INSERT INTO api_keys (user_id, name, name_key, prefix, key_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
			k.UserID, k.Name, nameKey(k.Name), k.Prefix, tx.vault.Hash(string(KeyOfAPI), value), millis(k.CreatedAt), millis(k.ExpiresAt)).Scan(&k.ID)
		if isDuplicate(err) {
			return fault.Wrap(fault.Conflict, err, "The user %d already has an API key named %s", k.UserID, k.Name)
		}
		return failure("create API key", err)
	})
}

const apiKeyColumns = `SELECT k.id, k.user_id, k.name, k.prefix, k.created_at, k.expires_at, COALESCE(s.used_at, 0)
	FROM api_keys k JOIN users u ON u.id = k.user_id LEFT JOIN secret_uses s ON s.secret_hash = k.key_hash `

// APIKeys lists the keys of a user of an organization in the order of their ids.
func (d *DB) APIKeys(ctx context.Context, organizationID, userID int64) ([]APIKey, error) {
	rows, err := d.read.QueryContext(ctx, apiKeyColumns+"WHERE "+keyOfUser+" ORDER BY k.id", userID, organizationID)
	if err != nil {
		return nil, failure("read API keys", err)
	}
	defer rows.Close()
	var all []APIKey
	for rows.Next() {
		k, err := scanAPIKey(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, *k)
	}
	return all, failure("read API keys", rows.Err())
}

func scanAPIKey(scan func(...any) error) (*APIKey, error) {
	var k APIKey
	var created, expires, used int64
	err := scan(&k.ID, &k.UserID, &k.Name, &k.Prefix, &created, &expires, &used)
	k.CreatedAt, k.ExpiresAt, k.LastUsedAt = fromMillis(created), fromMillis(expires), fromMillis(used)
	return &k, failure("read API key", err)
}

// DeleteAPIKey revokes a key of a user of an organization.
func (d *DB) DeleteAPIKey(ctx context.Context, organizationID, userID, id int64) error {
	return d.InTx(ctx, func(tx *DB) error {
		result, err := tx.write.ExecContext(ctx, "DELETE FROM api_keys WHERE id = $3 AND user_id IN (SELECT u.id FROM users u WHERE "+keyOfUser+")",
			userID, organizationID, id)
		if err := someRow(result, err, "revoke API key", fault.New(fault.NotFound, "No API key found with id %d", id)); err != nil {
			return err
		}
		tx.changed("user", userID, 0)
		return nil
	})
}

// IdentityByAPIKey finds the user of a key. An unknown one is a NotFound fault; whether it has expired is for the caller to check.
func (d *DB) IdentityByAPIKey(ctx context.Context, value string) (*Identity, *APIKey, error) {
	k, err := scanAPIKey(d.read.QueryRowContext(ctx, apiKeyColumns+"WHERE k.key_hash = $1", d.vault.Hash(string(KeyOfAPI), value)).Scan)
	if err != nil {
		return nil, nil, err
	}
	i, err := d.IdentityByUser(ctx, k.UserID)
	return i, k, err
}
