package portfolio

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"strconv"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Product is a product of a provider that a connector is for.
type Product struct {
	ID           int64           `json:"id"`
	ElementID    *int64          `json:"elementId,omitempty"`    // of the connector; it need not be here
	ProductRefID json.RawMessage `json:"productRefId,omitempty"` // as it was given: a string or a number
	Provider     string          `json:"provider"`
	Type         string          `json:"type"`
	Description  string          `json:"description,omitempty"`
	CreatedDate  string          `json:"createdDate"`
}

// scalar is a JSON string or number, no longer than a name.
var scalar = regexp.MustCompile(`^("(?s:.*)"|-?[0-9].*)$`)

// change takes over the members of a body; those that are missing stay as they are, null clears what may be missing.
func (product *Product) change(body []byte) error {
	all, err := members(body, kindProduct)
	if err != nil {
		return err
	}
	for name, to := range map[string]*string{"provider": &product.Provider, "type": &product.Type, "description": &product.Description} {
		if _, given := all[name]; given {
			if *to, err = text(all, name); err != nil {
				return err
			}
		}
	}
	switch {
	case product.Provider == "":
		return fault.New(fault.Invalid, "provider is required")
	case product.Type == "":
		return fault.New(fault.Invalid, "type is required")
	}
	if raw, given := all["productRefId"]; given {
		raw = bytes.TrimSpace(raw)
		switch {
		case string(raw) == "null":
			product.ProductRefID = nil
		case !scalar.Match(raw) || len(raw) > maxName:
			return fault.New(fault.Invalid, "productRefId must be a string or a number of at most %d characters", maxName)
		default:
			product.ProductRefID = raw
		}
	}
	if raw, given := all["elementId"]; given {
		if product.ElementID, err = elementID(raw); err != nil {
			return err
		}
	}
	return nil
}

// elementID reads the id of a connector: a whole number, also one in quotes; nil for null.
func elementID(raw json.RawMessage) (*int64, error) {
	digits := string(bytes.Trim(bytes.TrimSpace(raw), `"`))
	if digits == "null" {
		return nil, nil
	}
	id, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || id < 1 {
		return nil, fault.New(fault.Invalid, "elementId must be the id of an element: a whole number from 1")
	}
	return &id, nil
}

func productOf(e *store.PortfolioEntry) (*Product, error) {
	var product Product
	if err := json.Unmarshal(e.Document, &product); err != nil {
		return nil, err
	}
	product.ID, product.CreatedDate = e.ID, date(e.CreatedAt)
	return &product, nil
}

// CreateProduct stores a new product of the caller's account. provider and type are required. Two products may be equal.
func (s *Service) CreateProduct(ctx context.Context, p *access.Principal, body []byte) (*Product, error) {
	var product Product
	err := product.change(body)
	if err != nil {
		return nil, err
	}
	e := &store.PortfolioEntry{Kind: kindProduct, Name: product.Provider}
	if e.Document, err = json.Marshal(product); err != nil {
		return nil, err
	}
	if err := s.db.For(p.Account.ID).CreatePortfolioEntry(ctx, e); err != nil {
		return nil, err
	}
	return productOf(e)
}

// Products lists those of the caller's account with ids above after.
func (s *Service) Products(ctx context.Context, p *access.Principal, after int64, limit int) ([]Product, error) {
	entries, err := s.db.PortfolioEntries(ctx, own(p), kindProduct, after, limit)
	if err != nil {
		return nil, err
	}
	all := make([]Product, 0, len(entries))
	for n := range entries {
		product, err := productOf(&entries[n])
		if err != nil {
			return nil, err
		}
		all = append(all, *product)
	}
	return all, nil
}

// Product finds one that the caller reaches.
func (s *Service) Product(ctx context.Context, p *access.Principal, id int64) (*Product, error) {
	e, err := s.db.PortfolioEntry(ctx, reach(p), kindProduct, id)
	if err != nil {
		return nil, err
	}
	return productOf(e)
}

// ChangeProduct takes over the members that are given.
func (s *Service) ChangeProduct(ctx context.Context, p *access.Principal, id int64, body []byte) (*Product, error) {
	e, err := s.db.ChangePortfolioEntry(ctx, reach(p), kindProduct, id, func(e *store.PortfolioEntry) error {
		product, err := productOf(e)
		if err != nil {
			return err
		}
		if err := product.change(body); err != nil {
			return err
		}
		e.Name = product.Provider
		e.Document, err = json.Marshal(product)
		return err
	})
	if err != nil {
		return nil, err
	}
	return productOf(e)
}

// DeleteProduct removes a product.
func (s *Service) DeleteProduct(ctx context.Context, p *access.Principal, id int64) error {
	return s.db.DeletePortfolioEntry(ctx, reach(p), kindProduct, id)
}
