package store

import (
	"context"

	"jackfield/internal/vault"
)

// resealBatch is how many secrets are in memory at once.
const resealBatch = 500

// sealedColumn is a column of sealed values.
type sealedColumn struct {
	table, column string
	// query gives the key to write and to go on by, the row and account of the place, and the sealed value of at most
	// $2 rows after the key $1.
	query  string
	update string // takes the new value and the key
	first  any    // before all keys
}

var sealedColumns = []sealedColumn{
	{
		"organizations", "secret",
		"SELECT id, CAST(id AS TEXT), 0, secret_sealed FROM organizations WHERE id > $1 ORDER BY organizations.id LIMIT $2",
		"UPDATE organizations SET secret_sealed = $1 WHERE id = $2", int64(0),
	},
	{
		"users", "secret",
		"SELECT id, CAST(id AS TEXT), account_id, secret_sealed FROM users WHERE id > $1 ORDER BY users.id LIMIT $2",
		"UPDATE users SET secret_sealed = $1 WHERE id = $2", int64(0),
	},
	{
		"instances", "token",
		"SELECT id, CAST(id AS TEXT), account_id, token_sealed FROM instances WHERE id > $1 ORDER BY instances.id LIMIT $2",
		"UPDATE instances SET token_sealed = $1 WHERE id = $2", int64(0),
	},
	{
		"instance_configuration", "value", // as configurationPlace
		`SELECT c.id, CAST(c.instance_id AS TEXT) || '/' || c.key, i.account_id, c.sealed
		 FROM instance_configuration c JOIN instances i ON i.id = c.instance_id
		 WHERE c.id > $1 AND c.sealed IS NOT NULL ORDER BY c.id LIMIT $2`,
		"UPDATE instance_configuration SET sealed = $1 WHERE id = $2", int64(0),
	},
	{
		"connectors", "document",
		"SELECT id, CAST(id AS TEXT), account_id, document_sealed FROM connectors WHERE id > $1 ORDER BY connectors.id LIMIT $2",
		"UPDATE connectors SET document_sealed = $1 WHERE id = $2", int64(0),
	},
	{
		"extensions", "document",
		"SELECT id, CAST(id AS TEXT), account_id, document_sealed FROM extensions WHERE id > $1 ORDER BY extensions.id LIMIT $2",
		"UPDATE extensions SET document_sealed = $1 WHERE id = $2", int64(0),
	},
	{
		"connect_links", "preset", // as connectLinkPlace
		"SELECT id, CAST(id AS TEXT), account_id, preset_sealed FROM connect_links WHERE id > $1 AND preset_sealed IS NOT NULL ORDER BY connect_links.id LIMIT $2",
		"UPDATE connect_links SET preset_sealed = $1 WHERE id = $2", int64(0),
	},
	{
		"connect_links", "flow",
		"SELECT id, CAST(id AS TEXT), account_id, flow_sealed FROM connect_links WHERE id > $1 AND flow_sealed IS NOT NULL ORDER BY connect_links.id LIMIT $2",
		"UPDATE connect_links SET flow_sealed = $1 WHERE id = $2", int64(0),
	},
	{
		"identity_providers", "secret",
		"SELECT id, CAST(id AS TEXT), COALESCE(account_id, 0), secret_sealed FROM identity_providers WHERE id > $1 AND secret_sealed IS NOT NULL ORDER BY identity_providers.id LIMIT $2",
		"UPDATE identity_providers SET secret_sealed = $1 WHERE id = $2", int64(0),
	},
	{
		"sign_on_sessions", "facts",
		"SELECT session_id, CAST(session_id AS TEXT), 0, facts_sealed FROM sign_on_sessions WHERE session_id > $1 ORDER BY sign_on_sessions.session_id LIMIT $2",
		"UPDATE sign_on_sessions SET facts_sealed = $1 WHERE session_id = $2", int64(0),
	},
	{
		"mails", "text", // as mailPlace
		"SELECT id, CAST(id AS TEXT), 0, text_sealed FROM mails WHERE id > $1 AND text_sealed IS NOT NULL ORDER BY mails.id LIMIT $2",
		"UPDATE mails SET text_sealed = $1 WHERE id = $2", int64(0),
	},
	{
		"settings", "value", // as settingPlace
		"SELECT key, key, 0, sealed FROM settings WHERE key > $1 ORDER BY settings.key LIMIT $2",
		"UPDATE settings SET sealed = $1 WHERE key = $2", "",
	},
}

// Reseal seals every secret again with the primary key and returns how many. It is one transaction: either all
// secrets are under the new key afterwards, or none was touched; only traces follow one batch after the other. Servers may
// run meanwhile.
func (d *DB) Reseal(ctx context.Context) (n int, err error) {
	err = d.InTx(ctx, func(tx *DB) error {
		n = 0
		for _, column := range sealedColumns {
			for last := column.first; last != nil; {
				cells, err := tx.sealedCells(ctx, column, last, resealBatch)
				if err != nil {
					return err
				}
				last = nil
				for _, cell := range cells {
					if err := tx.resealCell(ctx, column, cell); err != nil {
						return err
					}
					last = cell.key
					n++
				}
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	traces, err := d.resealTraces(ctx)
	return n + traces, err
}

// sealedCell is one sealed value.
type sealedCell struct {
	key    any
	place  vault.Place
	sealed []byte
}

func (d *DB) sealedCells(ctx context.Context, column sealedColumn, after any, most int) ([]sealedCell, error) {
	// Locked: a value that a server changes after we have read it would be undone.
	rows, err := d.read.QueryContext(ctx, column.query+d.dialect.forLate, after, most)
	if err != nil {
		return nil, failure("read secrets", err)
	}
	defer rows.Close()
	var cells []sealedCell
	for rows.Next() {
		cell := sealedCell{place: vault.Place{Table: column.table, Column: column.column}}
		if err := rows.Scan(&cell.key, &cell.place.Row, &cell.place.Account, &cell.sealed); err != nil {
			return nil, failure("read secrets", err)
		}
		cells = append(cells, cell)
	}
	return cells, failure("read secrets", rows.Err())
}

func (d *DB) resealCell(ctx context.Context, column sealedColumn, cell sealedCell) error {
	plain, err := d.vault.Open(cell.sealed, cell.place)
	if err != nil {
		return err
	}
	sealed, err := d.vault.Seal(plain, cell.place)
	if err != nil {
		return err
	}
	_, err = d.write.ExecContext(ctx, column.update, sealed, cell.key)
	return failure("seal again", err)
}
