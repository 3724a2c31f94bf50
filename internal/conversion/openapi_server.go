package conversion

import (
	"net/url"
	"strings"

	"jackfield/internal/connector"

	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// servers makes base.url of the first server with an address, https before http. Its variables become
// configuration entries that fill it.
func (r *apiReader) servers() {
	server := chosen(r.doc.Servers)
	if server == nil {
		r.c.baseURL("")
		r.c.note(keyBaseURL, "the document does not say where the service is: set base.url")
		return
	}
	address := strings.TrimRight(strings.TrimSpace(server.URL), "/")
	if !absolute(address) {
		r.c.baseURL("")
		r.c.note(keyBaseURL, "the document gives the path %q without a host: set base.url to host and path", shorten(server.URL))
		return
	}
	for _, name := range connector.PathVariables(address) {
		key := variableName(name)
		if key == "" || key == keyBaseURL {
			continue
		}
		entry := connector.ConfigurationEntry{
			Key: key, Name: label(key), Description: "Part {" + name + "} of the address", Type: "TEXTFIELD_128", Required: true,
		}
		if server.Variables != nil {
			if v := server.Variables.GetOrZero(name); v != nil {
				entry.DefaultValue = v.Default
				if v.Description != "" {
					entry.Description = brief(v.Description)
				}
				for _, option := range v.Enum {
					entry.Options = append(entry.Options, connector.Option{Value: option, Description: option})
				}
				if len(entry.Options) > 0 {
					entry.Type = "COMBO"
				}
			}
		}
		// An element-wide parameter fills the placeholder (reference/elements.md §4.1).
		r.c.entry(entry)
		r.c.def.Parameters = append(r.c.def.Parameters, mapped(connector.TypeConfiguration, key, connector.TypePath, name, kindString))
	}
	r.c.baseURL(address)
	if len(r.doc.Servers) > 1 {
		var others []string
		for _, s := range r.doc.Servers {
			if s != server {
				others = append(others, shorten(s.URL))
			}
		}
		r.c.note("servers", "base.url is %s; the document also offers %s", address, strings.Join(others[:min(len(others), 10)], ", "))
		r.c.def.Entry(keyBaseURL).HideFromConsole = false
	}
}

func absolute(address string) bool {
	u, err := url.Parse(strings.NewReplacer("{", "x", "}", "x").Replace(address))
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// chosen is the server to call: the first with https, else with http, else the first.
func chosen(servers []*v3.Server) *v3.Server {
	for _, scheme := range []string{"https://", "http://", ""} {
		for _, s := range servers {
			if s != nil && strings.HasPrefix(s.URL, scheme) && (scheme == "" || absolute(s.URL)) {
				return s
			}
		}
	}
	return nil
}

// label makes a readable name of a key: api_key becomes Api Key.
func label(key string) string {
	words := strings.FieldsFunc(key, func(c rune) bool { return c == '_' || c == '-' || c == '.' || c == ' ' })
	for i := range words {
		words[i] = capital(words[i])
	}
	if len(words) == 0 {
		return key
	}
	return strings.Join(words, " ")
}
