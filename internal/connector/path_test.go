package connector_test

import (
	"slices"
	"testing"

	"jackfield/internal/connector"
)

func TestPathsAreStoredUnderAHubAndMatchedWithoutIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ hub, path, canonical, relative string }{
		{"crm", "/statuses", "/hubs/crm/statuses", "/statuses"},
		{"crm", "statuses/{id}", "/hubs/crm/statuses/{id}", "/statuses/{id}"},
		{"crm", "/hubs/crm/mynewcontacts", "/hubs/crm/mynewcontacts", "/mynewcontacts"},
		{"crm", "/hubs/finance/a/b", "/hubs/finance/a/b", "/a/b"},
		{"", "/a", "/hubs/general/a", "/a"},
		{"crm", "/hubs", "/hubs/crm/hubs", "/hubs"},
		{"crm", "/hubs/crm", "/hubs/crm", "/"},
		{"crm", "/hubsons/a", "/hubs/crm/hubsons/a", "/hubsons/a"},
	} {
		canonical := connector.CanonicalPath(c.hub, c.path)
		if canonical != c.canonical {
			t.Errorf("%s in hub %q is stored as %s, want %s", c.path, c.hub, canonical, c.canonical)
		}
		if relative := connector.RelativePath(canonical); relative != c.relative {
			t.Errorf("%s is matched as %s, want %s", canonical, relative, c.relative)
		}
	}
}

func TestPathVariablesAreListedInOrder(t *testing.T) {
	t.Parallel()
	for path, want := range map[string][]string{
		"/a":                nil,
		"/a/{b}/c/{d e}.js": {"b", "d e"},
		"/a/{b":             nil,
		"/a/{}":             {""},
	} {
		if got := connector.PathVariables(path); !slices.Equal(got, want) {
			t.Errorf("%s has %q, want %q", path, got, want)
		}
	}
}

func TestAKeyIsMadeOfTheNamesLettersAndDigits(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Churros DB element 42": "churrosdbelement42",
		"Act! 365":              "act365",
		"Ünïcode":               "ncode",
		"!!":                    "",
	} {
		if got := connector.KeyFromName(name); got != want {
			t.Errorf("%q gives %q, want %q", name, got, want)
		}
	}
}

func TestResourceTypesAreReadWithTheirHistoricSpelling(t *testing.T) {
	t.Parallel()
	d, err := connector.ParseJSON([]byte(`{"resources":[{},{"type":"oauthOnAuthroizeUrl"},{"type":"apiNoDocumentation"},{"type":"onProvision"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		kind     string
		callable bool
	}{{"api", true}, {"oauthOnAuthorizeUrl", false}, {"apiNoDocumentation", true}, {"onProvision", false}} {
		r := &d.Resources[i]
		if r.ResourceType() != want.kind || r.Callable() != want.callable {
			t.Errorf("resource %d is %s, callable %v; want %s, %v", i, r.ResourceType(), r.Callable(), want.kind, want.callable)
		}
	}
	if found := d.ResourcesOfType("oauthOnAuthorizeUrl"); len(found) != 1 || found[0] != &d.Resources[1] {
		t.Error("the misspelt resource is not found by its right name")
	}
}
