package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"jackfield/internal/connector"
)

type exportCommand struct {
	Keys         []string `arg:"" optional:"" name:"key" help:"Keys of connectors; without one all private and all extended ones are written." placeholder:"KEY"`
	serverAccess `embed:""`
	outFlags     `embed:""`
}

// Validate is called by kong.
func (c *exportCommand) Validate() error {
	if c.Out == "" {
		return errors.New("--out: give the folder to write to")
	}
	return c.check()
}

// Run reads connectors from the server and writes them to files. One that fails does not stop the others.
func (c *exportCommand) Run(ctx context.Context) error {
	server, r := c.client(), report{out: os.Stdout}
	rows, err := server.catalogue(ctx)
	if err != nil {
		return err
	}
	chosen, unknown := c.choose(rows)
	if len(c.Keys) == 0 && len(chosen) == 0 {
		return errors.New("the account has no private connector, and extends none")
	}
	for _, key := range unknown {
		r.failed(key, "there is no connector with this key")
	}
	root, err := c.open()
	if err != nil {
		return err
	}
	defer root.Close()
	rough := make([]*connector.Definition, len(chosen)) // as much of each as its name depends on
	for i, row := range chosen {
		rough[i] = &connector.Definition{Key: row.Key, Name: row.Name, Private: row.Private, Extended: row.Extended}
	}
	for i, name := range c.names(rough) {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, err := server.export(ctx, chosen[i])
		place := ""
		if err == nil {
			place, err = c.writeOne(root, name, d)
		}
		if err != nil {
			r.failed(chosen[i].Key, "failed: "+err.Error())
			continue
		}
		r.done(chosen[i].Key, "written to "+place)
	}
	return r.end("exported", "failed")
}

// choose picks the rows of the wanted keys. A key stands for the private connector and the extension that have it, or
// else for the system connector.
func (c *exportCommand) choose(rows []listed) (chosen []listed, unknown []string) {
	if len(c.Keys) == 0 {
		for _, row := range rows {
			if row.Private || row.Extended {
				chosen = append(chosen, row)
			}
		}
		return chosen, nil
	}
	for _, key := range c.Keys {
		var own, system []listed
		for _, row := range rows {
			switch {
			case !strings.EqualFold(row.Key, key):
			case row.Private || row.Extended:
				own = append(own, row)
			default:
				system = append(system, row)
			}
		}
		switch {
		case len(own) > 0:
			chosen = append(chosen, own...)
		case len(system) > 0:
			chosen = append(chosen, system...)
		default:
			unknown = append(unknown, key)
		}
	}
	return chosen, unknown
}
