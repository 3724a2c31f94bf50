package api

import (
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/credential"
)

// providerDatum is a value that an instance needs from the provider's login, beside its configuration.
type providerDatum struct {
	Key         string `json:"key"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
}

// providerData are by type of authentication (reference/elements.md §9.1).
var providerData = map[string][]providerDatum{
	"oauth2": {{"code", "Code", "The code that the provider's login returns", true}},
	"oauth1": {
		{"oauth_token", "Token", "The token that the provider's login returns", true},
		{"oauth_verifier", "Verifier", "The verifier that the provider's login returns", true},
		{"secret", "Secret", "The secret of the request token", true},
	},
}

// listElementConfiguration answers an object and not an array (reference/elements.md §2).
func (a *API) listElementConfiguration(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	return e.json(struct {
		Configuration []connector.ConfigurationEntry `json:"configuration"`
		ProviderData  []providerDatum                `json:"providerData"`
	}{whole(found.Shown().Configuration), whole(providerData[found.Authentication.Type])})
}

func (a *API) createElementConfiguration(e *exchange) error {
	var entry connector.ConfigurationEntry
	if err := e.decode(&entry); err != nil {
		return err
	}
	made, err := a.Builder.AddEntry(e.r.Context(), e.principal, e.param("keyOrId"), &entry)
	if err != nil {
		return err
	}
	return e.json(masked(made))
}

func (a *API) replaceElementConfiguration(e *exchange) error {
	var entry connector.ConfigurationEntry
	if err := e.decode(&entry); err != nil {
		return err
	}
	changed, err := a.Builder.ReplaceEntry(e.r.Context(), e.principal, e.param("keyOrId"), e.param("configurationKey"), &entry)
	if err != nil {
		return err
	}
	return e.json(masked(changed))
}

func masked(entry *connector.ConfigurationEntry) *connector.ConfigurationEntry {
	shown := *entry
	shown.DefaultValue = credential.MaskValue(entry.Type, entry.Key, entry.DefaultValue)
	return &shown
}

func (a *API) deleteElementConfiguration(e *exchange) error {
	return e.done(a.Builder.DeleteEntry(e.r.Context(), e.principal, e.param("keyOrId"), e.param("configurationKey")))
}

// replaceElementConfigurations answers PUT …/configurations with a whole element (reference/clients.md §3).
func (a *API) replaceElementConfigurations(e *exchange) error {
	d, err := e.definition()
	if err != nil {
		return err
	}
	if connector.Has(d, "configuration") {
		if err := a.Builder.ReplaceConfiguration(e.r.Context(), e.principal, e.param("keyOrId"), d.Configuration); err != nil {
			return err
		}
	}
	return a.readElement(e)
}

// authenticationTypes answers the types that an instance may choose from: the options of authentication.type, else the
// connector's one type.
func (a *API) authenticationTypes(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	type option struct {
		Value       string `json:"value"`
		Description string `json:"description"`
	}
	answer := struct {
		DefaultValue string   `json:"defaultValue"`
		Options      []option `json:"options"`
	}{DefaultValue: found.Authentication.Type, Options: []option{}}
	if entry := found.Entry("authentication.type"); entry != nil && len(entry.Options) > 0 {
		if entry.DefaultValue != "" {
			answer.DefaultValue = entry.DefaultValue
		}
		for _, o := range entry.Options {
			answer.Options = append(answer.Options, option{o.Value, o.Description})
		}
	} else if answer.DefaultValue != "" {
		answer.Options = append(answer.Options, option{answer.DefaultValue, answer.DefaultValue})
	}
	return e.json(answer)
}

// authenticationConfigurations answers what an instance of a type is asked for: entries of the type's group and those
// of no group.
func (a *API) authenticationConfigurations(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	rows := []connector.ConfigurationEntry{}
	for _, entry := range found.Shown().Configuration {
		if entry.Internal || entry.HideFromConsole {
			continue
		}
		if entry.GroupName == "" || strings.EqualFold(entry.GroupName, e.param("type")) {
			rows = append(rows, entry)
		}
	}
	return e.json(rows)
}
