package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/fault"
)

// Versions are schema versions by the folder of their migrations. The same moment in the life of the schema has another number on
// each database, so an archive names all of them.
type Versions map[string]int64

// SchemaVersions are the newest versions that this program knows: those of every database that it has opened.
func SchemaVersions() Versions {
	folders, err := fs.ReadDir(migrations, "migrations")
	if err != nil {
		panic(err) // embedded
	}
	newest := Versions{}
	for _, folder := range folders {
		files, err := fs.Glob(migrations, path.Join("migrations", folder.Name(), "*.sql"))
		if err != nil {
			panic(err) // the pattern is ours
		}
		for _, file := range files {
			number, _, _ := strings.Cut(path.Base(file), "_")
			n, err := strconv.ParseInt(number, 10, 64)
			if err != nil {
				panic("store: the migration " + file + " has no number")
			}
			newest[folder.Name()] = max(newest[folder.Name()], n)
		}
	}
	return newest
}

// Check refuses versions that this program does not know: a newer schema, or what is none.
func (v Versions) Check() error {
	for folder, newest := range SchemaVersions() {
		switch n := v[folder]; {
		case n < 1:
			return fault.New(fault.Invalid, "The archive does not say which schema it has")
		case n > newest:
			return fault.New(fault.Invalid, "The archive has schema %d, this version of Jackfield knows %d: use the newer version", n, newest)
		}
	}
	return nil
}

// Rebuild says where a database is built anew.
type Rebuild struct {
	Options
	Versions Versions // schema to begin with; it is brought to this version's when the rows are in
	Replace  bool     // a database that holds something may be there: it is put aside
}

// notEmpty is how a database that holds something is refused.
func notEmpty(where string) error {
	return fault.New(fault.Conflict, "%s is not empty: use another one, or --replace to put what it holds aside", where)
}

// inUse is how a database is refused that a server is running on.
func inUse(where string) error {
	return fault.New(fault.Conflict, "%s is in use: stop the server first", where)
}

// Run builds a database beside the one that is there, lets fill load and check it, and puts it in its place in one step. Until then
// nothing that is there changes, and after an error nothing has. It returns where a database that held something was put aside, or
// "". The database must not be open; one that a SQLite server is running on is refused.
func (r Rebuild) Run(ctx context.Context, fill func(*DB) error) (aside string, err error) {
	if err := r.Versions.Check(); err != nil {
		return "", err
	}
	if r.Vault == nil {
		return "", errors.New("store: a vault is required")
	}
	if r.URL != "" {
		return r.postgres(ctx, fill)
	}
	return r.sqlite(ctx, fill)
}

// build opens an empty database, fills it and brings it to this version's schema. It is closed when it returns.
func (r Rebuild) build(ctx context.Context, c *core, fill func(*DB) error) error {
	err := c.migrateTo(ctx, r.Versions)
	if err == nil {
		err = fill(&DB{core: c, write: c.writer, read: c.reader})
	}
	if err == nil {
		err = c.migrateTo(ctx, nil)
	}
	if err == nil {
		err = c.settle(ctx)
	}
	return errors.Join(err, c.closeAll())
}

func newCore(o Options) *core {
	return &core{vault: o.Vault, log: o.Log, dir: o.Dir, changes: newChanges(), usageInserts: map[int]*sql.Stmt{}, stopped: make(chan struct{})}
}

// asideName is what a database that is put aside is called.
func asideName(separator string) string {
	return "replaced" + separator + time.Now().UTC().Format("20060102"+separator+"150405")
}

// migrateTo brings every file of a database that nobody else uses to a version, nil for the newest.
func (c *core) migrateTo(ctx context.Context, v Versions) error {
	for _, s := range c.schemas() {
		if err := upTo(ctx, s, cmp.Or(v[s.folder], newestVersion)); err != nil {
			return err
		}
	}
	return nil
}

// OpenAsIs opens a database that is there already and changes nothing in it: a schema of another version is refused. Backups and
// copies are made so, that nobody's database is migrated under a running server.
func OpenAsIs(ctx context.Context, o Options) (*DB, error) {
	if o.URL == "" {
		if err := sqliteThere(o.Dir); err != nil {
			return nil, err
		}
	}
	return open(ctx, o, (*core).checkSchema)
}

// checkSchema refuses any schema but this version's.
func (c *core) checkSchema(ctx context.Context) error {
	newest := SchemaVersions()
	for _, s := range c.schemas() {
		var version int64
		err := s.pool.QueryRowContext(ctx, "SELECT MAX(version_id) FROM "+s.table).Scan(&version)
		if err != nil {
			return fmt.Errorf("there is no database of Jackfield, or it cannot be read: %w", err)
		}
		if version != newest[s.folder] {
			return fmt.Errorf("the database has schema %d, this version of Jackfield works with %d: use the version that serves it, or bring it up with jackfield migrate", version, newest[s.folder])
		}
	}
	return nil
}
