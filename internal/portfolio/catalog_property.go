package portfolio

import (
	"context"
	"encoding/json"

	"jackfield/internal/access"
	"jackfield/internal/fault"
)

// maxCatalogProperties bounds how many connectors a user puts in order.
const maxCatalogProperties = 5000

// CatalogProperty is where a user sees a connector in the catalogue.
type CatalogProperty struct {
	ElementID int64 `json:"elementId"`
	Hidden    bool  `json:"hidden"`
	Position  *int  `json:"position"`
	Featured  bool  `json:"featured"`
}

// CatalogProperties lists what the caller has said, in the order in which it was said.
func (s *Service) CatalogProperties(ctx context.Context, p *access.Principal) ([]CatalogProperty, error) {
	all := []CatalogProperty{}
	stored, err := s.db.CatalogProperties(ctx, p.User.ID)
	if err != nil || stored == nil {
		return all, err
	}
	return all, json.Unmarshal(stored, &all)
}

// SetCatalogProperties replaces what the caller has said. A connector comes once. That it is here is not asked: the order outlives
// a connector that is taken away and comes back.
func (s *Service) SetCatalogProperties(ctx context.Context, p *access.Principal, body []byte) ([]CatalogProperty, error) {
	var rows []struct {
		CatalogProperty
		ElementID json.RawMessage `json:"elementId"`
	}
	if err := json.Unmarshal(body, &rows); err != nil || rows == nil {
		return nil, fault.New(fault.Invalid, `The body must be an array of {"elementId": 1, "hidden": false, "position": 1, "featured": false}`)
	}
	if len(rows) > maxCatalogProperties {
		return nil, fault.New(fault.Invalid, "There are %d catalogue properties: at most %d are allowed", len(rows), maxCatalogProperties)
	}
	all := make([]CatalogProperty, len(rows))
	seen := make(map[int64]bool, len(rows))
	for n, row := range rows {
		id, err := elementID(row.ElementID)
		if err != nil || id == nil {
			return nil, fault.New(fault.Invalid, "Row %d: elementId must be the id of an element: a whole number from 1", n+1)
		}
		if seen[*id] {
			return nil, fault.New(fault.Invalid, "Row %d: the element %d comes twice", n+1, *id)
		}
		seen[*id] = true
		all[n] = row.CatalogProperty
		all[n].ElementID = *id
	}
	stored, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	return all, s.db.SetCatalogProperties(ctx, p.User.ID, stored)
}
