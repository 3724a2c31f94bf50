package conversion

import (
	"strings"

	"jackfield/internal/connector"
)

// resources makes the resources of every container: first those of sets, then what hangs on them, so
// that a limit hits the least needed.
func (m *edm) resources() {
	type set struct {
		element *element
		t       *edmType
		single  bool
	}
	var sets []set
	for _, container := range m.containers {
		for _, e := range container.children {
			kind := e.attr("EntityType")
			single := e.name.Local == "Singleton"
			if single {
				kind = e.attr("Type")
			}
			if e.name.Local != "EntitySet" && !single {
				continue
			}
			t := m.types[kind]
			if t == nil || t.flat == "" {
				m.c.note(e.name.Local+" "+e.attr("Name"), "its type %s is not an entity type of the document: it is left out", kind)
				continue
			}
			sets = append(sets, set{e, t, single})
		}
	}
	m.c.types.models = 20 * len(sets)
	for _, s := range sets {
		if m.c.full() {
			return
		}
		if s.single {
			m.singleton(s.element, s.t)
			continue
		}
		m.set(s.element, s.t)
	}
	for _, container := range m.containers {
		m.imports(container)
	}
	for _, s := range sets {
		if m.c.full() {
			return
		}
		m.navigation(s.element, s.t, s.single)
		m.bound(s.element, s.t, s.single)
	}
}

// rootKeys of the answers: of lists and of single entities.
func (m *edm) rootKeys() (list, single string) {
	if m.version == 4 {
		return "|value", ""
	}
	return "|d.results", "|d"
}

// set makes list, read, create, update and delete of an entity set.
func (m *edm) set(e *element, t *edmType) {
	name := e.attr("Name")
	at := "EntitySet " + name
	hub := "/" + segmentName(name)
	list, single := m.rootKeys()
	entity := &shape{name: t.name}
	m.c.resource(at, hub, connector.Resource{
		Method: "GET", VendorPath: "/" + name, RootKey: list, Description: "List " + name,
		PaginationType: connector.PaginationVendor, OperationID: "list" + capital(name),
		Parameters: m.listParameters(), Model: m.c.types.describe(objectName(hub), nil, listOf(entity, true)),
	})
	if e.foreign("creatable") != "false" {
		m.c.resource(at, hub, connector.Resource{
			Method: "POST", VendorPath: "/" + name, RootKey: single, Description: "Create one of " + name,
			OperationID: "create" + capital(name), Parameters: []connector.Parameter{m.body(t.name)},
			Model: m.c.types.describe(objectName(hub), entity, entity),
		})
	}
	path, address, keys, ok := m.key(t)
	if !ok {
		m.c.note(at, "its type has no key: single entities cannot be called")
		return
	}
	hub, vendor := hub+path, "/"+name+address
	m.c.resource(at, hub, connector.Resource{
		Method: "GET", VendorPath: vendor, RootKey: single, Description: "Get one of " + name + " by its key",
		OperationID: "get" + capital(name), Parameters: append(keys, m.selection()...),
		Model: m.c.types.describe(objectName(hub), nil, entity),
	})
	if e.foreign("updatable") != "false" {
		m.update(at, hub, vendor, name, t, keys)
	}
	if e.foreign("deletable") != "false" {
		m.c.resource(at, hub, connector.Resource{
			Method: "DELETE", VendorPath: vendor, Description: "Delete one of " + name,
			OperationID: "delete" + capital(name), Parameters: keys,
		})
	}
}

// update is PATCH. Version 2 knows it as MERGE, which is sent inside a POST, and replaces with PUT.
func (m *edm) update(at, hub, vendor, name string, t *edmType, keys []connector.Parameter) {
	entity := &shape{name: t.name}
	r := connector.Resource{
		Method: "PATCH", VendorPath: vendor, Description: "Change one of " + name, OperationID: "update" + capital(name),
		Parameters: append(append([]connector.Parameter(nil), keys...), m.body(t.name)),
		Model:      m.c.types.describe(objectName(hub), entity, nil),
	}
	if m.version == 2 {
		r.VendorMethod = "POST"
		r.Parameters = append(r.Parameters, constant("MERGE", connector.TypeHeader, "X-HTTP-Method", "OData 2 changes with MERGE"))
	}
	m.c.resource(at, hub, r)
	if m.version != 2 {
		return
	}
	m.c.resource(at, hub, connector.Resource{
		Method: "PUT", VendorPath: vendor, Description: "Replace one of " + name, OperationID: "replace" + capital(name),
		Parameters: append(append([]connector.Parameter(nil), keys...), m.body(t.name)),
		Model:      m.c.types.describe(objectName(hub), entity, nil),
	})
}

func (m *edm) singleton(e *element, t *edmType) {
	name := e.attr("Name")
	_, single := m.rootKeys()
	hub := "/" + segmentName(name)
	m.c.resource("Singleton "+name, hub, connector.Resource{
		Method: "GET", VendorPath: "/" + name, RootKey: single, Description: "Get " + name,
		OperationID: "get" + capital(name), Parameters: m.selection(),
		Model: m.c.types.describe(objectName(hub), nil, &shape{name: t.name}),
	})
	m.update("Singleton "+name, hub, "/"+name, name, t, nil)
}

// navigation makes a resource for what can be reached from one entity.
func (m *edm) navigation(e *element, t *edmType, single bool) {
	hub, vendor, keys, ok := m.one(e, t, single)
	if !ok {
		return
	}
	list, one := m.rootKeys()
	chain := m.chain(t)
	for i := len(chain) - 1; i >= 0; i-- {
		for _, n := range chain[i].element.all("NavigationProperty") {
			target, many, found := m.target(n)
			name := n.attr("Name")
			at := "NavigationProperty " + e.attr("Name") + "/" + name
			if !found {
				m.c.note(at, "its type is not in the document: it is left out")
				continue
			}
			path := hub + "/" + segmentName(name)
			r := connector.Resource{
				Method: "GET", VendorPath: vendor + "/" + name, RootKey: one,
				Description: "Get " + name + " of one of " + e.attr("Name"), OperationID: "get" + capital(e.attr("Name")) + capital(name),
				Parameters: append(append([]connector.Parameter(nil), keys...), m.selection()...),
				Model:      m.c.types.describe(objectName(path), nil, listOf(&shape{name: target.name}, many)),
			}
			if many {
				r.RootKey, r.PaginationType = list, connector.PaginationVendor
				r.Parameters = append(append([]connector.Parameter(nil), keys...), m.listParameters()...)
			}
			m.c.resource(at, path, r)
			if many && n.attr("ContainsTarget") == "true" {
				entity := &shape{name: target.name}
				m.c.resource(at, path, connector.Resource{
					Method: "POST", VendorPath: vendor + "/" + name, RootKey: one,
					Description: "Create one of " + name, OperationID: "create" + capital(e.attr("Name")) + capital(name),
					Parameters: append(append([]connector.Parameter(nil), keys...), m.body(target.name)),
					Model:      m.c.types.describe(objectName(path), entity, entity),
				})
			}
		}
	}
}

// one is how a single entity of a set, or a singleton, is addressed.
func (m *edm) one(e *element, t *edmType, single bool) (hub, vendor string, keys []connector.Parameter, ok bool) {
	name := e.attr("Name")
	if single {
		return "/" + segmentName(name), "/" + name, nil, true
	}
	path, address, keys, ok := m.key(t)
	return "/" + segmentName(name) + path, "/" + name + address, keys, ok
}

// key is how an entity is told from others of its set: on the hub path, in the provider's path, and as
// parameters. One key is called id, several keep their names.
func (m *edm) key(t *edmType) (path, address string, keys []connector.Parameter, ok bool) {
	if len(t.keys) == 0 {
		return "", "", nil, false
	}
	var parts []string
	for _, k := range t.keys {
		name := "id"
		if len(t.keys) > 1 {
			name = variableName(k.name)
		}
		path += "/{" + name + "}"
		literal := m.literal(k.kind, name)
		if len(t.keys) > 1 {
			literal = k.name + "=" + literal
		}
		parts = append(parts, literal)
		p := parameter(connector.TypePath, name, dataType(m.shapeOf(k.kind)))
		p.Required, p.Description = true, "Key "+k.name
		keys = append(keys, p)
	}
	return path, "(" + strings.Join(parts, ",") + ")", keys, true
}

// literal is a value of a type in a URL, with its variable in braces. Version 4 gave up the prefixes
// and suffixes of all but enumerations and durations.
func (m *edm) literal(kind, name string) string {
	v := "{" + name + "}"
	if t := m.types[kind]; t != nil {
		switch t.element.name.Local {
		case "EnumType":
			return t.namespace + "." + t.element.attr("Name") + "'" + v + "'"
		case "TypeDefinition":
			return m.literal(t.element.attr("UnderlyingType"), name)
		}
	}
	if m.version == 4 {
		switch kind {
		case "Edm.String":
			return "'" + v + "'"
		case "Edm.Duration":
			return "duration'" + v + "'"
		case "Edm.Binary":
			return "binary'" + v + "'"
		}
		return v
	}
	switch kind {
	case "Edm.String":
		return "'" + v + "'"
	case "Edm.Guid":
		return "guid'" + v + "'"
	case "Edm.DateTime":
		return "datetime'" + v + "'"
	case "Edm.DateTimeOffset":
		return "datetimeoffset'" + v + "'"
	case "Edm.Time":
		return "time'" + v + "'"
	case "Edm.Binary":
		return "binary'" + v + "'"
	case "Edm.Int64":
		return v + "L"
	case "Edm.Decimal":
		return v + "M"
	}
	return v
}

func (m *edm) body(name string) connector.Parameter {
	p := parameter(connector.TypeBody, "body", name)
	p.Required, p.Description = true, "The "+name
	return p
}

// listParameters are what every list takes.
func (m *edm) listParameters() []connector.Parameter {
	converter := "toODataFilter"
	if m.version < 4 {
		converter = "toODataV3Filter"
	}
	size := mapped(connector.TypeQuery, "pageSize", connector.TypeQuery, "$top", kindInteger)
	size.Description = "Rows of a page"
	page := mapped(connector.TypeQuery, "page", connector.TypeQuery, "$skip", kindInteger)
	page.Description = "Page, from 1"
	order := mapped(connector.TypeQuery, "orderBy", connector.TypeQuery, "$orderby", kindString)
	order.Description = "Property to order by, with asc or desc"
	return append([]connector.Parameter{where(converter, "Filter expression, such as Name='x'"), order, page, size}, m.selection()...)
}

// selection are the parameters that shape entities.
func (m *edm) selection() []connector.Parameter {
	fields := mapped(connector.TypeQuery, "fields", connector.TypeQuery, "$select", kindString)
	fields.Description = "Properties to answer with, separated by commas"
	expand := mapped(connector.TypeQuery, "expand", connector.TypeQuery, "$expand", kindString)
	expand.Description = "Navigation properties to answer with, separated by commas"
	return []connector.Parameter{fields, expand}
}
