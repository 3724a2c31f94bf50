package transfer

import (
	"context"
	"errors"
	"iter"
	"slices"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/vault"
)

// Copy says what is copied where.
type Copy struct {
	From *store.DB
	Keys *vault.Vault
	To   store.Options // without a vault; it must be empty
	// KeyPath is where the key file of the copy is to be, "" when it stays where it is.
	KeyPath string
}

// Run copies everything, as it is at one moment, into an empty database of either kind. Every table is read back and compared by
// count and checksum before the copy is put in its place.
func (c Copy) Run(ctx context.Context) (tables []Table, err error) {
	made, err := c.key(ctx)
	if err != nil {
		return nil, err
	}
	snapshot, err := c.From.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closed := snapshot.Close(); err == nil {
			err = closed
		}
	}()
	c.To.Vault = c.Keys
	_, err = store.Rebuild{Options: c.To, Versions: store.SchemaVersions()}.Run(ctx, func(db *store.DB) error {
		tables, err = copyTables(ctx, snapshot, db)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, made())
	}
	return tables, nil
}

// copyTables loads a snapshot into a database and compares the two.
func copyTables(ctx context.Context, snapshot *store.Snapshot, to *store.DB) ([]Table, error) {
	var sent []Table
	err := to.Load(ctx, snapshot.Tables, func(t store.ArchivedTable) iter.Seq2[[]any, error] {
		return tallied(snapshot.Rows(ctx, t), func(sum *tally) { sent = append(sent, sum.of(t)) })
	})
	if err != nil {
		return nil, err
	}
	arrived, err := to.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return sent, errors.Join(compare(ctx, sent, arrived), arrived.Close())
}

// compare reads a snapshot and finds the tables that are not as they were sent.
func compare(ctx context.Context, sent []Table, arrived *store.Snapshot) error {
	for _, t := range arrived.Tables {
		var got Table
		for _, err := range tallied(arrived.Rows(ctx, t), func(sum *tally) { got = sum.of(t) }) {
			if err != nil {
				return err
			}
		}
		n := slices.IndexFunc(sent, func(s Table) bool { return s.Name == t.Name })
		if n < 0 || sent[n].Rows != got.Rows || sent[n].SHA256 != got.SHA256 || sent[n].LastID != got.LastID {
			return fault.New(fault.Internal, "The table %s did not arrive as it was sent; nothing was changed", t.Name)
		}
	}
	return nil
}

// tallied passes rows on, counts and hashes them, and tells what they came to when all of them have passed.
func tallied(rows iter.Seq2[[]any, error], done func(*tally)) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		sum := newTally()
		var line []byte
		for row, err := range rows {
			if err == nil {
				line, err = appendRow(line[:0], row)
				sum.add(line)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
		done(sum)
	}
}

// key puts the key beside the copy, or checks that the one that is there is the same. It returns what undoes it.
func (c Copy) key(ctx context.Context) (undo func() error, err error) {
	nothing := func() error { return nil }
	if c.KeyPath == "" {
		return nothing, nil
	}
	there, err := exists(c.KeyPath)
	if err != nil {
		return nil, err
	}
	if !there {
		text, err := c.Keys.Export()
		if err != nil {
			return nil, err
		}
		return func() error { return removeKey(c.KeyPath) }, placeKey(c.KeyPath, text)
	}
	other, err := c.Keys.Sibling(ctx, c.KeyPath)
	if err != nil {
		return nil, err
	}
	sealed, err := c.Keys.Seal([]byte("copy"), sealPlace)
	if err != nil {
		return nil, err
	}
	if _, err := other.Open(sealed, sealPlace); err != nil {
		return nil, fault.New(fault.Conflict, "%s is there already and is another key than the one of this database", c.KeyPath)
	}
	return nothing, nil
}
