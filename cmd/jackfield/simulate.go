package main

import (
	"context"
	"os"

	"jackfield/simulator/act365"
)

type simulateCommand struct {
	Act365 simulateAct365 `cmd:"" name:"act365" help:"Run a simulated Act! 365."`
}

type simulateAct365 struct {
	Addr           string `help:"Address to serve on." default:"127.0.0.1:8365" placeholder:"HOST:PORT"`
	act365.Options `embed:""`
}

// Run serves the simulator until ctx ends.
func (c *simulateAct365) Run(ctx context.Context) error {
	return act365.Serve(ctx, c.Addr, c.Options, os.Stdout)
}
