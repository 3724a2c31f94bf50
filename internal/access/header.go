package access

import (
	"strings"

	"jackfield/internal/fault"
)

// MaxAuthorizationLength is the longest Authorization header that is looked at, in bytes. A full header
// of the original is about 200; the limit keeps hostile headers from costing time.
const MaxAuthorizationLength = 8 << 10

// Credentials are the parts of an Authorization header. Empty parts were not given.
type Credentials struct {
	User         string // user secret
	Organization string // organization secret
	Element      string // token of an instance
	Bearer       string // token of a login, instead of User and Organization
	LegacyUserID string // scheme "UserId" of old clients: read and kept, proves nothing; alone it is NotImplemented
}

// Empty reports whether nobody is named: the call is anonymous. An Element token alone names nobody.
func (c Credentials) Empty() bool { return c.User == "" && c.Organization == "" && c.Bearer == "" }

// ParseAuthorization reads the value of an Authorization header: credentials `User …`, `Organization …`,
// `Element …` in any order and letter case, separated by a comma that may be missing, or `Bearer …`.
// Values hold + / = and are taken as they are, never decoded (reference/http-conventions.md §2.1,
// reference/clients.md §2.1). An empty header gives empty Credentials. Errors are Unauthenticated and
// never repeat a value, because it may be a secret in the wrong place.
func ParseAuthorization(header string) (Credentials, error) {
	var c Credentials
	if len(header) > MaxAuthorizationLength {
		return c, unauthenticated("the Authorization header is longer than %d bytes", MaxAuthorizationLength)
	}
	rest := skip(header, separators)
	for rest != "" {
		var scheme, value string
		scheme, rest = cut(rest)
		part, known := c.part(scheme)
		if !known {
			if strings.EqualFold(scheme, "Basic") {
				return Credentials{}, unauthenticated("Basic is not accepted in the Authorization header: use %s", usual)
			}
			return Credentials{}, unauthenticated("the Authorization header has a part without a known scheme: use %s", usual)
		}
		value, rest = cut(skip(rest, blanks))
		if value == "" {
			return Credentials{}, unauthenticated("the Authorization header has no value after %q", schemeName(scheme))
		}
		if !printable(value) {
			return Credentials{}, unauthenticated("the value after %q in the Authorization header has characters that no secret has", schemeName(scheme))
		}
		if *part != "" && *part != value {
			return Credentials{}, unauthenticated("the Authorization header names %q twice", schemeName(scheme))
		}
		*part = value
		rest = skip(rest, separators)
	}
	if c.Bearer != "" && (c.User != "" || c.Organization != "") {
		return Credentials{}, unauthenticated("the Authorization header mixes Bearer with User or Organization: use one of them")
	}
	return c, nil
}

const (
	usual      = `"User <user secret>, Organization <organization secret>" and, for a connector, "Element <token>"`
	blanks     = " \t"
	separators = blanks + ","
)

// part finds the field that a scheme fills.
func (c *Credentials) part(scheme string) (*string, bool) {
	switch {
	case strings.EqualFold(scheme, "User"):
		return &c.User, true
	case strings.EqualFold(scheme, "Organization"):
		return &c.Organization, true
	case strings.EqualFold(scheme, "Element"):
		return &c.Element, true
	case strings.EqualFold(scheme, "Bearer"):
		return &c.Bearer, true
	case strings.EqualFold(scheme, "UserId"):
		return &c.LegacyUserID, true
	}
	return nil, false
}

// schemeName gives a scheme its usual spelling for messages.
func schemeName(scheme string) string {
	for _, name := range [...]string{"User", "Organization", "Element", "Bearer", "UserId"} {
		if strings.EqualFold(scheme, name) {
			return name
		}
	}
	return "?"
}

func skip(s, chars string) string { return strings.TrimLeft(s, chars) }

// cut takes the characters up to the next blank or comma.
func cut(s string) (word, rest string) {
	if i := strings.IndexAny(s, separators); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

func printable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func unauthenticated(format string, args ...any) *fault.Error {
	return fault.New(fault.Unauthenticated, format, args...)
}
