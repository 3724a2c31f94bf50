package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"jackfield/internal/server"
	"jackfield/internal/store"
	"jackfield/internal/transfer"
)

type copyCommand struct {
	storeFlags `embed:""`
	To         string `required:"" help:"Where to: an empty PostgreSQL database, or a data folder for SQLite." placeholder:"postgres://… | DIR"`
}

// Validate is called by kong.
func (c *copyCommand) Validate() error {
	if scheme, _, found := strings.Cut(c.To, "://"); found {
		if _, err := url.Parse(c.To); err != nil || (scheme != "postgres" && scheme != "postgresql") {
			return errors.New("--to: give a postgres:// address or a folder")
		}
	}
	return nil
}

// Run copies everything to another database.
func (c *copyCommand) Run(ctx context.Context) (err error) {
	keys, db, err := c.openAsIs(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	job := transfer.Copy{From: db, Keys: keys, To: store.Options{URL: c.To}}
	where := "the PostgreSQL database"
	if !strings.Contains(c.To, "://") {
		job.To, where = store.Options{Dir: c.To}, c.To
		if c.Key == "" {
			job.KeyPath = server.KeyPath(c.To)
		}
	}
	tables, err := job.Run(ctx)
	if err != nil {
		return err
	}
	printTables(os.Stdout, tables)
	fmt.Fprintf(os.Stdout, "%d tables are in %s, compared by count and checksum. What was written here since this command began is not.\n", len(tables), where)
	return nil
}
