// Package storetest gives tests databases of their own.
package storetest

import (
	"path/filepath"
	"testing"

	"jackfield/internal/store"
	"jackfield/internal/vault"
)

// Vault makes a vault with a key of its own.
func Vault(t testing.TB) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.Context(), vault.Options{Path: filepath.Join(t.TempDir(), "key")})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// SQLite opens an empty SQLite database that ends with the test.
func SQLite(t testing.TB) *store.DB {
	t.Helper()
	return Open(t, store.Options{Dir: t.TempDir(), Vault: Vault(t)})
}

// Postgres opens an empty PostgreSQL database that ends with the test.
func Postgres(t testing.TB) *store.DB {
	t.Helper()
	return Open(t, store.Options{URL: PostgresURL(t), Vault: Vault(t)})
}

// Open opens a database and closes it when the test ends.
func Open(t testing.TB, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Each runs a test on both databases, side by side.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t))
	})
}
