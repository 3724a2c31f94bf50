package branding

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"jackfield/internal/fault"
)

func drawing(t *testing.T, encode func(*bytes.Buffer, image.Image) error, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := encode(&out, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asPNG(out *bytes.Buffer, i image.Image) error { return png.Encode(out, i) }

func TestImagesAreJudgedByTheirContent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		content []byte
		media   string
	}{
		"png":  {drawing(t, asPNG, 4, 4), "image/png"},
		"jpeg": {drawing(t, func(o *bytes.Buffer, i image.Image) error { return jpeg.Encode(o, i, nil) }, 4, 4), "image/jpeg"},
		"gif":  {drawing(t, func(o *bytes.Buffer, i image.Image) error { return gif.Encode(o, i, nil) }, 4, 4), "image/gif"},
		"webp": {[]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"), "image/webp"},
		"ico":  {append([]byte{0, 0, 1, 0, 1, 0}, make([]byte, 60)...), "image/x-icon"},
		"svg":  {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "image/svg+xml"},
	} {
		got, err := Image(test.content)
		if err != nil || got.Media != test.media || len(got.Hash) != hashLength || !imageName.MatchString("logo-1-"+got.Hash) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
}

func TestWhatIsNoImageOrTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		content []byte
		kind    fault.Kind
		says    string
	}{
		"nothing":        {nil, fault.Invalid, "no image"},
		"HTML":           {[]byte("<!doctype html><script>alert(1)</script>"), fault.Invalid, "no image"},
		"PDF":            {[]byte("%PDF-1.7 "), fault.Invalid, "no image"},
		"a cut PNG":      {drawing(t, asPNG, 4, 4)[:20], fault.Invalid, "is none"},
		"a huge drawing": {drawing(t, asPNG, maxPixels+1, 1), fault.Invalid, "4097×1"},
		"a large file":   {make([]byte, MaxImage+1), fault.TooLarge, "512 KiB"},
	} {
		_, err := Image(test.content)
		if !fault.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnSVGIsWrittenAnewWithNothingButWhatDraws(t *testing.T) {
	t.Parallel()
	const begin = `<svg xmlns="http://www.w3.org/2000/svg"`
	for name, test := range map[string]struct{ given, want string }{
		"as it is":         {begin + ` viewBox="0 0 1 1"><path d="M0 0h1" fill="#fff"/></svg>`, begin + ` viewBox="0 0 1 1"><path d="M0 0h1" fill="#fff"></path></svg>`},
		"without a space":  {`<svg><g/></svg>`, begin + `><g></g></svg>`},
		"a prefix":         {`<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:g/></s:svg>`, begin + `><g></g></svg>`},
		"headers":          {"\ufeff<?xml version=\"1.0\"?><!DOCTYPE svg PUBLIC \"a\" \"b\"><!-- x --><svg/>", begin + `></svg>`},
		"other programs":   {`<svg xmlns:i="urn:i" i:v="1"><i:view><i:x>y</i:x></i:view><metadata><script/></metadata></svg>`, begin + `></svg>`},
		"local references": {`<svg xmlns:xlink="http://www.w3.org/1999/xlink"><use xlink:href="#a" fill="url(#b)"/></svg>`, begin + `><use href="#a" fill="url(#b)"></use></svg>`},
		"styles":           {`<svg><style>.a &gt; b{fill:url( "#x" )}</style></svg>`, begin + `><style>.a &gt; b{fill:url( &#34;#x&#34; )}</style></svg>`},
		"texts":            {`<svg><text>a &amp; &lt;b&gt;</text></svg>`, begin + `><text>a &amp; &lt;b&gt;</text></svg>`},
	} {
		got, err := Image([]byte(test.given))
		if err != nil || string(got.Content) != test.want {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, got.Content, test.want)
		}
	}
}

func TestAnSVGThatCouldActIsRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"script":              `<svg><script>alert(1)</script></svg>`,
		"script of HTML":      `<svg xmlns:h="http://www.w3.org/1999/xhtml"><h:script>alert(1)</h:script></svg>`,
		"script by case":      `<svg><sCRIPT/></svg>`,
		"an event":            `<svg onload="alert(1)"/>`,
		"an event by case":    `<svg><g OnClick="alert(1)"/></svg>`,
		"foreignObject":       `<svg><foreignObject><p/></foreignObject></svg>`,
		"an image":            `<svg><image href="https://example.org/x.png"/></svg>`,
		"a link":              `<svg><a href="javascript:alert(1)"/></svg>`,
		"an animation":        `<svg><animate attributeName="href" to="javascript:alert(1)"/></svg>`,
		"set":                 `<svg><set attributeName="onclick" to="alert(1)"/></svg>`,
		"an outer reference":  `<svg xmlns:xlink="http://www.w3.org/1999/xlink"><use xlink:href="https://example.org/x.svg#a"/></svg>`,
		"an outer paint":      `<svg><path fill="url(https://example.org/#a)"/></svg>`,
		"an outer paint, far": `<svg><path style="fill:url(#a);mask:URL ( 'https://example.org/' )"/></svg>`,
		"an import":           `<svg><style>@import 'https://example.org/a.css'</style></svg>`,
		"an import in pieces": `<svg><style>@imp<!-- x -->ort 'https://example.org/a.css'</style></svg>`,
		"an import in CDATA":  `<svg><style>@im<![CDATA[port 'https://example.org/a.css']]></style></svg>`,
		"an escaped import":   `<svg><style>@\69mport 'https://example.org/a.css'</style></svg>`,
		"a font":              `<svg><style>@font-face{src:url(https://example.org/a)}</style></svg>`,
		"an entity":           `<!DOCTYPE svg [<!ENTITY x "y">]><svg><text>&x;</text></svg>`,
		"an outer entity":     `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg/>`,
		"an unknown entity":   `<svg><text>&nbsp;</text></svg>`,
		"a style sheet":       `<?xml-stylesheet href="https://example.org/a.css"?><svg/>`,
		"not well-formed":     `<svg><g></svg>`,
		"cut":                 `<svg><g>`,
		"two roots":           `<svg/><svg/>`,
		"another root":        `<html><svg/></html>`,
		"a foreign root":      `<x:html xmlns:x="urn:x"><svg/></x:html>`,
		"text around":         `hello <svg/>`,
		"too deep":            strings.Repeat("<svg>", 1) + strings.Repeat("<g>", maxDepth) + strings.Repeat("</g>", maxDepth) + "</svg>",
		"another encoding":    `<?xml version="1.0" encoding="UTF-16"?><svg/>`,
	} {
		if got, err := Image([]byte(text)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v %+v", name, err, got)
		}
	}
}
