package credential

import (
	"bytes"
	"encoding/json"
	"html"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
)

// nested is a text as JSON within itself.
func nested(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestASecretIsFoundThroughLayersOfEncoding(t *testing.T) {
	t.Parallel()
	secrets := []string{`pass/+word="é"`, "line\none\ttwo", `back\slash\\two`, "a b&c<d>'e'", "ключ-ключ"}
	for _, secret := range secrets {
		s := NewScrubber(secret, "plain-one")
		for name, text := range map[string]string{
			"clear":                   secret,
			"JSON in JSON":            nested(nested(secret)),
			"three layers of JSON":    nested(nested(nested(secret))),
			"an object in a text":     nested(`{"a":` + nested(secret) + `}`),
			"percent in JSON":         nested(url.QueryEscape(secret)),
			"percent twice":           url.QueryEscape(url.QueryEscape(secret)),
			"percent three times":     url.QueryEscape(url.QueryEscape(url.PathEscape(secret))),
			"percent that spares":     strings.NewReplacer("%2F", "/", "%3D", "=", "%26", "&").Replace(url.QueryEscape(secret)),
			"HTML twice":              html.EscapeString(html.EscapeString(secret)),
			"HTML in JSON":            nested(nested(html.EscapeString(secret))),
			"between other things":    `{"x":"\"` + nested(nested(secret)) + `\""}`,
			"after half of it":        secret[:len(secret)-2] + nested(nested(secret)),
			"JSON without HTML marks": jsonText(jsonText(secret, true), true),
		} {
			got := s.Text(text)
			if !strings.Contains(got, Mask) || strings.Contains(got, secret) || strings.Contains(s.Text(got), secret[2:]) && name != "after half of it" {
				t.Errorf("%q, %s: %s became %s", secret, name, text, got)
			}
		}
	}
	s := NewScrubber(secrets...)
	for _, text := range []string{"", "pass/+word", `\`, `\u`, `\u00`, "%", "%2", "%25", "&", "&amp", "&;", `line\\none`, strings.Repeat(`\`, 100), strings.Repeat("%25", 100)} {
		if got := s.Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := (*Scrubber)(nil).Text("x"); got != "x" {
		t.Error(got)
	}
}

func TestAnyMixOfEncodingsIsFound(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	layers := []func(string) string{nested, url.QueryEscape, url.PathEscape, html.EscapeString, func(s string) string { return `{"a":` + nested(s) + `}` }}
	const secret = `k/+ey="x'<é`
	s := NewScrubber(secret)
	for range 3000 {
		text := secret
		// Percent-encoding hides what was before it, so it comes once; the others may repeat in any order.
		for range 1 + random.IntN(2) {
			text = layers[random.IntN(len(layers))](text)
		}
		if got := s.Text(text); !strings.Contains(got, Mask) {
			t.Fatalf("%s stays", text)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add(`a\\\"b%252F&amp;quot;`)
	s := NewScrubber(`a"b/"c`, "x%y z", `\\u0041`)
	f.Fuzz(func(t *testing.T, text string) {
		if got := s.Text(text); strings.Contains(got, `a"b/"c`) {
			t.Errorf("%q", got)
		}
	})
}

func BenchmarkText(b *testing.B) {
	s := NewScrubber("canary/+provider=password", "api-key/1234567890+", "plainkey1234567890")
	text := strings.Repeat(`{"name":"a \"quoted\" name","url":"https://a.example/path?x=%2Fa%20b","n":12345},`, 800)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		s.Text(text)
	}
}
