package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"jackfield/internal/fault"
)

// Connector is a private connector as stored. The document is its definition in JSON.
type Connector struct {
	ID        int64 // from 1,000,001: apart from the shipped catalogue
	AccountID int64
	Key       string
	Version   int64 // grows with every change
	Document  []byte
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Extension is what an account has added to a system connector. The document is a definition of the additions alone.
type Extension struct {
	ID          int64 // 0: not stored yet
	AccountID   int64
	ConnectorID int64
	Version     int64
	Document    []byte
}

const connectorColumns = "c.id, c.account_id, c.key, c.version, c.created_at, c.updated_at FROM connectors c "

// Connectors lists the private connectors that the account may use: its own, those of the organization's default
// account, and those shared with it (reference/accounts-and-access.md §10), by id. Documents that known has in that
// version are not read: they are large.
func (s *Scope) Connectors(ctx context.Context, known func(id, version int64) bool) ([]Connector, error) {
	found, err := s.db.connectors(ctx, `WHERE c.account_id = $1
		OR c.account_id IN (SELECT d.id FROM accounts d JOIN accounts a ON a.organization_id = d.organization_id WHERE a.id = $1 AND d.is_default)
		OR c.id IN (SELECT connector_id FROM connector_shares WHERE account_id = $1)
		ORDER BY c.id`, s.account)
	if err != nil {
		return nil, err
	}
	wanted := make(map[int64]*Connector, len(found))
	for i := range found {
		if !known(found[i].ID, found[i].Version) {
			wanted[found[i].ID] = &found[i]
		}
	}
	return found, s.db.documents(ctx, wanted)
}

// Place is the organization of the account and that organization's default account.
func (s *Scope) Place(ctx context.Context) (organizationID, defaultAccountID int64, err error) {
	err = s.db.read.QueryRowContext(ctx, `SELECT a.organization_id, COALESCE((SELECT MIN(d.id) FROM accounts d
		WHERE d.organization_id = a.organization_id AND d.is_default), a.id) FROM accounts a WHERE a.id = $1`, s.account).
		Scan(&organizationID, &defaultAccountID)
	return organizationID, defaultAccountID, failure("read account", err)
}

// ConnectorForChange reads a private connector of the account and holds it until the transaction ends. Call it in a
// transaction. What is not there is a NotFound fault.
func (s *Scope) ConnectorForChange(ctx context.Context, id int64) (*Connector, error) {
	found, err := s.db.connectors(ctx, "WHERE c.id = $1 AND c.account_id = $2"+s.db.dialect.forLate, id, s.account)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, noConnector(id)
	}
	return &found[0], s.db.documents(ctx, map[int64]*Connector{id: &found[0]})
}

func noConnector(id int64) error { return fault.New(fault.NotFound, "No element found with id %d", id) }

// connectors reads with a condition whose alias for the table is c.
func (d *DB) connectors(ctx context.Context, where string, args ...any) ([]Connector, error) {
	rows, err := d.read.QueryContext(ctx, "SELECT "+connectorColumns+where, args...)
	if err != nil {
		return nil, failure("read connectors", err)
	}
	defer rows.Close()
	var found []Connector
	for rows.Next() {
		var c Connector
		var created, updated int64
		if err := rows.Scan(&c.ID, &c.AccountID, &c.Key, &c.Version, &created, &updated); err != nil {
			return nil, failure("read connectors", err)
		}
		c.CreatedAt, c.UpdatedAt = fromMillis(created), fromMillis(updated)
		found = append(found, c)
	}
	return found, failure("read connectors", rows.Err())
}

// documents reads the documents of connectors, by id. One that was deleted meanwhile stays without.
func (d *DB) documents(ctx context.Context, of map[int64]*Connector) error {
	ids := make([]int64, 0, len(of))
	for id := range of {
		ids = append(ids, id)
	}
	for len(ids) > 0 {
		n := min(len(ids), partsBatch)
		among, list := d.dialect.among(ids[:n])
		if err := d.readDocuments(ctx, of, among, list); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

func (d *DB) readDocuments(ctx context.Context, of map[int64]*Connector, among string, list any) error {
	rows, err := d.read.QueryContext(ctx, "SELECT id, version, document_sealed FROM connectors WHERE id "+among, list)
	if err != nil {
		return failure("read connectors", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, version int64
		var sealed []byte
		if err := rows.Scan(&id, &version, &sealed); err != nil {
			return failure("read connectors", err)
		}
		c := of[id]
		document, err := d.open(sealed, "connectors", id, "document", c.AccountID)
		if err != nil {
			return err
		}
		c.Document, c.Version = []byte(document), version
	}
	return failure("read connectors", rows.Err())
}

// CreateConnector stores a new private connector and sets its id and times. A key that the account already uses is a
// Conflict fault.
func (s *Scope) CreateConnector(ctx context.Context, c *Connector) error {
	if err := wantStorable("key of the element", c.Key); err != nil {
		return err
	}
	c.AccountID, c.Version = s.account, 1
	return s.db.InTx(ctx, func(tx *DB) error {
		c.CreatedAt = now()
		c.UpdatedAt = c.CreatedAt
		err := tx.write.QueryRowContext(ctx,
			"INSERT INTO connectors (account_id, key, version, document_sealed, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
			s.account, c.Key, c.Version, []byte{}, millis(c.CreatedAt), millis(c.UpdatedAt)).Scan(&c.ID)
		if isDuplicate(err) {
			return fault.New(fault.Conflict, "An element with the key %s is there already: change it with PUT, or send another key", c.Key)
		}
		if err != nil {
			return failure("create connector", err)
		}
		return tx.writeConnector(ctx, c)
	})
}

// SaveConnector stores a changed document. Call it in the transaction of ConnectorForChange.
func (s *Scope) SaveConnector(ctx context.Context, c *Connector) error {
	c.Version++
	c.UpdatedAt = now()
	return s.db.writeConnector(ctx, c)
}

func (d *DB) writeConnector(ctx context.Context, c *Connector) error {
	sealed, err := d.seal(string(c.Document), "connectors", c.ID, "document", c.AccountID)
	if err != nil {
		return err
	}
	if _, err := d.write.ExecContext(ctx, "UPDATE connectors SET version = $1, document_sealed = $2, updated_at = $3 WHERE id = $4 AND account_id = $5",
		c.Version, sealed, millis(c.UpdatedAt), c.ID, c.AccountID); err != nil {
		return failure("write connector", err)
	}
	return d.connectorChanged(ctx, c.ID, c.AccountID)
}

// connectorChanged tells the account of a connector and those that it is shared with.
func (d *DB) connectorChanged(ctx context.Context, id, account int64) error {
	d.changed("connector", id, account)
	shared, err := d.sharedWith(ctx, id)
	for _, other := range shared {
		d.changed("connector", id, other)
	}
	return err
}

// DeleteConnector removes a private connector. One that has instances is a Conflict fault.
func (s *Scope) DeleteConnector(ctx context.Context, id int64) error {
	return s.db.InTx(ctx, func(tx *DB) error {
		if _, err := tx.For(s.account).ConnectorForChange(ctx, id); err != nil {
			return err
		}
		var instances int
		if err := tx.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM instances WHERE connector_id = $1", id).Scan(&instances); err != nil {
			return failure("count instances", err)
		}
		if instances > 0 {
			return fault.New(fault.Conflict, "The element %d has %d instances: delete them first", id, instances)
		}
		if err := tx.connectorChanged(ctx, id, s.account); err != nil {
			return err
		}
		_, err := tx.write.ExecContext(ctx, "DELETE FROM connectors WHERE id = $1 AND account_id = $2", id, s.account)
		return failure("delete connector", err)
	})
}

// Extensions lists what the account has added to system connectors, by connector.
func (s *Scope) Extensions(ctx context.Context) ([]Extension, error) {
	return s.extensions(ctx, "WHERE account_id = $1 ORDER BY connector_id", s.account)
}

// ExtensionForChange reads the account's extension of a system connector and holds it until the transaction ends: two
// first additions at the same time follow each other too. One that is not stored yet comes with id 0. Call it in a
// transaction.
func (s *Scope) ExtensionForChange(ctx context.Context, connectorID int64) (*Extension, error) {
	if err := s.db.Lock(ctx, fmt.Sprintf("extension %d of account %d", connectorID, s.account)); err != nil {
		return nil, err
	}
	found, err := s.extensions(ctx, "WHERE account_id = $1 AND connector_id = $2", s.account, connectorID)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return &Extension{AccountID: s.account, ConnectorID: connectorID}, nil
	}
	return &found[0], nil
}

func (s *Scope) extensions(ctx context.Context, where string, args ...any) ([]Extension, error) {
	rows, err := s.db.read.QueryContext(ctx, "SELECT id, account_id, connector_id, version, document_sealed FROM extensions "+where, args...)
	if err != nil {
		return nil, failure("read extensions", err)
	}
	defer rows.Close()
	var found []Extension
	for rows.Next() {
		var x Extension
		var sealed []byte
		if err := rows.Scan(&x.ID, &x.AccountID, &x.ConnectorID, &x.Version, &sealed); err != nil {
			return nil, failure("read extensions", err)
		}
		document, err := s.db.open(sealed, "extensions", x.ID, "document", x.AccountID)
		if err != nil {
			return nil, err
		}
		x.Document = []byte(document)
		found = append(found, x)
	}
	return found, failure("read extensions", rows.Err())
}

// SaveExtension stores a changed extension. Call it in the transaction of ExtensionForChange.
func (s *Scope) SaveExtension(ctx context.Context, x *Extension) error {
	x.Version++
	if x.ID == 0 {
		err := s.db.write.QueryRowContext(ctx, "INSERT INTO extensions (account_id, connector_id, version, document_sealed) VALUES ($1, $2, $3, $4) RETURNING id",
			s.account, x.ConnectorID, x.Version, []byte{}).Scan(&x.ID)
		if err != nil {
			return failure("create extension", err)
		}
	}
	sealed, err := s.db.seal(string(x.Document), "extensions", x.ID, "document", s.account)
	if err != nil {
		return err
	}
	if _, err := s.db.write.ExecContext(ctx, "UPDATE extensions SET version = $1, document_sealed = $2 WHERE id = $3 AND account_id = $4", x.Version, sealed, x.ID, s.account); err != nil {
		return failure("write extension", err)
	}
	s.db.changed("connector", x.ConnectorID, s.account)
	return nil
}

// DeleteExtension takes an account's additions away again. Call it in the transaction of ExtensionForChange.
func (s *Scope) DeleteExtension(ctx context.Context, connectorID int64) error {
	_, err := s.db.write.ExecContext(ctx, "DELETE FROM extensions WHERE account_id = $1 AND connector_id = $2", s.account, connectorID)
	s.db.changed("connector", connectorID, s.account)
	return failure("delete extension", err)
}

// PartIDs takes n ids for parts of connectors and returns the first. They are consecutive. Call it in a transaction.
func (d *DB) PartIDs(ctx context.Context, n int) (first int64, err error) {
	err = d.write.QueryRowContext(ctx, "UPDATE part_ids SET next = next + $1 RETURNING next", n).Scan(&first)
	return first - int64(n), failure("take ids", err)
}

// ConnectorShares lists the accounts that a private connector of this account is shared with, by id.
func (s *Scope) ConnectorShares(ctx context.Context, id int64) ([]int64, error) {
	return s.db.sharedWith(ctx, id)
}

func (d *DB) sharedWith(ctx context.Context, id int64) ([]int64, error) {
	rows, err := d.read.QueryContext(ctx, "SELECT account_id FROM connector_shares WHERE connector_id = $1 ORDER BY account_id", id)
	if err != nil {
		return nil, failure("read shares", err)
	}
	return numbers(rows)
}

func numbers(rows *sql.Rows) ([]int64, error) {
	defer rows.Close()
	var all []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, failure("read numbers", err)
		}
		all = append(all, n)
	}
	return all, failure("read numbers", rows.Err())
}

// ShareConnector lets another account of the same organization use a private connector. Doing it again changes
// nothing. An account that is not there is a NotFound fault.
func (s *Scope) ShareConnector(ctx context.Context, id, with int64) error {
	return s.db.InTx(ctx, func(tx *DB) error {
		if _, err := tx.For(s.account).ConnectorForChange(ctx, id); err != nil {
			return err
		}
		result, err := tx.write.ExecContext(ctx, `INSERT INTO connector_shares (connector_id, account_id)
			SELECT $1, o.id FROM accounts o JOIN accounts a ON a.organization_id = o.organization_id WHERE o.id = $2 AND a.id = $3
			ON CONFLICT DO NOTHING`, id, with, s.account)
		if err != nil {
			return failure("share connector", err)
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			tx.changed("connector", id, with)
			return failure("share connector", err)
		}
		shared, err := tx.sharedWith(ctx, id)
		if err != nil {
			return err
		}
		for _, account := range shared {
			if account == with {
				return nil
			}
		}
		return fault.New(fault.NotFound, "No account found with id %d", with)
	})
}

// UnshareConnector takes the right to use a private connector away from an account. NotFound when it had none.
func (s *Scope) UnshareConnector(ctx context.Context, id, with int64) error {
	return s.db.InTx(ctx, func(tx *DB) error {
		if _, err := tx.For(s.account).ConnectorForChange(ctx, id); err != nil {
			return err
		}
		result, err := tx.write.ExecContext(ctx, "DELETE FROM connector_shares WHERE connector_id = $1 AND account_id = $2", id, with)
		if err := someRow(result, err, "unshare connector", fault.New(fault.NotFound, "No account found with id %d", with)); err != nil {
			return err
		}
		tx.changed("connector", id, with)
		return nil
	})
}

// HiddenConnectors lists the keys of catalogue connectors that an organization hides from its accounts, sorted.
func (d *DB) HiddenConnectors(ctx context.Context, organizationID int64) ([]string, error) {
	rows, err := d.read.QueryContext(ctx, "SELECT key FROM hidden_connectors WHERE organization_id = $1 ORDER BY key", organizationID)
	if err != nil {
		return nil, failure("read hidden connectors", err)
	}
	keys, err := texts(rows)
	return keys, failure("read hidden connectors", err)
}

// SetHiddenConnectors hides or shows catalogue connectors by key.
func (d *DB) SetHiddenConnectors(ctx context.Context, organizationID int64, keys []string, hidden bool) error {
	if err := wantStorable("list of keys", keys...); err != nil {
		return err
	}
	statement := "INSERT INTO hidden_connectors (organization_id, key) VALUES ($1, $2) ON CONFLICT DO NOTHING"
	if !hidden {
		statement = "DELETE FROM hidden_connectors WHERE organization_id = $1 AND key = $2"
	}
	return d.InTx(ctx, func(tx *DB) error {
		for _, key := range keys {
			if _, err := tx.write.ExecContext(ctx, statement, organizationID, key); err != nil {
				return failure("hide connectors", err)
			}
		}
		tx.changed("all", 0, 0)
		return nil
	})
}
