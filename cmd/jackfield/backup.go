package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"jackfield/internal/server"
	"jackfield/internal/store"
	"jackfield/internal/transfer"
	"jackfield/internal/vault"
)

type backupCommand struct {
	storeFlags   `embed:""`
	File         string `arg:"" help:"Archive to write, such as jackfield.tar.gz." type:"path"`
	WithoutUsage bool   `help:"Leave usage records and traces out."`
	WithKey      bool   `help:"Put the key into the archive: whoever has the file can then read every secret."`
	Overwrite    bool   `help:"Replace a file that is there."`
}

// Run writes everything into one file. The server may run meanwhile.
func (c *backupCommand) Run(ctx context.Context) (err error) {
	keys, db, err := c.openAsIs(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	b := transfer.Backup{DB: db, Keys: keys, Version: version, WithoutUsage: c.WithoutUsage, WithKey: c.WithKey, Overwrite: c.Overwrite}
	m, err := b.Run(ctx, c.File)
	if err != nil {
		return err
	}
	printTables(os.Stdout, m.Tables)
	fmt.Fprintf(os.Stdout, "%s holds %d rows of %d tables.\n", c.File, m.Rows(), len(m.Tables))
	if c.WithKey {
		fmt.Fprintf(os.Stderr, "WARNING: the key is in %s. Whoever has this file can read every secret in it: keep it as you keep the key.\n", c.File)
	} else {
		fmt.Fprintln(os.Stdout, "The key is not in it: keep it apart, without it no secret can be read again.")
	}
	return nil
}

// openAsIs opens key and database that are there already, and changes neither; the caller closes the database.
func (f *storeFlags) openAsIs(ctx context.Context) (*vault.Vault, *store.DB, error) {
	if f.Key == "" {
		if _, err := os.Stat(server.KeyPath(f.Data)); err != nil {
			return nil, nil, fmt.Errorf("the key file cannot be read: %w", err)
		}
	}
	keys, err := vault.Open(ctx, vault.Options{Path: server.KeyPath(f.Data), Key: f.Key, URI: f.KeyURI})
	if err != nil {
		return nil, nil, err
	}
	db, err := store.OpenAsIs(ctx, store.Options{URL: f.Database, Dir: f.Data, Vault: keys})
	return keys, db, err
}

// printTables prints the rows of each table that has any.
func printTables(to io.Writer, tables []transfer.Table) {
	for _, t := range tables {
		if t.Rows > 0 {
			fmt.Fprintf(to, "%9d  %s\n", t.Rows, t.Name)
		}
	}
}
