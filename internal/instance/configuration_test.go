package instance

import (
	"strings"
	"testing"

	"jackfield/internal/access"
	"jackfield/internal/connector"
	"jackfield/internal/credential"
	"jackfield/internal/fault"
	"jackfield/internal/store"

	"github.com/google/go-cmp/cmp"
)

// sample is a connector with one entry of each sort.
func sample() *connector.Definition {
	return &connector.Definition{
		ID: 70, Key: "sample", Name: "Sample", Hub: "crm", Active: true, ProtocolType: "http",
		Authentication: connector.Authentication{Type: "basic"},
		Configuration: []connector.ConfigurationEntry{
			{Key: "username", Name: "API Key", Type: "TEXTFIELD_32", Required: true, Active: true},
			{Key: "password", Name: "Developer Key", Type: "PASSWORD", Required: true, Active: true},
			{Key: "base.url", Name: "Base URL", Type: "TEXTFIELD_1000", DefaultValue: "https://provider.example", HideFromConsole: true, Active: true},
			{Key: "note", Name: "Note", Type: "TEXTAREA", Active: true},
			{Key: "session.id", Name: "Session", Type: "TEXTFIELD_32", Internal: true, Required: true, Active: true},
			{Key: "base.url", Name: "twice", Type: "TEXTFIELD_32", DefaultValue: "twice"},
		},
	}
}

func given(pairs ...string) map[string]*string {
	m := map[string]*string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = &pairs[i+1]
	}
	return m
}

func row(id int64, key, value string) store.ConfigurationValue {
	return store.ConfigurationValue{ID: id, Key: key, Value: value, Set: true}
}

func TestEveryInstanceHasTheEntriesThatClientsLookFor(t *testing.T) {
	t.Parallel()
	for name, def := range map[string]*connector.Definition{"none": nil, "empty": {}, "sample": sample(), "declared": {
		Configuration: []connector.ConfigurationEntry{{Key: KeyFilterNulls, Type: "BOOLEAN"}, {Key: KeyEventsEnabled, DefaultValue: "true"}},
	}} {
		values := effective(entries(def), nil)
		if values[KeyFilterNulls] != "true" {
			t.Errorf("%s: %s = %q", name, KeyFilterNulls, values[KeyFilterNulls])
		}
		want := "false"
		if name == "declared" {
			want = "true" // the connector's own default wins
		}
		if values[KeyEventsEnabled] != want {
			t.Errorf("%s: %s = %q", name, KeyEventsEnabled, values[KeyEventsEnabled])
		}
	}
}

func TestTheValueInForceIsTheGivenOneOrTheDefault(t *testing.T) {
	t.Parallel()
	rows := []store.ConfigurationValue{row(1, "username", "u"), row(2, "undeclared", "x"), row(3, "note", ""),
		{ID: 4, Key: "base.url", Value: "stale", Set: false}}
	want := map[string]string{"username": "u", "undeclared": "x", "note": "", "base.url": "https://provider.example",
		KeyFilterNulls: "true", KeyEventsEnabled: "false"}
	if diff := cmp.Diff(want, effective(entries(sample()), rows)); diff != "" {
		t.Error(diff)
	}
}

func TestAnswersMaskSecretsAndLeaveUndeclaredKeysOut(t *testing.T) {
	t.Parallel()
	rows := []store.ConfigurationValue{row(1, "username", "u"), row(2, "password", "p"), row(3, "undeclared", "x"), row(4, "note", "")}
	want := map[string]string{"username": "u", "password": credential.Mask, "base.url": "https://provider.example", "note": "",
		KeyFilterNulls: "true", KeyEventsEnabled: "false"}
	if diff := cmp.Diff(want, shown(entries(sample()), rows)); diff != "" {
		t.Error(diff)
	}
}

func TestEveryMissingEntryIsNamedWithItsLabel(t *testing.T) {
	t.Parallel()
	all := entries(sample())
	for name, test := range map[string]struct {
		values map[string]string
		want   string
	}{
		"both":   {map[string]string{}, "The configuration entries username (API Key), password (Developer Key) are required"},
		"one":    {map[string]string{"username": "u"}, "The configuration entry password (Developer Key) is required"},
		"blank":  {map[string]string{"username": " ", "password": "p"}, "The configuration entry username (API Key) is required"},
		"filled": {map[string]string{"username": "u", "password": "p"}, ""},
	} {
		err := missing(all, test.values)
		if test.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !fault.Is(err, fault.Invalid) || fault.As(err).Message != test.want {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
}

// after applies changes to rows and prints the result: "key=value", "key~" without a value, "!" when secret.
func after(rows []store.ConfigurationValue, changes map[string]change) string {
	var out []string
	for _, r := range apply(entries(sample()), rows, changes) {
		text := r.Key + "~"
		if r.Set {
			text = r.Key + "=" + r.Value
		}
		if r.Secret {
			text += "!"
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func TestConfigurationChangesByTheRulesOfPUTAndPATCH(t *testing.T) {
	t.Parallel()
	all := entries(sample())
	rows := []store.ConfigurationValue{row(11, "username", "u"), row(12, "password", "p"), {ID: 13, Key: "base.url"},
		row(14, "note", "n"), row(15, "session.id", "s"), row(16, "extra", "e"), {ID: 17, Key: KeyFilterNulls}, {ID: 18, Key: KeyEventsEnabled}}
	const unchanged = "username=u! password=p! base.url~ note=n session.id=s! extra=e! filter.response.nulls~ event.notification.enabled~"
	if got := after(rows, nil); got != unchanged {
		t.Fatalf("nothing changed, but it became\n%s", got)
	}
	for name, test := range map[string]struct {
		put, patch string
		given      map[string]*string
	}{
		"nothing given": {
			given: given(),
			put:   "username~! password~! base.url~ note~ session.id=s! extra=e! filter.response.nulls~ event.notification.enabled~",
			patch: unchanged,
		},
		"an answer comes back": {
			given: given("username", "u", "password", credential.Mask, "base.url", "https://provider.example", "note", "n",
				"session.id", "s", KeyFilterNulls, "true", KeyEventsEnabled, "false"),
			put:   unchanged,
			patch: unchanged,
		},
		"null and empty": {
			given: map[string]*string{"username": new(string), "note": nil, "base.url": new(string), "password": given("x", credential.Mask)["x"]},
			put:   "username=! password=p! base.url~ note~ session.id=s! extra=e! filter.response.nulls~ event.notification.enabled~",
			patch: "username=! password=p! base.url~ note~ session.id=s! extra=e! filter.response.nulls~ event.notification.enabled~",
		},
		"undeclared keys": {
			given: given("username", "u", "password", "p", "zeta", "z", "alpha", "a", "debug", "true"),
			put:   "username=u! password=p! base.url~ note~ session.id=s! extra=e! filter.response.nulls~ event.notification.enabled~ alpha=a! zeta=z!",
			patch: "username=u! password=p! base.url~ note=n session.id=s! extra=e! filter.response.nulls~ event.notification.enabled~ alpha=a! zeta=z!",
		},
		"an undeclared key goes": {
			given: map[string]*string{"extra": nil, "username": given("x", "u")["x"], "password": given("x", "p")["x"]},
			put:   "username=u! password=p! base.url~ note~ session.id=s! filter.response.nulls~ event.notification.enabled~",
			patch: "username=u! password=p! base.url~ note=n session.id=s! filter.response.nulls~ event.notification.enabled~",
		},
		"a mask in clear text stays text": {
			given: given("username", credential.Mask, "password", "p"),
			put:   "username=********! password=p! base.url~ note~ session.id=s! extra=e! filter.response.nulls~ event.notification.enabled~",
			patch: "username=********! password=p! base.url~ note=n session.id=s! extra=e! filter.response.nulls~ event.notification.enabled~",
		},
	} {
		if got := after(rows, replacement(all, rows, test.given)); got != test.put {
			t.Errorf("%s: PUT made\n%s, want\n%s", name, got, test.put)
		}
		if got := after(rows, merge(all, rows, test.given)); got != test.patch {
			t.Errorf("%s: PATCH made\n%s, want\n%s", name, got, test.patch)
		}
	}
}

func TestRowsKeepTheirIDsAndNewEntriesGetRows(t *testing.T) {
	t.Parallel()
	rows := []store.ConfigurationValue{row(21, "note", "n"), row(22, "username", "u")}
	var ids []int64
	var keys []string
	for _, r := range apply(entries(sample()), rows, map[string]change{"new": {value: "v", set: true}}) {
		ids, keys = append(ids, r.ID), append(keys, r.Key)
	}
	if diff := cmp.Diff([]int64{21, 22, 0, 0, 0, 0, 0, 0}, ids); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"note", "username", "password", "base.url", "session.id", KeyFilterNulls, KeyEventsEnabled, "new"}, keys); diff != "" {
		t.Error(diff)
	}
}

func ada() *access.Principal {
	p := new(access.Principal)
	p.User.ID, p.Account.ID, p.Organization.ID = 7, 3, 2
	return p
}

func prepare(t *testing.T, body string) (*Draft, error) {
	t.Helper()
	r, err := ParseRequest([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return new(Service).Prepare(ada(), sample(), r)
}

func TestANewInstanceIsTaggedWithItsCleanNameUnlessTagsAreGiven(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{"name":"<a href=\"#\">x</a>"}`:   {"x"},
		`{"name":"x","tags":[]}`:           {"x"},
		`{"name":"x","tags":null}`:         {"x"},
		`{"name":"x","tags":["Docs","a"]}`: {"Docs", "a"},
	} {
		body = strings.TrimSuffix(body, "}") + `,"configuration":{"username":"u","password":"p"}}`
		d, err := prepare(t, body)
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if diff := cmp.Diff(want, d.row.Tags); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
		if d.row.Name != "x" {
			t.Errorf("%s: name %q", body, d.row.Name)
		}
	}
}

func TestANewInstanceIsRefusedForWhatIsMissing(t *testing.T) {
	t.Parallel()
	const keys = `"configuration":{"username":"u","password":"p"}`
	for body, want := range map[string]string{
		`{` + keys + `}`:              "name is required",
		`{"name":null,` + keys + `}`:  "name is required",
		`{"name":"<b>",` + keys + `}`: "name is required",
		`{"name":"` + strings.Repeat("a", MaxNameLength+1) + `",` + keys + `}`: "name has 256 characters",
		`{"name":"x"}`: "username (API Key), password (Developer Key)",
		`{"name":"x","configuration":{"password":"p"}}`: "username (API Key)",
	} {
		_, err := prepare(t, body)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", body, err, want)
		}
	}
}

func TestAConnectorWithoutRequiredEntriesNeedsOnlyAName(t *testing.T) {
	t.Parallel()
	name := "bare"
	def := &connector.Definition{ID: 1, Key: "bare", Authentication: connector.Authentication{Type: "custom"}}
	d, err := new(Service).Prepare(ada(), def, &Request{Name: &name})
	if err != nil {
		t.Fatal(err)
	}
	if d.AuthenticationType != "custom" || d.row.AuthenticationType != "custom" {
		t.Errorf("authentication type %q", d.AuthenticationType)
	}
}

func TestWhatALifecycleResourceBringsIsInForceAtOnce(t *testing.T) {
	t.Parallel()
	d, err := prepare(t, `{"name":"x","configuration":{"username":"u","password":"p"}}`)
	if err != nil {
		t.Fatal(err)
	}
	d.Set(map[string]string{"session.id": "s1", "undeclared": "z"})
	d.Set(map[string]string{"session.id": "s2"})
	if d.Effective["session.id"] != "s2" || d.Effective["undeclared"] != "z" || d.Effective["username"] != "u" {
		t.Errorf("in force: %v", d.Effective)
	}
}

func TestAChosenAuthenticationTypeWins(t *testing.T) {
	t.Parallel()
	def := sample()
	def.Configuration = append(def.Configuration, connector.ConfigurationEntry{Key: keyAuthenticationType, Type: "COMBO", DefaultValue: "basic"})
	for want, values := range map[string]map[string]string{"basic": {}, "oauth2": {keyAuthenticationType: "oauth2"}} {
		if got := authenticationType(def, values); got != want {
			t.Errorf("%v gives %q, want %q", values, got, want)
		}
	}
}

func TestOnlyValuesThatAProviderMayLookAtCountAsChangedCredentials(t *testing.T) {
	t.Parallel()
	old := map[string]string{"username": "u", KeyFilterNulls: "true"}
	for name, test := range map[string]struct {
		now  map[string]string
		want bool
	}{
		"same":    {map[string]string{"username": "u", KeyFilterNulls: "true"}, false},
		"ours":    {map[string]string{"username": "u", KeyFilterNulls: "false", KeyEventsEnabled: "true", "pagination.max": "5"}, false},
		"changed": {map[string]string{"username": "v", KeyFilterNulls: "true"}, true},
		"gone":    {map[string]string{KeyFilterNulls: "true"}, true},
		"new":     {map[string]string{"username": "u", "password": "p"}, true},
	} {
		if got := differ(old, test.now); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
