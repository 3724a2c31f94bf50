package store

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"jackfield/internal/fault"
)

// Tables whose rows may be adopted with an id of choice.
const (
	AdoptedCustomers     = "customers"
	AdoptedOrganizations = "organizations"
	AdoptedAccounts      = "accounts"
	AdoptedUsers         = "users"
)

// HasID reports whether a row with an id is there. The table is one of the Adopted constants.
func (d *DB) HasID(ctx context.Context, table string, id int64) (there bool, err error) {
	err = d.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+quoted(table)+" WHERE id = $1)", id).Scan(&there)
	return there, failure("look for an id", err)
}

// CustomerNamed finds a customer by name, the oldest first; 0 when there is none.
func (d *DB) CustomerNamed(ctx context.Context, name string) (id int64, err error) {
	err = d.read.QueryRowContext(ctx, "SELECT COALESCE(MIN(id), 0) FROM customers WHERE name = $1", name).Scan(&id)
	return id, failure("find customer", err)
}

// OrganizationByExternalID finds an organization by the id that another system gave it, else a NotFound fault.
func (d *DB) OrganizationByExternalID(ctx context.Context, externalID string) (*Organization, error) {
	return d.scanOrganization(d.read.QueryRowContext(ctx, organizationColumns+"external_id = $1 ORDER BY organizations.id LIMIT 1", externalID).Scan)
}

// OrganizationWithSecret finds an organization by its current secret, else a NotFound fault.
func (d *DB) OrganizationWithSecret(ctx context.Context, secret string) (*Organization, error) {
	return d.scanOrganization(d.read.QueryRowContext(ctx, organizationColumns+"secret_hash = $1", d.vault.Hash(hashOrganization, secret)).Scan)
}

// AccountByExternalID finds an account of an organization by the id that another system gave it, else a NotFound fault.
func (d *DB) AccountByExternalID(ctx context.Context, organizationID int64, externalID string) (*Account, error) {
	return scanAccount(d.read.QueryRowContext(ctx, accountColumns+"organization_id = $1 AND external_id = $2", organizationID, externalID).Scan)
}

// adopt inserts a row with the id that is wanted, or with a new one when that is 0 or taken.
func (d *DB) adopt(ctx context.Context, table string, wanted int64, columns string, values ...any) (id int64, err error) {
	if wanted != 0 {
		taken, err := d.HasID(ctx, table, wanted)
		if err != nil {
			return 0, err
		}
		if taken {
			wanted = 0
		} else if err := d.raiseIDs(ctx, table, wanted); err != nil {
			return 0, err
		}
	}
	if wanted != 0 {
		columns, values = columns+", id", append(values, wanted)
	}
	err = d.write.QueryRowContext(ctx, "INSERT INTO "+table+" ("+columns+") VALUES "+d.dialect.places(1, len(values))+" RETURNING id", values...).Scan(&id)
	if isDuplicate(err) {
		return 0, fault.Wrap(fault.Conflict, err, "Something in the row of %s is taken by another", table)
	}
	return id, failure("adopt a row of "+table, err)
}

// raiseIDs lets new ids of a table begin above one. SQLite does so by itself.
func (d *DB) raiseIDs(ctx context.Context, table string, above int64) error {
	if d.pool == nil {
		return nil
	}
	_, err := d.write.ExecContext(ctx, `SELECT setval(s, $2) FROM (SELECT pg_get_serial_sequence($1, 'id')::regclass AS s) AS sequence
		WHERE COALESCE(pg_sequence_last_value(s), 0) < $2`, table, above)
	return failure("raise ids", err)
}

// AdoptCustomer stores a customer of another system: with its id, where that is free. It sets the id.
func (d *DB) AdoptCustomer(ctx context.Context, c *Customer) (err error) {
	if err := wantStorable("name of the customer", c.Name); err != nil {
		return err
	}
	c.ID, err = d.adopt(ctx, AdoptedCustomers, c.ID, "name, active, created_at", c.Name, c.Active, millis(c.CreatedAt))
	return err
}

// AdoptOrganization stores an organization of another system: with its secret, and with its id where that is free. It sets the id.
func (d *DB) AdoptOrganization(ctx context.Context, o *Organization) error {
	if err := wantStorable("text of the organization", append(o.Details.texts(), o.Name, o.ExternalID)...); err != nil {
		return err
	}
	details, err := json.Marshal(o.Details)
	if err != nil {
		return err
	}
	o.ID, err = d.adopt(ctx, AdoptedOrganizations, o.ID, "name, external_id, secret_hash, secret_sealed, system, active, created_at, customer_id, details",
		o.Name, o.ExternalID, d.vault.Hash(hashOrganization, o.Secret), []byte{}, false, o.Active, millis(o.CreatedAt), orNull(o.CustomerID), string(details))
	if err != nil {
		return err
	}
	return d.sealOrganizationSecret(ctx, o)
}

// AdoptAccount stores an account of another system with its roles, and with its id where that is free. It sets the id.
func (d *DB) AdoptAccount(ctx context.Context, a *Account, roles []string) (err error) {
	if err := wantStorable("text of the account", a.Name, a.Description, a.ExternalID); err != nil {
		return err
	}
	a.ID, err = d.adopt(ctx, AdoptedAccounts, a.ID, "organization_id, name, description, external_id, is_default, active, created_at",
		a.OrganizationID, a.Name, a.Description, a.ExternalID, a.Default, a.Active, millis(a.CreatedAt))
	if err != nil {
		return err
	}
	for _, role := range roles {
		if _, err := d.write.ExecContext(ctx, "INSERT INTO account_roles (account_id, role) VALUES ($1, $2)", a.ID, role); err != nil {
			return failure("grant role", err)
		}
	}
	return nil
}

// AdoptUser stores a user of another system: with secret and roles, and with its id where that is free. It sets the id.
func (d *DB) AdoptUser(ctx context.Context, u *User) error {
	profile, err := u.storable()
	if err != nil {
		return err
	}
	u.ID, err = d.adopt(ctx, AdoptedUsers, u.ID,
		"account_id, email, email_key, first_name, last_name, password_hash, secret_hash, secret_sealed, active, created_at, last_login_at, external_id, profile",
		u.AccountID, u.Email, emailKey(u.Email), u.FirstName, u.LastName, u.PasswordHash, d.vault.Hash(hashUser, u.Secret), []byte{}, u.Active,
		millis(u.CreatedAt), 0, u.ExternalID, profile)
	if err != nil {
		return err
	}
	if err := d.sealUserSecret(ctx, u); err != nil {
		return err
	}
	return d.writeRoles(ctx, u)
}

// InstanceKey is what an instance is known by.
type InstanceKey struct {
	ID, AccountID int64
	ConnectorKey  string
	tokenHash     []byte
}

// HasToken reports whether a token is the instance's current one.
func (d *DB) HasToken(k InstanceKey, token string) bool {
	return bytes.Equal(k.tokenHash, d.vault.Hash(hashInstance, token))
}

// InstancesMet finds the instances of any account that have one of the ids or one of the tokens.
func (d *DB) InstancesMet(ctx context.Context, ids []int64, tokens []string) ([]InstanceKey, error) {
	if len(ids)+len(tokens) == 0 {
		return nil, nil
	}
	args := make([]any, 0, len(ids)+len(tokens))
	for _, id := range ids {
		args = append(args, id)
	}
	for _, token := range tokens {
		args = append(args, d.vault.Hash(hashInstance, token))
	}
	places := make([]string, len(args))
	for i := range places {
		places[i] = d.dialect.parameter(i + 1)
	}
	// A union, because both sides then use their index.
	const columns = "SELECT id, account_id, connector_key, token_hash FROM instances WHERE "
	rows, err := d.read.QueryContext(ctx, columns+"id IN ("+strings.Join(places[:len(ids)], ", ")+") UNION "+
		columns+"token_hash IN ("+strings.Join(places[len(ids):], ", ")+")", args...)
	if err != nil {
		return nil, failure("find instances", err)
	}
	var met []InstanceKey
	err = each(rows, func(scan func(...any) error) error {
		var k InstanceKey
		err := scan(&k.ID, &k.AccountID, &k.ConnectorKey, &k.tokenHash)
		met = append(met, k)
		return err
	})
	return met, failure("find instances", err)
}

// mostParameters is how many parameters a statement of many rows has: both databases take more, and gain nothing by it.
const mostParameters = 1000

// insertMany inserts rows by few statements. Table and columns are constants of ours.
func (d *DB) insertMany(ctx context.Context, table string, columns []string, rows [][]any) error {
	for most := mostParameters / len(columns); len(rows) > 0; {
		batch := rows[:min(most, len(rows))]
		rows = rows[len(batch):]
		args := make([]any, 0, len(batch)*len(columns))
		for _, row := range batch {
			args = append(args, row...)
		}
		statement := "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + d.dialect.places(len(batch), len(columns))
		if _, err := d.write.ExecContext(ctx, statement, args...); err != nil {
			if isDuplicate(err) {
				return fault.Wrap(fault.Conflict, err, "An id or token of these instances was taken by another meanwhile")
			}
			return failure("insert into "+table, err)
		}
	}
	return nil
}

// AdoptInstances stores instances of another system with the ids and tokens that they have there. Configuration rows get new ids. Call
// it in a transaction.
func (d *DB) AdoptInstances(ctx context.Context, all []*Instance) error {
	if len(all) == 0 {
		return nil
	}
	rows, tags, values := make([][]any, 0, len(all)), [][]any(nil), [][]any(nil)
	highest := int64(0)
	for _, i := range all {
		if err := checkTexts(i); err != nil {
			return err
		}
		highest = max(highest, i.ID)
		sealed, err := d.seal(i.Token, "instances", i.ID, "token", i.AccountID)
		if err != nil {
			return err
		}
		rows = append(rows, []any{
			i.ID, i.AccountID, i.UserID, i.ConnectorID, i.ConnectorKey, i.Name, nameKey(i.Name), d.vault.Hash(hashInstance, i.Token), sealed, i.Valid, i.Disabled,
			i.AuthenticationType, i.ExternalAuthentication, millis(i.CreatedAt), millis(i.CreatedAt), i.InvalidReason,
		})
		for position, tag := range i.Tags {
			tags = append(tags, []any{i.ID, position, tag})
		}
		for _, v := range i.Configuration {
			plain, sealed, err := d.sealValue(i, &v)
			if err != nil {
				return err
			}
			values = append(values, []any{i.ID, v.Key, v.Set, v.Secret, plain, sealed})
		}
	}
	if err := d.raiseIDs(ctx, "instances", highest); err != nil {
		return err
	}
	err := d.insertMany(ctx, "instances", []string{
		"id", "account_id", "user_id", "connector_id", "connector_key", "name", "name_key", "token_hash", "token_sealed", "valid", "disabled",
		"authentication_type", "external_authentication", "created_at", "updated_at", "invalid_reason",
	}, rows)
	if err == nil {
		err = d.insertMany(ctx, "instance_tags", []string{"instance_id", "position", "tag"}, tags)
	}
	if err == nil {
		err = d.insertMany(ctx, "instance_configuration", []string{"instance_id", "key", "is_set", "secret", "value", "sealed"}, values)
	}
	return err
}

// AnnounceAll has every server drop what it has cached: after many rows were adopted.
func (d *DB) AnnounceAll(ctx context.Context) error {
	return d.InTx(ctx, func(tx *DB) error {
		tx.changed("all", 0, 0)
		return nil
	})
}
