package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"jackfield/internal/fault"
)

// SecretKind is what a secret is of.
type SecretKind string

// Kinds of secrets.
const (
	UserSecret         SecretKind = hashUser
	OrganizationSecret SecretKind = hashOrganization
	InstanceToken      SecretKind = hashInstance
	KeyOfAPI           SecretKind = "api key"
)

// SecretID stands for a value of a secret: the keyed hash that finds it.
type SecretID [32]byte

// SecretID is the id of a value.
func (d *DB) SecretID(kind SecretKind, value string) SecretID {
	return SecretID(d.vault.Hash(string(kind), value))
}

// Secret is what is known of a secret without its value.
type Secret struct {
	Current    bool
	Hint       string // first characters
	CreatedAt  time.Time
	LastUsedAt time.Time // to the minute; zero = not known
	ValidUntil time.Time // zero = as long as it is the current one
}

// hintLength is how many characters of a secret are shown to tell it from another. An organization's, the shortest, keeps 112 bits.
const hintLength = 4

// place is where the current secrets of a kind are.
type place struct {
	table, hash, sealed, column string // column is that of the vault's place
	account                     string // expression for the account of the vault's place
	within                      string // condition that the row $1 is of the organization $2
	noun                        string
}

const ofOrganization = "account_id IN (SELECT a.id FROM accounts a WHERE a.organization_id = $2)"

func (k SecretKind) place() place {
	switch k {
	case UserSecret:
		return place{"users", "secret_hash", "secret_sealed", "secret", "account_id", ofOrganization, "user"}
	case OrganizationSecret:
		return place{"organizations", "secret_hash", "secret_sealed", "secret", "0", "id = $2", "organization"}
	case InstanceToken:
		return place{"instances", "token_hash", "token_sealed", "token", "account_id", ofOrganization, "instance"}
	}
	panic("store: there is no secret of the kind " + string(k))
}

// storedSecret is a current secret as its row has it.
type storedSecret struct {
	value   string
	hash    []byte
	account int64
	made    time.Time // with the owner, unless it was rotated
}

func (d *DB) currentSecret(ctx context.Context, kind SecretKind, organizationID, ownerID int64, late string) (*storedSecret, error) {
	p := kind.place()
	var s storedSecret
	var sealed []byte
	var created int64
	err := d.read.QueryRowContext(ctx, "SELECT "+p.account+", "+p.hash+", "+p.sealed+", created_at FROM "+p.table+" WHERE id = $1 AND "+p.within+late,
		ownerID, organizationID).Scan(&s.account, &s.hash, &sealed, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "No %s found with id %d", p.noun, ownerID)
	}
	if err != nil {
		return nil, failure("read secret", err)
	}
	s.made = fromMillis(created)
	s.value, err = d.open(sealed, p.table, ownerID, p.column, s.account)
	return &s, err
}

// retiredSecret is the row of an old value; nil when its owner's secret was never rotated.
type retiredSecret struct {
	hash                           []byte
	hint                           string
	createdAt, retiredAt, validity time.Time
}

func (d *DB) retiredSecret(ctx context.Context, kind SecretKind, ownerID int64) (*retiredSecret, error) {
	var r retiredSecret
	var created, retired, until int64
	err := d.read.QueryRowContext(ctx, "SELECT secret_hash, hint, created_at, retired_at, valid_until FROM retired_secrets WHERE kind = $1 AND owner_id = $2",
		string(kind), ownerID).Scan(&r.hash, &r.hint, &created, &retired, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	r.createdAt, r.retiredAt, r.validity = fromMillis(created), fromMillis(retired), fromMillis(until)
	return &r, failure("read old secret", err)
}

// SecretRotation is a new value for a secret.
type SecretRotation struct {
	Kind           SecretKind
	OwnerID        int64
	OrganizationID int64 // the owner's: another one is NotFound
	Value          string
	At             time.Time
	OldUntil       time.Time // the value that was current is accepted until then; not after At = it ends at once
}

// RotateSecret makes a value the current one. The one before it is kept as a keyed hash, in place of an older one, whose time ends
// with it.
func (d *DB) RotateSecret(ctx context.Context, r SecretRotation) error {
	p := r.Kind.place()
	return d.InTx(ctx, func(tx *DB) error {
		old, err := tx.currentSecret(ctx, r.Kind, r.OrganizationID, r.OwnerID, tx.dialect.forLate)
		if err != nil {
			return err
		}
		before, err := tx.retiredSecret(ctx, r.Kind, r.OwnerID)
		if err != nil {
			return err
		}
		if before != nil {
			old.made = before.retiredAt
		}
		if _, err := tx.write.ExecContext(ctx,
			`INSERT INTO retired_secrets (kind, owner_id, secret_hash, hint, created_at, retired_at, valid_until) VALUES ($1, $2, $3, $4, $5, $6, $7)
			 ON CONFLICT (kind, owner_id) DO UPDATE SET secret_hash = excluded.secret_hash, hint = excluded.hint,
			   created_at = excluded.created_at, retired_at = excluded.retired_at, valid_until = excluded.valid_until`,
			string(r.Kind), r.OwnerID, old.hash, hint(old.value), millis(old.made), millis(r.At), millis(r.OldUntil)); err != nil {
			return failure("retire secret", err)
		}
		sealed, err := tx.seal(r.Value, p.table, r.OwnerID, p.column, old.account)
		if err != nil {
			return err
		}
		result, err := tx.write.ExecContext(ctx, "UPDATE "+p.table+" SET "+p.hash+" = $3, "+p.sealed+" = $4 WHERE id = $1 AND "+p.within,
			r.OwnerID, r.OrganizationID, tx.vault.Hash(string(r.Kind), r.Value), sealed)
		if err := someRow(result, err, "rotate secret", fault.New(fault.NotFound, "No %s found with id %d", p.noun, r.OwnerID)); err != nil {
			return err
		}
		tx.changed(p.noun, r.OwnerID, old.account)
		return nil
	})
}

func hint(value string) string {
	if len(value) < 4*hintLength { // a given secret may be short: nothing of it is shown
		return ""
	}
	return value[:hintLength]
}

// Secrets lists what is known of an owner's secret: the current value, and the old one while it is accepted.
func (d *DB) Secrets(ctx context.Context, kind SecretKind, organizationID, ownerID int64, at time.Time) ([]Secret, error) {
	current, err := d.currentSecret(ctx, kind, organizationID, ownerID, "")
	if err != nil {
		return nil, err
	}
	old, err := d.retiredSecret(ctx, kind, ownerID)
	if err != nil {
		return nil, err
	}
	if old != nil {
		current.made = old.retiredAt
	}
	used, err := d.secretUsedAt(ctx, current.hash)
	if err != nil {
		return nil, err
	}
	all := []Secret{{Current: true, Hint: hint(current.value), CreatedAt: current.made, LastUsedAt: used}}
	if old == nil || !at.Before(old.validity) {
		return all, nil
	}
	used, err = d.secretUsedAt(ctx, old.hash)
	return append(all, Secret{Hint: old.hint, CreatedAt: old.createdAt, LastUsedAt: used, ValidUntil: old.validity}), err
}

// EndOverlap ends the time of an owner's old secret. To have none is no error.
func (d *DB) EndOverlap(ctx context.Context, kind SecretKind, organizationID, ownerID int64, at time.Time) error {
	return d.InTx(ctx, func(tx *DB) error {
		current, err := tx.currentSecret(ctx, kind, organizationID, ownerID, tx.dialect.forLate)
		if err != nil {
			return err
		}
		_, err = tx.write.ExecContext(ctx, "UPDATE retired_secrets SET valid_until = $3 WHERE kind = $1 AND owner_id = $2 AND valid_until > $3",
			string(kind), ownerID, millis(at))
		if err != nil {
			return failure("end old secret", err)
		}
		tx.changed(kind.place().noun, ownerID, current.account)
		return nil
	})
}

// OldSecret finds whose old value a secret is, and until when it is accepted. One that is not accepted is a NotFound fault.
func (d *DB) OldSecret(ctx context.Context, kind SecretKind, value string, at time.Time) (ownerID int64, until time.Time, err error) {
	var end int64
	err = d.read.QueryRowContext(ctx, "SELECT owner_id, valid_until FROM retired_secrets WHERE secret_hash = $1 AND kind = $2 AND valid_until > $3",
		d.vault.Hash(string(kind), value), string(kind), millis(at)).Scan(&ownerID, &end)
	return ownerID, fromMillis(end), failure("read old secret", err)
}

// InstanceByOldToken finds an instance by the token that it had before, and until when that is accepted.
func (d *DB) InstanceByOldToken(ctx context.Context, token string, at time.Time) (*Instance, time.Time, error) {
	id, until, err := d.OldSecret(ctx, InstanceToken, token, at)
	if err != nil {
		return nil, time.Time{}, err
	}
	found, err := d.oneInstance(ctx, "WHERE i.id = $1", id)
	return found, until, err
}

func (d *DB) secretUsedAt(ctx context.Context, hash []byte) (time.Time, error) {
	var used int64
	err := d.read.QueryRowContext(ctx, "SELECT used_at FROM secret_uses WHERE secret_hash = $1", hash).Scan(&used)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return fromMillis(used), failure("read use of secret", err)
}

// SecretUse is that a secret was used.
type SecretUse struct {
	ID SecretID
	At time.Time
}

const (
	// usesBatch is how many uses one statement writes.
	usesBatch = 500
	// useEvery is how exact the time of the last use is: a secret has no more than one write in it.
	useEvery = time.Minute
)

// RecordSecretUses remembers when secrets were last used. Uses less than a minute after the last remembered one are left out.
func (d *DB) RecordSecretUses(ctx context.Context, uses []SecretUse) error {
	// Servers that write at the same time lock rows in the same order.
	slices.SortFunc(uses, func(a, b SecretUse) int { return slices.Compare(a.ID[:], b.ID[:]) })
	for batch := range slices.Chunk(uses, usesBatch) {
		args := make([]any, 0, 2*len(batch)+1)
		for _, use := range batch {
			args = append(args, use.ID[:], millis(use.At))
		}
		statement := "INSERT INTO secret_uses (secret_hash, used_at) VALUES " + d.dialect.places(len(batch), 2) +
			" ON CONFLICT (secret_hash) DO UPDATE SET used_at = excluded.used_at WHERE secret_uses.used_at <= excluded.used_at - " + d.dialect.parameter(2*len(batch)+1)
		if _, err := d.write.ExecContext(ctx, statement, append(args, useEvery.Milliseconds())...); err != nil {
			return failure("write uses of secrets", err)
		}
	}
	return nil
}

// DeleteDeadSecrets forgets old secrets whose owner is gone and uses of secrets that are no more. The hash of one whose time has
// ended stays until the next rotation: it opens nothing.
func (d *DB) DeleteDeadSecrets(ctx context.Context) error {
	for _, statement := range []string{
		`DELETE FROM retired_secrets WHERE kind = 'user' AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = owner_id)
		   OR kind = 'organization' AND NOT EXISTS (SELECT 1 FROM organizations o WHERE o.id = owner_id)
		   OR kind = 'instance' AND NOT EXISTS (SELECT 1 FROM instances i WHERE i.id = owner_id)`,
		`DELETE FROM secret_uses WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.secret_hash = secret_uses.secret_hash)
		   AND NOT EXISTS (SELECT 1 FROM organizations o WHERE o.secret_hash = secret_uses.secret_hash)
		   AND NOT EXISTS (SELECT 1 FROM instances i WHERE i.token_hash = secret_uses.secret_hash)
		   AND NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.key_hash = secret_uses.secret_hash)
		   AND NOT EXISTS (SELECT 1 FROM retired_secrets r WHERE r.secret_hash = secret_uses.secret_hash)`,
	} {
		if _, err := d.write.ExecContext(ctx, statement); err != nil {
			return failure("forget secrets", err)
		}
	}
	return nil
}
