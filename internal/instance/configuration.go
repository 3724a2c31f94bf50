package instance

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Configuration keys that every instance has, whether its connector declares them or not
// (reference/instances.md §7).
const (
	KeyFilterNulls        = "filter.response.nulls"
	KeyEventsEnabled      = "event.notification.enabled"
	keyCallbackURL        = "event.notification.callback.url"
	keyAuthenticationType = "authentication.type"
	keyDebug              = "debug" // asks for a trace; not configuration unless declared
)

// alwaysThere are the entries of the keys above.
var alwaysThere = []connector.ConfigurationEntry{
	{Key: KeyFilterNulls, Name: "Filter null values from the response", Type: "BOOLEAN", DefaultValue: "true", Active: true,
		Description: "Leaves members without a value out of answers"},
	{Key: KeyEventsEnabled, Name: "Event Notifications Enabled", Type: "BOOLEAN", DefaultValue: "false", Active: true,
		Description: "Looks for changes at the provider and reports them"},
}

// entries lists the configuration entries of a connector in declared order, each key once, followed by
// those that every instance has.
func entries(def *connector.Definition) []connector.ConfigurationEntry {
	var all []connector.ConfigurationEntry
	if def != nil {
		all = make([]connector.ConfigurationEntry, 0, len(def.Configuration)+len(alwaysThere))
		for _, e := range def.Configuration {
			if e.Key == "" || find(all, e.Key) != nil {
				continue
			}
			if credential.IsUnchanged(e.Type, e.Key, e.DefaultValue) {
				e.DefaultValue = "" // came masked out of an export: whoever has it must send it again
			}
			all = append(all, e)
		}
	}
	for _, e := range alwaysThere {
		switch declared := find(all, e.Key); {
		case declared == nil:
			all = append(all, e)
		case declared.DefaultValue == "":
			declared.DefaultValue = e.DefaultValue
		}
	}
	return all
}

func find(all []connector.ConfigurationEntry, key string) *connector.ConfigurationEntry {
	for i := range all {
		if all[i].Key == key {
			return &all[i]
		}
	}
	return nil
}

// effective computes the value of every key: given, else the connector's default. Keys without either are
// absent.
func effective(all []connector.ConfigurationEntry, rows []store.ConfigurationValue) map[string]string {
	values := make(map[string]string, len(all)+len(rows))
	for _, e := range all {
		if e.DefaultValue != "" {
			values[e.Key] = e.DefaultValue
		}
	}
	for _, row := range rows {
		if row.Set {
			values[row.Key] = row.Value
		}
	}
	return values
}

// Defaults is the configuration that an instance of a connector would have without any value of its own.
func Defaults(def *connector.Definition) map[string]string { return effective(entries(def), nil) }

// change is what a request does to one configuration value.
type change struct {
	value string
	set   bool // false: the value goes, the default is in force again
}

// changesOf translates what a client sent. A mask that comes back means unchanged (reference/instances.md §1);
// an empty text, as forms send it, means the default where there is one.
func changesOf(all []connector.ConfigurationEntry, given map[string]*string) map[string]change {
	changes := make(map[string]change, len(given))
	for key, value := range given {
		entry := find(all, key)
		switch {
		case entry == nil && key == keyDebug:
		case value == nil, *value == "" && entry != nil && entry.DefaultValue != "":
			changes[key] = change{}
		case *value == credential.Mask && entry != nil && masked(entry):
		default:
			changes[key] = change{value: *value, set: true}
		}
	}
	return changes
}

// merge makes the changes of a PATCH. A default that comes back, because the client sends what it read, does not
// become a value of its own.
func merge(all []connector.ConfigurationEntry, rows []store.ConfigurationValue, given map[string]*string) map[string]change {
	changes := changesOf(all, given)
	set := setKeys(rows)
	for _, e := range all {
		if c, ok := changes[e.Key]; ok && c.set && !set[e.Key] && c.value == e.DefaultValue {
			delete(changes, e.Key)
		}
	}
	return changes
}

// replacement makes the changes of a PUT, where the given configuration replaces the old one. Kept are values
// that the client cannot know: internal entries, written by the platform, and undeclared keys, which no
// answer shows.
func replacement(all []connector.ConfigurationEntry, rows []store.ConfigurationValue, given map[string]*string) map[string]change {
	changes := merge(all, rows, given)
	set := setKeys(rows)
	for _, e := range all {
		if _, ok := given[e.Key]; !ok && !e.Internal && set[e.Key] {
			changes[e.Key] = change{}
		}
	}
	return changes
}

func setKeys(rows []store.ConfigurationValue) map[string]bool {
	set := make(map[string]bool, len(rows))
	for _, row := range rows {
		set[row.Key] = row.Set
	}
	return set
}

// apply returns the rows of an instance after changes: one row per declared entry, so that each has an id, and
// one per undeclared key that has a value. Rows that were there keep their ids.
func apply(all []connector.ConfigurationEntry, rows []store.ConfigurationValue, changes map[string]change) []store.ConfigurationValue {
	old := make(map[string]store.ConfigurationValue, len(rows))
	for _, row := range rows {
		old[row.Key] = row
	}
	next := func(entry *connector.ConfigurationEntry, key string) store.ConfigurationValue {
		row := old[key]
		row.Key, row.Secret = key, sealed(entry)
		if c, ok := changes[key]; ok {
			row.Value, row.Set = c.value, c.set
		}
		return row
	}
	result := make([]store.ConfigurationValue, 0, len(all)+len(changes))
	for i := range all {
		result = append(result, next(&all[i], all[i].Key))
	}
	var undeclared []string
	for _, row := range rows {
		if find(all, row.Key) == nil {
			undeclared = append(undeclared, row.Key)
		}
	}
	for key := range changes {
		if _, had := old[key]; !had && find(all, key) == nil {
			undeclared = append(undeclared, key)
		}
	}
	sort.Strings(undeclared)
	for _, key := range undeclared {
		if row := next(nil, key); row.Set {
			result = append(result, row)
		}
	}
	// Old rows first, in the order of their ids; new ones in declared order.
	slices.SortStableFunc(result, func(a, b store.ConfigurationValue) int {
		switch {
		case a.ID == b.ID:
			return 0
		case a.ID == 0:
			return 1
		case b.ID == 0 || a.ID < b.ID:
			return -1
		}
		return 1
	})
	return result
}

// masked says whether answers hide a value. Undeclared keys are not shown at all.
func masked(entry *connector.ConfigurationEntry) bool {
	return entry.Encrypt || credential.IsSecret(entry.Type, entry.Key)
}

// sealed says whether a value is sealed at rest: what is masked, what is a credential by its name or its label (a username that is
// labelled API Key, which answers show in clear), and every undeclared key, because what it holds cannot be known.
func sealed(entry *connector.ConfigurationEntry) bool {
	return entry == nil || masked(entry) || credential.IsSensitive(entry.Type, entry.Key) || credential.IsSensitive("", entry.Name)
}

// Secret reports whether a value of the configuration must show in no trace: what is sealed at rest. Of undeclared keys,
// about which nothing is known, yes, no and numbers are told apart: nobody's secret, but part of half of all texts.
func (i *Instance) Secret(key, value string) bool {
	entry := find(alwaysThere, key)
	if i.Definition != nil && i.Definition.Entry(key) != nil {
		entry = i.Definition.Entry(key)
	}
	if entry == nil && !credential.IsSensitive("", key) {
		if _, err := strconv.ParseFloat(value, 64); err == nil || value == "true" || value == "false" {
			return false
		}
	}
	return sealed(entry)
}

// missing returns an Invalid fault that names every required entry without a value, with its label.
func missing(all []connector.ConfigurationEntry, values map[string]string) error {
	var names []string
	for _, e := range all {
		if e.Required && !e.Internal && strings.TrimSpace(values[e.Key]) == "" {
			names = append(names, named(e))
		}
	}
	switch len(names) {
	case 0:
		return nil
	case 1:
		return fault.New(fault.Invalid, "The configuration entry %s is required", names[0])
	}
	return fault.New(fault.Invalid, "The configuration entries %s are required", strings.Join(names, ", "))
}

func named(e connector.ConfigurationEntry) string {
	if e.Name == "" || e.Name == e.Key {
		return e.Key
	}
	return e.Key + " (" + e.Name + ")"
}

// authenticationType is the type in force: for connectors with several, the chosen one
// (reference/instances.md §1).
func authenticationType(def *connector.Definition, values map[string]string) string {
	if chosen := values[keyAuthenticationType]; chosen != "" {
		return chosen
	}
	if def == nil {
		return ""
	}
	return def.Authentication.Type
}

// shown is the configuration as answers carry it: declared entries that have a value, secrets masked.
func shown(all []connector.ConfigurationEntry, rows []store.ConfigurationValue) map[string]string {
	given := setKeys(rows)
	values := effective(all, rows)
	result := make(map[string]string, len(values))
	for i := range all {
		key := all[i].Key
		value, ok := values[key]
		switch {
		case !ok && !given[key]:
		case value != "" && masked(&all[i]):
			result[key] = credential.Mask
		default:
			result[key] = value
		}
	}
	return result
}
