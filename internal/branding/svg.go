package branding

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"

	"jackfield/internal/fault"
)

const (
	svgSpace   = "http://www.w3.org/2000/svg"
	xlinkSpace = "http://www.w3.org/1999/xlink"
	htmlSpace  = "http://www.w3.org/1999/xhtml"
	// maxDepth is how deep elements may be nested.
	maxDepth = 100
)

// drawn are the elements that draw, by their names in small letters. Whatever acts, moves or fetches is not among them: script,
// foreignObject, image, a, animate, set.
var drawn = setOf(`svg g defs symbol use title desc metadata switch view
	path rect circle ellipse line polyline polygon text tspan textpath style
	lineargradient radialgradient stop clippath mask pattern marker
	filter feblend fecolormatrix fecomponenttransfer fecomposite feconvolvematrix fediffuselighting fedisplacementmap fedistantlight
	fedropshadow feflood fefunca fefuncb fefuncg fefuncr fegaussianblur femerge femergenode femorphology feoffset fepointlight
	fespecularlighting fespotlight fetile feturbulence`)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

var (
	svgName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
	// reference is a url(…) of CSS; the local ones begin with #.
	reference = regexp.MustCompile(`(?i)url\s*\(\s*["']?\s*`)
)

// cleanSVG reads an SVG strictly and writes it anew with nothing but what draws. What could act or reach out makes the whole file
// refused, by an Invalid fault that names it: script, event attributes, foreignObject, references to elsewhere, entities. What other
// programs left for themselves is dropped.
func cleanSVG(content []byte) ([]byte, error) {
	if !bytes.Contains(content, []byte("<svg")) && !bytes.Contains(content, []byte(":svg")) {
		return nil, fault.New(fault.Invalid, "The file is no image: PNG, JPEG, WebP, GIF, ICO and SVG are known, by their content")
	}
	c := &cleaner{decoder: xml.NewDecoder(bytes.NewReader(content))}
	for {
		token, err := c.decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "The SVG is not well-formed XML: %v", err)
		}
		if err := c.take(token); err != nil {
			return nil, err
		}
	}
	if !c.seen {
		return nil, fault.New(fault.Invalid, "The SVG has no svg element")
	}
	return c.out.Bytes(), nil
}

type cleaner struct {
	decoder *xml.Decoder
	out     bytes.Buffer
	css     bytes.Buffer // of the style element we are in
	open    []string     // names of the elements we are in
	seen    bool         // the root
}

func (c *cleaner) inStyle() bool {
	return len(c.open) > 0 && strings.EqualFold(c.open[len(c.open)-1], "style")
}

func refused(what string, name string) error {
	return fault.New(fault.Invalid, "The SVG is refused because of %s %s: only drawings that refer to nothing outside are accepted", what, name)
}

func (c *cleaner) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		if bytes.ContainsAny(t, "[&%") || bytes.Contains(bytes.ToUpper(t), []byte("ENTITY")) {
			return refused("its", "document type with declarations")
		}
	case xml.ProcInst:
		if t.Target != "xml" {
			return refused("the processing instruction", t.Target)
		}
	case xml.CharData:
		if len(c.open) == 0 {
			if len(bytes.TrimSpace(bytes.TrimPrefix(t, []byte("\ufeff")))) > 0 {
				return refused("text", "outside of its root")
			}
			return nil
		}
		if c.inStyle() { // comes in pieces: a comment or CDATA in between would hide what they make together
			c.css.Write(t)
			return nil
		}
		return xml.EscapeText(&c.out, t)
	case xml.StartElement:
		return c.start(t)
	case xml.EndElement:
		if c.inStyle() {
			if err := checkCSS(c.css.String()); err != nil {
				return err
			}
			if err := xml.EscapeText(&c.out, c.css.Bytes()); err != nil {
				return err
			}
			c.css.Reset()
		}
		c.out.WriteString("</" + c.open[len(c.open)-1] + ">")
		c.open = c.open[:len(c.open)-1]
	}
	return nil
}

func (c *cleaner) start(t xml.StartElement) error {
	name := t.Name.Local
	switch {
	case t.Name.Space != svgSpace && t.Name.Space != "":
		if t.Name.Space == htmlSpace || len(c.open) == 0 {
			return refused("the element", name)
		}
		return c.decoder.Skip() // what a drawing program left for itself
	case !drawn[strings.ToLower(name)] || !svgName.MatchString(name):
		return refused("the element", name)
	case len(c.open) == 0 && (c.seen || name != "svg"):
		return refused("its root", name)
	case len(c.open) >= maxDepth:
		return fault.New(fault.Invalid, "The SVG is nested deeper than %d elements", maxDepth)
	case c.inStyle():
		return refused("the element", name+" within a style")
	case strings.EqualFold(name, "metadata"):
		return c.decoder.Skip()
	}
	c.out.WriteString("<" + name)
	if len(c.open) == 0 {
		c.seen = true
		c.out.WriteString(` xmlns="` + svgSpace + `"`)
	}
	for _, a := range t.Attr {
		if err := c.attribute(a); err != nil {
			return err
		}
	}
	c.out.WriteByte('>')
	c.open = append(c.open, name)
	return nil
}

func (c *cleaner) attribute(a xml.Attr) error {
	name := a.Name.Local
	small := strings.ToLower(name)
	switch a.Name.Space {
	case "":
		if name == "xmlns" {
			return nil
		}
	case xlinkSpace, "xlink":
		if small != "href" {
			return nil
		}
		name = "href"
	case "http://www.w3.org/XML/1998/namespace", "xml":
		if name != "space" {
			return nil
		}
		name = "xml:space"
	default:
		return nil // of another program
	}
	value := strings.TrimSpace(a.Value)
	switch {
	case strings.HasPrefix(small, "on"):
		return refused("the attribute", name)
	case name != "xml:space" && !svgName.MatchString(name):
		return refused("the attribute", name)
	case (small == "href" || small == "src") && !strings.HasPrefix(value, "#"):
		return refused("the reference", name+"="+short(value))
	}
	if err := checkCSS(a.Value); err != nil {
		return err
	}
	c.out.WriteString(" " + name + `="`)
	if err := xml.EscapeText(&c.out, []byte(a.Value)); err != nil {
		return err
	}
	c.out.WriteByte('"')
	return nil
}

// checkCSS refuses style, in an element or attribute, that loads something: by url(), an @-rule, or written in escapes.
func checkCSS(text string) error {
	small := strings.ToLower(text)
	for _, sign := range []string{"@import", "@font-face", "@namespace", "@charset", "javascript:", "expression(", "image-set(", "src(", `\`, "data:"} {
		if strings.Contains(small, sign) {
			return refused("the style", sign)
		}
	}
	for _, at := range reference.FindAllStringIndex(text, -1) {
		if !strings.HasPrefix(text[at[1]:], "#") {
			return refused("the reference", short(text[at[0]:]))
		}
	}
	return nil
}

func short(text string) string {
	const most = 40
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
