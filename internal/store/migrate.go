package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations
var migrations embed.FS

// versionTable holds the applied versions.
const versionTable = "jackfield_migrations"

// schema is one migrated database.
type schema struct {
	pool    *sql.DB
	folder  string
	dialect database.Dialect
	table   string
}

// MigrationLock holds the lock that makes servers migrate one after the other. internal/job takes it for its tables.
func (c *core) MigrationLock(ctx context.Context) (release func() error, err error) {
	if c.pool == nil {
		return lockFile(ctx, filepath.Join(c.dir, "migrate.lock"))
	}
	// PostgreSQL lets the next one in at once; goose's own lock looks again every 5 s.
	held, err := c.pool.Acquire(ctx)
	if err != nil {
		return nil, failure("lock", err)
	}
	if _, err := held.Exec(ctx, "SELECT pg_advisory_lock(hashtext('jackfield migration'))"); err != nil {
		held.Release()
		return nil, failure("lock", err)
	}
	return func() error {
		defer held.Release()
		late := context.WithoutCancel(ctx)
		_, err := held.Exec(late, "SELECT pg_advisory_unlock(hashtext('jackfield migration'))")
		if err != nil {
			err = errors.Join(err, held.Conn().Close(late)) // a connection with the lock must not go back to the pool
		}
		return failure("unlock", err)
	}, nil
}

// migrate brings every database to this version's schema and refuses a newer one.
func (c *core) migrate(ctx context.Context) error {
	release, err := c.MigrationLock(ctx)
	if err != nil {
		return err
	}
	return errors.Join(c.migrateTo(ctx, nil), release())
}

// schemas are the databases that are migrated: SQLite has two files.
func (c *core) schemas() []schema {
	if c.pool == nil {
		return []schema{{c.writer, "sqlite", database.DialectSQLite3, versionTable}, {c.usageWriter, "sqlite_usage", database.DialectSQLite3, versionTable}}
	}
	return []schema{{c.writer, "postgres", database.DialectPostgres, versionTable}}
}

// newestVersion has upTo apply every migration.
const newestVersion int64 = math.MaxInt64

func upTo(ctx context.Context, s schema, version int64) error {
	files, err := fs.Sub(migrations, "migrations/"+s.folder)
	if err != nil {
		return err
	}
	store, err := database.NewStore(s.dialect, s.table)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(database.DialectCustom, s.pool, files,
		goose.WithStore(store), goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
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
	if version < newestVersion {
		_, err = provider.UpTo(ctx, version)
	} else {
		_, err = provider.Up(ctx)
	}
	if err != nil {
		return fmt.Errorf("the database could not be migrated from schema %d to %d: %w", current, min(target, version), err)
	}
	return nil
}
