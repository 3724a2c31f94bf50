package builder

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"jackfield/internal/connector"
	"jackfield/internal/store"
)

// number gives an id to every part that has none.
func number(ctx context.Context, tx *store.DB, d *connector.Definition) error {
	var fresh []*int64
	for part := range d.Parts() {
		if *part.ID == 0 {
			fresh = append(fresh, part.ID)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	first, err := tx.PartIDs(ctx, len(fresh))
	if err != nil {
		return err
	}
	for i, id := range fresh {
		*id = first + int64(i)
	}
	return nil
}

// modelReference is a resource that a model names by its id.
type modelReference struct {
	id       *connector.ModelResource
	resource int // in the list of resources
}

// modelled lists what the models of a definition name: the resources get other ids, and the models must follow.
func modelled(d *connector.Definition) []modelReference {
	position := map[int64]int{}
	for i := range d.Resources {
		if id := d.Resources[i].ID; id != 0 {
			position[id] = i
		}
	}
	var all []modelReference
	for i := range d.Models {
		for j := range d.Models[i].Resources {
			if at, known := position[d.Models[i].Resources[j].ID]; known {
				all = append(all, modelReference{&d.Models[i].Resources[j], at})
			}
		}
	}
	return all
}

// forgetIDs drops the ids that a definition brings: they are those of another system.
func forgetIDs(d *connector.Definition) {
	for part := range d.Parts() {
		*part.ID = 0
	}
}

// keepDates gives resources and parameters that keep their ids the dates that they had; one that has changed is dated
// anew.
func keepDates(d, old *connector.Definition) {
	before := map[int64]*connector.Parameter{}
	remember := func(all []connector.Parameter) {
		for i := range all {
			before[all[i].ID] = &all[i]
		}
	}
	recall := func(all []connector.Parameter) {
		for i := range all {
			p := &all[i]
			if was := before[p.ID]; was != nil {
				p.CreatedDate, p.UpdatedDate = was.CreatedDate, was.UpdatedDate
				if !alike(p, was) {
					p.UpdatedDate = now()
				}
			}
		}
	}
	remember(old.Parameters)
	recall(d.Parameters)
	resources := map[int64]*connector.Resource{}
	for i := range old.Resources {
		resources[old.Resources[i].ID] = &old.Resources[i]
		remember(old.Resources[i].Parameters)
	}
	for i := range d.Resources {
		r := &d.Resources[i]
		recall(r.Parameters)
		if was := resources[r.ID]; was != nil {
			r.CreatedDate, r.UpdatedDate = was.CreatedDate, was.UpdatedDate
			if !alike(r, was) {
				r.UpdatedDate = now()
			}
		}
	}
}

// alike reports whether two parts print the same.
func alike(a, b json.Marshaler) bool {
	one, errOne := a.MarshalJSON()
	other, errOther := b.MarshalJSON()
	return errOne == nil && errOther == nil && bytes.Equal(one, other)
}

// keepIDs gives parts the ids of those that were the same before.
func keepIDs(d, old *connector.Definition) {
	known := map[string][]int64{}
	for part := range old.Parts() {
		known[part.Identity] = append(known[part.Identity], *part.ID)
	}
	for part := range d.Parts() {
		if ids := known[part.Identity]; len(ids) > 0 {
			*part.ID, known[part.Identity] = ids[0], ids[1:]
		}
	}
}

// stamp dates resources and parameters that have no date yet.
func stamp(d *connector.Definition, at time.Time) {
	now := at.UTC().Format(time.RFC3339)
	date := func(created, updated *string) {
		if *created == "" {
			*created, *updated = now, now
		}
	}
	for i := range d.Parameters {
		date(&d.Parameters[i].CreatedDate, &d.Parameters[i].UpdatedDate)
	}
	for i := range d.Resources {
		r := &d.Resources[i]
		date(&r.CreatedDate, &r.UpdatedDate)
		for j := range r.Parameters {
			date(&r.Parameters[j].CreatedDate, &r.Parameters[j].UpdatedDate)
		}
	}
}
