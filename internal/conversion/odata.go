package conversion

import (
	"encoding/xml"
	"strings"

	"jackfield/internal/connector"
)

// edm is the entity data model of one $metadata document. Versions 1 to 3 and version 4 differ in how
// they say who may be reached from where, and in how calls are written.
type edm struct {
	c          *conversion
	version    int // 2, 3 or 4
	types      map[string]*edmType
	functions  map[string][]*element // Function and Action of version 4, by qualified name
	calls      []boundCall           // the bound ones of them, in order
	callsOf    map[*edmType][]boundCall
	containers []*element
	ends       map[string]edmEnd // version 2 and 3: association and role to what is at its end
}

// edmType is an entity, complex, enumeration or named simple type.
type edmType struct {
	element   *element
	namespace string
	name      string // in the dictionary
	flat      string // in the dictionary: the entity without its navigation properties
	filled    bool
	keys      []edmKey
}

type edmKey struct {
	name string
	kind string // Edm.…
}

type edmEnd struct {
	kind string
	many bool
}

// maxBaseTypes is how long a chain of base types may be.
const maxBaseTypes = 30

// maxKeys is how many properties make the key of an entity.
const maxKeys = 20

// odata converts an OData $metadata document.
func (c *conversion) odata(data []byte) {
	root := c.xmlRoot(data, func(name xml.Name) bool {
		return name.Local == "Annotations" || name.Local == "Annotation" || name.Local == "ValueAnnotation" || name.Local == "TypeAnnotation"
	})
	if root == nil {
		return
	}
	m := &edm{c: c, types: map[string]*edmType{}, functions: map[string][]*element{}, ends: map[string]edmEnd{}}
	var schemas []*element
	for _, services := range root.all("DataServices") {
		schemas = append(schemas, services.all("Schema")...)
	}
	if len(schemas) == 0 {
		c.problem("edmx:Edmx/edmx:DataServices", "has no Schema: there is nothing to convert")
		return
	}
	m.version = edmVersion(root, schemas)
	for _, ref := range root.all("Reference") {
		c.note("edmx:Reference", "%s is another document and is not read: its types are unknown here", ref.attr("Uri"))
	}
	c.def.Name = edmName(schemas)
	if c.def.Name == "" {
		c.problem("Schema", "has no Namespace: the connector gets its name from it")
		return
	}
	c.def.ProtocolType = "odata"
	c.def.Description = "OData " + []string{2: "2", 3: "3", 4: "4"}[m.version] + " service " + schemas[0].attr("Namespace")
	c.def.Authentication.Type = "custom"
	c.baseURL("")
	c.note(keyBaseURL, "$metadata does not say where the service is: set base.url to the address of the service root")
	c.note("authentication", "$metadata does not say how callers sign in: choose the type of authentication")
	c.paging("offset", maxPage)
	m.headers()
	m.declare(schemas)
	for _, t := range m.ordered(schemas) {
		m.fill(t)
	}
	m.callsOf = map[*edmType][]boundCall{}
	for _, call := range m.calls {
		kind := call.element.all("Parameter")[0].attr("Type")
		if t := m.types[strings.TrimSuffix(strings.TrimPrefix(kind, "Collection("), ")")]; t != nil {
			m.callsOf[t] = append(m.callsOf[t], call)
		}
	}
	m.resources()
	if len(c.def.Resources) == 0 && len(c.problems) == 0 {
		c.problem("EntityContainer", "has no EntitySet, Singleton or FunctionImport: there is nothing to call")
	}
}

// edmVersion is 4 from the namespace of version 4 on, 3 where the services say so, else 2: version 1
// answers and is asked like version 2.
func edmVersion(root *element, schemas []*element) int {
	if strings.HasPrefix(root.attr("Version"), "4") || strings.HasPrefix(schemas[0].name.Space, "http://docs.oasis-open.org/odata/") {
		return 4
	}
	for _, services := range root.all("DataServices") {
		for _, attribute := range []string{"DataServiceVersion", "MaxDataServiceVersion"} {
			if strings.HasPrefix(services.foreign(attribute), "3") {
				return 3
			}
		}
	}
	return 2
}

// edmName is the last but one dotted segment of the first namespace (reference/elements.md §12.4), or
// all of it when there is one segment only.
func edmName(schemas []*element) string {
	segments := strings.Split(schemas[0].attr("Namespace"), ".")
	if len(segments) < 2 {
		return segments[0]
	}
	return segments[len(segments)-2]
}

func (m *edm) headers() {
	accept := jsonMedia
	if m.version == 3 {
		accept = "application/json;odata=verbose" // the form whose lists are in d.results
		m.c.def.Parameters = append(m.c.def.Parameters,
			constant("3.0", connector.TypeHeader, "MaxDataServiceVersion", "The newest version of OData that is understood"))
	}
	m.c.def.Parameters = append(m.c.def.Parameters,
		constant(accept, connector.TypeHeader, "Accept", "Form of the answers"),
		constant(accept, connector.TypeHeader, "Content-Type", "Form of the bodies"))
}

// declare names every type, so that they can refer to each other.
func (m *edm) declare(schemas []*element) {
	for _, s := range schemas {
		namespace, alias := s.attr("Namespace"), s.attr("Alias")
		names := func(local string) []string {
			if alias != "" {
				return []string{namespace + "." + local, alias + "." + local}
			}
			return []string{namespace + "." + local}
		}
		for _, e := range s.children {
			local := e.attr("Name")
			switch e.name.Local {
			case "EntityType", "ComplexType", "EnumType", "TypeDefinition":
				t := &edmType{element: e, namespace: namespace}
				t.name = m.c.types.free(local)
				m.c.types.types[t.name] = &shape{kind: kindObject}
				if e.name.Local == "EntityType" {
					t.flat = m.c.types.free(local + "Reference")
					m.c.types.types[t.flat] = &shape{kind: kindObject}
				}
				for _, name := range names(local) {
					m.types[name] = t
				}
			case "Function", "Action":
				if e.attr("IsBound") == "true" && len(e.all("Parameter")) > 0 {
					m.calls = append(m.calls, boundCall{namespace + "." + local, e})
				}
				for _, name := range names(local) {
					m.functions[name] = append(m.functions[name], e)
				}
			case "Association":
				for _, end := range e.all("End") {
					for _, name := range names(local) {
						m.ends[name+" "+end.attr("Role")] = edmEnd{end.attr("Type"), end.attr("Multiplicity") == "*"}
					}
				}
			case "EntityContainer":
				m.containers = append(m.containers, e)
			}
		}
	}
}

// ordered lists the declared types in the order of the document.
func (m *edm) ordered(schemas []*element) []*edmType {
	var types []*edmType
	for _, s := range schemas {
		for _, e := range s.children {
			if t := m.types[s.attr("Namespace")+"."+e.attr("Name")]; t != nil && t.element == e {
				types = append(types, t)
			}
		}
	}
	return types
}

// fill gives a type its shape.
func (m *edm) fill(t *edmType) {
	if t.filled {
		return
	}
	t.filled = true
	s := m.c.types.types[t.name]
	switch t.element.name.Local {
	case "EnumType":
		s.kind = kindString
		for _, member := range t.element.all("Member") {
			s.enum = append(s.enum, encode(member.attr("Name")))
		}
		return
	case "TypeDefinition":
		*s = *m.scalar(t.element.attr("UnderlyingType"))
		return
	}
	s.description = describeElement(t.element)
	chain := m.chain(t)
	for i := len(chain) - 1; i >= 0; i-- {
		if keys := keysOf(chain[i].element); len(keys) > 0 {
			t.keys = keys
		}
		for _, p := range chain[i].element.all("Property") {
			f := m.field(p)
			if t.isKey(f.name) {
				f.key = true
			}
			s.add(f)
		}
	}
	if t.flat == "" {
		return
	}
	flat := m.c.types.types[t.flat]
	flat.description, flat.fields = s.description, append([]field(nil), s.fields...)
	for i := len(chain) - 1; i >= 0; i-- {
		for _, n := range chain[i].element.all("NavigationProperty") {
			if target, many, ok := m.target(n); ok {
				s.add(field{name: n.attr("Name"), shape: listOf(&shape{name: target.flat}, many)})
			}
		}
	}
}

func (t *edmType) isKey(name string) bool {
	for _, k := range t.keys {
		if k.name == name {
			return true
		}
	}
	return false
}

func listOf(s *shape, many bool) *shape {
	if many {
		return &shape{kind: kindArray, items: s}
	}
	return s
}

// chain is a type and its base types, the type itself first.
func (m *edm) chain(t *edmType) []*edmType {
	chain := []*edmType{t}
	for len(chain) < maxBaseTypes {
		base := t.element.attr("BaseType")
		if base == "" {
			return chain
		}
		next := m.types[base]
		if next == nil {
			m.c.note(t.namespace+"."+t.element.attr("Name"), "its base type %s is not in the document: its properties are missing", base)
			return chain
		}
		for _, seen := range chain {
			if seen == next {
				m.c.note(t.namespace+"."+t.element.attr("Name"), "is its own base type: the chain ends there")
				return chain
			}
		}
		chain, t = append(chain, next), next
	}
	return chain
}

// keysOf are the key properties that a type itself declares.
func keysOf(e *element) []edmKey {
	var keys []edmKey
	if key := e.first("Key"); key != nil {
		for _, ref := range key.all("PropertyRef") {
			if len(keys) == maxKeys {
				break
			}
			k := edmKey{name: ref.attr("Name")}
			for _, p := range e.all("Property") {
				if p.attr("Name") == k.name {
					k.kind = p.attr("Type")
				}
			}
			keys = append(keys, k)
		}
	}
	return keys
}

func (m *edm) field(p *element) field {
	f := field{name: p.attr("Name"), required: p.attr("Nullable") == "false", shape: m.shapeOf(p.attr("Type"))}
	if text := describeElement(p); text != "" && f.shape.name == "" {
		f.shape.description = text
	}
	return f
}

// shapeOf is the shape of a type expression: Edm.String, Collection(NS.T), NS.T.
func (m *edm) shapeOf(expression string) *shape {
	if inner, ok := strings.CutPrefix(expression, "Collection("); ok {
		return &shape{kind: kindArray, items: m.shapeOf(strings.TrimSuffix(inner, ")"))}
	}
	if t := m.types[expression]; t != nil {
		return &shape{name: t.name}
	}
	return m.scalar(expression)
}

func (m *edm) scalar(name string) *shape {
	kinds := map[string]shape{
		"Edm.String": {kind: kindString}, "Edm.Guid": {kind: kindString, format: "uuid"},
		"Edm.Boolean": {kind: kindBoolean},
		"Edm.Byte":    {kind: kindInteger, format: "int32"}, "Edm.SByte": {kind: kindInteger, format: "int32"},
		"Edm.Int16": {kind: kindInteger, format: "int32"}, "Edm.Int32": {kind: kindInteger, format: "int32"},
		"Edm.Int64": {kind: kindInteger, format: "int64"}, "Edm.Single": {kind: kindNumber, format: "float"},
		"Edm.Double": {kind: kindNumber, format: "double"}, "Edm.Decimal": {kind: kindNumber, format: "double"},
		"Edm.Date": {kind: kindString, format: "date"}, "Edm.DateTime": {kind: kindString, format: "date-time"},
		"Edm.DateTimeOffset": {kind: kindString, format: "date-time"}, "Edm.Time": {kind: kindString},
		"Edm.TimeOfDay": {kind: kindString}, "Edm.Duration": {kind: kindString},
		"Edm.Binary": {kind: kindString, format: "byte"}, "Edm.Stream": {kind: kindString, format: "binary"},
	}
	s, ok := kinds[name]
	if !ok {
		s = shape{kind: kindUnknown}
		if strings.HasPrefix(name, "Edm.Geo") {
			s.kind = kindObject
		}
	}
	return &s
}

// target is the entity type at the other end of a navigation property.
func (m *edm) target(n *element) (t *edmType, many, ok bool) {
	kind := n.attr("Type")
	if kind == "" { // version 2 and 3: through an association
		end := m.ends[n.attr("Relationship")+" "+n.attr("ToRole")]
		kind, many = end.kind, end.many
	}
	if inner, list := strings.CutPrefix(kind, "Collection("); list {
		kind, many = strings.TrimSuffix(inner, ")"), true
	}
	t = m.types[kind]
	return t, many, t != nil && t.flat != ""
}

// describeElement is the documentation of an element, in either place where versions put it.
func describeElement(e *element) string {
	if text := e.foreign("label"); text != "" {
		return text
	}
	d := e.first("Documentation")
	if d == nil {
		return ""
	}
	for _, name := range []string{"Summary", "LongDescription"} {
		if part := d.first(name); part != nil && part.text != "" {
			return part.text
		}
	}
	return ""
}
