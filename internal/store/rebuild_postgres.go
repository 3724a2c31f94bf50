package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// buildingSchema is how a PostgreSQL schema begins in which a database is built.
const buildingSchema = "jackfield_building_"

func (r Rebuild) postgres(ctx context.Context, fill func(*DB) error) (aside string, err error) {
	base := newCore(r.Options)
	defer func() { err = errors.Join(err, base.closeAll()) }()
	if err := base.openPostgres(ctx, r.URL); err != nil {
		return "", err
	}
	release, err := base.MigrationLock(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, release()) }()
	if err := r.wantRoom(ctx, base); err != nil {
		return "", err
	}
	side, err := base.makeSide(ctx)
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_, dropped := base.pool.Exec(context.WithoutCancel(ctx), "DROP SCHEMA IF EXISTS "+side+" CASCADE")
			err = errors.Join(err, dropped)
		}
	}()
	c := newCore(r.Options)
	c.schema = side
	if err := c.openPostgres(ctx, r.URL); err != nil {
		return "", errors.Join(err, c.closeAll())
	}
	if err := r.build(ctx, c, fill); err != nil {
		return "", err
	}
	err = pgx.BeginFunc(ctx, base.pool, func(tx pgx.Tx) error {
		aside, err = r.swap(ctx, tx, side)
		return err
	})
	return aside, failure("put the new database in its place", err)
}

// wantRoom refuses a database that holds something, unless it is to be replaced.
func (r Rebuild) wantRoom(ctx context.Context, base *core) error {
	return failure("look at the database", pgx.BeginFunc(ctx, base.pool, func(tx pgx.Tx) error {
		holds, err := postgresHolds(ctx, tx)
		if err == nil && holds && !r.Replace {
			err = notEmpty("The PostgreSQL database")
		}
		return err
	}))
}

func postgresHolds(ctx context.Context, tx pgx.Tx) (holds bool, err error) {
	err = tx.QueryRow(ctx, "SELECT to_regclass(quote_ident(current_schema()) || '.organizations') IS NOT NULL").Scan(&holds)
	if err == nil && holds {
		err = tx.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM organizations)").Scan(&holds)
	}
	return holds, err
}

// makeSide makes the schema to build in. Those of builds that were killed go: the lock says that none is at work.
func (c *core) makeSide(ctx context.Context) (string, error) {
	name := make([]byte, 8)
	if _, err := rand.Read(name); err != nil {
		return "", err
	}
	side := buildingSchema + hex.EncodeToString(name)
	err := pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)", buildingSchema)
		if err != nil {
			return err
		}
		left, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, schema := range left {
			if _, err := tx.Exec(ctx, "DROP SCHEMA "+quoted(schema)+" CASCADE"); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, "CREATE SCHEMA "+side)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("a schema to build in cannot be made (GRANT CREATE ON DATABASE is needed): %w", err)
	}
	return side, nil
}

// swap puts the tables of side in the place of the old ones. Of these, tables that hold something go to a schema of their own.
// Servers that run meanwhile wait a moment and see the new tables.
func (r Rebuild) swap(ctx context.Context, tx pgx.Tx, side string) (aside string, err error) {
	var here string
	if err := tx.QueryRow(ctx, "SELECT quote_ident(current_schema())").Scan(&here); err != nil {
		return "", err
	}
	old, err := ownTables(ctx, tx, here)
	if err != nil {
		return "", err
	}
	for _, table := range old {
		if _, err := tx.Exec(ctx, "LOCK TABLE "+table+" IN ACCESS EXCLUSIVE MODE"); err != nil {
			return "", err
		}
	}
	holds, err := postgresHolds(ctx, tx)
	if err != nil {
		return "", err
	}
	if holds && !r.Replace { // a server has started meanwhile
		return "", notEmpty("The PostgreSQL database")
	}
	aside = asideName("_")
	if _, err := tx.Exec(ctx, "CREATE SCHEMA "+aside); err != nil {
		return "", err
	}
	if err := moveSchema(ctx, tx, here, aside, side); err != nil {
		return "", err
	}
	if err := moveSchema(ctx, tx, side, here, side); err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, "DROP SCHEMA "+side); err != nil {
		return "", err
	}
	if !holds {
		if _, err := tx.Exec(ctx, "DROP SCHEMA "+aside+" CASCADE"); err != nil {
			return "", err
		}
		aside = ""
	}
	return aside, forgetAll(ctx, tx)
}

// forgetAll drops the jobs that waited for the old tables and has servers drop what they have cached of them.
func forgetAll(ctx context.Context, tx pgx.Tx) error {
	var jobs bool
	if err := tx.QueryRow(ctx, "SELECT to_regclass('river_job') IS NOT NULL").Scan(&jobs); err != nil {
		return err
	}
	if jobs {
		if _, err := tx.Exec(ctx, "DELETE FROM river_job"); err != nil {
			return err
		}
	}
	everything, err := json.Marshal(Change{Noun: "all"})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "SELECT pg_notify($1, $2)", channel, string(everything))
	return err
}

// moveSchema moves our tables, and the functions that the schema of the new tables knows, from one schema to another.
func moveSchema(ctx context.Context, tx pgx.Tx, from, to, like string) error {
	tables, err := ownTables(ctx, tx, from)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT p.oid::regprocedure::text FROM pg_proc p
		WHERE p.pronamespace = $1::regnamespace AND p.proname IN (SELECT q.proname FROM pg_proc q WHERE q.pronamespace = $2::regnamespace)`, from, like)
	if err != nil {
		return err
	}
	functions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, table := range tables {
		if _, err := tx.Exec(ctx, "ALTER TABLE "+table+" SET SCHEMA "+to); err != nil {
			return err
		}
	}
	for _, function := range functions {
		if _, err := tx.Exec(ctx, "ALTER FUNCTION "+function+" SET SCHEMA "+to); err != nil {
			return err
		}
	}
	return nil
}

// ownTables lists our tables in a schema, with its name before theirs.
func ownTables(ctx context.Context, tx pgx.Tx, schema string) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'p') ORDER BY relname`, schema)
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	names = slices.DeleteFunc(names, func(name string) bool { return name != versionTable && !archived(name) })
	for i := range names {
		names[i] = schema + "." + quoted(names[i])
	}
	return names, err
}
