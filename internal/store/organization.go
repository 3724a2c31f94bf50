package store

import (
	"context"
	"encoding/json"
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
	for _, table := range []string{"customers", "organizations", "accounts", "users"} {
		if _, err := d.write.ExecContext(ctx, "ALTER TABLE "+table+" ALTER COLUMN id RESTART WITH 1"); err != nil {
			return failure("restart ids", err)
		}
	}
	return nil
}

// CreateCustomer stores a new customer and sets its id and creation time.
func (d *DB) CreateCustomer(ctx context.Context, c *Customer) error {
	if err := wantStorable("name of the customer", c.Name); err != nil {
		return err
	}
	c.CreatedAt = now()
	err := d.write.QueryRowContext(ctx, "INSERT INTO customers (name, active, created_at) VALUES ($1, $2, $3) RETURNING id",
		c.Name, c.Active, millis(c.CreatedAt)).Scan(&c.ID)
	return failure("create customer", err)
}

// Customer finds a customer by id.
func (d *DB) Customer(ctx context.Context, id int64) (*Customer, error) {
	var c Customer
	var created int64
	err := d.read.QueryRowContext(ctx, "SELECT id, name, active, created_at FROM customers WHERE id = $1", id).Scan(&c.ID, &c.Name, &c.Active, &created)
	c.CreatedAt = fromMillis(created)
	return &c, failure("read customer", err)
}

// CreateOrganization stores a new organization and sets its id and creation time.
func (d *DB) CreateOrganization(ctx context.Context, o *Organization) error {
	if err := wantStorable("name of the organization", append(o.Details.texts(), o.Name, o.ExternalID)...); err != nil {
		return err
	}
	details, err := json.Marshal(o.Details)
	if err != nil {
		return err
	}
	return d.InTx(ctx, func(tx *DB) error {
		o.CreatedAt = now()
		err := tx.write.QueryRowContext(ctx,
			`INSERT INTO organizations (name, external_id, secret_hash, secret_sealed, system, active, created_at, customer_id, details)
			 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
			o.Name, o.ExternalID, d.vault.Hash(hashOrganization, o.Secret), []byte{}, o.System, o.Active, millis(o.CreatedAt), orNull(o.CustomerID), string(details)).Scan(&o.ID)
		if isDuplicate(err) {
			return fault.Wrap(fault.Conflict, err, "The secret of the organization is taken")
		}
		if err != nil {
			return failure("create organization", err)
		}
		return tx.sealOrganizationSecret(ctx, o)
	})
}

// sealOrganizationSecret stores the secret of a new row, whose id the seal needs.
func (d *DB) sealOrganizationSecret(ctx context.Context, o *Organization) error {
	sealed, err := d.seal(o.Secret, "organizations", o.ID, "secret", 0)
	if err != nil {
		return err
	}
	_, err = d.write.ExecContext(ctx, "UPDATE organizations SET secret_sealed = $1 WHERE id = $2", sealed, o.ID)
	return failure("seal organization secret", err)
}

func (o OrganizationDetails) texts() []string {
	return []string{o.Environment, o.Status, o.Street1, o.City, o.State, o.PostalCode, o.Country}
}

func orNull(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

const organizationColumns = "SELECT id, COALESCE(customer_id, 0), name, external_id, secret_sealed, system, active, created_at, details FROM organizations WHERE "

// Organization finds an organization by id.
func (d *DB) Organization(ctx context.Context, id int64) (*Organization, error) {
	return d.scanOrganization(d.read.QueryRowContext(ctx, organizationColumns+"id = $1", id).Scan)
}

// Organizations lists those of a customer with ids above after, in the order of their ids, at most limit.
func (d *DB) Organizations(ctx context.Context, customerID int64, inactive bool, after int64, limit int) ([]Organization, error) {
	rows, err := d.read.QueryContext(ctx, organizationColumns+"customer_id = $1 AND id > $2 AND (active = $3 OR $4 = $3) ORDER BY organizations.id LIMIT $5",
		customerID, after, true, inactive, limit)
	if err != nil {
		return nil, failure("read organizations", err)
	}
	defer rows.Close()
	var all []Organization
	for rows.Next() {
		o, err := d.scanOrganization(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, *o)
	}
	return all, failure("read organizations", rows.Err())
}

func (d *DB) scanOrganization(scan func(...any) error) (*Organization, error) {
	var o Organization
	var sealed []byte
	var created int64
	var details string
	err := scan(&o.ID, &o.CustomerID, &o.Name, &o.ExternalID, &sealed, &o.System, &o.Active, &created, &details)
	if err == nil {
		err = json.Unmarshal([]byte(details), &o.Details)
	}
	if err != nil {
		return nil, failure("read organization", err)
	}
	o.CreatedAt = fromMillis(created)
	o.Secret, err = d.open(sealed, "organizations", o.ID, "secret", 0)
	return &o, err
}

// RenameOrganization gives an organization another name.
func (d *DB) RenameOrganization(ctx context.Context, id int64, name string) error {
	if err := wantStorable("name of the organization", name); err != nil {
		return err
	}
	return d.changeOrganization(ctx, id, "UPDATE organizations SET name = $1 WHERE id = $2", name, id)
}

// SetOrganizationActive activates an organization or deactivates it; nobody of an inactive one can do anything.
func (d *DB) SetOrganizationActive(ctx context.Context, id int64, active bool) error {
	return d.changeOrganization(ctx, id, "UPDATE organizations SET active = $1 WHERE id = $2", active, id)
}

func (d *DB) changeOrganization(ctx context.Context, id int64, statement string, args ...any) error {
	return d.InTx(ctx, func(tx *DB) error {
		result, err := tx.write.ExecContext(ctx, statement, args...)
		if err := someRow(result, err, "change organization", fault.New(fault.NotFound, "No organization found with id %d", id)); err != nil {
			return err
		}
		tx.changed("organization", id, 0)
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
