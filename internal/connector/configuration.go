package connector

// ConfigurationEntry is one value an instance holds or is asked for (reference/elements.md §3).
type ConfigurationEntry struct {
	Wire
	ID          int64  `json:"id"`
	Key         string `json:"key"`
	Name        string `json:"name"`        // label
	Description string `json:"description"` // help text
	Type        string `json:"type"`        // one of the configuration types, see ConfigurationTypes

	// DefaultValue is always text, for booleans and numbers too. "" means that there is none.
	DefaultValue string `json:"defaultValue" wire:"text"`

	Required        bool `json:"required"`        // given or default, when an instance is created
	HideFromConsole bool `json:"hideFromConsole"` // not asked for in the console
	Internal        bool `json:"internal"`        // written by the platform or by hooks, never asked
	Active          bool `json:"active"`
	CompanyConfig   bool `json:"companyConfig"`  // historic, kept
	ResellerConfig  bool `json:"resellerConfig"` // historic, kept
	IsPrivate       bool `json:"isPrivate"`
	Encrypt         bool `json:"encrypt"`

	GroupControl bool   `json:"groupControl"` // the switch that opens a group of entries
	GroupName    string `json:"groupName"`
	GroupBy      string `json:"groupBy"`

	DisplayOrder     int      `json:"displayOrder"`
	ConfigScreenType string   `json:"configScreenType"` // pre, pre-optional, none
	HintText         string   `json:"hintText"`
	Options          []Option `json:"options"` // for COMBO and MULTISELECT
}

// Option is one choice of a COMBO entry.
type Option struct {
	Wire
	Value       string `json:"value" wire:"text"`
	Description string `json:"description"`
}

// ConfigurationTypes are the legal values of ConfigurationEntry.Type (reference/elements.md §3).
func ConfigurationTypes() []string {
	return []string{
		"TEXTFIELD_32", "TEXTFIELD_64", "TEXTFIELD_100", "TEXTFIELD_128", "TEXTFIELD_256", "TEXTFIELD_1000",
		"TEXTAREA", "PASSWORD", "BOOLEAN", "BOOLEAN_YESNO", "COMBO", "MULTISELECT", "CODE_EDITOR",
	}
}
