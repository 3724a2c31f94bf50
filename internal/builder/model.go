package builder

import (
	"context"
	"slices"

	"jackfield/internal/access"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

func modelID(m *connector.Model) int64       { return m.ID }
func objectID(o *connector.Object) int64     { return o.ID }
func fieldID(f *connector.ObjectField) int64 { return f.ID }

// PutModel stores an element model: in the place of the one with its id, else of the one with its name, else as a new
// one. The id stays; resources and fields are replaced (reference/elements.md §10.3). With create a name that is there
// already is a Conflict.
func (s *Service) PutModel(ctx context.Context, p *access.Principal, keyOrID string, m *connector.Model, create bool) (*connector.Model, error) {
	var place *connector.Model
	err := s.change(ctx, p, keyOrID, func(e *edit) error {
		if m.Name == "" {
			return fault.New(fault.Invalid, "The model has no name")
		}
		i := -1
		if !create && m.ID != 0 {
			i = slices.IndexFunc(e.Models, func(o connector.Model) bool { return o.ID == m.ID })
		}
		if i < 0 {
			i = slices.IndexFunc(e.Models, func(o connector.Model) bool { return o.Name == m.Name })
		}
		if create && i >= 0 {
			return fault.New(fault.Conflict, "A model with the name %s is there already", m.Name)
		}
		m.ID = 0
		connector.Show(m, "resources", "modelFields")
		forgetIDs(&connector.Definition{Models: []connector.Model{*m}})
		if i < 0 {
			e.Models = append(e.Models, *m)
			place = &e.Models[len(e.Models)-1]
			return nil
		}
		place = &e.Models[i]
		after, before := &connector.Definition{Models: []connector.Model{*m}}, &connector.Definition{Models: []connector.Model{*place}}
		keepIDs(after, before)
		after.Models[0].ID = place.ID
		*place = after.Models[0]
		return nil
	})
	return place, err
}

// ReplaceModel replaces the element model with an id.
func (s *Service) ReplaceModel(ctx context.Context, p *access.Principal, keyOrID string, id int64, m *connector.Model) (*connector.Model, error) {
	var place *connector.Model
	err := s.change(ctx, p, keyOrID, func(e *edit) error {
		i, err := position(e.Models, id, "model", modelID)
		if err != nil {
			return err
		}
		if m.Name == "" {
			m.Name = e.Models[i].Name
		}
		forgetIDs(&connector.Definition{Models: []connector.Model{*m}})
		place = &e.Models[i]
		m.ID = id
		connector.Show(m, "resources", "modelFields")
		*place = *m
		return nil
	})
	return place, err
}

// DeleteModel removes the element model with an id.
func (s *Service) DeleteModel(ctx context.Context, p *access.Principal, keyOrID string, id int64) error {
	return s.change(ctx, p, keyOrID, func(e *edit) error {
		i, err := position(e.Models, id, "model", modelID)
		if err == nil {
			e.Models = slices.Delete(e.Models, i, i+1)
		}
		return err
	})
}

// AddObject adds an object description (reference/elements.md §10.2).
func (s *Service) AddObject(ctx context.Context, p *access.Principal, keyOrID string, o *connector.Object) (*connector.Object, error) {
	var made *edit
	err := s.change(ctx, p, keyOrID, func(e *edit) error {
		if o.Name == "" {
			return fault.New(fault.Invalid, "The object has no name")
		}
		if slices.ContainsFunc(e.Objects, func(other connector.Object) bool { return other.Name == o.Name }) {
			return fault.New(fault.Conflict, "An object with the name %s is there already", o.Name)
		}
		forgetIDs(&connector.Definition{Objects: []connector.Object{*o}})
		o.ID = 0
		showObject(o)
		e.Objects = append(e.Objects, *o)
		made = e
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &made.Objects[len(made.Objects)-1], nil
}

// ReplaceObject replaces the object with an id. Fields that a body leaves out stay.
func (s *Service) ReplaceObject(ctx context.Context, p *access.Principal, keyOrID string, id int64, o *connector.Object) (*connector.Object, error) {
	var place *connector.Object
	err := s.change(ctx, p, keyOrID, func(e *edit) error {
		i, err := position(e.Objects, id, "object", objectID)
		if err != nil {
			return err
		}
		place = &e.Objects[i]
		if o.Name == "" {
			o.Name = place.Name
		}
		if connector.Has(o, "fields") {
			before := &connector.Definition{Objects: []connector.Object{*place}}
			forgetIDs(&connector.Definition{Objects: []connector.Object{*o}})
			keepIDs(&connector.Definition{Objects: []connector.Object{*o}}, before)
		} else {
			o.Fields = place.Fields
		}
		o.ID = id
		showObject(o)
		*place = *o
		return nil
	})
	return place, err
}

// showObject prints what answers must have (reference/elements.md §10.2).
func showObject(o *connector.Object) {
	connector.Show(o, "name", "primaryKeyName", "createdDateName", "createdDateFormat")
}

// DeleteObject removes the object with an id.
func (s *Service) DeleteObject(ctx context.Context, p *access.Principal, keyOrID string, id int64) error {
	return s.change(ctx, p, keyOrID, func(e *edit) error {
		i, err := position(e.Objects, id, "object", objectID)
		if err == nil {
			e.Objects = slices.Delete(e.Objects, i, i+1)
		}
		return err
	})
}

// AddField adds a field to an object of the account.
func (s *Service) AddField(ctx context.Context, p *access.Principal, keyOrID string, objectAt int64, f *connector.ObjectField) (*connector.ObjectField, error) {
	var place *connector.Object
	err := s.change(ctx, p, keyOrID, func(e *edit) error {
		i, err := position(e.Objects, objectAt, "object", objectID)
		if err != nil {
			return err
		}
		if f.Name == "" {
			return fault.New(fault.Invalid, "The field has no name")
		}
		connector.Omit(f, "id")
		place = &e.Objects[i]
		place.Fields = append(place.Fields, *f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &place.Fields[len(place.Fields)-1], nil
}

// ReplaceField replaces a field of an object of the account.
func (s *Service) ReplaceField(ctx context.Context, p *access.Principal, keyOrID string, objectAt, id int64, f *connector.ObjectField) (*connector.ObjectField, error) {
	var place *connector.ObjectField
	err := s.change(ctx, p, keyOrID, func(e *edit) error {
		i, err := position(e.Objects, objectAt, "object", objectID)
		if err != nil {
			return err
		}
		j, err := position(e.Objects[i].Fields, id, "field", fieldID)
		if err != nil {
			return err
		}
		place = &e.Objects[i].Fields[j]
		if f.Name == "" {
			f.Name = place.Name
		}
		f.ID = id
		*place = *f
		return nil
	})
	return place, err
}

// DeleteField removes a field of an object of the account.
func (s *Service) DeleteField(ctx context.Context, p *access.Principal, keyOrID string, objectAt, id int64) error {
	return s.change(ctx, p, keyOrID, func(e *edit) error {
		i, err := position(e.Objects, objectAt, "object", objectID)
		if err != nil {
			return err
		}
		j, err := position(e.Objects[i].Fields, id, "field", fieldID)
		if err == nil {
			e.Objects[i].Fields = slices.Delete(e.Objects[i].Fields, j, j+1)
		}
		return err
	})
}
