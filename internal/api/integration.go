package api

import (
	"jackfield/internal/portfolio"
	"jackfield/internal/store"
)

// The routes of integrations (reference/accounts-and-access.md §11).

func (a *API) createIntegration(e *exchange) error {
	body, err := e.body()
	if err != nil {
		return err
	}
	return e.answered(a.Portfolio.CreateIntegration(e.r.Context(), e.principal, body))
}

func (a *API) listIntegrations(e *exchange) error {
	rows, err := platformList[portfolio.Integration]{
		fetch: func(after int64, limit int) ([]portfolio.Integration, error) {
			return a.Portfolio.Integrations(e.r.Context(), e.principal, after, limit)
		},
		id: func(i *portfolio.Integration) int64 { return i.ID },
		where: func(i *portfolio.Integration, name string) (any, bool) {
			switch name {
			case "id":
				return i.ID, true
			case "name":
				return i.Name, true
			case "stage":
				return i.Stage, true
			case "description":
				return i.Description, true
			case "createdDate":
				return i.CreatedDate, true
			}
			return nil, false
		},
	}.page(e)
	if err != nil {
		return err
	}
	return e.json(rows)
}

func (a *API) readIntegration(e *exchange) error {
	id, err := e.number("id", "integration")
	if err != nil {
		return err
	}
	return e.answered(a.Portfolio.Integration(e.r.Context(), e.principal, id))
}

func (a *API) replaceIntegration(e *exchange) error {
	id, err := e.number("id", "integration")
	if err != nil {
		return err
	}
	body, err := e.body()
	if err != nil {
		return err
	}
	return e.answered(a.Portfolio.ReplaceIntegration(e.r.Context(), e.principal, id, body))
}

func (a *API) deleteIntegration(e *exchange) error {
	id, err := e.number("id", "integration")
	if err != nil {
		return err
	}
	return e.done(a.Portfolio.DeleteIntegration(e.r.Context(), e.principal, id))
}

// integrationPart reads which part of which integration a path is about.
func (e *exchange) integrationPart() (part store.IntegrationPart, err error) {
	if part.IntegrationID, err = e.number("id", "integration"); err != nil {
		return part, err
	}
	part.Kind = store.PartFormula
	name := "formulaId"
	if e.param(name) == "" {
		part.Kind, name = store.PartFormulaInstance, "formulaInstanceId"
	}
	part.ID, err = e.number(name, part.Kind)
	return part, err
}

func (a *API) attachPart(e *exchange) error {
	part, err := e.integrationPart()
	if err != nil {
		return err
	}
	return e.answered(a.Portfolio.Attach(e.r.Context(), e.principal, part))
}

func (a *API) detachPart(e *exchange) error {
	part, err := e.integrationPart()
	if err != nil {
		return err
	}
	return e.answered(a.Portfolio.Detach(e.r.Context(), e.principal, part))
}
