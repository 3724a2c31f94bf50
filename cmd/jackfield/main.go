// Command jackfield serves one uniform API in front of many SaaS APIs.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"jackfield/internal/sandbox"

	"github.com/alecthomas/kong"
)

// commandLine is every subcommand with its flags; each flag is also an environment variable JACKFIELD_….
type commandLine struct {
	Demo          demoCommand          `cmd:"" help:"Try it: a server with a simulated Act! 365 and one instance, ready to call."`
	Serve         serveCommand         `cmd:"" help:"Serve."`
	Simulate      simulateCommand      `cmd:"" help:"Run a simulated provider."`
	Connector     connectorCommand     `cmd:"" help:"Check, import and export connectors."`
	Key           keyCommand           `cmd:"" help:"Manage the key that seals secrets."`
	ImportTenants importTenantsCommand `cmd:"" help:"Bring organizations, accounts, users and instances of another system in."`
	Backup        backupCommand        `cmd:"" help:"Write everything into one archive. Servers may run meanwhile."`
	Restore       restoreCommand       `cmd:"" help:"Bring an archive back, into an empty database or in place of another."`
	Copy          copyCommand          `cmd:"" help:"Copy everything to another database: from SQLite to PostgreSQL or back."`
	Migrate       migrateCommand       `cmd:"" help:"Bring the database to this version's schema and end."`
	Version       versionCommand       `cmd:"" help:"Print the version."`

	Privileges privilegesCommand `cmd:"" hidden:"" help:"Make the page of privileges."`
}

// Exit codes.
const (
	exitFailed = 1
	exitUsage  = 2 // a bad flag or value
)

func main() {
	if sandbox.IsWorker() {
		sandbox.WorkerMain()
		return
	}
	os.Exit(run(os.Args[1:]))
}

func run(arguments []string) int {
	var line commandLine
	parser, err := kong.New(&line,
		kong.Name("jackfield"),
		kong.Description("One uniform API in front of many SaaS APIs: a self-hosted, wire-compatible Open Connectors."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.DefaultEnvars("JACKFIELD"),
		kong.Vars{"version": version},
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, "jackfield:", err)
		return exitFailed
	}
	chosen, err := parser.Parse(arguments)
	if err != nil {
		fmt.Fprintln(os.Stderr, "jackfield:", oneLine(err), "(see jackfield --help)")
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	chosen.BindTo(ctx, (*context.Context)(nil))
	if err := chosen.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "jackfield:", oneLine(err))
		return exitFailed
	}
	return 0
}

func oneLine(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' }), "; ")
}
