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
	"runtime"
	"time"

	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// busyTimeout is how long a statement waits for another program's lock.
const busyTimeout = 5 * time.Second

// openSQLite opens jackfield.db, where what we acknowledged is on disk, and usage.db, where the last moments of
// traffic records may be lost in a power cut (design.md §5).
func (c *core) openSQLite(ctx context.Context, dir string) error {
	if dir == "" {
		return errors.New("store: the data folder is not given")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	c.dialect = sqliteDialect
	main, traffic := filepath.Join(dir, "jackfield.db"), filepath.Join(dir, "usage.db")
	for _, path := range []string{main, traffic} {
		if err := private(path); err != nil {
			return err
		}
	}
	c.writer = sqliteWriter(main, "FULL")
	c.reader = sqliteReader(main, "FULL", max(4, runtime.NumCPU()))
	c.usageWriter = sqliteWriter(traffic, "NORMAL")
	c.usageReader = sqliteReader(traffic, "NORMAL", 2)
	for path, pool := range map[string]*sql.DB{main: c.writer, traffic: c.usageWriter} {
		if err := pool.PingContext(ctx); err != nil {
			return fmt.Errorf("the database %s cannot be opened: %w", path, err)
		}
	}
	return nil
}

// private makes a database file that only its owner can read, or takes the rights of others away, as after a
// restored backup; SQLite gives its companions the same mode.
func private(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("the database %s cannot be written: check who owns the data folder", path)
		}
		return fmt.Errorf("the database %s cannot be opened: %w", path, err)
	}
	return errors.Join(file.Chmod(0o600), file.Close())
}

func sqliteWriter(path, synchronous string) *sql.DB {
	pool := sqliteOpen(path, synchronous, "&_txlock=immediate")
	pool.SetMaxOpenConns(1)
	return pool
}

func sqliteReader(path, synchronous string, connections int) *sql.DB {
	pool := sqliteOpen(path, synchronous, "&_pragma=query_only(1)")
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return pool
}

func sqliteOpen(path, synchronous, more string) *sql.DB {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + fmt.Sprintf(
		"?_pragma=busy_timeout(%d)&_pragma=journal_mode(WAL)&_pragma=synchronous(%s)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)",
		busyTimeout.Milliseconds(), synchronous) + more
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		panic(err) // only an unknown driver name fails here
	}
	return pool
}
