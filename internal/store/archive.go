package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// ColumnKind is what the cells of a column hold, by the same word on both databases. In rows a cell is nil, int64, string,
// []byte or float64; booleans, which SQLite does not have, are 0 and 1.
type ColumnKind string

// The kinds of columns.
const (
	KindInteger ColumnKind = "integer"
	KindText    ColumnKind = "text"
	KindBytes   ColumnKind = "bytes"
	KindReal    ColumnKind = "real"
)

// ArchivedColumn is a column as an archive carries it.
type ArchivedColumn struct {
	Name string     `json:"name"`
	Kind ColumnKind `json:"kind"`

	boolean bool // PostgreSQL wants true and false
}

// ArchivedTable is a table as an archive carries it. Columns are in the order of their names, rows in that of the key, so that
// the same rows are the same sequence on both databases.
type ArchivedTable struct {
	Name    string           `json:"name"`
	Columns []ArchivedColumn `json:"columns"`
	Key     []string         `json:"key"`    // columns that rows are ordered by
	LastID  int64            `json:"lastId"` // the last id that was given out; 0 = none, or the table gives none out

	counter string // column of these ids, "" = none
	traffic bool   // in SQLite's usage.db
}

// trafficTables are what may be left out of a backup: the tables that SQLite keeps in usage.db, which a test compares.
var trafficTables = []string{"traces", "usage"}

// Traffic reports whether the table holds records of calls, which nothing else refers to.
func (t *ArchivedTable) Traffic() bool { return slices.Contains(trafficTables, t.Name) }

// archived reports whether a table is part of archives: all that migrations make are. What else is in the database stays out: tables
// of others, the list of migrations, which the schema version stands for, and those of the job engine. Jobs are not carried:
// periodic ones are made anew when a server starts, and what a room still has to do must follow from its own tables.
func archived(table string) bool { return migrated()[table] }

// migrated are the names of all tables that migrations ever made.
var migrated = sync.OnceValue(func() map[string]bool { return tablesOf("*") })

// tablesOf are the names of the tables that the migrations of a folder made.
func tablesOf(folder string) map[string]bool {
	names := map[string]bool{}
	files, err := fs.Glob(migrations, path.Join("migrations", folder, "*.sql"))
	if err != nil {
		panic(err) // the pattern is ours
	}
	for _, file := range files {
		text, err := fs.ReadFile(migrations, file)
		if err != nil {
			panic(err) // embedded
		}
		for _, found := range tableMade.FindAllSubmatch(text, -1) {
			names[string(found[1])] = true
		}
	}
	return names
}

var tableMade = regexp.MustCompile(`(?im)^\s*(?:CREATE TABLE(?: IF NOT EXISTS)?|ALTER TABLE \S+ RENAME TO)\s+"?(\w+)`)

// Snapshot is all tables as they are at one moment, whatever is written meanwhile. Close it.
type Snapshot struct {
	Tables []ArchivedTable // by name

	dialect dialect
	main    *sql.Tx
	usage   *sql.Tx // on PostgreSQL the same
}

// Snapshot begins one. On SQLite that of usage.db is taken a moment before the other, so that records name nothing that came later.
func (d *DB) Snapshot(ctx context.Context) (*Snapshot, error) {
	s := &Snapshot{dialect: d.dialect}
	if err := s.begin(ctx, d); err != nil {
		return nil, errors.Join(failure("take a snapshot", err), s.Close())
	}
	return s, nil
}

func (s *Snapshot) begin(ctx context.Context, d *DB) (err error) {
	if d.pool != nil {
		if s.main, err = d.reader.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}); err == nil {
			s.Tables, err = postgresTables(ctx, s.main)
		}
		s.usage = s.main
		return err
	}
	for _, file := range []struct {
		pool *sql.DB
		tx   **sql.Tx
	}{{d.usageReader, &s.usage}, {d.reader, &s.main}} {
		if *file.tx, err = file.pool.BeginTx(ctx, nil); err != nil {
			return err
		}
		found, err := sqliteTables(ctx, *file.tx) // reading is what begins the transaction
		if err != nil {
			return err
		}
		for i := range found {
			found[i].traffic = file.pool == d.usageReader
		}
		s.Tables = append(s.Tables, found...)
	}
	sortTables(s.Tables)
	return nil
}

// Close ends the snapshot.
func (s *Snapshot) Close() error {
	var failures []error
	for _, tx := range []*sql.Tx{s.usage, s.main} {
		if tx == nil {
			continue
		}
		if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// Rows are the rows of a table of the snapshot, cells in the order of the columns. A row may be used until the next one.
func (s *Snapshot) Rows(ctx context.Context, t ArchivedTable) iter.Seq2[[]any, error] {
	tx := s.main
	if t.traffic {
		tx = s.usage
	}
	return func(yield func([]any, error) bool) {
		rows, err := tx.QueryContext(ctx, s.dialect.selectAll(t))
		if err != nil {
			yield(nil, failure("read "+t.Name, err))
			return
		}
		defer rows.Close()
		row, targets := make([]any, len(t.Columns)), make([]any, len(t.Columns))
		for i := range row {
			targets[i] = &row[i]
		}
		for rows.Next() {
			err := rows.Scan(targets...)
			for i := 0; err == nil && i < len(row); i++ {
				row[i], err = cell(row[i], t.Columns[i])
			}
			if !yield(row, failure("read "+t.Name, err)) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, failure("read "+t.Name, err))
		}
	}
}

func (d dialect) selectAll(t ArchivedTable) string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = quoted(c.Name)
	}
	order := make([]string, len(t.Key))
	for i, name := range t.Key {
		order[i] = quoted(name)
		if d.name == "postgres" && t.column(name).Kind == KindText {
			order[i] += ` COLLATE "C"` // byte by byte, as SQLite does
		}
	}
	return "SELECT " + strings.Join(names, ", ") + " FROM " + quoted(t.Name) + " ORDER BY " + strings.Join(order, ", ")
}

func (t *ArchivedTable) column(name string) *ArchivedColumn {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return &ArchivedColumn{}
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// cell makes of what a driver returned what the column's kind says.
func cell(value any, c ArchivedColumn) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case int64:
		switch c.Kind {
		case KindInteger:
			return v, nil
		case KindReal:
			return float64(v), nil
		}
	case float64:
		if c.Kind == KindReal {
			return v, nil
		}
	case string:
		switch c.Kind {
		case KindText:
			return v, nil
		case KindBytes:
			return []byte(v), nil
		}
	case []byte:
		switch c.Kind {
		case KindText:
			return string(v), nil
		case KindBytes:
			return append([]byte{}, v...), nil // SQLite's driver returns a nil slice for no bytes, which is not NULL
		}
	}
	return nil, fmt.Errorf("the column %s is to hold %s and holds %T", c.Name, c.Kind, value)
}

// kindOf is the kind of a declared type of either database. A type without one cannot be carried from one database to the other.
func kindOf(table, column, declared string) (ArchivedColumn, error) {
	c := ArchivedColumn{Name: column}
	switch strings.ToUpper(declared) {
	case "INTEGER", "BIGINT", "SMALLINT":
		c.Kind = KindInteger
	case "BOOLEAN":
		c.Kind, c.boolean = KindInteger, true
	case "TEXT":
		c.Kind = KindText
	case "BLOB", "BYTEA":
		c.Kind = KindBytes
	case "REAL", "DOUBLE PRECISION":
		c.Kind = KindReal
	default:
		return c, fmt.Errorf("archives do not carry the type %s of %s.%s", declared, table, column)
	}
	return c, nil
}

func sortTables(tables []ArchivedTable) {
	slices.SortFunc(tables, func(a, b ArchivedTable) int { return cmp.Compare(a.Name, b.Name) })
	for i := range tables {
		t := &tables[i]
		slices.SortFunc(t.Columns, func(a, b ArchivedColumn) int { return cmp.Compare(a.Name, b.Name) })
		if len(t.Key) == 0 {
			for _, c := range t.Columns {
				t.Key = append(t.Key, c.Name)
			}
		}
	}
}
