package builder

import (
	"context"
	"fmt"
	"slices"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// edit is a change of parts of a connector: of the document of a private one, or of the account's extension of a
// system one. In both the account may only touch what is its own.
type edit struct {
	*connector.Definition // the document
	whole                 *catalog.Connector
}

// change lets f change a connector's parts and stores them, alone: changes at the same time follow each other. Parts
// that f adds have the id 0 and get theirs afterwards; what f returns may point into the document.
func (s *Service) change(ctx context.Context, p *access.Principal, keyOrID string, f func(*edit) error) error {
	found, err := s.catalog.Find(ctx, p.Account.ID, keyOrID)
	if err != nil {
		return err
	}
	if !found.System() {
		if found, err = s.owned(ctx, p, keyOrID); err != nil {
			return err
		}
	}
	return s.db.InTx(ctx, func(tx *store.DB) error {
		if found.System() {
			return changeExtension(ctx, tx, p.Account.ID, found, f)
		}
		row, d, err := read(ctx, tx, p.Account.ID, found.ID)
		if err != nil {
			return err
		}
		if err := f(&edit{d, found}); err != nil {
			return err
		}
		if err := connector.Refuse(d.Validate()); err != nil {
			return err
		}
		return save(ctx, tx, row, d, nil)
	})
}

func changeExtension(ctx context.Context, tx *store.DB, accountID int64, found *catalog.Connector, f func(*edit) error) error {
	scope := tx.For(accountID)
	row, err := scope.ExtensionForChange(ctx, found.ID)
	if err != nil {
		return err
	}
	d := &connector.Definition{}
	if row.ID != 0 {
		if d, err = connector.ParseJSON(row.Document); err != nil {
			return fmt.Errorf("stored extension of connector %s: %w", found.Key, err)
		}
	}
	// The head is the system connector's: checks and paths need it.
	d.ID, d.Key, d.Name, d.Description, d.Hub, d.Extended = found.ID, found.Key, found.Name, found.Description, found.HubKey(), true
	if err := f(&edit{d, found}); err != nil {
		return err
	}
	if err := connector.Refuse(d.Validate()); err != nil {
		return err
	}
	if isEmpty(d) {
		if row.ID == 0 {
			return nil
		}
		return scope.DeleteExtension(ctx, found.ID)
	}
	if err := number(ctx, tx, d); err != nil {
		return err
	}
	connector.Own(d, accountID)
	stamp(d, time.Now())
	if row.Document, err = document(d); err != nil {
		return err
	}
	return scope.SaveExtension(ctx, row)
}

func isEmpty(d *connector.Definition) bool {
	return len(d.Resources)+len(d.Configuration)+len(d.Parameters)+len(d.Hooks)+len(d.Objects)+len(d.Models) == 0
}

// resource finds one of the account's own resources by id. One that belongs to the catalogue is NotFound here, as one
// that does not exist (reference/elements.md §12.1).
func (e *edit) resource(id int64) (*connector.Resource, error) {
	i, err := position(e.Resources, id, "resource", func(r *connector.Resource) int64 { return r.ID })
	if err != nil {
		return nil, err
	}
	return &e.Resources[i], nil
}

// position is where the part with an id stands, else a NotFound fault that names the kind of part.
func position[P any](all []P, id int64, noun string, idOf func(*P) int64) (int, error) {
	i := slices.IndexFunc(all, func(p P) bool { return idOf(&p) == id })
	if i < 0 || id == 0 {
		return 0, fault.New(fault.NotFound, "No %s found with id %d", noun, id)
	}
	return i, nil
}
