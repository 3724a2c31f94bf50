// Package builder is every write of a connector: whole, in parts, and as an extension of a system connector. Writes to
// one connector follow each other; a write that breaks a rule changes nothing.
package builder

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/fault"
	"jackfield/internal/sandbox"
	"jackfield/internal/store"
)

// Options of the service. All are required.
type Options struct {
	DB      *store.DB
	Catalog *catalog.Catalog
	Scripts *sandbox.Pool // checks the syntax of hooks
}

// Service writes connectors. Safe for concurrent use.
type Service struct {
	db      *store.DB
	catalog *catalog.Catalog
	scripts *sandbox.Pool
}

// New makes the service.
func New(o Options) *Service {
	return &Service{db: o.DB, catalog: o.Catalog, scripts: o.Scripts}
}

// Limits of what an account may store.
const (
	maxKey       = 128   // bytes of a key
	maxDocument  = 20e6  // bytes of a definition: twice the largest body, for what parts add one by one
	maxResources = 5_000 // of one connector
)

// Create stores a new private connector of the caller's account. Ids that the definition brings are those of another
// system and are replaced. Faults: Invalid with every reason, Conflict when the account uses the key already.
func (s *Service) Create(ctx context.Context, p *access.Principal, d *connector.Definition) (*catalog.Connector, error) {
	if err := Complete(d); err != nil {
		return nil, err
	}
	if err := connector.Refuse(Check(ctx, s.scripts, d)); err != nil {
		return nil, err
	}
	if !connector.Has(d, "active") {
		d.Active = false // published with PUT …/active (reference/elements.md §1)
	}
	row := &store.Connector{Key: d.Key}
	err := s.db.InTx(ctx, func(tx *store.DB) error {
		scope := tx.For(p.Account.ID)
		if err := scope.CreateConnector(ctx, row); err != nil {
			return err
		}
		models := modelled(d)
		forgetIDs(d)
		return save(ctx, tx, row, d, models)
	})
	if err != nil {
		return nil, err
	}
	return s.catalog.ByID(ctx, p.Account.ID, row.ID)
}

// Replace puts a definition in the place of a private connector: what it does not say is gone. The key stays
// (reference/elements.md §1), parts that are still there keep their ids, and a secret that comes back masked keeps its
// value.
func (s *Service) Replace(ctx context.Context, p *access.Principal, keyOrID string, d *connector.Definition) (*catalog.Connector, error) {
	return s.rewrite(ctx, p, keyOrID, func(old *connector.Definition) (*connector.Definition, error) {
		if !connector.Has(d, "active") {
			d.Active = old.Active
		}
		return d, nil
	})
}

// Merge answers a PATCH: the given members replace those of the connector, all others stay.
func (s *Service) Merge(ctx context.Context, p *access.Principal, keyOrID string, members map[string]json.RawMessage) (*catalog.Connector, error) {
	return s.rewrite(ctx, p, keyOrID, func(old *connector.Definition) (*connector.Definition, error) {
		text, err := old.MarshalJSON()
		if err != nil {
			return nil, err
		}
		var merged map[string]json.RawMessage
		if err := json.Unmarshal(text, &merged); err != nil {
			return nil, err
		}
		for name, value := range members {
			merged[name] = value
		}
		if text, err = json.Marshal(merged); err != nil {
			return nil, err
		}
		return connector.ParseJSON(text)
	})
}

func (s *Service) rewrite(ctx context.Context, p *access.Principal, keyOrID string, renew func(old *connector.Definition) (*connector.Definition, error)) (*catalog.Connector, error) {
	found, err := s.owned(ctx, p, keyOrID)
	if err != nil {
		return nil, err
	}
	// Scripts are compiled before the transaction: nobody else waits for that.
	trial, err := renew(found.Own)
	if err != nil {
		return nil, err
	}
	trial.Key = found.Key
	if err := Complete(trial); err != nil {
		return nil, err
	}
	if err := connector.Refuse(Check(ctx, s.scripts, trial)); err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(tx *store.DB) error {
		row, old, err := read(ctx, tx, p.Account.ID, found.ID)
		if err != nil {
			return err
		}
		next, err := renew(old)
		if err != nil {
			return err
		}
		next.Key = row.Key
		keepSecrets(next, old)
		if err := Complete(next); err != nil {
			return err
		}
		if err := connector.Refuse(next.Validate()); err != nil {
			return err
		}
		models := modelled(next)
		forgetIDs(next)
		keepIDs(next, old)
		next.ID = row.ID
		connector.Own(next, row.AccountID)
		keepDates(next, old)
		return save(ctx, tx, row, next, models)
	})
	if err != nil {
		return nil, err
	}
	return s.catalog.ByID(ctx, p.Account.ID, found.ID)
}

// keepSecrets undoes the mask in what a client read and sends back.
func keepSecrets(next, old *connector.Definition) {
	for i := range next.Configuration {
		e := &next.Configuration[i]
		if before := old.Entry(e.Key); before != nil && credential.IsUnchanged(e.Type, e.Key, e.DefaultValue) {
			e.DefaultValue = before.DefaultValue
		}
	}
}

// Delete removes a private connector. One that has instances is a Conflict.
func (s *Service) Delete(ctx context.Context, p *access.Principal, keyOrID string) error {
	found, err := s.owned(ctx, p, keyOrID)
	if err != nil {
		return err
	}
	return s.db.For(p.Account.ID).DeleteConnector(ctx, found.ID)
}

// SetActive publishes a private connector to the account, or takes it back. An inactive one stays readable.
func (s *Service) SetActive(ctx context.Context, p *access.Principal, keyOrID string, active bool) (*catalog.Connector, error) {
	found, err := s.owned(ctx, p, keyOrID)
	if err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(tx *store.DB) error {
		row, d, err := read(ctx, tx, p.Account.ID, found.ID)
		if err != nil {
			return err
		}
		d.Active = active
		connector.Show(d, "active")
		return save(ctx, tx, row, d, nil)
	})
	if err != nil {
		return nil, err
	}
	return s.catalog.ByID(ctx, p.Account.ID, found.ID)
}

// Clone copies a connector with all that the account sees of it into a new private one. Its key is {key}-clone, or
// {key}-clone-2 and so on where that is taken; application keys are not copied (reference/elements.md §12.2).
func (s *Service) Clone(ctx context.Context, p *access.Principal, keyOrID string) (*catalog.Connector, error) {
	found, err := s.catalog.Find(ctx, p.Account.ID, keyOrID)
	if err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		copied, err := found.Clone()
		if err != nil {
			return nil, err
		}
		connector.Omit(copied, "extended")
		copied.Key = found.Key + "-clone"
		if n > 1 {
			copied.Key = fmt.Sprintf("%s-clone-%d", found.Key, n)
		}
		for i := range copied.Configuration {
			e := &copied.Configuration[i]
			if e.Key == "oauth.api.key" || credential.OwnedByAuthor(e.Key) {
				connector.Omit(e, "defaultValue")
			}
		}
		overrideInPlace(copied)
		made, err := s.Create(ctx, p, copied)
		if fault.Is(err, fault.Conflict) && n < 100 {
			continue
		}
		return made, err
	}
}

// overrideInPlace drops the catalogue's resources that the account has overridden: in a connector of one owner the two
// could not be told apart.
func overrideInPlace(d *connector.Definition) {
	own := map[string]bool{}
	signature := func(r *connector.Resource) string { return r.Method + " " + connector.RelativePath(r.Path) }
	for i := range d.Resources {
		if r := &d.Resources[i]; r.OwnerAccountID != store.SystemAccount {
			own[signature(r)] = true
		}
	}
	d.Resources = slices.DeleteFunc(d.Resources, func(r connector.Resource) bool {
		return r.OwnerAccountID == store.SystemAccount && own[signature(&r)]
	})
}

// Problems reports what is wrong with a connector as it is stored.
func (s *Service) Problems(ctx context.Context, c *catalog.Connector) []connector.Problem {
	if c.Extension == nil {
		return Check(ctx, s.scripts, c.Definition)
	}
	extension := *c.Extension
	extension.Extended = true
	return append(Check(ctx, s.scripts, c.Own), Check(ctx, s.scripts, &extension)...)
}

// owned finds a private connector that the caller's account owns. A system connector and one of another account are
// Forbidden, what the account does not see NotFound.
func (s *Service) owned(ctx context.Context, p *access.Principal, keyOrID string) (*catalog.Connector, error) {
	found, err := s.catalog.Find(ctx, p.Account.ID, keyOrID)
	if err != nil {
		return nil, err
	}
	switch {
	case found.System():
		return nil, fault.New(fault.Forbidden, "The element %s belongs to the catalogue: clone it, or add resources to it", found.Key)
	case found.Owner != p.Account.ID:
		return nil, fault.New(fault.Forbidden, "The element %s belongs to another account", found.Key)
	}
	return found, nil
}

// read reads the stored document of a private connector and holds it until the transaction ends.
func read(ctx context.Context, tx *store.DB, accountID, id int64) (*store.Connector, *connector.Definition, error) {
	row, err := tx.For(accountID).ConnectorForChange(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	d, err := connector.ParseJSON(row.Document)
	if err != nil {
		return nil, nil, fmt.Errorf("stored connector %d: %w", id, err)
	}
	return row, d, nil
}

// save numbers new parts and stores the document. models are the references of models to resources, nil where no ids
// have changed.
func save(ctx context.Context, tx *store.DB, row *store.Connector, d *connector.Definition, models []modelReference) error {
	d.ID, d.Key, d.Private = row.ID, row.Key, true
	if err := number(ctx, tx, d); err != nil {
		return err
	}
	for _, m := range models {
		m.id.ID = d.Resources[m.resource].ID
	}
	connector.Own(d, row.AccountID)
	stamp(d, time.Now())
	document, err := document(d)
	if err != nil {
		return err
	}
	row.Document = document
	return tx.For(row.AccountID).SaveConnector(ctx, row)
}

func document(d *connector.Definition) ([]byte, error) {
	if n := len(d.Resources); n > maxResources {
		return nil, fault.New(fault.Invalid, "The element has %d resources; %d are the most", n, maxResources)
	}
	text, err := d.MarshalJSON()
	if err == nil && len(text) > maxDocument {
		err = fault.New(fault.TooLarge, "The element would have %d MB; %d MB are the most", len(text)/1e6, int(maxDocument/1e6))
	}
	return text, err
}

// Complete fills in what a definition may leave out: key, hub, stored paths, entries of its authentication
// (reference/elements.md §§1, 4.6, 6). Doing it again changes nothing. A key that is too long is an Invalid fault.
func Complete(d *connector.Definition) error {
	d.Name = strings.TrimSpace(d.Name)
	if d.Key == "" {
		d.Key = connector.KeyFromName(d.Name)
	}
	if len(d.Key) > maxKey {
		return fault.New(fault.Invalid, "The key of the element has %d bytes; %d are the most", len(d.Key), maxKey)
	}
	d.Hub = strings.ToLower(d.Hub)
	if d.Hub == "" {
		d.Hub = connector.DefaultHub
	}
	for i := range d.Resources {
		completeResource(d.Hub, &d.Resources[i])
	}
	seed(d)
	if !connector.Has(d, "typeOauth") {
		d.TypeOauth = credential.Authorizes(d.Authentication.Type)
	}
	return nil
}

// completeResource gives a resource its stored path and its defaults.
func completeResource(hub string, r *connector.Resource) {
	r.Method, r.VendorMethod = strings.ToUpper(r.Method), strings.ToUpper(r.VendorMethod)
	if r.Path != "" && r.Callable() {
		r.Path = connector.CanonicalPath(hub, r.Path)
	}
	if r.VendorMethod == "" {
		r.VendorMethod = r.Method
	}
	if r.Type == "" {
		r.Type = connector.ResourceAPI
	}
}
