package builder

import (
	"slices"
	"testing"

	"jackfield/internal/connector"
	"jackfield/internal/credential"
)

func TestADefinitionGetsTheEntriesThatItsAuthenticationReads(t *testing.T) {
	t.Parallel()
	for _, authType := range credential.Types() {
		scheme, _ := credential.For(authType)
		var d connector.Definition
		d.Authentication.Type = authType
		seed(&d)
		var keys []string
		for _, e := range d.Configuration {
			keys = append(keys, e.Key)
			if e.Name == "" || e.Description == "" || e.Type == "" || !e.Active || e.Required && e.Internal {
				t.Errorf("%s: entry %+v", authType, e)
			}
			if credential.IsSecret("", e.Key) && e.Type == "TEXTFIELD_32" {
				t.Errorf("%s: %s is a secret in a short text field", authType, e.Key)
			}
		}
		if !slices.Equal(keys, scheme.Reads) {
			t.Errorf("%s reads %v and gets %v", authType, scheme.Reads, keys)
		}
	}
	var d connector.Definition
	d.Authentication.Type = credential.OAuth2
	d.Configuration = []connector.ConfigurationEntry{{Key: "oauth.token.url", DefaultValue: "https://p.test"}}
	if seed(&d); len(d.Configuration) != 1 {
		t.Errorf("a definition that knows what it wants gets %d entries", len(d.Configuration))
	}
}
