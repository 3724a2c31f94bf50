package credential

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/outbound"
)

// urlKeys are the addresses that a client secret is sent to, or that a hook could send it to.
var urlKeys = []string{"oauth.token.url", "oauth.token.refresh_url", "oauth.token.revoke_url", "oauth.request.url", baseKey}

const (
	baseKey = "base.url"
	// keySecretHosts is our own configuration key: further hosts, separated by commas or blanks, that the
	// default secret may go to, with * for labels in front: "*.myshopify.com". Only its default counts.
	keySecretHosts = "oauth.secret.hosts"
)

// ownedSecrets are the secrets of a connector's author: the client secret, and the key that signs for the client.
var ownedSecrets = []string{"oauth.api.secret", keyJWTKey}

// CheckDefaultSecret refuses an instance that would send a connector's default client secret to a host that the
// definition does not name: one that overrides base.url or a token URL, or fills their host freely, must bring
// a secret of its own. entries are the definition's, given is what the caller of this request sent, effective
// is what is in force then. The error is a fault of kind Invalid that says which key and what to do.
//
// A host is named by the defaults of URL entries: as it stands, or as a pattern where a placeholder stands left
// of a registrable domain (https://{subdomain}.zendesk.com). Placeholders in base.url whose entry is internal
// count as the platform's own, unless the caller gave them: the provider's token answer brought them.
func CheckDefaultSecret(entries []connector.ConfigurationEntry, given, effective Configuration) error {
	secret, inForce := defaultSecret(entries, effective)
	if !inForce {
		return nil
	}
	named := hostsNamed(entries)
	for _, key := range urlKeys {
		template := strings.TrimSpace(effective[key])
		if template == "" || key == baseKey && filledByPlatform(entries, given, template) {
			continue
		}
		u, err := party(effective, key, template)
		if err != nil {
			open := slices.ContainsFunc(connector.PathVariables(authority(template)), func(name string) bool { return effective[name] == "" })
			if open && template == strings.TrimSpace(defaultOf(entries, key)) && named.hasPattern(template) {
				continue // whatever fills it later stays with this party
			}
			return err
		}
		if !named.allow(u) {
			return foreignSecret(key, u, secret)
		}
	}
	return nil
}

// CheckSecretHost is the same rule for a request that is about to leave with the client secret, whatever made
// its URL.
func CheckSecretHost(entries []connector.ConfigurationEntry, effective Configuration, target *url.URL) error {
	if secret, inForce := defaultSecret(entries, effective); inForce && !hostsNamed(entries).allow(target) {
		return foreignSecret("the address of the call", target, secret)
	}
	return nil
}

func foreignSecret(what string, u *url.URL, secret string) error {
	return fault.New(fault.Invalid, "%s leads to %s://%s, which the connector's definition does not name, and its default %s is sent only to hosts that it names: give %s of an app of your own, or leave the address as it is",
		what, u.Scheme, u.Host, secret, secret)
}

// defaultSecret tells which secret in force is the definition's, however it got there.
func defaultSecret(entries []connector.ConfigurationEntry, effective Configuration) (string, bool) {
	for _, key := range ownedSecrets {
		if value := defaultOf(entries, key); value != "" && value != Mask && effective[key] == value {
			return key, true
		}
	}
	return "", false
}

func defaultOf(entries []connector.ConfigurationEntry, key string) string {
	for i := range entries {
		if entries[i].Key == key {
			return entries[i].DefaultValue
		}
	}
	return ""
}

// filledByPlatform reports whether a base URL is the definition's and its host comes from internal entries that
// the caller did not touch.
func filledByPlatform(entries []connector.ConfigurationEntry, given Configuration, template string) bool {
	if template != strings.TrimSpace(defaultOf(entries, baseKey)) {
		return false
	}
	names := connector.PathVariables(authority(template))
	for _, name := range names {
		i := slices.IndexFunc(entries, func(e connector.ConfigurationEntry) bool { return e.Key == name })
		if i < 0 || !entries[i].Internal || given[name] != "" && given[name] != entries[i].DefaultValue {
			return false
		}
	}
	return len(names) > 0
}

// authority is scheme and host of a URL that may hold placeholders.
func authority(template string) string {
	start := 0
	if i := strings.Index(template, "://"); i >= 0 {
		start = i + len("://")
	}
	if i := strings.IndexAny(template[start:], "/?#"); i >= 0 {
		return template[:start+i]
	}
	return template
}

// party fills scheme and host of an address; what its path needs does not matter here.
func party(c Configuration, key, template string) (*url.URL, error) {
	return address(merged(c, key, authority(template)), key)
}

// merged is a configuration with one other value.
func merged(c Configuration, key, value string) Configuration {
	out := make(Configuration, len(c)+1)
	maps.Copy(out, c)
	out[key] = value
	return out
}

// namedHosts are the hosts that a definition names.
type namedHosts struct {
	exact    Hosts
	patterns []hostPattern
}

func hostsNamed(entries []connector.ConfigurationEntry) namedHosts {
	defaults := Configuration{}
	for i := range entries {
		defaults[entries[i].Key] = entries[i].DefaultValue
	}
	var n namedHosts
	var plain []string
	for _, key := range append([]string{"oauth.authorization.url"}, urlKeys...) {
		template := strings.TrimSpace(defaults[key])
		if template == "" {
			continue
		}
		if u, err := party(defaults, key, template); err == nil {
			plain = append(plain, u.Scheme+"://"+u.Host)
		}
		if p, ok := patternOf(template); ok {
			n.patterns = append(n.patterns, p)
		}
	}
	split := func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' || r == '\r' }
	for _, host := range strings.FieldsFunc(defaults[keySecretHosts], split) {
		if rest, ok := strings.CutPrefix(host, "*."); ok && isHost(rest) {
			n.patterns = append(n.patterns, hostPattern{scheme: "https", suffix: "." + strings.ToLower(rest)})
		} else if isHost(host) {
			plain = append(plain, "https://"+host)
		}
	}
	if len(plain) > 0 {
		n.exact = NewHosts(plain[0], plain[1:]...)
	}
	return n
}

// allow reports whether a secret may go to the host of a URL.
func (n namedHosts) allow(u *url.URL) bool {
	to := outbound.OriginOf(u)
	return n.exact.trust(to) || slices.ContainsFunc(n.patterns, func(p hostPattern) bool { return p.match(to) })
}

// hasPattern reports whether a template is one of the patterns, so that every value leads to the same party.
func (n namedHosts) hasPattern(template string) bool {
	p, ok := patternOf(template)
	return ok && slices.Contains(n.patterns, p)
}

// hostPattern is a host with placeholders in labels left of a registrable domain.
type hostPattern struct {
	scheme, prefix, suffix, port string
}

// patternOf reads a pattern out of an address. A placeholder that could choose the registrable domain names
// nobody: {site}, {x}.com, {x}example.com, and {x}.github.io, where every x is another party.
func patternOf(template string) (hostPattern, bool) {
	scheme, host, ok := strings.Cut(strings.ToLower(authority(template)), "://")
	first, last := strings.Index(host, "{"), strings.LastIndex(host, "}")
	if !ok || first < 0 || last < first || scheme != "https" && scheme != "http" {
		return hostPattern{}, false
	}
	suffix, port, _ := strings.Cut(host[last+1:], ":")
	_, fixed, _ := strings.Cut(suffix, ".")
	fixed = strings.TrimSuffix(fixed, ".")
	if !isHost(fixed) || strings.Trim(fixed[strings.LastIndex(fixed, ".")+1:], "0123456789") == "" {
		return hostPattern{}, false
	}
	if _, err := publicsuffix.EffectiveTLDPlusOne(fixed); err != nil {
		return hostPattern{}, false
	}
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[scheme]
	}
	return hostPattern{scheme: scheme, prefix: host[:first], suffix: strings.TrimSuffix(suffix, "."), port: port}, true
}

func (p hostPattern) match(to outbound.Origin) bool {
	port := p.port
	if port == "" {
		port = "443"
	}
	from := outbound.Origin{Scheme: p.scheme, Host: to.Host, Port: port}
	return from.Trusts(to) && len(to.Host) > len(p.prefix)+len(p.suffix) &&
		strings.HasPrefix(to.Host, p.prefix) && strings.HasSuffix(to.Host, p.suffix)
}
