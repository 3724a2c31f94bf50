package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/vault"
)

// Scope is one account's rows: the only way to what tenants own.
type Scope struct {
	db      *DB
	account int64
}

// For is the rows of an account.
func (d *DB) For(accountID int64) *Scope { return &Scope{d, accountID} }

const instanceColumns = `i.id, i.account_id, i.user_id, i.connector_id, i.connector_key, i.name, i.token_sealed, i.valid, i.disabled,
	i.authentication_type, i.external_authentication, i.created_at, i.updated_at, i.trace_until, i.invalid_reason FROM instances i `

// CreateInstance stores a new instance with its tags and configuration, and sets the ids. Ids are consecutive. A connect link
// is used up by it, or a Conflict fault says that it was used before and nothing is stored.
func (s *Scope) CreateInstance(ctx context.Context, i *Instance) error {
	if err := checkTexts(i); err != nil {
		return err
	}
	i.AccountID = s.account
	return s.db.InTx(ctx, func(tx *DB) error {
		if i.CreatedAt.IsZero() {
			i.CreatedAt = now()
		}
		if i.UpdatedAt.IsZero() {
			i.UpdatedAt = i.CreatedAt
		}
		err := tx.write.QueryRowContext(ctx,
			`INSERT INTO instances (account_id, user_id, connector_id, connector_key, name, name_key, token_hash, token_sealed, valid, disabled,
			   authentication_type, external_authentication, created_at, updated_at)
			 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
			s.account, i.UserID, i.ConnectorID, i.ConnectorKey, i.Name, nameKey(i.Name), tx.vault.Hash(hashInstance, i.Token), []byte{}, i.Valid, i.Disabled,
			i.AuthenticationType, i.ExternalAuthentication, millis(i.CreatedAt), millis(i.UpdatedAt)).Scan(&i.ID)
		if err != nil {
			return failure("create instance", err)
		}
		sealed, err := tx.seal(i.Token, "instances", i.ID, "token", s.account)
		if err != nil {
			return err
		}
		if _, err := tx.write.ExecContext(ctx, "UPDATE instances SET token_sealed = $1 WHERE id = $2 AND account_id = $3", sealed, i.ID, s.account); err != nil {
			return failure("seal token", err)
		}
		if err := tx.writeTags(ctx, i); err != nil {
			return err
		}
		if err := tx.writeConfiguration(ctx, i); err != nil {
			return err
		}
		if i.ConnectLinkID != 0 {
			if err := tx.For(s.account).UseConnectLink(ctx, i.ConnectLinkID, i.ID); err != nil {
				return err
			}
		}
		tx.changed("instance", i.ID, s.account)
		return nil
	})
}

// UpdateInstance stores an instance as it is: name, tags, flags, connector and configuration. Configuration rows
// keep their ids by key; rows that are gone are deleted. The token never changes.
func (s *Scope) UpdateInstance(ctx context.Context, i *Instance) error {
	if err := checkTexts(i); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *DB) error {
		i.UpdatedAt = now()
		result, err := tx.write.ExecContext(ctx,
			`UPDATE instances SET connector_id = $1, connector_key = $2, name = $3, name_key = $4, valid = $5, disabled = $6,
			   authentication_type = $7, external_authentication = $8, updated_at = $9, invalid_reason = $10
			 WHERE id = $11 AND account_id = $12`,
			i.ConnectorID, i.ConnectorKey, i.Name, nameKey(i.Name), i.Valid, i.Disabled, i.AuthenticationType, i.ExternalAuthentication,
			millis(i.UpdatedAt), i.InvalidReason, i.ID, s.account)
		if err := oneRow(result, err, i.ID); err != nil {
			return err
		}
		if err := tx.writeTags(ctx, i); err != nil {
			return err
		}
		if err := tx.writeConfiguration(ctx, i); err != nil {
			return err
		}
		tx.changed("instance", i.ID, s.account)
		return nil
	})
}

// checkTexts refuses an instance with text that cannot be kept.
func checkTexts(i *Instance) error {
	if err := wantStorable("name", i.Name); err != nil {
		return err
	}
	if err := wantStorable("list of tags", i.Tags...); err != nil {
		return err
	}
	if err := wantStorable("reason", i.InvalidReason); err != nil {
		return err
	}
	for _, v := range i.Configuration {
		if !storable(v.Key) {
			return wantStorable("key of a configuration value", v.Key)
		}
		if err := wantStorable("configuration value "+v.Key, v.Value); err != nil {
			return err
		}
	}
	return nil
}

// ChangeInstance reads an instance, lets f change it, and stores it, so that two changes at the same time do not
// undo each other.
func (s *Scope) ChangeInstance(ctx context.Context, id int64, f func(*Instance) error) (*Instance, error) {
	var changed *Instance
	err := s.db.InTx(ctx, func(tx *DB) error {
		if tx.dialect.forLate != "" {
			if _, err := tx.write.ExecContext(ctx, "SELECT id FROM instances WHERE id = $1 AND account_id = $2"+tx.dialect.forLate, id, s.account); err != nil {
				return failure("lock instance", err)
			}
		}
		found, err := tx.For(s.account).Instance(ctx, id)
		if err != nil {
			return err
		}
		if err := f(found); err != nil {
			return err
		}
		changed = found
		return tx.For(s.account).UpdateInstance(ctx, found)
	})
	return changed, err
}

// SetInstanceDisabled disables or enables an instance.
func (s *Scope) SetInstanceDisabled(ctx context.Context, id int64, disabled bool) error {
	return s.db.InTx(ctx, func(tx *DB) error {
		result, err := tx.write.ExecContext(ctx, "UPDATE instances SET disabled = $1, updated_at = $2 WHERE id = $3 AND account_id = $4",
			disabled, millis(now()), id, s.account)
		if err := oneRow(result, err, id); err != nil {
			return err
		}
		tx.changed("instance", id, s.account)
		return nil
	})
}

// SetInstanceTrace has the calls of an instance traced until a time; the zero time ends it.
func (s *Scope) SetInstanceTrace(ctx context.Context, id int64, until time.Time) error {
	return s.db.InTx(ctx, func(tx *DB) error {
		result, err := tx.write.ExecContext(ctx, "UPDATE instances SET trace_until = $1 WHERE id = $2 AND account_id = $3", millis(until), id, s.account)
		if err := oneRow(result, err, id); err != nil {
			return err
		}
		tx.changed("instance", id, s.account)
		return nil
	})
}

// DeleteInstance removes an instance with its tags and configuration.
func (s *Scope) DeleteInstance(ctx context.Context, id int64) error {
	return s.db.InTx(ctx, func(tx *DB) error {
		result, err := tx.write.ExecContext(ctx, "DELETE FROM instances WHERE id = $1 AND account_id = $2", id, s.account)
		if err := oneRow(result, err, id); err != nil {
			return err
		}
		tx.changed("instance", id, s.account)
		return nil
	})
}

func oneRow(result sql.Result, err error, id int64) error {
	return someRow(result, err, "change instance", fault.New(fault.NotFound, "No instance found with id %d", id))
}

// Instance finds an instance of the account by id, else a NotFound fault.
func (s *Scope) Instance(ctx context.Context, id int64) (*Instance, error) {
	return s.db.oneInstance(ctx, "WHERE i.id = $1 AND i.account_id = $2", id, s.account)
}

// InstanceByToken finds an instance of any account by its token, which whoever has it proves the right to use.
func (d *DB) InstanceByToken(ctx context.Context, token string) (*Instance, error) {
	return d.oneInstance(ctx, "WHERE i.token_hash = $1", d.vault.Hash(hashInstance, token))
}

// InstanceByID finds an instance in any account of an organization: for its administrators.
func (d *DB) InstanceByID(ctx context.Context, id, organizationID int64) (*Instance, error) {
	return d.oneInstance(ctx, "JOIN accounts a ON a.id = i.account_id WHERE i.id = $1 AND a.organization_id = $2", id, organizationID)
}

func (d *DB) oneInstance(ctx context.Context, where string, args ...any) (*Instance, error) {
	found, err := d.instances(ctx, where, args...)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.New(fault.NotFound, "No instance found")
	}
	return &found[0], nil
}

// Instances lists the account's instances by id.
func (s *Scope) Instances(ctx context.Context, f InstanceFilter) ([]Instance, error) {
	where, args := s.where(f)
	where += " ORDER BY i.id"
	if f.Limit > 0 {
		where += fmt.Sprintf(" LIMIT %d", f.Limit)
	}
	return s.db.instances(ctx, where, args...)
}

// CountInstances counts the account's instances by connector key.
func (s *Scope) CountInstances(ctx context.Context, f InstanceFilter) (map[string]int, error) {
	where, args := s.where(f)
	rows, err := s.db.read.QueryContext(ctx, "SELECT i.connector_key, COUNT(*) FROM instances i "+where+" GROUP BY i.connector_key", args...)
	if err != nil {
		return nil, failure("count instances", err)
	}
	defer rows.Close()
	counts := map[string]int{}
	for rows.Next() {
		var key string
		var n int
		if err := rows.Scan(&key, &n); err != nil {
			return nil, failure("count instances", err)
		}
		counts[key] = n
	}
	return counts, failure("count instances", rows.Err())
}

func (s *Scope) where(f InstanceFilter) (string, []any) {
	terms, args := []string{"i.account_id = $1"}, []any{s.account}
	if f.SubAccounts {
		terms[0] = "i.account_id IN (SELECT id FROM accounts WHERE organization_id = (SELECT organization_id FROM accounts WHERE id = $1))"
	}
	add := func(term string, arg any) {
		args = append(args, arg)
		terms = append(terms, fmt.Sprintf(term, len(args)))
	}
	if !storable(f.SearchText) || !storable(f.Tags...) {
		terms = append(terms, "1 = 0") // no row has it, and PostgreSQL would refuse the question
		f.SearchText, f.Tags = "", nil
	}
	if f.UserID != 0 {
		add("i.user_id = $%d", f.UserID)
	}
	if f.ConnectorID != 0 {
		add("i.connector_id = $%d", f.ConnectorID)
	}
	if f.AfterID != 0 {
		add("i.id > $%d", f.AfterID)
	}
	if f.SearchText != "" {
		add(`i.name_key LIKE $%d ESCAPE '\'`, likePattern(nameKey(f.SearchText)))
	}
	for _, tag := range f.Tags {
		add("EXISTS (SELECT 1 FROM instance_tags t WHERE t.instance_id = i.id AND t.tag = $%d)", tag)
	}
	return "WHERE " + strings.Join(terms, " AND "), args
}

func (d *DB) instances(ctx context.Context, where string, args ...any) ([]Instance, error) {
	rows, err := d.read.QueryContext(ctx, "SELECT "+instanceColumns+where, args...)
	if err != nil {
		return nil, failure("read instances", err)
	}
	found, err := d.scanInstances(rows)
	if err != nil {
		return nil, err
	}
	return found, d.readParts(ctx, found)
}

func (d *DB) scanInstances(rows *sql.Rows) ([]Instance, error) {
	defer rows.Close()
	var found []Instance
	for rows.Next() {
		var i Instance
		var sealed []byte
		var created, updated, traceUntil int64
		if err := rows.Scan(&i.ID, &i.AccountID, &i.UserID, &i.ConnectorID, &i.ConnectorKey, &i.Name, &sealed, &i.Valid, &i.Disabled,
			&i.AuthenticationType, &i.ExternalAuthentication, &created, &updated, &traceUntil, &i.InvalidReason); err != nil {
			return nil, failure("read instances", err)
		}
		token, err := d.open(sealed, "instances", i.ID, "token", i.AccountID)
		if err != nil {
			return nil, err
		}
		i.Token, i.CreatedAt, i.UpdatedAt, i.TraceUntil = token, fromMillis(created), fromMillis(updated), fromMillis(traceUntil)
		found = append(found, i)
	}
	return found, failure("read instances", rows.Err())
}

// partsBatch is how many instances have their tags and configuration read by one statement.
const partsBatch = 200

func (d *DB) readParts(ctx context.Context, found []Instance) error {
	for from := 0; from < len(found); from += partsBatch {
		batch := found[from:min(from+partsBatch, len(found))]
		byID := make(map[int64]*Instance, len(batch))
		ids := make([]int64, len(batch))
		for n := range batch {
			byID[batch[n].ID] = &batch[n]
			ids[n] = batch[n].ID
		}
		among, list := d.dialect.among(ids)
		if err := d.readTags(ctx, byID, among, list); err != nil {
			return err
		}
		if err := d.readConfiguration(ctx, byID, among, list); err != nil {
			return err
		}
	}
	return nil
}

func (d *DB) readTags(ctx context.Context, byID map[int64]*Instance, among string, list any) error {
	rows, err := d.read.QueryContext(ctx, "SELECT instance_id, tag FROM instance_tags WHERE instance_id "+among+" ORDER BY instance_id, position", list)
	if err != nil {
		return failure("read tags", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var tag string
		if err := rows.Scan(&id, &tag); err != nil {
			return failure("read tags", err)
		}
		byID[id].Tags = append(byID[id].Tags, tag)
	}
	return failure("read tags", rows.Err())
}

func (d *DB) readConfiguration(ctx context.Context, byID map[int64]*Instance, among string, list any) error {
	rows, err := d.read.QueryContext(ctx, "SELECT id, instance_id, key, is_set, secret, value, sealed FROM instance_configuration WHERE instance_id "+among+" ORDER BY id", list)
	if err != nil {
		return failure("read configuration", err)
	}
	defer rows.Close()
	for rows.Next() {
		var v ConfigurationValue
		var instanceID int64
		var sealed []byte
		if err := rows.Scan(&v.ID, &instanceID, &v.Key, &v.Set, &v.Secret, &v.Value, &sealed); err != nil {
			return failure("read configuration", err)
		}
		i := byID[instanceID]
		if v.Secret && v.Set {
			plain, err := d.vault.Open(sealed, configurationPlace(i, v.Key))
			if err != nil {
				return err
			}
			v.Value = string(plain)
		}
		i.Configuration = append(i.Configuration, v)
	}
	return failure("read configuration", rows.Err())
}

func configurationPlace(i *Instance, key string) vault.Place {
	return vault.Place{Table: "instance_configuration", Row: strconv.FormatInt(i.ID, 10) + "/" + key, Column: "value", Account: i.AccountID}
}

func (d *DB) writeTags(ctx context.Context, i *Instance) error {
	if _, err := d.write.ExecContext(ctx, "DELETE FROM instance_tags WHERE instance_id = $1", i.ID); err != nil {
		return failure("write tags", err)
	}
	for position, tag := range i.Tags {
		if _, err := d.write.ExecContext(ctx, "INSERT INTO instance_tags (instance_id, position, tag) VALUES ($1, $2, $3)", i.ID, position, tag); err != nil {
			return failure("write tags", err)
		}
	}
	return nil
}

// writeConfiguration makes the stored rows those of the instance and sets the ids of new ones.
func (d *DB) writeConfiguration(ctx context.Context, i *Instance) error {
	rows, err := d.read.QueryContext(ctx, "SELECT key FROM instance_configuration WHERE instance_id = $1", i.ID)
	if err != nil {
		return failure("write configuration", err)
	}
	stored, err := texts(rows)
	if err != nil {
		return failure("write configuration", err)
	}
	gone := map[string]bool{}
	for _, key := range stored {
		gone[key] = true
	}
	for n := range i.Configuration {
		v := &i.Configuration[n]
		if err := d.writeValue(ctx, i, v, gone[v.Key]); err != nil {
			return err
		}
		delete(gone, v.Key)
	}
	for key := range gone {
		if _, err := d.write.ExecContext(ctx, "DELETE FROM instance_configuration WHERE instance_id = $1 AND key = $2", i.ID, key); err != nil {
			return failure("write configuration", err)
		}
	}
	return nil
}

// sealValue is a value as it is stored: in clear, or sealed.
func (d *DB) sealValue(i *Instance, v *ConfigurationValue) (plain string, sealed []byte, err error) {
	switch {
	case !v.Set:
		return "", nil, nil
	case !v.Secret:
		return v.Value, nil, nil
	}
	sealed, err = d.vault.Seal([]byte(v.Value), configurationPlace(i, v.Key))
	return "", sealed, err
}

func (d *DB) writeValue(ctx context.Context, i *Instance, v *ConfigurationValue, there bool) error {
	plain, sealed, err := d.sealValue(i, v)
	if err != nil {
		return err
	}
	statement := `INSERT INTO instance_configuration (instance_id, key, is_set, secret, value, sealed) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`
	if there { // an insert that ends in an update would burn an id
		statement = `UPDATE instance_configuration SET is_set = $3, secret = $4, value = $5, sealed = $6 WHERE instance_id = $1 AND key = $2 RETURNING id`
	}
	err = d.write.QueryRowContext(ctx, statement, i.ID, v.Key, v.Set, v.Secret, plain, sealed).Scan(&v.ID)
	return failure("write configuration", err)
}

func nameKey(name string) string { return strings.ToLower(name) }
