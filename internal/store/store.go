// Package store is the SQL of Jackfield, for SQLite and PostgreSQL. Secrets are sealed cell by cell on the way in
// and opened on the way out, so that rooms above handle clear values and the database never does. Rows of
// tenants are reached through For alone.
package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"

	"jackfield/internal/vault"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Options say which database to use.
type Options struct {
	URL   string // postgres://…, or "" for SQLite files in Dir
	Dir   string // folder of the SQLite files
	Vault *vault.Vault
	Log   *slog.Logger
}

// DB is the database. Safe for concurrent use. Inside InTx it is bound to one transaction.
type DB struct {
	*core
	write runner // in a transaction both are it
	read  runner
	tx    *sql.Tx
	told  *[]Change // changes of a transaction, told after it
}

// core is what all handles of a database share.
type core struct {
	dialect     dialect
	dir         string // of the SQLite files
	schema      string // of PostgreSQL, while a database is built; "" = the one that the address leads to
	vault       *vault.Vault
	log         *slog.Logger
	writer      *sql.DB // on SQLite one connection
	reader      *sql.DB
	usageWriter *sql.DB
	usageReader *sql.DB
	pool        *pgxpool.Pool // nil on SQLite

	usageMu      sync.Mutex
	usageInserts map[int]*sql.Stmt // by number of records

	changes *changes
	stop    context.CancelFunc
	stopped chan struct{}
}

// runner is what *sql.DB and *sql.Tx have in common.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Open opens the database and brings it to this version's schema, once even when two servers start at the same
// moment. A newer schema is refused.
func Open(ctx context.Context, o Options) (*DB, error) { return open(ctx, o, (*core).migrate) }

func open(ctx context.Context, o Options, prepare func(*core, context.Context) error) (*DB, error) {
	if o.Vault == nil {
		return nil, errors.New("store: a vault is required")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := newCore(o)
	var err error
	if o.URL == "" {
		err = c.openSQLite(ctx, o.Dir)
	} else {
		err = c.openPostgres(ctx, o.URL)
	}
	if err == nil {
		err = prepare(c, ctx)
	}
	if err != nil {
		return nil, errors.Join(err, c.closeAll())
	}
	listen, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stop = stop
	go c.listen(listen)
	return &DB{core: c, write: c.writer, read: c.reader}, nil
}

// Close closes the database.
func (d *DB) Close() error {
	d.stop()
	<-d.stopped
	return d.closeAll()
}

func (c *core) closeAll() error {
	var failures []error
	for _, statement := range c.usageInserts {
		failures = append(failures, statement.Close())
	}
	closed := map[*sql.DB]bool{nil: true} // on PostgreSQL all four are one
	for _, pool := range []*sql.DB{c.usageReader, c.usageWriter, c.reader, c.writer} {
		if !closed[pool] {
			closed[pool] = true
			failures = append(failures, pool.Close())
		}
	}
	if c.pool != nil {
		c.pool.Close()
	}
	return errors.Join(failures...)
}

// Driver is "sqlite" or "postgres".
func (d *DB) Driver() string { return d.dialect.name }

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.reader.PingContext(ctx) }

// Stats are the connections of the pools, by name, for metrics.
func (d *DB) Stats() map[string]sql.DBStats {
	return map[string]sql.DBStats{"writer": d.writer.Stats(), "reader": d.reader.Stats()}
}

// Pool is the PostgreSQL pool, nil on SQLite. internal/job works on it.
func (d *DB) Pool() *pgxpool.Pool { return d.pool }

// Writer is the database/sql pool that writes. internal/job works on it on SQLite.
func (d *DB) Writer() *sql.DB { return d.writer }

// InTx runs several writes as one. The function gets a handle that is bound to the transaction; an error undoes
// everything. Changes are told to subscribers after the commit.
func (d *DB) InTx(ctx context.Context, f func(tx *DB) error) error {
	if d.tx != nil {
		return f(d)
	}
	tx, err := d.writer.BeginTx(ctx, nil)
	if err != nil {
		return failure("begin", err)
	}
	inside := &DB{core: d.core, write: tx, read: tx, tx: tx, told: new([]Change)}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit; also ends the transaction of a panic
	if err = f(inside); err != nil {
		return err
	}
	for _, change := range *inside.told {
		if err = inside.notify(ctx, change); err != nil {
			return err
		}
	}
	err = tx.Commit()
	for _, change := range *inside.told { // also after a failure: the answer to a commit may be lost, not the commit
		d.changes.tell(change)
	}
	return failure("commit", err)
}

// Lock holds a named lock until the transaction ends, so that of several servers one works and the others then
// see its work. On SQLite every write transaction already is alone.
func (d *DB) Lock(ctx context.Context, name string) error {
	if d.dialect.lock == "" {
		return nil
	}
	_, err := d.write.ExecContext(ctx, d.dialect.lock, name)
	return failure("lock", err)
}

// changed remembers a change of the transaction.
func (d *DB) changed(noun string, id, account int64) {
	*d.told = append(*d.told, Change{Noun: noun, ID: id, AccountID: account})
}
