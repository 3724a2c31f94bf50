package api

import "jackfield/internal/fault"

func (a *API) catalogProperties(e *exchange) error {
	if err := e.ofUser(); err != nil {
		return err
	}
	return e.answered(a.Portfolio.CatalogProperties(e.r.Context(), e.principal))
}

// replaceCatalogProperties answers PUT /catalog-properties?entityType=user (reference/accounts-and-access.md §5).
func (a *API) replaceCatalogProperties(e *exchange) error {
	if err := e.ofUser(); err != nil {
		return err
	}
	body, err := e.body()
	if err != nil {
		return err
	}
	return e.answered(a.Portfolio.SetCatalogProperties(e.r.Context(), e.principal, body))
}

// ofUser refuses the catalogue properties of anything but a user: nobody knows what else there was.
func (e *exchange) ofUser() error {
	switch entity := e.r.URL.Query().Get("entityType"); entity {
	case "", "user":
		return nil
	default:
		return fault.New(fault.NotImplemented, "Catalogue properties are kept for users alone: send entityType=user, not %q", entity)
	}
}
