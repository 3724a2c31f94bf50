package conversion

import (
	"encoding/json"
	"strconv"

	"jackfield/internal/connector"
)

// printedType is a definition of the old dialect with those of its nested objects, and the names of
// the other types that it speaks of.
type printedType struct {
	definitions []definition
	uses        []string
	bytes       int // see size
}

type definition struct {
	name string
	body []byte
}

// maxInline is how deep named lists and scalars are written out in place of their name.
const maxInline = 8

// printer writes one type.
type printer struct {
	d   *dictionary
	out *printedType
	// nested objects get names of their own; they must not meet those of the dictionary.
	names map[string]bool
	// shared is set for types of the dictionary, whose nested names meet in the models of resources.
	shared bool
}

// model prints a shape as a map of definitions with everything that it refers to, and names the
// definition that stands for it. An unnamed shape is called wanted; a list wantedList.
func (d *dictionary) model(s *shape, wanted string) (string, json.RawMessage) {
	resolved := d.resolve(s)
	if resolved == nil {
		return definitionName(wanted), json.RawMessage(`{}`)
	}
	name := definitionName(wanted)
	var root *printedType
	if s.name != "" && resolved.kind == kindObject {
		name = d.finalName(s)
		root = d.print(name)
	} else {
		if resolved.kind == kindArray {
			name = definitionName(wanted + "List")
		}
		for base, i := name+"Body", 1; d.has(name); i++ {
			if name = base; i > 1 {
				name = base + strconv.Itoa(i)
			}
		}
		root = d.printShape(&printer{d: d}, name, resolved)
	}
	allowed := d.allowance()
	var w jsonObject
	included, queue := map[string]bool{name: true}, []*printedType{root}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		size := next.size()
		if w.members > 0 && (len(w.buffer)+size > allowed || w.members+len(next.definitions) > maxModelDefinitions) ||
			size > maxModel || d.spent+len(w.buffer)+size > maxModelBytes {
			d.cut = true
			w.raw(next.definitions[0].name, stub(next.definitions[0].name))
			continue
		}
		for _, def := range next.definitions {
			included[def.name] = true
			if !w.has(def.name) {
				w.raw(def.name, def.body)
			}
		}
		for _, use := range next.uses {
			if !included[use] {
				included[use] = true
				queue = append(queue, d.print(use))
			}
		}
	}
	text := w.done()
	d.spent += len(text)
	return name, text
}

// size is about what the type takes in a model, with its other types as stubs.
func (p *printedType) size() int {
	if p.bytes == 0 {
		for _, def := range p.definitions {
			p.bytes += len(def.name) + len(def.body) + 4
		}
		for _, use := range p.uses {
			p.bytes += len(stub(use)) + len(use) + 4
		}
	}
	return p.bytes
}

// allowance is how many bytes the next model may take: several times its share of what is left, since
// most models are small.
func (d *dictionary) allowance() int {
	d.models = max(d.models-1, 1)
	return min(max(4*(maxModelBytes-d.spent)/d.models, 1024), maxModel)
}

// stub is a definition that says no more than that the type exists.
func stub(name string) []byte {
	var w jsonObject
	w.text("id", name)
	w.raw("properties", []byte("{}"))
	return w.done()
}

// finalName is the last name of a chain of names.
func (d *dictionary) finalName(s *shape) string {
	name := s.name
	for range maxAliases {
		next := d.types[name]
		if next == nil || next.name == "" {
			break
		}
		name = next.name
	}
	return name
}

// print prints a type of the dictionary once.
func (d *dictionary) print(name string) *printedType {
	if done := d.printed[name]; done != nil {
		return done
	}
	done := d.printShape(&printer{d: d, shared: true}, name, d.types[name])
	d.printed[name] = done
	return done
}

func (d *dictionary) printShape(p *printer, name string, s *shape) *printedType {
	p.out, p.names = &printedType{}, map[string]bool{}
	p.define(name, s, 0)
	return p.out
}

// define prints a definition. Its place comes before those of nested objects.
func (p *printer) define(name string, s *shape, depth int) {
	place := len(p.out.definitions)
	p.out.definitions = append(p.out.definitions, definition{name: name})
	p.names[name] = true
	var w jsonObject
	w.text("id", name)
	if s.description != "" {
		w.text("description", s.description)
	}
	switch s.kind {
	case kindObject, "":
		var required, keys []string
		for _, f := range s.fields {
			if f.key {
				keys = append(keys, f.name)
			}
			if f.required {
				required = append(required, f.name)
			}
		}
		if len(required) > 0 {
			w.value("required", required)
		}
		if len(keys) > 0 {
			w.value("x-primary-key", keys)
		}
		var properties jsonObject
		for i := range s.fields {
			properties.raw(s.fields[i].name, p.property(name, &s.fields[i], depth+1))
		}
		w.raw("properties", properties.done())
	case kindArray:
		w.text("type", kindArray)
		w.raw("items", p.item(name, s.items, depth+1))
	default:
		p.scalar(&w, s)
	}
	p.out.definitions[place].body = w.done()
}

// property prints a field: the type of an object is the name of its definition.
func (p *printer) property(owner string, f *field, depth int) []byte {
	var w jsonObject
	s := f.shape
	description := ""
	if s != nil {
		description = s.description
	}
	p.typed(&w, owner+capital(f.name), s, depth)
	if description != "" && !w.has("description") {
		w.text("description", description)
	}
	if f.readOnly {
		w.raw("readOnly", []byte("true"))
	}
	return w.done()
}

// item prints what a list holds. The definition of an object stands behind $ref here.
func (p *printer) item(owner string, s *shape, depth int) []byte {
	var w jsonObject
	resolved := p.d.resolve(s)
	if resolved != nil && resolved.kind == kindObject && len(resolved.fields) > 0 && (depth <= maxInline || s.name != "") {
		w.text("$ref", p.object(owner+"Object", s, resolved, depth))
		return w.done()
	}
	p.typed(&w, owner, s, depth)
	return w.done()
}

// typed writes type, format and the like of a shape.
func (p *printer) typed(w *jsonObject, wanted string, s *shape, depth int) {
	resolved := p.d.resolve(s)
	switch {
	case resolved == nil || resolved.kind == "":
		w.text("type", kindUnknown)
	case resolved.kind == kindObject && len(resolved.fields) > 0 && (depth <= maxInline || s.name != ""):
		w.text("type", p.object(wanted, s, resolved, depth))
	case resolved.kind == kindArray:
		w.text("type", kindArray)
		if depth > maxInline {
			w.raw("items", []byte(`{"type":"`+kindUnknown+`"}`))
			return
		}
		w.raw("items", p.item(wanted, resolved.items, depth+1))
	default:
		p.scalar(w, resolved)
	}
}

func (p *printer) scalar(w *jsonObject, s *shape) {
	w.text("type", s.kind)
	if s.format != "" {
		w.text("format", s.format)
	}
	if s.description != "" && !w.has("description") {
		w.text("description", s.description)
	}
	if len(s.enum) > 0 {
		w.value("enum", s.enum)
	}
	if len(s.sample) > 0 {
		w.raw("x-samplevalue", s.sample)
	}
}

// object names the definition of an object: its own when the dictionary has it, else a new one that is
// printed beside its owner.
func (p *printer) object(wanted string, s, resolved *shape, depth int) string {
	if s.name != "" {
		name := p.d.finalName(s)
		if !p.names[name] {
			p.names[name] = true
			p.out.uses = append(p.out.uses, name)
		}
		return name
	}
	var name string
	if p.shared {
		name = p.d.free(wanted)
		p.d.nested[name] = true
	} else {
		name = definitionName(wanted)
		for i := 2; p.names[name] || p.d.has(name); i++ {
			name = definitionName(wanted) + strconv.Itoa(i)
		}
	}
	p.define(name, resolved, depth)
	return name
}

// describe fills the model of a resource from what it takes and answers with; either may be nil.
func (d *dictionary) describe(object string, request, response *shape) *connector.ResourceModel {
	if request == nil && response == nil {
		return nil
	}
	m := &connector.ResourceModel{}
	m.Name, m.Swagger = d.model(response, object)
	if request != nil {
		m.RequestName, m.RequestSwagger = d.model(request, object+"Request")
	}
	connector.Show(m, "name", "transform", "swagger")
	return m
}
