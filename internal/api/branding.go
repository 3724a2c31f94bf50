package api

import (
	"jackfield/internal/branding"
	"jackfield/internal/fault"
)

const (
	// maxBrandingBody is the largest branding in bytes.
	maxBrandingBody = 64 << 10
	// maxBrandingUpload is the largest body with an image: the image, and what a form puts around it.
	maxBrandingUpload = branding.MaxImage + 16<<10
)

// readBranding answers GET /organizations/branding (reference/accounts-and-access.md §8).
func (a *API) readBranding(e *exchange) error {
	return e.answered(a.Branding.Answer(e.r.Context(), e.principal.Organization.ID, a.address(e.r)))
}

// putBranding answers PUT /organizations/branding.
func (a *API) putBranding(e *exchange) error {
	body, err := e.bodyUpTo(maxBrandingBody)
	if err != nil {
		return err
	}
	if err := a.Branding.Put(e.r.Context(), e.principal.Organization.ID, body); err != nil {
		return err
	}
	return a.readBranding(e)
}

// deleteBranding answers DELETE /organizations/branding: pages look as the product's own again.
func (a *API) deleteBranding(e *exchange) error {
	return e.done(a.Branding.Delete(e.r.Context(), e.principal.Organization.ID))
}

// putBrandingImage answers PATCH /organizations/branding/logo and /favicon: the part "file" of a form, or the image itself.
func putBrandingImage(kind string) func(*API, *exchange) error {
	return func(a *API, e *exchange) error {
		content, err := e.upload(maxBrandingUpload)
		if fault.Is(err, fault.TooLarge) {
			return branding.TooLarge()
		}
		if err != nil {
			return err
		}
		if err := a.Branding.PutImage(e.r.Context(), e.principal.Organization.ID, kind, content); err != nil {
			return err
		}
		return a.readBranding(e)
	}
}
