package main

import (
	"fmt"
	"os"
)

// version is set when a release is built: -ldflags "-X main.version=1.2.3".
var version = "dev"

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	_, err := fmt.Fprintln(os.Stdout, "jackfield", version)
	return err
}
