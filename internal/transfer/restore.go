package transfer

import (
	"context"
	"errors"
	"iter"
	"os"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/vault"
)

// Restore says where an archive is brought back to.
type Restore struct {
	To      store.Options // without a vault
	Keys    vault.Options // where the key is, or is to be
	Replace bool          // puts a database that holds something aside
	DryRun  bool          // only looks whether the archive is sound and the key fits
}

// Restored is what a restore did.
type Restored struct {
	Manifest
	Aside    string // folder or PostgreSQL schema that the old database was put into, "" = there was none
	KeyMade  bool   // the key of the archive is now the key file
	KeyOther bool   // the archive has a key, and another that fits was there: that one stays
}

// Run reads the archive through first: one that is damaged, was changed or does not fit the key is refused and nothing changes. Then
// the database is built beside the one that is there and put in its place in one step.
func (r Restore) Run(ctx context.Context, path string) (*Restored, error) {
	found, err := examine(ctx, path)
	if err != nil {
		return nil, err
	}
	result := &Restored{Manifest: found.Manifest}
	keys, err := r.keys(ctx, found, result)
	if err != nil {
		return nil, err
	}
	if err := found.sealedBy(keys); err != nil {
		return nil, err
	}
	if r.DryRun {
		return result, nil
	}
	archive, err := openArchive(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = archive.close() }() // it was only read
	if result.KeyMade {
		if err := placeKey(r.Keys.Path, found.key); err != nil {
			return nil, err
		}
	}
	r.To.Vault = keys
	result.Aside, err = store.Rebuild{Options: r.To, Versions: found.Schema, Replace: r.Replace}.Run(ctx, func(db *store.DB) error {
		tables, byName := make([]store.ArchivedTable, len(found.Tables)), map[string]Table{}
		for i, t := range found.Tables {
			tables[i], byName[t.Name] = t.ArchivedTable, t
		}
		return db.Load(ctx, tables, func(t store.ArchivedTable) iter.Seq2[[]any, error] { return archive.rows(ctx, byName[t.Name]) })
	})
	if err != nil && result.KeyMade {
		err = errors.Join(err, os.Remove(r.Keys.Path))
	}
	if err != nil {
		return nil, err
	}
	return result, nil
}

// keys opens the key that is there, or else the one of the archive.
func (r Restore) keys(ctx context.Context, found *contents, result *Restored) (*vault.Vault, error) {
	there, err := r.hasKey()
	if err != nil {
		return nil, err
	}
	if there {
		result.KeyOther = found.key != ""
		return vault.Open(ctx, r.Keys)
	}
	if found.key == "" {
		return nil, fault.New(fault.Invalid,
			"The key is missing, and the archive does not have it: put the old server's key file to %s first, or give it as JACKFIELD_KEY", r.Keys.Path)
	}
	result.KeyMade = true
	from := r.Keys
	from.Key = found.key
	return vault.Open(ctx, from)
}

func (r Restore) hasKey() (bool, error) {
	if r.Keys.Key != "" {
		return true, nil
	}
	return exists(r.Keys.Path)
}
