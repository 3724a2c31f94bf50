package store

import (
	"context"
	"database/sql"
	"errors"

	"jackfield/internal/vault"
)

func settingPlace(key string) vault.Place {
	return vault.Place{Table: "settings", Row: key, Column: "value"}
}

// Setting reads a small value of the installation. All of them are sealed.
func (d *DB) Setting(ctx context.Context, key string) (value string, ok bool, err error) {
	var sealed []byte
	err = d.read.QueryRowContext(ctx, "SELECT sealed FROM settings WHERE key = $1", key).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, failure("read setting", err)
	}
	plain, err := d.vault.Open(sealed, settingPlace(key))
	return string(plain), err == nil, err
}

// SetSetting keeps a small value of the installation, sealed.
func (d *DB) SetSetting(ctx context.Context, key, value string) error {
	sealed, err := d.vault.Seal([]byte(value), settingPlace(key))
	if err != nil {
		return err
	}
	_, err = d.write.ExecContext(ctx, "INSERT INTO settings (key, sealed) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET sealed = excluded.sealed", key, sealed)
	return failure("write setting", err)
}
