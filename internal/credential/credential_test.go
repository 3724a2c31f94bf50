package credential

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"jackfield/internal/fault"
)

func request(t *testing.T, target string) *http.Request {
	t.Helper()
	req, err := http.NewRequest("GET", target, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func TestEachTypeSignsInItsWay(t *testing.T) {
	t.Parallel()
	home := NewHosts("https://app.act365.test/act/api")
	for name, tt := range map[string]struct {
		authType string
		config   Configuration
		outcome  Outcome
		header   string
	}{
		"basic":                        {Basic, Configuration{"username": "Aladdin", "password": "open sesame"}, Signed, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
		"basic in other letters":       {"BASIC", Configuration{"username": "Aladdin", "password": "open sesame"}, Signed, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
		"basic with UTF-8":             {Basic, Configuration{"username": "test", "password": "123£"}, Signed, "Basic dGVzdDoxMjPCow=="},
		"basic with a user name only":  {Basic, Configuration{"username": "key"}, Signed, "Basic a2V5Og=="},
		"basic with a password only":   {Basic, Configuration{"password": "pat"}, Signed, "Basic OnBhdA=="},
		"basic hides line breaks":      {Basic, Configuration{"username": "a\r\nX: b", "password": "c"}, Signed, "Basic YQ0KWDogYjpj"},
		"basic without values":         {Basic, Configuration{}, Nothing, ""},
		"basic without configuration":  {Basic, nil, Nothing, ""},
		"apiKey is left to parameters": {APIKey, Configuration{"username": "u", "password": "p", "api.key": "k"}, Nothing, ""},
		"custom is left to hooks":      {Custom, Configuration{"username": "u", "password": "p"}, Nothing, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := request(t, "https://app.act365.test/act/api/Contacts")
			outcome, err := Sign(req, tt.authType, tt.config, home)
			if err != nil || outcome != tt.outcome || req.Header.Get("Authorization") != tt.header {
				t.Errorf("%s, %v, Authorization %q; want %s, %q", outcome, err, req.Header.Get("Authorization"), tt.outcome, tt.header)
			}
		})
	}
}

func TestAnUnknownTypeIsSaidWithTheKnownOnes(t *testing.T) {
	t.Parallel()
	for _, authType := range []string{"", "oauth9", "basic "} {
		_, err := Sign(request(t, "https://p.test"), authType, nil, NewHosts("https://p.test"))
		f := fault.As(err)
		if f == nil || f.Kind != fault.Invalid || f.Message != `authentication type "`+authType+`" is not supported; supported are `+strings.Join(Types(), ", ") {
			t.Errorf("%q: %v", authType, err)
		}
		if Check(authType) == nil {
			t.Errorf("Check(%q) is content", authType)
		}
	}
	for _, authType := range Types() {
		if err := Check(authType); err != nil {
			t.Error(err)
		}
	}
}

func TestAnAuthorizationThatIsSetStays(t *testing.T) {
	t.Parallel()
	config := Configuration{"username": "u", "password": "p"}
	for name, values := range map[string][]string{"a value": {"Token abc"}, "emptied by a hook": nil, "empty": {""}} {
		req := request(t, "https://p.test/x")
		req.Header["Authorization"] = values
		outcome, err := Sign(req, Basic, config, NewHosts("https://p.test"))
		if err != nil || outcome != Kept || !slices.Equal(req.Header["Authorization"], values) {
			t.Errorf("%s: %s, %v, now %q", name, outcome, err, req.Header["Authorization"])
		}
	}
}

func TestACredentialGoesOnlyToItsHosts(t *testing.T) {
	t.Parallel()
	hosts := NewHosts("https://Api.Provider.test/v1/{tenant}", "https://files.provider.test:8443/up?x={id}", "jdbc:oracle:thin:@db.test:1521/x", "{baseurl}",
		"https://{host}/steal", "https://user@userinfo.test/", "http://plain.test", "not a url", "//no-scheme.test", "ftp://ftp.test", "")
	for target, want := range map[string]bool{
		"https://api.provider.test/v1/x":               true,
		"https://api.provider.test:443/other":          true,
		"https://api.provider.test./v1":                true,
		"https://files.provider.test:8443/up":          true,
		"http://plain.test/":                           true,
		"https://plain.test/":                          true, // the same host, upgraded
		"http://api.provider.test/v1/x":                false,
		"https://api.provider.test:8443/v1":            false,
		"https://files.provider.test/up":               false,
		"https://evil.test/":                           false,
		"https://api.provider.test.evil.test/":         false,
		"https://sub.api.provider.test/":               false,
		"https://provider.test/":                       false,
		"https://api.provider.test@evil.test/":         false,
		"https://userinfo.test/":                       false,
		"https://db.test:1521/":                        false,
		"https://no-scheme.test/":                      false,
		"https://evil.test/?https://api.provider.test": false,
	} {
		req := request(t, target)
		outcome, err := Sign(req, Basic, Configuration{"username": "u", "password": "p"}, hosts)
		if err != nil || (outcome == Signed) != want || (req.Header.Get("Authorization") != "") != want {
			t.Errorf("%s: %s, %v, want signed %v", target, outcome, err, want)
		}
		if !want && outcome != Foreign {
			t.Errorf("%s: outcome %s, want foreign", target, outcome)
		}
	}
}

func TestAHostHeaderOfSomebodyElseIsForeign(t *testing.T) {
	t.Parallel()
	hosts := NewHosts("https://api.test", "https://alias.test")
	for host, want := range map[string]bool{"": true, "API.test": true, "alias.test": true, "evil.test": false, "api.test:444": false} {
		req := request(t, "https://api.test/x")
		req.Host = host
		if got := hosts.Own(req); got != want {
			t.Errorf("Host %q: %v", host, got)
		}
	}
	if (Hosts{}).Own(request(t, "https://api.test")) || hosts.Own(&http.Request{}) {
		t.Error("a credential without hosts, or a request without URL, is signed")
	}
}

func TestAnInstanceMayPickItsType(t *testing.T) {
	t.Parallel()
	if got := TypeOf(Custom, Configuration{"authentication.type": "basic"}); got != Basic {
		t.Errorf("got %q", got)
	}
	if got := TypeOf(Custom, Configuration{"authentication.type": ""}); got != Custom {
		t.Errorf("got %q", got)
	}
	if s, ok := For("apikey"); !ok || s.Type != APIKey || len(s.Reads) != 0 {
		t.Errorf("%v %v", s, ok)
	}
	if s, _ := For(Basic); !slices.Equal(s.Reads, []string{"username", "password"}) {
		t.Errorf("basic reads %v", s.Reads)
	}
}

func contains(text, piece string) bool { return strings.Contains(text, piece) }
