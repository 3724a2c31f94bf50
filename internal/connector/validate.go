package connector

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Validate reports everything that is wrong with a definition, errors and warnings mixed, in the
// order of the definition (reference/elements.md §§1, 3, 5, 6, 8; reference/hub-api.md §3).
func (d *Definition) Validate() []Problem {
	c := &checker{d: d}
	c.top()
	c.configuration()
	c.definitionParameters()
	c.resources()
	for i := range d.Hooks {
		c.hook(fmt.Sprintf("hooks[%d]", i), &d.Hooks[i])
	}
	for i := range d.Objects {
		if d.Objects[i].Name == "" {
			c.warn(fmt.Sprintf("objects[%d].name", i), "is missing")
		}
	}
	return c.problems
}

type checker struct {
	d        *Definition
	problems []Problem
	warnings int
	first    map[string]int // the first resource with a signature
}

// Bounds of what is reported, so that a large definition with one mistake everywhere has a readable answer.
const (
	maxErrors   = 1000
	maxWarnings = 1000
	maxReason   = 400  // bytes; a reason may quote a value of any length
	maxName     = 1000 // bytes of a connector's name, which stands in lists and names folders
)

func (c *checker) fail(path, format string, args ...any) { c.add(Error, path, format, args...) }
func (c *checker) warn(path, format string, args ...any) { c.add(Warning, path, format, args...) }

// add notes a problem. The last one of a severity says that no more are looked for.
func (c *checker) add(severity Severity, path, format string, args ...any) {
	found, most := len(c.problems)-c.warnings, maxErrors
	if severity == Warning {
		found, most = c.warnings, maxWarnings
		c.warnings++
	}
	switch {
	case found > most && severity == Warning:
		c.warnings--
	case found > most:
	case found == most:
		c.problems = append(c.problems, Problem{severity, "", fmt.Sprintf("there are more problems than the limit of %d to list", most)})
	default:
		reason := fmt.Sprintf(format, args...)
		if len(reason) > maxReason {
			reason = strings.ToValidUTF8(reason[:maxReason], "") + "…"
		}
		c.problems = append(c.problems, Problem{severity, path, reason})
	}
}

// oneOf fails when a value is not among the legal ones.
func (c *checker) oneOf(path, value string, legal []string) {
	switch {
	case slices.Contains(legal, value):
	case value == "":
		c.fail(path, "is missing; use one of %s", strings.Join(legal, ", "))
	default:
		c.fail(path, "%q is not known; use one of %s", value, strings.Join(legal, ", "))
	}
}

func authenticationTypes() []string {
	return []string{
		"basic", "apiKey", "custom", "oauth2", "oauth1", "oauth1Plaintext", "oauth2Password", "awsv2", "awsv4",
		"customApiKey", "oauth2ClientCredentials", "jwtOauth", "personalAccessToken", "none",
	}
}

func (c *checker) top() {
	d := c.d
	switch {
	case d.Name == "":
		c.fail("name", "is missing: a connector needs a name")
	case len(d.Name) > maxName:
		c.fail("name", "has %d bytes; the limit is %d", len(d.Name), maxName)
	}
	if d.Description == "" {
		c.warn("description", "is missing: the catalogue shows it")
	}
	switch {
	case strings.ContainsFunc(d.Key, breaksURL):
		c.fail("key", "%q stands in URLs: no white space and none of / ? # %%", d.Key)
	case strings.ContainsFunc(d.Key, func(r rune) bool { return !keyRune(r) }):
		c.warn("key", "%q has more than a-z, 0-9, dot, hyphen and underscore", d.Key)
	}
	if d.Key == "" && KeyFromName(d.Name) == "" && d.Name != "" {
		c.fail("key", "is missing, and the name %q has no letter or digit to make one from", d.Name)
	}
	if strings.ContainsFunc(d.Hub, func(r rune) bool { return !keyRune(r) }) {
		c.fail("hub", "%q may hold only a-z, 0-9, dot, hyphen and underscore", d.Hub)
	}
	if t := d.Authentication.Type; t != "" && !slices.Contains(authenticationTypes(), t) {
		c.warn("authentication.type", "%q is not known: calls are not signed", t)
	}
	if p := d.ProtocolType; p != "" && !slices.Contains([]string{"http", "jdbc", "soap", "odata", "sapbapi", "sftp"}, p) {
		c.warn("protocolType", "%q is not known", p)
	}
	c.object("elementMetadata", d.ElementMetadata)
	c.object("objectMetadata", d.ObjectMetadata)
}

// keyRune reports whether a key or a hub, which stand in URLs, may hold r.
func keyRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.'
}

// breaksURL reports whether r cannot stand in a path segment of a URL as it is.
func breaksURL(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("/?#%\\", r)
}

// object fails when raw JSON is there and not an object.
func (c *checker) object(path string, raw json.RawMessage) {
	if len(raw) > 0 && raw[0] != '{' {
		c.fail(path, "must be an object, found %s", (&scanner{data: raw}).kind())
	}
}

// schema fails when raw JSON is not an object of definitions, or when one of them refers to another document. Nothing
// here would fetch that document; whoever is given the definition might.
func (c *checker) schema(path string, raw json.RawMessage) {
	c.object(path, raw)
	if !bytes.Contains(raw, []byte(`$ref"`)) || !json.Valid(raw) {
		return
	}
	s := &scanner{data: raw}
	s.space()
	for _, m := range s.foreignReferences(0).in(path) {
		c.fail(m.path, "%s", m.reason)
	}
}

func (c *checker) configuration() {
	seen := map[string]int{}
	for i := range c.d.Configuration {
		e, path := &c.d.Configuration[i], fmt.Sprintf("configuration[%d]", i)
		if e.Key == "" {
			c.fail(path+".key", "is missing")
			continue
		}
		if first, twice := seen[e.Key]; twice {
			c.fail(path+".key", "%q stands twice, first in configuration[%d]", e.Key, first)
			continue
		}
		seen[e.Key] = i
		if e.Type == "" {
			c.warn(path+".type", "of %s is missing: it is taken for text", e.Key)
		} else {
			c.oneOf(path+".type", e.Type, ConfigurationTypes())
		}
		if e.Name == "" {
			c.warn(path+".name", "of %s is missing: the form has no label for it", e.Key)
		}
		if e.Type == "COMBO" && len(e.Options) == 0 {
			c.warn(path+".options", "of %s are missing: a COMBO needs options to choose from", e.Key)
		}
		if e.Type == "BOOLEAN" && e.DefaultValue != "" && e.DefaultValue != "true" && e.DefaultValue != "false" {
			c.warn(path+".defaultValue", "of %s is %q: a BOOLEAN is \"true\" or \"false\"", e.Key, e.DefaultValue)
		}
		c.configurationJSON(path, e)
	}
}

// configurationJSON looks into defaults that hold JSON in a string (reference/elements.md §§4.2, 4.4, 13).
func (c *checker) configurationJSON(path string, e *ConfigurationEntry) {
	value := strings.TrimSpace(e.DefaultValue)
	switch e.Key {
	case "event.poller.configuration", "event.metadata":
		if value != "" && !json.Valid([]byte(value)) {
			c.warn(path+".defaultValue", "of %s is not valid JSON", e.Key)
		}
	case "pagination.max":
		if strings.HasPrefix(value, "{") && !json.Valid([]byte(value)) {
			c.warn(path+".defaultValue", "of pagination.max is neither a number nor valid JSON")
		}
	}
}

func (c *checker) hook(path string, h *Hook) {
	c.oneOf(path+".type", h.Type, []string{HookPreRequest, HookPostRequest, HookEvent})
	if strings.TrimSpace(h.Body) == "" {
		c.warn(path+".body", "is empty: the hook does nothing")
	}
}
