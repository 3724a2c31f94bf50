package connect

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a brand.
const (
	maxBrandName = 80        // characters
	maxBrandLogo = 256 << 10 // bytes of a file
)

// Brand is how the pages for customers look. The zero value is the product's own look and the organization's name.
type Brand struct {
	Name  string
	Color string // #rrggbb

	LogoURL   string // https address; "" when there is a file or none
	Logo      []byte // of a file
	LogoMedia string
}

var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// media of logo files, by ending.
var media = map[string]string{
	".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp",
}

// ParseBrand checks what the operator gives: a name, a logo as a file or as an https address, and a colour. Each may be "".
func ParseBrand(name, logo, color string) (Brand, error) {
	b := Brand{Name: strings.TrimSpace(name), Color: color}
	if utf8.RuneCountInString(b.Name) > maxBrandName || strings.ContainsFunc(b.Name, unicode.IsControl) || !utf8.ValidString(b.Name) {
		return Brand{}, fmt.Errorf("--brand-name: give at most %d characters on one line", maxBrandName)
	}
	if color != "" && !colour.MatchString(color) {
		return Brand{}, fmt.Errorf("--brand-color=%s: give a colour such as #0f766e", color)
	}
	if logo == "" {
		return b, nil
	}
	if u, err := url.Parse(logo); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		if u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(u.Host, ";, '\"") {
			return Brand{}, fmt.Errorf("--brand-logo=%s: give an https address or a file", logo)
		}
		b.LogoURL = u.String()
		return b, nil
	}
	var known bool
	if b.LogoMedia, known = media[strings.ToLower(filepath.Ext(logo))]; !known {
		return Brand{}, fmt.Errorf("--brand-logo=%s: give an .svg, .png, .jpg or .webp file, or an https address", logo)
	}
	content, err := os.ReadFile(logo)
	if err != nil {
		return Brand{}, fmt.Errorf("--brand-logo: %w", err)
	}
	if len(content) == 0 || len(content) > maxBrandLogo {
		return Brand{}, fmt.Errorf("--brand-logo=%s has %d bytes: 1 to %d are allowed", logo, len(content), maxBrandLogo)
	}
	if b.LogoMedia == media[".svg"] && !bytes.Contains(content, []byte("<svg")) {
		return Brand{}, fmt.Errorf("--brand-logo=%s is no SVG", logo)
	}
	b.Logo = content
	return b, nil
}

// paint gives a page the branding of the organization, which wins over the operator's brand member by member. One that cannot be read
// keeps nobody from connecting.
func (s *Service) paint(ctx context.Context, page *Page, organizationID int64) {
	if s.branding == nil {
		return
	}
	own, err := s.branding.For(ctx, organizationID)
	if err != nil {
		s.log.WarnContext(ctx, "the branding of an organization could not be read", "organization", organizationID, "error", err)
	}
	if own == nil {
		return
	}
	if own.Name != "" {
		page.Brand.Name, page.By = own.Name, own.Name
	}
	if color := own.Color("buttonPrimaryBackgroundColor"); color != "" {
		page.Brand.Color = color
	}
	page.Brand.Logo = own.Logo
}

// LogoOrigin is the origin that the logo is loaded from, "" when it is this server.
func (b Brand) LogoOrigin() string {
	u, err := url.Parse(b.LogoURL)
	if err != nil || b.LogoURL == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
