package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"jackfield/internal/fault"
)

// OwnRoles lists what an organization made of the roles, in the order of their ids.
func (d *DB) OwnRoles(ctx context.Context, organizationID int64) ([]Role, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT id, key, name, description, active, privileges, includes, created_at
		FROM organization_roles WHERE organization_id = $1 ORDER BY organization_roles.id`, organizationID)
	if err != nil {
		return nil, failure("read roles", err)
	}
	defer rows.Close()
	var all []Role
	for rows.Next() {
		var r Role
		var privileges, includes string
		var created int64
		if err := rows.Scan(&r.ID, &r.Key, &r.Name, &r.Description, &r.Active, &privileges, &includes, &created); err != nil {
			return nil, failure("read roles", err)
		}
		if err := errors.Join(json.Unmarshal([]byte(privileges), &r.Privileges), json.Unmarshal([]byte(includes), &r.Includes)); err != nil {
			return nil, failure("read roles", err)
		}
		r.CreatedAt = fromMillis(created)
		all = append(all, r)
	}
	return all, failure("read roles", rows.Err())
}

// ChangeOwnRoles reads what an organization made of the roles, lets f say what it shall be, and stores that. Roles that are gone
// are taken from users and accounts too. A new role has id 0 and gets one from FirstOwnRole on. Two changes at once do not undo
// each other.
func (d *DB) ChangeOwnRoles(ctx context.Context, organizationID int64, f func(roles []Role) ([]Role, error)) error {
	return d.InTx(ctx, func(tx *DB) error {
		if err := tx.lockOrganization(ctx, organizationID); err != nil {
			return err
		}
		before, err := tx.OwnRoles(ctx, organizationID)
		if err != nil {
			return err
		}
		after, err := f(slices.Clone(before))
		if err != nil {
			return err
		}
		gone := map[string]bool{}
		next := int64(FirstOwnRole)
		for _, r := range before {
			gone[r.Key] = r.ID >= FirstOwnRole
			next = max(next, r.ID+1)
		}
		if _, err := tx.write.ExecContext(ctx, "DELETE FROM organization_roles WHERE organization_id = $1", organizationID); err != nil {
			return failure("change roles", err)
		}
		for i := range after {
			r := &after[i]
			if r.ID == 0 {
				r.ID, r.CreatedAt = next, now()
				next++
			}
			delete(gone, r.Key)
			if err := tx.writeOwnRole(ctx, organizationID, r); err != nil {
				return err
			}
		}
		for key, own := range gone {
			if own {
				if err := tx.revokeEverywhere(ctx, organizationID, key); err != nil {
					return err
				}
			}
		}
		tx.changed("organization", organizationID, 0)
		return nil
	})
}

// lockOrganization makes the changes of an organization that must not meet come one after the other.
func (d *DB) lockOrganization(ctx context.Context, id int64) error {
	if d.dialect.forLate == "" {
		return nil
	}
	_, err := d.write.ExecContext(ctx, "SELECT id FROM organizations WHERE id = $1"+d.dialect.forLate, id)
	return failure("lock organization", err)
}

func (d *DB) writeOwnRole(ctx context.Context, organizationID int64, r *Role) error {
	if err := wantStorable("name or description of the role", r.Key, r.Name, r.Description); err != nil {
		return err
	}
	privileges, err := json.Marshal(list(r.Privileges))
	if err != nil {
		return err
	}
	includes, err := json.Marshal(list(r.Includes))
	if err != nil {
		return err
	}
	_, err = d.write.ExecContext(ctx, `INSERT INTO organization_roles (organization_id, id, key, name, description, active, privileges, includes, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		organizationID, r.ID, r.Key, r.Name, r.Description, r.Active, string(privileges), string(includes), millis(r.CreatedAt))
	if isDuplicate(err) {
		return fault.Wrap(fault.Conflict, err, "A role with the key %s already exists", r.Key)
	}
	return failure("change roles", err)
}

func list(keys []string) []string {
	if keys == nil {
		return []string{}
	}
	return keys
}

func (d *DB) revokeEverywhere(ctx context.Context, organizationID int64, key string) error {
	for _, statement := range []string{
		`DELETE FROM user_roles WHERE role = $2 AND user_id IN
		   (SELECT u.id FROM users u JOIN accounts a ON a.id = u.account_id WHERE a.organization_id = $1)`,
		"DELETE FROM account_roles WHERE role = $2 AND account_id IN (SELECT id FROM accounts WHERE organization_id = $1)",
	} {
		if _, err := d.write.ExecContext(ctx, statement, organizationID, key); err != nil {
			return failure("take a role away", err)
		}
	}
	return nil
}
