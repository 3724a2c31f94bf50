package metadata

import (
	"maps"
	"slices"
	"strings"

	"jackfield/internal/connector"
)

// fieldsOfResources is procedure (b) of reference/hub-api.md §5.2 and elements.md §11.2: the models of
// the object's resources, last declared first, what a resource answers before what it only takes.
func fieldsOfResources(e *endpoint) ([]*field, error) {
	budget := maxRead
	shared, err := sharedAnswer(e, &budget)
	if err != nil {
		return nil, err
	}
	c := &collection{byPath: map[string]*field{}}
	for _, r := range slices.Backward(e.resources) {
		if r.Method == del {
			continue
		}
		response, err := answer(r, &budget)
		if err != nil {
			return nil, err
		}
		if len(response) == 0 {
			response = shared
		}
		request, described, err := taken(r, response, &budget)
		if err != nil {
			return nil, err
		}
		c.merge(r.Method, response, request, described)
		if len(c.fields) > maxFields {
			return nil, tooManyFields(e.name)
		}
	}
	return c.fields, nil
}

// collection is the list under construction.
type collection struct {
	fields []*field
	byPath map[string]*field
}

func (c *collection) merge(name string, response, request map[string]leaf, described bool) {
	for _, path := range slices.Sorted(maps.Keys(response)) {
		m := c.field(path, response[path]).methodOf(name)
		m.Response = true
		if _, taken := request[path]; described && !taken {
			m.setRequest(false)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(request)) {
		f := c.field(path, request[path])
		f.methodOf(name).setRequest(true)
		yes := true
		switch name {
		case post:
			f.Createable = &yes
		case patch, put:
			f.Updateable = &yes
		}
	}
}

// field finds the field of a path or appends it.
func (c *collection) field(path string, l leaf) *field {
	if f := c.byPath[path]; f != nil {
		return f
	}
	no := false
	f := &field{
		Type: l.kind, Path: path, VendorPath: path, VendorNativeType: l.kind,
		Createable: &no, Updateable: &no, Filterable: l.searchable, Method: []*method{},
	}
	if l.custom {
		f.Custom = &l.custom
	}
	if len(l.picklist) > 0 {
		f.VendorNativeType, f.PicklistValues = "picklist", l.picklist
	}
	c.byPath[path] = f
	c.fields = append(c.fields, f)
	return f
}

// answer are the fields of what a resource answers by its own model.
func answer(r *connector.Resource, budget *int) (map[string]leaf, error) {
	if r.Model == nil {
		return nil, nil
	}
	return definitionsOf(r.Model.Swagger).leaves(r.Model.Name, budget)
}

// sharedAnswer stands for the answer of every resource that does not describe its own: that of the
// read by id, or of the list where no read by id describes one.
func sharedAnswer(e *endpoint, budget *int) (map[string]leaf, error) {
	var list map[string]leaf
	for _, r := range e.resources {
		if r.Method != get {
			continue
		}
		found, err := answer(r, budget)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			continue
		}
		if strings.HasSuffix(r.Path, "}") {
			return found, nil
		}
		if list == nil {
			list = found
		}
	}
	return list, nil
}

// taken are the fields of what a resource takes, and whether that is known. A body that is declared
// but not described is taken to be the record as it is answered, less what is read-only
// (docs/decisions/0322-fields-of-objects.md). A read takes none.
func taken(r *connector.Resource, response map[string]leaf, budget *int) (fields map[string]leaf, described bool, err error) {
	if r.Method == get {
		return nil, false, nil
	}
	if r.Model != nil && r.Model.RequestName != "" {
		found, err := definitionsOf(r.Model.RequestSwagger).leaves(r.Model.RequestName, budget)
		if err != nil || found != nil {
			return found, found != nil, err
		}
	}
	if !takesBody(r) || len(response) == 0 {
		return nil, false, nil
	}
	fields = maps.Clone(response)
	maps.DeleteFunc(fields, func(_ string, l leaf) bool { return l.readOnly })
	return fields, true, nil
}

func takesBody(r *connector.Resource) bool {
	return slices.ContainsFunc(r.Parameters, func(p connector.Parameter) bool {
		return p.Type == connector.TypeBody && !p.FromResponse()
	})
}
