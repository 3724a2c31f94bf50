package store

import (
	"context"
	"strconv"

	"jackfield/internal/vault"
)

// sealedCell is one sealed value with where it is and how to write it back.
type sealedCell struct {
	place  vault.Place
	sealed []byte
	update string // takes the new value and key
	key    any
}

// Reseal seals every secret again with the primary key and returns how many. It is one transaction: either all
// secrets are under the new key afterwards, or none was touched.
func (d *DB) Reseal(ctx context.Context) (n int, err error) {
	err = d.InTx(ctx, func(tx *DB) error {
		n = 0
		for _, list := range []func(context.Context) ([]sealedCell, error){tx.organizationCells, tx.userCells, tx.tokenCells, tx.configurationCells, tx.settingCells} {
			cells, err := list(ctx)
			if err != nil {
				return err
			}
			for _, cell := range cells {
				if err := tx.resealCell(ctx, cell); err != nil {
					return err
				}
				n++
			}
		}
		return nil
	})
	return n, err
}

func (d *DB) resealCell(ctx context.Context, cell sealedCell) error {
	plain, err := d.vault.Open(cell.sealed, cell.place)
	if err != nil {
		return err
	}
	sealed, err := d.vault.Seal(plain, cell.place)
	if err != nil {
		return err
	}
	_, err = d.write.ExecContext(ctx, cell.update, sealed, cell.key)
	return failure("seal again", err)
}

func (d *DB) organizationCells(ctx context.Context) ([]sealedCell, error) {
	return d.rowCells(ctx, "SELECT id, 0, secret_sealed FROM organizations", "organizations", "secret", "UPDATE organizations SET secret_sealed = $1 WHERE id = $2")
}

func (d *DB) userCells(ctx context.Context) ([]sealedCell, error) {
	return d.rowCells(ctx, "SELECT id, account_id, secret_sealed FROM users", "users", "secret", "UPDATE users SET secret_sealed = $1 WHERE id = $2")
}

func (d *DB) tokenCells(ctx context.Context) ([]sealedCell, error) {
	return d.rowCells(ctx, "SELECT id, account_id, token_sealed FROM instances", "instances", "token", "UPDATE instances SET token_sealed = $1 WHERE id = $2")
}

func (d *DB) rowCells(ctx context.Context, query, table, column, update string) ([]sealedCell, error) {
	rows, err := d.read.QueryContext(ctx, query)
	if err != nil {
		return nil, failure("read secrets", err)
	}
	defer rows.Close()
	var cells []sealedCell
	for rows.Next() {
		var id, account int64
		cell := sealedCell{update: update}
		if err := rows.Scan(&id, &account, &cell.sealed); err != nil {
			return nil, failure("read secrets", err)
		}
		cell.key = id
		cell.place = vault.Place{Table: table, Row: strconv.FormatInt(id, 10), Column: column, Account: account}
		cells = append(cells, cell)
	}
	return cells, failure("read secrets", rows.Err())
}

func (d *DB) configurationCells(ctx context.Context) ([]sealedCell, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT c.id, c.instance_id, i.account_id, c.key, c.sealed
		FROM instance_configuration c JOIN instances i ON i.id = c.instance_id WHERE c.sealed IS NOT NULL`)
	if err != nil {
		return nil, failure("read secrets", err)
	}
	defer rows.Close()
	var cells []sealedCell
	for rows.Next() {
		var id int64
		var key string
		var i Instance
		cell := sealedCell{update: "UPDATE instance_configuration SET sealed = $1 WHERE id = $2"}
		if err := rows.Scan(&id, &i.ID, &i.AccountID, &key, &cell.sealed); err != nil {
			return nil, failure("read secrets", err)
		}
		cell.key, cell.place = id, configurationPlace(&i, key)
		cells = append(cells, cell)
	}
	return cells, failure("read secrets", rows.Err())
}

func (d *DB) settingCells(ctx context.Context) ([]sealedCell, error) {
	rows, err := d.read.QueryContext(ctx, "SELECT key, sealed FROM settings")
	if err != nil {
		return nil, failure("read secrets", err)
	}
	defer rows.Close()
	var cells []sealedCell
	for rows.Next() {
		var key string
		cell := sealedCell{update: "UPDATE settings SET sealed = $1 WHERE key = $2"}
		if err := rows.Scan(&key, &cell.sealed); err != nil {
			return nil, failure("read secrets", err)
		}
		cell.key, cell.place = key, settingPlace(key)
		cells = append(cells, cell)
	}
	return cells, failure("read secrets", rows.Err())
}
