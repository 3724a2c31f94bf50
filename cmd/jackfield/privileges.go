package main

import (
	"fmt"
	"os"

	"jackfield/internal/api"
)

// privilegesCommand makes the page that says who may call what.
type privilegesCommand struct {
	Out string `help:"File to write; otherwise the page is printed." placeholder:"FILE"`
}

func (c *privilegesCommand) Run() error {
	page := api.PrivilegesPage()
	if c.Out == "" {
		_, err := fmt.Print(page)
		return err
	}
	return os.WriteFile(c.Out, []byte(page), 0o644) //nolint:gosec // the page is for everybody
}
