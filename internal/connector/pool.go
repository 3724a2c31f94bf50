package connector

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// pool is models.yaml: definitions by name, written once and shared by resources. A resource whose
// model has a name and no swagger gets the definition of that name with all that it refers to.
type pool struct {
	definitions map[string]json.RawMessage
	refers      map[string][]string // to other definitions of the pool, sorted
	used        map[string]bool
	closures    map[string]json.RawMessage
}

func fillModels(fsys fs.FS, d *Definition) error {
	p, err := readPool(fsys)
	if err != nil || p == nil {
		return err
	}
	for i := range d.Resources {
		r := &d.Resources[i]
		if r.Model == nil {
			continue
		}
		place := r.Method + " " + r.Path + " model"
		if r.Model.Name != "" && !Has(r.Model, "swagger") {
			if r.Model.Swagger, err = p.closure(r.Model.Name); err != nil {
				return fmt.Errorf("%s: name: %w", place, err)
			}
		}
		if r.Model.RequestName != "" && !Has(r.Model, "requestSwagger") {
			if r.Model.RequestSwagger, err = p.closure(r.Model.RequestName); err != nil {
				return fmt.Errorf("%s: requestName: %w", place, err)
			}
		}
	}
	unused := map[string]bool{}
	for name := range p.definitions {
		if !p.used[name] {
			unused[name] = true
		}
	}
	if len(unused) > 0 {
		return fmt.Errorf("%s: no resource uses %s", modelsYAML, joined("", unused))
	}
	return nil
}

// readPool returns nil when there is no models.yaml.
func readPool(fsys fs.FS) (*pool, error) {
	data, err := readIn(fsys, modelsYAML)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	text, err := yamlToJSON(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", modelsYAML, err)
	}
	p := &pool{refers: map[string][]string{}, used: map[string]bool{}, closures: map[string]json.RawMessage{}}
	if err := json.Unmarshal(text, &p.definitions); err != nil {
		return nil, fmt.Errorf("%s must hold definitions by name: %w", modelsYAML, err)
	}
	for name, raw := range p.definitions {
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", modelsYAML, name, err)
		}
		if err := p.collect(name, v); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", modelsYAML, name, err)
		}
	}
	return p, nil
}

// collect notes what a definition refers to: by $ref, or by a type that is a definition's name.
func (p *pool) collect(name string, v any) error {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			ref = strings.TrimPrefix(ref, "#/definitions/")
			if p.definitions[ref] == nil {
				return fmt.Errorf("refers to %q, which is not there", ref)
			}
			p.refers[name] = append(p.refers[name], ref)
		}
		if t, ok := v["type"].(string); ok && p.definitions[t] != nil {
			p.refers[name] = append(p.refers[name], t)
		}
		for _, item := range v {
			if err := p.collect(name, item); err != nil {
				return err
			}
		}
	case []any:
		for _, item := range v {
			if err := p.collect(name, item); err != nil {
				return err
			}
		}
	}
	return nil
}

// closure is the map of a definition and all that it refers to, in turn.
func (p *pool) closure(root string) (json.RawMessage, error) {
	if made := p.closures[root]; made != nil {
		return made, nil
	}
	if p.definitions[root] == nil {
		return nil, fmt.Errorf("%s has no %q", modelsYAML, root)
	}
	names, seen := []string{root}, map[string]bool{root: true}
	for i := 0; i < len(names); i++ {
		for _, ref := range p.refers[names[i]] {
			if !seen[ref] {
				seen[ref] = true
				names = append(names, ref)
			}
		}
	}
	slices.Sort(names)
	out := json.RawMessage{'{'}
	for i, name := range names {
		p.used[name] = true
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(appendString(out, name), ':'), p.definitions[name]...)
	}
	out = append(out, '}')
	p.closures[root] = out
	return out, nil
}
