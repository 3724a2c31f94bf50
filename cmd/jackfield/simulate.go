package main

import (
	"context"
	"os"

	"jackfield/simulator/act365"
	"jackfield/simulator/rest"
)

type simulateCommand struct {
	Act365    simulateAct365    `cmd:"" name:"act365" help:"Run a simulated Act! 365, or compare it with the real one (--live)."`
	Connector simulateConnector `cmd:"" default:"withargs" help:"Run the simulated provider of a connector, such as closeio, or of a provider file of your own."`
}

type simulateAct365 struct {
	Addr                string `help:"Address to serve on." default:"127.0.0.1:8365" placeholder:"HOST:PORT"`
	act365.Options      `embed:""`
	act365.ProbeOptions `embed:""`
}

// Run serves the simulator until ctx ends. With --live it probes the address instead and ends.
func (c *simulateAct365) Run(ctx context.Context) error {
	if c.Live == "" {
		return act365.Serve(ctx, c.Addr, c.Options, os.Stdout)
	}
	probe := c.ProbeOptions
	probe.APIKey, probe.DeveloperKey = c.Options.APIKey, c.Options.DeveloperKey
	return act365.Probe(ctx, probe, os.Stdout)
}

type simulateConnector struct {
	Key  string `arg:"" help:"Key of the connector, or a file (*.yaml)." placeholder:"KEY|FILE"`
	Addr string `help:"Address to serve on." default:"127.0.0.1:8366" placeholder:"HOST:PORT"`
}

// Run serves the provider until ctx ends.
func (c *simulateConnector) Run(ctx context.Context) error {
	return rest.Serve(ctx, c.Key, c.Addr, os.Stdout)
}
