package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// schema is one migrated database.
type schema struct {
	pool    *sql.DB
	folder  string
	dialect database.Dialect
	table   string // of applied versions
}

// MigrationLock holds the lock that makes servers migrate one after the other, for tables that another room owns.
func (d *DB) MigrationLock(ctx context.Context) (release func(), err error) {
	if d.pool == nil {
		unlock, err := lockFile(ctx, filepath.Join(d.dir, "migrate.lock"))
		if err != nil {
			return nil, err
		}
		return func() { _ = unlock() }, nil // a lock that stays is taken away by age
	}
	held, err := d.pool.Acquire(ctx)
	if err != nil {
		return nil, failure("lock", err)
	}
	if _, err := held.Exec(ctx, "SELECT pg_advisory_lock(hashtext('jackfield migration'))"); err != nil {
		held.Release()
		return nil, failure("lock", err)
	}
	return func() {
		// A connection that still holds the lock must not go back to the pool.
		if _, err := held.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(hashtext('jackfield migration'))"); err != nil {
			_ = held.Conn().Close(context.WithoutCancel(ctx))
		}
		held.Release()
	}, nil
}

// migrate brings every database to this version's schema and refuses a newer one.
func (c *core) migrate(ctx context.Context) error {
	if c.dialect.name == "postgres" {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		return up(ctx, schema{c.writer, "postgres", database.DialectPostgres, "jackfield_migrations"}, goose.WithSessionLocker(locker))
	}
	release, err := lockFile(ctx, filepath.Join(c.dir, "migrate.lock"))
	if err != nil {
		return err
	}
	return errors.Join(
		up(ctx, schema{c.writer, "sqlite", database.DialectSQLite3, "jackfield_migrations"}),
		up(ctx, schema{c.usageWriter, "sqlite_usage", database.DialectSQLite3, "jackfield_migrations"}),
		release(),
	)
}

func up(ctx context.Context, s schema, more ...goose.ProviderOption) error {
	files, err := fs.Sub(migrations, "migrations/"+s.folder)
	if err != nil {
		return err
	}
	store, err := database.NewStore(s.dialect, s.table)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(database.DialectCustom, s.pool, files, append(more,
		goose.WithStore(store), goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return fmt.Errorf("the migrations cannot be read: %w", err)
	}
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("the schema version cannot be read: %w", err)
	}
	if current > target {
		return fmt.Errorf("the database has schema %d, this version of Jackfield knows %d: start the newer version, or restore a backup", current, target)
	}
	if current == target {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("the database could not be migrated from schema %d to %d: %w", current, target, err)
	}
	return nil
}
