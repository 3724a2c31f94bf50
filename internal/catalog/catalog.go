// Package catalog holds the connectors known here and compiles each into a Program that the gateway runs.
// Everything is in memory and swapped as a whole, so that a reader never waits and never sees half a change.
package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Connector is one entry of the catalogue.
type Connector struct {
	*connector.Definition
	logo    []byte
	program func() *Program
}

// Program is the connector compiled for calls. It is compiled on first use and then shared.
func (c *Connector) Program() *Program { return c.program() }

// Logo is the connector's own picture as SVG, nil when it ships none.
func (c *Connector) Logo() []byte { return c.logo }

// Options of a catalogue.
type Options struct {
	// BaseURLs replaces the default address of connectors by key. The demo points connectors at its
	// simulator with it.
	BaseURLs map[string]string
}

// Catalog is the set of connectors. Safe for concurrent use.
type Catalog struct {
	options Options
	current atomic.Pointer[snapshot]
}

type snapshot struct {
	byID    map[int64]*Connector
	byKey   map[string]*Connector
	ordered []*Connector // by id
}

// New makes an empty catalogue.
func New(o Options) *Catalog {
	c := &Catalog{options: o}
	c.current.Store(&snapshot{byID: map[int64]*Connector{}, byKey: map[string]*Connector{}})
	return c
}

// LoadShipped reads every folder of fsys as a connector and replaces the system catalogue with them. A
// definition that breaks a rule fails the load as a whole: shipped connectors are part of the program.
func (c *Catalog) LoadShipped(fsys fs.FS) error {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return fmt.Errorf("read the shipped connectors: %w", err)
	}
	var all []*Connector
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		folder, err := fs.Sub(fsys, entry.Name())
		if err != nil {
			return err
		}
		def, err := connector.LoadDir(folder)
		if err != nil {
			return fmt.Errorf("connector folder %s: %w", entry.Name(), err)
		}
		logo, err := fs.ReadFile(folder, "logo.svg")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("connector folder %s: %w", entry.Name(), err)
		}
		all = append(all, c.entry(def, logo))
	}
	return c.replace(all)
}

// Load replaces the system catalogue with the given definitions. Tests and benchmarks use it for connectors
// that are not shipped.
func (c *Catalog) Load(defs ...*connector.Definition) error {
	all := make([]*Connector, len(defs))
	for i, def := range defs {
		all[i] = c.entry(def, nil)
	}
	return c.replace(all)
}

// Add puts definitions beside the ones that are there.
func (c *Catalog) Add(defs ...*connector.Definition) error {
	all := slices.Clone(c.current.Load().ordered)
	for _, def := range defs {
		all = append(all, c.entry(def, nil))
	}
	return c.replace(all)
}

func (c *Catalog) entry(def *connector.Definition, logo []byte) *Connector {
	if address, ok := c.options.BaseURLs[def.Key]; ok {
		if entry := def.Entry("base.url"); entry != nil {
			entry.DefaultValue = address
		}
	}
	if def.OwnerAccountID == 0 {
		def.OwnerAccountID = store.SystemAccount
	}
	entry := &Connector{Definition: def, logo: logo}
	entry.program = sync.OnceValue(func() *Program { return compile(entry) })
	return entry
}

func (c *Catalog) replace(all []*Connector) error {
	next := &snapshot{byID: make(map[int64]*Connector, len(all)), byKey: make(map[string]*Connector, len(all)), ordered: all}
	slices.SortFunc(all, func(a, b *Connector) int { return int(a.ID - b.ID) })
	for _, entry := range all {
		if other := next.byID[entry.ID]; other != nil {
			return fmt.Errorf("the connectors %s and %s have the same id %d", other.Key, entry.Key, entry.ID)
		}
		if next.byKey[entry.Key] != nil {
			return fmt.Errorf("two connectors have the key %s", entry.Key)
		}
		next.byID[entry.ID], next.byKey[entry.Key] = entry, entry
	}
	c.current.Store(next)
	return nil
}

// ByID finds a connector as an account sees it.
func (c *Catalog) ByID(_, id int64) (*Connector, bool) {
	found, ok := c.current.Load().byID[id]
	return found, ok
}

// Find finds a connector by key or numeric id as an account sees it. What is not there is a NotFound fault
// with the original's words (reference/http-conventions.md §7.2).
func (c *Catalog) Find(_ int64, keyOrID string) (*Connector, error) {
	now := c.current.Load()
	if found := now.byKey[keyOrID]; found != nil {
		return found, nil
	}
	if id, err := strconv.ParseInt(keyOrID, 10, 64); err == nil {
		if found := now.byID[id]; found != nil {
			return found, nil
		}
		return nil, fault.New(fault.NotFound, "No element found with id %s", keyOrID)
	}
	return nil, fault.New(fault.NotFound, "No element found with key %s", keyOrID)
}

// FindKey finds a connector by its key alone.
func (c *Catalog) FindKey(_ int64, key string) (*Connector, error) {
	if found := c.current.Load().byKey[key]; found != nil {
		return found, nil
	}
	return nil, fault.New(fault.NotFound, "No element found with key %s", key)
}

// All lists the connectors that an account sees, ordered by id. The result is shared: do not change it.
func (c *Catalog) All(_ int64) []*Connector { return c.current.Load().ordered }

// Hubs lists the keys of the hubs that have a connector, sorted.
func (c *Catalog) Hubs(accountID int64) []string {
	var hubs []string
	for _, entry := range c.All(accountID) {
		if hub := entry.HubKey(); !slices.Contains(hubs, hub) {
			hubs = append(hubs, hub)
		}
	}
	slices.Sort(hubs)
	return hubs
}

// HubKey is the key of the connector's hub. Unlike Program it compiles nothing.
func (c *Connector) HubKey() string {
	if c.Hub == "" {
		return connector.DefaultHub
	}
	return strings.ToLower(c.Hub)
}
