package catalog

import (
	"net/url"
	"strings"
)

// node is one level of the route trie of a connector. Literal segments beat variables, earlier segments
// first (reference/hub-api.md §2 rule 3).
type node struct {
	literals map[string]*node
	variable *node
	methods  map[string]*Resource
}

// add registers a resource. The first of two with the same method and path wins: definitions are validated,
// and an account's own resources are added before the catalogue's.
func (n *node) add(r *Resource) {
	for _, segment := range segments(r.RelativePath) {
		if strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") {
			if n.variable == nil {
				n.variable = &node{}
			}
			n = n.variable
			continue
		}
		if n.literals == nil {
			n.literals = map[string]*node{}
		}
		next := n.literals[segment]
		if next == nil {
			next = &node{}
			n.literals[segment] = next
		}
		n = next
	}
	if n.methods == nil {
		n.methods = map[string]*Resource{}
	}
	if _, taken := n.methods[r.Method]; !taken {
		n.methods[r.Method] = r
	}
}

// match walks the trie and returns the best node that has the method, filling values with the segments that
// stand for variables. A path whose method is not there is remembered in elsewhere.
func (n *node) match(method, path string, values []string, elsewhere *bool) (*Resource, []string) {
	if path == "" {
		if r := n.methods[method]; r != nil {
			return r, values
		}
		if len(n.methods) > 0 {
			*elsewhere = true
		}
		return nil, nil
	}
	segment, rest, _ := strings.Cut(path, "/")
	value, err := url.PathUnescape(segment)
	if err != nil {
		return nil, nil
	}
	if next := n.literals[value]; next != nil {
		if r, found := next.match(method, rest, values, elsewhere); r != nil {
			return r, found
		}
	}
	if n.variable != nil && value != "" {
		return n.variable.match(method, rest, append(values, value), elsewhere)
	}
	return nil, nil
}

func segments(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// Match finds the resource for a call. The path is the escaped one without /hubs/{hub}; values are the
// decoded path variables in the order of Resource.Variables. Known is true when the path exists with another
// method. It never scans the list of resources.
func (p *Program) Match(method, path string) (r *Resource, values []string, known bool) {
	var buffer [8]string
	r, values = p.routes.match(method, strings.Trim(path, "/"), buffer[:0], &known)
	return r, values, known
}
