package instance

import (
	"slices"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Adopted is an instance that is moved in from another system.
type Adopted struct {
	Row     *store.Instance // without id, token, owner and times
	Missing []string        // required entries without a value: the instance is not valid and says so
	Unknown []string        // keys that the connector does not have: kept, and sealed
}

// Adopt makes an instance of a connector from what another system had of it. Nobody asks the provider. Only values that are given get
// rows; the others come when they are asked for. Faults are Invalid: a bad name, or a mask in the place of a secret.
func Adopt(def *connector.Definition, r *Request) (*Adopted, error) {
	if r.Name == nil {
		return nil, fault.New(fault.Invalid, "name is required: give the instance a name")
	}
	name, err := ValidName(*r.Name)
	if err != nil {
		return nil, err
	}
	a := &Adopted{Row: &store.Instance{
		ConnectorID: def.ID, ConnectorKey: def.Key, Name: name, Valid: true, ExternalAuthentication: AuthenticationHere,
	}}
	if r.Tags != nil {
		a.Row.Tags = *r.Tags
	}
	if r.ExternalAuthentication != nil {
		a.Row.ExternalAuthentication = *r.ExternalAuthentication
	}
	all := entries(def)
	for key, value := range r.Configuration {
		entry := find(all, key)
		if value != nil && *value == credential.Mask && (entry == nil || masked(entry)) {
			return nil, fault.New(fault.Invalid, "configuration.%s is a mask and not the value: give the value, or leave it out", key)
		}
		if entry == nil && key != keyDebug {
			a.Unknown = append(a.Unknown, key)
		}
	}
	for _, row := range apply(all, nil, changesOf(all, r.Configuration)) {
		if row.Set {
			a.Row.Configuration = append(a.Row.Configuration, row)
		}
	}
	values := effective(all, a.Row.Configuration)
	slices.Sort(a.Unknown)
	a.Row.AuthenticationType = authenticationType(def, values)
	for _, e := range all {
		if e.Required && !e.Internal && strings.TrimSpace(values[e.Key]) == "" {
			a.Missing = append(a.Missing, e.Key)
		}
	}
	if len(a.Missing) > 0 {
		a.Row.Valid, a.Row.InvalidReason = false, "Moved in without "+strings.Join(a.Missing, ", ")+": authenticate again"
	}
	return a, nil
}
