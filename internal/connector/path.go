package connector

import "strings"

// CanonicalPath is the stored form of a resource path: /hubs/{hub}/…. A bare path such as
// /statuses is prefixed; a path with any hub in it stays as it is (reference/elements.md §6).
func CanonicalPath(hub, path string) string {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	if strings.HasPrefix(path, hubsPrefix) {
		return path
	}
	if hub == "" {
		hub = DefaultHub
	}
	return hubsPrefix + hub + path
}

// DefaultHub is the hub of a definition that names none (reference/elements.md §1).
const DefaultHub = "general"

// RelativePath is the path without /hubs/{hub}, whatever the hub: the form that calls are matched
// on, since the hub segment does not count.
func RelativePath(path string) string {
	rest, ok := strings.CutPrefix(path, hubsPrefix)
	if !ok {
		return path
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return "/"
}

// PathVariables lists the names in braces of a path template, in order.
func PathVariables(path string) []string {
	var names []string
	for {
		_, after, open := strings.Cut(path, "{")
		name, rest, closed := strings.Cut(after, "}")
		if !open || !closed {
			return names
		}
		names = append(names, name)
		path = rest
	}
}

// KeyFromName derives a key: lower case, and of that only a-z and 0-9 (reference/elements.md §1).
func KeyFromName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}
