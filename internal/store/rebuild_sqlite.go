package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"jackfield/internal/vault"
)

// Files of a SQLite database. Records of calls come first, so that a crash between the two leaves records that are newer than the rest
// and not a database whose records are missing.
const (
	usageFile = "usage.db"
	mainFile  = "jackfield.db"
)

// buildingPrefix is how the folder begins in which a database is built.
const buildingPrefix = ".building-"

// sqliteThere refuses a data folder without a database.
func sqliteThere(dir string) error {
	for _, name := range []string{mainFile, usageFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("there is no database in %s: %s is missing", dir, name)
			}
			return err
		}
	}
	return nil
}

func (r Rebuild) sqlite(ctx context.Context, fill func(*DB) error) (aside string, err error) {
	if r.Dir == "" {
		return "", errors.New("store: the data folder is not given")
	}
	if err := os.MkdirAll(r.Dir, 0o700); err != nil {
		return "", fmt.Errorf("the data folder cannot be made: %w", err)
	}
	release, err := lockFile(ctx, filepath.Join(r.Dir, "migrate.lock"))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, release()) }()
	old := oldSQLite{dir: r.Dir}
	defer func() { err = errors.Join(err, old.letGo()) }()
	if err := old.claim(ctx); err != nil {
		return "", err
	}
	if old.holds && !r.Replace {
		return "", notEmpty(r.Dir)
	}
	left, err := filepath.Glob(filepath.Join(r.Dir, buildingPrefix+"*"))
	if err != nil {
		return "", err
	}
	for _, folder := range left { // of one that was killed: the lock says that none is at work
		if err := os.RemoveAll(folder); err != nil {
			return "", err
		}
	}
	side, err := os.MkdirTemp(r.Dir, buildingPrefix+"*")
	if err != nil {
		return "", fmt.Errorf("the data folder cannot be written: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(side)) }()
	c := newCore(r.Options)
	c.dir = side
	if err := c.openSQLite(ctx, side); err != nil {
		return "", errors.Join(err, c.closeAll())
	}
	if err := r.build(ctx, c, fill); err != nil {
		return "", err
	}
	return old.replace(side)
}

// settle brings everything from SQLite's logs into the files.
func (c *core) settle(ctx context.Context) error {
	if c.pool != nil {
		return nil
	}
	for _, pool := range []*sql.DB{c.writer, c.usageWriter} {
		if _, err := pool.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			return failure("write the files", err)
		}
	}
	return nil
}

// oldSQLite is the database that another is to take the place of. It is locked, so that nobody uses it meanwhile.
type oldSQLite struct {
	dir   string
	holds bool            // an organization at least
	there map[string]bool // files that exist
	locks []*sql.DB
}

// claim locks what is there. A server that has it open is a fault. Damaged files are put aside as they are: a restore is what mends
// them.
func (o *oldSQLite) claim(ctx context.Context) error {
	o.there = map[string]bool{}
	for _, name := range []string{mainFile, usageFile} {
		path := filepath.Join(o.dir, name)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		o.there[name] = true
		lock, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(0)&_pragma=locking_mode(EXCLUSIVE)&_txlock=exclusive")
		if err != nil {
			return err
		}
		lock.SetMaxOpenConns(1)
		o.locks = append(o.locks, lock)
		holds, err := holdsRows(ctx, lock)
		var lite *sqlite.Error
		switch {
		case err == nil:
			o.holds = o.holds || holds && name == mainFile
		case !errors.As(err, &lite):
			return err
		case lite.Code()&0xff == sqlitelib.SQLITE_BUSY || lite.Code()&0xff == sqlitelib.SQLITE_LOCKED:
			return inUse(o.dir)
		case lite.Code()&0xff == sqlitelib.SQLITE_CORRUPT || lite.Code()&0xff == sqlitelib.SQLITE_NOTADB:
			o.holds = true
		default:
			return failure("look at "+path, err)
		}
	}
	return nil
}

// holdsRows reports whether a file has an organization. It leaves the file locked and without a log beside it.
func holdsRows(ctx context.Context, lock *sql.DB) (bool, error) {
	tx, err := lock.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	var n int
	err = tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'organizations'").Scan(&n)
	if err == nil && n > 0 {
		err = tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM organizations").Scan(&n)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return false, err
	}
	_, err = lock.ExecContext(ctx, "PRAGMA journal_mode = DELETE")
	return n > 0, err
}

func (o *oldSQLite) letGo() error {
	var failures []error
	for _, lock := range o.locks {
		failures = append(failures, lock.Close())
	}
	o.locks = nil
	return errors.Join(failures...)
}

// replace puts the files of side in the place of the old ones, of which those that held something get a folder of their own.
func (o *oldSQLite) replace(side string) (aside string, err error) {
	for _, name := range []string{usageFile, mainFile} {
		// A log that is left would hold rows that the file lacks.
		if info, err := os.Stat(filepath.Join(side, name+"-wal")); err == nil && info.Size() > 0 {
			return "", fmt.Errorf("the new %s could not be closed", name)
		}
		if _, err := os.Stat(filepath.Join(o.dir, name)); err == nil && !o.there[name] {
			return "", inUse(o.dir) // a server has started meanwhile
		}
	}
	if err := o.letGo(); err != nil {
		return "", err
	}
	if o.holds {
		aside = filepath.Join(o.dir, asideName("-"))
		if err := o.keep(aside); err != nil {
			return "", errors.Join(fmt.Errorf("the old database cannot be put aside: %w", err), os.RemoveAll(aside))
		}
	}
	for _, name := range []string{usageFile, mainFile} {
		for _, log := range []string{"-wal", "-shm", "-journal"} { // of a damaged file; they are aside
			if err := os.Remove(filepath.Join(o.dir, name+log)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return aside, err
			}
		}
		if err := os.Rename(filepath.Join(side, name), filepath.Join(o.dir, name)); err != nil {
			return aside, fmt.Errorf("the new %s cannot be put in its place: %w", name, err)
		}
	}
	return aside, vault.SyncFolder(o.dir)
}

// keep gives the old files second names in a folder of their own.
func (o *oldSQLite) keep(aside string) error {
	if err := os.Mkdir(aside, 0o700); err != nil {
		return err
	}
	for name := range o.there {
		found, err := filepath.Glob(filepath.Join(o.dir, name+"*"))
		if err != nil {
			return err
		}
		for _, file := range found {
			switch strings.TrimPrefix(filepath.Base(file), name) {
			case "", "-wal", "-shm", "-journal":
				if err := os.Link(file, filepath.Join(aside, filepath.Base(file))); err != nil {
					return err
				}
			}
		}
	}
	return vault.SyncFolder(aside)
}
