package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"jackfield/internal/fault"
)

// PasswordPolicy is what an organization wants of passwords (reference/accounts-and-access.md §7).
type PasswordPolicy struct {
	MinLength             int
	MinUppercase          int
	MinLowercase          int
	MinNumbers            int
	MinSymbols            int
	SymbolCharacterSet    string // characters that count as symbols
	PreviousPasswordCount int    // how many passwords, the current one among them, may not come again
	ExpirationDays        int    // 0 = never
	CreatedAt             time.Time
	UpdatedAt             time.Time
}

// PasswordPolicy reads the policy of an organization. One without its own is a NotFound fault.
func (d *DB) PasswordPolicy(ctx context.Context, organizationID int64) (*PasswordPolicy, error) {
	var p PasswordPolicy
	var created, updated int64
	err := d.read.QueryRowContext(ctx,
		`SELECT min_length, min_uppercase, min_lowercase, min_numbers, min_symbols, symbol_character_set, previous_password_count,
		   expiration_days, created_at, updated_at
		 FROM password_policies WHERE organization_id = $1`, organizationID).
		Scan(&p.MinLength, &p.MinUppercase, &p.MinLowercase, &p.MinNumbers, &p.MinSymbols, &p.SymbolCharacterSet, &p.PreviousPasswordCount,
			&p.ExpirationDays, &created, &updated)
	if err != nil {
		return nil, failure("read password policy", err)
	}
	p.CreatedAt, p.UpdatedAt = fromMillis(created), fromMillis(updated)
	return &p, nil
}

// PutPasswordPolicy stores the policy of an organization and sets its times; the time of creation stays that of the first.
func (d *DB) PutPasswordPolicy(ctx context.Context, organizationID int64, p *PasswordPolicy) error {
	if err := wantStorable("symbolCharacterSet", p.SymbolCharacterSet); err != nil {
		return err
	}
	p.UpdatedAt = now()
	var created int64
	err := d.write.QueryRowContext(ctx,
		`INSERT INTO password_policies (organization_id, min_length, min_uppercase, min_lowercase, min_numbers, min_symbols,
		   symbol_character_set, previous_password_count, expiration_days, created_at, updated_at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
		 ON CONFLICT (organization_id) DO UPDATE SET min_length = excluded.min_length, min_uppercase = excluded.min_uppercase,
		   min_lowercase = excluded.min_lowercase, min_numbers = excluded.min_numbers, min_symbols = excluded.min_symbols,
		   symbol_character_set = excluded.symbol_character_set, previous_password_count = excluded.previous_password_count,
		   expiration_days = excluded.expiration_days, updated_at = excluded.updated_at
		 RETURNING created_at`,
		organizationID, p.MinLength, p.MinUppercase, p.MinLowercase, p.MinNumbers, p.MinSymbols, p.SymbolCharacterSet,
		p.PreviousPasswordCount, p.ExpirationDays, millis(p.UpdatedAt)).Scan(&created)
	p.CreatedAt = fromMillis(created)
	return failure("write password policy", err)
}

// DeletePasswordPolicy puts an organization back under the default policy. To have none is no error.
func (d *DB) DeletePasswordPolicy(ctx context.Context, organizationID int64) error {
	_, err := d.write.ExecContext(ctx, "DELETE FROM password_policies WHERE organization_id = $1", organizationID)
	return failure("delete password policy", err)
}

// RecentPasswords returns hashes of a user's passwords, the current one first, at most so many.
func (d *DB) RecentPasswords(ctx context.Context, userID int64, most int) ([]string, error) {
	var current string
	if err := d.read.QueryRowContext(ctx, "SELECT password_hash FROM users WHERE id = $1", userID).Scan(&current); err != nil {
		return nil, failure("read password", err)
	}
	if most < 1 {
		return nil, nil
	}
	rows, err := d.read.QueryContext(ctx, "SELECT hash FROM password_history WHERE user_id = $1 ORDER BY id DESC LIMIT $2", userID, most-1)
	if err != nil {
		return nil, failure("read passwords", err)
	}
	hashes, err := texts(rows)
	if err != nil {
		return nil, failure("read passwords", err)
	}
	if current != "" {
		hashes = append([]string{current}, hashes...)
	}
	return hashes, nil
}

// PasswordChange is a new password of a user, with what comes along.
type PasswordChange struct {
	UserID         int64
	OrganizationID int64 // the user's: another one is NotFound
	Hash           string
	At             time.Time
	Remember       int    // how many replaced hashes stay
	Reset          string // token of the letter that allowed it: it must be live; "" = none was needed
	KeepSession    int64  // id of a login that goes on; 0 = all end
}

// ChangePassword keeps a new hash, remembers the old one, ends the user's logins, locks and letters of reset, all as one. A Reset that
// is not live any more is an Invalid fault.
func (d *DB) ChangePassword(ctx context.Context, c PasswordChange) error {
	return d.InTx(ctx, func(tx *DB) error {
		var account int64
		var old string
		err := tx.write.QueryRowContext(ctx,
			`SELECT u.account_id, u.password_hash FROM users u WHERE u.id = $1
			   AND u.account_id IN (SELECT a.id FROM accounts a WHERE a.organization_id = $2)`+tx.dialect.forLate,
			c.UserID, c.OrganizationID).Scan(&account, &old)
		if err != nil {
			return failure("read user", err)
		}
		if c.Reset != "" {
			if err := tx.usePasswordReset(ctx, c.Reset, c.UserID, c.At); err != nil {
				return err
			}
		}
		if old != "" && c.Remember > 0 {
			if _, err := tx.write.ExecContext(ctx, "INSERT INTO password_history (user_id, hash, replaced_at) VALUES ($1, $2, $3)",
				c.UserID, old, millis(c.At)); err != nil {
				return failure("remember password", err)
			}
		}
		for _, statement := range []struct {
			text string
			args []any
		}{
			{`DELETE FROM password_history WHERE user_id = $1
			   AND id NOT IN (SELECT id FROM password_history WHERE user_id = $1 ORDER BY id DESC LIMIT $2)`, []any{c.UserID, c.Remember}},
			{"UPDATE users SET password_hash = $1, password_changed_at = $2 WHERE id = $3 AND account_id = $4", []any{c.Hash, millis(c.At), c.UserID, account}},
			{"UPDATE password_resets SET used_at = $1 WHERE user_id = $2 AND used_at = 0", []any{millis(c.At), c.UserID}},
			{"DELETE FROM login_failures WHERE user_id = $1", []any{c.UserID}},
		} {
			if _, err := tx.write.ExecContext(ctx, statement.text, statement.args...); err != nil {
				return failure("change password", err)
			}
		}
		tx.changed("user", c.UserID, account)
		return tx.endSessions(ctx, c.UserID, c.KeepSession)
	})
}

// endSessions ends the logins of a user but one. Cached callers of the user are dropped by the change of the user.
func (d *DB) endSessions(ctx context.Context, userID, keep int64) error {
	_, err := d.write.ExecContext(ctx, "DELETE FROM sessions WHERE user_id = $1 AND id <> $2", userID, keep)
	return failure("end sessions", err)
}

// PasswordChangedAt is when a user's password was set.
func (d *DB) PasswordChangedAt(ctx context.Context, userID int64) (time.Time, error) {
	var changed int64
	err := d.read.QueryRowContext(ctx, "SELECT CASE password_changed_at WHEN 0 THEN created_at ELSE password_changed_at END FROM users WHERE id = $1",
		userID).Scan(&changed)
	return fromMillis(changed), failure("read user", err)
}

// PasswordState is what stands between a user and a login by password.
type PasswordState struct {
	HasPassword bool
	ChangedAt   time.Time
	LockedUntil time.Time // zero: not locked
}

// PasswordStates reads the states of users of an organization; others are left out.
func (d *DB) PasswordStates(ctx context.Context, organizationID int64, userIDs []int64) (map[int64]PasswordState, error) {
	states := map[int64]PasswordState{}
	if len(userIDs) == 0 {
		return states, nil
	}
	among, ids := d.dialect.among(userIDs)
	rows, err := d.read.QueryContext(ctx,
		`SELECT u.id, u.password_hash <> '', CASE u.password_changed_at WHEN 0 THEN u.created_at ELSE u.password_changed_at END,
		   COALESCE((SELECT MAX(f.locked_until) FROM login_failures f WHERE f.user_id = u.id), 0)
		 FROM users u JOIN accounts a ON a.id = u.account_id WHERE u.id `+among+` AND a.organization_id = $2`, ids, organizationID)
	if err != nil {
		return nil, failure("read passwords", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, changed, locked int64
		var s PasswordState
		if err := rows.Scan(&id, &s.HasPassword, &changed, &locked); err != nil {
			return nil, failure("read passwords", err)
		}
		s.ChangedAt, s.LockedUntil = fromMillis(changed), fromMillis(locked)
		states[id] = s
	}
	return states, failure("read passwords", rows.Err())
}

// LoginAttempt is one check of a password that is about to be made.
type LoginAttempt struct {
	Email  string
	UserID int64 // 0 = nobody has this email
	At     time.Time
	Forget time.Duration                    // without a failure for so long, the count begins anew
	Wait   func(failures int) time.Duration // lock after so many failures in a row; 0 = none
}

// CountLogin counts an attempt as failed before its password is checked, so that many at once, on many servers, cannot pass the
// limit together. While the email is locked nothing is counted, and it says until when.
func (d *DB) CountLogin(ctx context.Context, a LoginAttempt) (lockedUntil time.Time, err error) {
	hash := d.loginHash(a.Email)
	user := sql.NullInt64{Int64: a.UserID, Valid: a.UserID != 0}
	err = d.InTx(ctx, func(tx *DB) error {
		lockedUntil = time.Time{}
		if _, err := tx.write.ExecContext(ctx,
			"INSERT INTO login_failures (email_hash, user_id, failures, failed_at, locked_until) VALUES ($1, $2, 0, $3, 0) ON CONFLICT (email_hash) DO NOTHING",
			hash, user, millis(a.At)); err != nil {
			return failure("count login", err)
		}
		var failures int
		var failedAt, locked int64
		if err := tx.read.QueryRowContext(ctx, "SELECT failures, failed_at, locked_until FROM login_failures WHERE email_hash = $1"+tx.dialect.forLate,
			hash).Scan(&failures, &failedAt, &locked); err != nil {
			return failure("count login", err)
		}
		if until := fromMillis(locked); a.At.Before(until) {
			lockedUntil = until
			return nil
		}
		if a.At.Sub(fromMillis(failedAt)) > a.Forget {
			failures = 0
		}
		failures++
		locked = 0
		if wait := a.Wait(failures); wait > 0 {
			locked = millis(a.At.Add(wait))
		}
		_, err := tx.write.ExecContext(ctx,
			"UPDATE login_failures SET user_id = $1, failures = $2, failed_at = $3, locked_until = $4 WHERE email_hash = $5",
			user, failures, millis(a.At), locked, hash)
		return failure("count login", err)
	})
	return lockedUntil, err
}

// ForgetLogins takes back what CountLogin counted for an email: its password was right.
func (d *DB) ForgetLogins(ctx context.Context, email string) error {
	_, err := d.write.ExecContext(ctx, "DELETE FROM login_failures WHERE email_hash = $1", d.loginHash(email))
	return failure("forget failed logins", err)
}

// UnlockUser ends the lock of a user of an organization. To have none is no error.
func (d *DB) UnlockUser(ctx context.Context, organizationID, userID int64) error {
	_, err := d.write.ExecContext(ctx,
		`DELETE FROM login_failures WHERE user_id = $1
		   AND EXISTS (SELECT 1 FROM users u JOIN accounts a ON a.id = u.account_id WHERE u.id = $1 AND a.organization_id = $2)`,
		userID, organizationID)
	return failure("unlock user", err)
}

// DeleteLoginFailuresBefore forgets failed logins that were the last before a time.
func (d *DB) DeleteLoginFailuresBefore(ctx context.Context, at time.Time) error {
	_, err := d.write.ExecContext(ctx, "DELETE FROM login_failures WHERE failed_at < $1", millis(at))
	return failure("forget failed logins", err)
}

func (d *DB) loginHash(email string) []byte { return d.vault.Hash("failed login", emailKey(email)) }

// CreatePasswordReset keeps a token that sets a user's password until it expires. Only its keyed hash is kept. It reports false, and
// keeps nothing, when the user was given most of them since a time.
func (d *DB) CreatePasswordReset(ctx context.Context, userID int64, token string, at, expires, since time.Time, most int) (kept bool, err error) {
	err = d.InTx(ctx, func(tx *DB) error {
		kept = false
		var id int64
		// The row of the user is locked, so that requests at the same moment are counted one after the other.
		if err := tx.read.QueryRowContext(ctx, "SELECT id FROM users WHERE id = $1"+tx.dialect.forLate, userID).Scan(&id); err != nil {
			return failure("read user", err)
		}
		var n int
		if err := tx.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM password_resets WHERE user_id = $1 AND created_at > $2",
			userID, millis(since)).Scan(&n); err != nil {
			return failure("count resets", err)
		}
		if n >= most {
			return nil
		}
		kept = true
		_, err := tx.write.ExecContext(ctx,
			"INSERT INTO password_resets (user_id, token_hash, created_at, expires_at, used_at) VALUES ($1, $2, $3, $4, 0)",
			userID, d.resetHash(token), millis(at), millis(expires))
		return failure("create reset", err)
	})
	return kept, err
}

// IdentityByPasswordReset finds the user whose password a live token sets. One that is unknown, used or expired is NotFound.
func (d *DB) IdentityByPasswordReset(ctx context.Context, token string, at time.Time) (*Identity, error) {
	var userID int64
	err := d.read.QueryRowContext(ctx, "SELECT user_id FROM password_resets WHERE token_hash = $1 AND used_at = 0 AND expires_at > $2",
		d.resetHash(token), millis(at)).Scan(&userID)
	if err != nil {
		return nil, failure("read reset", err)
	}
	return d.IdentityByUser(ctx, userID)
}

// usePasswordReset marks a live token as used.
func (d *DB) usePasswordReset(ctx context.Context, token string, userID int64, at time.Time) error {
	var id int64
	err := d.write.QueryRowContext(ctx,
		"UPDATE password_resets SET used_at = $1 WHERE token_hash = $2 AND user_id = $3 AND used_at = 0 AND expires_at > $1 RETURNING id",
		millis(at), d.resetHash(token), userID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.Invalid, "The link was used already or is too old: ask for a new one")
	}
	return failure("use reset", err)
}

// DeletePasswordResetsBefore forgets tokens that were made before a time.
func (d *DB) DeletePasswordResetsBefore(ctx context.Context, at time.Time) error {
	_, err := d.write.ExecContext(ctx, "DELETE FROM password_resets WHERE created_at < $1", millis(at))
	return failure("forget resets", err)
}

func (d *DB) resetHash(token string) []byte { return d.vault.Hash("password reset", token) }
