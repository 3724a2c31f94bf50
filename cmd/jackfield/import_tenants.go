package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"jackfield/connectors"
	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/store"
	"jackfield/internal/transfer"
)

type importTenantsCommand struct {
	storeFlags `embed:""`
	File       string `arg:"" help:"JSON lines, see docs/moving.md; - reads standard input." placeholder:"FILE | -"`
	Catalog    string `help:"Folder of connectors beside the shipped ones, as for serve." placeholder:"DIR"`
	DryRun     bool   `help:"Check, and say what would be done; change nothing."`
}

// Run brings tenants of another system in. Servers may run meanwhile.
func (c *importTenantsCommand) Run(ctx context.Context) (err error) {
	file, done, err := seekable(c.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	keys, db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	all, stop, err := c.catalog(db)
	if err != nil {
		return err
	}
	defer stop()
	people := access.New(db, access.Options{Vault: keys})
	defer people.Close()
	result, err := transfer.Import{DB: db, Access: people, Catalog: all, DryRun: c.DryRun}.Run(ctx, file)
	if result == nil {
		return err
	}
	text := result.Text(c.DryRun)
	if errors.Is(err, transfer.ErrConflicts) {
		fmt.Fprint(os.Stdout, text)
		return fmt.Errorf("%d conflicts: %w", result.Conflicts, err)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(os.Stdout, bytes.NewBufferString(text))
	return err
}

// catalog is every connector that instances may be of.
func (c *importTenantsCommand) catalog(db *store.DB) (all *catalog.Catalog, stop func(), err error) {
	all = catalog.New(catalog.Options{DB: db})
	if err := all.LoadShipped(connectors.FS()); err != nil {
		all.Close()
		return nil, nil, err
	}
	if c.Catalog == "" {
		return all, all.Close, nil
	}
	end, err := all.Follow(c.Catalog, time.Hour, func(int, []catalog.Broken) {}) // the server tells of what is broken
	if err != nil {
		all.Close()
		return nil, nil, fmt.Errorf("the catalogue folder cannot be read: %w", err)
	}
	return all, func() { end(); all.Close() }, nil
}

// seekable opens a file that is read twice. Standard input is kept in a temporary file that nobody else can read.
func seekable(path string) (file *os.File, done func() error, err error) {
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, nil, err
		}
		if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
			return nil, nil, errors.Join(fmt.Errorf("%s is no ordinary file: give - and pass it to standard input", path), err, file.Close())
		}
		return file, file.Close, nil
	}
	if file, err = os.CreateTemp("", "jackfield-import-*"); err != nil { // mode 0600
		return nil, nil, err
	}
	done = func() error { return errors.Join(file.Close(), os.Remove(file.Name())) }
	if _, err = io.Copy(file, os.Stdin); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("standard input cannot be kept: %w", err), done())
	}
	return file, done, nil
}
