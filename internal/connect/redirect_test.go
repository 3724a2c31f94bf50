package connect

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestResultsGoToTheOperatorsAddressesAlone(t *testing.T) {
	t.Parallel()
	list, err := ParseRedirects([]string{"https://app.example.com/connected/", "https://whole.example.com", "https://one.example.com/page", "http://127.0.0.1:9000/x"}, false)
	if err != nil {
		t.Fatal(err)
	}
	demo, err := ParseRedirects(nil, true)
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"":                                                               true,
		"https://app.example.com/connected/":                             true,
		"https://APP.example.com/connected/a?b":                          true,
		"https://app.example.com:443/connected/":                         true,
		"https://app.example.com/connected":                              false,
		"https://app.example.com/connectedx":                             false,
		"https://app.example.com/":                                       false,
		"https://app.example.com/connected/../":                          false,
		"https://app.example.com/connected/%2E%2E/x":                     false,
		"https://app.example.com/connected/.%2e/x":                       false,
		"https://app.example.com/connected\\..":                          false,
		"https://app.example.com.evil.example/connected/":                false,
		"https://app.example.com@evil.example/connected/":                false,
		"https://evil.example/?https://app.example.com/connected/":       false,
		"https://app.example.com:444/connected/":                         false,
		"http://app.example.com/connected/":                              false,
		"//app.example.com/connected/":                                   false,
		"/connected/":                                                    false,
		"https://whole.example.com":                                      true,
		"https://whole.example.com/any/where":                            true,
		"https://whole.example.com#part":                                 false,
		"https://one.example.com/page":                                   true,
		"https://one.example.com/page/more":                              true,
		"https://one.example.com/pages":                                  false,
		"http://127.0.0.1:9000/x":                                        true,
		"http://127.0.0.1:9001/x":                                        false,
		"javascript:alert(1)":                                            false,
		"data:text/html,x":                                               false,
		"https://one.example.com/" + strings.Repeat("x", MaxRedirectURL): false,
	} {
		if err := list.check(address); (err == nil) != want {
			t.Errorf("%q: %v, want allowed: %t", address, err, want)
		}
	}
	for address, want := range map[string]bool{"http://127.0.0.1:3000/x": true, "http://localhost/x": true, "http://[::1]:1/": true, "https://app.example.com/": false, "http://127.0.0.1.evil.example/": false} {
		if err := demo.check(address); (err == nil) != want {
			t.Errorf("demo, %q: %v, want allowed: %t", address, err, want)
		}
	}
}

func TestAddressesThatCannotBeListed(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"", "app.example.com", "https://*.example.com", "http://app.example.com", "https://a@app.example.com", "https://app.example.com/?x", "https://app.example.com/#x", "https://app.example.com/../x"} {
		if _, err := ParseRedirects([]string{pattern}, false); err == nil {
			t.Errorf("%q is taken", pattern)
		}
	}
}

func TestResultsKeepWhatTheAddressHasAndCarryNoMore(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		address string
		outcome Outcome
		want    string
	}{
		{"https://a.example/x?order=7&status=mine", Outcome{Status: StatusConnected, InstanceID: 5}, "https://a.example/x?instanceId=5&order=7&status=connected"},
		{"https://a.example", Outcome{Status: StatusFailed, Error: "a & b"}, "https://a.example?error=a+%26+b&status=failed"},
	} {
		if got := results(test.address, &test.outcome); got != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}

func TestARefusalIsRecognised(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]struct {
		code   string
		denied bool
	}{
		"code=x":                             {"", false},
		"error=access_denied":                {"access_denied", true},
		"error=server_error":                 {"server_error", false},
		"denied=token":                       {"access_denied", true},
		"error=" + strings.Repeat("x", 2000): {strings.Repeat("x", maxProblem) + "…", false},
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if code, denied := refusal(values); code != want.code || denied != want.denied {
			t.Errorf("%.40s: %.40s %t", query, code, denied)
		}
	}
}

func TestABrandIsCheckedWhenTheServerStarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for what, test := range map[string]struct{ name, logo, color, want string }{
		"nothing":       {"", "", "", ""},
		"all":           {"Acme", file("a.svg", "<svg/>"), "#0F766e", ""},
		"an address":    {"", "https://cdn.example.com/logo.png", "", ""},
		"a long name":   {strings.Repeat("x", maxBrandName+1), "", "", "80 characters"},
		"two lines":     {"a\nb", "", "", "one line"},
		"a word":        {"", "", "teal", "#0f766e"},
		"a short one":   {"", "", "#fff", "#0f766e"},
		"no TLS":        {"", "http://cdn.example.com/logo.png", "", "https"},
		"a policy":      {"", "https://cdn.example.com;script-src/logo.png", "", "https"},
		"another file":  {"", file("a.txt", "x"), "", ".svg"},
		"no file":       {"", filepath.Join(dir, "none.png"), "", "none.png"},
		"an empty file": {"", file("b.png", ""), "", "0 bytes"},
		"a large file":  {"", file("c.png", strings.Repeat("x", maxBrandLogo+1)), "", "262144"},
		"no SVG":        {"", file("d.svg", "x"), "", "no SVG"},
	} {
		_, err := ParseBrand(test.name, test.logo, test.color)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", what, err, test.want)
		}
	}
	if b, _ := ParseBrand("", "https://cdn.example.com:8443/a/logo.png", ""); b.LogoOrigin() != "https://cdn.example.com:8443" {
		t.Errorf("origin %s", b.LogoOrigin())
	}
}
