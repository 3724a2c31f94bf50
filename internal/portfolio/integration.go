package portfolio

import (
	"context"
	"encoding/json"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// maxParts bounds the formulas and formula instances of an integration.
const maxParts = 200

// Integration is what belongs together for one purpose: formulas, their instances and the connector instances that these use.
type Integration struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	Stage       string `json:"stage"`
	Description string `json:"description,omitempty"`
	CreatedDate string `json:"createdDate"`
	UpdatedDate string `json:"updatedDate"`
	// ElementInstances are those that the formula instances use: there is no other way to add one.
	ElementInstances []any `json:"elementInstances"`
	Formulas         []any `json:"formulas"`
	FormulaInstances []any `json:"formulaInstances"`
}

// integrationDocument is what the store keeps besides the name.
type integrationDocument struct {
	Stage       string `json:"stage"`
	Description string `json:"description,omitempty"`
}

func readIntegration(body []byte, e *store.PortfolioEntry) error {
	all, err := members(body, kindIntegration)
	if err != nil {
		return err
	}
	var d integrationDocument
	if e.Name, err = required(all, "name"); err != nil {
		return err
	}
	if d.Stage, err = text(all, "stage"); err != nil {
		return err
	}
	if d.Description, err = text(all, "description"); err != nil {
		return err
	}
	e.Unique = true
	e.Document, err = json.Marshal(d)
	return err
}

// CreateIntegration stores a new integration of the caller's account. name is required (Invalid) and unique there (Conflict).
func (s *Service) CreateIntegration(ctx context.Context, p *access.Principal, body []byte) (*Integration, error) {
	e := &store.PortfolioEntry{Kind: kindIntegration}
	if err := readIntegration(body, e); err != nil {
		return nil, err
	}
	if err := s.db.For(p.Account.ID).CreatePortfolioEntry(ctx, e); err != nil {
		return nil, err
	}
	return s.shown(ctx, p, e)
}

// Integrations lists those of the caller's account with ids above after.
func (s *Service) Integrations(ctx context.Context, p *access.Principal, after int64, limit int) ([]Integration, error) {
	entries, err := s.db.PortfolioEntries(ctx, own(p), kindIntegration, after, limit)
	if err != nil {
		return nil, err
	}
	return s.integrations(ctx, p, entries)
}

// Integration finds one that the caller reaches.
func (s *Service) Integration(ctx context.Context, p *access.Principal, id int64) (*Integration, error) {
	e, err := s.db.PortfolioEntry(ctx, reach(p), kindIntegration, id)
	if err != nil {
		return nil, err
	}
	return s.shown(ctx, p, e)
}

// ReplaceIntegration replaces name, stage and description; the parts stay.
func (s *Service) ReplaceIntegration(ctx context.Context, p *access.Principal, id int64, body []byte) (*Integration, error) {
	e, err := s.db.ChangePortfolioEntry(ctx, reach(p), kindIntegration, id, func(e *store.PortfolioEntry) error { return readIntegration(body, e) })
	if err != nil {
		return nil, err
	}
	return s.shown(ctx, p, e)
}

// DeleteIntegration removes an integration. What belonged to it stays.
func (s *Service) DeleteIntegration(ctx context.Context, p *access.Principal, id int64) error {
	return s.db.DeletePortfolioEntry(ctx, reach(p), kindIntegration, id)
}

// Attach adds a formula or formula instance (store.PartFormula…) to an integration. One that the caller does not see is NotFound.
func (s *Service) Attach(ctx context.Context, p *access.Principal, part store.IntegrationPart) (*Integration, error) {
	if _, err := s.Integration(ctx, p, part.IntegrationID); err != nil {
		return nil, err
	}
	if _, err := s.part(ctx, p, part.Kind, part.ID); err != nil {
		return nil, err
	}
	if err := s.db.AttachPart(ctx, reach(p), part, maxParts); err != nil {
		return nil, err
	}
	return s.Integration(ctx, p, part.IntegrationID)
}

// Detach takes a part from an integration. One that is not attached is NotFound.
func (s *Service) Detach(ctx context.Context, p *access.Principal, part store.IntegrationPart) (*Integration, error) {
	if err := s.db.DetachPart(ctx, reach(p), part); err != nil {
		return nil, err
	}
	return s.Integration(ctx, p, part.IntegrationID)
}

func (s *Service) part(ctx context.Context, p *access.Principal, kind string, id int64) (*Part, error) {
	find := s.finders[kind]
	if find == nil {
		return nil, fault.New(fault.NotFound, "No %s found with id %d", kind, id)
	}
	return find(ctx, p, id)
}

func (s *Service) shown(ctx context.Context, p *access.Principal, e *store.PortfolioEntry) (*Integration, error) {
	all, err := s.integrations(ctx, p, []store.PortfolioEntry{*e})
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// integrations shows entries with their parts. A part that is gone by now is left out.
func (s *Service) integrations(ctx context.Context, p *access.Principal, entries []store.PortfolioEntry) ([]Integration, error) {
	all := make([]Integration, len(entries))
	place := make(map[int64]*Integration, len(entries))
	ids := make([]int64, len(entries))
	for n, e := range entries {
		var d integrationDocument
		if err := json.Unmarshal(e.Document, &d); err != nil {
			return nil, err
		}
		all[n] = Integration{
			ID: e.ID, Name: e.Name, Stage: d.Stage, Description: d.Description,
			CreatedDate: date(e.CreatedAt), UpdatedDate: date(e.UpdatedAt),
			ElementInstances: []any{}, Formulas: []any{}, FormulaInstances: []any{},
		}
		ids[n], place[e.ID] = e.ID, &all[n]
	}
	parts, err := s.db.IntegrationParts(ctx, reach(p), ids)
	if err != nil {
		return nil, err
	}
	for _, row := range parts {
		part, err := s.part(ctx, p, row.Kind, row.ID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		i := place[row.IntegrationID]
		if row.Kind == store.PartFormula {
			i.Formulas = append(i.Formulas, part.Wire)
		} else {
			i.FormulaInstances = append(i.FormulaInstances, part.Wire)
		}
		i.ElementInstances = append(i.ElementInstances, part.ElementInstances...)
	}
	return all, nil
}

func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }
