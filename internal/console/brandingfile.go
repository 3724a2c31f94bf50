package console

import (
	"net/http"

	"jackfield/internal/fault"
)

// cacheBranding lets an image be kept for good: its address names its content.
const cacheBranding = "public, max-age=31536000, immutable"

// brandingFile serves the logo or favicon of an organization, to everybody: the pages of connect links show it to people without a login,
// and other sites may. Opened alone it can neither run nor load anything, and an SVG is saved instead of shown.
func (c *Console) brandingFile(w http.ResponseWriter, r *http.Request) {
	image, err := c.brands.Open(r.Context(), r.PathValue("name"))
	if fault.Is(err, fault.NotFound) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		c.fail(w, err)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", logoPolicy)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Content-Disposition", "inline")
	if image.Media == "image/svg+xml" {
		h.Set("Content-Disposition", `attachment; filename="`+image.Kind+`.svg"`)
	}
	a := newAsset(image.Kind, image.Content)
	a.media, a.cache = image.Media, cacheBranding
	a.serve(w, r)
}
