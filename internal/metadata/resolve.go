package metadata

import (
	"strings"

	"jackfield/internal/connector"
)

// Resolve finds the object that a caller means and returns its name as the connector spells it. The
// look-up is tolerant: contact, Contact and contacts are one, and so are credit-memos and creditMemos
// (reference/hub-api.md §5.2). The hub's names come first, then the provider's own, then objects
// and models without a path, such as a nested address.
func Resolve(d *connector.Definition, name string) (canonical string, ok bool) {
	if e := find(d, name); e != nil {
		return e.name, true
	}
	return "", false
}

func find(d *connector.Definition, name string) *endpoint {
	key := fold(name)
	if key == "" {
		return nil
	}
	all := endpointsOf(d)
	for _, e := range all {
		if e.name == name {
			return e
		}
	}
	for _, e := range all {
		if fold(e.name) == key {
			return e
		}
	}
	for _, e := range all {
		if fold(vendorName(d, e)) == key {
			return e
		}
	}
	if o := objectNamed(d, name); o != nil {
		return pathless(d, o.Name)
	}
	if m := modelNamed(d, name); m != nil {
		return pathless(d, m.Name)
	}
	for stated := range statedObjects(d) {
		if fold(stated) == key {
			return pathless(d, stated)
		}
	}
	return nil
}

// pathless is an object without a path /name. Old exports name the objects of deeper paths by their
// fixed segments: companies_followers is /companies/{id}/followers.
func pathless(d *connector.Definition, name string) *endpoint {
	e := &endpoint{name: name, described: true}
	for i := range d.Resources {
		r := &d.Resources[i]
		if r.Callable() && joinedName(connector.RelativePath(r.Path)) == name {
			e.resources = append(e.resources, r)
		}
	}
	return e
}

func joinedName(path string) string {
	var fixed []string
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if !strings.HasPrefix(segment, "{") {
			fixed = append(fixed, segment)
		}
	}
	return strings.Join(fixed, "_")
}

// fold makes spellings of one name equal: case, separators and the plural do not count.
func fold(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch r {
		case '-', '_', ' ', '.':
		default:
			b.WriteRune(r)
		}
	}
	return singular(b.String())
}

// singular takes the plural off an English word: companies, addresses, contacts.
func singular(word string) string {
	switch {
	case len(word) > 4 && strings.HasSuffix(word, "ies"):
		return word[:len(word)-3] + "y"
	case len(word) > 4 && (strings.HasSuffix(word, "sses") || strings.HasSuffix(word, "xes") || strings.HasSuffix(word, "ches") || strings.HasSuffix(word, "shes")):
		return word[:len(word)-2]
	case len(word) > 2 && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss"):
		return word[:len(word)-1]
	}
	return word
}
