package main

import (
	"context"
	"fmt"
	"os"

	"jackfield/internal/server"
	"jackfield/internal/store"
	"jackfield/internal/vault"
)

// storeFlags are the flags of commands that only need the database.
type storeFlags struct {
	Data     string `help:"Folder of the key file and, on SQLite, of the databases." default:"./jackfield-data" placeholder:"DIR"`
	Database string `help:"PostgreSQL to use instead of SQLite in the data folder." placeholder:"postgres://…"`
	Key      string `help:"Key that seals secrets, instead of the key file: only by JACKFIELD_KEY." hidden:""`
	KeyURI   string `name:"key-uri" help:"KMS key that wraps the key file." placeholder:"aws-kms://… | gcp-kms://… | hcvault://…"`
}

// open opens key and database; the caller closes the database.
func (f *storeFlags) open(ctx context.Context) (*vault.Vault, *store.DB, error) {
	keys, err := vault.Open(ctx, vault.Options{Path: server.KeyPath(f.Data), Key: f.Key, URI: f.KeyURI})
	if err != nil {
		return nil, nil, err
	}
	db, err := store.Open(ctx, store.Options{URL: f.Database, Dir: f.Data, Vault: keys})
	return keys, db, err
}

type migrateCommand struct {
	storeFlags `embed:""`
}

// Run migrates, which opening does.
func (c *migrateCommand) Run(ctx context.Context) error {
	_, db, err := c.open(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, "The database has this version's schema.")
	return db.Close()
}
