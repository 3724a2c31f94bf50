package api

import "jackfield/internal/portfolio"

// The routes of element products (reference/accounts-and-access.md §11).

func (a *API) createProduct(e *exchange) error {
	body, err := e.body()
	if err != nil {
		return err
	}
	return e.answered(a.Portfolio.CreateProduct(e.r.Context(), e.principal, body))
}

func (a *API) listProducts(e *exchange) error {
	rows, err := platformList[portfolio.Product]{
		fetch: func(after int64, limit int) ([]portfolio.Product, error) {
			return a.Portfolio.Products(e.r.Context(), e.principal, after, limit)
		},
		id: func(product *portfolio.Product) int64 { return product.ID },
		where: func(product *portfolio.Product, name string) (any, bool) {
			switch name {
			case "id":
				return product.ID, true
			case "elementId":
				if product.ElementID == nil {
					return nil, true
				}
				return *product.ElementID, true
			case "provider":
				return product.Provider, true
			case "type":
				return product.Type, true
			case "description":
				return product.Description, true
			}
			return nil, false
		},
	}.page(e)
	if err != nil {
		return err
	}
	return e.json(rows)
}

func (a *API) readProduct(e *exchange) error {
	id, err := e.number("id", "element product")
	if err != nil {
		return err
	}
	return e.answered(a.Portfolio.Product(e.r.Context(), e.principal, id))
}

func (a *API) changeProduct(e *exchange) error {
	id, err := e.number("id", "element product")
	if err != nil {
		return err
	}
	body, err := e.body()
	if err != nil {
		return err
	}
	return e.answered(a.Portfolio.ChangeProduct(e.r.Context(), e.principal, id, body))
}

func (a *API) deleteProduct(e *exchange) error {
	id, err := e.number("id", "element product")
	if err != nil {
		return err
	}
	return e.done(a.Portfolio.DeleteProduct(e.r.Context(), e.principal, id))
}
