package connector

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// defaults is the folder form's own member: what parts have that do not say otherwise, so that a
// definition need not repeat itself. A member that a part gives, null too, is left as it is.
type defaults struct {
	Configuration json.RawMessage `json:"configuration"`
	Parameter     json.RawMessage `json:"parameter"`
	Resource      json.RawMessage `json:"resource"`
	Hook          json.RawMessage `json:"hook"`
}

const defaultsMember = "defaults"

// applyDefaults takes the defaults out of the definition and fills its parts.
func applyDefaults(d *Definition) error {
	raw, given := d.Extra[defaultsMember]
	if !given {
		return nil
	}
	delete(d.Extra, defaultsMember)
	var f defaults
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || json.Unmarshal(raw, &f) != nil {
		return errors.New("defaults must be an object of configuration, parameter, resource and hook")
	}
	for name := range members {
		if !slices.Contains([]string{"configuration", "parameter", "resource", "hook"}, name) {
			return fmt.Errorf("defaults: unknown member %q: there are configuration, parameter, resource and hook", name)
		}
	}
	for i := range d.Configuration {
		if err := complete(&d.Configuration[i], f.Configuration); err != nil {
			return fmt.Errorf("defaults: configuration: %w", err)
		}
	}
	if err := completeEach(d.Parameters, f.Parameter); err != nil {
		return fmt.Errorf("defaults: parameter: %w", err)
	}
	if err := completeEach(d.Hooks, f.Hook); err != nil {
		return fmt.Errorf("defaults: hook: %w", err)
	}
	for i := range d.Resources {
		r := &d.Resources[i]
		if err := complete(r, f.Resource); err != nil {
			return fmt.Errorf("defaults: resource: %w", err)
		}
		if err := completeEach(r.Parameters, f.Parameter); err != nil {
			return fmt.Errorf("defaults: parameter: %w", err)
		}
		if err := completeEach(r.Hooks, f.Hook); err != nil {
			return fmt.Errorf("defaults: hook: %w", err)
		}
	}
	return nil
}

func completeEach[P any](parts []P, raw json.RawMessage) error {
	for i := range parts {
		if err := complete(&parts[i], raw); err != nil {
			return err
		}
	}
	return nil
}

// complete reads the defaults anew for each part, so that no two parts share what they point at.
func complete(part any, raw json.RawMessage) error {
	if len(raw) == 0 {
		return nil
	}
	v, p := describe(part)
	fresh := reflect.New(v.Type())
	if err := unmarshal(raw, fresh.Interface()); err != nil {
		return err
	}
	given, from := wireOf(v), wireOf(fresh.Elem())
	for i := range p.fields {
		bit := uint64(1) << i
		if given.seen&bit != 0 || from.seen&bit == 0 {
			continue
		}
		given.seen |= bit
		given.null |= from.null & bit
		v.Field(p.fields[i].index).Set(fresh.Elem().Field(p.fields[i].index))
	}
	return nil
}
