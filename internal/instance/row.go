package instance

import (
	"context"
	"encoding/json"

	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// ConfigurationRow is one configuration value as GET /instances/{id}/configuration lists it
// (reference/instances.md §7).
type ConfigurationRow struct {
	ID              int64  `json:"id"`
	Key             string `json:"key"`
	Name            string `json:"name"`
	Description     string `json:"description"`
	PropertyValue   string `json:"propertyValue"` // masked when secret; the default where none is given
	Type            string `json:"type"`
	Required        bool   `json:"required"`
	HideFromConsole bool   `json:"hideFromConsole"`
	Active          bool   `json:"active"`
}

// ConfigurationRows lists the configuration of an instance: every entry its connector declares and those that
// every instance has. Undeclared values are not shown.
func (s *Service) ConfigurationRows(ctx context.Context, i *Instance) ([]ConfigurationRow, error) {
	i, err := s.complete(ctx, i)
	if err != nil {
		return nil, err
	}
	all := entries(i.Definition)
	rows := make([]ConfigurationRow, 0, len(i.Configuration))
	for _, value := range i.Configuration {
		if entry := find(all, value.Key); entry != nil {
			rows = append(rows, wireRow(*entry, value))
		}
	}
	return rows, nil
}

// ConfigurationRow finds one row by its id. An unknown id is a NotFound fault.
func (s *Service) ConfigurationRow(ctx context.Context, i *Instance, rowID int64) (*ConfigurationRow, error) {
	rows, err := s.ConfigurationRows(ctx, i)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if row.ID == rowID {
			return &row, nil
		}
	}
	return nil, noRow(i, rowID)
}

func noRow(i *Instance, rowID int64) error {
	return fault.New(fault.NotFound, "No configuration found with id %d in instance %d", rowID, i.ID)
}

// PatchConfigurationRow sets propertyValue of one row; other members of the body are ignored, because clients
// send the whole row. null goes back to the default, the mask means unchanged. Faults: NotFound for the id,
// Invalid for the body and for taking a required value away.
func (s *Service) PatchConfigurationRow(ctx context.Context, i *Instance, rowID int64, body []byte) (*ConfigurationRow, error) {
	current, err := s.ConfigurationRow(ctx, i, rowID)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return nil, badBody(err)
	}
	given, ok := members["propertyValue"]
	if !ok {
		return nil, fault.New(fault.Invalid, "propertyValue is required")
	}
	text, err := valueText("propertyValue", given)
	if err != nil {
		return nil, err
	}
	all := entries(i.Definition)
	changes := merge(all, i.Configuration, map[string]*string{current.Key: text})
	if len(changes) == 0 {
		return current, nil
	}
	if err := missing(all, effective(all, apply(all, i.Configuration, changes))); err != nil {
		return nil, err
	}
	row, err := s.applied(ctx, i, changes)
	if err != nil {
		return nil, err
	}
	changed, err := s.with(ctx, row, nil)
	if err != nil {
		return nil, err
	}
	return s.ConfigurationRow(ctx, changed, rowID)
}

// complete gives rows to entries that the connector got after the instance was made: clients address rows by
// their id.
func (s *Service) complete(ctx context.Context, i *Instance) (*Instance, error) {
	have := make(map[string]bool, len(i.Configuration))
	for _, value := range i.Configuration {
		have[value.Key] = true
	}
	lacking := false
	for _, e := range entries(i.Definition) {
		lacking = lacking || !have[e.Key]
	}
	if !lacking {
		return i, nil
	}
	row, err := s.applied(ctx, i, nil)
	if err != nil {
		return nil, err
	}
	return s.with(ctx, row, nil)
}

func wireRow(e connector.ConfigurationEntry, v store.ConfigurationValue) ConfigurationRow {
	value := e.DefaultValue
	if v.Set {
		value = v.Value
	}
	if value != "" && masked(&e) {
		value = credential.Mask
	}
	return ConfigurationRow{
		ID: v.ID, Key: e.Key, Name: e.Name, Description: e.Description, PropertyValue: value, Type: e.Type,
		Required: e.Required, HideFromConsole: e.HideFromConsole, Active: e.Active,
	}
}
