package api

import (
	"context"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
)

// instance finds the instance that a route is about: by the id of the path, where a connector in the path must
// be the instance's, or by the Element token. A token's instance comes from a cache that is shared, so a copy is
// handed out.
func (a *API) instance(e *exchange, find func(context.Context, *access.Principal, int64) (*instance.Instance, error)) (*instance.Instance, error) {
	ctx := e.r.Context()
	if e.param("id") == "" {
		found, err := a.Instances.ByToken(ctx, e.credentials.Element)
		if err != nil {
			return nil, err
		}
		if err := instance.MayUse(e.principal, found); err != nil {
			return nil, err
		}
		own := *found
		return &own, nil
	}
	id, err := e.number("id", "instance")
	if err != nil {
		return nil, err
	}
	found, err := find(ctx, e.principal, id)
	if err != nil {
		return nil, err
	}
	if keyOrID := e.param("keyOrId"); keyOrID != "" {
		connector, err := a.Catalog.Find(e.r.Context(), e.principal.Account.ID, keyOrID)
		if err != nil {
			return nil, err
		}
		if connector.ID != found.ConnectorID {
			return nil, fault.New(fault.NotFound, "No instance found with id %d of element %s", id, keyOrID)
		}
	}
	return found, nil
}
