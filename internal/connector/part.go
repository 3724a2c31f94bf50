package connector

import (
	"iter"
	"strings"
)

// Part is a part of a definition that has an id of its own.
type Part struct {
	// Identity says what the part is, whatever its id: a kind and the members that tell it from its neighbours. Parts
	// that are alike have one identity, in declared order.
	Identity string
	// ID is where the id stands.
	ID *int64
}

// Parts walks over the parts of the definition in declared order: configuration entries, element-wide parameters and
// hooks, resources with their own, objects and models with their fields.
func (d *Definition) Parts() iter.Seq[Part] {
	return func(yield func(Part) bool) {
		w := walker{yield: yield}
		w.definition(d)
	}
}

// walker stops at the first yield that says so.
type walker struct {
	yield   func(Part) bool
	stopped bool
}

func (w *walker) part(id *int64, identity ...string) {
	if w.stopped {
		return
	}
	w.stopped = !w.yield(Part{Identity: strings.Join(identity, "\x00"), ID: id})
}

func (w *walker) definition(d *Definition) {
	for i := range d.Configuration {
		w.part(&d.Configuration[i].ID, "configuration", d.Configuration[i].Key)
	}
	w.parameters(d.Parameters, "")
	w.hooks(d.Hooks, "")
	for i := range d.Resources {
		w.resource(&d.Resources[i])
	}
	for i := range d.Objects {
		w.object(&d.Objects[i], "")
	}
	for i := range d.Models {
		m := &d.Models[i]
		w.part(&m.ID, "model", m.Name)
		w.modelFields(m.ModelFields, m.Name)
		w.modelFields(m.Fields, m.Name)
	}
}

func (w *walker) resource(r *Resource) {
	where := r.Method + " " + r.Path + " " + r.ResourceType()
	w.part(&r.ID, "resource", where)
	w.parameters(r.Parameters, where)
	w.hooks(r.Hooks, where)
	if r.Object != nil {
		w.object(r.Object, where)
	}
}

func (w *walker) parameters(all []Parameter, where string) {
	for i := range all {
		p := &all[i]
		w.part(&p.ID, "parameter", where, p.Type, p.Name, p.VendorType, p.VendorName, p.Source)
	}
}

func (w *walker) hooks(all []Hook, where string) {
	for i := range all {
		w.part(&all[i].ID, "hook", where, all[i].Type)
	}
}

func (w *walker) object(o *Object, where string) {
	w.part(&o.ID, "object", where, o.Name)
	for i := range o.Fields {
		w.part(&o.Fields[i].ID, "field", where, o.Name, o.Fields[i].Name)
	}
}

func (w *walker) modelFields(all []ModelField, model string) {
	for i := range all {
		w.part(&all[i].ID, "model field", model, all[i].Name)
	}
}

// Own writes into every part whose it is: the account, and the ids of the connector and resource around it. Call it
// once the parts have their ids.
func Own(d *Definition, accountID int64) {
	d.OwnerAccountID = accountID
	own(d.ID, 0, d.Parameters, d.Hooks)
	for i := range d.Resources {
		r := &d.Resources[i]
		r.OwnerAccountID = accountID
		own(0, r.ID, r.Parameters, r.Hooks)
		if r.Object != nil {
			r.Object.own(d.ID, accountID)
		}
	}
	for i := range d.Objects {
		d.Objects[i].own(d.ID, accountID)
	}
	for i := range d.Models {
		d.Models[i].ElementID, d.Models[i].OwnerAccountID = d.ID, accountID
	}
}

func own(elementID, resourceID int64, parameters []Parameter, hooks []Hook) {
	for i := range parameters {
		parameters[i].ElementID, parameters[i].ResourceID = elementID, resourceID
	}
	for i := range hooks {
		hooks[i].ElementID, hooks[i].ResourceID = elementID, resourceID
	}
}

func (o *Object) own(elementID, accountID int64) {
	o.ElementID, o.OwnerAccountID = elementID, accountID
	for i := range o.Fields {
		o.Fields[i].ObjectID = o.ID
	}
}
