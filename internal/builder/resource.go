package builder

import (
	"context"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/connector"
)

// AddResource adds a resource to a private connector, or to the account's view of a system one
// (reference/elements.md §12.1).
func (s *Service) AddResource(ctx context.Context, p *access.Principal, keyOrID string, r *connector.Resource) (*connector.Resource, error) {
	var at int
	var made *edit
	err := s.change(ctx, p, keyOrID, func(e *edit) error {
		forget(r)
		completeResource(e.Hub, r)
		e.Resources = append(e.Resources, *r)
		made, at = e, len(e.Resources)-1
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &made.Resources[at], nil
}

// ReplaceResource puts a resource in the place of one of the account's own. Its parameters and hooks keep their ids
// where they are still there.
func (s *Service) ReplaceResource(ctx context.Context, p *access.Principal, keyOrID string, id int64, r *connector.Resource) (*connector.Resource, error) {
	var place *connector.Resource
	err := s.change(ctx, p, keyOrID, func(e *edit) (err error) {
		if place, err = e.resource(id); err != nil {
			return err
		}
		before := connector.Definition{Resources: []connector.Resource{*place}}
		forget(r)
		completeResource(e.Hub, r)
		// Where a client changes method or path it still is this resource: its parts are found by what it was.
		as := *r
		as.Method, as.Path, as.Type = place.Method, place.Path, place.Type
		after := connector.Definition{Resources: []connector.Resource{as}}
		keepIDs(&after, &before)
		after.ID = e.ID
		connector.Own(&after, place.OwnerAccountID)
		keepDates(&after, &before)
		r.Parameters, r.Hooks, r.Object = after.Resources[0].Parameters, after.Resources[0].Hooks, after.Resources[0].Object
		r.ID, r.OwnerAccountID, r.CreatedDate, r.UpdatedDate = id, place.OwnerAccountID, place.CreatedDate, place.UpdatedDate
		if !alike(r, place) {
			r.UpdatedDate = now()
		}
		*place = *r
		return nil
	})
	return place, err
}

// DeleteResource removes one of the account's own resources. A catalogue's resource that it hid is in force again.
func (s *Service) DeleteResource(ctx context.Context, p *access.Principal, keyOrID string, id int64) error {
	return s.change(ctx, p, keyOrID, func(e *edit) error {
		i, err := position(e.Resources, id, "resource", func(r *connector.Resource) int64 { return r.ID })
		if err != nil {
			return err
		}
		e.Resources = append(e.Resources[:i], e.Resources[i+1:]...)
		return nil
	})
}

// forget drops the ids and dates that a resource brings.
func forget(r *connector.Resource) {
	forgetIDs(&connector.Definition{Resources: []connector.Resource{*r}})
	connector.Omit(r, "id", "ownerAccountId", "createdDate", "updatedDate")
	for i := range r.Parameters {
		connector.Omit(&r.Parameters[i], "createdDate", "updatedDate")
	}
}

// SetModel gives a resource of the account its model; nil takes it away. A resource has one at most and the model has
// no id (reference/elements.md §2).
func (s *Service) SetModel(ctx context.Context, p *access.Principal, keyOrID string, resourceID int64, m *connector.ResourceModel) (*connector.ResourceModel, error) {
	err := s.change(ctx, p, keyOrID, func(e *edit) error {
		r, err := e.resource(resourceID)
		if err != nil {
			return err
		}
		r.Model = m
		if m == nil {
			connector.Omit(r, "model")
		}
		return nil
	})
	return m, err
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }
