package wire_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"jackfield/internal/server"
)

// brandingBody is a branding with all fields, changed by some; nil takes one out.
func brandingBody(t *testing.T, changes map[string]any) string {
	t.Helper()
	values := map[string]any{
		"headerFont": "Open Sans", "bodyFont": "Arial", "navigationIconSize": "12px", "navigationLabelSize": "12px", "navigationWidth": "200px",
		"documentationUrl": "https://example.org/docs",
	}
	for name := range strings.FieldsSeq(`headerColor bodyColor themePrimaryColor themeSecondaryColor themeHighlightColor buttonPrimaryBackgroundColor
		buttonPrimaryTextColor buttonSecondaryBackgroundColor buttonSecondaryTextColor buttonDeleteBackgroundColor buttonDeleteTextColor logoBackgroundColor
		topBarBackgroundColor navigationBackgroundColor contextBackgroundColor cardHeaderColor cardBackground cardMenuBackground cardMenuLinkColor
		navigationLinkBackground navigationLinkBackgroundHover navigationLinkBackgroundActive navigationLinkForeground navigationLinkForegroundHover
		navigationLinkForegroundActive topBarNavigationColor tableHeaderBackground tableHeaderForeground tableBodyBackground tableBodyForeground
		componentsBorderColor topBarTitleColor navigationItemBorderColor`) {
		values[name] = "#0F766e"
	}
	maps.Copy(values, changes)
	maps.DeleteFunc(values, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// picture sends an image as a form does.
func (h *house) picture(kind string, content []byte) *answer {
	h.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "picture.png")
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return h.do(request{method: "PATCH", path: "/organizations/branding/" + kind, body: body.String(), header: map[string]string{"Content-Type": form.FormDataContentType()}})
}

func aPNG(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

type brandingAnswer struct {
	HeaderColor   string `json:"headerColor"`
	Name          string `json:"name"`
	Logo, Favicon string
}

func TestABrandingIsPutReadAndDeleted(t *testing.T) {
	t.Parallel()
	h := build(t, func(o *server.Options) { o.ImagesURL = "https://images.cloudelements.io" })
	const path = "/organizations/branding"
	h.do(request{path: path}).want(404, "No branding found")
	h.do(request{method: "DELETE", path: path}).want(404)
	var b brandingAnswer
	h.do(request{method: "PUT", path: path, body: brandingBody(t, nil)}).want(200).into(&b)
	if b.HeaderColor != "#0F766e" {
		t.Errorf("%+v", b)
	}
	h.do(request{method: "PUT", path: path, body: brandingBody(t, map[string]any{"headerColor": "#abc", "name": "<b>Acme</b><script>x</script>"})}).want(200, `"headerColor":"#abc"`, `"name":"Acme"`)
	h.do(request{method: "PUT", path: path, body: brandingBody(t, map[string]any{"bodyFont": nil})}).want(400, "Branding missing required field(s)", "bodyFont")
	h.do(request{method: "PUT", path: path, body: brandingBody(t, map[string]any{"bodyColor": "red"})}).want(400, "Branding contains invalid field(s)", "bodyColor")
	h.do(request{method: "PUT", path: path, body: brandingBody(t, map[string]any{"name": "<i></i>"})}).want(400, "Branding contains invalid field(s)", "name")
	h.do(request{path: path}).want(200, `"headerColor":"#abc"`)
	h.picture("logo", aPNG(t)).want(200)
	h.picture("favicon", aPNG(t)).want(200).into(&b)
	if !strings.HasPrefix(b.Logo, "https://images.cloudelements.io/logo") || !strings.HasPrefix(b.Favicon, "https://images.cloudelements.io/favicon") {
		t.Errorf("%+v", b)
	}
	plain := h.as(h.adds("/organizations/users", "plain@example.org", `"roles":[{"key":"default-user"}]`))
	plain.do(request{path: path}).want(200)
	for _, method := range []string{"PUT", "DELETE"} {
		plain.do(request{method: method, path: path, body: "{}"}).want(403, "manageUiBranding")
	}
	plain.picture("logo", aPNG(t)).want(403)
	h.do(request{method: "DELETE", path: path}).want(200)
	h.do(request{path: path}).want(404)
	rows := h.audit("", map[string][]string{"entity": {"branding"}, "method": {"PATCH"}, "status": {"200"}})
	if len(rows) != 2 || !strings.HasPrefix(rows[1].change("logo"), `→"https://images`) {
		t.Errorf("%v", rows)
	}
}

func TestLogosAreServedSoThatTheyCannotAct(t *testing.T) {
	t.Parallel()
	h := build(t)
	var b brandingAnswer
	h.picture("logo", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>`)).want(200).into(&b)
	if !strings.HasPrefix(b.Logo, h.server.URL()+"/console/branding/logo-") {
		t.Fatalf("%+v", b)
	}
	get := func(address string) (*http.Response, string) {
		answer, err := http.Get(address) //nolint:noctx // a test of a server on loopback
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, string(body)
	}
	served, text := get(b.Logo)
	header := served.Header
	if served.StatusCode != 200 || header.Get("Content-Type") != "image/svg+xml" || header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") || !strings.Contains(header.Get("Content-Security-Policy"), "sandbox") ||
		!strings.HasPrefix(header.Get("Content-Disposition"), "attachment") || !strings.Contains(text, "<path") {
		t.Errorf("%v %s", header, text)
	}
	first := b.Logo
	h.picture("logo", aPNG(t)).want(200).into(&b)
	if b.Logo == first {
		t.Error("another logo has the same address")
	}
	for _, gone := range []string{first, h.server.URL() + "/console/branding/logo-1", h.server.URL() + "/console/branding/..%2f..%2fetc"} {
		if answer, _ := get(gone); answer.StatusCode != 404 {
			t.Errorf("%s: %s", gone, answer.Status)
		}
	}
	for name, bad := range map[string]struct {
		content []byte
		status  int
	}{
		"too large":            {make([]byte, 513<<10), 413},
		"much too large":       {make([]byte, 2<<20), 413},
		"HTML":                 {[]byte("<!doctype html><script>alert(1)</script>"), 400},
		"an SVG with a script": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), 400},
		"an SVG with an event": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), 400},
		"an SVG that fetches":  {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><image href="https://example.org/x"/></svg>`), 400},
		"entities":             {[]byte(`<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>`), 400},
		"nothing":              {nil, 400},
	} {
		if a := h.picture("logo", bad.content); a.status != bad.status {
			t.Errorf("%s: %d %s", name, a.status, short(a.body))
		}
	}
	h.do(request{method: "PATCH", path: "/organizations/branding/logo", body: "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--x--", header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}}).want(400, "file")
	var after brandingAnswer
	h.do(request{path: "/organizations/branding"}).want(200).into(&after)
	if after.Logo != b.Logo {
		t.Errorf("a refused logo left a trace: %+v", after)
	}
}

func TestAConnectPageWearsTheOrganizationsBranding(t *testing.T) {
	t.Parallel()
	h := build(t, func(o *server.Options) { o.Brand.Name, o.Brand.Color = "Operator", "#111111" })
	h.do(request{method: "PUT", path: "/organizations/branding", body: brandingBody(t, map[string]any{"name": "Acme", "buttonPrimaryBackgroundColor": "#abc"})}).want(200)
	h.picture("logo", aPNG(t)).want(200)
	var link struct{ URL string }
	h.do(request{method: "POST", path: "/instances/connect-links", body: `{"element":{"key":"actessentials"},"name":"one"}`}).want(200).into(&link)
	answer, err := http.Get(link.URL) //nolint:noctx // a test of a server on loopback
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`&#34;name&#34;:&#34;Acme&#34;`, `&#34;by&#34;:&#34;Acme&#34;`, "#aabbcc", "/console/branding/logo-"} {
		if !strings.Contains(string(page), text) {
			t.Errorf("the page lacks %s", text)
		}
	}
}
