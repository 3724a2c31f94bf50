package credential

import (
	"net/url"
	"strings"

	"jackfield/internal/fault"
)

// address reads the URL of a configuration key and fills its {placeholders} from the configuration. A
// placeholder in a path or query is percent-encoded; one in the host may only bring characters of a host
// name; one at the very beginning brings a whole address. The errors are faults of kind Invalid that name
// the key to mend.
func address(c Configuration, key string) (*url.URL, error) {
	template := strings.TrimSpace(c[key]) // definitions of the original end in blanks here and there
	if template == "" {
		return nil, fault.New(fault.Invalid, "%s is needed: set it in the configuration", key)
	}
	text, err := fill(c, key, template)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "" {
		return nil, fault.New(fault.Invalid, "%s is no address that begins with http:// or https:// and a host", key)
	}
	if u.User != nil {
		return nil, fault.New(fault.Invalid, "%s must not carry a user name or password", key)
	}
	u.Fragment, u.RawFragment = "", "" // RFC 6749 §3.1: endpoints have none
	return u, nil
}

// Places of a placeholder within a URL.
type place int

const (
	atStart place = iota // brings scheme and host
	inHost
	inPath
	inQuery
)

// fill puts configuration values in the place of {name}.
func fill(c Configuration, key, template string) (string, error) {
	var out strings.Builder
	for rest := template; ; {
		before, after, open := strings.Cut(rest, "{")
		out.WriteString(before)
		if !open {
			return out.String(), nil
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return "", fault.New(fault.Invalid, "%s has a { without its }", key)
		}
		value := strings.TrimSpace(c[name])
		if value == "" {
			return "", fault.New(fault.Invalid, "%s needs a value for {%s}: set %s in the configuration", key, name, name)
		}
		piece, err := fillPiece(placeOf(out.String()), key, name, value)
		if err != nil {
			return "", err
		}
		out.WriteString(piece)
		rest = tail
	}
}

// placeOf tells where in a URL the text that was written so far ends.
func placeOf(before string) place {
	if strings.ContainsAny(before, "?#") {
		return inQuery
	}
	_, rest, ok := strings.Cut(before, "://")
	switch {
	case before == "":
		return atStart
	case !ok || !strings.Contains(rest, "/"):
		return inHost
	}
	return inPath
}

func fillPiece(where place, key, name, value string) (string, error) {
	switch where {
	case atStart:
		whole := value
		if !strings.Contains(whole, "://") { // a customer's "acme.example.com"
			whole = "https://" + whole
		}
		u, err := url.Parse(whole)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || !isHost(u.Host) || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return "", fault.New(fault.Invalid, "%s begins with {%s}: %s must be an address such as https://acme.example.com", key, name, name)
		}
		return strings.TrimRight(whole, "/"), nil
	case inHost:
		if !isHost(value) {
			return "", fault.New(fault.Invalid, "%s has {%s} in its host: %s may have letters, digits, hyphens and dots only, without https:// and path", key, name, name)
		}
		return value, nil
	case inQuery:
		return escapeQuery(value), nil
	}
	if value == "." || value == ".." {
		return "", fault.New(fault.Invalid, "%s has {%s} in its path: %q is not allowed there", key, name, value)
	}
	return url.PathEscape(value), nil
}

// isHost reports whether a text has characters of a host name only, with a port at most.
func isHost(text string) bool {
	host, port, hasPort := strings.Cut(text, ":")
	if hasPort && (port == "" || strings.Trim(port, "0123456789") != "") {
		return false
	}
	return host != "" && strings.IndexFunc(host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.'
	}) < 0
}

// escapeQuery writes blanks as %20, which every reader understands in a query; "+" some read as itself.
func escapeQuery(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// field is one name and value of a query or form, in the order in which they are sent.
type field struct{ name, value string }

type form []field

func (f *form) add(name, value string) { *f = append(*f, field{name, value}) }

// addIf leaves a field without value out.
func (f *form) addIf(name, value string) {
	if value != "" {
		f.add(name, value)
	}
}

func (f form) has(name string) bool {
	for _, one := range f {
		if one.name == name {
			return true
		}
	}
	return false
}

func (f form) encode() string {
	var out strings.Builder
	for i, one := range f {
		if i > 0 {
			out.WriteByte('&')
		}
		out.WriteString(escapeQuery(one.name) + "=" + escapeQuery(one.value))
	}
	return out.String()
}
