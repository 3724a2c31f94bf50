package builder

import (
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/credential"
)

// seeded describes the entries that instances of a type of authentication need. Which type needs which is the type's own
// word (credential.Scheme.Reads); a definition without any of them gets them (reference/elements.md §4.6). Nothing is required
// that the platform or the provider's login fills.
var seeded = map[string]connector.ConfigurationEntry{
	"username":                         {Name: "User name", Description: "The user name at the provider", Type: "TEXTFIELD_128", Required: true},
	"password":                         {Name: "Password", Description: "The password at the provider", Type: "PASSWORD", Required: true},
	"oauth.api.key":                    {Name: "API key", Description: "The client id of your application at the provider", Type: "TEXTFIELD_1000", Required: true},
	"oauth.api.secret":                 {Name: "API secret", Description: "The client secret of your application at the provider", Type: "PASSWORD", Required: true},
	"oauth.callback.url":               {Name: "Callback URL", Description: "Where the provider sends the user back to", Type: "TEXTFIELD_1000", Required: true},
	"oauth.scope":                      {Name: "Scope", Description: "What the application may do", Type: "TEXTFIELD_1000"},
	"oauth.request.url":                {Name: "Request token URL", Description: "Where a request token comes from", Type: "TEXTFIELD_1000", HideFromConsole: true},
	"oauth.request.authorization.type": {Name: "Place of the signature", Description: "header or query", Type: "TEXTFIELD_32", DefaultValue: "header", HideFromConsole: true},
	"oauth.authorization.url":          {Name: "Authorization URL", Description: "Where the user logs in", Type: "TEXTFIELD_1000", HideFromConsole: true},
	"oauth.token.url":                  {Name: "Token URL", Description: "Where a code or another grant becomes a token", Type: "TEXTFIELD_1000", HideFromConsole: true},
	"oauth.token.refresh_url":          {Name: "Refresh URL", Description: "Where a token is renewed; the token URL when empty", Type: "TEXTFIELD_1000", HideFromConsole: true},
	"oauth.token.revoke_url":           {Name: "Revoke URL", Description: "Where a token is given back", Type: "TEXTFIELD_1000", HideFromConsole: true},
	"oauth.basic.header":               {Name: "Basic header", Description: "Sends the client id and secret in a header", Type: "BOOLEAN", DefaultValue: "false", HideFromConsole: true},
	"oauth.user.token":                 {Name: "Token", Description: "The token of the user", Type: "PASSWORD", HideFromConsole: true, Internal: true},
	"oauth.user.token.secret":          {Name: "Token secret", Description: "The secret of the token", Type: "PASSWORD", HideFromConsole: true, Internal: true},
	"oauth.user.refresh_token":         {Name: "Refresh token", Description: "Renews the token", Type: "PASSWORD", HideFromConsole: true, Internal: true},
	"oauth.user.refresh_interval":      {Name: "Refresh interval", Description: "Seconds between renewals", Type: "TEXTFIELD_32", DefaultValue: "3600", HideFromConsole: true},
	"oauth.user.refresh_time":          {Name: "Refresh time", Description: "When the token was renewed", Type: "TEXTFIELD_32", HideFromConsole: true, Internal: true},
	"jwt.base64.encoded.key":           {Name: "Private key", Description: "The key that signs for your application, in base64", Type: "TEXTAREA", Required: true},
	"aws.api.key":                      {Name: "Access key id", Description: "The id of your access key at AWS", Type: "TEXTFIELD_128", Required: true},
	"aws.api.secret":                   {Name: "Secret access key", Description: "The secret of your access key at AWS", Type: "PASSWORD", Required: true},
	"aws.region":                       {Name: "Region", Description: "The region of AWS; that of the host, else us-east-1, when empty", Type: "TEXTFIELD_32"},
	"base64.encoded.jks":               {Name: "Keystore", Description: "Your client certificate with its key: JKS, PKCS 12 or PEM, in base64", Type: "TEXTAREA", Required: true},
	"jks.password":                     {Name: "Keystore password", Description: "The password of the keystore", Type: "PASSWORD"},
}

// seed adds the entries of the authentication where a definition has none of them, and completes entries that came
// with a key and a default alone.
func seed(d *connector.Definition) {
	for i := range d.Configuration {
		completeEntry(d, &d.Configuration[i], i)
	}
	scheme, _ := credential.For(d.Authentication.Type)
	for i := range d.Configuration {
		if ofFamily(d.Configuration[i].Key, scheme.Reads) {
			return // a definition that has one of them knows what it wants
		}
	}
	for _, key := range scheme.Reads {
		e, described := seeded[key]
		if !described {
			continue
		}
		e.Key, e.Active = key, true
		if key == "oauth.api.secret" && scheme.Type == credential.JWTOAuth {
			e.Required = false // the key signs for the client
		}
		e.DisplayOrder = len(d.Configuration) + 1
		showEntry(&e)
		d.Configuration = append(d.Configuration, e)
	}
}

// ofFamily reports whether a key is one of a type's, or begins with the first word of one: oauth.anything.
func ofFamily(key string, keys []string) bool {
	for _, k := range keys {
		if first, _, dotted := strings.Cut(k, "."); k == key || dotted && strings.HasPrefix(key, first+".") {
			return true
		}
	}
	return false
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
