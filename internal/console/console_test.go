package console_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/console"
	"jackfield/internal/store/storetest"
)

const (
	email    = "ada@example.org"
	password = "Right-Passw0rd"
)

// desk is a console over a database with one administrator, and what the API behind Authorize saw last.
type desk struct {
	console *console.Console
	access  *access.Service
	api     http.Handler
	seen    *http.Request
}

func open(t *testing.T, change func(*console.Options)) *desk { return openAt(t, change, nil) }

// openAt opens a desk with a clock of its own.
func openAt(t *testing.T, change func(*console.Options), now func() time.Time) *desk {
	t.Helper()
	db := storetest.SQLite(t)
	service := access.New(db, access.Options{Vault: storetest.Vault(t), Now: now})
	t.Cleanup(service.Close)
	if _, err := service.FirstStart(t.Context(), access.FirstStart{Email: email, Password: password}); err != nil {
		t.Fatal(err)
	}
	o := console.Options{
		Access: service,
		Dist: fstest.MapFS{
			"index.html":           {Data: []byte("<!doctype html><title>Jackfield</title>")},
			"theme.js":             {Data: []byte("// theme")},
			"assets/app-abc123.js": {Data: []byte(strings.Repeat("console.log('jack');\n", 200))},
			"assets/inter.woff2":   {Data: []byte(strings.Repeat("font", 1000))},
		},
		Logo: func(key string) ([]byte, bool) {
			return []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), key == "actessentials"
		},
		Notices: []string{"Demo"},
	}
	if change != nil {
		change(&o)
	}
	d := &desk{console: console.New(o), access: service}
	d.api = d.console.Authorize(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { d.seen = r }))
	return d
}

type header map[string]string

func request(method, target, body string, headers header) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	return r
}

func (d *desk) do(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	d.console.ServeHTTP(w, r)
	return w.Result()
}

// caller is somebody logged in: the cookie and the CSRF token of the session.
type caller struct{ cookie, csrf string }

func (d *desk) logIn(t *testing.T, headers header) (caller, *http.Response) {
	t.Helper()
	all := header{"Content-Type": "application/json"}
	for name, value := range headers {
		all[name] = value
	}
	response := d.do(request("POST", "/console/session", `{"username":"`+email+`","password":"`+password+`"}`, all))
	var body struct{ CSRF string }
	decode(t, response, &body)
	return caller{cookieOf(response), body.CSRF}, response
}

func cookieOf(r *http.Response) string {
	for _, cookie := range r.Cookies() {
		if cookie.Name == console.CookieName {
			return cookie.Value
		}
	}
	return ""
}

func decode(t *testing.T, r *http.Response, into any) {
	t.Helper()
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	content, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestPagesFilesAndNothingElseAreServed(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	const html = "text/html,application/xhtml+xml"
	for _, c := range []struct {
		name, method, target, accept string
		status                       int
		contains, cache              string
		page                         bool
	}{
		{"the root", "GET", "/", "", 200, "<title>Jackfield", "no-cache", true},
		{"HEAD of the root", "HEAD", "/", "", 200, "", "no-cache", true},
		{"a page of the router", "GET", "/instances/7/configuration", html, 200, "<title>Jackfield", "no-cache", true},
		{"the same for a program", "GET", "/instances/7", "application/json", 404, "not found", "no-store", false},
		{"the page by its file name", "GET", "/index.html", "*/*", 404, "not found", "no-store", false},
		{"a hashed file", "GET", "/assets/app-abc123.js", "*/*", 200, "console.log", "public, max-age=31536000, immutable", false},
		{"a hashed file that is gone", "GET", "/assets/app-old.js", html, 404, "not found", "no-store", false},
		{"a file with a fixed name", "GET", "/theme.js", "*/*", 200, "// theme", "no-cache", false},
		{"an unknown page of the session", "GET", "/console/nothing", html, 404, "not found", "no-store", false},
		{"a path of the API", "GET", "/elements/api-docs", html, 404, "not found", "no-store", false},
		{"a path with dots", "GET", "/assets/%2e%2e/index.html", html, 404, "not found", "no-store", false},
		{"a write to a page", "POST", "/", html, 405, "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := d.do(request(c.method, c.target, "", header{"Accept": c.accept}))
			if r.StatusCode != c.status {
				t.Fatalf("status %d, want %d", r.StatusCode, c.status)
			}
			if got := r.Header.Get("Cache-Control"); got != c.cache {
				t.Errorf("Cache-Control %q, want %q", got, c.cache)
			}
			if got := text(t, r); !strings.Contains(got, c.contains) {
				t.Errorf("body %q, want %q in it", got, c.contains)
			}
			if got := r.Header.Get("X-Frame-Options"); (got == "DENY") != c.page {
				t.Errorf("X-Frame-Options %q: it belongs to pages, and only to them", got)
			}
			policy := r.Header.Get("Content-Security-Policy")
			if c.page != strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';") {
				t.Errorf("Content-Security-Policy %q", policy)
			}
			if strings.Contains(policy, "unsafe") {
				t.Errorf("the policy allows unsafe things: %q", policy)
			}
			if r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Referrer-Policy") == "" {
				t.Error("nosniff or the referrer policy is missing")
			}
		})
	}
}

func TestTheOldLoginPageLeadsToOursAndCannotBeFramed(t *testing.T) {
	t.Parallel()
	r := open(t, nil).do(request("GET", "/elements/jsp/login.jsp", "", nil))
	if r.StatusCode != http.StatusFound || r.Header.Get("Location") != "/login" || r.Header.Get("X-Frame-Options") != "DENY" {
		t.Fatalf("%d %v", r.StatusCode, r.Header)
	}
}

func TestFilesAreCompressedWhereItPaysAndTheClientAsks(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for _, c := range []struct {
		target, accept string
		zipped         bool
	}{
		{"/assets/app-abc123.js", "br, gzip;q=0.8", true},
		{"/assets/app-abc123.js", "*", true},
		{"/assets/app-abc123.js", "gzip;q=0", false},
		{"/assets/app-abc123.js", "gzip;q=0.0", false},
		{"/assets/app-abc123.js", "identity", false},
		{"/assets/app-abc123.js", "", false},
		{"/assets/inter.woff2", "gzip", false}, // packed already
		{"/", "gzip", false},                   // too small
	} {
		r := d.do(request("GET", c.target, "", header{"Accept-Encoding": c.accept, "Range": "bytes=0-3"}))
		if got := r.Header.Get("Content-Encoding") == "gzip"; got != c.zipped {
			t.Errorf("%s with %q: compressed %t, want %t", c.target, c.accept, got, c.zipped)
		}
		if r.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: Vary is missing", c.target)
		}
		if c.zipped {
			unzip, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := io.ReadAll(unzip)
			if err != nil || !strings.HasPrefix(string(plain), "console.log") || len(plain) != 4200 {
				t.Errorf("%d bytes, %v", len(plain), err)
			}
		}
	}
}

func TestAnUnchangedFileIsNotSentAgain(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for _, encoding := range []string{"", "gzip"} {
		first := d.do(request("GET", "/assets/app-abc123.js", "", header{"Accept-Encoding": encoding}))
		tag := first.Header.Get("ETag")
		again := d.do(request("GET", "/assets/app-abc123.js", "", header{"Accept-Encoding": encoding, "If-None-Match": tag}))
		if tag == "" || again.StatusCode != http.StatusNotModified {
			t.Errorf("%q: %d with tag %s", encoding, again.StatusCode, tag)
		}
	}
}

func TestALogoIsAPictureThatCanDoNothing(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	r := d.do(request("GET", "/console/logos/actessentials.svg", "", nil))
	if r.StatusCode != 200 || r.Header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(r.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	for _, target := range []string{"/console/logos/unknown.svg", "/console/logos/actessentials", "/console/logos/..%2Factessentials.svg"} {
		if r := d.do(request("GET", target, "", nil)); r.StatusCode != http.StatusNoContent {
			t.Errorf("%s: status %d, want 204, which is no error in a browser", target, r.StatusCode)
		}
	}
}

func TestWithoutABuildTheSessionStillWorks(t *testing.T) {
	t.Parallel()
	d := open(t, func(o *console.Options) { o.Dist = fstest.MapFS{} })
	if r := d.do(request("GET", "/", "", nil)); r.StatusCode != 200 || !strings.Contains(text(t, r), "not part of this program") {
		t.Errorf("status %d", r.StatusCode)
	}
	if who, _ := d.logIn(t, nil); who.cookie == "" {
		t.Error("no login")
	}
}

func TestTheBuildThatShipsNamesOnlyItself(t *testing.T) {
	t.Parallel()
	d := open(t, func(o *console.Options) { o.Dist = nil })
	page := text(t, d.do(request("GET", "/", "", nil)))
	if strings.Contains(page, "http://") || strings.Contains(page, "https://") || strings.Contains(page, "<style") || strings.Contains(page, "onload=") {
		t.Errorf("the page reaches outside or is not allowed by its own policy:\n%s", page)
	}
	found := 0
	for _, part := range strings.Split(page, `"`) {
		if !strings.HasPrefix(part, "/") {
			continue
		}
		found++
		if r := d.do(request("GET", part, "", nil)); r.StatusCode != 200 {
			t.Errorf("%s: status %d: run `make console` and commit web/dist", part, r.StatusCode)
		}
	}
	if found < 4 {
		t.Errorf("the page names %d files, want its script, style, font and icon", found)
	}
}
