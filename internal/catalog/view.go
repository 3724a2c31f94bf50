package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// View is the catalogue as one account sees it: the system connectors, with its own extensions, and the private ones
// that it may use. It does not change, but it may become stale.
type View struct {
	system  *system
	sources []int64              // accounts whose changes make the view stale
	byID    map[int64]*Connector // private and extended ones: they hide the system's
	byKey   map[string]*Connector
	hidden  []string     // keys of system connectors that the organization hides
	ordered []*Connector // system ones first, each part by id
	stale   atomic.Bool  // something has changed: the next reader makes a new view
}

// For is the catalogue of an account. It reads the database on the first use and after a change, else it costs a look
// into a map. The account 0 sees what everybody sees.
func (c *Catalog) For(ctx context.Context, accountID int64) (*View, error) {
	now := c.system.Load()
	var previous *View
	if found, ok := c.views.Load(accountID); ok {
		previous = found.(*View)
		if previous.system == now && !previous.stale.Load() {
			return previous, nil
		}
	}
	before := c.changes.Load()
	view, err := c.read(ctx, now, accountID, previous)
	if err != nil {
		return nil, err
	}
	c.views.Store(accountID, view)
	if c.changes.Load() != before { // a change that came meanwhile did not find this view
		view.stale.Store(true)
	}
	return view, nil
}

// changed marks the views that a change made stale. They stay until somebody asks: what did not change in them is taken
// over into the next ones.
func (c *Catalog) changed(change store.Change) {
	if change.Noun != "connector" && change.Noun != "all" {
		return
	}
	c.changes.Add(1)
	c.views.Range(func(_, found any) bool {
		if view := found.(*View); change.Noun == "all" || slices.Contains(view.sources, change.AccountID) {
			view.stale.Store(true)
		}
		return true
	})
}

// read makes the view of an account. Connectors that have not changed since the previous view are taken over with
// their compiled programs.
func (c *Catalog) read(ctx context.Context, now *system, accountID int64, previous *View) (*View, error) {
	view := &View{system: now, sources: []int64{accountID}, ordered: now.ordered}
	if accountID == 0 || c.options.DB == nil {
		return view, nil
	}
	scope := c.options.DB.For(accountID)
	organization, defaultAccount, err := scope.Place(ctx)
	if err != nil {
		return nil, err
	}
	view.sources = append(view.sources, defaultAccount)
	if view.hidden, err = c.options.DB.HiddenConnectors(ctx, organization); err != nil {
		return nil, err
	}
	rows, err := scope.Connectors(ctx, func(id, version int64) bool { return previous.kept(id, version, nil) != nil })
	if err != nil {
		return nil, err
	}
	extensions, err := scope.Extensions(ctx)
	if err != nil || len(rows)+len(extensions)+len(view.hidden) == 0 {
		return view, err
	}
	view.byID, view.byKey, view.ordered = map[int64]*Connector{}, map[string]*Connector{}, nil
	for _, x := range extensions {
		base := now.byID[x.ConnectorID]
		if base == nil {
			continue // the connector left the catalogue; the additions wait for its return
		}
		whole := previous.kept(x.ConnectorID, x.Version, base.Definition)
		if whole == nil {
			def, err := connector.ParseJSON(x.Document)
			if err != nil {
				return nil, fmt.Errorf("stored extension of connector %s: %w", base.Key, err)
			}
			whole = base.extended(def, x.Version)
		}
		view.byID[base.ID], view.byKey[base.Key] = whole, whole
	}
	for _, entry := range now.ordered {
		if whole := view.byID[entry.ID]; whole != nil {
			entry = whole
		}
		if !slices.Contains(view.hidden, entry.Key) {
			view.ordered = append(view.ordered, entry)
		}
	}
	for _, row := range rows {
		own := previous.kept(row.ID, row.Version, nil)
		if own == nil && row.Document == nil {
			continue // deleted while it was read
		}
		if own == nil {
			if own, err = private(row); err != nil {
				return nil, err
			}
		}
		view.sources = append(view.sources, row.AccountID)
		view.ordered = append(view.ordered, own)
		view.byID[row.ID] = own
		// Of several private ones with a key the account's own counts, then the oldest.
		if taken := view.byKey[row.Key]; taken == nil || taken.System() || row.AccountID == accountID {
			view.byKey[row.Key] = own
		}
	}
	return view, nil
}

// kept finds an unchanged connector. own is the system connector below an extension, nil for private ones.
func (v *View) kept(id, version int64, own *connector.Definition) *Connector {
	if v == nil {
		return nil
	}
	found := v.byID[id]
	if found == nil || found.version != version || own != nil && found.Own != own {
		return nil
	}
	return found
}

// private makes a connector of a stored document.
func private(row store.Connector) (*Connector, error) {
	def, err := connector.ParseJSON(row.Document)
	if err != nil {
		return nil, fmt.Errorf("stored connector %d: %w", row.ID, err)
	}
	def.ID, def.Key, def.Private, def.OwnerAccountID = row.ID, row.Key, true, row.AccountID
	def.CreatedDate, def.UpdatedDate = row.CreatedAt.Format(time.RFC3339), row.UpdatedAt.Format(time.RFC3339)
	made := newConnector(def, row.AccountID)
	made.version = row.Version
	return made, nil
}

// ByID finds a connector, also one that the organization hides.
func (v *View) ByID(id int64) (*Connector, bool) {
	if found := v.byID[id]; found != nil {
		return found, true
	}
	found, ok := v.system.byID[id]
	return found, ok
}

// Find finds a connector by key or numeric id. Of a private and a system connector with one key, the key means the
// private one (reference/clients.md §2 rule 9). What is not there is a NotFound fault with the original's words
// (reference/http-conventions.md §7.2).
func (v *View) Find(keyOrID string) (*Connector, error) {
	found, err := v.FindKey(keyOrID)
	if err == nil {
		return found, nil
	}
	if id, bad := strconv.ParseInt(keyOrID, 10, 64); bad == nil {
		if found, ok := v.ByID(id); ok {
			return found, nil
		}
		return nil, fault.New(fault.NotFound, "No element found with id %s", keyOrID)
	}
	return nil, err
}

// FindKey finds a connector by its key alone.
func (v *View) FindKey(key string) (*Connector, error) {
	if found := v.byKey[key]; found != nil {
		return found, nil
	}
	if found := v.system.byKey[key]; found != nil && !slices.Contains(v.hidden, key) {
		return found, nil
	}
	return nil, fault.New(fault.NotFound, "No element found with key %s", key)
}

// All lists the connectors: system ones first, each part by id. The result is shared: do not change it.
func (v *View) All() []*Connector { return v.ordered }

// Hubs lists the keys of the hubs that have a connector, sorted.
func (v *View) Hubs() []string {
	var hubs []string
	for _, entry := range v.ordered {
		if hub := entry.HubKey(); !slices.Contains(hubs, hub) {
			hubs = append(hubs, hub)
		}
	}
	slices.Sort(hubs)
	return hubs
}

// System finds a connector of the shipped catalogue by its key, whatever accounts have.
func (c *Catalog) System(key string) (*Connector, bool) {
	found, ok := c.system.Load().byKey[key]
	return found, ok
}

// Find is Find of the account's view.
func (c *Catalog) Find(ctx context.Context, accountID int64, keyOrID string) (*Connector, error) {
	view, err := c.For(ctx, accountID)
	if err != nil {
		return nil, err
	}
	return view.Find(keyOrID)
}

// FindKey is FindKey of the account's view.
func (c *Catalog) FindKey(ctx context.Context, accountID int64, key string) (*Connector, error) {
	view, err := c.For(ctx, accountID)
	if err != nil {
		return nil, err
	}
	return view.FindKey(key)
}

// ByID is ByID of the account's view; what is not there is a NotFound fault.
func (c *Catalog) ByID(ctx context.Context, accountID, id int64) (*Connector, error) {
	view, err := c.For(ctx, accountID)
	if err != nil {
		return nil, err
	}
	if found, ok := view.ByID(id); ok {
		return found, nil
	}
	return nil, fault.New(fault.NotFound, "No element found with id %d", id)
}
