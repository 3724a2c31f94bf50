package builder

import (
	"context"
	"slices"

	"jackfield/internal/access"
	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/fault"
)

// parameters and hooks stand on the connector or on one of its resources: resourceID 0 means the connector.

func (e *edit) parameters(resourceID int64) (*[]connector.Parameter, error) {
	if resourceID == 0 {
		return &e.Parameters, nil
	}
	r, err := e.resource(resourceID)
	if err != nil {
		return nil, err
	}
	return &r.Parameters, nil
}

func (e *edit) hooks(resourceID int64) (*[]connector.Hook, error) {
	if resourceID == 0 {
		return &e.Hooks, nil
	}
	r, err := e.resource(resourceID)
	if err != nil {
		return nil, err
	}
	return &r.Hooks, nil
}

func parameterID(p *connector.Parameter) int64 { return p.ID }
func hookID(h *connector.Hook) int64           { return h.ID }

// AddParameter adds a parameter to the connector, or to one of the account's own resources.
func (s *Service) AddParameter(ctx context.Context, p *access.Principal, keyOrID string, resourceID int64, added *connector.Parameter) (*connector.Parameter, error) {
	var list *[]connector.Parameter
	err := s.change(ctx, p, keyOrID, func(e *edit) (err error) {
		if list, err = e.parameters(resourceID); err != nil {
			return err
		}
		connector.Omit(added, "id", "createdDate", "updatedDate")
		*list = append(*list, *added)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &(*list)[len(*list)-1], nil
}

// ReplaceParameter puts a parameter in the place of the one with an id.
func (s *Service) ReplaceParameter(ctx context.Context, p *access.Principal, keyOrID string, resourceID, id int64, next *connector.Parameter) (*connector.Parameter, error) {
	var place *connector.Parameter
	err := s.change(ctx, p, keyOrID, func(e *edit) error {
		list, err := e.parameters(resourceID)
		if err != nil {
			return err
		}
		i, err := position(*list, id, "parameter", parameterID)
		if err != nil {
			return err
		}
		place = &(*list)[i]
		next.ID, next.CreatedDate, next.UpdatedDate = id, place.CreatedDate, now()
		*place = *next
		return nil
	})
	return place, err
}

// DeleteParameter removes the parameter with an id.
func (s *Service) DeleteParameter(ctx context.Context, p *access.Principal, keyOrID string, resourceID, id int64) error {
	return s.change(ctx, p, keyOrID, func(e *edit) error {
		list, err := e.parameters(resourceID)
		if err != nil {
			return err
		}
		i, err := position(*list, id, "parameter", parameterID)
		if err == nil {
			*list = slices.Delete(*list, i, i+1)
		}
		return err
	})
}

// AddHook adds a hook to the connector, or to one of the account's own resources. The script is stored as it is, without
// a look at its syntax (reference/elements.md §8).
func (s *Service) AddHook(ctx context.Context, p *access.Principal, keyOrID string, resourceID int64, added *connector.Hook) (*connector.Hook, error) {
	var list *[]connector.Hook
	err := s.change(ctx, p, keyOrID, func(e *edit) (err error) {
		if list, err = e.hooks(resourceID); err != nil {
			return err
		}
		connector.Omit(added, "id")
		connector.Show(added, "body", "isLegacy")
		*list = append(*list, *added)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &(*list)[len(*list)-1], nil
}

// ReplaceHook puts a hook in the place of the one with an id. A hook of the new engine cannot go back to the legacy one:
// Invalid (reference/elements.md §8).
func (s *Service) ReplaceHook(ctx context.Context, p *access.Principal, keyOrID string, resourceID, id int64, next *connector.Hook) (*connector.Hook, error) {
	var place *connector.Hook
	err := s.change(ctx, p, keyOrID, func(e *edit) error {
		list, err := e.hooks(resourceID)
		if err != nil {
			return err
		}
		i, err := position(*list, id, "hook", hookID)
		if err != nil {
			return err
		}
		place = &(*list)[i]
		if next.IsLegacy && !place.IsLegacy {
			return fault.New(fault.Invalid, "The hook %d runs on the new engine and cannot go back to the legacy one: send isLegacy false", id)
		}
		next.ID = id
		connector.Show(next, "body", "isLegacy")
		*place = *next
		return nil
	})
	return place, err
}

// DeleteHook removes the hook with an id.
func (s *Service) DeleteHook(ctx context.Context, p *access.Principal, keyOrID string, resourceID, id int64) error {
	return s.change(ctx, p, keyOrID, func(e *edit) error {
		list, err := e.hooks(resourceID)
		if err != nil {
			return err
		}
		i, err := position(*list, id, "hook", hookID)
		if err == nil {
			*list = slices.Delete(*list, i, i+1)
		}
		return err
	})
}

// AddEntry adds an entry of configuration. A key that is there already is a Conflict; on a system connector it is the
// account's own value beside the catalogue's.
func (s *Service) AddEntry(ctx context.Context, p *access.Principal, keyOrID string, added *connector.ConfigurationEntry) (*connector.ConfigurationEntry, error) {
	var made *edit
	err := s.change(ctx, p, keyOrID, func(e *edit) error {
		if e.Entry(added.Key) != nil {
			return fault.New(fault.Conflict, "A configuration with the key %s is there already", added.Key)
		}
		connector.Omit(added, "id")
		completeEntry(e.Definition, added, len(e.Configuration))
		showEntry(added)
		e.Configuration = append(e.Configuration, *added)
		made = e
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &made.Configuration[len(made.Configuration)-1], nil
}

// ReplaceEntry puts an entry in the place of the one with a key; the key may change. A masked default keeps the value
// that is there. On a system connector it begins or changes the account's own value.
func (s *Service) ReplaceEntry(ctx context.Context, p *access.Principal, keyOrID, key string, next *connector.ConfigurationEntry) (*connector.ConfigurationEntry, error) {
	var made *edit
	err := s.change(ctx, p, keyOrID, func(e *edit) error {
		made = e
		if next.Key == "" {
			next.Key = key
		}
		place := e.Entry(key)
		if place == nil && e.Extended && e.whole.Entry(key) != nil {
			e.Configuration = append(e.Configuration, *e.whole.Entry(key))
			place = e.Entry(key)
			place.ID = 0
		}
		if place == nil {
			return fault.New(fault.NotFound, "No configuration found with key %s", key)
		}
		if next.Key != key && e.Entry(next.Key) != nil {
			return fault.New(fault.Conflict, "A configuration with the key %s is there already", next.Key)
		}
		next.ID = place.ID
		if credential.IsUnchanged(place.Type, place.Key, next.DefaultValue) {
			next.DefaultValue = place.DefaultValue
		}
		completeEntry(e.Definition, next, 0)
		showEntry(next)
		*place = *next
		return nil
	})
	if err != nil {
		return nil, err
	}
	return made.Entry(next.Key), nil
}

// DeleteEntry removes the entry with a key.
func (s *Service) DeleteEntry(ctx context.Context, p *access.Principal, keyOrID, key string) error {
	return s.change(ctx, p, keyOrID, func(e *edit) error {
		i := slices.IndexFunc(e.Configuration, func(c connector.ConfigurationEntry) bool { return c.Key == key })
		if i < 0 {
			return fault.New(fault.NotFound, "No configuration found with key %s", key)
		}
		e.Configuration = slices.Delete(e.Configuration, i, i+1)
		return nil
	})
}

// ReplaceConfiguration puts all entries in the place of those that the account owns: of a private connector all, of a
// system connector those that the account added (reference/clients.md §3).
func (s *Service) ReplaceConfiguration(ctx context.Context, p *access.Principal, keyOrID string, next []connector.ConfigurationEntry) error {
	return s.change(ctx, p, keyOrID, func(e *edit) error {
		after := &connector.Definition{Configuration: next}
		if e.Extended {
			// A client sends the whole element: what is the catalogue's stays the catalogue's.
			after.Configuration = slices.DeleteFunc(next, func(c connector.ConfigurationEntry) bool {
				base := e.whole.Own.Entry(c.Key)
				return base != nil && e.Entry(c.Key) == nil
			})
		}
		forgetIDs(after)
		keepIDs(after, &connector.Definition{Configuration: e.Configuration})
		keepSecrets(after, e.Definition)
		for i := range after.Configuration {
			completeEntry(e.Definition, &after.Configuration[i], i)
		}
		e.Configuration = after.Configuration
		return nil
	})
}
