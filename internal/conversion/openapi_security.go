package conversion

import (
	"slices"
	"strings"

	"jackfield/internal/connector"

	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// Types of authentication (reference/elements.md §9.1).
const (
	authBasic             = "basic"
	authKey               = "apiKey"
	authCustom            = "custom"
	authOAuth2            = "oauth2"
	authOAuth2Password    = "oauth2Password"
	authClientCredentials = "oauth2ClientCredentials"
)

// authentication chooses the schemes that sign every call and adds what an instance is asked for.
func (r *apiReader) authentication() {
	d := &r.c.def
	d.Authentication.Type = authCustom
	if r.doc.Components == nil || r.doc.Components.SecuritySchemes == nil || r.doc.Components.SecuritySchemes.First() == nil {
		return
	}
	schemes := r.doc.Components.SecuritySchemes
	names := r.chosenSchemes()
	for _, name := range names {
		scheme := schemes.GetOrZero(name)
		if scheme == nil {
			r.c.note("security", "%s is not among the security schemes: it is left out", shorten(name))
			continue
		}
		kind := r.scheme(name, scheme)
		// The kind that the platform itself signs with wins over those that parameters do.
		if d.Authentication.Type == authCustom || d.Authentication.Type == authKey && kind != authCustom {
			d.Authentication.Type = kind
		}
	}
	for name := range schemes.KeysFromOldest() {
		if !slices.Contains(names, name) {
			r.c.note("security", "the scheme %s is another way to sign in and is left out: calls are signed with %s", shorten(name), strings.Join(names, " and "))
		}
	}
}

// chosenSchemes are those of the first requirement of the document, else of the one that most operations
// have, else the first scheme.
func (r *apiReader) chosenSchemes() []string {
	if names := firstRequirement(r.doc.Security); len(names) > 0 {
		return names
	}
	counts, byKey, best := map[string]int{}, map[string][]string{}, ""
	if r.doc.Paths != nil && r.doc.Paths.PathItems != nil {
		for _, item := range r.doc.Paths.PathItems.FromOldest() {
			for _, call := range callsOf(item) {
				names := firstRequirement(call.operation.Security)
				if len(names) == 0 {
					continue
				}
				key := strings.Join(names, "\x00")
				counts[key]++
				byKey[key] = names
				if best == "" || counts[key] > counts[best] {
					best = key
				}
			}
		}
	}
	if best != "" {
		return byKey[best]
	}
	return []string{r.doc.Components.SecuritySchemes.First().Key()}
}

func firstRequirement(list []*base.SecurityRequirement) []string {
	for _, requirement := range list {
		if requirement == nil || requirement.Requirements == nil {
			continue
		}
		if names := slices.Collect(requirement.Requirements.KeysFromOldest()); len(names) > 0 {
			return names
		}
	}
	return nil
}

// scheme adds the entries and parameters of one scheme and returns its type of authentication.
func (r *apiReader) scheme(name string, s *v3.SecurityScheme) string {
	at := "securitySchemes." + name
	switch s.Type {
	case "http":
		switch strings.ToLower(s.Scheme) {
		case "basic":
			r.ask("username", "Username", first(s.Description, "User name"), "TEXTFIELD_128")
			r.ask("password", "Password", first(s.Description, "Password"), "PASSWORD")
			return authBasic
		case "bearer":
			r.bearer(name, s.Description)
			return authCustom
		}
		r.c.note(at, "the HTTP scheme %q is not known: calls carry the value of the configuration in the header Authorization", shorten(s.Scheme))
		r.header(name, "Authorization", s.Description)
		return authCustom
	case "apiKey":
		return r.key(at, name, s)
	case "oauth2":
		return r.oauth2(at, s)
	case "openIdConnect":
		r.c.note(at, "OpenID Connect finds its addresses by a call, which an import does not make: calls carry a bearer token of the configuration")
		r.bearer(name, s.Description)
		return authCustom
	}
	r.c.note(at, "the type %q is not known: it is left out", shorten(s.Type))
	return authCustom
}

func first(texts ...string) string {
	for _, text := range texts {
		if strings.TrimSpace(text) != "" {
			return text
		}
	}
	return ""
}

// ask adds an entry that an instance needs.
func (r *apiReader) ask(key, name, description, kind string) {
	r.c.entry(connector.ConfigurationEntry{Key: key, Name: name, Description: description, Type: kind, Required: true})
}

// schemeKey is the configuration key of a scheme: its name where that is legal and free.
func (r *apiReader) schemeKey(name string) string {
	key := variableName(strings.ReplaceAll(name, "$", ""))
	if key == "" {
		key = "api.key"
	}
	if r.c.def.Entry(key) != nil {
		key += ".value"
	}
	return key
}

func (r *apiReader) bearer(name, description string) {
	key := r.schemeKey(name)
	r.ask(key, label(name), first(description, "Token that calls carry"), "PASSWORD")
	r.c.def.Parameters = append(r.c.def.Parameters,
		template("Bearer ${configuration."+key+"}", connector.TypeHeader, "Authorization", "Signs calls with the token of the configuration"))
}

func (r *apiReader) header(name, header, description string) {
	key := r.schemeKey(name)
	r.ask(key, label(name), first(description, "Value of the header "+header), "PASSWORD")
	r.c.def.Parameters = append(r.c.def.Parameters, secret(key, connector.TypeHeader, header))
}

func secret(key, vendorKind, vendorName string) connector.Parameter {
	p := mapped(connector.TypeConfiguration, key, vendorKind, vendorName, kindString)
	p.Description, p.Required = "Signs calls with the key of the configuration", true
	return p
}

func (r *apiReader) key(at, name string, s *v3.SecurityScheme) string {
	if s.Name == "" {
		r.c.note(at, "has no name of a header or parameter: it is left out")
		return authCustom
	}
	switch strings.ToLower(s.In) {
	case "query":
		key := r.schemeKey(name)
		r.ask(key, label(name), first(s.Description, "Value of the parameter "+s.Name), "PASSWORD")
		r.c.def.Parameters = append(r.c.def.Parameters, secret(key, connector.TypeQuery, s.Name))
	case "cookie":
		key := r.schemeKey(name)
		r.ask(key, label(name), first(s.Description, "Value of the cookie "+s.Name), "PASSWORD")
		r.c.def.Parameters = append(r.c.def.Parameters,
			template(strings.ReplaceAll(s.Name, "$", "")+"=${configuration."+key+"}", connector.TypeHeader, "Cookie", "Signs calls with the cookie of the configuration"))
	default:
		r.header(name, s.Name, s.Description)
	}
	return authKey
}

// oauth2 takes the first flow that an instance can go through without a browser of ours in it.
func (r *apiReader) oauth2(at string, s *v3.SecurityScheme) string {
	if s.Flows == nil {
		r.c.note(at, "has no flows: it is left out")
		return authCustom
	}
	kind, flow := authOAuth2, s.Flows.AuthorizationCode
	if flow == nil && s.Flows.ClientCredentials != nil {
		kind, flow = authClientCredentials, s.Flows.ClientCredentials
	}
	if flow == nil && s.Flows.Password != nil {
		kind, flow = authOAuth2Password, s.Flows.Password
	}
	if flow == nil && s.Flows.Implicit != nil {
		flow = s.Flows.Implicit
		r.c.note(at, "has the implicit flow alone, which leaves the token with the browser: set oauth.token.url to use the authorization code")
	}
	if flow == nil {
		r.c.note(at, "has no flow: it is left out")
		return authCustom
	}
	r.ask("oauth.api.key", "API Key", "Client id of the application that is registered with the provider", "TEXTFIELD_1000")
	r.ask("oauth.api.secret", "API Secret", "Client secret of that application", "PASSWORD")
	var scopes []string
	if flow.Scopes != nil {
		scopes = slices.Collect(flow.Scopes.KeysFromOldest())
	}
	entries := []struct {
		key, name, description, value string
		always                        bool
	}{
		{"oauth.callback.url", "Callback URL", "Where the provider sends the user back to", "", kind == authOAuth2},
		{"oauth.scope", "Scope", "What the token may be used for, separated by blanks", strings.Join(scopes, " "), true},
		{"oauth.authorization.url", "Authorization URL", "Where the user allows access", flow.AuthorizationUrl, kind == authOAuth2},
		{"oauth.token.url", "Token URL", "Where codes are exchanged for tokens", flow.TokenUrl, true},
		{"oauth.token.refresh_url", "Refresh URL", "Where tokens are refreshed", first(flow.RefreshUrl, flow.TokenUrl), kind == authOAuth2},
	}
	for _, e := range entries {
		if !e.always {
			continue
		}
		entry := connector.ConfigurationEntry{
			Key: e.key, Name: e.name, Description: e.description, Type: "TEXTFIELD_1000", DefaultValue: e.value,
			Required: e.key == "oauth.callback.url", HideFromConsole: e.value != "",
		}
		if entry.Key != "oauth.scope" && entry.Key != "oauth.callback.url" && entry.DefaultValue == "" {
			entry.Required = true
		}
		r.c.entry(entry)
	}
	if kind == authOAuth2Password {
		r.ask("username", "Username", "User name", "TEXTFIELD_128")
		r.ask("password", "Password", "Password", "PASSWORD")
	}
	if kind == authOAuth2 {
		for _, key := range []string{"oauth.user.token", "oauth.user.refresh_token", "oauth.user.refresh_interval", "oauth.user.refresh_time"} {
			r.c.entry(connector.ConfigurationEntry{
				Key: key, Name: label(strings.TrimPrefix(key, "oauth.")), Description: "Set when the user has allowed access",
				Type: "TEXTFIELD_1000", Internal: true, HideFromConsole: true,
			})
		}
	}
	return kind
}
