package branding

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"jackfield/internal/access"
	"jackfield/internal/fault"
)

// Limits of fields.
const (
	maxName = 80   // characters
	maxFont = 200  // bytes
	maxURL  = 2000 // bytes
)

// field is one of a branding and what its values look like.
type field struct {
	name  string
	valid func(string) bool
}

// fields are those of reference/accounts-and-access.md §8, in its order. All are required.
var fields = []field{
	{"headerFont", isFont},
	{"headerColor", isColor},
	{"bodyFont", isFont},
	{"bodyColor", isColor},
	{"themePrimaryColor", isColor},
	{"themeSecondaryColor", isColor},
	{"themeHighlightColor", isColor},
	{"buttonPrimaryBackgroundColor", isColor},
	{"buttonPrimaryTextColor", isColor},
	{"buttonSecondaryBackgroundColor", isColor},
	{"buttonSecondaryTextColor", isColor},
	{"buttonDeleteBackgroundColor", isColor},
	{"buttonDeleteTextColor", isColor},
	{"logoBackgroundColor", isColor},
	{"topBarBackgroundColor", isColor},
	{"navigationBackgroundColor", isColor},
	{"contextBackgroundColor", isColor},
	{"cardHeaderColor", isColor},
	{"cardBackground", isColor},
	{"cardMenuBackground", isColor},
	{"cardMenuLinkColor", isColor},
	{"navigationLinkBackground", isColor},
	{"navigationLinkBackgroundHover", isColor},
	{"navigationLinkBackgroundActive", isColor},
	{"navigationLinkForeground", isColor},
	{"navigationLinkForegroundHover", isColor},
	{"navigationLinkForegroundActive", isColor},
	{"topBarNavigationColor", isColor},
	{"tableHeaderBackground", isColor},
	{"tableHeaderForeground", isColor},
	{"tableBodyBackground", isColor},
	{"tableBodyForeground", isColor},
	{"navigationIconSize", isSize},
	{"navigationLabelSize", isSize},
	{"navigationWidth", isSize},
	{"componentsBorderColor", isColor},
	{"topBarTitleColor", isColor},
	{"navigationItemBorderColor", isColor},
	{"documentationUrl", isURL},
}

var (
	color = regexp.MustCompile(`^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)
	size  = regexp.MustCompile(`^[0-9]{1,4}(?:\.[0-9]{1,3})?(?:px|pt|em|rem|%|vw)?$`)
	font  = regexp.MustCompile(`^[\p{L}\p{N} ,'"._-]+$`)
)

func isColor(text string) bool { return color.MatchString(text) }
func isSize(text string) bool  { return size.MatchString(text) }
func isFont(text string) bool  { return len(text) <= maxFont && font.MatchString(text) }

// isURL accepts an address of the web, or none.
func isURL(text string) bool {
	if text == "" {
		return true
	}
	u, err := url.Parse(text)
	return err == nil && len(text) <= maxURL && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// wide is a colour as #rrggbb; "" for none.
func wide(text string) string {
	if len(text) != len("#rgb") {
		return text
	}
	return "#" + strings.Repeat(text[1:2], 2) + strings.Repeat(text[2:3], 2) + strings.Repeat(text[3:4], 2)
}

// parse reads a request. Members that are no fields are left out, so that an answer may be sent back; name is an addition of ours.
func parse(body []byte) (name string, values map[string]string, err error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(body, &given); err != nil || given == nil {
		return "", nil, fault.New(fault.Invalid, "The body must be a JSON object with the fields of a branding")
	}
	var missing, invalid []string
	values = make(map[string]string, len(fields))
	for _, f := range fields {
		raw, there := given[f.name]
		if !there || string(raw) == "null" {
			missing = append(missing, f.name)
			continue
		}
		var value string
		if json.Unmarshal(raw, &value) != nil || !f.valid(value) {
			invalid = append(invalid, f.name)
			continue
		}
		values[f.name] = value
	}
	if raw, there := given["name"]; there && string(raw) != "null" {
		var value string
		if json.Unmarshal(raw, &value) == nil {
			name = strings.TrimSpace(access.PlainName(value))
		}
		if name == "" && string(raw) != `""` || utf8.RuneCountInString(name) > maxName {
			invalid = append(invalid, "name")
		}
	}
	switch {
	case len(missing) > 0:
		return "", nil, fault.New(fault.Invalid, "Branding missing required field(s): %s", strings.Join(missing, ", "))
	case len(invalid) > 0:
		return "", nil, fault.New(fault.Invalid,
			"Branding contains invalid field(s): %s. Colors are #rgb or #rrggbb, sizes such as 12px, fonts at most %d letters, addresses https://…",
			strings.Join(invalid, ", "), maxFont)
	}
	return name, values, nil
}
