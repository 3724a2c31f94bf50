package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"jackfield/internal/connector"
)

type importCommand struct {
	Paths        []string `arg:"" name:"path" help:"Files or folders, as for validate; also a list of connectors and the doctor's file or folder of everything." placeholder:"FILE|DIR"`
	serverAccess `embed:""`
	outFlags     `embed:""`
	DryRun       bool `help:"Check, and say what would be done; change nothing."`
}

// Validate is called by kong.
func (c *importCommand) Validate() error {
	if c.Out != "" {
		if c.Server != "" {
			return errors.New("--out and --server: give one of them")
		}
		return nil
	}
	return c.check()
}

// Run brings every connector that the paths hold to the server, or writes it to files. One that fails does not stop
// the others.
func (c *importCommand) Run(ctx context.Context) error {
	if c.Out != "" {
		return c.convert(ctx)
	}
	r := report{out: os.Stdout}
	i := importer{client: c.client()}
	if err := i.look(ctx); err != nil {
		return err
	}
	var check *inspector
	if c.DryRun {
		var err error
		if check, err = newInspector(); err != nil {
			return err
		}
		defer check.close() //nolint:errcheck // nothing was run in it
	}
	for s := range sources(c.Paths) {
		if err := ctx.Err(); err != nil {
			return err
		}
		what, problems, err := "", connector.Reasons(s.err), s.err
		switch {
		case err != nil:
		case check != nil:
			problems = check.problems(ctx, s.definition)
			if err = connector.Refuse(problems); err == nil {
				what, err = i.would(s.definition)
			}
		default:
			what, err = i.bring(ctx, s.definition)
		}
		switch {
		case err == nil:
			r.done(s.name(), what+s.kinship())
			r.list(problems)
		case len(connector.Errors(problems)) > 0:
			r.failed(s.name(), "failed"+s.kinship())
			r.list(problems)
		default:
			r.failed(s.name(), "failed: "+err.Error())
		}
		r.notes(s.notes)
	}
	if c.DryRun {
		return r.end("would be imported", "would fail")
	}
	return r.end("imported", "failed")
}

// convert writes sound connectors to files.
func (c *importCommand) convert(ctx context.Context) (err error) {
	check, err := newInspector()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, check.close()) }()
	r := report{out: os.Stdout}
	var sound []source
	for s := range sources(c.Paths) {
		if err := ctx.Err(); err != nil {
			return err
		}
		problems := connector.Reasons(s.err)
		if s.err == nil {
			problems = check.problems(ctx, s.definition)
		}
		switch {
		case s.err != nil || len(connector.Errors(problems)) > 0:
			r.failed(s.name(), "faulty, and not written"+s.kinship())
			r.list(problems)
		case c.DryRun:
			r.done(s.name(), "would be written"+s.kinship())
			r.list(problems)
		default:
			s.problems = problems
			sound = append(sound, s)
		}
		r.notes(s.notes)
	}
	if len(sound) > 0 {
		if err := c.write(sound, &r); err != nil {
			return err
		}
	}
	return r.end("converted", "failed")
}

// write writes what was found, once all of it is known: names depend on each other.
func (c *importCommand) write(all []source, r *report) error {
	root, err := c.open()
	if err != nil {
		return err
	}
	defer root.Close()
	definitions := make([]*connector.Definition, len(all))
	for i, s := range all {
		definitions[i] = s.definition
	}
	for i, name := range c.names(definitions) {
		s := all[i]
		place, err := c.writeOne(root, name, s.definition)
		if err != nil {
			r.failed(s.name(), "not written: "+err.Error())
			continue
		}
		r.done(s.name(), "written to "+place+s.kinship())
		r.list(s.problems)
	}
	return nil
}

// importer brings definitions to a server.
type importer struct {
	*client
	private map[string]int64 // by lower-case key, which is how old clients compare
	system  map[string]int64
}

// look learns what the account has already.
func (i *importer) look(ctx context.Context) error {
	rows, err := i.catalogue(ctx)
	if err != nil {
		return err
	}
	i.private, i.system = map[string]int64{}, map[string]int64{}
	for _, row := range rows {
		if row.Private {
			i.private[strings.ToLower(row.Key)] = row.ID
		} else {
			i.system[strings.ToLower(row.Key)] = row.ID
		}
	}
	return nil
}

// isExtension reports whether a definition holds what an account added to a system connector: exports of that say
// extended and leave private out (reference/clients.md §3).
func isExtension(d *connector.Definition) bool { return d.Extended && !d.Private }

func keyOf(d *connector.Definition) string {
	if d.Key == "" {
		return connector.KeyFromName(d.Name)
	}
	return strings.ToLower(d.Key)
}

// would says what bring would do.
func (i *importer) would(d *connector.Definition) (string, error) {
	key := keyOf(d)
	switch {
	case isExtension(d) && i.system[key] == 0:
		return "", fmt.Errorf("there is no system connector %s to extend", key)
	case isExtension(d):
		return fmt.Sprintf("would extend %s with %d %s", key, parts(d), plural(parts(d), "part")), nil
	case i.private[key] != 0:
		return "would replace " + key, nil
	}
	i.private[key] = -1 // the next one with this key replaces it
	return "would create " + key, nil
}

// bring creates a private connector or replaces it, or adds what an extension holds. It says what it did.
func (i *importer) bring(ctx context.Context, d *connector.Definition) (string, error) {
	if isExtension(d) {
		return i.extend(ctx, d)
	}
	var made listed
	if id, there := i.private[keyOf(d)]; there {
		if _, err := i.call(ctx, http.MethodPut, element(id), nil, d, &made); err != nil {
			return "", err
		}
		return fmt.Sprintf("replaced %s (%d)", made.Key, made.ID), nil
	}
	if _, err := i.call(ctx, http.MethodPost, "/elements", nil, d, &made); err != nil {
		return "", err
	}
	i.private[strings.ToLower(made.Key)] = made.ID
	return fmt.Sprintf("created %s (%d)", made.Key, made.ID), nil
}
