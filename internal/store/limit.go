package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strconv"
)

// Limits are the limits that the account has of its own, by name; nil = no limit. For names that are missing the server's
// default holds.
func (s *Scope) Limits(ctx context.Context) (map[string]*int64, error) {
	rows, err := s.db.read.QueryContext(ctx, "SELECT name, most FROM account_limits WHERE account_id = $1", s.account)
	if err != nil {
		return nil, failure("read limits", err)
	}
	defer rows.Close()
	own := map[string]*int64{}
	for rows.Next() {
		var name string
		var most sql.NullInt64
		if err := rows.Scan(&name, &most); err != nil {
			return nil, failure("read limits", err)
		}
		own[name] = nil
		if most.Valid {
			own[name] = &most.Int64
		}
	}
	return own, failure("read limits", rows.Err())
}

// SetLimits makes these the account's own limits, in place of those that were.
func (s *Scope) SetLimits(ctx context.Context, own map[string]*int64) error {
	return s.db.InTx(ctx, func(tx *DB) error {
		if _, err := tx.write.ExecContext(ctx, "DELETE FROM account_limits WHERE account_id = $1", s.account); err != nil {
			return failure("write limits", err)
		}
		for _, name := range slices.Sorted(maps.Keys(own)) {
			if _, err := tx.write.ExecContext(ctx, "INSERT INTO account_limits (account_id, name, most) VALUES ($1, $2, $3)", s.account, name, own[name]); err != nil {
				return failure("write limits", err)
			}
		}
		tx.changed("limit", s.account, s.account)
		return nil
	})
}

// LockInstances lets nobody else, here or on another server, store an instance of the account until the transaction ends, as far as
// they ask for the same lock. Counting what is stored is then worth something.
func (s *Scope) LockInstances(ctx context.Context) error {
	return s.db.Lock(ctx, "instances of account "+strconv.FormatInt(s.account, 10))
}

// StoredInstances is how many instances the account has.
func (s *Scope) StoredInstances(ctx context.Context) (n int64, err error) {
	err = s.db.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM instances WHERE account_id = $1", s.account).Scan(&n)
	return n, failure("count instances", err)
}

// CustomerAccount finds an account of any organization of a customer, also an inactive one.
func (d *DB) CustomerAccount(ctx context.Context, customerID, id int64) (*Account, error) {
	return scanAccount(d.read.QueryRowContext(ctx, accountColumns+"organization_id IN (SELECT id FROM organizations WHERE customer_id = $1) AND id = $2", customerID, id).Scan)
}
