package transfer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/vault"
)

// Backup says what goes into an archive.
type Backup struct {
	DB           *store.DB
	Keys         *vault.Vault
	Version      string // of the program
	WithoutUsage bool   // leaves usage records and traces out
	WithKey      bool   // puts the key into the archive: whoever has it can then read every secret
	Overwrite    bool   // replaces a file that is there
}

// Run writes everything, as it is at one moment, into a file. Servers may run meanwhile. Until the file is whole it has another name,
// and a backup that fails leaves none.
func (b Backup) Run(ctx context.Context, path string) (m *Manifest, err error) {
	if _, err := os.Lstat(path); err == nil && !b.Overwrite {
		return nil, fault.New(fault.Conflict, "%s is there already: give another name, or --overwrite", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*.partial") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("the backup cannot be written: %w", err)
	}
	defer func() {
		closed := file.Close()
		removed := os.Remove(file.Name())
		if err != nil {
			err = errors.Join(err, ignore(closed, os.ErrClosed), ignore(removed, fs.ErrNotExist))
		}
	}()
	if m, err = b.write(ctx, file); err != nil {
		return nil, fmt.Errorf("the backup was not made: %w", err)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return nil, fmt.Errorf("the backup was not made: %w", err)
	}
	if err := b.place(file.Name(), path); err != nil {
		return nil, err
	}
	return m, vault.SyncFolder(filepath.Dir(path))
}

func ignore(err, harmless error) error {
	if errors.Is(err, harmless) {
		return nil
	}
	return err
}

// place gives the whole file its name.
func (b Backup) place(from, to string) error {
	if b.Overwrite {
		return os.Rename(from, to)
	}
	err := os.Link(from, to) // unlike a rename it takes nobody's place
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return fault.New(fault.Conflict, "%s is there already: give another name, or --overwrite", to)
	}
	return os.Rename(from, to) // a file system without links
}

func (b Backup) write(ctx context.Context, file *os.File) (m *Manifest, err error) {
	snapshot, err := b.DB.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closed := snapshot.Close(); err == nil {
			err = closed
		}
	}()
	m = &Manifest{
		Format: formatVersion, Version: b.Version, CreatedAt: time.Now().UTC().Truncate(time.Second), Database: b.DB.Driver(),
		Schema: store.SchemaVersions(), Traffic: !b.WithoutUsage, Key: b.WithKey,
	}
	buffered := bufio.NewWriterSize(file, 1<<20)
	w, err := newWriter(buffered, m.CreatedAt)
	if err != nil {
		return nil, err
	}
	for _, t := range snapshot.Tables {
		if b.WithoutUsage && t.Traffic() {
			continue
		}
		written, err := w.table(ctx, t, snapshot.Rows(ctx, t))
		if err != nil {
			return nil, err
		}
		m.Tables = append(m.Tables, written)
	}
	if b.WithKey {
		key, err := b.Keys.Export()
		if err == nil {
			err = w.file(keyName, []byte(key))
		}
		if err != nil {
			return nil, err
		}
	}
	return m, errors.Join(w.end(m, b.Keys), buffered.Flush())
}
