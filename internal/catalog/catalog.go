// Package catalog holds the connectors known here and compiles each into a Program that the gateway runs: the system
// connectors in memory, swapped as a whole, and per account its private connectors and extensions, read once and
// dropped when they change. A reader never waits and never sees half a change.
package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"sync/atomic"

	"jackfield/internal/connector"
	"jackfield/internal/store"
)

// Options of a catalogue.
type Options struct {
	// DB holds private connectors and extensions. Without one there are only system connectors.
	DB *store.DB
	// BaseURLs replaces the default address of connectors by key. The demo points connectors at its
	// simulator with it.
	BaseURLs map[string]string
	// Check says what is wrong with a connector of an operator's folder; nil = what Definition.Validate says.
	Check func(*connector.Definition) []connector.Problem
}

// Catalog is the set of connectors. Safe for concurrent use.
type Catalog struct {
	options Options
	stop    func()

	mu      sync.Mutex // held while the system catalogue is rebuilt
	shipped []*Connector
	folder  []*Connector
	system  atomic.Pointer[system]

	views   sync.Map      // account id → *View
	changes atomic.Uint64 // see For
}

// system is the catalogue that every account sees.
type system struct {
	byID    map[int64]*Connector
	byKey   map[string]*Connector
	ordered []*Connector // by id
}

// New makes a catalogue without system connectors. Close it to stop listening for changes.
func New(o Options) *Catalog {
	if o.Check == nil {
		o.Check = (*connector.Definition).Validate
	}
	c := &Catalog{options: o, stop: func() {}}
	c.system.Store(&system{byID: map[int64]*Connector{}, byKey: map[string]*Connector{}})
	if o.DB != nil {
		c.stop = o.DB.Subscribe(c.changed)
	}
	return c
}

// Close stops listening for changes.
func (c *Catalog) Close() { c.stop() }

// LoadShipped reads every folder of fsys as a connector and makes them the shipped part of the system catalogue. A
// definition that cannot be read fails the load as a whole: shipped connectors are part of the program.
func (c *Catalog) LoadShipped(fsys fs.FS) error {
	folders, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return fmt.Errorf("read the shipped connectors: %w", err)
	}
	var all []Entry
	for _, item := range folders {
		if !item.IsDir() {
			continue
		}
		folder, err := fs.Sub(fsys, item.Name())
		if err != nil {
			return err
		}
		def, err := connector.LoadFolder(fsys, item.Name())
		if err != nil {
			return fmt.Errorf("connector folder %s: %w", item.Name(), err)
		}
		logo, err := fs.ReadFile(folder, "logo.svg")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("connector folder %s: %w", item.Name(), err)
		}
		all = append(all, Entry{Definition: def, Logo: logo})
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shipped = c.entries(all)
	return c.rebuild()
}

// Add puts definitions beside the shipped ones.
func (c *Catalog) Add(defs ...*connector.Definition) error {
	all := make([]Entry, len(defs))
	for i, def := range defs {
		all[i] = Entry{Definition: def}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shipped = append(slices.Clone(c.shipped), c.entries(all)...)
	return c.rebuild()
}

// ReplaceFolder makes entries the part of the system catalogue that comes from the operator's folder. One with the key
// of a shipped connector takes its place. An entry with the definition that is there already keeps its compiled program.
// Ids or keys that occur twice are an error, and then nothing changes.
func (c *Catalog) ReplaceFolder(entries []Entry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.folder
	c.folder = c.entries(entries, before...)
	if err := c.rebuild(); err != nil {
		c.folder = before
		return err
	}
	return nil
}

// entries makes connectors of what a folder holds, but for those that there are already: calls may be reading them.
func (c *Catalog) entries(all []Entry, there ...*Connector) []*Connector {
	known := make(map[*connector.Definition]*Connector, len(there))
	for _, entry := range there {
		known[entry.Definition] = entry
	}
	made := make([]*Connector, len(all))
	for i, e := range all {
		if made[i] = known[e.Definition]; made[i] != nil {
			continue
		}
		if address, ok := c.options.BaseURLs[e.Definition.Key]; ok {
			if base := e.Definition.Entry("base.url"); base != nil {
				base.DefaultValue = address
			}
		}
		if !e.numbered {
			number(e.Definition)
		}
		made[i] = newConnector(e.Definition, store.SystemAccount)
		made[i].logo = e.Logo
	}
	return made
}

// rebuild swaps the system catalogue. Call it with the lock held.
func (c *Catalog) rebuild() error {
	all := slices.Clone(c.folder)
	for _, entry := range c.shipped {
		if !slices.ContainsFunc(c.folder, func(o *Connector) bool { return o.Key == entry.Key }) {
			all = append(all, entry)
		}
	}
	slices.SortFunc(all, func(a, b *Connector) int { return cmp.Compare(a.ID, b.ID) })
	next := &system{byID: make(map[int64]*Connector, len(all)), byKey: make(map[string]*Connector, len(all)), ordered: all}
	for _, entry := range all {
		if other := next.byID[entry.ID]; other != nil {
			return fmt.Errorf("the connectors %s and %s have the same id %d", other.Key, entry.Key, entry.ID)
		}
		if next.byKey[entry.Key] != nil {
			return fmt.Errorf("two connectors have the key %s", entry.Key)
		}
		next.byID[entry.ID], next.byKey[entry.Key] = entry, entry
	}
	c.system.Store(next)
	return nil
}
