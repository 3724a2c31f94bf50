package api

import "jackfield/internal/connector"

func (a *API) listModels(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	return e.json(own(e, found.Shown().Models, func(m *connector.Model) int64 { return m.OwnerAccountID }))
}

func (a *API) readElementModel(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	m, err := partOf(e, found.Shown().Models, "modelId", "model", modelID)
	if err != nil {
		return err
	}
	return e.json(m)
}

func (a *API) createElementModel(e *exchange) error { return a.storeElementModel(e, true) }

// upsertElementModel answers PUT without an id: the model is found by its id or name (reference/elements.md §2).
func (a *API) upsertElementModel(e *exchange) error { return a.storeElementModel(e, false) }

func (a *API) storeElementModel(e *exchange, create bool) error {
	var m connector.Model
	if err := e.decode(&m); err != nil {
		return err
	}
	return e.answered(a.Builder.PutModel(e.r.Context(), e.principal, e.param("keyOrId"), &m, create))
}

func (a *API) replaceElementModel(e *exchange) error {
	id, err := e.number("modelId", "model")
	if err != nil {
		return err
	}
	var m connector.Model
	if err := e.decode(&m); err != nil {
		return err
	}
	return e.answered(a.Builder.ReplaceModel(e.r.Context(), e.principal, e.param("keyOrId"), id, &m))
}

func (a *API) deleteElementModel(e *exchange) error {
	id, err := e.number("modelId", "model")
	if err != nil {
		return err
	}
	return e.done(a.Builder.DeleteModel(e.r.Context(), e.principal, e.param("keyOrId"), id))
}

func (a *API) listObjects(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	return e.json(own(e, found.Shown().Objects, func(o *connector.Object) int64 { return o.OwnerAccountID }))
}

func (a *API) objectIn(e *exchange) (*connector.Object, error) {
	found, err := a.element(e)
	if err != nil {
		return nil, err
	}
	return partOf(e, found.Shown().Objects, "objectId", "object", objectID)
}

func (a *API) readObject(e *exchange) error {
	return e.answered(a.objectIn(e))
}

func (a *API) createObject(e *exchange) error {
	var o connector.Object
	if err := e.decode(&o); err != nil {
		return err
	}
	return e.answered(a.Builder.AddObject(e.r.Context(), e.principal, e.param("keyOrId"), &o))
}

func (a *API) replaceObject(e *exchange) error {
	id, err := e.number("objectId", "object")
	if err != nil {
		return err
	}
	var o connector.Object
	if err := e.decode(&o); err != nil {
		return err
	}
	return e.answered(a.Builder.ReplaceObject(e.r.Context(), e.principal, e.param("keyOrId"), id, &o))
}

func (a *API) deleteObject(e *exchange) error {
	id, err := e.number("objectId", "object")
	if err != nil {
		return err
	}
	return e.done(a.Builder.DeleteObject(e.r.Context(), e.principal, e.param("keyOrId"), id))
}

func (a *API) listFields(e *exchange) error {
	o, err := a.objectIn(e)
	if err != nil {
		return err
	}
	return e.json(own(e, o.Fields, func(*connector.ObjectField) int64 { return o.OwnerAccountID }))
}

func (a *API) readField(e *exchange) error {
	o, err := a.objectIn(e)
	if err != nil {
		return err
	}
	f, err := partOf(e, o.Fields, "fieldId", "field", fieldID)
	if err != nil {
		return err
	}
	return e.json(f)
}

func (a *API) createField(e *exchange) error {
	id, err := e.number("objectId", "object")
	if err != nil {
		return err
	}
	var f connector.ObjectField
	if err := e.decode(&f); err != nil {
		return err
	}
	return e.answered(a.Builder.AddField(e.r.Context(), e.principal, e.param("keyOrId"), id, &f))
}

func (a *API) fieldPath(e *exchange) (object, id int64, err error) {
	if object, err = e.number("objectId", "object"); err != nil {
		return 0, 0, err
	}
	id, err = e.number("fieldId", "field")
	return object, id, err
}

func (a *API) replaceField(e *exchange) error {
	object, id, err := a.fieldPath(e)
	if err != nil {
		return err
	}
	var f connector.ObjectField
	if err := e.decode(&f); err != nil {
		return err
	}
	return e.answered(a.Builder.ReplaceField(e.r.Context(), e.principal, e.param("keyOrId"), object, id, &f))
}

func (a *API) deleteField(e *exchange) error {
	object, id, err := a.fieldPath(e)
	if err != nil {
		return err
	}
	return e.done(a.Builder.DeleteField(e.r.Context(), e.principal, e.param("keyOrId"), object, id))
}
