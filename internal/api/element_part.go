package api

import (
	"encoding/json"
	"slices"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// decode reads the body as a part of a connector. Unknown members are kept, wrong types are refused.
func (e *exchange) decode(part any) error {
	body, err := e.body()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, part); err != nil {
		return fault.New(fault.Invalid, "The body is not valid: %v", err)
	}
	return nil
}

// own keeps the parts that the caller's account owns when accountOnly=true asks for them.
func own[P any](e *exchange, all []P, owner func(*P) int64) []P {
	if e.r.URL.Query().Get("accountOnly") == "true" {
		all = slices.DeleteFunc(slices.Clone(all), func(p P) bool { return owner(&p) == store.SystemAccount })
	}
	if all == nil {
		all = []P{}
	}
	return all
}

// partOf finds a part by the id of a path variable.
func partOf[P any](e *exchange, all []P, variable, noun string, idOf func(*P) int64) (*P, error) {
	id, err := e.number(variable, noun)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if idOf(&all[i]) == id {
			return &all[i], nil
		}
	}
	return nil, fault.New(fault.NotFound, "No %s found with id %d", noun, id)
}

func resourceID(r *connector.Resource) int64   { return r.ID }
func parameterID(p *connector.Parameter) int64 { return p.ID }
func hookID(h *connector.Hook) int64           { return h.ID }
func modelID(m *connector.Model) int64         { return m.ID }
func objectID(o *connector.Object) int64       { return o.ID }
func fieldID(f *connector.ObjectField) int64   { return f.ID }

// resourceIn finds the resource that the path names, of the account or of the catalogue.
func (a *API) resourceIn(e *exchange) (*connector.Resource, error) {
	found, err := a.element(e)
	if err != nil {
		return nil, err
	}
	return partOf(e, found.Shown().Resources, "resourceId", "resource", resourceID)
}

// ofResource is the id of the resource that parameters and hooks are about; 0 for those of the connector itself.
func (e *exchange) ofResource() (int64, error) {
	if e.param("resourceId") == "" {
		return 0, nil
	}
	return e.number("resourceId", "resource")
}

func (a *API) listResources(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	return e.json(own(e, found.Shown().Resources, func(r *connector.Resource) int64 { return r.OwnerAccountID }))
}

func (a *API) readResource(e *exchange) error {
	return e.answered(a.resourceIn(e))
}

func (a *API) createResource(e *exchange) error {
	var r connector.Resource
	if err := e.decode(&r); err != nil {
		return err
	}
	return e.answered(a.Builder.AddResource(e.r.Context(), e.principal, e.param("keyOrId"), &r))
}

func (a *API) replaceResource(e *exchange) error {
	id, err := e.number("resourceId", "resource")
	if err != nil {
		return err
	}
	var r connector.Resource
	if err := e.decode(&r); err != nil {
		return err
	}
	return e.answered(a.Builder.ReplaceResource(e.r.Context(), e.principal, e.param("keyOrId"), id, &r))
}

func (a *API) deleteResource(e *exchange) error {
	id, err := e.number("resourceId", "resource")
	if err != nil {
		return err
	}
	return e.done(a.Builder.DeleteResource(e.r.Context(), e.principal, e.param("keyOrId"), id))
}

// readModel answers the model of a resource, {} when it has none (reference/http-conventions.md §7.3).
func (a *API) readModel(e *exchange) error {
	r, err := a.resourceIn(e)
	if err != nil {
		return err
	}
	if r.Model == nil {
		return e.json(struct{}{})
	}
	return e.json(r.Model)
}

func (a *API) putModel(e *exchange) error {
	id, err := e.number("resourceId", "resource")
	if err != nil {
		return err
	}
	var m connector.ResourceModel
	if err := e.decode(&m); err != nil {
		return err
	}
	return e.answered(a.Builder.SetModel(e.r.Context(), e.principal, e.param("keyOrId"), id, &m))
}

func (a *API) deleteModel(e *exchange) error {
	id, err := e.number("resourceId", "resource")
	if err != nil {
		return err
	}
	if _, err := a.Builder.SetModel(e.r.Context(), e.principal, e.param("keyOrId"), id, nil); err != nil {
		return err
	}
	return e.empty()
}

func (a *API) parametersIn(e *exchange) ([]connector.Parameter, error) {
	if e.param("resourceId") != "" {
		r, err := a.resourceIn(e)
		if err != nil {
			return nil, err
		}
		return r.Parameters, nil
	}
	found, err := a.element(e)
	if err != nil {
		return nil, err
	}
	return found.Shown().Parameters, nil
}

func (a *API) listParameters(e *exchange) error {
	all, err := a.parametersIn(e)
	if err != nil {
		return err
	}
	return e.json(whole(all))
}

// whole is a list that prints as an array also when it is empty.
func whole[P any](all []P) []P {
	if all == nil {
		return []P{}
	}
	return all
}

func (a *API) readParameter(e *exchange) error {
	all, err := a.parametersIn(e)
	if err != nil {
		return err
	}
	found, err := partOf(e, all, "parameterId", "parameter", parameterID)
	if err != nil {
		return err
	}
	return e.json(found)
}

func (a *API) createParameter(e *exchange) error {
	resource, err := e.ofResource()
	if err != nil {
		return err
	}
	var p connector.Parameter
	if err := e.decode(&p); err != nil {
		return err
	}
	return e.answered(a.Builder.AddParameter(e.r.Context(), e.principal, e.param("keyOrId"), resource, &p))
}

func (a *API) replaceParameter(e *exchange) error {
	resource, id, err := e.partPath("parameterId", "parameter")
	if err != nil {
		return err
	}
	var p connector.Parameter
	if err := e.decode(&p); err != nil {
		return err
	}
	return e.answered(a.Builder.ReplaceParameter(e.r.Context(), e.principal, e.param("keyOrId"), resource, id, &p))
}

func (a *API) deleteParameter(e *exchange) error {
	resource, id, err := e.partPath("parameterId", "parameter")
	if err != nil {
		return err
	}
	return e.done(a.Builder.DeleteParameter(e.r.Context(), e.principal, e.param("keyOrId"), resource, id))
}

// partPath reads the ids of a parameter or hook and of the resource around it, 0 for the connector itself.
func (e *exchange) partPath(variable, noun string) (resource, id int64, err error) {
	if resource, err = e.ofResource(); err != nil {
		return 0, 0, err
	}
	id, err = e.number(variable, noun)
	return resource, id, err
}

func (a *API) hooksIn(e *exchange) ([]connector.Hook, error) {
	if e.param("resourceId") != "" {
		r, err := a.resourceIn(e)
		if err != nil {
			return nil, err
		}
		return r.Hooks, nil
	}
	found, err := a.element(e)
	if err != nil {
		return nil, err
	}
	return found.Shown().Hooks, nil
}

func (a *API) listHooks(e *exchange) error {
	all, err := a.hooksIn(e)
	if err != nil {
		return err
	}
	return e.json(shownHooks(all))
}

// shownHooks prints what answers must have (reference/elements.md §8).
func shownHooks(all []connector.Hook) []connector.Hook {
	rows := whole(slices.Clone(all))
	for i := range rows {
		connector.Show(&rows[i], "id", "type", "body", "isLegacy")
	}
	return rows
}

func (a *API) readHook(e *exchange) error {
	all, err := a.hooksIn(e)
	if err != nil {
		return err
	}
	found, err := partOf(e, shownHooks(all), "hookId", "hook", hookID)
	if err != nil {
		return err
	}
	return e.json(found)
}

func (a *API) createHook(e *exchange) error {
	resource, err := e.ofResource()
	if err != nil {
		return err
	}
	var h connector.Hook
	if err := e.decode(&h); err != nil {
		return err
	}
	return e.answered(a.Builder.AddHook(e.r.Context(), e.principal, e.param("keyOrId"), resource, &h))
}

func (a *API) replaceHook(e *exchange) error {
	resource, id, err := e.partPath("hookId", "hook")
	if err != nil {
		return err
	}
	var h connector.Hook
	if err := e.decode(&h); err != nil {
		return err
	}
	return e.answered(a.Builder.ReplaceHook(e.r.Context(), e.principal, e.param("keyOrId"), resource, id, &h))
}

func (a *API) deleteHook(e *exchange) error {
	resource, id, err := e.partPath("hookId", "hook")
	if err != nil {
		return err
	}
	return e.done(a.Builder.DeleteHook(e.r.Context(), e.principal, e.param("keyOrId"), resource, id))
}
