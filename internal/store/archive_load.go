package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"jackfield/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Load makes the database hold exactly what the tables of an archive hold, and lets ids go on above them. rows is called for each
// table in the order given. It needs a database of the archive's schema that nobody else uses: see Rebuild.
func (d *DB) Load(ctx context.Context, tables []ArchivedTable, rows func(ArchivedTable) iter.Seq2[[]any, error]) error {
	if d.pool != nil {
		return d.loadPostgres(ctx, tables, rows)
	}
	return d.loadSQLite(ctx, tables, rows)
}

// match finds for each table of an archive the one of the database that takes it. Every table must have its counterpart; only
// traffic may be missing in the archive.
func match(archive, there []ArchivedTable) ([]ArchivedTable, error) {
	matched := make([]ArchivedTable, len(archive))
	for i, a := range archive {
		n := slices.IndexFunc(there, func(t ArchivedTable) bool { return t.Name == a.Name })
		if n < 0 {
			return nil, fault.New(fault.Invalid, "The archive has a table %s, which this schema does not have", a.Name)
		}
		t := there[n]
		same := slices.EqualFunc(a.Columns, t.Columns, func(x, y ArchivedColumn) bool { return x.Name == y.Name && x.Kind == y.Kind })
		if !same {
			return nil, fault.New(fault.Invalid, "The table %s of the archive has other columns than this schema", a.Name)
		}
		t.LastID = a.LastID
		matched[i] = t
	}
	for _, t := range there {
		if !t.Traffic() && !slices.ContainsFunc(archive, func(a ArchivedTable) bool { return a.Name == t.Name }) {
			return nil, fault.New(fault.Invalid, "The archive lacks the table %s", t.Name)
		}
	}
	return matched, nil
}

// loadSQLite fills both files, each in one transaction.
func (d *DB) loadSQLite(ctx context.Context, tables []ArchivedTable, rows func(ArchivedTable) iter.Seq2[[]any, error]) error {
	main, err := d.writer.BeginTx(ctx, nil)
	if err != nil {
		return failure("load", err)
	}
	defer func() { _ = main.Rollback() }() // does nothing after a commit
	usage, err := d.usageWriter.BeginTx(ctx, nil)
	if err != nil {
		return failure("load", err)
	}
	defer func() { _ = usage.Rollback() }()
	// Rows may come before those that they refer to: looked at when everything is there.
	if _, err := main.ExecContext(ctx, "PRAGMA defer_foreign_keys = ON"); err != nil {
		return failure("load", err)
	}
	there, err := sqliteTables(ctx, main)
	if err != nil {
		return failure("load", err)
	}
	traffic, err := sqliteTables(ctx, usage)
	if err != nil {
		return failure("load", err)
	}
	for i := range traffic {
		traffic[i].traffic = true
	}
	there = append(there, traffic...)
	matched, err := match(tables, there)
	if err != nil {
		return err
	}
	for _, t := range there { // what migrations put in
		if err := sqliteFile(t, main, usage).clear(ctx, t); err != nil {
			return failure("load "+t.Name, err)
		}
	}
	for i, t := range matched {
		if err := sqliteFile(t, main, usage).fill(ctx, t, rows(tables[i])); err != nil {
			return failure("load "+t.Name, err)
		}
	}
	return failure("load", errors.Join(usage.Commit(), main.Commit()))
}

type sqliteLoad struct{ tx *sql.Tx }

func sqliteFile(t ArchivedTable, main, usage *sql.Tx) sqliteLoad {
	if t.traffic {
		return sqliteLoad{usage}
	}
	return sqliteLoad{main}
}

func (l sqliteLoad) clear(ctx context.Context, t ArchivedTable) error {
	_, err := l.tx.ExecContext(ctx, "DELETE FROM "+quoted(t.Name))
	return err
}

func (l sqliteLoad) fill(ctx context.Context, t ArchivedTable, rows iter.Seq2[[]any, error]) error {
	names, values := make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i], values[i] = quoted(c.Name), "?"
	}
	statement := "INSERT INTO " + quoted(t.Name) + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")"
	insert, err := l.tx.PrepareContext(ctx, statement) //nolint:sqlclosecheck // closed below
	if err != nil {
		return err
	}
	defer insert.Close()
	for row, err := range rows {
		if err != nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	if t.counter == "" {
		return nil
	}
	if _, err := l.tx.ExecContext(ctx, "DELETE FROM sqlite_sequence WHERE name = $1", t.Name); err != nil {
		return err
	}
	_, err = l.tx.ExecContext(ctx, "INSERT INTO sqlite_sequence (name, seq) SELECT $1, $2 WHERE $2 > 0", t.Name, t.LastID)
	return err
}

// loadPostgres fills all tables in one transaction. Foreign keys are taken away meanwhile and looked at when they come back.
func (d *DB) loadPostgres(ctx context.Context, tables []ArchivedTable, rows func(ArchivedTable) iter.Seq2[[]any, error]) error {
	there, err := postgresTables(ctx, d.reader)
	if err != nil {
		return failure("load", err)
	}
	matched, err := match(tables, there)
	if err != nil {
		return err
	}
	return failure("load", pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		back, err := withoutForeignKeys(ctx, tx)
		if err != nil {
			return err
		}
		for _, t := range there { // what migrations put in
			if _, err := tx.Exec(ctx, "DELETE FROM "+quoted(t.Name)); err != nil {
				return fmt.Errorf("%s: %w", t.Name, err)
			}
		}
		for i, t := range matched {
			if err := fillPostgres(ctx, tx, t, rows(tables[i])); err != nil {
				return failure("load "+t.Name, err)
			}
		}
		for _, statement := range back {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}))
}

// withoutForeignKeys drops the foreign keys of the schema in use and returns the statements that bring them back.
func withoutForeignKeys(ctx context.Context, tx pgx.Tx) (back []string, err error) {
	rows, err := tx.Query(ctx, `
		SELECT quote_ident(t.relname), quote_ident(c.conname), pg_get_constraintdef(c.oid)
		FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
		WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace AND c.conparentid = 0 AND t.relname NOT LIKE 'river\_%'`)
	if err != nil {
		return nil, err
	}
	var away []string
	var table, name, definition string
	_, err = pgx.ForEachRow(rows, []any{&table, &name, &definition}, func() error {
		away = append(away, "ALTER TABLE "+table+" DROP CONSTRAINT "+name)
		back = append(back, "ALTER TABLE "+table+" ADD CONSTRAINT "+name+" "+definition)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, statement := range away {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	return back, nil
}

func fillPostgres(ctx context.Context, tx pgx.Tx, t ArchivedTable, rows iter.Seq2[[]any, error]) error {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	next, stop := iter.Pull2(rows)
	defer stop()
	_, err := tx.CopyFrom(ctx, pgx.Identifier{t.Name}, names, pgx.CopyFromFunc(func() ([]any, error) {
		row, err, more := next()
		if err != nil || !more {
			return nil, err
		}
		for i, c := range t.Columns {
			if n, ok := row[i].(int64); ok && c.boolean {
				row[i] = n != 0
			}
		}
		return row, nil
	}))
	if err != nil || t.counter == "" {
		return err
	}
	_, err = tx.Exec(ctx, "SELECT setval(pg_get_serial_sequence(quote_ident($1), $2), $3 + 1, false)", t.Name, t.counter, t.LastID)
	return err
}
