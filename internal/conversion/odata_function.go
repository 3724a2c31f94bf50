package conversion

import (
	"strings"

	"jackfield/internal/connector"
)

// imports makes resources of the functions and actions that stand in a container.
func (m *edm) imports(container *element) {
	for _, e := range container.children {
		switch e.name.Local {
		case "FunctionImport":
			if m.version < 4 {
				m.oldFunction(e)
				continue
			}
			for _, f := range m.unbound(e, e.attr("Function")) {
				m.function("FunctionImport "+e.attr("Name"), "/"+segmentName(e.attr("Name")), "/"+e.attr("Name"), f, f.all("Parameter"), nil)
			}
		case "ActionImport":
			for _, f := range m.unbound(e, e.attr("Action")) {
				m.action("ActionImport "+e.attr("Name"), "/"+segmentName(e.attr("Name")), "/"+e.attr("Name"), f, f.all("Parameter"), nil)
			}
		}
	}
}

func (m *edm) unbound(e *element, name string) []*element {
	var found []*element
	for _, f := range m.functions[name] {
		if f.attr("IsBound") != "true" {
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		m.c.note(e.name.Local+" "+e.attr("Name"), "%s is not in the document: it is left out", name)
	}
	return found
}

// bound makes resources of the functions and actions that take an entity of the set, or the set.
func (m *edm) bound(e *element, t *edmType, single bool) {
	if m.version < 4 {
		return
	}
	hub, vendor, keys, ok := m.one(e, t, single)
	seen := map[*element]bool{}
	for _, base := range m.chain(t) {
		for _, qualified := range m.callsOf[base] {
			f := qualified.element
			if seen[f] {
				continue
			}
			seen[f] = true
			parameters := f.all("Parameter")
			path, address, own := hub, vendor, keys
			if strings.HasPrefix(parameters[0].attr("Type"), "Collection(") {
				path, address, own = "/"+segmentName(e.attr("Name")), "/"+e.attr("Name"), nil
			} else if !ok {
				continue
			}
			at := f.name.Local + " " + qualified.name + " of " + e.attr("Name")
			path, address = path+"/"+segmentName(f.attr("Name")), address+"/"+qualified.name
			if f.name.Local == "Function" {
				m.function(at, path, address, f, parameters[1:], own)
				continue
			}
			m.action(at, path, address, f, parameters[1:], own)
		}
	}
}

type boundCall struct {
	name    string // qualified, as it stands in the URL
	element *element
}

// function makes a GET resource: parameters stand in the brackets of the path.
func (m *edm) function(at, hub, vendor string, f *element, parameters []*element, own []connector.Parameter) {
	all := append([]connector.Parameter(nil), own...)
	var parts []string
	for _, p := range parameters {
		name := p.attr("Name")
		// The name could be that of a key in the same path.
		variable := name
		for _, k := range own {
			if k.VendorName == variable {
				variable += "Value"
			}
		}
		parts = append(parts, name+"="+m.literal(p.attr("Type"), variable))
		q := mapped(connector.TypeQuery, name, connector.TypePath, variable, dataType(m.shapeOf(p.attr("Type"))))
		q.Required = true
		all = append(all, q)
	}
	r := connector.Resource{
		Method: "GET", VendorPath: vendor + "(" + strings.Join(parts, ",") + ")", OperationID: f.attr("Name"),
		Description: "Call the function " + f.attr("Name"), Parameters: all,
	}
	m.answer(&r, f, hub)
	m.c.resource(at, hub, r)
}

// action makes a POST resource: parameters stand in the body.
func (m *edm) action(at, hub, vendor string, f *element, parameters []*element, own []connector.Parameter) {
	r := connector.Resource{
		Method: "POST", VendorPath: vendor, OperationID: f.attr("Name"),
		Description: "Call the action " + f.attr("Name"), Parameters: append([]connector.Parameter(nil), own...),
	}
	var request *shape
	if len(parameters) > 0 {
		request = &shape{kind: kindObject}
		for _, p := range parameters {
			request.add(field{name: p.attr("Name"), required: p.attr("Nullable") == "false", shape: m.shapeOf(p.attr("Type"))})
		}
		r.Parameters = append(r.Parameters, parameter(connector.TypeBody, "body", objectName(hub)+"Request"))
	}
	response := m.answer(&r, f, hub)
	r.Model = m.c.types.describe(objectName(hub), request, response)
	m.c.resource(at, hub, r)
}

// answer sets root key and model from the return type.
func (m *edm) answer(r *connector.Resource, f *element, hub string) *shape {
	kind := f.attr("ReturnType")
	if e := f.first("ReturnType"); e != nil {
		kind = e.attr("Type")
	}
	if kind == "" {
		return nil
	}
	response := m.shapeOf(kind)
	list, single := m.rootKeys()
	switch resolved := m.c.types.resolve(response); {
	case response.kind == kindArray:
		r.RootKey = list
	case m.version == 4 && (resolved == nil || resolved.kind != kindObject):
		r.RootKey = "|value"
	default:
		r.RootKey = single
	}
	r.Model = m.c.types.describe(objectName(hub), nil, response)
	return response
}

// oldFunction is a function import of version 2 or 3. Parameters stand in the query as literals.
func (m *edm) oldFunction(e *element) {
	name := e.attr("Name")
	at, hub := "FunctionImport "+name, "/"+segmentName(name)
	if e.attr("IsBindable") == "true" || e.foreign("IsBindable") == "true" {
		m.c.note(at, "is called on an entity: it is left out")
		return
	}
	r := connector.Resource{Method: "GET", VendorPath: "/" + name, OperationID: name, Description: "Call the function " + name}
	if text := describeElement(e); text != "" {
		r.Description = text
	}
	if strings.EqualFold(e.foreign("HttpMethod"), "POST") || e.attr("IsSideEffecting") == "true" && e.foreign("HttpMethod") == "" {
		r.Method = "POST"
	}
	for _, p := range e.all("Parameter") {
		if mode := p.attr("Mode"); mode != "" && mode != "In" && mode != "InOut" {
			continue
		}
		q := parameter(connector.TypeQuery, p.attr("Name"), dataType(m.shapeOf(p.attr("Type"))))
		q.Required = p.attr("Nullable") == "false"
		if literal := m.literal(p.attr("Type"), "value"); literal != "{value}" {
			q.Description = "Written as an OData literal: " + strings.NewReplacer("{value}", "value").Replace(literal)
			q.DataType, q.VendorDataType = kindString, kindString
		}
		r.Parameters = append(r.Parameters, q)
	}
	m.answer(&r, e, hub)
	m.c.resource(at, hub, r)
}
