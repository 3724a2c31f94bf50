package builder

import (
	"strings"

	"jackfield/internal/connector"
)

// seeded are the entries that instances of a type of authentication need and that a definition without any of them
// gets (reference/elements.md §4.6). Nothing is required that the platform or the provider's login fills.
var seeded = map[string][]connector.ConfigurationEntry{
	"basic": {
		{Key: "username", Name: "User name", Description: "The user name at the provider", Type: "TEXTFIELD_128", Required: true},
		{Key: "password", Name: "Password", Description: "The password at the provider", Type: "PASSWORD", Required: true},
	},
	"oauth2": {
		{Key: "oauth.api.key", Name: "API key", Description: "The client id of your application at the provider", Type: "TEXTFIELD_1000", Required: true},
		{Key: "oauth.api.secret", Name: "API secret", Description: "The client secret of your application at the provider", Type: "PASSWORD", Required: true},
		{Key: "oauth.callback.url", Name: "Callback URL", Description: "Where the provider sends the user back to", Type: "TEXTFIELD_1000", Required: true},
		{Key: "oauth.scope", Name: "Scope", Description: "What the application may do", Type: "TEXTFIELD_1000"},
		{Key: "oauth.authorization.url", Name: "Authorization URL", Description: "Where the user logs in", Type: "TEXTFIELD_1000", HideFromConsole: true},
		{Key: "oauth.token.url", Name: "Token URL", Description: "Where a code becomes a token", Type: "TEXTFIELD_1000", HideFromConsole: true},
		{Key: "oauth.token.refresh_url", Name: "Refresh URL", Description: "Where a token is renewed; the token URL when empty", Type: "TEXTFIELD_1000", HideFromConsole: true},
		{Key: "oauth.token.revoke_url", Name: "Revoke URL", Description: "Where a token is given back", Type: "TEXTFIELD_1000", HideFromConsole: true},
		{Key: "oauth.basic.header", Name: "Basic header", Description: "Sends the client id and secret in a header", Type: "BOOLEAN", DefaultValue: "false", HideFromConsole: true},
		{Key: "oauth.user.token", Name: "Token", Description: "The token of the user", Type: "PASSWORD", HideFromConsole: true, Internal: true},
		{Key: "oauth.user.refresh_token", Name: "Refresh token", Description: "Renews the token", Type: "PASSWORD", HideFromConsole: true, Internal: true},
		{Key: "oauth.user.refresh_interval", Name: "Refresh interval", Description: "Seconds between renewals", Type: "TEXTFIELD_32", DefaultValue: "3600", HideFromConsole: true},
		{Key: "oauth.user.refresh_time", Name: "Refresh time", Description: "When the token was renewed", Type: "TEXTFIELD_32", HideFromConsole: true, Internal: true},
	},
	"oauth1": {
		{Key: "oauth.api.key", Name: "API key", Description: "The consumer key of your application at the provider", Type: "TEXTFIELD_1000", Required: true},
		{Key: "oauth.api.secret", Name: "API secret", Description: "The consumer secret of your application at the provider", Type: "PASSWORD", Required: true},
		{Key: "oauth.callback.url", Name: "Callback URL", Description: "Where the provider sends the user back to", Type: "TEXTFIELD_1000", Required: true},
		{Key: "oauth.request.url", Name: "Request token URL", Description: "Where a request token comes from", Type: "TEXTFIELD_1000", HideFromConsole: true},
		{Key: "oauth.request.authorization.type", Name: "Place of the signature", Description: "header or query", Type: "TEXTFIELD_32", DefaultValue: "header", HideFromConsole: true},
		{Key: "oauth.authorization.url", Name: "Authorization URL", Description: "Where the user logs in", Type: "TEXTFIELD_1000", HideFromConsole: true},
		{Key: "oauth.token.url", Name: "Token URL", Description: "Where a verifier becomes a token", Type: "TEXTFIELD_1000", HideFromConsole: true},
		{Key: "oauth.user.token", Name: "Token", Description: "The token of the user", Type: "PASSWORD", HideFromConsole: true, Internal: true},
		{Key: "oauth.user.token.secret", Name: "Token secret", Description: "The secret of the token", Type: "PASSWORD", HideFromConsole: true, Internal: true},
	},
}

// family is the first word of the keys of a type's entries: a definition that has one of them knows what it wants.
func family(authenticationType string) []string {
	if authenticationType == "basic" {
		return []string{"username", "password"}
	}
	return []string{"oauth."}
}

// seed adds the entries of the authentication where a definition has none of them, and completes entries that came
// with a key and a default alone.
func seed(d *connector.Definition) {
	for i := range d.Configuration {
		completeEntry(d, &d.Configuration[i], i)
	}
	wanted := seeded[d.Authentication.Type]
	if len(wanted) == 0 {
		return
	}
	for i := range d.Configuration {
		for _, prefix := range family(d.Authentication.Type) {
			if strings.HasPrefix(d.Configuration[i].Key, prefix) {
				return
			}
		}
	}
	for _, e := range wanted {
		e.Active = true
		e.DisplayOrder = len(d.Configuration) + 1
		showEntry(&e)
		d.Configuration = append(d.Configuration, e)
	}
}

// completeEntry names an entry that has only a key and a default.
func completeEntry(d *connector.Definition, e *connector.ConfigurationEntry, position int) {
	if e.Name != "" || e.Key == "" || connector.Has(e, "name") {
		return
	}
	e.Name = e.Key
	if e.Key == "base.url" {
		e.Name = d.Name + " Base URL"
	}
	if e.Description == "" {
		e.Description = e.Name
	}
	if e.Type == "" {
		e.Type = "TEXTFIELD_1000"
	}
	if !connector.Has(e, "active") {
		e.Active = true
	}
	if !connector.Has(e, "displayOrder") {
		e.DisplayOrder = position + 1
	}
	showEntry(e)
}

// showEntry makes all flags of an entry print (reference/elements.md §3).
func showEntry(e *connector.ConfigurationEntry) {
	connector.Show(e, "required", "hideFromConsole", "internal", "active", "companyConfig", "resellerConfig", "groupControl", "displayOrder")
}
