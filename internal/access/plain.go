package access

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// PlainName strips HTML tags, control characters and outer blanks from a display name:
// `<a href="#">x</a>` becomes `x` (reference/instances.md §1, reference/http-conventions.md §6). Entities stay as they were typed, so that the
// result never turns into a tag when it is shown. Contents of script and style elements are dropped.
func PlainName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r == utf8.RuneError || unicode.IsControl(r):
			return -1
		}
		return r
	}, name)
	// What is left of "<<b>i>" is a tag again, so strip until nothing changes. Each round shortens the name.
	for {
		stripped := strings.TrimSpace(stripTags(name))
		if stripped == name {
			return name
		}
		name = stripped
	}
}

func stripTags(text string) string {
	if !strings.Contains(text, "<") {
		return text
	}
	var kept strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(text))
	hidden := false // inside an element whose text is code
	for {
		switch tokens.Next() {
		case html.ErrorToken: // the end; an unfinished tag is dropped with it
			return kept.String()
		case html.TextToken:
			if !hidden {
				kept.Write(tokens.Raw())
			}
		case html.StartTagToken:
			name, _ := tokens.TagName()
			hidden = code(string(name))
		case html.EndTagToken:
			hidden = false
		}
	}
}

func code(tag string) bool { return tag == "script" || tag == "style" }
