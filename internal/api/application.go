package api

import (
	"context"
	"encoding/json"

	"jackfield/internal/access"
	"jackfield/internal/portfolio"
)

// The routes of applications (reference/accounts-and-access.md §11).

func (a *API) createApplication(e *exchange) error {
	body, err := e.body()
	if err != nil {
		return err
	}
	return e.answered(a.Portfolio.CreateApplication(e.r.Context(), e.principal, body))
}

func (a *API) listApplications(e *exchange) error {
	return a.pageOfApplications(e, a.Portfolio.Applications)
}

func (a *API) listAllApplications(e *exchange) error {
	return a.pageOfApplications(e, a.Portfolio.AllApplications)
}

func (a *API) pageOfApplications(e *exchange, fetch func(ctx context.Context, p *access.Principal, after int64, limit int) ([]portfolio.Application, error)) error {
	rows, err := platformList[portfolio.Application]{
		fetch: func(after int64, limit int) ([]portfolio.Application, error) {
			return fetch(e.r.Context(), e.principal, after, limit)
		},
		id: func(application *portfolio.Application) int64 { return application.ID() },
		where: func(application *portfolio.Application, name string) (any, bool) {
			var value any
			if raw, given := (*application)[name]; given && json.Unmarshal(raw, &value) != nil {
				return nil, true
			}
			return value, true // any member may be there
		},
	}.page(e)
	if err != nil {
		return err
	}
	return e.json(rows)
}

func (a *API) readApplication(e *exchange) error {
	id, err := e.number("id", "application")
	if err != nil {
		return err
	}
	return e.answered(a.Portfolio.Application(e.r.Context(), e.principal, id))
}

func (a *API) replaceApplication(e *exchange) error {
	id, err := e.number("id", "application")
	if err != nil {
		return err
	}
	body, err := e.body()
	if err != nil {
		return err
	}
	return e.answered(a.Portfolio.ReplaceApplication(e.r.Context(), e.principal, id, body))
}

func (a *API) deleteApplication(e *exchange) error {
	id, err := e.number("id", "application")
	if err != nil {
		return err
	}
	return e.done(a.Portfolio.DeleteApplication(e.r.Context(), e.principal, id))
}
