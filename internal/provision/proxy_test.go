package provision

import (
	"net/url"
	"testing"
)

func TestAProxyTakesTheApplicationsThatItsPatternsName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pattern, application string
		want                 bool
	}{
		"host with stars":             {"test**.com", "https://test.acme.com/back", true},
		"host with stars, any scheme": {"test**.com", "http://test-1.com", true},
		"another host":                {"test**.com", "https://other.com/test.com", false},
		"the name in the user part":   {"test**.com", "https://test.com@evil.example/", false},
		"the name in the path":        {"test.com", "https://evil.example/test.com", false},
		"a longer host":               {"test.com", "https://test.com.evil.example/", false},
		"host and port":               {"app.test:8443", "https://app.test:8443/x", true},
		"an address":                  {"https://app.test/back", "https://app.test/back", true},
		"an address with a query":     {"https://app.test/back", "https://app.test/back?x=1", false},
		"an address with a star":      {"https://app.test/*", "https://app.test/a/b?c=d", true},
		"a dot is a dot":              {"https://app.test/", "https://appxtest/", false},
		"a regular expression":        {`https://[a-z]+\.app\.test/.*`, "https://acme.app.test/back", true},
		"one that does not fit":       {`https://[a-z]+\.app\.test/.*`, "https://a.b.app.test/back", false},
		"no web address":              {"*", "javascript:alert(1)", false},
		"nothing":                     {"*", "", false},
		"everything":                  {"*", "https://any.test/", true},
	} {
		if got := takes([]string{c.pattern}, c.application); got != c.want {
			t.Errorf("%s: %q takes %q: %v", name, c.pattern, c.application, got)
		}
	}
	if takes(nil, "https://app.test") {
		t.Error("a proxy without patterns takes an application")
	}
}

func TestAnApplicationGetsWhatTheProviderReturnedWithItsOwnState(t *testing.T) {
	t.Parallel()
	got, err := joined("https://app.test/back?keep=1&state=old", url.Values{"code": {"c d"}, "state": {"sealed"}, "realmId": {"7"}}, "mine")
	if err != nil || got != "https://app.test/back?code=c+d&keep=1&realmId=7&state=mine" {
		t.Errorf("%s, %v", got, err)
	}
}
