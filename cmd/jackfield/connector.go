package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"jackfield/internal/builder"
	"jackfield/internal/connector"
	"jackfield/internal/sandbox"
)

type connectorCommand struct {
	Validate validateCommand `cmd:"" help:"Check connectors, in any form, or descriptions to be converted. Needs no server."`
	Import   importCommand   `cmd:"" help:"Bring connectors to a server, or convert them to files (--out)."`
	Export   exportCommand   `cmd:"" help:"Write an account's connectors to files."`
	Describe describeCommand `cmd:"" help:"Write a page about a connector, made from its definition. Needs no server."`
}

type validateCommand struct {
	Paths []string `arg:"" name:"path" help:"Files (JSON, YAML, Swagger, OpenAPI, WSDL, OData $metadata) or folders (a connector, or many)." placeholder:"FILE|DIR"`
}

// Run checks every connector that the paths hold and prints every problem. It fails when one of them is faulty.
func (c *validateCommand) Run(ctx context.Context) (err error) {
	check, err := newInspector()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, check.close()) }()
	r := report{out: os.Stdout}
	for s := range sources(c.Paths) {
		if err := ctx.Err(); err != nil {
			return err
		}
		problems := connector.Reasons(s.err)
		if s.err == nil {
			problems = check.problems(ctx, s.definition)
		}
		if s.err == nil && len(connector.Errors(problems)) == 0 {
			r.done(s.name(), "sound"+s.kinship())
		} else {
			r.failed(s.name(), "faulty"+s.kinship())
		}
		r.list(problems)
		r.notes(s.notes)
	}
	return r.end("sound", "faulty")
}

// inspector checks definitions as a server does before it stores them.
type inspector struct{ scripts *sandbox.Pool }

func newInspector() (*inspector, error) {
	pool, err := sandbox.Open(sandbox.Options{})
	if err != nil {
		return nil, err
	}
	return &inspector{pool}, nil
}

func (i *inspector) close() error { return i.scripts.Close() }

func (i *inspector) problems(ctx context.Context, d *connector.Definition) []connector.Problem {
	whole, err := d.Clone() // what is filled in must not show in what is sent
	if err == nil {
		err = builder.Complete(whole)
	}
	if err != nil {
		return connector.Reasons(err)
	}
	return builder.Check(ctx, i.scripts, whole)
}

// report prints a line for each connector as it is dealt with, and what became of them in the end.
type report struct {
	out                       io.Writer
	good, bad, warnings, more int
}

func (r *report) done(name, what string) {
	r.good++
	fmt.Fprintf(r.out, "%s: %s\n", plain(name), plain(what))
}

func (r *report) failed(name, what string) {
	r.bad++
	fmt.Fprintf(r.out, "%s: %s\n", plain(name), plain(what))
}

// list prints problems below the line of their connector.
func (r *report) list(problems []connector.Problem) {
	for _, p := range problems {
		if p.Severity == connector.Warning {
			r.warnings++
		}
		fmt.Fprintf(r.out, "  %s\n", plain(p.String()))
	}
}

// notes prints what a conversion mended or left out.
func (r *report) notes(notes []string) {
	for _, n := range notes {
		r.more++
		fmt.Fprintf(r.out, "  note: %s\n", plain(n))
	}
}

// end prints the summary. It fails when a connector did, or when there was none.
func (r *report) end(good, bad string) error {
	if r.good+r.bad == 0 {
		return errors.New("there is no connector")
	}
	line := fmt.Sprintf("%d %s", r.good+r.bad, plural(r.good+r.bad, "connector"))
	for _, part := range []struct {
		n    int
		what string
	}{{r.good, good}, {r.bad, bad}} {
		if part.n > 0 {
			line += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	if r.warnings > 0 {
		line += fmt.Sprintf("; %d %s", r.warnings, plural(r.warnings, "warning"))
	}
	if r.more > 0 {
		line += fmt.Sprintf("; %d %s of conversion", r.more, plural(r.more, "note"))
	}
	fmt.Fprintln(r.out, line)
	if r.bad > 0 {
		return fmt.Errorf("%d of %d connectors: %s", r.bad, r.good+r.bad, bad)
	}
	return nil
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// plain keeps what a file or a server says from moving the cursor of a terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
