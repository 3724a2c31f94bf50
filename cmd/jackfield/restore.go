package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"jackfield/internal/server"
	"jackfield/internal/store"
	"jackfield/internal/transfer"
	"jackfield/internal/vault"
)

type restoreCommand struct {
	storeFlags `embed:""`
	File       string `arg:"" help:"Archive that jackfield backup wrote." type:"path"`
	Replace    bool   `help:"Put a database that holds something aside, and this one in its place."`
	DryRun     bool   `help:"Only check the archive and the key."`
}

// Run brings an archive back.
func (c *restoreCommand) Run(ctx context.Context) error {
	r := transfer.Restore{
		To: store.Options{URL: c.Database, Dir: c.Data}, Keys: vault.Options{Path: server.KeyPath(c.Data), Key: c.Key, URI: c.KeyURI},
		Replace: c.Replace, DryRun: c.DryRun,
	}
	done, err := r.Run(ctx, c.File)
	if err != nil {
		return err
	}
	printTables(os.Stdout, done.Tables)
	made := done.CreatedAt.Format(time.RFC3339)
	if c.DryRun {
		fmt.Fprintf(os.Stdout, "The archive of %s is sound: %d rows of %d tables. Nothing was changed.\n", made, done.Rows(), len(done.Tables))
		return nil
	}
	fmt.Fprintf(os.Stdout, "%d rows of %d tables are as they were at %s.\n", done.Rows(), len(done.Tables), made)
	if !done.Traffic {
		fmt.Fprintln(os.Stdout, "Usage records and traces are not in the archive.")
	}
	if done.KeyMade {
		fmt.Fprintf(os.Stdout, "The key of the archive is in %s.\n", server.KeyPath(c.Data))
	}
	if done.KeyOther {
		fmt.Fprintln(os.Stdout, "The key that was there fits and stays; the one of the archive was not used.")
	}
	if done.Aside != "" {
		fmt.Fprintf(os.Stdout, "What was there before is in %s; delete it when you do not need it.\n", done.Aside)
	}
	return nil
}
