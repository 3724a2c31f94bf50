package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"jackfield/internal/fault"
)

// CreateUser stores a new user and sets its id and creation time. An e-mail or secret that is taken, in any case, is a
// Conflict fault.
func (d *DB) CreateUser(ctx context.Context, u *User) error {
	profile, err := u.storable()
	if err != nil {
		return err
	}
	return d.InTx(ctx, func(tx *DB) error {
		u.CreatedAt = now()
		err := tx.write.QueryRowContext(ctx,
			`INSERT INTO users (account_id, email, email_key, first_name, last_name, password_hash, secret_hash, secret_sealed, active, created_at, last_login_at, external_id, profile)
			 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12) RETURNING id`,
			u.AccountID, u.Email, emailKey(u.Email), u.FirstName, u.LastName, u.PasswordHash,
			d.vault.Hash(hashUser, u.Secret), []byte{}, u.Active, millis(u.CreatedAt), u.ExternalID, profile).Scan(&u.ID)
		if isDuplicate(err) {
			return emailTaken(err, u.Email)
		}
		if err != nil {
			return failure("create user", err)
		}
		if err := tx.sealUserSecret(ctx, u); err != nil {
			return err
		}
		if err := tx.writeRoles(ctx, u); err != nil {
			return err
		}
		tx.changed("user", u.ID, u.AccountID)
		return nil
	})
}

// sealUserSecret stores the secret of a new row, whose id the seal needs.
func (d *DB) sealUserSecret(ctx context.Context, u *User) error {
	sealed, err := d.seal(u.Secret, "users", u.ID, "secret", u.AccountID)
	if err != nil {
		return err
	}
	_, err = d.write.ExecContext(ctx, "UPDATE users SET secret_sealed = $1 WHERE id = $2 AND account_id = $3", sealed, u.ID, u.AccountID)
	return failure("seal user secret", err)
}

func emailTaken(err error, email string) error {
	return fault.Wrap(fault.Conflict, err, "A user with the email %s already exists", email)
}

// storable checks the texts and gives the profile as it is stored.
func (u *User) storable() (profile string, err error) {
	p := u.Profile
	if err := wantStorable("name, email or address of the user", u.Email, u.FirstName, u.LastName, u.ExternalID,
		p.City, p.Country, p.Phone, p.PostalCode, p.StateProvince, p.Street1, p.Street2); err != nil {
		return "", err
	}
	text, err := json.Marshal(p)
	return string(text), err
}

func (d *DB) writeRoles(ctx context.Context, u *User) error {
	if _, err := d.write.ExecContext(ctx, "DELETE FROM user_roles WHERE user_id = $1", u.ID); err != nil {
		return failure("write roles", err)
	}
	slices.Sort(u.Roles)
	u.Roles = slices.Compact(u.Roles)
	for _, role := range u.Roles {
		if _, err := d.write.ExecContext(ctx, "INSERT INTO user_roles (user_id, role) VALUES ($1, $2)", u.ID, role); err != nil {
			return failure("grant role", err)
		}
	}
	return nil
}

// UserFilter narrows a list of users. One of OrganizationID and AccountID is required.
type UserFilter struct {
	OrganizationID int64
	AccountID      int64 // 0 = all accounts
	Inactive       bool  // users of inactive accounts too
	AfterID        int64 // keyset page: ids greater than this one
	Limit          int
}

// Users lists users of an organization in the order of their ids.
func (d *DB) Users(ctx context.Context, f UserFilter) ([]Identity, error) {
	rows, err := d.read.QueryContext(ctx, "SELECT"+identityColumns+`WHERE a.organization_id = $1 AND (CAST($2 AS BIGINT) = 0 OR u.account_id = $2) AND u.id > $3
		AND (a.active = $5 OR $4 = $5) ORDER BY u.id LIMIT $6`,
		f.OrganizationID, f.AccountID, f.AfterID, f.Inactive, true, f.Limit)
	if err != nil {
		return nil, failure("read users", err)
	}
	found, err := d.scanIdentities(rows)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found, d.readAllRoles(ctx, found)
}

func (d *DB) scanIdentities(rows *sql.Rows) ([]Identity, error) {
	defer rows.Close()
	var found []Identity
	for rows.Next() {
		i, err := d.scanIdentity(rows.Scan)
		if err != nil {
			return nil, err
		}
		found = append(found, *i)
	}
	return found, failure("read users", rows.Err())
}

// readAllRoles is readRoles for users of one organization, by few statements.
func (d *DB) readAllRoles(ctx context.Context, found []Identity) error {
	own, err := d.OwnRoles(ctx, found[0].Organization.ID)
	if err != nil {
		return err
	}
	users, accounts := map[int64][]string{}, map[int64][]string{}
	for _, i := range found {
		users[i.User.ID], accounts[i.Account.ID] = nil, nil
	}
	if err := d.collectRoles(ctx, "user_roles", "user_id", users); err != nil {
		return err
	}
	if err := d.collectRoles(ctx, "account_roles", "account_id", accounts); err != nil {
		return err
	}
	for n := range found {
		i := &found[n]
		i.User.Roles, i.AccountRoles, i.OwnRoles = users[i.User.ID], accounts[i.Account.ID], own
	}
	return nil
}

// collectRoles adds to each id of a map the roles that a table gives it.
func (d *DB) collectRoles(ctx context.Context, table, column string, of map[int64][]string) error {
	ids := make([]int64, 0, len(of))
	for id := range of {
		ids = append(ids, id)
	}
	among, argument := d.dialect.among(ids)
	rows, err := d.read.QueryContext(ctx, "SELECT "+column+", role FROM "+table+" WHERE "+column+" "+among+" ORDER BY role", argument)
	if err != nil {
		return failure("read roles", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var role string
		if err := rows.Scan(&id, &role); err != nil {
			return failure("read roles", err)
		}
		of[id] = append(of[id], role)
	}
	return failure("read roles", rows.Err())
}

// Guard runs a change within its transaction and may refuse what came of it.
type Guard func(tx *DB, change func() error) error

// guarded runs a change of an organization's people when no other one is under way.
func (d *DB) guarded(ctx context.Context, organizationID int64, guard Guard, change func(tx *DB) error) error {
	return d.InTx(ctx, func(tx *DB) error {
		if err := tx.lockOrganization(ctx, organizationID); err != nil {
			return err
		}
		if guard == nil {
			return change(tx)
		}
		return guard(tx, func() error { return change(tx) })
	})
}

// ChangeUser reads a user of an organization, lets f change it, and stores it: name, e-mail, password hash, roles, activity,
// external id and profile. f may read more through tx, and no other change of the organization's users comes in between. Somebody
// who becomes inactive is logged out everywhere.
func (d *DB) ChangeUser(ctx context.Context, organizationID, id int64, f func(*Identity) error, guard Guard) (*Identity, error) {
	var changed *Identity
	err := d.guarded(ctx, organizationID, guard, func(tx *DB) error {
		i, err := tx.UserOf(ctx, organizationID, id)
		if err != nil {
			return err
		}
		if err := f(i); err != nil {
			return err
		}
		u := &i.User
		profile, err := u.storable()
		if err != nil {
			return err
		}
		_, err = tx.write.ExecContext(ctx, `UPDATE users SET email = $1, email_key = $2, first_name = $3, last_name = $4, active = $5, external_id = $6, profile = $7
			WHERE id = $8 AND account_id = $9`,
			u.Email, emailKey(u.Email), u.FirstName, u.LastName, u.Active, u.ExternalID, profile, u.ID, u.AccountID)
		if isDuplicate(err) {
			return emailTaken(err, u.Email)
		}
		if err != nil {
			return failure("change user", err)
		}
		if err := tx.writeRoles(ctx, u); err != nil {
			return err
		}
		if !u.Active {
			if _, err := tx.write.ExecContext(ctx, "DELETE FROM sessions WHERE user_id = $1", u.ID); err != nil {
				return failure("end sessions", err)
			}
		}
		tx.changed("user", u.ID, u.AccountID)
		changed = i
		return nil
	})
	return changed, err
}

// UserOf finds a user of an organization by id.
func (d *DB) UserOf(ctx context.Context, organizationID, id int64) (*Identity, error) {
	i, err := d.identity(ctx, "SELECT"+identityColumns+"WHERE a.organization_id = $1 AND u.id = $2", organizationID, id)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "No user found with id %d", id)
	}
	return i, err
}

// UserOfByEmail finds a user of an organization by e-mail in any case.
func (d *DB) UserOfByEmail(ctx context.Context, organizationID int64, email string) (*Identity, error) {
	missing := fault.New(fault.NotFound, "No user found with email %s", cleaned(email))
	if !storable(email) {
		return nil, missing
	}
	i, err := d.identity(ctx, "SELECT"+identityColumns+"WHERE a.organization_id = $1 AND u.email_key = $2", organizationID, emailKey(email))
	if fault.Is(err, fault.NotFound) {
		return nil, missing
	}
	return i, err
}

// DeleteUser removes a user with everything that the user owns, after f agreed.
func (d *DB) DeleteUser(ctx context.Context, organizationID, id int64, f func(*Identity) error, guard Guard) error {
	return d.guarded(ctx, organizationID, guard, func(tx *DB) error {
		i, err := tx.UserOf(ctx, organizationID, id)
		if err != nil {
			return err
		}
		if err := f(i); err != nil {
			return err
		}
		if err := tx.For(i.Account.ID).deleteInstancesOf(ctx, id); err != nil {
			return err
		}
		if _, err := tx.write.ExecContext(ctx, "DELETE FROM users WHERE id = $1 AND account_id = $2", id, i.Account.ID); err != nil {
			return failure("delete user", err)
		}
		tx.changed("user", id, i.Account.ID)
		return nil
	})
}

// deleteInstancesOf removes the instances that a user made.
func (s *Scope) deleteInstancesOf(ctx context.Context, userID int64) error {
	rows, err := s.db.write.QueryContext(ctx, "DELETE FROM instances WHERE user_id = $1 AND account_id = $2 RETURNING id", userID, s.account)
	if err != nil {
		return failure("delete instances", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return failure("delete instances", err)
		}
		s.db.changed("instance", id, s.account)
	}
	return failure("delete instances", rows.Err())
}

// CountHolders counts the active users of an organization who have a role, by themselves or by their account.
func (d *DB) CountHolders(ctx context.Context, organizationID int64, role string) (int, error) {
	var n int
	err := d.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM users u JOIN accounts a ON a.id = u.account_id
		WHERE a.organization_id = $1 AND u.active = $2 AND a.active = $2
		  AND (EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = u.id AND r.role = $3)
		    OR EXISTS (SELECT 1 FROM account_roles r WHERE r.account_id = a.id AND r.role = $3))`,
		organizationID, true, role).Scan(&n)
	return n, failure("count administrators", err)
}

// SetLastLogin keeps when a user last logged in.
func (d *DB) SetLastLogin(ctx context.Context, userID int64, at time.Time) error {
	return d.changeUser(ctx, userID, "UPDATE users SET last_login_at = $1 WHERE id = $2 RETURNING account_id", millis(at), userID)
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
