package api

import (
	"jackfield/internal/conversion"
	"jackfield/internal/fault"
)

// maxConverted is the largest description that is converted, in bytes: WSDLs have several MB.
const maxConverted = 32 << 20

// convertElement answers POST /elements/convert: the description of a provider as a connector, which is not stored
// (reference/elements.md §12.4).
func (a *API) convertElement(e *exchange) error {
	text, err := e.upload(maxConverted)
	if err != nil {
		return err
	}
	// One at a time: a description of many MB takes hundreds of MB while it is read.
	select {
	case a.converting <- struct{}{}:
		defer func() { <-a.converting }()
	case <-e.r.Context().Done():
		return fault.New(fault.Unavailable, "The call ended before its turn came: conversions run one after the other")
	}
	made, err := conversion.Convert(e.r.URL.Query().Get("type"), text)
	if err != nil {
		return err
	}
	return e.json(made)
}
