package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"jackfield/internal/server"
)

// stopTime is how long running calls have to end after Ctrl-C or SIGTERM.
const stopTime = 4 * time.Second

type serveCommand struct {
	serverFlags `embed:""`
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context) error {
	s, err := server.Start(ctx, c.options())
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "Jackfield %s serves at %s\n", version, s.URL())
	if s.First.Password != "" {
		fmt.Fprintf(os.Stdout, "First administrator: %s, password %s (shown this once)\n", s.First.Email, s.First.Password)
	}
	return wait(ctx, s)
}

// wait lets the server run until ctx ends or it fails, and closes it.
func wait(ctx context.Context, s *server.Server) error {
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-s.Served():
		if errors.Is(failure, http.ErrServerClosed) {
			failure = nil
		}
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	return errors.Join(failure, s.Close(stop))
}
