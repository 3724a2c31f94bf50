package main

import (
	"context"
	"errors"
	"os"
	"strings"
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
	for _, key := range unknown {
		r.failed(key, "there is no connector with this key")
	}
	var read []source
	for _, row := range chosen {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, err := server.export(ctx, row)
		if err != nil {
			r.failed(row.Key, "failed: "+err.Error())
			continue
		}
		read = append(read, source{place: row.Key, definition: d})
	}
	if len(read) > 0 {
		if err := c.write(read, &r); err != nil {
			return err
		}
	}
	if len(c.Keys) == 0 && len(chosen) == 0 {
		return errors.New("the account has no private connector, and extends none")
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
