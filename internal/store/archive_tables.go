package store

import (
	"context"
	"database/sql"
	"strings"
)

// sqliteTables reads from SQLite's own catalogue what tables a file has.
func sqliteTables(ctx context.Context, from runner) ([]ArchivedTable, error) {
	names, err := from.QueryContext(ctx, "SELECT name, COALESCE(sql, '') FROM sqlite_master WHERE type = 'table' ORDER BY name")
	if err != nil {
		return nil, err
	}
	var tables []ArchivedTable
	var counted []bool
	err = each(names, func(scan func(...any) error) error {
		var t ArchivedTable
		var definition string
		if err := scan(&t.Name, &definition); err != nil || !archived(t.Name) {
			return err
		}
		tables, counted = append(tables, t), append(counted, strings.Contains(strings.ToUpper(definition), "AUTOINCREMENT"))
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range tables {
		t := &tables[i]
		columns, err := from.QueryContext(ctx, "SELECT name, type, pk FROM pragma_table_xinfo($1) WHERE hidden = 0 ORDER BY pk, name", t.Name)
		if err != nil {
			return nil, err
		}
		err = each(columns, func(scan func(...any) error) error {
			var name, declared string
			var key int
			if err := scan(&name, &declared, &key); err != nil {
				return err
			}
			c, err := kindOf(t.Name, name, declared)
			t.Columns = append(t.Columns, c)
			if key > 0 {
				t.Key = append(t.Key, name)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if !counted[i] {
			continue
		}
		t.counter = t.Key[0] // SQLite counts nothing but a primary key of one column
		err = from.QueryRowContext(ctx, "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = $1", t.Name).Scan(&t.LastID)
		if err != nil {
			return nil, err
		}
	}
	sortTables(tables)
	return tables, nil
}

// postgresTables reads from PostgreSQL's catalogue what tables the schema in use has.
func postgresTables(ctx context.Context, from runner) ([]ArchivedTable, error) {
	rows, err := from.QueryContext(ctx, `
		SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
		  COALESCE((SELECT k.n FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, n)
		    WHERE i.indrelid = c.oid AND i.indisprimary AND k.attnum = a.attnum), 0) AS place,
		  COALESCE(pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname), '')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
		ORDER BY c.relname, place, a.attname`)
	if err != nil {
		return nil, err
	}
	var tables []ArchivedTable
	var sequences []string
	err = each(rows, func(scan func(...any) error) error {
		var table, column, declared, sequence string
		var place int
		if err := scan(&table, &column, &declared, &place, &sequence); err != nil || !archived(table) {
			return err
		}
		if len(tables) == 0 || tables[len(tables)-1].Name != table {
			tables, sequences = append(tables, ArchivedTable{Name: table}), append(sequences, "")
		}
		t := &tables[len(tables)-1]
		c, err := kindOf(table, column, declared)
		t.Columns = append(t.Columns, c)
		if place > 0 {
			t.Key = append(t.Key, column)
		}
		if sequence != "" {
			t.counter, sequences[len(sequences)-1] = column, sequence
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, sequence := range sequences {
		if sequence == "" {
			continue
		}
		// The name comes quoted. Sequences are of no transaction: they may be ahead of the rows, never behind.
		err := from.QueryRowContext(ctx, "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM "+sequence).Scan(&tables[i].LastID)
		if err != nil {
			return nil, err
		}
	}
	sortTables(tables)
	return tables, nil
}

// each calls f for every row.
func each(rows *sql.Rows, f func(scan func(...any) error) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
