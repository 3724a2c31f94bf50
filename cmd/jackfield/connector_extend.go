package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"jackfield/internal/connector"
)

// parts counts what an extension adds.
func parts(d *connector.Definition) int {
	return len(d.Resources) + len(d.Configuration) + len(d.Parameters) + len(d.Hooks) + len(d.Objects) + len(d.Models)
}

// extend adds parts to the account's view of a system connector. Those that the account added before are replaced:
// resources are told apart as the doctor does it, by method, path and type; the others by their names, hooks by type
// and order. Nothing is removed.
func (i *importer) extend(ctx context.Context, d *connector.Definition) (string, error) {
	key := keyOf(d)
	id, there := i.system[key]
	if !there {
		return "", fmt.Errorf("there is no system connector %s to extend", key)
	}
	e := extender{importer: i, base: element(id), present: &connector.Definition{}}
	if err := e.look(ctx, id); err != nil {
		return "", err
	}
	for _, step := range []func(context.Context, *connector.Definition) error{
		e.configuration, e.parameters, e.hooks, e.objects, e.models, e.resources,
	} {
		if err := step(ctx, d); err != nil {
			return "", fmt.Errorf("%w; %d added and %d replaced before", err, e.added, e.replaced)
		}
	}
	return fmt.Sprintf("extended %s: %d %s added, %d replaced", key, e.added, plural(e.added, "part"), e.replaced), nil
}

type extender struct {
	*importer
	base            string                // path of the system connector
	present         *connector.Definition // what the account added before; exported, so without ids
	added, replaced int
}

// look learns what the account added before.
func (e *extender) look(ctx context.Context, id int64) error {
	row := listed{ID: id, Extended: true}
	present, err := e.export(ctx, row)
	if isNotFound(err) {
		return nil
	}
	if err == nil {
		e.present = present
	}
	return err
}

// put sends a part: in the place of the one with an id, or as a new one when that is 0.
func (e *extender) put(ctx context.Context, kind string, id int64, part any) error {
	if id == 0 {
		e.added++
		_, err := e.call(ctx, http.MethodPost, e.base+kind, nil, part, nil)
		return err
	}
	e.replaced++
	_, err := e.call(ctx, http.MethodPut, e.base+kind+"/"+strconv.FormatInt(id, 10), nil, part, nil)
	return err
}

// list reads parts of one kind; own leaves the catalogue's out.
func (e *extender) list(ctx context.Context, kind string, own bool, all any) error {
	query := url.Values{}
	if own {
		query.Set("accountOnly", "true")
	}
	if _, err := e.call(ctx, http.MethodGet, e.base+kind, query, nil, all); err != nil && !isNotFound(err) {
		return err
	}
	return nil
}

func (e *extender) resources(ctx context.Context, d *connector.Definition) error {
	if len(d.Resources) == 0 {
		return nil
	}
	var own []connector.Resource
	if err := e.list(ctx, "/resources", true, &own); err != nil {
		return err
	}
	known := map[string]int64{}
	for i := range own {
		known[identity(d.Hub, &own[i])] = own[i].ID
	}
	for i := range d.Resources {
		r := &d.Resources[i]
		if err := e.put(ctx, "/resources", known[identity(d.Hub, r)], r); err != nil {
			return fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
		}
	}
	return nil
}

// identity is what old clients tell resources of an extension apart by.
func identity(hub string, r *connector.Resource) string {
	return strings.ToUpper(r.Method) + " " + connector.RelativePath(connector.CanonicalPath(hub, r.Path)) + " " + r.ResourceType()
}

// configuration is sent as the doctor sends it: the whole list. Entries of the account that it does not name stay.
func (e *extender) configuration(ctx context.Context, d *connector.Definition) error {
	if len(d.Configuration) == 0 {
		return nil
	}
	all := connector.Definition{Configuration: d.Configuration}
	for i := range e.present.Configuration {
		if old := &e.present.Configuration[i]; d.Entry(old.Key) == nil {
			all.Configuration = append(all.Configuration, *old)
		}
	}
	for i := range d.Configuration {
		if e.present.Entry(d.Configuration[i].Key) == nil {
			e.added++
		} else {
			e.replaced++
		}
	}
	if _, err := e.call(ctx, http.MethodPut, e.base+"/configurations", nil, all, nil); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	return nil
}

func (e *extender) parameters(ctx context.Context, d *connector.Definition) error {
	if len(d.Parameters) == 0 {
		return nil
	}
	var all []connector.Parameter
	if err := e.list(ctx, "/parameters", false, &all); err != nil {
		return err
	}
	name := func(p *connector.Parameter) string {
		return strings.Join([]string{p.Name, p.Type, p.VendorName, p.VendorType, p.Source}, "\x00")
	}
	own := counted(e.present.Parameters, name)
	known := ids(all, name, own, func(p *connector.Parameter) int64 { return p.ID })
	for i := range d.Parameters {
		p := &d.Parameters[i]
		if err := e.put(ctx, "/parameters", take(known, name(p)), p); err != nil {
			return fmt.Errorf("parameter %s: %w", p.Name, err)
		}
	}
	return nil
}

func (e *extender) hooks(ctx context.Context, d *connector.Definition) error {
	if len(d.Hooks) == 0 {
		return nil
	}
	var all []connector.Hook
	if err := e.list(ctx, "/hooks", false, &all); err != nil {
		return err
	}
	content := func(h *connector.Hook) string { return h.Type + "\x00" + h.Body }
	own := ids(all, content, counted(e.present.Hooks, content), func(h *connector.Hook) int64 { return h.ID })
	known := map[string][]int64{} // by type, in order
	for i := range e.present.Hooks {
		h := &e.present.Hooks[i]
		known[h.Type] = append(known[h.Type], take(own, content(h)))
	}
	for i := range d.Hooks {
		h := &d.Hooks[i]
		if err := e.put(ctx, "/hooks", take(known, h.Type), h); err != nil {
			return fmt.Errorf("hook %s: %w", h.Type, err)
		}
	}
	return nil
}

func (e *extender) objects(ctx context.Context, d *connector.Definition) error {
	if len(d.Objects) == 0 {
		return nil
	}
	var own []connector.Object
	if err := e.list(ctx, "/objects", true, &own); err != nil {
		return err
	}
	name := func(o *connector.Object) string { return o.Name }
	known := ids(own, name, counted(own, name), func(o *connector.Object) int64 { return o.ID })
	for i := range d.Objects {
		o := &d.Objects[i]
		if err := e.put(ctx, "/objects", take(known, o.Name), o); err != nil {
			return fmt.Errorf("object %s: %w", o.Name, err)
		}
	}
	return nil
}

// models are found by name by the server.
func (e *extender) models(ctx context.Context, d *connector.Definition) error {
	present := counted(e.present.Models, func(m *connector.Model) string { return m.Name })
	for i := range d.Models {
		m := &d.Models[i]
		if present[m.Name] > 0 {
			e.replaced++
		} else {
			e.added++
		}
		if _, err := e.call(ctx, http.MethodPut, e.base+"/models", nil, m, nil); err != nil {
			return fmt.Errorf("model %s: %w", m.Name, err)
		}
	}
	return nil
}

// counted says how often each name occurs.
func counted[P any](parts []P, name func(*P) string) map[string]int {
	times := map[string]int{}
	for i := range parts {
		times[name(&parts[i])]++
	}
	return times
}

// ids lists the ids of the account's own parts by name. The catalogue's come first in a list, so its own are the last.
func ids[P any](all []P, name func(*P) string, own map[string]int, id func(*P) int64) map[string][]int64 {
	found := map[string][]int64{}
	for i := range all {
		if n := name(&all[i]); own[n] > 0 {
			found[n] = append(found[n], id(&all[i]))
		}
	}
	for n, list := range found {
		found[n] = list[max(0, len(list)-own[n]):]
	}
	return found
}

// take takes the first id of a name, 0 when there is none left.
func take(known map[string][]int64, name string) int64 {
	list := known[name]
	if len(list) == 0 {
		return 0
	}
	known[name] = list[1:]
	return list[0]
}
