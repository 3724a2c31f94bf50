package access

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

func TestHTMLTagsAreStrippedFromNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"API Instance":                          "API Instance",
		`<a href="#">x</a>`:                     "x",
		`<a href="#" onclick='a>b'>x</a> y`:     "x y",
		"<script>alert(1)</script>x":            "x",
		"<SCRIPT>alert(1)</SCRIPT>x":            "x",
		"<style>p{}</style>x":                   "x",
		"<<b>script>alert(1)<<b>/script>x":      "x",
		"<b></b>":                               "",
		"<img src=x onerror=alert(1)>":          "",
		"x<!-- hidden -->y":                     "xy",
		"x<br/>y":                               "xy",
		"  padded \t ":                          "padded",
		"two\nlines":                            "two lines",
		"nul\x00 and bell\a":                    "nul and bell",
		"a < b & c > d":                         "a < b & c > d",
		"1<2":                                   "1<2",
		"R&D &amp; more &lt;b&gt;":              "R&D &amp; more &lt;b&gt;",
		"cut <a href=":                          "cut",
		"Ünïcode 漢字 🎛":                          "Ünïcode 漢字 🎛",
		"<p>" + strings.Repeat("<b>", 50) + "x": "x",
	} {
		if got := PlainName(name); got != want {
			t.Errorf("PlainName(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestACleanNameHasNoTagLeftAndStaysAsItIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom([]string{
			"<", ">", "</", "/>", "a", "script", "style", "<b>", "</b>", "<script>", "</script>", "<!--", "-->", "=", `"`, "'", " ", "&lt;", "\x00", "x",
		})).Draw(t, "parts")
		clean := PlainName(strings.Join(parts, ""))
		if again := PlainName(clean); again != clean {
			t.Fatalf("%q became %q when cleaned again", clean, again)
		}
		tokens := html.NewTokenizer(strings.NewReader(clean))
		for {
			switch tokens.Next() {
			case html.ErrorToken:
				return
			case html.TextToken:
			default:
				t.Fatalf("%q holds the tag %q", clean, tokens.Raw())
			}
		}
	})
}
