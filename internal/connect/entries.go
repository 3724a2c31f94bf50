package connect

import (
	"sort"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
)

// Configuration keys with a meaning of their own here (reference/elements.md §4.3).
const (
	keyCallback = "oauth.callback.url"
	keyType     = "authentication.type"
)

// Entry is a field of the form that a customer fills in.
type Entry struct {
	Key         string   `json:"key"`
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Type        string   `json:"type,omitempty"`
	Required    bool     `json:"required,omitempty"`
	Secret      bool     `json:"secret,omitempty"`
	Default     string   `json:"defaultValue,omitempty"`
	Options     []Option `json:"options,omitempty"`
}

// Option is one choice of an entry.
type Option struct {
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
}

// asked are the entries that a customer is asked for: what the connector shows and the link's maker did not preset. Not asked are
// settings of the platform, what OAuth obtains by itself, secrets with a default, and addresses with a default: with another
// address, what the maker or the connector keeps secret would be sent to a host of the customer's choice.
func (w *way) asked() []Entry {
	values := w.values(nil)
	var found []connector.ConfigurationEntry
	seen := map[string]bool{}
	for _, e := range w.connector.Configuration {
		if e.Key == "" || seen[e.Key] || !w.asks(&e, values[e.Key]) {
			continue
		}
		seen[e.Key] = true
		found = append(found, e)
	}
	sort.SliceStable(found, func(i, j int) bool { return order(found[i]) < order(found[j]) })
	entries := make([]Entry, len(found))
	for i, e := range found {
		entries[i] = Entry{
			Key: e.Key, Name: e.Name, Description: e.Description, Type: e.Type, Required: e.Required || e.Key == keyType,
			Secret: hides(&e), Default: e.DefaultValue,
		}
		if entries[i].Name == "" {
			entries[i].Name = e.Key
		}
		if w.target != nil && !hides(&e) {
			entries[i].Default = w.target.Effective[e.Key]
		}
		for _, o := range e.Options {
			entries[i].Options = append(entries[i].Options, Option{Value: o.Value, Description: o.Description})
		}
	}
	return entries
}

// order puts the choice of a type first, then what is required, each in the connector's order; an entry without one comes last.
func order(e connector.ConfigurationEntry) int {
	const last = 1 << 20
	n := e.DisplayOrder
	if n <= 0 || n > last {
		n = last
	}
	switch {
	case e.Key == keyType:
		return 0
	case e.Required:
		return n
	}
	return n + 2*last
}

func (w *way) asks(e *connector.ConfigurationEntry, value string) bool {
	_, preset := w.link.Preset[e.Key]
	switch {
	case preset, e.HideFromConsole, e.Internal, e.Key == keyCallback, steers(e.Key):
		return false
	case w.target != nil && (!e.Required || w.visits(nil)): // only what the provider must be told anew
		return e.Required && strings.TrimSpace(value) == ""
	case w.target != nil:
		return true
	case value != "" && (hides(e) || names(e.Key)):
		return false
	}
	return true
}

// hides reports whether the page shows dots for a value.
func hides(e *connector.ConfigurationEntry) bool {
	return e.Encrypt || credential.IsSecret(e.Type, e.Key) || credential.IsSensitive(e.Type, e.Key)
}

// steers reports whether a key steers the platform, or is something that OAuth obtains.
func steers(key string) bool {
	for _, prefix := range [...]string{"event.", "bulk.", "pagination", "filter.", "oauth.user."} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return key == "expires_in" || key == "oauth.scope" || key == "instance.variables"
}

// names reports whether a value is an address by its key.
func names(key string) bool {
	return strings.HasSuffix(strings.ToLower(key), "url") || strings.HasSuffix(strings.ToLower(key), "host")
}

// values is the configuration as it would be: the connector's defaults or the instance's, the preset one, and what the customer typed.
func (w *way) values(typed map[string]string) map[string]string {
	values := instance.Defaults(w.connector.Definition)
	if w.target != nil {
		for key, value := range w.target.Effective {
			values[key] = value
		}
	}
	for _, more := range []map[string]string{w.link.Preset, typed} {
		for key, value := range more {
			if value != "" || values[key] == "" {
				values[key] = value
			}
		}
	}
	return values
}

// given is values without what is the connector's own: a secret of the connector is sent to fewer hosts than one that somebody brings.
func (w *way) given(typed map[string]string) map[string]string {
	values := map[string]string{}
	if w.target != nil {
		for _, row := range w.target.Configuration {
			if row.Set {
				values[row.Key] = row.Value
			}
		}
	}
	for _, more := range []map[string]string{w.link.Preset, typed} {
		for key, value := range more {
			values[key] = value
		}
	}
	return values
}

// kind is the type of authentication in force.
func (w *way) kind(typed map[string]string) string {
	return credential.TypeOf(w.connector.Authentication.Type, w.values(typed))
}

// visits reports whether the customer must go to the provider's own page.
func (w *way) visits(typed map[string]string) bool {
	return credential.Authorizes(w.kind(typed))
}

// typed checks what a customer sent: nothing but what was asked, and everything that is required.
func (w *way) typed(given map[string]string) (map[string]string, error) {
	asked := w.asked()
	known := map[string]*Entry{}
	for i := range asked {
		known[asked[i].Key] = &asked[i]
	}
	typed := map[string]string{}
	for key, value := range given {
		entry := known[key]
		switch {
		case entry == nil:
			return nil, fault.New(fault.Invalid, "%s is not asked for here", key)
		case len(value) > instance.MaxConfigurationValue || strings.ContainsRune(value, 0):
			return nil, fault.New(fault.Invalid, "%s is too long or has a NUL character", entry.Name)
		case value == "" || value == entry.Default:
		default:
			typed[key] = value
		}
	}
	values := w.values(typed)
	var missing []string
	for _, e := range asked {
		if e.Required && strings.TrimSpace(values[e.Key]) == "" {
			missing = append(missing, e.Name)
		}
	}
	if len(missing) > 0 {
		return nil, fault.New(fault.Invalid, "Required: %s", strings.Join(missing, ", "))
	}
	return typed, nil
}
