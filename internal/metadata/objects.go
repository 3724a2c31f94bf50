package metadata

import (
	"strings"

	"jackfield/internal/connector"
)

// Object is one name that field metadata, documentation and data calls take, as the detailed list
// shows it (reference/hub-api.md §5.1).
type Object struct {
	Name       string `json:"name"`
	VendorName string `json:"vendorName"`
	Type       string `json:"type"`
}

// Values of Object.Type. Virtual resources ("vdr") belong to an instance and are not found here.
const (
	TypeCanonical = "ceCanonical" // a resource of the hub
	TypeVendor    = "vendor"      // the same thing under the provider's own name
)

// Methods of resources. This room knows no HTTP, so they are spelled here.
const (
	get   = "GET"
	post  = "POST"
	put   = "PUT"
	patch = "PATCH"
	del   = "DELETE"
)

// Objects lists the names that have a path of their own and a description of what is found there, in
// declared order: an object that only occurs inside another is not listed (reference/hub-api.md §5.1).
func Objects(d *connector.Definition) []string {
	names := []string{}
	for _, e := range endpointsOf(d) {
		if e.described {
			names = append(names, e.name)
		}
	}
	return names
}

// DetailedObjects lists the objects twice: by the hub's name, and by the provider's own, which may be
// the same word (docs/decisions/0321-what-a-connector-says-of-itself.md).
func DetailedObjects(d *connector.Definition) []Object {
	list, seen := []Object{}, map[string]bool{}
	var own []Object
	for _, e := range endpointsOf(d) {
		if !e.described {
			continue
		}
		list = append(list, Object{Name: e.name, VendorName: e.name, Type: TypeCanonical})
		if v := vendorName(d, e); v != "" && !seen[v] {
			seen[v] = true
			own = append(own, Object{Name: v, VendorName: v, Type: TypeVendor})
		}
	}
	return append(list, own...)
}

// endpoint is one object and the resources of it: the collection /name and the record /name/{id}.
type endpoint struct {
	name      string
	resources []*connector.Resource // in declared order
	described bool                  // a model or an object says what is found there
}

// endpointsOf groups the callable resources by object, in the order of their first resource. A deeper
// path such as /accounts/{id}/notes or /import/google makes no object of its own.
func endpointsOf(d *connector.Definition) []*endpoint {
	var list []*endpoint
	byName := map[string]*endpoint{}
	besides := describedBesides(d)
	for i := range d.Resources {
		r := &d.Resources[i]
		name := objectOf(connector.RelativePath(r.Path))
		if name == "" || platformName(name) || !r.Callable() {
			continue
		}
		e := byName[name]
		if e == nil {
			e = &endpoint{name: name, described: besides[fold(name)]}
			byName[name] = e
			list = append(list, e)
		}
		e.resources = append(e.resources, r)
		e.described = e.described || r.Model != nil || r.Object != nil
	}
	return list
}

// objectOf is the object of a path of the form /name or /name/{id}, "" for every other path.
func objectOf(path string) string {
	name, rest, _ := strings.Cut(strings.Trim(path, "/"), "/")
	if strings.HasPrefix(name, "{") || strings.Contains(rest, "/") {
		return ""
	}
	if rest != "" && !strings.HasPrefix(rest, "{") {
		return ""
	}
	return name
}

// platformName reports whether a first segment is one that the platform serves on every connector
// (reference/hub-api.md §2.3): declaring it makes no object.
func platformName(name string) bool {
	return name == "objects" || name == "ping" || name == "bulk"
}

// describedBesides lists the folded names that the definition describes outside of its resources.
func describedBesides(d *connector.Definition) map[string]bool {
	names := map[string]bool{}
	for i := range d.Objects {
		names[fold(d.Objects[i].Name)] = true
	}
	for i := range d.Models {
		names[fold(d.Models[i].Name)] = true
	}
	for name := range statedObjects(d) {
		names[fold(name)] = true
	}
	return names
}

func objectNamed(d *connector.Definition, name string) *connector.Object {
	key := fold(name)
	for i := range d.Objects {
		if fold(d.Objects[i].Name) == key {
			return &d.Objects[i]
		}
	}
	return nil
}

func modelNamed(d *connector.Definition, name string) *connector.Model {
	key := fold(name)
	for i := range d.Models {
		if fold(d.Models[i].Name) == key {
			return &d.Models[i]
		}
	}
	return nil
}

// vendorName is the provider's own name of an object: the one that the definition states, else the
// last fixed segment of the provider's path. It is "" where neither tells, as with SQL and SOAP.
func vendorName(d *connector.Definition, e *endpoint) string {
	if o := objectNamed(d, e.name); o != nil && o.VendorName != "" {
		return o.VendorName
	}
	for _, r := range e.resources {
		if r.Object != nil && r.Object.VendorName != "" {
			return r.Object.VendorName
		}
	}
	if m := modelNamed(d, e.name); m != nil && m.VendorName != "" {
		return m.VendorName
	}
	for _, r := range e.resources {
		if r.Model != nil {
			if v := definitionsOf(r.Model.Swagger).vendorObjectName(r.Model.Name); v != "" {
				return v
			}
		}
	}
	if d.ProtocolType == "soap" || d.ProtocolType == "jdbc" {
		return ""
	}
	for _, r := range e.resources {
		if v := lastName(r.VendorPath); v != "" {
			return v
		}
	}
	return ""
}

// lastName is the last segment of a provider's path that is a name: /v2/Contacts.json?all=1 is
// Contacts, /Products('{id}') is Products.
func lastName(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if _, rest, absolute := strings.Cut(path, "://"); absolute {
		_, path, _ = strings.Cut(rest, "/")
	}
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for i := len(segments) - 1; i >= 0; i-- {
		name, _, _ := strings.Cut(segments[i], "(")
		name = strings.TrimSuffix(strings.TrimSuffix(name, ".json"), ".xml")
		if name != "" && !strings.ContainsAny(name, "{}$ =") {
			return name
		}
	}
	return ""
}
