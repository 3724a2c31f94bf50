package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"jackfield/internal/vault"
)

type keyCommand struct {
	New    newKeyCommand `cmd:"" help:"Print a new key, for JACKFIELD_KEY."`
	Rotate rotateCommand `cmd:"" help:"Make a new key, and seal every secret with it. Servers may run meanwhile."`
}

type newKeyCommand struct{}

// Run prints a key. It is kept nowhere.
func (newKeyCommand) Run() error {
	key, err := vault.NewKey()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(os.Stdout, key)
	return err
}

type rotateCommand struct {
	storeFlags `embed:""`
}

// Run makes a new primary key, then seals everything again with it. Old keys stay readable, so that a run that
// breaks off is mended by the next.
func (c *rotateCommand) Run(ctx context.Context) (err error) {
	keys, db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := keys.Rotate(ctx); err != nil {
		return err
	}
	n, err := db.Reseal(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "A new key is in use; %d secrets are sealed with it.\n", n)
	return nil
}
