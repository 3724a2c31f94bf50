package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"jackfield/connectors"
	"jackfield/internal/apidoc"
	"jackfield/internal/connector"
)

type describeCommand struct {
	Connectors []string `arg:"" optional:"" name:"connector" help:"Keys of shipped connectors, or files and folders as validate takes them. None: all that are shipped." placeholder:"KEY|FILE|DIR"`
	Out        string   `help:"Write a page for each into this folder, and README.md as their index when all shipped ones are described. Otherwise pages are printed." placeholder:"DIR"`
}

// Run writes what there is to know of connectors as Markdown, made from their definitions.
func (c *describeCommand) Run(ctx context.Context) error {
	pages, err := c.pages(ctx)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(pages))
	for name := range pages {
		names = append(names, name)
	}
	slices.Sort(names)
	if c.Out == "" {
		for _, name := range names {
			if _, err := io.WriteString(os.Stdout, pages[name]); err != nil {
				return err
			}
		}
		return nil
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil { //nolint:gosec // pages are for everybody
		return err
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(c.Out, name), []byte(pages[name]), 0o644); err != nil { //nolint:gosec // ditto
			return err
		}
	}
	fmt.Printf("%d pages in %s\n", len(names), c.Out)
	return nil
}

func (c *describeCommand) pages(ctx context.Context) (map[string]string, error) {
	if len(c.Connectors) == 0 {
		return apidoc.Pages(connectors.FS())
	}
	pages := map[string]string{}
	for _, name := range c.Connectors {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, err := fs.Stat(connectors.FS(), name); err == nil && name == filepath.Base(name) {
			d, err := connector.LoadFolder(connectors.FS(), name)
			if err != nil {
				return nil, err
			}
			notes, err := fs.ReadFile(connectors.FS(), name+"/README.md")
			if err != nil {
				return nil, err
			}
			pages[d.Key+".md"] = apidoc.Page(d, string(notes))
			continue
		}
		if _, err := os.Stat(name); err != nil {
			return nil, fmt.Errorf("%s is neither the key of a shipped connector nor a file or folder", name)
		}
		for s := range sources([]string{name}) {
			if s.err != nil {
				return nil, fmt.Errorf("%s: %w", s.place, s.err)
			}
			notes, err := os.ReadFile(filepath.Join(s.place, "README.md")) //nolint:gosec // the folder is the user's own
			if err != nil && !errors.Is(err, fs.ErrNotExist) && isFolder(s.place) {
				return nil, err
			}
			pages[s.definition.Key+".md"] = apidoc.Page(s.definition, string(notes))
		}
	}
	return pages, nil
}
