package credential

import (
	"net/url"
	"testing"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

// entriesOf makes the entries of a definition from keys and defaults in turn; a key with a ! is internal.
func entriesOf(pairs ...string) []connector.ConfigurationEntry {
	var entries []connector.ConfigurationEntry
	for i := 0; i+1 < len(pairs); i += 2 {
		key, internal := pairs[i], false
		if key[0] == '!' {
			key, internal = key[1:], true
		}
		entries = append(entries, connector.ConfigurationEntry{Key: key, DefaultValue: pairs[i+1], Internal: internal})
	}
	return entries
}

// inForce is what given values make of a definition's defaults.
func inForce(entries []connector.ConfigurationEntry, given Configuration) Configuration {
	effective := Configuration{}
	for _, e := range entries {
		effective[e.Key] = e.DefaultValue
	}
	for key, value := range given {
		if value != "" && value != Mask {
			effective[key] = value
		}
	}
	return effective
}

func TestADefaultSecretGoesOnlyWhereTheDefinitionSays(t *testing.T) {
	t.Parallel()
	const canary = "default-canary"
	fixed := entriesOf("oauth.api.secret", canary, "base.url", "https://api.p.com/v1", "oauth.authorization.url", "https://login.p.com/auth",
		"oauth.token.url", "https://login.p.com/token", "oauth.token.refresh_url", "", "oauth.token.revoke_url", "https://login.p.com/revoke")
	pattern := entriesOf("oauth.api.secret", canary, "base.url", "https://{subdomain}.zendesk.com/api/v2", "oauth.token.url", "https://{subdomain}.zendesk.com/oauth/tokens", "subdomain", "")
	site := entriesOf("oauth.api.secret", canary, "base.url", "https://api.p.com", "oauth.token.url", "https://{site.address}/token", "site.address", "login.p.com")
	answered := entriesOf("oauth.api.secret", canary, "base.url", "{instance_url}/services/data", "oauth.token.url", "https://login.p.com/token", "!instance_url", "")
	hosted := entriesOf("oauth.api.secret", canary, "base.url", "https://{app}.github.io", "oauth.token.url", "https://{app}.github.io/token", "app", "")
	shops := entriesOf("oauth.api.secret", canary, "base.url", "https://{shop}.myshopify.com", "oauth.token.url", "https://{shop}.myshopify.com/token", "shop", "", "oauth.secret.hosts", "*.myshopify.com, hooks.p.com")
	own := Configuration{"oauth.api.secret": "mine"}
	for _, tt := range []struct {
		name    string
		entries []connector.ConfigurationEntry
		given   Configuration
		piece   string // of the message; "" = allowed
	}{
		{"nothing given", fixed, nil, ""},
		{"the mask given", fixed, Configuration{"oauth.api.secret": Mask, "oauth.token.url": "https://evil.test"}, "oauth.token.url"},
		{"the default itself given", fixed, Configuration{"oauth.api.secret": canary, "oauth.token.url": "https://evil.test"}, "oauth.token.url"},
		{"own secret, own hosts", fixed, Configuration{"oauth.api.secret": "mine", "oauth.token.url": "https://evil.test", "base.url": "https://evil.test"}, ""},
		{"another path", fixed, Configuration{"oauth.token.url": "https://login.p.com/v2/token"}, ""},
		{"another named host", fixed, Configuration{"oauth.token.url": "https://api.p.com/token"}, ""},
		{"host in capitals with port and dot", fixed, Configuration{"oauth.token.url": "https://LOGIN.p.com.:443/token"}, ""},
		{"token URL of somebody else", fixed, Configuration{"oauth.token.url": "https://evil.test/token"}, "oauth.token.url leads to https://evil.test"},
		{"refresh URL that the definition leaves out", fixed, Configuration{"oauth.token.refresh_url": "https://evil.test/token"}, "oauth.token.refresh_url"},
		{"revoke URL", fixed, Configuration{"oauth.token.revoke_url": "https://evil.test/token"}, "oauth.token.revoke_url"},
		{"request URL", fixed, Configuration{"oauth.request.url": "https://evil.test/token"}, "oauth.request.url"},
		{"base URL", fixed, Configuration{"base.url": "https://evil.test/token"}, "base.url"},
		{"authorization URL carries no secret", fixed, Configuration{"oauth.authorization.url": "https://evil.test/auth"}, ""},
		{"subdomain of a named host", fixed, Configuration{"oauth.token.url": "https://x.login.p.com"}, "oauth.token.url"},
		{"sibling", fixed, Configuration{"oauth.token.url": "https://other.p.com"}, "oauth.token.url"},
		{"another port", fixed, Configuration{"oauth.token.url": "https://login.p.com:8443"}, "oauth.token.url"},
		{"in the open", fixed, Configuration{"oauth.token.url": "http://login.p.com/token"}, "http://login.p.com"},
		{"user in the address", fixed, Configuration{"oauth.token.url": "https://login.p.com@evil.test/"}, "user name"},
		{"named host as a prefix", fixed, Configuration{"oauth.token.url": "https://login.p.com.evil.test/"}, "oauth.token.url"},
		{"backslash", fixed, Configuration{"oauth.token.url": `https://evil.test\.p.com/`}, "oauth.token.url"},

		{"a label", pattern, Configuration{"subdomain": "acme"}, ""},
		{"two labels", pattern, Configuration{"subdomain": "eu.acme"}, ""},
		{"no value yet", pattern, nil, ""},
		{"a label by URL", pattern, Configuration{"oauth.token.url": "https://acme.zendesk.com/token"}, ""},
		{"a value that leaves the host", pattern, Configuration{"subdomain": "evil.test/"}, "subdomain"},
		{"the domain alone", pattern, Configuration{"oauth.token.url": "https://zendesk.com/token"}, "oauth.token.url"},
		{"no dot between", pattern, Configuration{"oauth.token.url": "https://evilzendesk.com/token"}, "oauth.token.url"},
		{"pattern in the open", pattern, Configuration{"oauth.token.url": "http://acme.zendesk.com/token"}, "oauth.token.url"},

		{"the site of the definition", site, nil, ""},
		{"a site of one's own", site, Configuration{"site.address": "evil.test"}, "oauth.token.url"},
		{"the site of the definition, said again", site, Configuration{"site.address": "login.p.com"}, ""},
		{"every x of a shared domain is another party", hosted, Configuration{"app": "evil"}, "oauth.token.url"},
		{"unless the definition says so", shops, Configuration{"shop": "acme"}, ""},
		{"but not the instance", hosted, Configuration{"app": "evil", "oauth.secret.hosts": "*.github.io"}, "oauth.token.url"},
		{"a host that the definition lists", shops, Configuration{"shop": "acme", "base.url": "https://hooks.p.com/x"}, ""},

		{"a host of the token answer", answered, nil, ""},
		{"a host of the token answer that the caller gave", answered, Configuration{"instance_url": "https://evil.test"}, "base.url"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := CheckDefaultSecret(tt.entries, tt.given, inForce(tt.entries, tt.given))
			if tt.piece == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if f := fault.As(err); tt.piece != "" && (f == nil || f.Kind != fault.Invalid || !contains(f.Message, tt.piece) || contains(err.Error(), canary)) {
				t.Errorf("got %v", err)
			}
			if err := CheckDefaultSecret(tt.entries, tt.given, inForce(tt.entries, merged(tt.given, "oauth.api.secret", own["oauth.api.secret"]))); err != nil {
				t.Errorf("with a secret of its own: %v", err)
			}
		})
	}

	later := inForce(answered, nil)
	later["instance_url"] = "https://na1.p.com"
	if err := CheckDefaultSecret(answered, Configuration{"name": "x"}, later); err != nil {
		t.Errorf("after the token answer: %v", err)
	}
	if err := CheckDefaultSecret(entriesOf("oauth.api.secret", ""), nil, Configuration{"base.url": "https://anywhere.test"}); err != nil {
		t.Errorf("without a default: %v", err)
	}
}

func TestTheKeyThatSignsForTheClientIsGuardedToo(t *testing.T) {
	t.Parallel()
	entries := entriesOf("jwt.base64.encoded.key", "default key", "oauth.token.url", "https://login.p.com/token")
	err := CheckDefaultSecret(entries, nil, inForce(entries, Configuration{"oauth.token.url": "https://evil.test"}))
	if f := fault.As(err); f == nil || !contains(f.Message, "jwt.base64.encoded.key") {
		t.Errorf("got %v", err)
	}
}

func TestASecretIsCheckedAgainRightBeforeItLeaves(t *testing.T) {
	t.Parallel()
	entries := entriesOf("oauth.api.secret", "default", "oauth.token.url", "https://{sub}.p.com/token", "base.url", "https://api.p.com")
	for target, want := range map[string]bool{
		"https://acme.p.com/x": true, "https://api.p.com/": true, "https://evil.test/": false, "http://acme.p.com/": false, "https://p.com/": false,
	} {
		u, err := url.Parse(target)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckSecretHost(entries, Configuration{"oauth.api.secret": "default"}, u); (err == nil) != want {
			t.Errorf("%s: %v", target, err)
		}
		if err := CheckSecretHost(entries, Configuration{"oauth.api.secret": "mine"}, u); err != nil {
			t.Errorf("%s with a secret of its own: %v", target, err)
		}
	}
}

func TestOnlyAPatternWithinADomainNamesHosts(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]bool{
		"https://{x}.zendesk.com/api":   true,
		"https://api-{x}.zendesk.com":   true,
		"https://{x}-eu.zendesk.com":    true,
		"https://{a}.{b}.zendesk.co.uk": true,
		"https://{x}.com":               false,
		"https://{x}.co.uk":             false,
		"https://{x}zendesk.com":        false,
		"https://{x}":                   false,
		"https://{x}.github.io":         false,
		"https://{x}.0.0.1":             false,
		"https://api.{x}":               false,
		"{x}.zendesk.com":               false,
		"https://p.com/{x}":             false,
		"jdbc:{x}":                      false,
	} {
		if _, ok := patternOf(template); ok != want {
			t.Errorf("%s: %v", template, ok)
		}
	}
}
